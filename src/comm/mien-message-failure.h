/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-node.h>

G_BEGIN_DECLS

/* Why a message came back, for a person: what happened and what to do. @stanza is of the type "error". (transfer
 * full) */
char *mien_message_failure_describe (const XmppNode *stanza);

G_END_DECLS
