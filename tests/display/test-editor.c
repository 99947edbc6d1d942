/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "editor-fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "folder.h"
#include "mien-adjust-panel.h"
#include "mien-display.h"
#include "mien-file-choice.h"
#include "mien-headshot-dialog.h"
#include "mien-ring-item.h"

/* S3102: a second hat replaces the first; "Undo" brings it back. */
static void
test_one_of_a_type (EditorFixture *self, gconstpointer data)
{
  editor_shoot (self, "first");
  editor_pick (self, 0);
  g_assert_cmpuint (portrait_look_get_n_layers (editor_get_look (self)), ==, 1);
  g_assert_cmpstr (self->editor->active, ==, "hat");
  g_autofree char *first = g_strdup (portrait_look_get_layer (editor_get_look (self), 0)->avatar);
  editor_shoot (self, "adjust");

  editor_pick (self, 3);
  g_assert_cmpuint (portrait_look_get_n_layers (editor_get_look (self)), ==, 1);
  g_assert_cmpstr (portrait_look_get_layer (editor_get_look (self), 0)->avatar, !=, first);
  editor_shoot (self, "replaced");
  test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo"));
  test_wait_until (g_str_equal (portrait_look_get_layer (editor_get_look (self), 0)->avatar, first));

  editor_choose_type (self, "glasses");
  editor_pick (self, 1);
  g_assert_cmpuint (portrait_look_get_n_layers (editor_get_look (self)), ==, 2);
  editor_choose_type (self, "coat");
  editor_pick (self, 2);
  editor_choose_type (self, "background");
  editor_pick (self, 2);
  editor_shoot (self, "dressed");
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (self->editor->active == NULL);
  test_wait_until (!self->editor->snapshot_running && !self->editor->snapshot_stale);
  editor_shoot (self, "closed");
}

/* One toast at a time, and "Undo" only for the step that was the last. */
static void
test_toasts (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  editor_pick (self, 1);
  test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo");
  editor_choose_type (self, "glasses");
  editor_pick (self, 0);
  test_wait_until (test_find (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo") == NULL);

  mien_editor_window_remove (self->editor, "glasses");
  test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "mark-eyes", NULL);
  test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Click on one eye, then on the other");
}

/* Escape closes the adjustment window first, whatever is said meanwhile; and what is said covers no avatar. */
static void
test_escape (EditorFixture *self, gconstpointer data)
{
  graphene_rect_t toast, ring;

  editor_pick (self, 0);
  editor_pick (self, 1);
  test_wait_frame (self->window);
  GtkWidget *undo = test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo");
  g_assert_true (gtk_widget_compute_bounds (gtk_widget_get_parent (undo), self->window, &toast));
  g_assert_true (gtk_widget_compute_bounds (self->editor->ring, self->window, &ring));
  g_assert_false (graphene_rect_intersection (&toast, &ring, NULL));
  editor_shoot (self, "toast");

  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (self->window)), self->editor->ring));
  g_assert_cmpstr (self->editor->active, ==, "hat");
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (self->editor->active == NULL);
  g_assert_nonnull (test_find (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Undo"));
}

/* S3141-S3143: a slider moves the layer, and the picture with it; one drag is one step of undo. */
static void
test_slider (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  PortraitPlacement before = portrait_look_get_layer (editor_get_look (self), 0)->placement;
  GtkWidget *slider = test_get (self->editor->panel, GTK_TYPE_SCALE, GTK_ACCESSIBLE_ROLE_WIDGET, "X");
  test_wait_rest (self->window);
  cairo_surface_t *one = test_capture_widget (self->editor->display);
  test_drag (slider, 0.5, 0.5, 25, 0);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.x > before.x);
  g_assert_true (portrait_look_get_layer (editor_get_look (self), 0)->placed_by_hand);
  test_wait_until (test_has_changed (self->editor->display, one, 20, 0.01));
  cairo_surface_destroy (one);

  gtk_widget_grab_focus (self->editor->display);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.x == before.x);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.x > before.x);
  /* Undone and undone once more: the hat is gone, and its panel with it. */
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.x == before.x);
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_wait_until (portrait_look_get_n_layers (editor_get_look (self)) == 0);
  g_assert_null (self->editor->active);
  /* The drawn headshot that was there first stays. */
  test_key (GDK_KEY_z, GDK_CONTROL_MASK);
  test_settle ();
  g_assert_nonnull (portrait_look_get_headshot (editor_get_look (self)));
}

