/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-file.h"
#include "mien-gallery-private.h"
#include "mien-image.h"
#include "mien-storage-error.h"

#include <string.h>
#include <xmpp-error.h>

#define INDEX_MAX_BYTES (64 * 1024 * 1024)
#define INDEX_SECONDS 3
/* A picture that could not be had is asked for again after this. */
#define RETRY_SECONDS 600
#define RETRY_LOST_SECONDS 5

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienGallery, mien_gallery, G_TYPE_OBJECT)

/* ---- the table ---- */

static gboolean
on_index_time (gpointer data)
{
  MienGallery *self = data;
  g_autoptr(GBytes) bytes = mien_gallery_index_format (self->entries, self->origin);

  self->index_source = 0;
  mien_file_write_async (self->index_path, bytes, 0600, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
save_index_soon (MienGallery *self)
{
  if (self->index_source == 0)
    self->index_source = g_timeout_add_seconds (INDEX_SECONDS, on_index_time, self);
}

MienGalleryEntry *
mien_gallery_ensure (MienGallery *self,
                     const char  *jid)
{
  MienGalleryEntry *entry = g_hash_table_lookup (self->entries, jid);

  if (entry == NULL)
    {
      entry = mien_gallery_entry_new (jid);
      g_hash_table_insert (self->entries, entry->jid, entry);
    }
  return entry;
}

void
mien_gallery_emit_changed (MienGallery *self,
                           const char  *jid)
{
  g_autofree char *copy = g_strdup (jid);

  g_signal_emit (self, signals[CHANGED], 0, copy);
}

static gboolean
replace (char      **field,
         const char *value)
{
  if (g_strcmp0 (*field, value) == 0)
    return FALSE;
  g_free (*field);
  *field = g_strdup (value);
  return TRUE;
}

void
mien_gallery_learn (MienGallery      *self,
                    const char       *jid,
                    const char       *sha1,
                    const char       *sha256,
                    const char       *url,
                    gint64            updated,
                    MienGallerySource source)
{
  MienGalleryEntry *entry = mien_gallery_ensure (self, jid);
  g_autofree char *former = mien_gallery_entry_get_key (entry, 0);
  g_autofree char *key = NULL;
  gboolean was_known = entry->known, changed;

  changed = replace (&entry->sha1, sha1);
  changed |= replace (&entry->sha256, sha256);
  changed |= replace (&entry->url, url);
  changed |= entry->updated != updated || !was_known;
  entry->updated = updated;
  entry->source = source;
  entry->known = TRUE;
  entry->live = TRUE;
  if (!changed)
    return;
  g_clear_pointer (&entry->doubt, g_free);

  key = mien_gallery_entry_get_key (entry, 0);
  if (key == NULL)
    g_clear_pointer (&entry->shown, g_free);   /* taken back: the former one is not shown either */
  else if (former != NULL && g_strcmp0 (former, key) != 0)
    {
      g_free (entry->shown);
      entry->shown = g_steal_pointer (&former);
    }
  save_index_soon (self);
  mien_gallery_emit_changed (self, jid);
}

/* ---- jobs ---- */

static void
job_free (gpointer data)
{
  MienGalleryJob *job = data;

  g_free (job->key);
  g_free (job->jid);
  g_free (job->url);
  g_array_unref (job->sizes);
  g_ptr_array_unref (job->jids);
  g_free (job);
}

static gboolean
has_size (MienGalleryJob *job,
          int             size)
{
  for (guint i = 0; i < job->sizes->len; i++)
    if (g_array_index (job->sizes, int, i) == size)
      return TRUE;
  return FALSE;
}

static void
tell (MienGallery    *self,
      MienGalleryJob *job)
{
  for (guint i = 0; i < job->jids->len; i++)
    {
      MienGalleryEntry *entry = g_hash_table_lookup (self->entries, job->jids->pdata[i]);

      if (entry != NULL && g_strcmp0 (entry->shown, job->key) != 0)
        g_clear_pointer (&entry->shown, g_free);
    }
  for (guint i = 0; i < job->jids->len; i++)
    mien_gallery_emit_changed (self, job->jids->pdata[i]);
}

static void
end_job (MienGalleryJob *job)
{
  MienGallery *self = job->gallery;

  self->n_running--;
  g_hash_table_remove (self->jobs, job->key);
  mien_gallery_pump (self);
  g_object_unref (self);
}

static void
fail_job (MienGalleryJob *job,
          const GError   *error)
{
  MienGallery *self = job->gallery;
  gboolean lost = error->domain == MIEN_HTTP_ERROR || g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CLOSED) ||
                  g_error_matches (error, XMPP_ERROR, XMPP_ERROR_TIMEOUT);
  gint64 *when = g_new (gint64, 1);

  g_debug ("no picture %s: %s", job->key, error->message);
  *when = g_get_monotonic_time () + (gint64) (lost ? RETRY_LOST_SECONDS : RETRY_SECONDS) * G_USEC_PER_SEC;
  g_hash_table_insert (self->failed, g_strdup (job->key), when);
  for (guint i = 0; lost && i < job->jids->len; i++)
    g_hash_table_add (self->disappointed, g_strdup (job->jids->pdata[i]));
  end_job (job);
}

/* What a thread works with: copies, so that the job may gain sizes meanwhile. */
typedef struct
{
  MienCache *cache;
  char *hash;
  GBytes *bytes;       /* fresh from the network, to be stored first; or NULL */
  GArray *sizes;
  GPtrArray *surfaces; /* out: cairo_surface_t in the order of sizes */
} Decode;

static void
decode_free (gpointer data)
{
  Decode *decode = data;

  g_object_unref (decode->cache);
  g_free (decode->hash);
  g_clear_pointer (&decode->bytes, g_bytes_unref);
  g_array_unref (decode->sizes);
  g_ptr_array_unref (decode->surfaces);
  g_free (decode);
}

static void
decode_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Decode *decode = data;
  g_autoptr(GBytes) bytes = decode->bytes != NULL ? g_bytes_ref (decode->bytes) : NULL;
  g_autoptr(GError) local = NULL;
  GError *error = NULL;

  /* A cache that is full is no reason not to show what is here. */
  if (bytes != NULL && !mien_cache_store (decode->cache, decode->hash, bytes, &local))
    g_info ("a portrait was not kept: %s", local->message);
  if (bytes == NULL)
    bytes = mien_cache_load (decode->cache, decode->hash, MIEN_GALLERY_MAX_BYTES, &error);
  for (guint i = 0; bytes != NULL && i < decode->sizes->len; i++)
    {
      cairo_surface_t *surface = mien_image_decode (bytes, g_array_index (decode->sizes, int, i), cancellable, &error);

      if (surface == NULL)
        break;
      g_ptr_array_add (decode->surfaces, surface);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void start_decode (MienGalleryJob *job, GBytes *bytes);

static void
on_fetched (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  MienGalleryJob *job = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = mien_gallery_fetch_finish (MIEN_GALLERY (source), result, &error);

  if (bytes != NULL)
    start_decode (job, bytes);
  else
    fail_job (job, error);
}

static void
on_decoded (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  MienGalleryJob *job = user_data;
  MienGallery *self = MIEN_GALLERY (source);
  Decode *decode = g_task_get_task_data (G_TASK (result));
  g_autoptr(GError) error = NULL;

  job->decoding = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      gboolean absent = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                        g_error_matches (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_HASH);

      if (absent && decode->bytes == NULL)
        mien_gallery_fetch_async (self, job, on_fetched, job);
      else
        fail_job (job, error);
      return;
    }
  for (guint i = 0; i < decode->surfaces->len; i++)
    mien_gallery_surfaces_put (self->surfaces, job->key, g_array_index (decode->sizes, int, i),
                               decode->surfaces->pdata[i]);
  tell (self, job);
  if (job->sizes->len > decode->sizes->len)   /* asked for in the meantime */
    {
      g_array_remove_range (job->sizes, 0, decode->sizes->len);
      start_decode (job, NULL);
      return;
    }
  end_job (job);
}

static void
start_decode (MienGalleryJob *job,
              GBytes         *bytes)
{
  MienGallery *self = job->gallery;
  g_autoptr(GTask) task = g_task_new (self, self->cancellable, on_decoded, job);
  Decode *decode = g_new0 (Decode, 1);

  job->decoding = TRUE;
  decode->cache = g_object_ref (job->key[0] == '1' ? self->small : self->large);
  decode->hash = g_strdup (job->key + 2);
  decode->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  decode->sizes = g_array_copy (job->sizes);
  decode->surfaces = g_ptr_array_new_with_free_func ((GDestroyNotify) cairo_surface_destroy);
  g_task_set_task_data (task, decode, decode_free);
  g_task_run_in_thread (task, decode_thread);
}

void
mien_gallery_pump (MienGallery *self)
{
  static const MienGalleryPriority order[] = { MIEN_GALLERY_TIPS, MIEN_GALLERY_ROW, MIEN_GALLERY_PREFETCH };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    while (self->n_running < MIEN_GALLERY_MAX_FETCHES)
      {
        MienGalleryJob *job = g_queue_pop_head (&self->waiting[order[i]]);

        if (job == NULL)
          break;
        job->running = TRUE;
        g_object_ref (self);
        self->n_running++;
        start_decode (job, NULL);
      }
}

static gboolean
has_failed (MienGallery *self,
            const char  *key)
{
  const gint64 *until = g_hash_table_lookup (self->failed, key);

  if (until == NULL)
    return FALSE;
  if (*until > g_get_monotonic_time ())
    return TRUE;
  g_hash_table_remove (self->failed, key);
  return FALSE;
}

static void
queue_job (MienGallery            *self,
           const MienGalleryEntry *entry,
           const char             *key,
           int                     size,
           MienGalleryPriority     priority)
{
  MienGalleryJob *job = g_hash_table_lookup (self->jobs, key);

  if (job == NULL)
    {
      job = g_new0 (MienGalleryJob, 1);
      job->gallery = self;
      job->key = g_strdup (key);
      job->jid = g_strdup (entry->jid);
      job->url = g_strdup (entry->url);
      job->from_vcard = entry->source == MIEN_GALLERY_FROM_VCARD;
      job->priority = priority;
      job->sizes = g_array_new (FALSE, FALSE, sizeof (int));
      job->jids = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->jobs, job->key, job);
      g_queue_push_tail (&self->waiting[priority], job);
    }
  else if (!job->running && (priority == MIEN_GALLERY_TIPS || job->priority == MIEN_GALLERY_PREFETCH) &&
           job->priority != priority)
    {
      g_queue_remove (&self->waiting[job->priority], job);
      job->priority = priority;
      g_queue_push_tail (&self->waiting[priority], job);
    }
  if (!has_size (job, size))
    g_array_append_val (job->sizes, size);
  for (guint i = 0; i < job->jids->len; i++)
    if (g_str_equal (job->jids->pdata[i], entry->jid))
      return;
  g_ptr_array_add (job->jids, g_strdup (entry->jid));
}

