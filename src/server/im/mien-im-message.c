/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* RFC 6121 sections 5 and 8, message carbons (XEP-0280), offline messages (XEP-0160). */

typedef enum
{
  KIND_NORMAL,
  KIND_CHAT,
  KIND_HEADLINE,
  KIND_GROUPCHAT,
  KIND_ERROR,
} Kind;

static Kind
kind_of (const XmppNode *message)
{
  static const char *const names[] = { "normal", "chat", "headline", "groupchat", "error" };
  const char *type = xmpp_node_get (message, "type");

  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (type, names[i]))
      return i;
  return KIND_NORMAL;
}

/* XEP-0160 section 3: what is worth keeping for somebody who is away. */
static gboolean
is_storable (const XmppNode *message)
{
  XmppHints hints = xmpp_hints_parse (message);

  if ((hints & (XMPP_HINT_NO_STORE | XMPP_HINT_NO_PERMANENT_STORE)) != 0)
    return FALSE;
  return (hints & XMPP_HINT_STORE) != 0 || xmpp_node_child (message, "body", NULL) != NULL
         || xmpp_node_child (message, "subject", NULL) != NULL
         || xmpp_node_child (message, "received", XMPP_NS_RECEIPTS) != NULL
         || xmpp_node_child (message, "encrypted", NULL) != NULL;
}

typedef struct
{
  MienImOp base;
  char    *text;
  char    *from;
  gboolean blocked;
} StoreOp;

static gboolean
store_work (MienImOp *base, MienDatabase *db, GError **error)
{
  StoreOp *self = (StoreOp *) base;
  gboolean exists;

  if (!mien_im_accounts_exists (db, base->account, &exists, error)
      || !mien_im_blocked_has (db, base->account, self->from, &self->blocked, error))
    return FALSE;
  if (!exists)
    return TRUE;
  if (self->blocked)
    {
      g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NO_ACCOUNT, "");
      return FALSE;
    }
  return self->text == NULL || mien_im_offline_add (db, base->account, self->text, error);
}

/* Somebody may have come back while the message was being stored. */
static void
deliver_if_back (MienImAccount *account)
{
  for (guint i = 0; account != NULL && i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (!mien_im_session_is_available (session) || session->priority < 0)
        continue;
      mien_im_offline_deliver (session);
      return;
    }
}

static void
store_done (MienImOp *base, const GError *error)
{
  /* No such account: silence, as when the message is kept, so that nobody learns who has one (section 8.5.1). Blocked
   * or full: the sender cannot tell which (section 8.5.2.2.1, XEP-0191 section 3.3). */
  if (error == NULL)
    deliver_if_back (mien_im_account_find (base->role, base->account));
  else if (error->domain != MIEN_IM_STORE_ERROR)
    mien_im_bounce_error (base->role, base->stanza, error);
  else
    mien_im_bounce (base->role, base->stanza, "cancel", "service-unavailable", NULL);
}

static void
store_clear (MienImOp *base)
{
  g_free (((StoreOp *) base)->text);
  g_free (((StoreOp *) base)->from);
}

static void
store_offline (MienImRole *role, MienImSession *session, const XmppNode *message, const char *account)
{
  StoreOp *op = mien_im_op_new (sizeof (StoreOp), role, session, message, account);

  op->from = g_strdup (xmpp_node_get (message, "from"));
  if (is_storable (message))
    {
      g_autoptr (XmppNode) copy = xmpp_node_copy (message);

      xmpp_delay_add (copy, role->domain, g_get_real_time ());
      op->text = xmpp_node_to_string (copy);
    }
  op->base.work = store_work;
  op->base.done = store_done;
  op->base.clear = store_clear;
  mien_im_op_run (op, op->text != NULL ? MIEN_DATABASE_WRITE : MIEN_DATABASE_READ);
}

/* XEP-0280 section 6: to the sessions with carbons that did not get the message itself. */
static void
copy_received (MienImAccount *account, XmppNode *message, GHashTable *got)
{
  if (!xmpp_carbons_is_eligible (message))
    return;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (session->carbons && !g_hash_table_contains (got, session))
        mien_im_session_send_take (session, xmpp_carbons_wrap (message, xmpp_jid_get_bare (account->jid),
                                                               xmpp_jid_get_full (session->jid), TRUE));
    }
}

static void
copy_sent (MienImSession *from, XmppNode *message)
{
  MienImAccount *account = from->account;

  if (!xmpp_carbons_is_eligible (message))
    return;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (session->carbons && session != from)
        mien_im_session_send_take (session, xmpp_carbons_wrap (message, xmpp_jid_get_bare (account->jid),
                                                               xmpp_jid_get_full (session->jid), FALSE));
    }
}

static int
highest_priority (MienImAccount *account)
{
  int highest = -1;

  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (mien_im_session_is_available (session))
        highest = MAX (highest, session->priority);
    }
  return highest;
}

