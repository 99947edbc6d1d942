/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-pubsub.h"

static XmppNode *
pubsub_iq (const char *type, const char *to, const char *ns, const char *action, const char *node,
           XmppNode **out_action)
{
  XmppNode *pubsub;
  XmppNode *iq = xmpp_iq_new (type, to, "pubsub", ns, &pubsub);

  *out_action = xmpp_node_add (pubsub, action, NULL);
  xmpp_node_set (*out_action, "node", node);
  return iq;
}

XmppNode *
xmpp_pubsub_publish (const char *to, const char *node, const char *item_id, XmppNode *payload, XmppForm *options)
{
  XmppNode *publish;
  XmppNode *iq;
  XmppNode *item;

  g_return_val_if_fail (node != NULL, NULL);

  iq = pubsub_iq ("set", to, XMPP_NS_PUBSUB, "publish", node, &publish);
  item = xmpp_node_add (publish, "item", NULL);
  xmpp_node_set (item, "id", item_id);
  if (payload != NULL)
    xmpp_node_append (item, payload);
  if (options != NULL)
    {
      XmppNode *pubsub = xmpp_node_child (iq, "pubsub", XMPP_NS_PUBSUB);

      xmpp_node_append (xmpp_node_add (pubsub, "publish-options", NULL), xmpp_form_to_node (options));
      xmpp_form_free (options);
    }
  return iq;
}

XmppNode *
xmpp_pubsub_items (const char *to, const char *node, const char *item_id, guint max_items)
{
  XmppNode *items;
  XmppNode *iq;

  g_return_val_if_fail (node != NULL, NULL);

  iq = pubsub_iq ("get", to, XMPP_NS_PUBSUB, "items", node, &items);
  if (item_id != NULL)
    xmpp_node_set (xmpp_node_add (items, "item", NULL), "id", item_id);
  else if (max_items > 0)
    {
      g_autofree char *text = g_strdup_printf ("%u", max_items);

      xmpp_node_set (items, "max_items", text);
    }
  return iq;
}

XmppNode *
xmpp_pubsub_retract (const char *to, const char *node, const char *item_id, gboolean notify)
{
  XmppNode *retract;
  XmppNode *iq;

  g_return_val_if_fail (node != NULL && item_id != NULL, NULL);

  iq = pubsub_iq ("set", to, XMPP_NS_PUBSUB, "retract", node, &retract);
  if (notify)
    xmpp_node_set (retract, "notify", "true");
  xmpp_node_set (xmpp_node_add (retract, "item", NULL), "id", item_id);
  return iq;
}

XmppNode *
xmpp_pubsub_delete_node (const char *to, const char *node)
{
  XmppNode *action;

  g_return_val_if_fail (node != NULL, NULL);
  return pubsub_iq ("set", to, XMPP_NS_PUBSUB_OWNER, "delete", node, &action);
}

XmppNode *
xmpp_pubsub_configure (const char *to, const char *node, XmppForm *config)
{
  XmppNode *configure;
  XmppNode *iq;

  g_return_val_if_fail (node != NULL && config != NULL, NULL);

  iq = pubsub_iq ("set", to, XMPP_NS_PUBSUB_OWNER, "configure", node, &configure);
  xmpp_node_append (configure, xmpp_form_to_node (config));
  xmpp_form_free (config);
  return iq;
}

XmppForm *
xmpp_pubsub_publish_options_new (void)
{
  return xmpp_form_new ("submit", XMPP_PUBSUB_PUBLISH_OPTIONS);
}

XmppForm *
xmpp_pubsub_node_config_new (void)
{
  return xmpp_form_new ("submit", XMPP_PUBSUB_NODE_CONFIG);
}

XmppNode *
xmpp_pubsub_result_items (const XmppNode *result, const char *node)
{
  XmppNode *pubsub;
  XmppNode *items;

  g_return_val_if_fail (result != NULL && node != NULL, NULL);

  pubsub = xmpp_node_child (result, "pubsub", XMPP_NS_PUBSUB);
  items = pubsub != NULL ? xmpp_node_child (pubsub, "items", XMPP_NS_PUBSUB) : NULL;
  return items != NULL && g_strcmp0 (xmpp_node_get (items, "node"), node) == 0 ? items : NULL;
}

XmppNode *
xmpp_pubsub_item_payload (const XmppNode *item, const char *name, const char *ns)
{
  g_return_val_if_fail (item != NULL, NULL);
  return xmpp_node_child (item, name, ns);
}

