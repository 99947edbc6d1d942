/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xmpp-error.h"
#include "xmpp-names.h"
#include "xmpp-node.h"
#include "xmpp-writer.h"

static void
test_attributes (void)
{
  g_autoptr (XmppNode) node = xmpp_node_new ("a", "urn:example:unknown");

  xmpp_node_set (node, "id", "1");
  xmpp_node_set (node, "my-own", "x");
  xmpp_node_set_ns_attr (node, "lang", XMPP_NS_XML, "en");
  xmpp_node_set_ns_attr (node, "lang", "urn:other", "zh");
  xmpp_node_set (node, "id", "2");
  xmpp_node_set (node, "id", xmpp_node_get (node, "id"));
  g_assert_cmpstr (xmpp_node_get (node, "id"), ==, "2");
  g_assert_cmpstr (xmpp_node_get (node, "my-own"), ==, "x");
  g_assert_null (xmpp_node_get (node, "lang"));
  g_assert_cmpstr (xmpp_node_get_ns_attr (node, "lang", XMPP_NS_XML), ==, "en");
  g_assert_cmpstr (xmpp_node_get_ns_attr (node, "lang", "urn:other"), ==, "zh");
  xmpp_node_set (node, "id", NULL);
  xmpp_node_set (node, "id", NULL);
  g_assert_null (xmpp_node_get (node, "id"));
}

static void
test_numbers (void)
{
  static const struct { const char *text; gint64 expected; } table[] = {
    { "0", 0 }, { "7", 7 }, { "100", 100 }, { "101", -1 }, { "-1", -1 }, { "", -1 }, { " 7", -1 }, { "7 ", -1 },
    { "+7", -1 }, { "0x7", -1 }, { "99999999999999999999", -1 }, { "-", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppNode) node = xmpp_node_new ("a", NULL);

      xmpp_node_set (node, "n", table[i].text);
      g_assert_cmpint (xmpp_node_get_int (node, "n", 0, 100, -1), ==, table[i].expected);
    }
}

static void
test_children (void)
{
  g_autoptr (XmppNode) node = xmpp_node_new ("a", "urn:x");
  g_autoptr (XmppNode) kept = NULL;
  g_autoptr (XmppNode) copy = NULL;
  XmppNode *b;
  XmppNode *c;

  xmpp_node_append_text (node, "one ");
  b = xmpp_node_add (node, "b", NULL);
  xmpp_node_append_text (node, "two");
  xmpp_node_append_text (node, " three");
  c = xmpp_node_add_text_child (node, "c", "urn:y", "text");
  g_assert_cmpstr (xmpp_node_get_ns (b), ==, "urn:x");
  g_assert_cmpstr (xmpp_node_get_text (node), ==, "one two three");
  g_assert_true (xmpp_node_first (node) == b);
  g_assert_true (xmpp_node_next (b) == c);
  g_assert_null (xmpp_node_next (c));
  g_assert_true (xmpp_node_child (node, NULL, "urn:y") == c);
  g_assert_true (xmpp_node_child (node, "b", NULL) == b);
  g_assert_null (xmpp_node_child (node, "b", "urn:y"));
  g_assert_cmpstr (xmpp_node_child_text (node, "c", NULL), ==, "text");
  g_assert_cmpstr (xmpp_node_child_text (node, "b", NULL), ==, "");
  g_assert_null (xmpp_node_child_text (node, "d", NULL));

  copy = xmpp_node_copy (node);
  kept = xmpp_node_ref (b);
  g_assert_true (xmpp_node_remove (node, b));
  g_assert_false (xmpp_node_remove (node, b));
  xmpp_node_append (copy, g_steal_pointer (&kept));
  xmpp_node_append_text (node, "!");
  g_assert_cmpstr (xmpp_node_get_text (node), ==, "one two three!");
  {
    g_autofree char *text = xmpp_node_to_string (copy);

    g_assert_cmpstr (text, ==, "<a xmlns='urn:x'>one <b/>two three<c xmlns='urn:y'>text</c><b/></a>");
  }
  /* A held child outlives its parent. */
  kept = xmpp_node_ref (c);
  g_clear_pointer (&node, xmpp_node_unref);
  g_assert_cmpstr (xmpp_node_get_text (kept), ==, "text");
  g_assert_null (xmpp_node_next (kept));
}

