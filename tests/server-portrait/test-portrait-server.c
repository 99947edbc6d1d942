/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-image.h"
#include "mien-portrait-component.h"
#include "mien-portrait-files.h"
#include "mien-portrait-http.h"
#include "mien-portrait-limits.h"
#include "mien-portrait-query.h"
#include "mien-portrait-slot.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <portrait-export.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <xep/xmpp-xep.h>
#include <xmpp-porter-owner.h>
#include <xmpp-reader.h>

#define SECONDS 20

/* The server's clock: a test moves it. */
static gint64 moved;             /* seconds */

static gint64
get_time (void)
{
  return g_get_real_time () + moved * G_USEC_PER_SEC;
}

/* The portrait server in this process: its manager and both its sides, with the IM server played by the test. */
typedef struct
{
  char *directory;
  MienHttpListener *listener;
  MienPortraitManager *manager;
  XmppPorter *porter;
  MienPortraitComponent *component;
  XmppNode *answer;            /* what the component sent last */
  SoupSession *http;
} Fixture;

typedef struct
{
  guint status;
  GBytes *body;
  SoupMessageHeaders *headers;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_pointer (&answer->headers, soup_message_headers_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static gboolean
on_send (XmppPorter *porter, XmppNode *stanza, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_pointer (&fixture->answer, xmpp_node_unref);
  fixture->answer = xmpp_node_ref (stanza);
  return TRUE;
}

static void
start_server (Fixture *fixture)
{
  g_autofree char *text = g_strdup_printf ("[server]\ndata-directory=%s\n[http]\nlisten=127.0.0.1:0\n", fixture->directory);
  g_autoptr(MienServerConfig) config = NULL;
  g_autofree char *directory = g_build_filename (fixture->directory, "portrait", NULL);
  MienPortraitSettings settings = { directory, g_getenv ("MIEN_TEST_POSTGRES") ? g_getenv ("MIEN_TEST_POSTGRES") : "sqlite", NULL, 1024 * 1024, 1024 * 1024, get_time };
  g_autoptr(GError) error = NULL;

  config = mien_server_config_parse (text, fixture->directory, &error);
  g_assert_no_error (error);
  fixture->listener = mien_http_listener_new (config);
  mien_http_listener_bind (fixture->listener, &error);
  g_assert_no_error (error);
  settings.public_url = mien_http_listener_get_public_url (fixture->listener);
  fixture->manager = mien_portrait_manager_new (&settings, &error);
  g_assert_no_error (error);
  mien_portrait_http_add (fixture->listener, fixture->manager);
  mien_http_listener_start (fixture->listener, &error);
  g_assert_no_error (error);
  fixture->porter = xmpp_porter_new (on_send, fixture);
  xmpp_porter_connected (fixture->porter, "portrait.example.org", FALSE);
  fixture->component = mien_portrait_component_new (fixture->porter, fixture->manager, "portrait.example.org", "example.org", "http://127.0.0.1/c");
}

static void
stop_server (Fixture *fixture)
{
  g_clear_object (&fixture->component);
  xmpp_porter_dispose_owner (fixture->porter);
  g_clear_object (&fixture->porter);
  mien_http_listener_stop (fixture->listener);
  mien_portrait_http_remove (fixture->listener);
  mien_portrait_manager_stop (fixture->manager);
  g_clear_object (&fixture->manager);
  g_clear_object (&fixture->listener);
  g_clear_pointer (&fixture->answer, xmpp_node_unref);
}

/* ---- the two sides ---- */

static gboolean
on_deadline (gpointer data)
{
  g_error ("no answer in %d seconds", SECONDS);
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition) \
  G_STMT_START { \
    guint deadline = g_timeout_add_seconds (SECONDS, on_deadline, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (deadline); \
  } G_STMT_END

/* Gives the component a stanza as its IM server would, and returns the answer, borrowed. */
static XmppNode *
ask (Fixture *fixture, const char *from, XmppNode *stanza)
{
  G_GNUC_UNUSED g_autoptr(XmppNode) owned = stanza;

  xmpp_node_set (stanza, "from", from);
  xmpp_node_set (stanza, "to", "portrait.example.org");
  if (xmpp_node_get (stanza, "id") == NULL)
    xmpp_node_set (stanza, "id", "q1");
  g_clear_pointer (&fixture->answer, xmpp_node_unref);
  xmpp_porter_dispatch (fixture->porter, stanza);
  WAIT_FOR (fixture->answer != NULL);
  return fixture->answer;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = test_folder_new ("portrait");
  fixture->http = soup_session_new ();
  start_server (fixture);
  /* PostgreSQL's database is one for all tests. */
  if (g_getenv ("MIEN_TEST_POSTGRES") != NULL)
    {
      ask (fixture, "alice@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
      ask (fixture, "bob@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->http);
  stop_server (fixture);
  g_free (fixture->directory);
}

static void
on_http (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
http_with (Fixture *fixture, const char *method, const char *url, const char *header, const char *value, GBytes *body, Answer *answer)
{
  g_autoptr(SoupMessage) message = soup_message_new (method, url);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, NULL, body);
  if (header != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), header, value);
  soup_session_send_and_read_async (fixture->http, message, G_PRIORITY_DEFAULT, NULL, on_http, &result);
  WAIT_FOR (result != NULL);
  answer->body = soup_session_send_and_read_finish (fixture->http, result, &error);
  g_assert_no_error (error);
  answer->status = soup_message_get_status (message);
  answer->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
}

static void
put (Fixture *fixture, const char *url, GBytes *body, Answer *answer)
{
  http_with (fixture, "PUT", url, NULL, NULL, body, answer);
}

static void
get (Fixture *fixture, const char *url, Answer *answer)
{
  http_with (fixture, "GET", url, NULL, NULL, NULL, answer);
}

/* The answer of a refusal tells a person what to do. */
static void
assert_refused (const Answer *answer, guint status, const char *word)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));

  g_test_message ("%u: %s", answer->status, text);
  g_assert_cmpuint (answer->status, ==, status);
  g_assert_nonnull (strstr (text, word));
}

static GBytes *
picture (int side, int seed, PortraitFormat format)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  cairo_t *cr = cairo_create (surface);
  g_autoptr(GError) error = NULL;
  GBytes *bytes;

  for (int i = 0; i < 16; i++)
    {
      cairo_set_source_rgb (cr, (seed * 37 + i * 11) % 256 / 255.0, (seed * 91 + i * 53) % 256 / 255.0, i / 16.0);
      cairo_rectangle (cr, i * side / 16.0, 0, side / 16.0, side);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
  bytes = portrait_export (surface, format, 90, &error);
  g_assert_no_error (error);
  cairo_surface_destroy (surface);
  return bytes;
}

static char *
name_of (GBytes *bytes, const char *suffix)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_strconcat (hash, ".", suffix, NULL);
}

static XmppUploadSlot *
slot_for (Fixture *fixture, const char *account, const char *filename, guint64 size, const char *type)
{
  XmppNode *answer = ask (fixture, account, xmpp_upload_request ("portrait.example.org", filename, size, type, "profile"));
  XmppUploadSlot *slot = xmpp_upload_slot_parse (answer);

  g_assert_nonnull (slot);
  return slot;
}

/* Slot and PUT; returns the URL to get it from. */
static char *
publish (Fixture *fixture, const char *account, GBytes *bytes)
{
  g_autofree char *name = name_of (bytes, "png");
  g_autoptr(XmppUploadSlot) slot = slot_for (fixture, account, name, g_bytes_get_size (bytes), "image/png");
  g_auto(Answer) answer = { 0 };

  put (fixture, slot->put_url, bytes, &answer);
  g_assert_cmpuint (answer.status, ==, 201);
  return g_strdup (soup_message_headers_get_one (answer.headers, "Location"));
}

static MienPortraitItem *
query_one (Fixture *fixture, const char *asker, const char *account, const char *sha1, gint64 updated)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_autoptr(GPtrArray) answers = NULL;
  MienPortraitItem *item = mien_portrait_item_new (account);

  item->sha1 = g_strdup (sha1);
  item->updated = updated;
  g_ptr_array_add (items, item);
  answers = mien_portrait_query_parse (ask (fixture, asker, mien_portrait_query_request ("portrait.example.org", items, 0)));
  g_assert_nonnull (answers);
  g_assert_cmpuint (answers->len, <=, 1);
  return answers->len > 0 ? g_ptr_array_steal_index (answers, 0) : NULL;
}

