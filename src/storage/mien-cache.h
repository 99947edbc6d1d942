/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MienCache: bytes on disk under their own SHA-256 (or another digest as key kind, e.g. XEP-0084's SHA-1), with a byte
 * budget; the least recently used go first. Content never changes, so it can never be stale. Its blocking functions may
 * be called from any thread at once. A hash is lower-case hexadecimal; anything else is "not there".
 */
#define MIEN_TYPE_CACHE (mien_cache_get_type ())
G_DECLARE_FINAL_TYPE (MienCache, mien_cache, MIEN, CACHE, GObject)

/* 0: no budget, nothing is dropped */
MienCache *mien_cache_new (const char *directory, GChecksumType digest, guint64 max_bytes);

/* whether or not it is there; NULL for a bad hash */
char    *mien_cache_path (MienCache *self, const char *hash);
gboolean mien_cache_has (MienCache *self, const char *hash);                           /* a stat, cheap */
/* Blocking twins for worker threads; both check the hash. load: G_IO_ERROR_NOT_FOUND when it is not there; a file whose
 * bytes do not match (MIEN_STORAGE_ERROR_HASH) is removed, so that it will be fetched again. */
GBytes  *mien_cache_load (MienCache *self, const char *hash, gsize max_bytes, GError **error);
gboolean mien_cache_store (MienCache *self, const char *hash, GBytes *bytes, GError **error);
void     mien_cache_remove (MienCache *self, const char *hash);
void     mien_cache_load_async (MienCache *self, const char *hash, gsize max_bytes, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
GBytes  *mien_cache_load_finish (MienCache *self, GAsyncResult *result, GError **error);
void     mien_cache_store_async (MienCache *self, const char *hash, GBytes *bytes, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_cache_store_finish (MienCache *self, GAsyncResult *result, GError **error);

G_END_DECLS
