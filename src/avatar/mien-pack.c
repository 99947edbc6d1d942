/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-pack.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "mien-file.h"
#include "mien-json.h"

struct _MienPack
{
  GObject parent_instance;

  char *directory;
  MienCatalogue *catalogue;    /* owned */
  GBytes *json;                /* owned */
  GHashTable *by_name;         /* file name → PackFile, owned */
  GHashTable *by_hash;         /* borrowed sha256 → borrowed PackFile */
  GBytes *content;             /* all files one after the other, mapped; NULL when loaded by paths */
};

typedef struct
{
  char *name;
  char *sha256;
  gsize length;
  guint64 offset;              /* in content */
} PackFile;

/* What is needed while loading alone. */
typedef struct
{
  MienPack *pack;
  int fd;                      /* of the temporary file, or -1 */
  guint64 total;
  GCancellable *cancellable;
} Loader;

G_DEFINE_FINAL_TYPE (MienPack, mien_pack, G_TYPE_OBJECT)

static void
pack_file_free (gpointer data)
{
  PackFile *file = data;

  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

static void
mien_pack_finalize (GObject *object)
{
  MienPack *self = MIEN_PACK (object);

  g_free (self->directory);
  g_clear_object (&self->catalogue);
  g_clear_pointer (&self->json, g_bytes_unref);
  g_hash_table_unref (self->by_hash);
  g_hash_table_unref (self->by_name);
  g_clear_pointer (&self->content, g_bytes_unref);

  G_OBJECT_CLASS (mien_pack_parent_class)->finalize (object);
}

static void
mien_pack_class_init (MienPackClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_pack_finalize;
}

static void
mien_pack_init (MienPack *self)
{
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pack_file_free);
  self->by_hash = g_hash_table_new (g_str_hash, g_str_equal);
}

static gboolean
write_all (int         fd,
           GBytes     *bytes,
           GError    **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  while (length > 0)
    {
      ssize_t n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       _("The avatar pack cannot be kept: %s. Free some space for temporary files."),
                       g_strerror (errno));
          return FALSE;
        }
      data += n;
      length -= n;
    }
  return TRUE;
}

static const PackFile *
load_file (Loader      *loader,
           const char  *name,
           GError     **error)
{
  MienPack *self = loader->pack;
  PackFile *file = g_hash_table_lookup (self->by_name, name);
  g_autofree char *path = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (file != NULL)
    return file;
  path = g_build_filename (self->directory, name, NULL);
  bytes = mien_file_read (path, MIEN_CATALOGUE_MAX_FILE_BYTES, loader->cancellable, error);
  if (bytes == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }
  if (loader->total + g_bytes_get_size (bytes) > MIEN_PACK_MAX_BYTES)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                   _("%s: the pictures of the pack together are larger than %d bytes."), name, MIEN_PACK_MAX_BYTES);
      return NULL;
    }
  if (loader->fd >= 0 && !write_all (loader->fd, bytes, error))
    return NULL;

  file = g_new0 (PackFile, 1);
  file->name = g_strdup (name);
  file->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  file->length = g_bytes_get_size (bytes);
  file->offset = loader->total;
  loader->total += file->length;
  g_hash_table_insert (self->by_name, file->name, file);
  g_hash_table_insert (self->by_hash, file->sha256, file);
  return file;
}

/* Puts "sha256" and "bytes" beside @member of one avatar or headshot. The catalogue was parsed: names are safe. */
static gboolean
hash_member (Loader      *loader,
             JsonObject  *object,
             const char  *member,
             const char  *prefix,
             GError     **error)
{
  g_autofree char *hash_name = g_strconcat (prefix, "sha256", NULL);
  g_autofree char *bytes_name = g_strconcat (prefix, "bytes", NULL);
  const PackFile *file;

  if (!json_object_has_member (object, member))
    return TRUE;
  file = load_file (loader, json_object_get_string_member (object, member), error);
  if (file == NULL)
    return FALSE;
  json_object_set_string_member (object, hash_name, file->sha256);
  json_object_set_int_member (object, bytes_name, file->length);
  return TRUE;
}

static gboolean
hash_list (Loader      *loader,
           JsonObject  *root,
           const char  *list,
           GError     **error)
{
  JsonArray *array;

  if (!json_object_has_member (root, list))
    return TRUE;
  array = json_object_get_array_member (root, list);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);

      if (!hash_member (loader, object, "file", "", error) || !hash_member (loader, object, "behind", "behind_", error))
        {
          g_prefix_error (error, "%s[%u]: ", list, i);
          return FALSE;
        }
    }
  return TRUE;
}

/* The catalogue as it is served: the pack's own, with the hashes. */
static gboolean
make_json (Loader      *loader,
           GBytes      *source,
           GError     **error)
{
  MienPack *self = loader->pack;
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(JsonGenerator) generator = NULL;
  g_autofree char *text = NULL;
  gsize length;

  root = mien_json_parse (g_bytes_get_data (source, NULL), g_bytes_get_size (source), MIEN_CATALOGUE_MAX_BYTES,
                          MIEN_CATALOGUE_MAX_DEPTH, MIEN_CATALOGUE_MAX_VALUES, error);
  if (root == NULL || !hash_list (loader, json_node_get_object (root), "avatars", error) ||
      !hash_list (loader, json_node_get_object (root), "headshots", error))
    return FALSE;
  generator = json_generator_new ();
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &length);
  self->catalogue = mien_catalogue_new_from_json (text, length, error);
  self->json = g_bytes_new_take (g_steal_pointer (&text), length);
  return self->catalogue != NULL;
}

