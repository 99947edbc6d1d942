/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-image"

#include "mien-config.h"
#include "mien-image-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Everything is read through these, and nothing beyond the length. */
typedef struct
{
  const guint8 *data;
  gsize         length;
  gboolean      big_endian;
} Reader;

static gboolean
has (const Reader *reader, gsize offset, gsize n)
{
  return offset <= reader->length && n <= reader->length - offset;
}

static guint
get8 (const Reader *reader, gsize offset)
{
  return has (reader, offset, 1) ? reader->data[offset] : 0;
}

static guint
get16 (const Reader *reader, gsize offset)
{
  guint first = get8 (reader, offset), second = get8 (reader, offset + 1);

  return reader->big_endian ? first << 8 | second : second << 8 | first;
}

static guint32
get32 (const Reader *reader, gsize offset)
{
  guint32 first = get16 (reader, offset), second = get16 (reader, offset + 2);

  return reader->big_endian ? first << 16 | second : second << 16 | first;
}

static gboolean
starts_with (const Reader *reader, gsize offset, const char *text, gsize n)
{
  return has (reader, offset, n) && memcmp (reader->data + offset, text, n) == 0;
}

static gboolean
set_damaged (GError **error)
{
  g_set_error_literal (
      error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_DAMAGED,
      _("This picture is damaged or incomplete. Choose another one, or get it again from where it came from."));
  return FALSE;
}

/* TIFF and EXIF (TIFF 6.0, Exif 2.3 section 4.6.2) ------------------------- */

#define TIFF_TAG_WIDTH 0x0100
#define TIFF_TAG_HEIGHT 0x0101
#define TIFF_TAG_ORIENTATION 0x0112
#define TIFF_TYPE_SHORT 3
#define TIFF_MAX_ENTRIES 512

typedef struct { guint32 width, height, orientation; } TiffTags;

static gboolean
read_tiff (const guint8 *data, gsize length, TiffTags *tags)
{
  Reader reader = { data, length, FALSE };
  gsize directory;
  guint n_entries;

  *tags = (TiffTags) { 0, 0, 0 };
  if (starts_with (&reader, 0, "MM\0*", 4))
    reader.big_endian = TRUE;
  else if (!starts_with (&reader, 0, "II*\0", 4))
    return FALSE;

  directory = get32 (&reader, 4);
  if (directory < 8 || !has (&reader, directory, 2))
    return FALSE;

  n_entries = MIN (get16 (&reader, directory), TIFF_MAX_ENTRIES);
  for (guint i = 0; i < n_entries; i++)
    {
      gsize entry = directory + 2 + 12 * (gsize) i;
      guint32 value;

      if (!has (&reader, entry, 12))
        return FALSE;
      value = get16 (&reader, entry + 2) == TIFF_TYPE_SHORT ? get16 (&reader, entry + 8) : get32 (&reader, entry + 8);
      switch (get16 (&reader, entry))
        {
        case TIFF_TAG_WIDTH:
          tags->width = value;
          break;
        case TIFF_TAG_HEIGHT:
          tags->height = value;
          break;
        case TIFF_TAG_ORIENTATION:
          tags->orientation = value;
          break;
        default:
          break;
        }
    }
  return TRUE;
}

static void
set_orientation (MienImageInfo *info, const guint8 *exif, gsize length)
{
  TiffTags tags;

  if (read_tiff (exif, length, &tags) && tags.orientation >= 1 && tags.orientation <= 8)
    info->orientation = (int) tags.orientation;
}

static gboolean
probe_tiff (const Reader *reader, MienImageInfo *info)
{
  TiffTags tags;

  if (!read_tiff (reader->data, reader->length, &tags) || tags.width > G_MAXINT || tags.height > G_MAXINT)
    return FALSE;

  info->width = (int) tags.width;
  info->height = (int) tags.height;
  if (tags.orientation >= 1 && tags.orientation <= 8)
    info->orientation = (int) tags.orientation;
  return TRUE;
}

/* PNG (ISO/IEC 15948) ------------------------------------------------------ */

