/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "im-test-client.h"

#include "xep/xmpp-xep.h"
#include "xmpp-component.h"

/* Personal eventing (XEP-0163), the vCard beside it (XEP-0398), and forwarding to the portrait server. */

#define DOMAIN IM_TEST_DOMAIN
#define PUBSUB "http://jabber.org/protocol/pubsub"
#define METADATA "urn:xmpp:avatar:metadata"
#define SHA1 "0123456789abcdef0123456789abcdef01234567"

typedef struct
{
  ImServer *server;
  ImClient *alice, *bob;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = im_server_start (data);
  fixture->alice = im_client_new (fixture->server, "alice", "desk");
  fixture->bob = im_client_new (fixture->server, "bob", "desk");
  im_client_appear (fixture->alice);
  im_client_appear (fixture->bob);
  im_befriend (fixture->alice, fixture->bob);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  im_client_free (fixture->alice);
  im_client_free (fixture->bob);
  im_server_stop (fixture->server);
}

/* Presence with capabilities that ask for @node, and the answer to the server's question. */
static void
announce (ImClient *client, const char *node, gboolean is_asked)
{
  g_autoptr (XmppDiscoInfo) info = xmpp_disco_info_new ();
  g_autofree char *feature = g_strconcat (node, "+notify", NULL);
  g_autofree char *ver = NULL;
  g_autoptr (XmppNode) answer = NULL;

  xmpp_disco_info_add_identity (info, "client", "pc", NULL, "test");
  xmpp_disco_info_add_feature (info, XMPP_NS_DISCO_INFO);
  xmpp_disco_info_add_feature (info, feature);
  ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);
  im_client_send (
      client, "<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='%s'/></presence>",
      ver);
  if (is_asked)
    {
      g_autoptr (XmppNode) query = im_client_wait (client, "iq", "get", "query", XMPP_NS_DISCO_INFO);

      answer = xmpp_disco_info_result (query, info);
      xmpp_stream_send (client->stream, answer);
    }
  im_client_sync (client);
}

static void
publish (ImClient *client, const char *node, const char *id, const char *payload, const char *options,
         const char *condition)
{
  g_autofree char *text = g_strdup_printf ("<pubsub xmlns='" PUBSUB
                                           "'><publish node='%s'><item id='%s'>%s</item></publish>%s</pubsub>",
                                           node, id, payload, options != NULL ? options : "");

  if (condition != NULL)
    im_client_ask_error (client, "set", NULL, text, condition);
  else
    im_client_ask_ok (client, "set", NULL, text);
}

static XmppNode *
items (ImClient *client, const char *to, const char *node)
{
  g_autofree char *text = g_strdup_printf ("<pubsub xmlns='" PUBSUB "'><items node='%s'/></pubsub>", node);

  return im_client_ask (client, "get", to, text);
}

static guint
count_items (ImClient *client, const char *to, const char *node)
{
  g_autoptr (XmppNode) answer = items (client, to, node);
  XmppNode *list = xmpp_pubsub_result_items (answer, node);
  guint count = 0;

  g_assert_nonnull (list);
  XMPP_NODE_FOREACH (list, item)
    count++;
  return count;
}

