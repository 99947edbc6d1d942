/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-compose frame|export PACK RUNS: times of the composition without a window, one tab-separated line a
 * measurement: "name size median-ms bytes". The look is a headshot and five tilted layers whose pictures are
 * 512×512. */
#include "bench.h"

#include <portrait-export.h>
#include <stdio.h>
#include <string.h>

/* One live frame as the display window makes it: the active layer drawn into a new surface of its bounds, and the
 * rectangle that it leaves and the one that it enters blended anew from the three parts. */
static void
adjust_frame (BenchLook *look, cairo_surface_t *below, cairo_surface_t *above, cairo_surface_t *screen, int size,
              int step)
{
  PortraitRect before, after, changed;
  cairo_surface_t *middle;
  cairo_t *cr;

  portrait_compositor_get_bounds (look->compositor, look->active, size, &before);
  bench_look_move (look, step);
  portrait_compositor_get_bounds (look->compositor, look->active, size, &after);
  portrait_rect_union (&before, &after, &changed);

  middle = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) after.width, (int) after.height);
  cr = cairo_create (middle);
  cairo_translate (cr, -after.x, -after.y);
  portrait_compositor_paint (look->compositor, cr, size, PORTRAIT_PART_ACTIVE, look->active, PORTRAIT_QUALITY_LIVE);
  cairo_destroy (cr);

  cr = cairo_create (screen);
  cairo_rectangle (cr, changed.x, changed.y, changed.width, changed.height);
  cairo_clip (cr);
  cairo_set_source_surface (cr, below, 0, 0);
  cairo_paint (cr);
  cairo_set_source_surface (cr, middle, after.x, after.y);
  cairo_paint (cr);
  cairo_set_source_surface (cr, above, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (middle);
}

static cairo_surface_t *
paint_part (BenchLook *look, PortraitPart part, int size)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);

  portrait_compositor_paint (look->compositor, cr, size, part, look->active, PORTRAIT_QUALITY_FINAL);
  cairo_destroy (cr);
  return surface;
}

/* The floor: the same pixels blended once, without any resampling. */
static void
blend_same_rectangle (cairo_surface_t *screen, cairo_surface_t *layer, const PortraitRect *bounds)
{
  cairo_t *cr = cairo_create (screen);

  cairo_set_source_surface (cr, layer, bounds->x, bounds->y);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
}

static void
measure_frame (const char *pack, const char *active, int size, int runs)
{
  BenchLook *look = bench_look_new (pack, active, size);
  cairo_surface_t *below = paint_part (look, PORTRAIT_PART_BELOW, size),
                  *above = paint_part (look, PORTRAIT_PART_ABOVE, size);
  cairo_surface_t *screen = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  g_autofree double *live = g_new (double, runs), *whole = g_new (double, runs), *cut = g_new (double, runs),
                    *floor_times = g_new (double, runs);
  PortraitRect bounds;
  cairo_surface_t *layer;
  cairo_t *cr;

  portrait_compositor_get_bounds (look->compositor, active, size, &bounds);
  layer = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) bounds.width, (int) bounds.height);
  cr = cairo_create (layer);
  cairo_translate (cr, -bounds.x, -bounds.y);
  portrait_compositor_paint (look->compositor, cr, size, PORTRAIT_PART_ACTIVE, active, PORTRAIT_QUALITY_FINAL);
  cairo_destroy (cr);

  /* In turns, so that a busy moment of the machine meets all of them. */
  for (int i = 0; i < runs; i++)
    {
      gint64 start = g_get_monotonic_time ();
      adjust_frame (look, below, above, screen, size, i);
      live[i] = bench_ms_since (start);

      start = g_get_monotonic_time ();
      cr = cairo_create (screen);
      bench_look_paint_whole (look, cr, size);
      cairo_destroy (cr);
      whole[i] = bench_ms_since (start);

      start = g_get_monotonic_time ();
      cr = cairo_create (screen);
      bench_look_paint_cut (look, cr, size);
      cairo_destroy (cr);
      cut[i] = bench_ms_since (start);

      start = g_get_monotonic_time ();
      blend_same_rectangle (screen, layer, &bounds);
      floor_times[i] = bench_ms_since (start);
    }
  printf ("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.0fx%.0f\n", active, size, bench_median (live, runs),
          bench_median (whole, runs), bench_median (cut, runs), bench_median (floor_times, runs), bounds.width,
          bounds.height);

  cairo_surface_destroy (layer);
  cairo_surface_destroy (screen);
  cairo_surface_destroy (below);
  cairo_surface_destroy (above);
  bench_look_free (look);
}

static void
measure_export (const char *pack, int size, int runs)
{
  static const struct { PortraitFormat format; const char *name; } formats[] = {
    { PORTRAIT_FORMAT_PNG, "PNG" }, { PORTRAIT_FORMAT_JPEG, "JPEG" },
    { PORTRAIT_FORMAT_BMP24, "BMP, 24 bit" }, { PORTRAIT_FORMAT_BMP32, "BMP, 32 bit" },
  };
  BenchLook *look = bench_look_new (pack, "hat", size);
  g_autofree double *times = g_new (double, runs);
  g_autofree char *png = g_strdup_printf ("%s/bench-compose-%d.png", g_get_tmp_dir (), (int) getpid ());
  cairo_surface_t *surface = NULL;
  gsize length = 0;

  for (int i = 0; i < runs; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_clear_pointer (&surface, cairo_surface_destroy);
      surface = portrait_compositor_render (look->compositor, size, NULL);
      times[i] = bench_ms_since (start);
    }
  printf ("snapshot\t%d\t%.3f\t0\n", size, bench_median (times, runs));

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      for (int i = 0; i < runs; i++)
        {
          gint64 start = g_get_monotonic_time ();
          g_autoptr (GBytes) bytes = portrait_export (surface, formats[f].format, 90, NULL);
          times[i] = bench_ms_since (start);
          length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
        }
      printf ("%s\t%d\t%.3f\t%" G_GSIZE_FORMAT "\n", formats[f].name, size, bench_median (times, runs), length);
    }

  for (int i = 0; i < runs; i++)
    {
      gint64 start = g_get_monotonic_time ();
      cairo_surface_write_to_png (surface, png);
      times[i] = bench_ms_since (start);
    }
  g_autofree char *contents = NULL;
  g_file_get_contents (png, &contents, &length, NULL);
  g_unlink (png);
  printf ("PNG by cairo\t%d\t%.3f\t%" G_GSIZE_FORMAT "\n", size, bench_median (times, runs), length);
  for (int i = 0; i < runs; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GBytes) bytes = portrait_export_inband (surface, 192, 45 * 1024, NULL, NULL);
      times[i] = bench_ms_since (start);
      length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
    }
  printf ("in-band PNG, 192 px\t%d\t%.3f\t%" G_GSIZE_FORMAT "\n", size, bench_median (times, runs), length);
  cairo_surface_destroy (surface);
  bench_look_free (look);
}

int
main (int argc, char **argv)
{
  int runs = argc == 4 ? atoi (argv[3]) : 0;

  if (runs < 1)
    return 2;
  if (g_str_equal (argv[1], "frame"))
    for (int size = 480; size <= 960; size += 480)
      {
        measure_frame (argv[2], "hat", size, runs);
        measure_frame (argv[2], "glasses", size, runs);
        measure_frame (argv[2], "coat", size, runs);
      }
  else
    measure_export (argv[2], 960, runs);
  return 0;
}
