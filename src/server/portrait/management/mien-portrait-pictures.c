/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-file.h"
#include "mien-image.h"
#include "mien-portrait-files.h"
#include "mien-portrait-limits.h"
#include "mien-portrait-manager-private.h"
#include "mien-portrait-server-error.h"

#include <glib/gi18n-lib.h>
#include <portrait-export.h>
#include <string.h>

/* What is served: originals and scaled copies, from memory, from disk, or scaled for the first time. */

#define JPEG_QUALITY 88
#define NONCE_DIGITS (2 * MIEN_PORTRAIT_NONCE_BYTES)

/* Rows of 40 and 80 px, tips of 240 and 480 px, each at scales of 1 and 2, and what other clients ask for. */
const guint mien_portrait_sizes[] = { 32, 40, 48, 64, 80, 96, 128, 160, 192, 240, 256, 320, 384, 480, 512, 640, 0 };

typedef struct
{
  char *key;
  MienPortraitPicture *picture;
  GList *link;
  gint64 until;              /* looked for on disk again after it; microseconds */
} Hot;

typedef struct
{
  char *name;
  guint size;
  guint generation;
  gboolean may_scale;
} Load;

static MienPortraitPicture *
picture_new (GBytes          *bytes,
             const char      *sha256,
             guint            size,
             MienPortraitType type)
{
  MienPortraitPicture *self = g_new0 (MienPortraitPicture, 1);

  g_ref_count_init (&self->ref_count);
  self->bytes = bytes;
  self->type = type;
  self->etag = size == 0 ? g_strdup_printf ("\"%.64s\"", sha256) : g_strdup_printf ("\"%.64s-%u\"", sha256, size);
  return self;
}

static MienPortraitPicture *
picture_ref (MienPortraitPicture *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_portrait_picture_unref (MienPortraitPicture *self)
{
  if (self == NULL || !g_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->etag);
  g_free (self->location);
  g_free (self);
}

static void
load_free (gpointer data)
{
  g_free (((Load *) data)->name);
  g_free (data);
}

/* ---- in memory; main loop ---- */

static char *
hot_key (const char *name,
         guint       size)
{
  return g_strdup_printf ("%u/%s", size, name);
}

static void
hot_free (gpointer data)
{
  Hot *hot = data;

  g_free (hot->key);
  mien_portrait_picture_unref (hot->picture);
  g_free (hot);
}

void
mien_portrait_hot_init (MienPortraitManager *self)
{
  self->hot = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, hot_free);
  self->loading = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_queue_init (&self->hot_order);
}

void
mien_portrait_hot_clear (MienPortraitManager *self)
{
  g_queue_clear (&self->hot_order);
  g_clear_pointer (&self->hot, g_hash_table_unref);
  g_clear_pointer (&self->loading, g_hash_table_unref);
}

static void
hot_remove (MienPortraitManager *self,
            Hot                 *hot)
{
  self->hot_bytes -= g_bytes_get_size (hot->picture->bytes);
  g_queue_delete_link (&self->hot_order, hot->link);
  g_hash_table_remove (self->hot, hot->key);
}

void
mien_portrait_hot_forget (MienPortraitManager *self,
                          const char          *address)
{
  g_autofree char *name = g_path_get_basename (address);
  const guint *size = mien_portrait_sizes;

  self->hot_generation++;
  for (gboolean more = TRUE; more; size++)
    {
      g_autofree char *key = hot_key (name, *size);
      Hot *hot = g_hash_table_lookup (self->hot, key);

      if (hot != NULL)
        hot_remove (self, hot);
      more = *size != 0;
    }
}

