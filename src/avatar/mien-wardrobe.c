/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-wardrobe-private.h"

#include <glib/gi18n-lib.h>

#include "mien-file.h"

/* What is on disk, and the catalogue. Its synchronisation is mien-wardrobe-sync.c, its drawing mien-wardrobe-art.c. */

enum { PROP_0, PROP_CATALOGUE, N_PROPS };

static GParamSpec *properties[N_PROPS];
enum { SYNC_PROGRESS, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienWardrobe, mien_wardrobe, G_TYPE_OBJECT)

MienWardrobeSource *
mien_wardrobe_source_new (MienCache *cache,
                          MienPack  *starter)
{
  MienWardrobeSource *self = g_atomic_rc_box_new0 (MienWardrobeSource);

  self->cache = g_object_ref (cache);
  g_set_object (&self->starter, starter);
  return self;
}

MienWardrobeSource *
mien_wardrobe_source_ref (MienWardrobeSource *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
source_clear (gpointer data)
{
  MienWardrobeSource *self = data;

  g_clear_object (&self->cache);
  g_clear_object (&self->starter);
}

void
mien_wardrobe_source_unref (MienWardrobeSource *self)
{
  g_atomic_rc_box_release_full (self, source_clear);
}

gboolean
mien_wardrobe_source_has (MienWardrobeSource *self,
                          const char         *sha256)
{
  return (self->starter != NULL && mien_pack_has_file (self->starter, sha256)) || mien_cache_has (self->cache, sha256);
}

GBytes *
mien_wardrobe_source_load (MienWardrobeSource  *self,
                           const char          *sha256,
                           GError             **error)
{
  if (self->starter != NULL && mien_pack_has_file (self->starter, sha256))
    return mien_pack_get_file (self->starter, sha256, error);
  return mien_cache_load (self->cache, sha256, MIEN_CATALOGUE_MAX_FILE_BYTES, error);
}

static void
mien_wardrobe_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MienWardrobe *self = MIEN_WARDROBE (object);

  switch (prop_id)
    {
    case PROP_CATALOGUE:
      g_value_set_object (value, self->catalogue);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* A drawing under way holds the wardrobe: here none is. */
static void
mien_wardrobe_finalize (GObject *object)
{
  MienWardrobe *self = MIEN_WARDROBE (object);

  if (self->renderers != NULL)
    g_thread_pool_free (self->renderers, FALSE, TRUE);
  g_hash_table_unref (self->jobs);
  mien_art_cache_free (self->art);
  g_clear_object (&self->catalogue);
  g_clear_pointer (&self->source, mien_wardrobe_source_unref);
  g_clear_object (&self->http);
  g_free (self->cache_directory);
  g_free (self->starter_directory);
  g_free (self->uri);
  g_free (self->etag);

  G_OBJECT_CLASS (mien_wardrobe_parent_class)->finalize (object);
}

static void
mien_wardrobe_class_init (MienWardrobeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mien_wardrobe_get_property;
  object_class->finalize = mien_wardrobe_finalize;

  properties[PROP_CATALOGUE] = g_param_spec_object ("catalogue", NULL, NULL, MIEN_TYPE_CATALOGUE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SYNC_PROGRESS] = g_signal_new ("sync-progress", MIEN_TYPE_WARDROBE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
mien_wardrobe_init (MienWardrobe *self)
{
  self->art = mien_art_cache_new (MIEN_WARDROBE_ART_MAX_BYTES);
  self->jobs = g_hash_table_new (g_str_hash, g_str_equal);
}

MienWardrobe *
mien_wardrobe_new (const char  *cache_directory,
                   const char  *starter_pack_directory,
                   SoupSession *http)
{
  MienWardrobe *self;
  g_autofree char *art = NULL;
  g_autoptr(MienCache) cache = NULL;

  g_return_val_if_fail (cache_directory != NULL, NULL);
  g_return_val_if_fail (http == NULL || SOUP_IS_SESSION (http), NULL);

  self = g_object_new (MIEN_TYPE_WARDROBE, NULL);
  self->cache_directory = g_strdup (cache_directory);
  self->starter_directory = g_strdup (starter_pack_directory);
  g_set_object (&self->http, http);
  art = g_build_filename (cache_directory, "art", NULL);
  cache = mien_cache_new (art, G_CHECKSUM_SHA256, MIEN_WARDROBE_DISK_BYTES);
  self->source = mien_wardrobe_source_new (cache, NULL);
  return self;
}

MienCatalogue *
mien_wardrobe_get_catalogue (MienWardrobe *self)
{
  g_return_val_if_fail (MIEN_IS_WARDROBE (self), NULL);

  return self->catalogue;
}

void
mien_wardrobe_take_catalogue (MienWardrobe  *self,
                              MienCatalogue *catalogue)
{
  g_clear_object (&self->catalogue);
  self->catalogue = catalogue;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CATALOGUE]);
}

/* The catalogue first and what it came from second: a crash between them leaves a catalogue without an ETag, which is
 * fetched again, and never an ETag with another catalogue, which would be "not modified" for ever. */
gboolean
mien_wardrobe_write_catalogue (const char  *cache_directory,
                               GBytes      *json,
                               const char  *uri,
                               const char  *etag,
                               GError     **error)
{
  g_autofree char *catalogue_path = g_build_filename (cache_directory, "catalogue.json", NULL);
  g_autofree char *state_path = g_build_filename (cache_directory, "catalogue.state", NULL);
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, json);
  g_autoptr(GKeyFile) state = g_key_file_new ();
  g_autoptr(GBytes) bytes = NULL;
  char *text;
  gsize length;

  g_key_file_set_string (state, "catalogue", "sha256", sha256);
  g_key_file_set_string (state, "catalogue", "uri", uri);
  if (etag != NULL)
    g_key_file_set_string (state, "catalogue", "etag", etag);
  text = g_key_file_to_data (state, &length, NULL);
  bytes = g_bytes_new_take (text, length);
  return mien_file_write (catalogue_path, json, 0600, NULL, error) &&
         mien_file_write (state_path, bytes, 0600, NULL, error);
}

static void
read_state (const char  *cache_directory,
            GBytes      *json,
            char       **out_uri,
            char       **out_etag)
{
  g_autofree char *path = g_build_filename (cache_directory, "catalogue.state", NULL);
  g_autoptr(GBytes) bytes = mien_file_read (path, MIEN_WARDROBE_STATE_BYTES, NULL, NULL);
  g_autoptr(GKeyFile) state = g_key_file_new ();
  g_autofree char *expected = NULL;
  g_autofree char *sha256 = NULL;

  if (bytes == NULL || !g_key_file_load_from_bytes (state, bytes, G_KEY_FILE_NONE, NULL))
    return;
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, json);
  expected = g_key_file_get_string (state, "catalogue", "sha256", NULL);
  if (g_strcmp0 (sha256, expected) != 0)
    return;
  *out_uri = g_key_file_get_string (state, "catalogue", "uri", NULL);
  *out_etag = g_key_file_get_string (state, "catalogue", "etag", NULL);
}

