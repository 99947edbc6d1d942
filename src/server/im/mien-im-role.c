/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include <glib/gi18n.h>
#include "mien-certificate.h"
#include "mien-im-sign-in.h"
#include "mien-listen.h"

#define TICK_SECONDS 30
#define MAX_LAST_TURNS 100000   /* of the main loop while stopping */

static void mien_im_role_iface_init (MienRoleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienImRole, mien_im_role, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MIEN_TYPE_ROLE, mien_im_role_iface_init))

static gboolean
on_tick (gpointer user_data)
{
  MienImRole *role = user_data;
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_im_session_unref);
  GHashTableIter iter;
  gpointer account;

  g_hash_table_iter_init (&iter, role->accounts);
  while (g_hash_table_iter_next (&iter, NULL, &account))
    for (guint i = 0; i < ((MienImAccount *) account)->sessions->len; i++)
      g_ptr_array_add (sessions, mien_im_session_ref (g_ptr_array_index (((MienImAccount *) account)->sessions, i)));
  for (guint i = 0; i < sessions->len; i++)
    mien_im_session_tick (g_ptr_array_index (sessions, i), now);
  mien_im_requests_tick (role, now);
  mien_im_forward_run (role);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_removed_tick (gpointer user_data)
{
  mien_im_removed_look (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
prepare_domain (MienImRole *role, GError **error)
{
  const char *text = mien_server_config_get (role->config, "im", "domain");
  g_autoptr (GError) local_error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, &local_error);

  if (jid != NULL && xmpp_jid_get_local (jid) == NULL && xmpp_jid_is_bare (jid))
    {
      g_free (role->domain);
      role->domain = g_strdup (xmpp_jid_get_domain (jid));
      return TRUE;
    }
  g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG, _("[im] domain=%s is not a domain: %s"), text,
               local_error != NULL ? local_error->message : _("there must be no “@” and no “/” in it"));
  return FALSE;
}

