/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-package.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "mien-json.h"

#define TAR_BLOCK 512

struct _MienPackageWriter
{
  struct archive *archive;
  GByteArray *pending;         /* what libarchive wrote since the last piece was taken */
};

guint64
mien_package_entry_length (gsize file_bytes)
{
  return TAR_BLOCK + ((guint64) file_bytes + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

guint64
mien_package_length (const gsize *file_bytes,
                     guint        n_files)
{
  guint64 length = 2 * TAR_BLOCK;      /* the end of the archive */

  for (guint i = 0; i < n_files; i++)
    length += mien_package_entry_length (file_bytes[i]);
  return length;
}

static gboolean
fail_archive (struct archive  *archive,
              GError         **error)
{
  const char *what = archive_error_string (archive);

  g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE, _("The avatar package is damaged: %s"),
               what != NULL ? what : "tar");
  return FALSE;
}

static la_ssize_t
write_pending (struct archive *archive,
               void           *data,
               const void     *buffer,
               size_t          length)
{
  MienPackageWriter *self = data;

  g_byte_array_append (self->pending, buffer, length);
  return length;
}

MienPackageWriter *
mien_package_writer_new (void)
{
  MienPackageWriter *self = g_new0 (MienPackageWriter, 1);

  self->pending = g_byte_array_new ();
  self->archive = archive_write_new ();
  archive_write_set_format_ustar (self->archive);
  archive_write_add_filter_none (self->archive);
  /* No blocking factor: each call gives exactly its bytes, and the length can be told before. */
  archive_write_set_bytes_per_block (self->archive, 0);
  archive_write_set_bytes_in_last_block (self->archive, 1);
  archive_write_open (self->archive, self, NULL, write_pending, NULL);
  return self;
}

static GBytes *
take_pending (MienPackageWriter *self)
{
  GBytes *bytes = g_byte_array_free_to_bytes (self->pending);

  self->pending = g_byte_array_new ();
  return bytes;
}

GBytes *
mien_package_writer_add (MienPackageWriter  *self,
                         const char         *sha256,
                         GBytes             *content,
                         GError            **error)
{
  g_autofree char *name = g_strconcat (sha256, ".svg", NULL);
  struct archive_entry *entry;
  gsize length;
  const void *data = g_bytes_get_data (content, &length);
  gboolean good;

  entry = archive_entry_new ();
  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_size (entry, length);
  archive_entry_set_mtime (entry, 0, 0);
  good = archive_write_header (self->archive, entry) == ARCHIVE_OK &&
         (length == 0 || archive_write_data (self->archive, data, length) == (la_ssize_t) length) &&
         archive_write_finish_entry (self->archive) == ARCHIVE_OK;
  archive_entry_free (entry);
  if (!good)
    {
      fail_archive (self->archive, error);
      return NULL;
    }
  return take_pending (self);
}

GBytes *
mien_package_writer_end (MienPackageWriter  *self,
                         GError            **error)
{
  if (archive_write_close (self->archive) != ARCHIVE_OK)
    {
      fail_archive (self->archive, error);
      return NULL;
    }
  return take_pending (self);
}

void
mien_package_writer_free (MienPackageWriter *self)
{
  archive_write_free (self->archive);
  g_byte_array_unref (self->pending);
  g_free (self);
}

/* The hash in an entry's name when the entry is a plain file that was asked for and did not come yet. */
static char *
judge_entry (struct archive_entry  *entry,
             GHashTable            *missing,
             GError               **error)
{
  const char *name = archive_entry_pathname (entry);
  g_autofree char *sha256 = NULL;

  if (name != NULL && strlen (name) == 68 && g_str_has_suffix (name, ".svg"))
    sha256 = g_strndup (name, 64);
  if (sha256 == NULL || !g_hash_table_contains (missing, sha256))
    {
      g_autofree char *printable = g_strescape (name != NULL ? name : "", NULL);

      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE,
                   _("The avatar package holds “%.80s”, which was not asked for."), printable);
      return NULL;
    }
  if (archive_entry_filetype (entry) != AE_IFREG || archive_entry_hardlink (entry) != NULL ||
      archive_entry_symlink (entry) != NULL || !archive_entry_size_is_set (entry))
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE,
                   _("The avatar package holds something other than a file: %s"), name);
      return NULL;
    }
  if (archive_entry_size (entry) < 0 || archive_entry_size (entry) > MIEN_CATALOGUE_MAX_FILE_BYTES)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                   _("A picture in the avatar package is larger than %d bytes."), MIEN_CATALOGUE_MAX_FILE_BYTES);
      return NULL;
    }
  return g_steal_pointer (&sha256);
}

static GBytes *
read_content (struct archive  *archive,
              gsize            size,
              GError         **error)
{
  g_autofree char *buffer = g_malloc (size + 1);
  gsize done = 0;

  while (done < size)
    {
      la_ssize_t n = archive_read_data (archive, buffer + done, size - done);

      if (n < 0)
        {
          fail_archive (archive, error);
          return NULL;
        }
      if (n == 0)
        break;
      done += n;
    }
  if (done < size)
    {
      g_set_error_literal (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE,
                           _("The avatar package was cut short."));
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&buffer), size);
}

