/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-caps.h"

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  /* i;octet (RFC 4790 section 9.3) */
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

static int
compare_forms (gconstpointer a, gconstpointer b)
{
  const XmppForm *form_a = *(const XmppForm * const *) a;
  const XmppForm *form_b = *(const XmppForm * const *) b;

  return g_strcmp0 (xmpp_form_get_form_type (form_a), xmpp_form_get_form_type (form_b));
}

static int
compare_fields (gconstpointer a, gconstpointer b)
{
  const XmppFormField *field_a = *(const XmppFormField * const *) a;
  const XmppFormField *field_b = *(const XmppFormField * const *) b;

  return strcmp (field_a->var, field_b->var);
}

/* Category, type and language order it; the name stands last, so sorting whole lines gives the same order except where
 * a part is a prefix of another and '/' decides, which is why the parts are compared one by one. */
static int
compare_identities (gconstpointer a, gconstpointer b)
{
  const XmppDiscoIdentity *id_a = *(const XmppDiscoIdentity * const *) a;
  const XmppDiscoIdentity *id_b = *(const XmppDiscoIdentity * const *) b;
  int order = strcmp (id_a->category, id_b->category);

  if (order == 0)
    order = strcmp (id_a->type, id_b->type);
  if (order == 0)
    order = g_strcmp0 (id_a->lang, id_b->lang);
  if (order == 0)
    order = g_strcmp0 (id_a->name, id_b->name);
  return order;
}

/* A sorted copy of the pointers; the elements stay where they are. */
static GPtrArray *
sorted (GPtrArray *array, GCompareFunc compare)
{
  GPtrArray *copy = g_ptr_array_sized_new (array->len);

  for (guint i = 0; i < array->len; i++)
    g_ptr_array_add (copy, g_ptr_array_index (array, i));
  g_ptr_array_sort (copy, compare);
  return copy;
}

