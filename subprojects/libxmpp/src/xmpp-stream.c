/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream-private.h"

#include <string.h>

#include "xmpp-redact.h"
#include "xmpp-stream-error.h"
#include "xmpp-writer.h"

/*
 * The life of a stream:
 *
 *   STATE_OPEN ── xmpp_stream_close(): closing tag ──────────────┐
 *       │ ── xmpp_stream_fail(): error and closing tag ──────────┤
 *       │                                                   STATE_CLOSING ── written and answered, or time is up ──┐
 *       └── end of file, I/O error, the peer's closing tag or error, a full queue ──────────────────────────
 * xmpp_stream_finish()
 *                                                                                                     STATE_CLOSED ┘
 */
G_DEFINE_FINAL_TYPE (XmppStream, xmpp_stream, G_TYPE_OBJECT)

GSource *
xmpp_stream_add_source (XmppStream  *self,
                        GSource     *source,
                        GSourceFunc  func)
{
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
on_io_closed (GObject      *io,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_io_stream_close_finish (G_IO_STREAM (io), result, NULL);   /* nobody is left to tell */
}

/* No I/O and no timer after this. */
static void
shut (XmppStream *self)
{
  self->state = STATE_CLOSED;
  xmpp_clear_source (&self->pump_source);
  xmpp_clear_source (&self->rate_source);
  xmpp_clear_source (&self->write_source);
  xmpp_clear_source (&self->close_source);
  g_clear_pointer (&self->watch, xmpp_watch_free);
  g_cancellable_cancel (self->cancellable);
  if (!g_io_stream_is_closed (self->io))
    g_io_stream_close_async (self->io, G_PRIORITY_DEFAULT, NULL, on_io_closed, NULL);
}

void
xmpp_stream_finish (XmppStream *self,
                    GError     *error)
{
  G_GNUC_UNUSED g_autoptr (XmppStream) hold = g_object_ref (self);
  g_autoptr (GError) owned = error;

  if (self->state == STATE_CLOSED)
    return;
  shut (self);
  if (self->tls_task != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);

      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The connection was closed.");
    }
  /* The task's callback may have run, and its owner may be gone: then it has taken its events away. */
  if (self->events != NULL)
    self->events->closed (self, owned, self->events_data);
}

static gboolean
on_finish_time (gpointer user_data)
{
  XmppStream *self = user_data;

  xmpp_stream_finish (self, g_steal_pointer (&self->error));
  return G_SOURCE_REMOVE;
}

/* Whoever held the stream may let go of it: until it is closed it keeps itself. */
void
xmpp_stream_finish_later (XmppStream *self,
                          guint       milliseconds)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, on_finish_time, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
  xmpp_clear_source (&self->close_source);
  self->close_source = source;
}

/* Reading */
GIOStream *
xmpp_stream_get_io (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), NULL);
  return self->io;
}

/* The end */

void
xmpp_stream_close (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  if (self->state != STATE_OPEN)
    return;
  self->state = STATE_CLOSING;
  if (self->header_sent && self->tls_task == NULL)
    {
      g_string_append (self->pending, "</stream:stream>");
      xmpp_stream_schedule_write (self);
      xmpp_stream_finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
      xmpp_stream_resume (self);   /* to see the peer's closing tag */
    }
  else
    {
      xmpp_stream_finish_later (self, 0);
    }
}

void
xmpp_stream_fail (XmppStream *self,
                  const char *condition,
                  const char *text)
{
  g_autoptr (XmppNode) node = NULL;

  g_return_if_fail (XMPP_IS_STREAM (self) && condition != NULL);

  if (self->state != STATE_OPEN)
    return;
  node = xmpp_stream_error_to_node (condition, text);
  if (self->tls_task != NULL)
    {
      /* Between two layers nothing can be written. */
      self->error = xmpp_stream_error_from_node (node);
      self->state = STATE_CLOSING;
      xmpp_stream_finish_later (self, 0);
      return;
    }
  if (!self->header_sent)
    xmpp_stream_open (self, NULL, NULL, NULL, NULL);   /* RFC 6120 section 4.9.1.2 */
  xmpp_redact_log (self, "out", node);
  xmpp_writer_append (self->pending, node, self->content_ns);
  g_string_append (self->pending, "</stream:stream>");
  self->error = xmpp_stream_error_from_node (node);
  self->state = STATE_CLOSING;
  xmpp_stream_schedule_write (self);
  xmpp_stream_finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
}

void
xmpp_stream_abort (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  self->events = NULL;
  if (self->state != STATE_CLOSED)
    shut (self);
  if (self->tls_task != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);

      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The connection was closed.");
    }
}

gboolean
xmpp_stream_is_open (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), FALSE);
  return self->state == STATE_OPEN;
}

gint64
xmpp_stream_get_last_received (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), 0);
  return self->last_received;
}