/* S3141 on the picture: dragged, by arrow keys, turned down by a click on the empty ground. */
static void
test_on_the_picture (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  test_drag (self->editor->display, 0.5, 0.2, 40, 20);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.x > 0.05);
  double y = portrait_look_get_layer (editor_get_look (self), 0)->placement.y;
  g_assert_true (gtk_widget_has_focus (self->editor->display));
  test_key (GDK_KEY_Down, 0);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.y > y);
  y = portrait_look_get_layer (editor_get_look (self), 0)->placement.y;
  test_key (GDK_KEY_Down, GDK_SHIFT_MASK);
  test_wait_until (portrait_look_get_layer (editor_get_look (self), 0)->placement.y > y + 9 * portrait_control_y.step);
  test_click_at (self->editor->display, 0.04, 0.04, GDK_BUTTON_PRIMARY);
  test_wait_until (self->editor->active == NULL);
  test_click_at (self->editor->display, 0.6, 0.24, GDK_BUTTON_PRIMARY);
  test_wait_until (g_strcmp0 (self->editor->active, "hat") == 0);
  test_key (GDK_KEY_Delete, 0);
  test_wait_until (portrait_look_get_n_layers (editor_get_look (self)) == 0);
}

/* S3161-S3162: closing the panel takes the snapshot, which has the hat. */
static void
test_snapshot (EditorFixture *self, gconstpointer data)
{
  test_wait_until (self->editor->portrait != NULL);
  cairo_surface_t *bare = cairo_surface_reference (self->editor->portrait);
  editor_pick (self, 0);
  test_click (test_get (self->editor->panel, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Close the adjustment"));
  test_wait_until (self->editor->active == NULL);
  test_wait_until (self->editor->portrait != bare && !self->editor->snapshot_stale && !self->editor->snapshot_running);
  g_assert_cmpint (cairo_image_surface_get_width (self->editor->portrait), ==, PORTRAIT_STANDARD_SIZE);
  g_assert_cmpfloat (test_difference (bare, self->editor->portrait, 20), >, 0.02);
  cairo_surface_destroy (bare);
}

/* A new window on the same folder has everything. */
static void
test_crash (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 2);
  test_key (GDK_KEY_Escape, 0);
  g_autoptr (PortraitLook) look = portrait_look_copy (editor_get_look (self));
  /* Nothing is said to the draft: what a crash leaves is what is on the disk a moment later. */
  MienDraft *crashed = g_steal_pointer (&self->draft);
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
  gboolean same = FALSE;
  while (!same && g_get_monotonic_time () < deadline)
    {
      test_turn ();
      editor_open_draft (self);
      same = portrait_look_equal (look, editor_get_look (self));
      if (!same)
        g_clear_object (&self->draft);
    }
  g_assert_true (same);
  g_assert_true (mien_draft_is_dirty (self->draft));
  editor_close_window (self);
  editor_open_window (self);
  g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (self->editor->draft)), ==, 1);
  test_get (self->editor->wearing_list, GTK_TYPE_LIST_BOX_ROW, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);
  g_object_unref (crashed);
}

