/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"

G_BEGIN_DECLS

/* vcard-temp (XEP-0054), as far as the photo and names go, and its hash in presence (XEP-0153). */
#define XMPP_NS_VCARD        "vcard-temp"
#define XMPP_NS_VCARD_UPDATE "vcard-temp:x:update"

#define XMPP_VCARD_MAX_PHOTO (1024 * 1024)                           /* decoded bytes */

XmppNode   *xmpp_vcard_request (const char *to);                     /* NULL: one's own */
XmppNode   *xmpp_vcard_find (const XmppNode *iq);                    /* the <vCard/>, borrowed, or NULL */
/* out_type may be NULL; NULL: none, bad or too large */
GBytes     *xmpp_vcard_get_photo (const XmppNode *vcard, char **out_type);
void        xmpp_vcard_set_photo (XmppNode *vcard, GBytes *photo, const char *type);      /* replaces; NULL removes */
/* NICKNAME, else FN; NULL when neither says anything */
const char *xmpp_vcard_get_nickname (const XmppNode *vcard);

/* XEP-0153 section 4.1: no element: nothing is known; empty photo: none; else its SHA-1. */
typedef enum
{
  XMPP_VCARD_UPDATE_ABSENT,            /* the client does not speak XEP-0153 */
  XMPP_VCARD_UPDATE_NOT_READY,         /* <x/> without <photo/>: not to be taken for "none" */
  XMPP_VCARD_UPDATE_NONE,
  XMPP_VCARD_UPDATE_HASH,
} XmppVcardUpdate;

/* lower case, (transfer full) */
XmppVcardUpdate xmpp_vcard_update_parse (const XmppNode *presence, char **out_sha1);
/* replaces what is there; "": none; NULL: <photo/> left out */
void            xmpp_vcard_update_set (XmppNode *presence, const char *sha1);

G_END_DECLS