static gboolean
has_neighbours (GPtrArray *array, GCompareFunc compare)
{
  for (guint i = 1; i < array->len; i++)
    {
      if (compare (&g_ptr_array_index (array, i - 1), &g_ptr_array_index (array, i)) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
form_type_is_ambiguous (const XmppForm *form)
{
  const XmppFormField *field = xmpp_form_find_field (form, "FORM_TYPE");

  for (guint i = 1; field != NULL && i < field->values->len; i++)
    {
      if (strcmp (g_ptr_array_index (field->values, 0), g_ptr_array_index (field->values, i)) != 0)
        return TRUE;
    }
  return FALSE;
}

/* Rule 3.6: a form without a proper FORM_TYPE is not looked at. */
static GPtrArray *
typed_forms (const XmppDiscoInfo *info)
{
  GPtrArray *forms = g_ptr_array_new ();

  for (guint i = 0; i < info->forms->len; i++)
    {
      if (xmpp_form_get_form_type (g_ptr_array_index (info->forms, i)) != NULL)
        g_ptr_array_add (forms, g_ptr_array_index (info->forms, i));
    }
  g_ptr_array_sort (forms, compare_forms);
  return forms;
}

gboolean
xmpp_caps_is_well_formed (const XmppDiscoInfo *info)
{
  g_autoptr (GPtrArray) identities = NULL;
  g_autoptr (GPtrArray) features = NULL;
  g_autoptr (GPtrArray) forms = NULL;

  g_return_val_if_fail (info != NULL, FALSE);

  identities = sorted (info->identities, compare_identities);
  features = sorted (info->features, compare_strings);
  forms = typed_forms (info);
  for (guint i = 0; i < forms->len; i++)
    {
      if (form_type_is_ambiguous (g_ptr_array_index (forms, i)))
        return FALSE;
    }
  return !has_neighbours (identities, compare_identities) && !has_neighbours (features, compare_strings)
         && !has_neighbours (forms, compare_forms);
}

static void
append_form (GString *s, const XmppForm *form)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();

  g_string_append_printf (s, "%s<", xmpp_form_get_form_type (form));
  for (guint i = 0; i < xmpp_form_get_n_fields (form); i++)
    g_ptr_array_add (fields, (gpointer) xmpp_form_get_field (form, i));
  g_ptr_array_sort (fields, compare_fields);

  for (guint i = 0; i < fields->len; i++)
    {
      const XmppFormField *field = g_ptr_array_index (fields, i);
      g_autoptr (GPtrArray) values = NULL;

      if (strcmp (field->var, "FORM_TYPE") == 0)
        continue;
      g_string_append_printf (s, "%s<", field->var);
      values = sorted (field->values, compare_strings);
      for (guint k = 0; k < values->len; k++)
        g_string_append_printf (s, "%s<", (const char *) g_ptr_array_index (values, k));
    }
}

char *
xmpp_caps_hash (const XmppDiscoInfo *info, GChecksumType type)
{
  g_autoptr (GString) s = g_string_new (NULL);
  g_autoptr (GPtrArray) identities = NULL;
  g_autoptr (GPtrArray) features = NULL;
  g_autoptr (GPtrArray) forms = NULL;
  g_autoptr (GChecksum) checksum = NULL;
  guint8 digest[64];
  gsize length = sizeof digest;

  g_return_val_if_fail (info != NULL, NULL);

  identities = sorted (info->identities, compare_identities);
  for (guint i = 0; i < identities->len; i++)
    {
      const XmppDiscoIdentity *id = g_ptr_array_index (identities, i);

      g_string_append_printf (s, "%s/%s/%s/%s<", id->category, id->type, id->lang != NULL ? id->lang : "",
                              id->name != NULL ? id->name : "");
    }
  features = sorted (info->features, compare_strings);
  for (guint i = 0; i < features->len; i++)
    g_string_append_printf (s, "%s<", (const char *) g_ptr_array_index (features, i));
  forms = typed_forms (info);
  for (guint i = 0; i < forms->len; i++)
    append_form (s, g_ptr_array_index (forms, i));

  checksum = g_checksum_new (type);
  g_checksum_update (checksum, (const guchar *) s->str, s->len);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}

/* Names of the IANA registry of hash functions. */
static gboolean
hash_type (const char *name, GChecksumType *out)
{
  static const struct { const char *name; GChecksumType type; } hashes[] = {
    { "sha-1", G_CHECKSUM_SHA1 }, { "sha-256", G_CHECKSUM_SHA256 }, { "sha-384", G_CHECKSUM_SHA384 },
    { "sha-512", G_CHECKSUM_SHA512 }, { "md5", G_CHECKSUM_MD5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      if (g_ascii_strcasecmp (hashes[i].name, name) == 0)
        {
          *out = hashes[i].type;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
xmpp_caps_verify (const XmppCaps *caps, const XmppDiscoInfo *info)
{
  g_autofree char *ver = NULL;
  GChecksumType type;

  g_return_val_if_fail (caps != NULL && info != NULL, FALSE);

  if (!hash_type (caps->hash, &type) || !xmpp_caps_is_well_formed (info))
    return FALSE;
  ver = xmpp_caps_hash (info, type);
  return strcmp (ver, caps->ver) == 0;
}

void
xmpp_caps_add (XmppNode *presence, const char *node, const char *ver)
{
  XmppNode *c;

  g_return_if_fail (presence != NULL && node != NULL && ver != NULL);

  c = xmpp_node_add (presence, "c", XMPP_NS_CAPS);
  xmpp_node_set (c, "hash", "sha-1");
  xmpp_node_set (c, "node", node);
  xmpp_node_set (c, "ver", ver);
}

gboolean
xmpp_caps_parse (const XmppNode *presence, XmppCaps *out)
{
  XmppNode *c;

  g_return_val_if_fail (presence != NULL && out != NULL, FALSE);

  c = xmpp_node_child (presence, "c", XMPP_NS_CAPS);
  if (c == NULL)
    return FALSE;
  out->hash = xmpp_node_get (c, "hash");
  out->node = xmpp_node_get (c, "node");
  out->ver = xmpp_node_get (c, "ver");
  return out->hash != NULL && out->node != NULL && out->ver != NULL;
}
