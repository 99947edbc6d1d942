/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

#include "xmpp-srv.h"

/* Targets: RFC 6120 section 3.2, XEP-0368 */

static void look_up_starttls (XmppConnector *self);

void
xmpp_connector_add_target (XmppConnector *self,
                           const char    *host,
                           guint16        port,
                           gboolean       direct_tls)
{
  Target *target;

  if (self->targets.length >= XMPP_CONNECTOR_MAX_TARGETS)
    return;
  target = g_new0 (Target, 1);
  target->host = g_strdup (host);
  target->port = port;
  target->direct_tls = direct_tls;
  g_queue_push_tail (&self->targets, target);
}

/* XEP-0368 section 3: both services are one set, by priority. */
static void
take_srv (XmppConnector *self,
          GAsyncResult  *result,
          gboolean       direct_tls)
{
  GList *records = g_resolver_lookup_records_finish (g_resolver_get_default (), result, NULL);
  guint before = self->srv->len;

  /* "." for direct TLS says no more than that there is none: the other service may still be there. */
  if ((xmpp_srv_parse (records, direct_tls, self->srv) && !direct_tls) || self->srv->len > before)
    self->any_srv = TRUE;
  g_list_free_full (records, (GDestroyNotify) g_variant_unref);
}

static void
take_targets (XmppConnector *self)
{
  GRand *rand = g_rand_new ();

  xmpp_srv_order (self->srv, rand);
  g_rand_free (rand);
  for (guint i = 0; i < self->srv->len; i++)
    {
      const XmppSrvTarget *target = self->srv->pdata[i];

      xmpp_connector_add_target (self, target->host, target->port, target->direct_tls);
    }
}

static void
on_direct_found (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;

  if (self->task == NULL)
    return;
  take_srv (self, result, TRUE);
  look_up_starttls (self);
}

static void
on_starttls_found (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;

  if (self->task == NULL)
    return;
  take_srv (self, result, FALSE);
  xmpp_connector_fall_back (self);
}

static void
look_up (XmppConnector       *self,
         const char          *service,
         GAsyncReadyCallback  callback)
{
  g_autofree char *ascii = g_hostname_to_ascii (xmpp_connector_domain (self));
  g_autofree char *name = g_strdup_printf ("_%s._tcp.%s", service,
                                           ascii != NULL ? ascii : xmpp_connector_domain (self));

  g_resolver_lookup_records_async (g_resolver_get_default (), name, G_RESOLVER_RECORD_SRV, self->cancellable, callback,
                                   g_object_ref (self));
}

void
xmpp_connector_look_up_direct (XmppConnector *self)
{
  if (self->mode == XMPP_TLS_STARTTLS)
    look_up_starttls (self);
  else
    look_up (self, "xmpps-client", on_direct_found);
}

static void
look_up_starttls (XmppConnector *self)
{
  if (self->mode == XMPP_TLS_DIRECT)
    xmpp_connector_fall_back (self);
  else
    look_up (self, "xmpp-client", on_starttls_found);
}

/* Without SRV records the xmpp_connector_domain itself is the host (RFC 6120 section 3.2.2). */
void
xmpp_connector_fall_back (XmppConnector *self)
{
  take_targets (self);
  if (!self->any_srv)
    {
      const char *domain = xmpp_connector_domain (self);
      g_autofree char *plain = NULL;

      if (*domain == '[')
        plain = g_strndup (domain + 1, strlen (domain) - 2);
      xmpp_connector_add_target (self, plain != NULL ? plain : domain,
                                 self->mode == XMPP_TLS_DIRECT ? 5223 : 5222, self->mode == XMPP_TLS_DIRECT);
    }
  else if (self->targets.length == 0)
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_HOST_UNKNOWN, NULL,
                                "%s has no chat service for people. Check the address.", xmpp_connector_domain (self));
      return;
    }
  xmpp_connector_try_next_target (self);
}

static void
fail_unconnected (XmppConnector *self)
{
  const GError *cause = self->target_error;
  const char *host = self->target != NULL ? self->target->host : xmpp_connector_domain (self);

  if (cause != NULL && cause->domain == G_RESOLVER_ERROR && cause->code == G_RESOLVER_ERROR_NOT_FOUND)
    xmpp_connector_fail_with (self, XMPP_ERROR_HOST_UNKNOWN, NULL, "There is no server named %s. Check the address.",
                              host);
  else if (cause != NULL && cause->domain == G_RESOLVER_ERROR)
    xmpp_connector_fail_with (self, XMPP_ERROR_UNREACHABLE, NULL,
                              "The address of %s cannot be looked up. Is this computer online?", host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    xmpp_connector_fail_with (self, XMPP_ERROR_UNREACHABLE, NULL,
                              "The server %s does not accept connections. Try again later.", host);
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_UNREACHABLE, NULL,
                              "The server %s cannot be reached. Is this computer online?", host);
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection)
      connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  xmpp_clear_source (&self->target_timeout);
  if (self->task == NULL)
    return;
  if (connection == NULL)
    {
      g_clear_error (&self->target_error);
      self->target_error = g_steal_pointer (&error);
      xmpp_connector_try_next_target (self);
      return;
    }
  if (G_IS_TCP_CONNECTION (connection))
    {
      GSocket *socket = g_socket_connection_get_socket (connection);

      g_socket_set_option (socket, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);
      g_socket_set_keepalive (socket, TRUE);
    }
  self->stream = xmpp_stream_new (G_IO_STREAM (connection), XMPP_NS_CLIENT);
  if (self->target->direct_tls)
    xmpp_connector_start_tls (self);
  else
    xmpp_connector_open_stream (self);
}

static gboolean
on_target_time (gpointer user_data)
{
  XmppConnector *self = user_data;

  g_cancellable_cancel (self->target_cancellable);
  return G_SOURCE_REMOVE;
}

void
xmpp_connector_try_next_target (XmppConnector *self)
{
  g_autoptr (GSocketClient) client = NULL;

  if (self->targets.length == 0)
    {
      fail_unconnected (self);
      return;
    }
  g_clear_pointer (&self->target, xmpp_connector_target_free);
  self->target = g_queue_pop_head (&self->targets);
  g_clear_object (&self->target_cancellable);
  self->target_cancellable = g_cancellable_new ();
  self->target_timeout = g_timeout_source_new_seconds (XMPP_CONNECTOR_TARGET_SECONDS);
  g_source_set_callback (self->target_timeout, on_target_time, self, NULL);
  g_source_attach (self->target_timeout, g_task_get_context (self->task));
  client = g_socket_client_new ();
  g_socket_client_connect_to_host_async (client, self->target->host, self->target->port, self->target_cancellable,
                                         on_connected, g_object_ref (self));
}
