/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <glib/gstdio.h>

#include <mien-avatar-role.h>
#include <mien-im-role.h>
#include <mien-portrait-role.h>
#include <mien-server.h>

#include "ejabberd.h"
#include "folder.h"
#include "prosody.h"
#include "server.h"

static const MienServerRole roles[] = {
  { "im", mien_im_role_new },
  { "avatar", mien_avatar_role_new },
  { "portrait", mien_portrait_role_new },
  { NULL },
};

static PeerKind kind;
static char *directory;
static TestProsody *prosody;
static TestEjabberd *ejabberd;
static MienServer *server;       /* our roles */
static GTlsDatabase *trust;      /* of our IM server's certificate */
static HostileRelay *relay;      /* before our HTTP side */

gboolean
peer_on_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
peer_keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The start of every configuration; the portrait role's secret is what follows it. */
static GString *
begin_config (void)
{
  guint16 port = test_free_port ();
  GString *text = g_string_new ("[server]\ndata-directory=data\n");

  relay = hostile_relay_new (port);
  g_string_append_printf (text, "[http]\nlisten=127.0.0.1:%u\npublic-url=http://127.0.0.1:%u\n", port,
                          hostile_relay_get_port (relay));
  g_string_append (text, "[avatar]\npack-directory=" TEST_PACK "\n");
  g_string_append (text, "[portrait]\ncomponent-domain=" PEER_SERVICE "\n");
  return text;
}

static void
start_roles (GString *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienServerConfig) config = mien_server_config_parse (text->str, directory, &error);

  g_assert_no_error (error);
  server = mien_server_new (config, roles);
  mien_server_start (server, &error);
  g_assert_no_error (error);
  g_string_free (text, TRUE);
}

static void
start_mien (void)
{
  g_autofree char *certificate = g_build_filename (directory, "data", "im", "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GString *text = begin_config ();

  g_string_append (text, "[im]\ndomain=" PEER_DOMAIN "\nlisten=127.0.0.1:0\ncomponent-listen=127.0.0.1:0\n"
                         "registration=open\n");
  start_roles (text);
  trust = g_tls_file_database_new (certificate, &error);
  g_assert_no_error (error);
}

/* The avatar and portrait roles as a component of somebody else's server. */
static void
start_component (guint16 port, const char *secret)
{
  g_autofree char *path = g_build_filename (directory, "secret", NULL);
  g_autoptr (GError) error = NULL;
  GString *text = begin_config ();

  g_file_set_contents_full (path, secret, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  g_string_append_printf (text, "component-host=127.0.0.1:%u\ncomponent-secret-file=%s\n", port, path);
  start_roles (text);
}

gboolean
peer_start (const char *name)
{
  directory = test_folder_new ("interop");
  if (g_str_equal (name, "mien"))
    {
      kind = PEER_MIEN;
      start_mien ();
    }
  else if (g_str_equal (name, "prosody") && test_prosody_is_installed ())
    {
      kind = PEER_PROSODY;
      prosody = test_prosody_new ();
      test_prosody_start (prosody);
      start_component (test_prosody_get_component_port (prosody), TEST_PROSODY_SECRET);
    }
  else if (g_str_equal (name, "ejabberd") && test_ejabberd_is_installed ())
    {
      kind = PEER_EJABBERD;
      ejabberd = test_ejabberd_new ();
      start_component (test_ejabberd_get_component_port (ejabberd), TEST_EJABBERD_SECRET);
    }
  else
    {
      peer_stop ();
      return FALSE;
    }
  return TRUE;
}

void
peer_stop (void)
{
  if (server != NULL)
    mien_server_stop (server);
  g_clear_object (&server);
  g_clear_pointer (&relay, hostile_relay_free);
  g_clear_object (&trust);
  g_clear_pointer (&prosody, test_prosody_free);
  g_clear_pointer (&ejabberd, test_ejabberd_free);
  g_clear_pointer (&directory, test_folder_remove);
}

PeerKind
peer_get_kind (void)
{
  return kind;
}

guint16
peer_get_port (void)
{
  const char *bound;

  if (kind == PEER_PROSODY)
    return test_prosody_get_port (prosody);
  if (kind == PEER_EJABBERD)
    return test_ejabberd_get_port (ejabberd);
  bound = mien_server_config_get_bound (mien_server_get_config (server), "im");
  return (guint16) g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
}

GTlsDatabase *
peer_get_trust (void)
{
  if (kind == PEER_PROSODY)
    return test_prosody_get_database (prosody);
  if (kind == PEER_EJABBERD)
    return test_ejabberd_get_database (ejabberd);
  return trust;
}

char *
peer_dup_certificate_path (void)
{
  if (kind == PEER_PROSODY)
    return test_prosody_dup_certificate_path (prosody);
  g_assert_cmpint (kind, ==, PEER_MIEN);
  return g_build_filename (directory, "data", "im", "certificate.pem", NULL);
}

HostileRelay *
peer_get_http (void)
{
  return relay;
}

void
peer_print_log (void)
{
  g_autofree char *log = NULL;

  if (kind == PEER_PROSODY)
    log = test_prosody_get_log (prosody);
  else if (kind == PEER_EJABBERD)
    log = test_ejabberd_get_log (ejabberd);
  if (log != NULL)
    g_printerr ("%s\n", log);
}
