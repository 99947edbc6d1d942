/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "im-test-client.h"
#include "mien-im-limits.h"

/* Sign-in, messages and presence against the whole server, in process on port 0. */

#define DOMAIN IM_TEST_DOMAIN

typedef struct
{
  ImServer *server;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = im_server_start (data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  im_server_stop (fixture->server);
}

static void
test_sign_in (Fixture *fixture, gconstpointer data)
{
  ImClient *client = im_client_connect (fixture->server);

  g_assert_false (im_client_authenticate (client, "alice", "wrong"));
  g_assert_false (im_client_authenticate (client, "nobody", "nobody"));
  g_assert_true (im_client_authenticate (client, "alice", "alice"));
  g_assert_nonnull (xmpp_node_child (client->features, "c", "http://jabber.org/protocol/caps"));
  g_assert_nonnull (xmpp_node_child (client->features, "ver", "urn:xmpp:features:rosterver"));
  g_assert_nonnull (xmpp_node_child (client->features, "sm", "urn:xmpp:sm:3"));
  im_client_bind (client, "desk");
  g_assert_cmpstr (client->jid, ==, "alice@" DOMAIN "/desk");
  im_client_ask_ok (client, "get", DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
  im_client_ask_error (client, "get", DOMAIN, "<x xmlns='urn:nothing'/>", "service-unavailable");
  im_client_ask_error (client, "get", "alice@elsewhere.example", "<ping xmlns='urn:xmpp:ping'/>",
                       "remote-server-not-found");
  im_client_ask_error (client, "get", "@" DOMAIN, "<ping xmlns='urn:xmpp:ping'/>", "jid-malformed");
  im_client_free (client);
}

/* The newer client gets the resource (RFC 6120 section 7.7.2.2). */
static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  ImClient *first = im_client_new (fixture->server, "alice", "desk");
  ImClient *second = im_client_new (fixture->server, "alice", "desk");

  im_client_wait_closed (first);
  g_assert_cmpstr (xmpp_error_get_condition (first->error), ==, "conflict");
  im_client_free (first);
  im_client_free (second);
}

static void
test_forged_from (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");

  im_client_send (alice, "<message from='bob@" DOMAIN "' to='carol@" DOMAIN "'><body>x</body></message>");
  im_client_wait_closed (alice);
  g_assert_cmpstr (xmpp_error_get_condition (alice->error), ==, "invalid-from");
  im_client_free (alice);
}

static void
test_chat (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *low = im_client_new (fixture->server, "bob", "low");
  ImClient *high = im_client_new (fixture->server, "bob", "high");
  ImClient *negative = im_client_new (fixture->server, "bob", "negative");
  g_autoptr (XmppNode) got = NULL;

  im_client_appear (alice);
  im_client_send (low, "<presence><priority>1</priority></presence>");
  im_client_send (high, "<presence><priority>5</priority></presence>");
  im_client_send (negative, "<presence><priority>-1</priority></presence>");
  im_client_sync (low);
  im_client_sync (high);
  im_client_sync (negative);

  /* Bare address: the highest priority alone. */
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "' id='m1'><body>hello</body></message>");
  got = im_client_wait (high, "message", "chat", "body", NULL);
  g_assert_cmpstr (xmpp_node_get (got, "from"), ==, "alice@" DOMAIN "/desk");
  g_assert_cmpstr (xmpp_node_child_text (got, "body", NULL), ==, "hello");
  im_client_none (low, "message", NULL, NULL, NULL);

  /* A headline: all but the negative ones. */
  im_client_send (alice, "<message type='headline' to='bob@" DOMAIN "'><body>news</body></message>");
  xmpp_node_unref (im_client_wait (high, "message", "headline", NULL, NULL));
  xmpp_node_unref (im_client_wait (low, "message", "headline", NULL, NULL));
  im_client_none (negative, "message", NULL, NULL, NULL);

  /* Full address: that one, whatever its priority. */
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "/negative'><body>you</body></message>");
  xmpp_node_unref (im_client_wait (negative, "message", "chat", NULL, NULL));

  /* A full address that is gone: chat goes to the bare one, normal comes back. */
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "/gone'><body>you</body></message>");
  xmpp_node_unref (im_client_wait (high, "message", "chat", NULL, NULL));
  im_client_send (alice, "<message to='bob@" DOMAIN "/gone' id='m2'><body>you</body></message>");
  xmpp_node_unref (im_client_wait (alice, "message", "error", NULL, NULL));
  im_client_send (alice, "<message type='groupchat' to='bob@" DOMAIN "'><body>you</body></message>");
  xmpp_node_unref (im_client_wait (alice, "message", "error", NULL, NULL));

  /* IQ between clients */
  im_client_send (alice, "<iq type='get' id='q1' to='bob@" DOMAIN "/low'><ping xmlns='urn:xmpp:ping'/></iq>");
  xmpp_node_unref (im_client_wait (low, "iq", "get", "ping", NULL));
  im_client_send (low, "<iq type='result' id='q1' to='alice@" DOMAIN "/desk'/>");
  xmpp_node_unref (im_client_wait (alice, "iq", "result", NULL, NULL));
  im_client_ask_error (alice, "get", "bob@" DOMAIN "/gone", "<ping xmlns='urn:xmpp:ping'/>", "service-unavailable");

  im_client_free (alice);
  im_client_free (low);
  im_client_free (high);
  im_client_free (negative);
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob;

  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "'><body>one</body></message>");
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "'><body>two</body></message>");
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN
                         "'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN
                         "'><body>no</body><no-store xmlns='urn:xmpp:hints'/></message>");
  im_client_send (alice, "<message type='headline' to='bob@" DOMAIN "'><body>no</body></message>");
  im_client_send (alice, "<message type='chat' to='nobody@" DOMAIN "' id='x'><body>no</body></message>");
  im_client_none (alice, "message", "error", NULL, NULL);
  im_client_sync (alice);
  im_server_restart (fixture->server);
  im_client_wait_closed (alice);
  im_client_free (alice);

  bob = im_client_new (fixture->server, "bob", "desk");
  im_client_send (bob, "<presence><priority>-1</priority></presence>");
  im_client_none (bob, "message", NULL, NULL, NULL);
  im_client_send (bob, "<presence/>");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppNode) message = im_client_wait (bob, "message", NULL, NULL, NULL);

      g_assert_cmpstr (xmpp_node_child_text (message, "body", NULL), ==, i == 0 ? "one" : "two");
      g_assert_nonnull (xmpp_node_child (message, "delay", "urn:xmpp:delay"));
    }
  im_client_none (bob, "message", NULL, NULL, NULL);
  im_client_free (bob);
}

