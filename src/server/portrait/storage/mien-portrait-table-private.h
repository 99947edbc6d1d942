/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-portrait-table.h"

G_BEGIN_DECLS

/* What both databases have in common: the columns of a row, and which steps make a change. Each database says in SQL of
 * its own what a step is; all steps of a change run in one transaction. */

#define MIEN_PORTRAIT_NONCE_BYTES 16

#define MIEN_PORTRAIT_ROW_FIELDS 9
#define MIEN_PORTRAIT_ROW_COLUMNS "account, address, sha256, sha1, type, bytes, width, height, updated"
/* After INSERT INTO portrait: an account's row is replaced; its time rises. @later: the function for the greater of
   two. */
#define MIEN_PORTRAIT_ROW_REPLACE(later) \
  " ON CONFLICT (account) DO UPDATE SET address = excluded.address, sha256 = excluded.sha256, sha1 = excluded.sha1," \
  " type = excluded.type, bytes = excluded.bytes, width = excluded.width, height = excluded.height," \
  " updated = " later " (excluded.updated, portrait.updated + 1) RETURNING updated"

/* From the texts of MIEN_PORTRAIT_ROW_COLUMNS, in that order; sha1 may be NULL. */
MienPortraitRow *mien_portrait_row_new_from_fields (const char * const fields[MIEN_PORTRAIT_ROW_FIELDS]);

typedef struct
{
  const char *account;
  char       *address;                   /* out: what nobody refers to any more; (transfer full) */
} MienPortraitRetract;

typedef struct
{
  const char *account, *sha256, *sha1;
  gboolean    done;                      /* out */
} MienPortraitInband;

typedef struct
{
  const char * const *addresses;
  gint64           now;                  /* Unix seconds */
  MienPortraitDrop drop;
  gpointer         user_data;
} MienPortraitCollect;

struct _MienPortraitTableInterface
{
  GTypeInterface parent;

  gboolean   (*put)     (MienPortraitTable *self, MienPortraitPut *put, GError **error);
  GPtrArray *(*query)   (MienPortraitTable *self, const char * const *accounts, GError **error);
  gboolean   (*retract) (MienPortraitTable *self, MienPortraitRetract *retract, GError **error);
  gboolean   (*inband)  (MienPortraitTable *self, MienPortraitInband *inband, GError **error);
  char      *(*alias)   (MienPortraitTable *self, const char *name, GError **error);
  gboolean   (*collect) (MienPortraitTable *self, MienPortraitCollect *collect, GError **error);
};

/* The steps; @db is the connection on which the transaction runs. */
typedef struct
{
  /* Whoever writes a row with an address and whoever collects that address wait for each other. NULL: they do anyway.
     */
  gboolean (*lock_address)   (gpointer db, const char *address, GError **error);
  /* *out_fresh: FALSE when the nonce is known. */
  gboolean (*note_nonce)     (gpointer db, const guint8 *nonce, gint64 expires, gboolean *out_fresh, GError **error);
  /* *out: NULL when the account has no portrait. (transfer full) */
  gboolean (*get_address)    (gpointer db, const char *account, char **out, GError **error);
  /* Sets @row's updated to what is stored. */
  gboolean (*write_row)      (gpointer db, MienPortraitRow *row, GError **error);
  gboolean (*write_alias)    (gpointer db, const char *name, const char *address, GError **error);
  gboolean (*is_referenced)  (gpointer db, const char *address, gboolean *out, GError **error);
  /* *out: the row's address, or NULL when there was none. (transfer full) */
  gboolean (*delete_row)     (gpointer db, const char *account, char **out, GError **error);
  gboolean (*delete_aliases) (gpointer db, const char *address, GError **error);
} MienPortraitSteps;

gboolean mien_portrait_steps_put (const MienPortraitSteps *steps, gpointer db, MienPortraitPut *put, GError **error);
gboolean mien_portrait_steps_retract (const MienPortraitSteps *steps, gpointer db, MienPortraitRetract *retract,
                                      GError **error);
/* The first of @collect's addresses. */
gboolean mien_portrait_steps_collect (const MienPortraitSteps *steps, gpointer db, const MienPortraitCollect *collect,
                                      GError **error);

G_END_DECLS
