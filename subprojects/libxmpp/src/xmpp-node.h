/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * XmppNode: an element with a namespace, attributes and children (elements and text in order). Reference-counted;
 * a child is owned by its parent. Every string is valid UTF-8 and a legal XML character sequence.
 */
typedef struct _XmppNode XmppNode;

#define XMPP_TYPE_NODE (xmpp_node_get_type ())
GType xmpp_node_get_type (void);

XmppNode *xmpp_node_new (const char *name, const char *ns);
XmppNode *xmpp_node_ref (XmppNode *self);
void      xmpp_node_unref (XmppNode *self);
XmppNode *xmpp_node_copy (const XmppNode *self);                     /* deep; (transfer full) */

const char *xmpp_node_get_name (const XmppNode *self);
const char *xmpp_node_get_ns (const XmppNode *self);                 /* never NULL */
gboolean    xmpp_node_is (const XmppNode *self, const char *name, const char *ns);   /* ns NULL: any */

/* Attributes. `ns` NULL is the empty namespace, which is where nearly all of XMPP's attributes are. */
const char *xmpp_node_get (const XmppNode *self, const char *name);
const char *xmpp_node_get_ns_attr (const XmppNode *self, const char *name, const char *ns);
void        xmpp_node_set (XmppNode *self, const char *name, const char *value);      /* value NULL removes */
void        xmpp_node_set_ns_attr (XmppNode *self, const char *name, const char *ns, const char *value);
gint64      xmpp_node_get_int (const XmppNode *self, const char *name, gint64 min, gint64 max, gint64 fallback);

/* Children */
/* new child, (transfer none); ns NULL: the parent's */
XmppNode   *xmpp_node_add (XmppNode *self, const char *name, const char *ns);
XmppNode   *xmpp_node_add_text_child (XmppNode *self, const char *name, const char *ns, const char *text);
void        xmpp_node_append (XmppNode *self, XmppNode *child);                       /* (transfer full) child */
gboolean    xmpp_node_remove (XmppNode *self, XmppNode *child);
void        xmpp_node_append_text (XmppNode *self, const char *text);
/* all direct text, "" when none; owned by the node */
const char *xmpp_node_get_text (const XmppNode *self);
/* first such child, or NULL; either may be NULL: any */
XmppNode   *xmpp_node_child (const XmppNode *self, const char *name, const char *ns);
/* NULL when there is no such child */
const char *xmpp_node_child_text (const XmppNode *self, const char *name, const char *ns);
XmppNode   *xmpp_node_first (const XmppNode *self);                                   /* first child element */
XmppNode   *xmpp_node_next (const XmppNode *child);                                   /* next sibling element */

char *xmpp_node_to_string (const XmppNode *self);                    /* one element, self-contained; (transfer full) */

/* Stanzas: the shapes of RFC 6120 section 8, in `jabber:client` (a component's stream rewrites the namespace). */
#define XMPP_NS_CLIENT "jabber:client"
#define XMPP_NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"

XmppNode *xmpp_stanza_new (const char *name, const char *type, const char *to);       /* type, to may be NULL */
XmppNode *xmpp_iq_new (const char *type, const char *to, const char *child, const char *ns, XmppNode **out_child);
XmppNode *xmpp_iq_result_for (const XmppNode *request);              /* id, to and from set */
XmppNode *xmpp_stanza_error_for (const XmppNode *request, const char *type, const char *condition, const char *text);
/* TRUE and XMPP_ERROR_STANZA set when type='error' */
gboolean  xmpp_stanza_get_error (const XmppNode *stanza, GError **error);
/* "item-not-found"; NULL when none */
const char *xmpp_stanza_get_error_condition (const XmppNode *stanza);

#define XMPP_NODE_FOREACH(parent, child) \
  for (XmppNode *child = xmpp_node_first (parent); child != NULL; child = xmpp_node_next (child))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppNode, xmpp_node_unref)

G_END_DECLS
