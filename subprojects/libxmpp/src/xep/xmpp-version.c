/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-version.h"

XmppNode *
xmpp_version_request (const char *to)
{
  return xmpp_iq_new ("get", to, "query", XMPP_NS_VERSION, NULL);
}

XmppNode *
xmpp_version_result (const XmppNode *request, const char *name, const char *version)
{
  XmppNode *iq;
  XmppNode *query;

  g_return_val_if_fail (request != NULL && name != NULL && version != NULL, NULL);

  iq = xmpp_iq_result_for (request);
  query = xmpp_node_add (iq, "query", XMPP_NS_VERSION);
  xmpp_node_add_text_child (query, "name", NULL, name);
  xmpp_node_add_text_child (query, "version", NULL, version);
  return iq;
}

gboolean
xmpp_version_parse (const XmppNode *result, const char **name, const char **version)
{
  XmppNode *query;

  g_return_val_if_fail (result != NULL && name != NULL && version != NULL, FALSE);

  query = xmpp_node_child (result, "query", XMPP_NS_VERSION);
  *name = query != NULL ? xmpp_node_child_text (query, "name", XMPP_NS_VERSION) : NULL;
  *version = query != NULL ? xmpp_node_child_text (query, "version", XMPP_NS_VERSION) : NULL;
  return query != NULL;
}
