/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-gallery"

#include "mien-config.h"

#include <portrait-export.h>
#include <string.h>

#include "gallery.h"
#include "mien-friend-row.h"
#include "mien-main-window-private.h"

#define ALICE "alice@" IM_TEST_DOMAIN

/* Who is asked nothing and answers nothing: names as people have them. */
static const struct { const char *jid, *name; } others[] = {
  { "daiyong@example.net", "戴永" },
  { "maximilian.alexander.von.hohenstein@a-rather-long-domain-name.example.net",
    "Maximilian Alexander von Hohenstein-Oettingen" },
  { "noa@example.net", "נועה לוי" },
  { "layla@example.net", "ليلى حسن" },
  { "sunny@example.net", "Sunny 🌞🌻" },
  { "erin@example.net", "" },
  { "frank@example.net", "Frank" },
  { "grace@example.net", "Grace Hopper" },
  { "heidi@example.net", "Heidi" },
  { "ivan@example.net", "Иван Петров" },
  { "judy@example.net", "Judy & <Trent>" },
  { "wang@example.net", "王小明" },
};

static MienMainWindow *self;

static void
act (const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (self), action, NULL);
}

/* The dialog that an action opens. */
static void
shoot_dialog (const char *action, GType type, const char *name)
{
  GtkWidget *dialog;

  act (action);
  dialog = test_get_window (type);
  test_focus_window (dialog);
  gallery_shoot (name);
  gallery_close (dialog);
  test_focus_window (GTK_WIDGET (self));
}

/* XEP-0084, in-band. */
static void
publish_head (ImClient *person, guint index)
{
  cairo_surface_t *head = gallery_head (index, 240);
  g_autoptr (GBytes) png = portrait_export (head, PORTRAIT_FORMAT_PNG, 0, NULL);
  gsize length;
  const guchar *bytes = g_bytes_get_data (png, &length);
  g_autofree char *data = g_base64_encode (bytes, length);
  g_autofree char *id = g_compute_checksum_for_data (G_CHECKSUM_SHA1, bytes, length);
  g_autofree char *data_item = NULL, *metadata_item = NULL;

  cairo_surface_destroy (head);
  data_item = g_strdup_printf ("<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                               "<publish node='urn:xmpp:avatar:data'><item id='%s'>"
                               "<data xmlns='urn:xmpp:avatar:data'>%s</data></item></publish></pubsub>", id, data);
  metadata_item = g_strdup_printf ("<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                                   "<publish node='urn:xmpp:avatar:metadata'><item id='%s'>"
                                   "<metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='%" G_GSIZE_FORMAT
                                   "' id='%s' "
                                   "type='image/png' width='240' height='240'/></metadata></item></publish></pubsub>",
                                   id, length, id);
  im_client_ask_ok (person, "set", NULL, data_item);
  im_client_ask_ok (person, "set", NULL, metadata_item);
}

static void
set_name (ImClient *own, const char *jid, const char *name)
{
  g_autofree char *query =
      g_markup_printf_escaped ("<query xmlns='jabber:iq:roster'><item jid='%s' name='%s'/></query>", jid, name);

  im_client_ask_ok (own, "set", NULL, query);
}

static void
say (ImClient *person, const char *text, const char *more)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  im_client_send (person, "<message type='chat' to='" ALICE "' id='m%u'><body>%s</body>%s</message>", g_random_int (),
                  escaped, more);
  im_client_sync (person);
  test_settle ();
}

static void
write_message (const char *text)
{
  GtkWidget *entry = test_get (GTK_WIDGET (self->conversation), GTK_TYPE_TEXT_VIEW, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry)), text, -1);
  gtk_widget_grab_focus (entry);
  test_key (GDK_KEY_Return, 0);
}

/* Waits for the message of this text and answers it with a receipt or an error. */
static void
answer_message (ImClient *person, const char *text, gboolean fail)
{
  g_autoptr (XmppNode) message = NULL;
  const char *from, *id;

  do
    {
      g_clear_pointer (&message, xmpp_node_unref);
      message = im_client_wait (person, "message", "chat", NULL, NULL);
    }
  while (g_strcmp0 (xmpp_node_child_text (message, "body", NULL), text) != 0);
  from = xmpp_node_get (message, "from");
  id = xmpp_node_get (message, "id");
  if (fail)
    im_client_send (person, "<message type='error' to='%s' id='%s'><error type='cancel'><service-unavailable "
                    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", from, id);
  else
    im_client_send (person, "<message to='%s' id='r1'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", from,
                    id);
}

static void
shoot_conversation (ImClient *bob)
{
  mien_main_window_open_conversation (self, "bob@" IM_TEST_DOMAIN);
  gallery_shoot ("main-conversation-empty");
  say (bob, "See you tomorrow!", "<delay xmlns='urn:xmpp:delay' stamp='2026-01-02T10:00:00Z'/>");
  say (bob, "Did you see my new hat? It is on https://example.org/hats/red?size=9&colour=2", "");
  write_message ("Suits you!");
  answer_message (bob, "Suits you!", FALSE);
  write_message ("戴着真好看，在哪里买的？🎩");
  answer_message (bob, "戴着真好看，在哪里买的？🎩", FALSE);
  say (bob, "A long story. It began when I went to the market on Saturday morning, which is when the people from the "
       "mountains come down with what they made in the winter, and among all the scarves and gloves there was this one "
       "hat.\nIt did not fit.\n\nI bought it anyway.", "");
  say (bob, "ThisIsOneWordThatIsSoLongThatItFitsIntoNoLineOfAnyWindowAndHasToBeBrokenSomewhereInTheMiddleOfItself"
       "BecauseThereIsNoOtherWay", "");
  say (bob, "שלום, מה שלומך?", "");
  write_message ("Can you send me a picture of it?");
  answer_message (bob, "Can you send me a picture of it?", TRUE);
  write_message ("Hello?");
  im_client_send (bob, "<message type='chat' to='" ALICE "'>"
                  "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
  gallery_shoot ("main-conversation");
  shoot_dialog ("win.rename-friend", ADW_TYPE_WINDOW, "friend-rename");
  shoot_dialog ("win.remove-friend", ADW_TYPE_WINDOW, "friend-remove");
  test_click (self->peer_menu);
  gallery_shoot ("friend-menu");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->peer_menu));
}

