/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-acceptor.h"

#include <string.h>

#include "xmpp-sasl.h"

/*
 * The nodes are functions. [host] is a question to the host, with the function that answers it.
 *
 *   xmpp_acceptor_run_async ──(direct TLS)──► start_tls ──► on_tls_done ─┐
 *            │                                    ▲                      │
 *            ▼                                    │ <starttls/>          ▼
 *        on_opened ──► send_features ──► on_stanza ◄──────────────── on_opened (again)
 *                            ▲              │
 *                            │              ├─ <auth/> ──► begin_sasl ─► use_first ─[find_keys]─► xmpp_acceptor_give_keys
 *                            │              │                                                        │ PLAIN: check_password
 *                            │              ├─ <response/> ──► continue_sasl ◄───────────────────────┤ SCRAM: continue_sasl
 *                            │              │                        │ wrong: sasl_failed            ▼
 *                            ├── on_opened (again) ◄─────────────────┴──────────────────────── sasl_succeeded
 *                            │
 *                            ├─ jabber:iq:register ──► answer_registration ─[register_account]─► xmpp_acceptor_registered
 *                            │  after sign-in:
 *                            ├─ <bind/> ──► ask_binding ─[bind]─► xmpp_acceptor_bound ──────────► succeed
 *                            └─ <resume/> ─► ask_resumption ─[resume]─► xmpp_acceptor_resumed ──► succeed
 *
 *   on_time, on_cancelled, the peer, or too many failures ──► on_closed ──► the task's error
 */
typedef enum
{
  WAIT_NOTHING,
  WAIT_KEYS,
  WAIT_CHECK,          /* our own thread hashes a password */
  WAIT_REGISTRATION,
  WAIT_BINDING,
  WAIT_RESUMPTION,
} Wait;

struct _XmppAcceptor
{
  GObject parent_instance;

  XmppStream *stream;              /* owned until it is handed over */
  GTlsCertificate *certificate;    /* owned; NULL: no TLS */
  const XmppAcceptorHost *host;
  gpointer host_data;
  GTask *task;                     /* owned while running */
  GSource *timeout;
  GSource *cancelled;
  guint timeout_seconds;
  gboolean direct_tls;
  gboolean require_tls;
  Wait wait;

  char *domain;                    /* the one the client asked for */
  char *mechanism;                 /* of the SASL exchange under way, NULL when there is none */
  XmppSasl *sasl;
  char *first;                     /* the client's first message, until the keys come */
  char *password;                  /* PLAIN, wiped */
  XmppJid *claimed;                /* who the client says it is */
  gboolean account_exists;
  guint tries;
  guint registrations;
  XmppNode *request;               /* the IQ that a question is about */
  gboolean authenticated;
  XmppJid *jid;
  gboolean resumed;
  char *session_id;
};

G_DEFINE_FINAL_TYPE (XmppAcceptor, xmpp_acceptor, G_TYPE_OBJECT)

static void begin_sasl (XmppAcceptor *self, const XmppNode *auth);
static void continue_sasl (XmppAcceptor *self, const char *message);