/* ---- the main job ---- */

static void
test_publish_and_see (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (300, 1, PORTRAIT_FORMAT_PNG);
  g_autofree char *name = name_of (png, "png");
  XmppNode *request = xmpp_upload_request ("portrait.example.org", name, g_bytes_get_size (png), "image/png", "profile");
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(MienPortraitItem) item = NULL;
  g_autoptr(MienPortraitItem) same = NULL;
  g_autoptr(MienPortraitItem) older = NULL;
  g_auto(Answer) created = { 0 };
  g_auto(Answer) got = { 0 };
  JsonObject *json;

  xmpp_node_set (xmpp_node_add (xmpp_node_first (request), "inband", MIEN_NS_PORTRAIT), "id", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  slot = xmpp_upload_slot_parse (ask (fixture, "alice@example.org/desk", request));
  g_assert_nonnull (slot);
  g_assert_true (g_str_has_suffix (slot->get_url, name));
  get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 404);
  answer_clear (&got);

  put (fixture, slot->put_url, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (created.body, NULL), (gssize) g_bytes_get_size (created.body), NULL));
  json = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (json, "account"), ==, "alice@example.org");
  g_assert_cmpstr (json_object_get_string_member (json, "url"), ==, slot->get_url);
  g_assert_true (g_str_has_prefix (name, json_object_get_string_member (json, "sha256")));

  get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 200);
  g_assert_true (g_bytes_equal (got.body, png));

  item = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (item->url, ==, slot->get_url);
  g_assert_cmpstr (item->sha1, ==, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_cmpint (item->updated, ==, xmpp_datetime_parse (json_object_get_string_member (json, "updated")));
  g_assert_cmpuint (item->width, ==, 300);
  g_assert_cmpuint (item->bytes, ==, g_bytes_get_size (png));
  /* Whoever has the same hash is told nothing, whatever his clock says; whoever has another is. */
  g_assert_null ((same = query_one (fixture, "bob@example.org/x", "alice@example.org", item->sha1, 1000)));
  g_assert_nonnull ((older = query_one (fixture, "bob@example.org/x", "alice@example.org", "0000000000000000000000000000000000000000", item->updated)));
}

