/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-porter.h"

#include <string.h>

#include "xmpp-deadline.h"
#include "xmpp-error.h"
#include "xmpp-porter-owner.h"

#define MAX_PENDING 10000   /* requests without an answer; more are refused */

typedef struct
{
  gatomicrefcount ref_count;
  guint id;
  char *name;
  char *type;
  char *child_name;
  char *child_ns;
  int priority;
  gboolean removed;
  XmppStanzaHandler handler;
  gpointer user_data;
  GDestroyNotify destroy;
} Handler;

typedef struct
{
  XmppPorter *porter;   /* borrowed: the porter frees it */
  char *id;
  char *to;             /* NULL: our server */
  GTask *task;
  XmppDeadline deadline;
} Request;

struct _XmppPorter
{
  GObject parent_instance;

  XmppPorterSendFunc send;
  gpointer send_data;
  char *jid;                /* owned; NULL before sign-in */
  gboolean connected;
  /* Handler, highest priority first; replaced and never changed, so that dispatch may go on */
  GPtrArray *handlers;
  guint last_handler;
  GHashTable *requests;     /* id → Request, both owned by the Request */
  char *id_prefix;          /* random, so that nobody guesses an id */
  guint64 last_id;
};

enum
{
  SIGNAL_CONNECTED,
  SIGNAL_DISCONNECTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (XmppPorter, xmpp_porter, G_TYPE_OBJECT)

static void
handler_unref (gpointer data)
{
  Handler *handler = data;

  if (!g_atomic_ref_count_dec (&handler->ref_count))
    return;
  if (handler->destroy != NULL)
    handler->destroy (handler->user_data);
  g_free (handler->name);
  g_free (handler->type);
  g_free (handler->child_name);
  g_free (handler->child_ns);
  g_free (handler);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  xmpp_deadline_stop (&request->deadline);
  g_object_unref (request->task);
  g_free (request->id);
  g_free (request->to);
  g_free (request);
}

/* Handlers */

static Handler *
handler_ref (Handler *handler)
{
  g_atomic_ref_count_inc (&handler->ref_count);
  return handler;
}

static GPtrArray *
copy_handlers (GPtrArray *old,
               Handler   *without)
{
  GPtrArray *copy = g_ptr_array_new_full (old->len + 1, handler_unref);

  for (guint i = 0; i < old->len; i++)
    {
      if (g_ptr_array_index (old, i) != without)
        g_ptr_array_add (copy, handler_ref (g_ptr_array_index (old, i)));
    }
  return copy;
}

guint
xmpp_porter_add_handler (XmppPorter        *self,
                         const char        *name,
                         const char        *type,
                         const char        *child_name,
                         const char        *child_ns,
                         int                priority,
                         XmppStanzaHandler  func,
                         gpointer           user_data,
                         GDestroyNotify     destroy)
{
  GPtrArray *copy;
  Handler *handler;
  guint at = 0;

  g_return_val_if_fail (XMPP_IS_PORTER (self) && func != NULL, 0);

  handler = g_new0 (Handler, 1);
  g_atomic_ref_count_init (&handler->ref_count);
  handler->id = ++self->last_handler;
  handler->name = g_strdup (name);
  handler->type = g_strdup (type);
  handler->child_name = g_strdup (child_name);
  handler->child_ns = g_strdup (child_ns);
  handler->priority = priority;
  handler->handler = func;
  handler->user_data = user_data;
  handler->destroy = destroy;

  copy = copy_handlers (self->handlers, NULL);
  while (at < copy->len && ((Handler *) g_ptr_array_index (copy, at))->priority >= priority)
    at++;
  g_ptr_array_insert (copy, (int) at, handler);
  g_ptr_array_unref (self->handlers);
  self->handlers = copy;
  return handler->id;
}

void
xmpp_porter_remove_handler (XmppPorter *self,
                            guint       id)
{
  g_return_if_fail (XMPP_IS_PORTER (self));

  for (guint i = 0; i < self->handlers->len; i++)
    {
      Handler *handler = g_ptr_array_index (self->handlers, i);

      if (handler->id == id)
        {
          GPtrArray *copy = copy_handlers (self->handlers, handler);

          handler->removed = TRUE;
          g_ptr_array_unref (self->handlers);
          self->handlers = copy;
          return;
        }
    }
}

static gboolean
matches (const Handler  *handler,
         const XmppNode *stanza)
{
  if (handler->removed || !xmpp_node_is (stanza, handler->name, NULL))
    return FALSE;
  if (handler->type != NULL && g_strcmp0 (xmpp_node_get (stanza, "type"), handler->type) != 0)
    return FALSE;
  return (handler->child_name == NULL && handler->child_ns == NULL)
         || xmpp_node_child (stanza, handler->child_name, handler->child_ns) != NULL;
}

/* Requests */

/* The answer to a request to ourselves or to our server may come under several names (RFC 6120 section 8.1.2.1,
 * 10.3.3). */
static gboolean
is_answer_from (XmppPorter *self,
                const char *to,
                const char *from)
{
  const char *bare_end;
  const char *at;
  gsize bare;

  if (g_strcmp0 (to, from) == 0)
    return TRUE;
  if (self->jid == NULL)
    return FALSE;
  bare_end = strchr (self->jid, '/');
  bare = bare_end != NULL ? (gsize) (bare_end - self->jid) : strlen (self->jid);
  at = memchr (self->jid, '@', bare);
  if (to == NULL || (strlen (to) == bare && strncmp (to, self->jid, bare) == 0))
    {
      /* our account: no `from`, our bare or our full address; some servers put their own domain */
      return from == NULL || strcmp (from, self->jid) == 0
             || (strlen (from) == bare && strncmp (from, self->jid, bare) == 0)
             || (to == NULL && at != NULL && strlen (from) == bare - (gsize) (at + 1 - self->jid)
                 && strncmp (from, at + 1, strlen (from)) == 0);
    }
  return FALSE;
}

static gboolean
same_address (const char *a,
              const char *b)
{
  g_autoptr (XmppJid) one = NULL;
  g_autoptr (XmppJid) two = NULL;

  if (a == NULL || b == NULL)
    return FALSE;
  one = xmpp_jid_new (a, NULL);
  two = xmpp_jid_new (b, NULL);
  return one != NULL && two != NULL && xmpp_jid_equal (one, two);
}

static gboolean
take_answer (XmppPorter *self,
             XmppNode   *stanza)
{
  const char *type = xmpp_node_get (stanza, "type");
  const char *id = xmpp_node_get (stanza, "id");
  const char *from = xmpp_node_get (stanza, "from");
  Request *request;
  GTask *task;

  if (id == NULL || (g_strcmp0 (type, "result") != 0 && g_strcmp0 (type, "error") != 0))
    return FALSE;
  request = g_hash_table_lookup (self->requests, id);
  if (request == NULL || (!is_answer_from (self, request->to, from) && !same_address (request->to, from)))
    return FALSE;
  task = g_object_ref (request->task);
  g_hash_table_remove (self->requests, id);
  g_task_return_pointer (task, xmpp_node_ref (stanza), (GDestroyNotify) xmpp_node_unref);
  g_object_unref (task);
  return TRUE;
}

static void
fail_request (Request *request,
              GError  *error)   /* (transfer full) */
{
  XmppPorter *self = request->porter;
  g_autoptr (GTask) task = g_object_ref (request->task);

  g_hash_table_remove (self->requests, request->id);
  g_task_return_error (task, error);
}

static gboolean
on_timeout (gpointer user_data)
{
  Request *request = user_data;
  GError *error = NULL;

  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, "remote-server-timeout", "There was no answer in time. Try again later.");
  fail_request (request, error);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  fail_request (user_data, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The request was cancelled."));
  return G_SOURCE_REMOVE;
}

static void
add_request (XmppPorter *self,
             XmppNode   *iq,
             guint       timeout_seconds,
             GTask      *task)
{
  Request *request = g_new0 (Request, 1);

  request->porter = self;
  request->id = g_strdup (xmpp_node_get (iq, "id"));
  request->to = g_strdup (xmpp_node_get (iq, "to"));
  request->task = g_object_ref (task);
  xmpp_deadline_start (&request->deadline, g_task_get_context (task),
                       timeout_seconds != 0 ? timeout_seconds : XMPP_IQ_TIMEOUT_DEFAULT, on_timeout,
                       g_task_get_cancellable (task), on_cancelled, request);
  g_hash_table_replace (self->requests, request->id, request);
}

void
xmpp_porter_iq_async (XmppPorter          *self,
                      XmppNode            *iq,
                      guint                timeout_seconds,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  G_GNUC_UNUSED g_autoptr (XmppNode) owned = iq;
  g_autoptr (GTask) task = NULL;
  const char *id;

  g_return_if_fail (XMPP_IS_PORTER (self) && iq != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_porter_iq_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  id = xmpp_node_get (iq, "id");
  if (id == NULL || g_hash_table_contains (self->requests, id))
    {
      g_autofree char *made = g_strdup_printf ("%s-%" G_GUINT64_FORMAT, self->id_prefix, ++self->last_id);

      xmpp_node_set (iq, "id", made);
    }
  if (g_hash_table_size (self->requests) >= MAX_PENDING)
    {
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_LIMIT, "Too many requests wait for an answer.");
      return;
    }
  if (!self->connected || self->send == NULL)
    {
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "There is no connection.");
      return;
    }
  add_request (self, iq, timeout_seconds, task);
  if (!self->send (self, iq, self->send_data))
    {
      g_hash_table_remove (self->requests, xmpp_node_get (iq, "id"));
      g_task_return_new_error (task, XMPP_ERROR, XMPP_ERROR_CLOSED, "There is no connection.");
    }
}

