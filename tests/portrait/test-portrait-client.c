/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <mien-gallery.h>
#include <mien-portrait-query.h>
#include <mien-portrait-role.h>
#include <mien-publisher.h>
#include <mien-server.h>
#include <xep/xmpp-xep.h>
#include <xmpp-component.h>

/* The main job without windows: alice publishes, bob's gallery shows it. The portrait server runs in this process, as a
 * component of Debian's Prosody, of Debian's ejabberd, or of the in-tree server (this file is built for each). */
#if defined (TEST_IN_TREE)
#include "../server/im-test-client.h"
#define DOMAIN IM_TEST_DOMAIN
static ImServer *server;
#elif defined (TEST_EJABBERD)
#include "../support/ejabberd.h"
#define DOMAIN "localhost"
static TestEjabberd *server;
#else
#include "../support/prosody.h"
#define DOMAIN "localhost"
static TestProsody *server;
#endif

#define SERVICE "portrait." DOMAIN
#define SECRET "component-secret"
#define ALICE "alice@" DOMAIN
#define BOB "bob@" DOMAIN

static guint16 port, component_port;
static char *directory;
static MienServer *portrait_server;

typedef struct
{
  MienSession *session;
  MienGallery *gallery;
  MienPublisher *publisher;
  SoupSession *http;
  char *folder;
  gboolean done;
  GError *error;
  guint n_changed;
} Person;

#define WAIT_SECONDS 20

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_until(condition) G_STMT_START { \
  gint64 wait_deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC; \
  guint wait_tick = g_timeout_add (50, on_tick, NULL); \
  while (!(condition) && g_get_monotonic_time () < wait_deadline) \
    g_main_context_iteration (NULL, TRUE); \
  g_source_remove (wait_tick); \
  g_assert_true (condition); } G_STMT_END

/* ---- servers ---- */