static void
hot_add (MienPortraitManager *self,
         const char          *key,
         MienPortraitPicture *picture)
{
  Hot *hot;

  if (picture->location != NULL || g_bytes_get_size (picture->bytes) > MIEN_PORTRAIT_HOT_MAX_ITEM ||
      g_hash_table_contains (self->hot, key))
    return;
  hot = g_new0 (Hot, 1);
  hot->key = g_strdup (key);
  hot->picture = picture_ref (picture);
  hot->until = self->shared ? self->now () + MIEN_PORTRAIT_HOT_SECONDS * G_USEC_PER_SEC : G_MAXINT64;
  g_queue_push_head (&self->hot_order, hot);
  hot->link = self->hot_order.head;
  g_hash_table_insert (self->hot, hot->key, hot);
  self->hot_bytes += g_bytes_get_size (picture->bytes);
  while (self->hot_bytes > MIEN_PORTRAIT_HOT_BYTES)
    hot_remove (self, self->hot_order.tail->data);
}

MienPortraitPicture *
mien_portrait_manager_lookup (MienPortraitManager *self,
                              const char          *name,
                              guint                size)
{
  g_autofree char *key = NULL;
  Hot *hot;

  g_return_val_if_fail (MIEN_IS_PORTRAIT_MANAGER (self), NULL);

  key = hot_key (name, size);
  hot = g_hash_table_lookup (self->hot, key);
  if (hot == NULL)
    return NULL;
  if (hot->until <= self->now ())
    {
      hot_remove (self, hot);
      return NULL;
    }
  g_queue_unlink (&self->hot_order, hot->link);
  g_queue_push_head_link (&self->hot_order, hot->link);
  return picture_ref (hot->picture);
}

/* ---- in threads ---- */

static MienPortraitPicture *
read_picture (MienPortraitManager *self,
              const char          *sha256,
              const char          *address,
              guint                size,
              MienPortraitType     type,
              GError             **error)
{
  g_autofree char *path = mien_portrait_files_path (self->bytes_directory, address, size);
  GBytes *bytes = mien_file_read (path, MIEN_IMAGE_MAX_BYTES, NULL, error);

  return bytes != NULL ? picture_new (bytes, sha256, size, type) : NULL;
}

/* Never scaled up: a smaller original is served as it is. */
static MienPortraitPicture *
scale_picture (MienPortraitManager *self,
               const char          *sha256,
               const char          *address,
               guint                size,
               MienPortraitType     type,
               GError             **error)
{
  g_autoptr(MienPortraitPicture) original = read_picture (self, sha256, address, 0, type, error);
  g_autofree char *path = mien_portrait_files_path (self->bytes_directory, address, size);
  g_autoptr(GError) local = NULL;
  cairo_surface_t *surface;
  GBytes *bytes;
  MienImageInfo info;
  const guint8 *data;
  gsize length;

  if (original == NULL)
    return NULL;
  data = g_bytes_get_data (original->bytes, &length);
  if (!mien_image_probe (data, length, &info, error))
    return NULL;
  if ((guint) MAX (info.width, info.height) <= size)
    return g_steal_pointer (&original);

  surface = mien_image_decode (original->bytes, (int) size, NULL, error);
  if (surface == NULL)
    return NULL;
  bytes = portrait_export (surface, type == MIEN_PORTRAIT_JPEG ? PORTRAIT_FORMAT_JPEG : PORTRAIT_FORMAT_PNG,
                           JPEG_QUALITY, error);
  cairo_surface_destroy (surface);
  if (bytes == NULL)
    return NULL;
  /* A full disk is no reason not to answer: it will be scaled again. */
  if (!mien_file_write_unsynced (path, bytes, 0640, NULL, &local))
    g_info ("a scaled copy was not kept: %s", local->message);
  return picture_new (bytes, sha256, size, type);
}

