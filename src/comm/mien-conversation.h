/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_DELIVERY_SENDING,     /* waits for a connection, or the server has not yet answered what was sent after it */
  MIEN_DELIVERY_SENT,        /* the server has it */
  MIEN_DELIVERY_DELIVERED,   /* the friend's client has it (XEP-0184) */
  MIEN_DELIVERY_FAILED,
} MienDelivery;

#define MIEN_TYPE_MESSAGE (mien_message_get_type ())
G_DECLARE_FINAL_TYPE (MienMessage, mien_message, MIEN, MESSAGE, GObject)

const char  *mien_message_get_id (MienMessage *self);
const char  *mien_message_get_body (MienMessage *self);
gint64       mien_message_get_time (MienMessage *self);              /* Unix seconds; XEP-0203's when delayed */
gboolean     mien_message_is_own (MienMessage *self);
MienDelivery mien_message_get_delivery (MienMessage *self);          /* property "delivery" */
const char  *mien_message_get_error (MienMessage *self);             /* why it failed, for a person, or NULL */

/**
 * MienConversation: the messages with one friend in this session, oldest first (GListModel of MienMessage), chat states
 * (XEP-0085), receipts (XEP-0184) and carbons (XEP-0280).
 */
#define MIEN_TYPE_CONVERSATION (mien_conversation_get_type ())
G_DECLARE_FINAL_TYPE (MienConversation, mien_conversation, MIEN, CONVERSATION, GObject)

#define MIEN_MESSAGE_MAX_BYTES (64 * 1024)

const char  *mien_conversation_get_jid (MienConversation *self);     /* bare */
MienMessage *mien_conversation_send (MienConversation *self, const char *body, GError **error);   /* (transfer none) */
void         mien_conversation_retry (MienConversation *self, MienMessage *message);
void         mien_conversation_set_typing (MienConversation *self, gboolean typing);    /* ours; pauses by itself */
gboolean     mien_conversation_get_friend_typing (MienConversation *self);              /* property "friend-typing" */
void         mien_conversation_mark_read (MienConversation *self);   /* unread becomes 0 */

G_END_DECLS