XmppNode *
xmpp_porter_iq_finish (XmppPorter    *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_autoptr (XmppNode) answer = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer == NULL || xmpp_stanza_get_error (answer, error))
    return NULL;
  return g_steal_pointer (&answer);
}

gboolean
xmpp_porter_send (XmppPorter *self,
                  XmppNode   *stanza)
{
  G_GNUC_UNUSED g_autoptr (XmppNode) owned = stanza;

  g_return_val_if_fail (XMPP_IS_PORTER (self) && stanza != NULL, FALSE);

  return self->connected && self->send != NULL && self->send (self, stanza, self->send_data);
}

/* The owner's side */

void
xmpp_porter_dispatch (XmppPorter *self,
                      XmppNode   *stanza)
{
  G_GNUC_UNUSED g_autoptr (XmppPorter) hold = NULL;
  g_autoptr (GPtrArray) handlers = NULL;
  const char *type;

  g_return_if_fail (XMPP_IS_PORTER (self) && stanza != NULL);

  hold = g_object_ref (self);
  handlers = g_ptr_array_ref (self->handlers);
  if (xmpp_node_is (stanza, "iq", NULL) && take_answer (self, stanza))
    return;
  for (guint i = 0; i < handlers->len; i++)
    {
      Handler *handler = g_ptr_array_index (handlers, i);

      if (matches (handler, stanza) && handler->handler (self, stanza, handler->user_data))
        return;
    }
  /* RFC 6120 section 8.4: a request is always answered. */
  type = xmpp_node_get (stanza, "type");
  if (xmpp_node_is (stanza, "iq", NULL) && xmpp_node_get (stanza, "id") != NULL
      && (g_strcmp0 (type, "get") == 0 || g_strcmp0 (type, "set") == 0))
    xmpp_porter_send (self, xmpp_stanza_error_for (stanza, "cancel", "service-unavailable", NULL));
}

