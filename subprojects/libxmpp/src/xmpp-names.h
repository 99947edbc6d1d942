/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Namespaces of the core. Those of an extension are in its own header. */
#define XMPP_NS_XML "http://www.w3.org/XML/1998/namespace"
#define XMPP_NS_STREAMS "http://etherx.jabber.org/streams"
#define XMPP_NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define XMPP_NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define XMPP_NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define XMPP_NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define XMPP_NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define XMPP_NS_COMPONENT "jabber:component:accept"
#define XMPP_NS_SM "urn:xmpp:sm:3"
#define XMPP_NS_REGISTER "jabber:iq:register"
#define XMPP_NS_REGISTER_FEATURE "http://jabber.org/features/iq-register"

/* The static copy of a well-known name or namespace, or NULL. The table never grows: wire data cannot fill memory. */
const char *xmpp_names_find (const char *text);

G_END_DECLS
