/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * MienEditorLayout: the three parts of the editor: what to choose from at the left, the ring with the picture, and
 * beside the picture the adjustment and the previews. In a narrow window the last goes below the ring; it never lies
 * over it.
 */
#define MIEN_TYPE_EDITOR_LAYOUT (mien_editor_layout_get_type ())
G_DECLARE_FINAL_TYPE (MienEditorLayout, mien_editor_layout, MIEN, EDITOR_LAYOUT, GtkWidget)

/* takes them as children */
GtkWidget *mien_editor_layout_new (GtkWidget *side, GtkWidget *stage, GtkWidget *beside);
gboolean   mien_editor_layout_is_narrow (MienEditorLayout *self);

G_END_DECLS