void
xmpp_porter_connected (XmppPorter *self,
                       const char *jid,
                       gboolean    resumed)
{
  g_return_if_fail (XMPP_IS_PORTER (self));

  g_free (self->jid);
  self->jid = g_strdup (jid);
  self->connected = TRUE;
  g_signal_emit (self, signals[SIGNAL_CONNECTED], 0, resumed);
}

static void
fail_all (XmppPorter   *self,
          const GError *error)
{
  g_autoptr (GHashTable) requests = g_steal_pointer (&self->requests);
  GHashTableIter iter;
  gpointer value;

  /* A callback may send the next request: into a table of its own. */
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, request_free);
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Request *request = value;

      if (error != NULL)
        g_task_return_error (request->task, g_error_copy (error));
      else
        g_task_return_new_error (request->task, XMPP_ERROR, XMPP_ERROR_CLOSED, "The connection was lost.");
    }
}

void
xmpp_porter_disconnected (XmppPorter   *self,
                          gboolean      may_resume,
                          const GError *error)
{
  gboolean was_connected;

  g_return_if_fail (XMPP_IS_PORTER (self));

  was_connected = self->connected;
  self->connected = FALSE;
  if (!may_resume)
    fail_all (self, error);
  if (was_connected)
    g_signal_emit (self, signals[SIGNAL_DISCONNECTED], 0);
}

void
xmpp_porter_dispose_owner (XmppPorter *self)
{
  g_return_if_fail (XMPP_IS_PORTER (self));

  xmpp_porter_disconnected (self, FALSE, NULL);
  self->send = NULL;
  self->send_data = NULL;
}

gboolean
xmpp_porter_is_connected (XmppPorter *self)
{
  g_return_val_if_fail (XMPP_IS_PORTER (self), FALSE);
  return self->connected;
}

const char *
xmpp_porter_get_jid (XmppPorter *self)
{
  g_return_val_if_fail (XMPP_IS_PORTER (self), NULL);
  return self->jid;
}

XmppPorter *
xmpp_porter_new (XmppPorterSendFunc send,
                 gpointer           user_data)
{
  XmppPorter *self = g_object_new (XMPP_TYPE_PORTER, NULL);

  self->send = send;
  self->send_data = user_data;
  return self;
}

static void
xmpp_porter_finalize (GObject *object)
{
  XmppPorter *self = XMPP_PORTER (object);

  /* A request's task holds the porter: there is none. */
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_pointer (&self->handlers, g_ptr_array_unref);
  g_free (self->jid);
  g_free (self->id_prefix);
  G_OBJECT_CLASS (xmpp_porter_parent_class)->finalize (object);
}

static void
xmpp_porter_class_init (XmppPorterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_porter_finalize;

  /**
   * XmppPorter::connected:
   * @resumed: the session from before goes on (XEP-0198): roster and presence are still right
   */
  signals[SIGNAL_CONNECTED] = g_signal_new ("connected", XMPP_TYPE_PORTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[SIGNAL_DISCONNECTED] = g_signal_new ("disconnected", XMPP_TYPE_PORTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 0);
}

static void
xmpp_porter_init (XmppPorter *self)
{
  self->handlers = g_ptr_array_new_with_free_func (handler_unref);
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, request_free);
  self->id_prefix = g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
}
