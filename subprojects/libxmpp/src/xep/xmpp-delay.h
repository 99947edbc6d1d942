/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Delayed delivery (XEP-0203) and date-times (XEP-0082). */
#define XMPP_NS_DELAY "urn:xmpp:delay"

/* Microseconds since 1970, UTC; -1: not a date-time of XEP-0082. */
gint64 xmpp_datetime_parse (const char *text);
/* 2002-09-10T23:08:25.123Z; digits of the second: 0, 3 or 6 */
char  *xmpp_datetime_format (gint64 microseconds, guint digits);

/* When @stanza was first sent, in microseconds, or -1. @trusted_from: the bare address or domain whose stamp counts, or
 * NULL for any; without from the stamp counts (section 5: it is then the sender's own). */
gint64 xmpp_delay_parse (const XmppNode *stanza, const char *trusted_from);
void   xmpp_delay_add (XmppNode *stanza, const char *from, gint64 microseconds);          /* from may be NULL */

G_END_DECLS
