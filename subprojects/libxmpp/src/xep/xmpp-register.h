/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-form.h"

G_BEGIN_DECLS

/* In-band registration (XEP-0077). */
#define XMPP_NS_REGISTER         "jabber:iq:register"
#define XMPP_NS_REGISTER_FEATURE "http://jabber.org/features/iq-register"

typedef struct
{
  gboolean  registered;                /* <registered/>: there is an account already */
  char     *instructions;              /* or NULL */
  GPtrArray *fields;                   /* of char*: "username", "password", "email", ... */
  XmppForm *form;                      /* or NULL; goes before fields (section 3.1.1) */
} XmppRegisterQuery;

XmppNode          *xmpp_register_request (const char *to);
XmppRegisterQuery *xmpp_register_parse (const XmppNode *result);     /* NULL: no such query */
void               xmpp_register_query_free (XmppRegisterQuery *self);
/* username and password are all it wants */
gboolean           xmpp_register_needs_only_password (const XmppRegisterQuery *self);
XmppNode          *xmpp_register_submit (const char *to, const char *username, const char *password,
                                         const XmppRegisterQuery *query);
XmppNode          *xmpp_register_change_password (const char *to, const char *username, const char *password);
XmppNode          *xmpp_register_cancel (const char *to);            /* removes the account */

/* The server's side. */
XmppNode          *xmpp_register_fields_result (const XmppNode *request, gboolean registered, const char *instructions);
/* borrowed */
gboolean           xmpp_register_parse_submit (const XmppNode *iq, const char **username, const char **password,
                                               gboolean *remove);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppRegisterQuery, xmpp_register_query_free)

G_END_DECLS