/* ---- public ---- */

cairo_surface_t *
mien_gallery_lookup (MienGallery *self,
                     const char  *bare_jid,
                     int          size,
                     gboolean    *current)
{
  MienGalleryEntry *entry;
  g_autofree char *key = NULL;
  g_autofree char *small = NULL;
  cairo_surface_t *surface = NULL;

  g_return_val_if_fail (MIEN_IS_GALLERY (self), NULL);
  g_return_val_if_fail (bare_jid != NULL, NULL);

  if (current != NULL)
    *current = TRUE;
  entry = g_hash_table_lookup (self->entries, bare_jid);
  key = entry != NULL ? mien_gallery_entry_get_key (entry, size) : NULL;
  if (key == NULL)
    return NULL;
  surface = mien_gallery_surfaces_get (self->surfaces, key, size);
  if (surface != NULL)
    return surface;
  /* The same picture, in band, while the large one is on its way. */
  small = mien_gallery_entry_get_key (entry, 0);
  surface = mien_gallery_surfaces_get (self->surfaces, small, size);
  if (surface == NULL && entry->shown != NULL)
    {
      surface = mien_gallery_surfaces_get (self->surfaces, entry->shown, size);
      if (surface != NULL && current != NULL)
        *current = FALSE;
    }
  return surface;
}