/* "<sha256>.png" is the file; any other name may be one that a slot promised. */
static MienPortraitPicture *
follow_alias (MienPortraitManager *self,
              const char          *name,
              guint                size,
              GError             **error)
{
  g_autofree char *plain = g_strndup (name, strcspn (name, "."));
  g_autofree char *address = NULL;
  g_autofree char *url = NULL;
  g_autoptr(GError) local = NULL;
  MienPortraitPicture *picture;

  if (mien_portrait_is_hex (plain, NONCE_DIGITS) || mien_portrait_is_hex (plain, 64))
    address = mien_portrait_table_alias (self->table, plain, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (address == NULL)
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_NOT_FOUND,
                           _("There is no such portrait."));
      return NULL;
    }
  picture = g_new0 (MienPortraitPicture, 1);
  g_ref_count_init (&picture->ref_count);
  url = mien_portrait_manager_get_url (self, address);
  picture->location = size == 0 ? g_steal_pointer (&url) : g_strdup_printf ("%s?size=%u", url, size);
  return picture;
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  MienPortraitManager *self = source;
  Load *load = data;
  g_autofree char *sha256 = NULL;
  MienPortraitType type;
  MienPortraitPicture *picture = NULL;
  GError *error = NULL;

  if (mien_portrait_parse_name (load->name, &sha256, &type))
    {
      g_autofree char *address = mien_portrait_files_address (sha256, mien_portrait_type_get_suffix (type));

      picture = load->may_scale ? scale_picture (self, sha256, address, load->size, type, &error)
                                : read_picture (self, sha256, address, load->size, type, &error);
      if (picture == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
          !mien_portrait_files_present (self->bytes_directory, address))
        {
          g_clear_error (&error);
          picture = follow_alias (self, load->name, load->size, &error);
        }
    }
  else
    picture = follow_alias (self, load->name, load->size, &error);

  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) mien_portrait_picture_unref);
  else
    g_task_return_error (task, error);
}

/* ---- asking; main loop ---- */

static void on_loaded (GObject *source, GAsyncResult *result, gpointer user_data);

static void
start_load (MienPortraitManager *self,
            const char          *name,
            guint                size,
            gboolean             may_scale)
{
  Load *load = g_new0 (Load, 1);
  GTask *task = g_task_new (self, NULL, on_loaded, NULL);

  load->name = g_strdup (name);
  load->size = size;
  load->may_scale = may_scale;
  load->generation = self->hot_generation;
  g_task_set_task_data (task, load, load_free);
  mien_portrait_manager_run (self, may_scale ? MIEN_PORTRAIT_POOL_WORK : MIEN_PORTRAIT_POOL_READ, task, load_thread);
}

/* Everybody who asked for the same in the meantime gets the one answer. */
static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  MienPortraitManager *self = MIEN_PORTRAIT_MANAGER (source);
  Load *load = g_task_get_task_data (G_TASK (result));
  g_autofree char *key = hot_key (load->name, load->size);
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPortraitPicture) picture = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr(GPtrArray) waiting = NULL;
  g_autofree char *waiting_key = NULL;

  if (picture == NULL && load->size > 0 && !load->may_scale &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      start_load (self, load->name, load->size, TRUE);
      return;
    }
  if (self->loading == NULL ||
      !g_hash_table_steal_extended (self->loading, key, (gpointer *) &waiting_key, (gpointer *) &waiting))
    return;
  /* What was read before a retraction is not kept after it. */
  if (picture != NULL && load->generation == self->hot_generation)
    hot_add (self, key, picture);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (picture != NULL)
        g_task_return_pointer (task, picture_ref (picture), (GDestroyNotify) mien_portrait_picture_unref);
      else
        g_task_return_error (task, g_error_copy (error));
    }
}

void
mien_portrait_manager_load_async (MienPortraitManager *self,
                                  const char          *name,
                                  guint                size,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autofree char *key = NULL;
  GPtrArray *waiting;
  GTask *task;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  task = g_task_new (self, NULL, callback, user_data);
  key = hot_key (name, size);
  waiting = g_hash_table_lookup (self->loading, key);
  if (waiting != NULL)
    {
      g_ptr_array_add (waiting, task);
      return;
    }
  waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (waiting, task);
  g_hash_table_insert (self->loading, g_steal_pointer (&key), waiting);
  start_load (self, name, size, FALSE);
}

MienPortraitPicture *
mien_portrait_manager_load_finish (MienPortraitManager *self,
                                   GAsyncResult        *result,
                                   GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
