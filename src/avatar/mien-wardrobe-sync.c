/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-wardrobe-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "mien-http-error.h"
#include "mien-package.h"

/*
 * S3081-S3083: fetch_catalogue → (200) examine ⇢ fetch_package ⇢ store ⇢ fetch_package … ⇢ commit
 *                              → (304) examine ⇢ …                             (⇢ in a thread or over the network)
 * Whatever fails before commit leaves the catalogue as it was. Pictures that came whole stay in the cache: the next
 * synchronisation asks only for the rest.
 */
typedef struct
{
  char *uri;
  char *package_uri;
  MienProgress progress;
  gpointer progress_data;

  MienWardrobeSource *source;  /* for the threads */
  char *cache_directory;
  GBytes *json;                /* NULL: not modified */
  char *etag;
  MienCatalogue *catalogue;
  MienCatalogue *replaced;     /* or NULL */

  char **missing;
  guint n_missing;
  guint next;                  /* the first that was not asked for yet */
  char **batch;                /* what was asked for */
  GBytes *package;
  guint64 length;              /* of the package under way */
  guint64 done;                /* bytes of the packages before it */
  guint64 total;
  gboolean started_over;
  gboolean changed;
} Sync;

static void fetch_catalogue (GTask *task, gboolean conditional);
static void fetch_package (GTask *task);

static void
sync_free (gpointer data)
{
  Sync *sync = data;

  g_free (sync->uri);
  g_free (sync->package_uri);
  mien_wardrobe_source_unref (sync->source);
  g_free (sync->cache_directory);
  g_clear_pointer (&sync->json, g_bytes_unref);
  g_free (sync->etag);
  g_clear_object (&sync->catalogue);
  g_clear_object (&sync->replaced);
  g_strfreev (sync->missing);
  g_strfreev (sync->batch);
  g_clear_pointer (&sync->package, g_bytes_unref);
  g_free (sync);
}

static void
end_sync (MienWardrobe *self)
{
  self->syncing = FALSE;
  mien_wardrobe_emit_sync_progress (self, 0, 0);
}

/* Ends the synchronisation; takes the error. */
static void
fail (GTask  *task,
      GError *error)
{
  end_sync (g_task_get_source_object (task));
  g_task_return_error (task, error);
}

/* Runs @func in a thread with the same data; then @next in this one, or the end when it failed. */
static void
run_step (GTask               *task,
          GTaskThreadFunc      func,
          GAsyncReadyCallback  next)
{
  g_autoptr(GTask) step = g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), next, task);

  g_task_set_source_tag (step, run_step);
  g_task_set_task_data (step, g_task_get_task_data (task), NULL);      /* the task stays until its step has ended */
  g_task_run_in_thread (step, func);
}

/* In a thread: is it whole, and has its hash? */
static gboolean
store_entry (const char  *sha256,
             GBytes      *content,
             gpointer     user_data,
             GError     **error)
{
  return mien_cache_store (((Sync *) user_data)->source->cache, sha256, content, error);
}

/* S3083: the pictures out of the package. */
static void
store_in_thread (GTask        *step,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  Sync *sync = data;
  g_autoptr(GError) error = NULL;

  if (mien_package_read (g_bytes_get_data (sync->package, NULL), g_bytes_get_size (sync->package),
                         (const char * const *) sync->batch, store_entry, sync, &error))
    g_task_return_boolean (step, TRUE);
  else
    g_task_return_error (step, g_steal_pointer (&error));
}

/* The catalogue is the last thing that is written. */
static void
commit_in_thread (GTask        *step,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  Sync *sync = data;
  g_autoptr(GError) error = NULL;

  if (!mien_wardrobe_write_catalogue (sync->cache_directory, sync->json, sync->uri, sync->etag, &error))
    {
      g_task_return_error (step, g_steal_pointer (&error));
      return;
    }
  if (sync->replaced != NULL)
    {
      g_auto(GStrv) old = mien_catalogue_list_files (sync->replaced);
      g_auto(GStrv) fresh = mien_catalogue_list_files (sync->catalogue);
      g_autoptr(GHashTable) needed = g_hash_table_new (g_str_hash, g_str_equal);

      for (guint i = 0; fresh[i] != NULL; i++)
        g_hash_table_add (needed, fresh[i]);
      for (guint i = 0; old[i] != NULL; i++)
        if (!g_hash_table_contains (needed, old[i]))
          mien_cache_remove (sync->source->cache, old[i]);
    }
  g_task_return_boolean (step, TRUE);
}