static void
wipe (char **text)
{
  if (*text != NULL)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* The host is asked: nothing more is read until it answers. */
static void
wait_for (XmppAcceptor *self,
          Wait          wait)
{
  self->wait = wait;
  xmpp_stream_pause (self->stream);
}

/* FALSE: the answer comes too late, or unasked. */
static gboolean
got (XmppAcceptor *self,
     Wait          wait)
{
  if (self->wait != wait || self->task == NULL || !xmpp_stream_is_open (self->stream))
    return FALSE;
  self->wait = WAIT_NOTHING;
  xmpp_stream_resume (self->stream);
  return TRUE;
}

static void
succeed (XmppAcceptor *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  clear_source (&self->timeout);
  clear_source (&self->cancelled);
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

  clear_source (&self->timeout);
  clear_source (&self->cancelled);
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

static gboolean
may_authenticate (XmppAcceptor *self)
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
      if (may_authenticate (self))
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
  /* No client certificate is asked for. With the system's database, each connection would read all of its authorities. */
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

/* SASL: RFC 6120 section 6 */

static void
forget_exchange (XmppAcceptor *self)
{
  g_clear_pointer (&self->sasl, xmpp_sasl_free);
  g_clear_pointer (&self->mechanism, g_free);
  wipe (&self->first);
  wipe (&self->password);
}

static void
send_sasl (XmppAcceptor *self,
           const char   *name,
           const char   *text)
{
  g_autoptr (XmppNode) node = xmpp_node_new (name, XMPP_NS_SASL);

  if (text != NULL)
    xmpp_node_append_text (node, *text != '\0' ? text : "=");
  xmpp_stream_send (self->stream, node);
}

static void
sasl_failed (XmppAcceptor *self,
             const char   *condition)
{
  g_autoptr (XmppNode) failure = xmpp_node_new ("failure", XMPP_NS_SASL);

  forget_exchange (self);
  xmpp_node_add (failure, condition, NULL);
  xmpp_stream_send (self->stream, failure);
  if (++self->tries >= XMPP_ACCEPTOR_MAX_TRIES)
    xmpp_stream_fail (self->stream, "policy-violation", "Too many attempts to sign in.");
}

static void
sasl_succeeded (XmppAcceptor *self,
                const char   *text)
{
  forget_exchange (self);
  self->authenticated = TRUE;
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  self->jid = xmpp_jid_ref (self->claimed);
  send_sasl (self, "success", text != NULL && *text != '\0' ? text : NULL);
  xmpp_stream_restart (self->stream);
}

/* The client has said who it is: its keys are looked for. */
static void
use_first (XmppAcceptor *self,
           const char   *message)
{
  XmppSaslFirst first;
  g_autoptr (XmppJid) authzid = NULL;
  gboolean ok = xmpp_sasl_read_first (self->mechanism, message, &first);

  g_clear_pointer (&self->claimed, xmpp_jid_unref);
  if (!ok)
    {
      xmpp_sasl_first_clear (&first);
      sasl_failed (self, "malformed-request");
      return;
    }
  self->claimed = xmpp_jid_new_from_parts (first.user, self->domain, NULL, NULL);
  if (first.authzid != NULL)
    authzid = xmpp_jid_new (first.authzid, NULL);
  if (first.authzid != NULL && (authzid == NULL || self->claimed == NULL || !xmpp_jid_equal (authzid, self->claimed)))
    {
      /* Nobody acts for somebody else here. */
      xmpp_sasl_first_clear (&first);
      sasl_failed (self, "invalid-authzid");
      return;
    }
  self->first = g_strdup (message);
  self->password = g_steal_pointer (&first.password);
  xmpp_sasl_first_clear (&first);
  wait_for (self, WAIT_KEYS);
  if (self->claimed != NULL)
    self->host->find_keys (self, self->claimed, self->host_data);
  else
    xmpp_acceptor_give_keys (self, NULL);   /* no address, so no account */
}

static void
begin_sasl (XmppAcceptor   *self,
            const XmppNode *auth)
{
  const char *mechanism = xmpp_node_get (auth, "mechanism");
  const char *text = xmpp_node_get_text (auth);

  forget_exchange (self);
  if (!may_authenticate (self))
    sasl_failed (self, "encryption-required");
  else if (!xmpp_sasl_server_supports (mechanism)
           || (strcmp (mechanism, "PLAIN") == 0 && !xmpp_stream_is_secure (self->stream)))
    sasl_failed (self, "invalid-mechanism");
  else
    {
      self->mechanism = g_strdup (mechanism);
      if (*text == '\0')
        send_sasl (self, "challenge", NULL);   /* the first message comes as a response (section 6.4.2) */
      else
        use_first (self, text);
    }
}

static void
continue_sasl (XmppAcceptor *self,
               const char   *message)
{
  g_autofree char *out = NULL;

  if (self->mechanism == NULL)
    {
      sasl_failed (self, "malformed-request");
      return;
    }
  if (self->sasl == NULL)
    {
      use_first (self, message);
      return;
    }
  switch (xmpp_sasl_step (self->sasl, message, &out, NULL))
    {
    case XMPP_SASL_CONTINUE:
      send_sasl (self, "challenge", out != NULL ? out : "");
      break;
    case XMPP_SASL_DONE:
      if (self->account_exists)
        sasl_succeeded (self, out);
      else
        sasl_failed (self, "not-authorized");
      break;
    default:
      sasl_failed (self, "not-authorized");
      break;
    }
}

typedef struct
{
  XmppScramKeys keys;
  char *password;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  wipe (&check->password);
  explicit_bzero (&check->keys, sizeof check->keys);
  g_free (check);
}

static void
check_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  Check *check = data;

  g_task_return_boolean (task, xmpp_scram_keys_check (&check->keys, check->password));
}

static void
on_password_checked (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (source);
  gboolean right = g_task_propagate_boolean (G_TASK (result), NULL);

  if (!got (self, WAIT_CHECK))
    return;
  if (right && self->account_exists)
    sasl_succeeded (self, NULL);
  else
    sasl_failed (self, "not-authorized");
}

static void
check_password (XmppAcceptor        *self,
                const XmppScramKeys *keys)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_password_checked, NULL);
  Check *check = g_new0 (Check, 1);

  check->keys = *keys;
  check->password = g_steal_pointer (&self->password);
  g_task_set_task_data (task, check, check_free);
  wait_for (self, WAIT_CHECK);
  g_task_run_in_thread (task, check_in_thread);
}

