/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* RFC 6121 section 4. A contact is told of a session's presence when its address has MIEN_ROSTER_FROM in the
   account's roster
 * and is not blocked. */

void
mien_im_presence_deliver (MienImAccount *account, XmppNode *stanza)
{
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (mien_im_session_is_available (session))
        mien_im_session_send (session, stanza);
    }
}

/* To one contact: the sessions of an account here, or the component that has the address. */
static void
tell (MienImAccount *account, const XmppNode *presence, const char *bare)
{
  MienImRole *role = account->role;
  MienImAccount *contact;
  XmppNode *copy;

  if (mien_im_account_blocks (account, bare))
    return;
  contact = mien_im_account_find (role, bare);
  if (contact == NULL && mien_im_is_local (role, bare))
    return;
  if (contact != NULL && mien_im_account_blocks (contact, xmpp_node_get (presence, "from")))
    return;
  copy = xmpp_node_copy (presence);
  xmpp_node_set (copy, "to", bare);
  if (contact != NULL)
    mien_im_presence_deliver (contact, copy);
  else
    mien_im_route (role, copy);
  xmpp_node_unref (copy);
}

static void
broadcast (MienImSession *session, const XmppNode *presence)
{
  MienImAccount *account = session->account;
  XmppNode *own = xmpp_node_copy (presence);
  GHashTableIter iter;
  gpointer bare, bits;

  g_hash_table_iter_init (&iter, account->contacts);
  while (g_hash_table_iter_next (&iter, &bare, &bits))
    if ((GPOINTER_TO_UINT (bits) & MIEN_ROSTER_FROM) != 0)
      tell (account, presence, bare);
  /* Section 4.2.2: also to the user's own resources, this one among them. */
  xmpp_node_set (own, "to", xmpp_jid_get_bare (account->jid));
  mien_im_presence_deliver (account, own);
  xmpp_node_unref (own);
}

/* Section 4.3: what a contact's server would answer to a probe. */
static void
show_contact (MienImSession *session, const char *bare)
{
  MienImRole *role = session->role;
  MienImAccount *contact = mien_im_account_find (role, bare);
  const char *own = xmpp_jid_get_bare (session->jid);

  if (contact == NULL)
    {
      if (!mien_im_is_local (role, bare))
        {
          XmppNode *probe = xmpp_stanza_new ("presence", "probe", bare);

          xmpp_node_set (probe, "from", xmpp_jid_get_full (session->jid));
          mien_im_route_take (role, probe);
        }
      return;
    }
  if ((mien_im_account_get_bits (contact, own) & MIEN_ROSTER_FROM) == 0 || mien_im_account_blocks (contact, own)
      || mien_im_account_blocks (session->account, bare))
    return;
  for (guint i = 0; i < contact->sessions->len; i++)
    {
      MienImSession *other = g_ptr_array_index (contact->sessions, i);

      if (mien_im_session_is_available (other))
        mien_im_session_send_copy (session, other->presence, xmpp_jid_get_full (session->jid));
    }
}

typedef struct
{
  MienImOp   base;
  GPtrArray *requests;   /* of char * */
} RequestsOp;

