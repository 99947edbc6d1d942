/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "portrait-fixture.h"
#include "mien-portrait-limits.h"

#include <string.h>

/* What the component is asked and told: questions, what the IM server forwards, taking back, and what is swept after
   it. */

static void
test_query_limits (Fixture *fixture, gconstpointer data)
{
  XmppNode *query, *iq = xmpp_iq_new ("get", "portrait.example.org", "query", MIEN_NS_PORTRAIT, &query);

  for (int i = 0; i <= MIEN_PORTRAIT_QUERY_MAX_ITEMS; i++)
    {
      g_autofree char *jid = g_strdup_printf ("a%d@example.org", i);

      xmpp_node_set (xmpp_node_add (query, "item", NULL), "jid", jid);
    }
  fixture_ask_error (fixture, "alice@example.org/1", iq, "bad-request");
}

static XmppNode *
forward_of (const char *account, GBytes *png, const char *url, gboolean with_data)
{
  XmppNode *forward, *iq = xmpp_iq_new ("set", "portrait.example.org", "forward", MIEN_NS_PORTRAIT, &forward);
  g_autoptr(XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();

  xmpp_node_set (forward, "jid", account);
  if (png != NULL)
    {
      g_autofree char *sha1 = xmpp_avatar_hash (png);

      g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (sha1, "image/png", NULL, g_bytes_get_size (png), 0, 0));
      if (url != NULL)
        g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (sha1, "image/png", url, g_bytes_get_size (png), 0, 0));
    }
  xmpp_node_append (forward, xmpp_avatar_metadata_to_node (metadata));
  if (with_data)
    xmpp_node_append (forward, xmpp_avatar_data_to_node (png));
  return iq;
}

static void
test_forward (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) large = test_picture (300, 12, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) small = test_picture (64, 12, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) psi = test_picture (96, 13, PORTRAIT_FORMAT_PNG);
  g_autofree char *small_hash = xmpp_avatar_hash (small);
  g_autofree char *psi_hash = xmpp_avatar_hash (psi);
  g_autofree char *url = fixture_publish (fixture, "alice@example.org/1", large);
  g_autoptr(MienPortraitItem) own = NULL;
  g_autoptr(MienPortraitItem) theirs = NULL;
  g_autoptr(MienPortraitItem) gone = NULL;
  static const char * const forgers[] = { "alice@example.org", "alice@example.org/1", "evil.example", "sub.example.org",
                                          "portrait.example.org" };

  /* Only the IM server itself. */
  for (guint i = 0; i < G_N_ELEMENTS (forgers); i++)
    fixture_ask_error (fixture, forgers[i], forward_of ("alice@example.org", psi, NULL, TRUE), "forbidden");
  fixture_ask_error (fixture, "example.org", forward_of ("alice@evil.example", psi, NULL, TRUE), "bad-request");

  /* Our own publication: the large picture stays, its in-band hash is noted. Again without the url: still
   * known by it. */
  fixture_ask_result (fixture, "example.org", forward_of ("alice@example.org", small, url, TRUE));
  fixture_ask_result (fixture, "example.org", forward_of ("alice@example.org", small, NULL, TRUE));
  own = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (own->url, ==, url);
  g_assert_cmpstr (own->sha1, ==, small_hash);

  /* Another client's: it becomes the portrait. Without its data there is nothing to keep. */
  fixture_ask_error (fixture, "example.org", forward_of ("alice@example.org", psi, NULL, FALSE), "item-not-found");
  fixture_ask_result (fixture, "example.org", forward_of ("alice@example.org", psi, NULL, TRUE));
  theirs = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (theirs->sha1, ==, psi_hash);
  g_assert_cmpuint (theirs->width, ==, 96);
  g_assert_cmpint (theirs->updated, >, own->updated);

  /* Empty metadata: taken back. */
  fixture_ask_result (fixture, "example.org", forward_of ("alice@example.org", NULL, NULL, FALSE));
  gone = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (gone->gone);
}

