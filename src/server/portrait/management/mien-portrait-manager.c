/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-file.h"
#include "mien-image.h"
#include "mien-portrait-files.h"
#include "mien-portrait-limits.h"
#include "mien-portrait-manager-private.h"
#include "mien-portrait-server-error.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

G_DEFINE_FINAL_TYPE (MienPortraitManager, mien_portrait_manager, G_TYPE_OBJECT)

static const struct { int threads; guint queued; } pool_sizes[MIEN_PORTRAIT_N_POOLS] = {
  [MIEN_PORTRAIT_POOL_WORK] = { MIEN_PORTRAIT_WORKERS, MIEN_PORTRAIT_MAX_QUEUED },
  [MIEN_PORTRAIT_POOL_READ] = { MIEN_PORTRAIT_READERS, MIEN_PORTRAIT_MAX_READS },
};

/* ---- threads ---- */

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Work;

static void
work_run (gpointer data,
          gpointer user_data)
{
  Work *work = data;

  work->func (work->task, g_task_get_source_object (work->task), g_task_get_task_data (work->task), NULL);
  g_object_unref (work->task);
  g_free (work);
}

void
mien_portrait_manager_run (MienPortraitManager *self,
                           MienPortraitPool     pool,
                           GTask               *task,
                           GTaskThreadFunc      func)
{
  Work *work;

  if (self->pools[pool] == NULL || g_thread_pool_unprocessed (self->pools[pool]) >= pool_sizes[pool].queued)
    {
      g_task_return_new_error (task, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_UNAVAILABLE,
                               _("The portrait server is busy. Nothing was changed. Try again in a minute."));
      g_object_unref (task);
      return;
    }
  work = g_new (Work, 1);
  work->task = task;
  work->func = func;
  g_thread_pool_push (self->pools[pool], work, NULL);
}

/* ---- life ---- */

static void
mien_portrait_manager_dispose (GObject *object)
{
  MienPortraitManager *self = MIEN_PORTRAIT_MANAGER (object);

  mien_portrait_manager_stop (self);
  g_clear_object (&self->table);
  G_OBJECT_CLASS (mien_portrait_manager_parent_class)->dispose (object);
}

static void
mien_portrait_manager_finalize (GObject *object)
{
  MienPortraitManager *self = MIEN_PORTRAIT_MANAGER (object);

  mien_portrait_hot_clear (self);
  mien_portrait_rate_free (self->slot_rate);
  mien_portrait_rate_free (self->volume_rate);
  mien_portrait_rate_free (self->query_rate);
  g_clear_pointer (&self->key, g_bytes_unref);
  g_free (self->bytes_directory);
  g_free (self->public_url);
  G_OBJECT_CLASS (mien_portrait_manager_parent_class)->finalize (object);
}

static void
mien_portrait_manager_class_init (MienPortraitManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_portrait_manager_dispose;
  object_class->finalize = mien_portrait_manager_finalize;
}

static void
mien_portrait_manager_init (MienPortraitManager *self)
{
  mien_portrait_hot_init (self);
  self->slot_rate = mien_portrait_rate_new (MIEN_PORTRAIT_SLOT_BURST, 1 / MIEN_PORTRAIT_SLOT_REFILL,
                                            MIEN_PORTRAIT_MAX_BUCKETS);
  self->volume_rate = mien_portrait_rate_new (MIEN_PORTRAIT_VOLUME_BURST, MIEN_PORTRAIT_VOLUME_PER_SEC,
                                              MIEN_PORTRAIT_MAX_BUCKETS);
  self->query_rate = mien_portrait_rate_new (MIEN_PORTRAIT_QUERY_BURST, 1 / MIEN_PORTRAIT_QUERY_REFILL,
                                             MIEN_PORTRAIT_MAX_BUCKETS);
}

