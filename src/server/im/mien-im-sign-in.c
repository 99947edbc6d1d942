/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-sign-in.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include "xmpp-acceptor.h"

/*
 * XmppAcceptor does the protocol and asks; this file answers from the database:
 *
 *   incoming → find_keys → (register_account) → bind    → account loaded → session
 *                                             → resume  → session found  → session goes on
 */

typedef struct
{
  MienImRole    *role;         /* owned */
  XmppAcceptor  *acceptor;
  char          *host;         /* whose connection it is */
  MienImAccount *account;      /* (nullable) held, from binding on */
  MienImSession *resuming;     /* (nullable) owned */
  guint          binding;      /* questions to the database that know of this */
  gboolean       ended;
} SignIn;

static gboolean
is_loopback (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_remote_address (connection, NULL);

  return address != NULL && G_IS_INET_SOCKET_ADDRESS (address)
         && g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* The address without the port; NULL for loopback, which is not limited. */
static char *
host_of (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_remote_address (connection, NULL);

  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address) || is_loopback (connection))
    return NULL;
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static guint
count_of (GHashTable *table, const char *host)
{
  return host != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (table, host)) : 0;
}

static void
set_count (GHashTable *table, const char *host, guint count)
{
  if (host == NULL)
    return;
  if (count == 0)
    g_hash_table_remove (table, host);
  else
    g_hash_table_replace (table, g_strdup (host), GUINT_TO_POINTER (count));
}

static void
sign_in_free (SignIn *self)
{
  MienImRole *role = self->role;

  role->unauthenticated--;
  set_count (role->hosts, self->host, count_of (role->hosts, self->host) - 1);
  if (self->account != NULL)
    mien_im_account_release (self->account);
  g_clear_pointer (&self->resuming, mien_im_session_unref);
  g_clear_object (&self->acceptor);
  g_free (self->host);
  g_free (self);
  g_object_unref (role);
}

static gboolean
serves (XmppAcceptor *acceptor, const char *domain, gpointer user_data)
{
  return g_str_equal (domain, ((SignIn *) user_data)->role->domain);
}

typedef struct
{
  MienImOp      base;
  XmppAcceptor *acceptor;     /* owned */
  XmppScramKeys keys;
  gboolean      found;
} KeysOp;

