/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-jid.h"
#include "xmpp-node.h"

G_BEGIN_DECLS

/**
 * XmppPorter: carries stanzas between the code of the extensions and whatever stream is there now. It numbers IQ
 * requests and finds their answers (by id *and* sender, RFC 6120 section 8.1.2.1), and offers every other stanza to
 * the handlers. XmppClient and XmppComponent each own one and keep it across reconnections: a handler is added once.
 */
#define XMPP_TYPE_PORTER (xmpp_porter_get_type ())
G_DECLARE_FINAL_TYPE (XmppPorter, xmpp_porter, XMPP, PORTER, GObject)

#define XMPP_IQ_TIMEOUT_DEFAULT 30   /* seconds */

/* Queues a stanza. The porter takes the node; it is dropped, with FALSE, when nothing is connected. */
gboolean xmpp_porter_send (XmppPorter *self, XmppNode *stanza);      /* (transfer full) stanza */

/* Sends a get or set and waits for its result; id is given when missing. An error stanza becomes a GError. */
void      xmpp_porter_iq_async (XmppPorter *self, XmppNode *iq, guint timeout_seconds, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);    /* (transfer full) iq */
/* the result stanza, (transfer full) */
XmppNode *xmpp_porter_iq_finish (XmppPorter *self, GAsyncResult *result, GError **error);

/* TRUE: handled, nobody else sees it. An unhandled IQ request is answered with <service-unavailable/>. */
typedef gboolean (*XmppStanzaHandler) (XmppPorter *porter, XmppNode *stanza, gpointer user_data);

/**
 * @name: "iq", "message", "presence" or NULL; @type: its type or NULL; @child_name, @child_ns: a direct child that must
 * be there, or NULL. Higher @priority is asked first.
 */
guint xmpp_porter_add_handler (XmppPorter *self, const char *name, const char *type, const char *child_name,
                               const char *child_ns, int priority, XmppStanzaHandler handler, gpointer user_data,
                               GDestroyNotify destroy);
void  xmpp_porter_remove_handler (XmppPorter *self, guint id);

gboolean    xmpp_porter_is_connected (XmppPorter *self);
/* our full address (client) or domain (component); NULL before sign-in */
const char *xmpp_porter_get_jid (XmppPorter *self);
/* signals: "connected" (gboolean resumed), "disconnected" */

G_END_DECLS
