/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-wardrobe"

#include <glib/gstdio.h>
#include <string.h>

#include "avatar-fixture.h"
#include "mien-http-error.h"
#include "mien-pack.h"
#include "mien-package.h"
#include "mien-wardrobe.h"

/* The wardrobe against a server that does whatever a test wants: the good case, and every way in which a transfer
 * fails. After each failure the old catalogue is there, in memory and on disk. */

typedef enum
{
  PACKAGE_GOOD,
  PACKAGE_CUT,             /* the length is right, the connection ends before */
  PACKAGE_SHORT,           /* a whole answer that ends in the middle of an entry */
  PACKAGE_NOISE,
  PACKAGE_EMPTY,
  PACKAGE_CHANGED,         /* one byte of a picture differs */
  PACKAGE_TRAVERSAL,       /* an entry "../…" */
  PACKAGE_OTHER,           /* an entry that was not asked for */
  PACKAGE_ENDLESS,         /* more bytes than were asked for */
  PACKAGE_ERROR,           /* 500 */
  PACKAGE_GONE,            /* 404 */
  PACKAGE_GONE_ONCE,
  PACKAGE_SILENT,          /* no answer */
} PackageMode;

typedef struct
{
  char *cache;             /* folders */
  char *pack_folder;
  MienPack *pack;
  char *catalogue;         /* instead of the pack's, or NULL */
  guint catalogue_status;
  PackageMode mode;
  guint n_catalogues, n_not_modified, n_packages, n_files;

  SoupServer *server;
  char *uri;
  SoupSession *session;
  MienWardrobe *wardrobe;

  guint64 progress_done, progress_total;
  gboolean progress_went_back;
} Fixture;

static void
load_pack (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_object (&fixture->pack);
  fixture->pack = mien_pack_load (fixture->pack_folder, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_assert_no_error (error);
}

static void
serve_catalogue (SoupServer        *server,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  Fixture *fixture = user_data;
  GBytes *json = mien_pack_get_json (fixture->pack);
  const char *text = fixture->catalogue != NULL ? fixture->catalogue : g_bytes_get_data (json, NULL);
  gsize length = fixture->catalogue != NULL ? strlen (fixture->catalogue) : g_bytes_get_size (json);
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", hash);
  const char *known = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "If-None-Match");

  fixture->n_catalogues++;
  if (fixture->catalogue_status != 200)
    {
      soup_server_message_set_status (message, fixture->catalogue_status, NULL);
      return;
    }
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "ETag", etag);
  if (g_strcmp0 (known, etag) == 0)
    {
      fixture->n_not_modified++;
      soup_server_message_set_status (message, 304, NULL);
      return;
    }
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text, length);
}

