/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-gallery.h"
#include "mien-paint.h"

G_BEGIN_DECLS

/**
 * MienFaceView: somebody's portrait from the gallery, or coloured initials, at a fixed size; it follows the gallery's
 * changes by itself.
 */
#define MIEN_TYPE_FACE_VIEW (mien_face_view_get_type ())
G_DECLARE_FINAL_TYPE (MienFaceView, mien_face_view, MIEN, FACE_VIEW, GtkWidget)

GtkWidget *mien_face_view_new (MienFaceShape shape, int size);       /* logical pixels */

/* NULL: initials only */
void       mien_face_view_set_gallery (MienFaceView *self, MienGallery *gallery, MienGalleryPriority priority);
void       mien_face_view_set_person (MienFaceView *self, const char *bare_jid, const char *name);
void       mien_face_view_set_presence (MienFaceView *self, gboolean shown, MienPresence presence);
gboolean   mien_face_view_has_portrait (MienFaceView *self);         /* a portrait is drawn, current or not */
gboolean   mien_face_view_is_current (MienFaceView *self);           /* and it is the newest (S404) */

G_END_DECLS
