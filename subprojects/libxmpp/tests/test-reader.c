/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "xmpp-error.h"
#include "xmpp-names.h"
#include "xmpp-reader.h"

#define HEAD                                                                                                           \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='x' "  \
  "version='1.0'>"

static void
test_every_split (void)
{
  static const char text[] = HEAD
      " <message to='a@b' xml:lang='en'><body>A &lt;b&gt; &amp;&#x20AC; <![CDATA[<c>]]>\u00e9</body>"
      "<x xmlns='urn:x'><y xmlns=''/></x></message>\n<stream:features/><e:f xmlns:e='urn:e' "
      "e:g='1'/></stream:stream>\n";

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      g_autoptr (XmppReader) reader = xmpp_reader_new (0);
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppNode) message = NULL;
      g_autoptr (XmppNode) features = NULL;
      g_autoptr (XmppNode) last = NULL;

      g_assert_true (xmpp_reader_push (reader, text, cut, &error));
      g_assert_true (xmpp_reader_push (reader, text + cut, strlen (text) - cut, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (xmpp_node_get (xmpp_reader_get_header (reader), "to"), ==, "x");
      message = xmpp_reader_pop (reader);
      g_assert_cmpstr (xmpp_node_child_text (message, "body", XMPP_NS_CLIENT), ==, "A <b> &\u20ac <c>\u00e9");
      g_assert_cmpstr (xmpp_node_get_ns_attr (message, "lang", XMPP_NS_XML), ==, "en");
      g_assert_cmpstr (xmpp_node_get_ns (xmpp_node_first (xmpp_node_child (message, "x", "urn:x"))), ==, "");
      features = xmpp_reader_pop (reader);
      g_assert_true (xmpp_node_is (features, "features", XMPP_NS_STREAMS));
      last = xmpp_reader_pop (reader);
      g_assert_cmpstr (xmpp_node_get_ns_attr (last, "g", "urn:e"), ==, "1");
      g_assert_null (xmpp_reader_pop (reader));
      g_assert_true (xmpp_reader_is_closed (reader));
    }
}

/* A stanza is there with its last byte, not one later. */
static void
test_at_once (void)
{
  static const char *const stanzas[] = {
    "<presence/>",
    "<message><body>x</body></message>",
    "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<r xmlns='urn:xmpp:sm:3'/>",
  };
  g_autoptr (XmppReader) reader = xmpp_reader_new (0);

  g_assert_true (xmpp_reader_push (reader, HEAD, strlen (HEAD), NULL));
  g_assert_nonnull (xmpp_reader_get_header (reader));
  for (gsize i = 0; i < G_N_ELEMENTS (stanzas); i++)
    {
      for (const char *p = stanzas[i]; *p != '\0'; p++)
        {
          g_assert_null (xmpp_reader_pop (reader));
          g_assert_true (xmpp_reader_push (reader, p, 1, NULL));
          g_assert_true (xmpp_reader_has_partial (reader));
        }
      {
        g_autoptr (XmppNode) stanza = xmpp_reader_pop (reader);

        g_assert_nonnull (stanza);
        g_assert_false (xmpp_reader_has_partial (reader));
      }
    }
}

