/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-store.h"

#include <glib/gi18n.h>
#include <string.h>

MienPepItem *
mien_pep_item_new (const char *account, const char *node, const char *id, const char *payload)
{
  MienPepItem *self = g_new0 (MienPepItem, 1);

  self->account = g_strdup (account);
  self->node = g_strdup (node);
  self->id = g_strdup (id);
  self->payload = g_strdup (payload);
  return self;
}

void
mien_pep_item_free (MienPepItem *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->node);
  g_free (self->id);
  g_free (self->payload);
  g_free (self);
}

gboolean
mien_im_pep_get_config (MienDatabase *db, const char *account, const char *node, MienPepConfig *out,
                        gboolean *out_found,
                        GError **error)
{
  sqlite3_stmt *stmt = mien_im_store_prepare (
      db, error, "SELECT access, max_items, persist FROM pep_node WHERE account = ? AND node = ?", "ss", account, node);
  static const MienPepConfig fallback = MIEN_PEP_CONFIG_DEFAULT;

  if (stmt == NULL || !mien_database_step (db, stmt, out_found, error))
    return FALSE;
  *out = fallback;
  if (*out_found)
    {
      out->access = sqlite3_column_int (stmt, 0);
      out->max_items = sqlite3_column_int (stmt, 1);
      out->persist = sqlite3_column_int (stmt, 2) != 0;
      sqlite3_reset (stmt);
    }
  return TRUE;
}

static gboolean
limit_error (GError **error, const char *text)
{
  g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_LIMIT, text);
  return FALSE;
}

static gboolean
trim (MienDatabase *db, const char *account, const char *node, guint max_items, GError **error)
{
  return mien_im_store_exec (db, error,
                             "DELETE FROM pep_item WHERE account = ?1 AND node = ?2 AND seq NOT IN"
                             " (SELECT seq FROM pep_item WHERE account = ?1 AND node = ?2 ORDER BY seq DESC LIMIT ?3)",
                             "ssi", account, node, (gint64) max_items);
}

gboolean
mien_im_pep_set_config (MienDatabase *db, const char *account, const char *node, const MienPepConfig *config,
                        GError **error)
{
  gint64 others;

  if (!mien_im_store_number (db, &others, 0, error, "SELECT count(*) FROM pep_node WHERE account = ? AND node <> ?",
                             "ss",
                             account, node))
    return FALSE;
  if (others >= MIEN_IM_MAX_PEP_NODES || strlen (node) > MIEN_IM_MAX_PEP_NAME)
    return limit_error (error, _("The account has too many nodes, or the name of this one is too long"));
  return mien_im_store_exec (db, error,
                             "INSERT INTO pep_node (account, node, access, max_items, persist) VALUES (?, ?, ?, ?, ?)"
                             " ON CONFLICT (account, node) DO UPDATE SET access = excluded.access,"
                             " max_items = excluded.max_items, persist = excluded.persist",
                             "ssiii", account, node, (gint64) config->access, (gint64) config->max_items,
                             (gint64) config->persist)
         && trim (db, account, node, config->max_items, error);
}

/* The node must be there. */
gboolean
mien_im_pep_publish (MienDatabase *db, const MienPepItem *item, const MienPepConfig *config, GError **error)
{
  gsize length = strlen (item->payload);
  gint64 bytes;

  if (length > MIEN_IM_MAX_PEP_ITEM || strlen (item->id) > MIEN_IM_MAX_PEP_NAME)
    return limit_error (error, _("The item is too large"));
  if (!config->persist)
    return TRUE;
  /* Again under the same id is a new publication: it gets a new place in the order. */
  if (!mien_im_store_exec (db, error, "DELETE FROM pep_item WHERE account = ? AND node = ? AND id = ?", "sss",
                           item->account, item->node, item->id)
      || !mien_im_store_exec (db, error, "INSERT INTO pep_item (account, node, id, payload) VALUES (?, ?, ?, ?)",
                              "ssss",
                              item->account, item->node, item->id, item->payload)
      || !trim (db, item->account, item->node, config->max_items, error)
      || !mien_im_store_number (db, &bytes, 0, error, "SELECT sum(length(payload)) FROM pep_item WHERE account = ?",
                                "s",
                                item->account))
    return FALSE;
  return bytes <= MIEN_IM_MAX_PEP_BYTES || limit_error (error,
                                                        _("The account has published too much: retract something"));
}

static gboolean
read_items (MienDatabase *db, sqlite3_stmt *stmt, GPtrArray *items, GError **error)
{
  gboolean row;

  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      g_ptr_array_add (items, mien_pep_item_new (mien_im_store_text (stmt, 0), mien_im_store_text (stmt, 1),
                                                 mien_im_store_text (stmt, 2), mien_im_store_text (stmt, 3)));
    }
}

