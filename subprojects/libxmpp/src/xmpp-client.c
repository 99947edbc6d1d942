/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-client-private.h"

#include "xmpp-wipe.h"

/*
 * Functions of other files are here without their prefix.
 *
 *   OFFLINE ─ connect_async ─► CONNECTING ─ on_attempt_done ─► ONLINE ─ on_closed, on_silence ─► WAITING
 *      ▲                            │ error                      ▲                                  │ on_retry,
 * retry_now
 *      ├────────────────────────────┘                            └─ on_attempt_done ─ RECONNECTING ◄┘
 *      └─ disconnect_async; an error that trying again does not mend (is_final)
 */

enum
{
  PROP_0,
  PROP_STATE,
  PROP_JID,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (XmppClientState, xmpp_client_state,
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_OFFLINE, "offline"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_ONLINE, "online"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (XMPP_CLIENT_RECONNECTING, "reconnecting"))

G_DEFINE_FINAL_TYPE (XmppClient, xmpp_client, G_TYPE_OBJECT)

void
xmpp_client_set_state (XmppClient      *self,
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

/* Trying again would give the same answer, or fight with another program of the user's. */
gboolean
xmpp_client_is_final (const GError *error)
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

void
xmpp_client_go_offline (XmppClient   *self,
                        const GError *error)
{
  g_clear_handle_id (&self->retry_id, g_source_remove);
  xmpp_client_drop_stream (self);
  forget_session (self);
  xmpp_porter_disconnected (self->porter, FALSE, error);
  xmpp_client_set_state (self, XMPP_CLIENT_OFFLINE, error);
}

static gboolean
on_retry (gpointer user_data)
{
  XmppClient *self = user_data;

  self->retry_id = 0;
  xmpp_client_set_state (self, XMPP_CLIENT_RECONNECTING, self->error);
  xmpp_client_attempt (self);
  return G_SOURCE_REMOVE;
}

void
xmpp_client_wait_and_retry (XmppClient   *self,
                            const GError *error)
{
  guint milliseconds = xmpp_backoff_next (&self->backoff);

  self->retry_at = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  if (self->retry_id == 0)
    self->retry_id = g_timeout_add (milliseconds, on_retry, self);
  xmpp_client_set_state (self, XMPP_CLIENT_WAITING, error);
}

/* The connection that was there is gone. */
void
xmpp_client_lost (XmppClient   *self,
                  const GError *error)
{
  G_GNUC_UNUSED g_autoptr (XmppClient) hold = g_object_ref (self);
  g_autoptr (GError) made = NULL;

  xmpp_client_drop_stream (self);
  if (error == NULL)
    {
      xmpp_set_error (&made, XMPP_ERROR_CLOSED, NULL, "The server closed the connection.");
      error = made;
      /* A stream that was closed in order cannot be resumed (XEP-0198 section 5). */
      g_clear_pointer (&self->session_id, g_free);
    }
  if (xmpp_client_is_final (error))
    {
      xmpp_client_go_offline (self, error);
      return;
    }
  xmpp_porter_disconnected (self->porter, self->session_id != NULL, error);
  xmpp_client_wait_and_retry (self, error);
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
      xmpp_client_probe (self);   /* the old connection may have died with the old network */
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

void
xmpp_client_set_password (XmppClient *self,
                          const char *password)
{
  char *copy;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  copy = g_strdup (password);
  xmpp_wipe (&self->password);
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
  xmpp_client_drop_stream (self);
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

  xmpp_wipe (&self->password);
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

  g_signal_new ("accept-certificate", XMPP_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, accumulate_accepted, NULL, NULL,
                G_TYPE_BOOLEAN, 2, G_TYPE_TLS_CERTIFICATE, G_TYPE_TLS_CERTIFICATE_FLAGS);
}

static void
xmpp_client_init (XmppClient *self)
{
  self->porter = xmpp_porter_new (xmpp_client_send_stanza, self);
  self->liveness_ms = XMPP_CLIENT_LIVENESS_MS;
  self->silence_ms = XMPP_CLIENT_SILENCE_MS;
  self->sm = xmpp_sm_new (0, 0);
}
