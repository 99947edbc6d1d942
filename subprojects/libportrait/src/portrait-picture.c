/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-picture.h"

#include <string.h>

/* Transparent pixels kept round the opaque ones, so that a filter finds its neighbours. */
#define CROP_MARGIN 2

/* A picture is taken for opaque when no pixel is more than half transparent. */
#define OPAQUE_ALPHA 128

struct _PortraitPicture
{
  gatomicrefcount  ref_count;
  int              side;
  int              x, y, width, height;      /* of level 0 in the whole square */
  gboolean         opaque;
  GMutex           mutex;                    /* guards levels[1..] */
  cairo_surface_t *levels[PORTRAIT_PICTURE_LEVELS];
};

typedef struct
{
  int left, top, right, bottom;              /* of what is not transparent; right and bottom outside */
  guint8 least;
} Extents;

static cairo_surface_t *
to_image (cairo_surface_t *surface)
{
  cairo_rectangle_t extents = { 0 };
  cairo_surface_t *image;
  cairo_t *cr;

  if (cairo_surface_get_type (surface) == CAIRO_SURFACE_TYPE_IMAGE &&
      (cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32 ||
       cairo_image_surface_get_format (surface) == CAIRO_FORMAT_RGB24))
    return cairo_surface_reference (surface);

  if (cairo_surface_get_type (surface) == CAIRO_SURFACE_TYPE_IMAGE)
    {
      extents.width = cairo_image_surface_get_width (surface);
      extents.height = cairo_image_surface_get_height (surface);
    }
  image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) extents.width, (int) extents.height);
  cr = cairo_create (image);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  return image;
}

static gboolean
find_extents (cairo_surface_t *image, Extents *out)
{
  int width = cairo_image_surface_get_width (image), height = cairo_image_surface_get_height (image);
  int stride = cairo_image_surface_get_stride (image);
  const guchar *data = cairo_image_surface_get_data (image);

  *out = (Extents) { width, height, 0, 0, 255 };
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = (const guint32 *) (const void *) (data + (gsize) y * stride);

      for (int x = 0; x < width; x++)
        {
          guint8 alpha = row[x] >> 24;

          out->least = MIN (out->least, alpha);
          if (alpha == 0)
            continue;
          out->left = MIN (out->left, x);
          out->right = MAX (out->right, x + 1);
          out->top = MIN (out->top, y);
          out->bottom = y + 1;
        }
    }
  return out->right > out->left;
}

static cairo_surface_t *
copy_part (cairo_surface_t *image, const PortraitPicture *part)
{
  cairo_surface_t *copy = cairo_image_surface_create (cairo_image_surface_get_format (image), part->width,
                                                      part->height);
  int from_stride = cairo_image_surface_get_stride (image), to_stride = cairo_image_surface_get_stride (copy);
  const guchar *from = cairo_image_surface_get_data (image);
  guchar *to = cairo_image_surface_get_data (copy);

  if (to == NULL)
    return copy;
  for (int y = 0; y < part->height; y++)
    memcpy (to + (gsize) y * to_stride, from + (gsize) (y + part->y) * from_stride + (gsize) part->x * 4,
            (gsize) part->width * 4);
  cairo_surface_mark_dirty (copy);
  return copy;
}

PortraitPicture *
portrait_picture_new (cairo_surface_t *surface, gboolean crop)
{
  g_autoptr (PortraitPicture) self = NULL;
  cairo_surface_t *image;
  Extents extents;
  gboolean has_alpha;

  g_return_val_if_fail (surface != NULL, NULL);

  image = to_image (surface);
  cairo_surface_flush (image);
  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS || cairo_image_surface_get_data (image) == NULL)
    {
      cairo_surface_destroy (image);
      return NULL;
    }

  self = g_new0 (PortraitPicture, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->width = cairo_image_surface_get_width (image);
  self->height = cairo_image_surface_get_height (image);
  self->side = MAX (self->width, self->height);

  has_alpha = cairo_image_surface_get_format (image) == CAIRO_FORMAT_ARGB32;
  if (has_alpha && !find_extents (image, &extents))
    {
      cairo_surface_destroy (image);
      return NULL;
    }
  self->opaque = !has_alpha || extents.least >= OPAQUE_ALPHA;

  if (crop && has_alpha)
    {
      self->x = MAX (extents.left - CROP_MARGIN, 0);
      self->y = MAX (extents.top - CROP_MARGIN, 0);
      self->width = MIN (extents.right + CROP_MARGIN, self->width) - self->x;
      self->height = MIN (extents.bottom + CROP_MARGIN, self->height) - self->y;
      self->levels[0] = copy_part (image, self);
      cairo_surface_destroy (image);
    }
  else
    {
      self->levels[0] = image;
    }
  return cairo_surface_status (self->levels[0]) == CAIRO_STATUS_SUCCESS ? g_steal_pointer (&self) : NULL;
}

