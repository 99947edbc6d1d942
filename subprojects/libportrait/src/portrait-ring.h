/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include "portrait-geometry.h"

/* The avatar ring (S3084) and the pick (S3102): N items as discs round a centre hole, on one or more rings and pages.
 * C and libm alone. */

#define PORTRAIT_RING_MAX_ITEMS 10000
#define PORTRAIT_RING_PAGE 12            /* items shown at a time unless set otherwise */
#define PORTRAIT_RING_MAX_RINGS 8
#define PORTRAIT_RING_MAX_LENGTH 1e6     /* of a radius or a gap */

typedef struct
{
  int           n_items, per_page, n_rings, page;
  PortraitPoint centre;
  double        hole_radius;             /* nothing is placed nearer to the centre than this */
  double        item_radius;
  double        gap;                     /* between discs and between rings, at least */
  double        turn;                    /* degrees; item 0 of a page sits at the top when 0 */
} PortraitRing;

/* Fields outside their limits count as the nearest limit; a length that is not a number counts as 0. Every page
 * keeps the radii of a full one, so that turning a page moves nothing in or out. The discs of one ring are evenly
 * spread. */
void portrait_ring_init (PortraitRing *self, int n_items, PortraitPoint centre, double hole_radius, double item_radius);
int  portrait_ring_n_pages (const PortraitRing *self);                    /* at least 1 */
int  portrait_ring_page_range (const PortraitRing *self, int *first);     /* items on this page */
/* false when not on this page */
bool portrait_ring_item_centre (const PortraitRing *self, int item, PortraitPoint *out);
/* item, or -1; the nearest centre wins */
int  portrait_ring_pick (const PortraitRing *self, const PortraitPoint *pointer);
double portrait_ring_outer_radius (const PortraitRing *self);
/* the nearest turn at which an item is on top */
double portrait_ring_snap (const PortraitRing *self, double turn);

/* The picture's own alpha under a point: pixels is premultiplied ARGB32 as cairo's, map takes it to where it is drawn.
 */
bool portrait_alpha_hit (const uint32_t *pixels, int width, int height, int stride_bytes, const PortraitAffine *map,
                         const PortraitPoint *pointer, uint8_t threshold);