static void
test_headers_and_caching (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (300, 2, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = publish (fixture, "alice@example.org", png);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, png);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", hash);
  g_autofree char *list = g_strdup_printf ("\"other\", W/%s", etag);

  for (int round = 0; round < 2; round++)   /* from disk, from memory */
    {
      g_auto(Answer) got = { 0 };
      g_auto(Answer) head = { 0 };
      g_auto(Answer) same = { 0 };
      g_auto(Answer) other = { 0 };

      get (fixture, url, &got);
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "ETag"), ==, etag);
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Content-Type"), ==, "image/png");
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Access-Control-Allow-Origin"), ==, "*");
      g_assert_nonnull (strstr (soup_message_headers_get_one (got.headers, "Cache-Control"), "immutable"));
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "X-Content-Type-Options"), ==, "nosniff");

      http_with (fixture, "HEAD", url, NULL, NULL, NULL, &head);
      g_assert_cmpuint (head.status, ==, 200);
      g_assert_cmpuint (g_bytes_get_size (head.body), ==, 0);
      g_assert_cmpint (soup_message_headers_get_content_length (head.headers), ==, g_bytes_get_size (png));

      http_with (fixture, "GET", url, "If-None-Match", list, NULL, &same);
      g_assert_cmpuint (same.status, ==, 304);
      g_assert_cmpstr (soup_message_headers_get_one (same.headers, "ETag"), ==, etag);
      http_with (fixture, "GET", url, "If-None-Match", "\"other\"", NULL, &other);
      g_assert_cmpuint (other.status, ==, 200);
    }
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *query; guint status; int side; } cases[] = {
    { "?size=40", 200, 40 }, { "?size=80", 200, 80 }, { "?size=80", 200, 80 }, { "?size=256", 200, 256 },
    { "?size=512", 200, 300 },   /* never scaled up */
    { "?size=41", 400, 0 }, { "?size=-1", 400, 0 }, { "?size=", 400, 0 }, { "?size=99999999999999999999", 400, 0 }, { "?other=1", 200, 300 },
  };
  g_autoptr(GBytes) png = picture (300, 3, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = publish (fixture, "alice@example.org", png);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sized = g_strconcat (url, cases[i].query, NULL);
      g_auto(Answer) got = { 0 };
      MienImageInfo info;

      get (fixture, sized, &got);
      g_assert_cmpuint (got.status, ==, cases[i].status);
      if (got.status == 400)
        assert_refused (&got, 400, "40, 48");
      else
        {
          g_assert_true (mien_image_probe (g_bytes_get_data (got.body, NULL), g_bytes_get_size (got.body), &info, NULL));
          g_assert_cmpint (info.width, ==, cases[i].side);
        }
    }
}

static void
test_bad_names (Fixture *fixture, gconstpointer data)
{
  static const char * const names[] = {
    "/p/", "/p/x", "/p/../portrait.sqlite", "/p/%2e%2e/upload.key", "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.gif", "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.png",
    "/p/e3b0c44298fc1c149afbf4c8996fb924.png",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *url = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), names[i], NULL);
      g_auto(Answer) got = { 0 };

      get (fixture, url, &got);
      g_assert_cmpuint (got.status, ==, 404);
    }
}

