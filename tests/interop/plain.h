/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-client.h>

G_BEGIN_DECLS

/** Plain: any other client of an account: sends XML as written, keeps the presences that come. */
typedef struct
{
  XmppClient *client;
  XmppPorter *porter;
  GHashTable *photos;          /* bare address → the last XEP-0153 hash in its presence ("" for none) */
} Plain;

Plain      *plain_new (const char *name);                             /* an account that exists; available */
void        plain_free (Plain *self);
/* The result of an IQ with this payload; NULL: an error. (transfer full) */
XmppNode   *plain_ask (Plain *self, const char *type, const char *to, const char *format, ...) G_GNUC_PRINTF (4, 5);
void        plain_set (Plain *self, const char *format, ...) G_GNUC_PRINTF (2, 3);       /* own account; succeeds */
GPtrArray  *plain_items (Plain *self, const char *to, const char *node);                 /* of XmppNode <item/> */
char       *plain_get_option (Plain *self, const char *node, const char *field);         /* own node's configuration */
GBytes     *plain_get_photo (Plain *self, const char *of);                               /* of the vCard, or NULL */
const char *plain_get_presence_photo (Plain *self, const char *of);                      /* NULL: nothing came */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plain, plain_free)

G_END_DECLS
