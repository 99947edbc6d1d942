/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-cache.h"
#include "mien-draft.h"
#include "mien-file.h"
#include "mien-image.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <portrait-compositor.h>
#include <portrait-export.h>
#include <string.h>

#define DRAFT_VERSION 1
#define DRAFT_MAX_BYTES (PORTRAIT_LOOK_MAX_BYTES + 4096)
#define HEADSHOT_MAX_BYTES (16 * 1024 * 1024)
/* While the user drags, the file is written at most so often. */
#define SAVE_INTERVAL_MS 200
/* Decoded headshots kept for undo; older ones are read again. */
#define MAX_SURFACES 4

typedef struct
{
  PortraitLook *look;
  char *label;
} Step;

/* What the writing threads share: the newest state wins, whichever thread comes last. */
typedef struct
{
  GMutex mutex;
  char *path;
  guint64 written;     /* by mutex */
} Saver;

typedef struct
{
  Saver *saver;
  GBytes *bytes;
  guint64 version;
} SaveJob;

typedef struct
{
  char *hash;
  cairo_surface_t *surface;
} Headshot;

struct _MienDraft
{
  GObject parent_instance;

  char *directory;
  MienCache *headshots;
  PortraitLook *look;
  GPtrArray *undo, *redo;      /* of Step */
  char *merge_key;
  gboolean dirty;

  GQueue surfaces;             /* of Headshot, the latest first */
  char *loading;               /* hash of the headshot being read, or NULL */

  Saver *saver;                /* atomic reference-counted box */
  guint64 version;
  guint64 saved_version;       /* handed to a thread or written */
  gboolean saving;
  guint save_source;
};

enum { PROP_0, PROP_CAN_UNDO, PROP_CAN_REDO, PROP_DIRTY, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienDraft, mien_draft, G_TYPE_OBJECT)

static void
step_free (gpointer data)
{
  Step *step = data;

  portrait_look_free (step->look);
  g_free (step->label);
  g_free (step);
}

static Step *
step_new (const PortraitLook *look,
          const char         *label)
{
  Step *step = g_new (Step, 1);

  step->look = portrait_look_copy (look);
  step->label = g_strdup (label);
  return step;
}

static void
headshot_free (Headshot *headshot)
{
  g_free (headshot->hash);
  cairo_surface_destroy (headshot->surface);
  g_free (headshot);
}

/* ---- writing ---- */

static void
saver_clear (gpointer data)
{
  Saver *saver = data;

  g_mutex_clear (&saver->mutex);
  g_free (saver->path);
}

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  g_bytes_unref (job->bytes);
  g_atomic_rc_box_release_full (job->saver, saver_clear);
  g_free (job);
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
        job->saver->written = job->version;
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

static SaveJob *
save_job_new (MienDraft *self)
{
  SaveJob *job = g_new0 (SaveJob, 1);
  g_autofree char *look = portrait_look_to_json (self->look);
  char *text = g_strdup_printf ("{\"mien-draft\": %d, \"dirty\": %s, \"look\": %s}\n", DRAFT_VERSION, self->dirty ? "true" : "false", look);

  job->saver = g_atomic_rc_box_acquire (self->saver);
  job->bytes = g_bytes_new_take (text, strlen (text));
  job->version = self->version;
  return job;
}

static gboolean on_save_time (gpointer data);

static void
on_saved (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  MienDraft *self = MIEN_DRAFT (source);
  g_autoptr(GError) error = NULL;

  self->saving = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_warning ("The draft could not be kept: %s", error->message);
  if (self->version > self->saved_version && self->save_source == 0)
    self->save_source = g_timeout_add (SAVE_INTERVAL_MS, on_save_time, self);
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

static void
save_soon (MienDraft *self)
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
  if (!save_now (job, &error))
    g_warning ("The draft could not be kept: %s", error->message);
  save_job_free (job);
}

/* ---- headshots ---- */