static void
test_carbons (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "a");
  ImClient *other = im_client_new (fixture->server, "bob", "b");
  XmppNode *carbon;

  im_client_appear (alice);
  im_client_appear (bob);
  im_client_appear (other);
  im_client_ask_ok (other, "set", NULL, "<enable xmlns='urn:xmpp:carbons:2'/>");
  im_client_clear (bob);

  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "/a'><body>hi</body></message>");
  xmpp_node_unref (im_client_wait (bob, "message", "chat", "body", NULL));
  carbon = im_client_wait (other, "message", NULL, "received", "urn:xmpp:carbons:2");
  g_assert_cmpstr (xmpp_node_get (carbon, "from"), ==, "bob@" DOMAIN);
  xmpp_node_unref (carbon);

  im_client_send (bob, "<message type='chat' to='alice@" DOMAIN "'><body>hi</body></message>");
  xmpp_node_unref (im_client_wait (alice, "message", "chat", "body", NULL));
  xmpp_node_unref (im_client_wait (other, "message", NULL, "sent", "urn:xmpp:carbons:2"));
  im_client_none (bob, "message", NULL, NULL, NULL);

  im_client_send (bob, "<message type='chat' to='alice@" DOMAIN
                       "'><body>hi</body><private xmlns='urn:xmpp:carbons:2'/></message>");
  xmpp_node_unref (im_client_wait (alice, "message", "chat", "body", NULL));
  im_client_none (other, "message", NULL, NULL, NULL);
  im_client_free (alice);
  im_client_free (bob);
  im_client_free (other);
}

