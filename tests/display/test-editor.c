/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "display.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "folder.h"
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
  self->window = mien_editor_window_new (GTK_APPLICATION (app), self->session, self->draft, self->wardrobe,
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

static void
set_up (Fixture *self, gconstpointer data)
{
  gboolean done = FALSE;

  self->folder = test_folder_new ("editor");
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL),
                  *avatars = g_build_filename (self->folder, "avatars", NULL);
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
tear_down (Fixture *self, gconstpointer data)
{
  close_window (self);
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
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (MIEN_IS_RING_ITEM (child) && mien_ring_item_get_avatar (MIEN_RING_ITEM (child)) == avatar)
      return child;
  return NULL;
}

/* The avatar of this place on the ring's page. */
static MienAvatar *
get_avatar_at (Fixture *self, guint index)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->editor->ring); child != NULL;
       child = gtk_widget_get_next_sibling (child))
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
  test_wait_until (
      portrait_look_find_layer (get_look (self), type) != NULL
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

/* One toast at a time, and "Undo" only for the step that was the last. */
static void
test_toasts (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  pick (self, 1);
  test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo");
  choose_type (self, "glasses");
  pick (self, 0);
  test_wait_until (test_find (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo") == NULL);

  mien_editor_window_remove (self->editor, "glasses");
  test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "mark-eyes", NULL);
  test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Click on one eye, then on the other");
}

/* S3141-S3143: a slider moves the layer, and the picture with it; one drag is one step of undo. */
static void
test_slider (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  PortraitPlacement before = portrait_look_get_layer (get_look (self), 0)->placement;
  GtkWidget *slider = test_get (self->editor->panel, GTK_TYPE_SCALE, GTK_ACCESSIBLE_ROLE_WIDGET, "X");
  test_wait_frame (self->window);
  cairo_surface_t *one = test_capture_widget (self->editor->display);
  test_drag (slider, 0.5, 0.5, 25, 0);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.x > before.x);
  g_assert_true (portrait_look_get_layer (get_look (self), 0)->placed_by_hand);
  test_wait_frame (self->window);
  cairo_surface_t *other = test_capture_widget (self->editor->display);
  g_assert_cmpfloat (test_difference (one, other, 20), >, 0.01);
  cairo_surface_destroy (one);
  cairo_surface_destroy (other);

  gtk_widget_grab_focus (self->editor->display);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.x == before.x);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.x > before.x);
  /* Undone and undone once more: the hat is gone, and its panel with it. */
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.x == before.x);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_n_layers (get_look (self)) == 0);
  g_assert_null (self->editor->active);
  /* The drawn headshot that was there first stays. */
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_settle ();
  g_assert_nonnull (portrait_look_get_headshot (get_look (self)));
}

/* S3141 on the picture: dragged, by arrow keys, turned down by a click on the empty ground. */
static void
test_on_the_picture (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  test_drag (self->editor->display, 0.5, 0.2, 40, 20);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.x > 0.05);
  double y = portrait_look_get_layer (get_look (self), 0)->placement.y;
  g_assert_true (gtk_widget_has_focus (self->editor->display));
  test_key (GDK_KEY_Down, 0);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.y > y);
  y = portrait_look_get_layer (get_look (self), 0)->placement.y;
  test_key (GDK_KEY_Down, GDK_SHIFT_MASK);
  test_wait_until (portrait_look_get_layer (get_look (self), 0)->placement.y > y + 9 * portrait_control_y.step);
  test_click_at (self->editor->display, 0.04, 0.04, GDK_BUTTON_PRIMARY);
  test_wait_until (self->editor->active == NULL);
  test_click_at (self->editor->display, 0.6, 0.24, GDK_BUTTON_PRIMARY);
  test_wait_until (g_strcmp0 (self->editor->active, "hat") == 0);
  test_key (GDK_KEY_Delete, 0);
  test_wait_until (portrait_look_get_n_layers (get_look (self)) == 0);
}