static gboolean
requests_work (MienImOp *base, MienDatabase *db, GError **error)
{
  RequestsOp *self = (RequestsOp *) base;
  sqlite3_stmt *stmt = mien_im_store_prepare (db, error,
                                              "SELECT request FROM roster WHERE account = ? AND (bits & ?) <> 0"
                                              " AND request IS NOT NULL", "si", base->account,
                                                  (gint64) MIEN_ROSTER_PENDING_IN);
  gboolean row;

  self->requests = g_ptr_array_new_with_free_func (g_free);
  while (TRUE)
    {
      if (stmt == NULL || !mien_database_step (db, stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      g_ptr_array_add (self->requests, g_strdup (mien_im_store_text (stmt, 0)));
    }
}

static void
requests_done (MienImOp *base, const GError *error)
{
  RequestsOp *self = (RequestsOp *) base;

  for (guint i = 0; error == NULL && i < self->requests->len; i++)
    {
      XmppNode *request = xmpp_node_parse (g_ptr_array_index (self->requests, i), -1, NULL);

      if (request != NULL)
        mien_im_session_send_take (base->session, request);
    }
}

static void
requests_clear (MienImOp *base)
{
  g_clear_pointer (&((RequestsOp *) base)->requests, g_ptr_array_unref);
}

/* Section 3.1.3: a request is delivered again whenever the contact becomes available, until it is answered. */
static void
deliver_requests (MienImSession *session)
{
  RequestsOp *op = mien_im_op_new (sizeof (RequestsOp), session->role, session, NULL,
                                   xmpp_jid_get_bare (session->jid));

  op->base.work = requests_work;
  op->base.done = requests_done;
  op->base.clear = requests_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

typedef struct
{
  GPtrArray *contacts;   /* bare addresses */
  guint      next;
  guint      arrival;    /* which of the session's it is */
} Arrival;

static void
arrival_free (gpointer data)
{
  Arrival *self = data;

  g_ptr_array_unref (self->contacts);
  g_free (self);
}

/* As many as the client can take; thousands of friends are not one burst. */
static void
show_contacts (MienImSession *session, gpointer user_data)
{
  Arrival *self = user_data;
  Arrival *rest;

  if (self->arrival != session->arrivals || !mien_im_session_is_available (session))
    return;   /* it has gone in the meantime */
  while (self->next < self->contacts->len && !mien_im_session_is_behind (session))
    {
      const char *bare = g_ptr_array_index (self->contacts, self->next++);

      /* The roster may have changed since. */
      if ((mien_im_account_get_bits (session->account, bare) & MIEN_ROSTER_TO) != 0)
        show_contact (session, bare);
    }
  if (self->next == self->contacts->len)
    return;
  rest = g_memdup2 (self, sizeof *self);
  g_ptr_array_ref (rest->contacts);
  mien_im_session_later (session, show_contacts, rest, arrival_free);
}

/* Section 4.2: the first presence of a session. */
static void
arrive (MienImSession *session)
{
  MienImAccount *account = session->account;
  Arrival arrival = { g_ptr_array_new_with_free_func (g_free), 0, ++session->arrivals };
  GHashTableIter iter;
  gpointer bare, bits;

  g_hash_table_iter_init (&iter, account->contacts);
  while (g_hash_table_iter_next (&iter, &bare, &bits))
    if ((GPOINTER_TO_UINT (bits) & MIEN_ROSTER_TO) != 0)
      g_ptr_array_add (arrival.contacts, g_strdup (bare));
  show_contacts (session, &arrival);
  g_ptr_array_unref (arrival.contacts);
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *other = g_ptr_array_index (account->sessions, i);

      if (other != session && mien_im_session_is_available (other))
        mien_im_session_send_copy (session, other->presence, xmpp_jid_get_full (session->jid));
    }
  deliver_requests (session);
}

/* XEP-0398 section 5: vCard clients are told by presence which portrait there is. */
static void
put_avatar (MienImAccount *account, XmppNode *presence)
{
  if (*account->avatar != '\0' || xmpp_node_child (presence, "x", XMPP_NS_VCARD_UPDATE) != NULL)
    xmpp_vcard_update_set (presence, account->avatar);
}

static void
set_available (MienImSession *session, XmppNode *stanza)
{
  g_autofree char *text = xmpp_node_to_string (stanza);
  gboolean arrives = session->presence == NULL;
  gboolean was_reachable = session->presence != NULL && session->priority >= 0;
  XmppNode *presence;

  if (strlen (text) > MIEN_IM_MAX_PRESENCE)
    {
      mien_im_bounce (session->role, stanza, "modify", "policy-violation", "This presence is too large");
      return;
    }
  presence = xmpp_node_copy (stanza);
  put_avatar (session->account, presence);
  g_clear_pointer (&session->presence, xmpp_node_unref);
  session->presence = presence;
  session->priority = xmpp_presence_get_priority (presence);
  broadcast (session, presence);
  if (arrives)
    arrive (session);
  if (session->priority >= 0 && !was_reachable)
    mien_im_offline_deliver (session);
  mien_im_caps_presence (session, presence);
}

/* Section 4.5: also to those who had directed presence only (section 4.6.3). */
void
mien_im_presence_end (MienImSession *session, XmppNode *unavailable)
{
  g_autoptr (XmppNode) presence = NULL;
  GHashTableIter iter;
  gpointer address;

  presence = unavailable != NULL ? xmpp_node_copy (unavailable) : xmpp_stanza_new ("presence", "unavailable", NULL);
  xmpp_node_set (presence, "from", xmpp_jid_get_full (session->jid));
  g_hash_table_iter_init (&iter, session->directed);
  while (g_hash_table_iter_next (&iter, &address, NULL))
    {
      XmppNode *copy = xmpp_node_copy (presence);

      xmpp_node_set (copy, "to", address);
      mien_im_route_take (session->role, copy);
      g_hash_table_iter_remove (&iter);
    }
  if (session->presence == NULL)
    return;
  broadcast (session, presence);
  g_clear_pointer (&session->presence, xmpp_node_unref);
  g_clear_pointer (&session->notify, g_hash_table_unref);
  g_clear_pointer (&session->caps_key, g_free);
}

/* Section 4.6 */
static void
send_directed (MienImSession *session, XmppNode *stanza, XmppJid *to)
{
  const char *address = xmpp_jid_get_full (to);

  if (xmpp_node_get (stanza, "type") != NULL)
    g_hash_table_remove (session->directed, address);
  else if (g_hash_table_size (session->directed) >= MIEN_IM_MAX_DIRECTED)
    {
      mien_im_bounce (session->role, stanza, "wait", "resource-constraint", NULL);
      return;
    }
  else
    {
      g_hash_table_add (session->directed, g_strdup (address));
      put_avatar (session->account, stanza);
    }
  mien_im_route (session->role, stanza);
}

void
mien_im_presence_from (MienImSession *session, XmppNode *stanza, XmppJid *to)
{
  const char *type = xmpp_node_get (stanza, "type");

  switch (xmpp_presence_get_kind (stanza))
    {
    case XMPP_PRESENCE_STATE:
      if (to != NULL)
        send_directed (session, stanza, to);
      else if (type == NULL)
        set_available (session, stanza);
      else
        mien_im_presence_end (session, stanza);
      return;
    case XMPP_PRESENCE_SUBSCRIBE:
    case XMPP_PRESENCE_SUBSCRIBED:
    case XMPP_PRESENCE_UNSUBSCRIBE:
    case XMPP_PRESENCE_UNSUBSCRIBED:
      if (to != NULL)
        mien_im_subscription_from (session->role, session, stanza, session->jid, to);
      return;
    case XMPP_PRESENCE_PROBE:
      if (to != NULL)
        show_contact (session, xmpp_jid_get_bare (to));
      return;
    case XMPP_PRESENCE_ERROR:
      if (to != NULL)
        mien_im_route (session->role, stanza);
      return;
    default:
      mien_im_bounce (session->role, stanza, "modify", "bad-request", NULL);
    }
}

/* A component's probe (section 4.3.2). */
static void
answer_probe (MienImRole *role, XmppNode *stanza, XmppJid *to)
{
  const char *asker = xmpp_node_get (stanza, "from");
  g_autoptr (XmppJid) from = xmpp_jid_new (asker, NULL);
  MienImAccount *account = mien_im_account_find (role, xmpp_jid_get_bare (to));

  if (from == NULL || account == NULL || mien_im_account_blocks (account, asker)
      || (mien_im_account_get_bits (account, xmpp_jid_get_bare (from)) & MIEN_ROSTER_FROM) == 0)
    return;
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);
      XmppNode *copy;

      if (!mien_im_session_is_available (session))
        continue;
      copy = xmpp_node_copy (session->presence);
      xmpp_node_set (copy, "to", asker);
      mien_im_route_take (role, copy);
    }
}

