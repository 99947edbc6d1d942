/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "xmpp-error.h"
#include "xmpp-jid.h"
#include "xmpp-precis.h"

static const struct
{
  const char *text;
  const char *local;
  const char *domain;
  const char *resource;
} good[] = {
  { "juliet@example.com", "juliet", "example.com", NULL },
  { "juliet@example.com/foo", "juliet", "example.com", "foo" },
  { "juliet@example.com/foo bar", "juliet", "example.com", "foo bar" },
  { "juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar" },
  { "foo\\20bar@example.com", "foo\\20bar", "example.com", NULL },
  { "fussball@example.com", "fussball", "example.com", NULL },
  { "fu\u00dfball@example.com", "fu\u00dfball", "example.com", NULL },
  { "\u03c0@example.com", "\u03c0", "example.com", NULL },
  { "\u03a3@example.com/foo", "\u03c3", "example.com", "foo" },
  { "king@example.com/\u265a", "king", "example.com", "\u265a" },
  { "example.com", NULL, "example.com", NULL },
  { "example.com/foobar", NULL, "example.com", "foobar" },
  { "a.example.com/b@example.net", NULL, "a.example.com", "b@example.net" },
  { "Alice@EXAMPLE.org/Desk/2", "alice", "example.org", "Desk/2" },
  { "example.org.", NULL, "example.org", NULL },
  { "\uff21lice@example.org", "alice", "example.org", NULL },
  { "e\u0301mile@example.org", "\u00e9mile", "example.org", NULL },
  { "\u0130@example.org", "i\u0307", "example.org", NULL },
  { "bob@B\u00dcCHER.example", "bob", "b\u00fccher.example", NULL },
  { "bob@xn--bcher-kva.example", "bob", "b\u00fccher.example", NULL },
  { "bob@[2001:db8::1]", "bob", "[2001:db8::1]", NULL },
  { "bob@192.0.2.1", "bob", "192.0.2.1", NULL },
  { "bob@localhost/a\u00a0b", "bob", "localhost", "a b" },
  { "pa\u00b7l@x.example", NULL, NULL, NULL },       /* middle dot between letters other than l */
  { "paral\u00b7lel@x.example", "paral\u00b7lel", "x.example", NULL },
  { "\u05d0\u05d1@example.org", "\u05d0\u05d1", "example.org", NULL },
  { "\u5f20\u4f1f@\u4f8b\u5b50.example", "\u5f20\u4f1f", "\u4f8b\u5b50.example", NULL },
  /* refused */
  { "", NULL, NULL, NULL },
  { "@example.com", NULL, NULL, NULL },
  { "/foo", NULL, NULL, NULL },
  { "juliet@", NULL, NULL, NULL },
  { "juliet@example.com/", NULL, NULL, NULL },
  { "\"juliet\"@example.com", NULL, NULL, NULL },
  { "foo bar@example.com", NULL, NULL, NULL },
  { "a@b@example.com", NULL, NULL, NULL },
  { "henry\u2163@example.com", NULL, NULL, NULL },
  { "\u265a@example.com", NULL, NULL, NULL },
  { "\u2665@example.com", NULL, NULL, NULL },
  { "a\u00adb@example.com", NULL, NULL, NULL },
  { "a\u200bb@example.com", NULL, NULL, NULL },
  { "a\u200db@example.com", NULL, NULL, NULL },
  { "\u05d0a@example.org", NULL, NULL, NULL },
  { "\u0661\u06f1@example.org", NULL, NULL, NULL },
  { "a@exa mple.com", NULL, NULL, NULL },
  { "a@-x.example", NULL, NULL, NULL },
  { "a@x-.example", NULL, NULL, NULL },
  { "a@x..example", NULL, NULL, NULL },
  { "a@.", NULL, NULL, NULL },
  { "a@[::1", NULL, NULL, NULL },
  { "a@[]", NULL, NULL, NULL },
  { "a@[1.2.3.4]", NULL, NULL, NULL },
  { "a@example.com/b\x01", NULL, NULL, NULL },
  { "a@example.com/\xff", NULL, NULL, NULL },
  { "\xc3@example.com", NULL, NULL, NULL },
  { "a@\u2603\u200b.example", NULL, NULL, NULL },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new (good[i].text, &error);
      g_autoptr (XmppJid) again = NULL;

      g_test_message ("line %" G_GSIZE_FORMAT, i);
      if (good[i].domain == NULL)
        {
          g_assert_error (error, XMPP_ERROR, XMPP_ERROR_BAD_JID);
          g_assert_cmpstr (xmpp_error_get_condition (error), ==, "jid-malformed");
          g_assert_null (jid);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (xmpp_jid_get_local (jid), ==, good[i].local);
      g_assert_cmpstr (xmpp_jid_get_domain (jid), ==, good[i].domain);
      g_assert_cmpstr (xmpp_jid_get_resource (jid), ==, good[i].resource);

      /* Preparation is idempotent. */
      again = xmpp_jid_new (xmpp_jid_get_full (jid), &error);
      g_assert_no_error (error);
      g_assert_true (xmpp_jid_equal (jid, again));
      g_assert_cmpuint (xmpp_jid_hash (jid), ==, xmpp_jid_hash (again));
    }
}