static void
test_writing (void)
{
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "bob@example.org");
  XmppNode *forwarded;
  XmppNode *inner;
  g_autofree char *alone = NULL;
  g_autoptr (GString) client = g_string_new (NULL);
  g_autoptr (GString) component = g_string_new (NULL);

  xmpp_node_set_ns_attr (message, "lang", XMPP_NS_XML, "en");
  xmpp_node_set_ns_attr (message, "k", "urn:k", "a'b\n<&>\"");
  xmpp_node_add_text_child (message, "body", NULL, "1 < 2 & \x01\r\xff");
  forwarded = xmpp_node_add (message, "forwarded", "urn:f");
  inner = xmpp_node_add (forwarded, "message", XMPP_NS_CLIENT);
  xmpp_node_add (inner, "e", "");

  alone = xmpp_node_to_string (message);
  g_assert_cmpstr (
      alone, ==,
      "<message xmlns='jabber:client' type='chat' to='bob@example.org' xml:lang='en' xmlns:ns0='urn:k' "
      "ns0:k='a&apos;b&#10;&lt;&amp;&gt;&quot;'><body>1 &lt; 2 &amp; \xef\xbf\xbd&#13;\xef\xbf\xbd</body>"
      "<forwarded xmlns='urn:f'><message xmlns='jabber:client'><e xmlns=''/></message></forwarded></message>");
  xmpp_node_set_ns_attr (message, "k", "urn:k", NULL);
  xmpp_writer_append (client, message, XMPP_NS_CLIENT);
  g_assert_true (g_str_has_prefix (client->str, "<message type='chat' to="));
  xmpp_writer_append (component, message, XMPP_NS_COMPONENT);
  g_assert_true (g_str_has_prefix (component->str, "<message type='chat' to='bob@example.org' xml:lang='en'><body>1"));
  g_assert_nonnull (strstr (component->str, "<forwarded xmlns='urn:f'><message xmlns='jabber:client'>"));
}

static void
test_stream_prefix (void)
{
  g_autoptr (XmppNode) features = xmpp_node_new ("features", XMPP_NS_STREAMS);
  g_autoptr (XmppNode) header = xmpp_node_new ("stream", XMPP_NS_STREAMS);
  g_autoptr (GString) out = g_string_new (NULL);

  xmpp_node_set (header, "to", "a&b");
  xmpp_writer_append_header (out, header, XMPP_NS_CLIENT);
  xmpp_node_add (features, "starttls", XMPP_NS_TLS);
  xmpp_writer_append (out, features, XMPP_NS_CLIENT);
  g_assert_cmpstr (out->str, ==,
                   "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                   "xmlns:stream='http://etherx.jabber.org/streams' to='a&amp;b'><stream:features>"
                   "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>");
}

static void
test_stanzas (void)
{
  XmppNode *query = NULL;
  g_autoptr (XmppNode) iq = xmpp_iq_new ("get", "bob@example.org", "query", "urn:q", &query);
  g_autoptr (XmppNode) result = NULL;
  g_autoptr (XmppNode) failure = NULL;
  g_autoptr (XmppNode) vague = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_node_set (iq, "id", "7");
  xmpp_node_set (iq, "from", "alice@example.org/x");
  g_assert_true (xmpp_node_is (query, "query", "urn:q"));
  result = xmpp_iq_result_for (iq);
  g_assert_cmpstr (xmpp_node_get (result, "to"), ==, "alice@example.org/x");
  g_assert_cmpstr (xmpp_node_get (result, "from"), ==, "bob@example.org");
  g_assert_cmpstr (xmpp_node_get (result, "id"), ==, "7");
  g_assert_false (xmpp_stanza_get_error (result, NULL));

  failure = xmpp_stanza_error_for (iq, "cancel", "item-not-found", "No such picture.");
  g_assert_cmpstr (xmpp_stanza_get_error_condition (failure), ==, "item-not-found");
  g_assert_true (xmpp_stanza_get_error (failure, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_STANZA);
  g_assert_cmpstr (error->message, ==, "No such picture.");
  g_assert_cmpstr (xmpp_error_get_condition (error), ==, "item-not-found");
  g_clear_error (&error);

  vague = xmpp_stanza_new ("iq", "error", NULL);
  g_assert_null (xmpp_stanza_get_error_condition (vague));
  g_assert_true (xmpp_stanza_get_error (vague, &error));
  g_assert_cmpstr (error->message, !=, "");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/attributes", test_attributes);
  g_test_add_func ("/node/numbers", test_numbers);
  g_test_add_func ("/node/children", test_children);
  g_test_add_func ("/node/writing", test_writing);
  g_test_add_func ("/node/stream-prefix", test_stream_prefix);
  g_test_add_func ("/node/stanzas", test_stanzas);
  return g_test_run ();
}