void
xmpp_stream_set_events (XmppStream             *self,
                        const XmppStreamEvents *events,
                        gpointer                user_data)
{
  g_return_if_fail (XMPP_IS_STREAM (self));
  g_return_if_fail (events == NULL || (events->stanza != NULL && events->closed != NULL));
  self->events = events;
  self->events_data = user_data;
}

void
xmpp_stream_set_limits (XmppStream *self,
                        gsize       max_stanza,
                        gsize       max_queue)
{
  g_return_if_fail (XMPP_IS_STREAM (self));
  xmpp_reader_set_max_stanza (self->reader, max_stanza);
  self->max_queue = max_queue != 0 ? max_queue : XMPP_STREAM_MAX_QUEUE_DEFAULT;
}

void
xmpp_stream_set_back_pressure (XmppStream *self,
                               gsize       bytes)
{
  g_return_if_fail (XMPP_IS_STREAM (self));
  self->back_pressure = bytes;
}

void
xmpp_stream_set_rate (XmppStream           *self,
                      const XmppStreamRate *rate)
{
  g_return_if_fail (XMPP_IS_STREAM (self) && rate != NULL);
  self->rate = *rate;
  self->stanza_tokens = rate->stanza_burst;
  self->byte_tokens = rate->byte_burst;
  self->refilled = g_get_monotonic_time ();
}

gboolean
xmpp_stream_is_held (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), FALSE);
  return self->rate_source != NULL;
}

/* −1: no socket is under it. */
static int
descriptor_of (GIOStream *io)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TCP_WRAPPER_CONNECTION (io))
    return descriptor_of (g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (io)));
  if (G_IS_SOCKET_CONNECTION (io))
    return g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (io)));
  if (!G_IS_TLS_CONNECTION (io))
    return -1;
  g_object_get (io, "base-io-stream", &base, NULL);
  return base != NULL ? descriptor_of (base) : -1;
}

void
xmpp_stream_set_io (XmppStream *self,
                    GIOStream  *io)
{
  GInputStream *input = g_io_stream_get_input_stream (io);
  GOutputStream *output = g_io_stream_get_output_stream (io);

  g_set_object (&self->io, io);
  self->polled = descriptor_of (io) >= 0 && G_IS_POLLABLE_INPUT_STREAM (input)
                 && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (input))
                 && G_IS_POLLABLE_OUTPUT_STREAM (output)
                 && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output));
}

static void
on_ready (GIOCondition condition,
          gpointer     user_data)
{
  g_autoptr (XmppStream) self = g_object_ref (user_data);

  if (condition & G_IO_IN)
    {
      self->reading = FALSE;
      xmpp_stream_pump (self);
    }
  if ((condition & G_IO_OUT) && self->state != STATE_CLOSED)
    xmpp_stream_writable (self);
}

static void
on_time (gpointer user_data)
{
  g_autoptr (XmppStream) self = g_object_ref (user_data);

  xmpp_stream_look (self);
}

static const XmppWatchEvents watch_events = { on_ready, on_time };

XmppStream *
xmpp_stream_new (GIOStream  *io,
                 const char *content_ns)
{
  XmppStream *self;

  g_return_val_if_fail (G_IS_IO_STREAM (io) && content_ns != NULL, NULL);

  self = g_object_new (XMPP_TYPE_STREAM, NULL);
  self->content_ns = content_ns;
  self->watch = xmpp_watch_new (self->context, descriptor_of (io), &watch_events, self);
  xmpp_stream_set_io (self, io);
  if (strcmp (content_ns, XMPP_NS_CLIENT) != 0)
    xmpp_reader_map_namespace (self->reader, self->content_ns, XMPP_NS_CLIENT);
  return self;
}

static void
xmpp_stream_dispose (GObject *object)
{
  XmppStream *self = XMPP_STREAM (object);

  self->events = NULL;
  if (self->state != STATE_CLOSED && self->io != NULL)
    shut (self);
  g_clear_object (&self->tls_task);
  G_OBJECT_CLASS (xmpp_stream_parent_class)->dispose (object);
}

static void
xmpp_stream_finalize (GObject *object)
{
  XmppStream *self = XMPP_STREAM (object);

  g_clear_object (&self->io);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->reader, xmpp_reader_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->read_error);
  g_free (self->buffer);
  g_string_free (self->pending, TRUE);
  g_string_free (self->writing, TRUE);
  G_OBJECT_CLASS (xmpp_stream_parent_class)->finalize (object);
}

static void
xmpp_stream_class_init (XmppStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_stream_dispose;
  object_class->finalize = xmpp_stream_finalize;
}

static void
xmpp_stream_init (XmppStream *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  self->reader = xmpp_reader_new (0);
  self->pending = g_string_new (NULL);
  self->writing = g_string_new (NULL);
  self->max_queue = XMPP_STREAM_MAX_QUEUE_DEFAULT;
  self->paused = TRUE;
}
