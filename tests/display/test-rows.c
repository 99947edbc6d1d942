/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "display.h"

#include <adwaita.h>

#include "mien-friend-row.h"
#include "mien-spinner.h"
#include "mien-message-entry.h"
#include "mien-conversation.h"

static GtkWidget *
show_in_window (GtkWidget *child,
                int        width,
                int        height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  test_focus_window (window);

  return window;
}

static void
test_row_label (void)
{
  static const struct { MienFriendRowContent content; const char *label; } cases[] = {
    { { "bob@example.org", "Bob Chen", "at lunch", FALSE, MIEN_PRESENCE_AWAY, 2 },
      "Bob Chen, Away, at lunch, 2 unread messages" },
    { { "bob@example.org", "Bob Chen", NULL, FALSE, MIEN_PRESENCE_ONLINE, 1 },
      "Bob Chen, Available, 1 unread message" },
    { { "dai@example.org", "戴永", NULL, FALSE, MIEN_PRESENCE_OFFLINE, 0 }, "戴永, Offline" },
    { { "x@example.org", "<b>x</b> & y", "typing…", TRUE, MIEN_PRESENCE_DND, 0 },
      "<b>x</b> & y, Do not disturb, typing…" },
  };
  GtkWidget *row = mien_friend_row_new ();
  GtkWidget *window = show_in_window (row, 300, 56);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      mien_friend_row_set_content (MIEN_FRIEND_ROW (row), &cases[i].content);
      g_assert_true (test_is_named (row, cases[i].label));
      g_assert_cmpstr (mien_friend_row_get_jid (MIEN_FRIEND_ROW (row)), ==, cases[i].content.jid);
      test_wait_frame (row);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What nobody can tell by colour, everybody tells by shape: each two presences differ in grey too. */
static void
test_presence_shapes (void)
{
  enum { SIZE = 24 };
  guint8 grey[MIEN_PRESENCE_CHAT + 1][SIZE * SIZE];

  for (int presence = MIEN_PRESENCE_OFFLINE; presence <= MIEN_PRESENCE_CHAT; presence++)
    {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, SIZE, SIZE);
      cairo_t *cr = cairo_create (surface);

      mien_paint_presence (cr, presence, SIZE);
      cairo_destroy (cr);
      cairo_surface_flush (surface);
      for (int i = 0; i < SIZE * SIZE; i++)
        {
          const guint32 *row = (const guint32 *) (const void *) (cairo_image_surface_get_data (surface) +
                                                                 i / SIZE * cairo_image_surface_get_stride (surface));
          guint32 pixel = row[i % SIZE];

          /* White inside a mark is a hole in it. */
          grey[presence][i] = pixel >> 24 > 127 && (pixel & 0xffffff) != 0xffffff;
        }
      cairo_surface_destroy (surface);
    }

  for (int a = MIEN_PRESENCE_OFFLINE; a <= MIEN_PRESENCE_CHAT; a++)
    for (int b = a + 1; b <= MIEN_PRESENCE_CHAT; b++)
      {
        int n_different = 0;

        for (int i = 0; i < SIZE * SIZE; i++)
          n_different += grey[a][i] != grey[b][i];
        g_assert_cmpint (n_different, >, 20);
      }
}

