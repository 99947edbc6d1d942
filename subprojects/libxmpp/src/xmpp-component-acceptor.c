/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-component-acceptor.h"

#include <string.h>

#include "xmpp-deadline.h"
#include "xmpp-handshake.h"
#include "xmpp-jid.h"
#include "xmpp-wipe.h"

/*
 *   xmpp_component_accept_async ─► on_opened ─► on_stanza: <handshake/> ─► the stream, paused
 *                                     │ unknown, on_time   │ wrong
 *                                     └────────────────────┴──► on_closed ─► the error
 */
#define MAX_STANZA 4096   /* bytes before the handshake */

typedef struct
{
  XmppStream *stream;            /* owned until it is handed over */
  XmppComponentSecretFunc secret_of;
  gpointer secret_data;
  char *domain;
  char *secret;                  /* wiped */
  char *stream_id;
  XmppDeadline deadline;
} Accept;

static void
accept_free (gpointer data)
{
  Accept *job = data;

  if (job->stream != NULL)
    xmpp_stream_abort (job->stream);
  g_clear_object (&job->stream);
  xmpp_wipe (&job->secret);
  g_free (job->domain);
  g_free (job->stream_id);
  g_free (job);
}

static void
on_opened (XmppStream     *stream,
           const XmppNode *header,
           gpointer        user_data)
{
  GTask *task = user_data;
  Accept *job = g_task_get_task_data (task);
  const char *to = xmpp_node_get (header, "to");
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;

  if (jid != NULL && xmpp_jid_get_local (jid) == NULL && xmpp_jid_is_bare (jid))
    {
      job->domain = g_strdup (xmpp_jid_get_domain (jid));
      job->secret = job->secret_of (job->domain, job->secret_data);
    }
  job->stream_id = g_uuid_string_random ();
  xmpp_stream_open (stream, job->domain, NULL, job->stream_id, NULL);
  if (job->secret == NULL)
    xmpp_stream_fail (stream, "host-unknown", NULL);
}

/* In constant time: the hash is a secret as good as the password. */
static gboolean
same_text (const char *a,
           const char *b)
{
  gsize n = strlen (a);
  guint8 difference = 0;

  if (strlen (b) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    difference |= (guint8) (a[i] ^ b[i]);
  return difference == 0;
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  GTask *task = user_data;
  Accept *job = g_task_get_task_data (task);
  g_autofree char *expected = NULL;
  g_autofree char *given = NULL;
  g_autoptr (XmppNode) answer = NULL;

  if (!xmpp_node_is (stanza, "handshake", XMPP_NS_CLIENT))
    {
      xmpp_stream_fail (stream, "not-authorized", "The handshake must come first.");
      return;
    }
  expected = xmpp_handshake_compute (job->stream_id, job->secret);
  given = g_ascii_strdown (xmpp_node_get_text (stanza), -1);
  if (!same_text (expected, given))
    {
      xmpp_stream_fail (stream, "not-authorized", NULL);
      return;
    }
  answer = xmpp_node_new ("handshake", XMPP_NS_CLIENT);
  xmpp_stream_send (stream, answer);
  xmpp_stream_pause (stream);
  xmpp_stream_set_events (stream, NULL, NULL);
  xmpp_stream_set_limits (stream, 0, 0);
  xmpp_deadline_stop (&job->deadline);
  g_task_return_pointer (task, g_steal_pointer (&job->stream), g_object_unref);
  g_object_unref (task);
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  GTask *task = user_data;
  Accept *job = g_task_get_task_data (task);

  xmpp_deadline_stop (&job->deadline);
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The component went away before its handshake.");
  g_object_unref (task);
}

static const XmppStreamEvents events = {
  .opened = on_opened,
  .stanza = on_stanza,
  .closed = on_closed,
};

static gboolean
on_time (gpointer user_data)
{
  Accept *job = g_task_get_task_data (user_data);

  xmpp_stream_fail (job->stream, "connection-timeout", NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  Accept *job = g_task_get_task_data (user_data);

  xmpp_stream_fail (job->stream, "system-shutdown", NULL);
  return G_SOURCE_REMOVE;
}

void
xmpp_component_accept_async (GIOStream               *io,
                             XmppComponentSecretFunc  secret_of,
                             gpointer                 secret_data,
                             GCancellable            *cancellable,
                             GAsyncReadyCallback      callback,
                             gpointer                 user_data)
{
  GTask *task;
  Accept *job;

  g_return_if_fail (G_IS_IO_STREAM (io) && secret_of != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_component_accept_async);
  g_task_set_check_cancellable (task, FALSE);
  job = g_new0 (Accept, 1);
  job->stream = xmpp_stream_new (io, XMPP_NS_COMPONENT);
  job->secret_of = secret_of;
  job->secret_data = secret_data;
  g_task_set_task_data (task, job, accept_free);

  xmpp_deadline_start (&job->deadline, g_task_get_context (task), XMPP_COMPONENT_ACCEPT_SECONDS, on_time, cancellable,
                       on_cancelled, task);
  xmpp_stream_set_limits (job->stream, MAX_STANZA, 0);
  xmpp_stream_set_events (job->stream, &events, task);
  xmpp_stream_resume (job->stream);
}

XmppStream *
xmpp_component_accept_finish (GAsyncResult  *result,
                              char         **domain,
                              GError       **error)
{
  XmppStream *stream;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  stream = g_task_propagate_pointer (G_TASK (result), error);
  if (stream != NULL && domain != NULL)
    *domain = g_steal_pointer (&((Accept *) g_task_get_task_data (G_TASK (result)))->domain);
  return stream;
}