static void
test_keyboard (EditorFixture *self, gconstpointer data)
{
  MienRing *ring = MIEN_RING (self->editor->ring);

  g_assert_cmpint (mien_ring_get_n_pages (ring), ==, 2);
  test_key (GDK_KEY_Page_Down, 0);
  test_wait_until (mien_ring_get_page (ring) == 1);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->page_label)), ==, "2 / 2");
  editor_shoot (self, "page-2");
  test_key (GDK_KEY_Page_Up, 0);
  test_wait_until (mien_ring_get_page (ring) == 0);

  /* Each avatar has a name, can be reached, and is picked by Return. */
  MienAvatar *avatar = editor_get_avatar_at (self, 1);
  GtkWidget *item = editor_get_item (self, mien_avatar_get_id (avatar));
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
  test_wait_until (editor_get_avatar_at (self, 0) != NULL
                   && g_str_has_prefix (mien_avatar_get_id (editor_get_avatar_at (self, 0)), "hat-crown"));
  editor_shoot (self, "search");
  test_type ("zzz");
  test_wait_until (g_strcmp0 (gtk_stack_get_visible_child_name (GTK_STACK (self->editor->pager)), "empty") == 0);
  g_assert_null (editor_get_avatar_at (self, 0));
  editor_shoot (self, "search-empty");
  test_click (test_get (self->window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Clear Search"));
  test_wait_until (editor_get_avatar_at (self, 11) != NULL);
}

/* ---- Files ---- */

static GFile *answer_file;

static void
answer (GtkWindow *parent, MienFileQuestion question, const char *suggested_name, MienFileAnswer done, gpointer data)
{
  done (answer_file, data);
}

static void
answer_with (EditorFixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_clear_object (&answer_file);
  answer_file = g_file_new_for_path (path);
  mien_file_set_chooser (answer);
}

static void
write_file (EditorFixture *self, const char *name, const char *content, gssize length)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, length, &error);
  g_assert_no_error (error);
}

/* A new file grows while it is written. */
static gboolean
begins_with (const char *path, const char *start)
{
  g_autofree char *content = NULL;
  gsize length;

  return g_file_get_contents (path, &content, &length, NULL) && length > strlen (start)
         && memcmp (content, start, strlen (start)) == 0;
}

static PortraitLook *
read_look (const char *path)
{
  g_autofree char *json = NULL;

  return g_file_get_contents (path, &json, NULL, NULL) ? portrait_look_from_json (json, -1, NULL) : NULL;
}

static void
test_save (EditorFixture *self, gconstpointer data)
{
  static const struct { const char *name, *written, *start;
  } cases[] = {
    { "a.png", "a.png", "\x89PNG" },
    { "a.jpg", "a.jpg", "\xff\xd8\xff" },
    { "a.bmp", "a.bmp", "BM" },
    { "plain", "plain.png", "\x89PNG" },
  };

  editor_pick (self, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, cases[i].written, NULL);

      answer_with (self, cases[i].name);
      g_action_group_activate_action (G_ACTION_GROUP (self->window), "save-picture", NULL);
      test_wait_until (begins_with (path, cases[i].start));
    }

  answer_with (self, "a.mienlook");
  g_autofree char *path = g_build_filename (self->folder, "a.mienlook", NULL);
  g_autoptr (PortraitLook) look = NULL;

  g_action_group_activate_action (G_ACTION_GROUP (self->window), "save-look", NULL);
  test_wait_until ((look = read_look (path)) != NULL);
  g_assert_true (portrait_look_equal (look, editor_get_look (self)));

  /* Taken off, and opened again. */
  mien_editor_window_remove (self->editor, "hat");
  g_assert_cmpuint (portrait_look_get_n_layers (editor_get_look (self)), ==, 0);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
  test_wait_until (portrait_look_equal (look, editor_get_look (self)));
}

