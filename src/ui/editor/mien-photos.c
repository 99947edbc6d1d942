/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-photos.h"

#include "mien-file.h"
#include "mien-image.h"

typedef struct
{
  char          *folder;
  guint          max_photos;
  int            size;
  MienPhotosFunc func;
  gpointer       user_data;
} Job;

typedef struct
{
  char  *path;
  gint64 modified;
} Entry;

/* One thumbnail on its way to the main thread. */
typedef struct
{
  Job             *job;                  /* counted */
  GCancellable    *cancellable;          /* owned */
  char            *path;
  cairo_surface_t *thumbnail;
} Found;

static void
job_clear (gpointer data)
{
  g_free (((Job *) data)->folder);
}

static void
job_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, job_clear);
}

static void
entry_free (gpointer data)
{
  g_free (((Entry *) data)->path);
  g_free (data);
}

static void
found_free (gpointer data)
{
  Found *found = data;

  job_release (found->job);
  g_clear_object (&found->cancellable);
  g_clear_pointer (&found->thumbnail, cairo_surface_destroy);
  g_free (found->path);
  g_free (found);
}

static gboolean
on_found (gpointer data)
{
  Found *found = data;

  if (!g_cancellable_is_cancelled (found->cancellable))
    found->job->func (found->path, found->thumbnail, found->job->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell (Job *job, GCancellable *cancellable, const char *path, cairo_surface_t *thumbnail)
{
  Found *found = g_new0 (Found, 1);

  found->job = g_atomic_rc_box_acquire (job);
  found->cancellable = g_object_ref (cancellable);
  found->path = g_strdup (path);
  found->thumbnail = thumbnail;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_found, found, found_free);
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  const Entry *one = *(Entry * const *) a, *other = *(Entry * const *) b;

  return one->modified < other->modified   ? 1
         : one->modified > other->modified ? -1
                                           : g_strcmp0 (one->path, other->path);
}

static GPtrArray *
list_photos (const char *path, GCancellable *cancellable)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GFileEnumerator) files = g_file_enumerate_children (
      folder,
      "standard::name,standard::type,standard::size,standard::is-hidden,standard::fast-content-type,time::modified",
      G_FILE_QUERY_INFO_NONE, cancellable, NULL);
  GFileInfo *info;

  for (guint n = 0; files != NULL && n < MIEN_PHOTOS_MAX_LISTED
                    && g_file_enumerator_iterate (files, &info, NULL, cancellable, NULL) && info != NULL;
       n++)
    {
      const char *type = g_file_info_get_attribute_string (info, "standard::fast-content-type");
      if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR || g_file_info_get_is_hidden (info) || type == NULL
          || !g_content_type_is_a (type, "image/*") || g_file_info_get_size (info) > MIEN_IMAGE_MAX_BYTES)
        continue;
      Entry *entry = g_new (Entry, 1);
      entry->path = g_build_filename (path, g_file_info_get_name (info), NULL);
      entry->modified = (gint64) g_file_info_get_attribute_uint64 (info, "time::modified");
      g_ptr_array_add (entries, entry);
    }
  g_ptr_array_sort (entries, newest_first);
  return entries;
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GPtrArray) entries = list_photos (job->folder, cancellable);

  for (guint i = 0, n = 0; i < entries->len && n < job->max_photos && !g_cancellable_is_cancelled (cancellable); i++)
    {
      Entry *entry = entries->pdata[i];
      g_autoptr (GBytes) bytes = mien_file_read (entry->path, MIEN_IMAGE_MAX_BYTES, cancellable, NULL);
      cairo_surface_t *thumbnail = bytes != NULL ? mien_image_decode (bytes, job->size, cancellable, NULL) : NULL;

      if (thumbnail == NULL)
        continue;
      tell (job, cancellable, entry->path, thumbnail);
      n++;
    }
  tell (job, cancellable, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

void
mien_photos_load (const char *folder, guint max_photos, int size, GCancellable *cancellable, MienPhotosFunc func,
                  gpointer user_data)
{
  g_return_if_fail (folder != NULL);
  g_return_if_fail (G_IS_CANCELLABLE (cancellable));
  g_return_if_fail (func != NULL);

  Job *job = g_atomic_rc_box_new0 (Job);
  job->folder = g_strdup (folder);
  job->max_photos = max_photos;
  job->size = size;
  job->func = func;
  job->user_data = user_data;
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, NULL, NULL);
  g_task_set_task_data (task, job, job_release);
  g_task_run_in_thread (task, load_thread);
}
