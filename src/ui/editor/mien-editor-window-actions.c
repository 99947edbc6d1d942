/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>
#include <portrait-export.h>

#include "mien-file-choice.h"
#include "mien-file.h"

#define JPEG_QUALITY 92
#define TOAST_SECONDS 6

/* ---- Words to the user ---- */

/* What is said takes the place of what was said before: nothing waits for its turn until it is no longer true. */
void
mien_editor_window_tell (MienEditorWindow *self, const char *text, const char *button, const char *action)
{
  AdwToast *toast = adw_toast_new (text);

  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  g_set_weak_pointer (&self->toast, toast);
  adw_toast_set_timeout (toast, TOAST_SECONDS);
  if (button != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

/* A button "Undo" would undo another step than the one it stands beside. */
void
mien_editor_window_forget_undo_offer (MienEditorWindow *self)
{
  if (self->toast != NULL && g_strcmp0 (adw_toast_get_action_name (self->toast), "win.undo") == 0)
    adw_toast_dismiss (self->toast);
}

void
mien_editor_window_tell_error (MienEditorWindow *self, const char *what, const GError *error)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), what, error->message);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- S318-S320: the picture into a file ---- */

typedef struct
{
  GFile           *file;
  cairo_surface_t *portrait;
  PortraitFormat   format;
} SaveJob;

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  g_clear_object (&job->file);
  g_clear_pointer (&job->portrait, cairo_surface_destroy);
  g_free (job);
}

/* S318: an image file in memory; S320: in the place that the dialog said. */
static void
save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SaveJob *job = data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = portrait_export (job->portrait, job->format, JPEG_QUALITY, &error);
  gsize length;
  const char *content = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (content != NULL
      && g_file_replace_contents (job->file, content, length, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                                  cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_picture_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (source);
  SaveJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autofree char *name = g_file_get_basename (job->file);
      g_autofree char *text = g_strdup_printf (_("Saved as %s"), name);
      mien_editor_window_tell (self, text, NULL, NULL);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_editor_window_tell_error (self, _("The picture was not saved"), error);
}

static void
on_picture_taken (GObject *source, GAsyncResult *result, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (source);
  SaveJob *job = data;
  g_autoptr (GError) error = NULL;

  job->portrait = mien_editor_window_snapshot_finish (self, result, &error);
  if (job->portrait == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        mien_editor_window_tell_error (self, _("The picture was not saved"), error);
      save_job_free (job);
      return;
    }
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, on_picture_saved, NULL);
  g_task_set_task_data (task, job, save_job_free);
  g_task_run_in_thread (task, save_thread);
}

static void
on_picture_file (GFile *file, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);

  if (file == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  SaveJob *job = g_new0 (SaveJob, 1);
  g_autofree char *name = g_file_get_basename (file);
  job->format = PORTRAIT_FORMAT_PNG;
  if (portrait_format_from_suffix (name, &job->format))
    job->file = g_object_ref (file);
  else
    {
      /* No ending that says a format: PNG, and its name says so. */
      g_autoptr (GFile) folder = g_file_get_parent (file);
      g_autofree char *with_suffix = g_strconcat (name, ".png", NULL);
      job->file = folder != NULL ? g_file_get_child (folder, with_suffix) : g_object_ref (file);
    }
  mien_editor_window_snapshot_async (self, on_picture_taken, job);
}

static void
on_save_picture (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_file_choose (GTK_WINDOW (data), MIEN_FILE_SAVE_PICTURE, _("Portrait.png"), on_picture_file, g_object_ref (data));
}

/* ---- The look as a file ---- */

static void
on_look_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      g_autofree char *name = g_file_get_basename (G_FILE (source));
      g_autofree char *text = g_strdup_printf (_("Saved as %s"), name);
      mien_editor_window_tell (self, text, NULL, NULL);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_editor_window_tell_error (self, _("The look was not saved"), error);
}

static void
on_look_file (GFile *file, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);

  if (file == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  char *json = portrait_look_to_json (mien_draft_get_look (self->draft));
  g_autoptr (GBytes) bytes = g_bytes_new_take (json, strlen (json));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, self->cancellable,
                                       on_look_saved, g_object_ref (self));
}

static void
on_save_look (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_file_choose (GTK_WINDOW (data), MIEN_FILE_SAVE_LOOK, _("Portrait.mienlook"), on_look_file, g_object_ref (data));
}

