/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-paint.h"

G_BEGIN_DECLS

/**
 * MienFriendRow: one friend in the list, drawn by itself without child widgets: a list view keeps some two hundred of
 * them, whatever the number of friends, and scrolling binds them anew.
 */
#define MIEN_TYPE_FRIEND_ROW (mien_friend_row_get_type ())
G_DECLARE_FINAL_TYPE (MienFriendRow, mien_friend_row, MIEN, FRIEND_ROW, GtkWidget)

#define MIEN_FRIEND_ROW_FACE 40            /* logical pixels */

typedef struct
{
  const char  *jid;                        /* bare */
  const char  *name;
  const char  *line;                       /* under the name, or NULL: then the name is in the middle */
  gboolean     line_is_news;               /* typing, or a request: in the accent colour */
  MienPresence presence;
  guint        unread;
} MienFriendRowContent;

GtkWidget  *mien_friend_row_new (void);
void        mien_friend_row_set_content (MienFriendRow *self, const MienFriendRowContent *content);   /* copied */
void        mien_friend_row_set_portrait (MienFriendRow *self, cairo_surface_t *portrait);   /* NULL: initials */
const char *mien_friend_row_get_jid (MienFriendRow *self);

G_END_DECLS
