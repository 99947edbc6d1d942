/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>
#include <portrait-look.h>

G_BEGIN_DECLS

/**
 * MienDraft: the look being made, with undo and redo, kept on disk after every change (a crash loses nothing).
 * Owns the headshot's bytes (S306) under their hash beside it.
 */
#define MIEN_TYPE_DRAFT (mien_draft_get_type ())
G_DECLARE_FINAL_TYPE (MienDraft, mien_draft, MIEN, DRAFT, GObject)

#define MIEN_DRAFT_MAX_UNDO 200
/* headshots looked at when a draft is opened, to remove those that nothing names */
#define MIEN_DRAFT_MAX_FILES 10000

MienDraft          *mien_draft_new (const char *directory);
void mien_draft_load_async (MienDraft *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean            mien_draft_load_finish (MienDraft *self, GAsyncResult *result, GError **error);
const PortraitLook *mien_draft_get_look (MienDraft *self);
/* Takes a new state. @label names the step for "Undo: …"; steps with the same non-NULL @merge_key in a row are one (a
 * drag). */
void mien_draft_set_look (MienDraft *self, const PortraitLook *look, const char *label, const char *merge_key);
void                mien_draft_end_merge (MienDraft *self);
gboolean            mien_draft_undo (MienDraft *self);
gboolean            mien_draft_redo (MienDraft *self);
/* NULL: nothing to undo; properties "can-undo", "can-redo" */
const char         *mien_draft_get_undo_label (MienDraft *self);
const char         *mien_draft_get_redo_label (MienDraft *self);
/* changed since the last publication or saved look */
gboolean            mien_draft_is_dirty (MienDraft *self);
void                mien_draft_mark_clean (MienDraft *self);
/* S302-S306: takes the square standard-size headshot, writes it (PNG) under its hash; the look then names it. */
void mien_draft_set_headshot_async (MienDraft *self, cairo_surface_t *surface, const PortraitFace *face,
                                    guint32 backdrop, GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean            mien_draft_set_headshot_finish (MienDraft *self, GAsyncResult *result, GError **error);
cairo_surface_t    *mien_draft_get_headshot (MienDraft *self);       /* (transfer none) or NULL */
void                mien_draft_flush (MienDraft *self);              /* write now; called at shutdown */
/* Why the last change is not on disk, for the user; NULL when all is well. It is tried again by itself. Property
 * "save-error". */
const char         *mien_draft_get_save_error (MienDraft *self);
/* signal "changed" () */

G_END_DECLS
