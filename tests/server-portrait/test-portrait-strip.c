/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE   /* memmem() */
#include "mien-portrait-server-error.h"
#include "mien-portrait-strip.h"

#include <cairo.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

static const char secret[] = "GPS 52.5200 13.4050";

/* A small picture with many colours, so that its compressed data has all kinds of bytes. */
static GdkPixbuf *
new_picture (void)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 61, 47);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);

  for (int i = 0; i < gdk_pixbuf_get_rowstride (pixbuf) * 46 + 61 * 3; i++)
    pixels[i] = (guint8) (i * 7 + i / 61 * 13);
  return pixbuf;
}

static GBytes *
encode (const char *type, const char *key, const char *value)
{
  g_autoptr(GdkPixbuf) pixbuf = new_picture ();
  const char *keys[] = { key, NULL }, *values[] = { value, NULL };
  g_autoptr(GError) error = NULL;
  char *data;
  gsize size;

  gdk_pixbuf_save_to_bufferv (pixbuf, &data, &size, type, (char **) keys, (char **) values, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

static GdkPixbuf *
decode (GBytes *bytes)
{
  g_autoptr(GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr(GError) error = NULL;

  gdk_pixbuf_loader_write_bytes (loader, bytes, &error);
  g_assert_no_error (error);
  gdk_pixbuf_loader_close (loader, &error);
  g_assert_no_error (error);
  return g_object_ref (gdk_pixbuf_loader_get_pixbuf (loader));
}

static void
assert_same_pixels (GBytes *a, GBytes *b)
{
  g_autoptr(GdkPixbuf) one = decode (a);
  g_autoptr(GdkPixbuf) two = decode (b);
  gsize row = (gsize) gdk_pixbuf_get_width (one) * (gsize) gdk_pixbuf_get_n_channels (one);

  g_assert_cmpint (gdk_pixbuf_get_width (one), ==, gdk_pixbuf_get_width (two));
  g_assert_cmpint (gdk_pixbuf_get_height (one), ==, gdk_pixbuf_get_height (two));
  for (int y = 0; y < gdk_pixbuf_get_height (one); y++)
    g_assert_cmpmem (gdk_pixbuf_get_pixels (one) + y * gdk_pixbuf_get_rowstride (one), row,
                     gdk_pixbuf_get_pixels (two) + y * gdk_pixbuf_get_rowstride (two), row);
}

static void
assert_nowhere (GBytes *bytes, const char *text)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_null (memmem (data, size, text, strlen (text)));
}

/* @extra put into @bytes at @at. */
static GBytes *
insert (GBytes *bytes, gsize at, gconstpointer extra, gsize length)
{
  GByteArray *array = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (array, data, (guint) at);
  g_byte_array_append (array, extra, (guint) length);
  g_byte_array_append (array, data + at, (guint) (size - at));
  return g_byte_array_free_to_bytes (array);
}

static void
test_png_clean (void)
{
  g_autoptr(GBytes) png = encode ("png", NULL, NULL);
  g_autoptr(GBytes) stripped = mien_portrait_strip (png, 1, NULL);
  g_autoptr(GBytes) again = mien_portrait_strip (stripped, 1, NULL);

  /* Nothing to leave out: the very same bytes, so the hash in the file's name holds. */
  g_assert_true (again == stripped);
  assert_same_pixels (png, stripped);
}

static void
test_png_text (void)
{
  g_autoptr(GBytes) png = encode ("png", "tEXt::Comment", secret);
  g_autoptr(GBytes) tail = insert (png, g_bytes_get_size (png), secret, strlen (secret));
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) stripped = mien_portrait_strip (tail, 1, &error);

  g_assert_no_error (error);
  assert_nowhere (stripped, "GPS");
  assert_nowhere (stripped, "tEXt");
  assert_same_pixels (png, stripped);
}

/* An EXIF segment with a thumbnail and a position, a comment, a colour profile, JFIF with a thumbnail, and a tail. */
static GBytes *
dirty_jpeg (GBytes *jpeg)
{
  static const guint8 segments[] = "\xff\xe1\x00\x1c" "Exif\0\0" "GPS 52.5200 13.4050\0"
                                   "\xff\xfe\x00\x15" "GPS 52.5200 13.4050"
                                   "\xff\xff\xff\xed\x00\x15" "GPS 52.5200 13.4050";
  g_autoptr(GBytes) with = insert (jpeg, 20, segments, sizeof segments - 1);

  g_assert_cmpmem ((const guint8 *) g_bytes_get_data (jpeg, NULL) + 6, 4, "JFIF", 4);
  return insert (with, g_bytes_get_size (with), secret, strlen (secret));
}

static void
test_jpeg (void)
{
  static const char * const qualities[] = { "30", "90", "100" };

  for (guint i = 0; i < G_N_ELEMENTS (qualities); i++)
    {
      g_autoptr(GBytes) jpeg = encode ("jpeg", "quality", qualities[i]);
      g_autoptr(GBytes) dirty = dirty_jpeg (jpeg);
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) stripped = mien_portrait_strip (dirty, 1, &error);
      g_autoptr(GBytes) again = NULL;

      g_assert_no_error (error);
      assert_nowhere (stripped, "GPS");
      assert_nowhere (stripped, "Exif");
      assert_same_pixels (jpeg, stripped);
      again = mien_portrait_strip (stripped, 1, &error);
      g_assert_true (again == stripped);
    }
}

