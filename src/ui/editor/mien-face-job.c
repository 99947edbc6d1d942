/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-face-job.h"

static void
face_job_free (gpointer data)
{
  MienFaceJob *job = data;

  g_clear_object (&job->finder);
  cairo_surface_destroy (job->surface);
  g_free (job);
}

static void
face_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  MienFaceJob *job = data;

  if (job->finder == NULL)
    {
      g_autofree char *path = mien_face_finder_model_path ();
      g_autoptr (GError) error = NULL;
      job->finder = path != NULL ? mien_face_finder_new (path, &error) : NULL;
      if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_message ("Faces are not looked for: %s", error->message);
    }
  portrait_face_init_standard (&job->portrait_face);
  if (job->finder != NULL && job->whole)
    job->found = mien_face_finder_find (job->finder, job->surface, &job->face);
  else if (job->finder != NULL)
    mien_face_finder_find_portrait_face (job->finder, job->surface, &job->portrait_face);
  g_task_return_boolean (task, TRUE);
}

void
mien_face_job_run_async (gpointer source, MienFaceFinder *finder, cairo_surface_t *surface, gboolean whole,
                         GCancellable *cancellable, GAsyncReadyCallback callback)
{
  g_return_if_fail (surface != NULL);

  MienFaceJob *job = g_new0 (MienFaceJob, 1);
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, NULL);
  job->finder = finder != NULL ? g_object_ref (finder) : NULL;
  job->surface = cairo_surface_reference (surface);
  job->whole = whole;
  cairo_surface_flush (surface);
  g_task_set_task_data (task, job, face_job_free);
  g_task_run_in_thread (task, face_thread);
}

MienFaceJob *
mien_face_job_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_boolean (G_TASK (result), error) ? g_task_get_task_data (G_TASK (result)) : NULL;
}
