/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* Notifications of PEP (XEP-0163 section 4): to sessions that asked by "+notify" and may see the account. */

static gboolean
wants (MienImSession *session, const char *node)
{
  return session->notify != NULL && mien_im_session_is_available (session)
      && g_hash_table_contains (session->notify, node);
}

static XmppNode *
event_of (const MienPepItem *item, const char *to)
{
  XmppNode *payload = xmpp_node_parse (item->payload, -1, NULL);
  XmppNode *node;

  if (payload == NULL)
    return NULL;
  node = xmpp_node_new ("item", XMPP_NS_PUBSUB_EVENT);
  xmpp_node_set (node, "id", item->id);
  xmpp_node_append (node, payload);
  return xmpp_pubsub_event_new (item->account, to, item->node, node);
}

static void
tell_account (MienImAccount *account, const char *node, const XmppNode *event)
{
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (wants (session, node))
        mien_im_session_send_copy (session, event, xmpp_jid_get_full (session->jid));
    }
}

/* To the account's own sessions and, unless it is for nobody else, to the contacts that may see its presence. */
static void
tell_all (MienImRole *role, const char *bare, const char *node, const XmppNode *event, MienPepAccess access)
{
  MienImAccount *account = mien_im_account_find (role, bare);
  GHashTableIter iter;
  gpointer contact, bits;

  if (account == NULL)
    return;
  tell_account (account, node, event);
  if (access == MIEN_PEP_WHITELIST)
    return;
  g_hash_table_iter_init (&iter, account->contacts);
  while (g_hash_table_iter_next (&iter, &contact, &bits))
    {
      MienImAccount *other = mien_im_account_find (role, contact);

      if (other != NULL && (GPOINTER_TO_UINT (bits) & MIEN_ROSTER_FROM) != 0
          && !mien_im_account_blocks (account, contact) && !mien_im_account_blocks (other, bare))
        tell_account (other, node, event);
    }
}

void
mien_im_notify_item (MienImRole *role, const MienPepItem *item, MienPepAccess access)
{
  g_autoptr (XmppNode) event = event_of (item, NULL);

  if (event != NULL)
    tell_all (role, item->account, item->node, event, access);
}

void
mien_im_notify_event (MienImRole *role, const char *account, const char *node, const char *item_id,
                      MienPepAccess access)
{
  g_autoptr (XmppNode) event = NULL;

  event = item_id != NULL ? xmpp_pubsub_event_retract (account, NULL, node, item_id)
                          : xmpp_pubsub_event_delete (account, NULL, node);
  tell_all (role, account, node, event, access);
}

/* The last items (XEP-0163 section 4.3.4): page by page, so that a thousand contacts are not one burst. */
typedef struct
{
  MienImOp   base;
  char     **nodes;
  guint      index;      /* the node that is being listed */
  char      *after;      /* the last account of the page before */
  char      *only;       /* (nullable) one contact's items alone */
  GPtrArray *items;
} LastOp;

static gboolean
last_work (MienImOp *base, MienDatabase *db, GError **error)
{
  LastOp *self = (LastOp *) base;
  const char *node = self->nodes[self->index];
  MienPepConfig config;
  gboolean found;

  if (self->only == NULL && self->after == NULL)   /* first the account's own */
    self->items = mien_im_pep_list (db, base->account, node, NULL, 1, error);
  else if (self->only == NULL)
    self->items = mien_im_pep_last_of_contacts (db, base->account, node, self->after, MIEN_IM_PEP_PAGE, error);
  else
    {
      if (!mien_im_pep_get_config (db, self->only, node, &config, &found, error))
        return FALSE;
      self->items = mien_im_pep_list (db, self->only, node, NULL,
                                      found && config.access != MIEN_PEP_WHITELIST ? 1 : 0, error);
    }
  return self->items != NULL;
}

/* The next page, when the client has taken what it was sent. */
typedef struct
{
  char **nodes;
  guint  index;
  char  *after;
  char  *only;
} LastPage;

static void last_run (MienImSession *session, char **nodes, guint index, const char *after, const char *only);

static void
last_page_free (gpointer data)
{
  LastPage *self = data;

  g_strfreev (self->nodes);
  g_free (self->after);
  g_free (self->only);
  g_free (self);
}

static void
last_page_run (MienImSession *session, gpointer user_data)
{
  LastPage *self = user_data;

  last_run (session, g_steal_pointer (&self->nodes), self->index, self->after, self->only);
}

static void
last_next (LastOp *self)
{
  MienPepItem *last = self->items->len > 0 ? g_ptr_array_index (self->items, self->items->len - 1) : NULL;
  gboolean is_own = self->only == NULL && self->after == NULL;
  gboolean is_full = self->only == NULL && self->items->len == MIEN_IM_PEP_PAGE;
  LastPage *page;

  if (!is_own && !is_full && self->nodes[self->index + 1] == NULL)
    return;
  page = g_new0 (LastPage, 1);
  page->nodes = g_steal_pointer (&self->nodes);
  page->index = is_own || is_full ? self->index : self->index + 1;
  page->after = g_strdup (is_own ? "" : is_full ? last->account : NULL);
  page->only = g_strdup (self->only);
  mien_im_session_later (self->base.session, last_page_run, page, last_page_free);
}

static void
last_done (MienImOp *base, const GError *error)
{
  LastOp *self = (LastOp *) base;
  MienImSession *session = base->session;

  if (error != NULL)
    {
      g_warning ("The last items for %s cannot be read: %s", base->account, error->message);
      return;
    }
  if (session->account == NULL)
    return;
  for (guint i = 0; i < self->items->len; i++)
    {
      MienPepItem *item = g_ptr_array_index (self->items, i);
      XmppNode *event;

      if (!wants (session, item->node) || mien_im_account_blocks (session->account, item->account))
        continue;
      event = event_of (item, xmpp_jid_get_full (session->jid));
      if (event != NULL)
        mien_im_session_send_take (session, event);
    }
  last_next (self);
}

static void
last_clear (MienImOp *base)
{
  LastOp *self = (LastOp *) base;

  g_strfreev (self->nodes);
  g_free (self->after);
  g_free (self->only);
  g_clear_pointer (&self->items, g_ptr_array_unref);
}

static void
last_run (MienImSession *session, char **nodes, guint index, const char *after, const char *only)
{
  LastOp *op = mien_im_op_new (sizeof (LastOp), session->role, session, NULL, xmpp_jid_get_bare (session->jid));

  op->nodes = nodes;
  op->index = index;
  op->after = g_strdup (after);
  op->only = g_strdup (only);
  op->base.work = last_work;
  op->base.done = last_done;
  op->base.clear = last_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

static char **
nodes_of (GHashTable *nodes)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer node;

  g_hash_table_iter_init (&iter, nodes);
  while (g_hash_table_iter_next (&iter, &node, NULL))
    g_ptr_array_add (list, g_strdup (node));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (list, FALSE);
}

void
mien_im_notify_last (MienImSession *session, GHashTable *nodes)
{
  if (g_hash_table_size (nodes) > 0)
    last_run (session, nodes_of (nodes), 0, NULL, NULL);
}

void
mien_im_notify_contact (MienImRole *role, const char *of, const char *to)
{
  MienImAccount *account = mien_im_account_find (role, to);

  for (guint i = 0; account != NULL && i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (mien_im_session_is_available (session) && session->notify != NULL && g_hash_table_size (session->notify) > 0)
        last_run (session, nodes_of (session->notify), 0, NULL, of);
    }
}
