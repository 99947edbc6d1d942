/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/**
 * Data forms (XEP-0004) and their use in service discovery and node configuration (XEP-0068, XEP-0128): a type, fields
 * in order, values in order.
 */
#define XMPP_NS_FORM "jabber:x:data"

#define XMPP_FORM_MAX_FIELDS 256
#define XMPP_FORM_MAX_VALUES 1024      /* in one field */

typedef struct _XmppForm XmppForm;

typedef struct
{
  char      *var;                      /* never NULL: a field without one ("fixed") has "" */
  char      *type;                     /* "hidden", "text-single", ... or NULL */
  char      *label;                    /* or NULL */
  gboolean   required;
  GPtrArray *values;                   /* of char* */
} XmppFormField;

/* @type: "form", "submit", "cancel" or "result". @form_type: FORM_TYPE (XEP-0068), or NULL for none. */
XmppForm *xmpp_form_new (const char *type, const char *form_type);
XmppForm *xmpp_form_parse (const XmppNode *x);                       /* an <x/>; NULL: not a form, or over a limit */
/* the child form of that FORM_TYPE (NULL: the first) or NULL */
XmppForm *xmpp_form_find (const XmppNode *parent, const char *form_type);
void      xmpp_form_free (XmppForm *self);

const char *xmpp_form_get_kind (const XmppForm *self);               /* the type: "form", "submit", ... */
/* of a valid hidden field (XEP-0115 5.4 rule 3.6), else NULL */
const char *xmpp_form_get_form_type (const XmppForm *self);
const char *xmpp_form_get (const XmppForm *self, const char *var);   /* the first value, or NULL */
gint64      xmpp_form_get_int (const XmppForm *self, const char *var, gint64 min, gint64 max, gint64 fallback);
/* XEP-0004 3.3: 1, true, 0, false */
gboolean    xmpp_form_get_boolean (const XmppForm *self, const char *var, gboolean fallback);
guint       xmpp_form_get_n_fields (const XmppForm *self);
const XmppFormField *xmpp_form_get_field (const XmppForm *self, guint index);
const XmppFormField *xmpp_form_find_field (const XmppForm *self, const char *var);

/* A further value for @var; the field is made when new. @type may be NULL. */
void      xmpp_form_add (XmppForm *self, const char *var, const char *type, const char *value);
void      xmpp_form_set_label (XmppForm *self, const char *var, const char *label, gboolean required);
XmppNode *xmpp_form_to_node (const XmppForm *self);                  /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppForm, xmpp_form_free)

G_END_DECLS
