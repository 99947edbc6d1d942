/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <sys/prctl.h>

#define POLL_USEC 20000

guint16
test_free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

GTlsDatabase *
test_make_certificate (const char *directory)
{
  g_autofree char *key = g_build_filename (directory, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (directory, "certificate.pem", NULL);
  const char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                         "-keyout", key, "-out", certificate, NULL };
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  database = g_tls_file_database_new (certificate, &error);
  g_assert_no_error (error);
  return database;
}

static void
end_with_the_test (gpointer signal)
{
  prctl (PR_SET_PDEATHSIG, GPOINTER_TO_INT (signal));
}

void
test_launcher_end_with_test (GSubprocessLauncher *launcher, int signal)
{
  g_subprocess_launcher_set_child_setup (launcher, end_with_the_test, GINT_TO_POINTER (signal), NULL);
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

gboolean
test_wait_for_ports (GSubprocess *process, guint seconds, const guint16 *ports)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  for (; *ports != 0; ports++)
    while (!listens (*ports))
      {
        if (g_get_monotonic_time () > deadline || g_subprocess_get_identifier (process) == NULL)
          return FALSE;
        g_usleep (POLL_USEC);
      }
  return TRUE;
}
