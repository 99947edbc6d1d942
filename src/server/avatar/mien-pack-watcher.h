/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-publication.h"

G_BEGIN_DECLS

/**
 * MienPackWatcher: keeps the publication of one folder. It is read, and a change on disk when the folder has been quiet
 * for a moment, in a thread; a pack that is not good is refused with a warning that names what is wrong, and the one
 * before stays. Signal "loaded" (gboolean good): after each reading, the first one too.
 */
#define MIEN_TYPE_PACK_WATCHER (mien_pack_watcher_get_type ())
G_DECLARE_FINAL_TYPE (MienPackWatcher, mien_pack_watcher, MIEN, PACK_WATCHER, GObject)

#define MIEN_PACK_WATCHER_QUIET_MS 400         /* without a change before the folder is read */
#define MIEN_PACK_WATCHER_LOGGED_PROBLEMS 20   /* of one bad pack */

/* @memory: the file that remembers which drawings were found good, so that a known pack is there at once; or NULL. */
MienPackWatcher *mien_pack_watcher_new (const char *directory, const char *memory);
/* Reads the catalogue alone, whose errors are told here; the drawings are looked at in a thread afterwards. */
gboolean         mien_pack_watcher_start (MienPackWatcher *self, GError **error);
void             mien_pack_watcher_stop (MienPackWatcher *self);                 /* idempotent */
gboolean         mien_pack_watcher_is_reading (MienPackWatcher *self);
/* (transfer none); NULL before the first good reading */
MienPublication *mien_pack_watcher_get_current (MienPackWatcher *self);
MienPublication *mien_pack_watcher_get_previous (MienPackWatcher *self);         /* (transfer none) or NULL */

G_END_DECLS
