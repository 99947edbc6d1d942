/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien-face-finder-private.h"
#include "mien-image.h"

#define RED 0xff0000
#define LIME 0x00ff00
#define BLUE 0x0000ff
#define WHITE 0xffffff

/* Every picture in data/ is 24×16: red, lime, blue and white from the upper left to the lower right. */
static const guint32 as_stored[4] = { RED, LIME, BLUE, WHITE };

static GBytes *
load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

static cairo_status_t
append (void *closure, const guchar *data, guint length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
make_png (int width, int height, cairo_format_t format)
{
  cairo_surface_t *surface = cairo_image_surface_create (format, width, height);
  GByteArray *out = g_byte_array_new ();
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgba (cr, 1, 0, 0, 0.5);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_write_to_png_stream (surface, append, out);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (out);
}

static void
assert_colour (cairo_surface_t *surface, int x, int y, guint32 expected, int tolerance)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  guint32 pixel = ((const guint32 *) (const void *) (data + (gsize) cairo_image_surface_get_stride (surface) * y))[x];

  for (int shift = 0; shift < 24; shift += 8)
    g_assert_cmpint (abs ((int) (pixel >> shift & 0xff) - (int) (expected >> shift & 0xff)), <=, tolerance);
}

static void
assert_corners (cairo_surface_t *surface, const guint32 corners[4], int tolerance)
{
  int right = cairo_image_surface_get_width (surface) - 4, bottom = cairo_image_surface_get_height (surface) - 4;

  assert_colour (surface, 3, 3, corners[0], tolerance);
  assert_colour (surface, right, 3, corners[1], tolerance);
  assert_colour (surface, 3, bottom, corners[2], tolerance);
  assert_colour (surface, right, bottom, corners[3], tolerance);
}

static cairo_surface_t *
decode (GBytes *bytes, int max_side)
{
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface = mien_image_decode (bytes, max_side, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (surface);
  return surface;
}

static void
assert_refused (GBytes *bytes, MienImageError code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_image_decode (bytes, 960, NULL, &error));
  g_assert_error (error, MIEN_IMAGE_ERROR, (int) code);
  if (says != NULL && strstr (error->message, says) == NULL)
    g_error ("%s", error->message);
}

static gboolean
has_loader (const char *name)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (name, NULL);

  if (loader != NULL)
    gdk_pixbuf_loader_close (loader, NULL);
  return loader != NULL;
}