void
mien_gallery_want (MienGallery        *self,
                   const char         *bare_jid,
                   int                 size,
                   MienGalleryPriority priority)
{
  MienGalleryEntry *entry;
  g_autofree char *key = NULL;
  g_autofree char *small = NULL;

  g_return_if_fail (MIEN_IS_GALLERY (self));
  g_return_if_fail (bare_jid != NULL);
  g_return_if_fail (size > 0);
  g_return_if_fail (priority <= MIEN_GALLERY_PREFETCH);

  size = MIN (size, MIEN_GALLERY_MAX_SIDE);
  entry = mien_gallery_ensure (self, bare_jid);
  if (!entry->known)
    mien_gallery_sources_ask (self, bare_jid);
  key = mien_gallery_entry_get_key (entry, size);
  if (key == NULL)
    return;
  small = mien_gallery_entry_get_key (entry, 0);
  /* Both for a large one: what is in band is mostly here already, and is shown until the other comes. */
  if (!g_str_equal (key, small) && mien_gallery_surfaces_get (self->surfaces, small, size) == NULL &&
      !has_failed (self, small) && mien_gallery_surfaces_get (self->surfaces, key, size) == NULL)
    queue_job (self, entry, small, size, priority);
  if (mien_gallery_surfaces_get (self->surfaces, key, size) == NULL && !has_failed (self, key))
    queue_job (self, entry, key, size, priority);
  mien_gallery_pump (self);
}

