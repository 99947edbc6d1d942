/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "portrait-compositor.h"
#include "portrait-export.h"
#include "portrait-palette.h"

/* A surface full of different pixels; a noisy one packs badly. */
static cairo_surface_t *
make_surface (int width, int height, cairo_format_t format, gboolean noisy)
{
  cairo_surface_t *surface = cairo_image_surface_create (format, width, height);
  guchar *data = cairo_image_surface_get_data (surface);
  GRand *rand = g_rand_new_with_seed (7);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 alpha = format == CAIRO_FORMAT_ARGB32 ? (guint32) (x * 16 + y) & 0xff : 255;
        guint32 noise = noisy ? g_rand_int (rand) : 0;
        guint32 r = ((guint32) x * 5 + (noise & 63)) & 255, g = ((guint32) y * 3 + (noise >> 8 & 63)) & 255,
                b = noise >> 16 & 255;

        ((guint32 *) (void *) (data + (gsize) cairo_image_surface_get_stride (surface) * y))[x] =
          alpha << 24 | r * alpha / 255 << 16 | g * alpha / 255 << 8 | b * alpha / 255;
      }
  cairo_surface_mark_dirty (surface);
  g_rand_free (rand);
  return surface;
}

static guint32
pixel_at (cairo_surface_t *surface, int x, int y)
{
  const guchar *data = cairo_image_surface_get_data (surface);

  return ((const guint32 *) (const void *) (data + (gsize) cairo_image_surface_get_stride (surface) * y))[x];
}

static GdkPixbuf *
read_back (GBytes *bytes, const char *type)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (type, &error);

  g_assert_no_error (error);
  gdk_pixbuf_loader_write_bytes (loader, bytes, &error);
  g_assert_no_error (error);
  gdk_pixbuf_loader_close (loader, &error);
  g_assert_no_error (error);
  return g_object_ref (gdk_pixbuf_loader_get_pixbuf (loader));
}

/* The colours, and the alpha where the format keeps one, are those of the surface, not premultiplied. */
static void
assert_same_pixels (cairo_surface_t *surface, GdkPixbuf *pixbuf, gboolean with_alpha)
{
  gboolean surface_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  int n_channels = gdk_pixbuf_get_n_channels (pixbuf);

  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, cairo_image_surface_get_width (surface));
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, cairo_image_surface_get_height (surface));
  for (int y = 0; y < gdk_pixbuf_get_height (pixbuf); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (pixbuf); x++)
      {
        const guint8 *read = gdk_pixbuf_read_pixels (pixbuf) + (gsize) gdk_pixbuf_get_rowstride (pixbuf) * y +
                             (gsize) x * n_channels;
        guint32 pixel = pixel_at (surface, x, y);
        int alpha = surface_alpha ? (int) (pixel >> 24) : 255;

        if (with_alpha)
          g_assert_cmpint (read[3], ==, alpha);
        for (int i = 0; i < 3; i++)
          {
            int value = pixel >> (16 - 8 * i) & 0xff;

            if (alpha == 0)
              continue;
            g_assert_cmpint (abs (read[i] * alpha - value * 255), <=, alpha < 255 ? 255 : 0);
          }
      }
}

static void
test_round_trips (void)
{
  static const struct { PortraitFormat format; const char *type; gboolean keeps_alpha;
  } rows[] = {
    { PORTRAIT_FORMAT_PNG, "png", TRUE },
    { PORTRAIT_FORMAT_BMP24, "bmp", FALSE },
    { PORTRAIT_FORMAT_BMP32, "bmp", TRUE },
  };
  static const int widths[] = { 1, 2, 3, 4, 5, 31, 64 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
      for (int alpha = 0; alpha < 2; alpha++)
        {
          cairo_surface_t *surface = make_surface (widths[w], 17, alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24,
                                                   FALSE);
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) bytes = portrait_export (surface, rows[i].format, 95, &error);
          g_autoptr (GdkPixbuf) pixbuf = NULL;

          g_assert_no_error (error);
          pixbuf = read_back (bytes, rows[i].type);
          if (!alpha || rows[i].keeps_alpha)
            assert_same_pixels (surface, pixbuf, alpha && rows[i].keeps_alpha);
          cairo_surface_destroy (surface);
        }
}

