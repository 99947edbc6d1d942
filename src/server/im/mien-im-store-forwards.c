/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

/* Accounts whose portrait the portrait server has not confirmed yet. A row is written in the transaction of the
   publication,
 * so that a portrait reaches the portrait server even when that is away for a while (S3243). */

gboolean
mien_im_forwards_add (MienDatabase *db, const char *account, GError **error)
{
  return mien_im_store_exec (db, error, "INSERT OR REPLACE INTO forward (account, serial) VALUES (?, random ())", "s",
                             account);
}

/* Not when there has been another publication since @serial was read. */
gboolean
mien_im_forwards_remove (MienDatabase *db, const char *account, gint64 serial, GError **error)
{
  return mien_im_store_exec (db, error, "DELETE FROM forward WHERE account = ? AND serial = ?", "si", account, serial);
}

static void
forward_free (gpointer data)
{
  MienForward *self = data;

  g_free (self->account);
  g_free (self->metadata);
  g_free (self->data);
  g_free (self);
}

static char *
payload_of (MienDatabase *db, const char *account, const char *node, const char *id, GError **error)
{
  const char *ids[] = { id, NULL };
  g_autoptr (GPtrArray) items = mien_im_pep_list (db, account, node, id != NULL ? (char **) ids : NULL, 1, error);
  MienPepItem *item = items != NULL && items->len > 0 ? g_ptr_array_index (items, 0) : NULL;

  return item != NULL ? g_steal_pointer (&item->payload) : NULL;
}

GPtrArray *
mien_im_forwards_list (MienDatabase *db, guint max, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (forward_free);
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error, "SELECT account, serial FROM forward LIMIT ?", "i",
                                              (gint64) max);
  g_autoptr (GError) local_error = NULL;
  gboolean row = TRUE;

  while (row)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (row)
        {
          MienForward *forward = g_new0 (MienForward, 1);

          forward->account = g_strdup (mien_im_store_text (stmt, 0));
          forward->serial = sqlite3_column_int64 (stmt, 1);
          g_ptr_array_add (list, forward);
        }
    }
  for (guint i = 0; i < list->len && local_error == NULL; i++)
    {
      MienForward *forward = g_ptr_array_index (list, i);
      g_autofree char *id = mien_im_vcard_avatar_id (db, forward->account, &local_error);

      if (id == NULL || local_error != NULL)
        continue;
      forward->metadata = payload_of (db, forward->account, "urn:xmpp:avatar:metadata", NULL, &local_error);
      if (local_error == NULL)
        forward->data = payload_of (db, forward->account, "urn:xmpp:avatar:data", id, &local_error);
    }
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
