/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "display.h"

#include <glib/gstdio.h>

#include "mien-adjust-panel.h"
#include "mien-display.h"
#include "mien-editor-window-private.h"
#include "mien-file-choice.h"
#include "mien-headshot-dialog.h"
#include "mien-ring-item.h"

/* The editor as a user has it, by pointer and keys, on the starter pack and without a server. */

static AdwApplication *app;

typedef struct
{
  char          *folder;
  SoupSession   *http;
  MienSession   *session;
  MienWardrobe  *wardrobe;
  MienGallery   *gallery;
  MienPublisher *publisher;
  MienDraft     *draft;
  GtkWidget     *window;
  MienEditorWindow *editor;
} Fixture;

static gboolean
on_done_bool (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = MIEN_IS_DRAFT (source) ? mien_draft_load_finish (MIEN_DRAFT (source), result, &error)
                                       : mien_wardrobe_load_finish (MIEN_WARDROBE (source), result, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  *(gboolean *) data = TRUE;
}

static void
open_draft (Fixture *self)
{
  g_autofree char *folder = g_build_filename (self->folder, "draft", NULL);
  gboolean done = FALSE;

  self->draft = mien_draft_new (folder);
  mien_draft_load_async (self->draft, NULL, on_loaded, &done);
  g_assert_true (test_wait (on_done_bool, &done, TEST_DISPLAY_DEADLINE_MS));
}

static void
open_window (Fixture *self)
{
  self->window = mien_editor_window_new (GTK_APPLICATION (app), self->session, self->draft, self->wardrobe, self->gallery, self->publisher);
  self->editor = MIEN_EDITOR_WINDOW (self->window);
  const char *size = g_getenv ("MIEN_TEST_WINDOW");
  int width, height;
  if (size != NULL && sscanf (size, "%dx%d", &width, &height) == 2)
    gtk_window_set_default_size (GTK_WINDOW (self->window), width, height);
  gtk_window_present (GTK_WINDOW (self->window));
  test_focus_window (self->window);
  test_wait_until (self->editor->shown_headshot != NULL);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  gboolean done = FALSE;

  self->folder = g_dir_make_tmp ("mien-editor-XXXXXX", NULL);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL), *avatars = g_build_filename (self->folder, "avatars", NULL);
  g_autofree char *portraits = g_build_filename (self->folder, "portraits", NULL);
  g_autoptr (XmppJid) jid = xmpp_jid_new ("alice@example.org", NULL);
  self->http = soup_session_new ();
  self->session = mien_session_new (jid, cache);
  self->wardrobe = mien_wardrobe_new (avatars, MIEN_TEST_PACK, self->http);
  self->gallery = mien_gallery_new (self->session, portraits, self->http);
  self->publisher = mien_publisher_new (self->session, self->http);
  mien_wardrobe_load_async (self->wardrobe, NULL, on_loaded, &done);
  g_assert_true (test_wait (on_done_bool, &done, TEST_DISPLAY_DEADLINE_MS));
  open_draft (self);
  open_window (self);
}

static void
close_window (Fixture *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  self->window = NULL;
  test_settle ();
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_tree (child);
      else
        g_remove (child);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_window (self);
  mien_file_set_chooser (NULL);
  g_clear_object (&self->draft);
  g_clear_object (&self->publisher);
  g_clear_object (&self->gallery);
  g_clear_object (&self->wardrobe);
  g_clear_object (&self->session);
  g_clear_object (&self->http);
  test_settle ();
  remove_tree (self->folder);
  g_free (self->folder);
}

/* A picture for somebody to look at, where a folder for them was given. */
static void
shoot (Fixture *self, const char *name)
{
  const char *folder = g_getenv ("MIEN_TEST_SHOTS");

  if (folder == NULL)
    return;
  g_autofree char *path = g_strconcat (folder, "/", name, ".png", NULL);
  for (int i = 0; i < 60; i++)
    test_turn ();
  test_wait_frame (self->window);
  test_screenshot (path);
}

