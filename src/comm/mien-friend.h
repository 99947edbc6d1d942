/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_PRESENCE_OFFLINE,
  MIEN_PRESENCE_DND,
  MIEN_PRESENCE_XA,
  MIEN_PRESENCE_AWAY,
  MIEN_PRESENCE_ONLINE,
  MIEN_PRESENCE_CHAT,
} MienPresence;

typedef enum { MIEN_SUBSCRIPTION_NONE, MIEN_SUBSCRIPTION_TO, MIEN_SUBSCRIPTION_FROM,
               MIEN_SUBSCRIPTION_BOTH } MienSubscription;

/**
 * MienFriend: one entry of the friend list (an RFC 6121 roster item with the presence of its best resource). A plain
 * model: MienRoster writes it, views watch its one signal "changed" (coalesced to one a frame by the roster).
 */
#define MIEN_TYPE_FRIEND (mien_friend_get_type ())
G_DECLARE_FINAL_TYPE (MienFriend, mien_friend, MIEN, FRIEND, GObject)

const char      *mien_friend_get_jid (MienFriend *self);             /* bare */
/* roster name, else nickname, else the local part; never NULL */
const char      *mien_friend_get_name (MienFriend *self);
MienPresence     mien_friend_get_presence (MienFriend *self);
const char      *mien_friend_get_status (MienFriend *self);          /* status text or NULL */
MienSubscription mien_friend_get_subscription (MienFriend *self);
gboolean         mien_friend_get_pending_out (MienFriend *self);     /* we asked, no answer yet */
gboolean         mien_friend_get_pending_in (MienFriend *self);      /* asks to see us */
guint            mien_friend_get_unread (MienFriend *self);
const char      *mien_friend_get_last_line (MienFriend *self);       /* of the conversation, or NULL */
gboolean         mien_friend_get_typing (MienFriend *self);

G_END_DECLS
