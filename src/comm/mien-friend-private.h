/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-node.h>

#include "mien-friend.h"

G_BEGIN_DECLS

/* More than these of one account are left out: a friend's server could invent any number. */
#define MIEN_FRIEND_MAX_RESOURCES 32

/* Where a friend stands in the list: by group first, by name inside. */
typedef enum
{
  MIEN_FRIEND_ASKS,                /* wants to see us and waits for an answer */
  MIEN_FRIEND_HERE,
  MIEN_FRIEND_AWAY,                /* away, not available for long, or not to be disturbed */
  MIEN_FRIEND_GONE,
} MienFriendGroup;

typedef struct _MienResource MienResource;

struct _MienResource
{
  MienResource *next;
  char         *status;            /* or NULL */
  gint8         priority;
  guint8        presence;
  gboolean      stale;             /* of the connection before: counts until it is known better */
  char          name[];
};

struct _MienFriend
{
  GObject       parent_instance;

  char         *jid;               /* owned, and all that follow */
  char         *roster_name;       /* or NULL */
  char         *nick;              /* XEP-0172, or NULL */
  char         *sort_key;          /* collation key of the shown name */
  char         *search_key;        /* shown name and address, case folded */
  char         *last_line;         /* or NULL */
  char        **roster_groups;     /* given back unchanged when the entry is renamed; or NULL */
  MienResource *resources;         /* those available; best one first */

  const char   *shown;             /* one of the names above, or inside jid */
  char         *local;             /* the local part, when it is the shown name */
  guint         unread;
  guint         subscription : 2;
  guint         in_roster : 1;     /* FALSE: only asks */
  guint         pending_out : 1;
  guint         pending_in : 1;
  guint         typing : 1;
  guint         dirty : 1;         /* waits for the roster's next frame */
  guint         removed : 1;       /* no longer in the roster; leaves the list in the next frame */
  guint         seen : 1;          /* in the answer that is being read */
};

/* Without its keys: mien_friend_set_names() makes them, once, and must be called before the friend is shown. */
MienFriend *mien_friend_new (const char *bare_jid);

/* Each returns TRUE when something that can be seen changed; the roster then marks the friend. */
gboolean mien_friend_set_names (MienFriend *self, const char *roster_name, const char *nick);
gboolean mien_friend_set_entry (MienFriend *self, MienSubscription subscription, gboolean pending_out, char **groups);
gboolean mien_friend_set_resource (MienFriend *self, const char *resource, MienPresence presence, int priority,
                                   const char *status);   /* OFFLINE removes it */
gboolean mien_friend_clear_resources (MienFriend *self);
void     mien_friend_set_stale (MienFriend *self);
gboolean mien_friend_drop_stale (MienFriend *self);
gboolean mien_friend_set_conversation (MienFriend *self, guint unread, const char *last_line, gboolean typing);

MienFriendGroup mien_friend_get_group (MienFriend *self);
/* the order of the list; 0 only for the same friend */
int      mien_friend_compare (MienFriend *a, MienFriend *b);
void     mien_friend_emit_changed (MienFriend *self);

G_END_DECLS
