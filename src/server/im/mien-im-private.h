/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <string.h>

#include "mien-im-limits.h"
#include "mien-im-role.h"
#include "mien-im-store.h"
#include "xep/xmpp-xep.h"
#include "xmpp-jid.h"
#include "xmpp-names.h"
#include "xmpp-node.h"
#include "xmpp-reader.h"
#include "xmpp-sm.h"
#include "xmpp-stream.h"

/*
 * How the IM server is put together
 *
 *   mien-im-role       start and stop, listening, accepted connections, sign-in (XmppAcceptor's host)
 *   mien-im-session    one signed-in client: its stream, XEP-0198, what it may send
 *   mien-im-account    an account that has sessions, with what routing needs to know of it in memory
 *   mien-im-route      where a stanza goes; errors to its sender
 *   mien-im-presence   availability: broadcast, probes, directed presence (RFC 6121 section 4)
 *   mien-im-subscribe  subscriptions (section 3): its tables run in the database's transaction and give effects
 *   mien-im-roster     roster requests and pushes (section 2)
 *   mien-im-message    messages (section 8), carbons, offline messages
 *   mien-im-iq         requests to the server and to accounts
 *   mien-im-removed    accounts that another process removes while the server runs
 *   mien-im-pep, -notify, -caps, -vcard, -block, -disco, -register, -component, -forward: one extension each
 *   mien-im-store-*    tables; they run on the database's thread
 *
 * The database is the truth. What has to be atomic happens in one transaction on the database's thread
 * (MienImOp.work); then the main loop acts on the outcome (MienImOp.done): it sends, and updates what it keeps in
 * memory for accounts with sessions.
 */

G_BEGIN_DECLS

typedef struct _MienImAccount MienImAccount;
typedef struct _MienImSession MienImSession;
typedef struct _MienImComponent MienImComponent;

struct _MienImRole
{
  GObject parent_instance;

  MienServerConfig *config;
  char             *domain;             /* prepared */
  MienDatabase     *db;
  GTlsCertificate  *certificate;
  gboolean          open_registration;
  gboolean          running;
  GCancellable     *cancellable;

  GSocketService   *clients;
  GSocketService   *component_service;
  guint             unauthenticated;    /* clients on their way to a session */
  GHashTable       *hosts;              /* address → number of its unauthenticated connections */
  GHashTable       *registrations;      /* address → number of registrations in this hour */
  gint64            registrations_hour;

  GHashTable       *accounts;           /* bare → MienImAccount */
  GHashTable       *resumable;          /* XEP-0198 id → MienImSession (borrowed) */
  guint             n_sessions;
  GHashTable       *secrets;            /* component domain → secret */
  GHashTable       *components;         /* component domain → MienImComponent */
  guint             components_accepting;
  GHashTable       *caps;               /* "ver hash" → GHashTable set of nodes */
  GHashTable       *requests;           /* id → open request of the server's own */
  guint64           next_id;
  guint             forwards_open;
  gboolean          forward_again;      /* there has been a publication in the meantime */
  gboolean          forward_more;       /* than one page waits */
  gboolean          forward_progress;   /* something of the page was taken */
  GSource          *ticker;
  GSource          *removed_ticker;
  gboolean          removed_open;       /* it is being looked for accounts that were removed */
};

struct _MienImAccount
{
  MienImRole *role;                     /* borrowed */
  XmppJid    *jid;
  GPtrArray  *sessions;                 /* MienImSession, borrowed: the list owns one reference through add/remove */
  GHashTable *contacts;                 /* bare → MienRosterBits */
  GHashTable *blocked;                  /* set of addresses */
  char       *avatar;                   /* SHA-1 of the portrait in PEP; "" none */
  guint       holds;                    /* sign-ins under way */
};

struct _MienImSession
{
  gatomicrefcount ref_count;
  MienImRole    *role;                  /* owned */
  MienImAccount *account;               /* borrowed; NULL once ended */
  XmppJid       *jid;                   /* full */
  XmppStream    *stream;                /* (nullable) NULL: detached */
  XmppSm        *sm;
  char          *sm_id;                 /* (nullable) may be resumed under it */
  GSource       *timer;                 /* until a detached session is given up */
  gsize          attached_bytes;        /* unacknowledged when it was detached */
  GQueue         later;                 /* what waits until the client has taken what it was sent */
  GSource       *later_source;
  XmppNode      *presence;              /* (nullable) last broadcast; NULL: not available */
  int            priority;
  gboolean       interested;            /* asked for the roster */
  gboolean       carbons;
  gboolean       block_interested;
  GHashTable    *directed;              /* set of addresses */
  char          *caps_key;              /* (nullable) "ver hash" last announced */
  GHashTable    *notify;                /* (nullable) set of nodes */
  guint          pending;               /* operations under way for it */
  gboolean       paused;
  gboolean       pinged;
  guint          arrivals;              /* times it has become available */
};