void
mien_gallery_unwant (MienGallery *self,
                     const char  *bare_jid,
                     int          size)
{
  MienGalleryEntry *entry;
  g_autofree char *key = NULL;
  MienGalleryJob *job;

  g_return_if_fail (MIEN_IS_GALLERY (self));
  g_return_if_fail (bare_jid != NULL);

  entry = g_hash_table_lookup (self->entries, bare_jid);
  key = entry != NULL ? mien_gallery_entry_get_key (entry, size) : NULL;
  job = key != NULL ? g_hash_table_lookup (self->jobs, key) : NULL;
  if (job == NULL || job->running)
    return;
  for (guint i = 0; i < job->jids->len; i++)
    if (g_str_equal (job->jids->pdata[i], bare_jid))
      {
        g_ptr_array_remove_index_fast (job->jids, i);
        break;
      }
  if (job->jids->len == 0)
    {
      g_queue_remove (&self->waiting[job->priority], job);
      g_hash_table_remove (self->jobs, key);
    }
}

gboolean
mien_gallery_has_portrait (MienGallery *self,
                           const char  *bare_jid,
                           gboolean    *known)
{
  MienGalleryEntry *entry;

  g_return_val_if_fail (MIEN_IS_GALLERY (self), FALSE);

  entry = g_hash_table_lookup (self->entries, bare_jid);
  if (known != NULL)
    *known = entry != NULL && entry->known;
  return entry != NULL && (entry->sha1 != NULL || (entry->sha256 != NULL && entry->url != NULL));
}

gint64
mien_gallery_get_updated (MienGallery *self,
                          const char  *bare_jid)
{
  MienGalleryEntry *entry;

  g_return_val_if_fail (MIEN_IS_GALLERY (self), 0);

  entry = g_hash_table_lookup (self->entries, bare_jid);
  return entry != NULL && entry->updated > 0 ? entry->updated / G_USEC_PER_SEC : 0;
}

