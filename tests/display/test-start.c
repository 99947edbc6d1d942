/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

/* How the program starts, and signs in or makes an account:  test-display-start mien|prosody. Each run of the
 * application is a g_application_run() of its own, as main() does it; the runs share the folder of one user. */

#include "display.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "../interop/person.h"
#include "folder.h"
#include "mien-application.h"
#include "mien-keyring.h"
#include "mien-main-window.h"
#include "mien-sign-in-window.h"
#include "server.h"

#define ANY GTK_ACCESSIBLE_ROLE_WIDGET
#define CAROL "carol@" PEER_DOMAIN
#define ADDRESS "Address, such as name@example.org"
#define WORDS "correct horse"

static char *home;               /* the user's folder */
static char *certificate;
static GtkWidget *sign_in;       /* looked at by the bodies of the runs */

/* ---- a run ---- */

typedef void (*Body) (void);

static gboolean
on_activated (gpointer body)
{
  g_autoptr (GList) windows = NULL;

  ((Body) body) ();
  windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (g_application_get_default ())));
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_destroy (l->data);
  g_application_quit (g_application_get_default ());

  return G_SOURCE_REMOVE;
}

static void
on_activate (GApplication *application,
             gpointer      body)
{
  g_idle_add (on_activated, body);
}

static void
run (MienApplicationOptions options,
     Body                   body)
{
  MienApplication *application;

  options.data_directory = home;
  options.host = (char *) "127.0.0.1";
  options.port = peer_get_port ();
  options.tls = XMPP_TLS_STARTTLS;
  if (options.ca_file == NULL)
    options.ca_file = certificate;
  application = mien_application_new (&options);
  g_application_set_default (G_APPLICATION (application));
  g_signal_connect_after (application, "activate", G_CALLBACK (on_activate), body);
  g_application_run (G_APPLICATION (application), 0, NULL);
  g_object_unref (application);
  test_settle ();
}

static gboolean
has_window (GType type)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (toplevels, i);

      if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_mapped (window))
        return TRUE;
    }
  return FALSE;
}

/* The one thing that says "online" to a person: the bar at the foot is gone, and the friends are known. */
static void
wait_for_being_signed_in (void)
{
  GtkWidget *window = test_get_window (MIEN_TYPE_MAIN_WINDOW);

  test_get (window, GTK_TYPE_LABEL, ANY, "No Friends Yet");
  test_wait_until (!has_window (MIEN_TYPE_SIGN_IN_WINDOW));
}

static GtkWidget *
get_row (const char *title)
{
  return test_get (sign_in, ADW_TYPE_ENTRY_ROW, ANY, title);
}

static void
type_into (const char *title,
           const char *text)
{
  GtkWidget *row = get_row (title);

  test_wait_mapped (row);
  gtk_widget_grab_focus (row);
  test_type (text);
}

/* ---- a new account ---- */

static void
create_account (void)
{
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_focus_window (sign_in);
  test_click (test_get (sign_in, GTK_TYPE_BUTTON, ANY, "Create an Account"));
  /* Somebody has that name already. */
  type_into (ADDRESS, "alice@" PEER_DOMAIN);
  type_into ("Password", WORDS);
  type_into ("Password again", WORDS "\n");
  test_get (sign_in, GTK_TYPE_LABEL, ANY, "alice@" PEER_DOMAIN " is taken already. Choose another name.");
  test_wait_until (gtk_widget_get_sensitive (get_row (ADDRESS)));

  gtk_editable_set_text (GTK_EDITABLE (get_row (ADDRESS)), CAROL);
  test_click (gtk_widget_get_ancestor (test_get (sign_in, GTK_TYPE_LABEL, ANY, "Create Account"), GTK_TYPE_BUTTON));
  wait_for_being_signed_in ();
}

static void
test_create (void)
{
  const MienApplicationOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  person_register ("alice", "alice", &error);
  g_assert_no_error (error);
  run (options, create_account);
}

/* ---- files ---- */

static const char *expected;

