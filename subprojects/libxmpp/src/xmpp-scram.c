/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-scram.h"

#include <gsasl.h>
#include <string.h>

#include "xmpp-error.h"

/* RFC 5802 section 2.2: SASLprep; NULL when the password cannot be used. Free with wipe(). */
static char *
prepare (const char *password)
{
  g_autofree char *result = NULL;
  char *prepared = NULL;

  if (*password == '\0' || strlen (password) > XMPP_PASSWORD_MAX || !g_utf8_validate (password, -1, NULL))
    return NULL;
  if (gsasl_saslprep (password, GSASL_ALLOW_UNASSIGNED, &prepared, NULL) != GSASL_OK)
    return NULL;
  if (*prepared != '\0')
    result = g_strdup (prepared);
  explicit_bzero (prepared, strlen (prepared));
  gsasl_free (prepared);
  return g_steal_pointer (&result);
}

static void
wipe (char *text)
{
  explicit_bzero (text, strlen (text));
  g_free (text);
}

static gboolean
derive (XmppScramKeys *keys,
        const char    *prepared,
        gboolean       sha1_too)
{
  char salted[32];
  char client[32];
  gboolean ok;

  ok = gsasl_scram_secrets_from_password (GSASL_HASH_SHA256, prepared, keys->iterations, (const char *) keys->salt,
                                          sizeof keys->salt, salted, client, (char *) keys->server_sha256,
                                          (char *) keys->stored_sha256) == GSASL_OK;
  if (ok && sha1_too)
    ok = gsasl_scram_secrets_from_password (GSASL_HASH_SHA1, prepared, keys->iterations, (const char *) keys->salt,
                                            sizeof keys->salt, salted, client, (char *) keys->server_sha1,
                                            (char *) keys->stored_sha1) == GSASL_OK;
  explicit_bzero (salted, sizeof salted);
  explicit_bzero (client, sizeof client);
  return ok;
}

gboolean
xmpp_scram_keys_derive (XmppScramKeys  *keys,
                        const char     *password,
                        guint           iterations,
                        GError        **error)
{
  char *prepared;
  gboolean ok;

  g_return_val_if_fail (keys != NULL && password != NULL, FALSE);

  prepared = prepare (password);
  if (prepared == NULL)
    {
      xmpp_set_error (error, XMPP_ERROR_AUTH, "malformed-request",
                      "This password cannot be used: it is empty, too long, or has control characters.");
      return FALSE;
    }
  memset (keys, 0, sizeof *keys);
  keys->iterations = iterations == 0 ? XMPP_SCRAM_ITERATIONS_DEFAULT
                                     : CLAMP (iterations, XMPP_SCRAM_ITERATIONS_MIN, XMPP_SCRAM_ITERATIONS_MAX);
  ok = gsasl_random ((char *) keys->salt, sizeof keys->salt) == GSASL_OK && derive (keys, prepared, TRUE);
  wipe (prepared);
  if (!ok)
    xmpp_set_error (error, XMPP_ERROR_AUTH, "temporary-auth-failure", "The password could not be prepared.");
  return ok;
}

gboolean
xmpp_scram_keys_check (const XmppScramKeys *keys,
                       const char          *password)
{
  XmppScramKeys made;
  char *prepared;
  guint8 difference = 0;
  gboolean ok;

  g_return_val_if_fail (keys != NULL && password != NULL, FALSE);

  prepared = prepare (password);
  if (prepared == NULL)
    return FALSE;
  made = *keys;
  ok = derive (&made, prepared, FALSE);
  wipe (prepared);
  for (gsize i = 0; i < sizeof keys->stored_sha256; i++)
    difference |= made.stored_sha256[i] ^ keys->stored_sha256[i];
  explicit_bzero (&made, sizeof made);
  return ok && difference == 0;
}