static gboolean
load_files (Loader      *loader,
            GError     **error)
{
  MienPack *self = loader->pack;
  g_autofree char *path = g_build_filename (self->directory, "catalogue.json", NULL);
  g_autoptr(MienCatalogue) plain = NULL;
  g_autoptr(GBytes) source = NULL;

  source = mien_file_read (path, MIEN_CATALOGUE_MAX_BYTES, loader->cancellable, error);
  if (source == NULL)
    {
      g_prefix_error (error, "catalogue.json: ");
      return FALSE;
    }
  plain = mien_catalogue_new_from_json (g_bytes_get_size (source) > 0 ? g_bytes_get_data (source, NULL) : "",
                                        g_bytes_get_size (source), error);
  return plain != NULL && make_json (loader, source, error);
}

static gboolean
map_content (Loader      *loader,
             GError     **error)
{
  GMappedFile *mapped;

  if (loader->total == 0)
    {
      loader->pack->content = g_bytes_new (NULL, 0);
      return TRUE;
    }
  mapped = g_mapped_file_new_from_fd (loader->fd, FALSE, error);
  if (mapped == NULL)
    return FALSE;
  loader->pack->content = g_mapped_file_get_bytes (mapped);
  g_mapped_file_unref (mapped);
  return TRUE;
}

char *
mien_pack_dup_installed_directory (void)
{
  const char *directory = g_getenv ("MIEN_AVATAR_DIR");

  return directory != NULL && *directory != '\0' ? g_strdup (directory)
                                                 : g_build_filename (MIEN_PKG_DATA_DIR, "avatars", NULL);
}

MienPack *
mien_pack_load (const char     *directory,
                MienPackFlags   flags,
                GCancellable   *cancellable,
                GError        **error)
{
  g_autoptr(MienPack) pack = NULL;
  Loader loader = { .fd = -1, .cancellable = cancellable };
  gboolean good;

  g_return_val_if_fail (directory != NULL, NULL);

  pack = g_object_new (MIEN_TYPE_PACK, NULL);
  pack->directory = g_strdup (directory);
  loader.pack = pack;
  if (flags & MIEN_PACK_LOAD_CONTENT)
    {
      g_autofree char *path = NULL;

      /* Without a name from the start: it goes when the pack goes, also after a crash, and nobody else can change
       * it. */
      loader.fd = g_file_open_tmp ("mien-pack-XXXXXX", &path, error);
      if (loader.fd < 0)
        return NULL;
      g_unlink (path);
    }
  good = load_files (&loader, error) && (loader.fd < 0 || map_content (&loader, error));
  if (loader.fd >= 0)
    g_close (loader.fd, NULL);
  return good ? g_steal_pointer (&pack) : NULL;
}

MienCatalogue *
mien_pack_get_catalogue (MienPack *self)
{
  g_return_val_if_fail (MIEN_IS_PACK (self), NULL);

  return self->catalogue;
}

GBytes *
mien_pack_get_json (MienPack *self)
{
  g_return_val_if_fail (MIEN_IS_PACK (self), NULL);

  return self->json;
}

gboolean
mien_pack_has_file (MienPack   *self,
                    const char *sha256)
{
  g_return_val_if_fail (MIEN_IS_PACK (self), FALSE);
  g_return_val_if_fail (sha256 != NULL, FALSE);

  return g_hash_table_contains (self->by_hash, sha256);
}

gsize
mien_pack_get_file_bytes (MienPack   *self,
                          const char *sha256)
{
  const PackFile *file;

  g_return_val_if_fail (MIEN_IS_PACK (self), 0);
  g_return_val_if_fail (sha256 != NULL, 0);

  file = g_hash_table_lookup (self->by_hash, sha256);
  return file != NULL ? file->length : 0;
}

GBytes *
mien_pack_get_file (MienPack    *self,
                    const char  *sha256,
                    GError     **error)
{
  g_autofree char *path = NULL;
  g_autofree char *computed = NULL;
  g_autoptr(GBytes) bytes = NULL;
  const PackFile *file;

  g_return_val_if_fail (MIEN_IS_PACK (self), NULL);
  g_return_val_if_fail (sha256 != NULL, NULL);

  file = g_hash_table_lookup (self->by_hash, sha256);
  if (file == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("The avatar pack has no picture %s."), sha256);
      return NULL;
    }
  if (self->content != NULL)
    return g_bytes_new_from_bytes (self->content, file->offset, file->length);

  path = g_build_filename (self->directory, file->name, NULL);
  bytes = mien_file_read (path, MIEN_CATALOGUE_MAX_FILE_BYTES, NULL, error);
  if (bytes == NULL)
    return NULL;
  computed = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (!g_str_equal (computed, sha256))
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_HASH,
                   _("%s was changed while Mien runs. Start Mien again."), file->name);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}