/* S3161-S3162: closing the panel takes the snapshot, which has the hat. */
static void
test_snapshot (Fixture *self, gconstpointer data)
{
  test_wait_until (self->editor->portrait != NULL);
  cairo_surface_t *bare = cairo_surface_reference (self->editor->portrait);
  pick (self, 0);
  test_click (test_get (self->editor->panel, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Close the adjustment"));
  test_wait_until (self->editor->active == NULL);
  test_wait_until (self->editor->portrait != bare && !self->editor->snapshot_stale && !self->editor->snapshot_running);
  g_assert_cmpint (cairo_image_surface_get_width (self->editor->portrait), ==, PORTRAIT_STANDARD_SIZE);
  g_assert_cmpfloat (test_difference (bare, self->editor->portrait, 20), >, 0.02);
  cairo_surface_destroy (bare);
}

/* A new window on the same folder has everything. */
static void
test_crash (Fixture *self, gconstpointer data)
{
  pick (self, 2);
  test_key (GDK_KEY_Escape, 0);
  g_autoptr (PortraitLook) look = portrait_look_copy (get_look (self));
  /* Nothing is said to the draft: what a crash leaves is what is on the disk a moment later. */
  MienDraft *crashed = g_steal_pointer (&self->draft);
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
  gboolean same = FALSE;
  while (!same && g_get_monotonic_time () < deadline)
    {
      test_turn ();
      open_draft (self);
      same = portrait_look_equal (look, get_look (self));
      if (!same)
        g_clear_object (&self->draft);
    }
  g_assert_true (same);
  g_assert_true (mien_draft_is_dirty (self->draft));
  close_window (self);
  open_window (self);
  g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (self->editor->draft)), ==, 1);
  test_get (self->editor->wearing_list, GTK_TYPE_LIST_BOX_ROW, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);
  g_object_unref (crashed);
}

static void
test_keyboard (Fixture *self, gconstpointer data)
{
  MienRing *ring = MIEN_RING (self->editor->ring);

  g_assert_cmpint (mien_ring_get_n_pages (ring), ==, 2);
  test_key (GDK_KEY_Page_Down, 0);
  test_wait_until (mien_ring_get_page (ring) == 1);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->page_label)), ==, "2 / 2");
  shoot (self, "page-2");
  test_key (GDK_KEY_Page_Up, 0);
  test_wait_until (mien_ring_get_page (ring) == 0);

  /* Each avatar has a name, can be reached, and is picked by Return. */
  MienAvatar *avatar = get_avatar_at (self, 1);
  GtkWidget *item = get_item (self, mien_avatar_get_id (avatar));
  g_assert_true (test_is_named (item, mien_avatar_get_name (avatar)));
  gtk_widget_grab_focus (item);
  test_key (GDK_KEY_Right, 0);
  test_wait_frame (self->window);
  test_key (GDK_KEY_Return, 0);
  test_wait_until (g_strcmp0 (self->editor->active, "hat") == 0);
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (self->editor->active == NULL);

  test_key (GDK_KEY_f, GDK_CONTROL_MASK);
  test_type ("crown");
  test_wait_until (get_avatar_at (self, 0) != NULL
                   && g_str_has_prefix (mien_avatar_get_id (get_avatar_at (self, 0)), "hat-crown"));
  shoot (self, "search");
  test_type ("zzz");
  test_wait_until (g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (self->editor->pager)), "empty") == 0);
  g_assert_null (get_avatar_at (self, 0));
  shoot (self, "search-empty");
  test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Clear Search"));
  test_wait_until (get_avatar_at (self, 11) != NULL);
}

/* ---- Files ---- */

static GFile *answer_file;

static void
answer (GtkWindow *parent, MienFileQuestion question, const char *suggested_name, MienFileAnswer done, gpointer data)
{
  done (answer_file, data);
}

static void
answer_with (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_clear_object (&answer_file);
  answer_file = g_file_new_for_path (path);
  mien_file_set_chooser (answer);
}

