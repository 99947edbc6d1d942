/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-node.h"

G_BEGIN_DECLS

/**
 * Appends @node to @out as XML. @scope is the default namespace in force there (NULL: none, the text is
 * self-contained); inside a stream, elements of XMPP_NS_STREAMS are written with the prefix `stream` that the header
 * declared.
 *
 * @scope of a stream other than jabber:client (a component's): a stanza of jabber:client, and its children of that
 * namespace, are written in @scope's namespace (XEP-0114 section 3); what lies inside another namespace is left alone.
 */
void xmpp_writer_append (GString *out, const XmppNode *node, const char *scope);

/* The opening tag of a stream with the attributes of @header and the XML declaration before it. */
void xmpp_writer_append_header (GString *out, const XmppNode *header, const char *content_ns);

/* @text with & < > " ' and control white space escaped, good for attributes and content alike. */
void xmpp_writer_append_escaped (GString *out, const char *text, gsize length);

G_END_DECLS
