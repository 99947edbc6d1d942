/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-client-private.h"

/* Attempts */

static gboolean
on_certificate (XmppConnector        *connector,
                GTlsCertificate      *certificate,
                GTlsCertificateFlags  problems,
                gpointer              user_data)
{
  XmppClient *self = user_data;
  gboolean accepted = FALSE;

  if (self->trusted != NULL && g_tls_certificate_is_same (self->trusted, certificate))
    return TRUE;
  g_signal_emit_by_name (self, "accept-certificate", certificate, problems, &accepted);
  if (accepted)
    g_set_object (&self->trusted, certificate);
  return accepted;
}

static XmppConnector *
make_connector (XmppClient *self)
{
  XmppConnector *connector = xmpp_connector_new (self->wanted, self->password);

  xmpp_connector_set_host (connector, self->host, self->port, self->mode);
  xmpp_connector_set_tls_database (connector, self->database);
  xmpp_connector_set_certificate_func (connector, on_certificate, self);
  return connector;
}

static void
on_attempt_done (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (XmppClient) self = user_data;
  XmppConnector *connector = XMPP_CONNECTOR (source);
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = xmpp_connector_run_finish (connector, result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->state == XMPP_CLIENT_OFFLINE)
    return;   /* disconnect_async() has answered */
  g_clear_object (&self->attempt);
  if (self->state != XMPP_CLIENT_CONNECTING && self->state != XMPP_CLIENT_RECONNECTING)
    return;
  task = g_steal_pointer (&self->connect_task);
  if (ok)
    {
      xmpp_client_take_stream (self, connector);
      if (task != NULL)
        g_task_return_boolean (task, TRUE);
    }
  else if (task != NULL)
    {
      xmpp_client_go_offline (self, error);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else if (xmpp_client_is_final (error))
    {
      xmpp_client_go_offline (self, error);
    }
  else
    {
      xmpp_client_wait_and_retry (self, error);
    }
}

void
xmpp_client_attempt (XmppClient *self)
{
  g_autoptr (XmppConnector) connector = make_connector (self);
  GCancellable *outer = self->connect_task != NULL ? g_task_get_cancellable (self->connect_task) : NULL;

  if (self->session_id != NULL)
    xmpp_connector_set_resumption (connector, self->session_id, xmpp_sm_get_handled (self->sm));
  g_clear_object (&self->attempt);
  self->attempt = outer != NULL ? g_object_ref (outer) : g_cancellable_new ();
  xmpp_connector_run_async (connector, self->attempt, on_attempt_done, g_object_ref (self));
}

void
xmpp_client_connect_async (XmppClient          *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GCancellable) own = NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  if (cancellable == NULL)
    cancellable = own = g_cancellable_new ();
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_client_connect_async);
  g_task_set_check_cancellable (task, FALSE);
  if (self->state != XMPP_CLIENT_OFFLINE)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "This account is connected already, or is being connected.");
      return;
    }
  self->connect_task = g_steal_pointer (&task);
  xmpp_backoff_reset (&self->backoff);
  xmpp_client_set_state (self, XMPP_CLIENT_CONNECTING, NULL);
  xmpp_client_attempt (self);
}

gboolean
xmpp_client_connect_finish (XmppClient    *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_registered (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (xmpp_connector_run_finish (XMPP_CONNECTOR (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
xmpp_client_register_async (XmppClient          *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (XmppConnector) connector = NULL;
  GTask *task;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_client_register_async);
  g_task_set_check_cancellable (task, FALSE);
  connector = make_connector (self);
  xmpp_connector_set_register (connector);
  xmpp_connector_run_async (connector, cancellable, on_registered, task);
}

gboolean
xmpp_client_register_finish (XmppClient    *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Disconnecting */

static void
on_closed_in_order (XmppStream   *stream,
                    const GError *error,
                    gpointer      user_data)
{
  g_autoptr (XmppClient) self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->disconnect_task);

  g_object_unref (stream);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
ignore_stanza (XmppStream *stream,
               XmppNode   *stanza,
               gpointer    user_data)
{
}

static const XmppStreamEvents closing_events = {
  .stanza = ignore_stanza,
  .closed = on_closed_in_order,
};

/* What we have is said for the last time, or the server would keep it for the next session, a second time (XEP-0198
 * section 4). */
static void
send_last_acknowledgement (XmppClient *self)
{
  g_autoptr (XmppNode) ack = NULL;
  g_autofree char *h = NULL;

  if (self->stream == NULL || !xmpp_stream_is_open (self->stream) || !xmpp_sm_is_enabled (self->sm))
    return;
  ack = xmpp_node_new ("a", XMPP_NS_SM);
  h = g_strdup_printf ("%u", xmpp_sm_get_handled (self->sm));
  xmpp_node_set (ack, "h", h);
  xmpp_stream_send (self->stream, ack);
}

void
xmpp_client_disconnect_async (XmppClient          *self,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) connecting = NULL;
  XmppStream *stream;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_client_disconnect_async);
  connecting = g_steal_pointer (&self->connect_task);
  send_last_acknowledgement (self);
  stream = g_steal_pointer (&self->stream);
  xmpp_client_go_offline (self, NULL);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  if (connecting != NULL)
    g_task_return_new_error (connecting, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The sign-in was cancelled.");
  if (stream == NULL || !xmpp_stream_is_open (stream) || self->disconnect_task != NULL)
    {
      if (stream != NULL)
        xmpp_stream_abort (stream);
      g_clear_object (&stream);
      g_task_return_boolean (task, TRUE);
      return;
    }
  self->disconnect_task = g_steal_pointer (&task);
  xmpp_stream_set_events (stream, &closing_events, g_object_ref (self));
  xmpp_stream_close (stream);
}

gboolean
xmpp_client_disconnect_finish (XmppClient    *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
