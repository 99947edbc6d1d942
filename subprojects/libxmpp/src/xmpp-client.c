/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-client.h"

#include <string.h>

#include "xmpp-backoff.h"
#include "xmpp-connector.h"
#include "xmpp-error.h"
#include "xmpp-porter-owner.h"
#include "xmpp-sm.h"
#include "xmpp-stream.h"

/*
 *   OFFLINE ─ connect_async ─► CONNECTING ─ on_attempt_done ─► ONLINE ─ on_closed, on_silence ─► WAITING
 *      ▲                            │ error                      ▲                                  │ on_retry, retry_now
 *      ├────────────────────────────┘                            └─ on_attempt_done ─ RECONNECTING ◄┘
 *      └─ disconnect_async; an error that trying again does not mend (is_final)
 */
#define LIVENESS_SECONDS 60     /* how often an idle connection is probed */
#define SILENCE_SECONDS 20      /* no answer to a probe for so long: the connection is dead */
#define ACK_AFTER_MS 2000       /* an acknowledgement is asked for so long after a lone message */

struct _XmppClient
{
  GObject parent_instance;

  XmppJid *wanted;               /* as given */
  XmppJid *jid;                  /* full after binding */
  char *password;                /* wiped */
  char *host;
  guint16 port;
  XmppTlsMode mode;
  GTlsDatabase *database;
  GTlsCertificate *trusted;      /* what the user accepted */

  XmppPorter *porter;            /* owned */
  XmppStream *stream;            /* owned; only while ONLINE */
  XmppSm *sm;                    /* owned */
  char *session_id;              /* resumable, XEP-0198 */
  XmppClientState state;
  GError *error;
  GTask *connect_task;           /* owned; the first sign-in */
  GTask *disconnect_task;
  GCancellable *attempt;         /* owned; ends the connector under way; NULL when there is none */
  XmppBackoff backoff;
  guint retry_id;
  gint64 retry_at;               /* monotonic, µs */
  guint liveness_id;
  guint silence_id;
  guint ack_id;
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_JID,
  N_PROPS,
};

enum
{
  SIGNAL_ACCEPT_CERTIFICATE,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (XmppClientState, xmpp_client_state,
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_RECONNECTING, "reconnecting"))

G_DEFINE_FINAL_TYPE (XmppClient, xmpp_client, G_TYPE_OBJECT)

static void attempt (XmppClient *self);

