/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "portrait-compositor.h"

/* Drawn by cairo here, so that a test needs no files. */

static cairo_surface_t *
draw_hat (int side, double red, double green, double blue)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, side / 512.0, side / 512.0);
  cairo_set_source_rgb (cr, red, green, blue);
  cairo_move_to (cr, 176, 166);
  cairo_curve_to (cr, 180, 80, 332, 80, 336, 166);
  cairo_line_to (cr, 392, 178);
  cairo_line_to (cr, 176, 178);
  cairo_fill (cr);
  cairo_destroy (cr);
  return surface;
}

static cairo_surface_t *
draw_disc (int side, double x, double y, double radius, double red, double green, double blue, double alpha)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, side / 512.0, side / 512.0);
  cairo_set_source_rgba (cr, red, green, blue, alpha);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_destroy (cr);
  return surface;
}

static cairo_surface_t *
draw_photo (int side, cairo_format_t format)
{
  cairo_surface_t *surface = cairo_image_surface_create (format, side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, side, side);
  if (format == CAIRO_FORMAT_RGB24)
    {
      cairo_set_source_rgb (cr, 0.4, 0.6, 0.8);
      cairo_paint (cr);
    }
  cairo_set_source_rgb (cr, 0.9, 0.7, 0.6);
  cairo_save (cr);
  cairo_translate (cr, 0.5, 0.43);
  cairo_scale (cr, 0.23, 0.36);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.2, 0.3, 0.3);
  cairo_move_to (cr, 0.1, 1);
  cairo_curve_to (cr, 0.15, 0.7, 0.85, 0.7, 0.9, 1);
  cairo_fill (cr);
  cairo_destroy (cr);
  return surface;
}

static void
put (PortraitCompositor *compositor, PortraitLook *look, const char *type, cairo_surface_t *front,
     cairo_surface_t *behind)
{
  portrait_look_put (look, portrait_type_lookup (type), type, NULL, NULL, FALSE);
  portrait_compositor_set_look (compositor, look);
  portrait_compositor_set_art (compositor, type, front, behind);
  cairo_surface_destroy (front);
  if (behind != NULL)
    cairo_surface_destroy (behind);
}

/* A photo, hair with a part behind, glasses, a hat and a half-transparent badge, all a little askew. */
static PortraitCompositor *
make_compositor (cairo_format_t photo, gboolean background)
{
  PortraitCompositor *compositor = portrait_compositor_new ();
  g_autoptr (PortraitLook) look = portrait_look_new ();
  PortraitFace face;
  PortraitPlacement placement = { 0.2, -0.1, 9, 1.1, 0.9, true };
  cairo_surface_t *headshot = draw_photo (480, photo);

  portrait_face_init_eyes (0.42, 0.41, 0.58, 0.43, 0, PORTRAIT_EYES_FOUND, &face);
  portrait_look_set_headshot (look, NULL, &face);
  portrait_look_set_backdrop (look, 0x62a0ea);
  portrait_compositor_set_headshot (compositor, headshot);
  cairo_surface_destroy (headshot);

  if (background)
    put (compositor, look, "background", draw_disc (512, 256, 256, 250, 0.9, 0.2, 0.9, 1), NULL);
  put (compositor, look, "hair", draw_disc (512, 256, 140, 60, 0.3, 0.2, 0.1, 1),
       draw_disc (600, 256, 240, 140, 0.4, 0.3, 0.1, 1));
  put (compositor, look, "glasses", draw_disc (256, 224, 224, 26, 0, 0, 0, 1), NULL);
  put (compositor, look, "hat", draw_hat (512, 0.8, 0.1, 0.15), NULL);
  put (compositor, look, "badge", draw_disc (512, 420, 420, 60, 1, 1, 0, 0.5), NULL);
  portrait_look_set_placement (look, "hat", &placement);
  portrait_compositor_set_look (compositor, look);
  return compositor;
}

static const guint32 *
row_of (cairo_surface_t *surface, int y)
{
  return (const guint32 *) (const void *) (cairo_image_surface_get_data (surface) +
                                         (gsize) cairo_image_surface_get_stride (surface) * y);
}

static int
difference (cairo_surface_t *a, cairo_surface_t *b)
{
  int worst = 0;

  g_assert_cmpint (cairo_image_surface_get_width (a), ==, cairo_image_surface_get_width (b));
  for (int y = 0; y < cairo_image_surface_get_height (a); y++)
    for (int x = 0; x < cairo_image_surface_get_width (a); x++)
      for (int shift = 0; shift < 24; shift += 8)
        worst = MAX (worst, abs ((int) (row_of (a, y)[x] >> shift & 0xff) - (int) (row_of (b, y)[x] >> shift & 0xff)));
  return worst;
}

