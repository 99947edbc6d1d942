/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-database.h"
#include "mien-file.h"
#include "mien-storage-error.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char *program;

static const char * const migrations[] = {
  "CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
  "ALTER TABLE item ADD COLUMN twin INTEGER;",
  NULL
};

static const char * const broken_migrations[] = {
  "CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
  "ALTER TABLE item ADD COLUMN twin INTEGER; CREATE TABLE item (again);",
  NULL
};

static char *
new_path (void)
{
  g_autofree char *directory = test_folder_new ("database");

  return g_build_filename (directory, "test.sqlite", NULL);
}

/* ---- table functions ---- */

static gpointer
insert (MienDatabase *self, sqlite3 *db, gpointer data, GError **error)
{
  sqlite3_stmt *stmt = mien_database_prepare (self, "INSERT INTO item (id, text, twin) VALUES (?1, ?2, ?1)", error);

  if (stmt == NULL)
    return NULL;
  sqlite3_bind_int (stmt, 1, GPOINTER_TO_INT (data));
  sqlite3_bind_text (stmt, 2, "text", -1, SQLITE_STATIC);
  return mien_database_step (self, stmt, NULL, error) ? GINT_TO_POINTER (TRUE) : NULL;
}

/* A first insert that works, then one that does not. */
static gpointer
insert_twice (MienDatabase *self, sqlite3 *db, gpointer data, GError **error)
{
  if (insert (self, db, data, error) == NULL)
    return NULL;
  return insert (self, db, data, error);
}

static gpointer
insert_large (MienDatabase *self, sqlite3 *db, gpointer data, GError **error)
{
  return mien_database_exec (self, "INSERT INTO item (text) VALUES (hex(zeroblob(1000000)))", error)
             ? GINT_TO_POINTER (TRUE)
             : NULL;
}

static gpointer
count (MienDatabase *self, sqlite3 *db, gpointer data, GError **error)
{
  sqlite3_stmt *stmt = mien_database_prepare (self, "SELECT count(*), count(twin) FROM item", error);
  gboolean row;

  if (stmt == NULL || !mien_database_step (self, stmt, &row, error))
    return NULL;
  g_assert_true (row);
  g_assert_cmpint (sqlite3_column_int (stmt, 0), >=, sqlite3_column_int (stmt, 1));
  return GINT_TO_POINTER (sqlite3_column_int (stmt, 0) + 1);   /* left open on purpose: the worker resets it */
}

static int
rows (MienDatabase *db)
{
  g_autoptr(GError) error = NULL;
  int n = GPOINTER_TO_INT (mien_database_run_sync (db, MIEN_DATABASE_READ, count, NULL, &error));

  g_assert_no_error (error);
  return n - 1;
}

