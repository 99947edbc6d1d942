/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>

#include "mien-headshot-dialog.h"
#include "mien-picture-paste.h"

/* S300-S306: where the headshot comes from. */

static void
on_headshot_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;

  if (!mien_draft_set_headshot_finish (MIEN_DRAFT (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_editor_window_tell_error (self, _("The headshot cannot be kept"), error);
}

/* ---- The first opening ---- */

static void
on_first_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;

  self->headshot_missing = FALSE;
  if (!mien_draft_set_headshot_finish (MIEN_DRAFT (source), result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        mien_editor_window_tell_error (self, _("The headshot cannot be kept"), error);
      return;
    }
  /* It is there to play with; nobody has made anything yet. */
  if (portrait_look_get_n_layers (mien_draft_get_look (self->draft)) == 0)
    mien_draft_mark_clean (self->draft);
  g_clear_pointer (&self->opened, portrait_look_free);
  self->opened = portrait_look_copy (mien_draft_get_look (self->draft));
  mien_editor_window_update_actions (self);
}

static void
on_first_drawn (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface = mien_wardrobe_render_headshot_finish (MIEN_WARDROBE (source), result, &error);

  if (surface == NULL)
    {
      self->headshot_missing = FALSE;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("The first headshot cannot be drawn: %s", error->message);
      return;
    }
  const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (mien_wardrobe_get_catalogue (self->wardrobe), 0);
  PortraitFace face;
  portrait_face_init_eyes (drawn->eyes[0], drawn->eyes[1], drawn->eyes[2], drawn->eyes[3], 0, PORTRAIT_EYES_MARKED,
                           &face);
  mien_draft_set_headshot_async (self->draft, surface, &face, drawn->backdrop, self->cancellable, on_first_set,
                                 g_object_ref (self));
  cairo_surface_destroy (surface);
}

/* First opening: a drawn headshot, so that nothing is empty. */
void
mien_editor_window_init_headshot (MienEditorWindow *self)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  if (portrait_look_get_headshot (mien_draft_get_look (self->draft)) != NULL || self->headshot_missing
      || catalogue == NULL || mien_catalogue_get_n_headshots (catalogue) == 0)
    return;
  self->headshot_missing = TRUE;
  mien_wardrobe_render_headshot_async (self->wardrobe, mien_catalogue_get_headshot (catalogue, 0),
                                       PORTRAIT_STANDARD_SIZE, self->cancellable, on_first_drawn, g_object_ref (self));
}

/* ---- Change and crop ---- */

/* S302-S306: what the dialog cut out, at the standard size, with its face. */
static void
on_chosen (MienHeadshotDialog *dialog, MienEditorWindow *self)
{
  PortraitFace face;
  guint32 backdrop;
  cairo_surface_t *headshot = mien_headshot_dialog_get_headshot (dialog, &face, &backdrop);

  g_clear_pointer (&self->photo, cairo_surface_destroy);
  self->photo = mien_headshot_dialog_get_photo (dialog, &self->crop);
  /* A headshot that was cut once more is what the next crop begins with, like a drawn one. */
  if (self->photo != NULL && self->photo == self->shown_headshot)
    self->photo = NULL;
  if (self->photo != NULL)
    cairo_surface_reference (self->photo);
  mien_editor_window_set_active (self, NULL);
  mien_draft_set_headshot_async (self->draft, headshot, &face, backdrop, self->cancellable, on_headshot_set,
                                 g_object_ref (self));
}

static MienHeadshotDialog *
new_dialog (MienEditorWindow *self)
{
  GtkWidget *dialog = mien_headshot_dialog_new (GTK_WINDOW (self), self->wardrobe);

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (on_chosen), self, 0);
  return MIEN_HEADSHOT_DIALOG (dialog);
}

/* S300: the dialog; with @crop at once on its second page, with the photo that the headshot was cut from. */
void
mien_editor_window_change_headshot (MienEditorWindow *self, gboolean crop)
{
  const PortraitLook *look = mien_draft_get_look (self->draft);
  MienHeadshotDialog *dialog = new_dialog (self);

  if (crop && self->photo != NULL)
    mien_headshot_dialog_crop (dialog, self->photo, &self->crop, NULL,
                               portrait_look_get_backdrop (look));
  else if (crop && self->shown_headshot != NULL)
    mien_headshot_dialog_crop (dialog, self->shown_headshot, NULL, portrait_look_get_face (look),
                               portrait_look_get_backdrop (look));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* A photo dropped on the display window. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, MienEditorWindow *self)
{
  g_autoptr (GFile) file = mien_picture_get_first_file (value);

  if (file == NULL)
    return FALSE;
  MienHeadshotDialog *dialog = new_dialog (self);
  gtk_window_present (GTK_WINDOW (dialog));
  mien_headshot_dialog_open (dialog, file);
  return TRUE;
}

void
mien_editor_window_accept_drops (MienEditorWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (self->display, GTK_EVENT_CONTROLLER (drop));
}

void
mien_editor_window_paste_headshot (MienEditorWindow *self)
{
  MienHeadshotDialog *dialog = new_dialog (self);

  gtk_window_present (GTK_WINDOW (dialog));
  mien_headshot_dialog_paste (dialog);
}
