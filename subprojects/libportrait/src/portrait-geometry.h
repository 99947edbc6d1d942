/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Points, rectangles and affine maps: C and libm alone, so that the same file is compiled for a browser. */

#include <stdbool.h>

typedef struct { double x, y; } PortraitPoint;
typedef struct { double x, y, width, height; } PortraitRect;

/* x' = xx x + xy y + x0, y' = yx x + yy y + y0: the fields and their order are cairo_matrix_t's. */
typedef struct { double xx, yx, xy, yy, x0, y0; } PortraitAffine;

#define PORTRAIT_DEGREES(radians) ((radians) * 57.295779513082320877)
#define PORTRAIT_RADIANS(degrees) ((degrees) * 0.017453292519943295769)

void   portrait_affine_init_identity (PortraitAffine *out);
void   portrait_affine_init_translate (double x, double y, PortraitAffine *out);
void   portrait_affine_init_scale (double sx, double sy, PortraitAffine *out);
/* clockwise as seen, y down; 360 is exactly the identity */
void   portrait_affine_init_rotate (double degrees, PortraitAffine *out);
/* The similarity that takes a1 to b1 and a2 to b2; false, and the identity, when a1 = a2. */
bool   portrait_affine_init_similarity (const PortraitPoint *a1, const PortraitPoint *a2, const PortraitPoint *b1,
                                        const PortraitPoint *b2, PortraitAffine *out);
/* out may be either */
void   portrait_affine_multiply (const PortraitAffine *first, const PortraitAffine *then, PortraitAffine *out);
/* false, out untouched, when singular or not finite */
bool   portrait_affine_invert (const PortraitAffine *self, PortraitAffine *out);
void   portrait_affine_map_point (const PortraitAffine *self, const PortraitPoint *in, PortraitPoint *out);
void   portrait_affine_map_bounds (const PortraitAffine *self, const PortraitRect *in, PortraitRect *out);
double portrait_affine_get_scale (const PortraitAffine *self);                     /* square root of |determinant| */
bool   portrait_affine_near (const PortraitAffine *a, const PortraitAffine *b, double epsilon);

bool   portrait_rect_contains (const PortraitRect *self, const PortraitPoint *point);
bool   portrait_rect_intersect (const PortraitRect *a, const PortraitRect *b, PortraitRect *out);
void   portrait_rect_union (const PortraitRect *a, const PortraitRect *b, PortraitRect *out);