static void
see_reason (void)
{
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_get (sign_in, GTK_TYPE_LABEL, ANY, expected);
  g_assert_false (has_window (MIEN_TYPE_MAIN_WINDOW));
  /* It can be typed instead. */
  test_focus_window (sign_in);
  g_assert_true (gtk_widget_get_sensitive (get_row ("Password")));
}

/* What others can read is no secret; what is not there cannot be used. Either is told, and nothing is begun with the
 * rest. */
static void
test_files (void)
{
  static const struct { const char *name; int mode; gboolean is_certificate; const char *reason;
  } cases[] = {
    { "open", 0644, FALSE,
      "The password in %s is not used, because others can read the file. Make it yours alone (chmod 600), "
      "or type the password here." },
    { "group", 0640, FALSE,
      "The password in %s is not used, because others can read the file. Make it yours alone (chmod 600), "
      "or type the password here." },
    { "absent", 0, FALSE, "The password cannot be read from %s: No such file or directory" },
    { "not-pem", 0644, TRUE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (home, cases[i].name, NULL);
      g_autofree char *text = NULL;
      MienApplicationOptions options = { .account = (char *) CAROL };

      if (cases[i].mode != 0)
        {
          g_assert_true (g_file_set_contents (path, WORDS "\n", -1, NULL));
          g_assert_cmpint (g_chmod (path, cases[i].mode), ==, 0);
        }
      if (cases[i].is_certificate)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GTlsDatabase) none G_GNUC_UNUSED = g_tls_file_database_new (path, &error);

          options.ca_file = path;
          text = g_strdup_printf ("The certificates in %s are not used: %s", path, error->message);
        }
      else
        {
          options.password_file = path;
          text = g_strdup_printf (cases[i].reason, path);
        }
      expected = text;
      run (options, see_reason);
    }
}

static void
test_password_file (void)
{
  g_autofree char *path = g_build_filename (home, "secret", NULL);
  const MienApplicationOptions options = { .account = (char *) CAROL, .password_file = path };

  g_assert_true (g_file_set_contents_full (path, WORDS "\r\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  run (options, wait_for_being_signed_in);
}

static void
be_terminated (void)
{
  wait_for_being_signed_in ();
  g_assert_cmpint (kill (getpid (), SIGTERM), ==, 0);
  test_wait_until (gtk_application_get_windows (GTK_APPLICATION (g_application_get_default ())) == NULL);
}

/* The session ends as soon as the friend list is there: the next start has it all the same. */
static void
test_terminated (void)
{
  g_autofree char *path = g_build_filename (home, "secret", NULL);
  g_autofree char *roster = g_build_filename (home, "accounts", CAROL, "session", "roster", NULL);
  const MienApplicationOptions options = { .account = (char *) CAROL, .password_file = path };

  g_assert_true (g_file_set_contents_full (path, WORDS "\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_unlink (roster);
  run (options, be_terminated);
  g_assert_true (g_file_test (roster, G_FILE_TEST_IS_REGULAR));
}

/* ---- the keyring ---- */

static GPtrArray *held;          /* the calls that the silent keyring has not answered */

static void
on_call (GDBusConnection       *bus,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               data)
{
  g_ptr_array_add (held, invocation);
}

static void
answer_no (void)
{
  for (guint i = 0; i < held->len; i++)
    g_dbus_method_invocation_return_dbus_error (held->pdata[i], "org.freedesktop.Secret.Error.IsLocked", "locked");
  g_ptr_array_set_size (held, 0);
}

/* The friends of last time are there while the keyring thinks about it; only then is the password asked for. */
static void
wait_for_keyring (void)
{
  GtkWidget *window = test_get_window (MIEN_TYPE_MAIN_WINDOW);

  test_wait_until (held->len > 0);
  g_assert_false (has_window (MIEN_TYPE_SIGN_IN_WINDOW));
  test_get (window, GTK_TYPE_LABEL, ANY, "Signing in…");
  answer_no ();
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_wait_until (!has_window (MIEN_TYPE_MAIN_WINDOW));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (get_row (ADDRESS))), ==, CAROL);
}

static void
test_silent_keyring (void)
{
  static const char xml[] =
    "<node><interface name='org.freedesktop.Secret.Service'>"
    "<method name='OpenSession'><arg type='s' direction='in'/><arg type='v' direction='in'/>"
    "<arg type='v' direction='out'/><arg type='o' direction='out'/></method>"
    "<method name='SearchItems'><arg type='a{ss}' direction='in'/><arg type='ao' direction='out'/>"
    "<arg type='ao' direction='out'/></method></interface></node>";
  static const GDBusInterfaceVTable vtable = { on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  const MienApplicationOptions options = { 0 };
  guint object, owner;

  held = g_ptr_array_new ();
  object = g_dbus_connection_register_object (bus, "/org/freedesktop/secrets", node->interfaces[0], &vtable, NULL, NULL,
                                              NULL);
  owner = g_bus_own_name_on_connection (bus, "org.freedesktop.secrets", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                        NULL);
  run (options, wait_for_keyring);
  answer_no ();
  g_bus_unown_name (owner);
  g_dbus_connection_unregister_object (bus, object);
  g_ptr_array_unref (held);
}

static gboolean
has_owner (GDBusConnection *bus)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   "NameHasOwner", g_variant_new ("(s)", "org.freedesktop.secrets"),
                                   G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean owned = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &owned);
  return owned;
}

static char *
look_up (void)
{
  g_autoptr (GAsyncResult) result = NULL;

  mien_keyring_lookup_async (CAROL, NULL, peer_keep_result, &result);
  peer_await (result);
  return mien_keyring_lookup_finish (result, NULL);
}

static gboolean
is_kept (const char *password)
{
  char *found = look_up ();
  gboolean same = g_strcmp0 (found, password) == 0;

  mien_keyring_free_password (found);
  return same;
}

static void
sign_in_and_remember (void)
{
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_focus_window (sign_in);
  test_type (WORDS "\n");
  wait_for_being_signed_in ();
  test_wait_until (is_kept (WORDS));
}

static void
sign_out (void)
{
  wait_for_being_signed_in ();
  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "sign-out", NULL);
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_wait_until (is_kept (NULL));
}

