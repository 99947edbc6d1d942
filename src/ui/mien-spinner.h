/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* "Busy", turning as long as it can be seen. A GtkSpinner of GTK 4.8 also turns in a hidden page or revealer, and then
 * has the whole window laid out for each frame. */
#define MIEN_TYPE_SPINNER (mien_spinner_get_type ())
G_DECLARE_FINAL_TYPE (MienSpinner, mien_spinner, MIEN, SPINNER, GtkWidget)

GtkWidget *mien_spinner_new (void);

G_END_DECLS
