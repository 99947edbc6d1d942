/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <stdarg.h>

G_DEFINE_QUARK (mien-im-store-error-quark, mien_im_store_error)

static const char *const migrations[] = {
  /* 1 */
  "CREATE TABLE account ("
  "  jid TEXT PRIMARY KEY, created INTEGER NOT NULL, iterations INTEGER NOT NULL, salt BLOB NOT NULL,"
  "  stored_sha256 BLOB NOT NULL, server_sha256 BLOB NOT NULL, stored_sha1 BLOB NOT NULL, server_sha1 BLOB NOT NULL,"
  "  roster_version INTEGER NOT NULL DEFAULT 0, roster_floor INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
  "CREATE TABLE roster ("
  "  account TEXT NOT NULL REFERENCES account (jid) ON DELETE CASCADE, jid TEXT NOT NULL, name TEXT, groups TEXT,"
  "  bits INTEGER NOT NULL, listed INTEGER NOT NULL, request TEXT, version INTEGER NOT NULL,"
  "  PRIMARY KEY (account, jid)) WITHOUT ROWID;"
  "CREATE INDEX roster_by_contact ON roster (jid, account);"
  "CREATE INDEX roster_by_version ON roster (account, version);"
  "CREATE TABLE offline ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL REFERENCES account (jid) ON DELETE CASCADE,"
  "  stanza TEXT NOT NULL);"
  "CREATE INDEX offline_by_account ON offline (account, id);"
  "CREATE TABLE blocked ("
  "  account TEXT NOT NULL REFERENCES account (jid) ON DELETE CASCADE, jid TEXT NOT NULL,"
  "  PRIMARY KEY (account, jid)) WITHOUT ROWID;"
  "CREATE TABLE vcard ("
  "  account TEXT PRIMARY KEY REFERENCES account (jid) ON DELETE CASCADE, xml TEXT NOT NULL);"
  "CREATE TABLE pep_node ("
  "  account TEXT NOT NULL REFERENCES account (jid) ON DELETE CASCADE, node TEXT NOT NULL, access INTEGER NOT NULL,"
  "  max_items INTEGER NOT NULL, persist INTEGER NOT NULL, PRIMARY KEY (account, node)) WITHOUT ROWID;"
  "CREATE TABLE pep_item ("
  "  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, node TEXT NOT NULL, id TEXT NOT NULL,"
  "  payload TEXT NOT NULL, UNIQUE (account, node, id),"
  "  FOREIGN KEY (account, node) REFERENCES pep_node (account, node) ON DELETE CASCADE);"
  "CREATE INDEX pep_item_by_time ON pep_item (account, node, seq);"
  "CREATE TABLE forward ("
  "  account TEXT PRIMARY KEY REFERENCES account (jid) ON DELETE CASCADE, serial INTEGER NOT NULL)"
  "  WITHOUT ROWID;",
  /* 2 */
  "CREATE TABLE removed (account TEXT PRIMARY KEY) WITHOUT ROWID;",
  /* 3: an account that is removed stays until the portrait server has forgotten its portrait. */
  "ALTER TABLE forward RENAME TO forward_2;"
  "CREATE TABLE forward (account TEXT PRIMARY KEY, serial INTEGER NOT NULL) WITHOUT ROWID;"
  "INSERT INTO forward SELECT account, serial FROM forward_2;"
  "DROP TABLE forward_2;",
  NULL,
};

MienDatabase *
mien_im_store_open (const char *path, GError **error)
{
  return mien_database_open (path, migrations, error);
}

static void
bind_all (sqlite3_stmt *stmt, const char *format, va_list list)
{
  for (int i = 0; format[i] != '\0'; i++)
    switch (format[i])
      {
      case 's':
        sqlite3_bind_text (stmt, i + 1, va_arg (list, const char *), -1, SQLITE_STATIC);
        break;
      case 'i':
        sqlite3_bind_int64 (stmt, i + 1, va_arg (list, gint64));
        break;
      case 'b':
        {
          const void *bytes = va_arg (list, const void *);
          gsize length = va_arg (list, gsize);

          sqlite3_bind_blob64 (stmt, i + 1, bytes, length, SQLITE_STATIC);
          break;
        }
      default:
        g_assert_not_reached ();
      }
}

sqlite3_stmt *
mien_im_store_prepare (MienDatabase *db, GError **error, const char *sql, const char *format, ...)
{
  sqlite3_stmt *stmt = mien_database_prepare (db, sql, error);
  va_list list;

  if (stmt == NULL)
    return NULL;
  va_start (list, format);
  bind_all (stmt, format, list);
  va_end (list);
  return stmt;
}

gboolean
mien_im_store_exec (MienDatabase *db, GError **error, const char *sql, const char *format, ...)
{
  sqlite3_stmt *stmt = mien_database_prepare (db, sql, error);
  va_list list;

  if (stmt == NULL)
    return FALSE;
  va_start (list, format);
  bind_all (stmt, format, list);
  va_end (list);
  return mien_database_step (db, stmt, NULL, error);
}

gboolean
mien_im_store_number (MienDatabase *db, gint64 *out, gint64 fallback, GError **error, const char *sql,
                      const char *format, ...)
{
  sqlite3_stmt *stmt = mien_database_prepare (db, sql, error);
  gboolean row;
  va_list list;

  if (stmt == NULL)
    return FALSE;
  va_start (list, format);
  bind_all (stmt, format, list);
  va_end (list);
  if (!mien_database_step (db, stmt, &row, error))
    return FALSE;
  *out = row && sqlite3_column_type (stmt, 0) != SQLITE_NULL ? sqlite3_column_int64 (stmt, 0) : fallback;
  if (row)
    sqlite3_reset (stmt);
  return TRUE;
}

const char *
mien_im_store_text (sqlite3_stmt *stmt, int column)
{
  return (const char *) sqlite3_column_text (stmt, column);
}

GPtrArray *
mien_im_store_texts (sqlite3_stmt *stmt, MienDatabase *db, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  gboolean row = TRUE;

  while (row)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (texts, g_strdup (mien_im_store_text (stmt, 0)));
    }
  return g_steal_pointer (&texts);
}
