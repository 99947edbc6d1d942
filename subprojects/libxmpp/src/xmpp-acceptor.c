/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-acceptor-private.h"

/*
 * The nodes are functions, here without the prefix of those in other files. [host] is a question to the host, with the
 * function that answers it.
 *
 *   xmpp_acceptor_run_async ──(direct TLS)──► start_tls ──► on_tls_done ─┐
 *            │                                    ▲                      │
 *            ▼                                    │ <starttls/>          ▼
 *        on_opened ──► send_features ──► on_stanza ◄──────────────── on_opened (again)
 *                            ▲              │
 *                            │              ├─ <auth/> ──► begin_sasl ─► use_first ─[find_keys]─►
 * xmpp_acceptor_give_keys
 *                            │              │                                                        │ PLAIN:
 * check_password
 *                            │              ├─ <response/> ──► continue_sasl ◄───────────────────────┤ SCRAM:
 * continue_sasl
 *                            │              │                        │ wrong: sasl_failed            ▼
 *                            ├── on_opened (again) ◄─────────────────┴──────────────────────── sasl_succeeded
 *                            │
 *                            ├─ jabber:iq:register ──► answer_registration ─[register_account]─►
 * xmpp_acceptor_registered
 *                            │  after sign-in:
 *                            ├─ <bind/> ──► ask_binding ─[bind]─► xmpp_acceptor_bound ──────────► succeed
 *                            └─ <resume/> ─► ask_resumption ─[resume]─► xmpp_acceptor_resumed ──► succeed
 *
 *   on_time, on_cancelled, the peer, or too many failures ──► on_closed ──► the task's error
 */

G_DEFINE_FINAL_TYPE (XmppAcceptor, xmpp_acceptor, G_TYPE_OBJECT)

/* The host is asked: nothing more is read until it answers. */
void
xmpp_acceptor_wait_for (XmppAcceptor *self,
                        Wait          wait)
{
  self->wait = wait;
  xmpp_stream_pause (self->stream);
}

/* FALSE: the answer comes too late, or unasked. */
gboolean
xmpp_acceptor_got (XmppAcceptor *self,
                   Wait          wait)
{
  if (self->wait != wait || self->task == NULL || !xmpp_stream_is_open (self->stream))
    return FALSE;
  self->wait = WAIT_NOTHING;
  xmpp_stream_resume (self->stream);
  return TRUE;
}

void
xmpp_acceptor_succeed (XmppAcceptor *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  xmpp_deadline_stop (&self->deadline);
  xmpp_stream_pause (self->stream);
  xmpp_stream_set_events (self->stream, NULL, NULL);
  xmpp_stream_set_limits (self->stream, 0, 0);
  g_task_return_boolean (task, TRUE);
}

static void
fail (XmppAcceptor *self,
      GError       *error)   /* (transfer full) */
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  xmpp_deadline_stop (&self->deadline);
  self->wait = WAIT_NOTHING;
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

/* Features: RFC 6120 section 4.3.2 */

static void
add_mechanisms (XmppAcceptor *self,
                XmppNode     *features)
{
  XmppNode *mechanisms = xmpp_node_add (features, "mechanisms", XMPP_NS_SASL);

  xmpp_node_add_text_child (mechanisms, "mechanism", NULL, "SCRAM-SHA-256");
  xmpp_node_add_text_child (mechanisms, "mechanism", NULL, "SCRAM-SHA-1");
  if (xmpp_stream_is_secure (self->stream))
    xmpp_node_add_text_child (mechanisms, "mechanism", NULL, "PLAIN");
}

gboolean
xmpp_acceptor_may_authenticate (XmppAcceptor *self)
{
  return xmpp_stream_is_secure (self->stream) || !self->require_tls;
}

static void
send_features (XmppAcceptor *self)
{
  g_autoptr (XmppNode) features = xmpp_node_new ("features", XMPP_NS_STREAMS);

  if (self->authenticated)
    {
      xmpp_node_add (features, "bind", XMPP_NS_BIND);
      xmpp_node_add (xmpp_node_add (features, "session", XMPP_NS_SESSION), "optional", NULL);
      if (self->host->resume != NULL)
        xmpp_node_add (features, "sm", XMPP_NS_SM);
      if (self->host->add_features != NULL)
        self->host->add_features (self, features, self->host_data);
    }
  else
    {
      if (self->certificate != NULL && !xmpp_stream_is_secure (self->stream))
        {
          XmppNode *starttls = xmpp_node_add (features, "starttls", XMPP_NS_TLS);

          if (self->require_tls)
            xmpp_node_add (starttls, "required", NULL);
        }
      if (xmpp_acceptor_may_authenticate (self))
        {
          add_mechanisms (self, features);
          if (self->host->register_account != NULL)
            xmpp_node_add (features, "register", XMPP_NS_REGISTER_FEATURE);
        }
    }
  xmpp_stream_send (self->stream, features);
}