static void
test_formats (void)
{
  static const struct { const char *name; MienImageFormat format; gboolean animated; int tolerance; } rows[] = {
    { "rgb.jpg", MIEN_IMAGE_JPEG, FALSE, 40 },        { "cmyk.jpg", MIEN_IMAGE_JPEG, FALSE, 60 },
    { "animated.gif", MIEN_IMAGE_GIF, TRUE, 0 },      { "still.gif", MIEN_IMAGE_GIF, FALSE, 0 },
    { "plain.bmp", MIEN_IMAGE_BMP, FALSE, 0 },        { "lossless.webp", MIEN_IMAGE_WEBP, FALSE, 0 },
    { "lossy.webp", MIEN_IMAGE_WEBP, FALSE, 60 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = load (rows[i].name);
      g_autoptr (GError) error = NULL;
      MienImageInfo info;
      cairo_surface_t *surface;

      g_assert_true (mien_image_probe (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &info, &error));
      g_assert_no_error (error);
      g_assert_cmpint (info.format, ==, rows[i].format);
      g_assert_cmpint (info.width, ==, 24);
      g_assert_cmpint (info.height, ==, 16);
      g_assert_cmpint (info.orientation, ==, 1);
      g_assert_cmpint (info.animated, ==, rows[i].animated);

      surface = mien_image_decode (bytes, 0, NULL, &error);
      if (rows[i].format == MIEN_IMAGE_WEBP && !has_loader ("webp"))
        {
          g_assert_error (error, MIEN_IMAGE_ERROR,
                          MIEN_IMAGE_ERROR_FORMAT); /* GdkPixbuf's WebP loader is a package of its own */
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 24);
      assert_corners (surface, as_stored, rows[i].tolerance);
      cairo_surface_destroy (surface);
    }
}

/* The JPEG with an APP1 segment that holds one tag. */
static GBytes *
with_orientation (GBytes *jpeg, int orientation, gboolean big_endian)
{
  static const guint8 little[] = { 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3,
                                   0,   1,   0,   0, 0, 0, 0, 0, 0, 0, 0,    0,    0 };
  static const guint8 big[] = {
    'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
  };
  GByteArray *out = g_byte_array_new ();
  guint8 tiff[sizeof little];
  guint8 segment[] = { 0xff, 0xe1, 0, 2 + 6 + sizeof tiff, 'E', 'x', 'i', 'f', 0, 0 };
  const guint8 *data = g_bytes_get_data (jpeg, NULL);

  memcpy (tiff, big_endian ? big : little, sizeof tiff);
  tiff[big_endian ? 19 : 18] = (guint8) orientation;
  g_byte_array_append (out, data, 2);
  g_byte_array_append (out, segment, sizeof segment);
  g_byte_array_append (out, tiff, sizeof tiff);
  g_byte_array_append (out, data + 2, (guint) g_bytes_get_size (jpeg) - 2);
  return g_byte_array_free_to_bytes (out);
}

static void
test_orientation (void)
{
  static const guint32 upright[9][4] = {
    { RED, LIME, BLUE, WHITE }, { RED, LIME, BLUE, WHITE }, { LIME, RED, WHITE, BLUE }, { WHITE, BLUE, LIME, RED },
    { BLUE, WHITE, RED, LIME }, { RED, BLUE, LIME, WHITE }, { BLUE, RED, WHITE, LIME }, { WHITE, LIME, BLUE, RED },
    { LIME, WHITE, RED, BLUE },
  };
  g_autoptr (GBytes) jpeg = load ("rgb.jpg");
  g_autoptr (GBytes) tiff = load ("turned.tiff");
  cairo_surface_t *surface;

  for (int orientation = 0; orientation <= 8; orientation++)
    for (int big_endian = 0; big_endian < 2; big_endian++)
      {
        g_autoptr (GBytes) bytes = with_orientation (jpeg, orientation, big_endian);

        surface = decode (bytes, 0);
        g_assert_cmpint (cairo_image_surface_get_width (surface), ==, orientation >= 5 ? 16 : 24);
        g_assert_cmpint (cairo_image_surface_get_height (surface), ==, orientation >= 5 ? 24 : 16);
        assert_corners (surface, upright[orientation], 40);
        cairo_surface_destroy (surface);

        surface = decode (bytes, 12);
        g_assert_cmpint (cairo_image_surface_get_width (surface), ==, orientation >= 5 ? 8 : 12);
        cairo_surface_destroy (surface);
      }

  surface = decode (tiff, 0);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 16);
  assert_corners (surface, upright[6], 0);
  cairo_surface_destroy (surface);
}

static void
test_alpha_is_premultiplied (void)
{
  g_autoptr (GBytes) png = make_png (40, 30, CAIRO_FORMAT_ARGB32);
  cairo_surface_t *surface = decode (png, 20);

  g_assert_cmpint (cairo_image_surface_get_format (surface), ==, CAIRO_FORMAT_ARGB32);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 20);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 15);
  assert_colour (surface, 10, 7, 0x800000, 1);
  cairo_surface_destroy (surface);
}

static void
test_scaled_jpeg (void)
{
  g_autoptr (GBytes) jpeg = load ("rgb.jpg");

  for (int side = 1; side < 30; side++)
    {
      cairo_surface_t *surface = decode (jpeg, side);

      g_assert_cmpint (cairo_image_surface_get_width (surface), ==, MIN (side, 24));
      cairo_surface_destroy (surface);
    }
}

