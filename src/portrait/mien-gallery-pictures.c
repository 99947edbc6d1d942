/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-gallery-private.h"

/* The gallery's memory of decoded pictures. */

typedef struct
{
  char *name;        /* "key/size" */
  cairo_surface_t *surface;
  gsize bytes;
  GList *link;
} Surface;

struct _MienGallerySurfaces
{
  gsize max_bytes, bytes;
  GHashTable *by_name;
  GQueue order;      /* of Surface, the latest first */
};

static void
surface_free (gpointer data)
{
  Surface *surface = data;

  g_free (surface->name);
  cairo_surface_destroy (surface->surface);
  g_free (surface);
}

MienGallerySurfaces *
mien_gallery_surfaces_new (gsize max_bytes)
{
  MienGallerySurfaces *self = g_new0 (MienGallerySurfaces, 1);

  self->max_bytes = max_bytes;
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, surface_free);
  return self;
}

void
mien_gallery_surfaces_free (MienGallerySurfaces *self)
{
  if (self == NULL)
    return;
  g_queue_clear (&self->order);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

gsize
mien_gallery_surfaces_get_bytes (MienGallerySurfaces *self)
{
  return self->bytes;
}

cairo_surface_t *
mien_gallery_surfaces_get (MienGallerySurfaces *self,
                           const char          *key,
                           int                  size)
{
  char name[96];
  Surface *surface;

  g_snprintf (name, sizeof name, "%s/%d", key, size);
  surface = g_hash_table_lookup (self->by_name, name);
  if (surface == NULL)
    return NULL;
  g_queue_unlink (&self->order, surface->link);
  g_queue_push_head_link (&self->order, surface->link);
  return surface->surface;
}

static void
remove_surface (MienGallerySurfaces *self,
                Surface             *surface)
{
  self->bytes -= surface->bytes;
  g_queue_delete_link (&self->order, surface->link);
  g_hash_table_remove (self->by_name, surface->name);
}

void
mien_gallery_surfaces_put (MienGallerySurfaces *self,
                           const char          *key,
                           int                  size,
                           cairo_surface_t     *surface)
{
  Surface *item = g_new0 (Surface, 1);
  Surface *before;

  item->name = g_strdup_printf ("%s/%d", key, size);
  item->surface = cairo_surface_reference (surface);
  item->bytes = (gsize) cairo_image_surface_get_stride (surface) * (gsize) cairo_image_surface_get_height (surface);
  before = g_hash_table_lookup (self->by_name, item->name);
  if (before != NULL)
    remove_surface (self, before);
  g_queue_push_head (&self->order, item);
  item->link = self->order.head;
  g_hash_table_insert (self->by_name, item->name, item);
  self->bytes += item->bytes;
  while (self->bytes > self->max_bytes && self->order.length > 1)
    remove_surface (self, self->order.tail->data);
}