const char *
mien_gallery_get_hash (MienGallery *self,
                       const char  *bare_jid)
{
  MienGalleryEntry *entry;

  g_return_val_if_fail (MIEN_IS_GALLERY (self), NULL);

  entry = g_hash_table_lookup (self->entries, bare_jid);
  return entry != NULL ? entry->sha1 : NULL;
}

/* ---- life ---- */

static void
mien_gallery_dispose (GObject *object)
{
  MienGallery *self = MIEN_GALLERY (object);

  g_cancellable_cancel (self->cancellable);
  if (self->session != NULL)
    mien_gallery_sources_stop (self);
  if (self->index_source != 0)
    {
      g_autoptr(GBytes) bytes = mien_gallery_index_format (self->entries, self->origin);

      g_clear_handle_id (&self->index_source, g_source_remove);
      /* At once: the program may be about to end. Without a sync this is a memory copy. */
      mien_file_write_unsynced (self->index_path, bytes, 0600, NULL, NULL);
    }
  g_clear_object (&self->session);
  g_clear_object (&self->http);
  G_OBJECT_CLASS (mien_gallery_parent_class)->dispose (object);
}

static void
mien_gallery_finalize (GObject *object)
{
  MienGallery *self = MIEN_GALLERY (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->waiting); i++)
    g_queue_clear (&self->waiting[i]);
  g_queue_clear_full (&self->to_ask, g_free);
  g_hash_table_unref (self->jobs);
  g_hash_table_unref (self->failed);
  g_hash_table_unref (self->disappointed);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  mien_gallery_surfaces_free (self->surfaces);
  g_clear_object (&self->small);
  g_clear_object (&self->large);
  g_clear_object (&self->cancellable);
  g_free (self->index_path);
  g_free (self->own_domain);
  g_free (self->origin);
  G_OBJECT_CLASS (mien_gallery_parent_class)->finalize (object);
}

static void
mien_gallery_class_init (MienGalleryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_gallery_dispose;
  object_class->finalize = mien_gallery_finalize;
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
mien_gallery_init (MienGallery *self)
{
  self->cancellable = g_cancellable_new ();
  self->surfaces = mien_gallery_surfaces_new (MIEN_GALLERY_MEMORY);
  self->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, job_free);
  self->failed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->disappointed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

MienGallery *
mien_gallery_new (MienSession *session,
                  const char  *cache_directory,
                  SoupSession *http)
{
  MienGallery *self;
  g_autofree char *small = NULL;
  g_autofree char *large = NULL;
  g_autoptr(GBytes) index = NULL;
  const char *at;

  g_return_val_if_fail (MIEN_IS_SESSION (session), NULL);
  g_return_val_if_fail (cache_directory != NULL, NULL);
  g_return_val_if_fail (SOUP_IS_SESSION (http), NULL);

  self = g_object_new (MIEN_TYPE_GALLERY, NULL);
  self->session = g_object_ref (session);
  self->http = g_object_ref (http);
  at = strchr (mien_session_get_jid (session), '@');
  self->own_domain = g_strdup (at != NULL ? at + 1 : mien_session_get_jid (session));
  small = g_build_filename (cache_directory, "in-band", NULL);
  large = g_build_filename (cache_directory, "hosted", NULL);
  self->small = mien_cache_new (small, G_CHECKSUM_SHA1, MIEN_GALLERY_CACHE / 2);
  self->large = mien_cache_new (large, G_CHECKSUM_SHA256, MIEN_GALLERY_CACHE / 2);
  self->index_path = g_build_filename (cache_directory, "index", NULL);
  /* Once, at the start, so that the very first lookup is right: some hundred bytes a friend. */
  index = mien_file_read (self->index_path, INDEX_MAX_BYTES, NULL, NULL);
  self->entries = mien_gallery_index_parse (index, &self->origin);
  mien_gallery_sources_start (self);
  return self;
}
