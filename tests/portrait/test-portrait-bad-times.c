/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <hostile-relay.h>
#include <string.h>

#include <mien-draft.h>
#include <mien-gallery.h>
#include <mien-portrait-error.h>
#include <mien-portrait-role.h>
#include <mien-publisher.h>
#include <mien-server.h>
#include <portrait-export.h>
#include <xep/xmpp-xep.h>

#include "folder.h"
#include "../server/im-test-client.h"

/* Publishing and seeing when something is missing: the portrait server goes away in the middle of an upload; a friend
 * whose client knows vCards alone. Both with the in-tree IM server in this process. */

#define DOMAIN IM_TEST_DOMAIN
#define SERVICE "portrait." DOMAIN
#define CUT_AFTER (60 * 1024)       /* bytes of the upload that still get through */

typedef struct
{
  char *directory;
  ImServer *im;
  MienServer *portrait;            /* NULL: not running */
  HostileRelay *relay;             /* before its HTTP side */
  MienSession *session;            /* alice */
  SoupSession *http;
} Fixture;

/* @port 0: any */
static void
start_portrait_server (Fixture *fixture, guint16 port, const char *public_url)
{
  static const MienServerRole roles[] = { { "portrait", mien_portrait_role_new }, { NULL } };
  g_autofree char *text =
      g_strdup_printf ("[server]\ndata-directory=data\n[http]\nlisten=127.0.0.1:%u\n%s%s\n[portrait]\n"
                       "component-domain=" SERVICE "\ncomponent-host=%s\ncomponent-secret-file=secret\n",
                       port, public_url != NULL ? "public-url=" : "", public_url != NULL ? public_url : "",
                       mien_server_config_get_bound (fixture->im->config, "component"));
  g_autoptr (GError) error = NULL;
  g_autoptr (MienServerConfig) config = mien_server_config_parse (text, fixture->directory, &error);

  g_assert_no_error (error);
  fixture->portrait = mien_server_new (config, roles);
  mien_server_start (fixture->portrait, &error);
  g_assert_no_error (error);
}

static void
stop_portrait_server (Fixture *fixture)
{
  mien_server_stop (fixture->portrait);
  g_clear_object (&fixture->portrait);
}

static gboolean
on_certificate (XmppClient *client, GTlsCertificate *certificate, guint flags, gpointer data)
{
  return TRUE;
}

static MienSession *
sign_in (Fixture *fixture, const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s@" DOMAIN, name);
  g_autofree char *folder = g_build_filename (fixture->directory, name, NULL);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienSession *session = mien_session_new (jid, folder);

  xmpp_client_set_host (mien_session_get_client (session), "127.0.0.1", im_server_get_port (fixture->im),
                        XMPP_TLS_STARTTLS);
  g_signal_connect (mien_session_get_client (session), "accept-certificate", G_CALLBACK (on_certificate), NULL);
  mien_session_sign_in_async (session, name, NULL, test_keep_result, &result);
  test_wait_for (result != NULL);
  mien_session_sign_in_finish (session, result, &error);
  g_assert_no_error (error);
  return session;
}

static void
sign_out (MienSession *session)
{
  g_autoptr (GAsyncResult) result = NULL;

  mien_session_sign_out_async (session, test_keep_result, &result);
  test_wait_for (result != NULL);
  mien_session_sign_out_finish (session, result, NULL);
  g_object_run_dispose (G_OBJECT (session));
  g_object_unref (session);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *secret = NULL;
  g_autofree char *more = NULL;

  fixture->directory = test_folder_new ("bad-times");
  secret = g_build_filename (fixture->directory, "secret", NULL);
  more = g_strdup_printf ("component." SERVICE "=%s\n", secret);
  g_assert_true (g_file_set_contents_full (secret, "component-secret", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  fixture->im = im_server_start (more);
  fixture->http = mien_http_session_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->http);
  if (fixture->portrait != NULL)
    stop_portrait_server (fixture);
  g_clear_pointer (&fixture->relay, hostile_relay_free);
  im_server_stop (fixture->im);
  test_folder_remove (fixture->directory);
}

/* Noise: as a PNG it has more than a megabyte. */
static cairo_surface_t *
noise (int side)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  guint32 *pixels = (guint32 *) cairo_image_surface_get_data (surface);

  for (int i = 0; i < side * side; i++)
    pixels[i] = g_random_int ();
  cairo_surface_mark_dirty (surface);
  return surface;
}

