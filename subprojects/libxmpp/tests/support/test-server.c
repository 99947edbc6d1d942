/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-server.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  TestServer *server;
  XmppStream *stream;   /* NULL while detached */
  XmppSm *sm;
  XmppJid *jid;
  char *id;
} Session;

struct _TestServer
{
  char *domain;
  gboolean direct_tls;
  gboolean registration;
  gboolean stream_management;
  gboolean late;
  GSocketService *service;
  GCancellable *cancellable;
  guint16 port;
  GTlsCertificate *certificate;
  GTlsDatabase *trust;
  GHashTable *accounts;     /* bare address → XmppScramKeys */
  GPtrArray *sessions;      /* owned Session */
  guint timeout;            /* seconds for a sign-in */
  guint running;            /* acceptors */
  guint resumptions;
  guint received;
  guint failures;
  GError *last_error;
};

static void
session_free (gpointer data)
{
  Session *session = data;

  if (session->stream != NULL)
    xmpp_stream_abort (session->stream);
  g_clear_object (&session->stream);
  xmpp_sm_free (session->sm);
  xmpp_jid_unref (session->jid);
  g_free (session->id);
  g_free (session);
}

static void
deliver (TestServer *self,
         XmppNode   *stanza)
{
  g_autoptr (XmppJid) to = xmpp_jid_new (xmpp_node_get (stanza, "to"), NULL);

  for (guint i = 0; to != NULL && i < self->sessions->len; i++)
    {
      Session *session = g_ptr_array_index (self->sessions, i);

      if (xmpp_jid_is_bare (to) ? xmpp_jid_bare_equal (to, session->jid) : xmpp_jid_equal (to, session->jid))
        xmpp_sm_send (session->sm, session->stream, stanza);
    }
}

static void
enable_sm (Session *session)
{
  g_autoptr (XmppNode) enabled = xmpp_node_new ("enabled", XMPP_NS_SM);

  xmpp_node_set (enabled, "id", session->id);
  xmpp_node_set (enabled, "resume", "true");
  xmpp_stream_send (session->stream, enabled);
  xmpp_sm_enable (session->sm);
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  Session *session = user_data;
  const char *to;

  if (xmpp_sm_received (session->sm, stream, stanza) || xmpp_acceptor_answer_session (stream, stanza))
    return;
  if (xmpp_node_is (stanza, "enable", XMPP_NS_SM))
    {
      enable_sm (session);
      return;
    }
  session->server->received++;
  xmpp_node_set (stanza, "from", xmpp_jid_get_full (session->jid));
  to = xmpp_node_get (stanza, "to");
  if (to != NULL && strchr (to, '@') != NULL)
    {
      deliver (session->server, stanza);
    }
  else if (xmpp_node_is (stanza, "iq", NULL) && g_strcmp0 (xmpp_node_get (stanza, "type"), "get") == 0)
    {
      g_autoptr (XmppNode) result = xmpp_iq_result_for (stanza);

      xmpp_sm_send (session->sm, stream, result);
    }
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  Session *session = user_data;

  g_clear_object (&session->stream);
  /* A detached session waits for ever: this is a test. */
  if (error == NULL || !xmpp_sm_is_enabled (session->sm))
    g_ptr_array_remove_fast (session->server->sessions, session);
}

static const XmppStreamEvents session_events = { NULL, on_stanza, on_closed, NULL };

/* The host of the acceptors; each question may be answered at once or from the main loop. */

typedef struct
{
  XmppAcceptor *acceptor;
  TestServer *server;
  enum { KEYS, REGISTER, BIND, RESUME } what;
  XmppJid *account;
  XmppScramKeys keys;
  char *text;
  guint32 h;
} Question;

static Session *
find_session (TestServer *self,
              XmppJid    *account,
              const char *id)
{
  for (guint i = 0; i < self->sessions->len; i++)
    {
      Session *session = g_ptr_array_index (self->sessions, i);

      if (strcmp (session->id, id) == 0 && xmpp_jid_bare_equal (session->jid, account)
          && xmpp_sm_is_enabled (session->sm))
        return session;
    }
  return NULL;
}

static void
answer_resume (Question *q)
{
  Session *session = find_session (q->server, q->account, q->text);

  if (session == NULL || !xmpp_sm_acknowledge (session->sm, q->h))
    {
      xmpp_acceptor_resumed (q->acceptor, FALSE, 0);
      return;
    }
  if (session->stream != NULL)
    {
      /* The old connection is dead, but we do not know that yet. */
      xmpp_stream_abort (session->stream);
      g_clear_object (&session->stream);
    }
  xmpp_acceptor_resumed (q->acceptor, TRUE, xmpp_sm_get_handled (session->sm));
}

