/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <portrait-placement.h>

#include "mien-headshot.h"
#include "mien-wardrobe.h"

G_BEGIN_DECLS

/**
 * MienHeadshotDialog: S300-S302: choosing a photo (a drawn one of ours, a file, one of the Pictures folder, a drop, a
 * paste) and cutting the headshot out of it, first guess round the face.
 *
 * Signal: "chosen" (): the headshot is there; the dialog closes after it.
 */
#define MIEN_TYPE_HEADSHOT_DIALOG (mien_headshot_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienHeadshotDialog, mien_headshot_dialog, MIEN, HEADSHOT_DIALOG, AdwWindow)

#define MIEN_HEADSHOT_DIALOG_MAX_PHOTOS 60           /* of the Pictures folder: the newest */

GtkWidget       *mien_headshot_dialog_new (GtkWindow *parent, MienWardrobe *wardrobe);
/* Straight to the second page. @crop: where to begin; NULL: the whole photo. @face: of the square photo, when it is
 * known. */
void mien_headshot_dialog_crop (MienHeadshotDialog *self, cairo_surface_t *photo, const MienCrop *crop,
                                const PortraitFace *face, guint32 backdrop);
void             mien_headshot_dialog_open (MienHeadshotDialog *self, GFile *file);
void             mien_headshot_dialog_paste (MienHeadshotDialog *self);           /* what is in the clipboard */
/* The first error on the page, or NULL. */
const char      *mien_headshot_dialog_get_error (MienHeadshotDialog *self);

/* For "chosen"; (transfer none). */
cairo_surface_t *mien_headshot_dialog_get_headshot (MienHeadshotDialog *self, PortraitFace *face, guint32 *backdrop);
/* NULL: a drawn headshot, which was not cut out of anything. */
cairo_surface_t *mien_headshot_dialog_get_photo (MienHeadshotDialog *self, MienCrop *crop);

G_END_DECLS