/* The key that signs upload addresses: made once, kept, so that addresses outlive a restart. */
static GBytes *
load_key (const char *directory,
          GError    **error)
{
  g_autofree char *path = g_build_filename (directory, "upload.key", NULL);
  g_autoptr(GBytes) key = NULL;
  g_autoptr(GError) local = NULL;
  guint8 random[MIEN_PORTRAIT_KEY_BYTES];

  key = mien_file_read (path, MIEN_PORTRAIT_KEY_BYTES, NULL, &local);
  if (key != NULL && g_bytes_get_size (key) == MIEN_PORTRAIT_KEY_BYTES)
    return g_steal_pointer (&key);
  if (key == NULL && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  g_clear_pointer (&key, g_bytes_unref);
  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("the system gives no random numbers");
  key = g_bytes_new (random, sizeof random);
  explicit_bzero (random, sizeof random);
  return mien_file_write (path, key, 0600, NULL, error) ? g_steal_pointer (&key) : NULL;
}

static void
on_swept (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  MienPortraitManager *self = MIEN_PORTRAIT_MANAGER (source);
  g_autoptr(GError) error = NULL;
  guint removed;

  self->sweeping = FALSE;
  if (!mien_portrait_manager_sweep_finish (self, result, &removed, &error))
    g_info ("the sweep was put off: %s", error->message);
  else if (removed > 0)
    g_info ("removed %u pictures that nobody refers to", removed);
}

static gboolean
on_sweep_time (gpointer data)
{
  MienPortraitManager *self = data;

  if (!self->sweeping)
    {
      self->sweeping = TRUE;
      mien_portrait_manager_sweep_async (self, self->next_folder++, MIEN_PORTRAIT_GRACE_SECONDS, on_swept, NULL);
    }
  return G_SOURCE_CONTINUE;
}

MienPortraitManager *
mien_portrait_manager_new (const MienPortraitSettings *settings,
                           GError                    **error)
{
  g_autoptr(MienPortraitManager) self = g_object_new (MIEN_TYPE_PORTRAIT_MANAGER, NULL);
  g_autofree char *sqlite = g_build_filename (settings->directory, "portrait.sqlite", NULL);

  self->bytes_directory = g_build_filename (settings->directory, "bytes", NULL);
  self->public_url = g_strdup (settings->public_url);
  self->max_bytes = settings->max_bytes;
  self->max_pixels = settings->max_pixels;
  self->now = settings->now != NULL ? settings->now : g_get_real_time;
  self->shared = settings->database != NULL && !g_str_equal (settings->database, "sqlite");
  self->key = load_key (settings->directory, error);
  if (self->key == NULL)
    return NULL;
  self->table = mien_portrait_table_open (settings->database, sqlite, error);
  if (self->table == NULL)
    return NULL;

  for (int i = 0; i < MIEN_PORTRAIT_N_POOLS; i++)
    self->pools[i] = g_thread_pool_new (work_run, NULL, pool_sizes[i].threads, FALSE, NULL);
  self->sweeper = g_timeout_source_new_seconds (MIEN_PORTRAIT_SWEEP_SECONDS);
  g_source_set_callback (self->sweeper, on_sweep_time, self, NULL);
  g_source_attach (self->sweeper, g_main_context_get_thread_default ());
  return g_steal_pointer (&self);
}

void
mien_portrait_manager_stop (MienPortraitManager *self)
{
  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  if (self->sweeper != NULL)
    g_source_destroy (self->sweeper);
  g_clear_pointer (&self->sweeper, g_source_unref);
  for (int i = 0; i < MIEN_PORTRAIT_N_POOLS; i++)
    {
      GThreadPool *pool = g_steal_pointer (&self->pools[i]);

      if (pool != NULL)
        g_thread_pool_free (pool, FALSE, TRUE);
    }
}

guint64
mien_portrait_manager_get_max_bytes (MienPortraitManager *self)
{
  return self->max_bytes;
}

guint64
mien_portrait_manager_get_max_pixels (MienPortraitManager *self)
{
  return self->max_pixels;
}

const char *
mien_portrait_manager_get_public_url (MienPortraitManager *self)
{
  return self->public_url;
}

char *
mien_portrait_manager_get_url (MienPortraitManager *self,
                               const char          *address)
{
  const char *slash = strrchr (address, '/');

  return g_strconcat (self->public_url, "/p/", slash != NULL ? slash + 1 : address, NULL);
}

/* ---- slots ---- */

static gboolean
take (MienPortraitRate *rate,
      const char       *account,
      double            amount,
      guint            *out_retry,
      GError          **error)
{
  double wait;

  if (mien_portrait_rate_take (rate, account, amount, (double) g_get_monotonic_time () / G_USEC_PER_SEC, &wait))
    return TRUE;
  wait = CLAMP (wait, 1, 86400);
  if (out_retry != NULL)
    *out_retry = (guint) wait + 1;
  g_set_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_RATE,
               _("That was too much in a short time. Wait %u seconds and try again."), (guint) wait + 1);
  return FALSE;
}

