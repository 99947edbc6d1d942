/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "display.h"
#include "im-test-client.h"

G_BEGIN_DECLS

/*
 * The gallery: a picture of each window in each of its states, with content as people have it, for somebody to look at.
 * The language, the theme and the scale are those of the environment; see tests/display/gallery/run.
 */

/* Where the pictures go, and where what the windows need is kept. */
extern const char *gallery_folder;
extern char *gallery_data;

/* Everything that is on the screen of this process, cut to its bounds, as NAME.png, once it has come to rest. */
void             gallery_shoot (const char *name);
void             gallery_close (GtkWidget *window);

/* A drawn head (0, 1 ...) over its backdrop; (transfer full). */
cairo_surface_t *gallery_head (guint index, int size);
/* The same as a PNG file in @folder. */
char            *gallery_head_file (guint index, int size, const char *folder, const char *name);

void gallery_sign_in (AdwApplication *app, ImServer *server);
void gallery_main (GtkWidget *window, ImServer *server);
void gallery_editor (GtkWidget *window, ImServer *server);

G_END_DECLS
