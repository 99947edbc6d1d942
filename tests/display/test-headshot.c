/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "editor-fixture.h"

#include <glib/gstdio.h>
#include <math.h>

#include "mien-crop-page.h"
#include "mien-headshot-dialog.h"

/* S300: the ways by which a picture becomes the headshot: dropped, pasted, out of the Pictures folder; and how to
 * stop. */

static char *pictures;

static MienHeadshotDialog *
get_dialog (void)
{
  return MIEN_HEADSHOT_DIALOG (test_get_window (MIEN_TYPE_HEADSHOT_DIALOG));
}

static GtkWidget *
get_button (GtkWidget *root, const char *label)
{
  return gtk_widget_get_ancestor (test_get (root, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, label), GTK_TYPE_BUTTON);
}

/* The crop page came, with a photo of this shape; "Use It" makes it the headshot. */
static void
use (EditorFixture *self, MienHeadshotDialog *dialog, double ratio)
{
  g_autofree char *before = g_strdup (portrait_look_get_headshot (editor_get_look (self)));
  GtkWidget *button = get_button (GTK_WIDGET (dialog), "Use It");
  const MienCrop *crop
      = mien_crop_page_get_crop (MIEN_CROP_PAGE (test_get (GTK_WIDGET (dialog), MIEN_TYPE_CROP_PAGE,
                                                           GTK_ACCESSIBLE_ROLE_WIDGET, NULL)));

  test_wait_mapped (button);
  g_assert_true (test_all_named (GTK_WIDGET (dialog)));
  g_assert_cmpfloat (crop->side, >, 0);
  test_click (button);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (editor_get_look (self)), before) != 0);
  test_wait_until (self->editor->photo != NULL);
  g_assert_cmpfloat_with_epsilon ((double) cairo_image_surface_get_width (self->editor->photo)
                                      / cairo_image_surface_get_height (self->editor->photo), ratio, 0.01);
}

static GFile *
get_file (EditorFixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_file_new_for_path (path);
}

static GdkContentProvider *
provide_file (EditorFixture *self, const char *name)
{
  g_autoptr (GFile) file = get_file (self, name);
  GSList list = { file, NULL };
  GdkFileList *files = gdk_file_list_new_from_list (&list);
  GdkContentProvider *provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, files);

  g_boxed_free (GDK_TYPE_FILE_LIST, files);
  return provider;
}

/* A file manager stands beside: a window from which a file is dragged, with the pointer. */
static void
test_drop (EditorFixture *self, gconstpointer data)
{
  GtkWidget *manager = gtk_window_new ();
  GtkDragSource *source = gtk_drag_source_new ();
  int x, y;

  editor_write_photo (self, "dropped.png", 400, 200);
  g_autoptr (GdkContentProvider) content = provide_file (self, "dropped.png");
  gtk_drag_source_set_content (source, content);
  gtk_window_set_child (GTK_WINDOW (manager), gtk_label_new ("dropped.png"));
  gtk_widget_add_controller (manager, GTK_EVENT_CONTROLLER (source));
  gtk_window_set_default_size (GTK_WINDOW (manager), 160, 80);
  gtk_window_present (GTK_WINDOW (manager));
  test_focus_window (manager);

  test_hover (manager);
  test_press (1);
  test_wait_frame (manager);
  test_get_point (manager, 0.9, 0.9, &x, &y);
  test_move_to (x, y);
  test_wait_frame (manager);
  test_get_point (self->editor->display, 0.5, 0.5, &x, &y);
  for (int i = 0; i < 8 && !(gtk_widget_get_state_flags (self->editor->display) & GTK_STATE_FLAG_DROP_ACTIVE); i++)
    {
      test_move_to (x + i, y + i);
      for (int turn = 0; turn < 20; turn++)
        test_turn ();
    }
  test_wait_until (gtk_widget_get_state_flags (self->editor->display) & GTK_STATE_FLAG_DROP_ACTIVE);
  editor_shoot (self, "dropping");
  test_release (1);
  use (self, get_dialog (), 2);
  gtk_window_destroy (GTK_WINDOW (manager));
}

/* What another program puts into the clipboard: the bytes of a picture, a file, words. */
static void
test_paste (EditorFixture *self, gconstpointer data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (self->window);
  g_autofree char *content = NULL, *path = g_build_filename (self->folder, "pasted.png", NULL);
  gsize length;

  editor_write_photo (self, "pasted.png", 300, 400);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_autoptr (GBytes) bytes = g_bytes_new (content, length);
  g_autoptr (GdkContentProvider) picture = gdk_content_provider_new_for_bytes ("image/png", bytes);
  gdk_clipboard_set_content (clipboard, picture);
  gtk_widget_grab_focus (self->editor->display);
  test_key (GDK_KEY_v, GDK_CONTROL_MASK);
  use (self, get_dialog (), 0.75);

  test_focus_window (self->window);
  editor_write_photo (self, "copied.png", 600, 400);
  g_autoptr (GdkContentProvider) file = provide_file (self, "copied.png");
  gdk_clipboard_set_content (clipboard, file);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "change-headshot", NULL);
  MienHeadshotDialog *dialog = get_dialog ();
  test_focus_window (GTK_WIDGET (dialog));
  test_click (get_button (GTK_WIDGET (dialog), "Paste"));
  use (self, dialog, 1.5);

  test_focus_window (self->window);
  gdk_clipboard_set_text (clipboard, "words");
  gtk_widget_grab_focus (self->editor->display);
  test_key (GDK_KEY_v, GDK_CONTROL_MASK);
  dialog = get_dialog ();
  test_wait_until (mien_headshot_dialog_get_error (dialog) != NULL);
  g_assert_cmpstr (mien_headshot_dialog_get_error (dialog), ==, "There is no picture in the clipboard.");
  gtk_window_close (GTK_WINDOW (dialog));
}

