/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-acceptor-private.h"

/* Registration: XEP-0077 */

static void
derive_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      data,
                  GCancellable *cancellable)
{
  XmppAcceptorHashing *hashing = data;
  GError *error = NULL;

  if (xmpp_scram_keys_derive (&hashing->keys, hashing->password, 0, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_derived (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  XmppAcceptor *self = XMPP_ACCEPTOR (source);
  XmppAcceptorHashing *hashing = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (!xmpp_acceptor_got (self, WAIT_CHECK))
    return;
  if (!ok)
    {
      xmpp_acceptor_refuse_request (self, "modify", "not-acceptable", error->message);
      return;
    }
  xmpp_acceptor_wait_for (self, WAIT_REGISTRATION);
  self->host->register_account (self, self->claimed, &hashing->keys, self->host_data);
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

void
xmpp_acceptor_answer_registration (XmppAcceptor *self,
                                   XmppNode     *iq)
{
  XmppNode *query = xmpp_node_child (iq, "query", XMPP_NS_REGISTER);
  const char *user = xmpp_node_child_text (query, "username", XMPP_NS_REGISTER);
  const char *password = xmpp_node_child_text (query, "password", XMPP_NS_REGISTER);
  g_autoptr (GTask) task = NULL;

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0)
    {
      answer_registration_form (self, iq);
      return;
    }
  self->request = xmpp_node_ref (iq);
  g_clear_pointer (&self->claimed, xmpp_jid_unref);
  if (user == NULL || password == NULL || *user == '\0' || *password == '\0')
    {
      xmpp_acceptor_refuse_request (self, "modify", "not-acceptable", "A user name and a password are needed.");
      return;
    }
  self->claimed = xmpp_jid_new_from_parts (user, self->domain, NULL, NULL);
  if (self->claimed == NULL)
    {
      xmpp_acceptor_refuse_request (self, "modify", "not-acceptable",
                                    "The user name has characters that it cannot have.");
      return;
    }
  if (++self->registrations > XMPP_ACCEPTOR_MAX_REGISTRATIONS)
    {
      xmpp_acceptor_refuse_request (self, "wait", "resource-constraint", "Too many attempts to register.");
      xmpp_stream_fail (self->stream, "policy-violation", NULL);
      return;
    }
  task = g_task_new (self, NULL, on_derived, NULL);
  g_task_set_task_data (task, xmpp_acceptor_hashing_new (g_strdup (password)), xmpp_acceptor_hashing_free);
  xmpp_acceptor_wait_for (self, WAIT_CHECK);
  g_task_run_in_thread (task, derive_in_thread);
}

void
xmpp_acceptor_registered (XmppAcceptor *self,
                          const char   *condition)
{
  g_autoptr (XmppNode) answer = NULL;

  g_return_if_fail (XMPP_IS_ACCEPTOR (self));

  if (!xmpp_acceptor_got (self, WAIT_REGISTRATION))
    return;
  if (condition != NULL)
    {
      xmpp_acceptor_refuse_request (self, g_str_equal (condition, "resource-constraint") ? "wait" : "cancel",
                                    condition, NULL);
      return;
    }
  answer = xmpp_iq_result_for (self->request);
  g_clear_pointer (&self->request, xmpp_node_unref);
  xmpp_stream_send (self->stream, answer);
}
