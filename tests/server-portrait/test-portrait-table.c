/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-portrait-server-error.h"
#include "mien-portrait-table.h"

#include <glib/gstdio.h>
#include <string.h>

/* The same checks for SQLite and, when MIEN_TEST_POSTGRES is an address (tests/server-portrait/with-postgres sets it
 * up), for PostgreSQL. */

static const char *
address_of_database (void)
{
  const char *address = g_getenv ("MIEN_TEST_POSTGRES");

  return address != NULL ? address : "sqlite";
}

static MienPortraitTable *
open_table (void)
{
  g_autofree char *directory = test_folder_new ("table");
  g_autofree char *path = g_build_filename (directory, "portrait.sqlite", NULL);
  g_autoptr(GError) error = NULL;
  MienPortraitTable *table = mien_portrait_table_open (address_of_database (), path, &error);

  g_assert_no_error (error);
  return table;
}

static gboolean
yes (const char *address, gpointer user_data)
{
  return TRUE;
}

static gboolean
no (const char *address, gpointer user_data)
{
  return FALSE;
}

/* Names differ from test to test: PostgreSQL's database is one for all. */
static char *
account (const char *name)
{
  return g_strdup_printf ("%s@%08x.example", name, g_random_int ());
}

static MienPortraitRow *
new_row (const char *name, char digit, gint64 updated)
{
  MienPortraitRow *row = mien_portrait_row_new (name);
  g_autofree char *seed = g_strdup_printf ("%s%c", strchr (name, '@'), digit);

  row->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, seed, -1);
  row->address = g_strdup_printf ("%.2s/%.2s/%s.png", row->sha256, row->sha256 + 2, row->sha256);
  row->type = 1;
  row->bytes = 1000;
  row->width = 960;
  row->height = 961;
  row->updated = updated;
  return row;
}

static gboolean
put (MienPortraitTable *table, MienPortraitRow *row, const char *nonce, MienPortraitPresent present, char **replaced,
     GError **error)
{
  MienPortraitPut data = { row, (const guint8 *) nonce, 2000000000, NULL, present, NULL, NULL };
  gboolean ok = mien_portrait_table_put (table, &data, error);

  if (replaced != NULL)
    *replaced = data.replaced;
  else
    g_free (data.replaced);
  return ok;
}

static MienPortraitRow *
find (MienPortraitTable *table, const char *name)
{
  const char *names[] = { name, NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = mien_portrait_table_query (table, names, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, <=, 1);
  g_ptr_array_set_free_func (rows, NULL);
  return rows->len > 0 ? rows->pdata[0] : NULL;
}

static void
test_put_and_query (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice\\\"{},");   /* nothing in a name may break the query */
  g_autoptr(MienPortraitRow) row = new_row (alice, 'a', 5000);
  g_autoptr(MienPortraitRow) later = new_row (alice, 'b', 4000);
  g_autoptr(MienPortraitRow) found = NULL;
  g_autoptr(MienPortraitRow) nobody = NULL;
  g_autofree char *replaced = NULL;
  g_autoptr(GError) error = NULL;

  row->sha1 = g_strdup ("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_true (put (table, row, NULL, yes, &replaced, &error));
  g_assert_no_error (error);
  g_assert_null (replaced);
  found = find (table, alice);
  g_assert_cmpstr (found->account, ==, alice);
  g_assert_cmpstr (found->address, ==, row->address);
  g_assert_cmpstr (found->sha256, ==, row->sha256);
  g_assert_cmpstr (found->sha1, ==, row->sha1);
  g_assert_cmpuint (found->bytes, ==, 1000);
  g_assert_cmpuint (found->width, ==, 960);
  g_assert_cmpuint (found->height, ==, 961);
  g_assert_cmpint (found->updated, ==, 5000);

  /* A clock that went back: the update time rises all the same. The first picture is nobody's then. */
  g_assert_true (put (table, later, NULL, yes, &replaced, &error));
  g_assert_no_error (error);
  g_assert_cmpint (later->updated, ==, 5001);
  g_assert_cmpstr (replaced, ==, row->address);
  g_clear_pointer (&found, mien_portrait_row_free);
  found = find (table, alice);
  g_assert_cmpstr (found->sha256, ==, later->sha256);
  g_assert_null (found->sha1);
  g_assert_null ((nobody = find (table, "nobody@nowhere.example")));
}

static void
test_nonce (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice");
  g_autoptr(MienPortraitRow) first = new_row (alice, 'a', 1);
  g_autoptr(MienPortraitRow) second = new_row (alice, 'b', 2);
  g_autoptr(MienPortraitRow) found = NULL;
  char nonce[17];
  g_autoptr(GError) error = NULL;

  g_snprintf (nonce, sizeof nonce, "%08x%08x", g_random_int (), g_random_int ());
  g_assert_true (put (table, first, nonce, yes, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (put (table, second, nonce, yes, NULL, &error));
  g_assert_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_USED);
  found = find (table, alice);
  g_assert_cmpstr (found->sha256, ==, first->sha256);
}

/* Refused inside the transaction: nothing of it stays, not even the used slot. */
static void
test_vanished (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice");
  g_autoptr(MienPortraitRow) row = new_row (alice, 'a', 1);
  char nonce[17];
  g_autoptr(GError) error = NULL;

  g_snprintf (nonce, sizeof nonce, "%08x%08x", g_random_int (), g_random_int ());
  g_assert_false (put (table, row, nonce, no, NULL, &error));
  g_assert_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_VANISHED);
  g_clear_error (&error);
  g_assert_null (find (table, alice));
  g_assert_true (put (table, row, nonce, yes, NULL, &error));
  g_assert_no_error (error);
}

static void
count_drop (const char *address, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (address));
}

