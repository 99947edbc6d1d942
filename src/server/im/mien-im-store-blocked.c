/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>
#include "mien-im-block-match.h"

gboolean
mien_im_blocked_add (MienDatabase *db, const char *account, const char *jid, GError **error)
{
  gint64 count;

  if (!mien_im_store_number (db, &count, 0, error, "SELECT count(*) FROM blocked WHERE account = ? AND jid <> ?", "ss",
                             account, jid))
    return FALSE;
  if (count >= MIEN_IM_MAX_BLOCKED)
    {
      g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT, _("%d addresses are blocked: no more can be"),
                   MIEN_IM_MAX_BLOCKED);
      return FALSE;
    }
  return mien_im_store_exec (db, error, "INSERT OR IGNORE INTO blocked (account, jid) VALUES (?, ?)", "ss", account,
                             jid);
}

gboolean
mien_im_blocked_remove (MienDatabase *db, const char *account, const char *jid, GError **error)
{
  if (jid == NULL)
    return mien_im_store_exec (db, error, "DELETE FROM blocked WHERE account = ?", "s", account);
  return mien_im_store_exec (db, error, "DELETE FROM blocked WHERE account = ? AND jid = ?", "ss", account, jid);
}

GPtrArray *
mien_im_blocked_list (MienDatabase *db, const char *account, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error, "SELECT jid FROM blocked WHERE account = ?", "s", account);
  gboolean row;

  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      g_ptr_array_add (list, g_strdup (mien_im_store_text (stmt, 0)));
    }
}

gboolean
mien_im_blocked_has (MienDatabase *db, const char *account, const char *full, gboolean *out, GError **error)
{
  g_auto (GStrv) patterns = mien_im_block_patterns (full);

  *out = FALSE;
  for (gsize i = 0; patterns[i] != NULL && !*out; i++)
    {
      gint64 found;

      if (!mien_im_store_number (db, &found, 0, error, "SELECT 1 FROM blocked WHERE account = ? AND jid = ?", "ss",
                                 account, patterns[i]))
        return FALSE;
      *out = found != 0;
    }
  return TRUE;
}