static void
deliver_state (MienImRole *role, XmppNode *stanza, XmppJid *to)
{
  MienImAccount *account = mien_im_account_find (role, xmpp_jid_get_bare (to));
  MienImSession *session;

  /* Sections 8.5.1 and 8.5.2.2: nobody there is silence. */
  if (account == NULL || mien_im_account_blocks (account, xmpp_node_get (stanza, "from")))
    return;
  if (xmpp_jid_is_bare (to))
    mien_im_presence_deliver (account, stanza);
  else if ((session = mien_im_account_find_session (account, xmpp_jid_get_resource (to))) != NULL)
    mien_im_session_send (session, stanza);
}

void
mien_im_presence_to (MienImRole *role, XmppNode *stanza, XmppJid *to)
{
  g_autoptr (XmppJid) from = NULL;

  switch (xmpp_presence_get_kind (stanza))
    {
    case XMPP_PRESENCE_STATE:
    case XMPP_PRESENCE_ERROR:
      deliver_state (role, stanza, to);
      return;
    case XMPP_PRESENCE_PROBE:
      answer_probe (role, stanza, to);
      return;
    case XMPP_PRESENCE_UNKNOWN:
      mien_im_bounce (role, stanza, "modify", "bad-request", NULL);
      return;
    default:
      /* From a component: an account's own go to mien_im_subscription_from() before they get here. */
      from = xmpp_jid_new (xmpp_node_get (stanza, "from"), NULL);
      if (from != NULL)
        mien_im_subscription_from (role, NULL, stanza, from, to);
    }
}

void
mien_im_presence_show (MienImRole *role, const char *of, const char *to)
{
  MienImAccount *account = mien_im_account_find (role, of);

  for (guint i = 0; account != NULL && i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);

      if (mien_im_session_is_available (session))
        tell (account, session->presence, to);
    }
}

void
mien_im_presence_hide (MienImRole *role, const char *of, const char *to)
{
  MienImAccount *account = mien_im_account_find (role, of);

  for (guint i = 0; account != NULL && i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);
      g_autoptr (XmppNode) presence = NULL;
      MienImAccount *contact;

      if (!mien_im_session_is_available (session))
        continue;
      presence = xmpp_stanza_new ("presence", "unavailable", to);
      xmpp_node_set (presence, "from", xmpp_jid_get_full (session->jid));
      contact = mien_im_account_find (role, to);
      if (contact != NULL)
        mien_im_presence_deliver (contact, presence);
      else if (!mien_im_is_local (role, to))
        mien_im_route (role, presence);
    }
}

void
mien_im_presence_avatar_changed (MienImAccount *account)
{
  for (guint i = 0; i < account->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (account->sessions, i);
      XmppNode *presence;

      if (!mien_im_session_is_available (session))
        continue;
      presence = xmpp_node_copy (session->presence);
      xmpp_vcard_update_set (presence, account->avatar);
      xmpp_node_unref (session->presence);
      session->presence = presence;
      broadcast (session, presence);
    }
}