static void
on_opened (XmppStream     *stream,
           const XmppNode *header,
           gpointer        user_data)
{
  XmppAcceptor *self = user_data;
  const char *to = xmpp_node_get (header, "to");
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;
  const char *domain = jid != NULL && xmpp_jid_get_local (jid) == NULL ? xmpp_jid_get_domain (jid) : NULL;
  g_autofree char *id = g_uuid_string_random ();
  gboolean served = domain != NULL && self->host->serves (self, domain, self->host_data);

  /* A name that is not ours is not said again: only the error tells (RFC 6120 section 4.9.3.6). */
  xmpp_stream_open (stream, served ? domain : NULL, NULL, id, "en");
  if (!served || (self->authenticated && g_strcmp0 (domain, self->domain) != 0))
    {
      xmpp_stream_fail (stream, "host-unknown", NULL);
      return;
    }
  if (g_strcmp0 (xmpp_node_get (header, "version"), "1.0") != 0)
    {
      xmpp_stream_fail (stream, "unsupported-version", NULL);
      return;
    }
  g_free (self->domain);
  self->domain = g_strdup (domain);
  send_features (self);
}

/* TLS */

static GTlsConnection *
make_tls (XmppStream  *stream,
          GIOStream   *plain,
          gpointer     user_data,
          GError     **error)
{
  XmppAcceptor *self = user_data;
  static const char * const protocols[] = { "xmpp-client", NULL };
  /* No client certificate is asked for. With the system's database, each connection would read all of its
   * authorities. */
  GIOStream *tls = g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()), NULL, error,
                                   "base-io-stream", plain, "certificate", self->certificate, "database", NULL, NULL);

  if (tls == NULL)
    return NULL;
  if (self->direct_tls)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);   /* XEP-0368 */
  return G_TLS_CONNECTION (tls);
}

static void
on_tls_done (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (XmppAcceptor) self = user_data;
  g_autoptr (GError) cause = NULL;
  GError *error = NULL;

  if (xmpp_stream_start_tls_finish (XMPP_STREAM (source), result, &cause))
    {
      xmpp_stream_resume (self->stream);
      return;
    }
  if (self->task == NULL)
    return;
  xmpp_set_error (&error, XMPP_ERROR_TLS, NULL, "The TLS handshake failed: %s", cause->message);
  xmpp_stream_abort (self->stream);
  fail (self, error);
}

static void
start_tls (XmppAcceptor *self)
{
  xmpp_stream_start_tls_async (self->stream, make_tls, self, NULL, on_tls_done, g_object_ref (self));
}

static void
ask_tls (XmppAcceptor *self)
{
  g_autoptr (XmppNode) proceed = NULL;

  if (self->certificate == NULL || xmpp_stream_is_secure (self->stream))
    {
      g_autoptr (XmppNode) failure = xmpp_node_new ("failure", XMPP_NS_TLS);

      xmpp_stream_send (self->stream, failure);
      xmpp_stream_fail (self->stream, "unsupported-feature", NULL);
      return;
    }
  proceed = xmpp_node_new ("proceed", XMPP_NS_TLS);
  xmpp_stream_send (self->stream, proceed);
  start_tls (self);
}

/* The stream */

static void
on_iq (XmppAcceptor *self,
       XmppNode     *iq)
{
  const char *type = xmpp_node_get (iq, "type");
  gboolean is_set = g_strcmp0 (type, "set") == 0;

  if (self->authenticated && is_set && xmpp_node_child (iq, "bind", XMPP_NS_BIND) != NULL)
    xmpp_acceptor_ask_binding (self, iq);
  else if (!self->authenticated && xmpp_acceptor_may_authenticate (self) && self->host->register_account != NULL
           && (is_set || g_strcmp0 (type, "get") == 0) && xmpp_node_child (iq, "query", XMPP_NS_REGISTER) != NULL)
    xmpp_acceptor_answer_registration (self, iq);
  else
    {
      self->request = xmpp_node_ref (iq);
      xmpp_acceptor_refuse_request (self, "auth", self->authenticated ? "unexpected-request" : "not-authorized", NULL);
    }
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  XmppAcceptor *self = user_data;
  G_GNUC_UNUSED g_autoptr (XmppAcceptor) hold = g_object_ref (self);

  g_clear_pointer (&self->request, xmpp_node_unref);
  if (xmpp_node_is (stanza, "starttls", XMPP_NS_TLS))
    ask_tls (self);
  else if (!self->authenticated && xmpp_node_is (stanza, "auth", XMPP_NS_SASL))
    xmpp_acceptor_begin_sasl (self, stanza);
  else if (!self->authenticated && xmpp_node_is (stanza, "response", XMPP_NS_SASL))
    xmpp_acceptor_continue_sasl (self, xmpp_node_get_text (stanza));
  else if (!self->authenticated && xmpp_node_is (stanza, "abort", XMPP_NS_SASL))
    xmpp_acceptor_sasl_failed (self, "aborted");
  else if (self->authenticated && xmpp_node_is (stanza, "resume", XMPP_NS_SM))
    xmpp_acceptor_ask_resumption (self, stanza);
  else if (xmpp_node_is (stanza, "iq", XMPP_NS_CLIENT))
    on_iq (self, stanza);
  else
    xmpp_stream_fail (stream, "not-authorized", NULL);   /* RFC 6120 section 4.9.3.12 */
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  XmppAcceptor *self = user_data;
  G_GNUC_UNUSED g_autoptr (XmppAcceptor) hold = g_object_ref (self);
  GError *copy = NULL;

  if (error != NULL)
    copy = g_error_copy (error);
  else
    xmpp_set_error (&copy, XMPP_ERROR_CLOSED, NULL, "The client went away before it had signed in.");
  fail (self, copy);
}

