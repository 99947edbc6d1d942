/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-error.h"
#include "xmpp-node.h"

G_BEGIN_DECLS

/**
 * XmppReader: bytes in, stanzas out. It owns no socket. It refuses what RFC 6120 section 11.1 forbids (DTD, entities,
 * processing instructions, comments) and everything that passes one of the limits below; the limits are checked while
 * the bytes come in, so that no more than a limit and one slice is ever held.
 */
#define XMPP_READER_MAX_STANZA_DEFAULT (256 * 1024)   /* bytes of one stanza, or of the stream's header */
#define XMPP_READER_MAX_DEPTH 64                      /* elements inside one another, the stream's among them */
#define XMPP_READER_MAX_ATTRIBUTES 64                 /* of one element, declarations of namespaces among them */
#define XMPP_READER_MAX_NAME 256                      /* bytes of an element's, an attribute's or a prefix's name */
#define XMPP_READER_MAX_NAMESPACE 1024                /* bytes of a namespace name */

typedef struct _XmppReader XmppReader;

XmppReader *xmpp_reader_new (gsize max_stanza);       /* 0: the default */
void        xmpp_reader_free (XmppReader *self);

/* A new stream begins on the same connection (RFC 6120 sections 5.4.3.3 and 6.4.6): all that was read is forgotten. */
void        xmpp_reader_reset (XmppReader *self);

void        xmpp_reader_set_max_stanza (XmppReader *self, gsize max_stanza);

/* Elements of @from become elements of @to, e.g. jabber:component:accept to jabber:client. Both strings must be
 * static. */
void        xmpp_reader_map_namespace (XmppReader *self, const char *from, const char *to);

/* FALSE: XMPP_ERROR_BAD_XML or XMPP_ERROR_LIMIT; the condition of the error is the stream error to send. It stays
 * so. */
gboolean    xmpp_reader_push (XmppReader *self, const char *data, gsize length, GError **error);

const XmppNode *xmpp_reader_get_header (XmppReader *self);   /* the stream's opening tag, once it came; else NULL */
XmppNode       *xmpp_reader_pop (XmppReader *self);          /* (transfer full); NULL: none is complete */
gboolean        xmpp_reader_has_partial (XmppReader *self);  /* a stanza has begun and not ended, or was not popped */
gboolean        xmpp_reader_is_closed (XmppReader *self);    /* the stream's closing tag came */

/* One self-contained element, e.g. from a store. @length -1: up to the NUL. Same limits. */
XmppNode *xmpp_node_parse (const char *xml, gssize length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppReader, xmpp_reader_free)

G_END_DECLS
