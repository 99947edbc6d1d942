/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-database.h"
#include "mien-portrait-server-error.h"
#include "mien-portrait-table-sqlite.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>

#define NONCE_BYTES 16

static const char * const migrations[] = {
  "CREATE TABLE portrait ("
  "  account TEXT PRIMARY KEY,"
  "  address TEXT NOT NULL,"
  "  sha256 TEXT NOT NULL CHECK (length (sha256) = 64),"
  "  sha1 TEXT CHECK (length (sha1) = 40),"
  "  type INTEGER NOT NULL,"
  "  bytes INTEGER NOT NULL,"
  "  width INTEGER NOT NULL,"
  "  height INTEGER NOT NULL,"
  "  updated INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX portrait_address ON portrait (address);"
  "CREATE TABLE upload (nonce BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX upload_expires ON upload (expires);"
  "CREATE TABLE alias (name TEXT PRIMARY KEY, address TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX alias_address ON alias (address);",
  NULL
};

struct _MienPortraitTableSqlite
{
  GObject parent_instance;

  MienDatabase *database;
};

static void mien_portrait_table_iface_init (MienPortraitTableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienPortraitTableSqlite, mien_portrait_table_sqlite, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MIEN_TYPE_PORTRAIT_TABLE, mien_portrait_table_iface_init))

#define DONE GINT_TO_POINTER (TRUE)

static char *
column (sqlite3_stmt *stmt,
        int           index)
{
  return g_strdup ((const char *) sqlite3_column_text (stmt, index));
}

static void
bind_text (sqlite3_stmt *stmt,
           int           index,
           const char   *text)
{
  sqlite3_bind_text (stmt, index, text, -1, SQLITE_TRANSIENT);
}

/* ---- on the database's thread ---- */

/* Runs a statement with up to two texts and gives its first column, if any. */
static gboolean
run_text (MienDatabase *db,
          const char   *sql,
          const char   *first,
          const char   *second,
          char        **out,
          GError      **error)
{
  sqlite3_stmt *stmt = mien_database_prepare (db, sql, error);
  gboolean row;

  if (stmt == NULL)
    return FALSE;
  bind_text (stmt, 1, first);
  if (second != NULL)
    bind_text (stmt, 2, second);
  if (!mien_database_step (db, stmt, &row, error))
    return FALSE;
  if (out != NULL)
    *out = row ? column (stmt, 0) : NULL;
  sqlite3_reset (stmt);
  return TRUE;
}

static gboolean
is_referenced (MienDatabase *db,
               const char   *address,
               gboolean     *out,
               GError      **error)
{
  g_autofree char *found = NULL;

  if (!run_text (db, "SELECT address FROM portrait WHERE address = ?1 LIMIT 1", address, NULL, &found, error))
    return FALSE;
  *out = found != NULL;
  return TRUE;
}

static gboolean
use_nonce (MienDatabase          *db,
           const MienPortraitPut *put,
           GError               **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *stmt = mien_database_prepare (db, "INSERT INTO upload (nonce, expires) VALUES (?1, ?2)", error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, put->nonce, NONCE_BYTES, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 2, put->nonce_expires);
  if (mien_database_step (db, stmt, NULL, &local))
    return TRUE;
  if (g_error_matches (local, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_CONSTRAINT))
    g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_USED,
                         _("This upload address was used before. Publish again to get a new one."));
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
write_row (MienDatabase    *db,
           MienPortraitRow *row,
           GError         **error)
{
  sqlite3_stmt *stmt = mien_database_prepare (db,
    "INSERT INTO portrait (account, address, sha256, sha1, type, bytes, width, height, updated)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " ON CONFLICT (account) DO UPDATE SET address = excluded.address, sha256 = excluded.sha256, sha1 = excluded.sha1,"
    " type = excluded.type, bytes = excluded.bytes, width = excluded.width, height = excluded.height,"
    " updated = max (excluded.updated, portrait.updated + 1)"
    " RETURNING updated", error);
  gboolean found;

  if (stmt == NULL)
    return FALSE;
  bind_text (stmt, 1, row->account);
  bind_text (stmt, 2, row->address);
  bind_text (stmt, 3, row->sha256);
  bind_text (stmt, 4, row->sha1);
  sqlite3_bind_int (stmt, 5, row->type);
  sqlite3_bind_int64 (stmt, 6, row->bytes);
  sqlite3_bind_int64 (stmt, 7, row->width);
  sqlite3_bind_int64 (stmt, 8, row->height);
  sqlite3_bind_int64 (stmt, 9, row->updated);
  if (!mien_database_step (db, stmt, &found, error))
    return FALSE;
  row->updated = sqlite3_column_int64 (stmt, 0);
  /* A statement with RETURNING has done its work only when it is stepped to its end. */
  return mien_database_step (db, stmt, NULL, error);
}

