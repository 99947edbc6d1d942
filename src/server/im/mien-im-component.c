/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include <glib/gi18n.h>
#include "mien-listen.h"
#include "xmpp-component-acceptor.h"

/* External components (XEP-0114). */

struct _MienImComponent
{
  MienImRole *role;       /* borrowed: it owns us */
  char       *domain;
  XmppStream *stream;
};

static void
component_free (gpointer data)
{
  MienImComponent *self = data;

  xmpp_stream_set_events (self->stream, NULL, NULL);
  xmpp_stream_close (self->stream);
  g_object_unref (self->stream);
  g_free (self->domain);
  g_free (self);
}

/* RFC 6120 section 8.1.1.2 and XEP-0114 section 3: a component speaks for its own domain. */
static gboolean
check_addresses (MienImComponent *self, XmppNode *stanza)
{
  const char *from = xmpp_node_get (stanza, "from");
  const char *to = xmpp_node_get (stanza, "to");
  g_autoptr (XmppJid) sender = from != NULL ? xmpp_jid_new (from, NULL) : NULL;
  g_autoptr (XmppJid) receiver = to != NULL ? xmpp_jid_new (to, NULL) : NULL;

  if (sender == NULL || !g_str_equal (xmpp_jid_get_domain (sender), self->domain))
    {
      xmpp_stream_fail (self->stream, "invalid-from", NULL);
      return FALSE;
    }
  if (receiver == NULL)
    {
      xmpp_stream_fail (self->stream, "improper-addressing", NULL);
      return FALSE;
    }
  xmpp_node_set (stanza, "from", xmpp_jid_get_full (sender));
  xmpp_node_set (stanza, "to", xmpp_jid_get_full (receiver));
  return TRUE;
}

static void
on_stanza (XmppStream *stream, XmppNode *stanza, gpointer user_data)
{
  MienImComponent *self = user_data;

  if (!xmpp_node_is (stanza, "iq", XMPP_NS_CLIENT) && !xmpp_node_is (stanza, "message", XMPP_NS_CLIENT)
      && !xmpp_node_is (stanza, "presence", XMPP_NS_CLIENT))
    xmpp_stream_fail (stream, "unsupported-stanza-type", NULL);
  else if (check_addresses (self, stanza))
    mien_im_route (self->role, stanza);
}

static void
on_closed (XmppStream *stream, const GError *error, gpointer user_data)
{
  MienImComponent *self = user_data;

  g_message ("The component %s has gone%s%s", self->domain, error != NULL ? ": " : "",
             error != NULL ? error->message : "");
  g_hash_table_remove (self->role->components, self->domain);
}

static const XmppStreamEvents events = { NULL, on_stanza, on_closed, NULL };

static char *
secret_of (const char *domain, gpointer user_data)
{
  MienImRole *role = user_data;

  return g_strdup (g_hash_table_lookup (role->secrets, domain));
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienImRole) role = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *domain = NULL;
  g_autoptr (XmppStream) stream = xmpp_component_accept_finish (result, &domain, &error);
  MienImComponent *self;

  role->components_accepting--;
  if (stream == NULL)
    {
      g_message ("A component was not let in: %s", error->message);
      return;
    }
  if (!role->running)
    return;
  self = g_new0 (MienImComponent, 1);
  self->role = role;
  self->domain = g_strdup (domain);
  self->stream = g_steal_pointer (&stream);
  xmpp_stream_set_limits (self->stream, MIEN_IM_COMPONENT_MAX_STANZA, MIEN_IM_MAX_QUEUE);
  xmpp_stream_set_keepalive (self->stream, 60);
  xmpp_stream_set_events (self->stream, &events, self);
  /* A component that comes again has lost its old connection, and knows it before we do. */
  g_hash_table_replace (role->components, self->domain, self);
  g_message ("The component %s is connected", domain);
  xmpp_stream_resume (self->stream);
  mien_im_forward_run (role);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, MienImRole *role)
{
  if (!role->running
      || g_hash_table_size (role->components) + role->components_accepting >= MIEN_IM_MAX_COMPONENT_CONNECTIONS)
    return TRUE;
  role->components_accepting++;
  g_socket_set_keepalive (g_socket_connection_get_socket (connection), TRUE);
  xmpp_component_accept_async (G_IO_STREAM (connection), secret_of, role, role->cancellable, on_accepted,
                               g_object_ref (role));
  return TRUE;
}

static gboolean
read_secrets (MienImRole *role, GError **error)
{
  g_auto (GStrv) keys = mien_server_config_list (role->config, "im", "component.");
  char *secret;

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (XmppJid) domain = xmpp_jid_new (keys[i] + strlen ("component."), NULL);

      if (domain == NULL || xmpp_jid_get_local (domain) != NULL
          || g_str_equal (xmpp_jid_get_domain (domain), role->domain))
        {
          g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                       _("[im] %s: this is not a domain for a component"),
                       keys[i]);
          return FALSE;
        }
      secret = mien_server_config_read_secret (role->config, "im", keys[i], error);
      if (secret == NULL)
        return FALSE;
      g_hash_table_replace (role->secrets, g_strdup (xmpp_jid_get_domain (domain)), secret);
    }
  /* The portrait role of the same process. */
  if (!mien_server_config_has (role->config, "portrait")
      || mien_server_config_get (role->config, "portrait", "component-host") != NULL)
    return TRUE;
  secret = mien_server_config_read_secret (role->config, "portrait", "component-secret-file", error);
  if (secret == NULL)
    return FALSE;
  g_hash_table_replace (role->secrets, g_strdup (mien_server_config_get_portrait_domain (role->config)), secret);
  return TRUE;
}

gboolean
mien_im_components_start (MienImRole *role, GError **error)
{
  g_autofree char *bound = NULL;

  if (!read_secrets (role, error))
    return FALSE;
  if (!mien_listen_bind (G_SOCKET_LISTENER (role->component_service), role->config, "im", "component-listen", &bound,
                         error))
    return FALSE;
  g_signal_connect_object (role->component_service, "incoming", G_CALLBACK (on_incoming), role, 0);
  g_socket_service_start (role->component_service);
  if (bound != NULL)
    mien_server_config_set_bound (role->config, "component", bound);
  return TRUE;
}

void
mien_im_components_stop (MienImRole *role)
{
  g_socket_service_stop (role->component_service);
  g_socket_listener_close (G_SOCKET_LISTENER (role->component_service));
  g_hash_table_remove_all (role->components);
}

GHashTable *
mien_im_components_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, component_free);
}

gboolean
mien_im_component_serves (MienImRole *role, const char *domain)
{
  return g_hash_table_contains (role->secrets, domain);
}

gboolean
mien_im_component_is_connected (MienImRole *role, const char *domain)
{
  return g_hash_table_contains (role->components, domain);
}

void
mien_im_component_send (MienImRole *role, const char *domain, const XmppNode *stanza)
{
  MienImComponent *component = g_hash_table_lookup (role->components, domain);

  if (component != NULL)
    xmpp_stream_send (component->stream, stanza);
}
