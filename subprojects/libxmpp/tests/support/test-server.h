/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "xmpp-acceptor.h"
#include "xmpp-sm.h"

G_BEGIN_DECLS

/**
 * TestServer: the smallest server over XmppAcceptor: accounts in memory, every stanza with a `to` of this server's
 * accounts is delivered, an IQ to the domain is answered by an empty result; XEP-0198 with resumption.
 */
typedef struct _TestServer TestServer;

TestServer *test_server_new (const char *domain, gboolean direct_tls);
void        test_server_free (TestServer *self);
guint16     test_server_get_port (TestServer *self);
/* (transfer none): trusts this server's certificate */
GTlsDatabase *test_server_get_trust (TestServer *self);
void        test_server_add_account (TestServer *self, const char *user, const char *password);
void        test_server_set_registration (TestServer *self, gboolean open);
void        test_server_set_stream_management (TestServer *self, gboolean on);
/* answers its acceptors from the main loop, not at once */
void        test_server_set_late (TestServer *self, gboolean late);
void        test_server_set_timeout (TestServer *self, guint seconds);  /* for a sign-in; default 30 */
void        test_server_forget_sessions (TestServer *self);             /* nothing can be resumed */
void        test_server_close_all (TestServer *self, const char *condition);   /* a stream error to all */
guint       test_server_get_resumptions (TestServer *self);
/* (transfer none): of the session that came last */
GIOStream  *test_server_get_last_io (TestServer *self);
guint       test_server_get_received (TestServer *self);                /* stanzas of signed-in clients */
const GError *test_server_get_last_error (TestServer *self);            /* of an acceptor */
guint       test_server_get_failures (TestServer *self);

/* A self-signed certificate for @domain, made by openssl in a temporary directory. (transfer full) */
/* out_trust: trusts it, or NULL */
GTlsCertificate *test_certificate_new (const char *domain, GTlsDatabase **out_trust);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)

G_END_DECLS
