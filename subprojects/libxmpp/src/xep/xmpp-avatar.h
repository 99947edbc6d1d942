/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/**
 * User Avatar (XEP-0084), which is what Mien calls a portrait: data and metadata. What is built here follows what
 * clients and servers really do: the in-band PNG without a url comes first, and <info/> has the XEP's attributes alone.
 */
#define XMPP_NS_AVATAR_DATA     "urn:xmpp:avatar:data"
#define XMPP_NS_AVATAR_METADATA "urn:xmpp:avatar:metadata"

#define XMPP_AVATAR_MAX_INFOS 16
#define XMPP_AVATAR_MAX_BYTES (1024 * 1024)                          /* of decoded in-band data */

typedef struct
{
  char   *id;                          /* SHA-1 of the bytes, 40 lower-case hexadecimal digits */
  char   *type;                        /* "image/png" */
  char   *url;                         /* http or https; NULL: in band */
  guint64 bytes;
  guint   width, height;               /* pixels; 0: not said */
} XmppAvatarInfo;

typedef struct
{
  GPtrArray *infos;                    /* of XmppAvatarInfo; empty: the portrait was taken back */
  XmppNode  *pointer;                  /* the <pointer/>, or NULL */
} XmppAvatarMetadata;

XmppAvatarInfo *xmpp_avatar_info_new (const char *id, const char *type, const char *url, guint64 bytes, guint width,
                                      guint height);
void            xmpp_avatar_info_free (XmppAvatarInfo *self);

XmppAvatarMetadata *xmpp_avatar_metadata_new (void);
void                xmpp_avatar_metadata_free (XmppAvatarMetadata *self);
/* Of <metadata/>. An <info/> with a bad id, type or url is left out; NULL: not metadata, or over a limit. */
XmppAvatarMetadata *xmpp_avatar_metadata_parse (const XmppNode *metadata);
XmppNode           *xmpp_avatar_metadata_to_node (const XmppAvatarMetadata *self);        /* (transfer full) */
/* The picture to fetch in band: the one whose id is @item_id, else the first without a url, else NULL. */
const XmppAvatarInfo *xmpp_avatar_metadata_get_inband (const XmppAvatarMetadata *self, const char *item_id);
/* The largest with a url whose type is PNG or JPEG, or NULL. */
const XmppAvatarInfo *xmpp_avatar_metadata_get_hosted (const XmppAvatarMetadata *self);

/* SHA-1, lower-case hexadecimal; (transfer full) */
char     *xmpp_avatar_hash (GBytes *bytes);
gboolean  xmpp_avatar_is_hash (const char *id);                      /* 40 hexadecimal digits */
XmppNode *xmpp_avatar_data_to_node (GBytes *bytes);                  /* (transfer full) */
/* NULL: not data, bad Base64, empty or too large */
GBytes   *xmpp_avatar_data_parse (const XmppNode *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppAvatarInfo, xmpp_avatar_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppAvatarMetadata, xmpp_avatar_metadata_free)

G_END_DECLS