static const XmppStreamEvents events = {
  .opened = on_opened,
  .stanza = on_stanza,
  .closed = on_closed,
};

static gboolean
on_time (gpointer user_data)
{
  XmppAcceptor *self = user_data;
  GError *error = NULL;

  if (self->wait != WAIT_NOTHING)
    return G_SOURCE_CONTINUE;   /* our own delay is not the client's */
  if (xmpp_stream_is_open (self->stream))
    {
      xmpp_stream_fail (self->stream, "connection-timeout", NULL);
      return G_SOURCE_CONTINUE;   /* and once more, if even that does not end it */
    }
  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, "connection-timeout", "The client did not sign in in time.");
  xmpp_stream_abort (self->stream);
  fail (self, error);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  XmppAcceptor *self = user_data;

  xmpp_stream_fail (self->stream, "system-shutdown", NULL);
  return G_SOURCE_REMOVE;
}

void
xmpp_acceptor_run_async (XmppAcceptor        *self,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self));
  g_return_if_fail (self->task == NULL && self->deadline.time == NULL);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, xmpp_acceptor_run_async);
  g_task_set_check_cancellable (self->task, FALSE);
  xmpp_deadline_start (&self->deadline, g_task_get_context (self->task), self->timeout_seconds, on_time,
                       cancellable, on_cancelled, self);
  xmpp_stream_set_limits (self->stream, XMPP_ACCEPTOR_MAX_STANZA, 0);
  xmpp_stream_set_events (self->stream, &events, self);
  if (self->direct_tls)
    start_tls (self);
  else
    xmpp_stream_resume (self->stream);
}

XmppStream *
xmpp_acceptor_run_finish (XmppAcceptor  *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&self->stream);
}

XmppJid *
xmpp_acceptor_get_jid (XmppAcceptor *self)
{
  g_return_val_if_fail (XMPP_IS_ACCEPTOR (self), NULL);
  return self->jid;
}

gboolean
xmpp_acceptor_is_resumed (XmppAcceptor *self)
{
  g_return_val_if_fail (XMPP_IS_ACCEPTOR (self), FALSE);
  return self->resumed;
}

const char *
xmpp_acceptor_get_session_id (XmppAcceptor *self)
{
  g_return_val_if_fail (XMPP_IS_ACCEPTOR (self), NULL);
  return self->session_id;
}

void
xmpp_acceptor_set_direct_tls (XmppAcceptor *self,
                              gboolean      direct)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self));
  g_return_if_fail (!direct || self->certificate != NULL);
  self->direct_tls = direct;
}

void
xmpp_acceptor_set_require_tls (XmppAcceptor *self,
                               gboolean      require)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self));
  self->require_tls = require;
}

void
xmpp_acceptor_set_timeout (XmppAcceptor *self,
                           guint         seconds)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self));
  self->timeout_seconds = seconds;
}

XmppAcceptor *
xmpp_acceptor_new (GIOStream              *io,
                   GTlsCertificate        *certificate,
                   const XmppAcceptorHost *host,
                   gpointer                user_data)
{
  XmppAcceptor *self;

  g_return_val_if_fail (G_IS_IO_STREAM (io) && host != NULL, NULL);
  g_return_val_if_fail (host->serves != NULL && host->find_keys != NULL && host->bind != NULL, NULL);

  self = g_object_new (XMPP_TYPE_ACCEPTOR, NULL);
  self->stream = xmpp_stream_new (io, XMPP_NS_CLIENT);
  g_set_object (&self->certificate, certificate);
  self->require_tls = certificate != NULL;
  self->host = host;
  self->host_data = user_data;
  return self;
}

static void
xmpp_acceptor_dispose (GObject *object)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (object);

  xmpp_deadline_stop (&self->deadline);
  if (self->stream != NULL)
    xmpp_stream_abort (self->stream);
  g_clear_object (&self->stream);
  g_clear_object (&self->certificate);
  xmpp_acceptor_forget_exchange (self);
  G_OBJECT_CLASS (xmpp_acceptor_parent_class)->dispose (object);
}

static void
xmpp_acceptor_finalize (GObject *object)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (object);

  g_free (self->domain);
  g_free (self->session_id);
  g_clear_pointer (&self->claimed, xmpp_jid_unref);
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_clear_pointer (&self->request, xmpp_node_unref);
  G_OBJECT_CLASS (xmpp_acceptor_parent_class)->finalize (object);
}

static void
xmpp_acceptor_class_init (XmppAcceptorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_acceptor_dispose;
  object_class->finalize = xmpp_acceptor_finalize;
}

static void
xmpp_acceptor_init (XmppAcceptor *self)
{
  self->timeout_seconds = XMPP_ACCEPTOR_TIMEOUT_SECONDS;
}
