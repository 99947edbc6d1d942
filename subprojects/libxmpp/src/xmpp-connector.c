/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector.h"

#include <string.h>

#include "xmpp-sasl.h"
#include "xmpp-srv.h"

/*
 * The nodes are functions; every one of them may lead to fail().
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
typedef enum
{
  EXPECT_FEATURES,
  EXPECT_PROCEED,
  EXPECT_SASL,
  EXPECT_REGISTRATION_FORM,
  EXPECT_REGISTRATION,
  EXPECT_RESUMPTION,
  EXPECT_BINDING,
  EXPECT_SESSION,
  EXPECT_SM,
} Expect;

typedef struct
{
  char *host;
  guint16 port;
  gboolean direct_tls;
} Target;

struct _XmppConnector
{
  GObject parent_instance;

  /* What is wanted */
  XmppJid *jid;
  char *password;               /* wiped; NULL when none was set */
  char *host;                   /* NULL: by SRV */
  guint16 port;
  XmppTlsMode mode;
  GTlsDatabase *database;
  XmppCertificateFunc certificate_func;
  gpointer certificate_data;
  char *resume_id;
  guint32 resume_h;
  gboolean registering;

  /* What is under way */
  GTask *task;                  /* owned while running */
  GCancellable *cancellable;    /* owned; ours, follows the caller's */
  GSource *timeout;
  GSource *cancelled;
  GQueue targets;               /* owned Target */
  Target *target;               /* owned; the one being tried */
  GError *target_error;         /* why the last one failed */
  GSource *target_timeout;
  GCancellable *target_cancellable;
  gboolean any_srv;
  GPtrArray *srv;               /* owned XmppSrvTarget; what both lookups found */
  XmppStream *stream;
  Expect expect;
  XmppNode *features;           /* the latest */
  XmppSasl *sasl;
  char *mechanism;
  gboolean sasl_proven;         /* the server has proven that it knows our keys, or the mechanism has no such proof */
  gboolean authenticated;
  GTlsCertificateFlags problems;

  /* What came of it */
  XmppJid *bound;
  gboolean resumed;
  guint32 resumed_h;
  char *session_id;
  gboolean has_sm;
};

G_DEFINE_FINAL_TYPE (XmppConnector, xmpp_connector, G_TYPE_OBJECT)

static void try_next_target (XmppConnector *self);
static void look_up_starttls (XmppConnector *self);
static void fall_back (XmppConnector *self);
static void open_stream (XmppConnector *self);
static void ask_binding (XmppConnector *self);
static void ask_sm (XmppConnector *self);
static void start_tls (XmppConnector *self);