typedef struct { guint64 done, total; } Upload;

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  Upload *upload = data;

  upload->done = done;
  upload->total = total;
}

static gboolean
publish (MienPublisher *publisher, cairo_surface_t *portrait, Upload *upload, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *sha256 = NULL;
  gint64 updated;

  mien_publisher_publish_async (publisher, portrait, on_progress, upload, NULL, test_keep_result, &result);
  test_wait_for (result != NULL);
  return mien_publisher_publish_finish (publisher, result, &updated, &sha256, error);
}

/* The server is gone in the middle of the upload: an error that says so and that nothing is lost, a draft as it was,
 * and a second try that succeeds when the server is there again. */
static void
test_gone_in_upload (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->directory, "draft", NULL);
  g_autofree char *url = NULL;
  g_autoptr (MienPublisher) publisher = NULL;
  g_autoptr (MienDraft) draft = mien_draft_new (folder);
  g_autoptr (PortraitLook) look = portrait_look_new ();
  g_autoptr (GError) error = NULL;
  cairo_surface_t *portrait = noise (600);
  Upload upload = { 0 };
  const char *bound;
  guint16 http_port;

  /* The relay needs the server's port before the server can name the relay's in its addresses: it starts twice. */
  start_portrait_server (fixture, 0, NULL);
  bound = mien_server_config_get_bound (mien_server_get_config (fixture->portrait), "http");
  http_port = (guint16) g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
  stop_portrait_server (fixture);
  fixture->relay = hostile_relay_new (http_port);
  url = g_strdup_printf ("http://127.0.0.1:%u", hostile_relay_get_port (fixture->relay));
  start_portrait_server (fixture, http_port, url);
  fixture->session = sign_in (fixture, "alice");
  test_wait_for (mien_session_get_portrait_service (fixture->session) != NULL);
  publisher = mien_publisher_new (fixture->session, fixture->http);
  portrait_look_put (look, portrait_type_lookup ("hat"), "hat-cap", NULL, NULL, FALSE);
  mien_draft_set_look (draft, look, "Hat", NULL);

  hostile_relay_cut_after (fixture->relay, CUT_AFTER);
  g_assert_false (publish (publisher, portrait, &upload, &error));
  hostile_relay_set_refusing (fixture->relay, TRUE);
  stop_portrait_server (fixture);
  g_test_message ("%s", error->message);
  g_assert_error (error, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_INTERRUPTED);
  g_assert_nonnull (strstr (error->message, "draft is kept"));
  g_assert_nonnull (strstr (error->message, "try again"));
  g_assert_cmpuint (upload.total, >, CUT_AFTER);
  g_clear_error (&error);
  g_assert_true (mien_draft_is_dirty (draft));
  g_assert_true (portrait_look_equal (mien_draft_get_look (draft), look));

  /* While it is not there at all. */
  g_assert_false (publish (publisher, portrait, &upload, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, MIEN_PORTRAIT_ERROR, MIEN_PORTRAIT_ERROR_INTERRUPTED);
  g_assert_nonnull (strstr (error->message, ". Your draft is kept"));
  g_clear_error (&error);

  start_portrait_server (fixture, http_port, url);
  hostile_relay_set_refusing (fixture->relay, FALSE);
  {
    /* The component signs in again by itself; until then the IM server says that nobody is there. */
    gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    gboolean published = FALSE;

    while (!published && g_get_monotonic_time () < deadline)
      {
        g_clear_error (&error);
        published = publish (publisher, portrait, &upload, &error);
      }
    g_assert_no_error (error);
    g_assert_cmpuint (upload.done, ==, upload.total);
  }
  cairo_surface_destroy (portrait);
  sign_out (fixture->session);
}

