/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-server-error.h"
#include "mien-portrait-strip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const guint8 png_signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static gboolean
damaged (GError **error)
{
  g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_PICTURE,
                       _("The picture is damaged or incomplete. Save it again and upload that."));
  return FALSE;
}

static gboolean
unsupported (GError **error)
{
  g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
                       _("A portrait must be a PNG or an RGB JPEG picture. Save it as one of these and upload that."));
  return FALSE;
}

static guint32
read_be32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* ---- PNG (ISO/IEC 15948) ---- */

/* The chunks that say what the pixels look like, each of the ancillary ones in no more than its own length. */
static gboolean
png_keeps (const guint8 *type,
           guint32       length)
{
  static const struct { char type[5]; guint32 most;
  } kept[] = {
    { "IHDR", 13 }, { "PLTE", 768 }, { "tRNS", 256 }, { "gAMA", 4 },           { "cHRM", 32 },
    { "sRGB", 1 },  { "sBIT", 4 },   { "bKGD", 6 },   { "IDAT", G_MAXUINT32 }, { "IEND", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (memcmp (type, kept[i].type, 4) == 0)
      return length <= kept[i].most;
  return FALSE;
}

static gboolean
strip_png (const guint8 *data,
           gsize         size,
           GByteArray   *out,
           GError      **error)
{
  gsize at = sizeof png_signature;
  gboolean pixels = FALSE;

  g_byte_array_append (out, data, sizeof png_signature);
  while (size - at >= 12)
    {
      guint32 length = read_be32 (data + at);
      const guint8 *type = data + at + 4;
      gsize whole = (gsize) length + 12;

      if (length > G_MAXINT32 || whole > size - at)
        return damaged (error);
      /* The header comes first and once; an upper-case first letter marks a chunk no reader may skip (section 5.4). */
      if ((at == sizeof png_signature) != (memcmp (type, "IHDR", 4) == 0))
        return damaged (error);
      if (png_keeps (type, length))
        g_byte_array_append (out, data + at, (guint) whole);
      else if (g_ascii_isupper (type[0]))
        return damaged (error);
      pixels = pixels || memcmp (type, "IDAT", 4) == 0;
      at += whole;
      if (memcmp (type, "IEND", 4) == 0)
        return pixels ? TRUE : damaged (error);
    }
  return damaged (error);
}

/* ---- JPEG (ITU-T T.81 annex B) ---- */

enum
{
  SOF0 = 0xc0,
  SOF2 = 0xc2,
  DHT = 0xc4,
  JPG = 0xc8,
  DAC = 0xcc,
  SOF15 = 0xcf,
  RST0 = 0xd0,
  RST7 = 0xd7,
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  DQT = 0xdb,
  DRI = 0xdd,
  APP0 = 0xe0,
  APP14 = 0xee,
  TEM = 0x01
};

static void
put_marker (GByteArray *out,
            guint8      marker)
{
  guint8 bytes[2] = { 0xff, marker };

  g_byte_array_append (out, bytes, 2);
}

static void
put_segment (GByteArray   *out,
             guint8        marker,
             const guint8 *body,
             guint         length)
{
  guint8 size[2] = { (guint8) ((length + 2) >> 8), (guint8) (length + 2) };

  put_marker (out, marker);
  g_byte_array_append (out, size, 2);
  g_byte_array_append (out, body, length);
}

/* One EXIF block with one entry: orientation (tag 0x0112, SHORT, big-endian TIFF). */
static void
put_orientation (GByteArray *out,
                 int         orientation)
{
  const guint8 body[] = { 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1,
                          0, (guint8) orientation, 0, 0, 0, 0, 0, 0 };

  put_segment (out, 0xe1, body, sizeof body);
}

/* Baseline, extended and progressive Huffman; grey or three colours. CMYK looks different in each viewer. */
static gboolean
check_frame (guint8        marker,
             const guint8 *body,
             guint         length,
             GError      **error)
{
  if (marker > SOF2)
    return unsupported (error);
  if (length < 6)
    return damaged (error);
  return body[5] == 1 || body[5] == 3 ? TRUE : unsupported (error);
}

/* Copies one segment if the picture needs it. */
static gboolean
copy_segment (GByteArray   *out,
              guint8        marker,
              const guint8 *body,
              guint         length,
              GError      **error)
{
  if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC)
    {
      if (!check_frame (marker, body, length, error))
        return FALSE;
      put_segment (out, marker, body, length);
    }
  else if (marker == DAC || marker == JPG)
    return unsupported (error);
  else if (marker == DHT || marker == DQT || marker == DRI || marker == SOS)
    put_segment (out, marker, body, length);
  else if (marker == APP14 && length >= 12 && memcmp (body, "Adobe", 5) == 0)
    put_segment (out, marker, body, 12);   /* says how the colours are transformed */
  return TRUE;
}

/* Entropy-coded data: until a marker that is neither a stuffed zero nor a restart. Returns its length. */
static gsize
scan_length (const guint8 *data,
             gsize         size)
{
  gsize n = 0;

  while (n < size)
    {
      const guint8 *ff = memchr (data + n, 0xff, size - n);

      if (ff == NULL || (gsize) (ff - data) + 1 >= size)
        return size;
      n = (gsize) (ff - data);
      if (ff[1] != 0 && !(ff[1] >= RST0 && ff[1] <= RST7))
        return n;
      n += 2;
    }
  return size;
}

static gboolean
strip_jpeg (const guint8 *data,
            gsize         size,
            int           orientation,
            GByteArray   *out,
            GError      **error)
{
  gsize at = 2;
  gboolean scanned = FALSE;

  put_marker (out, SOI);
  /* JFIF without its thumbnail: density is of no use to a portrait, but some readers take its colours from here. */
  if (size >= 11 && data[2] == 0xff && data[3] == APP0 && memcmp (data + 6, "JFIF", 5) == 0)
    put_segment (out, APP0, (const guint8 *) "JFIF\0\1\1\0\0\1\0\1\0\0", 14);
  if (orientation > 1 && orientation <= 8)
    put_orientation (out, orientation);

  while (size - at >= 2)
    {
      guint8 marker = data[at + 1];
      guint length;

      if (data[at] != 0xff)
        return damaged (error);
      if (marker == 0xff)   /* fill byte */
        {
          at++;
          continue;
        }
      at += 2;
      if (marker == EOI)
        {
          put_marker (out, EOI);
          return scanned ? TRUE : damaged (error);
        }
      if (marker == TEM || (marker >= RST0 && marker <= RST7))
        continue;
      if (marker == SOI || marker == 0 || size - at < 2)
        return damaged (error);
      length = (guint) data[at] << 8 | data[at + 1];
      if (length < 2 || length > size - at)
        return damaged (error);
      if (!copy_segment (out, marker, data + at + 2, length - 2, error))
        return FALSE;
      at += length;
      if (marker == SOS)
        {
          gsize n = scan_length (data + at, size - at);

          g_byte_array_append (out, data + at, (guint) n);
          at += n;
          scanned = TRUE;
        }
    }
  return damaged (error);
}

GBytes *
mien_portrait_strip (GBytes  *bytes,
                     int      orientation,
                     GError **error)
{
  g_autoptr(GByteArray) out = NULL;
  const guint8 *data;
  gboolean ok;
  gsize size;

  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  if (size > G_MAXINT32)
    {
      unsupported (error);
      return NULL;
    }
  out = g_byte_array_sized_new ((guint) size + 64);
  if (size >= sizeof png_signature && memcmp (data, png_signature, sizeof png_signature) == 0)
    ok = strip_png (data, size, out, error);
  else if (size >= 4 && data[0] == 0xff && data[1] == SOI)
    ok = strip_jpeg (data, size, orientation, out, error);
  else
    ok = unsupported (error);

  if (!ok)
    return NULL;
  if (out->len == size && memcmp (out->data, data, size) == 0)
    return g_bytes_ref (bytes);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
