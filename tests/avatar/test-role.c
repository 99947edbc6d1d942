/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-role"

#include <stdio.h>
#include <unistd.h>
#include <string.h>

#include "folder.h"
#include "avatar-fixture.h"
#include "avatar-server-fixture.h"
#include "mien-avatar-http.h"
#include "mien-avatar-role.h"
#include "mien-catalogue.h"
#include "mien-package.h"

/* The avatar server over HTTP: the catalogue, one file, a package; and what it does when its folder changes. */

typedef struct
{
  AvatarServer server;
  SoupSession *session;
  SoupMessage *message;        /* the last one */
  GBytes *body;
} Fixture;

static void
set_up_session (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->session = soup_session_new ();
  soup_session_remove_feature_by_type (fixture->session, SOUP_TYPE_CONTENT_DECODER);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  avatar_server_start (&fixture->server);
  set_up_session (fixture, data);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_object (&fixture->message);
  g_clear_pointer (&fixture->body, g_bytes_unref);
  soup_session_abort (fixture->session);
  g_assert_finalize_object (fixture->session);
  avatar_server_stop (&fixture->server);
}

typedef struct { gboolean done; GBytes *body; } Answer;

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;
  g_autoptr(GError) error = NULL;

  answer->body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  g_assert_no_error (error);
  answer->done = TRUE;
}

/* The status; headers are "Name", "value", …, NULL. */
static guint
request (Fixture    *fixture,
         const char *method,
         const char *path,
         const char *body,
         ...)
{
  g_autofree char *uri = g_strconcat (fixture->server.uri, path, NULL);
  Answer answer = { FALSE, NULL };
  const char *name;
  va_list args;

  g_clear_object (&fixture->message);
  g_clear_pointer (&fixture->body, g_bytes_unref);
  fixture->message = soup_message_new (method, uri);
  va_start (args, body);
  while ((name = va_arg (args, const char *)) != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (fixture->message), name,
                                  va_arg (args, const char *));
  va_end (args);
  if (body != NULL)
    {
      g_autoptr(GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (fixture->message, "application/json", bytes);
    }
  soup_session_send_and_read_async (fixture->session, fixture->message, G_PRIORITY_DEFAULT, NULL, on_answer, &answer);
  avatar_fixture_wait (&answer.done);
  fixture->body = answer.body;
  return soup_message_get_status (fixture->message);
}

static const char *
header (Fixture    *fixture,
        const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (fixture->message), name);
}

static MienCatalogue *
parse_body (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  MienCatalogue *catalogue = mien_catalogue_new_from_json (g_bytes_get_data (fixture->body, NULL),
                                                           g_bytes_get_size (fixture->body), &error);

  g_assert_no_error (error);
  return catalogue;
}

static void
test_catalogue (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(MienCatalogue) catalogue = NULL;
  g_autofree char *etag = NULL;
  g_autofree char *weak = NULL;
  g_autofree char *list = NULL;

  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, NULL), ==, 200);
  g_assert_cmpstr (header (fixture, "Content-Type"), ==, "application/json");
  g_assert_cmpstr (header (fixture, "Cache-Control"), ==, "no-cache");
  g_assert_cmpstr (header (fixture, "Vary"), ==, "Accept-Encoding");
  g_assert_null (header (fixture, "Content-Encoding"));
  etag = g_strdup (header (fixture, "ETag"));
  g_assert_true (etag[0] == '"');
  catalogue = parse_body (fixture);
  g_assert_true (mien_catalogue_is_hashed (catalogue));

  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", etag, NULL), ==, 304);
  g_assert_cmpuint (g_bytes_get_size (fixture->body), ==, 0);
  g_assert_cmpstr (header (fixture, "ETag"), ==, etag);
  weak = g_strconcat ("W/", etag, NULL);
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", weak, NULL), ==, 304);
  list = g_strdup_printf ("\"other\", %s", etag);
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", list, NULL), ==, 304);
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", "*", NULL), ==, 304);
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", "\"other\"", NULL), ==, 200);
  g_assert_cmpuint (request (fixture, "HEAD", "catalogue.json", NULL, NULL), ==, 200);
  g_assert_cmpuint (g_bytes_get_size (fixture->body), ==, 0);
}

