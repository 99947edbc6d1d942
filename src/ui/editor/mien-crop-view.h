/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-headshot.h"

G_BEGIN_DECLS

/**
 * MienCropView: the square of a photo that becomes the headshot. The square stands still and the photo moves under it:
 * dragged, zoomed by the wheel or a pinch, moved by the arrow keys, zoomed by + and -. The geometry is MienCrop's.
 *
 * Signal: "changed" (): by the user, not by mien_crop_view_set_crop().
 */
#define MIEN_TYPE_CROP_VIEW (mien_crop_view_get_type ())
G_DECLARE_FINAL_TYPE (MienCropView, mien_crop_view, MIEN, CROP_VIEW, GtkWidget)

GtkWidget      *mien_crop_view_new (void);
/* an image surface, kept; NULL: none */
void            mien_crop_view_set_photo (MienCropView *self, cairo_surface_t *photo, guint32 backdrop);
void            mien_crop_view_set_crop (MienCropView *self, const MienCrop *crop);
const MienCrop *mien_crop_view_get_crop (MienCropView *self);

G_END_DECLS