PortraitPicture *
portrait_picture_ref (PortraitPicture *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
portrait_picture_unref (PortraitPicture *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (int i = 0; i < PORTRAIT_PICTURE_LEVELS; i++)
    g_clear_pointer (&self->levels[i], cairo_surface_destroy);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

int
portrait_picture_get_side (PortraitPicture *self)
{
  return self->side;
}

void
portrait_picture_get_bounds (PortraitPicture *self, PortraitRect *out)
{
  *out = (PortraitRect) { self->x, self->y, self->width, self->height };
}

gboolean
portrait_picture_is_opaque (PortraitPicture *self)
{
  return self->opaque;
}

guint8
portrait_picture_get_alpha (PortraitPicture *self, double x, double y)
{
  const guchar *data = cairo_image_surface_get_data (self->levels[0]);
  gsize stride = cairo_image_surface_get_stride (self->levels[0]);

  x -= self->x;
  y -= self->y;
  if (!(x >= 0.0 && y >= 0.0 && x < self->width && y < self->height))
    return 0;
  if (cairo_image_surface_get_format (self->levels[0]) == CAIRO_FORMAT_RGB24)
    return 255;
  return ((const guint32 *) (const void *) (data + stride * (gsize) y))[(gsize) x] >> 24;
}

/* The mean of four premultiplied pixels, two channels at a time. */
static inline guint32
mean4 (guint32 a, guint32 b, guint32 c, guint32 d)
{
  guint32 even = (a & 0x00ff00ff) + (b & 0x00ff00ff) + (c & 0x00ff00ff) + (d & 0x00ff00ff) + 0x00020002;
  guint32 odd = ((a >> 8) & 0x00ff00ff) + ((b >> 8) & 0x00ff00ff) + ((c >> 8) & 0x00ff00ff) + ((d >> 8) & 0x00ff00ff) +
                0x00020002;

  return ((even >> 2) & 0x00ff00ff) | (((odd >> 2) & 0x00ff00ff) << 8);
}

/* An odd last row or column counts twice, so that a level is exactly half the scale of the one before. */
static cairo_surface_t *
halve (cairo_surface_t *image)
{
  int width = cairo_image_surface_get_width (image), height = cairo_image_surface_get_height (image);
  gsize from_stride = cairo_image_surface_get_stride (image);
  cairo_surface_t *half = cairo_image_surface_create (cairo_image_surface_get_format (image), (width + 1) / 2,
                                                      (height + 1) / 2);
  gsize to_stride = cairo_image_surface_get_stride (half);
  const guchar *from = cairo_image_surface_get_data (image);
  guchar *to = cairo_image_surface_get_data (half);

  if (to == NULL)
    return half;
  for (int y = 0; y < (height + 1) / 2; y++)
    {
      const guint32 *upper = (const guint32 *) (const void *) (from + from_stride * 2 * y);
      const guint32 *lower = (const guint32 *) (const void *) (from + from_stride * MIN (2 * y + 1, height - 1));
      guint32 *out = (guint32 *) (void *) (to + to_stride * y);

      for (int x = 0; x < width / 2; x++)
        out[x] = mean4 (upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]);
      if (width % 2 != 0)
        out[width / 2] = mean4 (upper[width - 1], upper[width - 1], lower[width - 1], lower[width - 1]);
    }
  cairo_surface_mark_dirty (half);
  return half;
}

cairo_surface_t *
portrait_picture_get_level (PortraitPicture *self, int level, PortraitPoint *origin)
{
  cairo_surface_t *surface;

  g_return_val_if_fail (level >= 0 && level < PORTRAIT_PICTURE_LEVELS, NULL);

  *origin = (PortraitPoint) { self->x, self->y };
  if (level == 0)
    return self->levels[0];

  g_mutex_lock (&self->mutex);
  for (int i = 1; i <= level; i++)
    if (self->levels[i] == NULL)
      self->levels[i] = halve (self->levels[i - 1]);
  surface = self->levels[level];
  g_mutex_unlock (&self->mutex);
  return surface;
}