GPtrArray *
mien_im_pep_list (MienDatabase *db, const char *account, const char *node, char **ids, guint max, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_pep_item_free);

  if (ids == NULL)
    return read_items (db, mien_im_store_prepare (db, error,
                                                  "SELECT account, node, id, payload FROM pep_item"
                                                  " WHERE account = ? AND node = ? ORDER BY seq DESC LIMIT ?",
                                                  "ssi", account, node, (gint64) max), items, error)
           ? g_steal_pointer (&items) : NULL;
  for (gsize i = 0; ids[i] != NULL; i++)
    if (!read_items (db, mien_im_store_prepare (db, error,
                                                "SELECT account, node, id, payload FROM pep_item"
                                                " WHERE account = ? AND node = ? AND id = ?",
                                                "sss", account, node, ids[i]), items, error))
      return NULL;
  return g_steal_pointer (&items);
}

static gboolean
check_changed (MienDatabase *db, sqlite3_stmt *stmt, GError **error)
{
  if (stmt == NULL || !mien_database_step (db, stmt, NULL, error))
    return FALSE;
  if (sqlite3_changes (sqlite3_db_handle (stmt)) > 0)
    return TRUE;
  g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NOT_FOUND, _("There is no such node or item"));
  return FALSE;
}

gboolean
mien_im_pep_retract (MienDatabase *db, const char *account, const char *node, const char *id, GError **error)
{
  if (id == NULL)
    return mien_im_store_exec (db, error, "DELETE FROM pep_item WHERE account = ? AND node = ?", "ss", account, node);
  return check_changed (db, mien_im_store_prepare (db, error,
                                                   "DELETE FROM pep_item WHERE account = ? AND node = ? AND id = ?",
                                                       "sss",
                                                   account, node, id), error);
}

gboolean
mien_im_pep_remove (MienDatabase *db, const char *account, const char *node, GError **error)
{
  return check_changed (db, mien_im_store_prepare (db, error, "DELETE FROM pep_node WHERE account = ? AND node = ?",
                                                   "ss",
                                                   account, node), error);
}

GPtrArray *
mien_im_pep_nodes (MienDatabase *db, const char *account, guint access_mask, GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *stmt =
      mien_im_store_prepare (db, error, "SELECT node FROM pep_node WHERE account = ? AND ((1 << access) & ?) <> 0",
                             "si", account, (gint64) access_mask);
  gboolean row;

  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&nodes);
      g_ptr_array_add (nodes, g_strdup (mien_im_store_text (stmt, 0)));
    }
}

gboolean
mien_im_pep_may_read (MienDatabase *db, const char *account, const char *reader, MienPepAccess access, gboolean *out,
                      GError **error)
{
  gint64 bits = 0;

  if (access == MIEN_PEP_PRESENCE && !g_str_equal (account, reader)
      && !mien_im_store_number (db, &bits, 0, error, "SELECT bits FROM roster WHERE account = ? AND jid = ?", "ss",
                                account,
                                reader))
    return FALSE;
  *out = g_str_equal (account, reader) || access == MIEN_PEP_OPEN
         || (access == MIEN_PEP_PRESENCE && (bits & MIEN_ROSTER_FROM) != 0);
  return TRUE;
}

GPtrArray *
mien_im_pep_last_of_contacts (MienDatabase *db, const char *reader, const char *node, const char *after, guint max,
                              GError **error)
{
  /* roster_by_contact gives the accounts that have the reader in their rosters, in order. */
  static const char sql[] =
    "SELECT i.account, i.node, i.id, i.payload FROM roster r"
    " JOIN pep_node n ON n.account = r.account AND n.node = ?2"
    " JOIN pep_item i ON i.seq = (SELECT max(seq) FROM pep_item x WHERE x.account = r.account AND x.node = ?2)"
    " WHERE r.jid = ?1 AND r.account > ?3 AND (r.bits & ?4) <> 0 AND n.access IN (?5, ?6)"
    " ORDER BY r.account LIMIT ?7";
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_pep_item_free);

  if (!read_items (db, mien_im_store_prepare (db, error, sql, "sssiiii", reader, node, after != NULL ? after : "",
                                              (gint64) MIEN_ROSTER_FROM, (gint64) MIEN_PEP_PRESENCE,
                                              (gint64) MIEN_PEP_OPEN, (gint64) max), items, error))
    return NULL;
  return g_steal_pointer (&items);
}