static cairo_surface_t *
render (PortraitCompositor *compositor, int size)
{
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface = portrait_compositor_render (compositor, size, &error);

  g_assert_no_error (error);
  return surface;
}

/* Each part on a surface of its own, then one over the other, as an editor's three nodes are. */
static cairo_surface_t *
render_parts (PortraitCompositor *compositor, int size, const char *active, PortraitQuality quality)
{
  static const PortraitPart parts[] = { PORTRAIT_PART_BELOW, PORTRAIT_PART_ACTIVE, PORTRAIT_PART_ABOVE };
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cairo_t *cr = cairo_create (out);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      cairo_surface_t *part = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
      cairo_t *part_cr = cairo_create (part);

      portrait_compositor_paint (compositor, part_cr, size, parts[i], active, quality);
      cairo_destroy (part_cr);
      cairo_set_source_surface (cr, part, 0, 0);
      cairo_paint (cr);
      cairo_surface_destroy (part);
    }
  cairo_destroy (cr);
  return out;
}

static cairo_surface_t *
render_live (PortraitCompositor *compositor, int size)
{
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cairo_t *cr = cairo_create (out);

  portrait_compositor_paint (compositor, cr, size, PORTRAIT_PART_ALL, NULL, PORTRAIT_QUALITY_LIVE);
  cairo_destroy (cr);
  return out;
}

static void
test_parts_make_the_whole (void)
{
  static const char *const actives[] = { "background", "hair", "glasses", "hat", "badge", "coat", NULL };
  static const int sizes[] = { 64, 200, 333 };

  for (int variant = 0; variant < 4; variant++)
    {
      g_autoptr (PortraitCompositor) compositor = make_compositor (
          variant & 1 ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, variant & 2);

      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          cairo_surface_t *whole = render (compositor, sizes[s]), *live = render_live (compositor, sizes[s]);

          for (gsize i = 0; i < G_N_ELEMENTS (actives); i++)
            {
              cairo_surface_t *parts = render_parts (compositor, sizes[s], actives[i], PORTRAIT_QUALITY_FINAL);

              g_assert_cmpint (difference (whole, parts), <=, 2);
              cairo_surface_destroy (parts);
              parts = render_parts (compositor, sizes[s], actives[i], PORTRAIT_QUALITY_LIVE);
              g_assert_cmpint (difference (live, parts), <=, 2);
              cairo_surface_destroy (parts);
            }
          cairo_surface_destroy (whole);
          cairo_surface_destroy (live);
        }
    }
}

static void
test_bounds_hold_the_layer (void)
{
  static const char *const types[] = { "hair", "glasses", "hat", "badge" };
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_ARGB32, FALSE);
  PortraitRect none;

  for (int size = 50; size < 700; size += 130)
    for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
      {
        g_autoptr (PortraitCompositor) without = portrait_compositor_copy (compositor);
        g_autoptr (PortraitLook) look = portrait_look_copy (portrait_compositor_get_look (compositor));
        cairo_surface_t *with_it, *without_it;
        PortraitRect bounds;

        g_assert_true (portrait_compositor_get_bounds (compositor, types[i], size, &bounds));
        g_assert_cmpfloat (bounds.x, ==, floor (bounds.x));
        g_assert_cmpfloat (bounds.width, ==, floor (bounds.width));
        portrait_look_remove (look, types[i]);
        portrait_compositor_set_look (without, look);
        with_it = render (compositor, size);
        without_it = render (without, size);
        for (int y = 0; y < size; y++)
          for (int x = 0; x < size; x++)
            if (!portrait_rect_contains (&bounds, &(PortraitPoint) { x + 0.5, y + 0.5 }))
              g_assert_cmpuint (row_of (with_it, y)[x] & 0xffffff, ==, row_of (without_it, y)[x] & 0xffffff);
        cairo_surface_destroy (with_it);
        cairo_surface_destroy (without_it);
      }

  g_assert_false (portrait_compositor_get_bounds (compositor, "coat", 480, &none));
  g_assert_false (portrait_compositor_get_bounds (compositor, NULL, 480, &none));
}

