/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-register.h"

XmppNode *
xmpp_register_request (const char *to)
{
  return xmpp_iq_new ("get", to, "query", XMPP_NS_REGISTER, NULL);
}

XmppRegisterQuery *
xmpp_register_parse (const XmppNode *result)
{
  XmppRegisterQuery *self;
  XmppNode *query;

  g_return_val_if_fail (result != NULL, NULL);

  query = xmpp_node_child (result, "query", XMPP_NS_REGISTER);
  if (query == NULL)
    return NULL;

  self = g_new0 (XmppRegisterQuery, 1);
  self->fields = g_ptr_array_new_with_free_func (g_free);
  XMPP_NODE_FOREACH (query, child)
    {
      if (xmpp_node_is (child, "registered", XMPP_NS_REGISTER))
        self->registered = TRUE;
      else if (xmpp_node_is (child, "instructions", XMPP_NS_REGISTER))
        {
          g_free (self->instructions);
          self->instructions = g_strdup (xmpp_node_get_text (child));
        }
      else if (xmpp_node_is (child, "x", XMPP_NS_FORM))
        {
          xmpp_form_free (self->form);
          self->form = xmpp_form_parse (child);
        }
      else if (strcmp (xmpp_node_get_ns (child), XMPP_NS_REGISTER) == 0 && self->fields->len < XMPP_FORM_MAX_FIELDS)
        g_ptr_array_add (self->fields, g_strdup (xmpp_node_get_name (child)));
    }
  return self;
}

void
xmpp_register_query_free (XmppRegisterQuery *self)
{
  if (self == NULL)
    return;
  g_free (self->instructions);
  g_ptr_array_unref (self->fields);
  xmpp_form_free (self->form);
  g_free (self);
}

static gboolean
is_credential (const char *name)
{
  return strcmp (name, "username") == 0 || strcmp (name, "password") == 0;
}

gboolean
xmpp_register_needs_only_password (const XmppRegisterQuery *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->form != NULL)
    {
      for (guint i = 0; i < xmpp_form_get_n_fields (self->form); i++)
        {
          const XmppFormField *field = xmpp_form_get_field (self->form, i);

          if (field->required && !is_credential (field->var) && g_strcmp0 (field->type, "hidden") != 0)
            return FALSE;
        }
      return TRUE;
    }
  for (guint i = 0; i < self->fields->len; i++)
    {
      if (!is_credential (g_ptr_array_index (self->fields, i)))
        return FALSE;
    }
  return self->fields->len > 0;
}

/* A form is answered by a form (section 3.1.1), with what is hidden in it given back as it came. */
static XmppNode *
answer_form (const XmppForm *form, const char *username, const char *password)
{
  g_autoptr (XmppForm) answer = xmpp_form_new ("submit", NULL);

  for (guint i = 0; i < xmpp_form_get_n_fields (form); i++)
    {
      const XmppFormField *field = xmpp_form_get_field (form, i);
      const char *value = field->values->len > 0 ? g_ptr_array_index (field->values, 0) : NULL;

      if (strcmp (field->var, "username") == 0)
        value = username;
      else if (strcmp (field->var, "password") == 0)
        value = password;
      else if (g_strcmp0 (field->type, "hidden") != 0)
        continue;
      xmpp_form_add (answer, field->var, field->type, value);
    }
  return xmpp_form_to_node (answer);
}

XmppNode *
xmpp_register_submit (const char *to, const char *username, const char *password, const XmppRegisterQuery *query)
{
  XmppNode *node;
  XmppNode *iq;

  g_return_val_if_fail (username != NULL && password != NULL, NULL);

  iq = xmpp_iq_new ("set", to, "query", XMPP_NS_REGISTER, &node);
  if (query != NULL && query->form != NULL)
    xmpp_node_append (node, answer_form (query->form, username, password));
  else
    {
      xmpp_node_add_text_child (node, "username", NULL, username);
      xmpp_node_add_text_child (node, "password", NULL, password);
    }
  return iq;
}

XmppNode *
xmpp_register_change_password (const char *to, const char *username, const char *password)
{
  return xmpp_register_submit (to, username, password, NULL);
}

XmppNode *
xmpp_register_cancel (const char *to)
{
  XmppNode *query;
  XmppNode *iq = xmpp_iq_new ("set", to, "query", XMPP_NS_REGISTER, &query);

  xmpp_node_add (query, "remove", NULL);
  return iq;
}

XmppNode *
xmpp_register_fields_result (const XmppNode *request, gboolean registered, const char *instructions)
{
  XmppNode *iq = xmpp_iq_result_for (request);
  XmppNode *query = xmpp_node_add (iq, "query", XMPP_NS_REGISTER);

  if (registered)
    xmpp_node_add (query, "registered", NULL);
  if (instructions != NULL)
    xmpp_node_add_text_child (query, "instructions", NULL, instructions);
  xmpp_node_add (query, "username", NULL);
  xmpp_node_add (query, "password", NULL);
  return iq;
}

gboolean
xmpp_register_parse_submit (const XmppNode *iq, const char **username, const char **password, gboolean *remove)
{
  XmppNode *query;

  g_return_val_if_fail (iq != NULL && username != NULL && password != NULL && remove != NULL, FALSE);

  query = xmpp_node_child (iq, "query", XMPP_NS_REGISTER);
  if (query == NULL || g_strcmp0 (xmpp_node_get (iq, "type"), "set") != 0)
    return FALSE;
  *username = xmpp_node_child_text (query, "username", XMPP_NS_REGISTER);
  *password = xmpp_node_child_text (query, "password", XMPP_NS_REGISTER);
  *remove = xmpp_node_child (query, "remove", XMPP_NS_REGISTER) != NULL;
  return *remove || (*username != NULL && *password != NULL);
}