static gboolean
probe_png (const Reader *le, MienImageInfo *info)
{
  Reader reader = { le->data, le->length, TRUE };
  guint32 width, height;

  if (!starts_with (&reader, 12, "IHDR", 4) || !has (&reader, 16, 13))
    return FALSE;

  width = get32 (&reader, 16);
  height = get32 (&reader, 20);
  if (width > G_MAXINT || height > G_MAXINT)
    return FALSE;
  info->width = (int) width;
  info->height = (int) height;

  /* Animation control and EXIF, when they come, come before the first picture data. */
  for (gsize chunk = 8; has (&reader, chunk, 12) && !starts_with (&reader, chunk + 4, "IDAT", 4);)
    {
      gsize length = get32 (&reader, chunk);

      if (!has (&reader, chunk + 8, length))
        break;
      if (starts_with (&reader, chunk + 4, "acTL", 4))
        info->animated = TRUE;
      else if (starts_with (&reader, chunk + 4, "eXIf", 4))
        set_orientation (info, reader.data + chunk + 8, length);
      chunk += 12 + length;
    }
  return TRUE;
}

/* GdkPixbuf shows what there is of a cut PNG and says nothing: every chunk up to IEND must be there. */
static gboolean
png_is_complete (const guint8 *data, gsize length)
{
  Reader reader = { data, length, TRUE };

  for (gsize chunk = 8; has (&reader, chunk, 12);)
    {
      gsize bytes = get32 (&reader, chunk);

      if (starts_with (&reader, chunk + 4, "IEND", 4))
        return TRUE;
      if (!has (&reader, chunk + 8, bytes))
        return FALSE;
      chunk += 12 + bytes;
    }
  return FALSE;
}

/* JPEG (ITU-T T.81, annex B) ----------------------------------------------- */

#define JPEG_SOI 0xd8
#define JPEG_EOI 0xd9
#define JPEG_SOS 0xda
#define JPEG_APP1 0xe1
#define EXIF_HEADER "Exif\0"