static void
remember_surface (MienDraft       *self,
                  const char      *hash,
                  cairo_surface_t *surface)
{
  Headshot *headshot = g_new (Headshot, 1);

  headshot->hash = g_strdup (hash);
  headshot->surface = cairo_surface_reference (surface);
  g_queue_push_head (&self->surfaces, headshot);
  if (self->surfaces.length > MAX_SURFACES)
    headshot_free (g_queue_pop_tail (&self->surfaces));
}

static cairo_surface_t *
find_surface (MienDraft  *self,
              const char *hash)
{
  for (GList *l = self->surfaces.head; l != NULL; l = l->next)
    {
      Headshot *headshot = l->data;

      if (g_strcmp0 (headshot->hash, hash) == 0)
        {
          g_queue_unlink (&self->surfaces, l);
          g_queue_push_head_link (&self->surfaces, l);
          return headshot->surface;
        }
    }
  return NULL;
}

static cairo_surface_t *
read_headshot (MienCache  *cache,
               const char *hash,
               GError    **error)
{
  g_autoptr(GBytes) bytes = mien_cache_load (cache, hash, HEADSHOT_MAX_BYTES, error);

  return bytes != NULL ? mien_image_decode (bytes, PORTRAIT_MAX_SIZE, NULL, error) : NULL;
}

static void
read_headshot_thread (GTask        *task,
                      gpointer      source,
                      gpointer      data,
                      GCancellable *cancellable)
{
  MienDraft *self = source;
  GError *error = NULL;
  cairo_surface_t *surface = read_headshot (self->headshots, data, &error);

  if (surface != NULL)
    g_task_return_pointer (task, surface, (GDestroyNotify) cairo_surface_destroy);
  else
    g_task_return_error (task, error);
}

static void
on_headshot_read (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  MienDraft *self = MIEN_DRAFT (source);
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = g_steal_pointer (&self->loading);
  cairo_surface_t *surface = g_task_propagate_pointer (G_TASK (result), &error);

  if (surface == NULL)
    {
      g_warning ("The headshot could not be read again: %s", error->message);
      return;
    }
  remember_surface (self, hash, surface);
  cairo_surface_destroy (surface);
  g_signal_emit (self, signals[CHANGED], 0);
}

cairo_surface_t *
mien_draft_get_headshot (MienDraft *self)
{
  g_autoptr(GTask) task = NULL;
  cairo_surface_t *surface;
  const char *hash;

  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  hash = portrait_look_get_headshot (self->look);
  if (hash == NULL)
    return NULL;
  surface = find_surface (self, hash);
  if (surface != NULL || self->loading != NULL)
    return surface;
  /* Undone to an older one that is only on disk: "changed" tells when it is here. */
  self->loading = g_strdup (hash);
  task = g_task_new (self, NULL, on_headshot_read, NULL);
  g_task_set_task_data (task, g_strdup (hash), g_free);
  g_task_run_in_thread (task, read_headshot_thread);
  return NULL;
}

/* ---- S302-S306: a new headshot ---- */

typedef struct
{
  cairo_surface_t *surface;
  PortraitFace face;
  guint32 backdrop;
  char *hash;        /* out */
} HeadshotJob;

static void
headshot_job_free (gpointer data)
{
  HeadshotJob *job = data;

  cairo_surface_destroy (job->surface);
  g_free (job->hash);
  g_free (job);
}

