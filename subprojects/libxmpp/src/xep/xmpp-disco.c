/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-disco.h"
#include "../xmpp-names.h"

static void
identity_free (gpointer data)
{
  XmppDiscoIdentity *identity = data;

  g_free (identity->category);
  g_free (identity->type);
  g_free (identity->lang);
  g_free (identity->name);
  g_free (identity);
}

XmppDiscoInfo *
xmpp_disco_info_new (void)
{
  XmppDiscoInfo *self = g_new0 (XmppDiscoInfo, 1);

  self->identities = g_ptr_array_new_with_free_func (identity_free);
  self->features = g_ptr_array_new_with_free_func (g_free);
  self->forms = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_form_free);
  return self;
}

void
xmpp_disco_info_free (XmppDiscoInfo *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->identities);
  g_ptr_array_unref (self->features);
  g_ptr_array_unref (self->forms);
  g_free (self);
}

void
xmpp_disco_info_add_identity (XmppDiscoInfo *self, const char *category, const char *type, const char *lang,
                              const char *name)
{
  XmppDiscoIdentity *identity;

  g_return_if_fail (self != NULL && category != NULL && type != NULL);

  identity = g_new0 (XmppDiscoIdentity, 1);
  identity->category = g_strdup (category);
  identity->type = g_strdup (type);
  identity->lang = g_strdup (lang);
  identity->name = g_strdup (name);
  g_ptr_array_add (self->identities, identity);
}

void
xmpp_disco_info_add_feature (XmppDiscoInfo *self, const char *feature)
{
  g_return_if_fail (self != NULL && feature != NULL);

  if (!xmpp_disco_info_has_feature (self, feature))
    g_ptr_array_add (self->features, g_strdup (feature));
}

void
xmpp_disco_info_take_form (XmppDiscoInfo *self, XmppForm *form)
{
  g_return_if_fail (self != NULL && form != NULL);
  g_ptr_array_add (self->forms, form);
}

