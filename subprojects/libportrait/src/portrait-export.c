/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-export.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "portrait-compositor.h"
#include "portrait-palette.h"
#include "portrait-png.h"

static const struct { const char *mime_type, *suffix, *other_suffix; } formats[] = {
  [PORTRAIT_FORMAT_PNG] = { "image/png", "png", "png" },
  [PORTRAIT_FORMAT_JPEG] = { "image/jpeg", "jpg", "jpeg" },
  [PORTRAIT_FORMAT_BMP24] = { "image/bmp", "bmp", "dib" },
  [PORTRAIT_FORMAT_BMP32] = { "image/bmp", "bmp", "dib" },
};

static gboolean
check_surface (cairo_surface_t *surface, GError **error)
{
  int width, height;

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS ||
      cairo_surface_get_type (surface) != CAIRO_SURFACE_TYPE_IMAGE ||
      (cairo_image_surface_get_format (surface) != CAIRO_FORMAT_RGB24 &&
       cairo_image_surface_get_format (surface) != CAIRO_FORMAT_ARGB32))
    {
      g_set_error_literal (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE,
                           "Only an image surface of 32 bits a pixel can be written.");
      return FALSE;
    }

  width = cairo_image_surface_get_width (surface);
  height = cairo_image_surface_get_height (surface);
  if (width < 1 || height < 1 || width > PORTRAIT_MAX_SIZE || height > PORTRAIT_MAX_SIZE)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE,
                   "A picture of %d×%d pixels cannot be written: a side must be 1 to %d.", width, height,
                   PORTRAIT_MAX_SIZE);
      return FALSE;
    }
  cairo_surface_flush (surface);
  return TRUE;
}

/* A pixel of ours as red, green, blue, alpha, not premultiplied. */
static inline void
get_rgba (guint32 pixel, gboolean has_alpha, guint8 out[4])
{
  guint alpha = has_alpha ? pixel >> 24 : 255;

  out[0] = pixel >> 16 & 0xff;
  out[1] = pixel >> 8 & 0xff;
  out[2] = pixel & 0xff;
  out[3] = (guint8) alpha;
  if (alpha == 255)
    return;
  for (int i = 0; i < 3; i++)
    out[i] = alpha == 0 ? 0 : (guint8) MIN ((out[i] * 255u + alpha / 2) / alpha, 255u);
}

static const guint32 *
get_row (cairo_surface_t *surface, int y)
{
  gsize stride = cairo_image_surface_get_stride (surface);

  return (const guint32 *) (const void *) (cairo_image_surface_get_data (surface) + stride * y);
}

/* PNG and JPEG ------------------------------------------------------------ */

/* A ninth larger than zlib's usual level 6 makes it, in a third of the time. */
#define PNG_LEVEL 3

static void
get_png_row (gpointer data, int y, guint8 *out)
{
  cairo_surface_t *surface = data;
  const guint32 *row = get_row (surface, y);
  int width = cairo_image_surface_get_width (surface);
  gboolean has_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  guint8 rgba[4];

  for (int x = 0; x < width; x++)
    {
      get_rgba (row[x], has_alpha, rgba);
      *out++ = rgba[0];
      *out++ = rgba[1];
      *out++ = rgba[2];
      if (has_alpha)
        *out++ = rgba[3];
    }
}

static GBytes *
export_png (cairo_surface_t *surface, GError **error)
{
  gboolean has_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  PortraitPng png = {
    .width = cairo_image_surface_get_width (surface),
    .height = cairo_image_surface_get_height (surface),
    .pixels = has_alpha ? PORTRAIT_PNG_RGBA : PORTRAIT_PNG_RGB,
    .level = PNG_LEVEL,
    .get_row = get_png_row,
    .data = surface,
  };

  return portrait_png_write (&png, error);
}

