/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * XmppJid: an XMPP address, prepared by RFC 7622 (local part: UsernameCaseMapped, domain: IDNA2008, resource:
 * OpaqueString). Immutable and reference-counted; two equal addresses have equal strings.
 */
typedef struct _XmppJid XmppJid;

#define XMPP_TYPE_JID (xmpp_jid_get_type ())
GType xmpp_jid_get_type (void);

/* RFC 7622 section 3: no part is longer than this, in bytes of UTF-8. */
#define XMPP_JID_MAX_PART 1023

XmppJid *xmpp_jid_new (const char *text, GError **error);            /* (transfer full); XMPP_ERROR_BAD_JID */
XmppJid *xmpp_jid_new_from_parts (const char *local, const char *domain, const char *resource, GError **error);
XmppJid *xmpp_jid_ref (XmppJid *self);
void     xmpp_jid_unref (XmppJid *self);

const char *xmpp_jid_get_local (const XmppJid *self);                /* NULL when there is none */
const char *xmpp_jid_get_domain (const XmppJid *self);
const char *xmpp_jid_get_resource (const XmppJid *self);             /* NULL when bare */
const char *xmpp_jid_get_bare (const XmppJid *self);                 /* local@domain; owned by the jid */
const char *xmpp_jid_get_full (const XmppJid *self);                 /* the whole address; owned by the jid */

gboolean xmpp_jid_is_bare (const XmppJid *self);
XmppJid *xmpp_jid_to_bare (XmppJid *self);                           /* (transfer full) */
XmppJid *xmpp_jid_with_resource (XmppJid *self, const char *resource, GError **error);

guint    xmpp_jid_hash (gconstpointer self);
gboolean xmpp_jid_equal (gconstpointer a, gconstpointer b);
gboolean xmpp_jid_bare_equal (const XmppJid *a, const XmppJid *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppJid, xmpp_jid_unref)

G_END_DECLS