static GBytes *
from_text (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_not_a_picture (void)
{
  static const char *const texts[] = { "",         "B",      "hello, world",    "<html><body></body></html>",
                                       "%PDF-1.7", "PK\3\4", "RIFF....WAVEfmt " };
  static const char *const drawings[] = {
    "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    "<?xml version=\"1.0\"?>\n<!-- a -->\n<svg/>",
    "\xef\xbb\xbf  <svg/>",
    "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>&a;</svg>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = from_text (texts[i]);

      assert_refused (bytes, MIEN_IMAGE_ERROR_FORMAT, "not a picture");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (drawings); i++)
    {
      g_autoptr (GBytes) bytes = from_text (drawings[i]);

      assert_refused (bytes, MIEN_IMAGE_ERROR_FORMAT, "SVG");
    }
}

static void
test_cut (void)
{
  static const char *const names[] = { "rgb.jpg",       "cmyk.jpg",    "still.gif",   "plain.bmp",
                                       "lossless.webp", "turned.tiff", "animated.gif" };
  g_autoptr (GBytes) png = make_png (60, 60, CAIRO_FORMAT_RGB24);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) whole = load (names[i]);
      gsize length = g_bytes_get_size (whole);

      for (gsize cut = 0; cut < length; cut += 1 + length / 60)
        {
          /* A copy of just that length, so that a sanitizer sees a step too far. */
          g_autoptr (GBytes) bytes = g_bytes_new (g_bytes_get_data (whole, NULL), cut);
          g_autoptr (GError) error = NULL;
          cairo_surface_t *surface = mien_image_decode (bytes, 960, NULL, &error);

          g_assert_true ((surface == NULL) == (error != NULL));
          if (surface == NULL)
            g_assert_true (error->domain == MIEN_IMAGE_ERROR);
          else
            cairo_surface_destroy (surface);
        }
    }

  for (gsize cut = 0; cut < g_bytes_get_size (png); cut += 7)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (g_bytes_get_data (png, NULL), cut);

      assert_refused (bytes, cut < 8 ? MIEN_IMAGE_ERROR_FORMAT : MIEN_IMAGE_ERROR_DAMAGED, NULL);
    }

  /* A picture of which half is missing is refused, and not shown half grey. */
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) whole = load (names[i]);
      g_autoptr (GBytes) half = g_bytes_new (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole) / 2);

      g_test_message ("%s", names[i]);
      if (i != 4 || has_loader ("webp"))
        assert_refused (half, MIEN_IMAGE_ERROR_DAMAGED, "damaged");
    }
}

static void
put32 (guint8 *at, guint32 value)
{
  at[0] = value >> 24;
  at[1] = value >> 16 & 0xff;
  at[2] = value >> 8 & 0xff;
  at[3] = value & 0xff;
}

/* Refused by the header: nothing of that size is ever allocated. */
static void
test_too_large (void)
{
  static const struct { guint32 width, height; MienImageError code;
  } rows[] = {
    { 30000, 30000, MIEN_IMAGE_ERROR_TOO_LARGE },
    { 20001, 1, MIEN_IMAGE_ERROR_TOO_LARGE },
    { 1, 20001, MIEN_IMAGE_ERROR_TOO_LARGE },
    { 10001, 10000, MIEN_IMAGE_ERROR_TOO_LARGE },
    { 0x7fffffff, 0x7fffffff, MIEN_IMAGE_ERROR_TOO_LARGE },
    { 0xffffffff, 0xffffffff, MIEN_IMAGE_ERROR_DAMAGED },
    { 0, 5, MIEN_IMAGE_ERROR_DAMAGED },
  };
  g_autoptr (GBytes) small = make_png (8, 8, CAIRO_FORMAT_RGB24);
  g_autofree guint8 *many = g_malloc0 (MIEN_IMAGE_MAX_BYTES + 1);
  g_autoptr (GBytes) heavy = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (small, NULL), g_bytes_get_size (small));
      g_autoptr (GBytes) bytes = NULL;

      put32 (copy + 16, rows[i].width);
      put32 (copy + 20, rows[i].height);
      bytes = g_bytes_new (copy, g_bytes_get_size (small));
      assert_refused (bytes, rows[i].code, NULL);
    }

  heavy = g_bytes_new_take (g_steal_pointer (&many), MIEN_IMAGE_MAX_BYTES + 1);
  assert_refused (heavy, MIEN_IMAGE_ERROR_TOO_LARGE, "40 MiB");
}

static void
on_decoded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
}