static gboolean
check_slot (MienPortraitManager *self,
            const char          *filename,
            guint64              size,
            const char          *content_type,
            MienPortraitType    *out_type,
            GError             **error)
{
  if (size < 1 || size > self->max_bytes)
    {
      g_autofree char *most = g_format_size (self->max_bytes);

      g_set_error (
          error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE,
          _("A portrait may have at most %s. Scale it down or save it with fewer colours, and publish again."), most);
      return FALSE;
    }
  if (!mien_portrait_type_guess (content_type, filename, out_type))
    {
      g_set_error_literal (
          error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
          _("A portrait must be a PNG or an RGB JPEG picture. Save it as one of these and upload that."));
      return FALSE;
    }
  return TRUE;
}

gboolean
mien_portrait_manager_slot (MienPortraitManager *self,
                            const char          *account,
                            const char          *filename,
                            guint64              size,
                            const char          *content_type,
                            const char          *sha1,
                            char               **out_put_url,
                            char               **out_get_url,
                            guint               *out_retry,
                            GError             **error)
{
  g_autoptr(MienPortraitSlot) slot = NULL;
  g_autofree char *token = NULL;
  MienPortraitType type;

  g_return_val_if_fail (MIEN_IS_PORTRAIT_MANAGER (self), FALSE);
  g_return_val_if_fail (account != NULL && strlen (account) <= MIEN_PORTRAIT_MAX_ACCOUNT, FALSE);

  if (!check_slot (self, filename, size, content_type, &type, error) ||
      !take (self->slot_rate, account, 1, out_retry, error) ||
      !take (self->volume_rate, account, (double) size, out_retry, error))
    return FALSE;

  slot = mien_portrait_slot_new (account, size, type, self->now () / G_USEC_PER_SEC + MIEN_PORTRAIT_SLOT_SECONDS);
  mien_portrait_parse_name (filename, &slot->sha256, NULL);
  slot->sha1 = mien_portrait_is_hex (sha1, 40) ? g_strdup (sha1) : NULL;
  token = mien_portrait_slot_sign (slot, self->key);
  *out_put_url = g_strconcat (self->public_url, "/upload/", token, NULL);

  if (slot->sha256 != NULL)
    *out_get_url = g_strconcat (self->public_url, "/p/", slot->sha256, ".", mien_portrait_type_get_suffix (type), NULL);
  else
    {
      g_autoptr(GString) name = g_string_new (NULL);

      for (guint i = 0; i < sizeof slot->nonce; i++)
        g_string_append_printf (name, "%02x", slot->nonce[i]);
      *out_get_url = g_strconcat (self->public_url, "/p/", name->str, ".", mien_portrait_type_get_suffix (type), NULL);
    }
  return TRUE;
}

