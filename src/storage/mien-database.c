/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-storage"

#include "mien-config.h"

#include "mien-database.h"
#include "mien-storage-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* What the worker thread owns. It outlives the object by the moment in which the thread drops the last reference. */
typedef struct
{
  sqlite3 *db;
  GHashTable *statements;   /* SQL text -> sqlite3_stmt */
  GAsyncQueue *queue;       /* of Job */
  GThread *thread;
} Worker;

typedef struct
{
  MienDatabase *database;   /* strong, NULL for the job that ends the worker */
  MienDatabaseMode mode;
  MienDatabaseFunc func;
  gpointer data;
  GDestroyNotify free_result;
  GTask *task;              /* NULL: somebody waits in run_sync() */

  gpointer result;
  GError *error;

  GMutex mutex;             /* run_sync(): guards done */
  GCond cond;
  gboolean done;
} Job;

struct _MienDatabase
{
  GObject parent_instance;

  char *path;
  Worker *worker;           /* atomic reference-counted box */
  GMutex mutex;             /* guards closed against run */
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (MienDatabase, mien_database, G_TYPE_OBJECT)

static void
finalize_statement (gpointer data)
{
  sqlite3_finalize (data);
}

static void
worker_clear (gpointer data)
{
  Worker *worker = data;

  g_hash_table_unref (worker->statements);
  g_async_queue_unref (worker->queue);
}

static void
worker_unref (Worker *worker)
{
  g_atomic_rc_box_release_full (worker, worker_clear);
}

static void
set_error (sqlite3    *db,
           int         code,
           const char *path,
           GError    **error)
{
  /* sqlite3_system_errno() is not set for every failed write; errno still is what the write left. */
  int saved_errno = errno;
  int system = db != NULL && sqlite3_system_errno (db) != 0 ? sqlite3_system_errno (db) : saved_errno;

  switch (code & 0xff)
    {
    case SQLITE_FULL:
      mien_storage_set_error_from_errno (error, ENOSPC, path);
      return;

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_set_error (
          error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_DAMAGED,
          _("The database “%s” is damaged. Restore it from a backup, or move it away to start with an empty one."),
          path);
      return;

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_BUSY,
                   _("Another program is using the database “%s”. Close it and try again."), path);
      return;

    case SQLITE_CONSTRAINT:
      g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_CONSTRAINT, "%s", sqlite3_errmsg (db));
      return;

    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (system != 0)
        {
          mien_storage_set_error_from_errno (error, system, path);
          return;
        }
      break;

    default:
      break;
    }
  g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_QUERY, _("The database “%s” refused a statement: %s"),
               path, db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code));
}

static gboolean
exec_sql (sqlite3    *db,
          const char *path,
          const char *sql,
          GError    **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  set_error (db, code, path, error);
  return FALSE;
}

/* ---- worker thread ---- */

static void
job_free (Job *job)
{
  g_clear_object (&job->task);
  g_clear_object (&job->database);
  g_mutex_clear (&job->mutex);
  g_cond_clear (&job->cond);
  g_free (job);
}

static void
job_drop_result (Job *job)
{
  if (job->result != NULL && job->free_result != NULL)
    job->free_result (job->result);
  job->result = NULL;
}

/* Hands the outcome to whoever waits. A synchronous job belongs to the waiter from then on. */
static void
job_return (Job *job)
{
  if (job->error != NULL)
    job_drop_result (job);

  if (job->task == NULL)
    {
      g_mutex_lock (&job->mutex);
      job->done = TRUE;
      g_cond_signal (&job->cond);
      g_mutex_unlock (&job->mutex);
      return;
    }
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->free_result);
  job_free (job);
}

static gboolean
job_is_cancelled (Job *job)
{
  return job->task != NULL &&
         g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error);
}

static void
reset_statements (Worker *worker)
{
  GHashTableIter iter;
  gpointer stmt;

  g_hash_table_iter_init (&iter, worker->statements);
  while (g_hash_table_iter_next (&iter, NULL, &stmt))
    if (sqlite3_stmt_busy (stmt))
      sqlite3_reset (stmt);
}

