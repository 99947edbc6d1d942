/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#define NS_BLOCKING "urn:xmpp:blocking"

/* Blocking (XEP-0191). */

typedef struct
{
  MienImOp   base;
  gboolean   block;
  GPtrArray *jids;    /* of char *; empty with unblock: all */
} BlockOp;

static gboolean
block_work (MienImOp *base, MienDatabase *db, GError **error)
{
  BlockOp *self = (BlockOp *) base;

  if (!self->block && self->jids->len == 0)
    return mien_im_blocked_remove (db, base->account, NULL, error);
  for (guint i = 0; i < self->jids->len; i++)
    {
      const char *jid = g_ptr_array_index (self->jids, i);

      if (!(self->block ? mien_im_blocked_add (db, base->account, jid, error)
                        : mien_im_blocked_remove (db, base->account, jid, error)))
        return FALSE;
    }
  return TRUE;
}

/* Section 3.2: every session that has asked for the list hears of the change. */
static void
push (MienImAccount *account, BlockOp *self)
{
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);
      XmppNode *child, *iq;
      g_autofree char *id = NULL;

      if (!session->block_interested)
        continue;
      iq = xmpp_iq_new ("set", xmpp_jid_get_full (session->jid), self->block ? "block" : "unblock", NS_BLOCKING,
                        &child);
      id = g_strdup_printf ("block-%" G_GUINT64_FORMAT, account->role->next_id++);
      xmpp_node_set (iq, "id", id);
      xmpp_node_set (iq, "from", xmpp_jid_get_bare (account->jid));
      for (guint j = 0; j < self->jids->len; j++)
        xmpp_node_set (xmpp_node_add (child, "item", NULL), "jid", g_ptr_array_index (self->jids, j));
      mien_im_session_send_take (session, iq);
    }
}

static gboolean
is_subscribed (MienImAccount *account, const char *jid)
{
  return (mien_im_account_get_bits (account, jid) & MIEN_ROSTER_FROM) != 0;
}

/* A blocked contact sees the user go; an unblocked one sees the user come (sections 3.3 and 3.4). */
static void
apply (MienImAccount *account, BlockOp *self)
{
  const char *bare = xmpp_jid_get_bare (account->jid);

  if (!self->block && self->jids->len == 0)
    {
      GHashTableIter iter;
      gpointer jid;

      g_hash_table_iter_init (&iter, account->blocked);
      while (g_hash_table_iter_next (&iter, &jid, NULL))
        g_ptr_array_add (self->jids, g_strdup (jid));
    }
  for (guint i = 0; i < self->jids->len; i++)
    {
      const char *jid = g_ptr_array_index (self->jids, i);

      if (self->block)
        {
          if (is_subscribed (account, jid))
            mien_im_presence_hide (account->role, bare, jid);
          g_hash_table_add (account->blocked, g_strdup (jid));
        }
      else
        {
          g_hash_table_remove (account->blocked, jid);
          if (is_subscribed (account, jid))
            mien_im_presence_show (account->role, bare, jid);
        }
    }
}

static void
block_done (MienImOp *base, const GError *error)
{
  BlockOp *self = (BlockOp *) base;
  MienImAccount *account = mien_im_account_find (base->role, base->account);

  mien_im_op_answer (base, error);
  if (error != NULL || account == NULL)
    return;
  push (account, self);
  apply (account, self);
}

static void
block_clear (MienImOp *base)
{
  g_ptr_array_unref (((BlockOp *) base)->jids);
}

static GPtrArray *
read_items (const XmppNode *list)
{
  g_autoptr (GPtrArray) jids = g_ptr_array_new_with_free_func (g_free);

  XMPP_NODE_FOREACH (list, item)
    {
      const char *text = xmpp_node_is (item, "item", NS_BLOCKING) ? xmpp_node_get (item, "jid") : NULL;
      g_autoptr (XmppJid) jid = text != NULL ? xmpp_jid_new (text, NULL) : NULL;

      if (jid == NULL || jids->len >= MIEN_IM_MAX_BLOCKED)
        return NULL;
      g_ptr_array_add (jids, g_strdup (xmpp_jid_get_full (jid)));
    }
  return g_steal_pointer (&jids);
}

static void
answer_list (MienImSession *session, XmppNode *iq)
{
  XmppNode *result = xmpp_iq_result_for (iq);
  XmppNode *list = xmpp_node_add (result, "blocklist", NS_BLOCKING);
  GHashTableIter iter;
  gpointer jid;

  session->block_interested = TRUE;
  g_hash_table_iter_init (&iter, session->account->blocked);
  while (g_hash_table_iter_next (&iter, &jid, NULL))
    xmpp_node_set (xmpp_node_add (list, "item", NULL), "jid", jid);
  mien_im_reply (session->role, result);
}

void
mien_im_block_iq (MienImSession *session, XmppNode *iq)
{
  gboolean is_get = g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0;
  XmppNode *child = xmpp_node_first (iq);
  gboolean block = xmpp_node_is (child, "block", NULL);
  g_autoptr (GPtrArray) jids = NULL;
  BlockOp *op;

  if (is_get && xmpp_node_is (child, "blocklist", NULL))
    {
      answer_list (session, iq);
      return;
    }
  jids = read_items (child);
  if (is_get || jids == NULL || (!block && !xmpp_node_is (child, "unblock", NULL)) || (block && jids->len == 0))
    {
      mien_im_bounce (session->role, iq, "modify", "bad-request", NULL);
      return;
    }
  op = mien_im_op_new (sizeof (BlockOp), session->role, session, iq, xmpp_jid_get_bare (session->jid));
  op->block = block;
  op->jids = g_steal_pointer (&jids);
  op->base.work = block_work;
  op->base.done = block_done;
  op->base.clear = block_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}
