/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "im-test-client.h"

/* Roster and subscriptions (RFC 6121 sections 2 and 3). */

#define DOMAIN IM_TEST_DOMAIN

typedef struct
{
  ImServer *server;
  ImClient *alice, *bob;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = im_server_start (NULL);
  fixture->alice = im_client_new (fixture->server, "alice", "desk");
  fixture->bob = im_client_new (fixture->server, "bob", "desk");
  im_client_appear (fixture->alice);
  im_client_appear (fixture->bob);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  im_client_free (fixture->alice);
  im_client_free (fixture->bob);
  im_server_stop (fixture->server);
}

static void
expect_push (ImClient *client, const char *jid, const char *subscription, const char *ask)
{
  g_autoptr (XmppNode) push = im_client_wait (client, "iq", "set", "query", "jabber:iq:roster");
  XmppNode *item = xmpp_node_child (xmpp_node_child (push, "query", NULL), "item", NULL);

  g_assert_cmpstr (xmpp_node_get (item, "jid"), ==, jid);
  g_assert_cmpstr (xmpp_node_get (item, "subscription"), ==, subscription);
  g_assert_cmpstr (xmpp_node_get (item, "ask"), ==, ask);
}

/* The whole way of section 3: ask, approve, cancel, unsubscribe. */
static void
test_subscription (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = fixture->alice, *bob = fixture->bob;

  im_client_send (alice, "<presence type='subscribe' to='bob@" DOMAIN "/ignored'><status>please</status></presence>");
  expect_push (alice, "bob@" DOMAIN, "none", "subscribe");
  {
    g_autoptr (XmppNode) request = im_client_wait (bob, "presence", "subscribe", "status", NULL);

    g_assert_cmpstr (xmpp_node_get (request, "from"), ==, "alice@" DOMAIN);
    g_assert_cmpstr (xmpp_node_get (request, "to"), ==, "bob@" DOMAIN);
  }
  im_client_none (bob, "iq", "set", NULL, NULL);      /* a request that waits is not a contact */

  /* It is repeated when bob comes again, not when alice asks again. */
  im_client_send (alice, "<presence type='subscribe' to='bob@" DOMAIN "'/>");
  im_client_sync (alice);
  im_client_none (bob, "presence", "subscribe", NULL, NULL);
  im_client_free (bob);
  bob = fixture->bob = im_client_new (fixture->server, "bob", "again");
  xmpp_node_unref (im_client_ask (bob, "get", NULL, "<query xmlns='jabber:iq:roster'/>"));
  im_client_send (bob, "<presence/>");
  xmpp_node_unref (im_client_wait (bob, "presence", "subscribe", "status", NULL));

  im_client_send (bob, "<presence type='subscribed' to='alice@" DOMAIN "'/>");
  expect_push (bob, "alice@" DOMAIN, "from", NULL);
  expect_push (alice, "bob@" DOMAIN, "to", NULL);
  xmpp_node_unref (im_client_wait_from (alice, "presence", "subscribed", "bob@" DOMAIN));
  xmpp_node_unref (im_client_wait_from (alice, "presence", NULL, "bob@" DOMAIN "/again"));

  /* Asking for what is there is answered by the server itself. */
  im_client_clear (alice);
  im_client_clear (bob);
  im_client_send (alice, "<presence type='subscribe' to='bob@" DOMAIN "'/>");
  im_client_sync (alice);
  im_client_none (bob, "presence", "subscribe", NULL, NULL);

  im_client_send (bob, "<presence type='unsubscribed' to='alice@" DOMAIN "'/>");
  expect_push (bob, "alice@" DOMAIN, "none", NULL);
  expect_push (alice, "bob@" DOMAIN, "none", NULL);
  xmpp_node_unref (im_client_wait (alice, "presence", "unsubscribed", NULL, NULL));
  xmpp_node_unref (im_client_wait_from (alice, "presence", "unavailable", "bob@" DOMAIN "/again"));

  /* An approval that nobody asked for goes nowhere. */
  im_client_clear (alice);
  im_client_send (bob, "<presence type='subscribed' to='alice@" DOMAIN "'/>");
  im_client_sync (bob);
  im_client_none (alice, "presence", "subscribed", NULL, NULL);
}

