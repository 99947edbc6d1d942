/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-disco.h"

G_BEGIN_DECLS

/* Entity capabilities (XEP-0115). */
#define XMPP_NS_CAPS "http://jabber.org/protocol/caps"

typedef struct { const char *hash, *node, *ver; } XmppCaps;          /* borrowed from the presence */

/* Section 5.4 rules 3.3 to 3.5: FALSE when something is there twice; such an answer is not to be trusted. */
gboolean xmpp_caps_is_well_formed (const XmppDiscoInfo *info);
/* Section 5.1: the verification string, Base64; (transfer full). */
char    *xmpp_caps_hash (const XmppDiscoInfo *info, GChecksumType type);
/* Section 5.4: does @info hash to what @caps announces? FALSE for an unknown hash function. */
gboolean xmpp_caps_verify (const XmppCaps *caps, const XmppDiscoInfo *info);

void     xmpp_caps_add (XmppNode *presence, const char *node, const char *ver);   /* hash='sha-1' */
gboolean xmpp_caps_parse (const XmppNode *presence, XmppCaps *out);  /* FALSE: none, or the format before version 1.4 */

G_END_DECLS
