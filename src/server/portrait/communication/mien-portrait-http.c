/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-http.h"
#include "mien-portrait-server-error.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define UPLOAD_PATH "/upload/"
#define PICTURE_PATH "/p/"
#define JSON_TYPE "application/json"

/* What a name means never changes: a year is what caches take for “for ever”. */
#define FOREVER "public, max-age=31536000, immutable"

/* A browser client may come from another origin; nothing here depends on cookies. */
static void
allow_origins (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", "*");
  soup_message_headers_replace (headers, "Access-Control-Expose-Headers", "ETag, Location, Retry-After");
  soup_message_headers_replace (headers, "Cross-Origin-Resource-Policy", "cross-origin");
}

static void
fail (SoupServerMessage *message,
      const GError      *error)
{
  guint status = mien_portrait_server_error_get_status (error);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (status >= 500)
    g_warning ("%s %s: %u: %s", soup_server_message_get_method (message),
               g_str_has_prefix (g_uri_get_path (soup_server_message_get_uri (message)), UPLOAD_PATH)
                   ? UPLOAD_PATH "..."
                   : PICTURE_PATH "...",
               status, error->message);
  if (status == 503 || status == 507)
    soup_message_headers_replace (headers, "Retry-After", "60");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  mien_http_fail (message, status, mien_portrait_server_error_get_public_text (error));
}

/* ---- PUT /upload/<token> ---- */

static gboolean
check_upload (MienHttpListener  *listener,
              SoupServerMessage *message,
              const char        *path,
              guint64           *max_body,
              gpointer           user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gint64 length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
    ? soup_message_headers_get_content_length (headers) : -1;
  g_autoptr(GError) error = NULL;

  allow_origins (message);
  if (mien_portrait_manager_check (user_data, path + strlen (UPLOAD_PATH), length,
                                   soup_message_headers_get_one (headers, "Content-Type"), max_body, &error))
    return TRUE;
  fail (message, error);
  return FALSE;
}

static char *
describe (MienPortraitManager   *manager,
          const MienPortraitRow *row,
          char                 **out_url)
{
  g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc (row->updated / 1000);
  g_autofree char *day = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");
  g_autofree char *updated = g_strdup_printf ("%s.%03dZ", day, (int) (row->updated % 1000));
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  *out_url = mien_portrait_manager_get_url (manager, row->address);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "account");
  json_builder_add_string_value (builder, row->account);
  json_builder_set_member_name (builder, "sha256");
  json_builder_add_string_value (builder, row->sha256);
  json_builder_set_member_name (builder, "updated");
  json_builder_add_string_value (builder, updated);
  json_builder_set_member_name (builder, "url");
  json_builder_add_string_value (builder, *out_url);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static void
on_uploaded (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SoupServerMessage) message = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPortraitRow) row = mien_portrait_manager_upload_finish (MIEN_PORTRAIT_MANAGER (source), result, &error);

  if (row == NULL)
    fail (message, error);
  else
    {
      g_autofree char *url = NULL;
      g_autofree char *json = describe (MIEN_PORTRAIT_MANAGER (source), row, &url);

      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Location", url);
      soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
      soup_server_message_set_response (message, JSON_TYPE, SOUP_MEMORY_COPY, json, strlen (json));
    }
  soup_server_message_unpause (message);
}

static void
handle_upload (MienHttpListener  *listener,
               SoupServerMessage *message,
               const char        *path,
               GHashTable        *query,
               gpointer           user_data)
{
  g_autoptr(GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));

  soup_server_message_pause (message);
  mien_portrait_manager_upload_async (user_data, path + strlen (UPLOAD_PATH), bytes, on_uploaded,
                                      g_object_ref (message));
}

/* ---- GET /p/<name>?size=N ---- */

static gboolean
parse_size (GHashTable *query,
            guint      *out)
{
  const char *text = query != NULL ? g_hash_table_lookup (query, "size") : NULL;
  guint64 size;

  *out = 0;
  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &size, NULL))
    return FALSE;
  for (const guint *one = mien_portrait_sizes; *one != 0; one++)
    if (*one == size)
      *out = *one;
  return *out != 0;
}

static void
fail_size (SoupServerMessage *message)
{
  g_autoptr(GString) sizes = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (const guint *one = mien_portrait_sizes; *one != 0; one++)
    g_string_append_printf (sizes, "%s%u", sizes->len > 0 ? ", " : "", *one);
  text = g_strdup_printf (_("Ask for one of these sizes in pixels: %s; or leave size away to get the original."),
                          sizes->str);
  mien_http_fail (message, SOUP_STATUS_BAD_REQUEST, text);
}