static gboolean
is_frame_header (guint marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Finds the next marker's code at or after *@offset, and leaves *@offset behind it; 0 at the end. */
static guint
next_marker (const Reader *reader, gsize *offset)
{
  if (get8 (reader, *offset) != 0xff)
    return 0;
  while (get8 (reader, *offset) == 0xff)
    (*offset)++;
  return get8 (reader, (*offset)++);
}

static gboolean
probe_jpeg (const Reader *le, MienImageInfo *info)
{
  Reader reader = { le->data, le->length, TRUE };
  gsize offset = 2;

  for (;;)
    {
      guint marker = next_marker (&reader, &offset);
      gsize length = get16 (&reader, offset);

      if (marker == 0 || marker == JPEG_EOI || marker == JPEG_SOS || length < 2 || !has (&reader, offset, length))
        return FALSE;

      if (marker == JPEG_APP1 && length > 2 + 6 && starts_with (&reader, offset + 2, EXIF_HEADER, 5) &&
          info->orientation == 1)
        set_orientation (info, reader.data + offset + 8, length - 8);
      if (is_frame_header (marker))
        {
          if (length < 8)
            return FALSE;
          info->height = (int) get16 (&reader, offset + 3);
          info->width = (int) get16 (&reader, offset + 5);
          return TRUE;
        }
      offset += length;
    }
}

/* A cut JPEG decodes to grey without an error. The end marker cannot occur inside the picture's data, where 0xff is
 * stuffed, but it does in the thumbnail of an EXIF segment: it counts behind the first scan's header. */
static gboolean
jpeg_is_complete (const guint8 *data, gsize length)
{
  Reader reader = { data, length, TRUE };
  gsize offset = 2;

  for (;;)
    {
      guint marker = next_marker (&reader, &offset);

      if (marker == 0 || marker == JPEG_EOI || !has (&reader, offset, 2))
        return FALSE;
      offset += MAX (get16 (&reader, offset), 2);
      if (marker == JPEG_SOS)
        break;
    }

  for (gsize i = length; i >= offset + 2; i--)
    if (data[i - 2] == 0xff && data[i - 1] == JPEG_EOI)
      return TRUE;
  return FALSE;
}

/* GIF (89a) ---------------------------------------------------------------- */

#define GIF_IMAGE 0x2c
#define GIF_EXTENSION 0x21

/* Behind a chain of sub-blocks; the length when it does not end. */
static gsize
skip_sub_blocks (const Reader *reader, gsize offset)
{
  while (has (reader, offset, 1))
    {
      guint size = get8 (reader, offset);

      offset += 1 + size;
      if (size == 0)
        return MIN (offset, reader->length);
    }
  return reader->length;
}

static gsize
colour_table_bytes (guint flags)
{
  return flags & 0x80 ? 3 * ((gsize) 2 << (flags & 7)) : 0;
}

/* From one block to the end of the next picture; 0 when there is none. */
static gsize
skip_gif_picture (const Reader *reader, gsize offset)
{
  while (has (reader, offset, 1))
    {
      guint block = get8 (reader, offset);

      if (block == GIF_EXTENSION)
        {
          offset = skip_sub_blocks (reader, offset + 2);
        }
      else if (block == GIF_IMAGE && has (reader, offset, 11))
        {
          gsize data = offset + 10 + colour_table_bytes (get8 (reader, offset + 9)) + 1;
          gsize end = skip_sub_blocks (reader, data);

          return has (reader, data, 1) && get8 (reader, end - 1) == 0 ? end : 0;
        }
      else
        {
          return 0;
        }
    }
  return 0;
}

gsize
mien_image_gif_first_picture (const guint8 *data, gsize length)
{
  Reader reader = { data, length, FALSE };

  return skip_gif_picture (&reader, 13 + colour_table_bytes (get8 (&reader, 10)));
}

static gboolean
probe_gif (const Reader *reader, MienImageInfo *info)
{
  gsize first;

  if (!has (reader, 0, 13))
    return FALSE;

  info->width = (int) get16 (reader, 6);
  info->height = (int) get16 (reader, 8);
  first = mien_image_gif_first_picture (reader->data, reader->length);
  info->animated = first > 0 && skip_gif_picture (reader, first) > 0;
  return TRUE;
}

/* BMP ---------------------------------------------------------------------- */

static gboolean
probe_bmp (const Reader *reader, MienImageInfo *info)
{
  gint32 width, height;

  if (!has (reader, 0, 26))
    return FALSE;
  if (get32 (reader, 14) == 12)
    {
      info->width = (int) get16 (reader, 18);
      info->height = (int) get16 (reader, 20);
      return TRUE;
    }

  width = (gint32) get32 (reader, 18);
  height = (gint32) get32 (reader, 22);
  if (width == G_MININT32 || height == G_MININT32)
    return FALSE;
  info->width = width;
  info->height = ABS (height);
  return TRUE;
}

#define BMP_RGB 0
#define BMP_BITFIELDS 3

/* Rows of whole 32-bit words. What is packed may end anywhere. */
static gboolean
bmp_is_complete (const MienImageInfo *info, const guint8 *data, gsize length)
{
  Reader reader = { data, length, FALSE };
  gboolean core = get32 (&reader, 14) == 12;
  guint bits = get16 (&reader, core ? 24 : 28);
  guint32 compression = core ? BMP_RGB : get32 (&reader, 30);
  guint64 row = ((guint64) info->width * bits + 31) / 32 * 4;

  return (compression != BMP_RGB && compression != BMP_BITFIELDS) || get32 (&reader, 10) + row * info->height <= length;
}

/* WebP (RFC 9649) ----------------------------------------------------------- */

#define VP8X_ANIMATION 0x02

static gboolean
probe_webp (const Reader *reader, MienImageInfo *info)
{
  if (!has (reader, 0, 30))
    return FALSE;

  if (starts_with (reader, 12, "VP8 ", 4))
    {
      info->width = (int) (get16 (reader, 26) & 0x3fff);
      info->height = (int) (get16 (reader, 28) & 0x3fff);
      return starts_with (reader, 23, "\x9d\x01\x2a", 3);
    }
  if (starts_with (reader, 12, "VP8L", 4))
    {
      guint32 bits = get32 (reader, 21);

      info->width = (int) (bits & 0x3fff) + 1;
      info->height = (int) (bits >> 14 & 0x3fff) + 1;
      return get8 (reader, 20) == 0x2f;
    }
  if (!starts_with (reader, 12, "VP8X", 4))
    return FALSE;

  info->width = (int) (get32 (reader, 24) & 0xffffff) + 1;
  info->height = (int) (get16 (reader, 27) | get8 (reader, 29) << 16) + 1;
  info->animated = (get8 (reader, 20) & VP8X_ANIMATION) != 0;
  for (gsize chunk = 12; has (reader, chunk, 8);)
    {
      gsize length = get32 (reader, chunk + 4);

      if (!has (reader, chunk + 8, length))
        break;
      if (starts_with (reader, chunk, "EXIF", 4))
        {
          gsize skip = starts_with (reader, chunk + 8, "Exif\0\0", 6) ? 6 : 0; /* some writers keep JPEG's header */

          set_orientation (info, reader->data + chunk + 8 + skip, length - MIN (skip, length));
        }
      chunk += 8 + length + (length & 1);
    }
  return TRUE;
}

static gboolean
webp_is_complete (const guint8 *data, gsize length)
{
  Reader reader = { data, length, FALSE };

  return has (&reader, 8, get32 (&reader, 4));
}

/* The formats -------------------------------------------------------------- */

typedef struct
{
  MienImageFormat format;
  const char     *magic;
  gsize           n_magic, offset;
  gboolean      (*probe) (const Reader *reader, MienImageInfo *info);
  const char     *loader;
} Format;

static const Format formats[] = {
  { MIEN_IMAGE_PNG, "\x89PNG\r\n\x1a\n", 8, 0, probe_png, "png" },
  { MIEN_IMAGE_JPEG, "\xff\xd8\xff", 3, 0, probe_jpeg, "jpeg" },
  { MIEN_IMAGE_GIF, "GIF87a", 6, 0, probe_gif, "gif" },
  { MIEN_IMAGE_GIF, "GIF89a", 6, 0, probe_gif, "gif" },
  { MIEN_IMAGE_WEBP, "WEBP", 4, 8, probe_webp, "webp" },
  { MIEN_IMAGE_TIFF, "II*\0", 4, 0, probe_tiff, "tiff" },
  { MIEN_IMAGE_TIFF, "MM\0*", 4, 0, probe_tiff, "tiff" },
  { MIEN_IMAGE_BMP, "BM", 2, 0, probe_bmp, "bmp" },
};

gboolean
mien_image_is_complete (const MienImageInfo *info, const guint8 *data, gsize length)
{
  switch (info->format)
    {
    case MIEN_IMAGE_JPEG:
      return jpeg_is_complete (data, length);
    case MIEN_IMAGE_BMP:
      return bmp_is_complete (info, data, length);
    case MIEN_IMAGE_WEBP:
      return webp_is_complete (data, length);
    case MIEN_IMAGE_PNG:
      return png_is_complete (data, length);
    case MIEN_IMAGE_GIF:
    case MIEN_IMAGE_TIFF:
    default:
      return TRUE;
    }
}

const char *
mien_image_format_get_loader (MienImageFormat format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].format == format)
      return formats[i].loader;
  return NULL;
}