/* Section 8.5.2.1.1: to the most available resources; a headline to all that are not negative. FALSE: there is none. */
static gboolean
deliver_to_bare (MienImAccount *account, XmppNode *message, Kind kind)
{
  g_autoptr (GHashTable) got = g_hash_table_new (NULL, NULL);
  int least = highest_priority (account);

  if (least < 0)
    return FALSE;
  if (kind == KIND_HEADLINE)
    least = 0;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (!mien_im_session_is_available (session) || session->priority < least)
        continue;
      g_hash_table_add (got, session);
      mien_im_session_send (session, message);
    }
  copy_received (account, message, got);
  return TRUE;
}

static void
message_to_bare (MienImRole *role, XmppNode *message, XmppJid *to, MienImAccount *account)
{
  Kind kind = kind_of (message);

  if (kind == KIND_GROUPCHAT)   /* section 8.5.2.1.1 */
    mien_im_bounce (role, message, "cancel", "service-unavailable", NULL);
  else if (kind == KIND_ERROR || (account != NULL && deliver_to_bare (account, message, kind)) || kind == KIND_HEADLINE)
    return;
  else
    store_offline (role, NULL, message, xmpp_jid_get_bare (to));
}

void
mien_im_message_to (MienImRole *role, XmppNode *message, XmppJid *to)
{
  MienImAccount *account = mien_im_account_find (role, xmpp_jid_get_bare (to));
  const char *resource = xmpp_jid_get_resource (to);
  MienImSession *session = account != NULL && resource != NULL ? mien_im_account_find_session (account, resource)
      : NULL;
  Kind kind = kind_of (message);

  if (account != NULL && mien_im_account_blocks (account, xmpp_node_get (message, "from")))
    mien_im_bounce (role, message, "cancel", "service-unavailable", NULL);
  else if (resource == NULL)
    message_to_bare (role, message, to, account);
  else if (session != NULL)
    {
      g_autoptr (GHashTable) got = g_hash_table_new (NULL, NULL);

      g_hash_table_add (got, session);
      mien_im_session_send (session, message);
      copy_received (account, message, got);
    }
  else if (kind == KIND_CHAT)   /* section 8.5.3.2.1: as if it were for the bare address */
    message_to_bare (role, message, to, account);
  else
    mien_im_bounce (role, message, "cancel", "service-unavailable", NULL);
}

void
mien_im_message_undelivered (MienImRole *role, XmppNode *message, XmppJid *to)
{
  g_autoptr (XmppJid) bare = xmpp_jid_to_bare (to);
  MienImAccount *account = mien_im_account_find (role, xmpp_jid_get_bare (to));
  Kind kind = kind_of (message);

  if ((kind != KIND_CHAT && kind != KIND_NORMAL) || xmpp_node_child (message, NULL, XMPP_NS_CARBONS) != NULL
      || xmpp_node_child (message, "event", XMPP_NS_PUBSUB_EVENT) != NULL)
    return;
  message_to_bare (role, message, bare, account);
}

void
mien_im_message_from (MienImSession *session, XmppNode *message, XmppJid *to)
{
  if (to == NULL)   /* RFC 6120 section 10.3.1: for the account itself */
    {
      to = session->account->jid;
      xmpp_node_set (message, "to", xmpp_jid_get_bare (to));
    }
  copy_sent (session, message);
  mien_im_route (session->role, message);
}

typedef struct
{
  MienImOp   base;
  GPtrArray *messages;
} TakeOp;

static gboolean
take_work (MienImOp *base, MienDatabase *db, GError **error)
{
  ((TakeOp *) base)->messages = mien_im_offline_take (db, base->account, error);
  return ((TakeOp *) base)->messages != NULL;
}

static void
take_done (MienImOp *base, const GError *error)
{
  GPtrArray *messages = ((TakeOp *) base)->messages;

  if (error != NULL)
    {
      g_warning ("The offline messages of %s cannot be read: %s", base->account, error->message);
      return;
    }
  for (guint i = 0; i < messages->len; i++)
    {
      XmppNode *message = xmpp_node_parse (g_ptr_array_index (messages, i), -1, NULL);

      if (message == NULL)
        continue;
      /* It has gone in the meantime: they wait again. */
      if (base->session->account == NULL)
        {
          g_autoptr (XmppJid) bare = xmpp_jid_to_bare (base->session->jid);

          message_to_bare (base->role, message, bare, mien_im_account_find (base->role, base->account));
          xmpp_node_unref (message);
        }
      else
        mien_im_session_send_take (base->session, message);
    }
}

static void
take_clear (MienImOp *base)
{
  g_clear_pointer (&((TakeOp *) base)->messages, g_ptr_array_unref);
}

void
mien_im_offline_deliver (MienImSession *session)
{
  TakeOp *op = mien_im_op_new (sizeof (TakeOp), session->role, session, NULL, xmpp_jid_get_bare (session->jid));

  op->base.work = take_work;
  op->base.done = take_done;
  op->base.clear = take_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}