/* S3083: one entry; its hash is its name. */
static gboolean
read_entry (struct archive        *archive,
            struct archive_entry  *entry,
            GHashTable            *missing,
            MienPackageFunc        func,
            gpointer               user_data,
            GError               **error)
{
  g_autofree char *sha256 = judge_entry (entry, missing, error);
  g_autofree char *computed = NULL;
  g_autoptr(GBytes) content = NULL;

  if (sha256 == NULL)
    return FALSE;
  content = read_content (archive, (gsize) archive_entry_size (entry), error);
  if (content == NULL)
    return FALSE;
  computed = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  if (!g_str_equal (computed, sha256))
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_HASH,
                   _("A picture in the avatar package was changed on its way: its hash is %s and not %s."), computed,
                   sha256);
      return FALSE;
    }
  g_hash_table_remove (missing, sha256);
  return func == NULL || func (sha256, content, user_data, error);
}

gboolean
mien_package_read (const guint8        *data,
                   gsize                length,
                   const char * const  *wanted,
                   MienPackageFunc      func,
                   gpointer             user_data,
                   GError             **error)
{
  g_autoptr(GHashTable) missing = g_hash_table_new (g_str_hash, g_str_equal);
  struct archive *archive;
  gboolean good = TRUE;

  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (wanted != NULL, FALSE);

  if (length > MIEN_PACKAGE_MAX_BYTES)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                   _("The avatar package is larger than %d bytes."), MIEN_PACKAGE_MAX_BYTES);
      return FALSE;
    }
  for (guint i = 0; wanted[i] != NULL; i++)
    g_hash_table_add (missing, (gpointer) wanted[i]);

  archive = archive_read_new ();
  archive_read_support_format_tar (archive);
  /* An archive without a single entry is "not an archive" to libarchive: here it is one that was cut. */
  if (length > 0 && archive_read_open_memory (archive, data, length) != ARCHIVE_OK)
    good = fail_archive (archive, error);
  while (good && length > 0)
    {
      struct archive_entry *entry = NULL;
      int result = archive_read_next_header (archive, &entry);

      if (result == ARCHIVE_EOF)
        break;
      if (result != ARCHIVE_OK)
        good = fail_archive (archive, error);
      else
        good = read_entry (archive, entry, missing, func, user_data, error);
    }
  archive_read_free (archive);

  if (good && g_hash_table_size (missing) > 0)
    {
      guint n = g_hash_table_size (missing);

      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE,
                   ngettext ("The avatar package lacks %u picture.", "The avatar package lacks %u pictures.", n), n);
      good = FALSE;
    }
  return good;
}

GBytes *
mien_package_request_write (const char * const *files)
{
  GString *text;

  g_return_val_if_fail (files != NULL, NULL);

  text = g_string_new ("{\"files\":[");
  for (guint i = 0; files[i] != NULL; i++)
    g_string_append_printf (text, "%s\"%s\"", i > 0 ? "," : "", files[i]);
  g_string_append (text, "]}");
  return g_string_free_to_bytes (text);
}

static gboolean
fail_request (GError     **error,
              const char  *what)
{
  g_set_error_literal (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_MEMBER, what);
  return FALSE;
}

static gboolean
collect_files (JsonArray     *array,
               GStrvBuilder  *builder,
               GError       **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *sha256 = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";

      if (!mien_sha256_is_valid (sha256))
        return fail_request (error, _("“files” has an entry that is not 64 hexadecimal digits in lower case."));
      if (!g_hash_table_add (seen, (gpointer) sha256))
        return fail_request (error, _("“files” has an entry twice."));
      g_strv_builder_add (builder, sha256);
    }
  return TRUE;
}

char **
mien_package_request_read (const char  *data,
                           gsize        length,
                           GError     **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(JsonNode) root = NULL;
  JsonNode *files = NULL;

  root = mien_json_parse (data, length, MIEN_PACKAGE_MAX_REQUEST, 2, MIEN_PACKAGE_MAX_FILES + 8, error);
  if (root == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (root))
    files = json_object_get_member (json_node_get_object (root), "files");
  if (files == NULL || !JSON_NODE_HOLDS_ARRAY (files))
    {
      fail_request (error, _("The request has no list “files”."));
      return NULL;
    }
  if (json_array_get_length (json_node_get_array (files)) > MIEN_PACKAGE_MAX_FILES)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                   _("A package holds at most %d pictures: ask again for the others."), MIEN_PACKAGE_MAX_FILES);
      return NULL;
    }
  if (json_array_get_length (json_node_get_array (files)) == 0)
    {
      fail_request (error, _("“files” is empty."));
      return NULL;
    }
  return collect_files (json_node_get_array (files), builder, error) ? g_strv_builder_end (builder) : NULL;
}
