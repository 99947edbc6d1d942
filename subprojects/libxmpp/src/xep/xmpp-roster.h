/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"
#include "../xmpp-jid.h"

G_BEGIN_DECLS

/* The roster (RFC 6121 section 2) with versioning (section 2.6). */
#define XMPP_NS_ROSTER             "jabber:iq:roster"
#define XMPP_NS_ROSTER_VER_FEATURE "urn:xmpp:features:rosterver"

#define XMPP_ROSTER_MAX_ITEMS  200000
#define XMPP_ROSTER_MAX_GROUPS 64      /* of one item; more are left out */
#define XMPP_ROSTER_MAX_NAME   1023    /* bytes; a longer name is cut at a character */
#define XMPP_ROSTER_MAX_VER    256

typedef enum
{
  XMPP_SUBSCRIPTION_NONE,
  XMPP_SUBSCRIPTION_TO,                /* we see them */
  XMPP_SUBSCRIPTION_FROM,              /* they see us */
  XMPP_SUBSCRIPTION_BOTH,
  XMPP_SUBSCRIPTION_REMOVE,
} XmppSubscription;

typedef struct
{
  XmppJid         *jid;                /* bare */
  char            *name;               /* or NULL */
  XmppSubscription subscription;
  gboolean         ask;                /* ask='subscribe': we asked, no answer yet */
  gboolean         approved;           /* section 3.4: pre-approved */
  char           **groups;             /* NULL when there are none */
} XmppRosterItem;

XmppRosterItem *xmpp_roster_item_new (XmppJid *jid, const char *name, XmppSubscription subscription, gboolean ask);
void            xmpp_roster_item_free (XmppRosterItem *self);
XmppRosterItem *xmpp_roster_item_parse (const XmppNode *item);       /* NULL: bad address or subscription */
void            xmpp_roster_item_add_to (const XmppRosterItem *self, XmppNode *query);

XmppNode  *xmpp_roster_get (const char *ver);                        /* NULL: without versioning; "": nothing cached */
/* name and groups alone; subscription only for REMOVE */
XmppNode  *xmpp_roster_set (const XmppRosterItem *item);
/* the <query/>, borrowed, or NULL: an empty result is "not changed" (2.6.3) */
XmppNode  *xmpp_roster_query (const XmppNode *iq);
const char *xmpp_roster_get_ver (const XmppNode *query);             /* NULL: none, or too long */
/* A push counts when it has no from or the account's own bare address (2.1.6). */
gboolean   xmpp_roster_push_is_trusted (const XmppNode *iq, const char *own_bare);
/* The server's side: @items of XmppRosterItem; NULL: not changed (an empty result). */
XmppNode  *xmpp_roster_result (const XmppNode *request, GPtrArray *items, const char *ver);
XmppNode  *xmpp_roster_push (const char *to, const XmppRosterItem *item, const char *ver);
const char *xmpp_subscription_to_string (XmppSubscription subscription);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppRosterItem, xmpp_roster_item_free)

G_END_DECLS
