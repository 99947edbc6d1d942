/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-carbons.h"
#include "xmpp-chat-state.h"
#include "xmpp-hints.h"
#include "xmpp-receipts.h"

XmppNode *
xmpp_carbons_enable (void)
{
  return xmpp_iq_new ("set", NULL, "enable", XMPP_NS_CARBONS, NULL);
}

XmppNode *
xmpp_carbons_disable (void)
{
  return xmpp_iq_new ("set", NULL, "disable", XMPP_NS_CARBONS, NULL);
}

/* Section 13: a carbon from anybody else than the own account is an attempt to put words into a friend's mouth. */
XmppCarbon
xmpp_carbons_unwrap (const XmppNode *message, const char *own_bare, XmppNode **out_message)
{
  XmppCarbon kind = XMPP_CARBON_RECEIVED;
  XmppNode *wrapper;
  XmppNode *forwarded;
  XmppNode *inner;
  const char *from;

  g_return_val_if_fail (message != NULL && own_bare != NULL && out_message != NULL, XMPP_CARBON_NONE);

  *out_message = NULL;
  wrapper = xmpp_node_child (message, "received", XMPP_NS_CARBONS);
  if (wrapper == NULL)
    {
      wrapper = xmpp_node_child (message, "sent", XMPP_NS_CARBONS);
      kind = XMPP_CARBON_SENT;
    }
  if (wrapper == NULL)
    return XMPP_CARBON_NONE;

  from = xmpp_node_get (message, "from");
  forwarded = xmpp_node_child (wrapper, "forwarded", XMPP_NS_FORWARD);
  inner = forwarded != NULL ? xmpp_node_child (forwarded, "message", NULL) : NULL;
  if (g_strcmp0 (from, own_bare) != 0 || inner == NULL || strcmp (xmpp_node_get_ns (inner), XMPP_NS_CLIENT) != 0)
    return XMPP_CARBON_FORGED;
  *out_message = inner;
  return kind;
}

XmppNode *
xmpp_carbons_wrap (const XmppNode *message, const char *own_bare, const char *to, gboolean received)
{
  XmppNode *wrapper;
  XmppNode *copy;

  g_return_val_if_fail (message != NULL && own_bare != NULL && to != NULL, NULL);

  copy = xmpp_stanza_new ("message", xmpp_node_get (message, "type"), to);
  xmpp_node_set (copy, "from", own_bare);
  wrapper = xmpp_node_add (copy, received ? "received" : "sent", XMPP_NS_CARBONS);
  xmpp_node_append (xmpp_node_add (wrapper, "forwarded", XMPP_NS_FORWARD), xmpp_node_copy (message));
  return copy;
}

gboolean
xmpp_carbons_is_eligible (const XmppNode *message)
{
  const char *type;

  g_return_val_if_fail (message != NULL, FALSE);

  type = xmpp_node_get (message, "type");
  if (xmpp_node_child (message, "private", XMPP_NS_CARBONS) != NULL
      || xmpp_node_child (message, "received", XMPP_NS_CARBONS) != NULL
      || xmpp_node_child (message, "sent", XMPP_NS_CARBONS) != NULL
      || g_strcmp0 (type, "groupchat") == 0 || g_strcmp0 (type, "headline") == 0 || g_strcmp0 (type, "error") == 0)
    return FALSE;
  if (g_strcmp0 (type, "chat") == 0)
    return TRUE;
  return xmpp_node_child (message, "body", NULL) != NULL || xmpp_node_child (message, NULL, XMPP_NS_RECEIPTS) != NULL
         || xmpp_node_child (message, NULL, XMPP_NS_CHAT_STATES) != NULL;
}

void
xmpp_carbons_set_private (XmppNode *message)
{
  g_return_if_fail (message != NULL);

  xmpp_node_add (message, "private", XMPP_NS_CARBONS);
  xmpp_hints_add (message, XMPP_HINT_NO_COPY);
}
