/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * XMPP_ERROR: what a caller can act on. The message of each error is made for a person to read;
 * `xmpp_error_get_condition()` gives the wire's own name of it where there is one.
 */
#define XMPP_ERROR (xmpp_error_quark ())
GQuark xmpp_error_quark (void);

typedef enum
{
  XMPP_ERROR_BAD_JID = 1,     /* RFC 7622: not a usable address */
  XMPP_ERROR_BAD_XML,         /* not well-formed, or a DTD, an entity, a comment (RFC 6120 section 11.1) */
  XMPP_ERROR_LIMIT,           /* one of the named limits of the reader was passed */
  XMPP_ERROR_HOST_UNKNOWN,    /* no such host, or the server does not serve this domain */
  XMPP_ERROR_UNREACHABLE,     /* found, but no connection */
  XMPP_ERROR_TLS,             /* no TLS offered, or the handshake failed */
  XMPP_ERROR_CERTIFICATE,     /* the certificate was not accepted */
  XMPP_ERROR_AUTH,            /* wrong password or unknown account (RFC 6120 section 6.5) */
  XMPP_ERROR_AUTH_MECHANISM,  /* no common SASL mechanism that is safe here */
  XMPP_ERROR_STREAM,          /* a stream error (RFC 6120 section 4.9) */
  XMPP_ERROR_STANZA,          /* an error stanza (RFC 6120 section 8.3) */
  XMPP_ERROR_TIMEOUT,
  XMPP_ERROR_CLOSED,          /* the stream ended */
  XMPP_ERROR_CONFLICT,        /* another client took this resource */
  XMPP_ERROR_REGISTRATION,    /* XEP-0077 refused */
} XmppError;

/* The defined condition on the wire behind @error, e.g. "item-not-found" or "restricted-xml"; NULL when there is
 * none. */
const char *xmpp_error_get_condition (const GError *error);

/* Like g_set_error() in the domain XMPP_ERROR, with a condition (may be NULL). */
void xmpp_set_error (GError **error, XmppError code, const char *condition, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

G_END_DECLS
