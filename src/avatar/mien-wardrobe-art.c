/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-wardrobe-private.h"

#include "mien-image.h"

/* Drawn avatars. Requests for the same drawing share one job; a job nobody waits for any more when its turn comes is
 * not drawn, so that turning the ring quickly costs nothing. */

typedef struct
{
  char *key;
  char *front, *behind;            /* sha256; behind may be NULL */
  char **colours;                  /* or NULL */
  int size;
  MienWardrobeSource *source;
  GMutex mutex;
  GPtrArray *waiting;              /* by mutex: of GTask, owned */
} RenderJob;

static void start_job (MienWardrobe *self, RenderJob *job);

static void
job_free (RenderJob *job)
{
  g_free (job->key);
  g_free (job->front);
  g_free (job->behind);
  g_strfreev (job->colours);
  mien_wardrobe_source_unref (job->source);
  g_mutex_clear (&job->mutex);
  g_ptr_array_unref (job->waiting);
  g_free (job);
}

static gboolean
is_wanted (RenderJob *job)
{
  gboolean wanted = FALSE;

  g_mutex_lock (&job->mutex);
  for (guint i = 0; i < job->waiting->len && !wanted; i++)
    wanted = !g_cancellable_is_cancelled (g_task_get_cancellable (g_ptr_array_index (job->waiting, i)));
  g_mutex_unlock (&job->mutex);
  return wanted;
}

static cairo_surface_t *
render_file (RenderJob   *job,
             const char  *sha256,
             GError     **error)
{
  g_autoptr(GBytes) svg = mien_wardrobe_source_load (job->source, sha256, error);

  return svg != NULL ? mien_svg_render (svg, job->size, (const char * const *) job->colours, error) : NULL;
}

/* In a thread of the pool. It drops no reference to the task, and so never the last one to the wardrobe: on_rendered()
 * does. */
