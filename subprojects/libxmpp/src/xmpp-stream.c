/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream.h"

#include <string.h>

#include "xmpp-reader.h"
#include "xmpp-redact.h"
#include "xmpp-stream-error.h"
#include "xmpp-writer.h"

/*
 * The life of a stream:
 *
 *   STATE_OPEN ── xmpp_stream_close(): closing tag ──────────────┐
 *       │ ── xmpp_stream_fail(): error and closing tag ──────────┤
 *       │                                                   STATE_CLOSING ── written and answered, or time is up ──┐
 *       └── end of file, I/O error, the peer's closing tag or error, a full queue ────────────────────────── finish()
 *                                                                                                     STATE_CLOSED ┘
 *
 * Reading: start_read() → on_read() → pump() → events → start_read(). Writing: queue_bytes() → start_write() → on_written().
 */
typedef enum
{
  STATE_OPEN,
  STATE_CLOSING,
  STATE_CLOSED,
} StreamState;

struct _XmppStream
{
  GObject parent_instance;

  GIOStream *io;                  /* owned */
  const char *content_ns;         /* static */
  GMainContext *context;          /* owned */
  GCancellable *cancellable;      /* owned; ends reads and writes */
  const XmppStreamEvents *events; /* static; NULL before it is set */
  gpointer events_data;
  StreamState state;
  GError *error;                  /* owned; what `closed` will say */

  /* Reading */
  XmppReader *reader;             /* owned */
  char *buffer;                   /* owned; XMPP_STREAM_READ_SIZE bytes while reading */
  GError *read_error;             /* owned; end of file or an error, told after the stanzas before it */
  GSource *pump_source;           /* owned */
  gint64 last_received;
  gboolean reading;               /* a read is in flight */
  gboolean paused;
  gboolean header_told;
  gsize back_pressure;            /* 0: none */
  XmppStreamRate rate;
  double stanza_tokens, byte_tokens;
  gint64 refilled;                /* monotonic, µs */
  GSource *rate_source;           /* owned; while a bucket is empty */

  /* Writing */
  GString *pending;               /* owned; not yet given to the system */
  GString *writing;               /* owned; in flight from `written` on */
  gsize written;
  gsize max_queue;
  GSource *write_source;          /* owned */
  GSource *stall_source;          /* owned */
  GSource *keepalive_source;      /* owned */
  GSource *close_source;          /* owned */
  guint keepalive_seconds;
  gint64 last_written;            /* monotonic, µs: something was queued */
  gint64 last_progress;           /* monotonic, µs: the system took something */
  gboolean write_in_flight;
  gboolean header_sent;

  GTask *tls_task;                /* owned; waits for the queue to be written, or for the handshake */
};

G_DEFINE_FINAL_TYPE (XmppStream, xmpp_stream, G_TYPE_OBJECT)

typedef struct
{
  XmppStreamTlsFunc make;
  gpointer data;
  GTlsConnection *connection;   /* owned */
} TlsJob;

static void pump (XmppStream *self);
static void start_write (XmppStream *self);
static void begin_handshake (XmppStream *self);

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_source (XmppStream  *self,
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
  clear_source (&self->pump_source);
  clear_source (&self->rate_source);
  clear_source (&self->write_source);
  clear_source (&self->stall_source);
  clear_source (&self->keepalive_source);
  clear_source (&self->close_source);
  g_cancellable_cancel (self->cancellable);
  if (!g_io_stream_is_closed (self->io))
    g_io_stream_close_async (self->io, G_PRIORITY_DEFAULT, NULL, on_io_closed, NULL);
}

/* From the main loop only: tells `closed`, once. */
static void
finish (XmppStream *self,
        GError     *error)   /* (transfer full), NULL: in order */
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

  finish (self, g_steal_pointer (&self->error));
  return G_SOURCE_REMOVE;
}

/* `closed` in @milliseconds, unless something ends the stream before. */
static void
finish_later (XmppStream *self,
              guint       milliseconds)
{
  clear_source (&self->close_source);
  self->close_source = add_source (self, g_timeout_source_new (milliseconds), on_finish_time);
}