static gboolean
on_answer (gpointer user_data)
{
  Question *q = user_data;
  const char *account = xmpp_jid_get_bare (q->account);
  g_autofree char *resource = NULL;

  switch (q->what)
    {
    case KEYS:
      xmpp_acceptor_give_keys (q->acceptor, g_hash_table_lookup (q->server->accounts, account));
      break;
    case REGISTER:
      if (g_hash_table_contains (q->server->accounts, account))
        {
          xmpp_acceptor_registered (q->acceptor, "conflict");
          break;
        }
      g_hash_table_replace (q->server->accounts, g_strdup (account), g_memdup2 (&q->keys, sizeof q->keys));
      xmpp_acceptor_registered (q->acceptor, NULL);
      break;
    case BIND:
      if (g_strcmp0 (q->text, "taken") == 0)
        {
          xmpp_acceptor_refuse (q->acceptor, "cancel", "conflict");
          break;
        }
      resource = q->text != NULL ? g_strdup (q->text) : g_uuid_string_random ();
      xmpp_acceptor_bound (q->acceptor, resource);
      break;
    case RESUME:
      answer_resume (q);
      break;
    default:
      g_assert_not_reached ();
    }
  g_object_unref (q->acceptor);
  xmpp_jid_unref (q->account);
  g_free (q->text);
  g_free (q);
  return G_SOURCE_REMOVE;
}

static Question *
question_new (TestServer   *self,
              XmppAcceptor *acceptor,
              XmppJid      *account,
              int           what)
{
  Question *q = g_new0 (Question, 1);

  q->acceptor = g_object_ref (acceptor);
  q->server = self;
  q->what = what;
  q->account = xmpp_jid_ref (account);
  return q;
}

static void
ask (Question *q)
{
  if (q->server->late)
    g_timeout_add (5, on_answer, q);
  else
    on_answer (q);
}

static gboolean
host_serves (XmppAcceptor *acceptor,
             const char   *domain,
             gpointer      user_data)
{
  return strcmp (domain, ((TestServer *) user_data)->domain) == 0;
}

static void
host_find_keys (XmppAcceptor *acceptor,
                XmppJid      *account,
                gpointer      user_data)
{
  ask (question_new (user_data, acceptor, account, KEYS));
}

static void
host_register (XmppAcceptor        *acceptor,
               XmppJid             *account,
               const XmppScramKeys *keys,
               gpointer             user_data)
{
  Question *q = question_new (user_data, acceptor, account, REGISTER);

  q->keys = *keys;
  ask (q);
}

static void
host_bind (XmppAcceptor *acceptor,
           XmppJid      *account,
           const char   *wanted,
           gpointer      user_data)
{
  Question *q = question_new (user_data, acceptor, account, BIND);

  q->text = g_strdup (wanted);
  ask (q);
}

static void
host_resume (XmppAcceptor *acceptor,
             XmppJid      *account,
             const char   *session_id,
             guint32       handled,
             gpointer      user_data)
{
  Question *q = question_new (user_data, acceptor, account, RESUME);

  q->text = g_strdup (session_id);
  q->h = handled;
  ask (q);
}

static const XmppAcceptorHost plain_host = { host_serves, host_find_keys, NULL, host_bind, NULL, NULL };
static const XmppAcceptorHost sm_host = { host_serves, host_find_keys, NULL, host_bind, host_resume, NULL };
static const XmppAcceptorHost open_host = { host_serves, host_find_keys, host_register, host_bind, host_resume, NULL };

static void
on_accepted (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  TestServer *self = user_data;
  XmppAcceptor *acceptor = XMPP_ACCEPTOR (source);
  XmppStream *stream;
  Session *session;

  self->running--;
  g_clear_error (&self->last_error);
  stream = xmpp_acceptor_run_finish (acceptor, result, &self->last_error);
  if (stream == NULL)
    {
      self->failures++;
      g_object_unref (acceptor);
      return;
    }
  if (xmpp_acceptor_is_resumed (acceptor))
    {
      session = find_session (self, xmpp_acceptor_get_jid (acceptor), xmpp_acceptor_get_session_id (acceptor));
      self->resumptions++;
      session->stream = stream;
      xmpp_stream_set_events (stream, &session_events, session);
      xmpp_sm_resend (session->sm, stream);
    }
  else
    {
      session = g_new0 (Session, 1);
      session->server = self;
      session->stream = stream;
      session->jid = xmpp_jid_ref (xmpp_acceptor_get_jid (acceptor));
      session->sm = xmpp_sm_new (0, 0);
      session->id = g_uuid_string_random ();
      g_ptr_array_add (self->sessions, session);
      xmpp_stream_set_events (stream, &session_events, session);
    }
  xmpp_stream_resume (stream);
  g_object_unref (acceptor);
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  TestServer *self = user_data;
  const XmppAcceptorHost *host = self->registration ? &open_host : self->stream_management ? &sm_host : &plain_host;
  XmppAcceptor *acceptor = xmpp_acceptor_new (G_IO_STREAM (connection), self->certificate, host, self);

  xmpp_acceptor_set_direct_tls (acceptor, self->direct_tls);
  xmpp_acceptor_set_timeout (acceptor, self->timeout);
  self->running++;
  xmpp_acceptor_run_async (acceptor, self->cancellable, on_accepted, self);
  return TRUE;
}

