/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-error.h"
#include "xmpp-scram.h"

G_BEGIN_DECLS

/**
 * XmppSasl: one SASL exchange over libgsasl, either end. Messages are base64 as on the wire ("=" is an empty one).
 * Not thread-safe, but may be stepped in another thread than it was made in, which is wise on the client's side: a step
 * hashes the password thousands of times.
 */
#define XMPP_SASL_MAX_MESSAGE 8192   /* bytes of base64 */

typedef struct _XmppSasl XmppSasl;

typedef enum
{
  XMPP_SASL_CONTINUE,   /* @out goes to the other end, and an answer is awaited */
  XMPP_SASL_DONE,       /* this end is satisfied; @out, when there is one, still goes */
  XMPP_SASL_FAILED,
} XmppSaslStep;

/* The best of @offered (NULL-terminated) that is safe: PLAIN only when @secure; NULL when there is none. */
const char  *xmpp_sasl_choose (const char * const *offered, gboolean secure);

XmppSasl    *xmpp_sasl_new_client (const char *mechanism, const char *user, const char *password);
/* @in NULL: the first step. A server's final message is a step too, which proves that it knows our keys. */
XmppSaslStep xmpp_sasl_step (XmppSasl *self, const char *in, char **out, GError **error);

/* What the first message of a client says; the passwords are only there with PLAIN. All (transfer full). */
typedef struct
{
  char *user;
  char *authzid;    /* NULL when there is none */
  char *password;   /* PLAIN only */
} XmppSaslFirst;

gboolean     xmpp_sasl_server_supports (const char *mechanism);
gboolean     xmpp_sasl_read_first (const char *mechanism, const char *in, XmppSaslFirst *first);
void         xmpp_sasl_first_clear (XmppSaslFirst *first);   /* wipes */
XmppSasl    *xmpp_sasl_new_server (const char *mechanism, const XmppScramKeys *keys);   /* SCRAM only */
/* Keys as an account would have that does not exist: always the same for @account in this process, and never right. */
void         xmpp_sasl_fake_keys (XmppScramKeys *keys, const char *account);

void         xmpp_sasl_free (XmppSasl *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSasl, xmpp_sasl_free)

G_END_DECLS