/* Kept by the first run, found by the second, forgotten when the user signs out: with the keyring that people have. */
static void
test_keyring (void)
{
  const MienApplicationOptions options = { 0 };
  g_autofree char *daemon = g_find_program_in_path ("gnome-keyring-daemon");
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                                                        | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (daemon == NULL)
    {
      g_test_skip ("gnome-keyring is not installed");
      return;
    }
  test_launcher_end_with_test (launcher, SIGTERM);
  process = g_subprocess_launcher_spawn (launcher, &error, daemon, "--foreground", "--unlock", "--components=secrets",
                                         NULL);
  g_assert_no_error (error);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), "of the keyring", 14, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  test_wait_until (has_owner (bus));

  run (options, sign_in_and_remember);
  run (options, wait_for_being_signed_in);
  run (options, sign_out);

  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  test_display_init (&argc, &argv);
  if (argc != 2)
    {
      g_printerr ("usage: test-display-start mien|prosody\n");
      return 2;
    }
  if (!peer_start (argv[1]))
    {
      g_print ("1..0 # SKIP %s is not installed\n", argv[1]);
      return 0;
    }
  home = test_folder_new ("start");
  certificate = peer_dup_certificate_path ();

  g_test_add_func ("/start/create", test_create);
  g_test_add_func ("/start/password-file", test_password_file);
  if (peer_get_kind () == PEER_MIEN)
    {
      /* Prosody calls an empty list current, and then there is nothing to keep. */
      g_test_add_func ("/start/terminated", test_terminated);
      g_test_add_func ("/start/files", test_files);
      g_test_add_func ("/start/silent-keyring", test_silent_keyring);
      g_test_add_func ("/start/keyring", test_keyring);
    }
  status = g_test_run ();

  peer_stop ();
  g_free (certificate);
  return status;
}
