/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* Bounded decoding of untrusted pictures into cairo surfaces. The header is read and judged before a pixel is
 * allocated. Blocking calls are for threads. */

#define MIEN_IMAGE_ERROR (mien_image_error_quark ())
GQuark mien_image_error_quark (void);

typedef enum
{
  MIEN_IMAGE_ERROR_FORMAT = 1, /* not a picture we read (SVG as a headshot is one of these) */
  MIEN_IMAGE_ERROR_DAMAGED,    /* truncated or broken */
  MIEN_IMAGE_ERROR_TOO_LARGE,  /* too many bytes, too wide, or too many pixels; the message says how many are allowed */
  MIEN_IMAGE_ERROR_SVG,        /* an avatar drawing that is not allowed or cannot be drawn */
} MienImageError;

#define MIEN_IMAGE_MAX_BYTES   (40 * 1024 * 1024)
#define MIEN_IMAGE_MAX_SIDE    20000
#define MIEN_IMAGE_MAX_PIXELS  (100 * 1000 * 1000)
#define MIEN_SVG_MAX_BYTES     (256 * 1024)
#define MIEN_SVG_MAX_SIDE      2048

typedef enum
{
  MIEN_IMAGE_PNG = 1,
  MIEN_IMAGE_JPEG,
  MIEN_IMAGE_GIF,
  MIEN_IMAGE_BMP,
  MIEN_IMAGE_WEBP,
  MIEN_IMAGE_TIFF
} MienImageFormat;

typedef struct
{
  MienImageFormat format;
  int width, height;
  int orientation; /* EXIF 1..8 */
  gboolean animated;
} MienImageInfo;

/* Pure function on the first bytes: format, size, orientation; fuzzed. */
gboolean mien_image_probe (const guint8 *data, gsize length, MienImageInfo *out, GError **error);

/* Upright by EXIF, at most @max_side on the longer side (0: as it is; JPEG is scaled while decoding). First frame of an
 * animation. */
cairo_surface_t *mien_image_decode (GBytes *bytes, int max_side, GCancellable *cancellable, GError **error);
void mien_image_decode_async (GBytes *bytes, int max_side, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);
cairo_surface_t *mien_image_decode_finish (GAsyncResult *result, GError **error);

/* An avatar's or a drawn headshot's SVG over its whole viewBox, @size × @size. @colours: "from=to" pairs
 * "#rrggbb=#rrggbb", NULL-terminated, or NULL: a colour variant is the one drawing with these fills exchanged. */
cairo_surface_t *mien_svg_render (GBytes *svg, int size, const char * const *colours, GError **error);

G_END_DECLS