static GtkWidget *
get_message (EditorFixture *self)
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
test_bad_look (EditorFixture *self, gconstpointer data)
{
  static const struct { const char *json, *word; } cases[] = {
    { "{\"mien-look\": 99}", "newer" },
    { "{\"mien-look\": 1, \"layers\": 3}", "layers" },
    { "not JSON", NULL },
    { "", NULL },
  };
  g_autoptr (PortraitLook) before = portrait_look_copy (editor_get_look (self));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (self, "bad.mienlook", cases[i].json, -1);
      answer_with (self, "bad.mienlook");
      g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
      GtkWidget *dialog = get_message (self);
      if (cases[i].word != NULL)
        g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), cases[i].word));
      if (i == 1)
        editor_shoot (self, "bad-look");
      gtk_window_destroy (GTK_WINDOW (dialog));
      test_settle ();
      g_assert_true (portrait_look_equal (before, editor_get_look (self)));
    }

  /* An avatar that the catalogue does not have is kept, and said to be missing. */
  write_file (self, "other.mienlook",
              "{\"mien-look\": 1, \"layers\": [{\"type\": \"hat\", \"avatar\": \"hat-of-others\"}]}", -1);
  answer_with (self, "other.mienlook");
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "open-look", NULL);
  test_wait_until (portrait_look_get_n_layers (editor_get_look (self)) == 1);
  g_assert_nonnull (portrait_look_get_headshot (editor_get_look (self)));
  test_get (self->editor->wearing_list, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Not among your avatars");
  editor_shoot (self, "missing");
}

/* ---- S300 ---- */

static MienHeadshotDialog *
open_dialog (EditorFixture *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "change-headshot", NULL);
  return MIEN_HEADSHOT_DIALOG (test_get_window (MIEN_TYPE_HEADSHOT_DIALOG));
}