static gboolean
keys_work (MienImOp *base, MienDatabase *db, GError **error)
{
  KeysOp *self = (KeysOp *) base;
  g_autoptr (GError) local_error = NULL;

  self->found = mien_im_accounts_get_keys (db, base->account, &self->keys, &local_error);
  if (self->found || g_error_matches (local_error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NO_ACCOUNT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
keys_done (MienImOp *base, const GError *error)
{
  KeysOp *self = (KeysOp *) base;

  if (error != NULL)
    g_warning ("The keys of %s cannot be read: %s", base->account, error->message);
  xmpp_acceptor_give_keys (self->acceptor, error == NULL && self->found ? &self->keys : NULL);
}

static void
keys_clear (MienImOp *base)
{
  KeysOp *self = (KeysOp *) base;

  explicit_bzero (&self->keys, sizeof self->keys);
  g_object_unref (self->acceptor);
}

static void
find_keys (XmppAcceptor *acceptor, XmppJid *account, gpointer user_data)
{
  KeysOp *op = mien_im_op_new (sizeof (KeysOp), ((SignIn *) user_data)->role, NULL, NULL, xmpp_jid_get_bare (account));

  op->acceptor = g_object_ref (acceptor);
  op->base.work = keys_work;
  op->base.done = keys_done;
  op->base.clear = keys_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

static gboolean
register_work (MienImOp *base, MienDatabase *db, GError **error)
{
  return mien_im_accounts_add (db, base->account, &((KeysOp *) base)->keys, error);
}

static void
register_done (MienImOp *base, const GError *error)
{
  KeysOp *self = (KeysOp *) base;

  if (error == NULL)
    g_message ("The account %s was registered", base->account);
  else if (!g_error_matches (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_EXISTS))
    g_warning ("The account %s cannot be registered: %s", base->account, error->message);
  xmpp_acceptor_registered (self->acceptor, error == NULL ? NULL
                            : g_error_matches (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_EXISTS)
                                ? "conflict" : "internal-server-error");
}

/* FALSE: this host has registered enough for this hour. */
static gboolean
count_registration (SignIn *self)
{
  MienImRole *role = self->role;
  gint64 hour = g_get_monotonic_time () / G_USEC_PER_SEC / 3600;

  if (hour != role->registrations_hour)
    g_hash_table_remove_all (role->registrations);
  role->registrations_hour = hour;
  if (count_of (role->registrations, self->host) >= MIEN_IM_MAX_REGISTRATIONS_PER_HOUR)
    return FALSE;
  set_count (role->registrations, self->host, count_of (role->registrations, self->host) + 1);
  return TRUE;
}

static void
register_account (XmppAcceptor *acceptor, XmppJid *account, const XmppScramKeys *keys, gpointer user_data)
{
  SignIn *self = user_data;
  KeysOp *op;

  if (!self->role->open_registration)
    {
      xmpp_acceptor_registered (acceptor, "not-allowed");
      return;
    }
  if (strlen (xmpp_jid_get_local (account)) > MIEN_IM_MAX_USERNAME)
    {
      xmpp_acceptor_registered (acceptor, "not-acceptable");
      return;
    }
  if (!count_registration (self))
    {
      xmpp_acceptor_registered (acceptor, "resource-constraint");
      return;
    }
  op = mien_im_op_new (sizeof (KeysOp), self->role, NULL, NULL, xmpp_jid_get_bare (account));
  op->acceptor = g_object_ref (acceptor);
  op->keys = *keys;
  op->base.work = register_work;
  op->base.done = register_done;
  op->base.clear = keys_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}

typedef struct
{
  SignIn *self;
  char   *wanted;
} Bind;

/* A resource that is taken goes to the newer client (RFC 6120 section 7.7.2.2), as does the place of the oldest of
   too many. */
static void
make_room (MienImAccount *account, const char *resource)
{
  MienImSession *old = mien_im_account_find_session (account, resource);

  if (old != NULL)
    mien_im_session_end (old, "conflict", "This resource has signed in elsewhere");
  while (account->sessions->len >= MIEN_IM_MAX_SESSIONS)
    mien_im_session_end (g_ptr_array_index (account->sessions, 0), "conflict", "Too many clients are signed in");
}

static void
on_account (MienImAccount *account, gpointer user_data)
{
  Bind *bind = user_data;
  SignIn *self = bind->self;
  g_autofree char *resource = bind->wanted != NULL ? g_strdup (bind->wanted) : g_uuid_string_random ();

  if (account == NULL)
    xmpp_acceptor_refuse (self->acceptor, "wait", "internal-server-error");
  else
    {
      if (self->account != NULL)
        mien_im_account_release (self->account);
      self->account = account;
      make_room (account, resource);
      xmpp_acceptor_bound (self->acceptor, resource);
    }
  self->binding--;
  g_free (bind->wanted);
  g_free (bind);
  if (self->ended && self->binding == 0)
    sign_in_free (self);
}

static void
bind_resource (XmppAcceptor *acceptor, XmppJid *account, const char *wanted, gpointer user_data)
{
  SignIn *self = user_data;
  Bind *bind = g_new0 (Bind, 1);

  bind->self = self;
  bind->wanted = g_strdup (wanted);
  self->binding++;
  mien_im_account_load (self->role, account, on_account, bind);
}

/* XEP-0198 section 5 */
static void
resume (XmppAcceptor *acceptor, XmppJid *account, const char *session_id, guint32 handled, gpointer user_data)
{
  SignIn *self = user_data;
  MienImSession *session = g_hash_table_lookup (self->role->resumable, session_id);

  if (session == NULL || !xmpp_jid_bare_equal (session->jid, account) || self->resuming != NULL
      || !xmpp_sm_acknowledge (session->sm, handled))
    {
      xmpp_acceptor_resumed (acceptor, FALSE, 0);
      return;
    }
  mien_im_session_detach (session);   /* the old connection may not know yet that it is dead */
  self->resuming = mien_im_session_ref (session);
  xmpp_acceptor_resumed (acceptor, TRUE, xmpp_sm_get_handled (session->sm));
}

static void
add_features (XmppAcceptor *acceptor, XmppNode *features, gpointer user_data)
{
  mien_im_disco_features (((SignIn *) user_data)->role, features);
}

static const XmppAcceptorHost acceptor_host = { serves, find_keys, register_account, bind_resource, resume,
                                                add_features };
static const XmppAcceptorHost closed_host = { serves, find_keys, NULL, bind_resource, resume, add_features };

static void
start_session (SignIn *self, XmppStream *stream)
{
  XmppJid *jid = xmpp_acceptor_get_jid (self->acceptor);
  MienImSession *session;

  if (xmpp_acceptor_is_resumed (self->acceptor))
    {
      session = self->resuming;
      if (session == NULL || session->account == NULL)
        {
          xmpp_stream_fail (stream, "reset", NULL);
          return;
        }
      mien_im_session_attach (session, stream);
      xmpp_sm_resend (session->sm, stream);
      g_debug ("%s was resumed", xmpp_jid_get_full (session->jid));
    }
  else
    {
      make_room (self->account, xmpp_jid_get_resource (jid));
      session = mien_im_session_new (self->account, jid, stream);
      g_debug ("%s signed in", xmpp_jid_get_full (jid));
      mien_im_session_unref (session);
    }
  xmpp_stream_resume (stream);
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SignIn *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStream) stream = xmpp_acceptor_run_finish (self->acceptor, result, &error);

  if (stream == NULL)
    g_debug ("A client did not sign in: %s", error->message);
  else if (self->role->running)
    start_session (self, stream);
  self->ended = TRUE;
  if (self->binding == 0)
    sign_in_free (self);
}

gboolean
mien_im_sign_in_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, MienImRole *role)
{
  g_autofree char *host = host_of (connection);
  GSocket *socket = g_socket_connection_get_socket (connection);
  SignIn *self;

  /* Too many: hung up on without a word, which costs least. */
  if (!role->running || role->unauthenticated >= MIEN_IM_MAX_UNAUTHENTICATED
      || count_of (role->hosts, host) >= MIEN_IM_MAX_UNAUTHENTICATED_PER_ADDRESS
      || role->n_sessions + role->unauthenticated >= MIEN_IM_MAX_CONNECTIONS)
    {
      g_debug ("A connection from %s was not taken", host != NULL ? host : "this machine");
      return TRUE;
    }
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  role->unauthenticated++;
  set_count (role->hosts, host, count_of (role->hosts, host) + 1);
  self = g_new0 (SignIn, 1);
  self->role = g_object_ref (role);
  self->host = g_steal_pointer (&host);
  self->acceptor = xmpp_acceptor_new (G_IO_STREAM (connection), role->certificate,
                                      role->open_registration ? &acceptor_host : &closed_host, self);
  xmpp_acceptor_run_async (self->acceptor, role->cancellable, on_signed_in, self);
  return TRUE;
}