static GByteArray *
make_package (Fixture  *fixture,
              char    **files)
{
  g_autoptr(MienPackageWriter) writer = mien_package_writer_new ();
  GByteArray *all = g_byte_array_new ();
  g_autoptr(GBytes) end = NULL;

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autoptr(GBytes) content = mien_pack_get_file (fixture->pack, files[i], NULL);
      g_autoptr(GBytes) piece = mien_package_writer_add (writer, files[i], content, NULL);

      g_byte_array_append (all, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  end = mien_package_writer_end (writer, NULL);
  g_byte_array_append (all, g_bytes_get_data (end, NULL), g_bytes_get_size (end));
  return all;
}

/* A name in the first header, and its sum put right. */
static void
rename_entry (GByteArray *package,
              const char *name)
{
  guint sum = 0;

  memset (package->data, 0, 100);
  memcpy (package->data, name, strlen (name));
  memset (package->data + 148, ' ', 8);
  for (int i = 0; i < 512; i++)
    sum += package->data[i];
  g_snprintf ((char *) package->data + 148, 8, "%06o", sum);
}

static void
spoil (Fixture    *fixture,
       GByteArray *package)
{
  switch (fixture->mode)
    {
    case PACKAGE_SHORT:
      g_byte_array_set_size (package, package->len / 2 + 100);
      break;
    case PACKAGE_NOISE:
      memset (package->data, 'x', package->len);
      break;
    case PACKAGE_EMPTY:
      g_byte_array_set_size (package, 0);
      break;
    case PACKAGE_CHANGED:
      package->data[512 + 10] ^= 1;
      break;
    case PACKAGE_TRAVERSAL:
      rename_entry (package, "../../../../../../tmp/mien-was-here.svg");
      break;
    case PACKAGE_OTHER:
      rename_entry (package, "1111111111111111111111111111111111111111111111111111111111111111.svg");
      break;
    case PACKAGE_ENDLESS:
      g_byte_array_set_size (package, package->len + 1024 * 1024);
      break;
    default:
      break;
    }
}

static void
on_wrote_chunk (SoupServerMessage *message,
                gpointer           user_data)
{
  g_socket_close (soup_server_message_get_socket (message), NULL);
}

static void
serve_package (SoupServer        *server,
               SoupServerMessage *message,
               const char        *path,
               GHashTable        *query,
               gpointer           user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) files = mien_package_request_read (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error);
  g_autoptr(GByteArray) package = NULL;

  g_assert_no_error (error);
  fixture->n_packages++;
  fixture->n_files += g_strv_length (files);
  if (fixture->mode == PACKAGE_SILENT)
    {
      soup_server_message_pause (message);
      return;
    }
  if (fixture->mode == PACKAGE_ERROR || fixture->mode == PACKAGE_GONE
      || (fixture->mode == PACKAGE_GONE_ONCE && fixture->n_packages == 1))
    {
      soup_server_message_set_status (message, fixture->mode == PACKAGE_ERROR ? 500 : 404, NULL);
      return;
    }
  package = make_package (fixture, files);
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), MIEN_PACKAGE_MEDIA_TYPE,
                                         NULL);
  if (fixture->mode == PACKAGE_CUT)
    {
      soup_message_headers_set_content_length (soup_server_message_get_response_headers (message), package->len);
      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, package->data,
                                package->len / 2);
      g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), NULL);
      return;
    }
  spoil (fixture, package);
  soup_server_message_set_response (message, MIEN_PACKAGE_MEDIA_TYPE, SOUP_MEMORY_COPY, (char *) package->data,
                                    package->len);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  with_starter)
{
  g_autoptr(GError) error = NULL;
  GSList *uris;

  fixture->cache = avatar_fixture_new_folder ();
  fixture->pack_folder = avatar_fixture_copy_pack ();
  fixture->catalogue_status = 200;
  load_pack (fixture);
  fixture->server = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_handler (fixture->server, "/avatars/catalogue.json", serve_catalogue, fixture, NULL);
  soup_server_add_handler (fixture->server, "/avatars/package", serve_package, fixture, NULL);
  soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->server);
  fixture->uri = g_strdup_printf ("http://127.0.0.1:%d/avatars/catalogue.json", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  fixture->session = mien_http_session_new ();
  fixture->wardrobe = mien_wardrobe_new (fixture->cache, with_starter != NULL ? g_getenv ("MIEN_TEST_PACK") : NULL,
                                         fixture->session);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->wardrobe != NULL)
    avatar_fixture_finalize (fixture->wardrobe);
  soup_session_abort (fixture->session);
  g_clear_object (&fixture->session);
  soup_server_disconnect (fixture->server);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->pack);
  avatar_fixture_remove (fixture->cache);
  avatar_fixture_remove (fixture->pack_folder);
  g_free (fixture->cache);
  g_free (fixture->pack_folder);
  g_free (fixture->catalogue);
  g_free (fixture->uri);
}

typedef struct
{
  gboolean done, good, changed;
  GError *error;
  cairo_surface_t *surface, *behind;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->surface, cairo_surface_destroy);
  g_clear_pointer (&outcome->behind, cairo_surface_destroy);
  memset (outcome, 0, sizeof *outcome);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
on_loaded (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->good = mien_wardrobe_load_finish (MIEN_WARDROBE (source), result, &outcome->error);
  outcome->done = TRUE;
}