/* A row does not grow or move with what it says. */
static void
test_row_height (void)
{
  GtkWidget *row = mien_friend_row_new ();
  GtkWidget *window = show_in_window (row, 300, 56);
  MienFriendRowContent content = { .jid = "a@example.org", .name = "A" };
  int bare, full, width;

  mien_friend_row_set_content (MIEN_FRIEND_ROW (row), &content);
  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, -1, &bare, NULL, NULL, NULL);
  content.name = "A very long name that does not fit into any row of any list, and goes on";
  content.line = "two\nlines, and a very long status text as well, longer than the row is wide";
  content.unread = 100000;
  mien_friend_row_set_content (MIEN_FRIEND_ROW (row), &content);
  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, -1, &full, NULL, NULL, NULL);
  gtk_widget_measure (row, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  g_assert_cmpint (full, ==, bare);
  g_assert_cmpint (width, <=, 200);
  test_wait_frame (row);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_row_portrait (void)
{
  GtkWidget *row = mien_friend_row_new ();
  GtkWidget *window = show_in_window (row, 300, 56);
  MienFriendRowContent content = { .jid = "a@example.org", .name = "A" };
  cairo_surface_t *portrait = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 40, 40);
  cairo_surface_t *before;

  mien_friend_row_set_content (MIEN_FRIEND_ROW (row), &content);
  test_wait_rest (row);
  before = test_capture_widget (row);
  mien_friend_row_set_portrait (MIEN_FRIEND_ROW (row), portrait);
  test_wait_until (test_has_changed (row, before, 16, 0.02));

  cairo_surface_destroy (before);
  cairo_surface_destroy (portrait);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The entry */

typedef struct { guint n_sent; char *text; guint n_edits; } Sent;

static void
on_send (GtkWidget  *entry,
         const char *text,
         Sent       *sent)
{
  sent->n_sent++;
  g_free (sent->text);
  sent->text = g_strdup (text);
}

static void
on_edited (GtkWidget *entry,
           gboolean   has_text,
           Sent      *sent)
{
  sent->n_edits++;
}

static void
test_entry_sends (void)
{
  GtkWidget *entry = mien_message_entry_new ();
  GtkWidget *window = show_in_window (entry, 400, 100);
  Sent sent = { 0 };

  g_signal_connect (entry, "send", G_CALLBACK (on_send), &sent);
  g_signal_connect (entry, "edited", G_CALLBACK (on_edited), &sent);
  gtk_widget_grab_focus (entry);

  test_key (GDK_KEY_Return, 0);
  test_type ("   ");
  test_key (GDK_KEY_Return, 0);
  g_assert_cmpuint (sent.n_sent, ==, 0);

  test_type ("one");
  test_key (GDK_KEY_Return, GDK_SHIFT_MASK);
  test_type ("two 戴");
  test_key (GDK_KEY_Return, 0);
  test_wait_until (sent.n_sent == 1);
  g_assert_cmpstr (sent.text, ==, "   one\ntwo 戴");
  g_assert_cmpuint (sent.n_edits, >, 0);

  /* Taking it out again is the business of who sends. */
  sent.n_edits = 0;
  mien_message_entry_set_text (MIEN_MESSAGE_ENTRY (entry), "");
  g_assert_cmpuint (sent.n_edits, ==, 0);

  g_free (sent.text);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_entry_limit (void)
{
  GtkWidget *entry = mien_message_entry_new ();
  GtkWidget *window = show_in_window (entry, 400, 200);
  g_autofree char *text = g_strnfill (MIEN_MESSAGE_MAX_BYTES + 1, 'x');
  Sent sent = { 0 };

  g_signal_connect (entry, "send", G_CALLBACK (on_send), &sent);
  mien_message_entry_set_text (MIEN_MESSAGE_ENTRY (entry), text);
  gtk_widget_grab_focus (entry);
  test_key (GDK_KEY_Return, 0);
  test_get (window, GTK_TYPE_LABEL, GTK_ACCESSIBLE_ROLE_WIDGET,
            "This message is too long to send: 64.0 KB, and 64 KB fit into one.");
  g_assert_false (gtk_widget_get_sensitive (test_get (window, GTK_TYPE_BUTTON, GTK_ACCESSIBLE_ROLE_WIDGET, "Send")));
  g_assert_cmpuint (sent.n_sent, ==, 0);

  text[MIEN_MESSAGE_MAX_BYTES] = '\0';
  mien_message_entry_set_text (MIEN_MESSAGE_ENTRY (entry), text);
  test_key (GDK_KEY_Return, 0);
  test_wait_until (sent.n_sent == 1);
  g_free (sent.text);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* On a page that was seen and is hidden: nothing is drawn any more. */
static void
test_spinner (void)
{
  GtkWidget *spinner = mien_spinner_new (), *stack = gtk_stack_new (), *window;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  gtk_stack_add_named (GTK_STACK (stack), spinner, "busy");
  gtk_stack_add_named (GTK_STACK (stack), gtk_label_new ("Done"), "done");
  window = show_in_window (stack, 200, 100);
  test_wait_mapped (spinner);
  g_assert_true (gtk_spinner_get_spinning (GTK_SPINNER (gtk_widget_get_first_child (spinner))));

  gtk_stack_set_visible_child_name (GTK_STACK (stack), "done");
  test_wait_gone (spinner);
  test_wait_rest (window);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  test_display_init (&argc, &argv);

  g_test_add_func ("/rows/spinner", test_spinner);
  g_test_add_func ("/rows/label", test_row_label);
  g_test_add_func ("/rows/presence-shapes", test_presence_shapes);
  g_test_add_func ("/rows/height", test_row_height);
  g_test_add_func ("/rows/portrait", test_row_portrait);
  g_test_add_func ("/entry/sends", test_entry_sends);
  g_test_add_func ("/entry/limit", test_entry_limit);

  return g_test_run ();
}