static void
test_async (void)
{
  g_autoptr (GBytes) jpeg = load ("rgb.jpg");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  for (int cancelled = 0; cancelled < 2; cancelled++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      cairo_surface_t *surface;

      if (cancelled)
        g_cancellable_cancel (cancellable);
      mien_image_decode_async (jpeg, 960, cancellable, on_decoded, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);

      surface = mien_image_decode_finish (result, &error);
      if (cancelled)
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_assert_null (surface);
        }
      else
        {
          g_assert_no_error (error);
          cairo_surface_destroy (surface);
        }
    }
}

/* The ears of a head that turns move along the eye line, by what a person sees of it: 0 from the front. */
static void
test_face_turn (void)
{
  /* Everything in units u, the distance of the eyes seen from the front, before tilt (degrees) and size (pixels of one
   * u). */
  static const struct { double eyes, left_ear, right_ear, tilt, size, turn; } rows[] = {
    { 1, -0.8, 0.8, 0, 64, 0 },             /* from the front */
    { 1, -0.7, 0.9, 0, 64, 0 },             /* within what the ears are exact to */
    { 1, -0.61, 0.99, 0, 64, 0 },           /* 0.19 */
    { 1, -0.59, 1.01, 0, 64, 0.21 },        /* 0.21 */
    { 1, -1.01, 0.59, 0, 64, -0.21 },       /* to the other side */
    /* a half profile: the eyes are nearer to each other, the unit is the box's */
    { 0.6, 0.1, 0.9, 0, 64, 0.5 },
    { 0.6, 0.1, 0.9, 30, 64, 0.5 },         /* a tilted head */
    { 0.6, 0.1, 0.9, 90, 640, 0.5 },
    { 0.6, -0.9, -0.1, -120, 17, -0.5 },
    { 0.6, 2, 3, 0, 64, 1 },                /* no more than a profile */
    { 0, 0.5, 0.5, 0, 64, 0 },              /* no eyes: no eye line */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      double x = cos (rows[i].tilt * G_PI / 180) * rows[i].size, y = sin (rows[i].tilt * G_PI / 180) * rows[i].size;
      FaceFindFace face = { .width = (float) (2.6 * rows[i].size), .height = (float) (2.6 * rows[i].size) };

      face.left_eye.x = (float) (500 - rows[i].eyes / 2 * x);
      face.left_eye.y = (float) (400 - rows[i].eyes / 2 * y);
      face.right_eye.x = (float) (500 + rows[i].eyes / 2 * x);
      face.right_eye.y = (float) (400 + rows[i].eyes / 2 * y);
      face.left_ear.x = (float) (500 + rows[i].left_ear * x);
      face.left_ear.y = (float) (400 + rows[i].left_ear * y);
      face.right_ear.x = (float) (500 + rows[i].right_ear * x);
      face.right_ear.y = (float) (400 + rows[i].right_ear * y);
      g_test_message ("row %zu: %g", i, mien_face_get_turn (&face));
      g_assert_cmpfloat_with_epsilon (mien_face_get_turn (&face), rows[i].turn, 1e-4);
    }
}

/* SVG ----------------------------------------------------------------------- */

#define SVG(body) "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\">" body "</svg>"

static void
test_svg (void)
{
  static const char *const swap[] = { "#ff0000=#0000ff", "#0000FF=#ff0000", "#00ff00=#123456", NULL };
  static const char text[] =
    SVG ("<defs><linearGradient id=\"ff0000\"><stop offset=\"0\" stop-color=\"#00ff00\"/></linearGradient></defs>"
         "<path fill=\"#ff0000\" d=\"M0 0h256v256H0z\"/><path style=\"fill: #0000FF\" d=\"M256 0h256v256H256z\"/>"
         "<path fill=\"url(#ff0000)\" d=\"M0 256h256v256H0z\"/>");
  g_autoptr (GBytes) svg = from_text (text);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *plain = mien_svg_render (svg, 64, NULL, &error), *changed;

  g_assert_no_error (error);
  g_assert_cmpint (cairo_image_surface_get_width (plain), ==, 64);
  assert_corners (plain, (guint32[]) { RED, BLUE, LIME, 0 }, 0);
  changed = mien_svg_render (svg, 64, swap, &error);
  g_assert_no_error (error);
  assert_corners (changed, (guint32[]) { BLUE, RED, 0x123456, 0 }, 0);
  cairo_surface_destroy (plain);
  cairo_surface_destroy (changed);
}