static void
test_bounds_refuse_what_is_not_seen (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_ARGB32, FALSE);
  g_autoptr (PortraitLook) look = portrait_look_copy (portrait_compositor_get_look (compositor));
  PortraitPlacement placement = { 6, 6, 0, 0.2, 1, false };
  cairo_surface_t *empty = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 64, 64);
  PortraitRect bounds;

  portrait_look_set_placement (look, "hat", &placement);
  portrait_compositor_set_look (compositor, look);
  g_assert_false (portrait_compositor_get_bounds (compositor, "hat", 480, &bounds));
  placement = (PortraitPlacement) { 0, 0, 0, 1, 0, false };
  portrait_look_set_placement (look, "hat", &placement);
  portrait_compositor_set_look (compositor, look);
  g_assert_false (portrait_compositor_get_bounds (compositor, "hat", 480, &bounds));
  portrait_compositor_set_art (compositor, "glasses", empty, NULL);
  g_assert_false (portrait_compositor_get_bounds (compositor, "glasses", 480, &bounds));
  portrait_compositor_set_art (compositor, "badge", NULL, NULL);
  g_assert_false (portrait_compositor_get_bounds (compositor, "badge", 480, &bounds));
  cairo_surface_destroy (empty);
}

static void
test_pick (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_ARGB32, TRUE);
  static const struct { double x, y; const char *type;
  } rows[] = {
    { 0.42, 0.41, "glasses" }, { 0.5, 0.6, NULL },  { 0.82, 0.82, "badge" }, { 0.02, 0.5, "background" },
    { 0.76, 0.36, "hair" },    { -0.1, 0.5, NULL }, { 1.0, 0.5, NULL },      { NAN, NAN, NULL },
  };
  PortraitRect bounds;
  PortraitPoint middle;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int size = 100; size <= 960; size *= 3)
      {
        PortraitPoint at = { rows[i].x * size, rows[i].y * size };
        const PortraitLayer *layer = portrait_compositor_pick (compositor, size, &at);

        g_assert_cmpstr (layer != NULL ? layer->type->name : NULL, ==, rows[i].type);
      }

  portrait_compositor_get_bounds (compositor, "hat", 480, &bounds);
  middle = (PortraitPoint) { bounds.x + bounds.width / 2, bounds.y + bounds.height / 2 };
  g_assert_cmpstr (portrait_compositor_pick (compositor, 480, &middle)->type->name, ==, "hat");
}

static void
test_final_is_reproducible (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_RGB24, TRUE);
  g_autoptr (PortraitCompositor) copy = NULL;
  cairo_surface_t *first = render (compositor, 300), *second, *third;

  /* Live painting in between, at other sizes, leaves no trace. */
  cairo_surface_destroy (render_live (compositor, 64));
  cairo_surface_destroy (render_live (compositor, 480));
  second = render (compositor, 300);
  copy = portrait_compositor_copy (compositor);
  third = render (copy, 300);
  g_assert_cmpint (difference (first, second), ==, 0);
  g_assert_cmpint (difference (first, third), ==, 0);
  cairo_surface_destroy (first);
  cairo_surface_destroy (second);
  cairo_surface_destroy (third);
}

static gpointer
render_in_thread (gpointer data)
{
  PortraitCompositor *compositor = data;

  for (int i = 0; i < 4; i++)
    {
      cairo_surface_destroy (render_live (compositor, 40 + 20 * i));
      cairo_surface_destroy (render (compositor, 60));
    }
  portrait_compositor_free (compositor);
  return NULL;
}

static void
test_copies_work_in_threads (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_RGB24, TRUE);
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("render", render_in_thread, portrait_compositor_copy (compositor));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_whole_turn_is_identity (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_ARGB32, FALSE);
  g_autoptr (PortraitLook) look = portrait_look_copy (portrait_compositor_get_look (compositor));
  PortraitPlacement placement = portrait_look_find_layer (look, "hat")->placement;
  cairo_surface_t *before = render (compositor, 240), *after;

  placement.tilt += 360;
  portrait_look_set_placement (look, "hat", &placement);
  portrait_compositor_set_look (compositor, look);
  after = render (compositor, 240);
  g_assert_cmpint (difference (before, after), <=, 1);
  cairo_surface_destroy (before);
  cairo_surface_destroy (after);
}

static void
test_live_is_close_to_final (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_RGB24, FALSE);

  for (int size = 60; size <= 480; size *= 2)
    {
      cairo_surface_t *live = render_live (compositor, size), *final = render (compositor, size);
      guint64 sum = 0;

      for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
          sum += abs ((int) (row_of (live, y)[x] >> 8 & 0xff) - (int) (row_of (final, y)[x] >> 8 & 0xff));
      g_assert_cmpfloat ((double) sum / (size * size), <, 1.5);
      cairo_surface_destroy (live);
      cairo_surface_destroy (final);
    }
}