static void
test_retract (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (300, 14, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = fixture_publish (fixture, "alice@example.org/1", png);
  g_autofree char *small = g_strconcat (url, "?size=80", NULL);
  g_auto(Answer) before = { 0 };
  g_auto(Answer) scaled = { 0 };
  g_auto(Answer) after = { 0 };
  g_auto(Answer) scaled_after = { 0 };
  g_autoptr(MienPortraitItem) item = NULL;

  fixture_get (fixture, url, &before);
  fixture_get (fixture, small, &scaled);
  g_assert_cmpuint (scaled.status, ==, 200);
  fixture_ask_result (fixture, "alice@example.org/2", mien_portrait_retract_request ("portrait.example.org"));
  fixture_get (fixture, url, &after);
  g_assert_cmpuint (after.status, ==, 404);
  fixture_get (fixture, small, &scaled_after);
  g_assert_cmpuint (scaled_after.status, ==, 404);
  item = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (item->gone);
}

/* Two server processes on one PostgreSQL and one folder: what one of them forgets, the other does not go on serving
 * from its memory. */
static void
test_retract_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (300, 18, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = NULL;
  Fixture other = { .directory = fixture->directory, .http = fixture->http };

  if (g_getenv ("MIEN_TEST_POSTGRES") == NULL)
    {
      g_test_skip ("SQLite is one process's");
      return;
    }
  url = fixture_publish (fixture, "alice@example.org/1", png);
  fixture_start (&other);
  {
    g_autofree char *there = g_strconcat (mien_portrait_manager_get_public_url (other.manager), strstr (url, "/p/"),
                                          NULL);
    g_auto(Answer) before = { 0 };
    g_auto(Answer) after = { 0 };

    fixture_get (&other, there, &before);
    g_assert_cmpuint (before.status, ==, 200);
    fixture_ask (fixture, "alice@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
    fixture_move_clock (MIEN_PORTRAIT_HOT_SECONDS);
    fixture_get (&other, there, &after);
    g_assert_cmpuint (after.status, ==, 404);
    fixture_move_clock (0);
  }
  fixture_stop (&other);
}

static void
on_sweep (GObject *source, GAsyncResult *result, gpointer data)
{
  guint removed;
  g_autoptr(GError) error = NULL;

  g_assert_true (mien_portrait_manager_sweep_finish (MIEN_PORTRAIT_MANAGER (source), result, &removed, &error));
  g_assert_no_error (error);
  *(guint *) data += removed + (1 << 16);
}

static guint
sweep_all (Fixture *fixture, int grace)
{
  guint sum = 0;

  for (int i = 0; i < 256; i++)
    mien_portrait_manager_sweep_async (fixture->manager, (guint8) i, grace, on_sweep, &sum);
  fixture_wait_for (sum >> 16 == 256);
  return sum & 0xffff;
}

static void
test_sweep (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) first = test_picture (100, 15, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) second = test_picture (100, 16, PORTRAIT_FORMAT_PNG);
  g_autofree char *old_url = fixture_publish (fixture, "alice@example.org", first);
  g_autofree char *new_url = fixture_publish (fixture, "alice@example.org", second);
  g_auto(Answer) old = { 0 };
  g_auto(Answer) kept = { 0 };

  /* Young: somebody may be on his way to it. */
  g_assert_cmpuint (sweep_all (fixture, 3600), ==, 0);
  g_assert_cmpuint (sweep_all (fixture, -2), ==, 1);
  fixture_get (fixture, old_url, &old);
  g_assert_cmpuint (old.status, ==, 404);
  fixture_get (fixture, new_url, &kept);
  g_assert_cmpuint (kept.status, ==, 200);
}

static void
test_disco (Fixture *fixture, gconstpointer data)
{
  XmppNode *answer = fixture_ask (fixture, "eve@evil.example/x",
                                  xmpp_disco_info_request ("portrait.example.org", NULL));
  g_autoptr(XmppDiscoInfo) info = xmpp_disco_info_parse (answer);
  const XmppForm *form = xmpp_disco_info_get_form (info, MIEN_PORTRAIT_FORM_TYPE);

  g_assert_true (xmpp_disco_info_has_identity (info, "store", "file"));
  g_assert_true (xmpp_disco_info_has_feature (info, "urn:xmpp:http:upload:0"));
  g_assert_true (xmpp_disco_info_has_feature (info, "urn:xmpp:http:upload:purpose:0#profile"));
  g_assert_true (xmpp_disco_info_has_feature (info, MIEN_NS_PORTRAIT));
  g_assert_cmpuint (xmpp_upload_get_max_size (info), ==, 1024 * 1024);
  g_assert_cmpstr (xmpp_form_get (form, "avatar-catalogue"), ==, "http://127.0.0.1/c");
  g_assert_cmpint (xmpp_form_get_int (form, "max-pixels", 0, G_MAXINT, 0), ==, 1024 * 1024);
  fixture_ask_result (fixture, "a@example.org/x", xmpp_ping_request ("portrait.example.org"));
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  fixture_add ("/portrait/query/query-limits", test_query_limits);
  fixture_add ("/portrait/query/forward", test_forward);
  fixture_add ("/portrait/query/retract", test_retract);
  fixture_add ("/portrait/query/retract-elsewhere", test_retract_elsewhere);
  fixture_add ("/portrait/query/sweep", test_sweep);
  fixture_add ("/portrait/query/disco", test_disco);
  return g_test_run ();
}