/* Reading */

static GError *
lost_error (const GError *cause)
{
  GError *error = NULL;

  if (cause == NULL)
    xmpp_set_error (&error, XMPP_ERROR_CLOSED, NULL, "The connection was closed by the other side.");
  else
    xmpp_set_error (&error, XMPP_ERROR_CLOSED, NULL, "The connection was lost: %s", cause->message);
  return error;
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (XmppStream) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  self->reading = FALSE;
  if (self->state == STATE_CLOSED)
    return;
  if (n > 0)
    {
      self->last_received = g_get_monotonic_time ();
      self->byte_tokens -= (double) n;
      xmpp_reader_push (self->reader, self->buffer, (gsize) n, &self->read_error);
    }
  else
    {
      self->read_error = lost_error (n == 0 ? NULL : error);
    }
  pump (self);
}

static void
start_read (XmppStream *self)
{
  GInputStream *input = g_io_stream_get_input_stream (self->io);

  if (self->reading || self->read_error != NULL || self->state == STATE_CLOSED)
    return;
  if (self->back_pressure != 0 && xmpp_stream_get_queued (self) > self->back_pressure)
    return;   /* on_written() comes back here */
  if (self->buffer == NULL)
    self->buffer = g_malloc (XMPP_STREAM_READ_SIZE);
  self->reading = TRUE;
  g_input_stream_read_async (input, self->buffer, XMPP_STREAM_READ_SIZE, G_PRIORITY_DEFAULT, self->cancellable, on_read,
                             g_object_ref (self));
}

static gboolean
on_rate_time (gpointer user_data)
{
  XmppStream *self = user_data;

  clear_source (&self->rate_source);
  pump (self);
  return G_SOURCE_REMOVE;
}

/* Seconds until a bucket that was overdrawn is even again. */
static double
refill (double *tokens,
        guint   per_second,
        guint   burst,
        double  seconds)
{
  if (per_second == 0)
    return 0;
  *tokens = MIN (*tokens + seconds * per_second, burst);
  return *tokens < 0 ? -*tokens / per_second : 0;
}

/* TRUE: the peer was too fast, and pump() comes again when it has waited long enough. A stream that ends is not held. */
static gboolean
hold_back (XmppStream *self)
{
  gint64 now;
  double seconds, wait, wait_bytes;

  if (self->state != STATE_OPEN || (self->rate.stanzas_per_second == 0 && self->rate.bytes_per_second == 0))
    return FALSE;
  if (self->rate_source != NULL)
    return TRUE;
  now = g_get_monotonic_time ();
  seconds = (double) (now - self->refilled) / G_USEC_PER_SEC;
  self->refilled = now;
  wait = refill (&self->stanza_tokens, self->rate.stanzas_per_second, self->rate.stanza_burst, seconds);
  wait_bytes = refill (&self->byte_tokens, self->rate.bytes_per_second, self->rate.byte_burst, seconds);
  wait = MAX (wait, wait_bytes);
  if (wait == 0)
    return FALSE;
  self->rate_source = add_source (self, g_timeout_source_new ((guint) (wait * 1000) + 1), on_rate_time);
  return TRUE;
}

static void
deliver (XmppStream *self,
         XmppNode   *node)   /* (transfer full) */
{
  g_autoptr (XmppNode) stanza = node;

  xmpp_redact_log (self, "in", stanza);
  if (xmpp_node_is (stanza, "error", XMPP_NS_STREAMS))
    {
      /* RFC 6120 section 4.9.1.1: unrecoverable */
      finish (self, xmpp_stream_error_from_node (stanza));
      return;
    }
  if (self->state == STATE_OPEN && self->events != NULL)
    self->events->stanza (self, stanza, self->events_data);
}

/* What ended the reading, after all stanzas before it were told. */
static void
end_reading (XmppStream *self)
{
  const char *condition = xmpp_error_get_condition (self->read_error);

  if (self->state == STATE_CLOSING)
    finish (self, g_steal_pointer (&self->error));
  else if (condition == NULL)
    finish (self, g_error_copy (self->read_error));
  else
    {
      xmpp_stream_fail (self, condition, self->read_error->message);
      g_clear_error (&self->error);
      self->error = g_error_copy (self->read_error);
    }
}

