/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

/* The client from signing in to talking, with a pointer and a keyboard, against the IM server in this process. The
   friend is a plain stream. The tests follow each other: each goes on where the one before ended. */

#include "display.h"

#include <adwaita.h>

#include "folder.h"
#include "../server/im-test-client.h"
#include "mien-application.h"
#include "mien-friend-list.h"
#include "mien-friend-row.h"
#include "mien-main-window.h"
#include "mien-message-row.h"
#include "mien-sign-in-window.h"
#include "mien-tips.h"

#define ALICE "alice@" IM_TEST_DOMAIN
#define ANY GTK_ACCESSIBLE_ROLE_WIDGET

static ImServer *server;
static ImClient *bob;
static MienApplication *app;
static GtkWidget *window;

/* The desktop's notifications, kept instead of shown. */
static GPtrArray *notes;             /* "summary|body" */

static void
on_notify (GDBusConnection       *bus,
           const char            *sender,
           const char            *path,
           const char            *interface,
           const char            *method,
           GVariant              *parameters,
           GDBusMethodInvocation *invocation,
           gpointer               data)
{
  const char *summary, *body;

  if (!g_str_equal (method, "Notify"))
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }
  g_variant_get (parameters, "(&su&s&s&s^a&sa{sv}i)", NULL, NULL, NULL, &summary, &body, NULL, NULL, NULL);
  g_ptr_array_add (notes, g_strdup_printf ("%s|%s", summary, body));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", notes->len));
}

static void
own_notifications (void)
{
  static const char xml[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='Notify'><arg type='s'/><arg type='u'/><arg type='s'/><arg type='s'/><arg type='s'/><arg type='as'/>"
    "<arg type='a{sv}'/><arg type='i'/><arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u'/></method></interface></node>";
  static const GDBusInterfaceVTable vtable = { on_notify };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);

  notes = g_ptr_array_new_with_free_func (g_free);
  g_assert_cmpuint (g_dbus_connection_register_object (bus, "/org/freedesktop/Notifications", node->interfaces[0],
                                                       &vtable,
                                                       NULL, NULL, NULL), >, 0);
  g_bus_own_name_on_connection (bus, "org.freedesktop.Notifications", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                NULL);
}

/* What the desktop says when somebody clicks on the notification with this number. */
static void
click_note (guint number)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);

  g_dbus_connection_emit_signal (bus, NULL, "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                                 "ActionInvoked", g_variant_new ("(us)", number, "default"), NULL);
}

static guint
get_note_number (const char *note)
{
  guint index;

  return g_ptr_array_find_with_equal_func (notes, note, g_str_equal, &index) ? index + 1 : 0;
}

static gboolean
was_notified (const char *note)
{
  return g_ptr_array_find_with_equal_func (notes, note, g_str_equal, NULL);
}

static GtkWidget *
get_label (GtkWidget  *root,
           const char *text)
{
  return test_get (root, GTK_TYPE_LABEL, ANY, text);
}

static GtkWidget *
get_button (GtkWidget  *root,
            const char *text)
{
  return test_get (root, GTK_TYPE_BUTTON, ANY, text);
}

static GtkWidget *
get_row (const char *name)
{
  return test_get (window, MIEN_TYPE_FRIEND_ROW, ANY, name);
}

static gboolean
is_selected (const char *name)
{
  return gtk_widget_get_state_flags (gtk_widget_get_parent (get_row (name))) & GTK_STATE_FLAG_SELECTED;
}

static void
wait_shown (const char *jid)
{
  test_wait_until (g_strcmp0 (mien_main_window_get_shown (MIEN_MAIN_WINDOW (window)), jid) == 0);
}

static GtkWidget *
get_tips (void)
{
  return mien_friend_list_get_tips (MIEN_FRIEND_LIST (test_get (window, MIEN_TYPE_FRIEND_LIST, ANY, NULL)));
}