static void
run_func (Worker *worker,
          Job    *job)
{
  if (job_is_cancelled (job))
    return;
  job->result = job->func (job->database, worker->db, job->data, &job->error);
  /* A statement left open would keep a read snapshot, or make COMMIT and ROLLBACK fail. */
  reset_statements (worker);
}

/* One write inside the group's transaction: its own failure takes back its own changes only. */
static void
run_write (Worker *worker,
           Job    *job)
{
  const char *path = job->database->path;

  if (!exec_sql (worker->db, path, "SAVEPOINT job", &job->error))
    return;
  run_func (worker, job);
  if (job->error == NULL)
    exec_sql (worker->db, path, "RELEASE job", &job->error);
  else if (!sqlite3_get_autocommit (worker->db))
    exec_sql (worker->db, path, "ROLLBACK TO job; RELEASE job", NULL);
}

/* Some errors (a full disk, an I/O error) make SQLite roll back the whole transaction by itself: then every job of the
 * group has lost its work. */
static void
fail_group (GPtrArray    *group,
            const GError *error)
{
  for (guint i = 0; i < group->len; i++)
    {
      Job *job = g_ptr_array_index (group, i);

      if (job->error == NULL)
        job->error = g_error_copy (error);
    }
}

/* Returns the job that ended the group without belonging to it, or NULL. */
static Job *
run_group (Worker *worker,
           Job    *first)
{
  g_autoptr(GPtrArray) group = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MienDatabase) keep = g_object_ref (first->database);
  Job *job = first;

  if (!exec_sql (worker->db, keep->path, "BEGIN IMMEDIATE", &first->error))
    {
      job_return (first);
      return NULL;
    }
  while (job != NULL && job->database != NULL && job->mode == MIEN_DATABASE_WRITE)
    {
      g_ptr_array_add (group, job);
      run_write (worker, job);
      if (sqlite3_get_autocommit (worker->db))
        {
          error = job->error != NULL ? g_error_copy (job->error) : NULL;
          job = NULL;
          break;
        }
      job = group->len < MIEN_DATABASE_MAX_GROUP ? g_async_queue_try_pop (worker->queue) : NULL;
    }

  if (!sqlite3_get_autocommit (worker->db) && !exec_sql (worker->db, keep->path, "COMMIT", &error) &&
      !sqlite3_get_autocommit (worker->db))
    exec_sql (worker->db, keep->path, "ROLLBACK", NULL);
  if (error != NULL)
    fail_group (group, error);
  for (guint i = 0; i < group->len; i++)
    job_return (g_ptr_array_index (group, i));
  return job;
}

static gpointer
worker_main (gpointer data)
{
  Worker *worker = data;
  Job *job = NULL;

  for (;;)
    {
      if (job == NULL)
        job = g_async_queue_pop (worker->queue);
      if (job->database == NULL)
        break;
      if (job->mode == MIEN_DATABASE_WRITE)
        {
          job = run_group (worker, job);
          continue;
        }
      run_func (worker, job);
      job_return (job);
      job = NULL;
    }
  job_free (job);
  g_hash_table_remove_all (worker->statements);
  sqlite3_close_v2 (worker->db);
  worker_unref (worker);
  return NULL;
}

/* ---- open and close ---- */

static gboolean
read_version (sqlite3    *db,
              const char *path,
              int        *out_version,
              GError    **error)
{
  sqlite3_stmt *stmt = NULL;
  int code = sqlite3_prepare_v2 (db, "PRAGMA user_version", -1, &stmt, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (stmt);
  if (code == SQLITE_ROW)
    *out_version = sqlite3_column_int (stmt, 0);
  else
    set_error (db, code, path, error);
  sqlite3_finalize (stmt);
  return code == SQLITE_ROW;
}

static gboolean
migrate (sqlite3            *db,
         const char         *path,
         const char * const *migrations,
         GError            **error)
{
  int known = (int) g_strv_length ((char **) migrations);
  int version;

  if (!read_version (db, path, &version, error))
    return FALSE;
  if (version > known)
    {
      g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_NEWER,
                   _("The database “%s” was made by a newer version of Mien. Install that version to use it."), path);
      return FALSE;
    }
  for (; version < known; version++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", version + 1);

      if (!exec_sql (db, path, "BEGIN IMMEDIATE", error))
        return FALSE;
      if (!exec_sql (db, path, migrations[version], error) ||
          !exec_sql (db, path, mark, error) ||
          !exec_sql (db, path, "COMMIT", error))
        {
          sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
          return FALSE;
        }
    }
  return TRUE;
}

