/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-node.h"

#include <errno.h>
#include <string.h>

#include "xmpp-names.h"
#include "xmpp-node-private.h"

/*
 * A roster of thousands keeps a node or two a friend, so nodes are small: an element is 72 bytes, an attribute is one
 * allocation with its name and value, and well-known names and namespaces are pointers into a static table.
 */
typedef struct _Item Item;

struct _Item
{
  Item *next;
  gboolean is_text;
};

typedef struct
{
  Item item;
  gsize length;
  char data[];
} Text;

struct _XmppNode
{
  Item item;            /* must be first: an element is an item of its parent */
  guint attached : 1;   /* has a parent */
  guint own_name : 1;   /* `name` is freed with the node, else it is of the static table */
  guint own_ns : 1;
  gatomicrefcount ref_count;
  char *name;
  char *ns;
  XmppAttr *attrs;      /* in the order of setting */
  Item *first;
  Item *last;
  char *joined;         /* the text of mixed content, made on demand */
};

G_DEFINE_BOXED_TYPE (XmppNode, xmpp_node, xmpp_node_ref, xmpp_node_unref)

/* XML 1.0 section 2.2: the characters that a document may have */
static gboolean
is_xml_char (gunichar c)
{
  return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd)
         || (c >= 0x10000 && c <= 0x10ffff);
}

static gboolean
is_legal (const char *text)
{
  const char *p;

  for (p = text; (guchar) *p >= 0x20 && (guchar) *p < 0x80; p++)
    ;
  if (*p == '\0')
    return TRUE;
  if (!g_utf8_validate (p, -1, NULL))
    return FALSE;
  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (!is_xml_char (g_utf8_get_char (p)))
        return FALSE;
    }
  return TRUE;
}

/* @text when it may stand in a document, else a copy in @made with U+FFFD for what may not. */
static const char *
make_legal (const char  *text,
            char       **made)
{
  g_autofree char *valid = NULL;
  GString *out;

  if (G_LIKELY (is_legal (text)))
    return text;
  valid = g_utf8_make_valid (text, -1);
  out = g_string_sized_new (strlen (valid));
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, is_xml_char (c) ? c : 0xfffd);
    }
  *made = g_string_free (out, FALSE);
  return *made;
}

XmppNode *
xmpp_node_new (const char *name,
               const char *ns)
{
  XmppNode *self;
  const char *known;

  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  self = g_new0 (XmppNode, 1);
  g_atomic_ref_count_init (&self->ref_count);
  known = xmpp_names_find (name);
  self->own_name = known == NULL;
  self->name = known != NULL ? (char *) known : g_strdup (name);
  if (ns == NULL)
    ns = "";
  known = xmpp_names_find (ns);
  self->own_ns = known == NULL;
  self->ns = known != NULL ? (char *) known : g_strdup (ns);
  return self;
}

