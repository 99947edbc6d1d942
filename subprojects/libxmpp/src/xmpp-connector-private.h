/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-connector.h"
#include "xmpp-deadline.h"
#include "xmpp-sasl.h"
#include "xmpp-source.h"

G_BEGIN_DECLS

/*
 * How the connector is put together
 *
 *   xmpp-connector           its run from beginning to end, and which step comes next
 *   xmpp-connector-target    which hosts there are, and the connection to one of them
 *   xmpp-connector-tls       TLS and the certificate
 *   xmpp-connector-sasl      who we are
 *   xmpp-connector-register  a new account (XEP-0077)
 *   xmpp-connector-session   resumption, binding, stream management
 */
typedef enum
{
  EXPECT_FEATURES,
  EXPECT_PROCEED,
  EXPECT_SASL,
  EXPECT_REGISTRATION_FORM,
  EXPECT_REGISTRATION,
  EXPECT_RESUMPTION,
  EXPECT_BINDING,
  EXPECT_SESSION,
  EXPECT_SM,
} Expect;

typedef struct
{
  char *host;
  guint16 port;
  gboolean direct_tls;
} Target;

struct _XmppConnector
{
  GObject parent_instance;

  /* What is wanted */
  XmppJid *jid;
  char *password;               /* wiped; NULL when none was set */
  char *host;                   /* NULL: by SRV */
  guint16 port;
  XmppTlsMode mode;
  GTlsDatabase *database;
  XmppCertificateFunc certificate_func;
  gpointer certificate_data;
  char *resume_id;
  guint32 resume_h;
  gboolean registering;

  /* What is under way */
  GTask *task;                  /* owned while running */
  GCancellable *cancellable;    /* owned; ours, follows the caller's */
  XmppDeadline deadline;
  GQueue targets;               /* owned Target */
  Target *target;               /* owned; the one being tried */
  GError *target_error;         /* why the last one failed */
  GSource *target_timeout;
  GCancellable *target_cancellable;
  gboolean any_srv;
  GPtrArray *srv;               /* owned XmppSrvTarget; what both lookups found */
  XmppStream *stream;
  Expect expect;
  XmppNode *features;           /* the latest */
  XmppSasl *sasl;
  char *mechanism;
  gboolean sasl_proven;         /* the server has proven that it knows our keys, or the mechanism has no such proof */
  gboolean authenticated;
  GTlsCertificateFlags problems;

  /* What came of it */
  XmppJid *bound;
  gboolean resumed;
  guint32 resumed_h;
  char *session_id;
  gboolean has_sm;
};

/* xmpp-connector */
void xmpp_connector_target_free (gpointer data);
const char *xmpp_connector_domain (XmppConnector *self);
void xmpp_connector_succeed (XmppConnector *self);
void xmpp_connector_fail (XmppConnector *self, GError *error);
void xmpp_connector_fail_with (XmppConnector *self, XmppError code, const char *condition,
                               const char *format, ...) G_GNUC_PRINTF (4, 5);
void xmpp_connector_open_stream (XmppConnector *self);

/* xmpp-connector-target */
void xmpp_connector_add_target (XmppConnector *self, const char *host, guint16 port, gboolean direct_tls);
void xmpp_connector_look_up_direct (XmppConnector *self);
void xmpp_connector_fall_back (XmppConnector *self);
void xmpp_connector_try_next_target (XmppConnector *self);

/* xmpp-connector-tls */
void xmpp_connector_start_tls (XmppConnector *self);
void xmpp_connector_ask_starttls (XmppConnector *self);
void xmpp_connector_on_proceed (XmppConnector *self, XmppNode *node);

/* xmpp-connector-sasl */
void xmpp_connector_begin_sasl (XmppConnector *self);
void xmpp_connector_on_sasl (XmppConnector *self, XmppNode *node);

/* xmpp-connector-register */
void xmpp_connector_ask_registration (XmppConnector *self);
void xmpp_connector_on_registration_form (XmppConnector *self, XmppNode *iq);
void xmpp_connector_on_registered (XmppConnector *self, XmppNode *iq);

/* xmpp-connector-session */
void xmpp_connector_ask_resumption (XmppConnector *self);
void xmpp_connector_on_resumed (XmppConnector *self, XmppNode *node);
void xmpp_connector_ask_binding (XmppConnector *self);
void xmpp_connector_on_bound (XmppConnector *self, XmppNode *iq);
void xmpp_connector_on_session (XmppConnector *self, XmppNode *iq);
void xmpp_connector_on_sm (XmppConnector *self, XmppNode *node);

G_END_DECLS