/* SQLite makes files by the umask; accounts are nobody else's business, so the file is made first. */
static gboolean
make_private_file (const char *path,
                   GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      mien_storage_set_error_from_errno (error, errno, folder);
      return FALSE;
    }
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      mien_storage_set_error_from_errno (error, errno, path);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static sqlite3 *
open_file (const char         *path,
           const char * const *migrations,
           GError            **error)
{
  sqlite3 *db = NULL;
  int code;

  if (!g_str_equal (path, ":memory:") && !make_private_file (path, error))
    return NULL;
  code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    set_error (db, code, path, error);
  else
    {
      sqlite3_extended_result_codes (db, 1);
      sqlite3_busy_timeout (db, MIEN_DATABASE_BUSY_MS);
      if (exec_sql (db, path, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                    error) &&
          migrate (db, path, migrations, error))
        return db;
    }
  sqlite3_close_v2 (db);
  return NULL;
}

MienDatabase *
mien_database_open (const char         *path,
                    const char * const *migrations,
                    GError            **error)
{
  MienDatabase *self;
  sqlite3 *db;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (migrations != NULL, NULL);

  db = open_file (path, migrations, error);
  if (db == NULL)
    return NULL;

  self = g_object_new (MIEN_TYPE_DATABASE, NULL);
  self->path = g_strdup (path);
  self->worker = g_atomic_rc_box_new0 (Worker);
  self->worker->db = db;
  self->worker->queue = g_async_queue_new ();
  self->worker->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize_statement);
  self->worker->thread = g_thread_new ("mien-database", worker_main, g_atomic_rc_box_acquire (self->worker));
  return self;
}

gboolean
mien_database_set_aside (const char *path,
                         GError    **error)
{
  static const char * const suffixes[] = { "", "-wal", "-shm" };
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_return_val_if_fail (path != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strdup_printf ("%s.damaged-%" G_GINT64_FORMAT "%s", path, now, suffixes[i]);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          mien_storage_set_error_from_errno (error, errno, from);
          return FALSE;
        }
    }
  return TRUE;
}

void
mien_database_close (MienDatabase *self)
{
  Job *end;

  g_return_if_fail (MIEN_IS_DATABASE (self));

  g_mutex_lock (&self->mutex);
  if (self->closed || self->worker == NULL)
    {
      g_mutex_unlock (&self->mutex);
      return;
    }
  self->closed = TRUE;
  end = g_new0 (Job, 1);
  g_mutex_init (&end->mutex);
  g_cond_init (&end->cond);
  g_async_queue_push (self->worker->queue, end);
  g_mutex_unlock (&self->mutex);

  /* The worker may itself drop the last reference, with the answer of the last job. */
  if (self->worker->thread == g_thread_self ())
    g_thread_unref (self->worker->thread);
  else
    g_thread_join (self->worker->thread);
}

static void
mien_database_dispose (GObject *object)
{
  mien_database_close (MIEN_DATABASE (object));
  G_OBJECT_CLASS (mien_database_parent_class)->dispose (object);
}

static void
mien_database_finalize (GObject *object)
{
  MienDatabase *self = MIEN_DATABASE (object);

  g_clear_pointer (&self->worker, worker_unref);
  g_free (self->path);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (mien_database_parent_class)->finalize (object);
}

static void
mien_database_class_init (MienDatabaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_database_dispose;
  object_class->finalize = mien_database_finalize;
}