/* The headshot of another person's look is not here: the layers then go onto this user's. */
static void
take_look (MienEditorWindow *self, PortraitLook *look)
{
  const PortraitLook *mine = mien_draft_get_look (self->draft);

  if (g_strcmp0 (portrait_look_get_headshot (look), portrait_look_get_headshot (mine)) != 0)
    {
      portrait_look_set_headshot (look, portrait_look_get_headshot (mine), portrait_look_get_face (mine));
      portrait_look_set_backdrop (look, portrait_look_get_backdrop (mine));
    }
  mien_editor_window_set_active (self, NULL);
  mien_draft_set_look (self->draft, look, _("Open Look"), NULL);

  guint missing = 0;
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);
  for (guint i = 0; i < portrait_look_get_n_layers (look); i++)
    if (catalogue == NULL || mien_catalogue_lookup (catalogue, portrait_look_get_layer (look, i)->avatar) == NULL)
      missing++;
  if (missing > 0)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("%u avatar of this look is not among yours",
                                                         "%u avatars of this look are not among yours", missing),
                                               missing);
      mien_editor_window_tell (self, text, NULL, NULL);
    }
}

static void
on_look_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mien_file_read_finish (result, &error);
  gsize length = 0;
  const char *json = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  g_autoptr (PortraitLook) look
      = bytes != NULL ? portrait_look_from_json (json != NULL ? json : "", (gssize)length, &error) : NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (look == NULL)
    mien_editor_window_tell_error (self, _("This look cannot be opened"), error);
  else
    take_look (self, look);
}

static void
on_open_file (GFile *file, gpointer data)
{
  g_autoptr (MienEditorWindow) self = MIEN_EDITOR_WINDOW (data);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;

  if (file == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (path == NULL)
    {
      g_autoptr (GError) error
          = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Copy the file to this computer first."));
      mien_editor_window_tell_error (self, _("This look cannot be opened"), error);
      return;
    }
  mien_file_read_async (path, PORTRAIT_LOOK_MAX_BYTES, self->cancellable, on_look_read, g_object_ref (self));
}

static void
on_open_look (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_file_choose (GTK_WINDOW (data), MIEN_FILE_OPEN_LOOK, NULL, on_open_file, g_object_ref (data));
}

/* ---- Undo and redo ---- */

static void
on_undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  mien_draft_end_merge (self->draft);
  mien_draft_undo (self->draft);
}

static void
on_redo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  mien_draft_end_merge (self->draft);
  mien_draft_redo (self->draft);
}

static void
set_tooltip (GtkWidget *button, const char *format, const char *plain, const char *label)
{
  g_autofree char *text = label != NULL ? g_strdup_printf (format, label) : g_strdup (plain);

  if (g_strcmp0 (text, gtk_widget_get_tooltip_text (button)) == 0)
    return;
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
enable (MienEditorWindow *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)), enabled);
}

void
mien_editor_window_update_actions (MienEditorWindow *self)
{
  const char *undo = mien_draft_get_undo_label (self->draft), *redo = mien_draft_get_redo_label (self->draft);
  gboolean has_headshot = self->shown_headshot != NULL;

  enable (self, "undo", undo != NULL);
  enable (self, "redo", redo != NULL);
  enable (self, "remove", self->active != NULL);
  enable (self, "close-adjust", self->active != NULL || mien_display_is_marking (MIEN_DISPLAY (self->display)));
  enable (self, "save-picture", has_headshot);
  enable (self, "crop", has_headshot);
  enable (self, "mark-eyes", has_headshot);
  enable (self, "publish", has_headshot && self->publishing == NULL);
  /* Translators: %s is a step such as "Put On Red Cap" */
  set_tooltip (self->undo, _("Undo: %s"), _("Undo"), undo);
  set_tooltip (self->redo, _("Redo: %s"), _("Redo"), redo);
}

/* ---- The others ---- */

static void
on_publish (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_editor_window_publish (MIEN_EDITOR_WINDOW (data));
}

static void
on_undo_publish (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_editor_window_undo_publish (MIEN_EDITOR_WINDOW (data));
}

static void
on_change_headshot (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_editor_window_change_headshot (MIEN_EDITOR_WINDOW (data), FALSE);
}

static void
on_paste_headshot (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_editor_window_paste_headshot (MIEN_EDITOR_WINDOW (data));
}

static void
on_crop (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  mien_editor_window_change_headshot (MIEN_EDITOR_WINDOW (data), TRUE);
}