static void
test_presence (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  ImClient *carol = im_client_new (fixture->server, "carol", "desk");
  XmppNode *got;

  im_client_appear (alice);
  im_client_appear (bob);
  im_client_appear (carol);
  im_befriend (alice, bob);

  im_client_send (alice, "<presence><show>dnd</show><status>busy</status></presence>");
  got = im_client_wait (bob, "presence", NULL, "show", NULL);
  g_assert_cmpstr (xmpp_node_get (got, "from"), ==, "alice@" DOMAIN "/desk");
  xmpp_node_unref (got);
  im_client_none (carol, "presence", NULL, "show", NULL);

  /* Somebody who comes later sees who is there. */
  im_client_free (bob);
  xmpp_node_unref (im_client_wait_from (alice, "presence", "unavailable", "bob@" DOMAIN "/desk"));
  bob = im_client_new (fixture->server, "bob", "phone");
  im_client_send (bob, "<presence/>");
  got = im_client_wait_from (bob, "presence", NULL, "alice@" DOMAIN "/desk");
  g_assert_cmpstr (xmpp_node_child_text (got, "status", NULL), ==, "busy");
  xmpp_node_unref (got);
  xmpp_node_unref (im_client_wait_from (alice, "presence", NULL, "bob@" DOMAIN "/phone"));

  /* Directed presence is taken back when the session ends (section 4.6.3). */
  im_client_send (bob, "<presence to='carol@" DOMAIN "'/>");
  xmpp_node_unref (im_client_wait_from (carol, "presence", NULL, "bob@" DOMAIN "/phone"));
  im_client_drop (bob);
  xmpp_node_unref (im_client_wait_from (carol, "presence", "unavailable", "bob@" DOMAIN "/phone"));
  xmpp_node_unref (im_client_wait_from (alice, "presence", "unavailable", "bob@" DOMAIN "/phone"));
  im_client_free (alice);
  im_client_free (carol);
}

static void
test_blocking (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  g_autoptr (XmppNode) list = NULL;

  im_client_appear (alice);
  im_client_appear (bob);
  im_befriend (alice, bob);
  list = im_client_ask (alice, "get", NULL, "<blocklist xmlns='urn:xmpp:blocking'/>");
  im_client_ask_ok (alice, "set", NULL, "<block xmlns='urn:xmpp:blocking'><item jid='bob@" DOMAIN "'/></block>");
  xmpp_node_unref (im_client_wait (alice, "iq", "set", "block", NULL));
  xmpp_node_unref (im_client_wait_from (bob, "presence", "unavailable", "alice@" DOMAIN "/desk"));
  im_client_send (bob, "<message type='chat' to='alice@" DOMAIN "/desk'><body>hi</body></message>");
  xmpp_node_unref (im_client_wait (bob, "message", "error", NULL, NULL));
  im_client_none (alice, "message", NULL, NULL, NULL);
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "'><body>hi</body></message>");
  xmpp_node_unref (im_client_wait (alice, "message", "error", NULL, NULL));
  im_client_ask_error (bob, "get", "alice@" DOMAIN "/desk", "<ping xmlns='urn:xmpp:ping'/>", "service-unavailable");
  im_client_ask_ok (alice, "set", NULL, "<unblock xmlns='urn:xmpp:blocking'/>");
  xmpp_node_unref (im_client_wait_from (bob, "presence", NULL, "alice@" DOMAIN "/desk"));
  im_client_ask_error (alice, "set", NULL, "<block xmlns='urn:xmpp:blocking'/>", "bad-request");
  im_client_free (alice);
  im_client_free (bob);
}

