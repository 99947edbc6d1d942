/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-acceptor-private.h"

#include <string.h>

/* SASL: RFC 6120 section 6 */

void
xmpp_acceptor_forget_exchange (XmppAcceptor *self)
{
  g_clear_pointer (&self->sasl, xmpp_sasl_free);
  g_clear_pointer (&self->mechanism, g_free);
  xmpp_wipe (&self->first);
  xmpp_wipe (&self->password);
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

void
xmpp_acceptor_sasl_failed (XmppAcceptor *self,
                           const char   *condition)
{
  g_autoptr (XmppNode) failure = xmpp_node_new ("failure", XMPP_NS_SASL);

  xmpp_acceptor_forget_exchange (self);
  xmpp_node_add (failure, condition, NULL);
  xmpp_stream_send (self->stream, failure);
  if (++self->tries >= XMPP_ACCEPTOR_MAX_TRIES)
    xmpp_stream_fail (self->stream, "policy-violation", "Too many attempts to sign in.");
}

static void
sasl_succeeded (XmppAcceptor *self,
                const char   *text)
{
  xmpp_acceptor_forget_exchange (self);
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
      xmpp_acceptor_sasl_failed (self, "malformed-request");
      return;
    }
  self->claimed = xmpp_jid_new_from_parts (first.user, self->domain, NULL, NULL);
  if (first.authzid != NULL)
    authzid = xmpp_jid_new (first.authzid, NULL);
  if (first.authzid != NULL && (authzid == NULL || self->claimed == NULL || !xmpp_jid_equal (authzid, self->claimed)))
    {
      /* Nobody acts for somebody else here. */
      xmpp_sasl_first_clear (&first);
      xmpp_acceptor_sasl_failed (self, "invalid-authzid");
      return;
    }
  self->first = g_strdup (message);
  self->password = g_steal_pointer (&first.password);
  xmpp_sasl_first_clear (&first);
  xmpp_acceptor_wait_for (self, WAIT_KEYS);
  if (self->claimed != NULL)
    self->host->find_keys (self, self->claimed, self->host_data);
  else
    xmpp_acceptor_give_keys (self, NULL);   /* no address, so no account */
}

void
xmpp_acceptor_begin_sasl (XmppAcceptor   *self,
                          const XmppNode *auth)
{
  const char *mechanism = xmpp_node_get (auth, "mechanism");
  const char *text = xmpp_node_get_text (auth);

  xmpp_acceptor_forget_exchange (self);
  if (!xmpp_acceptor_may_authenticate (self))
    xmpp_acceptor_sasl_failed (self, "encryption-required");
  else if (!xmpp_sasl_server_supports (mechanism)
           || (strcmp (mechanism, "PLAIN") == 0 && !xmpp_stream_is_secure (self->stream)))
    xmpp_acceptor_sasl_failed (self, "invalid-mechanism");
  else
    {
      self->mechanism = g_strdup (mechanism);
      if (*text == '\0')
        send_sasl (self, "challenge", NULL);   /* the first message comes as a response (section 6.4.2) */
      else
        use_first (self, text);
    }
}

void
xmpp_acceptor_continue_sasl (XmppAcceptor *self,
                             const char   *message)
{
  g_autofree char *out = NULL;

  if (self->mechanism == NULL)
    {
      xmpp_acceptor_sasl_failed (self, "malformed-request");
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
        xmpp_acceptor_sasl_failed (self, "not-authorized");
      break;
    default:
      xmpp_acceptor_sasl_failed (self, "not-authorized");
      break;
    }
}

XmppAcceptorHashing *
xmpp_acceptor_hashing_new (char *password)
{
  XmppAcceptorHashing *self = g_new0 (XmppAcceptorHashing, 1);

  self->password = password;
  return self;
}

void
xmpp_acceptor_hashing_free (gpointer hashing)
{
  XmppAcceptorHashing *self = hashing;

  xmpp_wipe (&self->password);
  explicit_bzero (&self->keys, sizeof self->keys);
  g_free (self);
}

static void
check_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  XmppAcceptorHashing *hashing = data;

  g_task_return_boolean (task, xmpp_scram_keys_check (&hashing->keys, hashing->password));
}

static void
on_password_checked (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (source);
  gboolean right = g_task_propagate_boolean (G_TASK (result), NULL);

  if (!xmpp_acceptor_got (self, WAIT_CHECK))
    return;
  if (right && self->account_exists)
    sasl_succeeded (self, NULL);
  else
    xmpp_acceptor_sasl_failed (self, "not-authorized");
}

static void
check_password (XmppAcceptor        *self,
                const XmppScramKeys *keys)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_password_checked, NULL);
  XmppAcceptorHashing *hashing = xmpp_acceptor_hashing_new (g_steal_pointer (&self->password));

  hashing->keys = *keys;
  g_task_set_task_data (task, hashing, xmpp_acceptor_hashing_free);
  xmpp_acceptor_wait_for (self, WAIT_CHECK);
  g_task_run_in_thread (task, check_in_thread);
}

void
xmpp_acceptor_give_keys (XmppAcceptor        *self,
                         const XmppScramKeys *keys)
{
  XmppScramKeys fake;
  g_autofree char *first = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!xmpp_acceptor_got (self, WAIT_KEYS))
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
    xmpp_acceptor_sasl_failed (self, "temporary-auth-failure");
  else
    xmpp_acceptor_continue_sasl (self, first);
}
