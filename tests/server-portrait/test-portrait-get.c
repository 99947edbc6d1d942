/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "portrait-fixture.h"
#include "mien-image.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* What is served under /p/: names, sizes, headers, after a restart. */

static void
test_publish_and_see (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (300, 1, PORTRAIT_FORMAT_PNG);
  g_autofree char *name = test_picture_name (png, "png");
  XmppNode *request = xmpp_upload_request ("portrait.example.org", name, g_bytes_get_size (png), "image/png",
                                           "profile");
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autoptr(MienPortraitItem) item = NULL;
  g_autoptr(MienPortraitItem) same = NULL;
  g_autoptr(MienPortraitItem) older = NULL;
  g_auto(Answer) created = { 0 };
  g_auto(Answer) got = { 0 };
  JsonObject *json;

  xmpp_node_set (xmpp_node_add (xmpp_node_first (request), "inband", MIEN_NS_PORTRAIT), "id",
                 "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  slot = xmpp_upload_slot_parse (fixture_ask (fixture, "alice@example.org/desk", request));
  g_assert_nonnull (slot);
  g_assert_true (g_str_has_suffix (slot->get_url, name));
  fixture_get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 404);
  answer_clear (&got);

  fixture_put (fixture, slot->put_url, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (created.body, NULL),
                                             (gssize) g_bytes_get_size (created.body), NULL));
  json = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (json, "account"), ==, "alice@example.org");
  g_assert_cmpstr (json_object_get_string_member (json, "url"), ==, slot->get_url);
  g_assert_true (g_str_has_prefix (name, json_object_get_string_member (json, "sha256")));

  fixture_get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 200);
  g_assert_true (g_bytes_equal (got.body, png));

  item = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (item->url, ==, slot->get_url);
  g_assert_cmpstr (item->sha1, ==, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_cmpint (item->updated, ==, xmpp_datetime_parse (json_object_get_string_member (json, "updated")));
  g_assert_cmpuint (item->width, ==, 300);
  g_assert_cmpuint (item->bytes, ==, g_bytes_get_size (png));
  /* Whoever has the same hash is told nothing, whatever his clock says; whoever has another is. */
  g_assert_null ((same = fixture_query (fixture, "bob@example.org/x", "alice@example.org", item->sha1, 1000)));
  g_assert_nonnull ((older = fixture_query (fixture, "bob@example.org/x", "alice@example.org",
                                            "0000000000000000000000000000000000000000", item->updated)));
}

static void
test_headers_and_caching (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (300, 2, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = fixture_publish (fixture, "alice@example.org", png);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, png);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", hash);
  g_autofree char *list = g_strdup_printf ("\"other\", W/%s", etag);

  for (int round = 0; round < 2; round++)   /* from disk, from memory */
    {
      g_auto(Answer) got = { 0 };
      g_auto(Answer) head = { 0 };
      g_auto(Answer) same = { 0 };
      g_auto(Answer) other = { 0 };

      fixture_get (fixture, url, &got);
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "ETag"), ==, etag);
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Content-Type"), ==, "image/png");
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Access-Control-Allow-Origin"), ==, "*");
      g_assert_nonnull (strstr (soup_message_headers_get_one (got.headers, "Cache-Control"), "immutable"));
      g_assert_cmpstr (soup_message_headers_get_one (got.headers, "X-Content-Type-Options"), ==, "nosniff");

      fixture_http (fixture, "HEAD", url, NULL, NULL, NULL, &head);
      g_assert_cmpuint (head.status, ==, 200);
      g_assert_cmpuint (g_bytes_get_size (head.body), ==, 0);
      g_assert_cmpint (soup_message_headers_get_content_length (head.headers), ==, g_bytes_get_size (png));

      fixture_http (fixture, "GET", url, "If-None-Match", list, NULL, &same);
      g_assert_cmpuint (same.status, ==, 304);
      g_assert_cmpstr (soup_message_headers_get_one (same.headers, "ETag"), ==, etag);
      fixture_http (fixture, "GET", url, "If-None-Match", "\"other\"", NULL, &other);
      g_assert_cmpuint (other.status, ==, 200);
    }
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *query; guint status; int side; } cases[] = {
    { "?size=40", 200, 40 }, { "?size=80", 200, 80 }, { "?size=80", 200, 80 }, { "?size=256", 200, 256 },
    { "?size=512", 200, 300 },   /* never scaled up */
    { "?size=41", 400, 0 }, { "?size=-1", 400, 0 }, { "?size=", 400, 0 }, { "?size=99999999999999999999", 400, 0 },
    { "?other=1", 200, 300 },
  };
  g_autoptr(GBytes) png = test_picture (300, 3, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = fixture_publish (fixture, "alice@example.org", png);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sized = g_strconcat (url, cases[i].query, NULL);
      g_auto(Answer) got = { 0 };
      MienImageInfo info;

      fixture_get (fixture, sized, &got);
      g_assert_cmpuint (got.status, ==, cases[i].status);
      if (got.status == 400)
        answer_assert_refused (&got, 400, "40, 48");
      else
        {
          g_assert_true (mien_image_probe (g_bytes_get_data (got.body, NULL), g_bytes_get_size (got.body), &info,
                                           NULL));
          g_assert_cmpint (info.width, ==, cases[i].side);
        }
    }
}

