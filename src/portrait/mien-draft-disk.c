/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-draft-private.h"
#include "mien-file.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* The draft on disk: written after every change, in threads, the newest state last; read once at the start. A headshot
 * is removed when a draft is on disk that does not name it, and no step to undo or redo does. */

typedef struct
{
  MienDraftSaver *saver;
  GBytes *bytes;
  guint64 version;
  MienCache *headshots;
  GPtrArray *dead;       /* hashes that neither this draft nor a step names */
} SaveJob;

/* ---- writing ---- */

static void
saver_clear (gpointer data)
{
  MienDraftSaver *saver = data;

  g_mutex_clear (&saver->mutex);
  g_hash_table_unref (saver->fresh);
  g_free (saver->path);
}

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  g_bytes_unref (job->bytes);
  g_object_unref (job->headshots);
  g_ptr_array_unref (job->dead);
  g_atomic_rc_box_release_full (job->saver, saver_clear);
  g_free (job);
}

MienDraftSaver *
mien_draft_saver_new (const char *directory)
{
  MienDraftSaver *saver = g_atomic_rc_box_new0 (MienDraftSaver);

  g_mutex_init (&saver->mutex);
  saver->path = g_build_filename (directory, "draft.json", NULL);
  saver->fresh = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return saver;
}

void
mien_draft_saver_unref (MienDraftSaver *saver)
{
  g_atomic_rc_box_release_full (saver, saver_clear);
}

static void
set_fresh (MienDraftSaver *saver,
           const char     *hash,
           guint64         version)
{
  g_mutex_lock (&saver->mutex);
  g_hash_table_replace (saver->fresh, g_strdup (hash), g_memdup2 (&version, sizeof version));
  g_mutex_unlock (&saver->mutex);
}

void
mien_draft_saver_protect (MienDraftSaver *saver,
                          const char     *hash)
{
  set_fresh (saver, hash, G_MAXUINT64);
}

void
mien_draft_saver_settle (MienDraftSaver *saver,
                         const char     *hash,
                         guint64         version)
{
  set_fresh (saver, hash, version);
}

/* The draft that no longer names them is on disk: whatever happens, nobody will ask for them. */
static void
remove_dead (SaveJob *job)
{
  for (guint i = 0; i < job->dead->len; i++)
    {
      const char *hash = g_ptr_array_index (job->dead, i);
      const guint64 *named = g_hash_table_lookup (job->saver->fresh, hash);

      if (named == NULL || *named <= job->version)
        mien_cache_remove (job->headshots, hash);
    }
}

static gboolean
save_now (SaveJob *job,
          GError **error)
{
  gboolean ok = TRUE;

  g_mutex_lock (&job->saver->mutex);
  if (job->version > job->saver->written)
    {
      ok = mien_file_write (job->saver->path, job->bytes, 0600, NULL, error);
      if (ok)
        {
          job->saver->written = job->version;
          remove_dead (job);
        }
    }
  g_mutex_unlock (&job->saver->mutex);
  return ok;
}

