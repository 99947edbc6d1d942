/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-draft-private.h"
#include "mien-file.h"
#include "mien-image.h"

#include <glib/gi18n-lib.h>
#include <portrait-compositor.h>
#include <portrait-export.h>

/* Headshots are PNG files under their hash; the look names one. */

typedef struct
{
  char *hash;
  cairo_surface_t *surface;
} Headshot;

static void
headshot_free (Headshot *headshot)
{
  g_free (headshot->hash);
  cairo_surface_destroy (headshot->surface);
  g_free (headshot);
}

void
mien_draft_remember_surface (MienDraft       *self,
                             const char      *hash,
                             cairo_surface_t *surface)
{
  Headshot *headshot = g_new (Headshot, 1);

  headshot->hash = g_strdup (hash);
  headshot->surface = cairo_surface_reference (surface);
  g_queue_push_head (&self->surfaces, headshot);
  if (self->surfaces.length > MIEN_DRAFT_MAX_SURFACES)
    headshot_free (g_queue_pop_tail (&self->surfaces));
}

void
mien_draft_clear_surfaces (MienDraft *self)
{
  g_queue_clear_full (&self->surfaces, (GDestroyNotify) headshot_free);
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

cairo_surface_t *
mien_draft_read_headshot (MienCache  *cache,
                          const char *hash,
                          GError    **error)
{
  g_autoptr(GBytes) bytes = mien_cache_load (cache, hash, MIEN_DRAFT_MAX_HEADSHOT_BYTES, error);

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
  cairo_surface_t *surface = mien_draft_read_headshot (self->headshots, data, &error);

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
  mien_draft_remember_surface (self, hash, surface);
  cairo_surface_destroy (surface);
  mien_draft_emit_changed (self);
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
  if (path != NULL)
    mien_draft_saver_protect (self->saver, job->hash);
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
  mien_draft_remember_surface (self, job->hash, job->surface);
  g_hash_table_add (self->files, g_strdup (job->hash));
  if (portrait_look_get_headshot (self->look) == NULL)
    mien_draft_take_first_headshot (self, job->hash, &job->face, job->backdrop);
  else
    {
      look = portrait_look_copy (self->look);
      portrait_look_set_headshot (look, job->hash, &job->face);
      portrait_look_set_backdrop (look, job->backdrop);
      mien_draft_set_look (self, look, _("Choose Headshot"), NULL);
    }
  mien_draft_saver_settle (self->saver, job->hash, self->version);
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