static void
set_state (XmppClient      *self,
           XmppClientState  state,
           const GError    *error)
{
  GError *copy = error != NULL ? g_error_copy (error) : NULL;   /* @error may be self->error */

  g_clear_error (&self->error);
  self->error = copy;
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
forget_session (XmppClient *self)
{
  g_clear_pointer (&self->session_id, g_free);
  g_clear_pointer (&self->sm, xmpp_sm_free);
  self->sm = xmpp_sm_new (0, 0);
}

static void
drop_stream (XmppClient *self)
{
  g_clear_handle_id (&self->liveness_id, g_source_remove);
  g_clear_handle_id (&self->silence_id, g_source_remove);
  g_clear_handle_id (&self->ack_id, g_source_remove);
  if (self->stream != NULL)
    xmpp_stream_abort (self->stream);
  g_clear_object (&self->stream);
}

/* Trying again would give the same answer, or fight with another program of the user's. */
static gboolean
is_final (const GError *error)
{
  if (error == NULL || error->domain != XMPP_ERROR)
    return FALSE;
  switch (error->code)
    {
    case XMPP_ERROR_AUTH:
    case XMPP_ERROR_AUTH_MECHANISM:
    case XMPP_ERROR_BAD_JID:
    case XMPP_ERROR_CONFLICT:
    case XMPP_ERROR_CERTIFICATE:
    case XMPP_ERROR_REGISTRATION:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
go_offline (XmppClient   *self,
            const GError *error)
{
  g_clear_handle_id (&self->retry_id, g_source_remove);
  drop_stream (self);
  forget_session (self);
  xmpp_porter_disconnected (self->porter, FALSE, error);
  set_state (self, XMPP_CLIENT_OFFLINE, error);
}

static gboolean
on_retry (gpointer user_data)
{
  XmppClient *self = user_data;

  self->retry_id = 0;
  set_state (self, XMPP_CLIENT_RECONNECTING, self->error);
  attempt (self);
  return G_SOURCE_REMOVE;
}

static void
wait_and_retry (XmppClient   *self,
                const GError *error)
{
  guint milliseconds = xmpp_backoff_next (&self->backoff);

  self->retry_at = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  if (self->retry_id == 0)
    self->retry_id = g_timeout_add (milliseconds, on_retry, self);
  set_state (self, XMPP_CLIENT_WAITING, error);
}

/* The connection that was there is gone. */
static void
lost (XmppClient   *self,
      const GError *error)
{
  G_GNUC_UNUSED g_autoptr (XmppClient) hold = g_object_ref (self);
  g_autoptr (GError) made = NULL;

  drop_stream (self);
  if (error == NULL)
    {
      xmpp_set_error (&made, XMPP_ERROR_CLOSED, NULL, "The server closed the connection.");
      error = made;
      /* A stream that was closed in order cannot be resumed (XEP-0198 section 5). */
      g_clear_pointer (&self->session_id, g_free);
    }
  if (is_final (error))
    {
      go_offline (self, error);
      return;
    }
  xmpp_porter_disconnected (self->porter, self->session_id != NULL, error);
  wait_and_retry (self, error);
}

/* Is the connection alive? */

static gboolean
on_still_silent (gpointer user_data)
{
  XmppClient *self = user_data;
  g_autoptr (GError) error = NULL;

  self->silence_id = 0;
  if (self->stream == NULL
      || g_get_monotonic_time () - xmpp_stream_get_last_received (self->stream) < (gint64) SILENCE_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_REMOVE;
  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, NULL, "The server does not answer any more.");
  lost (self, error);
  return G_SOURCE_REMOVE;
}

/* This computer may have slept, or our own loop may have been late: first all that has arrived is read. */
static gboolean
on_silence (gpointer user_data)
{
  XmppClient *self = user_data;

  self->silence_id = g_idle_add_full (G_PRIORITY_LOW, on_still_silent, self, NULL);
  return G_SOURCE_REMOVE;
}

static void
probe (XmppClient *self)
{
  if (xmpp_sm_is_enabled (self->sm))
    {
      g_autoptr (XmppNode) request = xmpp_node_new ("r", XMPP_NS_SM);

      xmpp_stream_send (self->stream, request);
    }
  else
    {
      g_autoptr (XmppNode) ping = xmpp_iq_new ("get", xmpp_jid_get_domain (self->jid), "ping", "urn:xmpp:ping", NULL);

      xmpp_node_set (ping, "id", "liveness");   /* any answer will do, an error too */
      xmpp_stream_send (self->stream, ping);
    }
  if (self->silence_id == 0)
    self->silence_id = g_timeout_add_seconds (SILENCE_SECONDS + 1, on_silence, self);
}

static gboolean
on_liveness (gpointer user_data)
{
  XmppClient *self = user_data;

  if (g_get_monotonic_time () - xmpp_stream_get_last_received (self->stream) >= (gint64) (LIVENESS_SECONDS / 2) * G_USEC_PER_SEC)
    probe (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_ack_time (gpointer user_data)
{
  XmppClient *self = user_data;

  self->ack_id = 0;
  if (self->stream != NULL)
    xmpp_sm_request (self->sm, self->stream);
  return G_SOURCE_REMOVE;
}

/* The stream */

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  g_autoptr (XmppClient) self = g_object_ref (user_data);

  if (xmpp_sm_received (self->sm, stream, stanza))
    return;
  if (xmpp_node_is (stanza, NULL, XMPP_NS_CLIENT))
    xmpp_porter_dispatch (self->porter, stanza);
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  XmppClient *self = user_data;

  lost (self, error);
}

static const XmppStreamEvents events = {
  .stanza = on_stanza,
  .closed = on_closed,
};

static gboolean
send_stanza (XmppPorter *porter,
             XmppNode   *stanza,
             gpointer    user_data)
{
  XmppClient *self = user_data;
  gboolean sent;

  if (self->stream == NULL)
    return FALSE;
  sent = xmpp_sm_send (self->sm, self->stream, stanza);
  if (sent && self->ack_id == 0 && xmpp_sm_is_enabled (self->sm) && xmpp_node_is (stanza, "message", NULL))
    self->ack_id = g_timeout_add (ACK_AFTER_MS, on_ack_time, self);
  return sent;
}

/* Messages of a session that the server has forgotten are sent again in the new one; presence and requests are not. */
static void
resend_messages (XmppClient *self,
                 XmppSm     *old)
{
  XmppNode *stanza;

  while ((stanza = xmpp_sm_steal (old)) != NULL)
    {
      G_GNUC_UNUSED g_autoptr (XmppNode) owned = stanza;

      if (xmpp_node_is (stanza, "message", XMPP_NS_CLIENT) && xmpp_node_child (stanza, "body", XMPP_NS_CLIENT) != NULL)
        send_stanza (self->porter, stanza, self);
    }
}

static void
take_stream (XmppClient    *self,
             XmppConnector *connector)
{
  gboolean resumed = xmpp_connector_is_resumed (connector);
  g_autoptr (XmppSm) old = NULL;

  self->stream = xmpp_connector_steal_stream (connector);
  xmpp_stream_set_events (self->stream, &events, self);
  xmpp_stream_set_limits (self->stream, XMPP_CLIENT_MAX_STANZA, 0);
  if (resumed && !xmpp_sm_acknowledge (self->sm, xmpp_connector_get_resumed_h (connector)))
    {
      xmpp_stream_fail (self->stream, "undefined-condition", "More stanzas were acknowledged than sent.");
      g_clear_pointer (&self->session_id, g_free);
    }
  if (!resumed)
    {
      old = g_steal_pointer (&self->sm);
      self->sm = xmpp_sm_new (0, 0);
      if (xmpp_connector_has_sm (connector))
        xmpp_sm_enable (self->sm);
      g_free (self->session_id);
      self->session_id = g_strdup (xmpp_connector_get_session_id (connector));
      g_clear_pointer (&self->jid, xmpp_jid_unref);
      self->jid = xmpp_jid_ref (xmpp_connector_get_jid (connector));
      xmpp_porter_disconnected (self->porter, FALSE, NULL);   /* requests of the old session have no answer */
    }
  xmpp_backoff_reset (&self->backoff);
  self->liveness_id = g_timeout_add_seconds (LIVENESS_SECONDS, on_liveness, self);
  set_state (self, XMPP_CLIENT_ONLINE, NULL);
  if (!resumed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JID]);
  xmpp_porter_connected (self->porter, xmpp_jid_get_full (self->jid), resumed);
  if (self->stream == NULL)
    return;   /* a handler went offline */
  if (resumed)
    xmpp_sm_resend (self->sm, self->stream);
  else
    resend_messages (self, old);
  xmpp_stream_resume (self->stream);
}

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
  g_signal_emit (self, signals[SIGNAL_ACCEPT_CERTIFICATE], 0, certificate, problems, &accepted);
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
      take_stream (self, connector);
      if (task != NULL)
        g_task_return_boolean (task, TRUE);
    }
  else if (task != NULL)
    {
      go_offline (self, error);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else if (is_final (error))
    {
      go_offline (self, error);
    }
  else
    {
      wait_and_retry (self, error);
    }
}

static void
attempt (XmppClient *self)
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
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "This account is connected already, or is being connected.");
      return;
    }
  self->connect_task = g_steal_pointer (&task);
  xmpp_backoff_reset (&self->backoff);
  set_state (self, XMPP_CLIENT_CONNECTING, NULL);
  attempt (self);
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
  go_offline (self, NULL);
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

