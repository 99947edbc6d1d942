/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>
#include <portrait-placement.h>

G_BEGIN_DECLS

/**
 * From a photo to a headshot (S300-S302): load, upright by EXIF; a square to cut out, turned if the user turned it;
 * that square at the standard size. The geometry of the square is pure functions, so that a crop widget only draws and
 * drags.
 */
/* a photo is decoded to at most this on its longer side: three times the standard size */
#define MIEN_HEADSHOT_MAX_SIDE 2880
/* pixels of the photo; a smaller square is not cut out, and a smaller photo is refused */
#define MIEN_HEADSHOT_MIN_SIDE 32.0

/* The square to cut out, in pixels of the upright photo: its middle, its side, and how far it is turned, in degrees
 * clockwise. */
typedef struct { double x, y, side, angle; } MienCrop;

/* The largest square, in the middle; of a portrait photo rather the upper part, where the face is. */
void     mien_crop_init_default (int width, int height, MienCrop *out);
/* The square that puts the face where the standard face is (@face in fractions of the photo's *width* and *height*,
 * e.g. from face finding on the whole photo); turned upright if @turn. */
void mien_crop_init_face (int width, int height, double lx, double ly, double rx, double ry, gboolean turn,
                          MienCrop *out);
/* All corners inside the photo: turned as it is, then smaller if need be, then moved. Not finite becomes the
 * default. */
void     mien_crop_clamp (MienCrop *self, int width, int height);
void     mien_crop_move (MienCrop *self, int width, int height, double dx, double dy);
/* @factor > 1: a larger square (zooms out); the point (@px, @py) of the photo stays where it is in the square. */
void     mien_crop_zoom (MienCrop *self, int width, int height, double factor, double px, double py);
void     mien_crop_turn (MienCrop *self, int width, int height, double degrees);
double   mien_crop_get_max_side (int width, int height, double angle);
/* From the photo's pixels to a square of @size pixels. */
void     mien_crop_map (const MienCrop *self, double size, PortraitAffine *out);
/* The corners in the photo: upper left, upper right, lower right, lower left as seen in the square. */
void     mien_crop_get_corners (const MienCrop *self, PortraitPoint out[4]);
/* A face found in the whole photo (pixels) as the cut-out headshot's face; FALSE when an eye is outside. */
gboolean mien_crop_map_face (const MienCrop *self, double lx, double ly, double rx, double ry, double box_width,
                             PortraitFace *out);

/* Blocking; (transfer full): @size × @size, opaque unless the photo is not. */
cairo_surface_t *mien_headshot_render (cairo_surface_t *photo, const MienCrop *crop, int size, GError **error);

/* The photo, upright; errors of MIEN_IMAGE_ERROR and of reading the file. */
void mien_headshot_load_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
cairo_surface_t *mien_headshot_load_finish (GAsyncResult *result, GError **error);
/* The same from bytes: a paste, a drop. */
void mien_headshot_load_bytes_async (GBytes *bytes, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data);
/* mien_headshot_render() at the standard size, in a thread. */
void             mien_headshot_render_async (cairo_surface_t *photo, const MienCrop *crop, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
cairo_surface_t *mien_headshot_render_finish (GAsyncResult *result, GError **error);

G_END_DECLS