static void
test_sign_in (void)
{
  g_autofree char *folder = test_folder_new ("client");
  const MienApplicationOptions options = {
    .account = (char *) "alice@" IM_TEST_DOMAIN, .data_directory = folder,
    .host = (char *) "127.0.0.1", .port = im_server_get_port (server), .tls = XMPP_TLS_STARTTLS,
  };
  g_autoptr (GError) error = NULL;
  GtkWidget *sign_in;

  app = mien_application_new (&options);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (app));

  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_focus_window (sign_in);
  test_type ("not her password\n");

  /* The server made its certificate itself: it is shown, and the password was not sent. */
  get_label (sign_in, "Is this really " IM_TEST_DOMAIN "?");
  test_click (get_button (sign_in, "Trust This Certificate"));
  get_label (sign_in, "That password is not right for alice@" IM_TEST_DOMAIN ".");

  /* What is wrong has the focus, and is selected: typing replaces it. */
  test_type ("alice\n");
  window = test_get_window (MIEN_TYPE_MAIN_WINDOW);
  test_focus_window (window);
  get_label (window, "No Friends Yet");
}

static void
test_add_friend (void)
{
  GtkWidget *dialog;

  test_click (test_get (window, GTK_TYPE_BUTTON, ANY, "Add a Friend"));
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  g_assert_true (test_all_named (dialog));
  test_type ("bob\n");
  get_label (dialog, "That is not a complete address. It looks like name@example.org.");
  test_type ("@" IM_TEST_DOMAIN "\n");
  xmpp_node_unref (im_client_wait_from (bob, "presence", "subscribe", "alice@" IM_TEST_DOMAIN));
  get_row ("bob, Offline, Has not answered yet");

  im_client_send (bob, "<presence type='subscribed' to='alice@" IM_TEST_DOMAIN "'/>");
  im_client_send (bob, "<presence type='subscribe' to='alice@" IM_TEST_DOMAIN "'/>");
  /* Who was asked need not be answered. */
  xmpp_node_unref (im_client_wait_from (bob, "presence", "subscribed", "alice@" IM_TEST_DOMAIN));
  get_row ("bob, Available");
  test_focus_window (window);

  im_client_send (bob, "<presence><show>away</show><status>at lunch</status></presence>");
  get_row ("bob, Away, at lunch");
}

static void
test_accept (void)
{
  ImClient *carol = im_client_new (server, "carol", "desk");

  im_client_appear (carol);
  im_client_send (carol, "<presence type='subscribe' to='alice@" IM_TEST_DOMAIN "'/>");
  test_wait_until (was_notified ("carol would like to be your friend|carol@" IM_TEST_DOMAIN));
  test_click (get_row ("carol, Offline, Would like to be your friend"));
  get_label (window, "carol would like to be your friend and see when you are here.");
  test_click (get_button (window, "Accept"));
  xmpp_node_unref (im_client_wait_from (carol, "presence", "subscribed", "alice@" IM_TEST_DOMAIN));
  test_wait_until (test_find (window, GTK_TYPE_BUTTON, ANY, "Accept") == NULL);
  /* She was above bob, and goes below him. */
  get_row ("carol, Offline, Has not answered yet");
  test_wait_rest (window);
  im_client_free (carol);
}

static void
test_rename (void)
{
  GtkWidget *dialog;

  test_click (get_row ("bob, Away, at lunch"));
  gtk_widget_activate_action (window, "win.rename-friend", NULL);
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  test_key (GDK_KEY_a, GDK_CONTROL_MASK);
  test_type ("Bob Chen\n");
  get_row ("Bob Chen, Away, at lunch");
  test_focus_window (window);
}