MienCatalogue *
mien_wardrobe_read_catalogue (const char  *cache_directory,
                              char       **out_uri,
                              char       **out_etag,
                              GError     **error)
{
  g_autofree char *path = g_build_filename (cache_directory, "catalogue.json", NULL);
  g_autoptr(GBytes) json = mien_file_read (path, MIEN_CATALOGUE_MAX_BYTES, NULL, error);
  g_autoptr(MienCatalogue) catalogue = NULL;

  *out_uri = *out_etag = NULL;
  if (json == NULL)
    return NULL;
  catalogue = mien_catalogue_new_from_json (g_bytes_get_size (json) > 0 ? g_bytes_get_data (json, NULL) : "",
                                            g_bytes_get_size (json), error);
  if (catalogue != NULL)
    read_state (cache_directory, json, out_uri, out_etag);
  return g_steal_pointer (&catalogue);
}

/* What a load finds on disk. */
typedef struct
{
  char *cache_directory;
  char *starter_directory;
  MienCache *cache;
  MienPack *starter;
  MienCatalogue *catalogue;
  char *uri, *etag;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->cache_directory);
  g_free (load->starter_directory);
  g_clear_object (&load->cache);
  g_clear_object (&load->starter);
  g_clear_object (&load->catalogue);
  g_free (load->uri);
  g_free (load->etag);
  g_free (load);
}

