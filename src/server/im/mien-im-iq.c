/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include "mien-config.h"

#define NS_BLOCKING "urn:xmpp:blocking"

static gboolean
is_request (const XmppNode *iq)
{
  const char *type = xmpp_node_get (iq, "type");

  return g_strcmp0 (type, "get") == 0 || g_strcmp0 (type, "set") == 0;
}

/* RFC 6120 section 8.2.3: an id, a known type, exactly one child in a request. */
static gboolean
is_well_formed (const XmppNode *iq)
{
  const char *type = xmpp_node_get (iq, "type");
  XmppNode *child = xmpp_node_first (iq);

  if (xmpp_node_get (iq, "id") == NULL || type == NULL)
    return FALSE;
  if (is_request (iq))
    return child != NULL && xmpp_node_next (child) == NULL;
  return g_str_equal (type, "result") || g_str_equal (type, "error");
}

static gboolean
has_namespace (const XmppNode *child, const char *ns)
{
  return g_str_equal (xmpp_node_get_ns (child), ns);
}

/* What an account answers to anybody (RFC 6121 section 8.5.1); the handlers check what the asker may have. */
static gboolean
answer_for_account (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, const char *target)
{
  XmppNode *child = xmpp_node_first (iq);

  if (has_namespace (child, XMPP_NS_PUBSUB) || has_namespace (child, XMPP_NS_PUBSUB_OWNER))
    mien_im_pep_iq (role, session, iq, from, target);
  else if (has_namespace (child, XMPP_NS_VCARD))
    mien_im_vcard_iq (role, session, iq, from, target);
  else if (has_namespace (child, XMPP_NS_DISCO_INFO) || has_namespace (child, XMPP_NS_DISCO_ITEMS))
    {
      g_autoptr (XmppJid) jid = xmpp_jid_new (target, NULL);

      mien_im_disco_iq (role, session, iq, from, jid);
    }
  else
    return FALSE;
  return TRUE;
}

static void
set_carbons (MienImSession *session, XmppNode *iq, gboolean on)
{
  session->carbons = on;
  mien_im_reply (session->role, xmpp_iq_result_for (iq));
}

/* What only the account's own sessions may ask. */
static void
answer_own (MienImSession *session, XmppNode *iq)
{
  MienImRole *role = session->role;
  XmppNode *child = xmpp_node_first (iq);
  const char *bare = xmpp_jid_get_bare (session->jid);

  if (xmpp_node_is (child, "query", XMPP_NS_ROSTER))
    mien_im_roster_iq (session, iq);
  else if (xmpp_node_is (child, "ping", XMPP_NS_PING))
    mien_im_reply (role, xmpp_iq_result_for (iq));
  else if (xmpp_node_is (child, "enable", XMPP_NS_CARBONS))
    set_carbons (session, iq, TRUE);
  else if (xmpp_node_is (child, "disable", XMPP_NS_CARBONS))
    set_carbons (session, iq, FALSE);
  else if (has_namespace (child, NS_BLOCKING))
    mien_im_block_iq (session, iq);
  else if (xmpp_node_is (child, "query", XMPP_NS_REGISTER))
    mien_im_register_iq (session, iq);
  else if (!answer_for_account (role, session, iq, xmpp_jid_get_full (session->jid), bare))
    mien_im_bounce (role, iq, "cancel", "service-unavailable", NULL);
}

void
mien_im_iq_from (MienImSession *session, XmppNode *iq, XmppJid *to)
{
  MienImRole *role = session->role;
  gboolean is_own = to == NULL || g_str_equal (xmpp_jid_get_full (to), xmpp_jid_get_bare (session->jid));
  gboolean is_server = to != NULL && g_str_equal (xmpp_jid_get_full (to), role->domain);

  if (!is_well_formed (iq))
    mien_im_bounce (role, iq, "modify", "bad-request", NULL);
  else if (!is_request (iq) && (is_own || is_server))
    mien_im_take_answer (role, iq);
  else if (is_own)
    answer_own (session, iq);
  else if (is_server && xmpp_node_is (xmpp_node_first (iq), "query", XMPP_NS_REGISTER))
    mien_im_register_iq (session, iq);
  else
    mien_im_route (role, iq);
}

static void
answer_server (MienImRole *role, XmppNode *iq, XmppJid *to)
{
  XmppNode *child = xmpp_node_first (iq);

  if (xmpp_node_is (child, "ping", XMPP_NS_PING))
    mien_im_reply (role, xmpp_iq_result_for (iq));
  else if (xmpp_node_is (child, "query", XMPP_NS_VERSION))
    mien_im_reply (role, xmpp_version_result (iq, "Mien", MIEN_VERSION));
  else if (has_namespace (child, XMPP_NS_DISCO_INFO) || has_namespace (child, XMPP_NS_DISCO_ITEMS))
    mien_im_disco_iq (role, NULL, iq, xmpp_node_get (iq, "from"), to);
  else
    mien_im_bounce (role, iq, "cancel", "service-unavailable", NULL);
}

static void
iq_to_full (MienImRole *role, XmppNode *iq, XmppJid *to, MienImAccount *account)
{
  MienImSession *session = account != NULL ? mien_im_account_find_session (account, xmpp_jid_get_resource (to)) : NULL;

  /* Section 8.5.3.2.3 */
  if (session != NULL)
    mien_im_session_send (session, iq);
  else
    mien_im_bounce (role, iq, "cancel", "service-unavailable", NULL);
}

void
mien_im_iq_to (MienImRole *role, XmppNode *iq, XmppJid *to)
{
  MienImAccount *account;
  const char *from = xmpp_node_get (iq, "from");

  if (!is_well_formed (iq))
    {
      mien_im_bounce (role, iq, "modify", "bad-request", NULL);
      return;
    }
  if (xmpp_jid_get_local (to) == NULL)
    {
      if (!is_request (iq))
        mien_im_take_answer (role, iq);
      else
        answer_server (role, iq, to);
      return;
    }
  account = mien_im_account_find (role, xmpp_jid_get_bare (to));
  if (account != NULL && mien_im_account_blocks (account, from))
    mien_im_bounce (role, iq, "cancel", "service-unavailable", NULL);
  else if (!xmpp_jid_is_bare (to))
    iq_to_full (role, iq, to, account);
  else if (is_request (iq) && !answer_for_account (role, NULL, iq, from, xmpp_jid_get_bare (to)))
    mien_im_bounce (role, iq, "cancel", "service-unavailable", NULL);
}