static void
test_headshot_errors (EditorFixture *self, gconstpointer data)
{
  static const guint8 huge[]
      = { 0x89, 'P',  'N',  'G', 13, 10, 26, 10, 0,    0,    0,    13,   'I', 'H', 'D', 'R', 0,   0,   0x75, 0x30, 0,
          0,    0x75, 0x30, 8,   2,  0,  0,  0,  0xd4, 0xd4, 0xd4, 0xd4, 0,   0,   0,   0,   'I', 'D', 'A',  'T' };
  g_autofree char *content = NULL, *path = g_build_filename (self->folder, "good.png", NULL);
  gsize length;

  editor_write_photo (self, "good.png", 400, 300);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  write_file (self, "cut.png", content, (gssize) length / 2);
  write_file (self, "huge.png", (const char *) huge, sizeof huge);
  write_file (self, "words.png", "These are words and no picture.", -1);
  write_file (self, "bomb.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><use href=\"#a\"/></svg>", -1);
  write_file (self, "empty.png", "", 0);

  g_autoptr (PortraitLook) before = portrait_look_copy (editor_get_look (self));
  MienHeadshotDialog *dialog = open_dialog (self);
  test_wait_frame (GTK_WIDGET (dialog));
  editor_shoot (self, "headshot");
  static const struct { const char *name, *says; } bad[] = {
    { "cut.png", "damaged or incomplete. Choose another one" },
    { "huge.png", "30000×30000 pixels; at most" },
    { "words.png", "not a picture that can be opened. Choose a JPEG" },
    { "bomb.svg", "SVG drawing cannot be a headshot. Choose a photo" },
    { "empty.png", "not a picture that can be opened. Choose a JPEG" },
    { "not-there.png", "not-there.png" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      answer_with (self, bad[i].name);
      test_click (gtk_widget_get_ancestor (
          test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Open a Photo…"),
          GTK_TYPE_BUTTON));
      test_wait_until (mien_headshot_dialog_get_error (dialog) != NULL);
      test_wait_until (strstr (mien_headshot_dialog_get_error (dialog), bad[i].says) != NULL);
      g_test_message ("%s: %s", bad[i].name, mien_headshot_dialog_get_error (dialog));
      if (i == 1)
        editor_shoot (self, "headshot-error");
    }
  gtk_window_close (GTK_WINDOW (dialog));
  test_settle ();
  g_assert_true (portrait_look_equal (before, editor_get_look (self)));
}

/* What looks unusual and is a picture all the same. */
static void
test_headshot_unusual (EditorFixture *self, gconstpointer data)
{
  static const char * const names[] = { "cmyk.jpg", "animated.gif" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *before = g_strdup (portrait_look_get_headshot (editor_get_look (self)));
      g_autofree char *path = g_build_filename (MIEN_TEST_IMAGES, names[i], NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      MienHeadshotDialog *dialog = open_dialog (self);

      mien_headshot_dialog_open (dialog, file);
      test_click (gtk_widget_get_ancestor (
          test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Use It"), GTK_TYPE_BUTTON));
      test_wait_until (g_strcmp0 (portrait_look_get_headshot (editor_get_look (self)), before) != 0);
      test_focus_window (self->window);
    }
}

static void
test_headshot_crop (EditorFixture *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (portrait_look_get_headshot (editor_get_look (self)));
  const char *given = g_getenv ("MIEN_TEST_PHOTO");

  editor_write_photo (self, "good.png", 400, 300);
  MienHeadshotDialog *dialog = open_dialog (self);
  g_autofree char *path = given != NULL ? g_strdup (given) : g_build_filename (self->folder, "good.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  mien_headshot_dialog_open (dialog, file);
  GtkWidget *use = gtk_widget_get_ancestor (
      test_get (GTK_WIDGET (dialog), GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Use It"), GTK_TYPE_BUTTON);
  test_wait_mapped (use);
  editor_shoot (self, "crop");
  test_click (test_get (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Turn right"));
  test_drag (test_get (GTK_WIDGET (dialog), GTK_TYPE_SCALE, GTK_ACCESSIBLE_ROLE_WIDGET, "Tilt"), 0.5, 0.4, 30, 0);
  editor_shoot (self, "crop-turned");
  test_click (use);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (editor_get_look (self)), before) != 0);
  test_wait_until (self->editor->shown_headshot != NULL
                   && cairo_image_surface_get_width (self->editor->shown_headshot) == PORTRAIT_STANDARD_SIZE);
  g_assert_nonnull (self->editor->photo);
  editor_shoot (self, "new-headshot");
  /* Undone: the former one is shown again. */
  test_focus_window (self->window);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "undo", NULL);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (editor_get_look (self)), before) == 0
                   && self->editor->shown_headshot != NULL);
}

static void
test_drawn_headshot (EditorFixture *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (portrait_look_get_headshot (editor_get_look (self)));
  const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (mien_wardrobe_get_catalogue (self->wardrobe), 1);
  MienHeadshotDialog *dialog = open_dialog (self);

  test_click (test_get (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, drawn->name));
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (editor_get_look (self)), before) != 0);
  g_assert_cmpfloat (fabs (portrait_look_get_face (editor_get_look (self))->left_eye.x - drawn->eyes[0]), <, 1e-6);
}

/* Marked eyes move what nobody placed, and leave in place what somebody did. */
static void
test_mark_eyes (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  editor_choose_type (self, "glasses");
  editor_pick (self, 0);
  test_key (GDK_KEY_Escape, 0);
  PortraitPlacement placement = portrait_look_find_layer (editor_get_look (self), "hat")->placement;
  placement.tilt += 10;
  g_autoptr (PortraitLook) look = portrait_look_copy (editor_get_look (self));
  portrait_look_set_placement (look, "hat", &placement);
  mien_draft_set_look (self->draft, look, "test", NULL);

  const PortraitLayer *hat = portrait_look_find_layer (editor_get_look (self), "hat");
  PortraitAffine before, after;
  portrait_placement_map (hat->type, portrait_look_get_face (editor_get_look (self)), &hat->placement, 960, &before);
  g_action_group_activate_action (G_ACTION_GROUP (self->window), "mark-eyes", NULL);
  test_click_at (self->editor->display, 0.62, 0.5, GDK_BUTTON_PRIMARY);
  editor_shoot (self, "marking");
  test_click_at (self->editor->display, 0.38, 0.46, GDK_BUTTON_PRIMARY);
  test_wait_until (portrait_look_get_face (editor_get_look (self))->source == PORTRAIT_EYES_MARKED
                   && fabs (portrait_look_get_face (editor_get_look (self))->left_eye.x - 0.38) < 0.02);
  hat = portrait_look_find_layer (editor_get_look (self), "hat");
  portrait_placement_map (hat->type, portrait_look_get_face (editor_get_look (self)), &hat->placement, 960, &after);
  g_assert_true (portrait_affine_near (&before, &after, 1e-3));
  g_assert_false (portrait_look_find_layer (editor_get_look (self), "glasses")->placed_by_hand);
  editor_shoot (self, "marked");
}

/* ---- Publishing without a server, closing ---- */

static void
test_publish_offline (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  g_autoptr (PortraitLook) look = portrait_look_copy (editor_get_look (self));
  test_click (self->editor->publish);
  GtkWidget *retry = gtk_widget_get_ancestor (
      test_get (self->window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET, "Retry"), GTK_TYPE_BUTTON);
  test_wait_mapped (retry);
  editor_shoot (self, "publish-failed");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->publish_text)), ==, "Your portrait was not published");
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (self->editor->publish_detail)), !=, "");
  g_assert_true (portrait_look_equal (look, editor_get_look (self)));
  g_assert_true (mien_draft_is_dirty (self->draft));
  test_click (retry);
  test_wait_until (self->editor->publishing == NULL && gtk_widget_get_mapped (retry));
}

