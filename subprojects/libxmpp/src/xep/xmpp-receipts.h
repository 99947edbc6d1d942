/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Message delivery receipts (XEP-0184). */
#define XMPP_NS_RECEIPTS "urn:xmpp:receipts"

/* section 5.3: the message must have an id and a body */
void        xmpp_receipts_request (XmppNode *message);
/* FALSE for an error, a message without id, or an acknowledgement */
gboolean    xmpp_receipts_is_requested (const XmppNode *message);
/* the answer to send, or NULL; with the store hint (XEP-0334) */
XmppNode   *xmpp_receipts_ack (const XmppNode *message);
const char *xmpp_receipts_get_ack (const XmppNode *message);         /* the id that it acknowledges, or NULL */

G_END_DECLS