static void
save_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  GError *error = NULL;

  if (save_now (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
add_named (GHashTable         *named,
           const PortraitLook *look)
{
  const char *hash = portrait_look_get_headshot (look);

  if (hash != NULL)
    g_hash_table_add (named, (gpointer) hash);
}

static GPtrArray *
list_dead (MienDraft *self)
{
  g_autoptr(GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *dead = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer hash;

  add_named (named, self->look);
  for (guint i = 0; i < self->undo->len; i++)
    add_named (named, ((MienDraftStep *) g_ptr_array_index (self->undo, i))->look);
  for (guint i = 0; i < self->redo->len; i++)
    add_named (named, ((MienDraftStep *) g_ptr_array_index (self->redo, i))->look);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &hash, NULL))
    if (!g_hash_table_contains (named, hash))
      g_ptr_array_add (dead, g_strdup (hash));
  return dead;
}

static SaveJob *
save_job_new (MienDraft *self)
{
  SaveJob *job = g_new0 (SaveJob, 1);
  g_autofree char *look = portrait_look_to_json (self->look);
  char *text = g_strdup_printf ("{\"mien-draft\": %d, \"dirty\": %s, \"look\": %s}\n", MIEN_DRAFT_VERSION,
                                self->dirty ? "true" : "false", look);

  job->saver = g_atomic_rc_box_acquire (self->saver);
  job->bytes = g_bytes_new_take (text, strlen (text));
  job->version = self->version;
  job->headshots = g_object_ref (self->headshots);
  job->dead = list_dead (self);
  return job;
}

static gboolean on_save_time (gpointer data);

/* A full disk: what is made is still in memory, and is written when there is room. */
static void
set_save_error (MienDraft    *self,
                const GError *error)
{
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      g_warning ("The draft could not be kept: %s", error->message);
      self->saved_version = 0;         /* what flush has to write */
    }
  text = error == NULL ? NULL
                       : g_strdup_printf (_("Your portrait cannot be kept on this computer: %s It is kept in this "
                                            "window until that is put right."),
                                          error->message);
  if (g_strcmp0 (text, self->save_error) == 0)
    return;                            /* said once, however often it is tried */
  g_free (self->save_error);
  self->save_error = g_steal_pointer (&text);
  mien_draft_notify_save_error (self);
}

static void
on_saved (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  MienDraft *self = MIEN_DRAFT (source);
  g_autoptr(GError) error = NULL;

  self->saving = FALSE;
  g_task_propagate_boolean (G_TASK (result), &error);
  set_save_error (self, error);
  if (error != NULL && self->save_source == 0)
    self->save_source = g_timeout_add (MIEN_DRAFT_RETRY_MS, on_save_time, self);
  if (self->version > self->saved_version && self->save_source == 0)
    self->save_source = g_timeout_add (MIEN_DRAFT_SAVE_MS, on_save_time, self);
}

static gboolean
on_save_time (gpointer data)
{
  MienDraft *self = data;
  g_autoptr(GTask) task = NULL;

  self->save_source = 0;
  if (self->saving)
    return G_SOURCE_REMOVE;
  self->saving = TRUE;
  self->saved_version = self->version;
  task = g_task_new (self, NULL, on_saved, NULL);
  g_task_set_task_data (task, save_job_new (self), save_job_free);
  g_task_run_in_thread (task, save_thread);
  return G_SOURCE_REMOVE;
}

void
mien_draft_save_soon (MienDraft *self)
{
  self->version++;
  if (!self->saving && self->save_source == 0)
    self->save_source = g_idle_add (on_save_time, self);
}

void
mien_draft_flush (MienDraft *self)
{
  g_autoptr(GError) error = NULL;
  SaveJob *job;

  g_return_if_fail (MIEN_IS_DRAFT (self));

  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->version == self->saved_version && !self->saving)
    return;
  self->saved_version = self->version;
  job = save_job_new (self);
  save_now (job, &error);
  set_save_error (self, error);
  save_job_free (job);
}

/* ---- reading at the start ---- */

typedef struct
{
  char *path;
  PortraitLook *look;          /* out */
  gboolean dirty;              /* out */
  cairo_surface_t *headshot;   /* out, or NULL */
  GPtrArray *files;            /* out: hashes of the headshots there are */
} LoadJob;

static void
load_job_free (gpointer data)
{
  LoadJob *job = data;

  g_free (job->path);
  g_clear_pointer (&job->look, portrait_look_free);
  g_clear_pointer (&job->headshot, cairo_surface_destroy);
  g_ptr_array_unref (job->files);
  g_free (job);
}

static gboolean
parse_draft (LoadJob *job,
             GBytes  *bytes,
             GError **error)
{
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autofree char *look_text = NULL;
  JsonNode *root, *look;
  JsonObject *object;
  JsonNode *dirty;

  if (!json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error))
    return FALSE;
  root = json_parser_get_root (parser);
  object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  look = object != NULL ? json_object_get_member (object, "look") : NULL;
  if (look == NULL)
    {
      g_set_error_literal (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_DAMAGED, _("The kept draft is damaged."));
      return FALSE;
    }
  if (json_object_get_int_member_with_default (object, "mien-draft", 0) > MIEN_DRAFT_VERSION)
    {
      g_set_error_literal (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_DAMAGED,
                           _("It was made by a newer version of Mien. Update Mien to open it."));
      return FALSE;
    }
  dirty = json_object_get_member (object, "dirty");
  job->dirty = dirty == NULL || !JSON_NODE_HOLDS_VALUE (dirty) || json_node_get_boolean (dirty);
  look_text = json_to_string (look, FALSE);
  job->look = portrait_look_from_json (look_text, -1, error);
  return job->look != NULL;
}