static void
mien_database_init (MienDatabase *self)
{
  g_mutex_init (&self->mutex);
}

/* ---- running ---- */

static Job *
job_new (MienDatabase    *self,
         MienDatabaseMode mode,
         MienDatabaseFunc func,
         gpointer         data)
{
  Job *job = g_new0 (Job, 1);

  job->database = g_object_ref (self);
  job->mode = mode;
  job->func = func;
  job->data = data;
  g_mutex_init (&job->mutex);
  g_cond_init (&job->cond);
  return job;
}

static gboolean
push_job (MienDatabase *self,
          Job          *job)
{
  gboolean ok;

  g_mutex_lock (&self->mutex);
  ok = !self->closed;
  if (ok)
    g_async_queue_push (self->worker->queue, job);
  else
    g_set_error_literal (&job->error, G_IO_ERROR, G_IO_ERROR_CLOSED, _("The database is closed."));
  g_mutex_unlock (&self->mutex);
  return ok;
}

void
mien_database_run_async (MienDatabase       *self,
                         MienDatabaseMode    mode,
                         MienDatabaseFunc    func,
                         gpointer            data,
                         GDestroyNotify      free_data,
                         GDestroyNotify      free_result,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  Job *job;

  g_return_if_fail (MIEN_IS_DATABASE (self));
  g_return_if_fail (func != NULL);

  job = job_new (self, mode, func, data);
  job->free_result = free_result;
  job->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, mien_database_run_async);
  /* What is committed is reported, however late a cancellation comes. */
  g_task_set_check_cancellable (job->task, FALSE);
  g_task_set_task_data (job->task, data, free_data);
  if (!push_job (self, job))
    job_return (job);
}

gpointer
mien_database_run_finish (MienDatabase *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gpointer
mien_database_run_sync (MienDatabase    *self,
                        MienDatabaseMode mode,
                        MienDatabaseFunc func,
                        gpointer         data,
                        GError         **error)
{
  gpointer result;
  Job *job;

  g_return_val_if_fail (MIEN_IS_DATABASE (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (self->worker->thread != g_thread_self (), NULL);

  job = job_new (self, mode, func, data);
  if (push_job (self, job))
    {
      g_mutex_lock (&job->mutex);
      while (!job->done)
        g_cond_wait (&job->cond, &job->mutex);
      g_mutex_unlock (&job->mutex);
    }
  result = job->result;
  if (job->error != NULL)
    g_propagate_error (error, job->error);
  job_free (job);
  return result;
}

/* ---- table functions ---- */

sqlite3_stmt *
mien_database_prepare (MienDatabase *self,
                       const char   *sql,
                       GError      **error)
{
  Worker *worker = self->worker;
  sqlite3_stmt *stmt;
  int code;

  g_assert (g_thread_self () == worker->thread);

  stmt = g_hash_table_lookup (worker->statements, sql);
  if (stmt != NULL)
    {
      sqlite3_reset (stmt);
      sqlite3_clear_bindings (stmt);
      return stmt;
    }
  code = sqlite3_prepare_v3 (worker->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
  if (code != SQLITE_OK)
    {
      set_error (worker->db, code, self->path, error);
      return NULL;
    }
  g_debug ("prepared: %s", sql);
  g_hash_table_insert (worker->statements, g_strdup (sql), stmt);
  return stmt;
}

gboolean
mien_database_step (MienDatabase *self,
                    sqlite3_stmt *stmt,
                    gboolean     *out_row,
                    GError      **error)
{
  int code;

  g_assert (g_thread_self () == self->worker->thread);

  code = sqlite3_step (stmt);
  if (out_row != NULL)
    *out_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    set_error (self->worker->db, code, self->path, error);
  sqlite3_reset (stmt);
  return code == SQLITE_DONE;
}

gboolean
mien_database_exec (MienDatabase *self,
                    const char   *sql,
                    GError      **error)
{
  g_assert (g_thread_self () == self->worker->thread);

  return exec_sql (self->worker->db, self->path, sql, error);
}
