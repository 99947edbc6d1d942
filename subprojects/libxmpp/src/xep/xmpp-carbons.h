/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Message carbons (XEP-0280) over forwarding (XEP-0297). */
#define XMPP_NS_CARBONS "urn:xmpp:carbons:2"
#define XMPP_NS_FORWARD "urn:xmpp:forward:0"

typedef enum
{
  XMPP_CARBON_NONE,                    /* not a carbon: an ordinary message */
  XMPP_CARBON_RECEIVED,
  XMPP_CARBON_SENT,
  XMPP_CARBON_FORGED,                  /* not from the own bare address (section 13): drop it */
} XmppCarbon;

XmppNode  *xmpp_carbons_enable (void);
XmppNode  *xmpp_carbons_disable (void);
/* @own_bare: the account's bare address. @out_message: the copied message, borrowed, for RECEIVED and SENT. */
XmppCarbon xmpp_carbons_unwrap (const XmppNode *message, const char *own_bare, XmppNode **out_message);
/* The server's side: a copy of @message for @to (full); @received or sent; (transfer full). */
XmppNode  *xmpp_carbons_wrap (const XmppNode *message, const char *own_bare, const char *to, gboolean received);
gboolean   xmpp_carbons_is_eligible (const XmppNode *message);       /* section 6.1 */
void       xmpp_carbons_set_private (XmppNode *message);             /* with the no-copy hint */

G_END_DECLS