const char *
xmpp_pubsub_published_id (const XmppNode *result)
{
  XmppNode *node;

  g_return_val_if_fail (result != NULL, NULL);

  node = xmpp_node_child (result, "pubsub", XMPP_NS_PUBSUB);
  node = node != NULL ? xmpp_node_child (node, "publish", XMPP_NS_PUBSUB) : NULL;
  node = node != NULL ? xmpp_node_child (node, "item", XMPP_NS_PUBSUB) : NULL;
  return node != NULL ? xmpp_node_get (node, "id") : NULL;
}

const char *
xmpp_pubsub_error_condition (const XmppNode *stanza)
{
  XmppNode *error;

  g_return_val_if_fail (stanza != NULL, NULL);

  error = xmpp_node_child (stanza, "error", NULL);
  if (error == NULL)
    return NULL;
  XMPP_NODE_FOREACH (error, child)
    {
      if (strcmp (xmpp_node_get_ns (child), XMPP_NS_PUBSUB_ERRORS) == 0)
        return xmpp_node_get_name (child);
    }
  return NULL;
}

XmppNode *
xmpp_pubsub_error (const XmppNode *request, const char *type, const char *condition, const char *pubsub_condition)
{
  XmppNode *stanza = xmpp_stanza_error_for (request, type, condition, NULL);
  XmppNode *error = xmpp_node_child (stanza, "error", NULL);

  if (error != NULL && pubsub_condition != NULL)
    xmpp_node_add (error, pubsub_condition, XMPP_NS_PUBSUB_ERRORS);
  return stanza;
}

/* Events */

gboolean
xmpp_pubsub_event_parse (const XmppNode *message, XmppPubsubEvent *out)
{
  static const struct { const char *name; XmppPubsubEventKind kind; } kinds[] = {
    { "items", XMPP_PUBSUB_ITEMS }, { "purge", XMPP_PUBSUB_PURGE }, { "delete", XMPP_PUBSUB_DELETE },
  };
  XmppNode *event;
  guint count = 0;

  g_return_val_if_fail (message != NULL && out != NULL, FALSE);

  if (g_strcmp0 (xmpp_node_get (message, "type"), "error") == 0)
    return FALSE;
  event = xmpp_node_child (message, "event", XMPP_NS_PUBSUB_EVENT);
  if (event == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      XmppNode *element = xmpp_node_child (event, kinds[i].name, XMPP_NS_PUBSUB_EVENT);

      if (element == NULL || xmpp_node_get (element, "node") == NULL)
        continue;
      XMPP_NODE_FOREACH (element, child)
        {
          (void) child;
          if (++count > XMPP_PUBSUB_MAX_ITEMS)
            return FALSE;
        }
      out->kind = kinds[i].kind;
      out->node = xmpp_node_get (element, "node");
      out->element = element;
      return TRUE;
    }
  return FALSE;
}

static XmppNode *
event_message (const char *from, const char *to, const char *what, const char *node, XmppNode **out_element)
{
  XmppNode *message = xmpp_stanza_new ("message", "headline", to);

  xmpp_node_set (message, "from", from);
  *out_element = xmpp_node_add (xmpp_node_add (message, "event", XMPP_NS_PUBSUB_EVENT), what, NULL);
  xmpp_node_set (*out_element, "node", node);
  return message;
}

XmppNode *
xmpp_pubsub_event_new (const char *from, const char *to, const char *node, XmppNode *item)
{
  XmppNode *items;
  XmppNode *message;

  g_return_val_if_fail (node != NULL && item != NULL, NULL);

  message = event_message (from, to, "items", node, &items);
  xmpp_node_append (items, item);
  return message;
}

XmppNode *
xmpp_pubsub_event_retract (const char *from, const char *to, const char *node, const char *item_id)
{
  XmppNode *items;
  XmppNode *message;

  g_return_val_if_fail (node != NULL && item_id != NULL, NULL);

  message = event_message (from, to, "items", node, &items);
  xmpp_node_set (xmpp_node_add (items, "retract", NULL), "id", item_id);
  return message;
}

XmppNode *
xmpp_pubsub_event_delete (const char *from, const char *to, const char *node)
{
  XmppNode *element;

  g_return_val_if_fail (node != NULL, NULL);
  return event_message (from, to, "delete", node, &element);
}

/* The answering side */

