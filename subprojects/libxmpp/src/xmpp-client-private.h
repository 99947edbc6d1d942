/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-backoff.h"
#include "xmpp-client.h"
#include "xmpp-connector.h"
#include "xmpp-porter-owner.h"
#include "xmpp-sm.h"
#include "xmpp-stream.h"

G_BEGIN_DECLS

/*
 * How the client is put together
 *
 *   xmpp-client          its states, and what becomes of a connection that is lost
 *   xmpp-client-attempt  signing in, registering, signing out
 *   xmpp-client-stream   the connection while it is there: stanzas, acknowledgements, whether it is alive
 */
#define XMPP_CLIENT_LIVENESS_MS 60000
#define XMPP_CLIENT_SILENCE_MS 20000

struct _XmppClient
{
  GObject parent_instance;

  XmppJid *wanted;               /* as given */
  XmppJid *jid;                  /* full after binding */
  char *password;                /* wiped */
  char *host;
  guint16 port;
  XmppTlsMode mode;
  GTlsDatabase *database;
  GTlsCertificate *trusted;      /* what the user accepted */

  XmppPorter *porter;            /* owned */
  XmppStream *stream;            /* owned; only while ONLINE */
  XmppSm *sm;                    /* owned */
  char *session_id;              /* resumable, XEP-0198 */
  XmppClientState state;
  GError *error;
  GTask *connect_task;           /* owned; the first sign-in */
  GTask *disconnect_task;
  GCancellable *attempt;         /* owned; ends the connector under way; NULL when there is none */
  XmppBackoff backoff;
  guint retry_id;
  gint64 retry_at;               /* monotonic, µs */
  guint liveness_ms;             /* how often an idle connection is probed */
  guint silence_ms;              /* no answer to a probe for so long: the connection is dead */
  guint liveness_id;
  guint silence_id;
  gint64 probed_at;              /* monotonic, µs; what silence_id waits for an answer to */
  guint ack_id;
};

/* xmpp-client */
void xmpp_client_set_state (XmppClient *self, XmppClientState state, const GError *error);
gboolean xmpp_client_is_final (const GError *error);
void xmpp_client_go_offline (XmppClient *self, const GError *error);
void xmpp_client_wait_and_retry (XmppClient *self, const GError *error);
void xmpp_client_lost (XmppClient *self, const GError *error);

/* xmpp-client-attempt */
void xmpp_client_attempt (XmppClient *self);

/* xmpp-client-stream */
void xmpp_client_drop_stream (XmppClient *self);
void xmpp_client_probe (XmppClient *self);
gboolean xmpp_client_send_stanza (XmppPorter *porter, XmppNode *stanza, gpointer user_data);
void xmpp_client_take_stream (XmppClient *self, XmppConnector *connector);

G_END_DECLS
