/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-client-private.h"

#define ACK_AFTER_MS 2000       /* an acknowledgement is asked for so long after a lone message */

void
xmpp_client_drop_stream (XmppClient *self)
{
  g_clear_handle_id (&self->liveness_id, g_source_remove);
  g_clear_handle_id (&self->silence_id, g_source_remove);
  g_clear_handle_id (&self->ack_id, g_source_remove);
  if (self->stream != NULL)
    xmpp_stream_abort (self->stream);
  g_clear_object (&self->stream);
}

/* Is the connection alive? */

static gboolean
on_still_silent (gpointer user_data)
{
  XmppClient *self = user_data;
  g_autoptr (GError) error = NULL;

  self->silence_id = 0;
  /* An answer that came at once, and nothing after it, is an answer. */
  if (self->stream == NULL || xmpp_stream_get_last_received (self->stream) > self->probed_at)
    return G_SOURCE_REMOVE;
  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, NULL, "The server does not answer any more.");
  xmpp_client_lost (self, error);
  return G_SOURCE_REMOVE;
}

/* This computer may have slept, or our own loop may have been late: first all that has arrived is read. */
static gboolean
on_silence (gpointer user_data)
{
  XmppClient *self = user_data;

  self->silence_id = g_idle_add_full (G_PRIORITY_LOW, on_still_silent, self, NULL);
  return G_SOURCE_REMOVE;
}

void
xmpp_client_probe (XmppClient *self)
{
  if (self->silence_id == 0)
    {
      self->probed_at = g_get_monotonic_time ();
      self->silence_id = g_timeout_add (self->silence_ms, on_silence, self);
    }
  if (xmpp_sm_is_enabled (self->sm))
    {
      g_autoptr (XmppNode) request = xmpp_node_new ("r", XMPP_NS_SM);

      xmpp_stream_send (self->stream, request);
    }
  else
    {
      g_autoptr (XmppNode) ping = xmpp_iq_new ("get", xmpp_jid_get_domain (self->jid), "ping", "urn:xmpp:ping", NULL);

      xmpp_node_set (ping, "id", "liveness");   /* any answer will do, an error too */
      xmpp_stream_send (self->stream, ping);
    }
}

static gboolean
on_liveness (gpointer user_data)
{
  XmppClient *self = user_data;

  if (g_get_monotonic_time () - xmpp_stream_get_last_received (self->stream) >= (gint64) self->liveness_ms / 2 * 1000)
    xmpp_client_probe (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_ack_time (gpointer user_data)
{
  XmppClient *self = user_data;

  self->ack_id = 0;
  if (self->stream != NULL)
    xmpp_sm_request (self->sm, self->stream);
  return G_SOURCE_REMOVE;
}

/* The stream */

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  g_autoptr (XmppClient) self = g_object_ref (user_data);

  if (xmpp_sm_received (self->sm, stream, stanza))
    return;
  if (xmpp_node_is (stanza, NULL, XMPP_NS_CLIENT))
    xmpp_porter_dispatch (self->porter, stanza);
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  XmppClient *self = user_data;

  xmpp_client_lost (self, error);
}

static const XmppStreamEvents events = {
  .stanza = on_stanza,
  .closed = on_closed,
};

gboolean
xmpp_client_send_stanza (XmppPorter *porter,
                         XmppNode   *stanza,
                         gpointer    user_data)
{
  XmppClient *self = user_data;
  gboolean sent;

  if (self->stream == NULL)
    return FALSE;
  sent = xmpp_sm_send (self->sm, self->stream, stanza);
  if (sent && self->ack_id == 0 && xmpp_sm_is_enabled (self->sm) && xmpp_node_is (stanza, "message", NULL))
    self->ack_id = g_timeout_add (ACK_AFTER_MS, on_ack_time, self);
  return sent;
}

/* Messages of a session that the server has forgotten are sent again in the new one; presence and requests are not. */
static void
resend_messages (XmppClient *self,
                 XmppSm     *old)
{
  XmppNode *stanza;

  while ((stanza = xmpp_sm_steal (old)) != NULL)
    {
      G_GNUC_UNUSED g_autoptr (XmppNode) owned = stanza;

      if (xmpp_node_is (stanza, "message", XMPP_NS_CLIENT) && xmpp_node_child (stanza, "body", XMPP_NS_CLIENT) != NULL)
        xmpp_client_send_stanza (self->porter, stanza, self);
    }
}

void
xmpp_client_take_stream (XmppClient    *self,
                         XmppConnector *connector)
{
  gboolean resumed = xmpp_connector_is_resumed (connector);
  g_autoptr (XmppSm) old = NULL;

  self->stream = xmpp_connector_steal_stream (connector);
  xmpp_stream_set_events (self->stream, &events, self);
  xmpp_stream_set_limits (self->stream, XMPP_CLIENT_MAX_STANZA, 0);
  if (resumed && !xmpp_sm_acknowledge (self->sm, xmpp_connector_get_resumed_h (connector)))
    {
      xmpp_stream_fail (self->stream, "undefined-condition", "More stanzas were acknowledged than sent.");
      g_clear_pointer (&self->session_id, g_free);
    }
  if (!resumed)
    {
      old = g_steal_pointer (&self->sm);
      self->sm = xmpp_sm_new (0, 0);
      if (xmpp_connector_has_sm (connector))
        xmpp_sm_enable (self->sm);
      g_free (self->session_id);
      self->session_id = g_strdup (xmpp_connector_get_session_id (connector));
      g_clear_pointer (&self->jid, xmpp_jid_unref);
      self->jid = xmpp_jid_ref (xmpp_connector_get_jid (connector));
      xmpp_porter_disconnected (self->porter, FALSE, NULL);   /* requests of the old session have no answer */
    }
  xmpp_backoff_reset (&self->backoff);
  self->liveness_id = g_timeout_add (self->liveness_ms, on_liveness, self);
  xmpp_client_set_state (self, XMPP_CLIENT_ONLINE, NULL);
  if (!resumed)
    g_object_notify (G_OBJECT (self), "jid");
  xmpp_porter_connected (self->porter, xmpp_jid_get_full (self->jid), resumed);
  if (self->stream == NULL)
    return;   /* a handler went offline */
  if (resumed)
    xmpp_sm_resend (self->sm, self->stream);
  else
    resend_messages (self, old);
  xmpp_stream_resume (self->stream);
}
