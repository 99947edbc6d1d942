/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-png.h"

#include <png.h>
#include <setjmp.h>

#define BIT_DEPTH 8

static const struct { int colour_type, filters; gsize bytes; } kinds[] = {
  [PORTRAIT_PNG_RGB] = { PNG_COLOR_TYPE_RGB, PNG_FILTER_PAETH, 3 },
  [PORTRAIT_PNG_RGBA] = { PNG_COLOR_TYPE_RGB_ALPHA, PNG_FILTER_PAETH, 4 },
  /* Neighbouring numbers of a palette are no neighbouring colours. */
  [PORTRAIT_PNG_PALETTE] = { PNG_COLOR_TYPE_PALETTE, PNG_FILTER_NONE, 1 },
};

static void
on_error (png_structp png, png_const_charp message)
{
  GError **error = png_get_error_ptr (png);

  g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE, "The PNG file cannot be made: %s.", message);
  longjmp (png_jmpbuf (png), 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
  g_debug ("libpng: %s", message);
}

static void
on_write (png_structp png, png_bytep data, png_size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

static void
on_flush (png_structp png)
{
}

/* libpng leaves by longjmp: nothing in here is owned but by the caller. */
static gboolean
write_file (const PortraitPng *self, png_structp png, png_infop info, guint8 *row)
{
  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_IHDR (png, info, (guint32) self->width, (guint32) self->height, BIT_DEPTH, kinds[self->pixels].colour_type,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (png, self->level);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, kinds[self->pixels].filters);
  if (self->pixels == PORTRAIT_PNG_PALETTE)
    {
      png_color colours[256];

      for (int i = 0; i < self->n_colours; i++)
        colours[i] = (png_color) { self->palette[i][0], self->palette[i][1], self->palette[i][2] };
      png_set_PLTE (png, info, colours, self->n_colours);
    }
  png_write_info (png, info);
  for (int y = 0; y < self->height; y++)
    {
      self->get_row (self->data, y, row);
      png_write_row (png, row);
    }
  png_write_end (png, info);

  return TRUE;
}

GBytes *
portrait_png_write (const PortraitPng *self, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *row = NULL;
  GError *problem = NULL;
  png_structp png;
  png_infop info;
  gboolean is_written;

  g_return_val_if_fail (self->width > 0 && self->height > 0, NULL);
  g_return_val_if_fail (self->pixels != PORTRAIT_PNG_PALETTE || (self->n_colours >= 1 && self->n_colours <= 256), NULL);

  row = g_malloc (kinds[self->pixels].bytes * (gsize) self->width);
  png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &problem, on_error, on_warning);
  info = png != NULL ? png_create_info_struct (png) : NULL;
  if (info == NULL)
    {
      png_destroy_write_struct (&png, NULL);
      g_set_error_literal (error, PORTRAIT_ERROR, PORTRAIT_ERROR_ENCODE,
                           "The PNG file cannot be made: there is not enough memory.");
      return NULL;
    }

  png_set_write_fn (png, out, on_write, on_flush);
  is_written = write_file (self, png, info, row);
  png_destroy_write_struct (&png, &info);
  if (!is_written)
    {
      g_propagate_error (error, problem);
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
