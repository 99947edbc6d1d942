/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cairo.h>

#include "portrait-error.h"

G_BEGIN_DECLS

/* A PNG of at most @n_colours (2 to 256) of an RGB24 surface: median cut, then error diffusion. */
GBytes *portrait_palette_png (cairo_surface_t *surface, int n_colours, GError **error);

G_END_DECLS
