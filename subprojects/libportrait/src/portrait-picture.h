/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "portrait-geometry.h"

G_BEGIN_DECLS

/* A picture to be drawn at any scale: its opaque part, and half-size copies that are made when first asked for.
 * Immutable to its users, counted, and safe to share between threads. */
typedef struct _PortraitPicture PortraitPicture;

#define PORTRAIT_PICTURE_LEVELS 5        /* the picture itself and four halvings */

/* NULL when nothing in it is opaque */
PortraitPicture *portrait_picture_new (cairo_surface_t *surface, gboolean crop);
PortraitPicture *portrait_picture_ref (PortraitPicture *self);
void             portrait_picture_unref (PortraitPicture *self);

/* of the whole square, in pixels */
int              portrait_picture_get_side (PortraitPicture *self);
/* of the opaque part, in pixels */
void             portrait_picture_get_bounds (PortraitPicture *self, PortraitRect *out);
gboolean         portrait_picture_is_opaque (PortraitPicture *self);
/* @x and @y in pixels of the whole square. */
guint8           portrait_picture_get_alpha (PortraitPicture *self, double x, double y);
/* Level 0 is the picture; @origin is where its first pixel lies in the whole square, in pixels of level 0. (transfer
 * none) */
cairo_surface_t *portrait_picture_get_level (PortraitPicture *self, int level, PortraitPoint *origin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PortraitPicture, portrait_picture_unref)

G_END_DECLS
