/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-acceptor.h"
#include "xmpp-deadline.h"
#include "xmpp-sasl.h"
#include "xmpp-wipe.h"

G_BEGIN_DECLS

/*
 * How the acceptor is put together
 *
 *   xmpp-acceptor           its run from beginning to end, what it offers, TLS
 *   xmpp-acceptor-sasl      who the client is
 *   xmpp-acceptor-register  a new account (XEP-0077)
 *   xmpp-acceptor-session   binding, or resumption
 */
typedef enum
{
  WAIT_NOTHING,
  WAIT_KEYS,
  WAIT_CHECK,          /* our own thread hashes a password */
  WAIT_REGISTRATION,
  WAIT_BINDING,
  WAIT_RESUMPTION,
} Wait;

/* What a thread works on that hashes a password. */
typedef struct
{
  XmppScramKeys keys;
  char *password;
} XmppAcceptorHashing;

struct _XmppAcceptor
{
  GObject parent_instance;

  XmppStream *stream;              /* owned until it is handed over */
  GTlsCertificate *certificate;    /* owned; NULL: no TLS */
  const XmppAcceptorHost *host;
  gpointer host_data;
  GTask *task;                     /* owned while running */
  XmppDeadline deadline;
  guint timeout_seconds;
  gboolean direct_tls;
  gboolean require_tls;
  Wait wait;

  char *domain;                    /* the one the client asked for */
  char *mechanism;                 /* of the SASL exchange under way, NULL when there is none */
  XmppSasl *sasl;
  char *first;                     /* the client's first message, until the keys come */
  char *password;                  /* PLAIN, wiped */
  XmppJid *claimed;                /* who the client says it is */
  gboolean account_exists;
  guint tries;
  guint registrations;
  XmppNode *request;               /* the IQ that a question is about */
  gboolean authenticated;
  XmppJid *jid;
  gboolean resumed;
  char *session_id;
};

/* xmpp-acceptor */
void xmpp_acceptor_wait_for (XmppAcceptor *self, Wait wait);
gboolean xmpp_acceptor_got (XmppAcceptor *self, Wait wait);
void xmpp_acceptor_succeed (XmppAcceptor *self);
gboolean xmpp_acceptor_may_authenticate (XmppAcceptor *self);

/* xmpp-acceptor-sasl */
void xmpp_acceptor_forget_exchange (XmppAcceptor *self);
void xmpp_acceptor_sasl_failed (XmppAcceptor *self, const char *condition);
void xmpp_acceptor_begin_sasl (XmppAcceptor *self, const XmppNode *auth);
void xmpp_acceptor_continue_sasl (XmppAcceptor *self, const char *message);

/* Takes @password over; both are wiped. */
XmppAcceptorHashing *xmpp_acceptor_hashing_new (char *password);
void xmpp_acceptor_hashing_free (gpointer hashing);

/* xmpp-acceptor-register */
void xmpp_acceptor_answer_registration (XmppAcceptor *self, XmppNode *iq);

/* xmpp-acceptor-session */
void xmpp_acceptor_refuse_request (XmppAcceptor *self, const char *type, const char *condition, const char *text);
void xmpp_acceptor_ask_binding (XmppAcceptor *self, XmppNode *iq);
void xmpp_acceptor_ask_resumption (XmppAcceptor *self, XmppNode *resume);

G_END_DECLS