static void
test_disco (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  g_autoptr (XmppNode)
      info = im_client_ask (alice, "get", DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  g_autofree char *text = xmpp_node_to_string (info);

  g_assert_nonnull (strstr (text, "category=\"server\"") != NULL ? strstr (text, "category=\"server\"")
                                                                 : strstr (text, "category='server'"));
  g_assert_nonnull (strstr (text, "urn:xmpp:blocking"));
  im_client_ask_ok (alice, "get", DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#items'/>");
  im_client_ask_ok (alice, "get", NULL, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  im_client_ask_error (alice, "get", "bob@" DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#info'/>",
                       "service-unavailable");
  im_client_ask_error (alice, "get", DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>",
                       "item-not-found");
  im_client_ask_ok (alice, "get", DOMAIN, "<query xmlns='jabber:iq:version'/>");
  im_client_free (alice);
}

static void
test_register (Fixture *fixture, gconstpointer data)
{
  ImClient *client = im_client_connect (fixture->server);
  ImClient *bob;

  im_client_ask_ok (client, "get", NULL, "<query xmlns='jabber:iq:register'/>");
  im_client_ask_error (client, "set", NULL,
                       "<query xmlns='jabber:iq:register'><username>alice</username><password>x</password></query>",
                       "conflict");
  im_client_free (client);
  client = im_client_connect (fixture->server);
  im_client_ask_ok (client, "set", NULL,
                    "<query xmlns='jabber:iq:register'><username>erin</username><password>eggs</password></query>");
  g_assert_true (im_client_authenticate (client, "erin", "eggs"));
  im_client_bind (client, "desk");
  im_client_appear (client);
  bob = im_client_new (fixture->server, "bob", "desk");
  im_client_appear (bob);
  im_befriend (client, bob);

  im_client_ask_ok (client, "set", NULL,
                    "<query xmlns='jabber:iq:register'><username>erin</username><password>ham</password></query>");
  im_client_free (client);
  client = im_client_connect (fixture->server);
  g_assert_false (im_client_authenticate (client, "erin", "eggs"));
  g_assert_true (im_client_authenticate (client, "erin", "ham"));
  im_client_bind (client, "desk");
  im_client_ask_ok (client, "set", NULL, "<query xmlns='jabber:iq:register'><remove/></query>");
  im_client_wait_closed (client);
  im_client_free (client);
  xmpp_node_unref (im_client_wait (bob, "presence", "unsubscribed", NULL, NULL));
  client = im_client_connect (fixture->server);
  g_assert_false (im_client_authenticate (client, "erin", "ham"));
  im_client_free (client);
  im_client_free (bob);
}

/* mien-server deluser while the server runs: every client of the account is put out, and its friends see that it has
 * gone. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  char *arguments[] = { (char *) "bob@" DOMAIN, NULL };
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  ImClient *phone = im_client_new (fixture->server, "bob", "phone");
  g_autoptr (XmppNode) push = NULL;
  XmppNode *item;

  im_client_appear (alice);
  im_client_appear (bob);
  im_befriend (alice, bob);
  g_assert_cmpint (mien_im_deluser (fixture->server->config, arguments), ==, 0);
  im_client_wait_closed (bob);
  im_client_wait_closed (phone);
  g_assert_cmpstr (xmpp_error_get_condition (bob->error), ==, "not-authorized");
  g_assert_cmpstr (xmpp_error_get_condition (phone->error), ==, "not-authorized");
  xmpp_node_unref (im_client_wait_from (alice, "presence", "unavailable", "bob@" DOMAIN "/desk"));
  push = im_client_wait (alice, "iq", "set", "query", "jabber:iq:roster");
  item = xmpp_node_child (xmpp_node_child (push, "query", NULL), "item", NULL);
  g_assert_cmpstr (xmpp_node_get (item, "jid"), ==, "bob@" DOMAIN);
  g_assert_cmpstr (xmpp_node_get (item, "subscription"), ==, "none");
  im_client_free (bob);
  im_client_free (phone);
  bob = im_client_connect (fixture->server);
  g_assert_false (im_client_authenticate (bob, "bob", "bob"));
  im_client_free (bob);
  /* It is told once: others are left alone. */
  im_client_sync (alice);
  g_assert_false (alice->closed);
  im_client_free (alice);
}

static void
test_closed_registration (Fixture *fixture, gconstpointer data)
{
  ImClient *client = im_client_connect (fixture->server);
  g_autoptr (XmppNode) answer = NULL;

  answer =
      im_client_ask (client, "set", NULL,
                     "<query xmlns='jabber:iq:register'><username>erin</username><password>eggs</password></query>");
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "error");
  im_client_free (client);
}

/* XEP-0198: what was under way when the connection broke comes over the next one, once. */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  g_autoptr (XmppNode) enabled = NULL;
  g_autoptr (XmppNode) resumed = NULL;
  g_autofree char *id = NULL;

  im_client_appear (alice);
  im_client_appear (bob);
  im_befriend (alice, bob);
  im_client_send (bob, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  enabled = im_client_wait (bob, "enabled", NULL, NULL, NULL);
  id = g_strdup (xmpp_node_get (enabled, "id"));
  g_assert_nonnull (id);
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "'><body>one</body></message>");
  xmpp_node_unref (im_client_wait (bob, "message", "chat", NULL, NULL));
  im_client_drop (bob);
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "'><body>two</body></message>");
  im_client_none (alice, "presence", "unavailable", NULL, NULL);

  bob = im_client_connect (fixture->server);
  g_assert_true (im_client_authenticate (bob, "bob", "bob"));
  im_client_send (bob, "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='1'/>", id);
  resumed = im_client_wait (bob, "resumed", NULL, NULL, NULL);
  {
    g_autoptr (XmppNode) message = im_client_wait (bob, "message", "chat", NULL, NULL);

    g_assert_cmpstr (xmpp_node_child_text (message, "body", NULL), ==, "two");
  }
  im_client_send (alice, "<message type='chat' to='bob@" DOMAIN "/desk'><body>three</body></message>");
  xmpp_node_unref (im_client_wait (bob, "message", "chat", NULL, NULL));

  /* Ended in order, unacknowledged: the message waits for the next sign-in. */
  im_client_free (bob);
  xmpp_node_unref (im_client_wait (alice, "presence", "unavailable", NULL, NULL));
  im_client_sync (alice);
  bob = im_client_new (fixture->server, "bob", "other");
  im_client_send (bob, "<presence/>");
  {
    g_autoptr (XmppNode) message = im_client_wait (bob, "message", "chat", NULL, NULL);

    g_assert_nonnull (message);
  }
  im_client_free (bob);

  bob = im_client_connect (fixture->server);
  g_assert_true (im_client_authenticate (bob, "bob", "bob"));
  im_client_send (bob, "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='1'/>", id);
  xmpp_node_unref (im_client_wait (bob, "failed", NULL, NULL, NULL));
  im_client_bind (bob, "again");
  im_client_free (bob);
  im_client_free (alice);
}