static gboolean
load (MienWardrobe *wardrobe)
{
  g_auto(Outcome) outcome = { 0 };

  mien_wardrobe_load_async (wardrobe, NULL, on_loaded, &outcome);
  avatar_fixture_wait (&outcome.done);
  g_assert_cmpint (outcome.good, ==, outcome.error == NULL);
  return outcome.good;
}

static void
on_synced (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->good = mien_wardrobe_sync_finish (MIEN_WARDROBE (source), result, &outcome->changed, &outcome->error);
  outcome->done = TRUE;
}

static void
on_progress (guint64  done,
             guint64  total,
             gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->progress_went_back |= done < fixture->progress_done;
  fixture->progress_done = done;
  fixture->progress_total = total;
}

static void
synchronise (Fixture *fixture,
             Outcome *outcome)
{
  outcome_clear (outcome);
  fixture->progress_done = fixture->progress_total = 0;
  mien_wardrobe_sync_async (fixture->wardrobe, fixture->uri, on_progress, fixture, NULL, on_synced, outcome);
  avatar_fixture_wait (&outcome->done);
  g_assert_cmpint (outcome->good, ==, outcome->error == NULL);
}

static void
sync_good (Fixture  *fixture,
           gboolean  changed)
{
  g_auto(Outcome) outcome = { 0 };

  synchronise (fixture, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.changed, ==, changed);
}

static guint
count (MienWardrobe *wardrobe)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (wardrobe);

  return catalogue != NULL ? g_list_model_get_n_items (G_LIST_MODEL (catalogue)) : 0;
}

/* Another start of the program, without a network. */
static guint
count_after_restart (Fixture *fixture)
{
  g_autoptr(MienWardrobe) wardrobe = mien_wardrobe_new (fixture->cache, NULL, NULL);

  return load (wardrobe) ? count (wardrobe) : 0;
}

static void
on_notify (gpointer flag)
{
  (*(guint *) flag)++;
}

static void
test_starter (Fixture       *fixture,
              gconstpointer  data)
{
  guint notified = 0;

  g_assert_null (mien_wardrobe_get_catalogue (fixture->wardrobe));
  g_signal_connect_swapped (fixture->wardrobe, "notify::catalogue", G_CALLBACK (on_notify), &notified);
  g_assert_true (load (fixture->wardrobe));
  g_assert_cmpuint (count (fixture->wardrobe), ==, 4);
  g_assert_cmpuint (notified, ==, 1);
}

static void
test_nothing (Fixture       *fixture,
              gconstpointer  data)
{
  g_assert_false (load (fixture->wardrobe));
  g_assert_null (mien_wardrobe_get_catalogue (fixture->wardrobe));
}

static void
test_sync (Fixture       *fixture,
           gconstpointer  data)
{
  guint notified = 0;

  g_signal_connect_swapped (fixture->wardrobe, "notify::catalogue", G_CALLBACK (on_notify), &notified);
  g_assert_false (load (fixture->wardrobe));
  sync_good (fixture, TRUE);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (fixture->n_packages, ==, 1);
  g_assert_cmpuint (fixture->n_files, ==, 6);
  g_assert_cmpuint (fixture->progress_total, >, 6 * 1024);
  g_assert_cmpuint (fixture->progress_done, ==, fixture->progress_total);
  g_assert_false (fixture->progress_went_back);
  g_assert_cmpuint (count (fixture->wardrobe), ==, 4);
  g_assert_cmpuint (count_after_restart (fixture), ==, 4);

  sync_good (fixture, FALSE);
  g_assert_cmpuint (fixture->n_not_modified, ==, 1);
  g_assert_cmpuint (fixture->n_packages, ==, 1);
}

/* Only what changed is fetched; what no avatar uses any more goes; the ETag of before is not used for another
 * server. */