static void
on_committed (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  MienWardrobe *self = MIEN_WARDROBE (source);
  Sync *sync = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      return;
    }
  end_sync (self);
  g_free (self->uri);
  self->uri = g_strdup (sync->uri);
  g_free (self->etag);
  self->etag = g_strdup (sync->etag);
  sync->changed = TRUE;
  mien_wardrobe_take_catalogue (self, g_object_ref (sync->catalogue));
  g_task_return_boolean (task, TRUE);
}

/* All pictures are here. */
static void
finish (GTask *task)
{
  Sync *sync = g_task_get_task_data (task);

  if (sync->json != NULL)
    {
      run_step (task, commit_in_thread, on_committed);
      return;
    }
  end_sync (g_task_get_source_object (task));
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_stored (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = user_data;
  Sync *sync = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&sync->package, g_bytes_unref);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      g_object_unref (task);
      return;
    }
  sync->done += sync->length;
  fetch_package (task);
}

static void
on_package (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = user_data;
  Sync *sync = g_task_get_task_data (task);
  GError *error = NULL;

  sync->package = mien_http_send_finish (SOUP_SESSION (source), result, NULL, &error);
  if (sync->package != NULL)
    {
      run_step (task, store_in_thread, on_stored);
      return;
    }
  /* The catalogue changed between the two requests: once more from the beginning, then give up. */
  if (!sync->started_over && g_error_matches (error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS) &&
      mien_http_error_get_status (error) == SOUP_STATUS_NOT_FOUND)
    {
      g_clear_error (&error);
      sync->started_over = TRUE;
      fetch_catalogue (task, FALSE);
      return;
    }
  fail (task, error);
  g_object_unref (task);
}

static void
on_progress (guint64  done,
             guint64  total,
             gpointer user_data)
{
  Sync *sync = g_task_get_task_data (user_data);

  guint64 all = sync->done + MIN (done, sync->length);

  mien_wardrobe_emit_sync_progress (g_task_get_source_object (user_data), all, sync->total);
  if (sync->progress != NULL)
    sync->progress (all, sync->total, sync->progress_data);
}

static gsize
expected_bytes (Sync       *sync,
                const char *sha256)
{
  guint64 bytes = mien_catalogue_get_file_bytes (sync->catalogue, sha256);

  return bytes > 0 ? (gsize) bytes : MIEN_CATALOGUE_MAX_FILE_BYTES;
}

/* As many of the missing as one package may hold. */
static void
take_batch (Sync *sync)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint n = 0;

  sync->length = mien_package_length (NULL, 0);
  while (sync->next < sync->n_missing && n < MIEN_PACKAGE_MAX_FILES)
    {
      const char *sha256 = sync->missing[sync->next];
      guint64 more = mien_package_entry_length (expected_bytes (sync, sha256));

      if (n > 0 && sync->length + more > MIEN_WARDROBE_PACKAGE_BYTES)
        break;
      g_strv_builder_add (builder, sha256);
      sync->length += more;
      sync->next++;
      n++;
    }
  g_strfreev (sync->batch);
  sync->batch = g_strv_builder_end (builder);
}

/* S3082. */
static void
fetch_package (GTask *task)
{
  MienWardrobe *self = g_task_get_source_object (task);
  Sync *sync = g_task_get_task_data (task);
  g_autoptr(GBytes) request = NULL;

  if (sync->next >= sync->n_missing)
    {
      finish (task);
      return;
    }
  take_batch (sync);
  request = mien_package_request_write ((const char * const *) sync->batch);
  /* Some writers of archives fill up to 10 KiB. */
  mien_http_send_async (self->http, "POST", sync->package_uri, "application/json", request, NULL, sync->length + 10240,
                        NULL, on_progress, task, g_task_get_cancellable (task), on_package, task);
}

static guint64
measure_missing (Sync *sync)
{
  guint64 total = 0;

  for (guint i = 0; sync->missing[i] != NULL; i++)
    {
      if (mien_catalogue_get_file_bytes (sync->catalogue, sync->missing[i]) == 0)
        return 0;
      total += mien_package_entry_length (expected_bytes (sync, sync->missing[i]));
    }
  return total + mien_package_length (NULL, 0);
}

