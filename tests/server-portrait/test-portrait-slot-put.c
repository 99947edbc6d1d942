/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "portrait-fixture.h"
#include "mien-portrait-limits.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Slots and the PUT: what is taken, what is refused and with which words. */

/* Metadata is gone from what is served, and the promised address still works though the hash is another. */
static void
test_stripped (Fixture *fixture, gconstpointer data)
{
  static const guint8 text[] = "\0\0\0\x0dtEXtplace\0Utrecht\0\0\0\0";
  g_autoptr(GBytes) png = test_picture (100, 5, PORTRAIT_FORMAT_PNG);
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
  name = test_picture_name (dirty, "png");
  slot = fixture_slot (fixture, "alice@example.org", name, g_bytes_get_size (dirty), "image/png");
  fixture_put (fixture, slot->put_url, dirty, &created);
  g_assert_cmpuint (created.status, ==, 201);
  fixture_get (fixture, slot->get_url, &redirect);
  g_assert_cmpuint (redirect.status, ==, 308);
  fixture_get (fixture, soup_message_headers_get_one (redirect.headers, "Location"), &got);
  g_assert_cmpuint (got.status, ==, 200);
  g_assert_null (g_strstr_len (g_bytes_get_data (got.body, NULL), (gssize) g_bytes_get_size (got.body), "Utrecht"));
}

static void
test_put_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (100, 6, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) jpeg = test_picture (100, 6, PORTRAIT_FORMAT_JPEG);
  gsize size = g_bytes_get_size (png);
  g_autofree char *name = test_picture_name (png, "png");
  g_autoptr(XmppUploadSlot) slot = fixture_slot (fixture, "alice@example.org", name, size, "image/png");
  g_autoptr(GBytes) larger = NULL;
  g_autofree guint8 *more = g_malloc0 (size * 2);
  g_autofree char *forged = g_strdup (slot->put_url);

  larger = g_bytes_new (more, size * 2);
  {
    g_auto(Answer) answer = { 0 };

    fixture_put (fixture, slot->put_url, larger, &answer);
    answer_assert_refused (&answer, 413, "Publish again");
  }
  {
    g_autoptr(GBytes) less = g_bytes_new_from_bytes (png, 0, size - 1);
    g_auto(Answer) answer = { 0 };

    fixture_put (fixture, slot->put_url, less, &answer);
    answer_assert_refused (&answer, 400, "Publish again");
  }
  {
    g_auto(Answer) answer = { 0 };

    fixture_http (fixture, "PUT", slot->put_url, "Content-Type", "image/svg+xml", png, &answer);
    answer_assert_refused (&answer, 415, "image/png");
  }
  {
    g_auto(Answer) answer = { 0 };

    forged[strlen (forged) - 1] = forged[strlen (forged) - 1] == 'A' ? 'E' : 'A';
    fixture_put (fixture, forged, png, &answer);
    answer_assert_refused (&answer, 403, "new one");
  }
  {
    /* As many bytes as announced, and not the ones announced. */
    g_autoptr(GBytes) wrong = g_bytes_new (more, size);
    g_auto(Answer) answer = { 0 };

    fixture_put (fixture, slot->put_url, wrong, &answer);
    answer_assert_refused (&answer, 422, "Publish again");
  }
  {
    g_autoptr(XmppUploadSlot) type = fixture_slot (fixture, "alice@example.org", "x.png", g_bytes_get_size (jpeg),
                                                   "image/png");
    g_auto(Answer) answer = { 0 };

    fixture_put (fixture, type->put_url, jpeg, &answer);
    answer_assert_refused (&answer, 415, "own type");
  }
  {
    /* The refusals above have not used the address up; the upload has. */
    g_auto(Answer) first = { 0 };
    g_auto(Answer) second = { 0 };

    fixture_put (fixture, slot->put_url, png, &first);
    g_assert_cmpuint (first.status, ==, 201);
    fixture_put (fixture, slot->put_url, png, &second);
    answer_assert_refused (&second, 409, "used before");
  }
}

/* Its time is over before the PUT begins; until the very second it is good. */
static void
test_expired (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) png = test_picture (100, 7, PORTRAIT_FORMAT_PNG);
  g_autoptr(XmppUploadSlot) late = fixture_slot (fixture, "alice@example.org", "late.png", g_bytes_get_size (png),
                                                 NULL);
  g_autoptr(XmppUploadSlot) fresh = NULL;
  g_autoptr(MienPortraitItem) item = NULL;
  g_auto(Answer) refused = { 0 };
  g_auto(Answer) created = { 0 };

  fixture_move_clock (MIEN_PORTRAIT_SLOT_SECONDS + 2);
  fixture_put (fixture, late->put_url, png, &refused);
  answer_assert_refused (&refused, 410, "too old. Publish again");
  item = fixture_query (fixture, "alice@example.org/x", "alice@example.org", NULL, -1);
  g_assert_true (item->gone);

  fresh = fixture_slot (fixture, "alice@example.org", "fresh.png", g_bytes_get_size (png), NULL);
  fixture_move_clock (2 * MIEN_PORTRAIT_SLOT_SECONDS);
  fixture_put (fixture, fresh->put_url, png, &created);
  g_assert_cmpuint (created.status, ==, 201);
  fixture_move_clock (0);
}