static void
test_denied (Fixture *fixture, gconstpointer data)
{
  im_client_send (fixture->alice, "<presence type='subscribe' to='bob@" DOMAIN "'/>");
  xmpp_node_unref (im_client_wait (fixture->bob, "presence", "subscribe", NULL, NULL));
  im_client_send (fixture->bob, "<presence type='unsubscribed' to='alice@" DOMAIN "'/>");
  xmpp_node_unref (im_client_wait (fixture->alice, "presence", "unsubscribed", NULL, NULL));

  /* Neither a denial nor a request that is taken back shows who is there. */
  im_client_send (fixture->alice, "<presence type='subscribe' to='bob@" DOMAIN "'/>");
  xmpp_node_unref (im_client_wait (fixture->bob, "presence", "subscribe", NULL, NULL));
  im_client_send (fixture->alice, "<presence type='unsubscribe' to='bob@" DOMAIN "'/>");
  im_client_none (fixture->alice, "presence", "unavailable", NULL, NULL);

  im_client_send (fixture->alice, "<presence type='subscribe' to='nobody@" DOMAIN "'/>");
  xmpp_node_unref (im_client_wait_from (fixture->alice, "presence", "unsubscribed", "nobody@" DOMAIN));
  im_client_send (fixture->alice, "<presence type='subscribe' to='alice@" DOMAIN "' id='s'/>");
  xmpp_node_unref (im_client_wait (fixture->alice, "presence", "error", NULL, NULL));
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  im_befriend (fixture->alice, fixture->bob);
  im_client_ask_ok (fixture->alice, "set", NULL,
                    "<query xmlns='jabber:iq:roster'><item jid='bob@" DOMAIN "' subscription='remove'/></query>");
  xmpp_node_unref (im_client_wait (fixture->bob, "presence", "unsubscribe", NULL, NULL));
  xmpp_node_unref (im_client_wait (fixture->bob, "presence", "unsubscribed", NULL, NULL));
  xmpp_node_unref (im_client_wait_from (fixture->bob, "presence", "unavailable", "alice@" DOMAIN "/desk"));
  xmpp_node_unref (im_client_wait_from (fixture->alice, "presence", "unavailable", "bob@" DOMAIN "/desk"));
  im_client_ask_error (fixture->alice, "set", NULL,
                       "<query xmlns='jabber:iq:roster'><item jid='bob@" DOMAIN "' subscription='remove'/></query>",
                       "item-not-found");
}

static guint
count_items (XmppNode *result)
{
  XmppNode *query = xmpp_node_child (result, "query", "jabber:iq:roster");
  guint count = 0;

  if (query == NULL)
    return G_MAXUINT;
  XMPP_NODE_FOREACH (query, item)
    count++;
  return count;
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = fixture->alice;
  g_autoptr (XmppNode) whole = NULL, same = NULL, delta = NULL, bad = NULL;
  g_autofree char *ask = NULL;
  const char *ver;

  im_client_ask_ok (alice, "set", NULL,
                    "<query xmlns='jabber:iq:roster'><item jid='bob@" DOMAIN "' name='Bob'><group>A</group>"
                    "<group>B</group></item></query>");
  im_client_ask_ok (alice, "set", NULL, "<query xmlns='jabber:iq:roster'><item jid='carol@" DOMAIN "'/></query>");
  whole = im_client_ask (alice, "get", NULL, "<query xmlns='jabber:iq:roster' ver=''/>");
  g_assert_cmpuint (count_items (whole), ==, 2);
  ver = xmpp_node_get (xmpp_node_child (whole, "query", NULL), "ver");
  g_assert_nonnull (ver);
  ask = g_strdup_printf ("<query xmlns='jabber:iq:roster' ver='%s'/>", ver);
  im_client_clear (alice);

  same = im_client_ask (alice, "get", NULL, ask);
  g_assert_cmpuint (count_items (same), ==, G_MAXUINT);
  im_client_none (alice, "iq", "set", NULL, NULL);

  im_client_ask_ok (alice, "set", NULL, "<query xmlns='jabber:iq:roster'><item jid='dave@" DOMAIN "'/></query>");
  im_client_ask_ok (alice, "set", NULL,
                    "<query xmlns='jabber:iq:roster'><item jid='bob@" DOMAIN "' subscription='remove'/></query>");
  im_client_clear (alice);
  delta = im_client_ask (alice, "get", NULL, ask);
  g_assert_cmpuint (count_items (delta), ==, G_MAXUINT);
  expect_push (alice, "dave@" DOMAIN, "none", NULL);
  expect_push (alice, "bob@" DOMAIN, "remove", NULL);
  im_client_none (alice, "iq", "set", NULL, NULL);

  bad = im_client_ask (alice, "get", NULL, "<query xmlns='jabber:iq:roster' ver='99999'/>");
  g_assert_cmpuint (count_items (bad), ==, 2);
}

static void
test_bad_sets (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *item, *condition; } cases[] = {
    { "", "bad-request" },
    { "<item/>", "bad-request" },
    { "<item jid='a@b@c'/>", "bad-request" },
    { "<item jid='bob@" DOMAIN "'/><item jid='carol@" DOMAIN "'/>", "bad-request" },
    { "<item jid='alice@" DOMAIN "'/>", "bad-request" },
    { "<item jid='bob@" DOMAIN "'><group/></item>", "not-acceptable" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *query = g_strdup_printf ("<query xmlns='jabber:iq:roster'>%s</query>", cases[i].item);

      g_test_message ("%s", query);
      im_client_ask_error (fixture->alice, "set", NULL, query, cases[i].condition);
    }
  im_client_ask_error (fixture->alice, "get", "bob@" DOMAIN, "<query xmlns='jabber:iq:roster'/>",
                       "service-unavailable");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/im/roster/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("subscription", test_subscription);
  ADD ("denied", test_denied);
  ADD ("remove", test_remove);
  ADD ("versions", test_versions);
  ADD ("bad-sets", test_bad_sets);
  return g_test_run ();
}