/* Another client's name for its file: the address that it was promised leads there. */
static void
test_other_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) jpeg = picture (200, 4, PORTRAIT_FORMAT_JPEG);
  g_autoptr(XmppUploadSlot) slot = slot_for (fixture, "alice@example.org", "my face.jpg", g_bytes_get_size (jpeg), NULL);
  g_autofree char *small = g_strconcat (slot->get_url, "?size=40", NULL);
  g_auto(Answer) created = { 0 };
  g_auto(Answer) before = { 0 };
  g_auto(Answer) got = { 0 };
  g_auto(Answer) sized = { 0 };

  get (fixture, slot->get_url, &before);
  g_assert_cmpuint (before.status, ==, 404);
  g_assert_cmpstr (soup_message_headers_get_one (before.headers, "Cache-Control"), ==, "no-store");
  put (fixture, slot->put_url, jpeg, &created);
  g_assert_cmpuint (created.status, ==, 201);
  get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 308);
  g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Location"), ==, soup_message_headers_get_one (created.headers, "Location"));
  get (fixture, small, &sized);
  g_assert_true (g_str_has_suffix (soup_message_headers_get_one (sized.headers, "Location"), ".jpg?size=40"));
}

/* Metadata is gone from what is served, and the promised address still works though the hash is another. */
static void
test_stripped (Fixture *fixture, gconstpointer data)
{
  static const guint8 text[] = "\0\0\0\x0dtEXtplace\0Utrecht\0\0\0\0";
  g_autoptr(GBytes) png = picture (100, 5, PORTRAIT_FORMAT_PNG);
  g_autoptr(GByteArray) array = g_byte_array_new ();
  g_autoptr(GBytes) dirty = NULL;
  g_autofree char *name = NULL;
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_auto(Answer) created = { 0 };
  g_auto(Answer) redirect = { 0 };
  g_auto(Answer) got = { 0 };

  g_byte_array_append (array, g_bytes_get_data (png, NULL), 33);   /* signature and IHDR */
  g_byte_array_append (array, text, 8 + 13);
  g_byte_array_append (array, (const guint8 *) "\x00\x00\x00\x00", 4);
  g_byte_array_append (array, (const guint8 *) g_bytes_get_data (png, NULL) + 33, (guint) g_bytes_get_size (png) - 33);
  dirty = g_byte_array_free_to_bytes (g_steal_pointer (&array));
  name = name_of (dirty, "png");
  slot = slot_for (fixture, "alice@example.org", name, g_bytes_get_size (dirty), "image/png");
  put (fixture, slot->put_url, dirty, &created);
  g_assert_cmpuint (created.status, ==, 201);
  get (fixture, slot->get_url, &redirect);
  g_assert_cmpuint (redirect.status, ==, 308);
  get (fixture, soup_message_headers_get_one (redirect.headers, "Location"), &got);
  g_assert_cmpuint (got.status, ==, 200);
  g_assert_null (g_strstr_len (g_bytes_get_data (got.body, NULL), (gssize) g_bytes_get_size (got.body), "Utrecht"));
}

/* ---- bad input ---- */

static void
test_put_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (100, 6, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) jpeg = picture (100, 6, PORTRAIT_FORMAT_JPEG);
  gsize size = g_bytes_get_size (png);
  g_autofree char *name = name_of (png, "png");
  g_autoptr(XmppUploadSlot) slot = slot_for (fixture, "alice@example.org", name, size, "image/png");
  g_autoptr(GBytes) larger = NULL;
  g_autofree guint8 *more = g_malloc0 (size * 2);
  g_autofree char *forged = g_strdup (slot->put_url);

  larger = g_bytes_new (more, size * 2);
  {
    g_auto(Answer) answer = { 0 };

    put (fixture, slot->put_url, larger, &answer);
    assert_refused (&answer, 413, "Publish again");
  }
  {
    g_autoptr(GBytes) less = g_bytes_new_from_bytes (png, 0, size - 1);
    g_auto(Answer) answer = { 0 };

    put (fixture, slot->put_url, less, &answer);
    assert_refused (&answer, 400, "Publish again");
  }
  {
    g_auto(Answer) answer = { 0 };

    http_with (fixture, "PUT", slot->put_url, "Content-Type", "image/svg+xml", png, &answer);
    assert_refused (&answer, 415, "image/png");
  }
  {
    g_auto(Answer) answer = { 0 };

    forged[strlen (forged) - 1] = forged[strlen (forged) - 1] == 'A' ? 'E' : 'A';
    put (fixture, forged, png, &answer);
    assert_refused (&answer, 403, "new one");
  }
  {
    /* As many bytes as announced, and not the ones announced. */
    g_autoptr(GBytes) wrong = g_bytes_new (more, size);
    g_auto(Answer) answer = { 0 };

    put (fixture, slot->put_url, wrong, &answer);
    assert_refused (&answer, 422, "Publish again");
  }
  {
    g_autoptr(XmppUploadSlot) type = slot_for (fixture, "alice@example.org", "x.png", g_bytes_get_size (jpeg), "image/png");
    g_auto(Answer) answer = { 0 };

    put (fixture, type->put_url, jpeg, &answer);
    assert_refused (&answer, 415, "own type");
  }
  {
    /* The refusals above have not used the address up; the upload has. */
    g_auto(Answer) first = { 0 };
    g_auto(Answer) second = { 0 };

    put (fixture, slot->put_url, png, &first);
    g_assert_cmpuint (first.status, ==, 201);
    put (fixture, slot->put_url, png, &second);
    assert_refused (&second, 409, "used before");
  }
}