static const struct
{
  const char *text;
  int code;
  const char *condition;
} bad[] = {
  { HEAD "<a></b>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a b='1' b='2'/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='1' q:b='2'/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<p:a/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a p:b='1'/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a b=1/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a>&nbsp;</a>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { HEAD "<a b='&own;'/>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { HEAD "<a>&#1;</a>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a>\x01</a>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a>\xff\xfe</a>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<a>\xed\xa0\x80</a>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { HEAD "<!-- c -->", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { HEAD "<a><?php ?></a>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { HEAD "text<a/>", XMPP_ERROR_BAD_XML, "bad-format" },
  { HEAD "</stream:stream><a/>", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { "<?php x?><a>", XMPP_ERROR_BAD_XML, "restricted-xml" },
  { "GET / HTTP/1.1\r\n\r\n", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", XMPP_ERROR_BAD_XML, "not-well-formed" },
  { "\xff\xfe<\0a\0>\0", XMPP_ERROR_BAD_XML, "not-well-formed" },
};

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (XmppReader) reader = xmpp_reader_new (0);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      g_test_message ("line %" G_GSIZE_FORMAT, i);
      g_assert_false (xmpp_reader_push (reader, bad[i].text, strlen (bad[i].text), &error));
      g_assert_error (error, XMPP_ERROR, bad[i].code);
      g_assert_cmpstr (xmpp_error_get_condition (error), ==, bad[i].condition);
      g_assert_null (xmpp_reader_pop (reader));
      /* The reader stays dead. */
      g_assert_false (xmpp_reader_push (reader, "<a/>", 4, &again));
      g_assert_cmpstr (again->message, ==, error->message);
      xmpp_reader_reset (reader);
      g_assert_true (xmpp_reader_push (reader, HEAD, strlen (HEAD), NULL));
    }
}

/* A declared encoding does not change how the bytes are read. */
static void
test_encoding (void)
{
  static const char text[] = "<?xml version='1.0' encoding='ISO-8859-1'?><s xmlns='jabber:client'><a>\u00e9</a>";
  static const char utf7[] = "<?xml version='1.0' encoding='UTF-7'?><s xmlns='jabber:client'><a>+ADw-b+AD4-</a>";
  g_autoptr (XmppReader) reader = xmpp_reader_new (0);
  g_autoptr (XmppNode) node = NULL;
  g_autoptr (XmppNode) other = NULL;

  g_assert_true (xmpp_reader_push (reader, text, strlen (text), NULL));
  node = xmpp_reader_pop (reader);
  g_assert_cmpstr (xmpp_node_get_text (node), ==, "\u00e9");
  xmpp_reader_reset (reader);
  g_assert_true (xmpp_reader_push (reader, utf7, strlen (utf7), NULL));
  other = xmpp_reader_pop (reader);
  g_assert_cmpstr (xmpp_node_get_text (other), ==, "+ADw-b+AD4-");
}

static char *
repeat (const char *text,
        gsize       n)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (out, text, (guint) i);
  return g_string_free (out, FALSE);
}

static void
check_limit (const char *body,
             gboolean    fits)
{
  g_autoptr (XmppReader) reader = xmpp_reader_new (20000);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat (HEAD, body, NULL);
  gboolean ok = xmpp_reader_push (reader, text, strlen (text), &error);

  g_assert_cmpint (ok, ==, fits);
  if (!fits)
    {
      g_assert_error (error, XMPP_ERROR, XMPP_ERROR_LIMIT);
      g_assert_cmpstr (xmpp_error_get_condition (error), ==, "policy-violation");
    }
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
static void
test_limits (void)
{
  g_autofree char *deep = repeat ("<a>", XMPP_READER_MAX_DEPTH - 1);
  g_autofree char *deeper = repeat ("<a>", XMPP_READER_MAX_DEPTH);
  g_autofree char *some = repeat (" a%u=''", XMPP_READER_MAX_ATTRIBUTES);
  g_autofree char *more = repeat (" a%u=''", XMPP_READER_MAX_ATTRIBUTES + 1);
  g_autofree char *spaces = repeat (" xmlns:a%u='urn:x'", XMPP_READER_MAX_ATTRIBUTES + 1);
  g_autofree char *attributes = g_strconcat ("<a", some, "/>", NULL);
  g_autofree char *too_many = g_strconcat ("<a", more, "/>", NULL);
  g_autofree char *namespaces = g_strconcat ("<a", spaces, "/>", NULL);
  g_autofree char *name = g_strnfill (XMPP_READER_MAX_NAME + 1, 'a');
  g_autofree char *long_name = g_strconcat ("<", name, "/>", NULL);
  g_autofree char *long_attribute = g_strconcat ("<a ", name, "=''/>", NULL);
  g_autofree char *uri = g_strnfill (XMPP_READER_MAX_NAMESPACE + 1, 'a');
  g_autofree char *long_ns = g_strconcat ("<a xmlns='", uri, "'/>", NULL);
  g_autofree char *big = g_strnfill (20000, 'a');
  g_autofree char *most = g_strnfill (20000 - 7, 'a');
  g_autofree char *full = g_strconcat ("<a>", most, "</a>", NULL);
  g_autofree char *large = g_strconcat ("<a>", most, "b</a>", NULL);
  g_autofree char *value = g_strconcat ("<a b='", big, NULL);
  g_autofree char *unfinished = g_strconcat ("<", big, big, NULL);
  g_autofree char *many = repeat ("<message><body>hello</body></message>   ", 10000);

  check_limit (deep, TRUE);
  check_limit (deeper, FALSE);
  check_limit (attributes, TRUE);
  check_limit (too_many, FALSE);
  check_limit (namespaces, FALSE);
  check_limit (long_name, FALSE);
  check_limit (long_attribute, FALSE);
  check_limit (long_ns, FALSE);
  check_limit (full, TRUE);
  check_limit (large, FALSE);
  check_limit (value, FALSE);
  check_limit (unfinished, FALSE);
  check_limit (many, TRUE);
}
#pragma GCC diagnostic pop

/* Ten megabytes in one stanza: refused after the limit, whatever comes in how large pieces. */
static void
test_ten_megabytes (void)
{
  g_autoptr (XmppReader) reader = xmpp_reader_new (0);
  g_autofree char *piece = g_strnfill (65536, 'x');
  gsize pushed = 0;

  g_assert_true (xmpp_reader_push (reader, HEAD "<a>", strlen (HEAD "<a>"), NULL));
  while (pushed < 10 * 1024 * 1024 && xmpp_reader_push (reader, piece, 65536, NULL))
    pushed += 65536;
  g_assert_cmpuint (pushed, <=, XMPP_READER_MAX_STANZA_DEFAULT);
}

/* A stream that lives long and uses ever new names goes on, and its prefixes stay declared. */
static void
test_many_names (void)
{
  g_autoptr (XmppReader) reader = xmpp_reader_new (0);

  g_assert_true (xmpp_reader_push (reader, HEAD, strlen (HEAD), NULL));
  for (guint i = 0; i < 60000; i++)
    {
      g_autofree char *name = g_strdup_printf ("<stream:name-%u-that-nobody-uses-twice xmlns:p%u='urn:x:%u'/>", i, i,
                                               i);
      g_autoptr (XmppNode) node = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (xmpp_reader_push (reader, name, strlen (name), &error));
      g_assert_no_error (error);
      node = xmpp_reader_pop (reader);
      g_assert_cmpstr (xmpp_node_get_ns (node), ==, XMPP_NS_STREAMS);
    }
  g_assert_cmpstr (xmpp_node_get (xmpp_reader_get_header (reader), "to"), ==, "x");
}

static void
test_mapping (void)
{
  static const char text[] = "<s xmlns='jabber:component:accept'><message><body>x</body></message>";
  g_autoptr (XmppReader) reader = xmpp_reader_new (0);
  g_autoptr (XmppNode) node = NULL;

  xmpp_reader_map_namespace (reader, XMPP_NS_COMPONENT, XMPP_NS_CLIENT);
  g_assert_true (xmpp_reader_push (reader, text, strlen (text), NULL));
  node = xmpp_reader_pop (reader);
  g_assert_true (xmpp_node_is (node, "message", XMPP_NS_CLIENT));
  g_assert_cmpstr (xmpp_node_child_text (node, "body", XMPP_NS_CLIENT), ==, "x");
}

/* What was written is read back the same. */
static void
test_round_trip (void)
{
  static const char * const texts[] = { "plain", "a\tb\nc\rd\r\n", "<&>'\"]]>", "\u00e9\u4f8b\U0001f600", " " };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (XmppNode) node = xmpp_node_new ("a", "urn:a");
      g_autoptr (XmppNode) back = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      xmpp_node_set (node, "b", texts[i]);
      xmpp_node_set_ns_attr (node, "c", "urn:c", texts[i]);
      xmpp_node_add_text_child (node, "d", "", texts[i]);
      text = xmpp_node_to_string (node);
      back = xmpp_node_parse (text, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (xmpp_node_get (back, "b"), ==, texts[i]);
      g_assert_cmpstr (xmpp_node_get_ns_attr (back, "c", "urn:c"), ==, texts[i]);
      g_assert_cmpstr (xmpp_node_child_text (back, "d", ""), ==, texts[i]);
    }
  g_assert_null (xmpp_node_parse ("<a>", -1, NULL));
  g_assert_null (xmpp_node_parse ("", -1, NULL));
  g_assert_null (xmpp_node_parse ("<a/><b/>", -1, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader/every-split", test_every_split);
  g_test_add_func ("/reader/at-once", test_at_once);
  g_test_add_func ("/reader/bad", test_bad);
  g_test_add_func ("/reader/encoding", test_encoding);
  g_test_add_func ("/reader/limits", test_limits);
  g_test_add_func ("/reader/ten-megabytes", test_ten_megabytes);
  g_test_add_func ("/reader/many-names", test_many_names);
  g_test_add_func ("/reader/mapping", test_mapping);
  g_test_add_func ("/reader/round-trip", test_round_trip);
  return g_test_run ();
}
