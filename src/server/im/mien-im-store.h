/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-database.h"
#include "mien-im-limits.h"
#include "xmpp-scram.h"

G_BEGIN_DECLS

/**
 * The IM server's database, one file a table: mien-im-store-<table>.c. Accounts and addresses are bare JIDs, prepared.
 * All functions below run on the database's worker thread (MienDatabaseFunc), inside the transaction of their caller.
 */
MienDatabase *mien_im_store_open (const char *path, GError **error);

/* Errors that a client is told: the code is one of these, the rest is an internal error. */
#define MIEN_IM_STORE_ERROR (mien_im_store_error_quark ())
GQuark mien_im_store_error_quark (void);

typedef enum
{
  MIEN_IM_STORE_ERROR_NO_ACCOUNT = 1,
  MIEN_IM_STORE_ERROR_EXISTS,
  MIEN_IM_STORE_ERROR_NOT_FOUND,
  MIEN_IM_STORE_ERROR_LIMIT,            /* one of the limits of mien-im-limits.h */
  MIEN_IM_STORE_ERROR_FORBIDDEN,
  MIEN_IM_STORE_ERROR_PRECONDITION,     /* XEP-0060 7.1.5: precondition-not-met */
} MienImStoreError;

/* Binding by position, from 1; text NULL binds NULL. The text must live until the step. */
/* format: s text, i gint64, b bytes (pointer, gsize) */
sqlite3_stmt *mien_im_store_prepare (MienDatabase *db, GError **error, const char *sql, const char *format, ...);
gboolean      mien_im_store_exec (MienDatabase *db, GError **error, const char *sql, const char *format, ...);
/* The first column of the first row as a number; @fallback when there is none. */
gboolean      mien_im_store_number (MienDatabase *db, gint64 *out, gint64 fallback, GError **error, const char *sql,
                                    const char *format, ...);
/* borrowed until the next step; NULL for NULL */
const char   *mien_im_store_text (sqlite3_stmt *stmt, int column);

/* The first column of all rows, of char *; NULL for @stmt NULL, whose error is set already. */
GPtrArray    *mien_im_store_texts (sqlite3_stmt *stmt, MienDatabase *db, GError **error);

/* accounts */
gboolean mien_im_accounts_add (MienDatabase *db, const char *account, const XmppScramKeys *keys, GError **error);
gboolean mien_im_accounts_set_keys (MienDatabase *db, const char *account, const XmppScramKeys *keys, GError **error);
gboolean mien_im_accounts_get_keys (MienDatabase *db, const char *account, XmppScramKeys *keys, GError **error);
gboolean mien_im_accounts_exists (MienDatabase *db, const char *account, gboolean *out, GError **error);
/* with all that is the account's */
gboolean mien_im_accounts_remove (MienDatabase *db, const char *account, GError **error);

/* What another process that removes an account leaves for the server: of char *; _take() forgets them. */
gboolean   mien_im_removed_add (MienDatabase *db, const char *account, GError **error);
GPtrArray *mien_im_removed_list (MienDatabase *db, GError **error);
GPtrArray *mien_im_removed_take (MienDatabase *db, GError **error);

/* roster: subscription states of RFC 6121 appendix A as bits */
typedef enum
{
  MIEN_ROSTER_TO = 1 << 0,              /* the account sees the contact */
  MIEN_ROSTER_FROM = 1 << 1,            /* the contact sees the account */
  MIEN_ROSTER_PENDING_OUT = 1 << 2,     /* the account asked */
  MIEN_ROSTER_PENDING_IN = 1 << 3,      /* the contact asked */
} MienRosterBits;

typedef struct
{
  char  *jid;                           /* bare */
  char  *name;                          /* (nullable) */
  char  *groups;                        /* (nullable) separated by line feeds */
  guint  bits;
  gboolean listed;                      /* in the roster; FALSE: only a request waits, or it was removed */
  char  *request;                       /* (nullable) the stanza of the request that waits */
  gint64 version;
} MienRosterRow;

void           mien_roster_row_free (MienRosterRow *self);
/* a new empty row when there is none */
MienRosterRow *mien_im_roster_get (MienDatabase *db, const char *account, const char *jid, GError **error);
/* Stores @row under a new version of the roster, which it gets. Forgets a row that says nothing. */
gboolean       mien_im_roster_put (MienDatabase *db, const char *account, MienRosterRow *row, GError **error);
GPtrArray     *mien_im_roster_list (MienDatabase *db, const char *account, gint64 since, gint64 *out_version,
                                    gboolean *out_delta, GError **error);
