/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-config.h"

#include "mien-session-private.h"

/* Waiting for a connection that is being made. */

typedef struct
{
  gulong on_state;
  GSource *on_cancelled;      /* or NULL */
} Waiting;

gboolean
mien_session_is_connecting (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);

  switch (xmpp_client_get_state (self->client))
    {
    case XMPP_CLIENT_CONNECTING:
    case XMPP_CLIENT_WAITING:
    case XMPP_CLIENT_RECONNECTING:
      return TRUE;
    case XMPP_CLIENT_OFFLINE:
    case XMPP_CLIENT_ONLINE:
    default:
      return FALSE;
    }
}

static void
end (GTask *task)
{
  MienSession *self = g_task_get_source_object (task);
  Waiting *waiting = g_task_get_task_data (task);

  g_clear_signal_handler (&waiting->on_state, self);
  if (waiting->on_cancelled != NULL)
    {
      g_source_destroy (waiting->on_cancelled);
      g_clear_pointer (&waiting->on_cancelled, g_source_unref);
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_state (MienSession *self,
          GParamSpec  *pspec,
          gpointer     task)
{
  if (!mien_session_is_connecting (self))
    end (task);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      task)
{
  end (task);

  return G_SOURCE_REMOVE;
}

void
mien_session_wait_online_async (MienSession        *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *task;
  Waiting *waiting;

  g_return_if_fail (MIEN_IS_SESSION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_session_wait_online_async);
  if (!mien_session_is_connecting (self))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  waiting = g_new0 (Waiting, 1);
  g_task_set_task_data (task, waiting, g_free);
  waiting->on_state = g_signal_connect (self, "notify::state", G_CALLBACK (on_state), task);
  if (cancellable == NULL)
    return;
  waiting->on_cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (waiting->on_cancelled, G_SOURCE_FUNC (on_cancelled), task, NULL);
  g_source_attach (waiting->on_cancelled, g_task_get_context (task));
}

gboolean
mien_session_wait_online_finish (MienSession  *self,
                                 GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
