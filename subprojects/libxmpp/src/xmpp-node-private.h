/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-node.h"

G_BEGIN_DECLS

/* What the writer needs to see of a node. */
typedef struct _XmppAttr XmppAttr;

struct _XmppAttr
{
  XmppAttr *next;
  const char *name;   /* in this allocation, or of the table of names */
  const char *ns;     /* NULL: no namespace */
  char value[];
};

const XmppAttr *xmpp_node_get_attrs (const XmppNode *self);

typedef void (*XmppNodeVisit) (const XmppNode *child, gpointer user_data);
typedef void (*XmppTextVisit) (const char *text, gsize length, gpointer user_data);

/* Elements and texts in order. */
void xmpp_node_visit (const XmppNode *self, XmppNodeVisit on_element, XmppTextVisit on_text, gpointer user_data);

G_END_DECLS
