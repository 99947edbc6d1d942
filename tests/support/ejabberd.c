/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ejabberd.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "folder.h"
#include "server.h"

#define START_SECONDS 120

struct _TestEjabberd
{
  char         *directory;
  GSubprocess  *process;
  GTlsDatabase *database;
  guint16       port;
  guint16       component_port;
};

/* The folder with ejabberd's own compiled modules, whatever its version. */
static char *
find_ebin (void)
{
  static const char * const roots[] = { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                        "/usr/lib/erlang/lib", "/usr/lib" };

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (roots[i], 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *app = g_build_filename (roots[i], name, "ebin", "ejabberd.app", NULL);

          if (g_str_has_prefix (name, "ejabberd") && g_file_test (app, G_FILE_TEST_EXISTS))
            return g_path_get_dirname (app);
        }
    }
  return NULL;
}

gboolean
test_ejabberd_is_installed (void)
{
  g_autofree char *erl = g_find_program_in_path ("erl");
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autofree char *ebin = find_ebin ();

  return erl != NULL && openssl != NULL && ebin != NULL;
}

static void
make_certificate (TestEjabberd *self)
{
  g_autofree char *both = g_build_filename (self->directory, "both.pem", NULL);
  g_autofree char *key_path = g_build_filename (self->directory, "key.pem", NULL);
  g_autofree char *certificate_path = g_build_filename (self->directory, "certificate.pem", NULL);
  g_autofree char *key = NULL;
  g_autofree char *certificate = NULL;
  g_autofree char *together = NULL;

  self->database = test_make_certificate (self->directory);
  g_assert_true (g_file_get_contents (key_path, &key, NULL, NULL));
  g_assert_true (g_file_get_contents (certificate_path, &certificate, NULL, NULL));
  together = g_strconcat (certificate, key, NULL);
  g_assert_true (g_file_set_contents (both, together, -1, NULL));
}

static void
write_config (TestEjabberd *self, const char *path)
{
  g_autofree char *text = g_strdup_printf (
    "hosts:\n  - localhost\n"
    "loglevel: info\n"
    "certfiles:\n  - \"%1$s/both.pem\"\n"
    "ca_file: \"%1$s/certificate.pem\"\n"
    "listen:\n"
    "  -\n    port: %2$u\n    ip: \"127.0.0.1\"\n    module: ejabberd_c2s\n    starttls: true\n    access: c2s\n"
    "  -\n    port: %3$u\n    ip: \"127.0.0.1\"\n    module: ejabberd_service\n    access: all\n"
    "    hosts:\n      \"" TEST_EJABBERD_COMPONENT "\":\n        password: \"" TEST_EJABBERD_SECRET "\"\n"
    "auth_method: internal\nauth_password_format: scram\n"
    "registration_timeout: infinity\n"
    "acl:\n  local:\n    user_regexp: \"\"\n"
    "access_rules:\n  c2s:\n    - allow\n  register:\n    - allow\n"
    "modules:\n"
    "  mod_disco: {}\n  mod_roster: {}\n  mod_ping: {}\n  mod_offline: {}\n  mod_avatar: {}\n  mod_vcard: {}\n"
    "  mod_vcard_xupdate: {}\n  mod_carboncopy: {}\n"
    "  mod_caps: {}\n  mod_stream_mgmt: {}\n  mod_register:\n    access: register\n    ip_access: all\n"
    "  mod_pubsub:\n    last_item_cache: false\n    plugins:\n      - flat\n      - pep\n",
    self->directory, self->port, self->component_port);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

TestEjabberd *
test_ejabberd_new (void)
{
  TestEjabberd *self = g_new0 (TestEjabberd, 1);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE);
  g_autofree char *ebin = find_ebin ();
  g_autofree char *root = g_path_get_dirname (ebin);
  g_autofree char *libraries = g_path_get_dirname (root);
  g_autofree char *config = NULL;
  g_autofree char *log = NULL;
  g_autofree char *output = NULL;
  g_autofree char *spool = NULL;
  g_autoptr (GError) error = NULL;

  self->directory = test_folder_new ("ejabberd");
  self->port = test_free_port ();
  self->component_port = test_free_port ();
  make_certificate (self);
  config = g_build_filename (self->directory, "ejabberd.yml", NULL);
  log = g_build_filename (self->directory, "ejabberd.log", NULL);
  output = g_build_filename (self->directory, "output", NULL);
  spool = g_strdup_printf ("\"%s/database\"", self->directory);
  write_config (self, config);

  g_subprocess_launcher_setenv (launcher, "EJABBERD_CONFIG_PATH", config, TRUE);
  g_subprocess_launcher_setenv (launcher, "EJABBERD_LOG_PATH", log, TRUE);
  g_subprocess_launcher_setenv (launcher, "HOME", self->directory, TRUE);
  g_subprocess_launcher_setenv (launcher, "ERL_CRASH_DUMP", "/dev/null", TRUE);
  g_subprocess_launcher_setenv (launcher, "ERL_LIBS", libraries, TRUE);
  g_subprocess_launcher_set_stdout_file_path (launcher, output);
  g_subprocess_launcher_set_flags (launcher, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  test_launcher_end_with_test (launcher, SIGKILL);
  /* The database's folder carries the node's name; a node without a name (nonode@nohost) needs no epmd. */
  self->process = g_subprocess_launcher_spawn (launcher, &error, "erl", "-pa", ebin, "-mnesia", "dir", spool,
                                               "-noinput", "-s", "ejabberd", NULL);
  g_assert_no_error (error);
  if (!test_wait_for_ports (self->process, START_SECONDS, (guint16[]) { self->port, self->component_port, 0 }))
    {
      g_autofree char *text = NULL;

      g_file_get_contents (output, &text, NULL, NULL);
      g_error ("ejabberd does not start: %s", text);
    }
  return self;
}

void
test_ejabberd_free (TestEjabberd *self)
{
  g_subprocess_send_signal (self->process, SIGKILL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  g_object_unref (self->database);
  test_folder_remove (self->directory);
  g_free (self);
}

guint16
test_ejabberd_get_port (TestEjabberd *self)
{
  return self->port;
}

guint16
test_ejabberd_get_component_port (TestEjabberd *self)
{
  return self->component_port;
}

GTlsDatabase *
test_ejabberd_get_database (TestEjabberd *self)
{
  return self->database;
}

char *
test_ejabberd_get_log (TestEjabberd *self)
{
  g_autofree char *path = g_build_filename (self->directory, "ejabberd.log", NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}
