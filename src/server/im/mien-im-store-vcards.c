/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>
#include <string.h>

gboolean
mien_im_vcards_set (MienDatabase *db, const char *account, const char *xml, GError **error)
{
  if (strlen (xml) > MIEN_IM_MAX_VCARD)
    {
      g_set_error (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT,
                   _("A vCard of more than %d bytes is not taken"),
                   MIEN_IM_MAX_VCARD);
      return FALSE;
    }
  return mien_im_store_exec (db, error, "INSERT OR REPLACE INTO vcard (account, xml) VALUES (?, ?)", "ss", account,
                             xml);
}

char *
mien_im_vcards_get (MienDatabase *db, const char *account, GError **error)
{
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error, "SELECT xml FROM vcard WHERE account = ?", "s", account);
  gboolean row;
  char *xml;

  if (stmt == NULL || !mien_database_step (db, stmt, &row, error) || !row)
    return NULL;
  xml = g_strdup (mien_im_store_text (stmt, 0));
  sqlite3_reset (stmt);
  return xml;
}
