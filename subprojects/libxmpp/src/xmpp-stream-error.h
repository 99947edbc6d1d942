/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-error.h"
#include "xmpp-node.h"

G_BEGIN_DECLS

/* RFC 6120 section 4.9.3: a received <stream:error/> as an error for a person. */
GError   *xmpp_stream_error_from_node (const XmppNode *node);
XmppNode *xmpp_stream_error_to_node (const char *condition, const char *text);

G_END_DECLS
