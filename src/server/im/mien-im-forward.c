/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#define NS_PORTRAIT "urn:mien:portrait:0"

/*
 * S3242: an account's portrait has come to the IM server, by whatever client. S3243: the IM server forwards it to the
 * portrait server, which stores it (S3244). What is to be forwarded is written in the transaction of the publication
 * and taken away when the portrait server has answered: nothing is lost while that is away.
 */

typedef struct
{
  MienImOp   base;
  GPtrArray *list;
} ListOp;

typedef struct
{
  MienImOp base;
  gint64   serial;
} RemoveOp;

static gboolean
remove_work (MienImOp *base, MienDatabase *db, GError **error)
{
  return mien_im_forwards_remove (db, base->account, ((RemoveOp *) base)->serial, error);
}

static void
forward_ended (MienImRole *role)
{
  role->forwards_open--;
  if (role->forwards_open == 0 && (role->forward_again || (role->forward_more && role->forward_progress)))
    mien_im_forward_run (role);
}

static void
remove_done (MienImOp *base, const GError *error)
{
  if (error != NULL)
    g_warning ("A forwarded portrait cannot be noted: %s", error->message);
  else
    base->role->forward_progress = TRUE;
  forward_ended (base->role);
}

typedef struct
{
  char  *account;
  gint64 serial;
} Sent;

static void
sent_free (gpointer data)
{
  g_free (((Sent *) data)->account);
  g_free (data);
}

static gboolean
should_wait (const XmppNode *answer)
{
  XmppNode *error = answer != NULL ? xmpp_node_child (answer, "error", NULL) : NULL;

  return answer == NULL || (error != NULL && g_strcmp0 (xmpp_node_get (error, "type"), "wait") == 0);
}

static void
on_answer (MienImRole *role, const XmppNode *answer, gpointer user_data)
{
  Sent *sent = user_data;
  RemoveOp *op;

  if (should_wait (answer))   /* the ticker tries again */
    {
      forward_ended (role);
      return;
    }
  if (xmpp_stanza_get_error_condition (answer) != NULL)
    g_message ("The portrait server did not take the portrait of %s: %s", sent->account,
               xmpp_stanza_get_error_condition (answer));
  op = mien_im_op_new (sizeof (RemoveOp), role, NULL, NULL, sent->account);
  op->serial = sent->serial;
  op->base.work = remove_work;
  op->base.done = remove_done;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}

static void
append_parsed (XmppNode *parent, const char *text)
{
  XmppNode *node = text != NULL ? xmpp_node_parse (text, -1, NULL) : NULL;

  if (node != NULL)
    xmpp_node_append (parent, node);
}

static void
send_forward (MienImRole *role, const MienForward *forward)
{
  const char *domain = mien_server_config_get_portrait_domain (role->config);
  Sent *sent = g_new0 (Sent, 1);
  XmppNode *child;
  XmppNode *iq = xmpp_iq_new ("set", domain, "forward", NS_PORTRAIT, &child);

  xmpp_node_set (child, "jid", forward->account);
  if (forward->metadata != NULL)
    append_parsed (child, forward->metadata);
  else
    xmpp_node_add (child, "metadata", XMPP_NS_AVATAR_METADATA);
  append_parsed (child, forward->data);
  sent->account = g_strdup (forward->account);
  sent->serial = forward->serial;
  role->forwards_open++;
  mien_im_request (role, iq, on_answer, sent, sent_free);
}

static gboolean
list_work (MienImOp *base, MienDatabase *db, GError **error)
{
  ((ListOp *) base)->list = mien_im_forwards_list (db, MIEN_IM_FORWARD_PAGE, error);
  return ((ListOp *) base)->list != NULL;
}

static void
list_done (MienImOp *base, const GError *error)
{
  ListOp *self = (ListOp *) base;

  if (error != NULL)
    g_warning ("The portraits that wait cannot be read: %s", error->message);
  else if (base->role->running)
    {
      base->role->forward_more = self->list->len == MIEN_IM_FORWARD_PAGE;
      for (guint i = 0; i < self->list->len; i++)
        send_forward (base->role, g_ptr_array_index (self->list, i));
    }
  forward_ended (base->role);
}

static void
list_clear (MienImOp *base)
{
  g_clear_pointer (&((ListOp *) base)->list, g_ptr_array_unref);
}

void
mien_im_forward_run (MienImRole *role)
{
  const char *domain = mien_server_config_get_portrait_domain (role->config);
  ListOp *op;

  if (!role->running || domain == NULL || !mien_im_component_is_connected (role, domain))
    return;
  if (role->forwards_open > 0)
    {
      role->forward_again = TRUE;
      return;
    }
  role->forward_again = FALSE;
  role->forward_more = FALSE;
  role->forward_progress = FALSE;
  role->forwards_open = 1;   /* the listing itself */
  op = mien_im_op_new (sizeof (ListOp), role, NULL, NULL, NULL);
  op->base.work = list_work;
  op->base.done = list_done;
  op->base.clear = list_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}
