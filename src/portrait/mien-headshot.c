/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-headshot.h"
#include "mien-image.h"

#include <glib/gi18n-lib.h>
#include <portrait-compositor.h>

typedef struct
{
  GFile *file;
  GBytes *bytes;
  cairo_surface_t *photo;
  MienCrop crop;
} HeadshotJob;

static void
headshot_job_free (gpointer data)
{
  HeadshotJob *job = data;

  g_clear_object (&job->file);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_clear_pointer (&job->photo, cairo_surface_destroy);
  g_free (job);
}

/* ---- S300: the photo ---- */

/* Through GIO, so that a photo may also be somewhere on the network; counted while it comes. */
static GBytes *
read_file (GFile        *file,
           GCancellable *cancellable,
           GError      **error)
{
  g_autoptr(GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr(GByteArray) array = g_byte_array_new ();
  g_autofree guint8 *buffer = g_malloc (256 * 1024);
  gssize n;

  if (stream == NULL)
    return NULL;
  while ((n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, 256 * 1024, cancellable, error)) > 0)
    {
      if ((gsize) n > MIEN_IMAGE_MAX_BYTES - array->len)
        {
          g_autofree char *most = g_format_size (MIEN_IMAGE_MAX_BYTES);

          g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                       _("The file is larger than %s. Choose a smaller photo."), most);
          return NULL;
        }
      g_byte_array_append (array, buffer, (guint) n);
    }
  return n < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&array));
}

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  HeadshotJob *job = data;
  cairo_surface_t *photo = NULL;
  GError *error = NULL;

  if (job->bytes == NULL)
    job->bytes = read_file (job->file, cancellable, &error);
  if (job->bytes != NULL)
    photo = mien_image_decode (job->bytes, MIEN_HEADSHOT_MAX_SIDE, cancellable, &error);
  if (photo != NULL
      && MIN (cairo_image_surface_get_width (photo), cairo_image_surface_get_height (photo)) < MIEN_HEADSHOT_MIN_SIDE)
    {
      g_set_error (&error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_FORMAT,
                   _("The picture is smaller than %d × %d pixels. Choose a larger one."), (int) MIEN_HEADSHOT_MIN_SIDE,
                   (int) MIEN_HEADSHOT_MIN_SIDE);
      g_clear_pointer (&photo, cairo_surface_destroy);
    }
  if (photo != NULL)
    g_task_return_pointer (task, photo, (GDestroyNotify) cairo_surface_destroy);
  else
    g_task_return_error (task, error);
}

static void
start_load (GFile              *file,
            GBytes             *bytes,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  HeadshotJob *job = g_new0 (HeadshotJob, 1);

  job->file = file != NULL ? g_object_ref (file) : NULL;
  job->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  g_task_set_source_tag (task, mien_headshot_load_async);
  g_task_set_task_data (task, job, headshot_job_free);
  g_task_run_in_thread (task, load_thread);
}

void
mien_headshot_load_async (GFile              *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (G_IS_FILE (file));

  start_load (file, NULL, cancellable, callback, user_data);
}

void
mien_headshot_load_bytes_async (GBytes             *bytes,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (bytes != NULL);

  start_load (NULL, bytes, cancellable, callback, user_data);
}

cairo_surface_t *
mien_headshot_load_finish (GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- S302: the headshot ---- */

cairo_surface_t *
mien_headshot_render (cairo_surface_t *photo,
                      const MienCrop  *crop,
                      int              size,
                      GError         **error)
{
  cairo_surface_t *out;
  PortraitAffine map;
  MienCrop clamped = *crop;
  cairo_matrix_t matrix;
  cairo_t *cr;

  g_return_val_if_fail (photo != NULL && cairo_surface_get_type (photo) == CAIRO_SURFACE_TYPE_IMAGE, NULL);
  g_return_val_if_fail (size > 0 && size <= PORTRAIT_MAX_SIZE, NULL);

  mien_crop_clamp (&clamped, cairo_image_surface_get_width (photo), cairo_image_surface_get_height (photo));
  mien_crop_map (&clamped, size, &map);
  cairo_matrix_init (&matrix, map.xx, map.yx, map.xy, map.yy, map.x0, map.y0);

  out = cairo_image_surface_create (cairo_image_surface_get_format (photo) == CAIRO_FORMAT_RGB24 ? CAIRO_FORMAT_RGB24
                                                                                                 : CAIRO_FORMAT_ARGB32,
                                    size, size);
  cr = cairo_create (out);
  cairo_set_matrix (cr, &matrix);
  cairo_set_source_surface (cr, photo, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  /* Half a pixel outside the photo is still the photo: no dark edge. */
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  if (cairo_status (cr) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_DAMAGED, _("The picture could not be scaled: %s"),
                   cairo_status_to_string (cairo_status (cr)));
      g_clear_pointer (&out, cairo_surface_destroy);
    }
  cairo_destroy (cr);
  if (out != NULL)
    cairo_surface_flush (out);
  return out;
}

static void
render_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  HeadshotJob *job = data;
  GError *error = NULL;
  cairo_surface_t *headshot = mien_headshot_render (job->photo, &job->crop, PORTRAIT_STANDARD_SIZE, &error);

  if (headshot != NULL)
    g_task_return_pointer (task, headshot, (GDestroyNotify) cairo_surface_destroy);
  else
    g_task_return_error (task, error);
}

void
mien_headshot_render_async (cairo_surface_t    *photo,
                            const MienCrop     *crop,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr(GTask) task = NULL;
  HeadshotJob *job;

  g_return_if_fail (photo != NULL && crop != NULL);

  cairo_surface_flush (photo);
  job = g_new0 (HeadshotJob, 1);
  job->photo = cairo_surface_reference (photo);
  job->crop = *crop;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_headshot_render_async);
  g_task_set_task_data (task, job, headshot_job_free);
  g_task_run_in_thread (task, render_thread);
}

cairo_surface_t *
mien_headshot_render_finish (GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