/* operations on the database */
typedef struct _MienImOp MienImOp;
struct _MienImOp
{
  MienImRole    *role;                  /* owned */
  MienImSession *session;               /* (nullable) owned: who asked */
  XmppNode      *stanza;                /* (nullable) owned: what it answers */
  char          *account;               /* bare address it is about */
  /* database thread; must not touch role or session */
  gboolean     (*work) (MienImOp *self, MienDatabase *db, GError **error);
  void         (*done) (MienImOp *self, const GError *error);                /* main loop */
  /* (nullable) frees what the embedding struct has */
  void         (*clear) (MienImOp *self);
};

gpointer mien_im_op_new (gsize size, MienImRole *role, MienImSession *session, const XmppNode *stanza,
                         const char *account);
void     mien_im_op_run (gpointer op, MienDatabaseMode mode);             /* takes it */
void     mien_im_op_free (gpointer op);                                   /* one that was not run */
/* For done(): answers the request with the error there is, or with an empty result. */
void     mien_im_op_answer (MienImOp *self, const GError *error);

/* accounts */
MienImAccount *mien_im_account_find (MienImRole *role, const char *bare);   /* NULL: no session */
/* Finds it or loads it; @callback gets it, held until mien_im_account_release(), or NULL when there is none. */
typedef void (*MienImAccountReady) (MienImAccount *account, gpointer user_data);
void           mien_im_account_load (MienImRole *role, XmppJid *jid, MienImAccountReady callback, gpointer user_data);
void           mien_im_account_release (MienImAccount *self);
void           mien_im_account_free (MienImAccount *self);
MienImSession *mien_im_account_find_session (MienImAccount *self, const char *resource);
guint          mien_im_account_get_bits (MienImAccount *self, const char *bare);
gboolean       mien_im_account_blocks (MienImAccount *self, const char *jid);

/* sessions */
MienImSession *mien_im_session_new (MienImAccount *account, XmppJid *jid, XmppStream *stream);
MienImSession *mien_im_session_ref (MienImSession *self);
void           mien_im_session_unref (MienImSession *self);
void           mien_im_session_attach (MienImSession *self, XmppStream *stream);
void           mien_im_session_detach (MienImSession *self);
/* (transfer none), not changed afterwards */
void           mien_im_session_send (MienImSession *self, XmppNode *stanza);
void           mien_im_session_send_take (MienImSession *self, XmppNode *stanza);     /* (transfer full) */
void           mien_im_session_send_copy (MienImSession *self, const XmppNode *stanza, const char *to);
/* condition NULL: in order */
void           mien_im_session_end (MienImSession *self, const char *condition, const char *text);
void           mien_im_session_hold (MienImSession *self);
void           mien_im_session_release (MienImSession *self);
/* For what may be much: whether the client has yet to read or to acknowledge MIEN_IM_PACE_BYTES, and a call from the
 * main loop when it has no more. A session that ends makes no call. */
typedef void (*MienImSessionFunc) (MienImSession *self, gpointer user_data);
gboolean       mien_im_session_is_behind (MienImSession *self);
void mien_im_session_later (MienImSession *self, MienImSessionFunc func, gpointer user_data, GDestroyNotify destroy);
void           mien_im_session_tick (MienImSession *self, gint64 now);
static inline gboolean mien_im_session_is_available (MienImSession *self) { return self->presence != NULL; }

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienImSession, mien_im_session_unref)

/* routing: `from` and `to` are prepared, `from` is vouched for */
void mien_im_route (MienImRole *role, XmppNode *stanza);                              /* (transfer none) */
void mien_im_route_take (MienImRole *role, XmppNode *stanza);                         /* (transfer full) */
void mien_im_bounce (MienImRole *role, const XmppNode *stanza, const char *type, const char *condition,
                     const char *text);
void mien_im_bounce_error (MienImRole *role, const XmppNode *stanza, const GError *error);
void mien_im_reply (MienImRole *role, XmppNode *answer);                              /* (transfer full) */
/* an address of an account of this domain */
gboolean mien_im_is_local (MienImRole *role, const char *bare);
/* Sends an IQ request of the server's own; @callback gets the answer, or NULL when none came. */
typedef void (*MienImAnswer) (MienImRole *role, const XmppNode *answer, gpointer user_data);
void mien_im_request (MienImRole *role, XmppNode *iq, MienImAnswer callback, gpointer user_data,
                      GDestroyNotify destroy);   /* (transfer full) iq */
gboolean mien_im_take_answer (MienImRole *role, const XmppNode *iq);                  /* TRUE: it was one */
void mien_im_requests_tick (MienImRole *role, gint64 now);
void mien_im_requests_free (MienImRole *role);

/* stanzas of a session; `from` is stamped, @to is NULL when there is none */
void mien_im_presence_from (MienImSession *session, XmppNode *stanza, XmppJid *to);
void mien_im_message_from (MienImSession *session, XmppNode *stanza, XmppJid *to);
void mien_im_iq_from (MienImSession *session, XmppNode *stanza, XmppJid *to);