#define OPTIONS(field, value)                                                                                          \
  "<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>" PUBSUB        \
  "#publish-options</value></field><field var='" field "'><value>" value "</value></field></x></publish-options>"

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  ImClient *alice = fixture->alice;

  publish (alice, "urn:a", "1", "<a xmlns='urn:a'>one</a>", NULL, NULL);
  publish (alice, "urn:a", "2", "<a xmlns='urn:a'>two</a>", NULL, NULL);
  g_assert_cmpuint (count_items (alice, NULL, "urn:a"), ==, 1);
  g_assert_cmpuint (count_items (fixture->bob, "alice@" DOMAIN, "urn:a"), ==, 1);

  publish (alice, "urn:b", "1", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#max_items", "3"), NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("i%u", i);

      publish (alice, "urn:b", id, "<a xmlns='urn:a'/>", NULL, NULL);
    }
  g_assert_cmpuint (count_items (alice, NULL, "urn:b"), ==, 3);
  publish (alice, "urn:b", "x", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#max_items", "4"), "conflict");
  publish (alice, "urn:b", "x", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#max_items", "3"), NULL);
  publish (alice, "urn:b", "x", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#access_model", "authorize"), "bad-request");
  publish (alice, "urn:b", "x", "", NULL, "bad-request");
  publish (alice, "urn:b", "x", "<a xmlns='urn:a'/><a xmlns='urn:a'/>", NULL, "bad-request");

  im_client_ask_ok (alice, "set", NULL,
                    "<pubsub xmlns='" PUBSUB "'><retract node='urn:b'><item id='x'/></retract></pubsub>");
  im_client_ask_error (alice, "set", NULL,
                       "<pubsub xmlns='" PUBSUB "'><retract node='urn:b'><item id='x'/></retract></pubsub>",
                       "item-not-found");
  im_client_ask_error (fixture->bob, "set", "alice@" DOMAIN,
                       "<pubsub xmlns='" PUBSUB
                       "'><publish node='urn:a'><item><a xmlns='urn:a'/></item></publish></pubsub>",
                       "forbidden");
  im_client_ask_ok (alice, "set", NULL, "<pubsub xmlns='" PUBSUB "#owner'><delete node='urn:b'/></pubsub>");
  im_client_ask_error (alice, "get", NULL, "<pubsub xmlns='" PUBSUB "'><items node='urn:b'/></pubsub>",
                       "item-not-found");
  im_client_ask_ok (alice, "get", NULL, "<pubsub xmlns='" PUBSUB "#owner'><configure node='urn:a'/></pubsub>");
  im_client_ask_ok (alice, "get", NULL, "<query xmlns='http://jabber.org/protocol/disco#items'/>");
}

static void
test_access (Fixture *fixture, gconstpointer data)
{
  ImClient *carol = im_client_new (fixture->server, "carol", "desk");

  publish (fixture->alice, "urn:p", "1", "<a xmlns='urn:a'/>", NULL, NULL);
  publish (fixture->alice, "urn:o", "1", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#access_model", "open"), NULL);
  publish (fixture->alice, "urn:w", "1", "<a xmlns='urn:a'/>", OPTIONS ("pubsub#access_model", "whitelist"), NULL);
  g_assert_cmpuint (count_items (fixture->bob, "alice@" DOMAIN, "urn:p"), ==, 1);
  g_assert_cmpuint (count_items (carol, "alice@" DOMAIN, "urn:o"), ==, 1);
  im_client_ask_error (carol, "get", "alice@" DOMAIN, "<pubsub xmlns='" PUBSUB "'><items node='urn:p'/></pubsub>",
                       "not-authorized");
  im_client_ask_error (fixture->bob, "get", "alice@" DOMAIN,
                       "<pubsub xmlns='" PUBSUB "'><items node='urn:w'/></pubsub>", "not-authorized");
  g_assert_cmpuint (count_items (fixture->alice, NULL, "urn:w"), ==, 1);
  im_client_free (carol);
}

static void
test_notify (Fixture *fixture, gconstpointer data)
{
  ImClient *carol = im_client_new (fixture->server, "carol", "desk");
  ImClient *again;
  g_autoptr (XmppNode) event = NULL;
  g_autoptr (XmppNode) last = NULL;

  im_client_appear (carol);
  announce (carol, "urn:a", TRUE);
  announce (fixture->bob, "urn:a", FALSE);     /* the same hash is asked for once */
  publish (fixture->alice, "urn:a", "1", "<a xmlns='urn:a'>news</a>", NULL, NULL);
  event = im_client_wait (fixture->bob, "message", NULL, "event", PUBSUB "#event");
  g_assert_cmpstr (xmpp_node_get (event, "from"), ==, "alice@" DOMAIN);
  publish (fixture->alice, "urn:other", "1", "<a xmlns='urn:a'/>", NULL, NULL);
  im_client_none (fixture->bob, "message", NULL, NULL, NULL);
  im_client_none (carol, "message", NULL, NULL, NULL);

  /* Who comes later gets the last item (XEP-0163 section 4.3.4). */
  again = im_client_new (fixture->server, "bob", "phone");
  announce (again, "urn:a", FALSE);
  last = im_client_wait (again, "message", NULL, "event", PUBSUB "#event");
  g_assert_cmpstr (xmpp_node_get (last, "from"), ==, "alice@" DOMAIN);

  /* And so does who is let in. */
  im_befriend (fixture->alice, carol);
  im_client_free (again);
  again = im_client_new (fixture->server, "carol", "phone");
  announce (again, "urn:a", FALSE);
  xmpp_node_unref (im_client_wait (again, "message", NULL, "event", PUBSUB "#event"));

  im_client_ask_ok (fixture->alice, "set", NULL,
                    "<pubsub xmlns='" PUBSUB "'><retract node='urn:a' notify='true'><item id='1'/></retract></pubsub>");
  xmpp_node_unref (im_client_wait (fixture->bob, "message", NULL, "event", PUBSUB "#event"));
  im_client_free (again);
  im_client_free (carol);
}

/* "one pixel" is not a picture; the server does not look into it. */
#define PHOTO "iVBORw0KGgoAAAANSUhEUgAAAAE="

static void
test_vcard (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppNode) vcard = NULL, seen = NULL, presence = NULL, metadata = NULL, gone = NULL;
  g_autoptr (GBytes) photo = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *expected = NULL;
  gsize length;
  guchar *raw = g_base64_decode (PHOTO, &length);

  photo = g_bytes_new_take (raw, length);
  expected = xmpp_avatar_hash (photo);

  /* vCard to PEP: others see it in presence (XEP-0153), as metadata and as data. */
  im_client_ask_ok (fixture->alice, "set", NULL,
                    "<vCard xmlns='vcard-temp'><FN>Alice</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>" PHOTO
                    "</BINVAL></PHOTO></vCard>");
  presence = im_client_wait (fixture->bob, "presence", NULL, "x", "vcard-temp:x:update");
  g_assert_cmpint (xmpp_vcard_update_parse (presence, &hash), ==, XMPP_VCARD_UPDATE_HASH);
  g_assert_cmpstr (hash, ==, expected);
  metadata = items (fixture->bob, "alice@" DOMAIN, METADATA);
  g_assert_nonnull (xmpp_pubsub_result_items (metadata, METADATA));
  g_assert_cmpuint (count_items (fixture->bob, "alice@" DOMAIN, "urn:xmpp:avatar:data"), ==, 1);
  vcard = im_client_ask (fixture->bob, "get", "alice@" DOMAIN, "<vCard xmlns='vcard-temp'/>");
  {
    g_autoptr (GBytes) back = xmpp_vcard_get_photo (xmpp_vcard_find (vcard), NULL);

    g_assert_nonnull (back);
    g_assert_true (g_bytes_equal (back, photo));
  }

  /* PEP to vCard: taken back. */
  im_client_clear (fixture->bob);
  publish (fixture->alice, METADATA, "current", "<metadata xmlns='" METADATA "'/>", NULL, NULL);
  gone = im_client_wait (fixture->bob, "presence", NULL, "x", "vcard-temp:x:update");
  g_assert_cmpint (xmpp_vcard_update_parse (gone, NULL), ==, XMPP_VCARD_UPDATE_NONE);
  seen = im_client_ask (fixture->bob, "get", "alice@" DOMAIN, "<vCard xmlns='vcard-temp'/>");
  g_assert_null (xmpp_node_child (xmpp_vcard_find (seen), "PHOTO", NULL));
  g_assert_cmpstr (xmpp_node_child_text (xmpp_vcard_find (seen), "FN", NULL), ==, "Alice");

  im_client_ask_error (fixture->bob, "set", "alice@" DOMAIN, "<vCard xmlns='vcard-temp'/>", "forbidden");
  im_client_ask_error (fixture->bob, "get", "dave@" DOMAIN, "<vCard xmlns='vcard-temp'/>", "service-unavailable");
  im_client_ask_error (fixture->bob, "get", "nobody@" DOMAIN, "<vCard xmlns='vcard-temp'/>", "service-unavailable");
}

typedef struct
{
  guint     count;
  XmppNode *last;
  gboolean  connected;
} Forwarded;

static gboolean
on_forward (XmppPorter *porter, XmppNode *stanza, gpointer user_data)
{
  Forwarded *forwarded = user_data;

  forwarded->count++;
  g_clear_pointer (&forwarded->last, xmpp_node_unref);
  forwarded->last = xmpp_node_ref (stanza);
  xmpp_porter_send (porter, xmpp_iq_result_for (stanza));
  return TRUE;
}

static XmppComponent *
start_portrait (Fixture *fixture, Forwarded *forwarded)
{
  const char *bound = mien_server_config_get_bound (fixture->server->config, "component");
  g_autofree char *secret = mien_server_config_read_secret (fixture->server->config, "portrait",
                                                            "component-secret-file", NULL);
  XmppComponent *component = xmpp_component_new ("portrait." DOMAIN, "127.0.0.1",
                                                 g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10), secret);

  xmpp_porter_add_handler (xmpp_component_get_porter (component), "iq", "set", "forward", "urn:mien:portrait:0", 0,
                           on_forward, forwarded, NULL);
  xmpp_component_start (component);
  return component;
}

/* S3242-S3244: also what was published while the portrait server was away. */
static void
test_forward (Fixture *fixture, gconstpointer data)
{
  Forwarded forwarded = { 0 };
  XmppComponent *component;
  XmppNode *child;

  publish (fixture->alice, "urn:xmpp:avatar:data", SHA1, "<data xmlns='urn:xmpp:avatar:data'>" PHOTO "</data>", NULL,
           NULL);
  publish (fixture->alice, METADATA, SHA1,
           "<metadata xmlns='" METADATA "'><info id='" SHA1 "' bytes='20' type='image/png'/></metadata>", NULL, NULL);
  im_client_ask_error (fixture->alice, "get", "portrait." DOMAIN, "<ping xmlns='urn:xmpp:ping'/>",
                       "remote-server-timeout");
  component = start_portrait (fixture, &forwarded);
  im_turn_until (forwarded.count == 1);
  child = xmpp_node_child (forwarded.last, "forward", NULL);
  g_assert_cmpstr (xmpp_node_get (forwarded.last, "from"), ==, DOMAIN);
  g_assert_cmpstr (xmpp_node_get (child, "jid"), ==, "alice@" DOMAIN);
  g_assert_nonnull (xmpp_node_child (xmpp_node_child (child, "metadata", METADATA), "info", NULL));
  g_assert_cmpstr (xmpp_node_child_text (child, "data", "urn:xmpp:avatar:data"), ==, PHOTO);

  im_client_sync (fixture->alice);
  publish (fixture->alice, METADATA, "current", "<metadata xmlns='" METADATA "'/>", NULL, NULL);
  im_turn_until (forwarded.count == 2);
  child = xmpp_node_child (forwarded.last, "forward", NULL);
  g_assert_null (xmpp_node_first (xmpp_node_child (child, "metadata", METADATA)));
  g_assert_null (xmpp_node_child (child, "data", NULL));

  /* Clients cannot forward for somebody else; that is the component's check of `from`, which the server vouches for. */
  im_client_send (fixture->bob, "<iq type='set' id='f' to='portrait." DOMAIN
                                "'><forward xmlns='urn:mien:portrait:0' jid='alice@" DOMAIN "'/></iq>");
  im_turn_until (forwarded.count == 3);
  g_assert_cmpstr (xmpp_node_get (forwarded.last, "from"), ==, "bob@" DOMAIN "/desk");
  im_client_ask_ok (fixture->alice, "get", DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#items'/>");

  /* Who removes the account takes the portrait along. */
  publish (fixture->alice, METADATA, SHA1,
           "<metadata xmlns='" METADATA "'><info id='" SHA1 "' bytes='20' type='image/png'/></metadata>", NULL, NULL);
  im_turn_until (forwarded.count == 4);
  im_client_send (fixture->alice,
                  "<iq type='set' id='gone' to='" DOMAIN "'><query xmlns='jabber:iq:register'><remove/></query></iq>");
  im_turn_until (forwarded.count == 5);
  child = xmpp_node_child (forwarded.last, "forward", NULL);
  g_assert_cmpstr (xmpp_node_get (child, "jid"), ==, "alice@" DOMAIN);
  g_assert_null (xmpp_node_first (xmpp_node_child (child, "metadata", METADATA)));

  xmpp_component_stop (component);
  g_object_unref (component);
  g_clear_pointer (&forwarded.last, xmpp_node_unref);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func, more) g_test_add ("/im/pep/" name, Fixture, more, set_up, func, tear_down)
  ADD ("publish", test_publish, NULL);
  ADD ("access", test_access, NULL);
  ADD ("notify", test_notify, NULL);
  ADD ("vcard", test_vcard, NULL);
  ADD ("forward", test_forward, "[portrait]\n");
  return g_test_run ();
}
