/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-sasl.h"

#include <gsasl.h>
#include <string.h>

#include "xmpp-wipe.h"

struct _XmppSasl
{
  Gsasl *context;
  Gsasl_session *session;
  gboolean is_scram;
  gboolean is_client;
  char *user;
  char *password;        /* client; wiped */
  XmppScramKeys keys;    /* server */
  gboolean sha256;
  /* What PLAIN brought (server) */
  char *given_password;
};

/* Best first */
static const char * const mechanisms[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN" };

const char *
xmpp_sasl_choose (const char * const *offered,
                  gboolean            secure)
{
  g_return_val_if_fail (offered != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      if (g_strv_contains (offered, mechanisms[i]) && (secure || g_str_has_prefix (mechanisms[i], "SCRAM-")))
        return mechanisms[i];
    }
  return NULL;
}

gboolean
xmpp_sasl_server_supports (const char *mechanism)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      if (g_strcmp0 (mechanism, mechanisms[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

static char *
dup_wipeable (const char *text)
{
  return g_strdup (text != NULL ? text : "");
}

static void
set_base64 (Gsasl_session  *session,
            Gsasl_property  property,
            const guint8   *data,
            gsize           length)
{
  g_autofree char *text = g_base64_encode (data, length);

  gsasl_property_set (session, property, text);
}

static int
server_property (XmppSasl       *self,
                 Gsasl_session  *session,
                 Gsasl_property  property)
{
  char iterations[16];

  switch (property)
    {
    case GSASL_SCRAM_ITER:
      g_snprintf (iterations, sizeof iterations, "%u", self->keys.iterations);
      gsasl_property_set (session, property, iterations);
      return GSASL_OK;
    case GSASL_SCRAM_SALT:
      set_base64 (session, property, self->keys.salt, sizeof self->keys.salt);
      return GSASL_OK;
    case GSASL_SCRAM_STOREDKEY:
      if (self->sha256)
        set_base64 (session, property, self->keys.stored_sha256, sizeof self->keys.stored_sha256);
      else
        set_base64 (session, property, self->keys.stored_sha1, sizeof self->keys.stored_sha1);
      return GSASL_OK;
    case GSASL_SCRAM_SERVERKEY:
      if (self->sha256)
        set_base64 (session, property, self->keys.server_sha256, sizeof self->keys.server_sha256);
      else
        set_base64 (session, property, self->keys.server_sha1, sizeof self->keys.server_sha1);
      return GSASL_OK;
    case GSASL_VALIDATE_SIMPLE:
      /* PLAIN is only read here; the keys are compared elsewhere, in another thread. */
      xmpp_wipe (&self->given_password);
      self->given_password = dup_wipeable (gsasl_property_fast (session, GSASL_PASSWORD));
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
    }
}

static int
on_property (Gsasl          *context,
             Gsasl_session  *session,
             Gsasl_property  property)
{
  XmppSasl *self = gsasl_session_hook_get (session);

  if (self == NULL)
    return GSASL_NO_CALLBACK;
  if (!self->is_client)
    return server_property (self, session, property);
  switch (property)
    {
    case GSASL_AUTHID:
      gsasl_property_set (session, property, self->user);
      return GSASL_OK;
    case GSASL_PASSWORD:
      gsasl_property_set (session, property, self->password);
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
    }
}

static XmppSasl *
sasl_new (const char *mechanism,
          gboolean    is_client)
{
  XmppSasl *self = g_new0 (XmppSasl, 1);
  int code;

  self->is_client = is_client;
  self->is_scram = g_str_has_prefix (mechanism, "SCRAM-");
  self->sha256 = strcmp (mechanism, "SCRAM-SHA-256") == 0;
  if (gsasl_init (&self->context) != GSASL_OK)
    {
      g_free (self);
      return NULL;
    }
  gsasl_callback_set (self->context, on_property);
  code = is_client ? gsasl_client_start (self->context, mechanism, &self->session)
                   : gsasl_server_start (self->context, mechanism, &self->session);
  if (code != GSASL_OK)
    {
      self->session = NULL;
      xmpp_sasl_free (self);
      return NULL;
    }
  gsasl_session_hook_set (self->session, self);
  return self;
}

XmppSasl *
xmpp_sasl_new_client (const char *mechanism,
                      const char *user,
                      const char *password)
{
  XmppSasl *self;

  g_return_val_if_fail (mechanism != NULL && user != NULL && password != NULL, NULL);

  self = sasl_new (mechanism, TRUE);
  if (self == NULL)
    return NULL;
  self->user = g_strdup (user);
  self->password = dup_wipeable (password);
  return self;
}

XmppSasl *
xmpp_sasl_new_server (const char          *mechanism,
                      const XmppScramKeys *keys)
{
  XmppSasl *self;

  g_return_val_if_fail (mechanism != NULL && keys != NULL, NULL);

  self = sasl_new (mechanism, FALSE);
  if (self != NULL)
    self->keys = *keys;
  return self;
}

void
xmpp_sasl_free (XmppSasl *self)
{
  g_return_if_fail (self != NULL);

  if (self->session != NULL)
    gsasl_finish (self->session);
  gsasl_done (self->context);
  xmpp_wipe (&self->password);
  xmpp_wipe (&self->given_password);
  g_free (self->user);
  explicit_bzero (&self->keys, sizeof self->keys);
  g_free (self);
}

/* A server could make us hash for hours: its count of iterations is looked at first (RFC 5802 section 5.1, "i"). */
static gboolean
iterations_allowed (XmppSasl *self,
                    const char *in)
{
  g_autofree char *text = NULL;
  const char *at;
  gsize length = 0;

  if (!self->is_client || !self->is_scram || in == NULL || *in == '\0')
    return TRUE;
  text = (char *) g_base64_decode (in, &length);
  at = g_strstr_len (text, (gssize) length, ",i=");
  if (at == NULL)
    return TRUE;   /* not the message with the count */
  for (at += 3; at < text + length && *at == '0'; at++)
    ;
  length -= (gsize) (at - text);
  for (gsize i = 0; i < length && g_ascii_isdigit (at[i]); i++)
    {
      if (i >= 6 && !(i == 6 && strncmp (at, "1000000", 7) == 0 && (length == 7 || !g_ascii_isdigit (at[7]))))
        return FALSE;
    }
  return TRUE;
}

XmppSaslStep
xmpp_sasl_step (XmppSasl    *self,
                const char  *in,
                char       **out,
                GError     **error)
{
  char *made = NULL;
  int code;

  g_return_val_if_fail (self != NULL && out != NULL, XMPP_SASL_FAILED);

  *out = NULL;
  if (in != NULL && strcmp (in, "=") == 0)
    in = "";
  if ((in != NULL && strlen (in) > XMPP_SASL_MAX_MESSAGE) || !iterations_allowed (self, in))
    {
      xmpp_set_error (error, XMPP_ERROR_AUTH_MECHANISM, "policy-violation",
                      "The server asks for more than is reasonable to check a password.");
      return XMPP_SASL_FAILED;
    }
  code = gsasl_step64 (self->session, in, &made);
  if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
    {
      const char *condition = "not-authorized";

      if (code == GSASL_MECHANISM_PARSE_ERROR || code == GSASL_BASE64_ERROR)
        condition = "malformed-request";
      if (self->is_client)
        xmpp_set_error (error, XMPP_ERROR_AUTH, condition, "The server could not prove that it knows this account.");
      else
        xmpp_set_error (error, XMPP_ERROR_AUTH, condition, "The password is not right.");
      return XMPP_SASL_FAILED;
    }
  if (made != NULL)
    {
      *out = g_strdup (made);
      gsasl_free (made);
    }
  return code == GSASL_OK ? XMPP_SASL_DONE : XMPP_SASL_CONTINUE;
}

gboolean
xmpp_sasl_read_first (const char    *mechanism,
                      const char    *in,
                      XmppSaslFirst *first)
{
  g_autoptr (XmppSasl) probe = NULL;
  g_autofree char *unused = NULL;
  XmppScramKeys none = { .iterations = XMPP_SCRAM_ITERATIONS_MIN };
  const char *authzid;

  g_return_val_if_fail (mechanism != NULL && in != NULL && first != NULL, FALSE);

  memset (first, 0, sizeof *first);
  if (!xmpp_sasl_server_supports (mechanism))
    return FALSE;
  /* An exchange that is thrown away: libgsasl reads the message, and nobody is let in. */
  probe = xmpp_sasl_new_server (mechanism, &none);
  if (probe == NULL || xmpp_sasl_step (probe, in, &unused, NULL) == XMPP_SASL_FAILED)
    return FALSE;
  first->user = g_strdup (gsasl_property_fast (probe->session, GSASL_AUTHID));
  authzid = gsasl_property_fast (probe->session, GSASL_AUTHZID);
  /* For PLAIN without an authorization identity libgsasl gives the user name in its place (RFC 4616 section 2). */
  if (authzid != NULL && *authzid != '\0' && (probe->is_scram || g_strcmp0 (authzid, first->user) != 0))
    first->authzid = g_strdup (authzid);
  first->password = g_steal_pointer (&probe->given_password);
  return first->user != NULL && (probe->is_scram || first->password != NULL);
}

void
xmpp_sasl_first_clear (XmppSaslFirst *first)
{
  g_clear_pointer (&first->user, g_free);
  g_clear_pointer (&first->authzid, g_free);
  xmpp_wipe (&first->password);
}

void
xmpp_sasl_fake_keys (XmppScramKeys *keys,
                     const char    *account)
{
  static gsize once;
  static guint8 secret[32];
  g_autoptr (GHmac) hmac = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  if (g_once_init_enter (&once))
    {
      gsasl_random ((char *) secret, sizeof secret);
      g_once_init_leave (&once, 1);
    }
  memset (keys, 0, sizeof *keys);
  hmac = g_hmac_new (G_CHECKSUM_SHA256, secret, sizeof secret);
  g_hmac_update (hmac, (const guchar *) account, -1);
  g_hmac_get_digest (hmac, digest, &length);
  memcpy (keys->salt, digest, sizeof keys->salt);
  keys->iterations = XMPP_SCRAM_ITERATIONS_DEFAULT;
  gsasl_random ((char *) keys->stored_sha256, sizeof keys->stored_sha256);
  gsasl_random ((char *) keys->stored_sha1, sizeof keys->stored_sha1);
  gsasl_random ((char *) keys->server_sha256, sizeof keys->server_sha256);
  gsasl_random ((char *) keys->server_sha1, sizeof keys->server_sha1);
}
