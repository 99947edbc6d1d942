/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-nick.h"

char *
xmpp_nick_parse (const XmppNode *parent)
{
  const char *text;
  g_autofree char *nick = NULL;

  g_return_val_if_fail (parent != NULL, NULL);

  text = xmpp_node_child_text (parent, "nick", XMPP_NS_NICK);
  if (text == NULL || strlen (text) > XMPP_NICK_MAX_BYTES)
    return NULL;
  nick = g_strstrip (g_strdup (text));
  return *nick != '\0' ? g_steal_pointer (&nick) : NULL;
}

void
xmpp_nick_add (XmppNode *parent, const char *nick)
{
  g_return_if_fail (parent != NULL);

  if (nick != NULL && *nick != '\0')
    xmpp_node_add_text_child (parent, "nick", XMPP_NS_NICK, nick);
}