static void
test_gzip (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *plain_etag = NULL;
  g_autofree char *gzip_etag = NULL;
  g_autoptr(GBytes) plain = NULL;
  g_autoptr(GConverter) decompressor = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autofree guint8 *buffer = g_malloc (65536);
  g_autoptr(GError) error = NULL;
  gsize read, written;

  request (fixture, "GET", "catalogue.json", NULL, NULL);
  plain = g_bytes_ref (fixture->body);
  plain_etag = g_strdup (header (fixture, "ETag"));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "Accept-Encoding", "deflate;q=0.5, gzip", NULL),
                    ==, 200);
  g_assert_cmpstr (header (fixture, "Content-Encoding"), ==, "gzip");
  gzip_etag = g_strdup (header (fixture, "ETag"));
  g_assert_cmpstr (gzip_etag, !=, plain_etag);
  g_assert_cmpuint (g_bytes_get_size (fixture->body), <, g_bytes_get_size (plain) / 2);
  g_converter_convert (decompressor, g_bytes_get_data (fixture->body, NULL), g_bytes_get_size (fixture->body), buffer,
                       65536, G_CONVERTER_INPUT_AT_END, &read, &written, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, written, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));

  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "Accept-Encoding", "gzip", "If-None-Match",
                             gzip_etag, NULL),
                    ==, 304);
  request (fixture, "GET", "catalogue.json", NULL, "Accept-Encoding", "gzip;q=0", NULL);
  g_assert_null (header (fixture, "Content-Encoding"));
}

static char *
first_hash (Fixture *fixture)
{
  g_autoptr(MienCatalogue) catalogue = NULL;

  request (fixture, "GET", "catalogue.json", NULL, NULL);
  catalogue = parse_body (fixture);
  return g_strdup (mien_avatar_get_sha256 (mien_catalogue_lookup (catalogue, "hat-beanie")));
}

static void
test_file (Fixture       *fixture,
           gconstpointer  data)
{
  static const char *const missing[] = { "0000000000000000000000000000000000000000000000000000000000000000.svg",
                                         "hat-beanie.svg",
                                         "",
                                         "..%2f..%2fetc%2fpasswd",
                                         "../../etc/passwd",
                                         "catalogue.json/x",
                                         NULL };
  g_autofree char *sha256 = first_hash (fixture);
  g_autofree char *name = g_strconcat (sha256, ".svg", NULL);
  g_autofree char *png = g_strconcat (sha256, ".png", NULL);
  g_autofree char *computed = NULL;
  g_autofree char *etag = NULL;

  g_assert_cmpuint (request (fixture, "GET", name, NULL, NULL), ==, 200);
  g_assert_cmpstr (header (fixture, "Content-Type"), ==, "image/svg+xml");
  g_assert_nonnull (strstr (header (fixture, "Cache-Control"), "immutable"));
  g_assert_nonnull (strstr (header (fixture, "Content-Security-Policy"), "default-src 'none'"));
  g_assert_cmpstr (header (fixture, "X-Content-Type-Options"), ==, "nosniff");
  computed = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, fixture->body);
  g_assert_cmpstr (computed, ==, sha256);
  etag = g_strdup (header (fixture, "ETag"));
  g_assert_cmpuint (request (fixture, "GET", name, NULL, "If-None-Match", etag, NULL), ==, 304);

  g_assert_cmpuint (request (fixture, "GET", png, NULL, NULL), ==, 404);
  for (guint i = 0; missing[i] != NULL; i++)
    {
      guint status = request (fixture, "GET", missing[i], NULL, NULL);

      if (status != 404 && status != 400)
        g_error ("“%s”: %u", missing[i], status);
    }
  g_assert_cmpuint (request (fixture, "POST", name, "{}", NULL), ==, 405);
  g_assert_cmpuint (request (fixture, "GET", "package", NULL, NULL), ==, 405);
}