static const PortraitLook *
get_look (Fixture *self)
{
  return mien_draft_get_look (self->draft);
}

static GtkWidget *
get_item (Fixture *self, const char *id)
{
  MienAvatar *avatar = mien_catalogue_lookup (mien_wardrobe_get_catalogue (self->wardrobe), id);

  g_assert_nonnull (avatar);
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (MIEN_IS_RING_ITEM (child) && mien_ring_item_get_avatar (MIEN_RING_ITEM (child)) == avatar)
      return child;
  return NULL;
}

/* The avatar of this place on the ring's page. */
static MienAvatar *
get_avatar_at (Fixture *self, guint index)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (MIEN_IS_RING_ITEM (child) && index-- == 0)
      return mien_ring_item_get_avatar (MIEN_RING_ITEM (child));
  return NULL;
}

static void
choose_type (Fixture *self, const char *type)
{
  GtkWidget *row = gtk_widget_get_first_child (self->editor->types);

  while (row != NULL && g_strcmp0 (gtk_widget_get_name (row), type) != 0)
    row = gtk_widget_get_next_sibling (row);
  g_assert_nonnull (row);
  test_click (row);
  test_wait_until (self->editor->type != NULL && g_str_equal (self->editor->type->name, type));
  test_wait_frame (self->window);
}

/* Picks from the ring by a click, and waits for the layer's sharp picture. */
static void
pick (Fixture *self, guint index)
{
  MienAvatar *avatar = get_avatar_at (self, index);

  g_assert_nonnull (avatar);
  test_click (get_item (self, mien_avatar_get_id (avatar)));
  const char *type = mien_avatar_get_avatar_type (avatar)->name;
  test_wait_until (portrait_look_find_layer (get_look (self), type) != NULL
                   && g_str_equal (portrait_look_find_layer (get_look (self), type)->avatar, mien_avatar_get_id (avatar)));
  test_wait_until (mien_editor_window_has_all_art (self->editor));
}

/* S3102: a second hat replaces the first; "Undo" brings it back. */
static void
test_one_of_a_type (Fixture *self, gconstpointer data)
{
  shoot (self, "first");
  pick (self, 0);
  g_assert_cmpuint (portrait_look_get_n_layers (get_look (self)), ==, 1);
  g_assert_cmpstr (self->editor->active, ==, "hat");
  g_autofree char *first = g_strdup (portrait_look_get_layer (get_look (self), 0)->avatar);
  shoot (self, "adjust");

  pick (self, 3);
  g_assert_cmpuint (portrait_look_get_n_layers (get_look (self)), ==, 1);
  g_assert_cmpstr (portrait_look_get_layer (get_look (self), 0)->avatar, !=, first);
  shoot (self, "replaced");
  test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo"));
  test_wait_until (g_str_equal (portrait_look_get_layer (get_look (self), 0)->avatar, first));

  choose_type (self, "glasses");
  pick (self, 1);
  g_assert_cmpuint (portrait_look_get_n_layers (get_look (self)), ==, 2);
  choose_type (self, "coat");
  pick (self, 2);
  choose_type (self, "background");
  pick (self, 2);
  shoot (self, "dressed");
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (self->editor->active == NULL);
  test_wait_until (!self->editor->snapshot_running && !self->editor->snapshot_stale);
  shoot (self, "closed");
}

int
main (int argc, char **argv)
{
  test_display_init (&argc, &argv);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  app = g_object_new (ADW_TYPE_APPLICATION, "application-id", "im.mien.Test", "flags", G_APPLICATION_NON_UNIQUE,
                      "resource-base-path", "/im/mien/Mien", NULL);
  g_application_register (G_APPLICATION (app), NULL, NULL);
  if (g_getenv ("MIEN_TEST_DARK") != NULL)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);

  g_test_add ("/editor/one-of-a-type", Fixture, NULL, set_up, test_one_of_a_type, tear_down);

  return g_test_run ();
}
