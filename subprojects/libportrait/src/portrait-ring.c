/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait-ring.h"

#include <math.h>
#include <stddef.h>

#define FULL_TURN 360.0

/* The ring with its fields inside their limits, and what follows from them. */
typedef struct
{
  int           n_items, per_page, n_pages, page, n_rings;
  int           first, count;                          /* of this page */
  int           full[PORTRAIT_RING_MAX_RINGS];         /* discs of each ring on a full page */
  int           counts[PORTRAIT_RING_MAX_RINGS];       /* and on this one */
  double        radii[PORTRAIT_RING_MAX_RINGS];
  PortraitPoint centre;
  double        item_radius, turn;
} Layout;

static int
clamp_int (int value, int minimum, int maximum)
{
  return value < minimum ? minimum : value > maximum ? maximum : value;
}

static double
clamp_length (double value)
{
  return value > 0.0 ? fmin (value, PORTRAIT_RING_MAX_LENGTH) : 0.0;       /* NaN is not more than 0 */
}

/* Shares @count among the rings by their lengths, and what is left over from the outside in. */
static void
share_out (int count, const double *weights, int n_rings, int *out)
{
  double total = 0.0;
  int given = 0;

  for (int i = 0; i < n_rings; i++)
    total += weights[i];

  for (int i = 0; i < n_rings; i++)
    {
      out[i] = total > 0.0 ? (int) floor (count * weights[i] / total) : 0;
      given += out[i];
    }
  for (int i = n_rings - 1; given < count; i = i > 0 ? i - 1 : n_rings - 1)
    {
      out[i]++;
      given++;
    }
}

static void
layout_init_radii (Layout *self, double hole, double gap)
{
  double weights[PORTRAIT_RING_MAX_RINGS];
  double pitch = 2.0 * self->item_radius + gap;
  double nearest = hole + self->item_radius;
  int full = self->n_items < self->per_page ? self->n_items : self->per_page;

  for (int i = 0; i < self->n_rings; i++)
    weights[i] = nearest + i * pitch + (pitch > 0.0 ? 0.0 : 1.0);
  share_out (full, weights, self->n_rings, self->full);

  for (int i = 0; i < self->n_rings; i++)
    {
      int n = self->full[i];

      /* Neighbours' centres are a chord apart: 2 r sin(π/n). */
      self->radii[i] = nearest;
      if (n > 1)
        self->radii[i] = fmax (nearest, pitch / (2.0 * sin (PORTRAIT_RADIANS (180.0 / n))));
      nearest = self->radii[i] + pitch;
    }
}

static void
layout_init (Layout *self, const PortraitRing *ring)
{
  self->n_items = clamp_int (ring->n_items, 0, PORTRAIT_RING_MAX_ITEMS);
  self->per_page = clamp_int (ring->per_page, 1, PORTRAIT_RING_MAX_ITEMS);
  self->n_rings = clamp_int (ring->n_rings, 1, PORTRAIT_RING_MAX_RINGS);
  self->n_pages = self->n_items > 0 ? (self->n_items + self->per_page - 1) / self->per_page : 1;
  self->page = clamp_int (ring->page, 0, self->n_pages - 1);
  self->first = self->page * self->per_page;
  self->count = self->n_items - self->first < self->per_page ? self->n_items - self->first : self->per_page;
  self->centre.x = isfinite (ring->centre.x) ? ring->centre.x : 0.0;
  self->centre.y = isfinite (ring->centre.y) ? ring->centre.y : 0.0;
  self->item_radius = clamp_length (ring->item_radius);
  self->turn = isfinite (ring->turn) ? fmod (ring->turn, FULL_TURN) : 0.0;

  layout_init_radii (self, clamp_length (ring->hole_radius), clamp_length (ring->gap));

  /* The last page fills the rings from the inside; no ring gets more than on a full page. */
  for (int i = 0, left = self->count; i < self->n_rings; i++)
    {
      self->counts[i] = left < self->full[i] ? left : self->full[i];
      left -= self->counts[i];
    }
}

