/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-form.h"

G_BEGIN_DECLS

/* What personal eventing (XEP-0163) needs of publish-subscribe (XEP-0060): both the asking and the answering side. */
#define XMPP_NS_PUBSUB         "http://jabber.org/protocol/pubsub"
#define XMPP_NS_PUBSUB_OWNER   "http://jabber.org/protocol/pubsub#owner"
#define XMPP_NS_PUBSUB_EVENT   "http://jabber.org/protocol/pubsub#event"
#define XMPP_NS_PUBSUB_ERRORS  "http://jabber.org/protocol/pubsub#errors"
#define XMPP_PUBSUB_PUBLISH_OPTIONS "http://jabber.org/protocol/pubsub#publish-options"   /* FORM_TYPE */
#define XMPP_PUBSUB_NODE_CONFIG     "http://jabber.org/protocol/pubsub#node_config"       /* FORM_TYPE */
#define XMPP_PUBSUB_NOTIFY "+notify"                                 /* suffix of a node's name in the capabilities */

#define XMPP_PUBSUB_MAX_ITEMS 1000     /* more in one stanza are refused */

/* Requests. @to NULL: the own account's service. @item_id NULL: the service chooses. */
XmppNode *xmpp_pubsub_publish (const char *to, const char *node, const char *item_id,
                               /* (transfer full) payload, options; options may be NULL */
                               XmppNode *payload, XmppForm *options);
/* item_id NULL: the newest; 0: all */
XmppNode *xmpp_pubsub_items (const char *to, const char *node, const char *item_id, guint max_items);
XmppNode *xmpp_pubsub_retract (const char *to, const char *node, const char *item_id, gboolean notify);
XmppNode *xmpp_pubsub_delete_node (const char *to, const char *node);
XmppNode *xmpp_pubsub_configure (const char *to, const char *node, XmppForm *config);     /* (transfer full) config */
XmppForm *xmpp_pubsub_publish_options_new (void);                    /* a "submit" form; add "pubsub#max_items", ... */
XmppForm *xmpp_pubsub_node_config_new (void);

/* The <items node=''/> of an items result, or NULL. Its children are <item id=''>payload</item>. */
XmppNode *xmpp_pubsub_result_items (const XmppNode *result, const char *node);
/* NULL when it is another */
XmppNode *xmpp_pubsub_item_payload (const XmppNode *item, const char *name, const char *ns);
const char *xmpp_pubsub_published_id (const XmppNode *result);       /* the id that the service gave, or NULL */
/* Section 7.1.3.2, 12.9 ...: "precondition-not-met", "invalid-payload", ...; NULL when there is none. */
const char *xmpp_pubsub_error_condition (const XmppNode *stanza);

/* Events (section 7.1.2.1): a message from the owner's bare address. */
typedef enum
{
  XMPP_PUBSUB_ITEMS,                   /* published and retracted items are children of `element` in order */
  XMPP_PUBSUB_PURGE,
  XMPP_PUBSUB_DELETE,
} XmppPubsubEventKind;

typedef struct
{
  XmppPubsubEventKind kind;
  const char         *node;            /* borrowed from the message */
  XmppNode           *element;         /* <items/>, <purge/> or <delete/>; borrowed */
} XmppPubsubEvent;

gboolean  xmpp_pubsub_event_parse (const XmppNode *message, XmppPubsubEvent *out);
/* (transfer full) item */
XmppNode *xmpp_pubsub_event_new (const char *from, const char *to, const char *node, XmppNode *item);
XmppNode *xmpp_pubsub_event_retract (const char *from, const char *to, const char *node, const char *item_id);
XmppNode *xmpp_pubsub_event_delete (const char *from, const char *to, const char *node);

/* The answering side: what a request asks for. */
typedef enum
{
  XMPP_PUBSUB_REQUEST_PUBLISH = 1,
  XMPP_PUBSUB_REQUEST_ITEMS,
  XMPP_PUBSUB_REQUEST_RETRACT,
  XMPP_PUBSUB_REQUEST_DELETE,          /* of the node, by its owner */
  XMPP_PUBSUB_REQUEST_PURGE,
  XMPP_PUBSUB_REQUEST_GET_CONFIG,
  XMPP_PUBSUB_REQUEST_SET_CONFIG,
  XMPP_PUBSUB_REQUEST_GET_DEFAULT,
  XMPP_PUBSUB_REQUEST_CREATE,
  XMPP_PUBSUB_REQUEST_SUBSCRIBE,
  XMPP_PUBSUB_REQUEST_UNSUBSCRIBE,
  XMPP_PUBSUB_REQUEST_OTHER,           /* something of XEP-0060 that this file does not know */
} XmppPubsubRequestKind;

typedef struct
{
  XmppPubsubRequestKind kind;
  const char *node;                    /* borrowed; NULL when none is given */
  /* of XmppNode* <item/>, borrowed nodes, owned array; for ITEMS those asked for by id */
  GPtrArray  *items;
  guint       max_items;               /* 0: not given */
  gboolean    notify;                  /* of a retraction */
  XmppForm   *form;                    /* publish-options or configuration; owned; or NULL */
} XmppPubsubRequest;

/* FALSE: not a pubsub request, or over a limit */
gboolean xmpp_pubsub_request_parse (const XmppNode *iq, XmppPubsubRequest *out);
void     xmpp_pubsub_request_clear (XmppPubsubRequest *self);
XmppNode *xmpp_pubsub_error (const XmppNode *request, const char *type, const char *condition,
                             const char *pubsub_condition);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppPubsubRequest, xmpp_pubsub_request_clear)

G_END_DECLS
