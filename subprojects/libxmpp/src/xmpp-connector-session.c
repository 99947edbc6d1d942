/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

/* Resumption, binding, stream management */

static void ask_sm (XmppConnector *self);

void
xmpp_connector_ask_resumption (XmppConnector *self)
{
  g_autoptr (XmppNode) resume = xmpp_node_new ("resume", XMPP_NS_SM);
  char h[16];

  g_snprintf (h, sizeof h, "%u", self->resume_h);
  xmpp_node_set (resume, "previd", self->resume_id);
  xmpp_node_set (resume, "h", h);
  xmpp_stream_send (self->stream, resume);
  self->expect = EXPECT_RESUMPTION;
}

void
xmpp_connector_on_resumed (XmppConnector *self,
                           XmppNode      *node)
{
  if (xmpp_node_is (node, "failed", XMPP_NS_SM))
    {
      xmpp_connector_ask_binding (self);
      return;
    }
  if (!xmpp_node_is (node, "resumed", XMPP_NS_SM))
    return;
  self->resumed = TRUE;
  self->has_sm = TRUE;
  self->resumed_h = (guint32) xmpp_node_get_int (node, "h", 0, G_MAXUINT32, 0);
  self->session_id = g_strdup (self->resume_id);
  xmpp_connector_succeed (self);
}

void
xmpp_connector_ask_binding (XmppConnector *self)
{
  const char *resource = xmpp_jid_get_resource (self->jid);
  XmppNode *bind = NULL;
  g_autoptr (XmppNode) iq = xmpp_iq_new ("set", NULL, "bind", XMPP_NS_BIND, &bind);

  if (resource != NULL)
    xmpp_node_add_text_child (bind, "resource", NULL, resource);
  xmpp_node_set (iq, "id", "bind");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_BINDING;
}

/* RFC 3921 section 3: only for servers that insist. */
static void
ask_session (XmppConnector *self)
{
  XmppNode *session = xmpp_node_child (self->features, "session", XMPP_NS_SESSION);
  g_autoptr (XmppNode) iq = NULL;

  if (session == NULL || xmpp_node_child (session, "optional", NULL) != NULL)
    {
      ask_sm (self);
      return;
    }
  iq = xmpp_iq_new ("set", NULL, "session", XMPP_NS_SESSION, NULL);
  xmpp_node_set (iq, "id", "session");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_SESSION;
}

void
xmpp_connector_on_bound (XmppConnector *self,
                         XmppNode      *iq)
{
  XmppNode *bind = xmpp_node_child (iq, "bind", XMPP_NS_BIND);
  const char *text = bind != NULL ? xmpp_node_child_text (bind, "jid", XMPP_NS_BIND) : NULL;
  g_autoptr (GError) error = NULL;

  if (xmpp_stanza_get_error (iq, &error))
    {
      const char *condition = xmpp_error_get_condition (error);

      if (g_strcmp0 (condition, "conflict") == 0)
        xmpp_connector_fail_with (self, XMPP_ERROR_CONFLICT, condition,
                                  "Another program is signed in to this account under the same name.");
      else
        xmpp_connector_fail_with (self, XMPP_ERROR_STREAM, condition, "The server %s does not let you in: %s",
                                  xmpp_connector_domain (self), error->message);
      return;
    }
  if (text != NULL)
    self->bound = xmpp_jid_new (text, NULL);
  if (self->bound == NULL)
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s gave an address that is none.",
                                xmpp_connector_domain (self));
      return;
    }
  ask_session (self);
}

void
xmpp_connector_on_session (XmppConnector *self,
                           XmppNode      *iq)
{
  ask_sm (self);
}

static void
ask_sm (XmppConnector *self)
{
  g_autoptr (XmppNode) enable = NULL;

  if (xmpp_node_child (self->features, "sm", XMPP_NS_SM) == NULL)
    {
      xmpp_connector_succeed (self);
      return;
    }
  enable = xmpp_node_new ("enable", XMPP_NS_SM);
  xmpp_node_set (enable, "resume", "true");
  xmpp_stream_send (self->stream, enable);
  self->expect = EXPECT_SM;
}

void
xmpp_connector_on_sm (XmppConnector *self,
                      XmppNode      *node)
{
  const char *resume = xmpp_node_get (node, "resume");

  if (xmpp_node_is (node, "enabled", XMPP_NS_SM))
    {
      self->has_sm = TRUE;
      if (g_strcmp0 (resume, "true") == 0 || g_strcmp0 (resume, "1") == 0)
        self->session_id = g_strdup (xmpp_node_get (node, "id"));
      xmpp_connector_succeed (self);
    }
  else if (xmpp_node_is (node, "failed", XMPP_NS_SM))
    {
      xmpp_connector_succeed (self);
    }
  /* A stanza that the server sent before its answer cannot be kept; nothing was asked for yet, so nothing is lost. */
}
