/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* The newest pictures of a folder as thumbnails, read one after the other in one thread. */

#define MIEN_PHOTOS_MAX_LISTED 5000      /* files of the folder that are looked at */

/* On the main thread, once a picture, newest first; (NULL, NULL) at the end. Never after @cancellable was cancelled. */
typedef void (*MienPhotosFunc) (const char *path, cairo_surface_t *thumbnail, gpointer user_data);

/* @size: pixels of a thumbnail's longer side. What is not a picture is left out. */
void mien_photos_load (const char *folder, guint max_photos, int size, GCancellable *cancellable, MienPhotosFunc func,
                       gpointer user_data);

G_END_DECLS