static void
test_closing (EditorFixture *self, gconstpointer data)
{
  editor_pick (self, 0);
  test_key (GDK_KEY_w, GDK_CONTROL_MASK);
  GtkWidget *dialog = get_message (self);
  editor_shoot (self, "closing");
  answer_message (dialog, "Cancel");
  g_assert_true (gtk_widget_get_visible (self->window));

  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_close (GTK_WINDOW (self->window));
  answer_message (get_message (self), "Discard Changes");
  test_wait_until (self->window == NULL);
  g_assert_cmpuint (portrait_look_get_n_layers (editor_get_look (self)), ==, 0);

  /* Nothing was done: nothing is asked. */
  editor_open_window (self);
  test_wait_frame (self->window);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_close (GTK_WINDOW (self->window));
  test_wait_until (self->window == NULL);
}

int
main (int argc, char **argv)
{
  test_display_init (&argc, &argv);
  editor_init ();

  g_test_add ("/editor/one-of-a-type", EditorFixture, NULL, editor_set_up, test_one_of_a_type, editor_tear_down);

  static const struct { const char *path; void (*func) (EditorFixture *self, gconstpointer data); } tests[] = {
    { "/editor/toasts", test_toasts },
    { "/editor/escape", test_escape },
    { "/editor/slider", test_slider },
    { "/editor/on-the-picture", test_on_the_picture },
    { "/editor/snapshot", test_snapshot },
    { "/editor/crash", test_crash },
    { "/editor/keyboard", test_keyboard },
    { "/editor/save", test_save },
    { "/editor/bad-look", test_bad_look },
    { "/editor/headshot/errors", test_headshot_errors },
    { "/editor/headshot/unusual", test_headshot_unusual },
    { "/editor/headshot/crop", test_headshot_crop },
    { "/editor/headshot/drawn", test_drawn_headshot },
    { "/editor/mark-eyes", test_mark_eyes },
    { "/editor/publish-offline", test_publish_offline },
    { "/editor/closing", test_closing },
  };
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, EditorFixture, NULL, editor_set_up, tests[i].func, editor_tear_down);

  int status = g_test_run ();
  g_clear_object (&answer_file);
  return status;
}
