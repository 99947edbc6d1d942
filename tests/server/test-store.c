/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-im-block-match.h"
#include "mien-im-store.h"

/* The tables and their limits. */

typedef gboolean (*Body) (MienDatabase *db, GError **error);

static gpointer
run_body (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  Body *body = data;

  g_assert_true ((*body) (db, error));
  return NULL;
}

static void
run (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDatabase) db = mien_im_store_open (":memory:", &error);
  Body body = (Body) data;

  g_assert_no_error (error);
  mien_database_run_sync (db, MIEN_DATABASE_WRITE, run_body, &body, &error);
  g_assert_no_error (error);
  mien_database_close (db);
}

static void
add (MienDatabase *db, const char *account)
{
  XmppScramKeys keys = { .iterations = 4096, .salt = "salt", .stored_sha256 = "stored" };
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_im_accounts_add (db, account, &keys, &error));
  g_assert_no_error (error);
}

static gboolean
accounts (MienDatabase *db, GError **error)
{
  g_autoptr (GError) taken = NULL, gone = NULL;
  XmppScramKeys keys = { .iterations = 5000 }, read;

  add (db, "a@x");
  g_assert_false (mien_im_accounts_add (db, "a@x", &keys, &taken));
  g_assert_error (taken, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_EXISTS);
  g_assert_true (mien_im_accounts_get_keys (db, "a@x", &read, error));
  g_assert_cmpuint (read.iterations, ==, 4096);
  g_assert_cmpmem (read.stored_sha256, 6, "stored", 6);
  g_assert_true (mien_im_accounts_set_keys (db, "a@x", &keys, error));
  g_assert_true (mien_im_accounts_get_keys (db, "a@x", &read, error));
  g_assert_cmpuint (read.iterations, ==, 5000);
  g_assert_false (mien_im_accounts_get_keys (db, "b@x", &read, &gone));
  g_assert_error (gone, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NO_ACCOUNT);
  return TRUE;
}

static void
put (MienDatabase *db, const char *account, const char *jid, guint bits, gboolean listed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienRosterRow) row = mien_im_roster_get (db, account, jid, &error);

  row->bits = bits;
  row->listed = listed;
  g_assert_true (mien_im_roster_put (db, account, row, &error));
  g_assert_no_error (error);
}

/* A new account of an old name does not inherit what others gave the old one. */
static gboolean
removal (MienDatabase *db, GError **error)
{
  g_autoptr (MienRosterRow) row = NULL;
  g_autoptr (GPtrArray) offline = NULL;

  add (db, "a@x");
  add (db, "b@x");
  put (db, "a@x", "b@x", MIEN_ROSTER_TO | MIEN_ROSTER_FROM, TRUE);
  put (db, "b@x", "a@x", MIEN_ROSTER_TO | MIEN_ROSTER_FROM, TRUE);
  g_assert_true (mien_im_offline_add (db, "b@x", "<message/>", error));
  g_assert_true (mien_im_accounts_remove (db, "b@x", error));
  row = mien_im_roster_get (db, "a@x", "b@x", error);
  g_assert_true (row->listed);
  g_assert_cmpuint (row->bits, ==, 0);
  add (db, "b@x");
  offline = mien_im_offline_take (db, "b@x", error);
  g_assert_cmpuint (offline->len, ==, 0);
  return TRUE;
}

static gboolean
tombstones (MienDatabase *db, GError **error)
{
  g_autoptr (GPtrArray) delta = NULL, whole = NULL;
  gint64 version;
  gboolean is_delta;

  add (db, "a@x");
  for (guint i = 0; i < MIEN_IM_MAX_TOMBSTONES + 50; i++)
    {
      g_autofree char *jid = g_strdup_printf ("c%u@x", i);

      put (db, "a@x", jid, 0, TRUE);
      put (db, "a@x", jid, 0, FALSE);
    }
  /* So old a version is not served by changes any more. */
  whole = mien_im_roster_list (db, "a@x", 1, &version, &is_delta, error);
  g_assert_false (is_delta);
  g_assert_cmpuint (whole->len, ==, 0);
  delta = mien_im_roster_list (db, "a@x", version - 10, &version, &is_delta, error);
  g_assert_true (is_delta);
  g_assert_cmpuint (delta->len, ==, 5);
  return TRUE;
}

static gboolean
offline (MienDatabase *db, GError **error)
{
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) full = NULL;
  g_autofree char *large = g_strnfill (MIEN_IM_MAX_OFFLINE_BYTES + 1, 'x');

  add (db, "a@x");
  g_assert_false (mien_im_offline_add (db, "a@x", large, &full));
  g_assert_error (full, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT);
  g_clear_error (&full);
  for (guint i = 0; i < MIEN_IM_MAX_OFFLINE; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_true (mien_im_offline_add (db, "a@x", text, error));
    }
  g_assert_false (mien_im_offline_add (db, "a@x", "one too many", &full));
  g_assert_error (full, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT);
  messages = mien_im_offline_take (db, "a@x", error);
  g_assert_cmpuint (messages->len, ==, MIEN_IM_MAX_OFFLINE);
  g_assert_cmpstr (g_ptr_array_index (messages, 0), ==, "0");
  g_assert_cmpstr (g_ptr_array_index (messages, MIEN_IM_MAX_OFFLINE - 1), ==, "999");
  return TRUE;
}