static void
target_free (gpointer data)
{
  Target *target = data;

  g_free (target->host);
  g_free (target);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static const char *
domain_of (XmppConnector *self)
{
  return xmpp_jid_get_domain (self->jid);
}

static void
stop (XmppConnector *self)
{
  clear_source (&self->timeout);
  clear_source (&self->cancelled);
  clear_source (&self->target_timeout);
}

static void
succeed (XmppConnector *self)
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

static void
fail (XmppConnector *self,
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

static void G_GNUC_PRINTF (4, 5)
fail_with (XmppConnector *self,
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
  fail (self, error);
}

/* Targets: RFC 6120 section 3.2, XEP-0368 */

static void
add_target (XmppConnector *self,
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

      add_target (self, target->host, target->port, target->direct_tls);
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
  fall_back (self);
}

static void
look_up (XmppConnector       *self,
         const char          *service,
         GAsyncReadyCallback  callback)
{
  g_autofree char *ascii = g_hostname_to_ascii (domain_of (self));
  g_autofree char *name = g_strdup_printf ("_%s._tcp.%s", service, ascii != NULL ? ascii : domain_of (self));

  g_resolver_lookup_records_async (g_resolver_get_default (), name, G_RESOLVER_RECORD_SRV, self->cancellable, callback,
                                   g_object_ref (self));
}

static void
look_up_direct (XmppConnector *self)
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
    fall_back (self);
  else
    look_up (self, "xmpp-client", on_starttls_found);
}

/* Without SRV records the domain itself is the host (RFC 6120 section 3.2.2). */
static void
fall_back (XmppConnector *self)
{
  take_targets (self);
  if (!self->any_srv)
    {
      const char *domain = domain_of (self);
      g_autofree char *plain = NULL;

      if (*domain == '[')
        plain = g_strndup (domain + 1, strlen (domain) - 2);
      add_target (self, plain != NULL ? plain : domain, self->mode == XMPP_TLS_DIRECT ? 5223 : 5222, self->mode == XMPP_TLS_DIRECT);
    }
  else if (self->targets.length == 0)
    {
      fail_with (self, XMPP_ERROR_HOST_UNKNOWN, NULL, "%s has no chat service for people. Check the address.", domain_of (self));
      return;
    }
  try_next_target (self);
}

static void
fail_unconnected (XmppConnector *self)
{
  const GError *cause = self->target_error;
  const char *host = self->target != NULL ? self->target->host : domain_of (self);

  if (cause != NULL && cause->domain == G_RESOLVER_ERROR && cause->code == G_RESOLVER_ERROR_NOT_FOUND)
    fail_with (self, XMPP_ERROR_HOST_UNKNOWN, NULL, "There is no server named %s. Check the address.", host);
  else if (cause != NULL && cause->domain == G_RESOLVER_ERROR)
    fail_with (self, XMPP_ERROR_UNREACHABLE, NULL, "The address of %s cannot be looked up. Is this computer online?", host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    fail_with (self, XMPP_ERROR_UNREACHABLE, NULL, "The server %s does not accept connections. Try again later.", host);
  else
    fail_with (self, XMPP_ERROR_UNREACHABLE, NULL, "The server %s cannot be reached. Is this computer online?", host);
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  clear_source (&self->target_timeout);
  if (self->task == NULL)
    return;
  if (connection == NULL)
    {
      g_clear_error (&self->target_error);
      self->target_error = g_steal_pointer (&error);
      try_next_target (self);
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
    start_tls (self);
  else
    open_stream (self);
}

static gboolean
on_target_time (gpointer user_data)
{
  XmppConnector *self = user_data;

  g_cancellable_cancel (self->target_cancellable);
  return G_SOURCE_REMOVE;
}

static void
try_next_target (XmppConnector *self)
{
  g_autoptr (GSocketClient) client = NULL;

  if (self->targets.length == 0)
    {
      fail_unconnected (self);
      return;
    }
  g_clear_pointer (&self->target, target_free);
  self->target = g_queue_pop_head (&self->targets);
  g_clear_object (&self->target_cancellable);
  self->target_cancellable = g_cancellable_new ();
  self->target_timeout = g_timeout_source_new_seconds (XMPP_CONNECTOR_TARGET_SECONDS);
  g_source_set_callback (self->target_timeout, on_target_time, self, NULL);
  g_source_attach (self->target_timeout, g_task_get_context (self->task));
  client = g_socket_client_new ();
  g_socket_client_connect_to_host_async (client, self->target->host, self->target->port, self->target_cancellable, on_connected,
                                         g_object_ref (self));
}

/* TLS */

static const char *
problem_in_words (GTlsCertificateFlags problems)
{
  if (problems & G_TLS_CERTIFICATE_REVOKED)
    return "it was revoked";
  if (problems & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "it belongs to another name";
  if (problems & G_TLS_CERTIFICATE_EXPIRED)
    return "it is out of date";
  if (problems & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "it is not valid yet";
  if (problems & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "nobody known has signed it";
  if (problems & G_TLS_CERTIFICATE_INSECURE)
    return "it is made in an unsafe way";
  return "it is faulty";
}

static gboolean
on_accept_certificate (GTlsConnection       *connection,
                       GTlsCertificate      *certificate,
                       GTlsCertificateFlags  problems,
                       gpointer              user_data)
{
  XmppConnector *self = user_data;

  self->problems = problems;
  return self->task != NULL && self->certificate_func != NULL
         && self->certificate_func (self, certificate, problems, self->certificate_data);
}

static GTlsConnection *
make_tls (XmppStream  *stream,
          GIOStream   *plain,
          gpointer     user_data,
          GError     **error)
{
  XmppConnector *self = user_data;
  static const char * const protocols[] = { "xmpp-client", NULL };
  /* RFC 6120 section 13.7.2.1: the name to prove is the account's domain, whatever host SRV led to. */
  g_autoptr (GSocketConnectable) identity = g_network_address_new (domain_of (self), self->target->port);
  GIOStream *tls;

  /* At once with our own database: set later, the system's would have been read in vain. */
  if (self->database != NULL)
    tls = g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()), NULL, error,
                          "base-io-stream", plain, "server-identity", identity, "database", self->database, NULL);
  else
    tls = g_tls_client_connection_new (plain, identity, error);
  if (tls == NULL)
    return NULL;
  if (self->target->direct_tls)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_signal_connect_object (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), self, 0);
  return G_TLS_CONNECTION (tls);
}

static void
on_tls_done (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = xmpp_stream_start_tls_finish (XMPP_STREAM (source), result, &error);

  if (self->task == NULL)
    return;
  if (ok)
    {
      open_stream (self);
      return;
    }
  xmpp_stream_abort (self->stream);   /* nothing readable can be said over half a handshake */
  g_clear_object (&self->stream);
  if (self->problems != 0)
    fail_with (self, XMPP_ERROR_CERTIFICATE, NULL, "The certificate of %s is not to be trusted: %s.", domain_of (self), problem_in_words (self->problems));
  else
    fail_with (self, XMPP_ERROR_TLS, NULL, "No protected connection to %s could be made: %s", domain_of (self), error->message);
}

static void
start_tls (XmppConnector *self)
{
  xmpp_stream_start_tls_async (self->stream, make_tls, self, self->cancellable, on_tls_done, g_object_ref (self));
}

static void
ask_starttls (XmppConnector *self)
{
  g_autoptr (XmppNode) starttls = NULL;

  if (xmpp_node_child (self->features, "starttls", XMPP_NS_TLS) == NULL)
    {
      /* Somebody in between may have taken the offer out: never go on without. */
      fail_with (self, XMPP_ERROR_TLS, NULL, "The server %s offers no protected connection.", domain_of (self));
      return;
    }
  starttls = xmpp_node_new ("starttls", XMPP_NS_TLS);
  xmpp_stream_send (self->stream, starttls);
  self->expect = EXPECT_PROCEED;
}

/* SASL: RFC 6120 section 6 */

typedef struct
{
  XmppSasl *sasl;   /* borrowed: the connector lives as long as its task */
  char *in;
  char *out;
  XmppSaslStep step;
} SaslStep;

static void
sasl_step_free (gpointer data)
{
  SaslStep *job = data;

  g_free (job->in);
  g_free (job->out);
  g_free (job);
}

static void
step_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  SaslStep *job = data;
  GError *error = NULL;

  job->step = xmpp_sasl_step (job->sasl, job->in, &job->out, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_stepped (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  XmppConnector *self = XMPP_CONNECTOR (source);
  SaslStep *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (XmppNode) node = NULL;
  GError *error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (self->task == NULL || self->stream == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (!ok)
    {
      fail (self, error);
      return;
    }
  self->sasl_proven = job->step == XMPP_SASL_DONE;
  xmpp_stream_resume (self->stream);
  if (job->in == NULL)
    {
      node = xmpp_node_new ("auth", XMPP_NS_SASL);
      xmpp_node_set (node, "mechanism", self->mechanism);
      xmpp_node_append_text (node, job->out != NULL && *job->out != '\0' ? job->out : "=");
    }
  else
    {
      node = xmpp_node_new ("response", XMPP_NS_SASL);
      xmpp_node_append_text (node, job->out != NULL ? job->out : "");
    }
  xmpp_stream_send (self->stream, node);
}

/* In a thread: a step may hash the password many thousand times. */
static void
step_sasl (XmppConnector       *self,
           const char          *in,
           GAsyncReadyCallback  callback)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, NULL);
  SaslStep *job = g_new0 (SaslStep, 1);

  job->sasl = self->sasl;
  job->in = g_strdup (in);
  g_task_set_task_data (task, job, sasl_step_free);
  xmpp_stream_pause (self->stream);
  g_task_run_in_thread (task, step_in_thread);
}

static void
begin_sasl (XmppConnector *self)
{
  XmppNode *offer = xmpp_node_child (self->features, "mechanisms", XMPP_NS_SASL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *chosen;

  if (offer != NULL)
    {
      XMPP_NODE_FOREACH (offer, child)
        {
          if (xmpp_node_is (child, "mechanism", XMPP_NS_SASL))
            g_ptr_array_add (names, (gpointer) xmpp_node_get_text (child));
        }
    }
  g_ptr_array_add (names, NULL);
  chosen = xmpp_sasl_choose ((const char * const *) names->pdata, xmpp_stream_is_secure (self->stream));
  if (chosen == NULL)
    {
      fail_with (self, XMPP_ERROR_AUTH_MECHANISM, NULL, "The server %s offers no way to sign in that this program knows and that is safe.", domain_of (self));
      return;
    }
  self->mechanism = g_strdup (chosen);
  self->sasl = xmpp_sasl_new_client (chosen, xmpp_jid_get_local (self->jid), self->password != NULL ? self->password : "");
  if (self->sasl == NULL)
    {
      fail_with (self, XMPP_ERROR_AUTH_MECHANISM, NULL, "Signing in by %s cannot be started.", chosen);
      return;
    }
  self->expect = EXPECT_SASL;
  step_sasl (self, NULL, on_stepped);
}

static void
on_proof_checked (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  XmppConnector *self = XMPP_CONNECTOR (source);
  SaslStep *job = g_task_get_task_data (G_TASK (result));
  gboolean ok = g_task_propagate_boolean (G_TASK (result), NULL);

  if (self->task == NULL || self->stream == NULL)
    return;
  if (!ok || job->step != XMPP_SASL_DONE)
    {
      fail_with (self, XMPP_ERROR_AUTH, NULL, "The server %s could not prove that it knows your account. Somebody may be in between.", domain_of (self));
      return;
    }
  self->authenticated = TRUE;
  xmpp_stream_restart (self->stream);
  open_stream (self);
}

static void
on_sasl_success (XmppConnector *self,
                 XmppNode      *success)
{
  const char *text = xmpp_node_get_text (success);

  if (*text != '\0' && !self->sasl_proven)
    {
      step_sasl (self, text, on_proof_checked);
      return;
    }
  if (!self->sasl_proven)
    {
      fail_with (self, XMPP_ERROR_AUTH, NULL, "The server %s could not prove that it knows your account. Somebody may be in between.", domain_of (self));
      return;
    }
  self->authenticated = TRUE;
  xmpp_stream_restart (self->stream);
  open_stream (self);
}

/* RFC 6120 section 6.5 */
static void
on_sasl_failure (XmppConnector *self,
                 XmppNode      *failure)
{
  const char *account = xmpp_jid_get_bare (self->jid);
  const char *text = xmpp_node_child_text (failure, "text", XMPP_NS_SASL);
  const char *condition = "not-authorized";

  XMPP_NODE_FOREACH (failure, child)
    {
      if (!xmpp_node_is (child, "text", NULL))
        {
          condition = xmpp_node_get_name (child);
          break;
        }
    }
  if (strcmp (condition, "not-authorized") == 0 || strcmp (condition, "invalid-authzid") == 0)
    fail_with (self, XMPP_ERROR_AUTH, condition, "That password is not right for %s.", account);
  else if (strcmp (condition, "account-disabled") == 0)
    fail_with (self, XMPP_ERROR_AUTH, condition, "The account %s has been disabled.", account);
  else if (strcmp (condition, "credentials-expired") == 0)
    fail_with (self, XMPP_ERROR_AUTH, condition, "The password of %s has expired. Set a new one first.", account);
  else if (strcmp (condition, "temporary-auth-failure") == 0)
    fail_with (self, XMPP_ERROR_UNREACHABLE, condition, "The server %s cannot check passwords at the moment. Try again later.", domain_of (self));
  else if (text != NULL && *text != '\0')
    fail_with (self, XMPP_ERROR_AUTH, condition, "The server %s does not let you sign in: %s", domain_of (self), text);
  else
    fail_with (self, XMPP_ERROR_AUTH, condition, "The server %s does not let you sign in (%s).", domain_of (self), condition);
}

static void
on_sasl (XmppConnector *self,
         XmppNode      *node)
{
  if (xmpp_node_is (node, "challenge", XMPP_NS_SASL))
    step_sasl (self, xmpp_node_get_text (node), on_stepped);
  else if (xmpp_node_is (node, "success", XMPP_NS_SASL))
    on_sasl_success (self, node);
  else if (xmpp_node_is (node, "failure", XMPP_NS_SASL))
    on_sasl_failure (self, node);
  else
    fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s answered in an unexpected way.", domain_of (self));
}

/* Registration: XEP-0077 */

static void
ask_registration (XmppConnector *self)
{
  g_autoptr (XmppNode) iq = xmpp_iq_new ("get", domain_of (self), "query", XMPP_NS_REGISTER, NULL);

  xmpp_node_set (iq, "id", "register-form");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_REGISTRATION_FORM;
}

static void
refuse_registration (XmppConnector *self,
                     XmppNode      *iq)
{
  g_autoptr (GError) error = NULL;
  const char *condition;

  xmpp_stanza_get_error (iq, &error);
  condition = xmpp_stanza_get_error_condition (iq);
  if (g_strcmp0 (condition, "conflict") == 0)
    fail_with (self, XMPP_ERROR_REGISTRATION, condition, "%s is taken already. Choose another name.", xmpp_jid_get_bare (self->jid));
  else if (g_strcmp0 (condition, "service-unavailable") == 0 || g_strcmp0 (condition, "not-allowed") == 0
           || g_strcmp0 (condition, "feature-not-implemented") == 0 || g_strcmp0 (condition, "not-authorized") == 0)
    fail_with (self, XMPP_ERROR_REGISTRATION, condition, "The server %s does not let new accounts be made from here.", domain_of (self));
  else
    fail_with (self, XMPP_ERROR_REGISTRATION, condition, "The account was not made: %s", error->message);
}

static void
on_registration_form (XmppConnector *self,
                      XmppNode      *iq)
{
  XmppNode *form = xmpp_node_child (iq, "query", XMPP_NS_REGISTER);
  g_autoptr (XmppNode) answer = NULL;
  XmppNode *query = NULL;
  const char *url;

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "result") != 0 || form == NULL)
    {
      refuse_registration (self, iq);
      return;
    }
  if (xmpp_node_child (form, "username", NULL) == NULL || xmpp_node_child (form, "password", NULL) == NULL)
    {
      XmppNode *oob = xmpp_node_child (form, "x", "jabber:x:oob");

      url = oob != NULL ? xmpp_node_child_text (oob, "url", NULL) : NULL;
      fail_with (self, XMPP_ERROR_REGISTRATION, NULL, "The server %s wants new accounts to be made on its web page%s%s.",
                 domain_of (self), url != NULL ? ": " : "", url != NULL ? url : "");
      return;
    }
  answer = xmpp_iq_new ("set", domain_of (self), "query", XMPP_NS_REGISTER, &query);
  xmpp_node_set (answer, "id", "register");
  xmpp_node_add_text_child (query, "username", NULL, xmpp_jid_get_local (self->jid));
  xmpp_node_add_text_child (query, "password", NULL, self->password != NULL ? self->password : "");
  xmpp_stream_send (self->stream, answer);
  self->expect = EXPECT_REGISTRATION;
}

static void
on_registered (XmppConnector *self,
               XmppNode      *iq)
{
  if (g_strcmp0 (xmpp_node_get (iq, "type"), "result") != 0)
    {
      refuse_registration (self, iq);
      return;
    }
  xmpp_stream_set_events (self->stream, NULL, NULL);
  xmpp_stream_close (self->stream);
  g_clear_object (&self->stream);
  succeed (self);
}

/* Resumption, binding, stream management */

static void
ask_resumption (XmppConnector *self)
{
  g_autoptr (XmppNode) resume = xmpp_node_new ("resume", XMPP_NS_SM);
  char h[16];

  g_snprintf (h, sizeof h, "%u", self->resume_h);
  xmpp_node_set (resume, "previd", self->resume_id);
  xmpp_node_set (resume, "h", h);
  xmpp_stream_send (self->stream, resume);
  self->expect = EXPECT_RESUMPTION;
}

static void
on_resumed (XmppConnector *self,
            XmppNode      *node)
{
  if (xmpp_node_is (node, "failed", XMPP_NS_SM))
    {
      ask_binding (self);
      return;
    }
  if (!xmpp_node_is (node, "resumed", XMPP_NS_SM))
    return;
  self->resumed = TRUE;
  self->has_sm = TRUE;
  self->resumed_h = (guint32) xmpp_node_get_int (node, "h", 0, G_MAXUINT32, 0);
  self->session_id = g_strdup (self->resume_id);
  succeed (self);
}

static void
ask_binding (XmppConnector *self)
{
  const char *resource = xmpp_jid_get_resource (self->jid);
  XmppNode *bind = NULL;
  g_autoptr (XmppNode) iq = xmpp_iq_new ("set", NULL, "bind", XMPP_NS_BIND, &bind);

  if (resource != NULL)
    xmpp_node_add_text_child (bind, "resource", NULL, resource);
  xmpp_node_set (iq, "id", "bind");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_BINDING;
}

/* RFC 3921 section 3: only for servers that insist. */
static void
ask_session (XmppConnector *self)
{
  XmppNode *session = xmpp_node_child (self->features, "session", XMPP_NS_SESSION);
  g_autoptr (XmppNode) iq = NULL;

  if (session == NULL || xmpp_node_child (session, "optional", NULL) != NULL)
    {
      ask_sm (self);
      return;
    }
  iq = xmpp_iq_new ("set", NULL, "session", XMPP_NS_SESSION, NULL);
  xmpp_node_set (iq, "id", "session");
  xmpp_stream_send (self->stream, iq);
  self->expect = EXPECT_SESSION;
}

static void
on_bound (XmppConnector *self,
          XmppNode      *iq)
{
  XmppNode *bind = xmpp_node_child (iq, "bind", XMPP_NS_BIND);
  const char *text = bind != NULL ? xmpp_node_child_text (bind, "jid", XMPP_NS_BIND) : NULL;
  g_autoptr (GError) error = NULL;

  if (xmpp_stanza_get_error (iq, &error))
    {
      const char *condition = xmpp_error_get_condition (error);

      if (g_strcmp0 (condition, "conflict") == 0)
        fail_with (self, XMPP_ERROR_CONFLICT, condition, "Another program is signed in to this account under the same name.");
      else
        fail_with (self, XMPP_ERROR_STREAM, condition, "The server %s does not let you in: %s", domain_of (self), error->message);
      return;
    }
  if (text != NULL)
    self->bound = xmpp_jid_new (text, NULL);
  if (self->bound == NULL)
    {
      fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s gave an address that is none.", domain_of (self));
      return;
    }
  ask_session (self);
}

static void
on_session (XmppConnector *self,
            XmppNode      *iq)
{
  ask_sm (self);
}

static void
ask_sm (XmppConnector *self)
{
  g_autoptr (XmppNode) enable = NULL;

  if (xmpp_node_child (self->features, "sm", XMPP_NS_SM) == NULL)
    {
      succeed (self);
      return;
    }
  enable = xmpp_node_new ("enable", XMPP_NS_SM);
  xmpp_node_set (enable, "resume", "true");
  xmpp_stream_send (self->stream, enable);
  self->expect = EXPECT_SM;
}

static void
on_sm (XmppConnector *self,
       XmppNode      *node)
{
  const char *resume = xmpp_node_get (node, "resume");

  if (xmpp_node_is (node, "enabled", XMPP_NS_SM))
    {
      self->has_sm = TRUE;
      if (g_strcmp0 (resume, "true") == 0 || g_strcmp0 (resume, "1") == 0)
        self->session_id = g_strdup (xmpp_node_get (node, "id"));
      succeed (self);
    }
  else if (xmpp_node_is (node, "failed", XMPP_NS_SM))
    {
      succeed (self);
    }
  /* A stanza that the server sent before its answer cannot be kept; nothing was asked for yet, so nothing is lost. */
}

/* The stream */

static void
on_features (XmppConnector *self,
             XmppNode      *features)
{
  if (!xmpp_node_is (features, "features", XMPP_NS_STREAMS))
    {
      fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s answered in an unexpected way.", domain_of (self));
      return;
    }
  g_clear_pointer (&self->features, xmpp_node_unref);
  self->features = xmpp_node_ref (features);
  if (!xmpp_stream_is_secure (self->stream))
    ask_starttls (self);
  else if (self->registering)
    ask_registration (self);
  else if (!self->authenticated)
    begin_sasl (self);
  else if (self->resume_id != NULL && xmpp_node_child (features, "sm", XMPP_NS_SM) != NULL)
    ask_resumption (self);
  else
    ask_binding (self);
}

static void
on_proceed (XmppConnector *self,
            XmppNode      *node)
{
  if (xmpp_node_is (node, "proceed", XMPP_NS_TLS))
    start_tls (self);
  else
    fail_with (self, XMPP_ERROR_TLS, NULL, "The server %s refuses a protected connection.", domain_of (self));
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
      on_proceed (self, node);
      break;
    case EXPECT_SASL:
      on_sasl (self, node);
      break;
    case EXPECT_RESUMPTION:
      on_resumed (self, node);
      break;
    case EXPECT_SM:
      on_sm (self, node);
      break;
    case EXPECT_REGISTRATION_FORM:
      if (is_answer (node, "register-form"))
        on_registration_form (self, node);
      break;
    case EXPECT_REGISTRATION:
      if (is_answer (node, "register"))
        on_registered (self, node);
      break;
    case EXPECT_BINDING:
      if (is_answer (node, "bind"))
        on_bound (self, node);
      break;
    case EXPECT_SESSION:
      if (is_answer (node, "session"))
        on_session (self, node);
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
    fail_with (self, XMPP_ERROR_HOST_UNKNOWN, "host-unknown", "The server at %s does not serve %s. Check the address.", self->target->host, domain_of (self));
  else if (error != NULL)
    fail (self, g_error_copy (error));
  else
    fail_with (self, XMPP_ERROR_CLOSED, NULL, "The server %s closed the connection.", domain_of (self));
}

static const XmppStreamEvents events = {
  .stanza = on_stanza,
  .closed = on_closed,
};

static void
open_stream (XmppConnector *self)
{
  self->expect = EXPECT_FEATURES;
  xmpp_stream_set_events (self->stream, &events, self);
  /* Our address is told only inside TLS (RFC 6120 section 4.7.1). */
  xmpp_stream_open (self->stream, xmpp_stream_is_secure (self->stream) ? xmpp_jid_get_bare (self->jid) : NULL,
                    domain_of (self), NULL, "en");
  xmpp_stream_resume (self->stream);
}

static gboolean
on_time (gpointer user_data)
{
  XmppConnector *self = user_data;

  fail_with (self, XMPP_ERROR_TIMEOUT, NULL, "The server %s does not answer. Try again later.", domain_of (self));
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  XmppConnector *self = user_data;

  g_cancellable_cancel (self->target_cancellable);
  fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The sign-in was cancelled."));
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
  self->timeout = g_timeout_source_new_seconds (XMPP_CONNECTOR_TIMEOUT_SECONDS);
  g_source_set_callback (self->timeout, on_time, self, NULL);
  g_source_attach (self->timeout, g_task_get_context (self->task));
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_task_get_context (self->task));
    }
  if (xmpp_jid_get_local (self->jid) == NULL)
    {
      fail_with (self, XMPP_ERROR_BAD_JID, "jid-malformed", "“%s” has no account name. Write it as name@server.", xmpp_jid_get_bare (self->jid));
      return;
    }
  if (self->host != NULL)
    {
      gboolean direct = self->mode == XMPP_TLS_DIRECT;

      add_target (self, self->host, self->port != 0 ? self->port : (direct ? 5223 : 5222), direct);
      try_next_target (self);
    }
  else if (g_hostname_is_ip_address (domain_of (self)) || *domain_of (self) == '[')
    {
      fall_back (self);
    }
  else
    {
      look_up_direct (self);
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

  if (self->password != NULL)
    explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_clear_pointer (&self->sasl, xmpp_sasl_free);
  g_ptr_array_unref (self->srv);
  g_clear_pointer (&self->features, xmpp_node_unref);
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_clear_pointer (&self->bound, xmpp_jid_unref);
  g_clear_pointer (&self->target, target_free);
  g_queue_clear_full (&self->targets, target_free);
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
