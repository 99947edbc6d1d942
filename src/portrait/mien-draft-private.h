/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-cache.h"
#include "mien-draft.h"

G_BEGIN_DECLS

/* What the files of MienDraft share: mien-draft.c has the look and its steps, mien-draft-disk.c what is on disk,
 * mien-draft-headshots.c the photos. */

#define MIEN_DRAFT_VERSION 1
#define MIEN_DRAFT_MAX_BYTES (PORTRAIT_LOOK_MAX_BYTES + 4096)
#define MIEN_DRAFT_MAX_HEADSHOT_BYTES (16 * 1024 * 1024)
/* While the user drags, the file is written at most so often. */
#define MIEN_DRAFT_SAVE_MS 200
/* After a failure (a full disk) it is tried again. */
#define MIEN_DRAFT_RETRY_MS 5000
/* Decoded headshots kept for undo; older ones are read again. */
#define MIEN_DRAFT_MAX_SURFACES 4

typedef struct
{
  PortraitLook *look;
  char *label;
} MienDraftStep;

/* What the writing threads share: the newest state wins, whichever thread comes last. */
typedef struct
{
  GMutex mutex;
  char *path;
  guint64 written;     /* by mutex */
  /* by mutex; hash of a headshot that was taken here → the version that first named it, "" before */
  GHashTable *fresh;
} MienDraftSaver;

struct _MienDraft
{
  GObject parent_instance;

  char *directory;
  MienCache *headshots;
  PortraitLook *look;
  GPtrArray *undo, *redo;      /* of MienDraftStep */
  char *merge_key;
  gboolean dirty;

  GQueue surfaces;             /* of Headshot, the latest first */
  char *loading;               /* hash of the headshot being read, or NULL */

  MienDraftSaver *saver;                /* atomic reference-counted box */
  guint64 version;
  guint64 saved_version;       /* handed to a thread or written */
  gboolean saving;
  guint save_source;
  char *save_error;            /* why the last writing failed, for the user; NULL: it did not */
  GHashTable *files;           /* hashes of the headshots on disk that may have to be removed */
};

/* mien-draft.c */
void mien_draft_emit_changed (MienDraft *self);
/* Takes @look as it is on disk, without a step. */
void mien_draft_take_loaded (MienDraft *self, PortraitLook *look, gboolean dirty);
/* A portrait begins with its headshot: taking the first one is no step, and none leads back to before it. */
void mien_draft_take_first_headshot (MienDraft *self, const char *hash, const PortraitFace *face, guint32 backdrop);
void mien_draft_notify_save_error (MienDraft *self);

/* mien-draft-disk.c */
MienDraftSaver *mien_draft_saver_new (const char *directory);
void            mien_draft_saver_unref (MienDraftSaver *saver);
/* In a thread: @hash is about to be written; it is not removed before a draft that was made later. */
void            mien_draft_saver_protect (MienDraftSaver *saver, const char *hash);
/* The look names it from @version on. */
void            mien_draft_saver_settle (MienDraftSaver *saver, const char *hash, guint64 version);
void            mien_draft_save_soon (MienDraft *self);

/* mien-draft-headshots.c */
void             mien_draft_remember_surface (MienDraft *self, const char *hash, cairo_surface_t *surface);
void             mien_draft_clear_surfaces (MienDraft *self);
cairo_surface_t *mien_draft_read_headshot (MienCache *cache, const char *hash, GError **error);      /* blocking */

G_END_DECLS
