/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

#include "xmpp-srv.h"
#include "xmpp-wipe.h"

/*
 * The nodes are functions, here without the prefix of those in other files; every one of them may lead to fail().
 *
 *   xmpp_connector_run_async ──(no host given)──► look_up_direct ─► look_up_starttls ─► fall_back
 *            │ (host given)                            │                   │                │
 *            ▼                                         ▼                   ▼                ▼
 *        add_target ──────────────────────────────► try_next_target ◄───────────────────────┘
 *                                                      │       ▲
 *                                                      ▼       │ no connection
 *                                                 on_connected ┘
 *                              direct TLS: start_tls ─┤ else open_stream
 *                                                     ▼
 *       ┌──────────────────────────────────────► on_stanza: <features/> ► on_features
 *       │                                              │
 *       │  ask_starttls ─► <proceed/> ─► start_tls ─► on_tls_done ─► open_stream (again)
 *       │  ask_registration ─► on_registration_form ─► on_registered ─► succeed
 *       │  begin_sasl ─► step_sasl ⇄ <challenge/> ─► <success/> ─► on_sasl_success ─► open_stream (again)
 *       │                          └► <failure/> ─► on_sasl_failure
 *       │  ask_resumption ─► <resumed/> ─► on_resumed ─► succeed
 *       │       └► <failed/> ─► ask_binding
 *       └─ ask_binding ─► on_bound ─► ask_session ─► on_session ─► ask_sm ─► on_sm ─► succeed
 */

G_DEFINE_FINAL_TYPE (XmppConnector, xmpp_connector, G_TYPE_OBJECT)

void
xmpp_connector_target_free (gpointer data)
{
  Target *target = data;

  g_free (target->host);
  g_free (target);
}

const char *
xmpp_connector_domain (XmppConnector *self)
{
  return xmpp_jid_get_domain (self->jid);
}

static void
stop (XmppConnector *self)
{
  xmpp_deadline_stop (&self->deadline);
  xmpp_clear_source (&self->target_timeout);
}

void
xmpp_connector_succeed (XmppConnector *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  stop (self);
  if (self->stream != NULL)
    {
      xmpp_stream_pause (self->stream);
      xmpp_stream_set_events (self->stream, NULL, NULL);
    }
  g_task_return_boolean (task, TRUE);
}

void
xmpp_connector_fail (XmppConnector *self,
                     GError        *error)   /* (transfer full) */
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  stop (self);
  g_cancellable_cancel (self->cancellable);
  if (self->stream != NULL)
    {
      /* In order when that is possible; the stream keeps itself so long. */
      xmpp_stream_set_events (self->stream, NULL, NULL);
      xmpp_stream_close (self->stream);
      g_clear_object (&self->stream);
    }
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

void
xmpp_connector_fail_with (XmppConnector *self,
                          XmppError      code,
                          const char    *condition,
                          const char    *format,
                          ...)
{
  g_autofree char *message = NULL;
  GError *error = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  xmpp_set_error (&error, code, condition, "%s", message);
  xmpp_connector_fail (self, error);
}

/* The stream */

static void
on_features (XmppConnector *self,
             XmppNode      *features)
{
  if (!xmpp_node_is (features, "features", XMPP_NS_STREAMS))
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s answered in an unexpected way.",
                                xmpp_connector_domain (self));
      return;
    }
  g_clear_pointer (&self->features, xmpp_node_unref);
  self->features = xmpp_node_ref (features);
  if (!xmpp_stream_is_secure (self->stream))
    xmpp_connector_ask_starttls (self);
  else if (self->registering)
    xmpp_connector_ask_registration (self);
  else if (!self->authenticated)
    xmpp_connector_begin_sasl (self);
  else if (self->resume_id != NULL && xmpp_node_child (features, "sm", XMPP_NS_SM) != NULL)
    xmpp_connector_ask_resumption (self);
  else
    xmpp_connector_ask_binding (self);
}

