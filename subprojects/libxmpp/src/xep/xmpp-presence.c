/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-presence.h"
#include "xmpp-text.h"

XmppPresenceKind
xmpp_presence_get_kind (const XmppNode *presence)
{
  static const struct { const char *type; XmppPresenceKind kind; } kinds[] = {
    { "unavailable", XMPP_PRESENCE_STATE }, { "subscribe", XMPP_PRESENCE_SUBSCRIBE },
    { "subscribed", XMPP_PRESENCE_SUBSCRIBED }, { "unsubscribe", XMPP_PRESENCE_UNSUBSCRIBE },
    { "unsubscribed", XMPP_PRESENCE_UNSUBSCRIBED }, { "probe", XMPP_PRESENCE_PROBE }, { "error", XMPP_PRESENCE_ERROR },
  };
  const char *type;

  g_return_val_if_fail (presence != NULL, XMPP_PRESENCE_UNKNOWN);

  type = xmpp_node_get (presence, "type");
  if (type == NULL)
    return XMPP_PRESENCE_STATE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (strcmp (kinds[i].type, type) == 0)
        return kinds[i].kind;
    }
  return XMPP_PRESENCE_UNKNOWN;
}

XmppShow
xmpp_presence_get_show (const XmppNode *presence)
{
  const char *show;

  g_return_val_if_fail (presence != NULL, XMPP_SHOW_OFFLINE);

  if (xmpp_node_get (presence, "type") != NULL)
    return XMPP_SHOW_OFFLINE;
  show = xmpp_node_child_text (presence, "show", NULL);
  if (show == NULL)
    return XMPP_SHOW_ONLINE;
  if (strcmp (show, "away") == 0)
    return XMPP_SHOW_AWAY;
  if (strcmp (show, "dnd") == 0)
    return XMPP_SHOW_DND;
  if (strcmp (show, "xa") == 0)
    return XMPP_SHOW_XA;
  return strcmp (show, "chat") == 0 ? XMPP_SHOW_CHAT : XMPP_SHOW_ONLINE;
}

int
xmpp_presence_get_priority (const XmppNode *presence)
{
  const char *text;
  gint64 value;

  g_return_val_if_fail (presence != NULL, 0);

  text = xmpp_node_child_text (presence, "priority", NULL);
  return text != NULL && g_ascii_string_to_signed (text, 10, -128, 127, &value, NULL) ? (int) value : 0;
}

char *
xmpp_presence_get_status (const XmppNode *presence)
{
  const char *text;

  g_return_val_if_fail (presence != NULL, NULL);

  text = xmpp_node_child_text (presence, "status", NULL);
  return text != NULL && *text != '\0' ? xmpp_text_cut (text, XMPP_PRESENCE_MAX_STATUS) : NULL;
}

XmppNode *
xmpp_presence_new (XmppShow show, const char *status, int priority)
{
  static const char * const shows[] = { NULL, "dnd", "xa", "away", NULL, "chat" };
  XmppNode *presence;

  g_return_val_if_fail ((guint) show < G_N_ELEMENTS (shows), NULL);

  presence = xmpp_stanza_new ("presence", show == XMPP_SHOW_OFFLINE ? "unavailable" : NULL, NULL);
  if (shows[show] != NULL)
    xmpp_node_add_text_child (presence, "show", XMPP_NS_CLIENT, shows[show]);
  if (status != NULL && *status != '\0')
    xmpp_node_add_text_child (presence, "status", XMPP_NS_CLIENT, status);
  if (priority != 0 && show != XMPP_SHOW_OFFLINE)
    {
      g_autofree char *text = g_strdup_printf ("%d", CLAMP (priority, -128, 127));

      xmpp_node_add_text_child (presence, "priority", XMPP_NS_CLIENT, text);
    }
  return presence;
}

XmppNode *
xmpp_presence_subscription (const char *to, XmppPresenceKind kind)
{
  static const char * const types[] = { NULL, "subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe" };

  g_return_val_if_fail (to != NULL && kind > XMPP_PRESENCE_STATE && (guint) kind < G_N_ELEMENTS (types), NULL);
  return xmpp_stanza_new ("presence", types[kind], to);
}