static void
test_svg_refused (void)
{
  static const char *const bad[] = {
    "",
    "no",
    "<svg",
    "<html/>",
    "\xff\xfe",
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 256\"/>",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 0 0\"/>",
    "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" SVG ("&b;"),
    SVG ("<script>1</script>"),
    SVG ("<image href=\"file:///etc/passwd\"/>"),
    SVG ("<filter id=\"a\"/>"),
    SVG ("<foreignObject/>"),
    SVG ("<svg:script xmlns:svg=\"http://www.w3.org/2000/svg\"/>"),
    SVG ("<g id=\"a\"><g><use href=\"#b\"/></g></g>"),
  };
  static const char *const bad_colours[][2] = { { "red=blue", NULL }, { "#ff0000", NULL }, { "#ff0000=#00ff0g", NULL },
                                                { "#ff0000=#00ff00\"/><script", NULL }, { "", NULL } };
  g_autoptr (GBytes) good = from_text (SVG ("<path d=\"M0 0h9v9z\"/>"));
  g_autoptr (GBytes) large = g_bytes_new_take (g_strnfill (MIEN_SVG_MAX_BYTES + 1, ' '), MIEN_SVG_MAX_BYTES + 1);
  g_autoptr (GString) bomb = g_string_new (
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><g id=\"a0\"><path d=\"M0 0h9v9z\"/></g>");
  g_autoptr (GString) copies = g_string_new (
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path id=\"a\" d=\"M0 0h1v1z\"/>");
  g_autoptr (GBytes) bomb_bytes = NULL;
  g_autoptr (GBytes) copies_bytes = NULL;
  cairo_surface_t *surface;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = from_text (bad[i]);

      g_assert_null (mien_svg_render (bytes, 64, NULL, &error));
      g_assert_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_SVG);
      g_clear_error (&error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_colours); i++)
    {
      g_assert_null (mien_svg_render (good, 64, bad_colours[i], &error));
      g_assert_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_SVG);
      g_clear_error (&error);
    }
  for (int size = 0; size <= MIEN_SVG_MAX_SIDE + 1; size += MIEN_SVG_MAX_SIDE + 1)
    {
      g_assert_null (mien_svg_render (good, size, NULL, &error));
      g_assert_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE);
      g_clear_error (&error);
    }
  g_assert_null (mien_svg_render (large, 64, NULL, &error));
  g_assert_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE);
  g_clear_error (&error);

  /* Many copies of one shape are fine; ten copies of ten copies of ten copies ... are not. */
  for (int i = 0; i < 100; i++)
    g_string_append (copies, "<use href=\"#a\"/>");
  g_string_append (copies, "</svg>");
  copies_bytes = from_text (copies->str);
  surface = mien_svg_render (copies_bytes, 64, NULL, &error);
  g_assert_no_error (error);
  cairo_surface_destroy (surface);

  for (int i = 1; i < 10; i++)
    {
      g_string_append_printf (bomb, "<g id=\"a%d\">", i);
      for (int j = 0; j < 10; j++)
        g_string_append_printf (bomb, "<use href=\"#a%d\"/>", i - 1);
      g_string_append (bomb, "</g>");
    }
  g_string_append (bomb, "</svg>");
  bomb_bytes = from_text (bomb->str);
  g_assert_null (mien_svg_render (bomb_bytes, 64, NULL, &error));
  g_assert_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_SVG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/formats", test_formats);
  g_test_add_func ("/image/orientation", test_orientation);
  g_test_add_func ("/image/alpha-is-premultiplied", test_alpha_is_premultiplied);
  g_test_add_func ("/image/scaled-jpeg", test_scaled_jpeg);
  g_test_add_func ("/image/not-a-picture", test_not_a_picture);
  g_test_add_func ("/image/cut", test_cut);
  g_test_add_func ("/image/too-large", test_too_large);
  g_test_add_func ("/image/async", test_async);
  g_test_add_func ("/svg/colours", test_svg);
  g_test_add_func ("/svg/refused", test_svg_refused);
  g_test_add_func ("/image/face-turn", test_face_turn);
  return g_test_run ();
}