static void
test_shared_bytes (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice");
  g_autofree char *bob = g_strdup_printf ("bob%s", strchr (alice, '@'));   /* the same digits: the same picture */
  g_autoptr(MienPortraitRow) a = new_row (alice, 'a', 1);
  g_autoptr(MienPortraitRow) b = new_row (bob, 'a', 1);
  g_autoptr(GPtrArray) dropped = g_ptr_array_new_with_free_func (g_free);
  const char *addresses[] = { a->address, NULL };
  g_autofree char *gone = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (a->address, ==, b->address);
  g_assert_true (put (table, a, NULL, yes, NULL, &error));
  g_assert_true (put (table, b, NULL, yes, NULL, &error));
  g_assert_true (mien_portrait_table_retract (table, alice, &gone, &error));
  g_assert_null (gone);
  g_assert_true (mien_portrait_table_collect (table, addresses, 0, count_drop, dropped, &error));
  g_assert_cmpuint (dropped->len, ==, 0);
  g_assert_true (mien_portrait_table_retract (table, bob, &gone, &error));
  g_assert_cmpstr (gone, ==, b->address);
  g_assert_true (mien_portrait_table_collect (table, addresses, 0, count_drop, dropped, &error));
  g_assert_cmpuint (dropped->len, ==, 1);
  g_clear_pointer (&gone, g_free);
  g_assert_true (mien_portrait_table_retract (table, bob, &gone, &error));   /* again: nothing, no error */
  g_assert_no_error (error);
  g_assert_null (gone);
}

static void
test_inband_and_alias (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice");
  g_autoptr(MienPortraitRow) row = new_row (alice, 'a', 1);
  g_autoptr(MienPortraitRow) found = NULL;
  g_autofree char *name = g_strdup_printf ("%08x", g_random_int ());
  MienPortraitPut data = { row, NULL, 0, name, yes, NULL, NULL };
  g_autofree char *behind = NULL;
  g_autoptr(GError) error = NULL;
  gboolean done;

  g_assert_true (mien_portrait_table_put (table, &data, &error));
  g_assert_no_error (error);
  behind = mien_portrait_table_alias (table, name, &error);
  g_assert_cmpstr (behind, ==, row->address);
  g_assert_null (mien_portrait_table_alias (table, "nothing", &error));
  g_assert_no_error (error);

  g_assert_true (mien_portrait_table_inband (table, alice,
                                             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                             "da39a3ee5e6b4b0d3255bfef95601890afd80709", &done, &error));
  g_assert_false (done);
  g_assert_true (mien_portrait_table_inband (table, alice, row->sha256, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                             &done, &error));
  g_assert_true (done);
  found = find (table, alice);
  g_assert_cmpstr (found->sha1, ==, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void
test_thousand (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *base = account ("");
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      char *name = g_strdup_printf ("friend%u%s", i, base);

      g_ptr_array_add (names, name);
      if (i % 50 == 0)
        {
          g_autoptr(MienPortraitRow) row = new_row (name, 'a', i);

          g_assert_true (put (table, row, NULL, yes, NULL, &error));
        }
    }
  g_ptr_array_add (names, NULL);
  rows = mien_portrait_table_query (table, (const char * const *) names->pdata, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 20);
}

typedef struct { MienPortraitTable *table; const char *account; int number; } Writer;

static gpointer
write_often (gpointer data)
{
  Writer *writer = data;

  for (int i = 0; i < 20; i++)
    {
      g_autoptr(MienPortraitRow) row = new_row (writer->account, (char) ('a' + (writer->number * 20 + i) % 26), 1);
      g_autoptr(GError) error = NULL;

      g_assert_true (put (writer->table, row, NULL, yes, NULL, &error));
      g_assert_no_error (error);
    }
  return NULL;
}

/* Many at once: every change is counted by the update time, so none was lost. */
static void
test_threads (void)
{
  g_autoptr(MienPortraitTable) table = open_table ();
  g_autofree char *alice = account ("alice");
  g_autoptr(MienPortraitRow) found = NULL;
  Writer writers[12];
  GThread *threads[12];

  for (int i = 0; i < 12; i++)
    {
      writers[i] = (Writer) { table, alice, i };
      threads[i] = g_thread_new ("writer", write_often, &writers[i]);
    }
  for (int i = 0; i < 12; i++)
    g_thread_join (threads[i]);
  found = find (table, alice);
  g_assert_cmpint (found->updated, ==, 240);
}

static void
test_bad_database (void)
{
  static const char * const bad[] = { "mysql://localhost/", "",
                                      "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (mien_portrait_table_open (bad[i], "/nonexistent/x", &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "[portrait] database"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/portrait/table/put-and-query", test_put_and_query);
  g_test_add_func ("/portrait/table/nonce", test_nonce);
  g_test_add_func ("/portrait/table/vanished", test_vanished);
  g_test_add_func ("/portrait/table/shared-bytes", test_shared_bytes);
  g_test_add_func ("/portrait/table/inband-and-alias", test_inband_and_alias);
  g_test_add_func ("/portrait/table/thousand", test_thousand);
  g_test_add_func ("/portrait/table/threads", test_threads);
  g_test_add_func ("/portrait/table/bad-database", test_bad_database);
  return g_test_run ();
}