static void
on_eyes_marked (MienDisplay *display, const PortraitPoint *left, const PortraitPoint *right, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);
  PortraitFace face;

  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
  if (portrait_face_init_eyes (left->x, left->y, right->x, right->y, 0, PORTRAIT_EYES_MARKED, &face))
    mien_editor_window_set_face (self, &face, _("Mark the Eyes"));
  else
    mien_editor_window_tell (self, _("The two eyes must be apart from each other"), _("Again"), "win.mark-eyes");
  mien_editor_window_update_actions (self);
}

static void
on_mark_eyes (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  mien_editor_window_set_active (self, NULL);
  mien_display_mark_eyes (MIEN_DISPLAY (self->display), on_eyes_marked, self);
  mien_editor_window_tell (self, _("Click on one eye, then on the other"), NULL, NULL);
  mien_editor_window_update_actions (self);
}

static void
on_close_adjust (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  if (mien_display_is_marking (MIEN_DISPLAY (self->display)))
    {
      mien_display_cancel_marking (MIEN_DISPLAY (self->display));
      if (self->toast != NULL)
        adw_toast_dismiss (self->toast);
    }
  else
    mien_editor_window_set_active (self, NULL);
  gtk_widget_grab_focus (self->display);
  mien_editor_window_update_actions (self);
}

static void
on_remove (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);
  g_autofree char *type = g_strdup (self->active);

  if (type != NULL)
    mien_editor_window_remove (self, type);
}

static void
on_page (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  MienRing *ring = MIEN_RING (MIEN_EDITOR_WINDOW (data)->ring);

  mien_ring_set_page (ring, mien_ring_get_page (ring)
                                + (g_str_equal (g_action_get_name (G_ACTION (action)), "next-page") ? 1 : -1));
}

static void
on_focus_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_widget_grab_focus (MIEN_EDITOR_WINDOW (data)->search_entry);
}

static void
on_clear_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_editable_set_text (GTK_EDITABLE (MIEN_EDITOR_WINDOW (data)->search_entry), "");
}

static void
on_close (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
}

void
mien_editor_window_add_actions (MienEditorWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "undo", .activate = on_undo },
    { .name = "redo", .activate = on_redo },
    { .name = "save-picture", .activate = on_save_picture },
    { .name = "save-look", .activate = on_save_look },
    { .name = "open-look", .activate = on_open_look },
    { .name = "publish", .activate = on_publish },
    { .name = "undo-publish", .activate = on_undo_publish },
    { .name = "change-headshot", .activate = on_change_headshot },
    { .name = "paste-headshot", .activate = on_paste_headshot },
    { .name = "crop", .activate = on_crop },
    { .name = "mark-eyes", .activate = on_mark_eyes },
    { .name = "close-adjust", .activate = on_close_adjust },
    { .name = "remove", .activate = on_remove },
    { .name = "next-page", .activate = on_page },
    { .name = "previous-page", .activate = on_page },
    { .name = "search", .activate = on_focus_search },
    { .name = "clear-search", .activate = on_clear_search },
    { .name = "close", .activate = on_close },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

void
mien_editor_window_bind_keys (GtkWidgetClass *widget_class)
{
  static const struct { guint key; GdkModifierType modifiers; const char *action; } keys[] = {
    { GDK_KEY_z, GDK_CONTROL_MASK, "win.undo" },
    { GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.redo" },
    { GDK_KEY_y, GDK_CONTROL_MASK, "win.redo" },
    { GDK_KEY_s, GDK_CONTROL_MASK, "win.save-picture" },
    { GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.save-look" },
    { GDK_KEY_o, GDK_CONTROL_MASK, "win.open-look" },
    { GDK_KEY_h, GDK_CONTROL_MASK, "win.change-headshot" },
    { GDK_KEY_v, GDK_CONTROL_MASK, "win.paste-headshot" },
    { GDK_KEY_e, GDK_CONTROL_MASK, "win.mark-eyes" },
    { GDK_KEY_f, GDK_CONTROL_MASK, "win.search" },
    { GDK_KEY_w, GDK_CONTROL_MASK, "win.close" },
    { GDK_KEY_Return, GDK_CONTROL_MASK, "win.publish" },
    { GDK_KEY_Page_Down, 0, "win.next-page" },
    { GDK_KEY_Page_Up, 0, "win.previous-page" },
    { GDK_KEY_Escape, 0, "win.close-adjust" },
    { GDK_KEY_Delete, 0, "win.remove" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].modifiers, keys[i].action, NULL);
}
