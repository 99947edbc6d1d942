/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xep/xmpp-disco.h>

#include "mien-conversation-private.h"
#include "mien-session.h"

G_BEGIN_DECLS

#define MIEN_SESSION_CAPS_NODE         "urn:mien:client"
#define MIEN_SESSION_MAX_SERVICES      32      /* items of the server that are looked at */
#define MIEN_SESSION_MAX_CONVERSATIONS 2000    /* begun by others; friends' are always taken */

typedef struct
{
  guint       id;
  char       *node;
  MienPepFunc func;
  gpointer    user_data;
} MienPepWatch;

/* Split by concern: mien-session.c (the account), mien-session-inbox.c (what comes in), mien-session-services.c (what
 * the server has), mien-session-features.c (what we say that we can). */
struct _MienSession
{
  GObject         parent_instance;

  XmppClient     *client;
  XmppPorter     *porter;
  MienRoster     *roster;
  GHashTable     *conversations;       /* bare jid -> MienConversation */
  GCancellable   *cancellable;

  char           *jid;                 /* bare */
  char           *domain;
  char           *nickname;            /* XEP-0172, or NULL */
  char           *local;
  MienPresence    presence;
  char           *status;              /* or NULL */
  gboolean        available;           /* presence was sent on this connection */

  GPtrArray      *watches;             /* of MienPepWatch */
  guint           next_watch;
  guint           handlers[8];
  guint           n_handlers;
  guint           nick_watch;

  char           *portrait_service;
  char           *catalogue_uri;
  guint           services_open;       /* questions without an answer yet */
};

void mien_session_send_presence (MienSession *self);

/* Inbox */
void mien_session_inbox_connect (MienSession *self);

/* Services */
void mien_session_services_look (MienSession *self);

/* Features */
void           mien_session_features_connect (MienSession *self);
XmppDiscoInfo *mien_session_features_info (MienSession *self);
void           mien_session_features_add_caps (MienSession *self, XmppNode *presence);

void mien_session_add_handler (MienSession *self, const char *name, const char *type, const char *child, const char *ns,
                               XmppStanzaHandler handler);

G_END_DECLS
