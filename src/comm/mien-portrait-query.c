/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-portrait-query.h"

#include <string.h>

#include <gio/gio.h>
#include <xep/xmpp-avatar.h>
#include <xep/xmpp-delay.h>
#include <xmpp-jid.h>

#define SHA256_DIGITS 64

MienPortraitItem *
mien_portrait_item_new (const char *jid)
{
  MienPortraitItem *self;

  g_return_val_if_fail (jid != NULL, NULL);

  self = g_new0 (MienPortraitItem, 1);
  self->jid = g_strdup (jid);
  self->updated = -1;
  return self;
}

void
mien_portrait_item_free (MienPortraitItem *self)
{
  if (self == NULL)
    return;
  g_free (self->jid);
  g_free (self->sha1);
  g_free (self->sha256);
  g_free (self->type);
  g_free (self->url);
  g_free (self);
}

static gboolean
is_sha256 (const char *text)
{
  gsize i;

  for (i = 0; text[i] != '\0' && g_ascii_isxdigit (text[i]); i++)
    ;
  return text[i] == '\0' && i == SHA256_DIGITS;
}

static void
set_number (XmppNode *node, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  if (value > 0)
    xmpp_node_set (node, name, text);
}

static void
set_time (XmppNode *node, gint64 updated)
{
  g_autofree char *text = updated >= 0 ? xmpp_datetime_format (updated, 3) : NULL;

  xmpp_node_set (node, "updated", text);
}

XmppNode *
mien_portrait_query_request (const char *to, GPtrArray *items, guint first)
{
  XmppNode *query;
  XmppNode *iq;

  g_return_val_if_fail (to != NULL && items != NULL && first <= items->len, NULL);

  iq = xmpp_iq_new ("get", to, "query", MIEN_NS_PORTRAIT, &query);
  for (guint i = first; i < items->len && i - first < MIEN_PORTRAIT_QUERY_MAX_ITEMS; i++)
    {
      const MienPortraitItem *item = g_ptr_array_index (items, i);
      XmppNode *node = xmpp_node_add (query, "item", NULL);

      xmpp_node_set (node, "jid", item->jid);
      xmpp_node_set (node, "id", item->sha1);
      set_time (node, item->updated);
    }
  return iq;
}

XmppNode *
mien_portrait_query_result (const XmppNode *request, GPtrArray *items)
{
  XmppNode *iq;
  XmppNode *query;

  g_return_val_if_fail (request != NULL && items != NULL, NULL);

  iq = xmpp_iq_result_for (request);
  query = xmpp_node_add (iq, "query", MIEN_NS_PORTRAIT);
  for (guint i = 0; i < items->len; i++)
    {
      const MienPortraitItem *item = g_ptr_array_index (items, i);
      XmppNode *node = xmpp_node_add (query, item->gone ? "gone" : "item", NULL);

      xmpp_node_set (node, "jid", item->jid);
      if (item->gone)
        continue;
      set_time (node, item->updated);
      xmpp_node_set (node, "sha256", item->sha256);
      xmpp_node_set (node, "sha1", item->sha1);
      xmpp_node_set (node, "type", item->type);
      xmpp_node_set (node, "url", item->url);
      set_number (node, "bytes", item->bytes);
      set_number (node, "width", item->width);
      set_number (node, "height", item->height);
    }
  return iq;
}

/* FALSE: @text is there and wrong. */
static gboolean
take_hash (char **out, const char *text, gboolean (*check) (const char *))
{
  if (text == NULL || *text == '\0')
    return TRUE;
  if (!check (text))
    return FALSE;
  *out = g_ascii_strdown (text, -1);
  return TRUE;
}