/* In a thread: reads the catalogue that came, and looks which of its pictures are not here. */
static void
examine_in_thread (GTask        *step,
                   gpointer      source,
                   gpointer      data,
                   GCancellable *cancellable)
{
  Sync *sync = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) files = NULL;

  if (sync->json != NULL)
    {
      g_clear_object (&sync->catalogue);
      sync->catalogue =
          mien_catalogue_new_from_json (g_bytes_get_size (sync->json) > 0 ? g_bytes_get_data (sync->json, NULL) : "",
                                        g_bytes_get_size (sync->json), &error);
      if (sync->catalogue != NULL && !mien_catalogue_is_hashed (sync->catalogue))
        {
          g_clear_object (&sync->catalogue);
          g_set_error_literal (&error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_MEMBER,
                               _("The avatar server gave a catalogue without hashes."));
        }
      if (sync->catalogue == NULL)
        {
          g_task_return_error (step, g_steal_pointer (&error));
          return;
        }
    }
  files = mien_catalogue_list_files (sync->catalogue);
  for (guint i = 0; files[i] != NULL; i++)
    if (!mien_wardrobe_source_has (sync->source, files[i]))
      g_strv_builder_add (builder, files[i]);
  g_strfreev (sync->missing);
  sync->missing = g_strv_builder_end (builder);
  g_task_return_boolean (step, TRUE);
}

static void
on_examined (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GTask *task = user_data;
  Sync *sync = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      g_object_unref (task);
      return;
    }
  sync->n_missing = g_strv_length (sync->missing);
  sync->next = 0;
  sync->done = 0;
  sync->total = measure_missing (sync);
  fetch_package (task);
}

static void
on_catalogue (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  MienWardrobe *self = g_task_get_source_object (task);
  Sync *sync = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean not_modified = FALSE;

  g_clear_pointer (&sync->json, g_bytes_unref);
  g_clear_pointer (&sync->etag, g_free);
  sync->json = mien_http_get_finish (SOUP_SESSION (source), result, &sync->etag, &not_modified, &error);
  if (error != NULL)
    {
      fail (task, error);
      g_object_unref (task);
      return;
    }
  if (not_modified)
    g_set_object (&sync->catalogue, self->catalogue);
  run_step (task, examine_in_thread, on_examined);
}

static void
fetch_catalogue (GTask    *task,
                 gboolean  conditional)
{
  MienWardrobe *self = g_task_get_source_object (task);
  Sync *sync = g_task_get_task_data (task);
  const char *etag = conditional && self->catalogue != NULL && g_strcmp0 (self->uri, sync->uri) == 0 ? self->etag
                                                                                                     : NULL;

  mien_http_get_async (self->http, sync->uri, etag, MIEN_CATALOGUE_MAX_BYTES, NULL, NULL, G_PRIORITY_DEFAULT,
                       g_task_get_cancellable (task), on_catalogue, task);
}

void
mien_wardrobe_sync_async (MienWardrobe        *self,
                          const char          *catalogue_uri,
                          MienProgress         progress,
                          gpointer             progress_data,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(GError) error = NULL;
  Sync *sync;

  g_return_if_fail (MIEN_IS_WARDROBE (self));
  g_return_if_fail (catalogue_uri != NULL);
  g_return_if_fail (SOUP_IS_SESSION (self->http));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_wardrobe_sync_async);
  sync = g_new0 (Sync, 1);
  sync->uri = g_strdup (catalogue_uri);
  sync->package_uri = g_uri_resolve_relative (catalogue_uri, "package", G_URI_FLAGS_NONE, &error);
  sync->progress = progress;
  sync->progress_data = progress_data;
  sync->source = mien_wardrobe_source_ref (self->source);
  sync->cache_directory = g_strdup (self->cache_directory);
  if (self->uri != NULL)
    sync->replaced = g_object_ref (self->catalogue);
  g_task_set_task_data (task, sync, sync_free);
  if (self->syncing)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _("The avatars are being updated already."));
      return;
    }
  if (sync->package_uri == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  self->syncing = TRUE;
  fetch_catalogue (g_steal_pointer (&task), TRUE);
}

gboolean
mien_wardrobe_sync_finish (MienWardrobe  *self,
                           GAsyncResult  *result,
                           gboolean      *changed,
                           GError       **error)
{
  gboolean good;

  g_return_val_if_fail (MIEN_IS_WARDROBE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  good = g_task_propagate_boolean (G_TASK (result), error);
  if (changed != NULL)
    *changed = good && ((Sync *) g_task_get_task_data (G_TASK (result)))->changed;
  return good;
}
