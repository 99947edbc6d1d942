/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml.h"

typedef struct
{
  GPtrArray *open;   /* of XmppNode*, borrowed but for the first */
  XmppNode  *root;
} Builder;

static void
on_start (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer data,
          GError **error)
{
  Builder *builder = data;
  XmppNode *parent = builder->open->len > 0 ? g_ptr_array_index (builder->open, builder->open->len - 1) : NULL;
  const char *ns = NULL;
  XmppNode *node;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "xmlns"))
        ns = values[i];
    }
  if (parent != NULL)
    node = xmpp_node_add (parent, name, ns);
  else
    node = builder->root = xmpp_node_new (name, ns != NULL ? ns : XMPP_NS_CLIENT);
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "xml:lang"))
        xmpp_node_set_ns_attr (node, "lang", "http://www.w3.org/XML/1998/namespace", values[i]);
      else if (!g_str_equal (names[i], "xmlns"))
        xmpp_node_set (node, names[i], values[i]);
    }
  g_ptr_array_add (builder->open, node);
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  Builder *builder = data;

  g_ptr_array_set_size (builder->open, builder->open->len - 1);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Builder *builder = data;
  g_autofree char *copy = g_strndup (text, length);
  g_autofree char *bare = g_strstrip (g_strdup (copy));

  if (*bare != '\0')
    xmpp_node_append_text (g_ptr_array_index (builder->open, builder->open->len - 1), copy);
}

XmppNode *
test_xml (const char *text)
{
  static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };
  Builder builder = { g_ptr_array_new (), NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &builder, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (builder.open);
  return builder.root;
}
