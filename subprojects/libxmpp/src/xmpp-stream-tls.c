/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream-private.h"

/* The stream anew, and TLS under it. */

typedef struct
{
  XmppStreamTlsFunc make;
  gpointer data;
  GTlsConnection *connection;   /* owned */
} TlsJob;

void
xmpp_stream_restart (XmppStream *self)
{
  g_return_if_fail (XMPP_IS_STREAM (self));

  if (self->state != STATE_OPEN)
    return;
  if (xmpp_reader_has_partial (self->reader))
    {
      xmpp_stream_fail (self, "policy-violation", "Data came before the stream was opened anew.");
      return;
    }
  xmpp_reader_reset (self->reader);
  self->header_told = FALSE;
  self->header_sent = FALSE;
}

static void
tls_job_free (gpointer data)
{
  TlsJob *job = data;

  g_clear_object (&job->connection);
  g_free (job);
}

static void
on_handshake (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (XmppStream) self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);
  GError *error = NULL;

  if (task == NULL)
    {
      g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL);
      return;   /* xmpp_stream_finish() has answered */
    }
  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  xmpp_stream_set_io (self, G_IO_STREAM (source));
  xmpp_reader_reset (self->reader);
  self->header_told = FALSE;
  self->header_sent = FALSE;
  g_task_return_boolean (task, TRUE);
}

void
xmpp_stream_begin_handshake (XmppStream *self)
{
  TlsJob *job = g_task_get_task_data (self->tls_task);
  GError *error = NULL;

  if (job->connection != NULL)
    return;
  job->connection = job->make (self, self->io, job->data, &error);
  if (job->connection == NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->tls_task);

      g_task_return_error (task, error);
      return;
    }
  g_tls_connection_handshake_async (job->connection, G_PRIORITY_DEFAULT, g_task_get_cancellable (self->tls_task),
                                    on_handshake, g_object_ref (self));
}

void
xmpp_stream_start_tls_async (XmppStream          *self,
                             XmppStreamTlsFunc    tls_of,
                             gpointer             tls_data,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  TlsJob *job;

  g_return_if_fail (XMPP_IS_STREAM (self) && tls_of != NULL);
  g_return_if_fail (self->tls_task == NULL && !self->reading);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_stream_start_tls_async);
  job = g_new0 (TlsJob, 1);
  job->make = tls_of;
  job->data = tls_data;
  g_task_set_task_data (task, job, tls_job_free);
  self->paused = TRUE;
  if (self->state != STATE_OPEN)
    {
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The connection was closed.");
      return;
    }
  if (xmpp_reader_has_partial (self->reader))
    {
      /* Somebody in between could have put plain text there, to be taken for what came inside TLS. */
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_TLS,
                               "There was unprotected data behind the request for TLS.");
      return;
    }
  self->tls_task = g_steal_pointer (&task);
  if (xmpp_stream_get_queued (self) == 0)
    xmpp_stream_begin_handshake (self);
  else
    xmpp_stream_schedule_write (self);
}

gboolean
xmpp_stream_start_tls_finish (XmppStream    *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
xmpp_stream_is_secure (XmppStream *self)
{
  g_return_val_if_fail (XMPP_IS_STREAM (self), FALSE);
  return G_IS_TLS_CONNECTION (self->io);
}
