/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* RFC 6121 section 2 */

static XmppSubscription
subscription_of (guint bits)
{
  switch (bits & (MIEN_ROSTER_TO | MIEN_ROSTER_FROM))
    {
    case MIEN_ROSTER_TO:
      return XMPP_SUBSCRIPTION_TO;
    case MIEN_ROSTER_FROM:
      return XMPP_SUBSCRIPTION_FROM;
    case MIEN_ROSTER_TO | MIEN_ROSTER_FROM:
      return XMPP_SUBSCRIPTION_BOTH;
    default:
      return XMPP_SUBSCRIPTION_NONE;
    }
}

static XmppRosterItem *
item_of (const MienRosterRow *row)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new (row->jid, NULL);
  XmppRosterItem *item;

  if (jid == NULL)
    return NULL;
  item = xmpp_roster_item_new (jid, row->name, row->listed ? subscription_of (row->bits) : XMPP_SUBSCRIPTION_REMOVE,
                               row->listed && (row->bits & MIEN_ROSTER_PENDING_OUT) != 0);
  if (row->listed && row->groups != NULL)
    item->groups = g_strsplit (row->groups, "\n", XMPP_ROSTER_MAX_GROUPS);
  return item;
}

static void
push_row (MienImSession *session, const MienRosterRow *row)
{
  g_autoptr (XmppRosterItem) item = item_of (row);
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, row->version);
  g_autofree char *id = g_strdup_printf ("push-%s", version);
  XmppNode *push;

  if (item == NULL)
    return;
  push = xmpp_roster_push (xmpp_jid_get_full (session->jid), item, version);
  if (xmpp_node_get (push, "id") == NULL)
    xmpp_node_set (push, "id", id);
  mien_im_session_send_take (session, push);
}

/* Section 2.1.6: every session that asked for the roster hears of the change; @row may be one that is not listed: a
   request
 * that waits (nobody is told), or a removed one. */
void
mien_im_roster_pushed (MienImRole *role, const char *bare, MienRosterRow *row)
{
  MienImAccount *account = mien_im_account_find (role, bare);

  if (account == NULL)
    return;
  if (row->bits != 0)
    g_hash_table_insert (account->contacts, g_strdup (row->jid), GUINT_TO_POINTER (row->bits));
  else
    g_hash_table_remove (account->contacts, row->jid);
  if (!row->listed && row->bits != 0)
    return;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (session->interested)
        push_row (session, row);
    }
}

typedef struct
{
  MienImOp   base;
  gint64     since;
  gint64     version;
  gboolean   delta;
  GPtrArray *rows;
} GetOp;

static gboolean
get_work (MienImOp *base, MienDatabase *db, GError **error)
{
  GetOp *self = (GetOp *) base;

  self->rows = mien_im_roster_list (db, base->account, self->since, &self->version, &self->delta, error);
  return self->rows != NULL;
}

/* Section 2.6.3: what changed comes as pushes after an empty result. */
static void
answer_delta (GetOp *self)
{
  MienImSession *session = self->base.session;

  mien_im_session_send_take (session, xmpp_roster_result (self->base.stanza, NULL, NULL));
  for (guint i = 0; i < self->rows->len; i++)
    {
      MienRosterRow *row = g_ptr_array_index (self->rows, i);

      if (row->listed || row->bits == 0)
        push_row (session, row);
    }
}

static void
answer_whole (GetOp *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_roster_item_free);
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, self->version);

  for (guint i = 0; i < self->rows->len; i++)
    {
      MienRosterRow *row = g_ptr_array_index (self->rows, i);
      XmppRosterItem *item = row->listed ? item_of (row) : NULL;

      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  mien_im_session_send_take (self->base.session,
                             xmpp_roster_result (self->base.stanza, items, self->since >= -1 ? version : NULL));
}

static void
get_done (MienImOp *base, const GError *error)
{
  GetOp *self = (GetOp *) base;

  if (error != NULL)
    mien_im_bounce_error (base->role, base->stanza, error);
  else if (self->delta)
    answer_delta (self);
  else
    answer_whole (self);
}

static void
get_clear (MienImOp *base)
{
  g_clear_pointer (&((GetOp *) base)->rows, g_ptr_array_unref);
}

