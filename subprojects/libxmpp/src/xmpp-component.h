/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-porter.h"

G_BEGIN_DECLS

/**
 * XmppComponent: an external component of an XMPP server (XEP-0114, jabber:component:accept), the connecting end.
 * Keeps one XmppPorter; when the server goes away it comes back with back-off.
 */
#define XMPP_TYPE_COMPONENT (xmpp_component_get_type ())
G_DECLARE_FINAL_TYPE (XmppComponent, xmpp_component, XMPP, COMPONENT, GObject)

XmppComponent *xmpp_component_new (const char *domain, const char *host, guint16 port, const char *secret);
void           xmpp_component_start (XmppComponent *self);
void           xmpp_component_stop (XmppComponent *self);
XmppPorter    *xmpp_component_get_porter (XmppComponent *self);      /* (transfer none) */
/* signal "connected", signal "failed" (const GError *): a wrong secret, a refused domain; it goes on trying. */

G_END_DECLS
