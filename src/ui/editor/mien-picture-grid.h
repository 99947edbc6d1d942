/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * MienPictureGrid: square pictures to choose from, in as many columns as fit. Each is a button with a name.
 *
 * Signal: "chosen" (const char *id)
 */
#define MIEN_TYPE_PICTURE_GRID (mien_picture_grid_get_type ())
G_DECLARE_FINAL_TYPE (MienPictureGrid, mien_picture_grid, MIEN, PICTURE_GRID, GtkWidget)

#define MIEN_PICTURE_GRID_PIXELS 288     /* device pixels of a picture's shorter side that are worth giving */

GtkWidget *mien_picture_grid_new (const char *name);
/* @surface may come later, with the same id. It is cut square, over @backdrop. */
void       mien_picture_grid_add (MienPictureGrid *self, const char *id, const char *name);
void       mien_picture_grid_set_picture (MienPictureGrid *self, const char *id, cairo_surface_t *surface,
                                          guint32 backdrop);

G_END_DECLS
