/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-draft.h"
#include "mien-gallery.h"
#include "mien-publisher.h"
#include "mien-session.h"
#include "mien-wardrobe.h"

G_BEGIN_DECLS

/**
 * mien_editor_window_new:
 *
 * The window in which a portrait is made (S300-S324). It borrows its models for as long as it lives and holds a
 * reference on each; the caller presents it. @draft must have been loaded.
 *
 * Returns: (transfer none): a toplevel, owned by GTK
 */
GtkWidget *mien_editor_window_new (GtkApplication *app,
                                   MienSession    *session,
                                   MienDraft      *draft,
                                   MienWardrobe   *wardrobe,
                                   MienGallery    *gallery,
                                   MienPublisher  *publisher);

G_END_DECLS
