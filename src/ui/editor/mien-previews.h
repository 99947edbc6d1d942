/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * MienPreviews: how the portrait will look elsewhere: at 192, 96, 48, 32 and 24 logical pixels, round or square. It
 * shows the last snapshot (S322), not the picture being adjusted.
 */
#define MIEN_TYPE_PREVIEWS (mien_previews_get_type ())
G_DECLARE_FINAL_TYPE (MienPreviews, mien_previews, MIEN, PREVIEWS, GtkWidget)

GtkWidget *mien_previews_new (void);
/* an image surface, kept; or NULL */
void       mien_previews_set_portrait (MienPreviews *self, cairo_surface_t *portrait);
void       mien_previews_set_round (MienPreviews *self, gboolean round);
gboolean   mien_previews_get_round (MienPreviews *self);

G_END_DECLS
