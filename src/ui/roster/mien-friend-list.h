/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-gallery.h"
#include "mien-roster.h"

G_BEGIN_DECLS

/**
 * MienFriendList: the friend list with its tips. Made for 5,000 friends: portraits are asked for visible rows only.
 * Signals: "chosen" (MienFriend *): clicked or activated.
 */
#define MIEN_TYPE_FRIEND_LIST (mien_friend_list_get_type ())
G_DECLARE_FINAL_TYPE (MienFriendList, mien_friend_list, MIEN, FRIEND_LIST, GtkWidget)

GtkWidget *mien_friend_list_new (void);
void       mien_friend_list_set_models (MienFriendList *self, MienRoster *roster, MienGallery *gallery);
void       mien_friend_list_select (MienFriendList *self, const char *bare_jid);      /* NULL: nobody */
GtkWidget *mien_friend_list_get_tips (MienFriendList *self);
/* Of the rows in sight whose friend has a portrait or may have one: how many, and how many show the current one. */
void       mien_friend_list_count_portraits (MienFriendList *self, guint *out_shown, guint *out_visible);
GtkWidget *mien_friend_list_get_view (MienFriendList *self);         /* the scrolling part, for key capture */

G_END_DECLS
