/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include <portrait-look.h>

#include "mien-wardrobe.h"

G_BEGIN_DECLS

/**
 * MienRing: the avatar ring (S3084): the display window in the middle, a page of avatars round it. Turned by wheel, by
 * dragging its ground, and by the arrow keys; paged by PgUp and PgDn. Twelve places on every page. Each avatar is a
 * widget of its own, so that focus, keyboard and screen readers work by themselves.
 *
 * Properties: "page", "n-pages" (int, read-only). Signal: "picked" (MienAvatar *) (S310).
 */
#define MIEN_TYPE_RING (mien_ring_get_type ())
G_DECLARE_FINAL_TYPE (MienRing, mien_ring, MIEN, RING, GtkWidget)

GtkWidget *mien_ring_new (void);
void       mien_ring_set_wardrobe (MienRing *self, MienWardrobe *wardrobe);
void       mien_ring_set_centre (MienRing *self, GtkWidget *centre);             /* square, in the hole */
/* of MienAvatar; goes to the first page */
void       mien_ring_set_avatars (MienRing *self, GPtrArray *avatars);
void       mien_ring_set_look (MienRing *self, const PortraitLook *look);         /* what is worn is marked; copied */
void       mien_ring_set_page (MienRing *self, int page);            /* from 0; clamped */
int        mien_ring_get_page (MienRing *self);
int        mien_ring_get_n_pages (MienRing *self);

G_END_DECLS
