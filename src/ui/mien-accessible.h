/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* GTK 4.8 gives some widgets names that nobody should hear: "_Remove Remove" for a button with a mnemonic, "GtkImage"
 * for one with an icon and a tooltip, "GtkExpander". From this call on each such widget gets its name, once, when it
 * appears on the screen: buttons, menu buttons, check buttons, expanders and expander rows, those of dialogs that
 * libadwaita builds among them. To be called once, after gtk_init(). */
void  mien_accessible_mend_names (void);

/* "_Remove" → "Remove"; "__" stands for one. (transfer full) */
char *mien_accessible_strip_mnemonic (const char *label);

G_END_DECLS
