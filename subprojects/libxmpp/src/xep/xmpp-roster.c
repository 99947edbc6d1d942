/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-roster.h"
#include "xmpp-text.h"

static const char * const subscriptions[] = { "none", "to", "from", "both", "remove" };

const char *
xmpp_subscription_to_string (XmppSubscription subscription)
{
  g_return_val_if_fail ((guint) subscription < G_N_ELEMENTS (subscriptions), "none");
  return subscriptions[subscription];
}

XmppRosterItem *
xmpp_roster_item_new (XmppJid *jid, const char *name, XmppSubscription subscription, gboolean ask)
{
  XmppRosterItem *self;

  g_return_val_if_fail (jid != NULL, NULL);

  self = g_new0 (XmppRosterItem, 1);
  self->jid = xmpp_jid_to_bare (jid);
  self->name = g_strdup (name);
  self->subscription = subscription;
  self->ask = ask;
  return self;
}

void
xmpp_roster_item_free (XmppRosterItem *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_free (self->name);
  g_strfreev (self->groups);
  g_free (self);
}

static char **
parse_groups (const XmppNode *item)
{
  g_autoptr (GPtrArray) groups = NULL;

  XMPP_NODE_FOREACH (item, child)
    {
      if (!xmpp_node_is (child, "group", XMPP_NS_ROSTER))
        continue;
      if (groups == NULL)
        groups = g_ptr_array_new_with_free_func (g_free);
      if (groups->len < XMPP_ROSTER_MAX_GROUPS)
        g_ptr_array_add (groups, xmpp_text_cut (xmpp_node_get_text (child), XMPP_ROSTER_MAX_NAME));
    }
  if (groups == NULL)
    return NULL;
  g_ptr_array_add (groups, NULL);
  return (char **) g_ptr_array_steal (groups, NULL);
}

XmppRosterItem *
xmpp_roster_item_parse (const XmppNode *item)
{
  g_autoptr (XmppJid) jid = NULL;
  const char *jid_text;
  const char *subscription;
  const char *name;
  XmppRosterItem *self;
  guint which = XMPP_SUBSCRIPTION_NONE;

  g_return_val_if_fail (item != NULL, NULL);

  jid_text = xmpp_node_get (item, "jid");
  if (!xmpp_node_is (item, "item", XMPP_NS_ROSTER) || jid_text == NULL)
    return NULL;
  subscription = xmpp_node_get (item, "subscription");
  if (subscription != NULL)
    {
      for (which = 0; which < G_N_ELEMENTS (subscriptions) && strcmp (subscriptions[which], subscription) != 0; which++)
        ;
      if (which == G_N_ELEMENTS (subscriptions))
        return NULL;
    }
  jid = xmpp_jid_new (jid_text, NULL);
  if (jid == NULL)
    return NULL;

  self = xmpp_roster_item_new (jid, NULL, (XmppSubscription) which,
                               g_strcmp0 (xmpp_node_get (item, "ask"), "subscribe") == 0);
  name = xmpp_node_get (item, "name");
  if (name != NULL && *name != '\0')
    self->name = xmpp_text_cut (name, XMPP_ROSTER_MAX_NAME);
  self->approved = g_strcmp0 (xmpp_node_get (item, "approved"), "true") == 0;
  self->groups = parse_groups (item);
  return self;
}

static XmppNode *
add_item (XmppNode *query, const XmppRosterItem *self)
{
  XmppNode *item = xmpp_node_add (query, "item", NULL);

  xmpp_node_set (item, "jid", xmpp_jid_get_bare (self->jid));
  xmpp_node_set (item, "name", self->name);
  for (char **group = self->groups; group != NULL && *group != NULL; group++)
    xmpp_node_add_text_child (item, "group", NULL, *group);
  return item;
}

void
xmpp_roster_item_add_to (const XmppRosterItem *self, XmppNode *query)
{
  XmppNode *item;

  g_return_if_fail (self != NULL && query != NULL);

  item = add_item (query, self);
  xmpp_node_set (item, "subscription", subscriptions[self->subscription]);
  if (self->ask)
    xmpp_node_set (item, "ask", "subscribe");
  if (self->approved)
    xmpp_node_set (item, "approved", "true");
}

XmppNode *
xmpp_roster_get (const char *ver)
{
  XmppNode *query;
  XmppNode *iq = xmpp_iq_new ("get", NULL, "query", XMPP_NS_ROSTER, &query);

  xmpp_node_set (query, "ver", ver);
  return iq;
}

XmppNode *
xmpp_roster_set (const XmppRosterItem *item)
{
  XmppNode *query;
  XmppNode *node;
  XmppNode *iq;

  g_return_val_if_fail (item != NULL, NULL);

  iq = xmpp_iq_new ("set", NULL, "query", XMPP_NS_ROSTER, &query);
  node = add_item (query, item);
  /* The server ignores any other subscription in a set (section 2.1.2.5). */
  if (item->subscription == XMPP_SUBSCRIPTION_REMOVE)
    xmpp_node_set (node, "subscription", "remove");
  return iq;
}

XmppNode *
xmpp_roster_query (const XmppNode *iq)
{
  g_return_val_if_fail (iq != NULL, NULL);
  return xmpp_node_child (iq, "query", XMPP_NS_ROSTER);
}

const char *
xmpp_roster_get_ver (const XmppNode *query)
{
  const char *ver;

  g_return_val_if_fail (query != NULL, NULL);

  ver = xmpp_node_get (query, "ver");
  return ver != NULL && strlen (ver) <= XMPP_ROSTER_MAX_VER ? ver : NULL;
}

gboolean
xmpp_roster_push_is_trusted (const XmppNode *iq, const char *own_bare)
{
  const char *from;

  g_return_val_if_fail (iq != NULL && own_bare != NULL, FALSE);

  from = xmpp_node_get (iq, "from");
  return from == NULL || strcmp (from, own_bare) == 0;
}

XmppNode *
xmpp_roster_result (const XmppNode *request, GPtrArray *items, const char *ver)
{
  XmppNode *iq = xmpp_iq_result_for (request);
  XmppNode *query;

  if (items == NULL)
    return iq;
  query = xmpp_node_add (iq, "query", XMPP_NS_ROSTER);
  xmpp_node_set (query, "ver", ver);
  for (guint i = 0; i < items->len; i++)
    xmpp_roster_item_add_to (g_ptr_array_index (items, i), query);
  return iq;
}

XmppNode *
xmpp_roster_push (const char *to, const XmppRosterItem *item, const char *ver)
{
  XmppNode *query;
  XmppNode *iq;

  g_return_val_if_fail (item != NULL, NULL);

  iq = xmpp_iq_new ("set", to, "query", XMPP_NS_ROSTER, &query);
  xmpp_node_set (query, "ver", ver);
  xmpp_roster_item_add_to (item, query);
  return iq;
}
