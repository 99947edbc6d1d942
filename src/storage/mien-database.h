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

/* Writes that wait together share one commit (and one fsync), at most so many. */
#define MIEN_DATABASE_MAX_GROUP 64
/* How long another process may hold the file before MIEN_STORAGE_ERROR_BUSY, in milliseconds. */
#define MIEN_DATABASE_BUSY_MS 5000

/* migrations[i] is the SQL that takes user_version i to i + 1; NULL-terminated; static. Blocking: opens and migrates
 * (WAL, synchronous=FULL, foreign keys on); the file is made 0600. path ":memory:" for tests.
 * MIEN_STORAGE_ERROR_NEWER, _DAMAGED, _FULL, _BUSY. */
MienDatabase *mien_database_open (const char *path, const char * const *migrations, GError **error);
/* Renames a damaged database (with its -wal and -shm) to "<path>.damaged-<time>", so that a new one can be opened in
 * its place. For databases that are caches of something; a server's is left for its administrator. */
gboolean      mien_database_set_aside (const char *path, GError **error);
/* Ends the worker after what is queued; blocking; called by dispose if forgotten. */
void          mien_database_close (MienDatabase *self);

/* Runs on the worker thread. Returns a value that @free_result frees, or NULL with an error set (NULL without one is a
 * success that has nothing to tell). A WRITE is one transaction: an error rolls it back, alone. */
typedef gpointer (*MienDatabaseFunc) (MienDatabase *self, sqlite3 *db, gpointer data, GError **error);

typedef enum { MIEN_DATABASE_READ, MIEN_DATABASE_WRITE } MienDatabaseMode;

/* The callback of a WRITE comes after the commit is on disk. @data is freed with the task, in the caller's context. */
void     mien_database_run_async (MienDatabase *self, MienDatabaseMode mode, MienDatabaseFunc func, gpointer data,
                                  GDestroyNotify free_data, GDestroyNotify free_result, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gpointer mien_database_run_finish (MienDatabase *self, GAsyncResult *result, GError **error);
/* Waits for the answer: start-up, tests and worker threads only, never a main loop that serves somebody. */
gpointer mien_database_run_sync (MienDatabase *self, MienDatabaseMode mode, MienDatabaseFunc func, gpointer data,
                                 GError **error);

/* For table functions: statements are prepared once and cached; asserts the worker thread. */
/* (transfer none), reset */
sqlite3_stmt *mien_database_prepare (MienDatabase *self, const char *sql, GError **error);
/* FALSE with an error; *out_row (may be NULL): whether there is a row to read. Resets the statement at its end. */
gboolean      mien_database_step (MienDatabase *self, sqlite3_stmt *stmt, gboolean *out_row, GError **error);
gboolean      mien_database_exec (MienDatabase *self, const char *sql, GError **error);

G_END_DECLS