void
xmpp_acceptor_give_keys (XmppAcceptor        *self,
                         const XmppScramKeys *keys)
{
  XmppScramKeys fake;
  g_autofree char *first = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!got (self, WAIT_KEYS))
    return;
  self->account_exists = keys != NULL;
  if (keys == NULL)
    {
      /* The same work and the same answers as for an account that exists: nobody learns which names are taken. */
      xmpp_sasl_fake_keys (&fake, self->claimed != NULL ? xmpp_jid_get_bare (self->claimed) : self->first);
      keys = &fake;
    }
  if (self->password != NULL)
    {
      check_password (self, keys);
      return;
    }
  first = g_steal_pointer (&self->first);
  self->sasl = xmpp_sasl_new_server (self->mechanism, keys);
  if (self->sasl == NULL)
    sasl_failed (self, "temporary-auth-failure");
  else
    continue_sasl (self, first);
}

/* Registration: XEP-0077 */

typedef struct
{
  char *password;
  XmppScramKeys keys;
} Derivation;

static void
derivation_free (gpointer data)
{
  Derivation *job = data;

  wipe (&job->password);
  explicit_bzero (&job->keys, sizeof job->keys);
  g_free (job);
}

static void
derive_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  Derivation *job = data;
  GError *error = NULL;

  if (xmpp_scram_keys_derive (&job->keys, job->password, 0, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
refuse_request (XmppAcceptor *self,
                const char   *type,
                const char   *condition,
                const char   *text)
{
  g_autoptr (XmppNode) request = g_steal_pointer (&self->request);
  g_autoptr (XmppNode) answer = NULL;

  if (request == NULL)
    return;
  answer = xmpp_stanza_error_for (request, type, condition, text);
  xmpp_stream_send (self->stream, answer);
}

static void
on_derived (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (source);
  Derivation *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (!got (self, WAIT_CHECK))
    return;
  if (!ok)
    {
      refuse_request (self, "modify", "not-acceptable", error->message);
      return;
    }
  wait_for (self, WAIT_REGISTRATION);
  self->host->register_account (self, self->claimed, &job->keys, self->host_data);
}

static void
answer_registration_form (XmppAcceptor   *self,
                          const XmppNode *iq)
{
  g_autoptr (XmppNode) answer = xmpp_iq_result_for (iq);
  XmppNode *query = xmpp_node_add (answer, "query", XMPP_NS_REGISTER);

  xmpp_node_add_text_child (query, "instructions", NULL, "Choose a user name and a password.");
  xmpp_node_add (query, "username", NULL);
  xmpp_node_add (query, "password", NULL);
  xmpp_stream_send (self->stream, answer);
}

static void
answer_registration (XmppAcceptor *self,
                     XmppNode     *iq)
{
  XmppNode *query = xmpp_node_child (iq, "query", XMPP_NS_REGISTER);
  const char *user = xmpp_node_child_text (query, "username", XMPP_NS_REGISTER);
  const char *password = xmpp_node_child_text (query, "password", XMPP_NS_REGISTER);
  g_autoptr (GTask) task = NULL;
  Derivation *job;

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0)
    {
      answer_registration_form (self, iq);
      return;
    }
  self->request = xmpp_node_ref (iq);
  g_clear_pointer (&self->claimed, xmpp_jid_unref);
  if (user == NULL || password == NULL || *user == '\0' || *password == '\0')
    {
      refuse_request (self, "modify", "not-acceptable", "A user name and a password are needed.");
      return;
    }
  self->claimed = xmpp_jid_new_from_parts (user, self->domain, NULL, NULL);
  if (self->claimed == NULL)
    {
      refuse_request (self, "modify", "not-acceptable", "The user name has characters that it cannot have.");
      return;
    }
  if (++self->registrations > XMPP_ACCEPTOR_MAX_REGISTRATIONS)
    {
      refuse_request (self, "wait", "resource-constraint", "Too many attempts to register.");
      xmpp_stream_fail (self->stream, "policy-violation", NULL);
      return;
    }
  job = g_new0 (Derivation, 1);
  job->password = g_strdup (password);
  task = g_task_new (self, NULL, on_derived, NULL);
  g_task_set_task_data (task, job, derivation_free);
  wait_for (self, WAIT_CHECK);
  g_task_run_in_thread (task, derive_in_thread);
}

void
xmpp_acceptor_registered (XmppAcceptor *self,
                          const char   *condition)
{
  g_autoptr (XmppNode) answer = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!got (self, WAIT_REGISTRATION))
    return;
  if (condition != NULL)
    {
      refuse_request (self, g_str_equal (condition, "resource-constraint") ? "wait" : "cancel", condition, NULL);
      return;
    }
  answer = xmpp_iq_result_for (self->request);
  g_clear_pointer (&self->request, xmpp_node_unref);
  xmpp_stream_send (self->stream, answer);
}