static gboolean
is_answer (XmppNode   *node,
           const char *id)
{
  return xmpp_node_is (node, "iq", XMPP_NS_CLIENT) && g_strcmp0 (xmpp_node_get (node, "id"), id) == 0;
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *node,
           gpointer    user_data)
{
  g_autoptr (XmppConnector) self = g_object_ref (user_data);

  switch (self->expect)
    {
    case EXPECT_FEATURES:
      on_features (self, node);
      break;
    case EXPECT_PROCEED:
      xmpp_connector_on_proceed (self, node);
      break;
    case EXPECT_SASL:
      xmpp_connector_on_sasl (self, node);
      break;
    case EXPECT_RESUMPTION:
      xmpp_connector_on_resumed (self, node);
      break;
    case EXPECT_SM:
      xmpp_connector_on_sm (self, node);
      break;
    case EXPECT_REGISTRATION_FORM:
      if (is_answer (node, "register-form"))
        xmpp_connector_on_registration_form (self, node);
      break;
    case EXPECT_REGISTRATION:
      if (is_answer (node, "register"))
        xmpp_connector_on_registered (self, node);
      break;
    case EXPECT_BINDING:
      if (is_answer (node, "bind"))
        xmpp_connector_on_bound (self, node);
      break;
    case EXPECT_SESSION:
      if (is_answer (node, "session"))
        xmpp_connector_on_session (self, node);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  g_autoptr (XmppConnector) self = g_object_ref (user_data);

  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_HOST_UNKNOWN))
    xmpp_connector_fail_with (self, XMPP_ERROR_HOST_UNKNOWN, "host-unknown",
                              "The server at %s does not serve %s. Check the address.", self->target->host,
                              xmpp_connector_domain (self));
  else if (error != NULL)
    xmpp_connector_fail (self, g_error_copy (error));
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_CLOSED, NULL, "The server %s closed the connection.",
                              xmpp_connector_domain (self));
}

static const XmppStreamEvents events = {
  .stanza = on_stanza,
  .closed = on_closed,
};

void
xmpp_connector_open_stream (XmppConnector *self)
{
  self->expect = EXPECT_FEATURES;
  xmpp_stream_set_events (self->stream, &events, self);
  /* Our address is told only inside TLS (RFC 6120 section 4.7.1). */
  xmpp_stream_open (self->stream, xmpp_stream_is_secure (self->stream) ? xmpp_jid_get_bare (self->jid) : NULL,
                    xmpp_connector_domain (self), NULL, "en");
  xmpp_stream_resume (self->stream);
}

static gboolean
on_time (gpointer user_data)
{
  XmppConnector *self = user_data;

  xmpp_connector_fail_with (self, XMPP_ERROR_TIMEOUT, NULL, "The server %s does not answer. Try again later.",
                            xmpp_connector_domain (self));
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  XmppConnector *self = user_data;

  g_cancellable_cancel (self->target_cancellable);
  xmpp_connector_fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The sign-in was cancelled."));
  return G_SOURCE_REMOVE;
}

void
xmpp_connector_run_async (XmppConnector       *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  g_return_if_fail (self->task == NULL && self->cancellable == NULL);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, xmpp_connector_run_async);
  g_task_set_check_cancellable (self->task, FALSE);
  self->cancellable = g_cancellable_new ();
  xmpp_deadline_start (&self->deadline, g_task_get_context (self->task), XMPP_CONNECTOR_TIMEOUT_SECONDS, on_time,
                       cancellable, on_cancelled, self);
  if (xmpp_jid_get_local (self->jid) == NULL)
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_BAD_JID, "jid-malformed",
                                "“%s” has no account name. Write it as name@server.", xmpp_jid_get_bare (self->jid));
      return;
    }
  if (self->host != NULL)
    {
      gboolean direct = self->mode == XMPP_TLS_DIRECT;

      xmpp_connector_add_target (self, self->host, self->port != 0 ? self->port : (direct ? 5223 : 5222), direct);
      xmpp_connector_try_next_target (self);
    }
  else if (g_hostname_is_ip_address (xmpp_connector_domain (self)) || *xmpp_connector_domain (self) == '[')
    {
      xmpp_connector_fall_back (self);
    }
  else
    {
      xmpp_connector_look_up_direct (self);
    }
}

