/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-avatar-http.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mien-http-listener.h"
#include "mien-package.h"

#define IMMUTABLE "public, max-age=31536000, immutable"

gboolean
mien_avatar_http_matches (const char *if_none_match,
                          const char *etag)
{
  GSList *tags;
  gboolean found = FALSE;

  if (if_none_match == NULL)
    return FALSE;
  if (g_str_equal (if_none_match, "*"))
    return TRUE;
  tags = soup_header_parse_list (if_none_match);
  for (GSList *l = tags; l != NULL && !found; l = l->next)
    {
      const char *tag = l->data;

      found = g_str_equal (g_str_has_prefix (tag, "W/") ? tag + 2 : tag, etag);
    }
  soup_header_free_list (tags);
  return found;
}

static gboolean
accepts_gzip (SoupServerMessage *message)
{
  const char *field = soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                                     "Accept-Encoding");
  GSList *codings;
  gboolean found = FALSE;

  if (field == NULL)
    return FALSE;
  codings = soup_header_parse_quality_list (field, NULL);      /* without those of quality 0 */
  for (GSList *l = codings; l != NULL && !found; l = l->next)
    found = g_ascii_strcasecmp (l->data, "gzip") == 0 || g_ascii_strcasecmp (l->data, "x-gzip") == 0;
  soup_header_free_list (codings);
  return found;
}

/* The body without a copy. */
static void
set_body (SoupServerMessage *message,
          const char        *media_type,
          GBytes            *bytes)
{
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), media_type, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
  soup_message_headers_set_content_length (soup_server_message_get_response_headers (message),
                                           g_bytes_get_size (bytes));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

void
mien_avatar_http_answer_catalogue (SoupServerMessage *message,
                                   MienPublication   *current)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);
  const char *if_none_match = soup_message_headers_get_list (request, "If-None-Match");
  gboolean compressed = accepts_gzip (message);

  soup_message_headers_replace (response, "ETag", mien_publication_get_etag (current, compressed));
  soup_message_headers_replace (response, "Vary", "Accept-Encoding");
  soup_message_headers_replace (response, "Cache-Control", "no-cache");
  if (mien_avatar_http_matches (if_none_match, mien_publication_get_etag (current, FALSE)) ||
      mien_avatar_http_matches (if_none_match, mien_publication_get_etag (current, TRUE)))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  if (compressed)
    soup_message_headers_replace (response, "Content-Encoding", "gzip");
  set_body (message, "application/json", mien_publication_get_json (current, compressed));
}

static GBytes *
find_file (MienPublication *current,
           MienPublication *previous,
           const char      *sha256)
{
  if (mien_pack_has_file (mien_publication_get_pack (current), sha256))
    return mien_pack_get_file (mien_publication_get_pack (current), sha256, NULL);
  if (previous != NULL && mien_pack_has_file (mien_publication_get_pack (previous), sha256))
    return mien_pack_get_file (mien_publication_get_pack (previous), sha256, NULL);
  return NULL;
}

void
mien_avatar_http_answer_file (SoupServerMessage *message,
                              const char        *name,
                              MienPublication   *current,
                              MienPublication   *previous)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);
  g_autofree char *sha256 = g_strndup (name, strcspn (name, "."));
  g_autofree char *etag = g_strdup_printf ("\"%s\"", sha256);
  g_autoptr(GBytes) content = NULL;

  if (strlen (name) == 68 && g_str_has_suffix (name, ".svg"))
    content = find_file (current, previous, sha256);
  if (content == NULL)
    {
      mien_http_fail (message, SOUP_STATUS_NOT_FOUND, _("There is no such avatar. Read the catalogue again."));
      return;
    }
  soup_message_headers_replace (response, "ETag", etag);
  soup_message_headers_replace (response, "Cache-Control", IMMUTABLE);
  /* Opened by itself in a browser, an SVG is a document: it may do nothing. */
  soup_message_headers_replace (response, "Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  if (mien_avatar_http_matches (soup_message_headers_get_list (request, "If-None-Match"), etag))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
  else
    set_body (message, "image/svg+xml", content);
}

/* One package under way. */
typedef struct
{
  MienPackageWriter *writer;
  char **files;
  GPtrArray *contents;     /* of GBytes, in the order of files */
  guint next;
} Stream;

static void
stream_free (Stream *self)
{
  mien_package_writer_free (self->writer);
  g_strfreev (self->files);
  g_ptr_array_unref (self->contents);
  g_free (self);
}

/* Never more than one file is waiting to be sent, however slow the client reads. */
static void
append_next (Stream            *self,
             SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) piece = NULL;

  if (self->next > self->contents->len)
    return;
  if (self->next == self->contents->len)
    piece = mien_package_writer_end (self->writer, &error);
  else
    piece = mien_package_writer_add (self->writer, self->files[self->next],
                                     g_ptr_array_index (self->contents, self->next), &error);
  self->next++;
  if (piece == NULL)       /* the client sees a package that is too short, and refuses it */
    {
      g_warning ("A package could not be made: %s", error->message);
      soup_message_body_complete (body);
      return;
    }
  soup_message_body_append_bytes (body, piece);
  if (self->next > self->contents->len)
    soup_message_body_complete (body);
}

static void
on_wrote_chunk (SoupServerMessage *message,
                gpointer           user_data)
{
  append_next (user_data, message);
  soup_server_message_unpause (message);
}

static char **
read_request (SoupServerMessage *message)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr(GError) error = NULL;
  char **files;

  files = mien_package_request_read (g_bytes_get_size (body) > 0 ? g_bytes_get_data (body, NULL) : "",
                                     g_bytes_get_size (body), &error);
  if (files == NULL)
    mien_http_fail (message, g_error_matches (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT)
                             ? SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE : SOUP_STATUS_BAD_REQUEST, error->message);
  return files;
}

void
mien_avatar_http_answer_package (SoupServerMessage *message,
                                 MienPublication   *current,
                                 MienPublication   *previous)
{
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);
  g_auto(GStrv) files = read_request (message);
  g_autoptr(GPtrArray) contents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr(GArray) sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  guint64 total;
  Stream *stream;

  if (files == NULL)
    return;
  for (guint i = 0; files[i] != NULL; i++)
    {
      GBytes *content = find_file (current, previous, files[i]);
      gsize size;

      if (content == NULL)
        {
          mien_http_fail (message, SOUP_STATUS_NOT_FOUND,
                          _("One of these avatars does not exist any more. Read the catalogue again."));
          return;
        }
      size = g_bytes_get_size (content);
      g_array_append_val (sizes, size);
      g_ptr_array_add (contents, content);
    }
  total = mien_package_length ((const gsize *) (const void *) sizes->data, sizes->len);
  if (total > MIEN_PACKAGE_MAX_BYTES)
    {
      mien_http_fail (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
                      _("The package would be too large: ask for fewer avatars at once."));
      return;
    }

  stream = g_new0 (Stream, 1);
  stream->writer = mien_package_writer_new ();
  stream->files = g_steal_pointer (&files);
  stream->contents = g_steal_pointer (&contents);
  soup_message_headers_set_content_type (response, MIEN_PACKAGE_MEDIA_TYPE, NULL);
  soup_message_headers_set_content_length (response, total);
  soup_message_headers_replace (response, "Cache-Control", "no-store");
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), stream,
                         (GClosureNotify) (void (*) (void)) stream_free, 0);
  append_next (stream, message);
}