static void
remove_certificate (const char *pem)
{
  g_autofree char *dir = g_path_get_dirname (pem);

  g_unlink (pem);
  g_rmdir (dir);
}

GTlsCertificate *
test_certificate_new (const char    *domain,
                      GTlsDatabase **out_trust)
{
  g_autofree char *dir = g_dir_make_tmp ("xmpp-test-XXXXXX", NULL);
  g_autofree char *pem = g_build_filename (dir, "cert.pem", NULL);
  g_autofree char *key = g_build_filename (dir, "key.pem", NULL);
  g_autofree char *subject = g_strdup_printf ("/CN=%s", domain);
  g_autofree char *names = g_strdup_printf ("subjectAltName=DNS:%s,DNS:*.%s", domain, domain);
  const char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                         "-days", "30", "-subj", subject, "-addext", names, "-keyout", key, "-out", pem, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;
  GTlsCertificate *certificate;

  g_spawn_sync (NULL, (char **) argv, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  certificate = g_tls_certificate_new_from_files (pem, key, &error);
  g_assert_no_error (error);
  g_unlink (key);
  if (out_trust != NULL)
    {
      /* It reads the file with each connection. */
      *out_trust = g_tls_file_database_new (pem, &error);
      g_assert_no_error (error);
    }
  else
    remove_certificate (pem);
  return certificate;
}

TestServer *
test_server_new (const char *domain,
                 gboolean    direct_tls)
{
  TestServer *self = g_new0 (TestServer, 1);
  g_autoptr (GError) error = NULL;

  self->domain = g_strdup (domain);
  self->direct_tls = direct_tls;
  self->stream_management = TRUE;
  self->timeout = 30;
  self->certificate = test_certificate_new (domain, &self->trust);
  self->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sessions = g_ptr_array_new_with_free_func (session_free);
  self->cancellable = g_cancellable_new ();
  self->service = g_socket_service_new ();
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  return self;
}

void
test_server_free (TestServer *self)
{
  g_autofree char *pem = NULL;

  g_object_get (self->trust, "anchors", &pem, NULL);
  remove_certificate (pem);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (self->sessions, 0);
  while (self->running > 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (self->sessions);
  g_object_unref (self->service);
  g_object_unref (self->cancellable);
  g_object_unref (self->certificate);
  g_object_unref (self->trust);
  g_hash_table_unref (self->accounts);
  g_clear_error (&self->last_error);
  g_free (self->domain);
  g_free (self);
}

guint16
test_server_get_port (TestServer *self)
{
  return self->port;
}

GTlsDatabase *
test_server_get_trust (TestServer *self)
{
  return self->trust;
}

void
test_server_add_account (TestServer *self,
                         const char *user,
                         const char *password)
{
  XmppScramKeys *keys = g_new0 (XmppScramKeys, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (xmpp_scram_keys_derive (keys, password, XMPP_SCRAM_ITERATIONS_MIN, &error));
  g_hash_table_replace (self->accounts, g_strdup_printf ("%s@%s", user, self->domain), keys);
}

void
test_server_set_registration (TestServer *self,
                              gboolean    open)
{
  self->registration = open;
}

void
test_server_set_stream_management (TestServer *self,
                                   gboolean    on)
{
  self->stream_management = on;
}

void
test_server_set_late (TestServer *self,
                      gboolean    late)
{
  self->late = late;
}

void
test_server_forget_sessions (TestServer *self)
{
  g_ptr_array_set_size (self->sessions, 0);
}

void
test_server_close_all (TestServer *self,
                       const char *condition)
{
  for (guint i = 0; i < self->sessions->len; i++)
    {
      Session *session = g_ptr_array_index (self->sessions, i);

      if (session->stream != NULL)
        xmpp_stream_fail (session->stream, condition, NULL);
    }
}

guint
test_server_get_resumptions (TestServer *self)
{
  return self->resumptions;
}

guint
test_server_get_received (TestServer *self)
{
  return self->received;
}

const GError *
test_server_get_last_error (TestServer *self)
{
  return self->last_error;
}

guint
test_server_get_failures (TestServer *self)
{
  return self->failures;
}

void
test_server_set_timeout (TestServer *self,
                         guint       seconds)
{
  self->timeout = seconds;
}

GIOStream *
test_server_get_last_io (TestServer *self)
{
  Session *session = g_ptr_array_index (self->sessions, self->sessions->len - 1);

  return xmpp_stream_get_io (session->stream);
}
