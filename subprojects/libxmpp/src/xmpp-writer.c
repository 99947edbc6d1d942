/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-writer.h"

#include <string.h>

#include "xmpp-names.h"
#include "xmpp-node-private.h"

typedef struct
{
  GString *out;
  const char *scope;      /* default namespace in force, NULL: none */
  const char *content;    /* namespace of the stream that stands for jabber:client; NULL: as it is */
  gboolean in_stream;     /* the prefix `stream` is declared */
} Writer;

static void write_element (const XmppNode *node, gpointer user_data);

void
xmpp_writer_append_escaped (GString    *out,
                            const char *text,
                            gsize       length)
{
  const char *end = text + length;
  const char *from = text;

  for (const char *p = text; p < end; p++)
    {
      const char *entity;

      switch (*p)
        {
        case '&': entity = "&amp;"; break;
        case '<': entity = "&lt;"; break;
        case '>': entity = "&gt;"; break;
        case '"': entity = "&quot;"; break;
        case '\'': entity = "&apos;"; break;
        case '\r': entity = "&#13;"; break;   /* XML 1.0 section 2.11 would turn it into a line feed */
        default: continue;
        }
      g_string_append_len (out, from, p - from);
      g_string_append (out, entity);
      from = p + 1;
    }
  g_string_append_len (out, from, end - from);
}

/* Attribute-value normalization (XML 1.0 section 3.3.3) turns tab and line feed into spaces unless they are escaped. */
static void
append_value (GString    *out,
              const char *value)
{
  gsize plain = strcspn (value, "\t\n");

  while (value[plain] != '\0')
    {
      xmpp_writer_append_escaped (out, value, plain);
      g_string_append (out, value[plain] == '\t' ? "&#9;" : "&#10;");
      value += plain + 1;
      plain = strcspn (value, "\t\n");
    }
  xmpp_writer_append_escaped (out, value, plain);
}

static void
append_attr (GString    *out,
             const char *prefix,
             const char *name,
             const char *value)
{
  g_string_append_c (out, ' ');
  if (prefix != NULL)
    {
      g_string_append (out, prefix);
      g_string_append_c (out, ':');
    }
  g_string_append (out, name);
  g_string_append (out, "='");
  append_value (out, value);
  g_string_append_c (out, '\'');
}

static void
append_attrs (GString        *out,
              const XmppNode *node)
{
  guint made = 0;

  for (const XmppAttr *attr = xmpp_node_get_attrs (node); attr != NULL; attr = attr->next)
    {
      char prefix[16];

      if (attr->ns == NULL)
        {
          append_attr (out, NULL, attr->name, attr->value);
        }
      else if (strcmp (attr->ns, XMPP_NS_XML) == 0)
        {
          append_attr (out, "xml", attr->name, attr->value);
        }
      else
        {
          g_snprintf (prefix, sizeof prefix, "ns%u", made++);
          append_attr (out, "xmlns", prefix, attr->ns);
          append_attr (out, prefix, attr->name, attr->value);
        }
    }
}

static void
write_text (const char *text,
            gsize       length,
            gpointer    user_data)
{
  xmpp_writer_append_escaped (((Writer *) user_data)->out, text, length);
}

static void
write_element (const XmppNode *node,
               gpointer        user_data)
{
  const Writer *around = user_data;
  Writer inside = *around;
  GString *out = around->out;
  const char *name = xmpp_node_get_name (node);
  const char *ns = xmpp_node_get_ns (node);
  const char *prefix = "";
  gsize tag;

  if (around->content != NULL && strcmp (ns, XMPP_NS_CLIENT) == 0)
    ns = around->content;
  else
    inside.content = NULL;
  if (around->in_stream && strcmp (ns, XMPP_NS_STREAMS) == 0)
    prefix = "stream:";

  g_string_append_c (out, '<');
  g_string_append (out, prefix);
  g_string_append (out, name);
  if (*prefix == '\0' && strcmp (around->scope != NULL ? around->scope : "", ns) != 0)
    {
      append_attr (out, NULL, "xmlns", ns);
      inside.scope = ns;
    }
  append_attrs (out, node);
  g_string_append_c (out, '>');
  tag = out->len;
  xmpp_node_visit (node, write_element, write_text, &inside);
  if (out->len == tag)
    {
      g_string_truncate (out, tag - 1);
      g_string_append (out, "/>");
      return;
    }
  g_string_append (out, "</");
  g_string_append (out, prefix);
  g_string_append (out, name);
  g_string_append_c (out, '>');
}

void
xmpp_writer_append (GString        *out,
                    const XmppNode *node,
                    const char     *scope)
{
  Writer writer = { out, scope, NULL, scope != NULL };

  g_return_if_fail (out != NULL && node != NULL);

  if (scope != NULL && strcmp (scope, XMPP_NS_CLIENT) != 0)
    writer.content = scope;
  write_element (node, &writer);
}

void
xmpp_writer_append_header (GString        *out,
                           const XmppNode *header,
                           const char     *content_ns)
{
  g_return_if_fail (out != NULL && header != NULL && content_ns != NULL);

  g_string_append (out, "<?xml version='1.0'?><stream:stream");
  append_attr (out, NULL, "xmlns", content_ns);
  append_attr (out, "xmlns", "stream", XMPP_NS_STREAMS);
  append_attrs (out, header);
  g_string_append_c (out, '>');
}

char *
xmpp_node_to_string (const XmppNode *self)
{
  GString *out;

  g_return_val_if_fail (self != NULL, NULL);
  out = g_string_new (NULL);
  xmpp_writer_append (out, self, NULL);
  return g_string_free (out, FALSE);
}