void
xmpp_client_retry_now (XmppClient *self)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  if (self->state == XMPP_CLIENT_WAITING)
    {
      g_clear_handle_id (&self->retry_id, g_source_remove);
      xmpp_backoff_reset (&self->backoff);
      on_retry (self);
    }
  else if (self->state == XMPP_CLIENT_ONLINE && self->stream != NULL)
    {
      probe (self);   /* the old connection may have died with the old network */
    }
}

/* Properties */

XmppPorter *
xmpp_client_get_porter (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);
  return self->porter;
}

XmppJid *
xmpp_client_get_jid (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);
  return self->jid;
}

XmppClientState
xmpp_client_get_state (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), XMPP_CLIENT_OFFLINE);
  return self->state;
}

const GError *
xmpp_client_get_error (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);
  return self->error;
}

guint
xmpp_client_get_retry_seconds (XmppClient *self)
{
  gint64 left;

  g_return_val_if_fail (XMPP_IS_CLIENT (self), 0);

  if (self->state != XMPP_CLIENT_WAITING)
    return 0;
  left = self->retry_at - g_get_monotonic_time ();
  return left > 0 ? (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
}

static void
wipe_password (XmppClient *self)
{
  if (self->password != NULL)
    explicit_bzero (self->password, strlen (self->password));
  g_clear_pointer (&self->password, g_free);
}

void
xmpp_client_set_password (XmppClient *self,
                          const char *password)
{
  char *copy;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  copy = g_strdup (password);
  wipe_password (self);
  self->password = copy;
}

void
xmpp_client_set_host (XmppClient  *self,
                      const char  *host,
                      guint16      port,
                      XmppTlsMode  mode)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));
  g_free (self->host);
  self->host = g_strdup (host);
  self->port = port;
  self->mode = mode;
}

