/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-server-error.h"
#include "mien-portrait-table-private.h"

#include <glib/gi18n-lib.h>

static guint32
read_number (const char *field)
{
  return (guint32) g_ascii_strtoull (field, NULL, 10);
}

MienPortraitRow *
mien_portrait_row_new_from_fields (const char * const fields[MIEN_PORTRAIT_ROW_FIELDS])
{
  MienPortraitRow *row = mien_portrait_row_new (fields[0]);

  row->address = g_strdup (fields[1]);
  row->sha256 = g_strdup (fields[2]);
  row->sha1 = g_strdup (fields[3]);
  row->type = (int) read_number (fields[4]);
  row->bytes = read_number (fields[5]);
  row->width = read_number (fields[6]);
  row->height = read_number (fields[7]);
  row->updated = g_ascii_strtoll (fields[8], NULL, 10);
  return row;
}

static gboolean
use_nonce (const MienPortraitSteps *steps,
           gpointer                 db,
           const MienPortraitPut   *put,
           GError                 **error)
{
  gboolean fresh;

  if (!steps->note_nonce (db, put->nonce, put->nonce_expires, &fresh, error))
    return FALSE;
  if (!fresh)
    g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_USED,
                         _("This upload address was used before. Publish again to get a new one."));
  return fresh;
}

/* Gives *@address on to *@out if nobody refers to it any more. */
static gboolean
give_if_unused (const MienPortraitSteps *steps,
                gpointer                 db,
                char                   **address,
                char                   **out,
                GError                 **error)
{
  gboolean referenced;

  if (!steps->is_referenced (db, *address, &referenced, error))
    return FALSE;
  if (!referenced)
    *out = g_steal_pointer (address);
  return TRUE;
}

gboolean
mien_portrait_steps_put (const MienPortraitSteps *steps,
                         gpointer                 db,
                         MienPortraitPut         *put,
                         GError                 **error)
{
  const MienPortraitRow *row = put->row;
  g_autofree char *before = NULL;

  if ((steps->lock_address != NULL && !steps->lock_address (db, row->address, error)) ||
      (put->nonce != NULL && !use_nonce (steps, db, put, error)) ||
      !steps->get_address (db, row->account, &before, error) ||
      !steps->write_row (db, put->row, error) ||
      (put->alias != NULL && !steps->write_alias (db, put->alias, row->address, error)))
    return FALSE;
  if (!put->present (row->address, put->user_data))
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_VANISHED, "collected");
      return FALSE;
    }
  return before == NULL || g_str_equal (before, row->address) ||
         give_if_unused (steps, db, &before, &put->replaced, error);
}

gboolean
mien_portrait_steps_retract (const MienPortraitSteps *steps,
                             gpointer                 db,
                             MienPortraitRetract     *retract,
                             GError                 **error)
{
  g_autofree char *address = NULL;

  return steps->delete_row (db, retract->account, &address, error) &&
         (address == NULL || give_if_unused (steps, db, &address, &retract->address, error));
}

gboolean
mien_portrait_steps_collect (const MienPortraitSteps   *steps,
                             gpointer                   db,
                             const MienPortraitCollect *collect,
                             GError                   **error)
{
  const char *address = collect->addresses[0];
  gboolean referenced;

  if ((steps->lock_address != NULL && !steps->lock_address (db, address, error)) ||
      !steps->is_referenced (db, address, &referenced, error))
    return FALSE;
  if (referenced)
    return TRUE;
  if (!steps->delete_aliases (db, address, error))
    return FALSE;
  collect->drop (address, collect->user_data);
  return TRUE;
}
