/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-form.h"

struct _XmppForm
{
  char      *kind;
  GPtrArray *fields;   /* of XmppFormField */
};

static void
field_free (gpointer data)
{
  XmppFormField *field = data;

  g_free (field->var);
  g_free (field->type);
  g_free (field->label);
  g_ptr_array_unref (field->values);
  g_free (field);
}

static XmppFormField *
field_new (XmppForm *self, const char *var, const char *type)
{
  XmppFormField *field = g_new0 (XmppFormField, 1);

  field->var = g_strdup (var);
  field->type = g_strdup (type);
  field->values = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->fields, field);
  return field;
}

XmppForm *
xmpp_form_new (const char *type, const char *form_type)
{
  XmppForm *self;

  g_return_val_if_fail (type != NULL, NULL);

  self = g_new0 (XmppForm, 1);
  self->kind = g_strdup (type);
  self->fields = g_ptr_array_new_with_free_func (field_free);
  if (form_type != NULL)
    xmpp_form_add (self, "FORM_TYPE", "hidden", form_type);
  return self;
}

void
xmpp_form_free (XmppForm *self)
{
  if (self == NULL)
    return;
  g_free (self->kind);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

static gboolean
parse_field (XmppForm *self, const XmppNode *node)
{
  const char *var = xmpp_node_get (node, "var");
  const char *label = xmpp_node_get (node, "label");
  XmppFormField *field;

  if (self->fields->len >= XMPP_FORM_MAX_FIELDS)
    return FALSE;

  field = field_new (self, var != NULL ? var : "", xmpp_node_get (node, "type"));
  field->label = g_strdup (label);
  XMPP_NODE_FOREACH (node, child)
    {
      if (xmpp_node_is (child, "required", XMPP_NS_FORM))
        field->required = TRUE;
      else if (xmpp_node_is (child, "value", XMPP_NS_FORM))
        {
          if (field->values->len >= XMPP_FORM_MAX_VALUES)
            return FALSE;
          g_ptr_array_add (field->values, g_strdup (xmpp_node_get_text (child)));
        }
    }
  return TRUE;
}

XmppForm *
xmpp_form_parse (const XmppNode *x)
{
  g_autoptr (XmppForm) self = NULL;
  const char *type;

  if (x == NULL || !xmpp_node_is (x, "x", XMPP_NS_FORM))
    return NULL;

  type = xmpp_node_get (x, "type");
  self = xmpp_form_new (type != NULL ? type : "form", NULL);
  XMPP_NODE_FOREACH (x, child)
    {
      if (xmpp_node_is (child, "field", XMPP_NS_FORM) && !parse_field (self, child))
        return NULL;
    }
  return g_steal_pointer (&self);
}

XmppForm *
xmpp_form_find (const XmppNode *parent, const char *form_type)
{
  g_return_val_if_fail (parent != NULL, NULL);

  XMPP_NODE_FOREACH (parent, child)
    {
      g_autoptr (XmppForm) form = xmpp_form_parse (child);

      if (form != NULL && (form_type == NULL || g_strcmp0 (xmpp_form_get_form_type (form), form_type) == 0))
        return g_steal_pointer (&form);
    }
  return NULL;
}

const char *
xmpp_form_get_kind (const XmppForm *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->kind;
}

const XmppFormField *
xmpp_form_find_field (const XmppForm *self, const char *var)
{
  g_return_val_if_fail (self != NULL && var != NULL, NULL);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const XmppFormField *field = g_ptr_array_index (self->fields, i);

      if (strcmp (field->var, var) == 0)
        return field;
    }
  return NULL;
}

const char *
xmpp_form_get_form_type (const XmppForm *self)
{
  const XmppFormField *field = xmpp_form_find_field (self, "FORM_TYPE");

  if (field == NULL || field->values->len == 0)
    return NULL;
  /* A submitted form may leave the type of a field out (XEP-0004 section 3.2); elsewhere it must be "hidden". */
  if (g_strcmp0 (field->type, "hidden") != 0 && !(field->type == NULL && strcmp (self->kind, "submit") == 0))
    return NULL;
  return g_ptr_array_index (field->values, 0);
}

const char *
xmpp_form_get (const XmppForm *self, const char *var)
{
  const XmppFormField *field = xmpp_form_find_field (self, var);

  return field != NULL && field->values->len > 0 ? g_ptr_array_index (field->values, 0) : NULL;
}

gint64
xmpp_form_get_int (const XmppForm *self, const char *var, gint64 min, gint64 max, gint64 fallback)
{
  const char *text = xmpp_form_get (self, var);
  gint64 value;

  return text != NULL && g_ascii_string_to_signed (text, 10, min, max, &value, NULL) ? value : fallback;
}

gboolean
xmpp_form_get_boolean (const XmppForm *self, const char *var, gboolean fallback)
{
  const char *text = xmpp_form_get (self, var);

  if (text == NULL)
    return fallback;
  if (strcmp (text, "1") == 0 || strcmp (text, "true") == 0)
    return TRUE;
  if (strcmp (text, "0") == 0 || strcmp (text, "false") == 0)
    return FALSE;
  return fallback;
}

guint
xmpp_form_get_n_fields (const XmppForm *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->fields->len;
}

const XmppFormField *
xmpp_form_get_field (const XmppForm *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->fields->len, NULL);
  return g_ptr_array_index (self->fields, index);
}

void
xmpp_form_add (XmppForm *self, const char *var, const char *type, const char *value)
{
  XmppFormField *field;

  g_return_if_fail (self != NULL && var != NULL);

  field = (XmppFormField *) xmpp_form_find_field (self, var);
  if (field == NULL)
    field = field_new (self, var, type);
  if (value != NULL)
    g_ptr_array_add (field->values, g_strdup (value));
}

void
xmpp_form_set_label (XmppForm *self, const char *var, const char *label, gboolean required)
{
  XmppFormField *field = (XmppFormField *) xmpp_form_find_field (self, var);

  g_return_if_fail (field != NULL);

  g_free (field->label);
  field->label = g_strdup (label);
  field->required = required;
}

XmppNode *
xmpp_form_to_node (const XmppForm *self)
{
  XmppNode *x;

  g_return_val_if_fail (self != NULL, NULL);

  x = xmpp_node_new ("x", XMPP_NS_FORM);
  xmpp_node_set (x, "type", self->kind);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const XmppFormField *field = g_ptr_array_index (self->fields, i);
      XmppNode *node = xmpp_node_add (x, "field", NULL);

      if (*field->var != '\0')
        xmpp_node_set (node, "var", field->var);
      xmpp_node_set (node, "type", field->type);
      xmpp_node_set (node, "label", field->label);
      if (field->required)
        xmpp_node_add (node, "required", NULL);
      for (guint k = 0; k < field->values->len; k++)
        xmpp_node_add_text_child (node, "value", NULL, g_ptr_array_index (field->values, k));
    }
  return x;
}
