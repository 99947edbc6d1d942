/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "mien-http.h"
#include "mien-session.h"

G_BEGIN_DECLS

/**
 * MienGallery: portraits of friends and of the user: which hash each account has now (PEP pushes, one batched query at
 * sign-in, vCard photos of others), and the pictures, decoded in threads for whoever asks, visible rows first. Never
 * stale: a picture is found by hash only; each hash is fetched once.
 */
#define MIEN_TYPE_GALLERY (mien_gallery_get_type ())
G_DECLARE_FINAL_TYPE (MienGallery, mien_gallery, MIEN, GALLERY, GObject)

typedef enum { MIEN_GALLERY_ROW, MIEN_GALLERY_TIPS, MIEN_GALLERY_PREFETCH } MienGalleryPriority;

#define MIEN_GALLERY_MAX_SIDE 1024
/* up to this the picture in band is enough; above it the hosted one is fetched */
#define MIEN_GALLERY_SMALL_SIDE 192
#define MIEN_GALLERY_MEMORY (24 * 1024 * 1024)   /* bytes of decoded pictures kept */
#define MIEN_GALLERY_CACHE (256 * 1024 * 1024)   /* bytes of files kept */
#define MIEN_GALLERY_MAX_FETCHES 6               /* at one time */
#define MIEN_GALLERY_MAX_BYTES (8 * 1024 * 1024) /* of one picture */

MienGallery     *mien_gallery_new (MienSession *session, const char *cache_directory, SoupSession *http);

/* The current portrait scaled in proportion into at most @size pixels, from memory in this very call, or NULL (S404
 * from the cache). *current FALSE: an older portrait while the new one is on its way. */
/* (transfer none) */
cairo_surface_t *mien_gallery_lookup (MienGallery *self, const char *bare_jid, int size, gboolean *current);
/* Makes a later lookup succeed; "changed" tells when. Cheap to call again. */
void             mien_gallery_want (MienGallery *self, const char *bare_jid, int size, MienGalleryPriority priority);
void             mien_gallery_unwant (MienGallery *self, const char *bare_jid, int size);      /* scrolled away */
gboolean         mien_gallery_has_portrait (MienGallery *self, const char *bare_jid, gboolean *known);
gint64           mien_gallery_get_updated (MienGallery *self, const char *bare_jid);    /* Unix seconds, 0 unknown */
const char      *mien_gallery_get_hash (MienGallery *self, const char *bare_jid);       /* SHA-1 of XEP-0084, or NULL */
/* signal "changed" (const char *bare_jid) */

G_END_DECLS