static void
write_file (Fixture *self, const char *name, const char *content, gssize length)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, length, &error);
  g_assert_no_error (error);
}

static void
test_save (Fixture *self, gconstpointer data)
{
  static const struct { const char *name, *written, *start;
  } cases[] = {
    { "a.png", "a.png", "\x89PNG" },
    { "a.jpg", "a.jpg", "\xff\xd8\xff" },
    { "a.bmp", "a.bmp", "BM" },
    { "plain", "plain.png", "\x89PNG" },
  };

  pick (self, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, cases[i].written, NULL), *content = NULL;
      answer_with (self, cases[i].name);
      g_action_group_activate_action (G_ACTION_GROUP (self->window), "save-picture", NULL);
      test_wait_until (g_file_get_contents (path, &content, NULL, NULL));
      g_assert_cmpint (memcmp (content, cases[i].start, strlen (cases[i].start)), ==, 0);
    }

  answer_with (self, "a.mienlook");
  g_autofree char *path = g_build_filename (self->folder, "a.mienlook", NULL), *json = NULL;
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "save-look", NULL);
  test_wait_until (g_file_get_contents (path, &json, NULL, NULL) && strchr (json, '}') != NULL);
  g_autoptr (PortraitLook) look = portrait_look_from_json (json, -1, NULL);
  g_assert_true (portrait_look_equal (look, get_look (self)));

  /* Taken off, and opened again. */
  mien_editor_window_remove (self->editor, "hat");
  g_assert_cmpuint (portrait_look_get_n_layers (get_look (self)), ==, 0);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
  test_wait_until (portrait_look_equal (look, get_look (self)));
}

static GtkWidget *
get_message (Fixture *self)
{
  return test_get_window (ADW_TYPE_MESSAGE_DIALOG);
}

static void
answer_message (GtkWidget *dialog, const char *response)
{
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  test_click (gtk_widget_get_ancestor (test_get (dialog, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, response),
                                       GTK_TYPE_BUTTON));
  test_wait_until (dialog == NULL);
}

static void
test_bad_look (Fixture *self, gconstpointer data)
{
  static const struct { const char *json, *word; } cases[] = {
    { "{\"mien-look\": 99}", "newer" },
    { "{\"mien-look\": 1, \"layers\": 3}", "layers" },
    { "not JSON", NULL },
    { "", NULL },
  };
  g_autoptr (PortraitLook) before = portrait_look_copy (get_look (self));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (self, "bad.mienlook", cases[i].json, -1);
      answer_with (self, "bad.mienlook");
      g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
      GtkWidget *dialog = get_message (self);
      if (cases[i].word != NULL)
        g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), cases[i].word));
      if (i == 1)
        shoot (self, "bad-look");
      gtk_window_destroy (GTK_WINDOW (dialog));
      test_settle ();
      g_assert_true (portrait_look_equal (before, get_look (self)));
    }

  /* An avatar that the catalogue does not have is kept, and said to be missing. */
  write_file (self, "other.mienlook",
              "{\"mien-look\": 1, \"layers\": [{\"type\": \"hat\", \"avatar\": \"hat-of-others\"}]}", -1);
  answer_with (self, "other.mienlook");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
  test_wait_until (portrait_look_get_n_layers (get_look (self)) == 1);
  g_assert_nonnull (portrait_look_get_headshot (get_look (self)));
  test_get (self->editor->wearing_list, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Not among your avatars");
  shoot (self, "missing");
}

/* ---- S300 ---- */

static MienHeadshotDialog *
open_dialog (Fixture *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "change-headshot", NULL);
  return MIEN_HEADSHOT_DIALOG (test_get_window (MIEN_TYPE_HEADSHOT_DIALOG));
}

static void
write_photo (Fixture *self, const char *name, int width, int height)
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

