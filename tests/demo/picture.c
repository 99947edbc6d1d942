/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <string.h>

#define GRID 24
#define MIDDLE 0.84                      /* of the width and height */

gboolean
picture_is_same (cairo_surface_t *a,
                 cairo_surface_t *b)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);

  if (width != cairo_image_surface_get_width (b) || height != cairo_image_surface_get_height (b))
    return FALSE;
  for (int y = 0; y < height; y++)
    if (memcmp (cairo_image_surface_get_data (a) + y * cairo_image_surface_get_stride (a),
                cairo_image_surface_get_data (b) + y * cairo_image_surface_get_stride (b), (gsize) width * 4) != 0)
      return FALSE;

  return TRUE;
}

/* The mean of each cell: GOOD takes all of the pixels that a smaller one covers. */
static cairo_surface_t *
make_grid (cairo_surface_t *picture)
{
  double width = cairo_image_surface_get_width (picture), height = cairo_image_surface_get_height (picture);
  cairo_surface_t *grid = cairo_image_surface_create (CAIRO_FORMAT_RGB24, GRID, GRID);
  cairo_t *cr = cairo_create (grid);

  cairo_scale (cr, GRID / (width * MIDDLE), GRID / (height * MIDDLE));
  cairo_set_source_surface (cr, picture, -width * (1 - MIDDLE) / 2, -height * (1 - MIDDLE) / 2);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (grid);

  return grid;
}

double
picture_get_distance (cairo_surface_t *a,
                      cairo_surface_t *b)
{
  cairo_surface_t *grid_a = make_grid (a), *grid_b = make_grid (b);
  int stride = cairo_image_surface_get_stride (grid_a);
  guint64 sum = 0;

  for (int y = 0; y < GRID; y++)
    {
      const guint32 *row_a = (const guint32 *) (void *) (cairo_image_surface_get_data (grid_a) + y * stride);
      const guint32 *row_b = (const guint32 *) (void *) (cairo_image_surface_get_data (grid_b) + y * stride);

      for (int x = 0; x < GRID; x++)
        for (int shift = 0; shift < 24; shift += 8)
          sum += (guint64) ABS ((int) (row_a[x] >> shift & 0xff) - (int) (row_b[x] >> shift & 0xff));
    }
  cairo_surface_destroy (grid_a);
  cairo_surface_destroy (grid_b);

  return (double) sum / (GRID * GRID * 3);
}
