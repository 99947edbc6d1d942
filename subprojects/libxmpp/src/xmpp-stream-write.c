/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream-private.h"

#include "xmpp-redact.h"
#include "xmpp-writer.h"

/* Writing: what is queued leaves at the end of the turn of the loop: xmpp_stream_start_write() → write_now(), or
 * write_async() → on_written(). */

#define WRITES_IN_A_TURN 16   /* of one stream, each a TLS record of up to 16 KiB */

/* When xmpp_stream_look() is to come. */
static void
set_look (XmppStream *self)
{
  gint64 keepalive = self->keepalive_seconds > 0 && self->state == STATE_OPEN
                         ? MAX (self->last_written, self->last_kept) + (gint64) self->keepalive_seconds * G_USEC_PER_SEC
                         : 0;
  gint64 stall = self->write_in_flight ? self->last_progress + (gint64) XMPP_STREAM_STALL_SECONDS * G_USEC_PER_SEC : 0;

  if (self->watch != NULL)
    xmpp_watch_set_time (self->watch, keepalive != 0 && stall != 0 ? MIN (keepalive, stall) : MAX (keepalive, stall));
}

void
xmpp_stream_look (XmppStream *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->write_in_flight && now - self->last_progress >= (gint64) XMPP_STREAM_STALL_SECONDS * G_USEC_PER_SEC)
    {
      GError *error = NULL;

      xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, NULL, "The other side does not answer any more.");
      xmpp_stream_finish (self, error);
      return;
    }
  if (self->keepalive_seconds > 0
      && now - self->last_written >= ((gint64) self->keepalive_seconds - 1) * G_USEC_PER_SEC)
    {
      self->last_kept = now;
      if (self->state == STATE_OPEN && self->tls_task == NULL && xmpp_stream_get_queued (self) == 0)
        {
          g_string_append_c (self->pending, ' ');
          xmpp_stream_schedule_write (self);
        }
    }
  set_look (self);
}

static void
on_drained (XmppStream *self)
{
  if (self->tls_task != NULL)
    {
      xmpp_stream_begin_handshake (self);
      return;
    }
  if (self->state == STATE_CLOSING)
    {
      /* After an error nobody waits for the peer; in order, its closing tag is waited for. */
      if (self->error != NULL || xmpp_reader_is_closed (self->reader))
        xmpp_stream_finish (self, g_steal_pointer (&self->error));
      return;
    }
  if (self->events != NULL && self->events->drained != NULL)
    self->events->drained (self, self->events_data);
}

/* FALSE: the stream has ended. */
static gboolean
wrote (XmppStream   *self,
       gssize        n,
       const GError *error)
{
  if (n < 0)
    {
      /* What the peer said before it went away matters more: a stream error may be waiting to be read. */
      if (self->state == STATE_OPEN && !self->paused && self->read_error == NULL)
        {
          self->error = xmpp_stream_lost_error (error);
          self->state = STATE_CLOSING;
          xmpp_stream_finish_later (self, 200);
          xmpp_stream_pump_soon (self);
        }
      else
        {
          xmpp_stream_finish (self,
                              self->error != NULL ? g_steal_pointer (&self->error) : xmpp_stream_lost_error (error));
        }
      return FALSE;
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
  return TRUE;
}

/* FALSE: there is nothing to write. */
static gboolean
has_bytes (XmppStream *self)
{
  if (self->writing->len == 0)
    {
      GString *empty = self->writing;

      self->writing = self->pending;
      self->pending = empty;
    }
  return self->writing->len > 0;
}

static void
read_again (XmppStream *self)
{
  if (self->state != STATE_CLOSED && self->back_pressure != 0 && !self->paused && !self->reading)
    xmpp_stream_pump_soon (self);
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
  if (self->state == STATE_CLOSED || !wrote (self, n, error))
    return;
  if (has_bytes (self))
    xmpp_stream_start_write (self);
  else
    on_drained (self);
  read_again (self);
}

static void
wait_to_write (XmppStream *self)
{
  self->write_in_flight = TRUE;
  self->last_progress = g_get_monotonic_time ();
  set_look (self);
}

static void
write_async (XmppStream *self)
{
  wait_to_write (self);
  g_output_stream_write_async (g_io_stream_get_output_stream (self->io), self->writing->str + self->written,
                               self->writing->len - self->written, G_PRIORITY_DEFAULT, self->cancellable, on_written,
                               g_object_ref (self));
}

static void
write_now (XmppStream *self)
{
  G_GNUC_UNUSED g_autoptr (XmppStream) hold = g_object_ref (self);
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->io));

  for (int i = 0; i < WRITES_IN_A_TURN && has_bytes (self); i++)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (output, self->writing->str + self->written,
                                                             self->writing->len - self->written, NULL, &error);

      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          wait_to_write (self);
          if (xmpp_watch_wait (self->watch, G_IO_OUT))
            return;
          self->polled = FALSE;
          write_async (self);
          return;
        }
      if (!wrote (self, n, error))
        return;
    }
  if (has_bytes (self))
    xmpp_stream_schedule_write (self);
  else
    on_drained (self);
  read_again (self);
}

void
xmpp_stream_start_write (XmppStream *self)
{
  xmpp_clear_source (&self->write_source);
  if (self->write_in_flight || self->state == STATE_CLOSED || !has_bytes (self))
    return;
  if (self->polled)
    write_now (self);
  else
    write_async (self);
}

void
xmpp_stream_writable (XmppStream *self)
{
  self->write_in_flight = FALSE;
  xmpp_stream_start_write (self);
}

static gboolean
on_write (gpointer user_data)
{
  xmpp_stream_start_write (user_data);
  return G_SOURCE_REMOVE;
}

/* `pending` has grown: written at the end of this turn of the loop. */
void
xmpp_stream_schedule_write (XmppStream *self)
{
  self->last_written = g_get_monotonic_time ();
  if (self->write_source == NULL && !self->write_in_flight)
    self->write_source = xmpp_stream_add_source (self, g_timeout_source_new (0), on_write);
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
  xmpp_stream_schedule_write (self);
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
      xmpp_stream_finish_later (self, 0);
      return FALSE;
    }
  xmpp_stream_schedule_write (self);
  return TRUE;
}

gsize
xmpp_stream_get_queued (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), 0);
  return self->pending->len + self->writing->len - self->written;
}

void
xmpp_stream_set_keepalive (XmppStream *self,
                           guint       seconds)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  self->keepalive_seconds = seconds;
  if (self->state == STATE_CLOSED)
    return;
  self->last_written = g_get_monotonic_time ();
  set_look (self);
}
