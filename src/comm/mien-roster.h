/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-friend.h"

G_BEGIN_DECLS

/**
 * MienRoster: the friend list as one flat GListModel of MienFriend, sorted by presence and name and filtered by the
 * search text inside, with changes collected so that a thousand presences are one items_changed a frame.
 * Built for 5,000 friends, possible with 100,000. Cached on disk, so names are there before the network.
 */
#define MIEN_TYPE_ROSTER (mien_roster_get_type ())
G_DECLARE_FINAL_TYPE (MienRoster, mien_roster, MIEN, ROSTER, GObject)

/* (transfer none) or NULL, whatever the filter */
MienFriend *mien_roster_lookup (MienRoster *self, const char *bare_jid);
guint       mien_roster_get_size (MienRoster *self);                 /* all friends, whatever the filter */
guint       mien_roster_get_n_online (MienRoster *self);
void        mien_roster_foreach (MienRoster *self, GFunc func, gpointer user_data);
/* name or address contains, case folded; "" shows all */
void        mien_roster_set_search (MienRoster *self, const char *text);
gboolean    mien_roster_is_loaded (MienRoster *self);                /* property "loaded": from cache or network */

/* RFC 6121 sections 2 and 3. Each ends when the server has answered. */
void     mien_roster_add_async (MienRoster *self, const char *jid, const char *name, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
void     mien_roster_rename_async (MienRoster *self, const char *jid, const char *name, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
void     mien_roster_remove_async (MienRoster *self, const char *jid, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_roster_change_finish (MienRoster *self, GAsyncResult *result, GError **error);
/* a request of mien_friend_get_pending_in() */
void     mien_roster_answer (MienRoster *self, const char *jid, gboolean accept);
/* signal "subscription-request" (MienFriend *) */

/* Writes at once what would be written soon: before the program ends. Some kilobytes, without a sync. */
void     mien_roster_store_now (MienRoster *self);

G_END_DECLS