/* Its time is over before the PUT begins; until the very second it is good. */
static void
test_expired (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (100, 7, PORTRAIT_FORMAT_PNG);
  g_autoptr(XmppUploadSlot) late = slot_for (fixture, "alice@example.org", "late.png", g_bytes_get_size (png), NULL);
  g_autoptr(XmppUploadSlot) fresh = NULL;
  g_autoptr(MienPortraitItem) item = NULL;
  g_auto(Answer) refused = { 0 };
  g_auto(Answer) created = { 0 };

  moved = MIEN_PORTRAIT_SLOT_SECONDS + 2;
  put (fixture, late->put_url, png, &refused);
  assert_refused (&refused, 410, "too old. Publish again");
  item = query_one (fixture, "alice@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (item->gone);

  fresh = slot_for (fixture, "alice@example.org", "fresh.png", g_bytes_get_size (png), NULL);
  moved += MIEN_PORTRAIT_SLOT_SECONDS - 2;
  put (fixture, fresh->put_url, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
  moved = 0;
}

static void
test_not_pictures (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) good = picture (100, 8, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) huge = picture (1100, 8, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) half = g_bytes_new_from_bytes (good, 0, g_bytes_get_size (good) / 2);
  g_autoptr(GBytes) svg = g_bytes_new_static ("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", 61);
  g_autoptr(GBytes) gif = g_bytes_new_static ("GIF89a\1\0\1\0\0\0\0;", 14);
  /* 30,000 x 30,000 in its header */
  g_autofree guint8 *bomb_data = g_memdup2 (g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  g_autoptr(GBytes) bomb = NULL;
  struct { GBytes *bytes; guint status; const char *word; } cases[] = {
    { svg, 415, "PNG" }, { gif, 415, "PNG" }, { half, 422, "again" }, { huge, 413, "Scale it down" }, { NULL, 413, "" },
  };

  bomb_data[18] = bomb_data[22] = 0x75;
  bomb = g_bytes_new (bomb_data, g_bytes_get_size (good));
  cases[4].bytes = bomb;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(XmppUploadSlot) slot = slot_for (fixture, "alice@example.org", "me.png", g_bytes_get_size (cases[i].bytes), NULL);
      g_auto(Answer) answer = { 0 };

      g_test_message ("case %u", i);
      put (fixture, slot->put_url, cases[i].bytes, &answer);
      assert_refused (&answer, cases[i].status, cases[i].word);
    }
  {
    g_autoptr(MienPortraitItem) item = query_one (fixture, "alice@example.org/x", "alice@example.org", NULL, -1);

    g_assert_true (item->gone);
  }
}

/* The account is in the signed address: nothing in the PUT can name another's. Two accounts with one picture share its bytes. */
static void
test_other_account (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) a = picture (100, 9, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) b = picture (100, 10, PORTRAIT_FORMAT_PNG);
  g_autofree char *alice_url = publish (fixture, "alice@example.org/1", a);
  G_GNUC_UNUSED g_autofree char *bob_url = publish (fixture, "bob@example.org/1", b);
  g_autofree char *shared = NULL;
  g_autoptr(MienPortraitItem) item = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  static const char * const strangers[] = { NULL, "", "example.org", "eve@evil.example/x", "alice@example.org.evil.example", "portrait.example.org" };
  g_auto(Answer) got = { 0 };

  g_assert_cmpstr (item->url, ==, alice_url);
  shared = publish (fixture, "bob@example.org/1", a);
  g_assert_cmpstr (shared, ==, alice_url);
  xmpp_node_unref (g_steal_pointer (&fixture->answer));
  ask (fixture, "bob@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
  g_assert_cmpstr (xmpp_node_get (fixture->answer, "type"), ==, "result");
  get (fixture, alice_url, &got);
  g_assert_cmpuint (got.status, ==, 200);

  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      XmppNode *answer = ask (fixture, strangers[i], xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", "profile"));

      g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "forbidden");
      answer = ask (fixture, strangers[i], mien_portrait_retract_request ("portrait.example.org"));
      g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "forbidden");
    }
}

