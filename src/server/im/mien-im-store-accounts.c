/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>
#include <string.h>

/* The password itself is nowhere: these keys check one, but do not give one (RFC 5802 section 3). */

gboolean
mien_im_accounts_add (MienDatabase *db, const char *account, const XmppScramKeys *keys, GError **error)
{
  gboolean exists;

  if (!mien_im_accounts_exists (db, account, &exists, error))
    return FALSE;
  if (exists)
    {
      g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_EXISTS, _("There is an account %s already"),
                   account);
      return FALSE;
    }
  return mien_im_store_exec (db, error,
                             "INSERT INTO account (jid, created, iterations, salt, stored_sha256, server_sha256,"
                             " stored_sha1, server_sha1) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                             "siibbbbb", account, g_get_real_time () / G_USEC_PER_SEC, (gint64) keys->iterations,
                             keys->salt, sizeof keys->salt, keys->stored_sha256, sizeof keys->stored_sha256,
                             keys->server_sha256, sizeof keys->server_sha256, keys->stored_sha1,
                             sizeof keys->stored_sha1, keys->server_sha1, sizeof keys->server_sha1);
}

static gboolean
no_account (const char *account, GError **error)
{
  g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NO_ACCOUNT, _("There is no account %s"), account);
  return FALSE;
}

gboolean
mien_im_accounts_set_keys (MienDatabase *db, const char *account, const XmppScramKeys *keys, GError **error)
{
  gboolean exists;

  if (!mien_im_accounts_exists (db, account, &exists, error))
    return FALSE;
  if (!exists)
    return no_account (account, error);
  return mien_im_store_exec (db, error,
                             "UPDATE account SET iterations = ?, salt = ?, stored_sha256 = ?, server_sha256 = ?,"
                             " stored_sha1 = ?, server_sha1 = ? WHERE jid = ?",
                             "ibbbbbs", (gint64) keys->iterations, keys->salt, sizeof keys->salt, keys->stored_sha256,
                             sizeof keys->stored_sha256, keys->server_sha256, sizeof keys->server_sha256,
                             keys->stored_sha1, sizeof keys->stored_sha1, keys->server_sha1, sizeof keys->server_sha1,
                             account);
}

static gboolean
copy_blob (sqlite3_stmt *stmt, int column, guint8 *out, int length)
{
  if (sqlite3_column_bytes (stmt, column) != length)
    return FALSE;
  memcpy (out, sqlite3_column_blob (stmt, column), length);
  return TRUE;
}

gboolean
mien_im_accounts_get_keys (MienDatabase *db, const char *account, XmppScramKeys *keys, GError **error)
{
  sqlite3_stmt *stmt;
  gboolean row, whole;

  stmt = mien_im_store_prepare (db, error,
                                "SELECT iterations, salt, stored_sha256, server_sha256, stored_sha1, server_sha1"
                                " FROM account WHERE jid = ?", "s", account);
  if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
    return FALSE;
  if (!row)
    return no_account (account, error);
  keys->iterations = sqlite3_column_int64 (stmt, 0);
  whole = copy_blob (stmt, 1, keys->salt, sizeof keys->salt)
          && copy_blob (stmt, 2, keys->stored_sha256, sizeof keys->stored_sha256)
          && copy_blob (stmt, 3, keys->server_sha256, sizeof keys->server_sha256)
          && copy_blob (stmt, 4, keys->stored_sha1, sizeof keys->stored_sha1)
          && copy_blob (stmt, 5, keys->server_sha1, sizeof keys->server_sha1);
  sqlite3_reset (stmt);
  return whole || no_account (account, error);
}

gboolean
mien_im_accounts_exists (MienDatabase *db, const char *account, gboolean *out, GError **error)
{
  gint64 found;

  if (!mien_im_store_number (db, &found, 0, error, "SELECT 1 FROM account WHERE jid = ?", "s", account))
    return FALSE;
  *out = found != 0;
  return TRUE;
}

gboolean
mien_im_accounts_remove (MienDatabase *db, const char *account, GError **error)
{
  gboolean exists;

  if (!mien_im_accounts_exists (db, account, &exists, error))
    return FALSE;
  if (!exists)
    return no_account (account, error);
  /* What others had of it: without this an account made anew under the name would inherit their trust. */
  return mien_im_store_exec (db, error,
                             "UPDATE account SET roster_version = roster_version + 1"
                             " WHERE jid IN (SELECT account FROM roster WHERE jid = ?)", "s", account)
         && mien_im_store_exec (db, error,
                                "UPDATE roster SET bits = 0, request = NULL,"
                                " version = (SELECT roster_version FROM account WHERE account.jid = roster.account)"
                                " WHERE jid = ?", "s", account)
         && mien_im_store_exec (db, error, "DELETE FROM account WHERE jid = ?", "s", account)
         && mien_im_forwards_add (db, account, error);   /* without a publication: forget it */
}

/* The names of accounts that another process has removed, until the server has ended their sessions. */

gboolean
mien_im_removed_add (MienDatabase *db, const char *account, GError **error)
{
  return mien_im_store_exec (db, error, "INSERT OR REPLACE INTO removed (account) VALUES (?)", "s", account);
}

GPtrArray *
mien_im_removed_list (MienDatabase *db, GError **error)
{
  return mien_im_store_texts (mien_im_store_prepare (db, error, "SELECT account FROM removed", ""), db, error);
}

GPtrArray *
mien_im_removed_take (MienDatabase *db, GError **error)
{
  g_autoptr (GPtrArray) accounts = mien_im_removed_list (db, error);

  if (accounts == NULL || !mien_im_store_exec (db, error, "DELETE FROM removed", ""))
    return NULL;
  return g_steal_pointer (&accounts);
}