static void
test_bad_names (Fixture *fixture, gconstpointer data)
{
  static const char * const names[] = {
    "/p/",
    "/p/x",
    "/p/../portrait.sqlite",
    "/p/%2e%2e/upload.key",
    "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.gif",
    "/p/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.png",
    "/p/e3b0c44298fc1c149afbf4c8996fb924.png",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *url = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), names[i], NULL);
      g_auto(Answer) got = { 0 };

      fixture_get (fixture, url, &got);
      g_assert_cmpuint (got.status, ==, 404);
    }
}

/* Another client's name for its file: the address that it was promised leads there. */
static void
test_other_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) jpeg = test_picture (200, 4, PORTRAIT_FORMAT_JPEG);
  g_autoptr(XmppUploadSlot) slot = fixture_slot (fixture, "alice@example.org", "my face.jpg", g_bytes_get_size (jpeg),
                                                 NULL);
  g_autofree char *small = g_strconcat (slot->get_url, "?size=40", NULL);
  g_auto(Answer) created = { 0 };
  g_auto(Answer) before = { 0 };
  g_auto(Answer) got = { 0 };
  g_auto(Answer) sized = { 0 };

  fixture_get (fixture, slot->get_url, &before);
  g_assert_cmpuint (before.status, ==, 404);
  g_assert_cmpstr (soup_message_headers_get_one (before.headers, "Cache-Control"), ==, "no-store");
  fixture_put (fixture, slot->put_url, jpeg, &created);
  g_assert_cmpuint (created.status, ==, 201);
  fixture_get (fixture, slot->get_url, &got);
  g_assert_cmpuint (got.status, ==, 308);
  g_assert_cmpstr (soup_message_headers_get_one (got.headers, "Location"), ==,
                   soup_message_headers_get_one (created.headers, "Location"));
  fixture_get (fixture, small, &sized);
  g_assert_true (g_str_has_suffix (soup_message_headers_get_one (sized.headers, "Location"), ".jpg?size=40"));
}

static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (100, 17, PORTRAIT_FORMAT_PNG);
  g_autofree char *url = fixture_publish (fixture, "alice@example.org", png);
  g_autoptr(XmppUploadSlot) slot = fixture_slot (fixture, "bob@example.org", "x.png", g_bytes_get_size (png), NULL);
  g_autofree char *again = NULL;
  g_autofree char *tail = NULL;
  g_auto(Answer) got = { 0 };
  g_auto(Answer) created = { 0 };

  fixture_stop (fixture);
  fixture_start (fixture);   /* another port */
  tail = g_strdup (strstr (url, "/p/"));
  again = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), tail, NULL);
  fixture_get (fixture, again, &got);
  g_assert_cmpuint (got.status, ==, 200);
  /* An address given out before the restart is still good, once. */
  g_clear_pointer (&again, g_free);
  again = g_strconcat (mien_portrait_manager_get_public_url (fixture->manager), strstr (slot->put_url, "/upload/"),
                       NULL);
  fixture_put (fixture, again, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  fixture_add ("/portrait/get/publish-and-see", test_publish_and_see);
  fixture_add ("/portrait/get/headers-and-caching", test_headers_and_caching);
  fixture_add ("/portrait/get/sizes", test_sizes);
  fixture_add ("/portrait/get/bad-names", test_bad_names);
  fixture_add ("/portrait/get/other-names", test_other_names);
  fixture_add ("/portrait/get/restart", test_restart);
  return g_test_run ();
}
