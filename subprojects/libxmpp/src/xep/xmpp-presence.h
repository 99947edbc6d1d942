/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Presence (RFC 6121 section 4). */
#define XMPP_PRESENCE_MAX_STATUS 1024  /* bytes; more is cut at a character */

/* In rising order of being there for a chat. */
typedef enum
{
  XMPP_SHOW_OFFLINE,
  XMPP_SHOW_DND,
  XMPP_SHOW_XA,
  XMPP_SHOW_AWAY,
  XMPP_SHOW_ONLINE,
  XMPP_SHOW_CHAT,
} XmppShow;

typedef enum
{
  XMPP_PRESENCE_STATE,                 /* available or unavailable */
  XMPP_PRESENCE_SUBSCRIBE,
  XMPP_PRESENCE_SUBSCRIBED,
  XMPP_PRESENCE_UNSUBSCRIBE,
  XMPP_PRESENCE_UNSUBSCRIBED,
  XMPP_PRESENCE_PROBE,
  XMPP_PRESENCE_ERROR,
  XMPP_PRESENCE_UNKNOWN,               /* another type: not to be processed */
} XmppPresenceKind;

XmppPresenceKind xmpp_presence_get_kind (const XmppNode *presence);
/* OFFLINE for type='unavailable'; an unknown <show/> is ONLINE */
XmppShow         xmpp_presence_get_show (const XmppNode *presence);
/* -128 ... 127; 0 when not said or wrong */
int              xmpp_presence_get_priority (const XmppNode *presence);
char            *xmpp_presence_get_status (const XmppNode *presence);          /* NULL: none; (transfer full) */

XmppNode *xmpp_presence_new (XmppShow show, const char *status, int priority); /* OFFLINE: type='unavailable' */
XmppNode *xmpp_presence_subscription (const char *to, XmppPresenceKind kind);

G_END_DECLS
