/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* What the edge of the template may be touched by. */
typedef enum
{
  MIEN_DRAWING_FREE,       /* nothing */
  MIEN_DRAWING_SKIN,       /* nothing; it lies on a face, and must be seen on light or on dark skin: beard, paint */
  MIEN_DRAWING_COAT,       /* at the bottom, and at the sides below the shoulders */
  MIEN_DRAWING_FULL,       /* background and frame: anything; not judged for its silhouette either */
  MIEN_DRAWING_HEADSHOT,   /* as a coat */
} MienDrawingKind;

/* Draws it (blocking) and looks at it: transparent edge, enough opaque area, contrast against light and dark at 64 px.
 * @colours as for mien_svg_render(). MIEN_CATALOGUE_ERROR_DRAWING. */
gboolean mien_drawing_check (GBytes *svg, MienDrawingKind kind, const char * const *colours, GError **error);

/* The two judgements on surfaces (ARGB32), for tests. */
gboolean mien_drawing_check_edge (cairo_surface_t *surface, MienDrawingKind kind, GError **error);
gboolean mien_drawing_check_silhouette (cairo_surface_t *surface, MienDrawingKind kind, GError **error);

G_END_DECLS
