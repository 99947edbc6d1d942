/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-gallery-private.h"

#include <string.h>

/* "mien-gallery 1 <origin>", then a line an account: address, source, SHA-1, SHA-256, time, URL; tabs between, "-" for
 * none. */
#define INDEX_HEAD "mien-gallery 1 "
#define N_FIELDS 6
#define MAX_LINE 8192

MienGalleryEntry *
mien_gallery_entry_new (const char *jid)
{
  MienGalleryEntry *self = g_new0 (MienGalleryEntry, 1);

  self->jid = g_strdup (jid);
  self->updated = -1;
  return self;
}

void
mien_gallery_entry_free (gpointer data)
{
  MienGalleryEntry *self = data;

  g_free (self->jid);
  g_free (self->sha1);
  g_free (self->sha256);
  g_free (self->url);
  g_free (self->shown);
  g_free (self->doubt);
  g_free (self);
}

char *
mien_gallery_entry_get_key (const MienGalleryEntry *self,
                            int                     size)
{
  gboolean hosted = self->sha256 != NULL && self->url != NULL;

  if (hosted && (size > MIEN_GALLERY_SMALL_SIDE || self->sha1 == NULL))
    return g_strconcat ("2:", self->sha256, NULL);
  return self->sha1 != NULL ? g_strconcat ("1:", self->sha1, NULL) : NULL;
}

static gboolean
is_hex (const char *text,
        gsize       digits)
{
  gsize n = 0;

  while (g_ascii_isdigit (text[n]) || (text[n] >= 'a' && text[n] <= 'f'))
    n++;
  return n == digits && text[n] == '\0';
}

static char *
read_hash (const char *text,
           gsize       digits)
{
  return is_hex (text, digits) ? g_strdup (text) : NULL;
}

static MienGalleryEntry *
parse_line (const char *line)
{
  g_auto(GStrv) fields = g_strsplit (line, "\t", N_FIELDS + 1);
  MienGalleryEntry *entry;

  if (g_strv_length (fields) != N_FIELDS || fields[0][0] == '\0' || strlen (fields[1]) != 1 || fields[1][0] < '0'
      || fields[1][0] > '3')
    return NULL;
  entry = mien_gallery_entry_new (fields[0]);
  entry->known = TRUE;
  entry->source = (MienGallerySource) (fields[1][0] - '0');
  entry->sha1 = read_hash (fields[2], 40);
  entry->sha256 = read_hash (fields[3], 64);
  entry->updated = g_ascii_strtoll (fields[4], NULL, 10);
  if (g_str_has_prefix (fields[5], "http://") || g_str_has_prefix (fields[5], "https://"))
    entry->url = g_strdup (fields[5]);
  return entry;
}

GHashTable *
mien_gallery_index_parse (GBytes *bytes,
                          char  **out_origin)
{
  GHashTable *entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, mien_gallery_entry_free);
  gsize length = 0;
  const char *at = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  const char *end;

  *out_origin = NULL;
  if (at == NULL || length < strlen (INDEX_HEAD) || memcmp (at, INDEX_HEAD, strlen (INDEX_HEAD)) != 0
      || !g_utf8_validate_len (at, length, NULL))
    return entries;
  end = at + length;
  for (gboolean head = TRUE; at < end; head = FALSE)
    {
      const char *stop = memchr (at, '\n', (gsize) (end - at));
      g_autofree char *line = NULL;
      MienGalleryEntry *entry;

      if (stop == NULL)
        break;   /* a line without its end was not written to its end */
      line = stop - at <= MAX_LINE ? g_strndup (at, (gsize) (stop - at)) : NULL;
      at = stop + 1;
      if (line == NULL)
        continue;
      if (head)
        {
          if (line[strlen (INDEX_HEAD)] != '-' && line[strlen (INDEX_HEAD)] != '\0')
            *out_origin = g_strdup (line + strlen (INDEX_HEAD));
          continue;
        }
      entry = parse_line (line);
      if (entry != NULL)
        g_hash_table_replace (entries, entry->jid, entry);
    }
  return entries;
}

static gboolean
is_clean (const char *text)
{
  return text != NULL && strpbrk (text, "\t\n\r") == NULL;
}

GBytes *
mien_gallery_index_format (GHashTable *entries,
                           const char *origin)
{
  GString *text = g_string_new (INDEX_HEAD);
  GHashTableIter iter;
  gpointer value;
  gsize length;

  g_string_append_printf (text, "%s\n", is_clean (origin) ? origin : "-");
  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const MienGalleryEntry *entry = value;

      if (!entry->known || !is_clean (entry->jid))
        continue;
      g_string_append_printf (text, "%s\t%d\t%s\t%s\t%" G_GINT64_FORMAT "\t%s\n", entry->jid, (int) entry->source,
                              entry->sha1 != NULL ? entry->sha1 : "-", entry->sha256 != NULL ? entry->sha256 : "-",
                              entry->updated, is_clean (entry->url) ? entry->url : "-");
    }
  length = text->len;
  return g_bytes_new_take (g_string_free (text, FALSE), length);
}