static void
test_talk (void)
{
  g_autoptr (XmppNode) heard = NULL;
  GtkWidget *text;

  im_client_send (bob, "<message type='chat' to='" ALICE "' id='m1'>"
                  "<body>Did you see &lt;b&gt;my&lt;/b&gt; new hat?</body>"
                  "<active xmlns='http://jabber.org/protocol/chatstates'/></message>");
  test_wait_until (test_find (window, MIEN_TYPE_MESSAGE_ROW, ANY, NULL) != NULL);
  get_label (window, "Did you see <b>my</b> new hat?");
  /* It was seen as it came. */
  g_assert_false (was_notified ("Bob Chen|Did you see <b>my</b> new hat?"));

  im_client_send (bob, "<message type='chat' to='" ALICE "'>"
                  "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
  get_label (window, "Bob Chen is typing…");

  text = test_get (window, GTK_TYPE_TEXT_VIEW, ANY, "Message");
  test_click (text);
  test_type ("Suits you! 戴");
  test_key (GDK_KEY_Return, 0);
  get_label (window, "Suits you! 戴");
  for (;;)
    {
      g_clear_pointer (&heard, xmpp_node_unref);
      heard = im_client_wait (bob, "message", "chat", NULL, NULL);
      if (xmpp_node_child_text (heard, "body", NULL) != NULL)
        break;
    }
  g_assert_cmpstr (xmpp_node_child_text (heard, "body", NULL), ==, "Suits you! 戴");

  im_client_send (bob, "<message to='%s' id='r1'><received xmlns='urn:xmpp:receipts' id='%s'/></message>",
                  xmpp_node_get (heard, "from"), xmpp_node_get (heard, "id"));
  test_get (window, GTK_TYPE_IMAGE, ANY, "Delivered");
  g_assert_true (test_all_named (window));
}

/* A toast lies over the newest message: it makes way for one that comes, and for another conversation. */
static void
test_toast (void)
{
  const char *copied = "Address copied";

  gtk_widget_activate_action (window, "win.copy-address", NULL);
  get_label (window, copied);
  im_client_send (bob, "<message type='chat' to='" ALICE "' id='t1'><body>It is felt.</body></message>");
  get_label (window, "It is felt.");
  test_wait_until (test_find (window, GTK_TYPE_LABEL, ANY, copied) == NULL);

  gtk_widget_activate_action (window, "win.copy-address", NULL);
  get_label (window, copied);
  mien_main_window_open_conversation (MIEN_MAIN_WINDOW (window), "carol@" IM_TEST_DOMAIN);
  test_wait_until (test_find (window, GTK_TYPE_LABEL, ANY, copied) == NULL);
  mien_main_window_open_conversation (MIEN_MAIN_WINDOW (window), "bob@" IM_TEST_DOMAIN);
  get_label (window, "It is felt.");
}

static void
test_unread (void)
{
  GtkWidget *other;

  /* Nobody sees a conversation that is not in front: it counts, and its row says what was written. */
  other = gtk_window_new ();
  gtk_window_present (GTK_WINDOW (other));
  test_focus_window (other);
  test_wait_until (!gtk_window_is_active (GTK_WINDOW (window)));
  im_client_send (bob, "<message type='chat' to='" ALICE "' id='m2'><body>Are you there?</body></message>");
  test_wait_until (was_notified ("Bob Chen|Are you there?"));
  get_row ("Bob Chen, Away, Are you there?, 1 unread message");
  gtk_window_destroy (GTK_WINDOW (other));
  test_focus_window (window);
  get_label (window, "Are you there?");
  get_row ("Bob Chen, Away, at lunch");
}

/* Another conversation is open, and the window in the background: a click on the notification opens the right one. */
static void
test_notification (void)
{
  GtkWidget *other = gtk_window_new ();

  test_click (get_row ("carol, Offline, Has not answered yet"));
  test_wait_until (test_find (window, GTK_TYPE_LABEL, ANY, "Are you there?") == NULL);
  gtk_window_present (GTK_WINDOW (other));
  test_focus_window (other);
  test_wait_until (!gtk_window_is_active (GTK_WINDOW (window)));
  im_client_send (bob, "<message type='chat' to='" ALICE "' id='m3'><body>Look here</body></message>");
  test_wait_until (was_notified ("Bob Chen|Look here"));
  gtk_window_destroy (GTK_WINDOW (other));
  click_note (get_note_number ("Bob Chen|Look here"));
  get_label (window, "Look here");
  get_label (window, "Are you there?");
  test_focus_window (window);
  wait_shown ("bob@" IM_TEST_DOMAIN);
  test_click (get_row ("Bob Chen, Away, at lunch"));
}

/* The one thing that can only be waited for by time: that nothing happens. */
static gboolean
never (gpointer data)
{
  return FALSE;
}

static void
test_tips (void)
{
  GtkWidget *row = get_row ("Bob Chen, Away, at lunch");
  GtkWidget *tips = get_tips ();

  test_hover_at (window, 0.7, 0.5);
  test_wait_until (!gtk_widget_get_mapped (tips));
  test_hover (row);
  test_wait_mapped (tips);
  get_label (tips, "Bob Chen");
  get_label (tips, "bob@" IM_TEST_DOMAIN);
  get_label (tips, "Away · at lunch");

  /* The pointer may enter, and stays as long as it likes. */
  test_hover (tips);
  test_wait (never, NULL, 3 * MIEN_TIPS_GRACE_MS);
  g_assert_true (gtk_widget_get_mapped (tips));

  /* What changes is shown at once. */
  im_client_send (bob, "<presence><status>back</status></presence>");
  get_label (tips, "Available · back");

  test_key (GDK_KEY_Escape, 0);
  test_wait_gone (tips);

  /* Somewhere else and back again; then away. */
  test_hover_at (window, 0.7, 0.5);
  test_hover (get_row ("Bob Chen, Available, back"));
  test_wait_mapped (tips);
  test_hover_at (window, 0.9, 0.9);
  test_wait_gone (tips);
}

/* Nothing that comes between press and release takes the click away: no tips, and no news. */
static void
test_slow_click (void)
{
  const char *bob_jid = "bob@" IM_TEST_DOMAIN, *carol_jid = "carol@" IM_TEST_DOMAIN;
  GtkWidget *tips = get_tips ();

  test_click (get_row ("carol, Offline, Has not answered yet"));
  wait_shown (carol_jid);
  test_hover (get_row ("Bob Chen, Available, back"));
  test_press (1);
  test_wait (never, NULL, 2 * MIEN_TIPS_DELAY_MS);
  g_assert_false (gtk_widget_get_mapped (tips));
  im_client_send (bob, "<presence><show>away</show><status>gone</status></presence>");
  get_row ("Bob Chen, Away, gone");
  im_client_send (bob, "<presence><status>back</status></presence>");
  get_row ("Bob Chen, Available, back");
  test_release (1);
  wait_shown (bob_jid);

  /* The tips are there already: they go. Pointing at a friend marks no other conversation than the open one. */
  test_hover (get_row ("carol, Offline, Has not answered yet"));
  test_wait_mapped (tips);
  g_assert_true (is_selected ("Bob Chen, Available, back"));
  g_assert_false (is_selected ("carol, Offline, Has not answered yet"));
  test_press (1);
  test_wait_gone (tips);
  test_release (1);
  wait_shown (carol_jid);
  test_click (get_row ("Bob Chen, Available, back"));
  wait_shown (bob_jid);
}

static void
test_tips_by_keyboard (void)
{
  GtkWidget *tips = get_tips ();

  test_click (test_get (window, GTK_TYPE_SEARCH_ENTRY, ANY, NULL));
  test_key (GDK_KEY_Tab, 0);
  test_wait_mapped (tips);
  get_label (tips, "Bob Chen");
  /* The neighbour's take their place. */
  test_key (GDK_KEY_Down, 0);
  get_label (tips, "carol");
  g_assert_true (gtk_widget_get_mapped (tips));
  g_assert_true (is_selected ("carol, Offline, Has not answered yet"));
  test_click (test_get (window, GTK_TYPE_TEXT_VIEW, ANY, "Message"));
  test_wait_gone (tips);
  /* What is open is marked again. */
  test_wait_until (is_selected ("Bob Chen, Available, back"));
}

static void
test_search (void)
{
  test_key (GDK_KEY_f, GDK_CONTROL_MASK);
  test_type ("nobody");
  get_label (window, "Nobody Found");
  test_key (GDK_KEY_a, GDK_CONTROL_MASK);
  test_type ("CHEN");
  get_row ("Bob Chen, Available, back");
  test_key (GDK_KEY_Escape, 0);
  get_row ("Bob Chen, Available, back");
}

static void
test_status (void)
{
  g_autoptr (XmppNode) presence = NULL;

  im_client_clear (bob);
  test_click (test_get (window, GTK_TYPE_MENU_BUTTON, ANY, "Your status"));
  g_assert_true (test_all_named (window));
  test_click (test_get (window, GTK_TYPE_CHECK_BUTTON, ANY, "Do not disturb"));
  presence = im_client_wait (bob, "presence", NULL, "show", NULL);
  g_assert_cmpstr (xmpp_node_child_text (presence, "show", NULL), ==, "dnd");
  test_key (GDK_KEY_Escape, 0);
}

static void
test_emoji (void)
{
  GtkWidget *text = test_get (window, GTK_TYPE_TEXT_VIEW, ANY, "Message");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
  GtkWidget *chooser;

  test_click (test_get (window, GTK_TYPE_MENU_BUTTON, ANY, "Insert an emoji"));
  chooser = test_get (window, GTK_TYPE_EMOJI_CHOOSER, ANY, NULL);
  test_wait_mapped (chooser);
  /* It fills itself while nothing else is to do. */
  test_settle ();
  test_wait_frame (chooser);
  gtk_widget_activate (test_get (chooser, GTK_TYPE_FLOW_BOX_CHILD, ANY, NULL));
  test_wait_until (gtk_text_buffer_get_char_count (buffer) > 0);
  test_wait_gone (chooser);
  gtk_text_buffer_set_text (buffer, "", 0);
}

/* Nothing moves, nothing is drawn. */
static void
test_rest (void)
{
  GtkSettings *settings = gtk_settings_get_default ();

  g_object_set (settings, "gtk-cursor-blink", FALSE, "gtk-enable-animations", TRUE, NULL);
  test_wait_rest (window);
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
}

static void
test_connection (void)
{
  im_server_restart (server);
  /* Another port, and nobody on the old one. */
  get_button (window, "Try Now");
}

static void
test_remove (void)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (window, "win.remove-friend", NULL);
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  g_assert_true (test_all_named (dialog));
  test_click (get_button (dialog, "_Remove"));
  test_wait_until (test_find (window, MIEN_TYPE_FRIEND_ROW, ANY, "Bob Chen, Available, back") == NULL);
  get_label (window, "Whom do you want to talk to?");
  test_focus_window (window);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  test_display_init (&argc, &argv);
  own_notifications ();
  server = im_server_start (NULL);
  bob = im_client_new (server, "bob", "desk");
  im_client_appear (bob);

  g_test_add_func ("/main/sign-in", test_sign_in);
  g_test_add_func ("/main/add-friend", test_add_friend);
  g_test_add_func ("/main/accept", test_accept);
  g_test_add_func ("/main/rename", test_rename);
  g_test_add_func ("/main/talk", test_talk);
  g_test_add_func ("/main/toast", test_toast);
  g_test_add_func ("/main/unread", test_unread);
  g_test_add_func ("/main/notification", test_notification);
  g_test_add_func ("/main/tips", test_tips);
  g_test_add_func ("/main/slow-click", test_slow_click);
  g_test_add_func ("/main/tips-keyboard", test_tips_by_keyboard);
  g_test_add_func ("/main/search", test_search);
  g_test_add_func ("/main/status", test_status);
  g_test_add_func ("/main/emoji", test_emoji);
  g_test_add_func ("/main/rest", test_rest);
  g_test_add_func ("/main/remove", test_remove);
  g_test_add_func ("/main/connection", test_connection);
  status = g_test_run ();

  return status;
}