static void
test_headshot_errors (Fixture *self, gconstpointer data)
{
  static const guint8 huge[]
      = { 0x89, 'P',  'N',  'G', 13, 10, 26, 10, 0,    0,    0,    13,   'I', 'H', 'D', 'R', 0,   0,   0x75, 0x30, 0,
          0,    0x75, 0x30, 8,   2,  0,  0,  0,  0xd4, 0xd4, 0xd4, 0xd4, 0,   0,   0,   0,   'I', 'D', 'A',  'T' };
  g_autofree char *content = NULL, *path = g_build_filename (self->folder, "good.png", NULL);
  gsize length;

  write_photo (self, "good.png", 400, 300);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  write_file (self, "cut.png", content, (gssize) length / 2);
  write_file (self, "huge.png", (const char *) huge, sizeof huge);
  write_file (self, "words.png", "These are words and no picture.", -1);
  write_file (self, "bomb.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><use href=\"#a\"/></svg>", -1);
  write_file (self, "empty.png", "", 0);

  g_autoptr (PortraitLook) before = portrait_look_copy (get_look (self));
  MienHeadshotDialog *dialog = open_dialog (self);
  test_wait_frame (GTK_WIDGET (dialog));
  shoot (self, "headshot");
  static const char * const names[] = { "cut.png", "huge.png", "words.png", "bomb.svg", "empty.png", "not-there.png" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      answer_with (self, names[i]);
      test_click (gtk_widget_get_ancestor (
          test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Open a Photo…"),
          GTK_TYPE_BUTTON));
      test_wait_until (mien_headshot_dialog_get_error (dialog) != NULL);
      g_test_message ("%s: %s", names[i], mien_headshot_dialog_get_error (dialog));
      if (i == 1)
        {
          shoot (self, "headshot-error");
          g_assert_nonnull (strstr (mien_headshot_dialog_get_error (dialog), "30"));
        }
    }
  gtk_window_close (GTK_WINDOW (dialog));
  test_settle ();
  g_assert_true (portrait_look_equal (before, get_look (self)));
}

static void
test_headshot_crop (Fixture *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (portrait_look_get_headshot (get_look (self)));
  const char *given = g_getenv ("MIEN_TEST_PHOTO");

  write_photo (self, "good.png", 400, 300);
  MienHeadshotDialog *dialog = open_dialog (self);
  g_autofree char *path = given != NULL ? g_strdup (given) : g_build_filename (self->folder, "good.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  mien_headshot_dialog_open (dialog, file);
  GtkWidget *use = gtk_widget_get_ancestor (
      test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Use It"), GTK_TYPE_BUTTON);
  test_wait_mapped (use);
  shoot (self, "crop");
  test_click (test_get (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Turn right"));
  test_drag (test_get (GTK_WIDGET (dialog), GTK_TYPE_SCALE, GTK_ACCESSIBLE_ROLE_WIDGET, "Tilt"), 0.5, 0.4, 30, 0);
  shoot (self, "crop-turned");
  test_click (use);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (get_look (self)), before) != 0);
  test_wait_until (self->editor->shown_headshot != NULL
                   && cairo_image_surface_get_width (self->editor->shown_headshot) == PORTRAIT_STANDARD_SIZE);
  g_assert_nonnull (self->editor->photo);
  shoot (self, "new-headshot");
  /* Undone: the former one is shown again. */
  test_focus_window (self->window);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "undo", NULL);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (get_look (self)), before) == 0
                   && self->editor->shown_headshot != NULL);
}

static void
test_drawn_headshot (Fixture *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (portrait_look_get_headshot (get_look (self)));
  const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (mien_wardrobe_get_catalogue (self->wardrobe), 1);
  MienHeadshotDialog *dialog = open_dialog (self);

  test_click (test_get (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, drawn->name));
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (get_look (self)), before) != 0);
  g_assert_cmpfloat (fabs (portrait_look_get_face (get_look (self))->left_eye.x - drawn->eyes[0]), <, 1e-6);
}

