/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <mien-comm-error.h>
#include <mien-conversation-private.h>
#include <xmpp-porter-owner.h>
#include <xmpp-reader.h>

typedef struct
{
  XmppPorter       *porter;
  MienRoster       *roster;
  MienConversation *conversation;
  GPtrArray        *sent;
  gboolean          cut;               /* nothing goes out */
} Fixture;

static gboolean
on_send (XmppPorter *porter, XmppNode *stanza, gpointer data)
{
  Fixture *f = data;

  if (f->cut)
    return FALSE;
  g_ptr_array_add (f->sent, xmpp_node_ref (stanza));
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  MienFriend *friend;

  f->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  f->porter = xmpp_porter_new (on_send, f);
  xmpp_porter_connected (f->porter, "alice@example.org/home", FALSE);
  f->roster = mien_roster_new (f->porter, "alice@example.org", NULL);
  friend = mien_roster_ensure (f->roster, "bob@example.org");
  mien_friend_set_names (friend, NULL, NULL);
  mien_friend_set_entry (friend, MIEN_SUBSCRIPTION_BOTH, FALSE, NULL);
  mien_friend_set_resource (friend, "x", MIEN_PRESENCE_ONLINE, 0, NULL);
  f->conversation = mien_conversation_new (f->porter, f->roster, "bob@example.org");
}

static void
spin (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_run_dispose (G_OBJECT (f->conversation));
  spin ();
  g_assert_finalize_object (f->conversation);
  g_object_run_dispose (G_OBJECT (f->roster));
  g_assert_finalize_object (f->roster);
  xmpp_porter_dispose_owner (f->porter);
  g_assert_finalize_object (f->porter);
  g_ptr_array_unref (f->sent);
}

static XmppNode *
last_sent (Fixture *f, const char *name)
{
  for (guint i = f->sent->len; i > 0; i--)
    {
      XmppNode *node = g_ptr_array_index (f->sent, i - 1);

      if (xmpp_node_is (node, name, NULL))
        return node;
    }
  return NULL;
}

static guint
count_sent (Fixture *f, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < f->sent->len; i++)
    count += xmpp_node_is (g_ptr_array_index (f->sent, i), name, NULL);
  return count;
}

static void
answer_ping (Fixture *f)
{
  g_autofree char *xml = g_strdup_printf ("<iq xmlns='jabber:client' type='result' id='%s'/>",
                                          xmpp_node_get (last_sent (f, "iq"), "id"));
  g_autoptr (XmppNode) answer = xmpp_node_parse (xml, -1, NULL);

  xmpp_porter_dispatch (f->porter, answer);
  spin ();
}

static MienMessage *
take (Fixture *f, const char *xml, gboolean sent, gboolean live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) stanza = xmpp_node_parse (xml, -1, &error);

  g_assert_no_error (error);
  return mien_conversation_take (f->conversation, stanza, sent, live);
}

static MienFriend *
bob (Fixture *f)
{
  return mien_roster_lookup (f->roster, "bob@example.org");
}

/* Sending, sent, delivered */
static void
test_delivery (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  MienMessage *one = mien_conversation_send (f->conversation, "Hello\nthere", &error);
  MienMessage *two = mien_conversation_send (f->conversation, "again", &error);
  g_autofree char *receipt = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (mien_message_get_delivery (one), ==, MIEN_DELIVERY_SENDING);
  g_assert_true (mien_message_is_own (one));
  /* One ping for what was sent before it; the second waits for its turn. */
  g_assert_cmpuint (count_sent (f, "iq"), ==, 1);
  answer_ping (f);
  g_assert_cmpint (mien_message_get_delivery (one), ==, MIEN_DELIVERY_SENT);
  g_assert_cmpint (mien_message_get_delivery (two), ==, MIEN_DELIVERY_SENDING);
  g_assert_cmpuint (count_sent (f, "iq"), ==, 2);
  answer_ping (f);
  g_assert_cmpint (mien_message_get_delivery (two), ==, MIEN_DELIVERY_SENT);

  receipt = g_strdup_printf ("<message xmlns='jabber:client' from='bob@example.org/x'><received"
                             " xmlns='urn:xmpp:receipts'"
                             " id='%s'/></message>", mien_message_get_id (one));
  g_assert_null (take (f, receipt, FALSE, TRUE));
  g_assert_cmpint (mien_message_get_delivery (one), ==, MIEN_DELIVERY_DELIVERED);
  g_assert_cmpint (mien_message_get_delivery (two), ==, MIEN_DELIVERY_SENT);
  g_assert_cmpstr (mien_friend_get_last_line (bob (f)), ==, "again");
}

