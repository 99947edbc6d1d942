/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

/* Portraits from one client to another as people see them: our servers run in this process, bob is a client without
 * windows, alice has the whole application. The tests follow each other: each goes on where the one before ended. */

#include "display.h"

#include <adwaita.h>
#include <glib/gstdio.h>

#include "../interop/person.h"
#include "folder.h"
#include "mien-application.h"
#include "mien-editor-window-private.h"
#include "mien-face-view.h"
#include "mien-friend-list.h"
#include "mien-friend-row.h"
#include "mien-main-window.h"
#include "mien-wardrobe-private.h"
#include "mien-ring-item.h"
#include "mien-sign-in-window.h"
#include "mien-tips.h"

#define ANY GTK_ACCESSIBLE_ROLE_WIDGET
#define ALICE "alice@" PEER_DOMAIN
#define SIDE PORTRAIT_STANDARD_SIZE
#define LIKE 12.0     /* see looks_like(): scaled by other code, and the row's is 40 pixels large */

static HostileRelay *wire;               /* between alice's program and the IM server */
static Person *bob;
static MienApplication *app;
static GtkWidget *window;
static MienEditorWindow *editor;
static cairo_surface_t *one, *other;     /* bob's portraits */

/* Broad stripes of many colours, so that no two of them and no initials look alike, even when small. */
static cairo_surface_t *
make_portrait (guint seed)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, SIDE, SIDE);
  cairo_t *cr = cairo_create (surface);

  for (guint i = 0; i < 36; i++)
    {
      guint mixed = (i + 1) * 2654435761u * (seed + 3);

      cairo_set_source_rgb (cr, (mixed >> 24 & 0xff) / 255.0, (mixed >> 16 & 0xff) / 255.0,
                            (mixed >> 8 & 0xff) / 255.0);
      cairo_rectangle (cr, i % 6 * SIDE / 6.0, i / 6 * SIDE / 6.0, SIDE / 6.0, SIDE / 6.0);
      cairo_fill (cr);
    }
  /* Fine lines: a PNG of more than a kilobyte. */
  for (guint i = 0; i < 200; i++)
    {
      cairo_set_source_rgba (cr, i % 7 / 7.0, i % 5 / 5.0, i % 3 / 3.0, 0.3);
      cairo_move_to (cr, i * 37 % SIDE, i * 91 % SIDE);
      cairo_rel_line_to (cr, 5, 3);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* The mean difference, 0 to 255, of the middle of a face at @x, @y of the @screen: its rim is masked, and the presence
 * mark lies on it. */
static double
compare_at (cairo_surface_t *screen, cairo_surface_t *face, int x, int y)
{
  int size = cairo_image_surface_get_width (face);
  int radius = size / 3;
  guint64 sum = 0, n = 0;

  for (int v = -radius; v <= radius; v++)
    {
      const guint8 *p = cairo_image_surface_get_data (screen)
                        + (y + size / 2 + v) * cairo_image_surface_get_stride (screen);
      const guint8 *q = cairo_image_surface_get_data (face) + (size / 2 + v) * cairo_image_surface_get_stride (face);

      for (int u = -radius; u <= radius; u++)
        if (u * u + v * v <= radius * radius)
          for (int channel = 0; channel < 3; channel++, n++)
            sum += (guint64) ABS (p[4 * (x + size / 2 + u) + channel] - q[4 * (size / 2 + u) + channel]);
    }
  return (double) sum / n;
}

static gboolean
looks_like (GtkWidget *widget, cairo_surface_t *portrait, int x, int y, int size)
{
  g_autoptr (cairo_surface_t) screen = test_capture_widget (widget);
  cairo_surface_t *face = surface_scale_to (portrait, size);

  if (cairo_image_surface_get_width (screen) < x + size || cairo_image_surface_get_height (screen) < y + size)
    return FALSE;
  return compare_at (screen, face, x, y) < LIKE;
}

static GtkWidget *
find_row (void)
{
  return test_find (window, MIEN_TYPE_FRIEND_ROW, ANY, NULL);
}

/* At the left of the row, in the middle of its height. */
static gboolean
row_shows (cairo_surface_t *portrait)
{
  GtkWidget *row = find_row ();

  return row != NULL && looks_like (row, portrait, 8, (gtk_widget_get_height (row) - MIEN_FRIEND_ROW_FACE) / 2,
                                    MIEN_FRIEND_ROW_FACE);
}

static GtkWidget *
get_tips (void)
{
  return mien_friend_list_get_tips (MIEN_FRIEND_LIST (test_get (window, MIEN_TYPE_FRIEND_LIST, ANY, NULL)));
}

static GtkWidget *
get_tips_face (void)
{
  return test_get (get_tips (), MIEN_TYPE_FACE_VIEW, ANY, NULL);
}

static gboolean
tips_show (cairo_surface_t *portrait)
{
  return gtk_widget_get_mapped (get_tips ()) && looks_like (get_tips_face (), portrait, 0, 0, MIEN_TIPS_FACE);
}

static void
point_at_bob (void)
{
  test_hover_at (window, 0.9, 0.9);
  test_wait_gone (get_tips ());
  test_hover (find_row ());
  test_wait_mapped (get_tips ());
}

/* Before alice's window opens: her account, bob's, and what he has published. */
static void
prepare (void)
{
  Person *alice = person_new ("alice");

  bob = person_new ("bob");
  person_befriend (alice, bob);
  one = make_portrait (1);
  other = make_portrait (2);
  person_publish (bob, one);
  person_free (alice);
}

static char *
write_secret (const char *folder, const char *text, int mode)
{
  char *path = g_build_filename (folder, "password", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  return path;
}

/* With the password and the certificate in files nothing is asked; a client that has never seen bob shows his portrait
 * in his row. */
static void
test_row (void)
{
  g_autofree char *folder = test_folder_new ("portraits");
  g_autofree char *password = write_secret (folder, "alice\n", 0600);
  g_autofree char *certificate = peer_dup_certificate_path ();
  const MienApplicationOptions options = {
    .account = (char *) ALICE, .data_directory = folder, .host = (char *) "127.0.0.1",
    .port = hostile_relay_get_port (wire), .tls = XMPP_TLS_STARTTLS, .password_file = password, .ca_file = certificate,
  };
  g_autoptr (GError) error = NULL;

  app = mien_application_new (&options);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (app));
  window = test_get_window (MIEN_TYPE_MAIN_WINDOW);
  test_focus_window (window);
  test_get (window, MIEN_TYPE_FRIEND_ROW, ANY, "bob, Available");
  test_wait_until (row_shows (one));
  g_assert_false (row_shows (other));
}

/* S400-S410 */
static void
test_tips (void)
{
  point_at_bob ();
  test_wait_until (tips_show (one));
  g_assert_false (tips_show (other));
  test_get (get_tips (), GTK_TYPE_LABEL, ANY, "Portrait of just now");
}

/* The tips are open while the friend changes the portrait, and takes it back. */
static void
test_replaced (void)
{
  point_at_bob ();
  person_publish (bob, other);
  test_wait_until (tips_show (other));
  test_wait_until (row_shows (other));
  g_assert_true (gtk_widget_get_mapped (get_tips ()));

  person_retract (bob);
  test_wait_until (!mien_face_view_has_portrait (MIEN_FACE_VIEW (get_tips_face ())));
  test_wait_until (!tips_show (other) && !row_shows (other));
  g_assert_false (tips_show (one) || row_shows (one));
  test_hover_at (window, 0.9, 0.9);
  test_wait_gone (get_tips ());
}

/* ---- Publishing ---- */

static void
wait_for_words (const char *text)
{
  test_wait_until (g_str_equal (gtk_label_get_text (GTK_LABEL (editor->publish_text)), text)
                   && gtk_widget_get_mapped (editor->publish_bar));
}

static void
publish (void)
{
  test_focus_window (GTK_WIDGET (editor));
  test_wait_until (gtk_widget_get_sensitive (editor->publish));
  test_click (editor->publish);
}

static GtkWidget *
get_ring_item (guint index)
{
  GtkWidget *child = gtk_widget_get_first_child (editor->ring);

  for (guint i = 0; child != NULL && (!MIEN_IS_RING_ITEM (child) || i++ < index);
       child = gtk_widget_get_next_sibling (child))
    ;
  return child;
}

/* Wears the ring's avatar at @index, and returns the portrait with it. */
static cairo_surface_t *
wear (guint index)
{
  GtkWidget *child = NULL;

  test_focus_window (GTK_WIDGET (editor));
  test_wait_until ((child = get_ring_item (index)) != NULL);
  test_click (child);
  test_wait_until (editor->active != NULL && mien_editor_window_has_all_art (editor));
  test_click (test_get (editor->panel, GTK_TYPE_BUTTON, ANY, "Close the adjustment"));
  test_wait_until (editor->active == NULL);
  test_wait_until (editor->portrait != NULL && !editor->snapshot_stale && !editor->snapshot_running);
  return cairo_surface_reference (editor->portrait);
}

static void
test_undo_first (void)
{
  g_autoptr (cairo_surface_t) portrait = NULL;

  gtk_widget_activate_action (window, "win.edit-portrait", NULL);
  editor = MIEN_EDITOR_WINDOW (test_get_window (MIEN_TYPE_EDITOR_WINDOW));
  test_focus_window (GTK_WIDGET (editor));
  test_wait_until (editor->shown_headshot != NULL);
  /* The ring is filled anew when the avatar server's catalogue has come. */
  test_wait_until (editor->wardrobe->uri != NULL);
  portrait = wear (0);
  mien_gallery_want (bob->gallery, ALICE, 240, MIEN_GALLERY_TIPS);
  peer_wait (person_sees_nothing (bob, ALICE));
  publish ();
  wait_for_words ("Your friends see it now");
  peer_wait (person_sees (bob, ALICE, portrait, 240));
  g_assert_false (mien_draft_is_dirty (editor->draft));

  /* There was none before it. */
  test_click (editor->publish_undo);
  test_wait_until (!gtk_widget_get_mapped (editor->publish_bar) && editor->publishing == NULL);
  test_get (GTK_WIDGET (editor), GTK_TYPE_LABEL, ANY, "Your portrait was taken back");
  peer_wait (person_sees_nothing (bob, ALICE));
}

static void
test_undo_later (void)
{
  g_autoptr (cairo_surface_t) first = NULL;
  g_autoptr (cairo_surface_t) second = NULL;

  first = wear (1);
  publish ();
  wait_for_words ("Your friends see it now");
  peer_wait (person_sees (bob, ALICE, first, 240));
  second = wear (4);
  g_assert_cmpfloat (surface_difference (first, second), >, 2.0);
  publish ();
  peer_wait (person_sees (bob, ALICE, second, 240));
  wait_for_words ("Your friends see it now");

  test_click (editor->publish_undo);
  test_get (GTK_WIDGET (editor), GTK_TYPE_LABEL, ANY, "Your friends see the former portrait again");
  peer_wait (person_sees (bob, ALICE, first, 240));
}

/* A new window on the same account: the former portrait comes from the portrait server. */
static void
test_undo_other_window (void)
{
  g_autoptr (cairo_surface_t) before = cairo_surface_reference (editor->seen);
  g_autoptr (cairo_surface_t) after = NULL;

  g_object_add_weak_pointer (G_OBJECT (editor), (gpointer *) &editor);
  mien_draft_mark_clean (editor->draft);
  gtk_window_destroy (GTK_WINDOW (editor));
  test_wait_until (editor == NULL);
  test_focus_window (window);
  gtk_widget_activate_action (window, "win.edit-portrait", NULL);
  editor = MIEN_EDITOR_WINDOW (test_get_window (MIEN_TYPE_EDITOR_WINDOW));
  test_focus_window (GTK_WIDGET (editor));
  test_wait_until (editor->shown_headshot != NULL);
  after = wear (6);
  test_wait_until (mien_gallery_lookup (editor->gallery, ALICE, SIDE, NULL) != NULL
                   && cairo_image_surface_get_width (mien_gallery_lookup (editor->gallery, ALICE, SIDE, NULL)) == SIDE);
  publish ();
  peer_wait (person_sees (bob, ALICE, after, 240));
  wait_for_words ("Your friends see it now");
  test_click (editor->publish_undo);
  peer_wait (person_sees (bob, ALICE, before, 240));
  test_wait_until (editor->publishing == NULL);
}

/* Nothing goes through to the portrait server, and the person has enough of waiting. */
static void
test_cancel (void)
{
  g_autoptr (cairo_surface_t) before = cairo_surface_reference (editor->seen);
  g_autoptr (cairo_surface_t) after = wear (2);

  hostile_relay_cut (peer_get_http ());
  hostile_relay_set_stalled (peer_get_http (), TRUE);
  publish ();
  test_wait_mapped (editor->publish_cancel);
  test_click (editor->publish_cancel);
  test_wait_until (!gtk_widget_get_mapped (editor->publish_bar) && editor->publishing == NULL);
  g_assert_true (mien_draft_is_dirty (editor->draft));
  hostile_relay_cut (peer_get_http ());
  hostile_relay_set_stalled (peer_get_http (), FALSE);
  g_assert_true (person_sees (bob, ALICE, before, 240));

  publish ();
  wait_for_words ("Your friends see it now");
  peer_wait (person_sees (bob, ALICE, after, 240));
}

/* The connection is lost for a moment: whoever publishes need not try again, and may stop waiting. */
static void
test_waiting (void)
{
  g_autoptr (cairo_surface_t) after = wear (1);

  hostile_relay_set_refusing (wire, TRUE);
  hostile_relay_cut (wire);
  test_wait_until (mien_session_is_connecting (editor->session));
  publish ();
  wait_for_words ("Waiting for the connection…");
  test_click (editor->publish_cancel);
  test_wait_until (!gtk_widget_get_mapped (editor->publish_bar) && editor->publishing == NULL);

  publish ();
  wait_for_words ("Waiting for the connection…");
  g_assert_true (mien_draft_is_dirty (editor->draft));
  hostile_relay_set_refusing (wire, FALSE);
  xmpp_client_retry_now (mien_session_get_client (editor->session));
  wait_for_words ("Your friends see it now");
  peer_wait (person_sees (bob, ALICE, after, 240));
  g_assert_false (mien_draft_is_dirty (editor->draft));
}

/* The portrait server has the picture already, and its answer is on the way: the friends may see it, and so they do. */
static void
test_too_late (gconstpointer cut)
{
  g_autoptr (cairo_surface_t) after = wear (cut != NULL ? 4 : 5);

  hostile_relay_cut (peer_get_http ());
  hostile_relay_set_holding (peer_get_http (), TRUE);
  publish ();
  test_wait_until (hostile_relay_get_held (peer_get_http ()) > 0);
  if (cut != NULL)
    hostile_relay_cut (peer_get_http ());
  else
    test_click (editor->publish_cancel);
  wait_for_words ("Your friends see it now");
  hostile_relay_cut (peer_get_http ());
  hostile_relay_set_holding (peer_get_http (), FALSE);
  peer_wait (person_sees (bob, ALICE, after, 240));
  g_assert_false (mien_draft_is_dirty (editor->draft));
}

/* The portrait server goes away in the middle: the draft stays, the reason is told, and "Retry" is enough when it is
 * back. */
static void
test_gone (void)
{
  g_autoptr (cairo_surface_t) before = cairo_surface_reference (editor->seen);
  g_autoptr (cairo_surface_t) after = wear (3);

  hostile_relay_cut (peer_get_http ());
  hostile_relay_cut_after (peer_get_http (), 20 * 1024);
  publish ();
  wait_for_words ("Your portrait was not published");
  g_test_message ("%s", gtk_label_get_text (GTK_LABEL (editor->publish_detail)));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (editor->publish_detail)), "Your draft is kept; try again."));
  g_assert_true (mien_draft_is_dirty (editor->draft));
  g_assert_true (person_sees (bob, ALICE, before, 240));
  test_click (editor->publish_retry);
  wait_for_words ("Your friends see it now");
  peer_wait (person_sees (bob, ALICE, after, 240));
  g_assert_false (mien_draft_is_dirty (editor->draft));
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  test_display_init (&argc, &argv);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);   /* a lost connection is warned of */
  if (!peer_start ("mien"))
    g_error ("the in-tree servers do not start");
  wire = hostile_relay_new (peer_get_port ());
  prepare ();

  g_test_add_func ("/portraits/row", test_row);
  g_test_add_func ("/portraits/tips", test_tips);
  g_test_add_func ("/portraits/replaced", test_replaced);
  g_test_add_func ("/portraits/undo-first", test_undo_first);
  g_test_add_func ("/portraits/undo-later", test_undo_later);
  g_test_add_func ("/portraits/undo-other-window", test_undo_other_window);
  g_test_add_func ("/portraits/cancel", test_cancel);
  g_test_add_data_func ("/portraits/cancel-too-late", NULL, test_too_late);
  g_test_add_data_func ("/portraits/cut-too-late", "cut", test_too_late);
  g_test_add_func ("/portraits/gone-in-upload", test_gone);
  g_test_add_func ("/portraits/waiting", test_waiting);
  status = g_test_run ();

  person_free (bob);
  hostile_relay_free (wire);
  peer_stop ();
  cairo_surface_destroy (one);
  cairo_surface_destroy (other);
  return status;
}
