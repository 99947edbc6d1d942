/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-redact.h"

#include <string.h>

#include "xmpp-names.h"

#define HIDDEN "[hidden]"
#define MAX_LOGGED 4096   /* bytes of one stanza in the log: pictures in band are long */

static const struct
{
  const char *name;   /* NULL: any element of the namespace */
  const char *ns;
} secrets[] = {
  { NULL, XMPP_NS_SASL },
  { NULL, "urn:xmpp:sasl:2" },
  { "handshake", XMPP_NS_CLIENT },
  { "handshake", XMPP_NS_COMPONENT },
  { "password", NULL },
  { "digest", "jabber:iq:auth" },
  { "key", XMPP_NS_REGISTER },
};

static gboolean
is_secret (const XmppNode *node)
{
  const char *ns = xmpp_node_get_ns (node);

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      if (xmpp_node_is (node, secrets[i].name, secrets[i].ns))
        /* The names of mechanisms and of failures are no secrets. */
        return strcmp (ns, XMPP_NS_SASL) != 0 || !(xmpp_node_is (node, "mechanism", NULL)
                                                  || xmpp_node_is (node, "mechanisms", NULL)
                                                  || xmpp_node_is (node, "failure", NULL));
    }
  /* A data form's hidden field: <field var='password'><value/> */
  return xmpp_node_is (node, "field", "jabber:x:data")
         && (g_strcmp0 (xmpp_node_get (node, "type"), "text-private") == 0
             || g_strcmp0 (xmpp_node_get (node, "var"), "password") == 0);
}

static XmppNode *
redacted_copy (const XmppNode *node)
{
  XmppNode *copy = xmpp_node_copy (node);
  GPtrArray *secret_children = g_ptr_array_new ();

  /* The copy is searched element by element; a secret one is replaced by an empty one that says so. */
  XMPP_NODE_FOREACH (copy, child)
    g_ptr_array_add (secret_children, child);
  for (guint i = 0; i < secret_children->len; i++)
    {
      XmppNode *child = g_ptr_array_index (secret_children, i);
      XmppNode *clean = redacted_copy (child);

      xmpp_node_remove (copy, child);
      xmpp_node_append (copy, clean);
    }
  g_ptr_array_unref (secret_children);
  if (is_secret (copy))
    {
      XmppNode *hidden = xmpp_node_new (xmpp_node_get_name (copy), xmpp_node_get_ns (copy));

      if (xmpp_node_get (copy, "mechanism") != NULL)
        xmpp_node_set (hidden, "mechanism", xmpp_node_get (copy, "mechanism"));
      if (xmpp_node_get (copy, "var") != NULL)
        xmpp_node_set (hidden, "var", xmpp_node_get (copy, "var"));
      if (*xmpp_node_get_text (copy) != '\0' || xmpp_node_first (copy) != NULL)
        xmpp_node_append_text (hidden, HIDDEN);
      xmpp_node_unref (copy);
      return hidden;
    }
  return copy;
}

char *
xmpp_redact (const XmppNode *node)
{
  g_autoptr (XmppNode) clean = NULL;

  g_return_val_if_fail (node != NULL, NULL);
  clean = redacted_copy (node);
  return xmpp_node_to_string (clean);
}

static gboolean
is_wanted (void)
{
  static gsize once;
  static const GDebugKey keys[] = { { "stanza", 1 } };

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, 1 + g_parse_debug_string (g_getenv ("MIEN_DEBUG"), keys, G_N_ELEMENTS (keys)));
  return once > 1;
}

void
xmpp_redact_log (gconstpointer   stream,
                 const char     *way,
                 const XmppNode *node)
{
  g_autofree char *text = NULL;

  if (G_LIKELY (!is_wanted ()))
    return;
  text = xmpp_redact (node);
  if (strlen (text) > MAX_LOGGED)
    memcpy (text + MAX_LOGGED - 3, "...", 4);
  /* The variable asks for it: a message when g_debug() is not shown. */
  if (g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))
    g_message ("%p %s: %s", stream, way, text);
  else
    g_debug ("%p %s: %s", stream, way, text);
}
