/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * XmppScramKeys: all that a server keeps of a password (RFC 5802 section 3): StoredKey and ServerKey for both hashes
 * over one salt. Plain bytes of fixed sizes: copy it, store it.
 */
#define XMPP_SCRAM_ITERATIONS_DEFAULT 10000
#define XMPP_SCRAM_ITERATIONS_MIN 4096         /* RFC 7677 section 4 */
#define XMPP_SCRAM_ITERATIONS_MAX 1000000
#define XMPP_SCRAM_SALT_BYTES 16
#define XMPP_PASSWORD_MAX 1023                 /* bytes of UTF-8 */

typedef struct
{
  guint32 iterations;
  guint8 salt[XMPP_SCRAM_SALT_BYTES];
  guint8 stored_sha256[32];
  guint8 server_sha256[32];
  guint8 stored_sha1[20];
  guint8 server_sha1[20];
} XmppScramKeys;

/* With a fresh random salt; @iterations 0: the default. Takes milliseconds: not for an I/O loop. XMPP_ERROR_AUTH: not a
 * usable password. */
gboolean xmpp_scram_keys_derive (XmppScramKeys *keys, const char *password, guint iterations, GError **error);
/* As slow; compares in constant time. For PLAIN. */
gboolean xmpp_scram_keys_check (const XmppScramKeys *keys, const char *password);

G_END_DECLS