static void
test_not_pictures (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) good = test_picture (100, 8, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) huge = test_picture (1100, 8, PORTRAIT_FORMAT_PNG);
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
      g_autoptr(XmppUploadSlot) slot = fixture_slot (fixture, "alice@example.org", "me.png",
                                                     g_bytes_get_size (cases[i].bytes), NULL);
      g_auto(Answer) answer = { 0 };

      g_test_message ("case %u", i);
      fixture_put (fixture, slot->put_url, cases[i].bytes, &answer);
      answer_assert_refused (&answer, cases[i].status, cases[i].word);
    }
  {
    g_autoptr(MienPortraitItem) item = fixture_query (fixture, "alice@example.org/x", "alice@example.org", NULL, -1);

    g_assert_true (item->gone);
  }
}

/* The account is in the signed address: nothing in the PUT can name another's. Two accounts with one picture share its
   bytes. */
static void
test_other_account (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) a = test_picture (100, 9, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) b = test_picture (100, 10, PORTRAIT_FORMAT_PNG);
  g_autofree char *alice_url = fixture_publish (fixture, "alice@example.org/1", a);
  G_GNUC_UNUSED g_autofree char *bob_url = fixture_publish (fixture, "bob@example.org/1", b);
  g_autofree char *shared = NULL;
  g_autoptr(MienPortraitItem) item = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  static const char * const strangers[] = { NULL, "", "example.org", "eve@evil.example/x",
                                            "alice@example.org.evil.example", "portrait.example.org" };
  g_auto(Answer) got = { 0 };

  g_assert_cmpstr (item->url, ==, alice_url);
  shared = fixture_publish (fixture, "bob@example.org/1", a);
  g_assert_cmpstr (shared, ==, alice_url);
  xmpp_node_unref (g_steal_pointer (&fixture->answer));
  fixture_ask (fixture, "bob@example.org/1", mien_portrait_retract_request ("portrait.example.org"));
  g_assert_cmpstr (xmpp_node_get (fixture->answer, "type"), ==, "result");
  fixture_get (fixture, alice_url, &got);
  g_assert_cmpuint (got.status, ==, 200);

  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      fixture_ask_error (fixture, strangers[i],
                         xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png",
                                              "profile"), "forbidden");
      fixture_ask_error (fixture, strangers[i], mien_portrait_retract_request ("portrait.example.org"), "forbidden");
    }
}

static void
test_slot_refused (Fixture *fixture, gconstpointer data)
{
  XmppNode *answer;

  answer = fixture_ask (fixture, "alice@example.org/1",
                        xmpp_upload_request ("portrait.example.org", "x.png", 1024 * 1024 + 1, "image/png", "profile"));
  g_assert_cmpuint (xmpp_upload_error_get_max (answer), ==, 1024 * 1024);
  answer = fixture_ask (fixture, "alice@example.org/1",
                        xmpp_upload_request ("portrait.example.org", "x.gif", 100, "image/gif", "profile"));
  g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "not-acceptable");
  answer = fixture_ask (fixture, "alice@example.org/1",
                        xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", NULL));
  g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, "not-acceptable");

  for (int i = 0; i < 20; i++)
    answer = fixture_ask (fixture, "carol@example.org/1",
                          xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", "profile"));
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "result");
  answer = fixture_ask (fixture, "carol@example.org/1",
                        xmpp_upload_request ("portrait.example.org", "x.png", 100, "image/png", "profile"));
  g_assert_cmpint (xmpp_upload_error_get_retry (answer), >, g_get_real_time () / G_USEC_PER_SEC);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) old = test_picture (100, 11, PORTRAIT_FORMAT_PNG);
  g_autoptr(GBytes) png = NULL;
  g_autofree char *url = fixture_publish (fixture, "alice@example.org", old);
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_autoptr(MienPortraitItem) item = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 400);
  struct rlimit before, small;

  for (int i = 0; i < 400 * 400; i++)
    ((guint32 *) cairo_image_surface_get_data (surface))[i] = g_random_int ();
  cairo_surface_mark_dirty (surface);
  png = portrait_export (surface, PORTRAIT_FORMAT_PNG, 0, NULL);   /* noise: does not compress */
  cairo_surface_destroy (surface);
  slot = fixture_slot (fixture, "alice@example.org", "noise.png", g_bytes_get_size (png), NULL);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  small = before;
  small.rlim_cur = 300 * 1024;
  g_assert_cmpuint (g_bytes_get_size (png), >, small.rlim_cur);
  {
    g_auto(Answer) answer = { 0 };

    g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
    fixture_put (fixture, slot->put_url, png, &answer);
    g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
    answer_assert_refused (&answer, 507, "Try again later");
    g_assert_nonnull (soup_message_headers_get_one (answer.headers, "Retry-After"));
  }
  item = fixture_query (fixture, "bob@example.org/x", "alice@example.org", NULL, -1);
  g_assert_cmpstr (item->url, ==, url);
  {
    /* With space again the same address works: it was not used up. */
    g_auto(Answer) answer = { 0 };

    fixture_put (fixture, slot->put_url, png, &answer);
    g_assert_cmpuint (answer.status, ==, 201);
  }
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  fixture_add ("/portrait/slot-put/stripped", test_stripped);
  fixture_add ("/portrait/slot-put/put-refused", test_put_refused);
  fixture_add ("/portrait/slot-put/expired", test_expired);
  fixture_add ("/portrait/slot-put/not-pictures", test_not_pictures);
  fixture_add ("/portrait/slot-put/other-account", test_other_account);
  fixture_add ("/portrait/slot-put/slot-refused", test_slot_refused);
  fixture_add ("/portrait/slot-put/full-disk", test_full_disk);
  return g_test_run ();
}