/* Marked eyes move what nobody placed, and leave in place what somebody did. */
static void
test_mark_eyes (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  choose_type (self, "glasses");
  pick (self, 0);
  test_key (GDK_KEY_Escape, 0);
  PortraitPlacement placement = portrait_look_find_layer (get_look (self), "hat")->placement;
  placement.tilt += 10;
  g_autoptr (PortraitLook) look = portrait_look_copy (get_look (self));
  portrait_look_set_placement (look, "hat", &placement);
  mien_draft_set_look (self->draft, look, "test", NULL);

  const PortraitLayer *hat = portrait_look_find_layer (get_look (self), "hat");
  PortraitAffine before, after;
  portrait_placement_map (hat->type, portrait_look_get_face (get_look (self)), &hat->placement, 960, &before);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "mark-eyes", NULL);
  test_click_at (self->editor->display, 0.62, 0.5, GDK_BUTTON_PRIMARY);
  shoot (self, "marking");
  test_click_at (self->editor->display, 0.38, 0.46, GDK_BUTTON_PRIMARY);
  test_wait_until (portrait_look_get_face (get_look (self))->source == PORTRAIT_EYES_MARKED
                   && fabs (portrait_look_get_face (get_look (self))->left_eye.x - 0.38) < 0.02);
  hat = portrait_look_find_layer (get_look (self), "hat");
  portrait_placement_map (hat->type, portrait_look_get_face (get_look (self)), &hat->placement, 960, &after);
  g_assert_true (portrait_affine_near (&before, &after, 1e-3));
  g_assert_false (portrait_look_find_layer (get_look (self), "glasses")->placed_by_hand);
  shoot (self, "marked");
}

/* ---- Publishing without a server, closing ---- */

static void
test_publish_offline (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  g_autoptr (PortraitLook) look = portrait_look_copy (get_look (self));
  test_click (self->editor->publish);
  GtkWidget *retry = gtk_widget_get_ancestor (
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Retry"), GTK_TYPE_BUTTON);
  test_wait_mapped (retry);
  shoot (self, "publish-failed");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->publish_text)), ==, "Your portrait was not published");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->publish_detail)), !=, "");
  g_assert_true (portrait_look_equal (look, get_look (self)));
  g_assert_true (mien_draft_is_dirty (self->draft));
  test_click (retry);
  test_wait_until (self->editor->publishing == NULL && gtk_widget_get_mapped (retry));
}

static void
test_closing (Fixture *self, gconstpointer data)
{
  pick (self, 0);
  test_key (GDK_KEY_w, GDK_CONTROL_MASK);
  GtkWidget *dialog = get_message (self);
  shoot (self, "closing");
  answer_message (dialog, "Cancel");
  g_assert_true (gtk_widget_get_visible (self->window));

  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_close (GTK_WINDOW (self->window));
  answer_message (get_message (self), "Discard Changes");
  test_wait_until (self->window == NULL);
  g_assert_cmpuint (portrait_look_get_n_layers (get_look (self)), ==, 0);

  /* Nothing was done: nothing is asked. */
  open_window (self);
  test_wait_frame (self->window);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_close (GTK_WINDOW (self->window));
  test_wait_until (self->window == NULL);
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

  static const struct { const char *path; void (*func) (Fixture *self, gconstpointer data); } tests[] = {
    { "/editor/toasts", test_toasts },
    { "/editor/slider", test_slider },
    { "/editor/on-the-picture", test_on_the_picture },
    { "/editor/snapshot", test_snapshot },
    { "/editor/crash", test_crash },
    { "/editor/keyboard", test_keyboard },
    { "/editor/save", test_save },
    { "/editor/bad-look", test_bad_look },
    { "/editor/headshot/errors", test_headshot_errors },
    { "/editor/headshot/crop", test_headshot_crop },
    { "/editor/headshot/drawn", test_drawn_headshot },
    { "/editor/mark-eyes", test_mark_eyes },
    { "/editor/publish-offline", test_publish_offline },
    { "/editor/closing", test_closing },
  };
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);

  int status = g_test_run ();
  g_clear_object (&answer_file);
  return status;
}
