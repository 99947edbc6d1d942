/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"
#include "mien-headshot-dialog.h"
struct _MienHeadshotDialog { AdwWindow parent_instance; };
G_DEFINE_FINAL_TYPE (MienHeadshotDialog, mien_headshot_dialog, ADW_TYPE_WINDOW)
static void mien_headshot_dialog_class_init (MienHeadshotDialogClass *klass) { }
static void mien_headshot_dialog_init (MienHeadshotDialog *self) { }
GtkWidget *mien_headshot_dialog_new (GtkWindow *parent, MienWardrobe *wardrobe) { return g_object_new (MIEN_TYPE_HEADSHOT_DIALOG, "transient-for", parent, NULL); }
void mien_headshot_dialog_crop (MienHeadshotDialog *self, cairo_surface_t *photo, const MienCrop *crop, guint32 backdrop) { }
cairo_surface_t *mien_headshot_dialog_get_headshot (MienHeadshotDialog *self, PortraitFace *face, guint32 *backdrop) { return NULL; }
cairo_surface_t *mien_headshot_dialog_get_photo (MienHeadshotDialog *self, MienCrop *crop) { return NULL; }
