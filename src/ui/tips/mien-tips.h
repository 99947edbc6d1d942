/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-friend.h"
#include "mien-gallery.h"

G_BEGIN_DECLS

/**
 * MienTips: the one popup of a list that shows a friend's portrait large (S402-S410). It never takes the focus, stands
 * at the side of the rows, and outlives their re-binding because its parent is the list.
 *
 * The list says where the pointer or the focus is (mien_tips_point(), mien_tips_leave()); the times are kept here.
 */
#define MIEN_TYPE_TIPS (mien_tips_get_type ())
G_DECLARE_FINAL_TYPE (MienTips, mien_tips, MIEN, TIPS, GtkPopover)

#define MIEN_TIPS_DELAY_MS 150             /* the pointer rests on a name */
#define MIEN_TIPS_GRACE_MS 80              /* the pointer is on its way from a row to the next one, or to the popup */
#define MIEN_TIPS_FACE     240             /* logical pixels */

GtkWidget  *mien_tips_new (GtkWidget *parent);                       /* the parent unparents it in dispose */
void        mien_tips_set_gallery (MienTips *self, MienGallery *gallery);
/* The pointer or the keyboard focus is on @who, whose row is @rect of the parent. Opens after MIEN_TIPS_DELAY_MS, at
 * once when another one's are open. */
void        mien_tips_point (MienTips *self, MienFriend *who, const GdkRectangle *rect);
/* The row of who was pointed at is there now; nobody has pointed anew. */
void        mien_tips_move (MienTips *self, const GdkRectangle *rect);
void        mien_tips_leave (MienTips *self);                        /* nobody is pointed at: closes after the grace */
void        mien_tips_close (MienTips *self);                        /* now */
/* now, and not again for this friend until another one was pointed at */
void        mien_tips_dismiss (MienTips *self);
const char *mien_tips_get_jid (MienTips *self);                      /* whose are open or about to, or NULL */

G_END_DECLS