/* A program that says it has a picture, and never gives it. */
typedef struct { GdkContentProvider parent; } Mute;
typedef struct { GdkContentProviderClass parent; } MuteClass;
GType mute_get_type (void);
G_DEFINE_TYPE (Mute, mute, GDK_TYPE_CONTENT_PROVIDER)

static GTask *mute_task;

static GdkContentFormats *
mute_ref_formats (GdkContentProvider *provider)
{
  return gdk_content_formats_new ((const char *[]) { "image/png" }, 1);
}

static void
mute_write (GdkContentProvider *provider, const char *type, GOutputStream *stream, int priority,
            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_clear_object (&mute_task);
  mute_task = g_task_new (provider, cancellable, callback, user_data);
  g_object_set_data_full (G_OBJECT (mute_task), "stream", g_object_ref (stream), g_object_unref);
}

static gboolean
mute_write_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mute_class_init (MuteClass *klass)
{
  klass->parent.ref_formats = mute_ref_formats;
  klass->parent.write_mime_type_async = mute_write;
  klass->parent.write_mime_type_finish = mute_write_finish;
}

static void
mute_init (Mute *self)
{
}

static void
test_cancel (EditorFixture *self, gconstpointer data)
{
  g_autoptr (GdkContentProvider) mute = g_object_new (mute_get_type (), NULL);

  gdk_clipboard_set_content (gtk_widget_get_clipboard (self->window), mute);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "change-headshot", NULL);
  MienHeadshotDialog *dialog = get_dialog ();
  test_focus_window (GTK_WIDGET (dialog));
  test_click (get_button (GTK_WIDGET (dialog), "Paste"));
  GtkWidget *label = test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET,
                               "Looking at the picture…");
  test_wait_mapped (label);
  test_click (get_button (GTK_WIDGET (dialog), "Cancel"));
  test_wait_gone (label);
  test_wait_mapped (get_button (GTK_WIDGET (dialog), "Paste"));
  g_assert_null (mien_headshot_dialog_get_error (dialog));

  /* Something else is chosen while it still hangs. */
  test_click (get_button (GTK_WIDGET (dialog), "Paste"));
  test_wait_mapped (label);
  editor_write_photo (self, "other.png", 200, 200);
  g_autoptr (GFile) other = get_file (self, "other.png");
  mien_headshot_dialog_open (dialog, other);
  use (self, dialog, 1);

  g_task_return_boolean (mute_task, FALSE);
  g_clear_object (&mute_task);
  test_settle ();
}

static void
test_pictures (EditorFixture *self, gconstpointer data)
{
  g_autofree char *words = g_build_filename (pictures, "notes.png", NULL);
  g_autofree char *folder = g_steal_pointer (&self->folder);

  self->folder = pictures;
  editor_write_photo (self, "On the beach.png", 500, 250);
  self->folder = g_steal_pointer (&folder);
  g_assert_true (g_file_set_contents (words, "no picture", -1, NULL));

  g_action_group_activate_action (G_ACTION_GROUP (self->window), "change-headshot", NULL);
  MienHeadshotDialog *dialog = get_dialog ();
  test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Your pictures");
  GtkWidget *button = test_get (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "On the beach.png");
  g_assert_null (test_find (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "notes.png"));
  g_assert_true (test_all_named (GTK_WIDGET (dialog)));
  /* It is below what is seen: the focus scrolls to it. */
  test_focus_window (GTK_WIDGET (dialog));
  gtk_widget_grab_focus (button);
  test_wait_frame (GTK_WIDGET (dialog));
  editor_shoot (self, "pictures");
  test_key (GDK_KEY_Return, 0);
  use (self, dialog, 2);
}

int
main (int argc, char **argv)
{
  test_display_init (&argc, &argv);
  editor_init ();
  pictures = g_build_filename (g_get_home_dir (), "Pictures", NULL);
  g_autofree char *dirs = g_build_filename (g_get_user_config_dir (), "user-dirs.dirs", NULL);
  g_mkdir_with_parents (pictures, 0700);
  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  g_assert_true (g_file_set_contents (dirs, "XDG_PICTURES_DIR=\"$HOME/Pictures\"\n", -1, NULL));

  g_test_add ("/headshot/drop", EditorFixture, NULL, editor_set_up, test_drop, editor_tear_down);
  g_test_add ("/headshot/paste", EditorFixture, NULL, editor_set_up, test_paste, editor_tear_down);
  g_test_add ("/headshot/cancel", EditorFixture, NULL, editor_set_up, test_cancel, editor_tear_down);
  g_test_add ("/headshot/pictures", EditorFixture, NULL, editor_set_up, test_pictures, editor_tear_down);

  int status = g_test_run ();
  g_free (pictures);
  return status;
}