void
xmpp_client_set_tls_database (XmppClient   *self,
                              GTlsDatabase *database)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));
  g_set_object (&self->database, database);
}

XmppClient *
xmpp_client_new (XmppJid *jid)
{
  XmppClient *self;

  g_return_val_if_fail (jid != NULL, NULL);

  self = g_object_new (XMPP_TYPE_CLIENT, NULL);
  self->wanted = xmpp_jid_ref (jid);
  self->jid = xmpp_jid_ref (jid);
  return self;
}

static void
xmpp_client_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *spec)
{
  XmppClient *self = XMPP_CLIENT (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_JID:
      g_value_set_boxed (value, self->jid);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
xmpp_client_dispose (GObject *object)
{
  XmppClient *self = XMPP_CLIENT (object);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  drop_stream (self);
  if (self->porter != NULL)
    xmpp_porter_dispose_owner (self->porter);
  g_clear_object (&self->porter);
  g_clear_object (&self->database);
  g_clear_object (&self->trusted);
  g_clear_object (&self->attempt);
  G_OBJECT_CLASS (xmpp_client_parent_class)->dispose (object);
}

static void
xmpp_client_finalize (GObject *object)
{
  XmppClient *self = XMPP_CLIENT (object);

  wipe_password (self);
  g_clear_pointer (&self->sm, xmpp_sm_free);
  g_clear_pointer (&self->wanted, xmpp_jid_unref);
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_clear_error (&self->error);
  g_free (self->host);
  g_free (self->session_id);
  G_OBJECT_CLASS (xmpp_client_parent_class)->finalize (object);
}

static gboolean
accumulate_accepted (GSignalInvocationHint *hint,
                     GValue                *total,
                     const GValue          *one,
                     gpointer               unused)
{
  g_value_copy (one, total);
  return !g_value_get_boolean (one);
}

static void
xmpp_client_class_init (XmppClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = xmpp_client_get_property;
  object_class->dispose = xmpp_client_dispose;
  object_class->finalize = xmpp_client_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, XMPP_TYPE_CLIENT_STATE, XMPP_CLIENT_OFFLINE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_JID] = g_param_spec_boxed ("jid", NULL, NULL, XMPP_TYPE_JID,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_ACCEPT_CERTIFICATE] = g_signal_new ("accept-certificate", XMPP_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0,
                                                     accumulate_accepted, NULL, NULL, G_TYPE_BOOLEAN, 2,
                                                     G_TYPE_TLS_CERTIFICATE, G_TYPE_TLS_CERTIFICATE_FLAGS);
}

static void
xmpp_client_init (XmppClient *self)
{
  self->porter = xmpp_porter_new (send_stanza, self);
  self->sm = xmpp_sm_new (0, 0);
}