/* The one spelling of a name, so that it is kept in memory once; NULL: not a name of ours. */
static char *
canonical_name (const char *name)
{
  g_autofree char *sha256 = NULL;
  g_autofree char *plain = NULL;
  MienPortraitType type;

  if (mien_portrait_parse_name (name, &sha256, &type))
    return g_strconcat (sha256, ".", mien_portrait_type_get_suffix (type), NULL);
  plain = g_strndup (name, strcspn (name, "."));
  if (!mien_portrait_is_hex (plain, 2 * MIEN_PORTRAIT_NONCE_BYTES) || !mien_portrait_type_guess (NULL, name, &type))
    return NULL;
  return g_strconcat (plain, ".", mien_portrait_type_get_suffix (type), NULL);
}

/* RFC 9110 section 13.1.2, weak comparison: "*", or a list with the tag in it. */
static gboolean
etag_matches (const char *header,
              const char *etag)
{
  g_auto(GStrv) tags = header != NULL ? g_strsplit (header, ",", 64) : NULL;

  for (char **tag = tags; tag != NULL && *tag != NULL; tag++)
    {
      const char *text = g_strstrip (*tag);

      if (g_str_has_prefix (text, "W/"))
        text += 2;
      if (g_str_equal (text, "*") || g_str_equal (text, etag))
        return TRUE;
    }
  return FALSE;
}

static void
answer_picture (SoupServerMessage   *message,
                MienPortraitPicture *picture)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", FOREVER);
  if (picture->location != NULL)
    {
      /* What a slot's name leads to does not change either. */
      soup_message_headers_replace (headers, "Location", picture->location);
      soup_server_message_set_status (message, SOUP_STATUS_PERMANENT_REDIRECT, NULL);
      return;
    }
  soup_message_headers_replace (headers, "ETag", picture->etag);
  soup_message_headers_replace (headers, "Content-Security-Policy", "default-src 'none'; sandbox");
  if (etag_matches (soup_message_headers_get_list (soup_server_message_get_request_headers (message), "If-None-Match"),
                    picture->etag))
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, mien_portrait_type_get_mime (picture->type), NULL);
  if (g_str_equal (soup_server_message_get_method (message), "HEAD"))
    soup_message_headers_set_content_length (headers, (goffset) g_bytes_get_size (picture->bytes));
  else
    {
      SoupMessageBody *body = soup_server_message_get_response_body (message);

      soup_message_body_append_bytes (body, picture->bytes);
      soup_message_body_complete (body);
    }
}

static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SoupServerMessage) message = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr (MienPortraitPicture)
      picture = mien_portrait_manager_load_finish (MIEN_PORTRAIT_MANAGER (source), result, &error);

  if (picture != NULL)
    answer_picture (message, picture);
  else
    fail (message, error);
  soup_server_message_unpause (message);
}

static void
handle_picture (MienHttpListener  *listener,
                SoupServerMessage *message,
                const char        *path,
                GHashTable        *query,
                gpointer           user_data)
{
  g_autofree char *name = canonical_name (path + strlen (PICTURE_PATH));
  g_autoptr(MienPortraitPicture) picture = NULL;
  guint size;

  allow_origins (message);
  if (name == NULL)
    {
      mien_http_fail (message, SOUP_STATUS_NOT_FOUND, _("There is no such portrait."));
      return;
    }
  if (!parse_size (query, &size))
    {
      fail_size (message);
      return;
    }
  picture = mien_portrait_manager_lookup (user_data, name, size);
  if (picture != NULL)
    {
      answer_picture (message, picture);
      return;
    }
  soup_server_message_pause (message);
  mien_portrait_manager_load_async (user_data, name, size, on_loaded, g_object_ref (message));
}

void
mien_portrait_http_add (MienHttpListener    *listener,
                        MienPortraitManager *manager)
{
  const MienHttpRoute upload = { "PUT", mien_portrait_manager_get_max_bytes (manager), check_upload, handle_upload };
  const MienHttpRoute picture = { "GET", 0, NULL, handle_picture };

  mien_http_listener_add (listener, UPLOAD_PATH, &upload, g_object_ref (manager), g_object_unref);
  mien_http_listener_add (listener, PICTURE_PATH, &picture, g_object_ref (manager), g_object_unref);
}

void
mien_portrait_http_remove (MienHttpListener *listener)
{
  mien_http_listener_remove (listener, UPLOAD_PATH);
  mien_http_listener_remove (listener, PICTURE_PATH);
}
