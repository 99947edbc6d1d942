/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <libsoup/soup.h>
#include "mien-catalogue.h"
#include "mien-cache.h"
#include "mien-http.h"

G_BEGIN_DECLS

/**
 * MienWardrobe: the catalogue this user has: the cached one at once, the server's newest after a sync (S3081-S3084),
 * and drawn avatars as surfaces, rendered in threads and kept in a bounded cache. With no server ever seen it holds
 * the starter pack that was installed with the program.
 *
 * Signal: "sync-progress" (guint64 done, guint64 total): bytes of a synchronisation; 0, 0 when it has ended.
 */
#define MIEN_TYPE_WARDROBE (mien_wardrobe_get_type ())
G_DECLARE_FINAL_TYPE (MienWardrobe, mien_wardrobe, MIEN, WARDROBE, GObject)

#define MIEN_WARDROBE_ART_MAX_BYTES (64 * 1024 * 1024)               /* drawn pictures kept in memory */

/* @starter_pack_directory may be NULL. */
MienWardrobe  *mien_wardrobe_new (const char *cache_directory, const char *starter_pack_directory, SoupSession *http);
/* S3081, from disk */
void mien_wardrobe_load_async (MienWardrobe *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean       mien_wardrobe_load_finish (MienWardrobe *self, GAsyncResult *result, GError **error);
MienCatalogue *mien_wardrobe_get_catalogue (MienWardrobe *self);     /* property "catalogue"; NULL before load */

/* @catalogue_uri: ".../avatars/catalogue.json". One conditional request, one package of what is missing, every hash
 * checked, then swapped; an error leaves the old. */
void mien_wardrobe_sync_async (MienWardrobe *self, const char *catalogue_uri, MienProgress progress,
                               gpointer progress_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean       mien_wardrobe_sync_finish (MienWardrobe *self, GAsyncResult *result, gboolean *changed, GError **error);

/* The avatar drawn at @size (whole template square). Lookup answers from memory or NULL; render fills it. @behind may
 * be NULL. */
/* (transfer none) */
cairo_surface_t *mien_wardrobe_lookup_art (MienWardrobe *self, MienAvatar *avatar, const char *variant, int size);
/* same, the part behind the head */
cairo_surface_t *mien_wardrobe_lookup_art_behind (MienWardrobe *self, MienAvatar *avatar, const char *variant,
                                                  int size);
void mien_wardrobe_render_art_async (MienWardrobe *self, MienAvatar *avatar, const char *variant, int size,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
cairo_surface_t *mien_wardrobe_render_art_finish (MienWardrobe *self, GAsyncResult *result,
                                                  cairo_surface_t **out_behind, GError **error);
void mien_wardrobe_render_headshot_async (MienWardrobe *self, const MienDrawnHeadshot *headshot, int size,
                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
cairo_surface_t *mien_wardrobe_render_headshot_finish (MienWardrobe *self, GAsyncResult *result, GError **error);

G_END_DECLS