static void
test_update (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *old = NULL;
  g_autofree char *old_path = NULL;

  sync_good (fixture, TRUE);
  old = g_strdup (
      mien_avatar_get_sha256 (mien_catalogue_lookup (mien_wardrobe_get_catalogue (fixture->wardrobe), "hat-beanie")));
  old_path = g_strdup_printf ("%s/art/%.2s/%s", fixture->cache, old, old + 2);
  g_assert_true (g_file_test (old_path, G_FILE_TEST_EXISTS));

  avatar_fixture_replace (fixture->pack_folder, "hat-beanie.svg", "r=\"20\"", "r=\"23\"");
  load_pack (fixture);
  sync_good (fixture, TRUE);
  g_assert_cmpuint (fixture->n_packages, ==, 2);
  g_assert_cmpuint (fixture->n_files, ==, 7);
  g_assert_cmpuint (fixture->n_not_modified, ==, 0);
  g_assert_false (g_file_test (old_path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_after_restart (fixture), ==, 4);
}

/* With the starter pack installed only the catalogue travels. */
static void
test_starter_saves_transfer (Fixture       *fixture,
                             gconstpointer  data)
{
  g_assert_true (load (fixture->wardrobe));
  sync_good (fixture, TRUE);
  g_assert_cmpuint (fixture->n_packages, ==, 0);
}

static char *
many_avatars (guint n)
{
  GString *json = g_string_new ("{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"},\"types\":[],\"avatars\":[");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (json,
                            "%s{\"id\":\"h-%u\",\"type\":\"hat\",\"name\":{\"en\":\"H\"},\"file\":\"h.svg\",\"sha256\":"
                            "\"%064x\",\"licence\":\"X\"}",
                            i > 0 ? "," : "", i, i);
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

#define ENTRY(id, more)                                                                                                \
  "{\"id\":\"" id "\",\"type\":\"hat\",\"name\":{\"en\":\"H\"},\"file\":\"h.svg\",\"licence\":\"X\"" more "}"
#define CATALOGUE(avatars) "{\"mien-catalogue\":1,\"name\":{\"en\":\"N\"},\"types\":[],\"avatars\":[" avatars "]}"
#define A_HASH ",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\""

/* Whatever a server answers that is not right: an error, and the old catalogue. */
static void
test_bad_catalogues (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *too_many = many_avatars (MIEN_CATALOGUE_MAX_AVATARS + 1);
  g_autofree char *huge = g_strnfill (MIEN_CATALOGUE_MAX_BYTES + 1, ' ');
  const struct { const char *text; guint status; GQuark domain; int code; } cases[] = {
    { NULL, 500, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS },
    { NULL, 404, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS },
    { "<html>captive portal</html>", 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX },
    { "", 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX },
    { "{\"mien-catalogue\":2}", 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_VERSION },
    { too_many, 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT },
    { huge, 200, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TOO_LARGE },
    { CATALOGUE (ENTRY ("a", A_HASH) "," ENTRY ("a", A_HASH)), 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_MEMBER },
    { CATALOGUE (ENTRY ("a", "")), 200, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_MEMBER },
  };
  MienCatalogue *before;

  sync_good (fixture, TRUE);
  before = mien_wardrobe_get_catalogue (fixture->wardrobe);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Outcome) outcome = { 0 };

      g_test_message ("Case %u", i);
      g_free (fixture->catalogue);
      fixture->catalogue = g_strdup (cases[i].text);
      fixture->catalogue_status = cases[i].status;
      synchronise (fixture, &outcome);
      g_assert_true (g_error_matches (outcome.error, cases[i].domain, cases[i].code));
      g_assert_true (mien_wardrobe_get_catalogue (fixture->wardrobe) == before);
    }
  g_assert_cmpuint (count_after_restart (fixture), ==, 4);
}

