/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mien-error.h"

/* S324: to the friends: the snapshot, its bytes on their way, and taking it back. The draft stays whatever happens. */

typedef enum { BAR_BUSY, BAR_DONE, BAR_FAILED } BarState;

static void
show_bar (MienEditorWindow *self, BarState state, const char *text, const char *detail)
{
  gtk_label_set_text (GTK_LABEL (self->publish_text), text);
  gtk_label_set_text (GTK_LABEL (self->publish_detail), detail != NULL ? detail : "");
  gtk_widget_set_tooltip_text (self->publish_detail, detail);
  gtk_widget_set_visible (self->publish_detail, detail != NULL);
  gtk_widget_set_visible (self->publish_progress, state == BAR_BUSY);
  gtk_widget_set_visible (self->publish_cancel, state == BAR_BUSY);
  gtk_widget_set_visible (self->publish_retry, state == BAR_FAILED);
  gtk_widget_set_visible (self->publish_undo, state == BAR_DONE && self->can_take_back);
  if (state == BAR_FAILED)
    gtk_widget_add_css_class (self->publish_bar, "failed");
  else
    gtk_widget_remove_css_class (self->publish_bar, "failed");
  gtk_widget_set_visible (self->publish_bar, TRUE);
}

void
mien_editor_window_hide_publish (MienEditorWindow *self)
{
  gtk_widget_set_visible (self->publish_bar, FALSE);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  if (self->publishing == NULL)
    return;
  if (total == 0)
    {
      gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->publish_progress));
      return;
    }
  g_autofree char *sent = g_format_size (done), *all = g_format_size (total);
  g_autofree char *text = done < total ? g_strdup_printf (_("Sending your portrait: %s of %s"), sent, all)
                                       : g_strdup (_("Telling your friends…"));
  gtk_label_set_text (GTK_LABEL (self->publish_text), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->publish_progress), CLAMP ((double)done / (double)total, 0, 1));
}

static void
end_publishing (MienEditorWindow *self)
{
  g_clear_object (&self->publish_cancellable);
  g_clear_pointer (&self->publishing, cairo_surface_destroy);
  g_clear_pointer (&self->publishing_look, portrait_look_free);
  mien_editor_window_update_actions (self);
}

static void
show_failure (MienEditorWindow *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      mien_editor_window_hide_publish (self);
      return;
    }
  g_autofree char *reason = mien_error_describe (error, mien_session_get_jid (self->session));
  show_bar (self, BAR_FAILED, _("Your portrait was not published"), reason);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;
  gboolean ok = mien_publisher_publish_finish (MIEN_PUBLISHER (source), result, NULL, NULL, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (ok)
    {
      /* What changed while it was on its way is not published. The look says so, not its picture, which is taken anew
       * when a sharper drawing of an avatar comes. */
      if (self->publishing_look != NULL
          && portrait_look_equal (self->publishing_look, mien_draft_get_look (self->draft)))
        {
          mien_draft_mark_clean (self->draft);
          g_clear_pointer (&self->opened, portrait_look_free);
          self->opened = portrait_look_copy (mien_draft_get_look (self->draft));
        }
      self->was_published = TRUE;
      g_clear_pointer (&self->seen, cairo_surface_destroy);
      self->seen = cairo_surface_reference (self->publishing);
      show_bar (self, BAR_DONE, _("Your friends see it now"), NULL);
    }
  else
    show_failure (self, error);
  end_publishing (self);
}

static void
publish_portrait (MienEditorWindow *self)
{
  mien_publisher_publish_async (self->publisher, self->publishing, on_progress, self, self->publish_cancellable,
                                on_published, g_object_ref (self));
}

static void
portrait_not_sent (MienEditorWindow *self, const GError *error)
{
  show_failure (self, error);
  end_publishing (self);
}

static const MienPublishErrand publication = { N_("Sending your portrait…"), publish_portrait, portrait_not_sent };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;
  gboolean ok = mien_session_wait_online_finish (MIEN_SESSION (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!ok)
    {
      self->errand->failed (self, error);
      return;
    }
  show_bar (self, BAR_BUSY, _(self->errand->words), NULL);
  self->errand->start (self);
}