static void
test_is_reproducible (void)
{
  cairo_surface_t *surface = make_surface (64, 64, CAIRO_FORMAT_RGB24, TRUE);

  for (PortraitFormat format = PORTRAIT_FORMAT_PNG; format <= PORTRAIT_FORMAT_BMP32; format++)
    {
      g_autoptr (GBytes) first = portrait_export (surface, format, 90, NULL);
      g_autoptr (GBytes) second = portrait_export (surface, format, 90, NULL);

      g_assert_true (g_bytes_equal (first, second));
    }
  cairo_surface_destroy (surface);
}

/* ImageMagick reads our BMP by a decoder of its own. */
static void
test_bmp_for_others (void)
{
  g_autofree char *convert = g_find_program_in_path ("convert");
  g_autofree char *directory = g_dir_make_tmp ("portrait-XXXXXX", NULL);

  if (convert == NULL)
    {
      g_test_skip ("ImageMagick is not installed");
      g_rmdir (directory);
      return;
    }

  for (PortraitFormat format = PORTRAIT_FORMAT_BMP24; format <= PORTRAIT_FORMAT_BMP32; format++)
    {
      gboolean alpha = format == PORTRAIT_FORMAT_BMP32;
      cairo_surface_t *surface = make_surface (37, 21, alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, FALSE);
      g_autoptr (GBytes) bytes = portrait_export (surface, format, 0, NULL);
      g_autofree char *name = g_build_filename (directory, "out.bmp", NULL);
      g_autofree char *from = g_strconcat ("bmp:", name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process = NULL;
      g_autoptr (GBytes) png = NULL;
      g_autoptr (GdkPixbuf) pixbuf = NULL;

      g_file_set_contents (name, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
      g_assert_no_error (error);
      process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, convert, from, alpha ? "png32:-" : "png24:-",
                                  NULL);
      g_assert_no_error (error);
      g_subprocess_communicate (process, NULL, NULL, &png, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_get_successful (process));
      pixbuf = read_back (png, "png");
      assert_same_pixels (surface, pixbuf, alpha);
      g_unlink (name);
      cairo_surface_destroy (surface);
    }
  g_rmdir (directory);
}

static void
test_inband (void)
{
  static const struct { int side, size; gsize most; int smallest;
  } rows[] = {
    { 480, 192, 200000, 192 }, { 480, 192, 45 * 1024, 96 }, { 480, 256, 45 * 1024, 128 },
    { 480, 192, 6000, 32 },    { 20, 192, 45 * 1024, 192 }, { 480, 16, 4000, 16 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      cairo_surface_t *surface = make_surface (rows[i].side, rows[i].side, CAIRO_FORMAT_RGB24, TRUE);
      g_autoptr (GError) error = NULL;
      int size = 0;
      g_autoptr (GBytes) bytes = portrait_export_inband (surface, rows[i].size, rows[i].most, &size, &error);
      g_autoptr (GdkPixbuf) pixbuf = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, rows[i].most);
      g_assert_cmpint (size, >=, rows[i].smallest);
      pixbuf = read_back (bytes, "png");
      g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, size);
      g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, size);
      g_assert_false (gdk_pixbuf_get_has_alpha (pixbuf));
      cairo_surface_destroy (surface);
    }
}

static cairo_surface_t *
make_gradient (int side)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  cairo_t *cr = cairo_create (surface);
  cairo_pattern_t *gradient = cairo_pattern_create_linear (0, 0, side, side);

  cairo_pattern_add_color_stop_rgb (gradient, 0, 0.9, 0.2, 0.1);
  cairo_pattern_add_color_stop_rgb (gradient, 1, 0.1, 0.5, 0.9);
  cairo_set_source (cr, gradient);
  cairo_paint (cr);
  cairo_pattern_destroy (gradient);
  cairo_destroy (cr);
  return surface;
}

static double
mean_difference (cairo_surface_t *surface, GdkPixbuf *pixbuf)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  guint64 sum = 0;

  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, width);
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int i = 0; i < 3; i++)
        sum += abs ((int) (pixel_at (surface, x, y) >> (16 - 8 * i) & 0xff) -
                    gdk_pixbuf_read_pixels (pixbuf)[(gsize) gdk_pixbuf_get_rowstride (pixbuf) * y + (gsize) x * 3 + i]);
  return sum / (3.0 * width * height);
}

