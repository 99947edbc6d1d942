/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <xmpp-error.h>

static const char *
get_domain (const char *bare_jid)
{
  const char *at = bare_jid != NULL ? strchr (bare_jid, '@') : NULL;

  return at != NULL ? at + 1 : bare_jid != NULL ? bare_jid : _("the server");
}

/* What a server or a friend's program answered (RFC 6120 section 8.3.3). Conditions that say little by themselves are
 * not here: the text that came with them says more. */
static const struct
{
  const char *condition;
  const char *text;
} answers[] = {
  { "feature-not-implemented", N_("The other side does not know this feature.") },
  { "forbidden", N_("You are not allowed to do this.") },
  { "gone", N_("This address is not in use any more.") },
  { "internal-server-error", N_("The server has a problem of its own. Try again later.") },
  { "item-not-found", N_("There is no such thing on the server.") },
  { "jid-malformed", N_("The address is not valid.") },
  { "not-allowed", N_("The server does not allow this.") },
  { "recipient-unavailable", N_("The recipient is not there.") },
  { "remote-server-not-found", N_("There is no such server. Look at the part of the address after the @.") },
  { "remote-server-timeout", N_("The recipient’s server does not answer. Try again later.") },
  { "service-unavailable", N_("This is not possible with this address.") },
  { "system-shutdown", N_("The server is being shut down. Try again later.") },
};

static const char *
find_answer (const GError *error)
{
  const char *condition = xmpp_error_get_condition (error);

  for (gsize i = 0; condition != NULL && i < G_N_ELEMENTS (answers); i++)
    {
      if (g_str_equal (answers[i].condition, condition))
        return _(answers[i].text);
    }
  return error->message;
}

static char *
describe_registration (const GError *error,
                       const char   *bare_jid)
{
  const char *condition = xmpp_error_get_condition (error);

  if (g_strcmp0 (condition, "conflict") == 0 && bare_jid != NULL)
    return g_strdup_printf (_("%s is taken already. Choose another name."), bare_jid);
  if (g_strcmp0 (condition, "not-allowed") == 0 || g_strcmp0 (condition, "service-unavailable") == 0
      || g_strcmp0 (condition, "feature-not-implemented") == 0 || g_strcmp0 (condition, "not-authorized") == 0)
    return g_strdup_printf (_("%s does not let new accounts be created from here."), get_domain (bare_jid));

  /* Translators: %s is the server's reason */
  return g_strdup_printf (_("The account was not created: %s"), error->message);
}

char *
mien_error_describe (const GError *error,
                     const char   *bare_jid)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != XMPP_ERROR)
    return g_strdup (error->message);

  switch ((XmppError) error->code)
    {
    case XMPP_ERROR_BAD_JID:
      return g_strdup (_("That is not a complete address. It looks like name@example.org."));
    case XMPP_ERROR_HOST_UNKNOWN:
      return g_strdup_printf (_("There is no server called %s. Look at the part of your address after the @."),
                              get_domain (bare_jid));
    case XMPP_ERROR_UNREACHABLE:
      return g_strdup_printf (_("The server %s does not answer. Look at your network connection, or "
                                "at the server and port under “Advanced”."),
                              get_domain (bare_jid));
    case XMPP_ERROR_TLS:
      return g_strdup_printf (_("A secure connection with %s is not possible, so your password was not sent."),
                              get_domain (bare_jid));
    case XMPP_ERROR_CERTIFICATE:
      return g_strdup_printf (_("The server could not prove that it is %s, so your password was not sent."),
                              get_domain (bare_jid));
    case XMPP_ERROR_AUTH:
      return g_strdup_printf (_("That password is not right for %s."), bare_jid != NULL ? bare_jid : _("this account"));
    case XMPP_ERROR_AUTH_MECHANISM:
      return g_strdup_printf (_("%s offers no safe way to prove the password, so it was not sent."),
                              get_domain (bare_jid));
    case XMPP_ERROR_TIMEOUT:
      return g_strdup_printf (_("%s takes too long to answer. Try again in a moment."), get_domain (bare_jid));
    case XMPP_ERROR_CLOSED:
      return g_strdup_printf (_("%s closed the connection. Try again in a moment."), get_domain (bare_jid));
    case XMPP_ERROR_CONFLICT:
      return g_strdup (_("You have signed in with another program, which took the place of this one."));
    case XMPP_ERROR_REGISTRATION:
      return describe_registration (error, bare_jid);
    case XMPP_ERROR_BAD_XML:
    case XMPP_ERROR_LIMIT:
      return g_strdup_printf (_("%s answered in a way that was not understood. Try again later."),
                              get_domain (bare_jid));
    case XMPP_ERROR_STREAM:
    case XMPP_ERROR_STANZA:
    default:
      return g_strdup (find_answer (error));
    }
}

char *
mien_fingerprint_to_words (const guint8 *bytes,
                           gsize         length)
{
  static const char consonants[] = "bdfghjklmnprstvz";
  static const char vowels[] = "aiou";
  GString *words = g_string_sized_new (length * 3);

  g_return_val_if_fail (length % 2 == 0, g_string_free (words, FALSE));

  for (gsize i = 0; i < length; i += 2)
    {
      guint pair = bytes[i] << 8 | bytes[i + 1];

      if (i > 0)
        g_string_append_c (words, ' ');
      g_string_append_c (words, consonants[pair >> 12 & 15]);
      g_string_append_c (words, vowels[pair >> 10 & 3]);
      g_string_append_c (words, consonants[pair >> 6 & 15]);
      g_string_append_c (words, vowels[pair >> 4 & 3]);
      g_string_append_c (words, consonants[pair & 15]);
    }

  return g_string_free (words, FALSE);
}
