/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-ping.h"

XmppNode *
xmpp_ping_request (const char *to)
{
  return xmpp_iq_new ("get", to, "ping", XMPP_NS_PING, NULL);
}

gboolean
xmpp_ping_is_request (const XmppNode *iq)
{
  g_return_val_if_fail (iq != NULL, FALSE);
  return strcmp (xmpp_node_get_name (iq), "iq") == 0 && g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0
         && xmpp_node_child (iq, "ping", XMPP_NS_PING) != NULL;
}
