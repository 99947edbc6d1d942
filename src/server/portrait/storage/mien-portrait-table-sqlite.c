/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-database.h"
#include "mien-portrait-table-private.h"
#include "mien-portrait-table-sqlite.h"
#include "mien-storage-error.h"

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
    *out = row ? g_strdup ((const char *) sqlite3_column_text (stmt, 0)) : NULL;
  sqlite3_reset (stmt);
  return TRUE;
}

/* ---- the steps of a change ---- */

static gboolean
is_referenced (gpointer    db,
               const char *address,
               gboolean   *out,
               GError    **error)
{
  g_autofree char *found = NULL;

  if (!run_text (db, "SELECT address FROM portrait WHERE address = ?1 LIMIT 1", address, NULL, &found, error))
    return FALSE;
  *out = found != NULL;
  return TRUE;
}

static gboolean
note_nonce (gpointer      db,
            const guint8 *nonce,
            gint64        expires,
            gboolean     *out_fresh,
            GError      **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *stmt = mien_database_prepare (db, "INSERT INTO upload (nonce, expires) VALUES (?1, ?2)", error);

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_blob (stmt, 1, nonce, MIEN_PORTRAIT_NONCE_BYTES, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 2, expires);
  *out_fresh = mien_database_step (db, stmt, NULL, &local);
  if (*out_fresh || g_error_matches (local, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_CONSTRAINT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
get_address (gpointer    db,
             const char *account,
             char      **out,
             GError    **error)
{
  return run_text (db, "SELECT address FROM portrait WHERE account = ?1", account, NULL, out, error);
}

static gboolean
write_row (gpointer         db,
           MienPortraitRow *row,
           GError         **error)
{
  sqlite3_stmt *stmt = mien_database_prepare (db,
    "INSERT INTO portrait (" MIEN_PORTRAIT_ROW_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    MIEN_PORTRAIT_ROW_REPLACE ("max"), error);
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

static gboolean
write_alias (gpointer    db,
             const char *name,
             const char *address,
             GError    **error)
{
  return run_text (db, "INSERT OR REPLACE INTO alias (name, address) VALUES (?1, ?2)", name, address, NULL, error);
}

static gboolean
delete_row (gpointer    db,
            const char *account,
            char      **out,
            GError    **error)
{
  return get_address (db, account, out, error) &&
         run_text (db, "DELETE FROM portrait WHERE account = ?1", account, NULL, NULL, error);
}

static gboolean
delete_aliases (gpointer    db,
                const char *address,
                GError    **error)
{
  return run_text (db, "DELETE FROM alias WHERE address = ?1", address, NULL, NULL, error);
}

/* There is one writer at a time: no lock of an address. */
static const MienPortraitSteps steps = {
  NULL, note_nonce, get_address, write_row, write_alias, is_referenced, delete_row, delete_aliases,
};

/* ---- bodies of transactions ---- */

static gpointer
put_func (MienDatabase *db,
          sqlite3      *handle,
          gpointer      data,
          GError      **error)
{
  return mien_portrait_steps_put (&steps, db, data, error) ? DONE : NULL;
}

static MienPortraitRow *
read_row (sqlite3_stmt *stmt)
{
  const char *fields[MIEN_PORTRAIT_ROW_FIELDS];

  for (int i = 0; i < MIEN_PORTRAIT_ROW_FIELDS; i++)
    fields[i] = (const char *) sqlite3_column_text (stmt, i);
  return mien_portrait_row_new_from_fields (fields);
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
        "SELECT " MIEN_PORTRAIT_ROW_COLUMNS " FROM portrait WHERE account = ?1", error);
      gboolean found;

      if (stmt == NULL)
        return NULL;
      bind_text (stmt, 1, *accounts);
      if (!mien_database_step (db, stmt, &found, error))
        return NULL;
      if (found)
        g_ptr_array_add (rows, read_row (stmt));
    }
  return g_steal_pointer (&rows);
}

static gpointer
retract_func (MienDatabase *db,
              sqlite3      *handle,
              gpointer      data,
              GError      **error)
{
  return mien_portrait_steps_retract (&steps, db, data, error) ? DONE : NULL;
}

static gpointer
inband_func (MienDatabase *db,
             sqlite3      *handle,
             gpointer      data,
             GError      **error)
{
  MienPortraitInband *inband = data;
  sqlite3_stmt *stmt = mien_database_prepare (db, "UPDATE portrait SET sha1 = ?3 WHERE account = ?1 AND sha256 = ?2",
                                              error);

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

static gpointer
collect_func (MienDatabase *db,
              sqlite3      *handle,
              gpointer      data,
              GError      **error)
{
  MienPortraitCollect rest = *(MienPortraitCollect *) data;
  sqlite3_stmt *stmt = mien_database_prepare (db, "DELETE FROM upload WHERE expires < ?1", error);

  if (stmt == NULL)
    return NULL;
  sqlite3_bind_int64 (stmt, 1, rest.now);
  if (!mien_database_step (db, stmt, NULL, error))
    return NULL;
  for (; *rest.addresses != NULL; rest.addresses++)
    {
      if (!mien_portrait_steps_collect (&steps, db, &rest, error))
        return NULL;
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
sqlite_retract (MienPortraitTable   *table,
                MienPortraitRetract *retract,
                GError             **error)
{
  return run (table, MIEN_DATABASE_WRITE, retract_func, retract, error) != NULL;
}

static gboolean
sqlite_inband (MienPortraitTable  *table,
               MienPortraitInband *inband,
               GError            **error)
{
  return run (table, MIEN_DATABASE_WRITE, inband_func, inband, error) != NULL;
}

static char *
sqlite_alias (MienPortraitTable *table,
              const char        *name,
              GError           **error)
{
  return run (table, MIEN_DATABASE_READ, alias_func, (gpointer) name, error);
}

static gboolean
sqlite_collect (MienPortraitTable   *table,
                MienPortraitCollect *collect,
                GError             **error)
{
  return run (table, MIEN_DATABASE_WRITE, collect_func, collect, error) != NULL;
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