static gboolean
open_certificate (MienImRole *role, const char *directory, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  role->certificate = mien_certificate_load (role->config, "im", &local_error);
  if (local_error == NULL && role->certificate == NULL)
    role->certificate = mien_certificate_ensure (directory, role->domain, &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
mien_im_role_start (MienRole *base, GError **error)
{
  MienImRole *role = MIEN_IM_ROLE (base);
  g_autofree char *directory = mien_server_config_make_directory (role->config, "im", error);
  g_autofree char *path = directory != NULL ? g_build_filename (directory, "im.sqlite", NULL) : NULL;
  g_autofree char *bound = NULL;

  if (directory == NULL || !prepare_domain (role, error) || !open_certificate (role, directory, error))
    return FALSE;
  role->db = mien_im_store_open (path, error);
  if (role->db == NULL)
    return FALSE;
  role->open_registration = g_str_equal (mien_server_config_get (role->config, "im", "registration"), "open");
  if (!mien_listen_bind (G_SOCKET_LISTENER (role->clients), role->config, "im", "listen", &bound, error))
    return FALSE;
  role->running = TRUE;
  if (!mien_im_components_start (role, error))
    return FALSE;
  g_signal_connect_object (role->clients, "incoming", G_CALLBACK (mien_im_sign_in_incoming), role, 0);
  g_socket_service_start (role->clients);
  if (bound != NULL)
    mien_server_config_set_bound (role->config, "im", bound);
  role->ticker = g_timeout_source_new_seconds (TICK_SECONDS);
  g_source_set_callback (role->ticker, on_tick, role, NULL);
  g_source_attach (role->ticker, g_main_context_get_thread_default ());
  role->removed_ticker = g_timeout_source_new_seconds (MIEN_IM_REMOVED_SECONDS);
  g_source_set_callback (role->removed_ticker, on_removed_tick, role, NULL);
  g_source_attach (role->removed_ticker, g_main_context_get_thread_default ());
  g_message ("%s on %s", role->domain, bound != NULL ? bound : "no port");
  return TRUE;
}

static void
end_sessions (MienImRole *role)
{
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_im_session_unref);
  GHashTableIter iter;
  gpointer account;

  g_hash_table_iter_init (&iter, role->accounts);
  while (g_hash_table_iter_next (&iter, NULL, &account))
    for (guint i = 0; i < ((MienImAccount *) account)->sessions->len; i++)
      g_ptr_array_add (sessions, mien_im_session_ref (g_ptr_array_index (((MienImAccount *) account)->sessions, i)));
  for (guint i = 0; i < sessions->len; i++)
    mien_im_session_end (g_ptr_array_index (sessions, i), "system-shutdown", NULL);
}

static void
mien_im_role_stop (MienRole *base)
{
  MienImRole *role = MIEN_IM_ROLE (base);

  g_socket_service_stop (role->clients);
  g_socket_listener_close (G_SOCKET_LISTENER (role->clients));
  if (role->ticker != NULL)
    g_source_destroy (role->ticker);
  g_clear_pointer (&role->ticker, g_source_unref);
  if (role->removed_ticker != NULL)
    g_source_destroy (role->removed_ticker);
  g_clear_pointer (&role->removed_ticker, g_source_unref);
  if (role->running)
    {
      /* While it still runs: unacknowledged messages are stored. */
      end_sessions (role);
      mien_im_components_stop (role);
    }
  role->running = FALSE;
  g_cancellable_cancel (role->cancellable);
  if (role->db != NULL)
    mien_database_close (role->db);
  /* What the database still had to say, and the last words of the streams. */
  for (guint i = 0; i < MAX_LAST_TURNS && g_main_context_iteration (g_main_context_get_thread_default (), FALSE); i++)
    ;
  mien_im_requests_free (role);
}

static const char *
mien_im_role_get_name (MienRole *base)
{
  return "im";
}

static void
mien_im_role_iface_init (MienRoleInterface *iface)
{
  iface->get_name = mien_im_role_get_name;
  iface->start = mien_im_role_start;
  iface->stop = mien_im_role_stop;
}

static void
mien_im_role_finalize (GObject *object)
{
  MienImRole *role = MIEN_IM_ROLE (object);

  g_hash_table_unref (role->components);
  g_hash_table_unref (role->accounts);
  g_hash_table_unref (role->resumable);
  g_hash_table_unref (role->secrets);
  g_hash_table_unref (role->caps);
  g_hash_table_unref (role->hosts);
  g_hash_table_unref (role->registrations);
  mien_im_requests_free (role);
  g_clear_object (&role->clients);
  g_clear_object (&role->component_service);
  g_clear_object (&role->cancellable);
  g_clear_object (&role->certificate);
  g_clear_object (&role->db);
  g_clear_pointer (&role->config, mien_server_config_unref);
  g_free (role->domain);

  G_OBJECT_CLASS (mien_im_role_parent_class)->finalize (object);
}

static void
mien_im_role_class_init (MienImRoleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_im_role_finalize;
}

static void
secret_free (gpointer data)
{
  explicit_bzero (data, strlen (data));
  g_free (data);
}

static void
mien_im_role_init (MienImRole *role)
{
  role->cancellable = g_cancellable_new ();
  role->clients = g_socket_service_new ();
  g_socket_service_stop (role->clients);
  role->component_service = g_socket_service_new ();
  g_socket_service_stop (role->component_service);
  role->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  role->registrations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  role->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mien_im_account_free);
  role->resumable = g_hash_table_new (g_str_hash, g_str_equal);
  role->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, secret_free);
  role->components = mien_im_components_new ();
  role->caps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

MienRole *
mien_im_role_new (MienServerConfig *config, MienHttpListener *listener)
{
  MienImRole *role;

  g_return_val_if_fail (config != NULL, NULL);

  role = g_object_new (MIEN_TYPE_IM_ROLE, NULL);
  role->config = mien_server_config_ref (config);
  return MIEN_ROLE (role);
}

guint
mien_im_role_get_n_sessions (MienImRole *role)
{
  g_return_val_if_fail (MIEN_IS_IM_ROLE (role), 0);

  return role->n_sessions;
}