static void
test_slot_refused (Fixture *fixture, gconstpointer data)
{
  XmppNode *answer;

  answer = ask (fixture, "alice@example.org/1", xmpp_upload_request ("portrait.example.org", "x.png", 1024 * 1024 + 1, "image/png", "profile"));
  g_assert_cmpuint (xmpp_upload_error_get_max (answer), ==, 1024 * 1024);
  answer = ask (fixture, "alice@example.org/1", xmpp_upload_request ("portrait.example.org", "x.gif", 100, "image/gif", "profile"));
  g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "not-acceptable");
  answer = ask (fixture, "alice@example.org/1", xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", NULL));
  g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "not-acceptable");

  for (int i = 0; i < 20; i++)
    answer = ask (fixture, "carol@example.org/1", xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", "profile"));
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "result");
  answer = ask (fixture, "carol@example.org/1", xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", "profile"));
  g_assert_cmpint (xmpp_upload_error_get_retry (answer), >, g_get_real_time () / G_USEC_PER_SEC);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) old = picture (100, 11, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) png = NULL;
  g_autofree char *url = publish (fixture, "alice@example.org", old);
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_autoptr(MienPortraitItem) item = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 400);
  struct rlimit before, small;

  for (int i = 0; i < 400 * 400; i++)
    ((guint32 *) cairo_image_surface_get_data (surface))[i] = g_random_int ();
  cairo_surface_mark_dirty (surface);
  png = portrait_export (surface, PORTRAIT_FORMAT_PNG, 0, NULL);   /* noise: does not compress */
  cairo_surface_destroy (surface);
  slot = slot_for (fixture, "alice@example.org", "noise.png", g_bytes_get_size (png), NULL);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  small = before;
  small.rlim_cur = 300 * 1024;
  g_assert_cmpuint (g_bytes_get_size (png), >, small.rlim_cur);
  {
    g_auto(Answer) answer = { 0 };

    g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
    put (fixture, slot->put_url, png, &answer);
    g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
    assert_refused (&answer, 507, "Try again later");
    g_assert_nonnull (soup_message_headers_get_one (answer.headers, "Retry-After"));
  }
  item = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (item->url, ==, url);
  {
    /* With space again the same address works: it was not used up. */
    g_auto(Answer) answer = { 0 };

    put (fixture, slot->put_url, png, &answer);
    g_assert_cmpuint (answer.status, ==, 201);
  }
}

/* ---- questions, forwarding, taking back, sweeping ---- */

static void
test_query_limits (Fixture *fixture, gconstpointer data)
{
  XmppNode *query, *iq = xmpp_iq_new ("get", "portrait.example.org", "query", MIEN_NS_PORTRAIT, &query);

  for (int i = 0; i <= MIEN_PORTRAIT_QUERY_MAX_ITEMS; i++)
    {
      g_autofree char *jid = g_strdup_printf ("a%d@example.org", i);

      xmpp_node_set (xmpp_node_add (query, "item", NULL), "jid", jid);
    }
  g_assert_cmpstr (xmpp_stanza_get_error_condition (ask (fixture, "alice@example.org/1", iq)), ==, "bad-request");
}

static XmppNode *
forward_of (const char *account, GBytes *png, const char *url, gboolean with_data)
{
  XmppNode *forward, *iq = xmpp_iq_new ("set", "portrait.example.org", "forward", MIEN_NS_PORTRAIT, &forward);
  g_autoptr(XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();

  xmpp_node_set (forward, "jid", account);
  if (png != NULL)
    {
      g_autofree char *sha1 = xmpp_avatar_hash (png);

      g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (sha1, "image/png", NULL, g_bytes_get_size (png), 0, 0));
      if (url != NULL)
        g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (sha1, "image/png", url, g_bytes_get_size (png), 0, 0));
    }
  xmpp_node_append (forward, xmpp_avatar_metadata_to_node (metadata));
  if (with_data)
    xmpp_node_append (forward, xmpp_avatar_data_to_node (png));
  return iq;
}