static void
pump (XmppStream *self)
{
  G_GNUC_UNUSED g_autoptr (XmppStream) hold = g_object_ref (self);

  while (!self->paused && self->state != STATE_CLOSED && !hold_back (self))
    {
      XmppNode *node;

      if (!self->header_told && xmpp_reader_get_header (self->reader) != NULL)
        {
          self->header_told = TRUE;
          /* RFC 6120 section 4.8.1 */
          if (!xmpp_node_is (xmpp_reader_get_header (self->reader), "stream", XMPP_NS_STREAMS))
            xmpp_stream_fail (self, "invalid-namespace", "This is not an XMPP stream.");
          if (self->state == STATE_OPEN && self->events != NULL && self->events->opened != NULL)
            self->events->opened (self, xmpp_reader_get_header (self->reader), self->events_data);
          continue;
        }
      node = xmpp_reader_pop (self->reader);
      if (node == NULL)
        break;
      self->stanza_tokens -= 1;
      deliver (self, node);
    }
  if (self->paused || self->state == STATE_CLOSED || hold_back (self))
    return;
  if (xmpp_reader_is_closed (self->reader))
    {
      if (self->state == STATE_OPEN)
        {
          g_string_append (self->pending, "</stream:stream>");
          self->state = STATE_CLOSING;
          start_write (self);
          finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
        }
      else if (self->pending->len == 0 && !self->write_in_flight)
        {
          finish (self, g_steal_pointer (&self->error));
        }
      return;
    }
  if (self->read_error != NULL)
    end_reading (self);
  else
    start_read (self);
}

static gboolean
on_pump (gpointer user_data)
{
  XmppStream *self = user_data;

  clear_source (&self->pump_source);
  pump (self);
  return G_SOURCE_REMOVE;
}

void
xmpp_stream_pause (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));
  self->paused = TRUE;
}

void
xmpp_stream_resume (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  self->paused = FALSE;
  if (self->state != STATE_CLOSED && self->pump_source == NULL)
    self->pump_source = add_source (self, g_timeout_source_new (0), on_pump);
}

/* Writing */

static gboolean
on_stall_time (gpointer user_data)
{
  XmppStream *self = user_data;
  gint64 idle = g_get_monotonic_time () - self->last_progress;
  GError *error = NULL;

  if (!self->write_in_flight)
    {
      clear_source (&self->stall_source);
      return G_SOURCE_REMOVE;
    }
  if (idle < (gint64) XMPP_STREAM_STALL_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, NULL, "The other side does not answer any more.");
  finish (self, error);
  return G_SOURCE_REMOVE;
}

static void
on_drained (XmppStream *self)
{
  if (self->tls_task != NULL)
    {
      begin_handshake (self);
      return;
    }
  if (self->state == STATE_CLOSING)
    {
      /* After an error nobody waits for the peer; in order, its closing tag is waited for. */
      if (self->error != NULL || xmpp_reader_is_closed (self->reader))
        finish (self, g_steal_pointer (&self->error));
      return;
    }
  if (self->events != NULL && self->events->drained != NULL)
    self->events->drained (self, self->events_data);
}

static void
on_written (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (XmppStream) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &error);

  self->write_in_flight = FALSE;
  if (self->state == STATE_CLOSED)
    return;
  if (n < 0)
    {
      /* What the peer said before it went away matters more: a stream error may be waiting to be read. */
      if (self->reading && self->state == STATE_OPEN)
        {
          self->error = lost_error (error);
          self->state = STATE_CLOSING;
          finish_later (self, 200);
          return;
        }
      finish (self, self->error != NULL ? g_steal_pointer (&self->error) : lost_error (error));
      return;
    }
  self->last_progress = g_get_monotonic_time ();
  self->written += (gsize) n;
  if (self->written >= self->writing->len)
    {
      self->written = 0;
      if (self->writing->allocated_len > 65536)
        {
          g_string_free (self->writing, TRUE);
          self->writing = g_string_new (NULL);
        }
      g_string_truncate (self->writing, 0);
    }
  if (self->writing->len > 0 || self->pending->len > 0)
    start_write (self);
  else
    on_drained (self);
  if (self->state != STATE_CLOSED && self->back_pressure != 0 && !self->paused && !self->reading)
    pump (self);
}