gboolean       mien_im_roster_touch (MienDatabase *db, const char *account, gint64 *out_version, GError **error);

/* The accounts that have @jid in their rosters; of char *. */
GPtrArray     *mien_im_roster_owners (MienDatabase *db, const char *jid, GError **error);

/* offline messages */
gboolean   mien_im_offline_add (MienDatabase *db, const char *account, const char *stanza, GError **error);
/* of char *, oldest first; they are removed */
GPtrArray *mien_im_offline_take (MienDatabase *db, const char *account, GError **error);

/* blocked addresses (XEP-0191) */
gboolean   mien_im_blocked_add (MienDatabase *db, const char *account, const char *jid, GError **error);
/* jid NULL: all */
gboolean   mien_im_blocked_remove (MienDatabase *db, const char *account, const char *jid, GError **error);
GPtrArray *mien_im_blocked_list (MienDatabase *db, const char *account, GError **error);      /* of char * */
gboolean   mien_im_blocked_has (MienDatabase *db, const char *account, const char *full, gboolean *out, GError **error);

/* vCard (XEP-0054), without its PHOTO: that is the portrait in PEP (XEP-0398) */
gboolean   mien_im_vcards_set (MienDatabase *db, const char *account, const char *xml, GError **error);
/* NULL without error: none */
char      *mien_im_vcards_get (MienDatabase *db, const char *account, GError **error);

/* PEP (XEP-0163) */
typedef enum { MIEN_PEP_PRESENCE, MIEN_PEP_OPEN, MIEN_PEP_WHITELIST } MienPepAccess;

typedef struct
{
  MienPepAccess access;
  guint         max_items;              /* 1 … MIEN_IM_MAX_PEP_ITEMS */
  gboolean      persist;
} MienPepConfig;

typedef struct
{
  char *account, *node, *id, *payload;  /* payload: one element */
} MienPepItem;

#define MIEN_PEP_CONFIG_DEFAULT { MIEN_PEP_PRESENCE, 1, TRUE }

MienPepItem *mien_pep_item_new (const char *account, const char *node, const char *id, const char *payload);
void         mien_pep_item_free (MienPepItem *self);
gboolean     mien_im_pep_get_config (MienDatabase *db, const char *account, const char *node, MienPepConfig *out,
                                     gboolean *out_found, GError **error);
/* makes the node */
gboolean     mien_im_pep_set_config (MienDatabase *db, const char *account, const char *node,
                                     const MienPepConfig *config, GError **error);
gboolean     mien_im_pep_publish (MienDatabase *db, const MienPepItem *item, const MienPepConfig *config,
                                  GError **error);
/* The newest first; @ids NULL: @max of them. */
GPtrArray   *mien_im_pep_list (MienDatabase *db, const char *account, const char *node, char **ids, guint max,
                               GError **error);
/* id NULL: all */
gboolean     mien_im_pep_retract (MienDatabase *db, const char *account, const char *node, const char *id,
                                  GError **error);
gboolean     mien_im_pep_remove (MienDatabase *db, const char *account, const char *node, GError **error);
/* of char * */
GPtrArray   *mien_im_pep_nodes (MienDatabase *db, const char *account, guint access_mask, GError **error);
/* Whether @reader may read; the owner always may. */
gboolean     mien_im_pep_may_read (MienDatabase *db, const char *account, const char *reader, MienPepAccess access,
                                   gboolean *out, GError **error);
/* The last item of @node of every account whose presence @reader gets, in the order of accounts after @after. */
GPtrArray   *mien_im_pep_last_of_contacts (MienDatabase *db, const char *reader, const char *node, const char *after,
                                           guint max, GError **error);

/* portraits that wait to be forwarded (S3242) */
gboolean   mien_im_forwards_add (MienDatabase *db, const char *account, GError **error);
gboolean   mien_im_forwards_remove (MienDatabase *db, const char *account, gint64 serial, GError **error);

typedef struct
{
  char  *account;
  gint64 serial;
  char  *metadata, *data;               /* (nullable) as published; no metadata: the portrait was taken back */
} MienForward;

GPtrArray *mien_im_forwards_list (MienDatabase *db, guint max, GError **error);              /* of MienForward */
/* SHA-1 of the portrait that contacts may see, or NULL without an error. */
char      *mien_im_vcard_avatar_id (MienDatabase *db, const char *account, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienRosterRow, mien_roster_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPepItem, mien_pep_item_free)

G_END_DECLS