/* JPEG knows no transparency: what is transparent lies on white. */
static GdkPixbuf *
to_opaque_pixbuf (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  gboolean has_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);

  if (pixbuf == NULL)
    return NULL;
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = get_row (surface, y);
      guint8 *out = gdk_pixbuf_get_pixels (pixbuf) + (gsize) gdk_pixbuf_get_rowstride (pixbuf) * y;

      for (int x = 0; x < width; x++, out += 3)
        {
          guint white = has_alpha ? 255 - (row[x] >> 24) : 0;

          out[0] = (guint8) MIN ((row[x] >> 16 & 0xff) + white, 255u);
          out[1] = (guint8) MIN ((row[x] >> 8 & 0xff) + white, 255u);
          out[2] = (guint8) MIN ((row[x] & 0xff) + white, 255u);
        }
    }
  return pixbuf;
}

static GBytes *
export_jpeg (cairo_surface_t *surface, int quality, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = to_opaque_pixbuf (surface);
  g_autoptr (GError) local = NULL;
  char text[8];
  char *buffer;
  gsize length;

  g_snprintf (text, sizeof text, "%d", CLAMP (quality, 1, 100));
  if (pixbuf == NULL || !gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &length, "jpeg", &local, "quality", text, NULL))
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE, "The JPEG file cannot be made: %s",
                   local != NULL ? local->message : "there is not enough memory.");
      return NULL;
    }
  return g_bytes_new_take (buffer, length);
}

/* BMP --------------------------------------------------------------------- */

#define BMP_FILE_HEADER 14
#define BMP_INFO_HEADER 40            /* BITMAPINFOHEADER */
#define BMP_V4_HEADER 108             /* BITMAPV4HEADER: the first that says where alpha is */
#define BMP_BITFIELDS 3
#define BMP_PIXELS_PER_METRE 3780     /* 96 a inch */

static void
put16 (guint8 *at, guint value)
{
  at[0] = value & 0xff;
  at[1] = value >> 8 & 0xff;
}

static void
put32 (guint8 *at, guint32 value)
{
  put16 (at, value & 0xffff);
  put16 (at + 2, value >> 16);
}

static void
put_bmp_headers (guint8 *out, int width, int height, gboolean with_alpha, gsize offset, gsize length)
{
  guint8 *info = out + BMP_FILE_HEADER;

  out[0] = 'B';
  out[1] = 'M';
  put32 (out + 2, (guint32) length);
  put32 (out + 10, (guint32) offset);

  put32 (info, with_alpha ? BMP_V4_HEADER : BMP_INFO_HEADER);
  put32 (info + 4, (guint32) width);
  put32 (info + 8, (guint32) height);                  /* positive: the last row first */
  put16 (info + 12, 1);
  put16 (info + 14, with_alpha ? 32 : 24);
  put32 (info + 16, with_alpha ? BMP_BITFIELDS : 0);
  put32 (info + 20, (guint32) (length - offset));
  put32 (info + 24, BMP_PIXELS_PER_METRE);
  put32 (info + 28, BMP_PIXELS_PER_METRE);
  if (with_alpha)
    {
      put32 (info + 40, 0x00ff0000);
      put32 (info + 44, 0x0000ff00);
      put32 (info + 48, 0x000000ff);
      put32 (info + 52, 0xff000000);
      memcpy (info + 56, "BGRs", 4);                   /* sRGB, as a little-endian number */
    }
}

static GBytes *
export_bmp (cairo_surface_t *surface, gboolean with_alpha)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  gboolean has_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  gsize bytes = with_alpha ? 4 : 3;
  gsize stride = (width * bytes + 3) & ~(gsize) 3;
  gsize offset = BMP_FILE_HEADER + (with_alpha ? BMP_V4_HEADER : BMP_INFO_HEADER);
  gsize length = offset + stride * height;
  guint8 *out = g_malloc0 (length);

  put_bmp_headers (out, width, height, with_alpha, offset, length);
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = get_row (surface, y);
      guint8 *to = out + offset + stride * (height - 1 - y);

      for (int x = 0; x < width; x++, to += bytes)
        {
          guint8 rgba[4];

          get_rgba (row[x], has_alpha, rgba);
          to[0] = rgba[2];
          to[1] = rgba[1];
          to[2] = rgba[0];
          if (with_alpha)
            to[3] = rgba[3];
        }
    }
  return g_bytes_new_take (out, length);
}