static void
keep_headshot_thread (GTask        *task,
                      gpointer      source,
                      gpointer      data,
                      GCancellable *cancellable)
{
  MienDraft *self = source;
  HeadshotJob *job = data;
  GError *error = NULL;
  g_autoptr(GBytes) bytes = portrait_export (job->surface, PORTRAIT_FORMAT_PNG, 0, &error);
  g_autofree char *path = NULL;

  if (bytes != NULL)
    {
      job->hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
      path = mien_cache_path (self->headshots, job->hash);
    }
  /* The look will name it: it must be on disk before. */
  if (path != NULL && mien_file_write (path, bytes, 0600, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_headshot_kept (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  MienDraft *self = MIEN_DRAFT (source);
  HeadshotJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr(PortraitLook) look = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  remember_surface (self, job->hash, job->surface);
  look = portrait_look_copy (self->look);
  portrait_look_set_headshot (look, job->hash, &job->face);
  portrait_look_set_backdrop (look, job->backdrop);
  mien_draft_set_look (self, look, _("Choose Headshot"), NULL);
  g_task_return_boolean (task, TRUE);
}

void
mien_draft_set_headshot_async (MienDraft          *self,
                               cairo_surface_t    *surface,
                               const PortraitFace *face,
                               guint32             backdrop,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr(GTask) work = NULL;
  HeadshotJob *job;
  GTask *task;

  g_return_if_fail (MIEN_IS_DRAFT (self));
  g_return_if_fail (surface != NULL);

  cairo_surface_flush (surface);
  job = g_new0 (HeadshotJob, 1);
  job->surface = cairo_surface_reference (surface);
  job->backdrop = backdrop;
  if (face != NULL)
    job->face = *face;
  else
    portrait_face_init_standard (&job->face);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_draft_set_headshot_async);
  work = g_task_new (self, cancellable, on_headshot_kept, task);
  g_task_set_task_data (work, job, headshot_job_free);
  g_task_run_in_thread (work, keep_headshot_thread);
}

gboolean
mien_draft_set_headshot_finish (MienDraft    *self,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the look, undo and redo ---- */

const PortraitLook *
mien_draft_get_look (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return self->look;
}

static void
emit_changed (MienDraft *self,
              gboolean   could_undo,
              gboolean   could_redo,
              gboolean   was_dirty)
{
  if (could_undo != (self->undo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  if (could_redo != (self->redo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
  if (was_dirty != self->dirty)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DIRTY]);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
mien_draft_set_look (MienDraft          *self,
                     const PortraitLook *look,
                     const char         *label,
                     const char         *merge_key)
{
  gboolean could_undo, could_redo, was_dirty;

  g_return_if_fail (MIEN_IS_DRAFT (self));
  g_return_if_fail (look != NULL);

  if (portrait_look_equal (self->look, look))
    return;
  could_undo = self->undo->len > 0;
  could_redo = self->redo->len > 0;
  was_dirty = self->dirty;
  if (merge_key == NULL || g_strcmp0 (merge_key, self->merge_key) != 0)
    {
      g_ptr_array_add (self->undo, step_new (self->look, label));
      if (self->undo->len > MIEN_DRAFT_MAX_UNDO)
        g_ptr_array_remove_index (self->undo, 0);
    }
  g_ptr_array_set_size (self->redo, 0);
  g_free (self->merge_key);
  self->merge_key = g_strdup (merge_key);
  {
    PortraitLook *copy = portrait_look_copy (look);   /* @look may be ours */

    portrait_look_free (self->look);
    self->look = copy;
  }
  self->dirty = TRUE;
  save_soon (self);
  emit_changed (self, could_undo, could_redo, was_dirty);
}

void
mien_draft_end_merge (MienDraft *self)
{
  g_return_if_fail (MIEN_IS_DRAFT (self));

  g_clear_pointer (&self->merge_key, g_free);
}

/* The step that is taken back goes onto the other stack, under its own label. */
static gboolean
take_back (MienDraft *self,
           GPtrArray *from,
           GPtrArray *onto)
{
  gboolean could_undo = self->undo->len > 0, could_redo = self->redo->len > 0, was_dirty = self->dirty;
  Step *step;

  if (from->len == 0)
    return FALSE;
  step = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (onto, step_new (self->look, step->label));
  portrait_look_free (self->look);
  self->look = g_steal_pointer (&step->look);
  g_free (step->label);
  g_free (step);
  mien_draft_end_merge (self);
  self->dirty = TRUE;
  save_soon (self);
  emit_changed (self, could_undo, could_redo, was_dirty);
  return TRUE;
}

gboolean
mien_draft_undo (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return take_back (self, self->undo, self->redo);
}

gboolean
mien_draft_redo (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return take_back (self, self->redo, self->undo);
}

static const char *
last_label (GPtrArray *steps)
{
  Step *step = steps->len > 0 ? g_ptr_array_index (steps, steps->len - 1) : NULL;

  return step == NULL ? NULL : step->label != NULL ? step->label : "";
}

const char *
mien_draft_get_undo_label (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return last_label (self->undo);
}

const char *
mien_draft_get_redo_label (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return last_label (self->redo);
}

gboolean
mien_draft_is_dirty (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return self->dirty;
}

void
mien_draft_mark_clean (MienDraft *self)
{
  g_return_if_fail (MIEN_IS_DRAFT (self));

  if (!self->dirty)
    return;
  self->dirty = FALSE;
  save_soon (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DIRTY]);
}

/* ---- reading at the start ---- */

typedef struct
{
  char *path;
  PortraitLook *look;          /* out */
  gboolean dirty;              /* out */
  cairo_surface_t *headshot;   /* out, or NULL */
} LoadJob;

static void
load_job_free (gpointer data)
{
  LoadJob *job = data;

  g_free (job->path);
  g_clear_pointer (&job->look, portrait_look_free);
  g_clear_pointer (&job->headshot, cairo_surface_destroy);
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
  g_autofree char *other = g_strdup_printf ("%s.unreadable-%" G_GINT64_FORMAT, path, g_get_real_time () / G_USEC_PER_SEC);

  if (g_rename (path, other) != 0)
    g_warning ("The unreadable draft could not be set aside.");
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
  g_autoptr(GBytes) bytes = mien_file_read (job->path, DRAFT_MAX_BYTES, cancellable, &error);
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
  hash = portrait_look_get_headshot (job->look);
  job->headshot = hash != NULL ? read_headshot (self->headshots, hash, &local) : NULL;
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
  gboolean was_dirty = self->dirty;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  /* Whoever was faster than the disk keeps what he did. */
  if (job->look != NULL && self->version == 0)
    {
      portrait_look_free (self->look);
      self->look = g_steal_pointer (&job->look);
      self->dirty = job->dirty;
      if (job->headshot != NULL)
        remember_surface (self, portrait_look_get_headshot (self->look), job->headshot);
      emit_changed (self, FALSE, FALSE, was_dirty);
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

/* ---- life ---- */

static void
mien_draft_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  MienDraft *self = MIEN_DRAFT (object);

  switch (id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, self->undo->len > 0);
      break;

    case PROP_CAN_REDO:
      g_value_set_boolean (value, self->redo->len > 0);
      break;

    case PROP_DIRTY:
      g_value_set_boolean (value, self->dirty);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
mien_draft_dispose (GObject *object)
{
  MienDraft *self = MIEN_DRAFT (object);

  if (self->saver != NULL)
    mien_draft_flush (self);
  G_OBJECT_CLASS (mien_draft_parent_class)->dispose (object);
}

static void
mien_draft_finalize (GObject *object)
{
  MienDraft *self = MIEN_DRAFT (object);

  g_queue_clear_full (&self->surfaces, (GDestroyNotify) headshot_free);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  portrait_look_free (self->look);
  g_clear_object (&self->headshots);
  if (self->saver != NULL)
    g_atomic_rc_box_release_full (self->saver, saver_clear);
  g_free (self->merge_key);
  g_free (self->loading);
  g_free (self->directory);
  G_OBJECT_CLASS (mien_draft_parent_class)->finalize (object);
}

static void
mien_draft_class_init (MienDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mien_draft_get_property;
  object_class->dispose = mien_draft_dispose;
  object_class->finalize = mien_draft_finalize;

  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_DIRTY] = g_param_spec_boolean ("dirty", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_draft_init (MienDraft *self)
{
  self->look = portrait_look_new ();
  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
}

MienDraft *
mien_draft_new (const char *directory)
{
  MienDraft *self;
  g_autofree char *headshots = NULL;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (MIEN_TYPE_DRAFT, NULL);
  self->directory = g_strdup (directory);
  headshots = g_build_filename (directory, "headshots", NULL);
  self->headshots = mien_cache_new (headshots, G_CHECKSUM_SHA256, 0);
  self->saver = g_atomic_rc_box_new0 (Saver);
  g_mutex_init (&self->saver->mutex);
  self->saver->path = g_build_filename (directory, "draft.json", NULL);
  return self;
}
