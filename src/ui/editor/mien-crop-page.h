/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-headshot.h"

G_BEGIN_DECLS

/**
 * MienCropPage: S302: the square of a photo that becomes the headshot, with sliders for zoom and tilt and buttons for
 * quarter turns. The focus goes to the picture.
 */
#define MIEN_TYPE_CROP_PAGE (mien_crop_page_get_type ())
G_DECLARE_FINAL_TYPE (MienCropPage, mien_crop_page, MIEN, CROP_PAGE, GtkWidget)

GtkWidget      *mien_crop_page_new (void);
/* An image surface, kept. @crop: where to begin; NULL: the whole photo. */
void            mien_crop_page_set_photo (MienCropPage *self, cairo_surface_t *photo, guint32 backdrop,
                                          const MienCrop *crop);
const MienCrop *mien_crop_page_get_crop (MienCropPage *self);

G_END_DECLS