static MienPortraitItem *
parse_item (const XmppNode *node)
{
  const char *jid_text = xmpp_node_get (node, "jid");
  g_autoptr (XmppJid) jid = jid_text != NULL ? xmpp_jid_new (jid_text, NULL) : NULL;
  g_autoptr (MienPortraitItem) item = NULL;
  const char *type = xmpp_node_get (node, "type");
  const char *url = xmpp_node_get (node, "url");
  const char *sha1 = xmpp_node_get (node, "id");

  if (jid == NULL || !xmpp_jid_is_bare (jid))
    return NULL;
  item = mien_portrait_item_new (xmpp_jid_get_bare (jid));
  item->gone = xmpp_node_is (node, "gone", NULL);
  item->updated = xmpp_datetime_parse (xmpp_node_get (node, "updated"));
  item->bytes = (guint64) xmpp_node_get_int (node, "bytes", 0, G_MAXINT64, 0);
  item->width = (guint) xmpp_node_get_int (node, "width", 0, 65535, 0);
  item->height = (guint) xmpp_node_get_int (node, "height", 0, 65535, 0);
  if (!take_hash (&item->sha1, sha1 != NULL ? sha1 : xmpp_node_get (node, "sha1"), xmpp_avatar_is_hash)
      || !take_hash (&item->sha256, xmpp_node_get (node, "sha256"), is_sha256))
    return NULL;
  if (type != NULL && strcmp (type, "image/png") != 0 && strcmp (type, "image/jpeg") != 0)
    return NULL;
  item->type = g_strdup (type);
  if (url != NULL)
    {
      if (strlen (url) > MIEN_PORTRAIT_MAX_URL || !g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL)
          || (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://")))
        return NULL;
      item->url = g_strdup (url);
    }
  return g_steal_pointer (&item);
}

GPtrArray *
mien_portrait_query_parse (const XmppNode *iq)
{
  g_autoptr (GPtrArray) items = NULL;
  XmppNode *query;
  guint count = 0;

  g_return_val_if_fail (iq != NULL, NULL);

  query = xmpp_node_child (iq, "query", MIEN_NS_PORTRAIT);
  if (query == NULL)
    return NULL;
  items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  XMPP_NODE_FOREACH (query, child)
    {
      MienPortraitItem *item;

      if (!xmpp_node_is (child, "item", MIEN_NS_PORTRAIT) && !xmpp_node_is (child, "gone", MIEN_NS_PORTRAIT))
        continue;
      if (++count > MIEN_PORTRAIT_QUERY_MAX_ITEMS)
        return NULL;
      item = parse_item (child);
      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  return g_steal_pointer (&items);
}

XmppNode *
mien_portrait_retract_request (const char *to)
{
  return xmpp_iq_new ("set", to, "retract", MIEN_NS_PORTRAIT, NULL);
}

gboolean
mien_portrait_retract_is (const XmppNode *iq)
{
  g_return_val_if_fail (iq != NULL, FALSE);
  return g_strcmp0 (xmpp_node_get (iq, "type"), "set") == 0
         && xmpp_node_child (iq, "retract", MIEN_NS_PORTRAIT) != NULL;
}

/* XEP-0084 section 4.2.2: what is ours goes into the pointer, never onto <info/>. */
XmppNode *
mien_portrait_pointer_new (const char *jid, gint64 updated, const char *sha256)
{
  XmppNode *pointer = xmpp_node_new ("pointer", XMPP_NS_AVATAR_METADATA);
  XmppNode *portrait = xmpp_node_add (pointer, "portrait", MIEN_NS_PORTRAIT);

  xmpp_node_set (portrait, "jid", jid);
  set_time (portrait, updated);
  xmpp_node_set (portrait, "sha256", sha256);
  return pointer;
}

gboolean
mien_portrait_pointer_parse (const XmppNode *pointer, gint64 *updated, char **sha256)
{
  XmppNode *portrait = pointer != NULL ? xmpp_node_child (pointer, "portrait", MIEN_NS_PORTRAIT) : NULL;
  gint64 time;
  g_autofree char *hash = NULL;

  if (portrait == NULL)
    return FALSE;
  time = xmpp_datetime_parse (xmpp_node_get (portrait, "updated"));
  if (!take_hash (&hash, xmpp_node_get (portrait, "sha256"), is_sha256))
    return FALSE;
  if (updated != NULL)
    *updated = time;
  if (sha256 != NULL)
    *sha256 = g_steal_pointer (&hash);
  return TRUE;
}