static void
test_forward (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) large = picture (300, 12, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) small = picture (64, 12, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) psi = picture (96, 13, PORTRAIT_FORMAT_PNG);
  g_autofree char *small_hash = xmpp_avatar_hash (small);
  g_autofree char *psi_hash = xmpp_avatar_hash (psi);
  g_autofree char *url = publish (fixture, "alice@example.org/1", large);
  g_autoptr(MienPortraitItem) own = NULL;
  g_autoptr(MienPortraitItem) theirs = NULL;
  g_autoptr(MienPortraitItem) gone = NULL;
  static const char * const forgers[] = { "alice@example.org", "alice@example.org/1", "evil.example", "sub.example.org", "portrait.example.org" };

  /* Only the IM server itself. */
  for (guint i = 0; i < G_N_ELEMENTS (forgers); i++)
    g_assert_cmpstr (xmpp_stanza_get_error_condition (ask (fixture, forgers[i], forward_of ("alice@example.org", psi, NULL, TRUE))), ==, "forbidden");
  g_assert_cmpstr (xmpp_stanza_get_error_condition (ask (fixture, "example.org", forward_of ("alice@evil.example", psi, NULL, TRUE))), ==, "bad-request");

  /* Our own publication: the large picture stays, its in-band hash is noted. Again without the url: still known by it. */
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "example.org", forward_of ("alice@example.org", small, url, TRUE)), "type"), ==, "result");
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "example.org", forward_of ("alice@example.org", small, NULL, TRUE)), "type"), ==, "result");
  own = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (own->url, ==, url);
  g_assert_cmpstr (own->sha1, ==, small_hash);

  /* Another client's: it becomes the portrait. Without its data there is nothing to keep. */
  g_assert_cmpstr (xmpp_stanza_get_error_condition (ask (fixture, "example.org", forward_of ("alice@example.org", psi, NULL, FALSE))), ==, "item-not-found");
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "example.org", forward_of ("alice@example.org", psi, NULL, TRUE)), "type"), ==, "result");
  theirs = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (theirs->sha1, ==, psi_hash);
  g_assert_cmpuint (theirs->width, ==, 96);
  g_assert_cmpint (theirs->updated, >, own->updated);

  /* Empty metadata: taken back. */
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "example.org", forward_of ("alice@example.org", NULL, NULL, FALSE)), "type"), ==, "result");
  gone = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (gone->gone);
}

static void
test_retract (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (300, 14, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = publish (fixture, "alice@example.org/1", png);
  g_autofree char *small = g_strconcat (url, "?size=80", NULL);
  g_auto(Answer) before = { 0 };
  g_auto(Answer) scaled = { 0 };
  g_auto(Answer) after = { 0 };
  g_auto(Answer) scaled_after = { 0 };
  g_autoptr(MienPortraitItem) item = NULL;

  get (fixture, url, &before);
  get (fixture, small, &scaled);
  g_assert_cmpuint (scaled.status, ==, 200);
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "alice@example.org/2", mien_portrait_retract_request ("portrait.example.org")), "type"), ==, "result");
  get (fixture, url, &after);
  g_assert_cmpuint (after.status, ==, 404);
  get (fixture, small, &scaled_after);
  g_assert_cmpuint (scaled_after.status, ==, 404);
  item = query_one (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (item->gone);
}

