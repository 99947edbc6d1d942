/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-chat-state.h"

static const char * const names[] = { NULL, "active", "composing", "paused", "inactive", "gone" };

XmppChatState
xmpp_chat_state_parse (const XmppNode *message)
{
  XmppNode *node;

  g_return_val_if_fail (message != NULL, XMPP_CHAT_STATE_NONE);

  node = xmpp_node_child (message, NULL, XMPP_NS_CHAT_STATES);
  for (guint i = 1; node != NULL && i < G_N_ELEMENTS (names); i++)
    {
      if (strcmp (xmpp_node_get_name (node), names[i]) == 0)
        return (XmppChatState) i;
    }
  return XMPP_CHAT_STATE_NONE;
}

void
xmpp_chat_state_add (XmppNode *message, XmppChatState state)
{
  XmppNode *node;

  g_return_if_fail (message != NULL && (guint) state < G_N_ELEMENTS (names));

  while ((node = xmpp_node_child (message, NULL, XMPP_NS_CHAT_STATES)) != NULL)
    xmpp_node_remove (message, node);
  if (state != XMPP_CHAT_STATE_NONE)
    xmpp_node_add (message, names[state], XMPP_NS_CHAT_STATES);
}