static gboolean
blocked (MienDatabase *db, GError **error)
{
  static const struct { const char *entry, *jid; gboolean covers;
  } cases[] = {
    { "b@x", "b@x", TRUE },     { "b@x", "b@x/r", TRUE }, { "b@x", "c@x", FALSE },   { "x", "b@x/r", TRUE },
    { "x", "x", TRUE },         { "x/r", "b@x/r", TRUE }, { "x/r", "b@x/s", FALSE }, { "b@x/r", "b@x", FALSE },
    { "b@x/r", "b@x/r", TRUE }, { "x", "y", FALSE },
  };

  add (db, "a@x");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean covers;

      g_assert_true (mien_im_blocked_remove (db, "a@x", NULL, error));
      g_assert_true (mien_im_blocked_add (db, "a@x", cases[i].entry, error));
      g_assert_true (mien_im_blocked_has (db, "a@x", cases[i].jid, &covers, error));
      g_assert_cmpint (covers, ==, cases[i].covers);
    }
  return TRUE;
}

static gboolean
pep (MienDatabase *db, GError **error)
{
  MienPepConfig config = { MIEN_PEP_PRESENCE, 2, TRUE };
  g_autoptr (GPtrArray) items = NULL, page = NULL, rest = NULL;
  g_autoptr (GError) large = NULL;
  g_autofree char *payload = g_strnfill (MIEN_IM_MAX_PEP_ITEM + 1, 'x');
  g_autoptr (MienPepItem) too_large = mien_pep_item_new ("c0@x", "n", "l", payload);

  add (db, "a@x");
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *account = g_strdup_printf ("c%u@x", i);

      add (db, account);
      put (db, account, "a@x", i == 3 ? MIEN_ROSTER_TO : MIEN_ROSTER_FROM, TRUE);
      config.access = i == 4 ? MIEN_PEP_WHITELIST : MIEN_PEP_PRESENCE;
      g_assert_true (mien_im_pep_set_config (db, account, "n", &config, error));
      for (guint j = 0; j < 3; j++)
        {
          g_autofree char *id = g_strdup_printf ("%u", j);
          g_autoptr (MienPepItem) item = mien_pep_item_new (account, "n", id, "<x/>");

          g_assert_true (mien_im_pep_publish (db, item, &config, error));
        }
    }
  items = mien_im_pep_list (db, "c0@x", "n", NULL, 10, error);
  g_assert_cmpuint (items->len, ==, 2);
  g_assert_cmpstr (((MienPepItem *) items->pdata[0])->id, ==, "2");
  /* Page by page: c0, c1, c2; neither c3, which does not show itself, nor c4's own list. */
  page = mien_im_pep_last_of_contacts (db, "a@x", "n", "", 2, error);
  g_assert_cmpuint (page->len, ==, 2);
  g_assert_cmpstr (((MienPepItem *) page->pdata[1])->id, ==, "2");
  rest = mien_im_pep_last_of_contacts (db, "a@x", "n", ((MienPepItem *) page->pdata[1])->account, 2, error);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (((MienPepItem *) rest->pdata[0])->account, ==, "c2@x");

  g_assert_false (mien_im_pep_publish (db, too_large, &config, &large));
  g_assert_error (large, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT);
  g_clear_error (&large);
  for (guint i = 1; i < MIEN_IM_MAX_PEP_NODES; i++)
    {
      g_autofree char *node = g_strdup_printf ("m%u", i);

      g_assert_true (mien_im_pep_set_config (db, "c0@x", node, &config, error));
    }
  g_assert_false (mien_im_pep_set_config (db, "c0@x", "one too many", &config, &large));
  g_assert_error (large, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT);
  return TRUE;
}

/* What is published while a portrait is on its way is not taken for forwarded. */
static gboolean
forwards (MienDatabase *db, GError **error)
{
  g_autoptr (GPtrArray) before = NULL, after = NULL, none = NULL;

  add (db, "a@x");
  g_assert_true (mien_im_forwards_add (db, "a@x", error));
  before = mien_im_forwards_list (db, 10, error);
  g_assert_cmpuint (before->len, ==, 1);
  g_assert_true (mien_im_forwards_add (db, "a@x", error));
  g_assert_true (mien_im_forwards_remove (db, "a@x", ((MienForward *) before->pdata[0])->serial, error));
  after = mien_im_forwards_list (db, 10, error);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_true (mien_im_forwards_remove (db, "a@x", ((MienForward *) after->pdata[0])->serial, error));
  none = mien_im_forwards_list (db, 10, error);
  g_assert_cmpuint (none->len, ==, 0);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/im/store/accounts", accounts, run);
  g_test_add_data_func ("/im/store/removal", removal, run);
  g_test_add_data_func ("/im/store/tombstones", tombstones, run);
  g_test_add_data_func ("/im/store/offline", offline, run);
  g_test_add_data_func ("/im/store/blocked", blocked, run);
  g_test_add_data_func ("/im/store/pep", pep, run);
  g_test_add_data_func ("/im/store/forwards", forwards, run);
  return g_test_run ();
}
