/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-client.h"
#include "xmpp-jid.h"
#include "xmpp-stream.h"

G_BEGIN_DECLS

/**
 * XmppConnector: one attempt of a client to get a bound (or resumed) stream: SRV records, TCP, STARTTLS or direct TLS,
 * SASL, resource binding, XEP-0198. XmppClient uses one after the other; it is used once.
 */
#define XMPP_CONNECTOR_TIMEOUT_SECONDS 60          /* the whole attempt */
#define XMPP_CONNECTOR_TARGET_SECONDS 12           /* TCP to one of the hosts that SRV names */
#define XMPP_CONNECTOR_MAX_TARGETS 8

#define XMPP_TYPE_CONNECTOR (xmpp_connector_get_type ())
G_DECLARE_FINAL_TYPE (XmppConnector, xmpp_connector, XMPP, CONNECTOR, GObject)

/* Asked in the main loop when a certificate did not verify; TRUE goes on. */
typedef gboolean (*XmppCertificateFunc) (XmppConnector *self, GTlsCertificate *certificate,
                                         GTlsCertificateFlags problems, gpointer user_data);

XmppConnector *xmpp_connector_new (XmppJid *jid, const char *password);
void           xmpp_connector_set_host (XmppConnector *self, const char *host, guint16 port, XmppTlsMode mode);
void           xmpp_connector_set_tls_database (XmppConnector *self, GTlsDatabase *database);
void           xmpp_connector_set_certificate_func (XmppConnector *self, XmppCertificateFunc func, gpointer user_data);
/* Goes on with that session if the server still has it. */
void           xmpp_connector_set_resumption (XmppConnector *self, const char *session_id, guint32 handled);
/* Registers the account (XEP-0077) instead of signing in; run ends then without a stream. */
void           xmpp_connector_set_register (XmppConnector *self);

void xmpp_connector_run_async (XmppConnector *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean    xmpp_connector_run_finish (XmppConnector *self, GAsyncResult *result, GError **error);

/* After success */
/* (transfer full), paused; NULL after registration */
XmppStream *xmpp_connector_steal_stream (XmppConnector *self);
/* full; NULL when resumed: it is the one from before */
XmppJid    *xmpp_connector_get_jid (XmppConnector *self);
gboolean    xmpp_connector_is_resumed (XmppConnector *self);
/* what the server has handled of the old session */
guint32     xmpp_connector_get_resumed_h (XmppConnector *self);
/* XEP-0198 enabled, and resumable with this; else NULL */
const char *xmpp_connector_get_session_id (XmppConnector *self);
gboolean    xmpp_connector_has_sm (XmppConnector *self);             /* XEP-0198 enabled */

G_END_DECLS
