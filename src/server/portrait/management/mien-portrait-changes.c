/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-files.h"
#include "mien-portrait-manager-private.h"
#include "mien-portrait-server-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The manager's other changes: what the IM server forwards, what an account takes back, and bytes nobody refers to. */

typedef struct
{
  char *account;
  char **urls;
  char *sha1;
  GBytes *bytes;
  char *retracted;   /* out: the address that went, or NULL */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->account);
  g_strfreev (change->urls);
  g_free (change->sha1);
  g_clear_pointer (&change->bytes, g_bytes_unref);
  g_free (change->retracted);
  g_free (change);
}

/* ---- forwarded publications (S3242-S3244) ---- */

/* The hash of the hosted picture that @url names, if it is one of ours; NULL if not. */
static char *
url_to_hash (MienPortraitManager *self,
             const char          *url)
{
  g_autofree char *prefix = g_strconcat (self->public_url, "/p/", NULL);
  g_autofree char *name = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *address = NULL;
  char *sha256 = NULL;

  if (!g_str_has_prefix (url, prefix))
    return NULL;
  name = g_strndup (url + strlen (prefix), strcspn (url + strlen (prefix), "?#"));
  plain = g_strndup (name, strcspn (name, "."));
  if (mien_portrait_is_hex (plain, 64) || mien_portrait_is_hex (plain, 32))
    address = mien_portrait_table_alias (self->table, plain, NULL);
  if (address != NULL)
    return g_strndup (address + strlen ("ab/cd/"), 64);
  return mien_portrait_parse_name (name, &sha256, NULL) ? sha256 : NULL;
}

/* Whether the account's portrait here is what was published, so that nothing but the in-band hash is new. */
static gboolean
is_known (MienPortraitManager *self,
          Change              *change,
          gboolean            *out,
          GError             **error)
{
  const char *accounts[] = { change->account, NULL };
  g_autoptr(GPtrArray) rows = NULL;
  const MienPortraitRow *row;

  *out = FALSE;
  for (guint i = 0; change->urls != NULL && change->urls[i] != NULL && !*out; i++)
    {
      g_autofree char *sha256 = url_to_hash (self, change->urls[i]);

      if (sha256 != NULL &&
          !mien_portrait_table_inband (self->table, change->account, sha256, change->sha1, out, error))
        return FALSE;
    }
  if (*out)
    return TRUE;
  rows = mien_portrait_table_query (self->table, accounts, error);
  if (rows == NULL)
    return FALSE;
  row = rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;
  *out = row != NULL && row->sha1 != NULL && g_str_equal (row->sha1, change->sha1);
  return TRUE;
}

static gboolean
take_forwarded (MienPortraitManager *self,
                Change              *change,
                GError             **error)
{
  g_autoptr(MienPortraitRow) row = NULL;
  g_autofree char *sha1 = NULL;
  gboolean known;

  if (!is_known (self, change, &known, error))
    return FALSE;
  if (known)
    return TRUE;
  if (change->bytes == NULL)
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_NOT_FOUND,
                           _("The picture itself is missing: publish its data before its metadata."));
      return FALSE;
    }
  sha1 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, change->bytes);
  if (!g_str_equal (sha1, change->sha1))
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_HASH,
                           _("The picture does not have the hash it was published under."));
      return FALSE;
    }
  row = mien_portrait_row_new (change->account);
  row->sha1 = g_steal_pointer (&sha1);
  return mien_portrait_accept (self, row, change->bytes, NULL, error);
}

static void
forward_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError *error = NULL;

  if (take_forwarded (source, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_portrait_manager_forward_async (MienPortraitManager *self,
                                     const char          *account,
                                     const char * const  *urls,
                                     const char          *sha1,
                                     GBytes              *bytes,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  Change *change = g_new0 (Change, 1);
  GTask *task;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));
  g_return_if_fail (mien_portrait_is_hex (sha1, 40));

  change->account = g_strdup (account);
  change->urls = g_strdupv ((char **) urls);
  change->sha1 = g_strdup (sha1);
  change->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, change, change_free);
  mien_portrait_manager_run (self, MIEN_PORTRAIT_POOL_WORK, task, forward_thread);
}

gboolean
mien_portrait_manager_forward_finish (MienPortraitManager *self,
                                      GAsyncResult        *result,
                                      GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- taking back ---- */

static void
retract_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  MienPortraitManager *self = source;
  Change *change = data;
  GError *error = NULL;

  if (mien_portrait_table_retract (self->table, change->account, &change->retracted, &error) &&
      (change->retracted == NULL || mien_portrait_collect_one (self, change->retracted, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_portrait_manager_retract_async (MienPortraitManager *self,
                                     const char          *account,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  Change *change = g_new0 (Change, 1);
  GTask *task;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  change->account = g_strdup (account);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, change, change_free);
  mien_portrait_manager_run (self, MIEN_PORTRAIT_POOL_WORK, task, retract_thread);
}

gboolean
mien_portrait_manager_retract_finish (MienPortraitManager *self,
                                      GAsyncResult        *result,
                                      GError             **error)
{
  Change *change;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  change = g_task_get_task_data (G_TASK (result));
  if (change->retracted != NULL)
    mien_portrait_hot_forget (self, change->retracted);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- bytes nobody refers to ---- */

typedef struct
{
  MienPortraitManager *manager;
  guint8 folder;
  int grace;
  guint removed;
} Sweep;

static void
drop_and_count (const char *address,
                gpointer    user_data)
{
  Sweep *sweep = user_data;

  mien_portrait_files_drop (sweep->manager->bytes_directory, address);
  sweep->removed++;
}

static void
sweep_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  MienPortraitManager *self = source;
  Sweep *sweep = data;
  gint64 now = self->now () / G_USEC_PER_SEC;
  g_autoptr(GPtrArray) addresses = mien_portrait_files_list (self->bytes_directory, sweep->folder, now - sweep->grace);
  GError *error = NULL;

  sweep->manager = self;
  g_ptr_array_add (addresses, NULL);
  if (mien_portrait_table_collect (self->table, (const char *const *) addresses->pdata, now, drop_and_count, sweep,
                                   &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_portrait_manager_sweep_async (MienPortraitManager *self,
                                   guint8               folder,
                                   int                  grace,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  Sweep *sweep = g_new0 (Sweep, 1);
  GTask *task;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  sweep->folder = folder;
  sweep->grace = grace;
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_task_data (task, sweep, g_free);
  mien_portrait_manager_run (self, MIEN_PORTRAIT_POOL_READ, task, sweep_thread);
}

gboolean
mien_portrait_manager_sweep_finish (MienPortraitManager *self,
                                    GAsyncResult        *result,
                                    guint               *out_removed,
                                    GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (out_removed != NULL)
    *out_removed = ((Sweep *) g_task_get_task_data (G_TASK (result)))->removed;
  return g_task_propagate_boolean (G_TASK (result), error);
}
