/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* Software version (XEP-0092). The operating system is not told. */
#define XMPP_NS_VERSION "jabber:iq:version"

XmppNode *xmpp_version_request (const char *to);
XmppNode *xmpp_version_result (const XmppNode *request, const char *name, const char *version);
/* borrowed; may be NULL each */
gboolean  xmpp_version_parse (const XmppNode *result, const char **name, const char **version);

G_END_DECLS
