/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-node.h"

#include <string.h>

#include "xmpp-error.h"

XmppNode *
xmpp_stanza_new (const char *name,
                 const char *type,
                 const char *to)
{
  XmppNode *stanza;

  g_return_val_if_fail (name != NULL, NULL);

  stanza = xmpp_node_new (name, XMPP_NS_CLIENT);
  xmpp_node_set (stanza, "type", type);
  xmpp_node_set (stanza, "to", to);
  return stanza;
}

XmppNode *
xmpp_iq_new (const char  *type,
             const char  *to,
             const char  *child,
             const char  *ns,
             XmppNode   **out_child)
{
  XmppNode *iq;
  XmppNode *payload = NULL;

  g_return_val_if_fail (type != NULL, NULL);

  iq = xmpp_stanza_new ("iq", type, to);
  if (child != NULL)
    payload = xmpp_node_add (iq, child, ns);
  if (out_child != NULL)
    *out_child = payload;
  return iq;
}

static XmppNode *
answer_to (const XmppNode *request,
           const char     *type)
{
  XmppNode *answer = xmpp_stanza_new (xmpp_node_get_name (request), type, xmpp_node_get (request, "from"));

  xmpp_node_set (answer, "from", xmpp_node_get (request, "to"));
  xmpp_node_set (answer, "id", xmpp_node_get (request, "id"));
  return answer;
}

XmppNode *
xmpp_iq_result_for (const XmppNode *request)
{
  g_return_val_if_fail (request != NULL, NULL);
  return answer_to (request, "result");
}

/**
 * xmpp_stanza_error_for:
 * @type: "cancel", "modify", "auth", "wait" or "continue" (RFC 6120 section 8.3.2)
 * @condition: a defined condition of RFC 6120 section 8.3.3
 * @text: for a person, in English, or NULL
 */
XmppNode *
xmpp_stanza_error_for (const XmppNode *request,
                       const char     *type,
                       const char     *condition,
                       const char     *text)
{
  XmppNode *answer;
  XmppNode *error;

  g_return_val_if_fail (request != NULL && type != NULL && condition != NULL, NULL);

  answer = answer_to (request, "error");
  error = xmpp_node_add (answer, "error", XMPP_NS_CLIENT);
  xmpp_node_set (error, "type", type);
  xmpp_node_add (error, condition, XMPP_NS_STANZAS);
  if (text != NULL)
    xmpp_node_add_text_child (error, "text", XMPP_NS_STANZAS, text);
  return answer;
}

const char *
xmpp_stanza_get_error_condition (const XmppNode *stanza)
{
  XmppNode *error;

  g_return_val_if_fail (stanza != NULL, NULL);

  error = xmpp_node_child (stanza, "error", NULL);
  if (error == NULL)
    return NULL;
  XMPP_NODE_FOREACH (error, child)
    {
      if (xmpp_node_is (child, NULL, XMPP_NS_STANZAS) && !xmpp_node_is (child, "text", NULL))
        return xmpp_node_get_name (child);
    }
  return NULL;
}

/* RFC 6120 section 8.3.3, in words for a person */
static const struct
{
  const char *condition;
  const char *message;
} explanations[] = {
  { "bad-request", "The request was not understood." },
  { "conflict", "This name is taken already." },
  { "feature-not-implemented", "The other side does not know this feature." },
  { "forbidden", "You are not allowed to do this." },
  { "gone", "This address is not in use any more." },
  { "internal-server-error", "The server has a problem of its own. Try again later." },
  { "item-not-found", "There is no such thing on the server." },
  { "jid-malformed", "The address is not valid." },
  { "not-acceptable", "The server does not accept this." },
  { "not-allowed", "The server does not allow this." },
  { "not-authorized", "You must sign in to do this." },
  { "policy-violation", "This is against the rules of the server." },
  { "recipient-unavailable", "The recipient is not there." },
  { "redirect", "This has moved to another address." },
  { "registration-required", "You must register there first." },
  { "remote-server-not-found", "The recipient's server was not found." },
  { "remote-server-timeout", "The recipient's server does not answer." },
  { "resource-constraint", "The server is too busy. Try again later." },
  { "service-unavailable", "This service is not available there." },
  { "subscription-required", "You must be a friend of the recipient to do this." },
  { "undefined-condition", "The other side reported an error." },
  { "unexpected-request", "The request came at the wrong moment." },
};

static const char *
explain (const char *condition)
{
  for (gsize i = 0; condition != NULL && i < G_N_ELEMENTS (explanations); i++)
    {
      if (strcmp (explanations[i].condition, condition) == 0)
        return explanations[i].message;
    }
  return "The other side reported an error.";
}

gboolean
xmpp_stanza_get_error (const XmppNode  *stanza,
                       GError         **error)
{
  const char *condition;
  XmppNode *child;
  const char *text = NULL;

  g_return_val_if_fail (stanza != NULL, FALSE);

  if (g_strcmp0 (xmpp_node_get (stanza, "type"), "error") != 0)
    return FALSE;
  condition = xmpp_stanza_get_error_condition (stanza);
  child = xmpp_node_child (stanza, "error", NULL);
  if (child != NULL)
    text = xmpp_node_child_text (child, "text", XMPP_NS_STANZAS);
  xmpp_set_error (error, XMPP_ERROR_STANZA, condition, "%s",
                  text != NULL && *text != '\0' ? text : explain (condition));
  return TRUE;
}
