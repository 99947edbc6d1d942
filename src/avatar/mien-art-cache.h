/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* A drawn avatar: what lies in front of the headshot and, for hair, what lies behind. Immutable, counted. */
typedef struct
{
  cairo_surface_t *front;
  cairo_surface_t *behind;     /* or NULL */
} MienArt;

MienArt *mien_art_new (cairo_surface_t *front, cairo_surface_t *behind);      /* takes both */
MienArt *mien_art_ref (MienArt *self);
void     mien_art_unref (MienArt *self);
gsize    mien_art_get_bytes (MienArt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienArt, mien_art_unref)

/* Drawn avatars by key, the least recently used go first when they are more than @max_bytes. One thread. */
typedef struct _MienArtCache MienArtCache;

MienArtCache *mien_art_cache_new (gsize max_bytes);
void          mien_art_cache_free (MienArtCache *self);
/* (transfer none) or NULL; becomes the most recent */
MienArt      *mien_art_cache_lookup (MienArtCache *self, const char *key);
void          mien_art_cache_insert (MienArtCache *self, const char *key, MienArt *art);
gsize         mien_art_cache_get_bytes (MienArtCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienArtCache, mien_art_cache_free)

G_END_DECLS
