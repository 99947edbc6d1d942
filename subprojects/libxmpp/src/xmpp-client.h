/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-porter.h"

G_BEGIN_DECLS

/**
 * XmppClient: one account's connection for as long as the user wants it: connects (XmppConnector), keeps an XmppPorter,
 * counts and acknowledges stanzas (XEP-0198), resumes or connects anew with back-off when the network goes away.
 */
/* bytes from the own server after sign-in: a roster is one stanza */
#define XMPP_CLIENT_MAX_STANZA (16 * 1024 * 1024)

typedef enum
{
  XMPP_CLIENT_OFFLINE,       /* not wanted, or ended for good: see xmpp_client_get_error() */
  XMPP_CLIENT_CONNECTING,    /* first sign-in under way */
  XMPP_CLIENT_ONLINE,
  XMPP_CLIENT_WAITING,       /* lost; will try again in xmpp_client_get_retry_seconds() */
  XMPP_CLIENT_RECONNECTING,
} XmppClientState;

#define XMPP_TYPE_CLIENT_STATE (xmpp_client_state_get_type ())
GType xmpp_client_state_get_type (void);

typedef enum
{
  XMPP_TLS_AUTO,             /* SRV decides: _xmpps-client (direct) and _xmpp-client (STARTTLS), XEP-0368 */
  XMPP_TLS_STARTTLS,
  XMPP_TLS_DIRECT,
} XmppTlsMode;

#define XMPP_TYPE_CLIENT (xmpp_client_get_type ())
G_DECLARE_FINAL_TYPE (XmppClient, xmpp_client, XMPP, CLIENT, GObject)

XmppClient *xmpp_client_new (XmppJid *jid);                          /* a resource in jid is asked for at binding */

/* kept in memory that is wiped on free */
void xmpp_client_set_password (XmppClient *self, const char *password);
/* host NULL: SRV, then the domain */
void xmpp_client_set_host (XmppClient *self, const char *host, guint16 port, XmppTlsMode mode);

/* whom to trust instead of the system's; may be NULL */
void xmpp_client_set_tls_database (XmppClient *self, GTlsDatabase *database);

/* First sign-in: ends with success or a readable error of XMPP_ERROR; later losses are handled inside. */
void xmpp_client_connect_async (XmppClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean xmpp_client_connect_finish (XmppClient *self, GAsyncResult *result, GError **error);
/* XEP-0077 in-band registration with the client's jid and password; the stream is closed afterwards. */
void xmpp_client_register_async (XmppClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean xmpp_client_register_finish (XmppClient *self, GAsyncResult *result, GError **error);
/* Sends </stream:stream> and closes; after it, state is XMPP_CLIENT_OFFLINE. */
void xmpp_client_disconnect_async (XmppClient *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean xmpp_client_disconnect_finish (XmppClient *self, GAsyncResult *result, GError **error);
void     xmpp_client_retry_now (XmppClient *self);                   /* e.g. the network came back */

/* (transfer none), the same for the client's life */
XmppPorter     *xmpp_client_get_porter (XmppClient *self);
XmppJid        *xmpp_client_get_jid (XmppClient *self);              /* full after binding; (transfer none) */
XmppClientState xmpp_client_get_state (XmppClient *self);            /* property "state" */
const GError   *xmpp_client_get_error (XmppClient *self);            /* why it is OFFLINE or WAITING */
guint           xmpp_client_get_retry_seconds (XmppClient *self);

/* signal "accept-certificate": gboolean (*) (XmppClient *, GTlsCertificate *, guint GTlsCertificateFlags, gpointer):
 * asked only when the certificate did not verify; TRUE trusts this very certificate for the client's life. */

G_END_DECLS