gboolean
xmpp_connector_run_finish (XmppConnector  *self,
                           GAsyncResult   *result,
                           GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

XmppStream *
xmpp_connector_steal_stream (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), NULL);
  return g_steal_pointer (&self->stream);
}

XmppJid *
xmpp_connector_get_jid (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), NULL);
  return self->bound;
}

gboolean
xmpp_connector_is_resumed (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), FALSE);
  return self->resumed;
}

guint32
xmpp_connector_get_resumed_h (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), 0);
  return self->resumed_h;
}

const char *
xmpp_connector_get_session_id (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), NULL);
  return self->session_id;
}

gboolean
xmpp_connector_has_sm (XmppConnector *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTOR (self), FALSE);
  return self->has_sm;
}

void
xmpp_connector_set_host (XmppConnector *self,
                         const char    *host,
                         guint16        port,
                         XmppTlsMode    mode)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  g_free (self->host);
  self->host = host != NULL && *host != '\0' ? g_strdup (host) : NULL;
  self->port = port;
  self->mode = mode;
}

void
xmpp_connector_set_tls_database (XmppConnector *self,
                                 GTlsDatabase  *database)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  g_set_object (&self->database, database);
}

void
xmpp_connector_set_certificate_func (XmppConnector       *self,
                                     XmppCertificateFunc  func,
                                     gpointer             user_data)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  self->certificate_func = func;
  self->certificate_data = user_data;
}

void
xmpp_connector_set_resumption (XmppConnector *self,
                               const char    *session_id,
                               guint32        handled)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  g_free (self->resume_id);
  self->resume_id = g_strdup (session_id);
  self->resume_h = handled;
}

void
xmpp_connector_set_register (XmppConnector *self)
{
  g_return_if_fail (XMPP_IS_CONNECTOR (self));
  self->registering = TRUE;
}

XmppConnector *
xmpp_connector_new (XmppJid    *jid,
                    const char *password)
{
  XmppConnector *self;

  g_return_val_if_fail (jid != NULL, NULL);

  self = g_object_new (XMPP_TYPE_CONNECTOR, NULL);
  self->jid = xmpp_jid_ref (jid);
  self->password = g_strdup (password);
  return self;
}

static void
xmpp_connector_dispose (GObject *object)
{
  XmppConnector *self = XMPP_CONNECTOR (object);

  stop (self);
  if (self->stream != NULL)
    xmpp_stream_abort (self->stream);
  g_clear_object (&self->stream);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (xmpp_connector_parent_class)->dispose (object);
}

static void
xmpp_connector_finalize (GObject *object)
{
  XmppConnector *self = XMPP_CONNECTOR (object);

  xmpp_wipe (&self->password);
  g_clear_pointer (&self->sasl, xmpp_sasl_free);
  g_ptr_array_unref (self->srv);
  g_clear_pointer (&self->features, xmpp_node_unref);
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_clear_pointer (&self->bound, xmpp_jid_unref);
  g_clear_pointer (&self->target, xmpp_connector_target_free);
  g_queue_clear_full (&self->targets, xmpp_connector_target_free);
  g_clear_error (&self->target_error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->target_cancellable);
  g_free (self->host);
  g_free (self->resume_id);
  g_free (self->mechanism);
  g_free (self->session_id);
  G_OBJECT_CLASS (xmpp_connector_parent_class)->finalize (object);
}

static void
xmpp_connector_class_init (XmppConnectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_connector_dispose;
  object_class->finalize = xmpp_connector_finalize;
}

static void
xmpp_connector_init (XmppConnector *self)
{
  g_queue_init (&self->targets);
  self->srv = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_srv_target_free);
}
