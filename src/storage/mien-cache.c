/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-storage"

#include "mien-config.h"

#include "mien-cache.h"
#include "mien-file.h"
#include "mien-storage-error.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file's modification time is its last use, renewed at most this often, so that reading seldom writes. */
#define USE_GRANULARITY 600
/* A temporary file of a killed process is removed when it is this old. */
#define LEFTOVER_AGE 3600

struct _MienCache
{
  GObject parent_instance;

  char *directory;
  GChecksumType digest;
  gsize hash_length;
  guint64 max_bytes;

  GMutex mutex;
  gboolean measured;   /* by mutex */
  guint64 total;       /* by mutex: bytes on disk */
};

G_DEFINE_FINAL_TYPE (MienCache, mien_cache, G_TYPE_OBJECT)

typedef struct
{
  char *path;
  gint64 used;
  guint64 size;
} Entry;

typedef struct
{
  char *hash;
  GBytes *bytes;
  gsize max_bytes;
} CacheJob;

static void
cache_job_free (gpointer data)
{
  CacheJob *job = data;

  g_free (job->hash);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->path);
}

static int
compare_use (gconstpointer a,
             gconstpointer b)
{
  gint64 x = ((const Entry *) a)->used, y = ((const Entry *) b)->used;

  return (x > y) - (x < y);
}

static void
mien_cache_finalize (GObject *object)
{
  MienCache *self = MIEN_CACHE (object);

  g_free (self->directory);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (mien_cache_parent_class)->finalize (object);
}

static void
mien_cache_class_init (MienCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_cache_finalize;
}

static void
mien_cache_init (MienCache *self)
{
  g_mutex_init (&self->mutex);
}

MienCache *
mien_cache_new (const char   *directory,
                GChecksumType digest,
                guint64       max_bytes)
{
  MienCache *self;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (g_checksum_type_get_length (digest) > 0, NULL);

  self = g_object_new (MIEN_TYPE_CACHE, NULL);
  self->directory = g_strdup (directory);
  self->digest = digest;
  self->hash_length = (gsize) g_checksum_type_get_length (digest) * 2;
  self->max_bytes = max_bytes;
  return self;
}

static gboolean
hash_is_valid (MienCache  *self,
               const char *hash)
{
  gsize n = 0;

  if (hash == NULL)
    return FALSE;
  while (g_ascii_isdigit (hash[n]) || (hash[n] >= 'a' && hash[n] <= 'f'))
    n++;
  return hash[n] == '\0' && n == self->hash_length;
}

char *
mien_cache_path (MienCache  *self,
                 const char *hash)
{
  g_return_val_if_fail (MIEN_IS_CACHE (self), NULL);

  if (!hash_is_valid (self, hash))
    return NULL;
  /* 256 folders keep each of them small, however many files there are. */
  return g_strdup_printf ("%s/%.2s/%s", self->directory, hash, hash + 2);
}

gboolean
mien_cache_has (MienCache  *self,
                const char *hash)
{
  g_autofree char *path = mien_cache_path (self, hash);

  return path != NULL && access (path, R_OK) == 0;
}

static void
set_not_found (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("This picture is not kept here."));
}

static gboolean
bytes_have_hash (MienCache  *self,
                 const char *hash,
                 GBytes     *bytes,
                 GError    **error)
{
  g_autofree char *real = g_compute_checksum_for_bytes (self->digest, bytes);

  if (g_str_equal (real, hash))
    return TRUE;
  g_set_error_literal (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_HASH,
                       _("The file is not what its name says. It will be fetched again."));
  return FALSE;
}

static void
mark_used (const char *path)
{
  GStatBuf status;

  if (g_stat (path, &status) == 0 && status.st_mtime + USE_GRANULARITY < time (NULL))
    utimensat (AT_FDCWD, path, NULL, 0);
}

GBytes *
mien_cache_load (MienCache  *self,
                 const char *hash,
                 gsize       max_bytes,
                 GError    **error)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (MIEN_IS_CACHE (self), NULL);

  path = mien_cache_path (self, hash);
  if (path == NULL)
    {
      set_not_found (error);
      return NULL;
    }
  bytes = mien_file_read (path, max_bytes, NULL, error);
  if (bytes == NULL)
    return NULL;
  if (!bytes_have_hash (self, hash, bytes, error))
    {
      mien_cache_remove (self, hash);
      return NULL;
    }
  mark_used (path);
  return g_steal_pointer (&bytes);
}