/* Binding (RFC 6120 section 7) and resumption (XEP-0198 section 5) */

static void
ask_binding (XmppAcceptor *self,
             XmppNode     *iq)
{
  XmppNode *bind = xmpp_node_child (iq, "bind", XMPP_NS_BIND);
  const char *wanted = xmpp_node_child_text (bind, "resource", XMPP_NS_BIND);
  g_autoptr (XmppJid) full = NULL;

  self->request = xmpp_node_ref (iq);
  if (wanted != NULL && *wanted != '\0')
    {
      full = xmpp_jid_with_resource (self->jid, wanted, NULL);
      if (full == NULL)
        {
          refuse_request (self, "modify", "bad-request", NULL);
          return;
        }
    }
  wait_for (self, WAIT_BINDING);
  self->host->bind (self, self->jid, full != NULL ? xmpp_jid_get_resource (full) : NULL, self->host_data);
}

void
xmpp_acceptor_bound (XmppAcceptor *self,
                     const char   *resource)
{
  g_autoptr (XmppNode) answer = NULL;
  g_autoptr (XmppJid) full = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self) && resource != NULL);

  if (!got (self, WAIT_BINDING))
    return;
  full = xmpp_jid_with_resource (self->jid, resource, NULL);
  if (full == NULL)
    {
      refuse_request (self, "cancel", "internal-server-error", NULL);
      return;
    }
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  self->jid = g_steal_pointer (&full);
  answer = xmpp_iq_result_for (self->request);
  g_clear_pointer (&self->request, xmpp_node_unref);
  xmpp_node_add_text_child (xmpp_node_add (answer, "bind", XMPP_NS_BIND), "jid", NULL, xmpp_jid_get_full (self->jid));
  xmpp_stream_send (self->stream, answer);
  succeed (self);
}

void
xmpp_acceptor_refuse (XmppAcceptor *self,
                      const char   *type,
                      const char   *condition)
{
  g_return_if_fail (XMPP_IS_ACCEPTOR (self) && type != NULL && condition != NULL);

  if (got (self, WAIT_BINDING))
    refuse_request (self, type, condition, NULL);
}

