/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* Pixel by pixel; of pictures of one size. */
gboolean picture_is_same (cairo_surface_t *a, cairo_surface_t *b);

/* How far two pictures of any sizes are apart to somebody who sees them from afar: the mean difference of the
 * colours, 0 to 255, of a coarse grid over the middle of each. Edges and rounded corners do not count. */
double   picture_get_distance (cairo_surface_t *a, cairo_surface_t *b);

G_END_DECLS