static void
test_jpeg_orientation (void)
{
  g_autoptr(GBytes) jpeg = encode ("jpeg", "quality", "80");
  g_autoptr(GBytes) dirty = dirty_jpeg (jpeg);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) stripped = mien_portrait_strip (dirty, 6, &error);
  g_autoptr(GdkPixbuf) pixbuf = NULL;

  g_assert_no_error (error);
  assert_nowhere (stripped, "GPS");
  pixbuf = decode (stripped);
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "orientation"), ==, "6");
  assert_same_pixels (jpeg, stripped);
}

static void
assert_refused (GBytes *bytes, int code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (mien_portrait_strip (bytes, 1, &error));
  g_assert_error (error, MIEN_PORTRAIT_SERVER_ERROR, code);
}

static void
test_refused (void)
{
  static const struct { const char *data; gsize size; int code; } cases[] = {
    { "", 0, MIEN_PORTRAIT_SERVER_ERROR_TYPE },
    { "GIF89a", 6, MIEN_PORTRAIT_SERVER_ERROR_TYPE },
    { "<svg xmlns='http://www.w3.org/2000/svg'/>", 41, MIEN_PORTRAIT_SERVER_ERROR_TYPE },
    { "\x89PNG\r\n\x1a\n", 8, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR12345678", 24, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\xff\xd8\xff\xd9", 4, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\xff\xd8\xff\xff\xff\xff", 6, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\xff\xd8\xff\xe1\x00\x01", 6, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    { "\xff\xd8\xff\xe1\x10\x00", 6, MIEN_PORTRAIT_SERVER_ERROR_PICTURE },
    /* four components: CMYK */
    { "\xff\xd8\xff\xc0\x00\x08\x08\x00\x01\x00\x01\x04", 12, MIEN_PORTRAIT_SERVER_ERROR_TYPE },
    /* arithmetic coding */
    { "\xff\xd8\xff\xc9\x00\x08\x08\x00\x01\x00\x01\x03", 12, MIEN_PORTRAIT_SERVER_ERROR_TYPE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) bytes = g_bytes_new_static (cases[i].data, cases[i].size);

      g_test_message ("case %u", i);
      assert_refused (bytes, cases[i].code);
    }
}

/* Every prefix of a good file is refused, and none reads past its end (each has a heap block of its own). */
static void
test_truncated (void)
{
  static const char * const types[] = { "png", "jpeg" };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      g_autoptr(GBytes) whole = encode (types[t], NULL, NULL);
      gsize size;
      const guint8 *data = g_bytes_get_data (whole, &size);

      for (gsize n = 0; n < size; n++)
        {
          g_autoptr(GBytes) part = g_bytes_new (data, n);
          g_autoptr(GError) error = NULL;

          g_assert_null (mien_portrait_strip (part, 1, &error));
          g_assert_nonnull (error);
        }
    }
}

/* Changed bytes give an error or a file that is no larger than an orientation block more. */
static void
test_mutated (void)
{
  static const char * const types[] = { "png", "jpeg" };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      g_autoptr(GBytes) whole = encode (types[t], NULL, NULL);

      for (int round = 0; round < 3000; round++)
        {
          gsize size;
          g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (whole, &size), g_bytes_get_size (whole));
          g_autoptr(GBytes) changed = NULL;
          g_autoptr(GBytes) out = NULL;

          for (int n = 0; n < 4; n++)
            copy[g_test_rand_int_range (0, (gint32) size)] = (guint8) g_test_rand_int_range (0, 256);
          changed = g_bytes_new_take (g_steal_pointer (&copy), size);
          out = mien_portrait_strip (changed, 6, NULL);
          if (out != NULL)
            g_assert_cmpuint (g_bytes_get_size (out), <=, size + 64);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/portrait/strip/png-clean", test_png_clean);
  g_test_add_func ("/portrait/strip/png-text", test_png_text);
  g_test_add_func ("/portrait/strip/jpeg", test_jpeg);
  g_test_add_func ("/portrait/strip/jpeg-orientation", test_jpeg_orientation);
  g_test_add_func ("/portrait/strip/refused", test_refused);
  g_test_add_func ("/portrait/strip/truncated", test_truncated);
  g_test_add_func ("/portrait/strip/mutated", test_mutated);
  return g_test_run ();
}