/* @jpeg_quality is 1 to 100 and counts for JPEG alone. */
GBytes *
portrait_export (cairo_surface_t *surface, PortraitFormat format, int jpeg_quality, GError **error)
{
  g_return_val_if_fail (surface != NULL, NULL);

  if (!check_surface (surface, error))
    return NULL;

  switch (format)
    {
    case PORTRAIT_FORMAT_PNG:
      return export_png (surface, error);

    case PORTRAIT_FORMAT_JPEG:
      return export_jpeg (surface, jpeg_quality, error);

    case PORTRAIT_FORMAT_BMP24:
    case PORTRAIT_FORMAT_BMP32:
      return export_bmp (surface, format == PORTRAIT_FORMAT_BMP32);

    default:
      g_return_val_if_reached (NULL);
    }
}

/* The in-band picture ------------------------------------------------------ */

#define INBAND_SMALLEST 32

static cairo_surface_t *
scale_square (cairo_surface_t *surface, int size)
{
  int side = MAX (cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface));
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cairo_t *cr = cairo_create (out);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, (double) size / side, (double) size / side);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface));
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_flush (out);
  return out;
}

/* Sizes first, since a smaller picture still has its colours: full size, 3/4 and 1/2. Then the same sizes with ever
 * fewer colours, and at last the smallest that says anything. */
GBytes *
portrait_export_inband (cairo_surface_t *surface, int size, gsize max_bytes, int *out_size, GError **error)
{
  static const int colours[] = { 0, 256, 128, 64, 32, 16 };        /* 0: all of them */

  g_return_val_if_fail (surface != NULL, NULL);

  if (!check_surface (surface, error))
    return NULL;
  if (size < 1 || size > PORTRAIT_MAX_SIZE)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE,
                   "A picture of %d pixels cannot be made: the size must be 1 to %d.", size, PORTRAIT_MAX_SIZE);
      return NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
    for (int quarters = 4; quarters >= (i + 1 < G_N_ELEMENTS (colours) ? 2 : 1); quarters--)
      {
        int side = MAX (size * quarters / 4, MIN (size, INBAND_SMALLEST));
        cairo_surface_t *scaled = scale_square (surface, side);
        g_autoptr (GBytes) png = colours[i] == 0 ? export_png (scaled, error)
                                                 : portrait_palette_png (scaled, colours[i], error);

        cairo_surface_destroy (scaled);
        if (png == NULL)
          return NULL;
        if (g_bytes_get_size (png) <= max_bytes)
          {
            if (out_size != NULL)
              *out_size = side;
            return g_steal_pointer (&png);
          }
      }

  g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE,
               "The picture cannot be made as small as %" G_GSIZE_FORMAT " bytes.", max_bytes);
  return NULL;
}

const char *
portrait_format_get_mime_type (PortraitFormat format)
{
  g_return_val_if_fail (format <= PORTRAIT_FORMAT_BMP32, NULL);
  return formats[format].mime_type;
}

const char *
portrait_format_get_suffix (PortraitFormat format)
{
  g_return_val_if_fail (format <= PORTRAIT_FORMAT_BMP32, NULL);
  return formats[format].suffix;
}

/* By the name's ending, whatever its case; a BMP has 24 bits. FALSE, @out untouched, for any other name. */
gboolean
portrait_format_from_suffix (const char *filename, PortraitFormat *out)
{
  const char *dot;

  g_return_val_if_fail (filename != NULL && out != NULL, FALSE);

  dot = strrchr (filename, '.');
  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (dot + 1, formats[i].suffix) == 0 ||
        g_ascii_strcasecmp (dot + 1, formats[i].other_suffix) == 0)
      {
        *out = (PortraitFormat) i;
        return TRUE;
      }
  return FALSE;
}