static void
test_art_size (void)
{
  g_autoptr (PortraitCompositor) compositor = portrait_compositor_new ();
  g_autoptr (PortraitLook) look = portrait_look_new ();
  PortraitPlacement placement = { 0, 0, 0, 4, 1, false };

  portrait_look_put (look, portrait_type_lookup ("hat"), "a", NULL, NULL, FALSE);
  portrait_look_put (look, portrait_type_lookup ("frame"), "b", NULL, NULL, FALSE);
  portrait_compositor_set_look (compositor, look);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "hat", 960), ==, 1536);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "hat", 480), ==, 768);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "frame", 960), ==, 1024);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "frame", 10), ==, 256);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "coat", 960), ==, 256);
  portrait_look_set_placement (look, "hat", &placement);
  portrait_compositor_set_look (compositor, look);
  g_assert_cmpint (portrait_compositor_get_art_size (compositor, "hat", 960), ==, 2048);
}

static void
test_render_limits (void)
{
  g_autoptr (PortraitCompositor) compositor = portrait_compositor_new ();
  static const int sizes[] = { 0, -1, PORTRAIT_MAX_SIZE + 1, G_MAXINT };
  cairo_surface_t *one;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (portrait_compositor_render (compositor, sizes[i], &error));
      g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE);
    }
  one = render (compositor, 1);
  g_assert_cmpuint (row_of (one, 0)[0] & 0xffffff, ==, 0xdeddda);
  cairo_surface_destroy (one);
}

/* A photo hides a background; the person in it stays, and what is round the person goes. */
static void
test_background_behind_a_photo (void)
{
  g_autoptr (PortraitCompositor) compositor = make_compositor (CAIRO_FORMAT_RGB24, TRUE);
  cairo_surface_t *surface = render (compositor, 240);
  guint32 corner = row_of (surface, 120)[10], face = row_of (surface, 130)[120];

  g_assert_cmpuint (corner >> 8 & 0xff, <, 0x60);                /* the background's purple */
  g_assert_cmpuint (corner >> 16 & 0xff, >, 0xc0);
  g_assert_cmpuint (face >> 16 & 0xff, >, 0xd8);                 /* the face as it was */
  g_assert_cmpuint (face & 0xff, <, 0xa8);
  cairo_surface_destroy (surface);
}

/* Golden pictures ---------------------------------------------------------- */

static void
check_golden (const char *name, cairo_surface_t *surface)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", name, NULL);
  cairo_surface_t *golden;

  /* Set to write them anew after a change that is meant to be seen; then look at them. */
  if (g_getenv ("PORTRAIT_WRITE_GOLDEN") != NULL)
    g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);

  golden = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (golden), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (difference (surface, golden), <=, 2);
  cairo_surface_destroy (golden);
}

static void
test_golden (void)
{
  static const struct { const char *name; cairo_format_t photo; gboolean background; } rows[] = {
    { "drawn.png", CAIRO_FORMAT_ARGB32, FALSE },
    { "drawn-background.png", CAIRO_FORMAT_ARGB32, TRUE },
    { "photo.png", CAIRO_FORMAT_RGB24, FALSE },
    { "photo-background.png", CAIRO_FORMAT_RGB24, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PortraitCompositor) compositor = make_compositor (rows[i].photo, rows[i].background);
      cairo_surface_t *surface = render (compositor, 192);

      check_golden (rows[i].name, surface);
      cairo_surface_destroy (surface);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compositor/parts-make-the-whole", test_parts_make_the_whole);
  g_test_add_func ("/compositor/bounds/hold-the-layer", test_bounds_hold_the_layer);
  g_test_add_func ("/compositor/bounds/refuse-what-is-not-seen", test_bounds_refuse_what_is_not_seen);
  g_test_add_func ("/compositor/pick", test_pick);
  g_test_add_func ("/compositor/final-is-reproducible", test_final_is_reproducible);
  g_test_add_func ("/compositor/copies-work-in-threads", test_copies_work_in_threads);
  g_test_add_func ("/compositor/whole-turn-is-identity", test_whole_turn_is_identity);
  g_test_add_func ("/compositor/live-is-close-to-final", test_live_is_close_to_final);
  g_test_add_func ("/compositor/art-size", test_art_size);
  g_test_add_func ("/compositor/render-limits", test_render_limits);
  g_test_add_func ("/compositor/background-behind-a-photo", test_background_behind_a_photo);
  g_test_add_func ("/compositor/golden", test_golden);
  return g_test_run ();
}
