/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>

/* S316-S322: the snapshot: the look composed anew at the standard size, in a thread, from pictures drawn for that size.
 * It is the same as what the display window shows, whatever the window's size and scale. */

static void start_snapshot (MienEditorWindow *self);

static void
compositor_free (gpointer data)
{
  portrait_compositor_free (data);
}

/* S3162 */
static void
snapshot_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  cairo_surface_t *portrait = portrait_compositor_render (data, PORTRAIT_STANDARD_SIZE, &error);

  if (portrait != NULL)
    g_task_return_pointer (task, portrait, (GDestroyNotify) cairo_surface_destroy);
  else
    g_task_return_error (task, error);
}

static void
answer_waiting (MienEditorWindow *self, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->snapshot_tasks);

  self->snapshot_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    if (error != NULL)
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
    else
      g_task_return_pointer (tasks->pdata[i], cairo_surface_reference (self->portrait),
                             (GDestroyNotify)cairo_surface_destroy);
}

/* S322: the portrait is shown in the previews. */
static void
on_snapshot (GObject *source, GAsyncResult *result, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (source);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *portrait = g_task_propagate_pointer (G_TASK (result), &error);

  self->snapshot_running = FALSE;
  if (portrait == NULL)
    {
      answer_waiting (self, error);
      return;
    }
  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  self->portrait = portrait;
  if (self->previews != NULL)
    mien_previews_set_portrait (MIEN_PREVIEWS (self->previews), portrait);
  if (!self->snapshot_stale)
    answer_waiting (self, NULL);
  else if (self->snapshot_tasks->len > 0)
    start_snapshot (self);
}

static void
start_snapshot (MienEditorWindow *self)
{
  /* The picture of an avatar that is on its way belongs to the portrait. */
  if (self->art == NULL || self->snapshot_running || !mien_editor_window_has_all_art (self)
      || self->shown_headshot == NULL)
    return;
  self->snapshot_running = TRUE;
  self->snapshot_stale = FALSE;
  g_autoptr (GTask) task = g_task_new (self, NULL, on_snapshot, NULL);
  g_task_set_task_data (task, portrait_compositor_copy (self->compositor), compositor_free);
  g_task_run_in_thread (task, snapshot_thread);
}

void
mien_editor_window_snapshot_soon (MienEditorWindow *self)
{
  self->snapshot_stale = TRUE;
}

void
mien_editor_window_snapshot_now (MienEditorWindow *self)
{
  if (self->snapshot_stale)
    start_snapshot (self);
}

/* What waited for the pictures goes on. */
void
mien_editor_window_art_arrived (MienEditorWindow *self)
{
  self->snapshot_stale = TRUE;
  if (self->settle_source == 0 || self->snapshot_tasks->len > 0)
    start_snapshot (self);
}

void
mien_editor_window_snapshot_async (MienEditorWindow *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, callback, user_data);

  if (!self->snapshot_stale && !self->snapshot_running && self->portrait != NULL)
    {
      g_task_return_pointer (task, cairo_surface_reference (self->portrait), (GDestroyNotify) cairo_surface_destroy);
      return;
    }
  if (self->shown_headshot == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _("There is no headshot yet. Choose one first."));
      return;
    }
  g_ptr_array_add (self->snapshot_tasks, g_steal_pointer (&task));
  start_snapshot (self);
}

cairo_surface_t *
mien_editor_window_snapshot_finish (MienEditorWindow *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