static void
test_bad_packages (Fixture       *fixture,
                   gconstpointer  data)
{
  static const struct { PackageMode mode; gboolean http; int code; } cases[] = {
    { PACKAGE_CUT, TRUE, 0 },
    { PACKAGE_SHORT, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
    { PACKAGE_NOISE, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
    { PACKAGE_EMPTY, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
    { PACKAGE_CHANGED, FALSE, MIEN_CATALOGUE_ERROR_HASH },
    { PACKAGE_TRAVERSAL, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
    { PACKAGE_OTHER, FALSE, MIEN_CATALOGUE_ERROR_PACKAGE },
    { PACKAGE_ENDLESS, TRUE, MIEN_HTTP_ERROR_TOO_LARGE },
    { PACKAGE_ERROR, TRUE, MIEN_HTTP_ERROR_STATUS },
    { PACKAGE_GONE, TRUE, MIEN_HTTP_ERROR_STATUS },
  };
  MienCatalogue *before;

  sync_good (fixture, TRUE);
  before = mien_wardrobe_get_catalogue (fixture->wardrobe);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Outcome) outcome = { 0 };
      g_autofree char *from = g_strdup_printf ("cy=\"226\" r=\"%u\"", 27 + i);
      g_autofree char *to = g_strdup_printf ("cy=\"226\" r=\"%u\"", 28 + i);

      g_test_message ("Case %u", i);
      avatar_fixture_replace (fixture->pack_folder, "glasses-round.svg", from, to);
      load_pack (fixture);
      fixture->mode = cases[i].mode;
      synchronise (fixture, &outcome);
      g_assert_nonnull (outcome.error);
      if (cases[i].code != 0)
        {
          GQuark domain = cases[i].http ? MIEN_HTTP_ERROR : MIEN_CATALOGUE_ERROR;

          g_assert_true (g_error_matches (outcome.error, domain, cases[i].code));
        }
      g_assert_true (mien_wardrobe_get_catalogue (fixture->wardrobe) == before);
      g_assert_cmpuint (count_after_restart (fixture), ==, 4);
    }
  g_assert_false (g_file_test ("/tmp/mien-was-here.svg", G_FILE_TEST_EXISTS));

  /* And then all is well again. */
  fixture->mode = PACKAGE_GOOD;
  sync_good (fixture, TRUE);
}

/* The server goes away in the middle: pictures that came whole are not fetched again. */
static void
test_gone_in_the_middle (Fixture       *fixture,
                         gconstpointer  data)
{
  g_auto(Outcome) outcome = { 0 };

  fixture->mode = PACKAGE_SHORT;
  synchronise (fixture, &outcome);
  g_assert_error (outcome.error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_PACKAGE);
  g_assert_null (mien_wardrobe_get_catalogue (fixture->wardrobe));
  g_assert_cmpuint (fixture->n_files, ==, 6);
  fixture->mode = PACKAGE_GOOD;
  sync_good (fixture, TRUE);
  g_assert_cmpuint (fixture->n_files, <, 12);

  soup_server_disconnect (fixture->server);
  synchronise (fixture, &outcome);
  g_assert_error (outcome.error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE);
  g_assert_cmpuint (count (fixture->wardrobe), ==, 4);
  g_assert_cmpuint (count_after_restart (fixture), ==, 4);
}

/* The catalogue changed between the two requests. */
static void
test_starts_over (Fixture       *fixture,
                  gconstpointer  data)
{
  fixture->mode = PACKAGE_GONE_ONCE;
  sync_good (fixture, TRUE);
  g_assert_cmpuint (fixture->n_catalogues, ==, 2);
  g_assert_cmpuint (fixture->n_packages, ==, 2);
}

static void
test_cancel_and_pending (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Outcome) first = { 0 };
  g_auto(Outcome) second = { 0 };

  fixture->mode = PACKAGE_SILENT;
  mien_wardrobe_sync_async (fixture->wardrobe, fixture->uri, NULL, NULL, cancellable, on_synced, &first);
  mien_wardrobe_sync_async (fixture->wardrobe, fixture->uri, NULL, NULL, NULL, on_synced, &second);
  avatar_fixture_wait (&second.done);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_PENDING);
  while (fixture->n_packages == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  avatar_fixture_wait (&first.done);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture->mode = PACKAGE_GOOD;
  sync_good (fixture, TRUE);
}

/* What is on disk is not trusted: spoiled state, spoiled catalogue, a picture that is gone. */
static void
test_spoiled_cache (Fixture       *fixture,
                    gconstpointer  data)
{
  const char *sha256;
  g_autofree char *path = NULL;

  sync_good (fixture, TRUE);
  sha256 =
      mien_avatar_get_sha256 (mien_catalogue_lookup (mien_wardrobe_get_catalogue (fixture->wardrobe), "coat-plain"));
  path = g_strdup_printf ("%s/art/%.2s/%s", fixture->cache, sha256, sha256 + 2);
  g_assert_no_errno (g_unlink (path));
  g_assert_cmpuint (count_after_restart (fixture), ==, 0);
  sync_good (fixture, FALSE);                  /* not modified, and yet repaired */
  g_assert_cmpuint (fixture->n_files, ==, 7);
  g_assert_cmpuint (count_after_restart (fixture), ==, 4);

  /* An ETag that belongs to another catalogue would be "not modified" for ever. */
  avatar_fixture_replace (fixture->cache, "catalogue.state", "sha256=", "sha256=0");
  g_clear_object (&fixture->wardrobe);
  fixture->wardrobe = mien_wardrobe_new (fixture->cache, NULL, fixture->session);
  g_assert_true (load (fixture->wardrobe));
  fixture->n_not_modified = 0;
  sync_good (fixture, TRUE);
  g_assert_cmpuint (fixture->n_not_modified, ==, 0);

  avatar_fixture_write (fixture->cache, "catalogue.json", "{\"mien-catalogue\":");
  g_assert_cmpuint (count_after_restart (fixture), ==, 0);
  g_assert_nonnull (strstr (avatar_fixture_get_warning (), "cannot be used"));
}

static void
on_rendered (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->surface = mien_wardrobe_render_art_finish (MIEN_WARDROBE (source), result, &outcome->behind,
                                                      &outcome->error);
  outcome->done = TRUE;
}

static void
on_headshot (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->surface = mien_wardrobe_render_headshot_finish (MIEN_WARDROBE (source), result, &outcome->error);
  outcome->done = TRUE;
}

static guint32
pixel_at (cairo_surface_t *surface,
          double           x,
          double           y)
{
  int size = cairo_image_surface_get_width (surface);
  const guint8 *row = cairo_image_surface_get_data (surface)
                      + (gsize) (y / 512 * size) * cairo_image_surface_get_stride (surface);

  return *(const guint32 *) (const void *) (row + (gsize) (x / 512 * size) * 4);
}

static void
test_art (Fixture       *fixture,
          gconstpointer  data)
{
  MienCatalogue *catalogue;
  MienAvatar *beanie, *hair;
  g_auto(Outcome) one = { 0 };
  g_auto(Outcome) two = { 0 };
  g_auto(Outcome) blue = { 0 };
  g_auto(Outcome) long_hair = { 0 };
  g_auto(Outcome) headshot = { 0 };

  load (fixture->wardrobe);
  catalogue = mien_wardrobe_get_catalogue (fixture->wardrobe);
  beanie = mien_catalogue_lookup (catalogue, "hat-beanie");
  hair = mien_catalogue_lookup (catalogue, "hair-long");
  g_assert_null (mien_wardrobe_lookup_art (fixture->wardrobe, beanie, NULL, 128));

  /* Asked twice, drawn once: both get the same surface. */
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, NULL, 128, NULL, on_rendered, &one);
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, "no-such-variant", 128, NULL, on_rendered, &two);
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, "blue", 128, NULL, on_rendered, &blue);
  mien_wardrobe_render_art_async (fixture->wardrobe, hair, NULL, 64, NULL, on_rendered, &long_hair);
  mien_wardrobe_render_headshot_async (fixture->wardrobe, mien_catalogue_get_headshot (catalogue, 0), 64, NULL,
                                       on_headshot, &headshot);
  avatar_fixture_wait (&one.done);
  avatar_fixture_wait (&two.done);
  avatar_fixture_wait (&blue.done);
  avatar_fixture_wait (&long_hair.done);
  avatar_fixture_wait (&headshot.done);
  g_assert_no_error (one.error);
  g_assert_true (one.surface == two.surface);
  g_assert_cmpint (cairo_image_surface_get_width (one.surface), ==, 128);
  g_assert_true (mien_wardrobe_lookup_art (fixture->wardrobe, beanie, NULL, 128) == one.surface);
  g_assert_null (one.behind);

  g_assert_no_error (blue.error);
  g_assert_cmphex (pixel_at (one.surface, 256, 120) >> 16 & 0xff, >, 0xc0);      /* red */
  g_assert_cmphex (pixel_at (blue.surface, 256, 120) & 0xff, >, 0xc0);           /* blue */
  g_assert_cmphex (pixel_at (one.surface, 10, 10), ==, 0);

  g_assert_no_error (long_hair.error);
  g_assert_nonnull (long_hair.behind);
  g_assert_true (mien_wardrobe_lookup_art_behind (fixture->wardrobe, hair, NULL, 64) == long_hair.behind);
  g_assert_no_error (headshot.error);
  g_assert_cmphex (pixel_at (headshot.surface, 256, 250) >> 24, ==, 0xff);
}