static void
render_in_thread (gpointer data,
                  gpointer user_data)
{
  GTask *step = data;
  RenderJob *job = g_task_get_task_data (step);
  cairo_surface_t *front, *behind = NULL;
  GError *error = NULL;

  if (!is_wanted (job))
    {
      g_task_return_new_error (step, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody waits for it");
      return;
    }
  front = render_file (job, job->front, &error);
  if (front != NULL && job->behind != NULL && (behind = render_file (job, job->behind, &error)) == NULL)
    g_clear_pointer (&front, cairo_surface_destroy);
  if (front != NULL)
    g_task_return_pointer (step, mien_art_new (front, behind), (GDestroyNotify) mien_art_unref);
  else
    g_task_return_error (step, error);
}

static void
answer (GTask        *task,
        MienArt      *art,
        const GError *error)
{
  if (art != NULL)
    g_task_return_pointer (task, mien_art_ref (art), (GDestroyNotify) mien_art_unref);
  else
    g_task_return_error (task, g_error_copy (error));
}

static void
on_rendered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  MienWardrobe *self = MIEN_WARDROBE (source);
  RenderJob *job = user_data;
  g_autoptr(GTask) step = G_TASK (result);
  g_autoptr(GError) error = NULL;
  g_autoptr(MienArt) art = g_task_propagate_pointer (step, &error);

  /* Somebody began to wait after the thread saw that nobody did. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && is_wanted (job))
    {
      start_job (self, job);
      return;
    }
  g_hash_table_remove (self->jobs, job->key);
  if (art != NULL)
    mien_art_cache_insert (self->art, job->key, art);
  for (guint i = 0; i < job->waiting->len; i++)
    answer (g_ptr_array_index (job->waiting, i), art, error);
  job_free (job);
}

static void
start_job (MienWardrobe *self,
           RenderJob    *job)
{
  GTask *step = g_task_new (self, NULL, on_rendered, job);

  g_task_set_source_tag (step, start_job);
  g_task_set_task_data (step, job, NULL);
  if (self->renderers == NULL)
    self->renderers = g_thread_pool_new (render_in_thread, NULL, MIEN_WARDROBE_RENDERERS, FALSE, NULL);
  g_thread_pool_push (self->renderers, step, NULL);
}

static char *
art_key (const char *sha256,
         const char *behind,
         const char *variant,
         int         size)
{
  return g_strdup_printf ("%s %s %s %d", sha256, behind != NULL ? behind : "-", variant != NULL ? variant : "-", size);
}

/* Takes the key. */
static void
wait_for_art (MienWardrobe       *self,
              GTask              *task,
              char               *key,
              const char         *front,
              const char         *behind,
              const char * const *colours,
              int                 size)
{
  g_autofree char *owned_key = key;
  MienArt *art = mien_art_cache_lookup (self->art, key);
  RenderJob *job;

  if (art != NULL)
    {
      answer (task, art, NULL);
      g_object_unref (task);
      return;
    }
  job = g_hash_table_lookup (self->jobs, key);
  if (job != NULL)
    {
      g_mutex_lock (&job->mutex);
      g_ptr_array_add (job->waiting, task);
      g_mutex_unlock (&job->mutex);
      return;
    }
  job = g_new0 (RenderJob, 1);
  job->key = g_steal_pointer (&owned_key);
  job->front = g_strdup (front);
  job->behind = g_strdup (behind);
  job->colours = g_strdupv ((char **) colours);
  job->size = size;
  job->source = mien_wardrobe_source_ref (self->source);
  g_mutex_init (&job->mutex);
  job->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (job->waiting, task);
  g_hash_table_insert (self->jobs, job->key, job);
  start_job (self, job);
}

static MienArt *
lookup (MienWardrobe *self,
        MienAvatar   *avatar,
        const char   *variant,
        int           size)
{
  g_autofree char *key = NULL;

  if (mien_avatar_get_sha256 (avatar) == NULL)
    return NULL;
  if (mien_avatar_find_variant (avatar, variant) == NULL)
    variant = NULL;
  key = art_key (mien_avatar_get_sha256 (avatar), mien_avatar_get_behind_sha256 (avatar), variant, size);
  return mien_art_cache_lookup (self->art, key);
}

/* The surface stays valid until the next call that renders: reference it to keep it. */
cairo_surface_t *
mien_wardrobe_lookup_art (MienWardrobe *self,
                          MienAvatar   *avatar,
                          const char   *variant,
                          int           size)
{
  MienArt *art;

  g_return_val_if_fail (MIEN_IS_WARDROBE (self), NULL);
  g_return_val_if_fail (MIEN_IS_AVATAR (avatar), NULL);

  art = lookup (self, avatar, variant, size);
  return art != NULL ? art->front : NULL;
}

cairo_surface_t *
mien_wardrobe_lookup_art_behind (MienWardrobe *self,
                                 MienAvatar   *avatar,
                                 const char   *variant,
                                 int           size)
{
  MienArt *art;

  g_return_val_if_fail (MIEN_IS_WARDROBE (self), NULL);
  g_return_val_if_fail (MIEN_IS_AVATAR (avatar), NULL);

  art = lookup (self, avatar, variant, size);
  return art != NULL ? art->behind : NULL;
}

/* A variant that the avatar does not have (a look from another catalogue) is drawn in the drawing's own colours. */
void
mien_wardrobe_render_art_async (MienWardrobe        *self,
                                MienAvatar          *avatar,
                                const char          *variant,
                                int                  size,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  const MienAvatarVariant *found;
  const char *front, *behind;
  GTask *task;

  g_return_if_fail (MIEN_IS_WARDROBE (self));
  g_return_if_fail (MIEN_IS_AVATAR (avatar));
  g_return_if_fail (mien_avatar_get_sha256 (avatar) != NULL);
  g_return_if_fail (size > 0 && size <= MIEN_SVG_MAX_SIDE);

  found = mien_avatar_find_variant (avatar, variant);
  front = mien_avatar_get_sha256 (avatar);
  behind = mien_avatar_get_behind_sha256 (avatar);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_wardrobe_render_art_async);
  wait_for_art (self, task, art_key (front, behind, found != NULL ? found->id : NULL, size), front, behind,
                found != NULL ? (const char * const *) found->colours : NULL, size);
}

cairo_surface_t *
mien_wardrobe_render_art_finish (MienWardrobe     *self,
                                 GAsyncResult     *result,
                                 cairo_surface_t **out_behind,
                                 GError          **error)
{
  g_autoptr(MienArt) art = NULL;

  g_return_val_if_fail (MIEN_IS_WARDROBE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  art = g_task_propagate_pointer (G_TASK (result), error);
  if (out_behind != NULL)
    *out_behind = art != NULL && art->behind != NULL ? cairo_surface_reference (art->behind) : NULL;
  return art != NULL ? cairo_surface_reference (art->front) : NULL;
}

void
mien_wardrobe_render_headshot_async (MienWardrobe            *self,
                                     const MienDrawnHeadshot *headshot,
                                     int                      size,
                                     GCancellable            *cancellable,
                                     GAsyncReadyCallback      callback,
                                     gpointer                 user_data)
{
  GTask *task;

  g_return_if_fail (MIEN_IS_WARDROBE (self));
  g_return_if_fail (headshot != NULL && headshot->sha256 != NULL);
  g_return_if_fail (size > 0 && size <= MIEN_SVG_MAX_SIDE);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_wardrobe_render_headshot_async);
  wait_for_art (self, task, art_key (headshot->sha256, NULL, NULL, size), headshot->sha256, NULL, NULL, size);
}

cairo_surface_t *
mien_wardrobe_render_headshot_finish (MienWardrobe  *self,
                                      GAsyncResult  *result,
                                      GError       **error)
{
  return mien_wardrobe_render_art_finish (self, result, NULL, error);
}