static void
start_write (XmppStream *self)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->io);

  clear_source (&self->write_source);
  if (self->write_in_flight || self->state == STATE_CLOSED)
    return;
  if (self->writing->len == 0)
    {
      GString *empty = self->writing;

      self->writing = self->pending;
      self->pending = empty;
    }
  if (self->writing->len == 0)
    return;
  self->write_in_flight = TRUE;
  if (self->stall_source == NULL)
    {
      self->last_progress = g_get_monotonic_time ();
      self->stall_source = add_source (self, g_timeout_source_new_seconds (XMPP_STREAM_STALL_SECONDS / 3), on_stall_time);
    }
  g_output_stream_write_async (output, self->writing->str + self->written, self->writing->len - self->written,
                               G_PRIORITY_DEFAULT, self->cancellable, on_written, g_object_ref (self));
}

static gboolean
on_write (gpointer user_data)
{
  start_write (user_data);
  return G_SOURCE_REMOVE;
}

/* `pending` has grown: written at the end of this turn of the loop. */
static void
schedule_write (XmppStream *self)
{
  self->last_written = g_get_monotonic_time ();
  if (self->write_source == NULL && !self->write_in_flight)
    self->write_source = add_source (self, g_timeout_source_new (0), on_write);
}

void
xmpp_stream_open (XmppStream *self,
                  const char *from,
                  const char *to,
                  const char *id,
                  const char *lang)
{
  g_autoptr (XmppNode) header = NULL;

  g_return_if_fail (XMPP_IS_STREAM (self));

  if (self->state != STATE_OPEN)
    return;
  header = xmpp_node_new ("stream", XMPP_NS_STREAMS);
  xmpp_node_set (header, "from", from);
  xmpp_node_set (header, "to", to);
  xmpp_node_set (header, "id", id);
  xmpp_node_set_ns_attr (header, "lang", XMPP_NS_XML, lang);
  if (strcmp (self->content_ns, XMPP_NS_COMPONENT) != 0)
    xmpp_node_set (header, "version", "1.0");   /* a component's stream has none (XEP-0114) */
  xmpp_redact_log (self, "out", header);
  xmpp_writer_append_header (self->pending, header, self->content_ns);
  self->header_sent = TRUE;
  schedule_write (self);
}

gboolean
xmpp_stream_send (XmppStream     *self,
                  const XmppNode *stanza)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), FALSE);
  g_return_val_if_fail (stanza != NULL, FALSE);

  if (self->state != STATE_OPEN)
    return FALSE;
  xmpp_redact_log (self, "out", stanza);
  xmpp_writer_append (self->pending, stanza, self->content_ns);
  if (xmpp_stream_get_queued (self) > self->max_queue)
    {
      /* Leaving a stanza out would break the order that the peer relies on. */
      self->state = STATE_CLOSING;
      xmpp_set_error (&self->error, XMPP_ERROR_LIMIT, "policy-violation",
                      "The other side does not read what is sent to it.");
      g_string_truncate (self->pending, 0);
      finish_later (self, 0);
      return FALSE;
    }
  schedule_write (self);
  return TRUE;
}

gsize
xmpp_stream_get_queued (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), 0);
  return self->pending->len + self->writing->len - self->written;
}

static gboolean
on_keepalive (gpointer user_data)
{
  XmppStream *self = user_data;

  if (self->state == STATE_OPEN && self->tls_task == NULL && xmpp_stream_get_queued (self) == 0
      && g_get_monotonic_time () - self->last_written >= ((gint64) self->keepalive_seconds - 1) * G_USEC_PER_SEC)
    {
      g_string_append_c (self->pending, ' ');
      schedule_write (self);
    }
  return G_SOURCE_CONTINUE;
}

