/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-pack.h"

G_BEGIN_DECLS

/*
 * MienPackCheck: whether a pack is fit to be given out: its catalogue, and every drawing by mien_svg_check() and by
 * looking at it. Drawings that were found good are remembered by their hash and not drawn again, so that a reload costs
 * what changed.
 */
typedef struct _MienPackCheck MienPackCheck;

#define MIEN_PACK_CHECK_SIZE 256          /* pixels at which the edge is looked at */
#define MIEN_PACK_CHECK_SMALL 64          /* pixels at which the drawing must be readable */
#define MIEN_PACK_CHECK_COAT_SIDES 400    /* template units: below it a coat may touch the sides */
#define MIEN_PACK_CHECK_MIN_INK 8.0       /* opaque pixels, at the small size */
#define MIEN_PACK_CHECK_MIN_SEEN 0.12     /* of these, the part that differs from the ground, on each ground */
#define MIEN_PACK_CHECK_DELTA_E 10.0      /* CIE 1976 colour difference that counts as different */

/* one more whenever a rule changes: what was remembered is forgotten */
#define MIEN_PACK_CHECK_RULES 1
#define MIEN_PACK_CHECK_MAX_MEMORY (16 * 1024 * 1024) /* bytes of the file of remembered drawings */

MienPackCheck *mien_pack_check_new (void);
void           mien_pack_check_free (MienPackCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPackCheck, mien_pack_check_free)

/* Blocking; one thread at a time. Each problem is one line that names the file or the member; (transfer full). Empty: a
 * good pack. */
GPtrArray     *mien_pack_check_run (MienPackCheck *self, MienPack *pack, GCancellable *cancellable);

/* Blocking. Between two runs of the program the drawings found good by the last mien_pack_check_run() are kept in a
 * file. One that cannot be read, or was written under other rules, is as none. */
void           mien_pack_check_recall (MienPackCheck *self, const char *path);
gboolean       mien_pack_check_remember (MienPackCheck *self, const char *path, GError **error);
guint          mien_pack_check_get_n_drawn (MienPackCheck *self);   /* drawings that the last run had to look at */

G_END_DECLS