static void
test_art_cancel (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_auto(Outcome) given_up = { 0 };
  g_auto(Outcome) wanted = { 0 };
  MienAvatar *beanie;

  load (fixture->wardrobe);
  beanie = mien_catalogue_lookup (mien_wardrobe_get_catalogue (fixture->wardrobe), "hat-beanie");
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, NULL, 256, cancellable, on_rendered, &given_up);
  g_cancellable_cancel (cancellable);
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, NULL, 256, NULL, on_rendered, &wanted);
  avatar_fixture_wait (&given_up.done);
  avatar_fixture_wait (&wanted.done);
  g_assert_error (given_up.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_no_error (wanted.error);
  g_assert_nonnull (wanted.surface);
}

/* A picture that is not on disk any more, or is not a picture. */
static void
test_art_missing (Fixture       *fixture,
                  gconstpointer  data)
{
  g_auto(Outcome) outcome = { 0 };
  MienAvatar *beanie;
  const char *sha256;
  g_autofree char *path = NULL;

  sync_good (fixture, TRUE);
  beanie = mien_catalogue_lookup (mien_wardrobe_get_catalogue (fixture->wardrobe), "hat-beanie");
  sha256 = mien_avatar_get_sha256 (beanie);
  path = g_strdup_printf ("%s/art/%.2s/%s", fixture->cache, sha256, sha256 + 2);
  g_assert_true (g_file_set_contents (path, "<svg/>", -1, NULL));
  mien_wardrobe_render_art_async (fixture->wardrobe, beanie, NULL, 64, NULL, on_rendered, &outcome);
  avatar_fixture_wait (&outcome.done);
  g_assert_nonnull (outcome.error);
  g_assert_null (outcome.surface);
  g_assert_null (mien_wardrobe_lookup_art (fixture->wardrobe, beanie, NULL, 64));
}

int
main (int    argc,
      char **argv)
{
  static const char starter[] = "starter";

  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  avatar_fixture_catch_warnings ();

#define ADD(path, data, func) g_test_add ("/wardrobe/" path, Fixture, data, set_up, func, tear_down)
  ADD ("load/starter", starter, test_starter);
  ADD ("load/nothing", NULL, test_nothing);
  ADD ("sync/good", NULL, test_sync);
  ADD ("sync/update", NULL, test_update);
  ADD ("sync/starter-saves-transfer", starter, test_starter_saves_transfer);
  ADD ("sync/bad-catalogues", NULL, test_bad_catalogues);
  ADD ("sync/bad-packages", NULL, test_bad_packages);
  ADD ("sync/gone-in-the-middle", NULL, test_gone_in_the_middle);
  ADD ("sync/starts-over", NULL, test_starts_over);
  ADD ("sync/cancel-and-pending", NULL, test_cancel_and_pending);
  ADD ("sync/spoiled-cache", NULL, test_spoiled_cache);
  ADD ("art/drawn", starter, test_art);
  ADD ("art/cancel", starter, test_art_cancel);
  ADD ("art/missing", NULL, test_art_missing);
  return g_test_run ();
}
