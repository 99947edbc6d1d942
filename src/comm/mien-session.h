/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <xmpp-client.h>
#include "mien-conversation.h"
#include "mien-roster.h"

G_BEGIN_DECLS

/**
 * MienSession: one signed-in account: connection, own presence, friend list, conversations, services found on the
 * server. Everything of the wire that the windows need comes through here; they never see a stanza.
 */
#define MIEN_TYPE_SESSION (mien_session_get_type ())
G_DECLARE_FINAL_TYPE (MienSession, mien_session, MIEN, SESSION, GObject)

/* @cache_directory: this account's, made when missing (0700). */
MienSession *mien_session_new (XmppJid *jid, const char *cache_directory);

XmppClient *mien_session_get_client (MienSession *self);             /* for sign-in settings, certificates and state */
const char *mien_session_get_jid (MienSession *self);                /* bare */
MienRoster *mien_session_get_roster (MienSession *self);

/* S400. On success presence is sent, the roster asked for, carbons enabled and services looked up. */
void     mien_session_sign_in_async (MienSession *self, const char *password, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_session_sign_in_finish (MienSession *self, GAsyncResult *result, GError **error);
void     mien_session_sign_out_async (MienSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_session_sign_out_finish (MienSession *self, GAsyncResult *result, GError **error);

/* TRUE: there is no connection at the moment, and one is being made. */
gboolean mien_session_is_connecting (MienSession *self);
/* Ends when there is a connection, or none will come, which who needs it finds out: at once unless
 * mien_session_is_connecting(). The error is G_IO_ERROR_CANCELLED alone. */
void     mien_session_wait_online_async (MienSession *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
gboolean mien_session_wait_online_finish (MienSession *self, GAsyncResult *result, GError **error);

void         mien_session_set_presence (MienSession *self, MienPresence presence, const char *status);
MienPresence mien_session_get_presence (MienSession *self);
const char  *mien_session_get_status (MienSession *self);
const char  *mien_session_get_nickname (MienSession *self);          /* own display name; never NULL */

/* (transfer none), made when new */
MienConversation *mien_session_get_conversation (MienSession *self, const char *bare_jid);

/* What service discovery found (XEP-0030) on the account's server; NULL until known or when there is none. */
const char *mien_session_get_portrait_service (MienSession *self);   /* JID of the portrait component */
const char *mien_session_get_avatar_catalogue_uri (MienSession *self);   /* from the portrait component's disco form */

/* PEP (XEP-0163). "+notify" for @node is announced at once when we are signed in, else with the first presence. @items:
 * <items/>, <purge/> or <delete/> of XMPP_NS_PUBSUB_EVENT. */
typedef void (*MienPepFunc) (MienSession *self, const char *from_bare_jid, const char *node, XmppNode *items,
                             gpointer user_data);
guint mien_session_watch_pep (MienSession *self, const char *node, MienPepFunc func, gpointer user_data);
void  mien_session_unwatch_pep (MienSession *self, guint id);

XmppPorter *mien_session_get_porter (MienSession *self);             /* for src/portrait; not for windows */

/* properties: "state" (XmppClientState), "presence", "status", "portrait-service", "nickname"
 * signals: "message" (MienConversation *, MienMessage *): came in, for notifications; "services-found" () */

G_END_DECLS
