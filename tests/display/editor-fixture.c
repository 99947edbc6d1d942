/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "editor-fixture.h"

#include <string.h>

#include "folder.h"
#include "mien-accessible.h"
#include "mien-file-choice.h"
#include "mien-ring-item.h"

static AdwApplication *editor_app;
const char *editor_pack = MIEN_TEST_PACK;

void
editor_init (void)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  mien_accessible_mend_names ();
  editor_app = g_object_new (ADW_TYPE_APPLICATION, "application-id", "im.mien.Test", "flags", G_APPLICATION_NON_UNIQUE,
                             "resource-base-path", "/im/mien/Mien", NULL);
  g_application_register (G_APPLICATION (editor_app), NULL, NULL);
  if (g_getenv ("MIEN_TEST_DARK") != NULL)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
}

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

void
editor_open_draft (EditorFixture *self)
{
  g_autofree char *folder = g_build_filename (self->folder, "draft", NULL);
  gboolean done = FALSE;

  self->draft = mien_draft_new (folder);
  mien_draft_load_async (self->draft, NULL, on_loaded, &done);
  g_assert_true (test_wait (on_done_bool, &done, TEST_DISPLAY_DEADLINE_MS));
}

void
editor_open_window (EditorFixture *self)
{
  self->window = mien_editor_window_new (GTK_APPLICATION (editor_app), self->session, self->draft, self->wardrobe,
                                         self->gallery, self->publisher);
  self->editor = MIEN_EDITOR_WINDOW (self->window);
  const char *size = g_getenv ("MIEN_TEST_WINDOW");
  int width, height;
  if (size != NULL && sscanf (size, "%dx%d", &width, &height) == 2)
    gtk_window_set_default_size (GTK_WINDOW (self->window), width, height);
  gtk_window_present (GTK_WINDOW (self->window));
  test_focus_window (self->window);
  test_wait_until (self->editor->shown_headshot != NULL);
}

void
editor_set_up (EditorFixture *self, gconstpointer data)
{
  gboolean done = FALSE;

  self->folder = test_folder_new ("editor");
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL),
                  *avatars = g_build_filename (self->folder, "avatars", NULL);
  g_autofree char *portraits = g_build_filename (self->folder, "portraits", NULL);
  g_autoptr (XmppJid) jid = xmpp_jid_new ("alice@example.org", NULL);
  self->http = soup_session_new ();
  self->session = mien_session_new (jid, cache);
  self->wardrobe = mien_wardrobe_new (avatars, editor_pack, self->http);
  self->gallery = mien_gallery_new (self->session, portraits, self->http);
  self->publisher = mien_publisher_new (self->session, self->http);
  mien_wardrobe_load_async (self->wardrobe, NULL, on_loaded, &done);
  g_assert_true (test_wait (on_done_bool, &done, TEST_DISPLAY_DEADLINE_MS));
  editor_open_draft (self);
  editor_open_window (self);
}

void
editor_close_window (EditorFixture *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  self->window = NULL;
  test_settle ();
}

void
editor_tear_down (EditorFixture *self, gconstpointer data)
{
  if (self->window != NULL)
    g_assert_true (test_all_named (self->window));
  editor_close_window (self);
  mien_file_set_chooser (NULL);
  mien_draft_flush (self->draft);
  g_clear_object (&self->draft);
  g_clear_object (&self->publisher);
  g_clear_object (&self->gallery);
  g_clear_object (&self->wardrobe);
  g_clear_object (&self->session);
  g_clear_object (&self->http);
  test_settle ();
  test_folder_remove (self->folder);
}

/* A picture for somebody to look at, where a folder for them was given. */
void
editor_shoot (EditorFixture *self, const char *name)
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

const PortraitLook *
editor_get_look (EditorFixture *self)
{
  return mien_draft_get_look (self->draft);
}

GtkWidget *
editor_get_item (EditorFixture *self, const char *id)
{
  MienAvatar *avatar = mien_catalogue_lookup (mien_wardrobe_get_catalogue (self->wardrobe), id);

  g_assert_nonnull (avatar);
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (MIEN_IS_RING_ITEM (child) && mien_ring_item_get_avatar (MIEN_RING_ITEM (child)) == avatar)
      return child;
  return NULL;
}

/* The avatar of this place on the ring's page. */
MienAvatar *
editor_get_avatar_at (EditorFixture *self, guint index)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (MIEN_IS_RING_ITEM (child) && index-- == 0)
      return mien_ring_item_get_avatar (MIEN_RING_ITEM (child));
  return NULL;
}

void
editor_choose_type (EditorFixture *self, const char *type)
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
void
editor_pick (EditorFixture *self, guint index)
{
  MienAvatar *avatar = editor_get_avatar_at (self, index);

  g_assert_nonnull (avatar);
  test_click (editor_get_item (self, mien_avatar_get_id (avatar)));
  const char *type = mien_avatar_get_avatar_type (avatar)->name;
  test_wait_until (
      portrait_look_find_layer (editor_get_look (self), type) != NULL
      && g_str_equal (portrait_look_find_layer (editor_get_look (self), type)->avatar, mien_avatar_get_id (avatar)));
  test_wait_until (mien_editor_window_has_all_art (self->editor));
}

void
editor_write_photo (EditorFixture *self, const char *name, int width, int height)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, 0.2, 0.5, 0.8);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.9, 0.7, 0.2);
  cairo_rectangle (cr, 0, 0, width / 2.0, height / 2.0);
  cairo_fill (cr);
  cairo_destroy (cr);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
}