static char *
write_secret (void)
{
  g_autofree char *path = g_build_filename (directory, "secret", NULL);

  g_assert_true (g_file_set_contents_full (path, SECRET, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  return g_steal_pointer (&path);
}

static gboolean
start_im_server (const char *secret)
{
#if defined (TEST_IN_TREE)
  g_autofree char *more = g_strdup_printf ("component." SERVICE "=%s\n", secret);
  const char *address;

  server = im_server_start (more);
  port = im_server_get_port (server);
  address = mien_server_config_get_bound (server->config, "component");
  component_port = (guint16) g_ascii_strtoull (strrchr (address, ':') + 1, NULL, 10);
#elif defined (TEST_EJABBERD)
  if (!test_ejabberd_is_installed ())
    return FALSE;
  server = test_ejabberd_new ();
  port = test_ejabberd_get_port (server);
  component_port = test_ejabberd_get_component_port (server);
#else
  if (!test_prosody_is_installed ())
    return FALSE;
  server = test_prosody_new ();
  test_prosody_add_account (server, "alice", "alice");
  test_prosody_add_account (server, "bob", "bob");
  test_prosody_start (server);
  port = test_prosody_get_port (server);
  component_port = test_prosody_get_component_port (server);
#endif
  return TRUE;
}

static void
stop_im_server (void)
{
#if defined (TEST_IN_TREE)
  im_server_stop (server);
#elif defined (TEST_EJABBERD)
  test_ejabberd_free (server);
#else
  test_prosody_free (server);
#endif
}

static void
start_portrait_server (const char *secret)
{
  static const MienServerRole roles[] = { { "portrait", mien_portrait_role_new }, { NULL } };
  g_autofree char *text = g_strdup_printf ("[server]\ndata-directory=data\n[http]\nlisten=127.0.0.1:0\n"
                                           "[portrait]\ncomponent-domain=" SERVICE "\ncomponent-host=127.0.0.1:%u\n"
                                           "component-secret-file=%s\n", component_port, secret);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienServerConfig) config = mien_server_config_parse (text, directory, &error);

  g_assert_no_error (error);
  portrait_server = mien_server_new (config, roles);
  mien_server_start (portrait_server, &error);
  g_assert_no_error (error);
}

/* ---- people ---- */

static gboolean
on_certificate (XmppClient *client, GTlsCertificate *certificate, guint flags, gpointer data)
{
  return TRUE;   /* each server has a certificate of its own making */
}

static void
on_in (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  mien_session_sign_in_finish (MIEN_SESSION (source), result, &person->error);
  person->done = TRUE;
}

static void
on_gallery_changed (MienGallery *gallery, const char *jid, Person *person)
{
  person->n_changed++;
}

static void
person_open (Person *person, const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s@" DOMAIN, name);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autofree char *gallery = NULL;

  if (person->folder == NULL)
    person->folder = g_dir_make_tmp ("mien-person-XXXXXX", NULL);
  gallery = g_build_filename (person->folder, "gallery", NULL);
  person->session = mien_session_new (jid, person->folder);
  xmpp_client_set_host (mien_session_get_client (person->session), "127.0.0.1", port, XMPP_TLS_STARTTLS);
  g_signal_connect (mien_session_get_client (person->session), "accept-certificate", G_CALLBACK (on_certificate), NULL);
  person->http = mien_http_session_new ();
  person->gallery = mien_gallery_new (person->session, gallery, person->http);
  g_signal_connect (person->gallery, "changed", G_CALLBACK (on_gallery_changed), person);
  person->publisher = mien_publisher_new (person->session, person->http);
}

static void
person_sign_in (Person *person, const char *name)
{
  person_open (person, name);
  person->done = FALSE;
  mien_session_sign_in_async (person->session, name, NULL, on_in, person);
  wait_until (person->done);
  g_assert_no_error (person->error);
  wait_until (mien_session_get_portrait_service (person->session) != NULL);
  g_assert_cmpstr (mien_session_get_portrait_service (person->session), ==, SERVICE);
}

static void
on_out (GObject *source, GAsyncResult *result, gpointer data)
{
  mien_session_sign_out_finish (MIEN_SESSION (source), result, NULL);
  ((Person *) data)->done = TRUE;
}

static void
person_close (Person *person)
{
  if (person->session == NULL)
    return;
  person->done = FALSE;
  mien_session_sign_out_async (person->session, on_out, person);
  wait_until (person->done);
  g_signal_handlers_disconnect_by_data (person->gallery, person);
  g_object_run_dispose (G_OBJECT (person->gallery));
  g_clear_object (&person->gallery);
  g_clear_object (&person->publisher);
  g_clear_object (&person->http);
  g_object_run_dispose (G_OBJECT (person->session));
  g_clear_object (&person->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* With what it kept on disk. */
static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

static void
person_clear (Person *person)
{
  person_close (person);
  remove_all (person->folder);
  g_clear_pointer (&person->folder, g_free);
}

static void
on_change (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  mien_roster_change_finish (MIEN_ROSTER (source), result, &person->error);
  person->done = TRUE;
}

static void
befriend (Person *one, Person *other, const char *name)
{
  MienRoster *roster = mien_session_get_roster (one->session);
  MienRoster *others = mien_session_get_roster (other->session);

  wait_until (mien_roster_is_loaded (roster) && mien_roster_is_loaded (others));
  if (mien_roster_lookup (roster, name) != NULL)
    return;
  one->done = FALSE;
  mien_roster_add_async (roster, name, NULL, NULL, on_change, one);
  wait_until (one->done);
  g_assert_no_error (one->error);
  wait_until (mien_roster_lookup (others, mien_session_get_jid (one->session)) != NULL);
  mien_roster_answer (others, mien_session_get_jid (one->session), TRUE);
  wait_until (mien_friend_get_subscription (mien_roster_lookup (roster, name)) == MIEN_SUBSCRIPTION_BOTH);
}

static cairo_surface_t *
picture (double red)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 960, 960);
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, red, 0.5, 0.25);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static int
red_of (cairo_surface_t *surface)
{
  return surface == NULL ? -1 : (int) (*(guint32 *) cairo_image_surface_get_data (surface) >> 16 & 0xff);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;
  gint64 updated;
  g_autofree char *sha256 = NULL;

  if (mien_publisher_publish_finish (MIEN_PUBLISHER (source), result, &updated, &sha256, &person->error))
    {
      g_assert_cmpint (ABS (updated - g_get_real_time () / G_USEC_PER_SEC), <=, 5);
      g_assert_cmpuint (strlen (sha256), ==, 64);
    }
  person->done = TRUE;
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  g_assert_cmpuint (done, <=, total);
  *(guint64 *) data = done;
}

static void
publish (Person *person, double red)
{
  cairo_surface_t *surface = picture (red);
  guint64 sent = 0;

  person->done = FALSE;
  mien_publisher_publish_async (person->publisher, surface, on_progress, &sent, NULL, on_published, person);
  cairo_surface_destroy (surface);
  wait_until (person->done);
  g_assert_no_error (person->error);
  g_assert_cmpuint (sent, >, 1000);
}

static gboolean
shows (Person *person, const char *jid, int size, int red)
{
  gboolean current;
  cairo_surface_t *surface;

  mien_gallery_want (person->gallery, jid, size, size > 192 ? MIEN_GALLERY_TIPS : MIEN_GALLERY_ROW);
  surface = mien_gallery_lookup (person->gallery, jid, size, &current);
  return surface != NULL && current && ABS (red_of (surface) - red) <= 8 && cairo_image_surface_get_width (surface) == size;
}

/* ---- tests ---- */

static void
test_main_job (void)
{
  Person alice = { 0 }, bob = { 0 };
  gboolean current;
  g_autofree char *hash = NULL;

  person_sign_in (&alice, "alice");
  person_sign_in (&bob, "bob");
  befriend (&bob, &alice, ALICE);

  publish (&alice, 1.0);
  wait_until (shows (&bob, ALICE, 80, 255));
  wait_until (shows (&bob, ALICE, 480, 255));   /* larger than what is in band: from the portrait server */
  wait_until (shows (&alice, ALICE, 80, 255));  /* one's own as well */
  g_assert_cmpint (mien_gallery_get_updated (bob.gallery, ALICE), >, 0);
  hash = g_strdup (mien_gallery_get_hash (bob.gallery, ALICE));

  /* A new one: never the old one as if it were current. */
  publish (&alice, 0.0);
  wait_until (g_strcmp0 (mien_gallery_get_hash (bob.gallery, ALICE), hash) != 0);
  mien_gallery_lookup (bob.gallery, ALICE, 80, &current);
  if (mien_gallery_lookup (bob.gallery, ALICE, 80, NULL) != NULL && red_of (mien_gallery_lookup (bob.gallery, ALICE, 80, NULL)) > 128)
    g_assert_false (current);
  wait_until (shows (&bob, ALICE, 80, 0));
  wait_until (shows (&bob, ALICE, 480, 0));

  /* A warm start: from the disk, before there is a connection. */
  person_close (&bob);
  person_open (&bob, "bob");
  g_assert_true (mien_gallery_has_portrait (bob.gallery, ALICE, &current));
  wait_until (shows (&bob, ALICE, 80, 0));
  wait_until (shows (&bob, ALICE, 480, 0));
  person_clear (&bob);
  person_clear (&alice);
}

/* Published while bob was away: right after his next sign-in. */
static void
test_while_away (void)
{
  Person alice = { 0 }, bob = { 0 };

  person_sign_in (&alice, "alice");
  person_sign_in (&bob, "bob");
  befriend (&bob, &alice, ALICE);
  publish (&alice, 1.0);
  wait_until (shows (&bob, ALICE, 80, 255));
  person_close (&bob);
  publish (&alice, 0.5);
  person_close (&alice);
  person_sign_in (&bob, "bob");
  wait_until (shows (&bob, ALICE, 80, 128));
  wait_until (shows (&bob, ALICE, 480, 128));
  person_clear (&bob);
  person_clear (&alice);
}

static void
on_retracted (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  mien_publisher_retract_finish (MIEN_PUBLISHER (source), result, &person->error);
  person->done = TRUE;
}

static void
test_retract (void)
{
  Person alice = { 0 }, bob = { 0 };
  gboolean known;

  person_sign_in (&alice, "alice");
  person_sign_in (&bob, "bob");
  befriend (&bob, &alice, ALICE);
  publish (&alice, 1.0);
  wait_until (shows (&bob, ALICE, 80, 255));
  alice.done = FALSE;
  mien_publisher_retract_async (alice.publisher, NULL, on_retracted, &alice);
  wait_until (alice.done);
  g_assert_no_error (alice.error);
  wait_until (!mien_gallery_has_portrait (bob.gallery, ALICE, &known));
  g_assert_true (known);
  g_assert_null (mien_gallery_lookup (bob.gallery, ALICE, 80, NULL));
  person_clear (&bob);
  person_clear (&alice);
}

/* Somebody without a portrait is asked after once and then known to have none. */
static void
test_nobody (void)
{
  Person bob = { 0 };
  gboolean known;

  person_sign_in (&bob, "bob");
  mien_gallery_want (bob.gallery, "nobody@" DOMAIN, 80, MIEN_GALLERY_ROW);
  wait_until (!mien_gallery_has_portrait (bob.gallery, "nobody@" DOMAIN, &known) && known);
  person_clear (&bob);
}

#ifdef TEST_EJABBERD
static void
on_registered (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  xmpp_client_register_finish (XMPP_CLIENT (source), result, &person->error);
  person->done = TRUE;
}

static void
register_account (const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s@" DOMAIN, name);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autoptr (XmppClient) client = xmpp_client_new (jid);
  Person person = { 0 };

  xmpp_client_set_host (client, "127.0.0.1", port, XMPP_TLS_STARTTLS);
  xmpp_client_set_password (client, name);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (on_certificate), NULL);
  xmpp_client_register_async (client, NULL, on_registered, &person);
  wait_until (person.done);
  g_assert_no_error (person.error);
}
#endif

int
main (int argc, char **argv)
{
  g_autofree char *secret = NULL;
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("mien-portrait-client-XXXXXX", NULL);
  secret = write_secret ();
  if (!start_im_server (secret))
    {
      g_print ("1..0 # SKIP the IM server is not installed\n");
      return 0;
    }
  start_portrait_server (secret);
#ifdef TEST_EJABBERD
  register_account ("alice");
  register_account ("bob");
#endif
  g_test_add_func ("/portrait/client/main-job", test_main_job);
  g_test_add_func ("/portrait/client/while-away", test_while_away);
  g_test_add_func ("/portrait/client/retract", test_retract);
  g_test_add_func ("/portrait/client/nobody", test_nobody);
  status = g_test_run ();
  mien_server_stop (portrait_server);
  g_object_unref (portrait_server);
  stop_im_server ();
  remove_all (directory);
  g_free (directory);
  return status;
}
