/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* XMPP ping (XEP-0199). An error answer is an answer too: the other end is there. */
#define XMPP_NS_PING "urn:xmpp:ping"

XmppNode *xmpp_ping_request (const char *to);
gboolean  xmpp_ping_is_request (const XmppNode *iq);                 /* to be answered with xmpp_iq_result_for() */

G_END_DECLS
