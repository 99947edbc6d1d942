/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "portrait-fixture.h"

#include "folder.h"

#include <string.h>
#include <xmpp-porter-owner.h>

#define SECONDS 20

/* The server's clock: a test moves it. */
static gint64 moved;             /* seconds */

static gint64
get_time (void)
{
  return g_get_real_time () + moved * G_USEC_PER_SEC;
}

static gboolean
on_send (XmppPorter *porter, XmppNode *stanza, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_pointer (&fixture->answer, xmpp_node_unref);
  fixture->answer = xmpp_node_ref (stanza);
  return TRUE;
}

void
fixture_move_clock (gint64 seconds)
{
  moved = seconds;
}

void
answer_clear (Answer *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

void
fixture_start (Fixture *self)
{
  const char *postgres = g_getenv ("MIEN_TEST_POSTGRES");
  g_autofree char *text = g_strdup_printf ("[server]\ndata-directory=%s\n[http]\nlisten=127.0.0.1:0\n",
                                           self->directory);
  g_autoptr(MienServerConfig) config = NULL;
  g_autofree char *directory = g_build_filename (self->directory, "portrait", NULL);
  MienPortraitSettings settings = { directory, postgres != NULL ? postgres : "sqlite", NULL,
                                   1024 * 1024, 1024 * 1024, get_time };
  g_autoptr(GError) error = NULL;

  config = mien_server_config_parse (text, self->directory, &error);
  g_assert_no_error (error);
  self->listener = mien_http_listener_new (config);
  mien_http_listener_bind (self->listener, &error);
  g_assert_no_error (error);
  settings.public_url = mien_http_listener_get_public_url (self->listener);
  self->manager = mien_portrait_manager_new (&settings, &error);
  g_assert_no_error (error);
  mien_portrait_http_add (self->listener, self->manager);
  mien_http_listener_start (self->listener, &error);
  g_assert_no_error (error);
  self->porter = xmpp_porter_new (on_send, self);
  xmpp_porter_connected (self->porter, "portrait.example.org", FALSE);
  self->component = mien_portrait_component_new (self->porter, self->manager, "portrait.example.org", "example.org",
                                                 "http://127.0.0.1/c");
}

void
fixture_stop (Fixture *self)
{
  g_clear_object (&self->component);
  xmpp_porter_dispose_owner (self->porter);
  g_clear_object (&self->porter);
  mien_http_listener_stop (self->listener);
  mien_portrait_http_remove (self->listener);
  mien_portrait_manager_stop (self->manager);
  g_clear_object (&self->manager);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->answer, xmpp_node_unref);
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("no answer in %d seconds", SECONDS);
  return G_SOURCE_REMOVE;
}

guint
fixture_deadline_new (void)
{
  return g_timeout_add_seconds (SECONDS, on_deadline, NULL);
}

XmppNode *
fixture_ask (Fixture *self, const char *from, XmppNode *stanza)
{
  G_GNUC_UNUSED g_autoptr(XmppNode) owned = stanza;

  xmpp_node_set (stanza, "from", from);
  xmpp_node_set (stanza, "to", "portrait.example.org");
  if (xmpp_node_get (stanza, "id") == NULL)
    xmpp_node_set (stanza, "id", "q1");
  g_clear_pointer (&self->answer, xmpp_node_unref);
  xmpp_porter_dispatch (self->porter, stanza);
  fixture_wait_for (self->answer != NULL);
  return self->answer;
}

void
fixture_ask_result (Fixture *self, const char *from, XmppNode *stanza)
{
  g_assert_cmpstr (xmpp_node_get (fixture_ask (self, from, stanza), "type"), ==, "result");
}

void
fixture_ask_error (Fixture *self, const char *from, XmppNode *stanza, const char *condition)
{
  g_assert_cmpstr (xmpp_stanza_get_error_condition (fixture_ask (self, from, stanza)), ==, condition);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = test_folder_new ("portrait");
  fixture->http = soup_session_new ();
  fixture_start (fixture);
  /* PostgreSQL's database is one for all tests. */
  if (g_getenv ("MIEN_TEST_POSTGRES") != NULL)
    {
      fixture_ask (fixture, "alice@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
      fixture_ask (fixture, "bob@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->http);
  fixture_stop (fixture);
  g_free (fixture->directory);
}

void
fixture_init (int *argc, char ***argv)
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);   /* the server warns of a full disk */
}

void
fixture_add (const char *path, FixtureFunc func)
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

static void
on_http (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

void
fixture_http (Fixture *self, const char *method, const char *url, const char *header, const char *value, GBytes *body,
              Answer *answer)
{
  g_autoptr(SoupMessage) message = soup_message_new (method, url);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, NULL, body);
  if (header != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), header, value);
  soup_session_send_and_read_async (self->http, message, G_PRIORITY_DEFAULT, NULL, on_http, &result);
  fixture_wait_for (result != NULL);
  answer->body = soup_session_send_and_read_finish (self->http, result, &error);
  g_assert_no_error (error);
  answer->status = soup_message_get_status (message);
  answer->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
}

void
fixture_put (Fixture *self, const char *url, GBytes *body, Answer *answer)
{
  fixture_http (self, "PUT", url, NULL, NULL, body, answer);
}

void
fixture_get (Fixture *self, const char *url, Answer *answer)
{
  fixture_http (self, "GET", url, NULL, NULL, NULL, answer);
}

void
answer_assert_refused (const Answer *self, guint status, const char *word)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (self->body, NULL), g_bytes_get_size (self->body));

  g_test_message ("%u: %s", self->status, text);
  g_assert_cmpuint (self->status, ==, status);
  g_assert_nonnull (strstr (text, word));
}

GBytes *
test_picture (int side, int seed, PortraitFormat format)
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

char *
test_picture_name (GBytes *bytes, const char *suffix)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_strconcat (hash, ".", suffix, NULL);
}

XmppUploadSlot *
fixture_slot (Fixture *self, const char *account, const char *filename, guint64 size, const char *type)
{
  XmppNode *answer = fixture_ask (self, account,
                                  xmpp_upload_request ("portrait.example.org", filename, size, type, "profile"));
  XmppUploadSlot *slot = xmpp_upload_slot_parse (answer);

  g_assert_nonnull (slot);
  return slot;
}

char *
fixture_publish (Fixture *self, const char *account, GBytes *bytes)
{
  g_autofree char *name = test_picture_name (bytes, "png");
  g_autoptr(XmppUploadSlot) slot = fixture_slot (self, account, name, g_bytes_get_size (bytes), "image/png");
  g_auto(Answer) answer = { 0 };

  fixture_put (self, slot->put_url, bytes, &answer);
  g_assert_cmpuint (answer.status, ==, 201);
  return g_strdup (soup_message_headers_get_one (answer.headers, "Location"));
}

MienPortraitItem *
fixture_query (Fixture *self, const char *asker, const char *account, const char *sha1, gint64 updated)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_autoptr(GPtrArray) answers = NULL;
  MienPortraitItem *item = mien_portrait_item_new (account);

  item->sha1 = g_strdup (sha1);
  item->updated = updated;
  g_ptr_array_add (items, item);
  answers = mien_portrait_query_parse (fixture_ask (self, asker,
                                                    mien_portrait_query_request ("portrait.example.org", items, 0)));
  g_assert_nonnull (answers);
  g_assert_cmpuint (answers->len, <=, 1);
  return answers->len > 0 ? g_ptr_array_steal_index (answers, 0) : NULL;
}