static void
test_package (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(MienCatalogue) catalogue = NULL;
  g_auto(GStrv) files = NULL;
  g_autoptr(GBytes) body = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  guint64 length = 1024;

  request (fixture, "GET", "catalogue.json", NULL, NULL);
  catalogue = parse_body (fixture);
  files = mien_catalogue_list_files (catalogue);
  body = mien_package_request_write ((const char * const *) files);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_cmpuint (request (fixture, "POST", "package", text, NULL), ==, 200);
  g_assert_cmpstr (header (fixture, "Content-Type"), ==, MIEN_PACKAGE_MEDIA_TYPE);
  for (guint i = 0; files[i] != NULL; i++)
    length += mien_package_entry_length (mien_catalogue_get_file_bytes (catalogue, files[i]));
  g_assert_cmpuint (soup_message_headers_get_content_length (soup_message_get_response_headers (fixture->message)), ==,
                    length);
  g_assert_cmpuint (g_bytes_get_size (fixture->body), ==, length);
  g_assert_true (mien_package_read (g_bytes_get_data (fixture->body, NULL), g_bytes_get_size (fixture->body),
                                    (const char * const *) files, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
test_bad_package (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autofree char *large = g_strnfill (MIEN_PACKAGE_MAX_REQUEST + 1, ' ');

  g_assert_cmpuint (request (fixture, "POST", "package", "", NULL), ==, 400);
  g_assert_cmpuint (request (fixture, "POST", "package", "{\"files\":[]}", NULL), ==, 400);
  g_assert_cmpuint (request (fixture, "POST", "package", "{\"files\":[\"../catalogue.json\"]}", NULL), ==, 400);
  g_assert_cmpuint (request (fixture, "POST", "package", large, NULL), ==, 413);
  g_assert_cmpuint (request (fixture, "POST", "package/x", "{}", NULL), ==, 404);
  g_assert_cmpuint (request (fixture, "POST", "package",
                             "{\"files\":[\"0000000000000000000000000000000000000000000000000000000000000000\"]}",
                             NULL),
                    ==, 404);
}

/* A good change is published; what a client has just read about stays to be had. */
static void
test_change (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *old = first_hash (fixture);
  g_autofree char *old_name = g_strconcat (old, ".svg", NULL);
  g_autofree char *old_request = g_strdup_printf ("{\"files\":[\"%s\"]}", old);
  g_autofree char *old_etag = g_strdup (header (fixture, "ETag"));
  g_autofree char *fresh = NULL;

  g_assert_true (avatar_server_change (&fixture->server, "hat-beanie.svg", "r=\"20\"", "r=\"22\""));
  fresh = first_hash (fixture);
  g_assert_cmpstr (fresh, !=, old);
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", old_etag, NULL), ==, 200);
  g_assert_cmpuint (request (fixture, "GET", old_name, NULL, NULL), ==, 200);
  g_assert_cmpuint (request (fixture, "POST", "package", old_request, NULL), ==, 200);
}

/* A bad one is refused with a line in the log that names the file or the member; the old one stays. */
static void
test_bad_change (Fixture       *fixture,
                 gconstpointer  data)
{
  static const struct { const char *file, *old, *fresh, *log;
  } cases[] = {
    { "catalogue.json", "\"id\": \"coat-plain\"", "\"id\": \"hat-beanie\"", "*refused*avatars*3*.id*" },
    { "catalogue.json", "\"id\": \"hat-beanie\", \"type\": \"hat\"", "\"id\": \"coat-plain\", \"type\": \"hut\"",
      "*refused*avatars*2*.type*" },
  };
  g_autofree char *etag = NULL;

  request (fixture, "GET", "catalogue.json", NULL, NULL);
  etag = g_strdup (header (fixture, "ETag"));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (avatar_server_change (&fixture->server, cases[i].file, cases[i].old, cases[i].fresh));
      if (!g_pattern_match_simple (cases[i].log, avatar_fixture_get_warning ()))
        g_error ("The log says “%s”", avatar_fixture_get_warning ());
      g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", etag, NULL), ==, 304);
    }
  /* Put right again, and then a bad drawing. */
  avatar_fixture_replace (fixture->server.folder, "catalogue.json", "\"id\": \"coat-plain\", \"type\": \"hut\"",
                          "\"id\": \"hat-beanie\", \"type\": \"hat\"");
  g_assert_true (avatar_server_change (&fixture->server, "catalogue.json", "\"id\": \"hat-beanie\", \"type\": \"coat\"",
                                       "\"id\": \"coat-plain\", \"type\": \"coat\""));
  g_assert_false (avatar_server_change (&fixture->server, "glasses-round.svg", "</g>", "<script/></g>"));
  g_assert_true (g_pattern_match_simple ("*refused*glasses-round.svg*script*", avatar_fixture_get_warning ()));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", etag, NULL), ==, 304);
  g_assert_true (avatar_server_change (&fixture->server, "glasses-round.svg", "<script/></g>", "</g>"));
}

/* A link to another folder takes the pack's place at once, as administrators exchange what is being served. */
static void
test_exchanged (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *next = g_strconcat (fixture->server.folder, "-next", NULL);
  g_autofree char *aside = g_strconcat (fixture->server.folder, "-aside", NULL);
  g_autofree char *etag = NULL;
  const char *copy[] = { "cp", "-a", fixture->server.folder, next, NULL };

  request (fixture, "GET", "catalogue.json", NULL, NULL);
  etag = g_strdup (header (fixture, "ETag"));
  g_assert_true (g_spawn_sync (NULL, (char **) copy, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  avatar_fixture_replace (next, "catalogue.json", "CC0-1.0", "CC-BY-4.0");
  g_assert_no_errno (rename (fixture->server.folder, aside));
  g_assert_no_errno (symlink (next, fixture->server.folder));
  g_assert_true (avatar_server_wait_loaded (&fixture->server));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", etag, NULL), ==, 200);
  /* The new folder is the one that is watched. */
  g_assert_true (avatar_server_change (&fixture->server, "catalogue.json", "CC-BY-4.0", "CC0-1.0"));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, "If-None-Match", etag, NULL), ==, 304);
  test_remove_tree (aside);
  test_remove_tree (fixture->server.folder);
  g_assert_no_errno (rename (next, fixture->server.folder));
}

/* Nobody waits for the first look at the pack but those who ask for avatars. */
static void
test_first_look (Fixture       *fixture,
                 gconstpointer  data)
{
  MienPackWatcher *watcher;
  g_autofree char *memory = NULL;

  avatar_server_prepare (&fixture->server);
  avatar_server_run (&fixture->server);
  watcher = mien_avatar_role_get_watcher (MIEN_AVATAR_ROLE (fixture->server.role));
  g_assert_null (mien_pack_watcher_get_current (watcher));
  g_assert_true (mien_pack_watcher_is_reading (watcher));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, NULL), ==, 200);
  g_assert_nonnull (mien_pack_watcher_get_current (watcher));
  memory = g_build_filename (fixture->server.data, "d", "avatar", "checked", NULL);
  g_assert_true (g_file_test (memory, G_FILE_TEST_IS_REGULAR));
}