void
xmpp_stream_set_keepalive (XmppStream *self,
                           guint       seconds)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  clear_source (&self->keepalive_source);
  self->keepalive_seconds = seconds;
  if (seconds > 0 && self->state == STATE_OPEN)
    self->keepalive_source = add_source (self, g_timeout_source_new_seconds (seconds), on_keepalive);
}

/* Restart and TLS */

void
xmpp_stream_restart (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  if (self->state != STATE_OPEN)
    return;
  if (xmpp_reader_has_partial (self->reader))
    {
      xmpp_stream_fail (self, "policy-violation", "Data came before the stream was opened anew.");
      return;
    }
  xmpp_reader_reset (self->reader);
  self->header_told = FALSE;
  self->header_sent = FALSE;
}

static void
tls_job_free (gpointer data)
{
  TlsJob *job = data;

  g_clear_object (&job->connection);
  g_free (job);
}

static void
on_handshake (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (XmppStream) self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);
  GError *error = NULL;

  if (task == NULL)
    {
      g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL);
      return;   /* finish() has answered */
    }
  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_set_object (&self->io, G_IO_STREAM (source));
  xmpp_reader_reset (self->reader);
  self->header_told = FALSE;
  self->header_sent = FALSE;
  g_task_return_boolean (task, TRUE);
}

static void
begin_handshake (XmppStream *self)
{
  TlsJob *job = g_task_get_task_data (self->tls_task);
  GError *error = NULL;

  if (job->connection != NULL)
    return;
  job->connection = job->make (self, self->io, job->data, &error);
  if (job->connection == NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);

      g_task_return_error (task, error);
      return;
    }
  g_tls_connection_handshake_async (job->connection, G_PRIORITY_DEFAULT, g_task_get_cancellable (self->tls_task),
                                    on_handshake, g_object_ref (self));
}

void
xmpp_stream_start_tls_async (XmppStream          *self,
                             XmppStreamTlsFunc    tls_of,
                             gpointer             tls_data,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  TlsJob *job;

  g_return_if_fail (XMPP_IS_STREAM (self) && tls_of != NULL);
  g_return_if_fail (self->tls_task == NULL && !self->reading);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_stream_start_tls_async);
  job = g_new0 (TlsJob, 1);
  job->make = tls_of;
  job->data = tls_data;
  g_task_set_task_data (task, job, tls_job_free);
  self->paused = TRUE;
  if (self->state != STATE_OPEN)
    {
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The connection was closed.");
      return;
    }
  if (xmpp_reader_has_partial (self->reader))
    {
      /* Somebody in between could have put plain text there, to be taken for what came inside TLS. */
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_TLS, "There was unprotected data behind the request for TLS.");
      return;
    }
  self->tls_task = g_steal_pointer (&task);
  if (xmpp_stream_get_queued (self) == 0)
    begin_handshake (self);
  else
    start_write (self);
}

gboolean
xmpp_stream_start_tls_finish (XmppStream    *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
xmpp_stream_is_secure (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), FALSE);
  return G_IS_TLS_CONNECTION (self->io);
}

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
      schedule_write (self);
      finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
      xmpp_stream_resume (self);   /* to see the peer's closing tag */
    }
  else
    {
      finish_later (self, 0);
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
      finish_later (self, 0);
      return;
    }
  if (!self->header_sent)
    xmpp_stream_open (self, NULL, NULL, NULL, NULL);   /* RFC 6120 section 4.9.1.2 */
  xmpp_redact_log (self, "out", node);
  xmpp_writer_append (self->pending, node, self->content_ns);
  g_string_append (self->pending, "</stream:stream>");
  self->error = xmpp_stream_error_from_node (node);
  self->state = STATE_CLOSING;
  schedule_write (self);
  finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
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

XmppStream *
xmpp_stream_new (GIOStream  *io,
                 const char *content_ns)
{
  XmppStream *self;

  g_return_val_if_fail (G_IS_IO_STREAM (io) && content_ns != NULL, NULL);

  self = g_object_new (XMPP_TYPE_STREAM, NULL);
  self->io = g_object_ref (io);
  self->content_ns = content_ns;
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