static void
test_bad_text (Fixture *f, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (MIEN_MESSAGE_MAX_BYTES + 1, 'x');
  g_autoptr (GError) error = NULL;
  MienMessage *message;

  g_assert_null (mien_conversation_send (f->conversation, long_text, &error));
  g_assert_error (error, MIEN_COMM_ERROR, MIEN_COMM_ERROR_TOO_LONG);
  g_clear_error (&error);
  g_assert_null (mien_conversation_send (f->conversation, " \n\x01 ", &error));
  g_assert_error (error, MIEN_COMM_ERROR, MIEN_COMM_ERROR_EMPTY);
  g_clear_error (&error);
  message = mien_conversation_send (f->conversation, "a\x07" "b\tc\xff", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mien_message_get_body (message), ==, "ab\tc\xef\xbf\xbd");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->conversation)), ==, 1);
}

/* No connection: it waits; a lost one: it failed and can be sent again. */
static void
test_offline (Fixture *f, gconstpointer unused)
{
  MienMessage *waits;
  MienMessage *lost;

  f->cut = TRUE;
  waits = mien_conversation_send (f->conversation, "later", NULL);
  spin ();
  g_assert_cmpint (mien_message_get_delivery (waits), ==, MIEN_DELIVERY_SENDING);
  f->cut = FALSE;
  mien_conversation_connected (f->conversation, FALSE);
  g_assert_cmpstr (xmpp_node_child_text (last_sent (f, "message"), "body", NULL), ==, "later");
  answer_ping (f);
  g_assert_cmpint (mien_message_get_delivery (waits), ==, MIEN_DELIVERY_SENT);

  lost = mien_conversation_send (f->conversation, "lost", NULL);
  xmpp_porter_disconnected (f->porter, FALSE, NULL);
  spin ();
  g_assert_cmpint (mien_message_get_delivery (lost), ==, MIEN_DELIVERY_FAILED);
  g_assert_nonnull (mien_message_get_error (lost));
  xmpp_porter_connected (f->porter, "alice@example.org/home", FALSE);
  mien_conversation_retry (f->conversation, lost);
  answer_ping (f);
  g_assert_cmpint (mien_message_get_delivery (lost), ==, MIEN_DELIVERY_SENT);
  g_assert_null (mien_message_get_error (lost));
}

static void
test_receive (Fixture *f, gconstpointer unused)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  MienMessage *message;

  message = take (f, "<message xmlns='jabber:client' type='chat' id='m1' from='bob@example.org/x'><body>Hi</body>"
                     "<request xmlns='urn:xmpp:receipts'/></message>", FALSE, TRUE);
  g_assert_false (mien_message_is_own (message));
  g_assert_cmpint (mien_message_get_time (message), >=, now);
  g_assert_cmpuint (mien_friend_get_unread (bob (f)), ==, 1);
  g_assert_cmpstr (mien_friend_get_last_line (bob (f)), ==, "Hi");
  g_assert_nonnull (xmpp_node_child (last_sent (f, "message"), "received", NULL));

  message = take (f, "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'><body>Old</body>"
                     "<delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/></message>", FALSE, TRUE);
  g_assert_cmpint (mien_message_get_time (message), ==, 1577934245);
  message = take (f, "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'><body>Future</body>"
                     "<delay xmlns='urn:xmpp:delay' stamp='2120-01-02T03:04:05Z'/></message>", FALSE, TRUE);
  g_assert_cmpint (mien_message_get_time (message), <=, now + 60);
  g_assert_cmpuint (mien_friend_get_unread (bob (f)), ==, 3);

  /* The copy of our own words from another device: read there. */
  message = take (f, "<message xmlns='jabber:client' type='chat' to='bob@example.org'><body>Mine</body></message>",
                  TRUE, FALSE);
  g_assert_true (mien_message_is_own (message));
  g_assert_cmpuint (mien_friend_get_unread (bob (f)), ==, 0);
  g_assert_null (take (f, "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'/>", FALSE, TRUE));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->conversation)), ==, 4);
  g_assert_cmpuint (count_sent (f, "message"), ==, 1);
}

/* The same message twice: only with a stamp is it the same. */
static void
test_repeated (Fixture *f, gconstpointer unused)
{
  static const char first[] = "<message xmlns='jabber:client' type='chat' id='1' from='bob@example.org/x'><body>Hi"
                              "</body></message>";
  static const char again[] = "<message xmlns='jabber:client' type='chat' id='1' from='bob@example.org/x'><body>Hi"
                              "</body>"
                              "<delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/></message>";
  static const char other[] = "<message xmlns='jabber:client' type='chat' id='1' from='bob@example.org/x'><body>Ho"
                              "</body>"
                              "<delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/></message>";

  g_assert_nonnull (take (f, first, FALSE, TRUE));
  g_assert_null (take (f, again, FALSE, TRUE));
  g_assert_nonnull (take (f, other, FALSE, TRUE));
  g_assert_nonnull (take (f, first, FALSE, TRUE));
  g_assert_cmpuint (mien_friend_get_unread (bob (f)), ==, 3);
}