/* @index counts from the page's first item. */
static void
layout_place (const Layout *self, int index, PortraitPoint *out)
{
  PortraitAffine turn;
  PortraitPoint top;
  int ring = 0;

  while (ring < self->n_rings - 1 && index >= self->counts[ring])
    index -= self->counts[ring++];

  top = (PortraitPoint) { 0.0, -self->radii[ring] };
  portrait_affine_init_rotate (self->turn + FULL_TURN * index / self->counts[ring], &turn);
  portrait_affine_map_point (&turn, &top, out);
  out->x += self->centre.x;
  out->y += self->centre.y;
}

void
portrait_ring_init (PortraitRing *self, int n_items, PortraitPoint centre, double hole_radius, double item_radius)
{
  *self = (PortraitRing) {
    .n_items = clamp_int (n_items, 0, PORTRAIT_RING_MAX_ITEMS),
    .per_page = PORTRAIT_RING_PAGE,
    .n_rings = 1,
    .page = 0,
    .centre = centre,
    .hole_radius = hole_radius,
    .item_radius = item_radius,
    .gap = item_radius / 4.0,
    .turn = 0.0,
  };
}

int
portrait_ring_n_pages (const PortraitRing *self)
{
  Layout layout;

  layout_init (&layout, self);
  return layout.n_pages;
}

int
portrait_ring_page_range (const PortraitRing *self, int *first)
{
  Layout layout;

  layout_init (&layout, self);
  if (first != NULL)
    *first = layout.first;
  return layout.count;
}

bool
portrait_ring_item_centre (const PortraitRing *self, int item, PortraitPoint *out)
{
  Layout layout;

  layout_init (&layout, self);
  if (item < layout.first || item >= layout.first + layout.count)
    return false;

  layout_place (&layout, item - layout.first, out);
  return true;
}

/* S3102. Discs that a caller's fields make overlap are told apart by the nearest centre. */
int
portrait_ring_pick (const PortraitRing *self, const PortraitPoint *pointer)
{
  Layout layout;
  double nearest;
  int item = -1;

  layout_init (&layout, self);
  nearest = layout.item_radius;
  for (int i = 0; i < layout.count; i++)
    {
      PortraitPoint centre;
      double distance;

      layout_place (&layout, i, &centre);
      distance = hypot (pointer->x - centre.x, pointer->y - centre.y);
      if (distance < nearest || (item < 0 && distance <= nearest))
        {
          nearest = distance;
          item = layout.first + i;
        }
    }
  return item;
}

double
portrait_ring_outer_radius (const PortraitRing *self)
{
  Layout layout;

  layout_init (&layout, self);
  return layout.radii[layout.n_rings - 1] + layout.item_radius;
}

/* The innermost ring decides: the rings turn as one, and its discs are the fewest. */
double
portrait_ring_snap (const PortraitRing *self, double turn)
{
  Layout layout;
  double step;

  layout_init (&layout, self);
  if (!isfinite (turn))
    return 0.0;
  if (layout.counts[0] < 1)
    return turn;

  step = FULL_TURN / layout.counts[0];
  return round (turn / step) * step;
}

bool
portrait_alpha_hit (const uint32_t *pixels, int width, int height, int stride_bytes, const PortraitAffine *map,
                    const PortraitPoint *pointer, uint8_t threshold)
{
  PortraitAffine inverse;
  PortraitPoint point;
  const uint8_t *row;

  if (pixels == NULL || width <= 0 || height <= 0 || !portrait_affine_invert (map, &inverse))
    return false;

  portrait_affine_map_point (&inverse, pointer, &point);
  if (!(point.x >= 0.0 && point.x < width && point.y >= 0.0 && point.y < height))
    return false;

  row = (const uint8_t *) pixels + (long) stride_bytes * (int) point.y;
  return (((const uint32_t *) (const void *) row)[(int) point.x] >> 24) >= threshold;
}
