/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>
#include <string.h>

gboolean
mien_im_offline_add (MienDatabase *db, const char *account, const char *stanza, GError **error)
{
  gint64 count, bytes;

  if (!mien_im_store_number (db, &count, 0, error, "SELECT count(*) FROM offline WHERE account = ?", "s", account)
      || !mien_im_store_number (db, &bytes, 0, error, "SELECT sum(length(stanza)) FROM offline WHERE account = ?", "s",
                                account))
    return FALSE;
  if (count >= MIEN_IM_MAX_OFFLINE || bytes + (gint64) strlen (stanza) > MIEN_IM_MAX_OFFLINE_BYTES)
    {
      g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT,
                           _("Too many messages wait for this account already"));
      return FALSE;
    }
  return mien_im_store_exec (db, error, "INSERT INTO offline (account, stanza) VALUES (?, ?)", "ss", account, stanza);
}

GPtrArray *
mien_im_offline_take (MienDatabase *db, const char *account, GError **error)
{
  g_autoptr (GPtrArray) stanzas = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error, "SELECT stanza FROM offline WHERE account = ? ORDER BY id",
                                              "s",
                                              account);
  gboolean row;

  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (!row)
        break;
      g_ptr_array_add (stanzas, g_strdup (mien_im_store_text (stmt, 0)));
    }
  if (stanzas->len > 0 && !mien_im_store_exec (db, error, "DELETE FROM offline WHERE account = ?", "s", account))
    return NULL;
  return g_steal_pointer (&stanzas);
}
