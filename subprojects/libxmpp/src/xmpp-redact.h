/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-node.h"

G_BEGIN_DECLS

/* The stanza as text for a log, with SASL data, passwords and handshakes replaced; (transfer full). */
char *xmpp_redact (const XmppNode *node);

/* Logs the stanza when MIEN_DEBUG has the word `stanza`. @way: "in" or "out". */
void xmpp_redact_log (gconstpointer stream, const char *way, const XmppNode *node);

G_END_DECLS
