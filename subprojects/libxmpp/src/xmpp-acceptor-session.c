/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-acceptor-private.h"

void
xmpp_acceptor_refuse_request (XmppAcceptor *self,
                              const char   *type,
                              const char   *condition,
                              const char   *text)
{
  g_autoptr (XmppNode) request = g_steal_pointer (&self->request);
  g_autoptr (XmppNode) answer = NULL;

  if (request == NULL)
    return;
  answer = xmpp_stanza_error_for (request, type, condition, text);
  xmpp_stream_send (self->stream, answer);
}

/* Binding (RFC 6120 section 7) and resumption (XEP-0198 section 5) */

void
xmpp_acceptor_ask_binding (XmppAcceptor *self,
                           XmppNode     *iq)
{
  XmppNode *bind = xmpp_node_child (iq, "bind", XMPP_NS_BIND);
  const char *wanted = xmpp_node_child_text (bind, "resource", XMPP_NS_BIND);
  g_autoptr (XmppJid) full = NULL;

  self->request = xmpp_node_ref (iq);
  if (wanted != NULL && *wanted != '\0')
    {
      full = xmpp_jid_with_resource (self->jid, wanted, NULL);
      if (full == NULL)
        {
          xmpp_acceptor_refuse_request (self, "modify", "bad-request", NULL);
          return;
        }
    }
  xmpp_acceptor_wait_for (self, WAIT_BINDING);
  self->host->bind (self, self->jid, full != NULL ? xmpp_jid_get_resource (full) : NULL, self->host_data);
}

void
xmpp_acceptor_bound (XmppAcceptor *self,
                     const char   *resource)
{
  g_autoptr (XmppNode) answer = NULL;
  g_autoptr (XmppJid) full = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self) && resource != NULL);

  if (!xmpp_acceptor_got (self, WAIT_BINDING))
    return;
  full = xmpp_jid_with_resource (self->jid, resource, NULL);
  if (full == NULL)
    {
      xmpp_acceptor_refuse_request (self, "cancel", "internal-server-error", NULL);
      return;
    }
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  self->jid = g_steal_pointer (&full);
  answer = xmpp_iq_result_for (self->request);
  g_clear_pointer (&self->request, xmpp_node_unref);
  xmpp_node_add_text_child (xmpp_node_add (answer, "bind", XMPP_NS_BIND), "jid", NULL, xmpp_jid_get_full (self->jid));
  xmpp_stream_send (self->stream, answer);
  xmpp_acceptor_succeed (self);
}

void
xmpp_acceptor_refuse (XmppAcceptor *self,
                      const char   *type,
                      const char   *condition)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self) && type != NULL && condition != NULL);

  if (xmpp_acceptor_got (self, WAIT_BINDING))
    xmpp_acceptor_refuse_request (self, type, condition, NULL);
}

void
xmpp_acceptor_ask_resumption (XmppAcceptor *self,
                              XmppNode     *resume)
{
  gint64 h = xmpp_node_get_int (resume, "h", 0, G_MAXUINT32, -1);
  const char *id = xmpp_node_get (resume, "previd");

  g_free (self->session_id);
  self->session_id = g_strdup (id);
  xmpp_acceptor_wait_for (self, WAIT_RESUMPTION);
  if (id == NULL || h < 0 || self->host->resume == NULL)
    xmpp_acceptor_resumed (self, FALSE, 0);
  else
    self->host->resume (self, self->jid, id, (guint32) h, self->host_data);
}

void
xmpp_acceptor_resumed (XmppAcceptor *self,
                       gboolean      found,
                       guint32       handled)
{
  g_autoptr (XmppNode) answer = NULL;
  char h[16];

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!xmpp_acceptor_got (self, WAIT_RESUMPTION))
    return;
  if (!found)
    {
      answer = xmpp_node_new ("failed", XMPP_NS_SM);
      xmpp_node_add (answer, "item-not-found", XMPP_NS_STANZAS);
      xmpp_stream_send (self->stream, answer);
      g_clear_pointer (&self->session_id, g_free);
      return;
    }
  g_snprintf (h, sizeof h, "%u", handled);
  answer = xmpp_node_new ("resumed", XMPP_NS_SM);
  xmpp_node_set (answer, "h", h);
  xmpp_node_set (answer, "previd", self->session_id);
  xmpp_stream_send (self->stream, answer);
  self->resumed = TRUE;
  xmpp_acceptor_succeed (self);
}

gboolean
xmpp_acceptor_answer_session (XmppStream     *stream,
                              const XmppNode *stanza)
{
  g_autoptr (XmppNode) answer = NULL;

  g_return_val_if_fail (XMPP_IS_STREAM (stream) && stanza != NULL, FALSE);

  if (!xmpp_node_is (stanza, "iq", XMPP_NS_CLIENT) || xmpp_node_child (stanza, "session", XMPP_NS_SESSION) == NULL
      || g_strcmp0 (xmpp_node_get (stanza, "type"), "set") != 0)
    return FALSE;
  answer = xmpp_iq_result_for (stanza);
  xmpp_node_set (answer, "to", NULL);
  xmpp_stream_send (stream, answer);
  return TRUE;
}
