/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-roster.h"

G_BEGIN_DECLS

/* Small dialogs about a friend. Each does its change on the roster, tells errors in itself and lets the user try again;
 * @done is called once the server has agreed, with a sentence to show for a moment, or NULL. @user_data: a GtkWidget
 * that must outlive the dialog, which is modal for @parent. */

typedef void (*MienFriendDialogDone) (const char *message, gpointer user_data);

void mien_friend_dialog_add (GtkWindow *parent, MienRoster *roster, const char *address, MienFriendDialogDone done,
                             gpointer user_data);
void mien_friend_dialog_rename (GtkWindow *parent, MienRoster *roster, MienFriend *person, MienFriendDialogDone done,
                                gpointer user_data);
void mien_friend_dialog_remove (GtkWindow *parent, MienRoster *roster, MienFriend *person, MienFriendDialogDone done,
                                gpointer user_data);

G_END_DECLS