/* Text that opens with a tag and soon says svg, after a byte order mark and white space. */
static gboolean
looks_like_svg (const Reader *reader)
{
  gsize offset = starts_with (reader, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
  gsize end = MIN (reader->length, 4096);

  while (offset < end && g_ascii_isspace (reader->data[offset]))
    offset++;
  if (get8 (reader, offset) != '<')
    return FALSE;
  for (; offset + 4 <= end; offset++)
    if (starts_with (reader, offset, "<svg", 4) || starts_with (reader, offset, ":svg", 4))
      return TRUE;
  return FALSE;
}

static const Format *
find_format (const Reader *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (starts_with (reader, formats[i].offset, formats[i].magic, formats[i].n_magic))
      return &formats[i];
  return NULL;
}

gboolean
mien_image_probe (const guint8 *data, gsize length, MienImageInfo *out, GError **error)
{
  Reader reader = { data, length, FALSE };
  MienImageInfo info = { .orientation = 1 };
  const Format *format;

  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (out != NULL, FALSE);

  format = find_format (&reader);
  if (format == NULL)
    {
      g_set_error_literal (
          error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_FORMAT,
          looks_like_svg (&reader)
              ? _("An SVG drawing cannot be a headshot. Choose a photo, or save the drawing as PNG first.")
              : _("This file is not a picture that can be opened. Choose a JPEG, PNG, WebP, GIF, BMP or TIFF file."));
      return FALSE;
    }

  info.format = format->format;
  if (!format->probe (&reader, &info) || info.width <= 0 || info.height <= 0)
    return set_damaged (error);

  if (info.width > MIEN_IMAGE_MAX_SIDE || info.height > MIEN_IMAGE_MAX_SIDE)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                   _("This picture is %d×%d pixels; at most %d are allowed on a side. Make it smaller and try again."),
                   info.width, info.height, MIEN_IMAGE_MAX_SIDE);
      return FALSE;
    }
  if ((gint64) info.width * info.height > MIEN_IMAGE_MAX_PIXELS)
    {
      g_set_error (
          error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
          _("This picture is %d×%d pixels; at most %d million in all are allowed. Make it smaller and try again."),
          info.width, info.height, MIEN_IMAGE_MAX_PIXELS / 1000000);
      return FALSE;
    }

  *out = info;
  return TRUE;
}