static void
ask_resumption (XmppAcceptor *self,
                XmppNode     *resume)
{
  gint64 h = xmpp_node_get_int (resume, "h", 0, G_MAXUINT32, -1);
  const char *id = xmpp_node_get (resume, "previd");

  g_free (self->session_id);
  self->session_id = g_strdup (id);
  wait_for (self, WAIT_RESUMPTION);
  if (id == NULL || h < 0 || self->host->resume == NULL)
    xmpp_acceptor_resumed (self, FALSE, 0);
  else
    self->host->resume (self, self->jid, id, (guint32) h, self->host_data);
}

void
xmpp_acceptor_resumed (XmppAcceptor *self,
                       gboolean      found,
                       guint32       handled)
{
  g_autoptr (XmppNode) answer = NULL;
  char h[16];

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!got (self, WAIT_RESUMPTION))
    return;
  if (!found)
    {
      answer = xmpp_node_new ("failed", XMPP_NS_SM);
      xmpp_node_add (answer, "item-not-found", XMPP_NS_STANZAS);
      xmpp_stream_send (self->stream, answer);
      g_clear_pointer (&self->session_id, g_free);
      return;
    }
  g_snprintf (h, sizeof h, "%u", handled);
  answer = xmpp_node_new ("resumed", XMPP_NS_SM);
  xmpp_node_set (answer, "h", h);
  xmpp_node_set (answer, "previd", self->session_id);
  xmpp_stream_send (self->stream, answer);
  self->resumed = TRUE;
  succeed (self);
}

gboolean
xmpp_acceptor_answer_session (XmppStream     *stream,
                              const XmppNode *stanza)
{
  g_autoptr (XmppNode) answer = NULL;

  g_return_val_if_fail (XMPP_IS_STREAM (stream) && stanza != NULL, FALSE);

  if (!xmpp_node_is (stanza, "iq", XMPP_NS_CLIENT) || xmpp_node_child (stanza, "session", XMPP_NS_SESSION) == NULL
      || g_strcmp0 (xmpp_node_get (stanza, "type"), "set") != 0)
    return FALSE;
  answer = xmpp_iq_result_for (stanza);
  xmpp_node_set (answer, "to", NULL);
  xmpp_stream_send (stream, answer);
  return TRUE;
}

/* The stream */

static void
on_iq (XmppAcceptor *self,
       XmppNode     *iq)
{
  const char *type = xmpp_node_get (iq, "type");
  gboolean is_set = g_strcmp0 (type, "set") == 0;

  if (self->authenticated && is_set && xmpp_node_child (iq, "bind", XMPP_NS_BIND) != NULL)
    ask_binding (self, iq);
  else if (!self->authenticated && may_authenticate (self) && self->host->register_account != NULL
           && (is_set || g_strcmp0 (type, "get") == 0) && xmpp_node_child (iq, "query", XMPP_NS_REGISTER) != NULL)
    answer_registration (self, iq);
  else
    {
      self->request = xmpp_node_ref (iq);
      refuse_request (self, "auth", self->authenticated ? "unexpected-request" : "not-authorized", NULL);
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
    begin_sasl (self, stanza);
  else if (!self->authenticated && xmpp_node_is (stanza, "response", XMPP_NS_SASL))
    continue_sasl (self, xmpp_node_get_text (stanza));
  else if (!self->authenticated && xmpp_node_is (stanza, "abort", XMPP_NS_SASL))
    sasl_failed (self, "aborted");
  else if (self->authenticated && xmpp_node_is (stanza, "resume", XMPP_NS_SM))
    ask_resumption (self, stanza);
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
  g_return_if_fail (self->task == NULL && self->timeout == NULL);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, xmpp_acceptor_run_async);
  g_task_set_check_cancellable (self->task, FALSE);
  self->timeout = g_timeout_source_new_seconds (self->timeout_seconds);
  g_source_set_callback (self->timeout, on_time, self, NULL);
  g_source_attach (self->timeout, g_task_get_context (self->task));
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_task_get_context (self->task));
    }
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

  clear_source (&self->timeout);
  clear_source (&self->cancelled);
  if (self->stream != NULL)
    xmpp_stream_abort (self->stream);
  g_clear_object (&self->stream);
  g_clear_object (&self->certificate);
  forget_exchange (self);
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