static void
shoot_search (void)
{
  act ("win.search");
  gtk_editable_set_text (GTK_EDITABLE (self->search), "example.net");
  gallery_shoot ("main-search");
  gtk_editable_set_text (GTK_EDITABLE (self->search), "somebody@example.com");
  gallery_shoot ("main-search-nobody");
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

static void
shoot_tips (const char *jid, const char *name)
{
  GtkWidget *tips = mien_friend_list_get_tips (self->friends);
  GtkWidget *view = mien_friend_list_get_view (self->friends), *row = NULL;

  mien_friend_list_select (self->friends, jid);
  for (int i = 0; i < 2; i++)
    test_wait_frame (view);
  for (GtkWidget *child = gtk_widget_get_first_child (view); child != NULL && row == NULL;)
    {
      GtkWidget *inner = test_find (child, MIEN_TYPE_FRIEND_ROW, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);

      if (inner != NULL && g_strcmp0 (mien_friend_row_get_jid (MIEN_FRIEND_ROW (inner)), jid) == 0)
        row = inner;
      child = inner != NULL && gtk_widget_get_next_sibling (child) == NULL ? gtk_widget_get_first_child (child)
                                                                            : gtk_widget_get_next_sibling (child);
    }
  if (row == NULL)
    {
      g_message ("%s is not in sight", jid);
      return;
    }
  test_hover (row);
  test_wait_mapped (tips);
  gallery_shoot (name);
  test_hover_at (GTK_WIDGET (self), 0.98, 0.02);
  test_wait_gone (tips);
}

static void
shoot_narrow (void)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), 360, 640);
  test_wait_until (adw_leaflet_get_folded (self->leaflet));
  gallery_shoot ("main-narrow-conversation");
  act ("win.back");
  gallery_shoot ("main-narrow-list");
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  test_wait_until (!adw_leaflet_get_folded (self->leaflet));
}

static void
shoot_windows (void)
{
  GtkWidget *dialog;

  shoot_dialog ("app.preferences", ADW_TYPE_PREFERENCES_WINDOW, "preferences");
  shoot_dialog ("win.show-help-overlay", GTK_TYPE_SHORTCUTS_WINDOW, "shortcuts");
  shoot_dialog ("app.about", ADW_TYPE_ABOUT_WINDOW, "about");
  act ("win.add-friend");
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  gallery_shoot ("friend-add");
  test_type ("bob\n");
  gallery_shoot ("friend-add-error");
  gallery_close (dialog);
  test_focus_window (GTK_WIDGET (self));
  gtk_menu_button_popup (self->status_button);
  gallery_shoot ("status");
  gtk_menu_button_popdown (self->status_button);
}

void
gallery_main (GtkWidget *window, ImServer *server)
{
  g_autoptr (GtkWidget) held G_GNUC_UNUSED = g_object_ref (window);
  ImClient *own = im_client_new (server, "alice", "phone"), *bob = im_client_new (server, "bob", "desk");
  ImClient *carol = im_client_new (server, "carol", "desk"), *dave = im_client_new (server, "dave", "desk");
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  self = MIEN_MAIN_WINDOW (window);
  test_focus_window (window);
  gallery_shoot ("main-empty");
  im_client_ask_ok (own, "get", NULL, "<query xmlns='jabber:iq:roster'/>");
  im_client_appear (bob);
  im_client_appear (carol);
  im_client_appear (dave);
  im_befriend (own, bob);
  publish_head (bob, 1);
  im_client_send (bob, "<presence><show>away</show><status>at lunch</status></presence>");
  gallery_shoot ("main-one");

  set_name (own, "bob@" IM_TEST_DOMAIN, "Bob Chen");
  im_befriend (own, carol);
  publish_head (carol, 4);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    set_name (own, others[i].jid, others[i].name);
  im_client_send (carol, "<presence><show>dnd</show><status>Writing my thesis until the end of the month, so please "
                  "write only when the house is on fire or when there is cake in the kitchen 🍰</status></presence>");
  im_client_send (dave, "<presence type='subscribe' to='" ALICE "'/>");
  say (carol, "Where are you?", "");
  say (carol, "Hello?", "");
  gtk_window_set_default_size (GTK_WINDOW (self), 900, 960);
  gallery_shoot ("main-many");
  shoot_tips ("bob@" IM_TEST_DOMAIN, "tips-portrait");
  shoot_tips ("carol@" IM_TEST_DOMAIN, "tips-long-status");
  shoot_tips ("noa@example.net", "tips-none");
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  shoot_search ();
  mien_main_window_open_conversation (self, "dave@" IM_TEST_DOMAIN);
  gallery_shoot ("main-request");
  shoot_windows ();
  shoot_conversation (bob);
  shoot_narrow ();
  im_server_restart (server);
  test_wait_until (gtk_revealer_get_child_revealed (self->bar));
  gallery_shoot ("main-waiting");
  act ("app.sign-out");
  test_wait_gone (window);
  gallery_shoot ("sign-in-again");
}
