/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* User nickname (XEP-0172): in a presence, a message or a PEP item. */
#define XMPP_NS_NICK "http://jabber.org/protocol/nick"

#define XMPP_NICK_MAX_BYTES 256

/* trimmed; NULL: none, empty or too long; (transfer full) */
char     *xmpp_nick_parse (const XmppNode *parent);
void      xmpp_nick_add (XmppNode *parent, const char *nick);        /* nothing for NULL or "" */

G_END_DECLS
