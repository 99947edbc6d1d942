/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-porter.h>

#include "mien-conversation.h"
#include "mien-roster-private.h"

G_BEGIN_DECLS

#define MIEN_CONVERSATION_MAX_MESSAGES 10000           /* kept in memory; the oldest go first */
#define MIEN_CONVERSATION_MAX_LINE     160             /* bytes of the line shown in the friend list */
#define MIEN_CONVERSATION_PAUSE        5               /* seconds without a key until "composing" becomes "paused" */

/* MienMessage */
MienMessage *mien_message_new (const char *id, const char *body, gint64 time, gboolean own);
void         mien_message_set_delivery (MienMessage *self, MienDelivery delivery, const char *error);

/* MienConversation. The session hands in what came from or went to @bare_jid. */
MienConversation *mien_conversation_new (XmppPorter *porter, MienRoster *roster, const char *bare_jid);
/* An incoming message, or the copy of one of our other devices' (@sent). Returns the message that was added, (transfer
 * none), or NULL when it carried something else. @live: it came now and straight to us, so it is acknowledged. */
MienMessage *mien_conversation_take (MienConversation *self, XmppNode *stanza, gboolean sent, gboolean live);
void         mien_conversation_take_error (MienConversation *self, XmppNode *stanza);
void         mien_conversation_connected (MienConversation *self, gboolean resumed);

G_END_DECLS