/* stanzas for an account of this domain */
void mien_im_presence_to (MienImRole *role, XmppNode *stanza, XmppJid *to);
void mien_im_message_to (MienImRole *role, XmppNode *stanza, XmppJid *to);
void mien_im_iq_to (MienImRole *role, XmppNode *stanza, XmppJid *to);                 /* also for the domain itself */

/* presence */
void mien_im_presence_end (MienImSession *session, XmppNode *unavailable);            /* (nullable) (transfer none) */
/* @of's presence to @to, who may see it (again) */
void mien_im_presence_show (MienImRole *role, const char *of, const char *to);
void mien_im_presence_hide (MienImRole *role, const char *of, const char *to);
void mien_im_presence_avatar_changed (MienImAccount *account);
void mien_im_presence_deliver (MienImAccount *account, XmppNode *stanza);             /* to available sessions */

/* subscriptions and roster */
typedef enum
{
  MIEN_SUBSCRIBE,
  MIEN_SUBSCRIBED,
  MIEN_UNSUBSCRIBE,
  MIEN_UNSUBSCRIBED,
} MienSubscriptionKind;

typedef struct
{
  gboolean route;        /* outbound: the contact is told; inbound: the user is told */
  gboolean changed;
  gboolean approve;      /* inbound subscribe of somebody who is subscribed already: answered with subscribed */
} MienSubscriptionOutcome;

/* RFC 6121 appendix A.2 (outbound) and A.3 (inbound): pure, on MienRosterBits. */
guint mien_subscription_outbound (guint bits, MienSubscriptionKind kind, MienSubscriptionOutcome *out);
guint mien_subscription_inbound (guint bits, MienSubscriptionKind kind, MienSubscriptionOutcome *out);

GPtrArray *mien_im_effects_new (void);
/* Database thread: @user's stanza to @contact, with what it does to a contact of the same domain. */
gboolean   mien_im_subscribe_apply (MienDatabase *db, const char *domain, const char *user, const char *contact,
                                    MienSubscriptionKind kind,
                                    const char *stanza, GPtrArray *effects, GError **error);
/* Database thread: adds a push of the row to the effects. */
/* (transfer full) row */
void       mien_im_effects_push (GPtrArray *effects, const char *account, MienRosterRow *row);
void       mien_im_effects_run (MienImRole *role, GPtrArray *effects);
void       mien_im_subscription_from (MienImRole *role, MienImSession *session, XmppNode *stanza, XmppJid *from,
                                      XmppJid *to);
void       mien_im_roster_pushed (MienImRole *role, const char *account, MienRosterRow *row);
void       mien_im_roster_iq (MienImSession *session, XmppNode *iq);

/* messages */
/* a session ended before it was acknowledged */
void mien_im_message_undelivered (MienImRole *role, XmppNode *message, XmppJid *to);
void mien_im_offline_deliver (MienImSession *session);

/* extensions; @session NULL: the asker is not a client of ours; @target: the account it is for, bare */
void mien_im_pep_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, const char *target);
/* disco#items */
void mien_im_pep_list_nodes (MienImRole *role, XmppNode *iq, const char *from, const char *target);
void mien_im_notify_item (MienImRole *role, const MienPepItem *item, MienPepAccess access);
/* item_id NULL: the node was deleted */
void mien_im_notify_event (MienImRole *role, const char *account, const char *node, const char *item_id,
                           MienPepAccess access);
/* after its capabilities became known */
void mien_im_notify_last (MienImSession *session, GHashTable *nodes);
/* @to has just been let to see @of */
void mien_im_notify_contact (MienImRole *role, const char *of, const char *to);
void mien_im_caps_presence (MienImSession *session, const XmppNode *presence);
void mien_im_vcard_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, const char *target);
void mien_im_avatar_changed (MienImRole *role, const char *account, const char *id);    /* id NULL: taken back */
/* database thread: makes the node if need be */
gboolean mien_im_pep_store (MienDatabase *db, const MienPepItem *item, MienPepConfig *out_config, GError **error);
void mien_im_block_iq (MienImSession *session, XmppNode *iq);
void mien_im_disco_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, XmppJid *to);
/* stream features after sign-in */
void mien_im_disco_features (MienImRole *role, XmppNode *features);
void mien_im_register_iq (MienImSession *session, XmppNode *iq);

/* components */
GHashTable *mien_im_components_new (void);
gboolean mien_im_components_start (MienImRole *role, GError **error);
void     mien_im_components_stop (MienImRole *role);
gboolean mien_im_component_serves (MienImRole *role, const char *domain);             /* configured, connected or not */
gboolean mien_im_component_is_connected (MienImRole *role, const char *domain);
void     mien_im_component_send (MienImRole *role, const char *domain, const XmppNode *stanza);

/* Ends the sessions of accounts that another process has removed. */
void     mien_im_removed_look (MienImRole *role);

/* portraits to the portrait server (S3242-S3244) */
void mien_im_forward_run (MienImRole *role);

G_END_DECLS
