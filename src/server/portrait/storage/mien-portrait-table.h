/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One account's portrait: the source document's table of account, storage address and update time. */
typedef struct
{
  char   *account;                       /* bare address */
  char   *address;                       /* where the bytes are: "ab/cd/<sha256>.png" under the store's folder */
  char   *sha256;                        /* lower-case hexadecimal */
  char   *sha1;                          /* of the picture in band (XEP-0084), or NULL: not known */
  int     type;                          /* MienPortraitType */
  guint32 bytes, width, height;
  gint64  updated;                       /* milliseconds since 1970, UTC; rises with each change of a portrait */
} MienPortraitRow;

MienPortraitRow *mien_portrait_row_new (const char *account);
void             mien_portrait_row_free (MienPortraitRow *self);

/* Whether the bytes at @address are on disk. */
typedef gboolean (*MienPortraitPresent) (const char *address, gpointer user_data);
/* Removes the bytes at @address: nobody refers to them. */
typedef void (*MienPortraitDrop) (const char *address, gpointer user_data);

typedef struct
{
  MienPortraitRow *row;                  /* updated: the wish; raised when the account's last one is as late */
  const guint8    *nonce;                /* of the slot, 16 bytes, or NULL: no slot (forwarded by the IM server) */
  gint64           nonce_expires;        /* Unix seconds */
  const char      *alias;                /* another name under which the picture is asked for, or NULL */
  MienPortraitPresent present;
  gpointer         user_data;
  char            *replaced;             /* out: the former address if nobody refers to it; (transfer full) */
} MienPortraitPut;

/**
 * MienPortraitTable: what the portrait server knows, in SQLite or PostgreSQL. Every function blocks and is called from
 * worker threads, from many at once; each change is one transaction and on disk when it returns.
 */
#define MIEN_TYPE_PORTRAIT_TABLE (mien_portrait_table_get_type ())
G_DECLARE_INTERFACE (MienPortraitTable, mien_portrait_table, MIEN, PORTRAIT_TABLE, GObject)

/* MIEN_PORTRAIT_SERVER_ERROR_USED when the slot was used, _VANISHED when @present says no. */
gboolean   mien_portrait_table_put (MienPortraitTable *self, MienPortraitPut *put, GError **error);
/* NULL-terminated accounts → of MienPortraitRow in no order, only those that have a portrait. */
GPtrArray *mien_portrait_table_query (MienPortraitTable *self, const char * const *accounts, GError **error);
/* *out_address: the bytes that nobody refers to any more, or NULL. No portrait is a success. */
gboolean   mien_portrait_table_retract (MienPortraitTable *self, const char *account, char **out_address,
                                        GError **error);
/* Notes the in-band picture's SHA-1 if @account's portrait is @sha256. */
gboolean   mien_portrait_table_inband (MienPortraitTable *self, const char *account, const char *sha256,
                                       const char *sha1, gboolean *out_done, GError **error);
/* The address behind another name; NULL without an error when there is none. */
char      *mien_portrait_table_alias (MienPortraitTable *self, const char *name, GError **error);
/* Calls @drop, inside the lock that mien_portrait_table_put() takes, for each address nobody refers to, and forgets
 * slots that expired before @now (Unix seconds). */
gboolean   mien_portrait_table_collect (MienPortraitTable *self, const char * const *addresses, gint64 now,
                                        MienPortraitDrop drop, gpointer user_data, GError **error);

/* "<data-directory>/portrait.sqlite", or a postgresql:// address. Blocking. */
MienPortraitTable *mien_portrait_table_open (const char *database, const char *sqlite_path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPortraitRow, mien_portrait_row_free)

G_END_DECLS