/* ---- XEP-0153: the friend's client knows nothing newer than a photo in the vCard ---- */

static int
red_at (cairo_surface_t *surface)
{
  return surface == NULL ? -1 : (int) (*(guint32 *) cairo_image_surface_get_data (surface) >> 16 & 0xff);
}

static void
befriend_session (ImClient *client, MienSession *session)
{
  MienRoster *roster = mien_session_get_roster (session);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bare = g_strdup_printf ("%s@" DOMAIN, client->user);

  test_wait_for (mien_roster_is_loaded (roster));
  mien_roster_add_async (roster, bare, NULL, NULL, test_keep_result, &result);
  test_wait_for (result != NULL);
  mien_roster_change_finish (roster, result, &error);
  g_assert_no_error (error);
  xmpp_node_unref (im_client_wait (client, "presence", "subscribe", NULL, NULL));
  im_client_send (client, "<presence type='subscribed' to='%s'/>", mien_session_get_jid (session));
  test_wait_for (mien_friend_get_subscription (mien_roster_lookup (roster, bare)) != MIEN_SUBSCRIPTION_NONE);
}

/* Sets the photo as an old client does: the vCard, then presence with its hash. */
static void
wear_photo (ImClient *client, double red)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 96, 96);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GBytes) png = NULL;
  g_autofree char *base64 = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *vcard = NULL;

  cairo_set_source_rgb (cr, red, 0.5, 0.25);
  cairo_paint (cr);
  cairo_destroy (cr);
  png = portrait_export (surface, PORTRAIT_FORMAT_PNG, 0, NULL);
  cairo_surface_destroy (surface);
  base64 = g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, png);
  vcard = g_strdup_printf ("<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>%s</BINVAL></PHOTO></vCard>",
                           base64);
  im_client_ask_ok (client, "set", NULL, vcard);
  im_client_send (client, "<presence><x xmlns='vcard-temp:x:update'><photo>%s</photo></x></presence>", hash);
}

static gboolean
shows (MienGallery *gallery, const char *jid, int red)
{
  gboolean current;
  cairo_surface_t *surface;

  mien_gallery_want (gallery, jid, 80, MIEN_GALLERY_ROW);
  surface = mien_gallery_lookup (gallery, jid, 80, &current);
  return surface != NULL && current && ABS (red_at (surface) - red) <= 8;
}

static void
test_vcard_photo (Fixture *fixture, gconstpointer data)
{
  ImClient *carol = im_client_new (fixture->im, "carol", "old");
  g_autofree char *folder = g_build_filename (fixture->directory, "gallery", NULL);
  MienGallery *gallery;
  gboolean known;

  fixture->session = sign_in (fixture, "alice");
  gallery = mien_gallery_new (fixture->session, folder, fixture->http);
  im_client_appear (carol);
  befriend_session (carol, fixture->session);
  wear_photo (carol, 1.0);
  test_wait_for (shows (gallery, "carol@" DOMAIN, 255));
  wear_photo (carol, 0.0);
  test_wait_for (shows (gallery, "carol@" DOMAIN, 0));
  /* Taken off: an empty <photo/> (XEP-0153 section 4.1). */
  im_client_ask_ok (carol, "set", NULL, "<vCard xmlns='vcard-temp'/>");
  im_client_send (carol, "<presence><x xmlns='vcard-temp:x:update'><photo/></x></presence>");
  test_wait_for (!mien_gallery_has_portrait (gallery, "carol@" DOMAIN, &known) && known);
  im_client_free (carol);
  g_object_run_dispose (G_OBJECT (gallery));
  g_object_unref (gallery);
  sign_out (fixture->session);
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);   /* a lost connection is warned of */
  g_test_add ("/portrait/bad-times/gone-in-upload", Fixture, NULL, set_up, test_gone_in_upload, tear_down);
  g_test_add ("/portrait/bad-times/vcard-photo", Fixture, NULL, set_up, test_vcard_photo, tear_down);
  return g_test_run ();
}
