/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-mask.h"

#include <glib.h>
#include <math.h>

/* How far the edge is softened, in face units. */
#define FEATHER 0.22

/* In the template: the head with room for hair, the neck, and shoulders that leave the picture at the bottom. */
static void
fill_head_and_shoulders (cairo_t *cr)
{
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_save (cr);
  cairo_translate (cr, 256, 216);
  cairo_scale (cr, 104, 140);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  cairo_fill (cr);

  cairo_move_to (cr, 208, 300);
  cairo_line_to (cr, 206, 352);
  cairo_curve_to (cr, 180, 378, 110, 376, 80, 424);
  cairo_curve_to (cr, 56, 470, 40, 620, 30, 1400);
  cairo_line_to (cr, 482, 1400);
  cairo_curve_to (cr, 472, 620, 456, 470, 432, 424);
  cairo_curve_to (cr, 402, 376, 332, 378, 306, 352);
  cairo_line_to (cr, 304, 300);
  cairo_fill (cr);
}

/* One pass of a running mean of 2 r + 1 samples; three of them are close to a Gaussian. Samples beyond the edge repeat it. */
static void
blur_line (const guint8 *in, guint8 *out, int n, int step, int r)
{
  int sum = 0;

  for (int i = -r; i <= r; i++)
    sum += in[CLAMP (i, 0, n - 1) * step];
  for (int i = 0; i < n; i++)
    {
      out[i * step] = (guint8) ((sum + r) / (2 * r + 1));
      sum += in[MIN (i + r + 1, n - 1) * step] - in[MAX (i - r, 0) * step];
    }
}

static void
blur (guint8 *data, int side, int stride, int r)
{
  g_autofree guint8 *other = g_malloc0 ((gsize) stride * side);

  for (int pass = 0; pass < 3; pass++)
    {
      for (int y = 0; y < side; y++)
        blur_line (data + (gsize) y * stride, other + (gsize) y * stride, side, 1, r);
      for (int x = 0; x < side; x++)
        blur_line (other + x, data + x, side, stride, r);
    }
}

cairo_surface_t *
portrait_mask_new (cairo_surface_t *photo, const PortraitFace *face)
{
  cairo_surface_t *mask = cairo_image_surface_create (CAIRO_FORMAT_A8, PORTRAIT_MASK_SIDE, PORTRAIT_MASK_SIDE);
  cairo_t *cr = cairo_create (mask);
  PortraitAffine map;
  int r;

  portrait_placement_base (portrait_type_lookup ("coat"), face, PORTRAIT_MASK_SIDE, &map);
  cairo_set_matrix (cr, &(cairo_matrix_t) { map.xx, map.yx, map.xy, map.yy, map.x0, map.y0 });
  fill_head_and_shoulders (cr);
  cairo_destroy (cr);

  cairo_surface_flush (mask);
  r = (int) ceil (FEATHER * face->unit * PORTRAIT_MASK_SIDE / 2.0);
  blur (cairo_image_surface_get_data (mask), PORTRAIT_MASK_SIDE, cairo_image_surface_get_stride (mask), CLAMP (r, 1, 40));
  cairo_surface_mark_dirty (mask);
  return mask;
}
