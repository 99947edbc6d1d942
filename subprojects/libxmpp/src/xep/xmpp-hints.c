/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-hints.h"

static const char * const names[] = { "no-permanent-store", "no-store", "no-copy", "store" };

XmppHints
xmpp_hints_parse (const XmppNode *message)
{
  guint hints = 0;

  g_return_val_if_fail (message != NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (xmpp_node_child (message, names[i], XMPP_NS_HINTS) != NULL)
        hints |= 1u << i;
    }
  return (XmppHints) hints;
}

void
xmpp_hints_add (XmppNode *message, XmppHints hints)
{
  g_return_if_fail (message != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if ((hints & 1u << i) != 0 && xmpp_node_child (message, names[i], XMPP_NS_HINTS) == NULL)
        xmpp_node_add (message, names[i], XMPP_NS_HINTS);
    }
}