/* Lists every file with its last use, and removes what killed processes left behind. */
static GArray *
list_entries (MienCache *self,
              guint64   *out_total)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr(GDir) top = g_dir_open (self->directory, 0, NULL);
  const char *folder_name;
  gint64 now = time (NULL);

  g_array_set_clear_func (entries, entry_clear);
  *out_total = 0;
  while (top != NULL && (folder_name = g_dir_read_name (top)) != NULL)
    {
      g_autofree char *folder = g_build_filename (self->directory, folder_name, NULL);
      g_autoptr(GDir) dir = strlen (folder_name) == 2 ? g_dir_open (folder, 0, NULL) : NULL;
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          GStatBuf status;

          if (g_lstat (path, &status) != 0 || !S_ISREG (status.st_mode))
            continue;
          if (name[0] == '.')
            {
              if (status.st_mtime + LEFTOVER_AGE < now)
                g_unlink (path);
              continue;
            }
          *out_total += (guint64) status.st_size;
          g_array_append_val (entries, ((Entry){ g_steal_pointer (&path), status.st_mtime, (guint64) status.st_size }));
        }
    }
  return entries;
}

/* Drops the least recently used down to nine tenths of the budget, never @keep. Called with the mutex held. */
static void
make_room (MienCache  *self,
           const char *keep)
{
  g_autoptr(GArray) entries = list_entries (self, &self->total);

  self->measured = TRUE;
  if (self->total <= self->max_bytes)
    return;
  g_array_sort (entries, compare_use);
  for (guint i = 0; i < entries->len && self->total > self->max_bytes / 10 * 9; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);

      if (!g_str_equal (entry->path, keep) && g_unlink (entry->path) == 0)
        self->total -= MIN (self->total, entry->size);
    }
}

gboolean
mien_cache_store (MienCache  *self,
                  const char *hash,
                  GBytes     *bytes,
                  GError    **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (MIEN_IS_CACHE (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  path = mien_cache_path (self, hash);
  if (path == NULL || !bytes_have_hash (self, hash, bytes, error))
    {
      if (path == NULL)
        set_not_found (error);
      return FALSE;
    }
  if (access (path, R_OK) == 0)
    {
      mark_used (path);
      return TRUE;
    }
  if (!mien_file_write_unsynced (path, bytes, 0600, NULL, error))
    return FALSE;
  if (self->max_bytes == 0)
    return TRUE;

  g_mutex_lock (&self->mutex);
  self->total += g_bytes_get_size (bytes);
  if (!self->measured || self->total > self->max_bytes)
    make_room (self, path);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

void
mien_cache_remove (MienCache  *self,
                   const char *hash)
{
  g_autofree char *path = mien_cache_path (self, hash);
  GStatBuf status;

  if (path == NULL || g_stat (path, &status) != 0 || g_unlink (path) != 0)
    return;
  g_mutex_lock (&self->mutex);
  self->total -= MIN (self->total, (guint64) status.st_size);
  g_mutex_unlock (&self->mutex);
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  CacheJob *job = data;
  GError *error = NULL;
  GBytes *bytes = mien_cache_load (source, job->hash, job->max_bytes, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
store_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  CacheJob *job = data;
  GError *error = NULL;

  if (mien_cache_store (source, job->hash, job->bytes, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_cache_load_async (MienCache          *self,
                       const char         *hash,
                       gsize               max_bytes,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) task = NULL;
  CacheJob *job;

  g_return_if_fail (MIEN_IS_CACHE (self));

  job = g_new0 (CacheJob, 1);
  job->hash = g_strdup (hash);
  job->max_bytes = max_bytes;
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_cache_load_async);
  g_task_set_task_data (task, job, cache_job_free);
  g_task_run_in_thread (task, load_thread);
}

GBytes *
mien_cache_load_finish (MienCache    *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mien_cache_store_async (MienCache          *self,
                        const char         *hash,
                        GBytes             *bytes,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr(GTask) task = NULL;
  CacheJob *job;

  g_return_if_fail (MIEN_IS_CACHE (self));
  g_return_if_fail (bytes != NULL);

  job = g_new0 (CacheJob, 1);
  job->hash = g_strdup (hash);
  job->bytes = g_bytes_ref (bytes);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_cache_store_async);
  g_task_set_task_data (task, job, cache_job_free);
  g_task_run_in_thread (task, store_thread);
}

gboolean
mien_cache_store_finish (MienCache    *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
