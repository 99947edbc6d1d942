/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

#include <string.h>

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
      xmpp_connector_fail (self, error);
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

void
xmpp_connector_begin_sasl (XmppConnector *self)
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
      xmpp_connector_fail_with (self, XMPP_ERROR_AUTH_MECHANISM, NULL,
                                "The server %s offers no way to sign in that this program knows and that is safe.",
                                xmpp_connector_domain (self));
      return;
    }
  self->mechanism = g_strdup (chosen);
  self->sasl = xmpp_sasl_new_client (chosen, xmpp_jid_get_local (self->jid),
                                                                 self->password != NULL ? self->password : "");
  if (self->sasl == NULL)
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_AUTH_MECHANISM, NULL, "Signing in by %s cannot be started.", chosen);
      return;
    }
  self->expect = EXPECT_SASL;
  step_sasl (self, NULL, on_stepped);
}

/* The server, too, has to know the password: else it is not the one that the account is on. */
static void
finish_sasl (XmppConnector *self,
             gboolean       proven)
{
  if (!proven)
    {
      xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, NULL,
                                "The server %s could not prove that it knows your account. Somebody may be in between.",
                                xmpp_connector_domain (self));
      return;
    }
  self->authenticated = TRUE;
  xmpp_stream_restart (self->stream);
  xmpp_connector_open_stream (self);
}

static void
on_proof_checked (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  XmppConnector *self = XMPP_CONNECTOR (source);
  SaslStep *job = g_task_get_task_data (G_TASK (result));
  gboolean ok = g_task_propagate_boolean (G_TASK (result), NULL);

  if (self->task != NULL && self->stream != NULL)
    finish_sasl (self, ok && job->step == XMPP_SASL_DONE);
}

static void
on_sasl_success (XmppConnector *self,
                 XmppNode      *success)
{
  const char *text = xmpp_node_get_text (success);

  if (*text != '\0' && !self->sasl_proven)
    step_sasl (self, text, on_proof_checked);
  else
    finish_sasl (self, self->sasl_proven);
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
    xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, condition, "That password is not right for %s.", account);
  else if (strcmp (condition, "account-disabled") == 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, condition, "The account %s has been disabled.", account);
  else if (strcmp (condition, "credentials-expired") == 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, condition,
                              "The password of %s has expired. Set a new one first.", account);
  else if (strcmp (condition, "temporary-auth-failure") == 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_UNREACHABLE, condition,
                              "The server %s cannot check passwords at the moment. Try again later.",
                              xmpp_connector_domain (self));
  else if (text != NULL && *text != '\0')
    xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, condition, "The server %s does not let you sign in: %s",
                              xmpp_connector_domain (self), text);
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_AUTH, condition, "The server %s does not let you sign in (%s).",
                              xmpp_connector_domain (self), condition);
}

void
xmpp_connector_on_sasl (XmppConnector *self,
                        XmppNode      *node)
{
  if (xmpp_node_is (node, "challenge", XMPP_NS_SASL))
    step_sasl (self, xmpp_node_get_text (node), on_stepped);
  else if (xmpp_node_is (node, "success", XMPP_NS_SASL))
    on_sasl_success (self, node);
  else if (xmpp_node_is (node, "failure", XMPP_NS_SASL))
    on_sasl_failure (self, node);
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_STREAM, NULL, "The server %s answered in an unexpected way.",
                              xmpp_connector_domain (self));
}
