/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prosody.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

struct _TestProsody
{
  char         *directory;
  GSubprocess  *process;
  GTlsDatabase *database;
  guint16       port;
  guint16       component_port;
};

/* Asked for here and used by Prosody a moment later: on a quiet loopback nobody takes it in between. */
static guint16
free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

gboolean
test_prosody_is_installed (void)
{
  g_autofree char *prosody = g_find_program_in_path ("prosody");
  g_autofree char *openssl = g_find_program_in_path ("openssl");

  return prosody != NULL && openssl != NULL;
}

static void
write_file (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
make_certificate (TestProsody *self)
{
  g_autofree char *key = g_build_filename (self->directory, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (self->directory, "certificate.pem", NULL);
  const char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                         "-keyout", key, "-out", certificate, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  self->database = g_tls_file_database_new (certificate, &error);
  g_assert_no_error (error);
}

TestProsody *
test_prosody_new (void)
{
  TestProsody *self = g_new0 (TestProsody, 1);
  g_autofree char *config = NULL;

  self->directory = g_dir_make_tmp ("mien-prosody-XXXXXX", NULL);
  self->port = free_port ();
  self->component_port = free_port ();
  make_certificate (self);
  config = g_strdup_printf (
    "run_as_root = true\n"
    "data_path = \"%1$s/data\"\n"
    "pidfile = \"%1$s/prosody.pid\"\n"
    "modules_enabled = { \"roster\", \"saslauth\", \"tls\", \"disco\", \"carbons\", \"pep\", \"vcard4\","
    " \"vcard_legacy\","
    " \"register\", \"version\", \"ping\", \"smacks\", \"offline\", \"presence\", \"message\", \"iq\" }\n"
    "modules_disabled = { \"s2s\" }\n"
    "c2s_interfaces = { \"127.0.0.1\" }\n"
    "c2s_ports = { %2$u }\n"
    "component_interfaces = { \"127.0.0.1\" }\n"
    "component_ports = { %3$u }\n"
    "http_ports = {}\nhttps_ports = {}\ns2s_ports = {}\n"
    "authentication = \"internal_plain\"\n"
    "allow_registration = true\n"
    "log = { { levels = { min = \"info\" }, to = \"file\", filename = \"%1$s/log\" } }\n"
    "ssl = { key = \"%1$s/key.pem\", certificate = \"%1$s/certificate.pem\" }\n"
    "VirtualHost \"localhost\"\n"
    "Component \"" TEST_PROSODY_COMPONENT "\"\n"
    "  component_secret = \"" TEST_PROSODY_SECRET "\"\n",
    self->directory, self->port, self->component_port);
  write_file (self->directory, "prosody.cfg.lua", config);
  return self;
}

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

void
test_prosody_free (TestProsody *self)
{
  if (self->process != NULL)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_subprocess_wait (self->process, NULL, NULL);
      g_object_unref (self->process);
    }
  remove_all (self->directory);
  g_object_unref (self->database);
  g_free (self->directory);
  g_free (self);
}

void
test_prosody_add_account (TestProsody *self, const char *name, const char *password)
{
  g_autofree char *file = g_strdup_printf ("data/localhost/accounts/%s.dat", name);
  g_autofree char *text = g_strdup_printf ("return { [\"password\"] = \"%s\"; };\n", password);

  write_file (self->directory, file, text);
}

void
test_prosody_add_friends (TestProsody *self, const char *name, const char *prefix, guint count)
{
  g_autofree char *file = g_strdup_printf ("data/localhost/roster/%s.dat", name);
  g_autoptr (GString) text = g_string_new ("return {\n[false] = { [\"version\"] = 1; [\"pending\"] = {}; };\n");

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "[\"%s%u@localhost\"] = { [\"subscription\"] = \"both\"; [\"groups\"] = {};"
                            " [\"name\"] = \"Friend %u\"; };\n", prefix, i, i);
  g_string_append (text, "};\n");
  write_file (self->directory, file, text->str);
}

static gboolean
listens (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  return connection != NULL;
}

/* A test that crashes leaves no server behind. */
static void
end_with_the_test (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

void
test_prosody_start (TestProsody *self)
{
  g_autofree char *config = g_build_filename (self->directory, "prosody.cfg.lua", NULL);
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_the_test, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "prosody", "-F", "--config", config, NULL);
  g_assert_no_error (error);
  while (!listens (self->port) || !listens (self->component_port))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (20000);
    }
}

guint16
test_prosody_get_port (TestProsody *self)
{
  return self->port;
}

guint16
test_prosody_get_component_port (TestProsody *self)
{
  return self->component_port;
}

GTlsDatabase *
test_prosody_get_database (TestProsody *self)
{
  return self->database;
}

char *
test_prosody_get_log (TestProsody *self)
{
  g_autofree char *path = g_build_filename (self->directory, "log", NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}
