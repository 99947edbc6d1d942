/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * MienDatabase: one SQLite file and one worker thread that alone touches it. Table functions (one file a table) are run
 * on that thread through mien_database_run_async() and assert it. Migrations go by `user_version`.
 * Used by the client and by every server role.
 */
#define MIEN_TYPE_DATABASE (mien_database_get_type ())
G_DECLARE_FINAL_TYPE (MienDatabase, mien_database, MIEN, DATABASE, GObject)

/* migrations[i] is the SQL that takes user_version i to i + 1; NULL-terminated; static. Blocking: opens and migrates
 * (WAL, synchronous=FULL, foreign keys on). path ":memory:" for tests. */
MienDatabase *mien_database_open (const char *path, const char * const *migrations, GError **error);
/* Ends the worker after what is queued; blocking; called by dispose if forgotten. */
void          mien_database_close (MienDatabase *self);

/* Runs on the worker thread. Returns a value that @free_result frees, or NULL with an error set. Wrapped in one
 * transaction when @in_transaction: an error rolls back. */
typedef gpointer (*MienDatabaseFunc) (MienDatabase *self, sqlite3 *db, gpointer data, GError **error);

typedef enum { MIEN_DATABASE_READ, MIEN_DATABASE_WRITE } MienDatabaseMode;   /* WRITE: one immediate transaction */

void     mien_database_run_async (MienDatabase *self, MienDatabaseMode mode, MienDatabaseFunc func, gpointer data,
                                  GDestroyNotify free_data, GDestroyNotify free_result, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gpointer mien_database_run_finish (MienDatabase *self, GAsyncResult *result, GError **error);
/* Waits for the answer: start-up, tests and worker threads only, never a main loop that serves somebody. */
gpointer mien_database_run_sync (MienDatabase *self, MienDatabaseMode mode, MienDatabaseFunc func, gpointer data, GError **error);

/* For table functions: statements are prepared once and cached; asserts the worker thread. */
sqlite3_stmt *mien_database_prepare (MienDatabase *self, const char *sql, GError **error);   /* (transfer none), reset */
gboolean      mien_database_step (MienDatabase *self, sqlite3_stmt *stmt, gboolean *out_row, GError **error);
gboolean      mien_database_exec (MienDatabase *self, const char *sql, GError **error);

G_END_DECLS