static void
test_parts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new ("bob@example.org/phone", &error);
  g_autoptr (XmppJid) bare = xmpp_jid_to_bare (jid);
  g_autoptr (XmppJid) desk = xmpp_jid_with_resource (bare, "desk", &error);
  g_autoptr (XmppJid) same = xmpp_jid_new_from_parts ("BOB", "Example.Org", "desk", &error);
  g_autoptr (XmppJid) none = xmpp_jid_with_resource (desk, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_jid_get_bare (jid), ==, "bob@example.org");
  g_assert_cmpstr (xmpp_jid_get_full (jid), ==, "bob@example.org/phone");
  g_assert_false (xmpp_jid_is_bare (jid));
  g_assert_true (xmpp_jid_is_bare (bare));
  g_assert_true (xmpp_jid_bare_equal (jid, desk));
  g_assert_false (xmpp_jid_equal (jid, desk));
  g_assert_true (xmpp_jid_equal (desk, same));
  g_assert_true (xmpp_jid_equal (none, bare));
}

static void
test_lengths (void)
{
  const gsize lengths[] = { XMPP_JID_MAX_PART, XMPP_JID_MAX_PART + 1, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *part = g_strnfill (lengths[i], 'a');
      g_autofree char *local = g_strconcat (part, "@example.org", NULL);
      g_autofree char *resource = g_strconcat ("a@example.org/", part, NULL);
      g_autofree char *domain = g_strconcat ("a@", part, NULL);
      g_autoptr (XmppJid) one = xmpp_jid_new (local, NULL);
      g_autoptr (XmppJid) two = xmpp_jid_new (resource, NULL);
      g_autoptr (XmppJid) three = xmpp_jid_new (domain, NULL);

      g_assert_true ((one != NULL) == (i == 0));
      g_assert_true ((two != NULL) == (i == 0));
      g_assert_null (three);   /* a label has at most 63 bytes */
    }
}

static void
test_passwords (void)
{
  g_autofree char *spaced = xmpp_precis_opaque_string ("p\u2003\u00e5ss");
  g_autofree char *same = xmpp_precis_opaque_string ("pA ss\u2665");

  g_assert_cmpstr (spaced, ==, "p \u00e5ss");
  g_assert_cmpstr (same, ==, "pA ss\u2665");
  g_assert_null (xmpp_precis_opaque_string (""));
  g_assert_null (xmpp_precis_opaque_string ("a\tb"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jid/table", test_table);
  g_test_add_func ("/jid/parts", test_parts);
  g_test_add_func ("/jid/lengths", test_lengths);
  g_test_add_func ("/jid/passwords", test_passwords);
  return g_test_run ();
}