static void
test_bad_stanzas (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  g_autofree char *large = g_strnfill (300 * 1024, 'x');
  g_autoptr (XmppNode) message = NULL;

  im_client_ask_error (alice, "set", NULL, "<a xmlns='urn:a'/><b xmlns='urn:b'/>", "bad-request");
  im_client_ask_error (alice, "strange", NULL, "<a xmlns='urn:a'/>", "bad-request");
  im_client_send (alice, "<presence type='strange'/>");
  im_client_send (alice, "<iq type='result' id='unasked'/>");
  im_client_sync (alice);
  message = xmpp_stanza_new ("message", NULL, "bob@" DOMAIN);
  xmpp_node_add_text_child (message, "body", NULL, large);
  xmpp_stream_send (alice->stream, message);
  im_client_wait_closed (alice);
  g_assert_nonnull (alice->error);
  im_client_free (alice);

  alice = im_client_new (fixture->server, "alice", "desk");
  im_client_send (alice, "<nonsense xmlns='urn:x'/>");
  im_client_wait_closed (alice);
  g_assert_cmpstr (xmpp_error_get_condition (alice->error), ==, "unsupported-stanza-type");
  im_client_free (alice);
}

/* Messages, questions and presence do not tell a stranger who has an account here. Only a request for friendship does,
 * which the person sees if there is one: whoever mistypes an address has to learn it. */
static void
test_no_enumeration (Fixture *fixture, gconstpointer data)
{
  static const char *const stanzas[] = {
    "<message type='chat' to='%s' id='x'><body>hello</body></message>",
    "<message to='%s' id='x'><body>hello</body></message>",
    "<message to='%s' id='x'><subject>hello</subject></message>",
    "<message type='chat' to='%s' id='x'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
    "<message type='headline' to='%s' id='x'><body>hello</body></message>",
    "<message type='groupchat' to='%s' id='x'><body>hello</body></message>",
    "<message type='chat' to='%s/desk' id='x'><body>hello</body></message>",
    "<message to='%s/desk' id='x'><body>hello</body></message>",
    "<iq type='get' to='%s' id='x'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='get' to='%s/desk' id='x'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='get' to='%s' id='x'><vCard xmlns='vcard-temp'/></iq>",
    "<iq type='get' to='%s' id='x'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    "<iq type='get' to='%s' id='x'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>",
    ("<iq type='get' to='%s' id='x'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items "
     "node='urn:xmpp:avatar:metadata'/></pubsub></iq>"),
    "<iq type='get' to='%s' id='x'><query xmlns='jabber:iq:last'/></iq>",
    "<iq type='set' to='%s' id='x'><query xmlns='jabber:iq:roster'/></iq>",
    "<presence to='%s' id='x'/>",
    "<presence type='probe' to='%s' id='x'/>",
  };
  static const char *const people[] = { "dave@" DOMAIN, "nobody@" DOMAIN };
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");

  im_client_appear (alice);
  for (guint i = 0; i < G_N_ELEMENTS (stanzas); i++)
    {
      char *answers[2] = { NULL, NULL };

      for (guint j = 0; j < 2; j++)
        {
          g_auto (GStrv) parts = g_strsplit (stanzas[i], "%s", 2);
          g_autofree char *stanza = g_strconcat (parts[0], people[j], parts[1], NULL);
          g_autoptr (GString) all = g_string_new (NULL);
          XmppNode *node;

          im_client_send (alice, "%s", stanza);
          im_client_sync (alice);
          im_client_sync (alice);      /* behind what the database was asked */
          while ((node = g_queue_pop_head (&alice->inbox)) != NULL)
            {
              g_autofree char *text = xmpp_node_to_string (node);

              g_string_append (all, text);
              xmpp_node_unref (node);
            }
          g_string_replace (all, people[j], "SOMEBODY", 0);
          answers[j] = g_string_free (g_steal_pointer (&all), FALSE);
        }
      if (g_strcmp0 (answers[0], answers[1]) != 0)
        g_error ("%s\nan account: %s\nno account: %s", stanzas[i], answers[0], answers[1]);
      g_free (answers[0]);
      g_free (answers[1]);
    }
  im_client_free (alice);
}

