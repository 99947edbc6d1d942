/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-receipts.h"
#include "xmpp-hints.h"

void
xmpp_receipts_request (XmppNode *message)
{
  g_return_if_fail (message != NULL && xmpp_node_get (message, "id") != NULL);
  xmpp_node_add (message, "request", XMPP_NS_RECEIPTS);
}

gboolean
xmpp_receipts_is_requested (const XmppNode *message)
{
  g_return_val_if_fail (message != NULL, FALSE);
  return xmpp_node_child (message, "request", XMPP_NS_RECEIPTS) != NULL && xmpp_node_get (message, "id") != NULL
         && xmpp_node_child (message, "received", XMPP_NS_RECEIPTS) == NULL
         && g_strcmp0 (xmpp_node_get (message, "type"), "error") != 0
         && g_strcmp0 (xmpp_node_get (message, "type"), "groupchat") != 0;
}

XmppNode *
xmpp_receipts_ack (const XmppNode *message)
{
  XmppNode *ack;

  g_return_val_if_fail (message != NULL, NULL);

  if (!xmpp_receipts_is_requested (message) || xmpp_node_get (message, "from") == NULL)
    return NULL;
  ack = xmpp_stanza_new ("message", xmpp_node_get (message, "type"), xmpp_node_get (message, "from"));
  xmpp_node_set (xmpp_node_add (ack, "received", XMPP_NS_RECEIPTS), "id", xmpp_node_get (message, "id"));
  xmpp_hints_add (ack, XMPP_HINT_STORE);
  return ack;
}

const char *
xmpp_receipts_get_ack (const XmppNode *message)
{
  XmppNode *node;

  g_return_val_if_fail (message != NULL, NULL);

  if (g_strcmp0 (xmpp_node_get (message, "type"), "error") == 0)
    return NULL;
  node = xmpp_node_child (message, "received", XMPP_NS_RECEIPTS);
  return node != NULL ? xmpp_node_get (node, "id") : NULL;
}
