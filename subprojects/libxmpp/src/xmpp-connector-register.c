/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

/* Registration: XEP-0077 */

void
xmpp_connector_ask_registration (XmppConnector *self)
{
  g_autoptr (XmppNode) iq = xmpp_iq_new ("get", xmpp_connector_domain (self), "query", XMPP_NS_REGISTER, NULL);

  xmpp_node_set (iq, "id", "register-form");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_REGISTRATION_FORM;
}

static void
refuse_registration (XmppConnector *self,
                     XmppNode      *iq)
{
  g_autoptr (GError) error = NULL;
  const char *condition;

  xmpp_stanza_get_error (iq, &error);
  condition = xmpp_stanza_get_error_condition (iq);
  if (g_strcmp0 (condition, "conflict") == 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_REGISTRATION, condition, "%s is taken already. Choose another name.",
                              xmpp_jid_get_bare (self->jid));
  else if (g_strcmp0 (condition, "service-unavailable") == 0 || g_strcmp0 (condition, "not-allowed") == 0
           || g_strcmp0 (condition, "feature-not-implemented") == 0 || g_strcmp0 (condition, "not-authorized") == 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_REGISTRATION, condition,
                              "The server %s does not let new accounts be made from here.",
                              xmpp_connector_domain (self));
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_REGISTRATION, condition, "The account was not made: %s", error->message);
}

void
xmpp_connector_on_registration_form (XmppConnector *self,
                                     XmppNode      *iq)
{
  XmppNode *form = xmpp_node_child (iq, "query", XMPP_NS_REGISTER);
  g_autoptr (XmppNode) answer = NULL;
  XmppNode *query = NULL;
  const char *url;

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "result") != 0 || form == NULL)
    {
      refuse_registration (self, iq);
      return;
    }
  if (xmpp_node_child (form, "username", NULL) == NULL || xmpp_node_child (form, "password", NULL) == NULL)
    {
      XmppNode *oob = xmpp_node_child (form, "x", "jabber:x:oob");

      url = oob != NULL ? xmpp_node_child_text (oob, "url", NULL) : NULL;
      xmpp_connector_fail_with (self, XMPP_ERROR_REGISTRATION, NULL,
                                "The server %s wants new accounts to be made on its web page%s%s.",
                                xmpp_connector_domain (self), url != NULL ? ": " : "", url != NULL ? url : "");
      return;
    }
  answer = xmpp_iq_new ("set", xmpp_connector_domain (self), "query", XMPP_NS_REGISTER, &query);
  xmpp_node_set (answer, "id", "register");
  xmpp_node_add_text_child (query, "username", NULL, xmpp_jid_get_local (self->jid));
  xmpp_node_add_text_child (query, "password", NULL, self->password != NULL ? self->password : "");
  xmpp_stream_send (self->stream, answer);
  self->expect = EXPECT_REGISTRATION;
}

void
xmpp_connector_on_registered (XmppConnector *self,
                              XmppNode      *iq)
{
  if (g_strcmp0 (xmpp_node_get (iq, "type"), "result") != 0)
    {
      refuse_registration (self, iq);
      return;
    }
  xmpp_stream_set_events (self->stream, NULL, NULL);
  xmpp_stream_close (self->stream);
  g_clear_object (&self->stream);
  xmpp_connector_succeed (self);
}