gboolean
xmpp_disco_info_has_feature (const XmppDiscoInfo *self, const char *feature)
{
  g_return_val_if_fail (self != NULL && feature != NULL, FALSE);

  for (guint i = 0; i < self->features->len; i++)
    {
      if (strcmp (g_ptr_array_index (self->features, i), feature) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
xmpp_disco_info_has_identity (const XmppDiscoInfo *self, const char *category, const char *type)
{
  g_return_val_if_fail (self != NULL && category != NULL, FALSE);

  for (guint i = 0; i < self->identities->len; i++)
    {
      const XmppDiscoIdentity *identity = g_ptr_array_index (self->identities, i);

      if (strcmp (identity->category, category) == 0 && (type == NULL || strcmp (identity->type, type) == 0))
        return TRUE;
    }
  return FALSE;
}

const XmppForm *
xmpp_disco_info_get_form (const XmppDiscoInfo *self, const char *form_type)
{
  g_return_val_if_fail (self != NULL && form_type != NULL, NULL);

  for (guint i = 0; i < self->forms->len; i++)
    {
      const XmppForm *form = g_ptr_array_index (self->forms, i);

      if (g_strcmp0 (xmpp_form_get_form_type (form), form_type) == 0)
        return form;
    }
  return NULL;
}

static XmppNode *
request_new (const char *to, const char *node, const char *ns)
{
  XmppNode *query;
  XmppNode *iq = xmpp_iq_new ("get", to, "query", ns, &query);

  xmpp_node_set (query, "node", node);
  return iq;
}

XmppNode *
xmpp_disco_info_request (const char *to, const char *node)
{
  return request_new (to, node, XMPP_NS_DISCO_INFO);
}

XmppNode *
xmpp_disco_items_request (const char *to, const char *node)
{
  return request_new (to, node, XMPP_NS_DISCO_ITEMS);
}

const char *
xmpp_disco_request_get_node (const XmppNode *iq)
{
  XmppNode *query;

  g_return_val_if_fail (iq != NULL, NULL);

  query = xmpp_node_child (iq, "query", XMPP_NS_DISCO_INFO);
  if (query == NULL)
    query = xmpp_node_child (iq, "query", XMPP_NS_DISCO_ITEMS);
  return query != NULL ? xmpp_node_get (query, "node") : NULL;
}

/* The answer repeats the node of the question (section 3.2). */
static XmppNode *
result_new (const XmppNode *request, const char *ns, XmppNode **query)
{
  XmppNode *iq = xmpp_iq_result_for (request);

  *query = xmpp_node_add (iq, "query", ns);
  xmpp_node_set (*query, "node", xmpp_disco_request_get_node (request));
  return iq;
}

XmppNode *
xmpp_disco_info_result (const XmppNode *request, const XmppDiscoInfo *info)
{
  XmppNode *query;
  XmppNode *iq;

  g_return_val_if_fail (request != NULL && info != NULL, NULL);

  iq = result_new (request, XMPP_NS_DISCO_INFO, &query);
  for (guint i = 0; i < info->identities->len; i++)
    {
      const XmppDiscoIdentity *identity = g_ptr_array_index (info->identities, i);
      XmppNode *node = xmpp_node_add (query, "identity", NULL);

      xmpp_node_set (node, "category", identity->category);
      xmpp_node_set (node, "type", identity->type);
      xmpp_node_set (node, "name", identity->name);
      if (identity->lang != NULL)
        xmpp_node_set_ns_attr (node, "lang", XMPP_NS_XML, identity->lang);
    }
  for (guint i = 0; i < info->features->len; i++)
    xmpp_node_set (xmpp_node_add (query, "feature", NULL), "var", g_ptr_array_index (info->features, i));
  for (guint i = 0; i < info->forms->len; i++)
    xmpp_node_append (query, xmpp_form_to_node (g_ptr_array_index (info->forms, i)));
  return iq;
}

/* FALSE: a limit is passed. */
static gboolean
parse_info_child (XmppDiscoInfo *info, const XmppNode *child)
{
  if (xmpp_node_is (child, "identity", XMPP_NS_DISCO_INFO))
    {
      const char *category = xmpp_node_get (child, "category");
      const char *type = xmpp_node_get (child, "type");

      if (info->identities->len >= XMPP_DISCO_MAX_IDENTITIES)
        return FALSE;
      if (category != NULL && type != NULL)
        xmpp_disco_info_add_identity (info, category, type, xmpp_node_get_ns_attr (child, "lang", XMPP_NS_XML),
                                      xmpp_node_get (child, "name"));
    }
  else if (xmpp_node_is (child, "feature", XMPP_NS_DISCO_INFO))
    {
      const char *var = xmpp_node_get (child, "var");

      if (info->features->len >= XMPP_DISCO_MAX_FEATURES)
        return FALSE;
      if (var != NULL)
        g_ptr_array_add (info->features, g_strdup (var));
    }
  else if (xmpp_node_is (child, "x", XMPP_NS_FORM))
    {
      XmppForm *form = xmpp_form_parse (child);

      if (form == NULL)
        return FALSE;
      xmpp_disco_info_take_form (info, form);
      return info->forms->len <= XMPP_DISCO_MAX_FORMS;
    }
  return TRUE;
}

XmppDiscoInfo *
xmpp_disco_info_parse (const XmppNode *result)
{
  g_autoptr (XmppDiscoInfo) info = NULL;
  XmppNode *query;

  g_return_val_if_fail (result != NULL, NULL);

  query = xmpp_node_child (result, "query", XMPP_NS_DISCO_INFO);
  if (query == NULL)
    return NULL;

  info = xmpp_disco_info_new ();
  XMPP_NODE_FOREACH (query, child)
    {
      if (!parse_info_child (info, child))
        return NULL;
    }
  return g_steal_pointer (&info);
}

XmppDiscoItem *
xmpp_disco_item_new (const char *jid, const char *node, const char *name)
{
  XmppDiscoItem *self;

  g_return_val_if_fail (jid != NULL, NULL);

  self = g_new0 (XmppDiscoItem, 1);
  self->jid = g_strdup (jid);
  self->node = g_strdup (node);
  self->name = g_strdup (name);
  return self;
}

void
xmpp_disco_item_free (XmppDiscoItem *self)
{
  if (self == NULL)
    return;
  g_free (self->jid);
  g_free (self->node);
  g_free (self->name);
  g_free (self);
}

XmppNode *
xmpp_disco_items_result (const XmppNode *request, GPtrArray *items)
{
  XmppNode *query;
  XmppNode *iq;

  g_return_val_if_fail (request != NULL, NULL);

  iq = result_new (request, XMPP_NS_DISCO_ITEMS, &query);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const XmppDiscoItem *item = g_ptr_array_index (items, i);
      XmppNode *node = xmpp_node_add (query, "item", NULL);

      xmpp_node_set (node, "jid", item->jid);
      xmpp_node_set (node, "node", item->node);
      xmpp_node_set (node, "name", item->name);
    }
  return iq;
}

GPtrArray *
xmpp_disco_items_parse (const XmppNode *result)
{
  g_autoptr (GPtrArray) items = NULL;
  XmppNode *query;

  g_return_val_if_fail (result != NULL, NULL);

  query = xmpp_node_child (result, "query", XMPP_NS_DISCO_ITEMS);
  if (query == NULL)
    return NULL;

  items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_disco_item_free);
  XMPP_NODE_FOREACH (query, child)
    {
      const char *jid = xmpp_node_get (child, "jid");

      if (!xmpp_node_is (child, "item", XMPP_NS_DISCO_ITEMS) || jid == NULL)
        continue;
      if (items->len >= XMPP_DISCO_MAX_ITEMS)
        return NULL;
      g_ptr_array_add (items, xmpp_disco_item_new (jid, xmpp_node_get (child, "node"), xmpp_node_get (child, "name")));
    }
  return g_steal_pointer (&items);
}