/* A connection that was lost a moment ago is being made anew: that is waited for, as long as the person likes. */
static void
send (MienEditorWindow *self, cairo_surface_t *portrait, const MienPublishErrand *errand)
{
  self->publishing = portrait != NULL ? cairo_surface_reference (portrait) : NULL;
  self->publish_cancellable = g_cancellable_new ();
  self->errand = errand;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->publish_progress), 0);
  show_bar (self, BAR_BUSY,
            mien_session_is_connecting (self->session) ? _("Waiting for the connection…") : _(errand->words), NULL);
  mien_editor_window_update_actions (self);
  mien_session_wait_online_async (self->session, self->publish_cancellable, on_connected, g_object_ref (self));
}

/* What friends see until then, for "Undo": what this window published last, else what the gallery has. */
static void
keep_published (MienEditorWindow *self)
{
  const char *jid = mien_session_get_jid (self->session);
  gboolean current = FALSE, known = FALSE;
  cairo_surface_t *before = self->seen;

  if (before == NULL)
    {
      before = mien_gallery_lookup (self->gallery, jid, PORTRAIT_STANDARD_SIZE, &current);
      /* The small one in its place, while the hosted one is on its way, is not what friends saw. */
      if (!current || (before != NULL && mien_session_get_portrait_service (self->session) != NULL
                       && cairo_image_surface_get_width (before) <= MIEN_GALLERY_SMALL_SIDE))
        before = NULL;
    }
  g_clear_pointer (&self->published, cairo_surface_destroy);
  if (before != NULL)
    self->published = cairo_surface_reference (before);
  /* A former portrait that did not arrive in time cannot be put back, and the new one is not taken away instead of
   * it. */
  self->can_take_back = self->published != NULL || (!mien_gallery_has_portrait (self->gallery, jid, &known) && known);
}

static void
on_snapshot (GObject *source, GAsyncResult *result, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (source);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *portrait = mien_editor_window_snapshot_finish (self, result, &error);

  if (portrait == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        show_failure (self, error);
      return;
    }
  if (self->publishing == NULL)
    {
      keep_published (self);
      if (!self->snapshot_stale)
        self->publishing_look = portrait_look_copy (mien_draft_get_look (self->draft));
      send (self, portrait, &publication);
    }
  cairo_surface_destroy (portrait);
}

/* S3241-S3242: closing the adjustment takes the snapshot, which goes to the portrait server with its time. */
void
mien_editor_window_publish (MienEditorWindow *self)
{
  if (self->publishing != NULL)
    return;
  mien_editor_window_set_active (self, NULL);
  mien_editor_window_snapshot_async (self, on_snapshot, NULL);
}

/* ---- Taking it back ---- */

static void
on_taken_back (MienEditorWindow *self, const GError *error)
{
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (error == NULL)
    {
      self->was_published = FALSE;
      g_clear_pointer (&self->seen, cairo_surface_destroy);
      self->seen = self->published != NULL ? cairo_surface_reference (self->published) : NULL;
      mien_editor_window_hide_publish (self);
      mien_editor_window_tell (self,
                               self->published != NULL ? _ ("Your friends see the former portrait again")
                                                       : _ ("Your portrait was taken back"),
                               NULL, NULL);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_bar (self, BAR_DONE, _("Your portrait was not taken back"), NULL);
  else
    {
      g_autofree char *reason = mien_error_describe (error, mien_session_get_jid (self->session));
      show_bar (self, BAR_DONE, _("Your portrait was not taken back"), reason);
    }
  end_publishing (self);
}

static void
on_republished (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;

  mien_publisher_publish_finish (MIEN_PUBLISHER (source), result, NULL, NULL, &error);
  on_taken_back (self, error);
}

static void
publish_former (MienEditorWindow *self)
{
  mien_publisher_publish_async (self->publisher, self->publishing, on_progress, self, self->publish_cancellable,
                                on_republished, g_object_ref (self));
}

static void
on_retracted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;

  mien_publisher_retract_finish (MIEN_PUBLISHER (source), result, &error);
  on_taken_back (self, error);
}

static void
retract (MienEditorWindow *self)
{
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->publish_progress));
  mien_publisher_retract_async (self->publisher, self->publish_cancellable, on_retracted, g_object_ref (self));
}

static const MienPublishErrand republication = { N_("Taking it back…"), publish_former, on_taken_back };
static const MienPublishErrand retraction = { N_("Taking it back…"), retract, on_taken_back };

void
mien_editor_window_undo_publish (MienEditorWindow *self)
{
  if (self->publishing != NULL || !self->was_published)
    return;
  if (self->published != NULL)
    send (self, self->published, &republication);
  else
    send (self, self->portrait, &retraction);
}