/* A draft that cannot be read is kept under another name: nothing is overwritten. */
static void
set_aside (const char *path)
{
  g_autofree char *other = g_strdup_printf ("%s.unreadable-%" G_GINT64_FORMAT, path,
                                            g_get_real_time () / G_USEC_PER_SEC);

  if (g_rename (path, other) != 0)
    g_warning ("The unreadable draft could not be set aside.");
}

/* A draft that was set aside may name any of them: then none is thrown away. */
static gboolean
has_aside (const char *directory)
{
  g_autoptr(GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "draft.json.unreadable-"))
      return TRUE;
  return FALSE;
}

/* The cache spreads its files over folders with names of two letters. */
static void
list_files (MienDraft *self,
            GPtrArray *files)
{
  g_autofree char *top = g_build_filename (self->directory, "headshots", NULL);
  g_autoptr(GDir) dir = has_aside (self->directory) ? NULL : g_dir_open (top, 0, NULL);
  const char *folder, *name;

  while (dir != NULL && (folder = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (top, folder, NULL);
      g_autoptr(GDir) inner = g_dir_open (path, 0, NULL);

      while (inner != NULL && files->len < MIEN_DRAFT_MAX_FILES && (name = g_dir_read_name (inner)) != NULL)
        {
          g_autofree char *hash = g_strconcat (folder, name, NULL);

          if (mien_cache_has (self->headshots, hash))
            g_ptr_array_add (files, g_steal_pointer (&hash));
        }
    }
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  MienDraft *self = source;
  LoadJob *job = data;
  GError *error = NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(GBytes) bytes = mien_file_read (job->path, MIEN_DRAFT_MAX_BYTES, cancellable, &error);
  const char *hash;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (bytes == NULL || !parse_draft (job, bytes, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_aside (job->path);
      g_prefix_error (&error, "%s ", _("Your last draft cannot be opened; it was kept under another name."));
      g_task_return_error (task, error);
      return;
    }
  list_files (self, job->files);
  hash = portrait_look_get_headshot (job->look);
  job->headshot = hash != NULL ? mien_draft_read_headshot (self->headshots, hash, &local) : NULL;
  if (hash != NULL && job->headshot == NULL)
    {
      /* The layers are worth more than nothing. */
      g_warning ("The draft's headshot is lost: %s", local->message);
      portrait_look_set_headshot (job->look, NULL, NULL);
    }
  g_task_return_boolean (task, TRUE);
}

static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  MienDraft *self = MIEN_DRAFT (source);
  LoadJob *job = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < job->files->len; i++)
    g_hash_table_add (self->files, g_strdup (g_ptr_array_index (job->files, i)));
  /* Whoever was faster than the disk keeps what he did. */
  if (job->look != NULL && self->version == 0)
    {
      if (job->headshot != NULL)
        mien_draft_remember_surface (self, portrait_look_get_headshot (job->look), job->headshot);
      mien_draft_take_loaded (self, g_steal_pointer (&job->look), job->dirty);
    }
  g_task_return_boolean (task, TRUE);
}

void
mien_draft_load_async (MienDraft          *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) work = NULL;
  LoadJob *job;
  GTask *task;

  g_return_if_fail (MIEN_IS_DRAFT (self));

  job = g_new0 (LoadJob, 1);
  job->path = g_strdup (self->saver->path);
  job->files = g_ptr_array_new_with_free_func (g_free);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_draft_load_async);
  work = g_task_new (self, cancellable, on_loaded, task);
  g_task_set_task_data (work, job, load_job_free);
  g_task_run_in_thread (work, load_thread);
}

gboolean
mien_draft_load_finish (MienDraft    *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
