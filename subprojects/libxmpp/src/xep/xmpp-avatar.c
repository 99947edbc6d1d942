/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-avatar.h"
#include "xmpp-base64.h"

gboolean
xmpp_avatar_is_hash (const char *id)
{
  gsize i;

  if (id == NULL)
    return FALSE;
  for (i = 0; i < 40 && g_ascii_isxdigit (id[i]); i++)
    ;
  return i == 40 && id[40] == '\0';
}

XmppAvatarInfo *
xmpp_avatar_info_new (const char *id, const char *type, const char *url, guint64 bytes, guint width, guint height)
{
  XmppAvatarInfo *self;

  g_return_val_if_fail (id != NULL && type != NULL, NULL);

  self = g_new0 (XmppAvatarInfo, 1);
  self->id = g_ascii_strdown (id, -1);
  self->type = g_strdup (type);
  self->url = g_strdup (url);
  self->bytes = bytes;
  self->width = width;
  self->height = height;
  return self;
}

void
xmpp_avatar_info_free (XmppAvatarInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->type);
  g_free (self->url);
  g_free (self);
}

XmppAvatarMetadata *
xmpp_avatar_metadata_new (void)
{
  XmppAvatarMetadata *self = g_new0 (XmppAvatarMetadata, 1);

  self->infos = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_avatar_info_free);
  return self;
}

void
xmpp_avatar_metadata_free (XmppAvatarMetadata *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->infos);
  g_clear_pointer (&self->pointer, xmpp_node_unref);
  g_free (self);
}

static XmppAvatarInfo *
info_parse (const XmppNode *node)
{
  const char *id = xmpp_node_get (node, "id");
  const char *type = xmpp_node_get (node, "type");
  const char *url = xmpp_node_get (node, "url");

  if (!xmpp_avatar_is_hash (id) || type == NULL)
    return NULL;
  if (url != NULL && !g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://"))
    return NULL;
  return xmpp_avatar_info_new (id, type, url, xmpp_node_get_int (node, "bytes", 0, G_MAXINT64, 0),
                               xmpp_node_get_int (node, "width", 0, 65535, 0),
                               xmpp_node_get_int (node, "height", 0, 65535, 0));
}

XmppAvatarMetadata *
xmpp_avatar_metadata_parse (const XmppNode *metadata)
{
  g_autoptr (XmppAvatarMetadata) self = NULL;

  if (metadata == NULL || !xmpp_node_is (metadata, "metadata", XMPP_NS_AVATAR_METADATA))
    return NULL;

  self = xmpp_avatar_metadata_new ();
  XMPP_NODE_FOREACH (metadata, child)
    {
      if (xmpp_node_is (child, "info", XMPP_NS_AVATAR_METADATA))
        {
          XmppAvatarInfo *info = info_parse (child);

          if (info != NULL)
            g_ptr_array_add (self->infos, info);
          if (self->infos->len > XMPP_AVATAR_MAX_INFOS)
            return NULL;
        }
      else if (self->pointer == NULL && xmpp_node_is (child, "pointer", XMPP_NS_AVATAR_METADATA))
        self->pointer = xmpp_node_copy (child);
    }
  return g_steal_pointer (&self);
}

static void
set_number (XmppNode *node, const char *name, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  xmpp_node_set (node, name, text);
}

/* Section 4.2.1. Attributes of our own would make older clients refuse the whole item: they go into <pointer/>. */
XmppNode *
xmpp_avatar_metadata_to_node (const XmppAvatarMetadata *self)
{
  XmppNode *metadata;

  g_return_val_if_fail (self != NULL, NULL);

  metadata = xmpp_node_new ("metadata", XMPP_NS_AVATAR_METADATA);
  for (guint i = 0; i < self->infos->len; i++)
    {
      const XmppAvatarInfo *info = g_ptr_array_index (self->infos, i);
      XmppNode *node = xmpp_node_add (metadata, "info", NULL);

      set_number (node, "bytes", info->bytes);
      xmpp_node_set (node, "id", info->id);
      xmpp_node_set (node, "type", info->type);
      xmpp_node_set (node, "url", info->url);
      if (info->width > 0)
        set_number (node, "width", info->width);
      if (info->height > 0)
        set_number (node, "height", info->height);
    }
  if (self->pointer != NULL)
    xmpp_node_append (metadata, xmpp_node_copy (self->pointer));
  return metadata;
}

const XmppAvatarInfo *
xmpp_avatar_metadata_get_inband (const XmppAvatarMetadata *self, const char *item_id)
{
  const XmppAvatarInfo *first = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->infos->len; i++)
    {
      const XmppAvatarInfo *info = g_ptr_array_index (self->infos, i);

      if (info->url != NULL)
        continue;
      if (item_id != NULL && g_ascii_strcasecmp (info->id, item_id) == 0)
        return info;
      if (first == NULL)
        first = info;
    }
  return first;
}

const XmppAvatarInfo *
xmpp_avatar_metadata_get_hosted (const XmppAvatarMetadata *self)
{
  const XmppAvatarInfo *best = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->infos->len; i++)
    {
      const XmppAvatarInfo *info = g_ptr_array_index (self->infos, i);

      if (info->url == NULL || (strcmp (info->type, "image/png") != 0 && strcmp (info->type, "image/jpeg") != 0))
        continue;
      if (best == NULL || info->width > best->width)
        best = info;
    }
  return best;
}

char *
xmpp_avatar_hash (GBytes *bytes)
{
  g_return_val_if_fail (bytes != NULL, NULL);
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, bytes);
}

XmppNode *
xmpp_avatar_data_to_node (GBytes *bytes)
{
  g_autofree char *text = NULL;
  gsize length;
  const guint8 *data;
  XmppNode *node;

  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &length);
  text = g_base64_encode (data, length);
  node = xmpp_node_new ("data", XMPP_NS_AVATAR_DATA);
  xmpp_node_append_text (node, text);
  return node;
}

GBytes *
xmpp_avatar_data_parse (const XmppNode *data)
{
  if (data == NULL || !xmpp_node_is (data, "data", XMPP_NS_AVATAR_DATA))
    return NULL;
  return xmpp_base64_decode (xmpp_node_get_text (data), XMPP_AVATAR_MAX_BYTES);
}