/* What came back says what happened and what to do; a condition that says too little is told with the server's
 * words. */
static void
test_error (Fixture *f, gconstpointer unused)
{
  static const struct { const char *error, *text;
  } cases[] = {
    { "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>",
      "There is nobody with this address. Check how it is written." },
    { "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>",
      "Nobody takes messages at this address at the moment. Send the message again later." },
    { "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><blocked xmlns='urn:xmpp:blocking:errors'/>",
      "You have blocked this address. Unblock it to write to it." },
    { "<internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>",
      "The server did not deliver the message. It says: No such account." },
    { "", "The server did not deliver the message. It says: No such account." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MienMessage *message = mien_conversation_send (f->conversation, "Hello", NULL);
      g_autofree char *xml =
          g_strdup_printf ("<message xmlns='jabber:client' type='error' id='%s' from='bob@example.org'>"
                           "<error type='cancel'>%s"
                           "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>No such account.</text>"
                           "</error></message>",
                           mien_message_get_id (message), cases[i].error);
      g_autoptr (XmppNode) stanza = xmpp_node_parse (xml, -1, NULL);

      mien_conversation_take_error (f->conversation, stanza);
      g_assert_cmpint (mien_message_get_delivery (message), ==, MIEN_DELIVERY_FAILED);
      g_assert_cmpstr (mien_message_get_error (message), ==, cases[i].text);
    }
}

/* Without any reason there is still a sentence. */
static void
test_bare_error (Fixture *f, gconstpointer unused)
{
  MienMessage *message = mien_conversation_send (f->conversation, "Hello", NULL);
  g_autofree char *xml = g_strdup_printf ("<message xmlns='jabber:client' type='error' id='%s'/>",
                                          mien_message_get_id (message));
  g_autoptr (XmppNode) stanza = xmpp_node_parse (xml, -1, NULL);

  mien_conversation_take_error (f->conversation, stanza);
  g_assert_cmpint (mien_message_get_delivery (message), ==, MIEN_DELIVERY_FAILED);
  g_assert_cmpstr (mien_message_get_error (message), ==,
                   "The server did not deliver the message. Send it again later.");
}

static void
test_typing (Fixture *f, gconstpointer unused)
{
  static const char composing[] = "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'>"
                                  "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>";
  static const char text[] = "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'><body>x</body>"
                             "<active xmlns='http://jabber.org/protocol/chatstates'/></message>";
  static const char plain[] = "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'><body>x</body>"
                              "</message>";
  guint sent;

  take (f, composing, FALSE, TRUE);
  g_assert_true (mien_conversation_get_friend_typing (f->conversation));
  g_assert_true (mien_friend_get_typing (bob (f)));
  take (f, text, FALSE, TRUE);
  g_assert_false (mien_conversation_get_friend_typing (f->conversation));

  mien_conversation_set_typing (f->conversation, TRUE);
  mien_conversation_set_typing (f->conversation, TRUE);
  g_assert_cmpuint (count_sent (f, "message"), ==, 1);
  g_assert_nonnull (xmpp_node_child (last_sent (f, "message"), "composing", NULL));
  mien_conversation_set_typing (f->conversation, FALSE);
  g_assert_nonnull (xmpp_node_child (last_sent (f, "message"), "active", NULL));

  /* A client that says nothing of it is told nothing (XEP-0085 section 5.1). */
  take (f, plain, FALSE, TRUE);
  sent = f->sent->len;
  mien_conversation_set_typing (f->conversation, TRUE);
  g_assert_cmpuint (f->sent->len, ==, sent);
  mien_conversation_set_typing (f->conversation, FALSE);

  /* Nor is anybody who is not there. */
  take (f, text, FALSE, TRUE);
  mien_friend_clear_resources (bob (f));
  sent = f->sent->len;
  mien_conversation_set_typing (f->conversation, TRUE);
  g_assert_cmpuint (f->sent->len, ==, sent);
}

static void
test_long_history (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < MIEN_CONVERSATION_MAX_MESSAGES + 10; i++)
    take (f, "<message xmlns='jabber:client' type='chat' from='bob@example.org/x'><body>x</body></message>", i % 2,
          FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->conversation)), ==, MIEN_CONVERSATION_MAX_MESSAGES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/comm/conversation/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("delivery", test_delivery);
  ADD ("bad-text", test_bad_text);
  ADD ("offline", test_offline);
  ADD ("receive", test_receive);
  ADD ("repeated", test_repeated);
  ADD ("error", test_error);
  ADD ("bare-error", test_bare_error);
  ADD ("typing", test_typing);
  ADD ("long-history", test_long_history);
  return g_test_run ();
}
