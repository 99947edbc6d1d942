/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-porter.h"

G_BEGIN_DECLS

/* The side of an XmppPorter that only the owner of its connection calls: XmppClient, XmppComponent, a test. */

/* FALSE: not sent. */
/* (transfer none) stanza */
typedef gboolean (*XmppPorterSendFunc) (XmppPorter *porter, XmppNode *stanza, gpointer user_data);

XmppPorter *xmpp_porter_new (XmppPorterSendFunc send, gpointer user_data);
/* From here on stanzas are sent. @resumed: answers to requests from before may still come. */
void        xmpp_porter_connected (XmppPorter *self, const char *jid, gboolean resumed);
/* @may_resume: keep the open requests; else they end with @error (NULL: XMPP_ERROR_CLOSED). */
void        xmpp_porter_disconnected (XmppPorter *self, gboolean may_resume, const GError *error);
/* (transfer none) a received stanza */
void        xmpp_porter_dispatch (XmppPorter *self, XmppNode *stanza);
/* the owner goes away: nothing is sent any more */
void        xmpp_porter_dispose_owner (XmppPorter *self);

G_END_DECLS