/* Whoever floods is read at the rate; everybody else is served at once, and nothing is lost. */
static void
test_flood (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  const guint n = MIEN_IM_RATE_STANZAS_BURST + MIEN_IM_RATE_STANZAS / 2;
  gint64 start = g_get_monotonic_time ();
  guint answers = 0;

  for (guint i = 0; i < n; i++)
    im_client_send (alice, "<iq type='get' id='f%u' to='" DOMAIN "'><ping xmlns='urn:xmpp:ping'/></iq>", i);
  im_turn_until (g_queue_get_length (&alice->inbox) > 100);
  im_client_ask_ok (bob, "get", DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
  g_assert_cmpuint (g_queue_get_length (&alice->inbox), <, n);
  im_turn_until (g_queue_get_length (&alice->inbox) >= n || alice->closed);
  answers = g_queue_get_length (&alice->inbox);
  g_assert_cmpuint (answers, ==, n);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_USEC_PER_SEC / 2 - 50000);
  im_client_free (alice);
  im_client_free (bob);
}

/* A client that reads nothing is cut off, and nobody else notices. */
static void
test_dead_client (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = im_client_new (fixture->server, "alice", "desk");
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  g_autofree char *body = g_strnfill (100 * 1024, 'x');
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "bob@" DOMAIN "/desk");
  guint sent = 0;

  xmpp_node_add_text_child (message, "body", NULL, body);
  im_client_appear (alice);
  im_client_appear (bob);
  im_befriend (alice, bob);
  xmpp_stream_pause (bob->stream);
  /* A chat to a full address that is gone goes to the bare one, and then waits: no error until the store is full. */
  while (mien_im_role_get_n_sessions (MIEN_IM_ROLE (fixture->server->role)) == 2 && sent < 1000)
    {
      for (guint i = 0; i < 10; i++, sent++)
        xmpp_stream_send (alice->stream, message);
      im_client_sync (alice);
    }
  g_assert_cmpuint (sent, <, 1000);
  xmpp_node_unref (im_client_wait_from (alice, "presence", "unavailable", "bob@" DOMAIN "/desk"));
  im_client_free (alice);
  im_client_drop (bob);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func, more) g_test_add ("/im/" name, Fixture, more, set_up, func, tear_down)
  ADD ("sign-in", test_sign_in, NULL);
  ADD ("conflict", test_conflict, NULL);
  ADD ("forged-from", test_forged_from, NULL);
  ADD ("chat", test_chat, NULL);
  ADD ("offline", test_offline, NULL);
  ADD ("carbons", test_carbons, NULL);
  ADD ("presence", test_presence, NULL);
  ADD ("blocking", test_blocking, NULL);
  ADD ("disco", test_disco, NULL);
  ADD ("register", test_register, "registration=open\n");
  ADD ("removed", test_removed, NULL);
  ADD ("closed-registration", test_closed_registration, NULL);
  ADD ("resume", test_resume, NULL);
  ADD ("bad-stanzas", test_bad_stanzas, NULL);
  ADD ("no-enumeration", test_no_enumeration, NULL);
  ADD ("flood", test_flood, NULL);
  ADD ("dead-client", test_dead_client, NULL);
  return g_test_run ();
}