static void
test_open_and_migrate (void)
{
  g_autofree char *path = new_path ();
  const char * const first_only[] = { migrations[0], NULL };
  g_autoptr(MienDatabase) db = NULL;
  g_autoptr(GError) error = NULL;
  GStatBuf status;

  db = mien_database_open (path, first_only, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_stat (path, &status));
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_clear_object (&db);

  /* A migration that fails half-way leaves the version before it. */
  g_assert_null (mien_database_open (path, broken_migrations, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_QUERY);
  g_clear_error (&error);

  db = mien_database_open (path, migrations, &error);
  g_assert_no_error (error);
  g_assert_nonnull (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (1), &error));
  g_clear_object (&db);

  db = mien_database_open (path, migrations, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rows (db), ==, 1);
  g_clear_object (&db);

  g_assert_null (mien_database_open (path, first_only, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_NEWER);
}

static void
test_damaged (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *garbage = g_strnfill (8192, '!');
  g_autoptr(GBytes) bytes = g_bytes_new_static (garbage, 8192);
  g_autoptr(MienDatabase) db = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (mien_file_write (path, bytes, 0600, NULL, NULL));
  g_assert_null (mien_database_open (path, migrations, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_DAMAGED);
  g_clear_error (&error);

  g_assert_true (mien_database_set_aside (path, &error));
  g_assert_no_error (error);
  db = mien_database_open (path, migrations, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rows (db), ==, 0);
}

/* Pages inside are overwritten: found when they are read. */
static void
test_damaged_inside (void)
{
  g_autofree char *path = new_path ();
  g_autoptr(MienDatabase) db = mien_database_open (path, migrations, NULL);
  g_autoptr(GError) error = NULL;
  FILE *file;

  for (int i = 1; i <= 2000; i++)
    g_assert_nonnull (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (i), &error));
  g_clear_object (&db);

  file = fopen (path, "r+");
  fseek (file, 4096, SEEK_SET);
  for (int i = 0; i < 6 * 4096; i++)
    fputc ('!', file);
  fclose (file);

  db = mien_database_open (path, migrations, &error);
  g_assert_no_error (error);
  g_assert_null (mien_database_run_sync (db, MIEN_DATABASE_READ, count, NULL, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_DAMAGED);
}

static void
test_rollback (void)
{
  g_autoptr(MienDatabase) db = mien_database_open (":memory:", migrations, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_nonnull (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (1), &error));
  g_assert_null (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert_twice, GINT_TO_POINTER (2), &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_CONSTRAINT);
  g_assert_cmpint (rows (db), ==, 1);
}

typedef struct { int done, failed; } Tally;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Tally *tally = data;
  g_autoptr(GError) error = NULL;

  tally->done++;
  if (mien_database_run_finish (MIEN_DATABASE (source), result, &error) == NULL)
    tally->failed++;
}

/* Many writes at once share commits; one that fails takes nothing of the others with it. */
static void
test_group (void)
{
  g_autofree char *path = new_path ();
  g_autoptr(MienDatabase) db = mien_database_open (path, migrations, NULL);
  Tally tally = { 0 };

  for (int i = 1; i <= 300; i++)
    mien_database_run_async (db, MIEN_DATABASE_WRITE, i % 10 == 0 ? insert_twice : insert, GINT_TO_POINTER (i), NULL,
                             NULL, NULL, on_done, &tally);
  while (tally.done < 300)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (tally.failed, ==, 30);
  g_assert_cmpint (rows (db), ==, 270);
}

static void
test_cancelled (void)
{
  g_autoptr(MienDatabase) db = mien_database_open (":memory:", migrations, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Tally tally = { 0 };

  g_cancellable_cancel (cancellable);
  mien_database_run_async (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (1), NULL, NULL, cancellable, on_done,
                           &tally);
  while (tally.done < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (tally.failed, ==, 1);
  g_assert_cmpint (rows (db), ==, 0);
}

static void
test_close (void)
{
  g_autofree char *path = new_path ();
  MienDatabase *db = mien_database_open (path, migrations, NULL);
  g_autoptr(GError) error = NULL;
  Tally tally = { 0 };

  /* What is queued is still done, even when nobody else holds the object. */
  for (int i = 1; i <= 20; i++)
    mien_database_run_async (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (i), NULL, NULL, NULL, on_done, &tally);
  g_object_unref (db);
  while (tally.done < 20)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (tally.failed, ==, 0);

  db = mien_database_open (path, migrations, NULL);
  g_assert_cmpint (rows (db), ==, 20);
  mien_database_close (db);
  mien_database_close (db);
  g_assert_null (mien_database_run_sync (db, MIEN_DATABASE_READ, count, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_object_unref (db);
}

static void
test_full (void)
{
  g_autofree char *path = new_path ();
  g_autoptr(MienDatabase) db = mien_database_open (path, migrations, NULL);
  g_autoptr(GError) error = NULL;
  struct rlimit before, small;

  g_assert_nonnull (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (1), NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  small = before;
  small.rlim_cur = 512 * 1024;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
  g_assert_null (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert_large, NULL, &error));
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL);

  /* What was there is still there, and it goes on when there is space again. */
  g_assert_cmpint (rows (db), ==, 1);
  g_assert_nonnull (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert_large, NULL, NULL));
  g_assert_cmpint (rows (db), ==, 2);
}

static int
writer_main (const char *path)
{
  MienDatabase *db = mien_database_open (path, migrations, NULL);
  int start = rows (db);

  for (int i = start + 1;; i++)
    {
      if (mien_database_run_sync (db, MIEN_DATABASE_WRITE, insert, GINT_TO_POINTER (i), NULL) == NULL
          || write (STDOUT_FILENO, "w", 1) != 1)
        return 1;
    }
}

/* Each row that was answered for is there after a kill, and at most one more. */
static void
test_killed (void)
{
  g_autofree char *path = new_path ();
  int before = 0;

  for (guint round = 0; round < 5; round++)
    {
      g_autoptr(GSubprocess) child = NULL;
      g_autoptr(MienDatabase) db = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) rest = NULL;
      char buffer[20];
      gsize told;

      child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--writer", path, NULL);
      g_assert_no_error (error);
      g_input_stream_read_all (g_subprocess_get_stdout_pipe (child), buffer, 10, &told, NULL, &error);
      g_subprocess_force_exit (child);
      rest = g_input_stream_read_bytes (g_subprocess_get_stdout_pipe (child), 65536, NULL, &error);
      g_assert_no_error (error);
      told += g_bytes_get_size (rest);
      g_subprocess_wait (child, NULL, NULL);

      db = mien_database_open (path, migrations, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rows (db), >=, before + (int) told);
      before = rows (db);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--writer"))
    return writer_main (argv[2]);

  g_test_init (&argc, &argv, NULL);
  program = g_file_read_link ("/proc/self/exe", NULL);
  g_test_add_func ("/storage/database/open-and-migrate", test_open_and_migrate);
  g_test_add_func ("/storage/database/damaged", test_damaged);
  g_test_add_func ("/storage/database/damaged-inside", test_damaged_inside);
  g_test_add_func ("/storage/database/rollback", test_rollback);
  g_test_add_func ("/storage/database/group", test_group);
  g_test_add_func ("/storage/database/cancelled", test_cancelled);
  g_test_add_func ("/storage/database/close", test_close);
  g_test_add_func ("/storage/database/full", test_full);
  g_test_add_func ("/storage/database/killed", test_killed);
  return g_test_run ();
}
