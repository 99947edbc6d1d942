/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-form.h"

G_BEGIN_DECLS

/* Service discovery (XEP-0030) with extended information (XEP-0128). */
#define XMPP_NS_DISCO_INFO  "http://jabber.org/protocol/disco#info"
#define XMPP_NS_DISCO_ITEMS "http://jabber.org/protocol/disco#items"

#define XMPP_DISCO_MAX_IDENTITIES 64
#define XMPP_DISCO_MAX_FEATURES   1024
#define XMPP_DISCO_MAX_FORMS      16
#define XMPP_DISCO_MAX_ITEMS      1000

typedef struct { char *category, *type, *lang, *name; } XmppDiscoIdentity;   /* lang and name may be NULL */
typedef struct { char *jid, *node, *name; } XmppDiscoItem;           /* node and name may be NULL */

typedef struct
{
  GPtrArray *identities;               /* of XmppDiscoIdentity */
  GPtrArray *features;                 /* of char*; in the order given, doubles kept: see xmpp_caps_is_well_formed() */
  GPtrArray *forms;                    /* of XmppForm */
} XmppDiscoInfo;

XmppDiscoInfo *xmpp_disco_info_new (void);
void           xmpp_disco_info_free (XmppDiscoInfo *self);
void           xmpp_disco_info_add_identity (XmppDiscoInfo *self, const char *category, const char *type,
                                             const char *lang, const char *name);
/* once, however often it is added */
void           xmpp_disco_info_add_feature (XmppDiscoInfo *self, const char *feature);
void           xmpp_disco_info_take_form (XmppDiscoInfo *self, XmppForm *form);            /* (transfer full) */
gboolean       xmpp_disco_info_has_feature (const XmppDiscoInfo *self, const char *feature);
/* type NULL: any */
gboolean       xmpp_disco_info_has_identity (const XmppDiscoInfo *self, const char *category, const char *type);
const XmppForm *xmpp_disco_info_get_form (const XmppDiscoInfo *self, const char *form_type);

/* Requests; @node may be NULL. */
XmppNode      *xmpp_disco_info_request (const char *to, const char *node);
XmppNode      *xmpp_disco_items_request (const char *to, const char *node);
const char    *xmpp_disco_request_get_node (const XmppNode *iq);     /* of a request or an answer; NULL when none */
/* Answers. The parsers take the result stanza; NULL: no such query in it, or over a limit. */
XmppNode      *xmpp_disco_info_result (const XmppNode *request, const XmppDiscoInfo *info);
XmppDiscoInfo *xmpp_disco_info_parse (const XmppNode *result);
/* of XmppDiscoItem; NULL: empty */
XmppNode      *xmpp_disco_items_result (const XmppNode *request, GPtrArray *items);
GPtrArray     *xmpp_disco_items_parse (const XmppNode *result);      /* of XmppDiscoItem, (transfer full) */
XmppDiscoItem *xmpp_disco_item_new (const char *jid, const char *node, const char *name);
void           xmpp_disco_item_free (XmppDiscoItem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppDiscoInfo, xmpp_disco_info_free)

G_END_DECLS
