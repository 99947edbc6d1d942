/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <mien-portrait-query.h>
#include <xep/xmpp-avatar.h>

#define SHA1 "111f4b3c50d7b0df729d299bc6f8e9ef9066971f"
#define SHA256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static MienPortraitItem *
item_new (const char *jid)
{
  MienPortraitItem *item = mien_portrait_item_new (jid);

  item->sha1 = g_strdup (SHA1);
  item->sha256 = g_strdup (SHA256);
  item->type = g_strdup ("image/png");
  item->url = g_strdup ("https://p.example/p/" SHA256 ".png");
  item->updated = 1767323045678000;
  item->bytes = 1000;
  item->width = item->height = 960;
  return item;
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_autoptr (XmppNode) request = NULL;
  g_autoptr (XmppNode) result = NULL;
  g_autoptr (GPtrArray) asked = NULL;
  g_autoptr (GPtrArray) answered = NULL;
  MienPortraitItem *item;

  g_ptr_array_add (items, item_new ("bob@example.org"));
  g_ptr_array_add (items, mien_portrait_item_new ("carol@example.org"));
  ((MienPortraitItem *) items->pdata[1])->gone = TRUE;
  request = mien_portrait_query_request ("portrait.example.org", items, 0);
  result = mien_portrait_query_result (request, items);

  asked = mien_portrait_query_parse (request);
  g_assert_cmpuint (asked->len, ==, 2);
  item = asked->pdata[0];
  g_assert_cmpstr (item->jid, ==, "bob@example.org");
  g_assert_cmpstr (item->sha1, ==, SHA1);
  g_assert_cmpint (item->updated, ==, 1767323045678000);
  item = asked->pdata[1];
  g_assert_null (item->sha1);
  g_assert_cmpint (item->updated, ==, -1);

  answered = mien_portrait_query_parse (result);
  g_assert_cmpuint (answered->len, ==, 2);
  item = answered->pdata[0];
  g_assert_cmpstr (item->sha1, ==, SHA1);
  g_assert_cmpstr (item->sha256, ==, SHA256);
  g_assert_cmpstr (item->type, ==, "image/png");
  g_assert_cmpuint (item->bytes, ==, 1000);
  g_assert_cmpuint (item->width, ==, 960);
  g_assert_false (item->gone);
  item = answered->pdata[1];
  g_assert_true (item->gone);
}

static void
test_batches (void)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_autoptr (XmppNode) first = NULL;
  g_autoptr (XmppNode) second = NULL;
  g_autoptr (GPtrArray) in_first = NULL;
  g_autoptr (GPtrArray) in_second = NULL;

  for (guint i = 0; i < MIEN_PORTRAIT_QUERY_MAX_ITEMS + 5; i++)
    {
      g_autofree char *jid = g_strdup_printf ("u%u@example.org", i);

      g_ptr_array_add (items, mien_portrait_item_new (jid));
    }
  first = mien_portrait_query_request ("p", items, 0);
  second = mien_portrait_query_request ("p", items, MIEN_PORTRAIT_QUERY_MAX_ITEMS);
  in_first = mien_portrait_query_parse (first);
  in_second = mien_portrait_query_parse (second);
  g_assert_cmpuint (in_first->len, ==, MIEN_PORTRAIT_QUERY_MAX_ITEMS);
  g_assert_cmpuint (in_second->len, ==, 5);
  /* One more than the limit is refused as a whole. */
  xmpp_node_set (xmpp_node_add (xmpp_node_first (first), "item", NULL), "jid", "more@example.org");
  g_assert_null (mien_portrait_query_parse (first));
}

static void
test_hostile (void)
{
  static const struct { const char *name; const char *value; } table[] = {
    { "jid", "@@" }, { "jid", "a@b/resource" }, { "jid", NULL }, { "sha256", "abc" }, { "sha256",
                                                                                        "../../../../etc/passwd" },
    { "sha1", "zz" }, { "url", "file:///etc/passwd" }, { "url", "javascript:alert(1)" }, { "url", "" }, { "type",
                                                                                                          "text/html" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
      g_autoptr (XmppNode) request = xmpp_stanza_new ("iq", "get", "p");
      g_autoptr (XmppNode) result = NULL;
      g_autoptr (GPtrArray) parsed = NULL;

      g_ptr_array_add (items, item_new ("bob@example.org"));
      result = mien_portrait_query_result (request, items);
      xmpp_node_set (xmpp_node_first (xmpp_node_first (result)), table[i].name, table[i].value);
      parsed = mien_portrait_query_parse (result);
      g_assert_cmpuint (parsed->len, ==, 0);
    }
}

static void
test_pointer (void)
{
  g_autoptr (XmppNode) pointer = mien_portrait_pointer_new ("bob@example.org", 1767323045678000, SHA256);
  g_autoptr (XmppNode) other = xmpp_node_new ("pointer", XMPP_NS_AVATAR_METADATA);
  g_autoptr (XmppNode) retract = mien_portrait_retract_request ("p");
  g_autofree char *sha256 = NULL;
  gint64 updated;

  g_assert_true (mien_portrait_pointer_parse (pointer, &updated, &sha256));
  g_assert_cmpint (updated, ==, 1767323045678000);
  g_assert_cmpstr (sha256, ==, SHA256);
  g_assert_false (mien_portrait_pointer_parse (other, NULL, NULL));
  g_assert_false (mien_portrait_pointer_parse (NULL, NULL, NULL));
  g_assert_true (mien_portrait_retract_is (retract));
  g_assert_false (mien_portrait_retract_is (pointer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/comm/portrait-query/round-trip", test_round_trip);
  g_test_add_func ("/comm/portrait-query/batches", test_batches);
  g_test_add_func ("/comm/portrait-query/hostile", test_hostile);
  g_test_add_func ("/comm/portrait-query/pointer", test_pointer);
  return g_test_run ();
}
