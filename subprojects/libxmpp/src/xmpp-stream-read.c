/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream-private.h"

#include "xmpp-redact.h"
#include "xmpp-stream-error.h"

/* Reading: start_read() → read_now(), or read_async() → on_read() → xmpp_stream_pump() → tell() → events →
 * start_read(). */

#define READS_IN_A_TURN 4   /* of one stream, so that a fast peer does not keep the others waiting */

GError *
xmpp_stream_lost_error (const GError *cause)
{
  GError *error = NULL;

  if (cause == NULL)
    xmpp_set_error (&error, XMPP_ERROR_CLOSED, NULL, "The connection was closed by the other side.");
  else
    xmpp_set_error (&error, XMPP_ERROR_CLOSED, NULL, "The connection was lost: %s", cause->message);
  return error;
}

static void
took (XmppStream   *self,
      const char   *bytes,
      gssize        n,
      const GError *error)
{
  if (n > 0)
    {
      self->last_received = g_get_monotonic_time ();
      self->byte_tokens -= (double) n;
      xmpp_reader_push (self->reader, bytes, (gsize) n, &self->read_error);
    }
  else
    {
      self->read_error = xmpp_stream_lost_error (n == 0 ? NULL : error);
    }
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
  took (self, self->buffer, n, error);
  xmpp_stream_pump (self);
}

static void
read_async (XmppStream *self)
{
  if (self->buffer == NULL)
    self->buffer = g_malloc (XMPP_STREAM_READ_SIZE);
  self->reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (self->io), self->buffer, XMPP_STREAM_READ_SIZE,
                             G_PRIORITY_DEFAULT, self->cancellable, on_read, g_object_ref (self));
}

/* Always read before it is waited for: TLS may have bytes that the socket has no more. FALSE: nothing was there. */
static gboolean
read_now (XmppStream *self)
{
  GInputStream *input = g_io_stream_get_input_stream (self->io);
  char bytes[XMPP_STREAM_READ_SIZE];
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), bytes, sizeof bytes, NULL,
                                                       &error);

  if (n >= 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      took (self, bytes, n, error);
      return TRUE;
    }
  self->reading = TRUE;
  if (!xmpp_watch_wait (self->watch, G_IO_IN))
    {
      self->polled = FALSE;
      read_async (self);
    }
  return FALSE;
}

/* FALSE: what comes will be told later. */
static gboolean
start_read (XmppStream *self)
{
  if (self->reading || self->read_error != NULL || self->state == STATE_CLOSED)
    return FALSE;
  if (self->back_pressure != 0 && xmpp_stream_get_queued (self) > self->back_pressure)
    return FALSE;   /* when it was written, this is called again */
  if (self->polled)
    return read_now (self);
  read_async (self);
  return FALSE;
}

static gboolean
on_rate_time (gpointer user_data)
{
  XmppStream *self = user_data;

  xmpp_clear_source (&self->rate_source);
  xmpp_stream_pump (self);
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

/* TRUE: the peer was too fast, and xmpp_stream_pump() comes again when it has waited long enough. A stream that ends is
 * not held. */
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
  self->rate_source = xmpp_stream_add_source (self, g_timeout_source_new ((guint) (wait * 1000) + 1), on_rate_time);
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
      xmpp_stream_finish (self, xmpp_stream_error_from_node (stanza));
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
    xmpp_stream_finish (self, g_steal_pointer (&self->error));
  else if (condition == NULL)
    xmpp_stream_finish (self, g_error_copy (self->read_error));
  else
    {
      xmpp_stream_fail (self, condition, self->read_error->message);
      g_clear_error (&self->error);
      self->error = g_error_copy (self->read_error);
    }
}

static void
tell_header (XmppStream *self)
{
  self->header_told = TRUE;
  /* RFC 6120 section 4.8.1 */
  if (!xmpp_node_is (xmpp_reader_get_header (self->reader), "stream", XMPP_NS_STREAMS))
    xmpp_stream_fail (self, "invalid-namespace", "This is not an XMPP stream.");
  if (self->state == STATE_OPEN && self->events != NULL && self->events->opened != NULL)
    self->events->opened (self, xmpp_reader_get_header (self->reader), self->events_data);
}

/* The peer's closing tag is answered. */
static void
answer_close (XmppStream *self)
{
  if (self->state == STATE_OPEN)
    {
      g_string_append (self->pending, "</stream:stream>");
      self->state = STATE_CLOSING;
      xmpp_stream_finish_later (self, XMPP_STREAM_CLOSE_SECONDS * 1000);
      xmpp_stream_start_write (self);
    }
  else if (self->pending->len == 0 && !self->write_in_flight)
    {
      xmpp_stream_finish (self, g_steal_pointer (&self->error));
    }
}

/* Tells all that was read. TRUE: more may be read. */
static gboolean
tell (XmppStream *self)
{
  while (!self->paused && self->state != STATE_CLOSED && !hold_back (self))
    {
      XmppNode *node;

      if (!self->header_told && xmpp_reader_get_header (self->reader) != NULL)
        {
          tell_header (self);
          continue;
        }
      node = xmpp_reader_pop (self->reader);
      if (node == NULL)
        break;
      self->stanza_tokens -= 1;
      deliver (self, node);
    }
  if (self->paused || self->state == STATE_CLOSED || hold_back (self))
    return FALSE;
  if (!xmpp_reader_is_closed (self->reader) && self->read_error == NULL)
    return TRUE;
  if (xmpp_reader_is_closed (self->reader))
    answer_close (self);
  else
    end_reading (self);
  return FALSE;
}

void
xmpp_stream_pump (XmppStream *self)
{
  G_GNUC_UNUSED g_autoptr (XmppStream) hold = g_object_ref (self);

  for (int i = 0; tell (self); i++)
    {
      if (i == READS_IN_A_TURN)
        {
          xmpp_stream_pump_soon (self);
          return;
        }
      if (!start_read (self))
        return;
    }
}

static gboolean
on_pump (gpointer user_data)
{
  XmppStream *self = user_data;

  xmpp_clear_source (&self->pump_source);
  xmpp_stream_pump (self);
  return G_SOURCE_REMOVE;
}

void
xmpp_stream_pump_soon (XmppStream *self)
{
  if (self->state != STATE_CLOSED && self->pump_source == NULL)
    self->pump_source = xmpp_stream_add_source (self, g_timeout_source_new (0), on_pump);
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
  xmpp_stream_pump_soon (self);
}
