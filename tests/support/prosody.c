/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prosody.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "folder.h"
#include "server.h"

#define START_SECONDS 60

struct _TestProsody
{
  char         *directory;
  GSubprocess  *process;
  GTlsDatabase *database;
  guint16       port;
  guint16       component_port;
};

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

TestProsody *
test_prosody_new (void)
{
  TestProsody *self = g_new0 (TestProsody, 1);
  g_autofree char *config = NULL;

  self->directory = test_folder_new ("prosody");
  self->port = test_free_port ();
  self->component_port = test_free_port ();
  self->database = test_make_certificate (self->directory);
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

void
test_prosody_free (TestProsody *self)
{
  if (self->process != NULL)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_subprocess_wait (self->process, NULL, NULL);
      g_object_unref (self->process);
    }
  test_folder_remove (self->directory);
  g_object_unref (self->database);
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

void
test_prosody_start (TestProsody *self)
{
  g_autofree char *config = g_build_filename (self->directory, "prosody.cfg.lua", NULL);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  test_launcher_end_with_test (launcher, SIGTERM);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "prosody", "-F", "--config", config, NULL);
  g_assert_no_error (error);
  g_assert_true (
      test_wait_for_ports (self->process, START_SECONDS, (guint16[]){ self->port, self->component_port, 0 }));
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
test_prosody_dup_certificate_path (TestProsody *self)
{
  return g_build_filename (self->directory, "certificate.pem", NULL);
}

char *
test_prosody_get_log (TestProsody *self)
{
  g_autofree char *path = g_build_filename (self->directory, "log", NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}
