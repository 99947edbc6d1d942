/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Chat state notifications (XEP-0085). */
#define XMPP_NS_CHAT_STATES "http://jabber.org/protocol/chatstates"

typedef enum
{
  XMPP_CHAT_STATE_NONE,                /* the message says nothing about it */
  XMPP_CHAT_STATE_ACTIVE,
  XMPP_CHAT_STATE_COMPOSING,
  XMPP_CHAT_STATE_PAUSED,
  XMPP_CHAT_STATE_INACTIVE,
  XMPP_CHAT_STATE_GONE,
} XmppChatState;

XmppChatState xmpp_chat_state_parse (const XmppNode *message);
void          xmpp_chat_state_add (XmppNode *message, XmppChatState state);    /* replaces; NONE removes */

G_END_DECLS