static gpointer
put_func (MienDatabase *db,
          sqlite3      *handle,
          gpointer      data,
          GError      **error)
{
  MienPortraitPut *put = data;
  g_autofree char *before = NULL;
  gboolean referenced;

  if (put->nonce != NULL && !use_nonce (db, put, error))
    return NULL;
  if (!run_text (db, "SELECT address FROM portrait WHERE account = ?1", put->row->account, NULL, &before, error) ||
      !write_row (db, put->row, error) ||
      (put->alias != NULL && !run_text (db, "INSERT OR REPLACE INTO alias (name, address) VALUES (?1, ?2)", put->alias,
                                        put->row->address, NULL, error)))
    return NULL;
  if (!put->present (put->row->address, put->user_data))
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_VANISHED, "collected");
      return NULL;
    }
  if (before != NULL && !g_str_equal (before, put->row->address))
    {
      if (!is_referenced (db, before, &referenced, error))
        return NULL;
      if (!referenced)
        put->replaced = g_steal_pointer (&before);
    }
  return DONE;
}

static gpointer
query_func (MienDatabase *db,
            sqlite3      *handle,
            gpointer      data,
            GError      **error)
{
  const char * const *accounts = data;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_row_free);

  for (; *accounts != NULL; accounts++)
    {
      sqlite3_stmt *stmt = mien_database_prepare (db,
        "SELECT address, sha256, sha1, type, bytes, width, height, updated FROM portrait WHERE account = ?1", error);
      MienPortraitRow *row;
      gboolean found;

      if (stmt == NULL)
        return NULL;
      bind_text (stmt, 1, *accounts);
      if (!mien_database_step (db, stmt, &found, error))
        return NULL;
      if (!found)
        continue;
      row = mien_portrait_row_new (*accounts);
      row->address = column (stmt, 0);
      row->sha256 = column (stmt, 1);
      row->sha1 = column (stmt, 2);
      row->type = sqlite3_column_int (stmt, 3);
      row->bytes = (guint32) sqlite3_column_int64 (stmt, 4);
      row->width = (guint32) sqlite3_column_int64 (stmt, 5);
      row->height = (guint32) sqlite3_column_int64 (stmt, 6);
      row->updated = sqlite3_column_int64 (stmt, 7);
      g_ptr_array_add (rows, row);
    }
  return g_steal_pointer (&rows);
}

typedef struct { const char *account; char *address; } Retract;

static gpointer
retract_func (MienDatabase *db,
              sqlite3      *handle,
              gpointer      data,
              GError      **error)
{
  Retract *retract = data;
  g_autofree char *address = NULL;
  gboolean referenced;

  if (!run_text (db, "SELECT address FROM portrait WHERE account = ?1", retract->account, NULL, &address, error) ||
      !run_text (db, "DELETE FROM portrait WHERE account = ?1", retract->account, NULL, NULL, error))
    return NULL;
  if (address != NULL)
    {
      if (!is_referenced (db, address, &referenced, error))
        return NULL;
      if (!referenced)
        retract->address = g_steal_pointer (&address);
    }
  return DONE;
}

typedef struct { const char *account, *sha256, *sha1; gboolean done; } Inband;

static gpointer
inband_func (MienDatabase *db,
             sqlite3      *handle,
             gpointer      data,
             GError      **error)
{
  Inband *inband = data;
  sqlite3_stmt *stmt = mien_database_prepare (db, "UPDATE portrait SET sha1 = ?3 WHERE account = ?1 AND sha256 = ?2", error);

  if (stmt == NULL)
    return NULL;
  bind_text (stmt, 1, inband->account);
  bind_text (stmt, 2, inband->sha256);
  bind_text (stmt, 3, inband->sha1);
  if (!mien_database_step (db, stmt, NULL, error))
    return NULL;
  inband->done = sqlite3_changes (handle) > 0;
  return DONE;
}

static gpointer
alias_func (MienDatabase *db,
            sqlite3      *handle,
            gpointer      data,
            GError      **error)
{
  char *address = NULL;

  return run_text (db, "SELECT address FROM alias WHERE name = ?1", data, NULL, &address, error) ? address : NULL;
}

