/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-wardrobe.h"

G_BEGIN_DECLS

/**
 * MienRingItem: one avatar of the ring: a round button with the avatar's picture. What is under the pointer grows a
 * little.
 * Signal: "activate" (), by click, Return or Space.
 */
#define MIEN_RING_ITEM_ART 192           /* side in pixels of the template square it is drawn from */

#define MIEN_TYPE_RING_ITEM (mien_ring_item_get_type ())
G_DECLARE_FINAL_TYPE (MienRingItem, mien_ring_item, MIEN, RING_ITEM, GtkWidget)

GtkWidget  *mien_ring_item_new (MienWardrobe *wardrobe, MienAvatar *avatar, const char *variant);
MienAvatar *mien_ring_item_get_avatar (MienRingItem *self);
void        mien_ring_item_set_variant (MienRingItem *self, const char *variant);
void        mien_ring_item_set_size (MienRingItem *self, int size);              /* natural, outside a ring */
void        mien_ring_item_set_worn (MienRingItem *self, gboolean worn);         /* it is on the portrait */

G_END_DECLS
