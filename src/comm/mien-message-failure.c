/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-config.h"

#include "mien-message-failure.h"

#include <glib/gi18n-lib.h>
#include <xmpp-names.h>
#include <xmpp-node.h>

#define NS_BLOCKED "urn:xmpp:blocking:errors"   /* XEP-0191 section 3.2 */
#define MAX_TEXT 300                            /* characters of what the server says */

/* RFC 6120 section 8.3.3, as they are meant for a message. Conditions that say too little are not here: then the server
 * is quoted. */
static const struct
{
  const char *condition;
  const char *text;
} reasons[] = {
  { "forbidden", N_("You may not write to this address. Ask your friend to accept you first.") },
  { "gone", N_("This address is not used any more. Ask your friend for the new one.") },
  { "item-not-found", N_("There is nobody with this address. Check how it is written.") },
  { "jid-malformed", N_("The address is not valid. Check how it is written.") },
  { "not-acceptable", N_("The other side does not accept this message.") },
  { "not-allowed", N_("The server does not let you write to this address.") },
  { "not-authorized", N_("You may not write to this address. Ask your friend to accept you first.") },
  { "policy-violation", N_("The message breaks a rule of the server. It may be too long: send it in parts.") },
  { "recipient-unavailable", N_("Your friend is not there at the moment. Send the message again later.") },
  { "redirect", N_("This address is not used any more. Ask your friend for the new one.") },
  { "registration-required", N_("You may not write to this address. Ask your friend to accept you first.") },
  { "remote-server-not-found",
    N_("Your friend’s server cannot be found. Look at the part of the address after the @.") },
  { "remote-server-timeout", N_("Your friend’s server does not answer. Send the message again later.") },
  { "resource-constraint",
    N_("No more messages can wait for your friend. Send the message again when your friend is there.") },
  { "service-unavailable", N_("Nobody takes messages at this address at the moment. Send the message again later.") },
  { "subscription-required", N_("You may not write to this address. Ask your friend to accept you first.") },
};

char *
mien_message_failure_describe (const XmppNode *stanza)
{
  const char *condition = xmpp_stanza_get_error_condition (stanza);
  const XmppNode *error = xmpp_node_child (stanza, "error", NULL);
  const char *text = error != NULL ? xmpp_node_child_text (error, "text", XMPP_NS_STANZAS) : NULL;

  if (error != NULL && xmpp_node_child (error, "blocked", NS_BLOCKED) != NULL)
    return g_strdup (_("You have blocked this address. Unblock it to write to it."));
  for (gsize i = 0; condition != NULL && i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].condition, condition))
      return g_strdup (_(reasons[i].text));
  if (text != NULL && *text != '\0')
    {
      g_autofree char *cut = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_TEXT));

      /* Translators: %s is what the server says, in whatever language it speaks */
      return g_strdup_printf (_("The server did not deliver the message. It says: %s"), cut);
    }
  return g_strdup (_("The server did not deliver the message. Send it again later."));
}
