/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-jid.h"
#include "xmpp-scram.h"
#include "xmpp-stream.h"

G_BEGIN_DECLS

/**
 * XmppAcceptor: the server's side of a client's sign-in, from the accepted connection to a bound (or resumed) stream:
 * opening tags, STARTTLS or direct TLS, SASL, XEP-0077 registration, resource binding or XEP-0198 resumption. It asks
 * its host by the functions below; each question is answered at once or later by the function named beside it, and
 * while it is open nothing more is read from the client.
 */
/* failed SASL attempts before the stream is ended (RFC 6120 section 6.4.5) */
#define XMPP_ACCEPTOR_MAX_TRIES 3
#define XMPP_ACCEPTOR_TIMEOUT_SECONDS 30       /* from accepted to bound; waiting for our own host does not count */
/* bytes of a stanza before sign-in; RFC 6120 section 13.12 asks for 10,000 */
#define XMPP_ACCEPTOR_MAX_STANZA 16384
#define XMPP_ACCEPTOR_MAX_REGISTRATIONS 2      /* XEP-0077 attempts on one stream */

#define XMPP_TYPE_ACCEPTOR (xmpp_acceptor_get_type ())
G_DECLARE_FINAL_TYPE (XmppAcceptor, xmpp_acceptor, XMPP, ACCEPTOR, GObject)

typedef struct
{
  /* Whether this server serves @domain (prepared by RFC 7622). */
  gboolean (*serves) (XmppAcceptor *acceptor, const char *domain, gpointer user_data);
  /* Look for the keys of @account (bare). Answer: xmpp_acceptor_give_keys(). */
  void (*find_keys) (XmppAcceptor *acceptor, XmppJid *account, gpointer user_data);
  /* Add @account with @keys; NULL when registration is closed. Answer: xmpp_acceptor_registered(). */
  void (*register_account) (XmppAcceptor *acceptor, XmppJid *account, const XmppScramKeys *keys, gpointer user_data);
  /* Give @account a resource; @wanted is prepared, or NULL. Answer: xmpp_acceptor_bound() or xmpp_acceptor_refuse(). */
  void (*bind) (XmppAcceptor *acceptor, XmppJid *account, const char *wanted, gpointer user_data);
  /* Go on with a detached session of @account. @handled: what the client has handled. NULL: no XEP-0198. Answer:
   * xmpp_acceptor_resumed(). */
  void (*resume) (XmppAcceptor *acceptor, XmppJid *account, const char *session_id, guint32 handled,
                  gpointer user_data);
  /* Add stream features for signed-in clients (XEP-0115 caps, roster versions ...); may be NULL. */
  void (*add_features) (XmppAcceptor *acceptor, XmppNode *features, gpointer user_data);
} XmppAcceptorHost;

/* @certificate NULL: no TLS, and PLAIN is not offered. @host must be static. */
XmppAcceptor *xmpp_acceptor_new (GIOStream *io, GTlsCertificate *certificate, const XmppAcceptorHost *host,
                                 gpointer user_data);
/* the connection begins with TLS (XEP-0368) */
void          xmpp_acceptor_set_direct_tls (XmppAcceptor *self, gboolean direct);
/* default: TRUE when there is a certificate */
void          xmpp_acceptor_set_require_tls (XmppAcceptor *self, gboolean require);
void          xmpp_acceptor_set_timeout (XmppAcceptor *self, guint seconds);

/* Runs to a session or to an error; the client has been told why. */
void xmpp_acceptor_run_async (XmppAcceptor *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);
/* (transfer full): the stream, paused: set its events, then xmpp_stream_resume(). */
XmppStream *xmpp_acceptor_run_finish (XmppAcceptor *self, GAsyncResult *result, GError **error);
/* full when bound; bare when resumed; (transfer none) */
XmppJid    *xmpp_acceptor_get_jid (XmppAcceptor *self);
gboolean    xmpp_acceptor_is_resumed (XmppAcceptor *self);
const char *xmpp_acceptor_get_session_id (XmppAcceptor *self);   /* of the resumed session, else NULL */

/* Answers */
void xmpp_acceptor_give_keys (XmppAcceptor *self, const XmppScramKeys *keys);          /* NULL: no such account */
/* @condition NULL: done; else an error of RFC 6120 section 8.3.3, "conflict" when the name is taken */
void xmpp_acceptor_registered (XmppAcceptor *self, const char *condition);
void xmpp_acceptor_bound (XmppAcceptor *self, const char *resource);
/* binding refused, e.g. "cancel", "conflict" */
void xmpp_acceptor_refuse (XmppAcceptor *self, const char *type, const char *condition);
/* @found: <resumed/> with @handled (what the server has handled of that session) was sent before this returns control
 * to the loop, and run ends; then resend by xmpp_sm_resend(). Not found: <failed/>, and the client may bind. */
void xmpp_acceptor_resumed (XmppAcceptor *self, gboolean found, guint32 handled);

/* The <session/> request of RFC 3921 that old clients send after binding: answers it and returns TRUE. */
gboolean xmpp_acceptor_answer_session (XmppStream *stream, const XmppNode *stanza);

G_END_DECLS
