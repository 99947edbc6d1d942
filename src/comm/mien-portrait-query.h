/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-node.h>

G_BEGIN_DECLS

/**
 * urn:mien:portrait:0: the batched question for what changed among many accounts' portraits, spoken between client and
 * portrait component. Parse and build, both sides.
 *
 *   <iq type='get' to='portrait.example.org'>
 *     <query xmlns='urn:mien:portrait:0'>
 *       <item jid='bob@example.org' id='<sha1>' updated='2026-01-02T03:04:05.678Z'/>...
 *     </query>
 *   </iq>
 *   <iq type='result'>
 *     <query xmlns='urn:mien:portrait:0'>
 *       <item jid='' updated='' sha256='' sha1='' type='image/png' bytes='' width='' height='' url=''/>
 *       <gone jid=''/>       (no portrait any more, or none at all; who is not named has what the asker has)
 *     </query>
 *   </iq>
 *   <iq type='set'><retract xmlns='urn:mien:portrait:0'/></iq>      (forgets the caller's own)
 */
#define MIEN_NS_PORTRAIT "urn:mien:portrait:0"
#define MIEN_PORTRAIT_FORM_TYPE MIEN_NS_PORTRAIT                     /* XEP-0128 form of the component's disco#info */
#define MIEN_PORTRAIT_FIELD_CATALOGUE "avatar-catalogue"
#define MIEN_PORTRAIT_FIELD_MAX_BYTES "max-bytes"
#define MIEN_PORTRAIT_FIELD_MAX_PIXELS "max-pixels"

#define MIEN_PORTRAIT_QUERY_MAX_ITEMS 1000
#define MIEN_PORTRAIT_MAX_URL 2048

/* One account: what the asker has (jid, sha1, updated), or what the component answers (all). */
typedef struct
{
  char   *jid;                         /* bare */
  char   *sha1;                        /* of the in-band picture (XEP-0084 id), lower-case hexadecimal, or NULL */
  char   *sha256;                      /* of the hosted file, lower-case hexadecimal, or NULL */
  char   *type;                        /* "image/png", "image/jpeg", or NULL */
  char   *url;                         /* or NULL */
  gint64  updated;                     /* microseconds since 1970, UTC, whole milliseconds; -1: none */
  guint64 bytes;
  guint   width, height;               /* pixels */
  gboolean gone;                       /* an answer: no portrait */
} MienPortraitItem;

MienPortraitItem *mien_portrait_item_new (const char *jid);
void              mien_portrait_item_free (MienPortraitItem *self);

/* @items: of MienPortraitItem, at most MIEN_PORTRAIT_QUERY_MAX_ITEMS from @first on go into one request. */
XmppNode  *mien_portrait_query_request (const char *to, GPtrArray *items, guint first);
XmppNode  *mien_portrait_query_result (const XmppNode *request, GPtrArray *items);
/* Of a request or of a result. Items with a bad address, hash or url are left out; NULL: no query,
 * or more than the limit. */
GPtrArray *mien_portrait_query_parse (const XmppNode *iq);           /* of MienPortraitItem, (transfer full) */

XmppNode  *mien_portrait_retract_request (const char *to);
gboolean   mien_portrait_retract_is (const XmppNode *iq);

/* The <pointer/> of XEP-0084 that Mien publishes: account and update time. */
/* the <pointer/>; (transfer full) */
XmppNode  *mien_portrait_pointer_new (const char *jid, gint64 updated, const char *sha256);
/* outs may be NULL; sha256 (transfer full) */
gboolean   mien_portrait_pointer_parse (const XmppNode *pointer, gint64 *updated, char **sha256);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPortraitItem, mien_portrait_item_free)

G_END_DECLS