typedef struct
{
  const char           *ns;
  const char           *type;          /* of the IQ */
  const char           *action;
  XmppPubsubRequestKind kind;
} RequestShape;

static const RequestShape shapes[] = {
  { XMPP_NS_PUBSUB,       "set", "publish",     XMPP_PUBSUB_REQUEST_PUBLISH },
  { XMPP_NS_PUBSUB,       "get", "items",       XMPP_PUBSUB_REQUEST_ITEMS },
  { XMPP_NS_PUBSUB,       "set", "retract",     XMPP_PUBSUB_REQUEST_RETRACT },
  { XMPP_NS_PUBSUB,       "set", "create",      XMPP_PUBSUB_REQUEST_CREATE },
  { XMPP_NS_PUBSUB,       "set", "subscribe",   XMPP_PUBSUB_REQUEST_SUBSCRIBE },
  { XMPP_NS_PUBSUB,       "set", "unsubscribe", XMPP_PUBSUB_REQUEST_UNSUBSCRIBE },
  { XMPP_NS_PUBSUB_OWNER, "set", "delete",      XMPP_PUBSUB_REQUEST_DELETE },
  { XMPP_NS_PUBSUB_OWNER, "set", "purge",       XMPP_PUBSUB_REQUEST_PURGE },
  { XMPP_NS_PUBSUB_OWNER, "get", "configure",   XMPP_PUBSUB_REQUEST_GET_CONFIG },
  { XMPP_NS_PUBSUB_OWNER, "set", "configure",   XMPP_PUBSUB_REQUEST_SET_CONFIG },
  { XMPP_NS_PUBSUB_OWNER, "get", "default",     XMPP_PUBSUB_REQUEST_GET_DEFAULT },
};

static gboolean
collect_items (XmppPubsubRequest *out, const XmppNode *action)
{
  out->items = g_ptr_array_new ();
  XMPP_NODE_FOREACH (action, child)
    {
      if (strcmp (xmpp_node_get_name (child), "item") != 0)
        continue;
      if (out->items->len >= XMPP_PUBSUB_MAX_ITEMS)
        return FALSE;
      g_ptr_array_add (out->items, child);
    }
  return TRUE;
}

static XmppForm *
find_form (const XmppNode *pubsub, const XmppNode *action, XmppPubsubRequestKind kind)
{
  const XmppNode *holder = NULL;

  if (kind == XMPP_PUBSUB_REQUEST_PUBLISH)
    holder = xmpp_node_child (pubsub, "publish-options", XMPP_NS_PUBSUB);
  else if (kind == XMPP_PUBSUB_REQUEST_SET_CONFIG)
    holder = action;
  else if (kind == XMPP_PUBSUB_REQUEST_CREATE)
    holder = xmpp_node_child (pubsub, "configure", XMPP_NS_PUBSUB);
  return holder != NULL ? xmpp_form_find (holder, NULL) : NULL;
}

gboolean
xmpp_pubsub_request_parse (const XmppNode *iq, XmppPubsubRequest *out)
{
  const char *type;

  g_return_val_if_fail (iq != NULL && out != NULL, FALSE);

  memset (out, 0, sizeof *out);
  type = xmpp_node_get (iq, "type");
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      XmppNode *pubsub = xmpp_node_child (iq, "pubsub", shapes[i].ns);
      XmppNode *action = pubsub != NULL ? xmpp_node_child (pubsub, shapes[i].action, shapes[i].ns) : NULL;
      const char *notify;

      if (action == NULL || g_strcmp0 (type, shapes[i].type) != 0)
        continue;
      out->kind = shapes[i].kind;
      out->node = xmpp_node_get (action, "node");
      out->max_items = xmpp_node_get_int (action, "max_items", 0, G_MAXINT, 0);
      notify = xmpp_node_get (action, "notify");
      out->notify = g_strcmp0 (notify, "true") == 0 || g_strcmp0 (notify, "1") == 0;
      out->form = find_form (pubsub, action, out->kind);
      if (collect_items (out, action))
        return TRUE;
      xmpp_pubsub_request_clear (out);
      return FALSE;
    }

  out->kind = XMPP_PUBSUB_REQUEST_OTHER;
  return xmpp_node_child (iq, "pubsub", XMPP_NS_PUBSUB) != NULL
         || xmpp_node_child (iq, "pubsub", XMPP_NS_PUBSUB_OWNER) != NULL;
}

void
xmpp_pubsub_request_clear (XmppPubsubRequest *self)
{
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->form, xmpp_form_free);
}