gboolean
mien_portrait_manager_check (MienPortraitManager *self,
                             const char          *token,
                             gint64               length,
                             const char          *content_type,
                             guint64             *out_size,
                             GError             **error)
{
  g_autoptr(MienPortraitSlot) slot = NULL;
  MienPortraitType type;

  g_return_val_if_fail (MIEN_IS_PORTRAIT_MANAGER (self), FALSE);

  slot = mien_portrait_slot_verify (token, self->key, self->now () / G_USEC_PER_SEC, error);
  if (slot == NULL)
    return FALSE;
  if (length >= 0 && (guint64) length != slot->size)
    {
      g_set_error (
          error, MIEN_PORTRAIT_SERVER_ERROR,
          (guint64) length > slot->size ? MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE : MIEN_PORTRAIT_SERVER_ERROR_SIZE,
          _("This upload address is for %" PRIu64 " bytes, not for %" PRId64 ". Publish again to get a new one."),
          slot->size, length);
      return FALSE;
    }
  if (content_type != NULL && (!mien_portrait_type_guess (content_type, NULL, &type) || type != slot->type))
    {
      g_set_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
                   _("This upload address is for a picture of type %s. Publish again to get a new one."),
                   mien_portrait_type_get_mime (slot->type));
      return FALSE;
    }
  *out_size = slot->size;
  return TRUE;
}

/* ---- uploads ---- */

typedef struct
{
  MienPortraitSlot *slot;
  GBytes *bytes;
} Upload;

static void
upload_free (gpointer data)
{
  Upload *upload = data;

  mien_portrait_slot_free (upload->slot);
  g_clear_pointer (&upload->bytes, g_bytes_unref);
  g_free (upload);
}

static void
upload_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Upload *upload = data;
  g_autoptr(MienPortraitRow) row = mien_portrait_row_new (upload->slot->account);
  GError *error = NULL;

  row->sha1 = g_strdup (upload->slot->sha1);
  if (mien_portrait_accept (source, row, upload->bytes, upload->slot, &error))
    g_task_return_pointer (task, g_steal_pointer (&row), (GDestroyNotify) mien_portrait_row_free);
  else
    g_task_return_error (task, error);
}

void
mien_portrait_manager_upload_async (MienPortraitManager *self,
                                    const char          *token,
                                    GBytes              *bytes,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  GTask *task;
  Upload *upload;
  GError *error = NULL;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  task = g_task_new (self, NULL, callback, user_data);
  upload = g_new0 (Upload, 1);
  g_task_set_task_data (task, upload, upload_free);
  /* It was good when its headers came; a body may take longer than the rest of its time. */
  upload->slot = mien_portrait_slot_verify (token, self->key,
                                            self->now () / G_USEC_PER_SEC - MIEN_PORTRAIT_SLOT_SECONDS, &error);
  upload->bytes = g_bytes_ref (bytes);
  if (upload->slot != NULL && g_bytes_get_size (bytes) != upload->slot->size)
    g_set_error (&error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_SIZE,
                 _("This upload address is for %" PRIu64 " bytes, not for %zu. Publish again to get a new one."),
                 upload->slot->size, g_bytes_get_size (bytes));
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  mien_portrait_manager_run (self, MIEN_PORTRAIT_POOL_WORK, task, upload_thread);
}

MienPortraitRow *
mien_portrait_manager_upload_finish (MienPortraitManager *self,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- questions ---- */

static void
query_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  MienPortraitManager *self = source;
  GError *error = NULL;
  GPtrArray *rows = mien_portrait_table_query (self->table, data, &error);

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
mien_portrait_manager_query_async (MienPortraitManager *self,
                                   const char          *asker,
                                   const char * const  *accounts,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GTask *task;
  GError *error = NULL;

  g_return_if_fail (MIEN_IS_PORTRAIT_MANAGER (self));

  task = g_task_new (self, NULL, callback, user_data);
  if (!take (self->query_rate, asker, 1, NULL, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, g_strdupv ((char **) accounts), (GDestroyNotify) g_strfreev);
  mien_portrait_manager_run (self, MIEN_PORTRAIT_POOL_READ, task, query_thread);
}

GPtrArray *
mien_portrait_manager_query_finish (MienPortraitManager *self,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