static void
handle_get (MienImSession *session, XmppNode *iq)
{
  XmppNode *query = xmpp_node_child (iq, "query", XMPP_NS_ROSTER);
  const char *version = xmpp_node_get (query, "ver");
  GetOp *op = mien_im_op_new (sizeof (GetOp), session->role, session, iq, xmpp_jid_get_bare (session->jid));

  session->interested = TRUE;
  /* -1: nothing cached; -2: the client knows nothing of versions. */
  op->since = version == NULL ? -2 : -1;
  if (version != NULL)
    g_ascii_string_to_signed (version, 10, 0, G_MAXINT64, &op->since, NULL);
  op->base.work = get_work;
  op->base.done = get_done;
  op->base.clear = get_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

typedef struct
{
  MienImOp        base;
  char           *domain;
  char           *jid;
  char           *name;
  char           *groups;
  gboolean        remove;
  GPtrArray      *effects;
} SetOp;

/* Section 2.5: a removed contact loses what it had, and is told. */
static gboolean
remove_work (SetOp *self, MienDatabase *db, GError **error)
{
  const char *account = self->base.account;
  g_autoptr (MienRosterRow) row = mien_im_roster_get (db, account, self->jid, error);

  if (row == NULL)
    return FALSE;
  if (!row->listed)
    {
      g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NOT_FOUND, "The roster has no such contact");
      return FALSE;
    }
  if (((row->bits & (MIEN_ROSTER_TO | MIEN_ROSTER_PENDING_OUT)) != 0
       && !mien_im_subscribe_apply (db, self->domain, account, self->jid, MIEN_UNSUBSCRIBE, NULL, self->effects, error))
      || ((row->bits & (MIEN_ROSTER_FROM | MIEN_ROSTER_PENDING_IN)) != 0
          && !mien_im_subscribe_apply (db, self->domain, account, self->jid, MIEN_UNSUBSCRIBED, NULL, self->effects,
                                       error)))
    return FALSE;
  row->listed = FALSE;
  row->bits = 0;
  g_clear_pointer (&row->name, g_free);
  g_clear_pointer (&row->groups, g_free);
  g_clear_pointer (&row->request, g_free);
  if (!mien_im_roster_put (db, account, row, error))
    return FALSE;
  mien_im_effects_push (self->effects, account, g_steal_pointer (&row));
  return TRUE;
}

static gboolean
set_work (MienImOp *base, MienDatabase *db, GError **error)
{
  SetOp *self = (SetOp *) base;
  g_autoptr (MienRosterRow) row = NULL;

  if (self->remove)
    return remove_work (self, db, error);
  row = mien_im_roster_get (db, base->account, self->jid, error);
  if (row == NULL)
    return FALSE;
  row->listed = TRUE;
  g_free (row->name);
  g_free (row->groups);
  row->name = g_strdup (self->name);
  row->groups = g_strdup (self->groups);
  if (!mien_im_roster_put (db, base->account, row, error))
    return FALSE;
  mien_im_effects_push (self->effects, base->account, g_steal_pointer (&row));
  return TRUE;
}

static void
set_done (MienImOp *base, const GError *error)
{
  if (error == NULL)
    mien_im_effects_run (base->role, ((SetOp *) base)->effects);
  mien_im_op_answer (base, error);
}

static void
set_clear (MienImOp *base)
{
  SetOp *self = (SetOp *) base;

  g_free (self->domain);
  g_free (self->jid);
  g_free (self->name);
  g_free (self->groups);
  g_ptr_array_unref (self->effects);
}

/* Section 2.3.3: the group is empty or too long. */
static gboolean
groups_are_bad (const XmppNode *item)
{
  guint count = 0;

  XMPP_NODE_FOREACH (item, child)
    if (xmpp_node_is (child, "group", XMPP_NS_ROSTER))
      {
        const char *text = xmpp_node_get_text (child);

        if (*text == '\0' || strlen (text) > XMPP_ROSTER_MAX_NAME || strchr (text, '\n') != NULL
            || ++count > XMPP_ROSTER_MAX_GROUPS)
          return TRUE;
      }
  return FALSE;
}

static void
handle_set (MienImSession *session, XmppNode *iq)
{
  XmppNode *query = xmpp_node_child (iq, "query", XMPP_NS_ROSTER);
  XmppNode *node = xmpp_node_child (query, "item", XMPP_NS_ROSTER);
  g_autoptr (XmppRosterItem) item = node != NULL ? xmpp_roster_item_parse (node) : NULL;
  SetOp *op;

  if (item == NULL || xmpp_node_next (node) != NULL || xmpp_jid_bare_equal (item->jid, session->jid))
    {
      mien_im_bounce (session->role, iq, "modify", "bad-request", NULL);
      return;
    }
  if (groups_are_bad (node) || (item->name != NULL && strlen (item->name) > XMPP_ROSTER_MAX_NAME))
    {
      mien_im_bounce (session->role, iq, "modify", "not-acceptable", NULL);
      return;
    }
  op = mien_im_op_new (sizeof (SetOp), session->role, session, iq, xmpp_jid_get_bare (session->jid));
  op->domain = g_strdup (session->role->domain);
  op->jid = g_strdup (xmpp_jid_get_bare (item->jid));
  op->name = item->name != NULL && *item->name != '\0' ? g_strdup (item->name) : NULL;
  op->groups = item->groups != NULL && item->groups[0] != NULL ? g_strjoinv ("\n", item->groups) : NULL;
  op->remove = item->subscription == XMPP_SUBSCRIPTION_REMOVE;
  op->effects = mien_im_effects_new ();
  op->base.work = set_work;
  op->base.done = set_done;
  op->base.clear = set_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}

void
mien_im_roster_iq (MienImSession *session, XmppNode *iq)
{
  if (g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0)
    handle_get (session, iq);
  else
    handle_set (session, iq);
}
