/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "portrait-error.h"

G_BEGIN_DECLS

typedef enum
{
  PORTRAIT_PNG_RGB,            /* 3 bytes a pixel */
  PORTRAIT_PNG_RGBA,           /* 4 bytes a pixel, not premultiplied */
  PORTRAIT_PNG_PALETTE,        /* 1 byte a pixel */
} PortraitPngPixels;

/* Writes the pixels of row @y, counted from the top, to @out. */
typedef void (* PortraitPngRow) (gpointer data, int y, guint8 *out);

typedef struct
{
  int                width, height;        /* pixels, 1 to PORTRAIT_MAX_SIZE */
  PortraitPngPixels  pixels;
  const guint8     (*palette)[3];          /* PORTRAIT_PNG_PALETTE: red, green, blue */
  int                n_colours;            /* 1 to 256 */
  int                level;                /* zlib's: 1 (fast) to 9 (small) */
  PortraitPngRow     get_row;
  gpointer           data;
} PortraitPng;

/* The file's bytes, without any chunk that the pixels do not need. PORTRAIT_ERROR_ENCODE when there is not enough
 * memory. */
GBytes *portrait_png_write (const PortraitPng *png, GError **error);

G_END_DECLS
