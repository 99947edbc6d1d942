/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-art-cache.h"
#include "mien-pack.h"
#include "mien-wardrobe.h"

G_BEGIN_DECLS

/* of one package; what is missing beyond it comes in the next */
#define MIEN_WARDROBE_PACKAGE_BYTES (16 * 1024 * 1024)
/* never reached: a catalogue's files are fewer, and old ones are removed */
#define MIEN_WARDROBE_DISK_BYTES ((guint64) 2 * 1024 * 1024 * 1024)
#define MIEN_WARDROBE_STATE_BYTES 8192                   /* of the small file beside the catalogue */
#define MIEN_WARDROBE_RENDERERS 2                        /* threads that draw */

/* Where bytes come from; safe in threads, counted. */
typedef struct
{
  MienCache *cache;        /* owned: what servers sent */
  MienPack *starter;       /* owned; NULL when none is installed or it was not loaded yet */
} MienWardrobeSource;

struct _MienWardrobe
{
  GObject parent_instance;

  char *cache_directory;
  char *starter_directory;             /* or NULL */
  SoupSession *http;                   /* owned; NULL: never syncs */
  MienWardrobeSource *source;          /* owned */
  MienCatalogue *catalogue;            /* owned; NULL before load */

  char *uri;                           /* where the catalogue came from; NULL: it is the starter pack's */
  char *etag;
  gboolean syncing;

  MienArtCache *art;                   /* owned */
  GHashTable *jobs;                    /* borrowed key → borrowed RenderJob under way */
  GThreadPool *renderers;              /* owned; NULL until something is drawn */
};

MienWardrobeSource *mien_wardrobe_source_new (MienCache *cache, MienPack *starter);
MienWardrobeSource *mien_wardrobe_source_ref (MienWardrobeSource *self);
void                mien_wardrobe_source_unref (MienWardrobeSource *self);
gboolean            mien_wardrobe_source_has (MienWardrobeSource *self, const char *sha256);
/* blocking */
GBytes             *mien_wardrobe_source_load (MienWardrobeSource *self, const char *sha256, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienWardrobeSource, mien_wardrobe_source_unref)

/* The catalogue on disk. Blocking. */
gboolean mien_wardrobe_write_catalogue (const char *cache_directory, GBytes *json, const char *uri, const char *etag,
                                        GError **error);
/* (transfer full) or NULL; *out_uri and *out_etag only when they belong to exactly this catalogue. */
MienCatalogue *mien_wardrobe_read_catalogue (const char *cache_directory, char **out_uri, char **out_etag,
                                             GError **error);

void     mien_wardrobe_take_catalogue (MienWardrobe *self, MienCatalogue *catalogue);   /* notifies */
void     mien_wardrobe_emit_sync_progress (MienWardrobe *self, guint64 done, guint64 total);

G_END_DECLS
