/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-portrait-manager.h"
#include "mien-portrait-rate.h"

G_BEGIN_DECLS

typedef enum { MIEN_PORTRAIT_POOL_WORK, MIEN_PORTRAIT_POOL_READ, MIEN_PORTRAIT_N_POOLS } MienPortraitPool;

struct _MienPortraitManager
{
  GObject parent_instance;

  /* Set once; read by the threads */
  char *bytes_directory;
  char *public_url;
  GBytes *key;
  MienPortraitTable *table;
  guint64 max_bytes, max_pixels;
  gint64 (*now) (void);      /* microseconds since 1970 */
  gboolean shared;           /* with other processes, on the same database and the same folder */

  /* Main loop */
  GThreadPool *pools[MIEN_PORTRAIT_N_POOLS];   /* NULL: stopped */
  MienPortraitRate *slot_rate, *volume_rate, *query_rate;
  GHashTable *hot;           /* key -> Hot of the pictures file */
  GQueue hot_order;          /* of Hot, the latest first */
  gsize hot_bytes;
  guint hot_generation;      /* rises with each retraction */
  GHashTable *loading;       /* key -> GPtrArray of GTask */
  GSource *sweeper;
  guint8 next_folder;
  gboolean sweeping;
};

/* Runs @func with the task in a thread of @pool; the task ends with _UNAVAILABLE when too many wait. (transfer full)
 * task */
void mien_portrait_manager_run (MienPortraitManager *self, MienPortraitPool pool, GTask *task, GTaskThreadFunc func);

/* In threads. Keeps @bytes as @row->account's portrait (account and sha1 are set); fills @row. @slot: or NULL. */
gboolean mien_portrait_accept (MienPortraitManager *self, MienPortraitRow *row, GBytes *bytes,
                               const MienPortraitSlot *slot, GError **error);
/* In threads. Removes the bytes unless somebody refers to them. */
gboolean mien_portrait_collect_one (MienPortraitManager *self, const char *address, GError **error);

void mien_portrait_hot_init (MienPortraitManager *self);
void mien_portrait_hot_clear (MienPortraitManager *self);
/* After a retraction. */
void mien_portrait_hot_forget (MienPortraitManager *self, const char *address);

G_END_DECLS
