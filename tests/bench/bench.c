/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <math.h>
#include <mien-image.h>
#include <portrait-export.h>
#include <string.h>

static const struct { const char *type, *file; double tilt; } layers[BENCH_LAYERS] = {
  { "beard", "beard-full.svg", -6 }, { "glasses", "glasses-round.svg", 5 }, { "hat", "hat-cowboy.svg", 9 },
  { "coat", "coat-suit.svg", 3 }, { "neck", "neck-scarf.svg", -4 },
};

static cairo_surface_t *
draw (const char *pack, const char *file, int size)
{
  g_autofree char *path = g_build_filename (pack, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  cairo_surface_t *surface;
  GError *error = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    g_error ("%s", error->message);
  bytes = g_bytes_new (text, length);
  surface = mien_svg_render (bytes, size, NULL, &error);
  if (surface == NULL)
    g_error ("%s: %s", path, error->message);
  return surface;
}

BenchLook *
bench_look_new (const char *pack, const char *active, int size)
{
  BenchLook *self = g_new0 (BenchLook, 1);
  PortraitFace face;

  self->active = g_strdup (active);
  self->look = portrait_look_new ();
  self->compositor = portrait_compositor_new ();
  self->headshot = draw (pack, "headshot-1.svg", size);
  portrait_face_init_eyes (0.4288, 0.4336, 0.5713, 0.4336, 0, PORTRAIT_EYES_MARKED, &face);
  portrait_look_set_headshot (self->look, NULL, &face);
  portrait_look_set_backdrop (self->look, 0xf7d98b);
  for (int i = 0; i < BENCH_LAYERS; i++)
    {
      PortraitPlacement placement;

      self->art[i] = draw (pack, layers[i].file, BENCH_ART_SIZE);
      portrait_look_put (self->look, portrait_type_lookup (layers[i].type), layers[i].type, NULL, NULL, FALSE);
      placement = portrait_look_find_layer (self->look, layers[i].type)->placement;
      placement.tilt = layers[i].tilt;
      portrait_look_set_placement (self->look, layers[i].type, &placement);
    }
  portrait_compositor_set_look (self->compositor, self->look);
  portrait_compositor_set_headshot (self->compositor, self->headshot);
  for (int i = 0; i < BENCH_LAYERS; i++)
    portrait_compositor_set_art (self->compositor, layers[i].type, self->art[i], NULL);
  return self;
}

void
bench_look_free (BenchLook *self)
{
  portrait_compositor_free (self->compositor);
  portrait_look_free (self->look);
  cairo_surface_destroy (self->headshot);
  for (int i = 0; i < BENCH_LAYERS; i++)
    cairo_surface_destroy (self->art[i]);
  g_free (self->active);
  g_free (self);
}

void
bench_look_move (BenchLook *self, int step)
{
  PortraitPlacement placement = portrait_look_find_layer (self->look, self->active)->placement;

  placement.x = 0.15 * sin (step * 0.37);
  placement.y = 0.10 * cos (step * 0.29);
  placement.tilt = 8 + 4 * sin (step * 0.23);
  portrait_look_set_placement (self->look, self->active, &placement);
  portrait_compositor_set_look (self->compositor, self->look);
}

static int
compare_depth (const void *a, const void *b)
{
  const PortraitType *x = portrait_type_lookup (layers[*(const int *) a].type),
                     *y = portrait_type_lookup (layers[*(const int *) b].type);

  return x->depth - y->depth;
}

void
bench_look_paint_whole (BenchLook *self, cairo_t *cr, int size)
{
  int order[BENCH_LAYERS] = { 0, 1, 2, 3, 4 };

  qsort (order, BENCH_LAYERS, sizeof order[0], compare_depth);
  cairo_set_source_rgb (cr, 0.97, 0.85, 0.55);
  cairo_paint (cr);
  cairo_save (cr);
  cairo_scale (cr, (double) size / cairo_image_surface_get_width (self->headshot),
               (double) size / cairo_image_surface_get_height (self->headshot));
  cairo_set_source_surface (cr, self->headshot, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_restore (cr);
  for (int i = 0; i < BENCH_LAYERS; i++)
    {
      const PortraitLayer *layer = portrait_look_find_layer (self->look, layers[order[i]].type);
      PortraitAffine map;
      cairo_matrix_t matrix;

      portrait_placement_map (layer->type, portrait_look_get_face (self->look), &layer->placement, size, &map);
      cairo_matrix_init (&matrix, map.xx, map.yx, map.xy, map.yy, map.x0, map.y0);
      cairo_save (cr);
      cairo_transform (cr, &matrix);
      cairo_set_source_surface (cr, self->art[order[i]], 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
      cairo_paint (cr);
      cairo_restore (cr);
    }
}

void
bench_look_paint_cut (BenchLook *self, cairo_t *cr, int size)
{
  portrait_compositor_paint (self->compositor, cr, size, PORTRAIT_PART_ALL, NULL, PORTRAIT_QUALITY_LIVE);
}

GBytes *
bench_picture_new (int side, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  double a = g_rand_double (random), b = g_rand_double (random), c = g_rand_double (random);
  GBytes *bytes;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        guint32 noise = g_rand_int (random);
        guint32 red = (guint32) (127 + 100 * sin (a * 6 + x * 3.0 / side)),
                green = (guint32) (127 + 100 * sin (b * 6 + y * 4.0 / side)),
                blue = (guint32) (127 + 100 * cos (c * 6 + (x + y) * 2.0 / side));

        ((guint32 *) (void *) (data + y * stride))[x] = (red ^ (noise & 1)) << 16 | (green ^ (noise >> 1 & 1)) << 8
                                                        | (blue ^ (noise >> 2 & 1));
      }
  cairo_surface_mark_dirty (surface);
  bytes = portrait_export (surface, PORTRAIT_FORMAT_PNG, 90, NULL);
  cairo_surface_destroy (surface);
  return bytes;
}

double
bench_ms_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_percentile (double *values, int n, double percent)
{
  qsort (values, (size_t) n, sizeof values[0], compare);
  return n > 0 ? values[MIN (n - 1, (int) (n * percent / 100))] : 0;
}

double
bench_median (double *values, int n)
{
  return bench_percentile (values, n, 50);
}
