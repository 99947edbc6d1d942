/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include <string.h>
#include "xmpp-acceptor.h"

#define KEEPALIVE_SECONDS 60

static void on_stanza (XmppStream *stream, XmppNode *stanza, gpointer user_data);
static void on_closed (XmppStream *stream, const GError *error, gpointer user_data);
static void on_drained (XmppStream *stream, gpointer user_data);
static void go_on (MienImSession *self);

static const XmppStreamEvents events = { NULL, on_stanza, on_closed, on_drained };
static const XmppStreamRate rate = { MIEN_IM_RATE_STANZAS, MIEN_IM_RATE_STANZAS_BURST, MIEN_IM_RATE_BYTES,
                                     MIEN_IM_RATE_BYTES_BURST };

MienImSession *
mien_im_session_new (MienImAccount *account, XmppJid *jid, XmppStream *stream)
{
  MienImSession *self = g_new0 (MienImSession, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->role = g_object_ref (account->role);
  self->account = account;
  self->jid = xmpp_jid_ref (jid);
  self->sm = xmpp_sm_new (MIEN_IM_MAX_UNACKED, MIEN_IM_MAX_UNACKED_BYTES);
  self->directed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (account->sessions, mien_im_session_ref (self));
  self->role->n_sessions++;
  mien_im_session_attach (self, stream);
  return self;
}

MienImSession *
mien_im_session_ref (MienImSession *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_im_session_unref (MienImSession *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->account == NULL || self->stream == NULL);
  g_clear_object (&self->stream);
  xmpp_sm_free (self->sm);
  g_clear_pointer (&self->presence, xmpp_node_unref);
  g_clear_pointer (&self->notify, g_hash_table_unref);
  g_hash_table_unref (self->directed);
  xmpp_jid_unref (self->jid);
  g_free (self->sm_id);
  g_free (self->caps_key);
  g_object_unref (self->role);
  g_free (self);
}

static void
stop_timer (MienImSession *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

void
mien_im_session_attach (MienImSession *self, XmppStream *stream)
{
  g_assert (self->stream == NULL);

  stop_timer (self);
  self->pinged = FALSE;
  self->paused = FALSE;
  self->stream = g_object_ref (stream);
  xmpp_stream_set_limits (stream, MIEN_IM_MAX_STANZA, MIEN_IM_MAX_QUEUE);
  xmpp_stream_set_back_pressure (stream, MIEN_IM_BACK_PRESSURE);
  xmpp_stream_set_rate (stream, &rate);
  xmpp_stream_set_keepalive (stream, KEEPALIVE_SECONDS);
  xmpp_stream_set_events (stream, &events, self);
  go_on (self);
}

static gboolean
on_not_resumed (gpointer user_data)
{
  MienImSession *self = user_data;

  g_debug ("%s is given up: not resumed in time, or too much waits for it", xmpp_jid_get_full (self->jid));
  mien_im_session_end (self, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
start_timer (MienImSession *self, guint seconds)
{
  stop_timer (self);
  self->timer = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (self->timer, on_not_resumed, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

/* The connection is gone, the session is not: what comes for it waits in the queue of XEP-0198. */
void
mien_im_session_detach (MienImSession *self)
{
  if (self->stream != NULL)
    {
      xmpp_stream_set_events (self->stream, NULL, NULL);
      xmpp_stream_abort (self->stream);
      g_clear_object (&self->stream);
      self->attached_bytes = xmpp_sm_get_unacked_bytes (self->sm);
    }
  start_timer (self, MIEN_IM_RESUME_SECONDS);
}

static gsize
bytes_detached (MienImSession *self)
{
  gsize bytes = xmpp_sm_get_unacked_bytes (self->sm);

  return bytes > self->attached_bytes ? bytes - self->attached_bytes : 0;
}

void
mien_im_session_send (MienImSession *self, XmppNode *stanza)
{
  gboolean room;

  if (self->account == NULL)
    return;
  room = self->stream != NULL || bytes_detached (self) < MIEN_IM_MAX_DETACHED_BYTES;
  if (room && xmpp_sm_send (self->sm, self->stream, stanza))
    return;
  /* Too much waits for it: it ends and gives back its messages, this one among them. From the loop, because whoever
   * sends here may be walking the list of sessions. A stream whose queue is full has ended itself; its `closed` comes
   * from the loop. */
  if (xmpp_sm_is_enabled (self->sm))
    {
      xmpp_sm_keep (self->sm, stanza);
      start_timer (self, 0);
    }
}

gboolean
mien_im_session_is_behind (MienImSession *self)
{
  return self->stream == NULL || xmpp_stream_get_queued (self->stream) > MIEN_IM_PACE_BYTES
         || xmpp_sm_get_unacked_bytes (self->sm) > MIEN_IM_PACE_BYTES;
}

typedef struct
{
  MienImSessionFunc func;
  gpointer          user_data;
  GDestroyNotify    destroy;
} Later;

static void
later_free (gpointer data)
{
  Later *later = data;

  if (later->destroy != NULL)
    later->destroy (later->user_data);
  g_free (later);
}

static gboolean
on_later (gpointer user_data)
{
  g_autoptr (MienImSession) self = mien_im_session_ref (user_data);

  g_clear_pointer (&self->later_source, g_source_unref);
  for (guint n = self->later.length; n > 0 && self->account != NULL && !mien_im_session_is_behind (self); n--)
    {
      Later *later = g_queue_pop_head (&self->later);

      later->func (self, later->user_data);
      later_free (later);
    }
  return G_SOURCE_REMOVE;
}

/* The client has read or acknowledged something. */
static void
go_on (MienImSession *self)
{
  if (self->later.length == 0 || self->later_source != NULL || mien_im_session_is_behind (self))
    return;
  self->later_source = g_idle_source_new ();
  g_source_set_priority (self->later_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->later_source, on_later, self, NULL);
  g_source_attach (self->later_source, g_main_context_get_thread_default ());
}

void
mien_im_session_later (MienImSession *self, MienImSessionFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Later *later = g_new (Later, 1);

  later->func = func;
  later->user_data = user_data;
  later->destroy = destroy;
  g_queue_push_tail (&self->later, later);
  go_on (self);
}

static void
stop_later (MienImSession *self)
{
  if (self->later_source != NULL)
    g_source_destroy (self->later_source);
  g_clear_pointer (&self->later_source, g_source_unref);
  g_queue_clear_full (&self->later, later_free);
}

static void
on_drained (XmppStream *stream, gpointer user_data)
{
  go_on (user_data);
}

void
mien_im_session_send_take (MienImSession *self, XmppNode *stanza)
{
  mien_im_session_send (self, stanza);
  xmpp_node_unref (stanza);
}

void
mien_im_session_send_copy (MienImSession *self, const XmppNode *stanza, const char *to)
{
  XmppNode *copy = xmpp_node_copy (stanza);

  xmpp_node_set (copy, "to", to);
  mien_im_session_send_take (self, copy);
}

/* What the client never acknowledged is not lost: messages find another session or wait (XEP-0198 section 8). */
static void
give_back (MienImSession *self)
{
  XmppNode *stanza;

  while ((stanza = xmpp_sm_steal (self->sm)) != NULL)
    {
      const char *type = xmpp_node_get (stanza, "type");

      if (xmpp_node_is (stanza, "message", NULL))
        mien_im_message_undelivered (self->role, stanza, self->jid);
      else if (xmpp_node_is (stanza, "iq", NULL) && (g_strcmp0 (type, "get") == 0 || g_strcmp0 (type, "set") == 0))
        mien_im_bounce (self->role, stanza, "cancel", "service-unavailable", NULL);
      xmpp_node_unref (stanza);
    }
}

void
mien_im_session_end (MienImSession *self, const char *condition, const char *text)
{
  MienImAccount *account = self->account;

  if (account == NULL)
    return;
  mien_im_session_ref (self);
  mien_im_presence_end (self, NULL);
  self->account = NULL;   /* nothing is sent to it any more */
  stop_timer (self);
  stop_later (self);
  if (self->sm_id != NULL)
    g_hash_table_remove (self->role->resumable, self->sm_id);
  if (self->stream != NULL)
    {
      xmpp_stream_set_events (self->stream, NULL, NULL);
      if (condition != NULL)
        xmpp_stream_fail (self->stream, condition, text);
      else
        xmpp_stream_close (self->stream);
      g_clear_object (&self->stream);
    }
  account->holds++;
  self->role->n_sessions--;
  g_ptr_array_remove (account->sessions, self);
  if (self->role->running)
    give_back (self);
  mien_im_account_release (account);
  mien_im_session_unref (self);
}

static void
on_closed (XmppStream *stream, const GError *error, gpointer user_data)
{
  MienImSession *self = user_data;

  if (stream != self->stream)
    return;
  if (error != NULL)
    g_debug ("%s: %s", xmpp_jid_get_full (self->jid), error->message);
  /* A stream that was closed in order, or that we ended with a stream error, is over (XEP-0198 section 5). */
  if (self->sm_id != NULL && error != NULL && !g_error_matches (error, XMPP_ERROR, XMPP_ERROR_STREAM)
      && !g_error_matches (error, XMPP_ERROR, XMPP_ERROR_BAD_XML)
          && !g_error_matches (error, XMPP_ERROR, XMPP_ERROR_LIMIT))
    mien_im_session_detach (self);
  else
    mien_im_session_end (self, NULL, NULL);
}

/* A client may have MIEN_IM_MAX_PENDING stanzas at the database; then it has to wait. */
void
mien_im_session_hold (MienImSession *self)
{
  self->pending++;
  if (self->pending >= MIEN_IM_MAX_PENDING && self->stream != NULL && !self->paused)
    {
      self->paused = TRUE;
      xmpp_stream_pause (self->stream);
    }
}

void
mien_im_session_release (MienImSession *self)
{
  self->pending--;
  if (self->paused && self->pending < MIEN_IM_MAX_PENDING / 2 && self->stream != NULL)
    {
      self->paused = FALSE;
      xmpp_stream_resume (self->stream);
    }
}

/* XEP-0198 section 3 */
static void
enable_sm (MienImSession *self, const XmppNode *enable)
{
  XmppNode *enabled;
  const char *resume = xmpp_node_get (enable, "resume");

  if (xmpp_sm_is_enabled (self->sm))
    {
      xmpp_stream_fail (self->stream, "policy-violation", "Stream management is enabled already");
      return;
    }
  enabled = xmpp_node_new ("enabled", XMPP_NS_SM);
  if (g_strcmp0 (resume, "true") == 0 || g_strcmp0 (resume, "1") == 0)
    {
      g_autofree char *max = g_strdup_printf ("%d", MIEN_IM_RESUME_SECONDS);

      self->sm_id = g_uuid_string_random ();
      g_hash_table_insert (self->role->resumable, self->sm_id, self);
      xmpp_node_set (enabled, "id", self->sm_id);
      xmpp_node_set (enabled, "resume", "true");
      xmpp_node_set (enabled, "max", max);
    }
  xmpp_stream_send (self->stream, enabled);
  xmpp_sm_enable (self->sm);
  xmpp_node_unref (enabled);
}

/* RFC 6120 section 8.1.2.1: `from` is the session's own; presence that manages subscriptions is of the bare address. */
static gboolean
stamp (MienImSession *self, XmppNode *stanza)
{
  const char *from = xmpp_node_get (stanza, "from");
  gboolean is_bare;

  if (from != NULL)
    {
      g_autoptr (XmppJid) jid = xmpp_jid_new (from, NULL);

      if (jid == NULL || (!xmpp_jid_equal (jid, self->jid)
                          && g_strcmp0 (xmpp_jid_get_full (jid), xmpp_jid_get_bare (self->jid)) != 0))
        return FALSE;
    }
  switch (xmpp_node_is (stanza, "presence", NULL) ? xmpp_presence_get_kind (stanza) : XMPP_PRESENCE_STATE)
    {
    case XMPP_PRESENCE_SUBSCRIBE:
    case XMPP_PRESENCE_SUBSCRIBED:
    case XMPP_PRESENCE_UNSUBSCRIBE:
    case XMPP_PRESENCE_UNSUBSCRIBED:
      is_bare = TRUE;
      break;
    default:
      is_bare = FALSE;
    }
  xmpp_node_set (stanza, "from", is_bare ? xmpp_jid_get_bare (self->jid) : xmpp_jid_get_full (self->jid));
  return TRUE;
}

/* XEP-0191 section 3.2: nothing goes to a blocked address; only what ends something may. */
static gboolean
refuse_blocked (MienImSession *self, XmppNode *stanza, XmppJid *to)
{
  const char *type = xmpp_node_get (stanza, "type");
  XmppNode *answer;

  if (to == NULL || !mien_im_account_blocks (self->account, xmpp_jid_get_full (to)))
    return FALSE;
  if (xmpp_node_is (stanza, "presence", NULL))
    return type == NULL || g_str_equal (type, "probe");
  if (g_strcmp0 (type, "error") == 0 || g_strcmp0 (type, "result") == 0)
    return TRUE;
  answer = xmpp_stanza_error_for (stanza, "cancel", "not-acceptable", NULL);
  xmpp_node_add (xmpp_node_child (answer, "error", NULL), "blocked", "urn:xmpp:blocking:errors");
  mien_im_session_send_take (self, answer);
  return TRUE;
}

static void
dispatch (MienImSession *self, XmppNode *stanza)
{
  const char *address = xmpp_node_get (stanza, "to");
  g_autoptr (XmppJid) to = address != NULL ? xmpp_jid_new (address, NULL) : NULL;

  if (address != NULL && to == NULL)
    {
      mien_im_bounce (self->role, stanza, "modify", "jid-malformed", NULL);
      return;
    }
  if (to != NULL)
    xmpp_node_set (stanza, "to", xmpp_jid_get_full (to));
  if (refuse_blocked (self, stanza, to))
    return;
  if (xmpp_node_is (stanza, "presence", NULL))
    mien_im_presence_from (self, stanza, to);
  else if (xmpp_node_is (stanza, "message", NULL))
    mien_im_message_from (self, stanza, to);
  else
    mien_im_iq_from (self, stanza, to);
}

static void
on_stanza (XmppStream *stream, XmppNode *stanza, gpointer user_data)
{
  g_autoptr (MienImSession) self = mien_im_session_ref (user_data);

  if (stream != self->stream)
    return;
  self->pinged = FALSE;
  if (xmpp_sm_received (self->sm, stream, stanza))
    {
      go_on (self);
      return;
    }
  if (xmpp_node_is (stanza, "enable", XMPP_NS_SM))
    enable_sm (self, stanza);
  else if (!xmpp_node_is (stanza, "iq", XMPP_NS_CLIENT) && !xmpp_node_is (stanza, "message", XMPP_NS_CLIENT)
           && !xmpp_node_is (stanza, "presence", XMPP_NS_CLIENT))
    xmpp_stream_fail (stream, "unsupported-stanza-type", NULL);
  else if (xmpp_acceptor_answer_session (stream, stanza))
    return;
  else if (!stamp (self, stanza))
    xmpp_stream_fail (stream, "invalid-from", NULL);
  else
    dispatch (self, stanza);
}

/* A client that says nothing is asked whether it is there (XEP-0199), then given up. */
void
mien_im_session_tick (MienImSession *self, gint64 now)
{
  gint64 silence;

  if (self->stream == NULL)
    return;
  silence = now - xmpp_stream_get_last_received (self->stream);
  if (silence < MIEN_IM_SILENCE_SECONDS * G_USEC_PER_SEC)
    self->pinged = FALSE;
  else if (!self->pinged)
    {
      XmppNode *ping = xmpp_ping_request (xmpp_jid_get_full (self->jid));
      g_autofree char *id = g_strdup_printf ("ping-%" G_GUINT64_FORMAT, self->role->next_id++);

      self->pinged = TRUE;
      xmpp_node_set (ping, "id", id);
      xmpp_node_set (ping, "from", self->role->domain);
      mien_im_session_send_take (self, ping);
    }
  else if (silence > (MIEN_IM_SILENCE_SECONDS + MIEN_IM_REQUEST_SECONDS) * G_USEC_PER_SEC)
    {
      if (self->sm_id != NULL)
        mien_im_session_detach (self);
      else
        mien_im_session_end (self, "connection-timeout", NULL);
    }
}
