/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-art-cache.h"

typedef struct
{
  char *key;
  MienArt *art;
  GList link;              /* in order of use; its data is this entry */
} Entry;

struct _MienArtCache
{
  GHashTable *entries;     /* key → Entry, owned */
  GQueue order;            /* most recent first */
  gsize bytes;
  gsize max_bytes;
};

MienArt *
mien_art_new (cairo_surface_t *front,
              cairo_surface_t *behind)
{
  MienArt *self = g_atomic_rc_box_new0 (MienArt);

  self->front = front;
  self->behind = behind;
  return self;
}

MienArt *
mien_art_ref (MienArt *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
art_clear (gpointer data)
{
  MienArt *self = data;

  g_clear_pointer (&self->front, cairo_surface_destroy);
  g_clear_pointer (&self->behind, cairo_surface_destroy);
}

void
mien_art_unref (MienArt *self)
{
  g_atomic_rc_box_release_full (self, art_clear);
}

static gsize
surface_bytes (cairo_surface_t *surface)
{
  return surface != NULL ? (gsize) cairo_image_surface_get_stride (surface) * cairo_image_surface_get_height (surface)
                         : 0;
}

gsize
mien_art_get_bytes (MienArt *self)
{
  return surface_bytes (self->front) + surface_bytes (self->behind);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  mien_art_unref (entry->art);
  g_free (entry);
}

MienArtCache *
mien_art_cache_new (gsize max_bytes)
{
  MienArtCache *self = g_new0 (MienArtCache, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&self->order);
  self->max_bytes = max_bytes;
  return self;
}

void
mien_art_cache_free (MienArtCache *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
remove_entry (MienArtCache *self,
              Entry        *entry)
{
  self->bytes -= mien_art_get_bytes (entry->art);
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_remove (self->entries, entry->key);
}

MienArt *
mien_art_cache_lookup (MienArtCache *self,
                       const char   *key)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    return NULL;
  g_queue_unlink (&self->order, &entry->link);
  g_queue_push_head_link (&self->order, &entry->link);
  return entry->art;
}

/* One that is larger than all that may be kept is not kept. */
void
mien_art_cache_insert (MienArtCache *self,
                       const char   *key,
                       MienArt      *art)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);
  gsize bytes = mien_art_get_bytes (art);

  if (entry != NULL)
    remove_entry (self, entry);
  if (bytes > self->max_bytes)
    return;
  while (self->bytes + bytes > self->max_bytes)
    remove_entry (self, g_queue_peek_tail (&self->order));

  entry = g_new0 (Entry, 1);
  entry->key = g_strdup (key);
  entry->art = mien_art_ref (art);
  entry->link.data = entry;
  g_hash_table_insert (self->entries, entry->key, entry);
  g_queue_push_head_link (&self->order, &entry->link);
  self->bytes += bytes;
}

gsize
mien_art_cache_get_bytes (MienArtCache *self)
{
  return self->bytes;
}
