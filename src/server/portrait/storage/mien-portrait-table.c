/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-server-error.h"
#include "mien-portrait-table-postgres.h"
#include "mien-portrait-table-private.h"
#include "mien-portrait-table-sqlite.h"

#include <glib/gi18n-lib.h>

G_DEFINE_INTERFACE (MienPortraitTable, mien_portrait_table, G_TYPE_OBJECT)

static void
mien_portrait_table_default_init (MienPortraitTableInterface *iface)
{
}

MienPortraitRow *
mien_portrait_row_new (const char *account)
{
  MienPortraitRow *self = g_new0 (MienPortraitRow, 1);

  self->account = g_strdup (account);
  return self;
}

void
mien_portrait_row_free (MienPortraitRow *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->address);
  g_free (self->sha256);
  g_free (self->sha1);
  g_free (self);
}

gboolean
mien_portrait_table_put (MienPortraitTable *self,
                         MienPortraitPut   *put,
                         GError           **error)
{
  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), FALSE);

  return MIEN_PORTRAIT_TABLE_GET_IFACE (self)->put (self, put, error);
}

GPtrArray *
mien_portrait_table_query (MienPortraitTable  *self,
                           const char * const *accounts,
                           GError            **error)
{
  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), NULL);

  return MIEN_PORTRAIT_TABLE_GET_IFACE (self)->query (self, accounts, error);
}

gboolean
mien_portrait_table_retract (MienPortraitTable *self,
                             const char        *account,
                             char             **out_address,
                             GError           **error)
{
  MienPortraitRetract retract = { account, NULL };
  gboolean ok;

  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), FALSE);

  ok = MIEN_PORTRAIT_TABLE_GET_IFACE (self)->retract (self, &retract, error);
  *out_address = retract.address;
  return ok;
}

gboolean
mien_portrait_table_inband (MienPortraitTable *self,
                            const char        *account,
                            const char        *sha256,
                            const char        *sha1,
                            gboolean          *out_done,
                            GError           **error)
{
  MienPortraitInband inband = { account, sha256, sha1, FALSE };
  gboolean ok;

  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), FALSE);

  ok = MIEN_PORTRAIT_TABLE_GET_IFACE (self)->inband (self, &inband, error);
  *out_done = inband.done;
  return ok;
}

char *
mien_portrait_table_alias (MienPortraitTable *self,
                           const char        *name,
                           GError           **error)
{
  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), NULL);

  return MIEN_PORTRAIT_TABLE_GET_IFACE (self)->alias (self, name, error);
}

gboolean
mien_portrait_table_collect (MienPortraitTable  *self,
                             const char * const *addresses,
                             gint64              now,
                             MienPortraitDrop    drop,
                             gpointer            user_data,
                             GError            **error)
{
  MienPortraitCollect collect = { addresses, now, drop, user_data };

  g_return_val_if_fail (MIEN_IS_PORTRAIT_TABLE (self), FALSE);

  return MIEN_PORTRAIT_TABLE_GET_IFACE (self)->collect (self, &collect, error);
}

MienPortraitTable *
mien_portrait_table_open (const char *database,
                          const char *sqlite_path,
                          GError    **error)
{
  if (database == NULL || g_str_equal (database, "sqlite"))
    return mien_portrait_table_sqlite_open (sqlite_path, error);
  if (g_str_has_prefix (database, "postgresql://") || g_str_has_prefix (database, "postgres://"))
    return mien_portrait_table_postgres_open (database, error);
  g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_INTERNAL,
                       _("[portrait] database must be “sqlite” or an address that begins with “postgresql://”."));
  return NULL;
}