/* A pack that is bad from the start: words and a time, and the pack as soon as it is put right. */
static void
test_bad_first (Fixture       *fixture,
                gconstpointer  data)
{
  avatar_server_prepare (&fixture->server);
  avatar_fixture_replace (fixture->server.folder, "glasses-round.svg", "</g>", "<script/></g>");
  avatar_server_run (&fixture->server);
  for (int i = 0; i < 2; i++)      /* before and after it was found out */
    {
      g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, NULL), ==, 503);
      g_assert_nonnull (header (fixture, "Retry-After"));
      g_assert_nonnull (g_strstr_len (g_bytes_get_data (fixture->body, NULL), (gssize) g_bytes_get_size (fixture->body),
                                      "Try again"));
    }
  g_assert_cmpuint (request (fixture, "POST", "package", "{\"files\":[]}", NULL), ==, 503);
  g_assert_true (g_pattern_match_simple ("*refused*glasses-round.svg*script*", avatar_fixture_get_warning ()));
  g_assert_true (avatar_server_change (&fixture->server, "glasses-round.svg", "<script/></g>", "</g>"));
  g_assert_cmpuint (request (fixture, "GET", "catalogue.json", NULL, NULL), ==, 200);
}

/* A stop while the pack is looked at. */
static void
test_stop_early (void)
{
  AvatarServer server = { 0 };

  avatar_server_prepare (&server);
  avatar_server_run (&server);
  avatar_server_stop (&server);
}

/* A role with a bad pack does not start, and says which setting to change. */
static void
test_start_error (void)
{
  g_autofree char *folder = avatar_fixture_new_folder ();
  g_autofree char *parent = avatar_fixture_new_folder ();
  g_autofree char *text =
      g_strdup_printf ("[server]\ndata-directory=d\n[http]\nlisten=127.0.0.1:0\n[avatar]\npack-directory=%s\n", folder);
  g_autoptr(GError) error = NULL;
  g_autoptr(MienServerConfig) config = mien_server_config_parse (text, parent, &error);
  g_autoptr(MienHttpListener) listener = mien_http_listener_new (config);
  g_autoptr(MienRole) role = mien_avatar_role_new (config, listener);

  g_assert_false (mien_role_start (role, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "[avatar] pack-directory"));
  g_assert_nonnull (strstr (error->message, "catalogue.json"));
  mien_role_stop (role);
  avatar_fixture_remove (folder);
  avatar_fixture_remove (parent);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  avatar_fixture_catch_warnings ();
  g_test_add ("/role/catalogue", Fixture, NULL, set_up, test_catalogue, tear_down);
  g_test_add ("/role/gzip", Fixture, NULL, set_up, test_gzip, tear_down);
  g_test_add ("/role/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/role/package", Fixture, NULL, set_up, test_package, tear_down);
  g_test_add ("/role/bad-package", Fixture, NULL, set_up, test_bad_package, tear_down);
  g_test_add ("/role/change", Fixture, NULL, set_up, test_change, tear_down);
  g_test_add ("/role/bad-change", Fixture, NULL, set_up, test_bad_change, tear_down);
  g_test_add ("/role/exchanged", Fixture, NULL, set_up, test_exchanged, tear_down);
  g_test_add ("/role/first-look", Fixture, NULL, set_up_session, test_first_look, tear_down);
  g_test_add ("/role/bad-first", Fixture, NULL, set_up_session, test_bad_first, tear_down);
  g_test_add_func ("/role/stop-early", test_stop_early);
  g_test_add_func ("/role/start-error", test_start_error);
  return g_test_run ();
}
