/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gstdio.h>
#include <portrait-compositor.h>
#include <stdlib.h>
#include <unistd.h>

G_BEGIN_DECLS

/* What the measurements share. */

#define BENCH_LAYERS 5
#define BENCH_ART_SIZE 512

/* A headshot and five tilted layers, for the compositor and as plain surfaces for drawing the whole picture by hand. */
typedef struct
{
  PortraitCompositor *compositor;
  PortraitLook       *look;
  char               *active;
  cairo_surface_t    *headshot;
  cairo_surface_t    *art[BENCH_LAYERS];
} BenchLook;

/* Ends the program when the pack at @pack lacks a picture. */
BenchLook *bench_look_new (const char *pack, const char *active, int size);
void       bench_look_free (BenchLook *self);
/* The active layer goes a little further on a path that never repeats a place at once. */
void       bench_look_move (BenchLook *self, int step);
/* The plain way: headshot and all layers by cairo, BILINEAR, every layer as it is. */
void       bench_look_paint_whole (BenchLook *self, cairo_t *cr, int size);
/* The same by the compositor, which has cut every layer to its opaque pixels. */
void       bench_look_paint_cut (BenchLook *self, cairo_t *cr, int size);

/* A PNG like a photo's: soft colours and fine noise, another one for each @seed. 20 kB at 155 pixels, 100 kB at 346. */
GBytes    *bench_picture_new (int side, guint32 seed);

double     bench_ms_since (gint64 start);
double     bench_median (double *values, int n);                     /* sorts them */
double     bench_percentile (double *values, int n, double percent); /* sorts them */

G_END_DECLS