XmppNode *
xmpp_node_ref (XmppNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
node_free (XmppNode *self)
{
  Item *item = self->first;

  while (item != NULL)
    {
      Item *next = item->next;

      item->next = NULL;
      if (item->is_text)
        {
          g_free (item);
        }
      else
        {
          /* Somebody may hold the child on: it goes on living as a root. */
          ((XmppNode *) item)->attached = FALSE;
          xmpp_node_unref ((XmppNode *) item);
        }
      item = next;
    }
  while (self->attrs != NULL)
    {
      XmppAttr *next = self->attrs->next;

      g_free (self->attrs);
      self->attrs = next;
    }
  if (self->own_name)
    g_free (self->name);
  if (self->own_ns)
    g_free (self->ns);
  g_free (self->joined);
  g_free (self);
}

void
xmpp_node_unref (XmppNode *self)
{
  g_return_if_fail (self != NULL);
  if (g_atomic_ref_count_dec (&self->ref_count))
    node_free (self);
}

XmppNode *
xmpp_node_copy (const XmppNode *self)
{
  XmppNode *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = xmpp_node_new (self->name, self->ns);
  for (const XmppAttr *attr = self->attrs; attr != NULL; attr = attr->next)
    xmpp_node_set_ns_attr (copy, attr->name, attr->ns, attr->value);
  for (const Item *item = self->first; item != NULL; item = item->next)
    {
      if (item->is_text)
        xmpp_node_append_text (copy, ((const Text *) item)->data);
      else
        xmpp_node_append (copy, xmpp_node_copy ((const XmppNode *) item));
    }
  return copy;
}

const char *
xmpp_node_get_name (const XmppNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->name;
}

const char *
xmpp_node_get_ns (const XmppNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->ns;
}

gboolean
xmpp_node_is (const XmppNode *self,
              const char     *name,
              const char     *ns)
{
  return self != NULL && (name == NULL || strcmp (self->name, name) == 0) && (ns == NULL || strcmp (self->ns, ns) == 0);
}

/* Attributes */

static XmppAttr *
attr_new (const char *name,
          const char *ns,
          const char *value)
{
  gsize name_len = strlen (name);
  gsize value_len = strlen (value);
  gsize ns_len = ns != NULL ? strlen (ns) : 0;
  const char *known_name = xmpp_names_find (name);
  const char *known_ns = ns != NULL ? xmpp_names_find (ns) : NULL;
  gsize total = value_len + 1 + (known_name == NULL ? name_len + 1 : 0)
                + (ns != NULL && known_ns == NULL ? ns_len + 1 : 0);
  XmppAttr *attr = g_malloc (sizeof (XmppAttr) + total);
  char *p = attr->value + value_len + 1;

  attr->next = NULL;
  memcpy (attr->value, value, value_len + 1);
  attr->name = known_name;
  if (known_name == NULL)
    {
      attr->name = p;
      memcpy (p, name, name_len + 1);
      p += name_len + 1;
    }
  attr->ns = known_ns;
  if (ns != NULL && known_ns == NULL)
    {
      attr->ns = p;
      memcpy (p, ns, ns_len + 1);
    }
  return attr;
}

static XmppAttr **
find_attr (const XmppNode *self,
           const char     *name,
           const char     *ns)
{
  XmppAttr **at = (XmppAttr **) &self->attrs;

  while (*at != NULL && (strcmp ((*at)->name, name) != 0 || g_strcmp0 ((*at)->ns, ns) != 0))
    at = &(*at)->next;
  return at;
}

const char *
xmpp_node_get_ns_attr (const XmppNode *self,
                       const char     *name,
                       const char     *ns)
{
  XmppAttr **at;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  at = find_attr (self, name, ns != NULL && *ns != '\0' ? ns : NULL);
  return *at != NULL ? (*at)->value : NULL;
}

const char *
xmpp_node_get (const XmppNode *self,
               const char     *name)
{
  return xmpp_node_get_ns_attr (self, name, NULL);
}

void
xmpp_node_set_ns_attr (XmppNode   *self,
                       const char *name,
                       const char *ns,
                       const char *value)
{
  g_autofree char *made = NULL;
  XmppAttr **at;
  XmppAttr *old;
  XmppAttr *attr;

  g_return_if_fail (self != NULL && name != NULL && *name != '\0');

  if (ns != NULL && *ns == '\0')
    ns = NULL;
  at = find_attr (self, name, ns);
  old = *at;
  if (value == NULL)
    {
      if (old != NULL)
        *at = old->next;
      g_free (old);
      return;
    }
  /* @value may be the old one: make the new attribute first. */
  attr = attr_new (name, ns, make_legal (value, &made));
  attr->next = old != NULL ? old->next : NULL;
  *at = attr;
  g_free (old);
}

void
xmpp_node_set (XmppNode   *self,
               const char *name,
               const char *value)
{
  xmpp_node_set_ns_attr (self, name, NULL, value);
}

/**
 * xmpp_node_get_int:
 *
 * The attribute as a whole decimal number in [@min, @max]; @fallback when it is missing, is none, or lies outside.
 */
gint64
xmpp_node_get_int (const XmppNode *self,
                   const char     *name,
                   gint64          min,
                   gint64          max,
                   gint64          fallback)
{
  const char *text = xmpp_node_get (self, name);
  char *end = NULL;
  gint64 number;

  if (text == NULL || (!g_ascii_isdigit (text[0]) && !(text[0] == '-' && g_ascii_isdigit (text[1]))))
    return fallback;
  errno = 0;
  number = g_ascii_strtoll (text, &end, 10);
  if (errno != 0 || *end != '\0' || number < min || number > max)
    return fallback;
  return number;
}

const XmppAttr *
xmpp_node_get_attrs (const XmppNode *self)
{
  return self->attrs;
}

/* Children */

static void
append_item (XmppNode *self,
             Item     *item)
{
  if (self->last != NULL)
    self->last->next = item;
  else
    self->first = item;
  self->last = item;
}

void
xmpp_node_append (XmppNode *self,
                  XmppNode *child)
{
  g_return_if_fail (self != NULL && child != NULL && child != self);
  g_return_if_fail (!child->attached);

  child->attached = TRUE;
  append_item (self, &child->item);
}

XmppNode *
xmpp_node_add (XmppNode   *self,
               const char *name,
               const char *ns)
{
  XmppNode *child;

  g_return_val_if_fail (self != NULL, NULL);
  child = xmpp_node_new (name, ns != NULL ? ns : self->ns);
  xmpp_node_append (self, child);
  return child;
}

XmppNode *
xmpp_node_add_text_child (XmppNode   *self,
                          const char *name,
                          const char *ns,
                          const char *text)
{
  XmppNode *child = xmpp_node_add (self, name, ns);

  if (child != NULL && text != NULL)
    xmpp_node_append_text (child, text);
  return child;
}

/* FALSE when @child is no direct child. */
gboolean
xmpp_node_remove (XmppNode *self,
                  XmppNode *child)
{
  Item *before = NULL;

  g_return_val_if_fail (self != NULL && child != NULL, FALSE);

  for (Item *item = self->first; item != NULL; before = item, item = item->next)
    {
      if (item != &child->item)
        continue;
      if (before != NULL)
        before->next = item->next;
      else
        self->first = item->next;
      if (self->last == item)
        self->last = before;
      item->next = NULL;
      child->attached = FALSE;
      xmpp_node_unref (child);
      return TRUE;
    }
  return FALSE;
}

void
xmpp_node_append_text (XmppNode   *self,
                       const char *text)
{
  g_autofree char *made = NULL;
  gsize length;
  Text *item;

  g_return_if_fail (self != NULL && text != NULL);

  if (*text == '\0')
    return;
  text = make_legal (text, &made);
  length = strlen (text);
  g_clear_pointer (&self->joined, g_free);
  if (self->last != NULL && self->last->is_text)
    {
      /* Grown in place, so that neighbouring texts are always one item. */
      Item *before = NULL;
      Text *old = (Text *) self->last;

      for (Item *at = self->first; at != self->last; at = at->next)
        before = at;
      item = g_realloc (old, sizeof (Text) + old->length + length + 1);
      memcpy (item->data + item->length, text, length + 1);
      item->length += length;
      self->last = &item->item;
      if (before != NULL)
        before->next = &item->item;
      else
        self->first = &item->item;
      return;
    }
  item = g_malloc (sizeof (Text) + length + 1);
  item->item.next = NULL;
  item->item.is_text = TRUE;
  item->length = length;
  memcpy (item->data, text, length + 1);
  append_item (self, &item->item);
}

const char *
xmpp_node_get_text (const XmppNode *self)
{
  const Text *only = NULL;
  GString *joined;

  g_return_val_if_fail (self != NULL, "");

  if (self->joined != NULL)
    return self->joined;
  for (const Item *item = self->first; item != NULL; item = item->next)
    {
      if (!item->is_text)
        continue;
      if (only != NULL)
        goto mixed;
      only = (const Text *) item;
    }
  return only != NULL ? only->data : "";

mixed:
  joined = g_string_new (NULL);
  for (const Item *item = self->first; item != NULL; item = item->next)
    {
      if (item->is_text)
        g_string_append_len (joined, ((const Text *) item)->data, ((const Text *) item)->length);
    }
  ((XmppNode *) self)->joined = g_string_free (joined, FALSE);
  return self->joined;
}

static XmppNode *
element_from (const Item *item)
{
  while (item != NULL && item->is_text)
    item = item->next;
  return (XmppNode *) item;
}

XmppNode *
xmpp_node_first (const XmppNode *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return element_from (self->first);
}

XmppNode *
xmpp_node_next (const XmppNode *child)
{
  g_return_val_if_fail (child != NULL, NULL);
  return element_from (child->item.next);
}

XmppNode *
xmpp_node_child (const XmppNode *self,
                 const char     *name,
                 const char     *ns)
{
  g_return_val_if_fail (self != NULL, NULL);

  XMPP_NODE_FOREACH (self, child)
    {
      if (xmpp_node_is (child, name, ns))
        return child;
    }
  return NULL;
}

const char *
xmpp_node_child_text (const XmppNode *self,
                      const char     *name,
                      const char     *ns)
{
  const XmppNode *child = xmpp_node_child (self, name, ns);

  return child != NULL ? xmpp_node_get_text (child) : NULL;
}

void
xmpp_node_visit (const XmppNode *self,
                 XmppNodeVisit   on_element,
                 XmppTextVisit   on_text,
                 gpointer        user_data)
{
  for (const Item *item = self->first; item != NULL; item = item->next)
    {
      if (item->is_text)
        on_text (((const Text *) item)->data, ((const Text *) item)->length, user_data);
      else
        on_element ((const XmppNode *) item, user_data);
    }
}
