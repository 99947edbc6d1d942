/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>

#define COLUMNS "jid, name, groups, bits, listed, request, version"

void
mien_roster_row_free (MienRosterRow *self)
{
  if (self == NULL)
    return;
  g_free (self->jid);
  g_free (self->name);
  g_free (self->groups);
  g_free (self->request);
  g_free (self);
}

static MienRosterRow *
read_row (sqlite3_stmt *stmt)
{
  MienRosterRow *row = g_new0 (MienRosterRow, 1);

  row->jid = g_strdup (mien_im_store_text (stmt, 0));
  row->name = g_strdup (mien_im_store_text (stmt, 1));
  row->groups = g_strdup (mien_im_store_text (stmt, 2));
  row->bits = sqlite3_column_int (stmt, 3);
  row->listed = sqlite3_column_int (stmt, 4) != 0;
  row->request = g_strdup (mien_im_store_text (stmt, 5));
  row->version = sqlite3_column_int64 (stmt, 6);
  return row;
}

MienRosterRow *
mien_im_roster_get (MienDatabase *db, const char *account, const char *jid, GError **error)
{
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error, "SELECT " COLUMNS " FROM roster WHERE account = ? AND jid = ?",
                                              "ss", account, jid);
  MienRosterRow *row;
  gboolean found;

  if (stmt == NULL || !mien_database_step (db, stmt, &found, error))
    return NULL;
  if (!found)
    {
      row = g_new0 (MienRosterRow, 1);
      row->jid = g_strdup (jid);
      return row;
    }
  row = read_row (stmt);
  sqlite3_reset (stmt);
  return row;
}

gboolean
mien_im_roster_touch (MienDatabase *db, const char *account, gint64 *out_version, GError **error)
{
  if (!mien_im_store_exec (db, error, "UPDATE account SET roster_version = roster_version + 1 WHERE jid = ?", "s",
                           account)
      || !mien_im_store_number (db, out_version, -1, error, "SELECT roster_version FROM account WHERE jid = ?", "s",
                                account))
    return FALSE;
  if (*out_version >= 0)
    return TRUE;
  g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NO_ACCOUNT, _("There is no account %s"), account);
  return FALSE;
}

/* Removed items are kept for clients that ask by version, the newest MIEN_IM_MAX_TOMBSTONES of them. */
static gboolean
prune (MienDatabase *db, const char *account, GError **error)
{
  static const char oldest[] = "SELECT version FROM roster WHERE account = ?1 AND NOT listed AND bits = 0"
                               " ORDER BY version DESC LIMIT 1 OFFSET ?2";
  gint64 floor;

  if (!mien_im_store_number (db, &floor, 0, error, oldest, "si", account, (gint64) MIEN_IM_MAX_TOMBSTONES))
    return FALSE;
  return floor == 0
         || (mien_im_store_exec (db, error, "UPDATE account SET roster_floor = ? WHERE jid = ?", "is", floor, account)
             && mien_im_store_exec (db, error,
                                    "DELETE FROM roster WHERE account = ? AND NOT listed AND bits = 0 AND version <= ?",
                                    "si", account, floor));
}

static gboolean
check_room (MienDatabase *db, const char *account, const MienRosterRow *row, GError **error)
{
  gint64 others;

  if (!mien_im_store_number (db, &others, 0, error,
                             "SELECT count(*) FROM roster WHERE account = ? AND (listed OR bits <> 0) AND jid <> ?",
                                 "ss",
                             account, row->jid))
    return FALSE;
  if (others < MIEN_IM_MAX_ROSTER)
    return TRUE;
  g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT, _("The roster has %d contacts and is full"),
               MIEN_IM_MAX_ROSTER);
  return FALSE;
}

gboolean
mien_im_roster_put (MienDatabase *db, const char *account, MienRosterRow *row, GError **error)
{
  gboolean fresh = row->version == 0;

  if (fresh && !check_room (db, account, row, error))
    return FALSE;
  if (!mien_im_roster_touch (db, account, &row->version, error))
    return FALSE;
  if (!mien_im_store_exec (db, error,
                           "INSERT OR REPLACE INTO roster (account, " COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           "ssssiisi", account, row->jid, row->name, row->groups, (gint64) row->bits,
                           (gint64) row->listed, row->request, row->version))
    return FALSE;
  return row->listed || row->bits != 0 || prune (db, account, error);
}

/**
 * mien_im_roster_list:
 * @since: the version that the asker has, or -1
 * @out_delta: whether the rows are only what changed after @since, removed ones among them
 *
 * Returns: (transfer full) (element-type MienRosterRow): the rows, in the order of their changes for a delta
 */
GPtrArray *
mien_im_roster_list (MienDatabase *db, const char *account, gint64 since, gint64 *out_version, gboolean *out_delta,
                     GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_roster_row_free);
  sqlite3_stmt *stmt;
  gint64 floor, changes = 0;
  gboolean row;

  if (!mien_im_store_number (db, out_version, 0, error, "SELECT roster_version FROM account WHERE jid = ?", "s",
                             account)
      || !mien_im_store_number (db, &floor, 0, error, "SELECT roster_floor FROM account WHERE jid = ?", "s", account)
      || !mien_im_store_number (db, &changes, 0, error, "SELECT count(*) FROM roster WHERE account = ? AND version > ?",
                                "si", account, since))
    return NULL;
  *out_delta = since >= floor && since >= 0 && since <= *out_version && changes <= MIEN_IM_MAX_ROSTER_DELTA;
  stmt = mien_im_store_prepare (db, error,
                                *out_delta ? "SELECT " COLUMNS
                                             " FROM roster WHERE account = ? AND version > ? ORDER BY version"
                                           : "SELECT " COLUMNS
                                             " FROM roster WHERE account = ? AND version > ? AND (listed OR bits <> 0)",
                                "si", account, *out_delta ? since : G_GINT64_CONSTANT (-1));
  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&rows);
      g_ptr_array_add (rows, read_row (stmt));
    }
}

GPtrArray *
mien_im_roster_owners (MienDatabase *db, const char *jid, GError **error)
{
  return mien_im_store_texts (mien_im_store_prepare (db, error, "SELECT account FROM roster WHERE jid = ?", "s", jid),
                              db, error);
}
