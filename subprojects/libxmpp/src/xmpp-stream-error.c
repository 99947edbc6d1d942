/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-stream-error.h"

#include <string.h>

#include "xmpp-names.h"

static const struct
{
  const char *condition;
  XmppError code;
  const char *message;
} explanations[] = {
  { "conflict", XMPP_ERROR_CONFLICT, "Another program signed in to this account under the same name." },
  { "connection-timeout", XMPP_ERROR_TIMEOUT, "The server gave up, because nothing came from here." },
  { "host-gone", XMPP_ERROR_HOST_UNKNOWN, "The server does not serve this domain any more." },
  { "host-unknown", XMPP_ERROR_HOST_UNKNOWN, "The server does not serve this domain." },
  { "internal-server-error", XMPP_ERROR_STREAM, "The server has a problem of its own. Try again later." },
  { "not-authorized", XMPP_ERROR_AUTH, "The server does not accept these credentials." },
  { "policy-violation", XMPP_ERROR_STREAM, "The connection was ended, because a rule of the server was broken." },
  { "remote-connection-failed", XMPP_ERROR_STREAM, "The server cannot reach what it needs." },
  { "reset", XMPP_ERROR_STREAM, "The server asks to connect anew." },
  { "resource-constraint", XMPP_ERROR_STREAM, "The server is too busy. Try again later." },
  { "see-other-host", XMPP_ERROR_STREAM, "The server asks to use another host." },
  { "system-shutdown", XMPP_ERROR_STREAM, "The server is being shut down." },
  { "unsupported-version", XMPP_ERROR_STREAM, "The server speaks another version of XMPP." },
};

GError *
xmpp_stream_error_from_node (const XmppNode *node)
{
  const char *condition = "undefined-condition";
  const char *text;
  GError *error = NULL;

  g_return_val_if_fail (node != NULL, NULL);

  text = xmpp_node_child_text (node, "text", XMPP_NS_STREAM_ERRORS);
  XMPP_NODE_FOREACH (node, child)
    {
      if (xmpp_node_is (child, NULL, XMPP_NS_STREAM_ERRORS) && !xmpp_node_is (child, "text", NULL))
        {
          condition = xmpp_node_get_name (child);
          break;
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (explanations); i++)
    {
      if (strcmp (explanations[i].condition, condition) == 0)
        {
          xmpp_set_error (&error, explanations[i].code, condition, "%s", explanations[i].message);
          return error;
        }
    }
  if (text != NULL && *text != '\0')
    xmpp_set_error (&error, XMPP_ERROR_STREAM, condition, "The connection was ended by the other side: %s", text);
  else
    xmpp_set_error (&error, XMPP_ERROR_STREAM, condition, "The connection was ended by the other side (%s).",
                    condition);
  return error;
}

XmppNode *
xmpp_stream_error_to_node (const char *condition,
                           const char *text)
{
  XmppNode *node = xmpp_node_new ("error", XMPP_NS_STREAMS);

  xmpp_node_add (node, condition, XMPP_NS_STREAM_ERRORS);
  if (text != NULL)
    xmpp_node_add_text_child (node, "text", XMPP_NS_STREAM_ERRORS, text);
  return node;
}
