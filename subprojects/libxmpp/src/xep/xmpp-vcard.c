/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-vcard.h"
#include "xmpp-avatar.h"
#include "xmpp-base64.h"

XmppNode *
xmpp_vcard_request (const char *to)
{
  return xmpp_iq_new ("get", to, "vCard", XMPP_NS_VCARD, NULL);
}

XmppNode *
xmpp_vcard_find (const XmppNode *iq)
{
  g_return_val_if_fail (iq != NULL, NULL);
  return xmpp_node_child (iq, "vCard", XMPP_NS_VCARD);
}

GBytes *
xmpp_vcard_get_photo (const XmppNode *vcard, char **out_type)
{
  XmppNode *photo;
  const char *text;
  GBytes *bytes;

  g_return_val_if_fail (vcard != NULL, NULL);

  photo = xmpp_node_child (vcard, "PHOTO", XMPP_NS_VCARD);
  text = photo != NULL ? xmpp_node_child_text (photo, "BINVAL", XMPP_NS_VCARD) : NULL;
  bytes = text != NULL ? xmpp_base64_decode (text, XMPP_VCARD_MAX_PHOTO) : NULL;
  if (bytes != NULL && out_type != NULL)
    *out_type = g_strdup (xmpp_node_child_text (photo, "TYPE", XMPP_NS_VCARD));
  return bytes;
}

void
xmpp_vcard_set_photo (XmppNode *vcard, GBytes *photo, const char *type)
{
  XmppNode *node;

  g_return_if_fail (vcard != NULL);

  while ((node = xmpp_node_child (vcard, "PHOTO", XMPP_NS_VCARD)) != NULL)
    xmpp_node_remove (vcard, node);
  if (photo != NULL)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (photo, &length);
      g_autofree char *text = g_base64_encode (data, length);

      node = xmpp_node_add (vcard, "PHOTO", XMPP_NS_VCARD);
      xmpp_node_add_text_child (node, "TYPE", NULL, type != NULL ? type : "image/png");
      xmpp_node_add_text_child (node, "BINVAL", NULL, text);
    }
}

const char *
xmpp_vcard_get_nickname (const XmppNode *vcard)
{
  const char *name;

  g_return_val_if_fail (vcard != NULL, NULL);

  name = xmpp_node_child_text (vcard, "NICKNAME", XMPP_NS_VCARD);
  if (name == NULL || *name == '\0')
    name = xmpp_node_child_text (vcard, "FN", XMPP_NS_VCARD);
  return name != NULL && *name != '\0' ? name : NULL;
}

XmppVcardUpdate
xmpp_vcard_update_parse (const XmppNode *presence, char **out_sha1)
{
  XmppNode *x;
  const char *photo;

  g_return_val_if_fail (presence != NULL, XMPP_VCARD_UPDATE_ABSENT);

  x = xmpp_node_child (presence, "x", XMPP_NS_VCARD_UPDATE);
  if (x == NULL)
    return XMPP_VCARD_UPDATE_ABSENT;
  photo = xmpp_node_child_text (x, "photo", XMPP_NS_VCARD_UPDATE);
  if (photo == NULL)
    return XMPP_VCARD_UPDATE_NOT_READY;
  if (*photo == '\0')
    return XMPP_VCARD_UPDATE_NONE;
  if (!xmpp_avatar_is_hash (photo))
    return XMPP_VCARD_UPDATE_ABSENT;
  if (out_sha1 != NULL)
    *out_sha1 = g_ascii_strdown (photo, -1);
  return XMPP_VCARD_UPDATE_HASH;
}

void
xmpp_vcard_update_set (XmppNode *presence, const char *sha1)
{
  XmppNode *x;

  g_return_if_fail (presence != NULL);

  while ((x = xmpp_node_child (presence, "x", XMPP_NS_VCARD_UPDATE)) != NULL)
    xmpp_node_remove (presence, x);
  x = xmpp_node_add (presence, "x", XMPP_NS_VCARD_UPDATE);
  if (sha1 != NULL)
    xmpp_node_add_text_child (x, "photo", NULL, sha1);
}
