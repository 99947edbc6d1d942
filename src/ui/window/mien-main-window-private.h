/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-conversation-view.h"
#include "mien-face-view.h"
#include "mien-friend-list.h"
#include "mien-main-window.h"
#include "mien-status-popover.h"

G_BEGIN_DECLS

struct _MienMainWindow
{
  AdwApplicationWindow parent_instance;

  /* Template */
  AdwToastOverlay *toasts;
  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkWidget *own_button;
  GtkLabel *own_name;
  GtkMenuButton *status_button;
  GtkDrawingArea *status_mark;
  GtkLabel *status_label;
  GtkRevealer *hint;
  GtkWidget *search;
  GtkStack *list_stack;
  AdwStatusPage *nothing;
  GtkWidget *add_found;
  MienFriendList *friends;
  GtkWidget *peer;
  GtkLabel *peer_name;
  GtkLabel *peer_status;
  GtkWidget *peer_menu;
  GtkStack *content_stack;
  AdwStatusPage *nobody;
  MienConversationView *conversation;
  GtkRevealer *bar;
  GtkWidget *bar_spinner;
  GtkLabel *bar_label;
  GtkWidget *bar_button;

  /* Children */
  MienFaceView *own_face;
  MienFaceView *peer_face;
  MienStatusPopover *status;

  AdwToast *toast;                         /* the one that is shown; weak */

  /* Owned */
  MienAccount *account;
  GSettings *settings;
  MienFriend *peer_friend;                 /* whose "changed" the header follows */
  GtkWidget *editor;                       /* weak */

  guint bar_tick;
  gboolean starting;
};

/* -actions.c */
void        mien_main_window_install_actions (GtkWidgetClass *widget_class);
void        mien_main_window_update_actions (MienMainWindow *self);
/* -connection.c */
void        mien_main_window_watch_connection (MienMainWindow *self);
void        mien_main_window_unwatch_connection (MienMainWindow *self);
void        mien_main_window_on_bar_clicked (MienMainWindow *self);

MienFriend *mien_main_window_get_friend (MienMainWindow *self);      /* of the conversation, or NULL */
void        mien_main_window_close_conversation (MienMainWindow *self);

G_END_DECLS