/* What loses something still looks like the picture: JPEG, and few colours. */
static void
test_lossy_is_close (void)
{
  cairo_surface_t *surface = make_gradient (120);

  for (int quality = 60; quality <= 100; quality += 20)
    {
      g_autoptr (GBytes) jpeg = portrait_export (surface, PORTRAIT_FORMAT_JPEG, quality, NULL);
      g_autoptr (GdkPixbuf) pixbuf = read_back (jpeg, "jpeg");

      g_assert_cmpfloat (mean_difference (surface, pixbuf), <, 3.0);
    }
  for (int colours = 16; colours <= 256; colours *= 2)
    {
      g_autoptr (GBytes) few = portrait_palette_png (surface, colours, NULL);
      g_autoptr (GdkPixbuf) pixbuf = read_back (few, "png");

      g_assert_cmpfloat (mean_difference (surface, pixbuf), <, 200.0 / colours + 1.5);
    }
  cairo_surface_destroy (surface);
}

static void
test_refuses (void)
{
  cairo_surface_t *noisy = make_surface (480, 480, CAIRO_FORMAT_RGB24, TRUE);
  cairo_surface_t *mask = cairo_image_surface_create (CAIRO_FORMAT_A8, 4, 4);
  cairo_surface_t *wide = cairo_image_surface_create (CAIRO_FORMAT_RGB24, PORTRAIT_MAX_SIZE + 1, 1);
  cairo_surface_t *broken = cairo_image_surface_create (CAIRO_FORMAT_RGB24, -1, -1);
  g_autoptr (GError) error = NULL;
  int size = 7;

  g_assert_null (portrait_export (mask, PORTRAIT_FORMAT_PNG, 0, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE);
  g_clear_error (&error);
  g_assert_null (portrait_export (broken, PORTRAIT_FORMAT_BMP24, 0, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE);
  g_clear_error (&error);
  g_assert_null (portrait_export (wide, PORTRAIT_FORMAT_PNG, 0, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE);
  g_clear_error (&error);
  g_assert_null (portrait_export_inband (noisy, 192, 60, &size, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE);
  g_clear_error (&error);
  g_assert_null (portrait_export_inband (noisy, 0, 60000, &size, &error));
  g_assert_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE);
  g_assert_cmpint (size, ==, 7);

  cairo_surface_destroy (noisy);
  cairo_surface_destroy (mask);
  cairo_surface_destroy (wide);
  cairo_surface_destroy (broken);
}

static void
test_names (void)
{
  static const struct { const char *name; gboolean known; PortraitFormat format;
  } rows[] = {
    { "a.png", TRUE, PORTRAIT_FORMAT_PNG },
    { "a.b.PNG", TRUE, PORTRAIT_FORMAT_PNG },
    { "x.jpg", TRUE, PORTRAIT_FORMAT_JPEG },
    { "x.jpeg", TRUE, PORTRAIT_FORMAT_JPEG },
    { "x.Bmp", TRUE, PORTRAIT_FORMAT_BMP24 },
    { "png", FALSE, 0 },
    { "", FALSE, 0 },
    { "x.", FALSE, 0 },
    { "x.gif", FALSE, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PortraitFormat format = PORTRAIT_FORMAT_BMP32;

      g_assert_cmpint (portrait_format_from_suffix (rows[i].name, &format), ==, rows[i].known);
      g_assert_cmpint (format, ==, rows[i].known ? rows[i].format : PORTRAIT_FORMAT_BMP32);
    }
  g_assert_cmpstr (portrait_format_get_mime_type (PORTRAIT_FORMAT_JPEG), ==, "image/jpeg");
  g_assert_cmpstr (portrait_format_get_suffix (PORTRAIT_FORMAT_BMP32), ==, "bmp");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/round-trips", test_round_trips);
  g_test_add_func ("/export/is-reproducible", test_is_reproducible);
  g_test_add_func ("/export/bmp-for-others", test_bmp_for_others);
  g_test_add_func ("/export/inband", test_inband);
  g_test_add_func ("/export/lossy-is-close", test_lossy_is_close);
  g_test_add_func ("/export/refuses", test_refuses);
  g_test_add_func ("/export/names", test_names);
  return g_test_run ();
}