typedef struct { const char * const *addresses; gint64 now; MienPortraitDrop drop; gpointer user_data; } Collect;

static gpointer
collect_func (MienDatabase *db,
              sqlite3      *handle,
              gpointer      data,
              GError      **error)
{
  Collect *collect = data;
  sqlite3_stmt *stmt = mien_database_prepare (db, "DELETE FROM upload WHERE expires < ?1", error);

  if (stmt == NULL)
    return NULL;
  sqlite3_bind_int64 (stmt, 1, collect->now);
  if (!mien_database_step (db, stmt, NULL, error))
    return NULL;
  for (const char * const *address = collect->addresses; *address != NULL; address++)
    {
      gboolean referenced;

      if (!is_referenced (db, *address, &referenced, error))
        return NULL;
      if (referenced)
        continue;
      if (!run_text (db, "DELETE FROM alias WHERE address = ?1", *address, NULL, NULL, error))
        return NULL;
      collect->drop (*address, collect->user_data);
    }
  return DONE;
}

/* ---- the interface ---- */

static gpointer
run (MienPortraitTable *table,
     MienDatabaseMode   mode,
     MienDatabaseFunc   func,
     gpointer           data,
     GError           **error)
{
  return mien_database_run_sync (MIEN_PORTRAIT_TABLE_SQLITE (table)->database, mode, func, data, error);
}

static gboolean
sqlite_put (MienPortraitTable *table,
            MienPortraitPut   *put,
            GError           **error)
{
  return run (table, MIEN_DATABASE_WRITE, put_func, put, error) != NULL;
}

static GPtrArray *
sqlite_query (MienPortraitTable  *table,
              const char * const *accounts,
              GError            **error)
{
  return run (table, MIEN_DATABASE_READ, query_func, (gpointer) accounts, error);
}

static gboolean
sqlite_retract (MienPortraitTable *table,
                const char        *account,
                char             **out_address,
                GError           **error)
{
  Retract retract = { account, NULL };
  gboolean ok = run (table, MIEN_DATABASE_WRITE, retract_func, &retract, error) != NULL;

  *out_address = retract.address;
  return ok;
}

static gboolean
sqlite_inband (MienPortraitTable *table,
               const char        *account,
               const char        *sha256,
               const char        *sha1,
               gboolean          *out_done,
               GError           **error)
{
  Inband inband = { account, sha256, sha1, FALSE };
  gboolean ok = run (table, MIEN_DATABASE_WRITE, inband_func, &inband, error) != NULL;

  *out_done = inband.done;
  return ok;
}

static char *
sqlite_alias (MienPortraitTable *table,
              const char        *name,
              GError           **error)
{
  return run (table, MIEN_DATABASE_READ, alias_func, (gpointer) name, error);
}

static gboolean
sqlite_collect (MienPortraitTable  *table,
                const char * const *addresses,
                gint64              now,
                MienPortraitDrop    drop,
                gpointer            user_data,
                GError            **error)
{
  Collect collect = { addresses, now, drop, user_data };

  return run (table, MIEN_DATABASE_WRITE, collect_func, &collect, error) != NULL;
}

static void
mien_portrait_table_iface_init (MienPortraitTableInterface *iface)
{
  iface->put = sqlite_put;
  iface->query = sqlite_query;
  iface->retract = sqlite_retract;
  iface->inband = sqlite_inband;
  iface->alias = sqlite_alias;
  iface->collect = sqlite_collect;
}

static void
mien_portrait_table_sqlite_dispose (GObject *object)
{
  g_clear_object (&MIEN_PORTRAIT_TABLE_SQLITE (object)->database);
  G_OBJECT_CLASS (mien_portrait_table_sqlite_parent_class)->dispose (object);
}

static void
mien_portrait_table_sqlite_class_init (MienPortraitTableSqliteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_portrait_table_sqlite_dispose;
}

static void
mien_portrait_table_sqlite_init (MienPortraitTableSqlite *self)
{
}

MienPortraitTable *
mien_portrait_table_sqlite_open (const char *path,
                                 GError    **error)
{
  g_autoptr(MienDatabase) database = mien_database_open (path, migrations, error);
  MienPortraitTableSqlite *self;

  if (database == NULL)
    return NULL;
  self = g_object_new (MIEN_TYPE_PORTRAIT_TABLE_SQLITE, NULL);
  self->database = g_steal_pointer (&database);
  return MIEN_PORTRAIT_TABLE (self);
}
