/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-porter.h>

#include "mien-friend-private.h"
#include "mien-roster.h"

G_BEGIN_DECLS

#define MIEN_ROSTER_FRAME_MS       16
#define MIEN_ROSTER_SAVE_SECONDS   3
#define MIEN_ROSTER_STALE_SECONDS  8
#define MIEN_ROSTER_MAX_CACHE      (64 * 1024 * 1024)   /* bytes of the file */
#define MIEN_ROSTER_MAX_EARLY      20000                /* presences kept until the roster is known */
#define MIEN_ROSTER_MAX_REQUESTS   200                  /* strangers who ask at one time */

/* Split by concern: the list model (mien-roster.c), the protocol (mien-roster-sync.c),
 * the file (mien-roster-cache.c). */
struct _MienRoster
{
  GObject       parent_instance;

  /* Model */
  GHashTable   *by_jid;                /* jid of the friend -> borrowed from sorted or added */
  GPtrArray    *sorted;                /* of MienFriend, owned: all, as of the last frame */
  GPtrArray    *added;                 /* of MienFriend, owned: to be merged in the next frame */
  GPtrArray    *dirty;                 /* of MienFriend, owned: in sorted, changed since */
  GPtrArray    *visible;               /* borrowed from sorted: what the model shows */
  char         *search;                /* normalized and folded; NULL shows all */
  GSource      *frame;
  GMainContext *context;
  guint         n_online;
  gboolean      any_removed;
  gboolean      loaded;

  /* Protocol */
  XmppPorter   *porter;
  char         *own_jid;               /* bare */
  char         *version;               /* of what we have; NULL: nothing (RFC 6121 section 2.6) */
  GPtrArray    *early;                 /* of XmppNode, owned: presences before the roster */
  gboolean      synced;                /* the roster of this connection has come */
  guint         handlers[2];
  gulong        disconnected_id;
  GCancellable *cancellable;
  GSource      *stale;                 /* until what is left of the connection before is given up */

  /* Cache */
  char         *cache_path;            /* or NULL */
  GSource      *save;
  gboolean      saving;
  gboolean      save_again;
};

/* @cache_path: the file, or NULL for none. Reading it starts at once. */
MienRoster *mien_roster_new (XmppPorter *porter, const char *own_jid, const char *cache_path);

/* Model */
MienFriend *mien_roster_ensure (MienRoster *self, const char *bare_jid);       /* then mien_friend_set_names() */
GPtrArray  *mien_roster_get_all (MienRoster *self);                             /* of MienFriend, (transfer full) */
void        mien_roster_touch (MienRoster *self, MienFriend *friend);          /* it changed: shown in the next frame */
void        mien_roster_drop (MienRoster *self, MienFriend *friend);
void        mien_roster_flush (MienRoster *self);                              /* the next frame, at once */
void        mien_roster_set_loaded (MienRoster *self);

/* Protocol */
void mien_roster_connect (MienRoster *self);                                   /* adds the handlers */
void mien_roster_disconnect (MienRoster *self);
/* after each sign-in, before the first presence */
void mien_roster_request (MienRoster *self);
void mien_roster_set_offline (MienRoster *self);                               /* signed out: nobody is there */
void mien_roster_set_nick (MienRoster *self, const char *bare_jid, const char *nick);
void mien_roster_set_conversation (MienRoster *self, const char *bare_jid, guint unread, const char *last_line,
                                   gboolean typing);

/* Cache */
void mien_roster_cache_load (MienRoster *self);
void mien_roster_cache_save_soon (MienRoster *self);
GBytes  *mien_roster_cache_pack (MienRoster *self);
/* FALSE: not a file of ours, nothing changed */
gboolean mien_roster_cache_unpack (MienRoster *self, GBytes *bytes);

G_END_DECLS