static gboolean
is_complete (Load *load)
{
  g_autoptr(MienWardrobeSource) source = mien_wardrobe_source_new (load->cache, load->starter);
  g_auto(GStrv) files = mien_catalogue_list_files (load->catalogue);

  for (guint i = 0; files[i] != NULL; i++)
    if (!mien_wardrobe_source_has (source, files[i]))
      return FALSE;
  return TRUE;
}

static void
load_starter (Load *load)
{
  g_autoptr(GError) error = NULL;

  if (load->starter_directory == NULL)
    return;
  load->starter = mien_pack_load (load->starter_directory, MIEN_PACK_LOAD_PATHS, NULL, &error);
  if (load->starter == NULL)
    g_warning ("The starter pack in %s cannot be used: %s", load->starter_directory, error->message);
}

/* S3081: a current list on this machine. The server's newest when all of its pictures are here, else the starter
 * pack. */
static void
load_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Load *load = data;
  g_autoptr(GError) error = NULL;

  load_starter (load);
  load->catalogue = mien_wardrobe_read_catalogue (load->cache_directory, &load->uri, &load->etag, &error);
  if (load->catalogue == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
      !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_warning ("The kept avatar catalogue cannot be used: %s", error->message);
  if (load->catalogue != NULL && (!mien_catalogue_is_hashed (load->catalogue) || !is_complete (load)))
    {
      /* Without its ETag the next synchronisation fetches it again, and what is missing. */
      g_message ("The kept avatar catalogue lacks pictures");
      g_clear_object (&load->catalogue);
    }
  if (load->catalogue == NULL)
    {
      g_clear_pointer (&load->uri, g_free);
      g_clear_pointer (&load->etag, g_free);
      if (load->starter != NULL)
        load->catalogue = g_object_ref (mien_pack_get_catalogue (load->starter));
    }
  if (load->catalogue != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                             _("There are no avatars on this computer yet. They come when you sign in."));
}

void
mien_wardrobe_load_async (MienWardrobe        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Load *load;

  g_return_if_fail (MIEN_IS_WARDROBE (self));

  load = g_new0 (Load, 1);
  load->cache_directory = g_strdup (self->cache_directory);
  load->starter_directory = g_strdup (self->starter_directory);
  load->cache = g_object_ref (self->source->cache);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_wardrobe_load_async);
  g_task_set_task_data (task, load, load_free);
  g_task_run_in_thread (task, load_in_thread);
}

gboolean
mien_wardrobe_load_finish (MienWardrobe  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  Load *load;
  gboolean good;

  g_return_val_if_fail (MIEN_IS_WARDROBE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  load = g_task_get_task_data (G_TASK (result));
  good = g_task_propagate_boolean (G_TASK (result), error);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return good;
  if (load->starter != NULL)
    {
      MienWardrobeSource *source = mien_wardrobe_source_new (self->source->cache, load->starter);

      mien_wardrobe_source_unref (self->source);
      self->source = source;
    }
  /* A synchronisation that was faster has something newer. */
  if (!good || self->uri != NULL)
    return good;
  self->uri = g_steal_pointer (&load->uri);
  self->etag = g_steal_pointer (&load->etag);
  mien_wardrobe_take_catalogue (self, g_steal_pointer (&load->catalogue));
  return TRUE;
}

void
mien_wardrobe_emit_sync_progress (MienWardrobe *self,
                                  guint64       done,
                                  guint64       total)
{
  g_signal_emit (self, signals[SYNC_PROGRESS], 0, done, total);
}