/* Two server processes on one PostgreSQL and one folder: what one of them forgets, the other does not go on serving from its memory. */
static void
test_retract_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (300, 18, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = NULL;
  Fixture other = { .directory = fixture->directory, .http = fixture->http };

  if (g_getenv ("MIEN_TEST_POSTGRES") == NULL)
    {
      g_test_skip ("SQLite is one process's");
      return;
    }
  url = publish (fixture, "alice@example.org/1", png);
  start_server (&other);
  {
    g_autofree char *there = g_strconcat (mien_portrait_manager_get_public_url (other.manager), strstr (url, "/p/"), NULL);
    g_auto(Answer) before = { 0 };
    g_auto(Answer) after = { 0 };

    get (&other, there, &before);
    g_assert_cmpuint (before.status, ==, 200);
    ask (fixture, "alice@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
    moved = MIEN_PORTRAIT_HOT_SECONDS;
    get (&other, there, &after);
    g_assert_cmpuint (after.status, ==, 404);
    moved = 0;
  }
  stop_server (&other);
}

static void
on_sweep (GObject *source, GAsyncResult *result, gpointer data)
{
  guint removed;
  g_autoptr(GError) error = NULL;

  g_assert_true (mien_portrait_manager_sweep_finish (MIEN_PORTRAIT_MANAGER (source), result, &removed, &error));
  g_assert_no_error (error);
  *(guint *) data += removed + (1 << 16);
}

static guint
sweep_all (Fixture *fixture, int grace)
{
  guint sum = 0;

  for (int i = 0; i < 256; i++)
    mien_portrait_manager_sweep_async (fixture->manager, (guint8) i, grace, on_sweep, &sum);
  WAIT_FOR (sum >> 16 == 256);
  return sum & 0xffff;
}

static void
test_sweep (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) first = picture (100, 15, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) second = picture (100, 16, PORTRAIT_FORMAT_PNG);
  g_autofree char *old_url = publish (fixture, "alice@example.org", first);
  g_autofree char *new_url = publish (fixture, "alice@example.org", second);
  g_auto(Answer) old = { 0 };
  g_auto(Answer) kept = { 0 };

  /* Young: somebody may be on his way to it. */
  g_assert_cmpuint (sweep_all (fixture, 3600), ==, 0);
  g_assert_cmpuint (sweep_all (fixture, -2), ==, 1);
  get (fixture, old_url, &old);
  g_assert_cmpuint (old.status, ==, 404);
  get (fixture, new_url, &kept);
  g_assert_cmpuint (kept.status, ==, 200);
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = picture (100, 17, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = publish (fixture, "alice@example.org", png);
  g_autoptr(XmppUploadSlot) slot = slot_for (fixture, "bob@example.org", "x.png", g_bytes_get_size (png), NULL);
  g_autofree char *again = NULL;
  g_autofree char *tail = NULL;
  g_auto(Answer) got = { 0 };
  g_auto(Answer) created = { 0 };

  stop_server (fixture);
  start_server (fixture);   /* another port */
  tail = g_strdup (strstr (url, "/p/"));
  again = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), tail, NULL);
  get (fixture, again, &got);
  g_assert_cmpuint (got.status, ==, 200);
  /* An address given out before the restart is still good, once. */
  g_clear_pointer (&again, g_free);
  again = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), strstr (slot->put_url, "/upload/"), NULL);
  put (fixture, again, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
}

static void
test_disco (Fixture *fixture, gconstpointer data)
{
  g_autoptr(XmppDiscoInfo) info = xmpp_disco_info_parse (ask (fixture, "eve@evil.example/x", xmpp_disco_info_request ("portrait.example.org", NULL)));
  const XmppForm *form = xmpp_disco_info_get_form (info, MIEN_PORTRAIT_FORM_TYPE);

  g_assert_true (xmpp_disco_info_has_identity (info, "store", "file"));
  g_assert_true (xmpp_disco_info_has_feature (info, "urn:xmpp:http:upload:0"));
  g_assert_true (xmpp_disco_info_has_feature (info, "urn:xmpp:http:upload:purpose:0#profile"));
  g_assert_true (xmpp_disco_info_has_feature (info, MIEN_NS_PORTRAIT));
  g_assert_cmpuint (xmpp_upload_get_max_size (info), ==, 1024 * 1024);
  g_assert_cmpstr (xmpp_form_get (form, "avatar-catalogue"), ==, "http://127.0.0.1/c");
  g_assert_cmpint (xmpp_form_get_int (form, "max-pixels", 0, G_MAXINT, 0), ==, 1024 * 1024);
  g_assert_cmpstr (xmpp_node_get (ask (fixture, "a@example.org/x", xmpp_ping_request ("portrait.example.org")), "type"), ==, "result");
}

int
main (int argc, char **argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);   /* the server warns of a full disk */
#define ADD(name, func) g_test_add ("/portrait/server/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("publish-and-see", test_publish_and_see);
  ADD ("headers-and-caching", test_headers_and_caching);
  ADD ("sizes", test_sizes);
  ADD ("bad-names", test_bad_names);
  ADD ("other-names", test_other_names);
  ADD ("stripped", test_stripped);
  ADD ("put-refused", test_put_refused);
  ADD ("expired", test_expired);
  ADD ("not-pictures", test_not_pictures);
  ADD ("other-account", test_other_account);
  ADD ("slot-refused", test_slot_refused);
  ADD ("full-disk", test_full_disk);
  ADD ("query-limits", test_query_limits);
  ADD ("forward", test_forward);
  ADD ("retract", test_retract);
  ADD ("retract-elsewhere", test_retract_elsewhere);
  ADD ("sweep", test_sweep);
  ADD ("restart", test_restart);
  ADD ("disco", test_disco);
#undef ADD
  return g_test_run ();
}
