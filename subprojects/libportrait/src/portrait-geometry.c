/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait-geometry.h"

#include <math.h>

/* A map whose columns are closer to parallel than this, relative to their lengths, has no usable inverse. */
#define SINGULAR 1e-12

static bool
affine_is_finite (const PortraitAffine *self)
{
  return isfinite (self->xx) && isfinite (self->yx) && isfinite (self->xy) && isfinite (self->yy) &&
         isfinite (self->x0) && isfinite (self->y0);
}

void
portrait_affine_init_identity (PortraitAffine *out)
{
  *out = (PortraitAffine) { 1.0, 0.0, 0.0, 1.0, 0.0, 0.0 };
}

void
portrait_affine_init_translate (double x, double y, PortraitAffine *out)
{
  *out = (PortraitAffine) { 1.0, 0.0, 0.0, 1.0, x, y };
}

void
portrait_affine_init_scale (double sx, double sy, PortraitAffine *out)
{
  *out = (PortraitAffine) { sx, 0.0, 0.0, sy, 0.0, 0.0 };
}

/* Quarter turns are exact, so that four of them, or 360°, change nothing at all; an angle that is not finite is no
 * turn. */
void
portrait_affine_init_rotate (double degrees, PortraitAffine *out)
{
  double turn = isfinite (degrees) ? fmod (degrees, 360.0) : 0.0;
  double s, c;

  if (turn < 0.0)
    turn += 360.0;

  if (turn == 0.0 || turn == 360.0)
    s = 0.0, c = 1.0;
  else if (turn == 90.0)
    s = 1.0, c = 0.0;
  else if (turn == 180.0)
    s = 0.0, c = -1.0;
  else if (turn == 270.0)
    s = -1.0, c = 0.0;
  else
    {
      s = sin (PORTRAIT_RADIANS (turn));
      c = cos (PORTRAIT_RADIANS (turn));
    }

  *out = (PortraitAffine) { c, s, -s, c, 0.0, 0.0 };
}

/* As complex numbers a similarity is z' = m z + t, with m = (b2 - b1) / (a2 - a1). */
bool
portrait_affine_init_similarity (const PortraitPoint *a1, const PortraitPoint *a2, const PortraitPoint *b1,
                                 const PortraitPoint *b2, PortraitAffine *out)
{
  double ax = a2->x - a1->x, ay = a2->y - a1->y;
  double bx = b2->x - b1->x, by = b2->y - b1->y;
  double length2 = ax * ax + ay * ay;
  double re, im;
  PortraitAffine map;

  portrait_affine_init_identity (out);
  if (!(length2 > 0.0))
    return false;

  re = (bx * ax + by * ay) / length2;
  im = (by * ax - bx * ay) / length2;
  map = (PortraitAffine) { re, im, -im, re, b1->x - (re * a1->x - im * a1->y), b1->y - (im * a1->x + re * a1->y) };
  if (!affine_is_finite (&map))
    return false;

  *out = map;
  return true;
}

void
portrait_affine_multiply (const PortraitAffine *first, const PortraitAffine *then, PortraitAffine *out)
{
  PortraitAffine product = {
    then->xx * first->xx + then->xy * first->yx,
    then->yx * first->xx + then->yy * first->yx,
    then->xx * first->xy + then->xy * first->yy,
    then->yx * first->xy + then->yy * first->yy,
    then->xx * first->x0 + then->xy * first->y0 + then->x0,
    then->yx * first->x0 + then->yy * first->y0 + then->y0,
  };

  *out = product;
}

bool
portrait_affine_invert (const PortraitAffine *self, PortraitAffine *out)
{
  double determinant = self->xx * self->yy - self->xy * self->yx;
  double size = hypot (self->xx, self->yx) * hypot (self->xy, self->yy);
  PortraitAffine inverse;

  if (!affine_is_finite (self) || !isfinite (determinant) || !(fabs (determinant) > SINGULAR * size))
    return false;

  inverse = (PortraitAffine) {
    self->yy / determinant,
    -self->yx / determinant,
    -self->xy / determinant,
    self->xx / determinant,
    (self->xy * self->y0 - self->yy * self->x0) / determinant,
    (self->yx * self->x0 - self->xx * self->y0) / determinant,
  };
  if (!affine_is_finite (&inverse))
    return false;

  *out = inverse;
  return true;
}

void
portrait_affine_map_point (const PortraitAffine *self, const PortraitPoint *in, PortraitPoint *out)
{
  PortraitPoint point = { self->xx * in->x + self->xy * in->y + self->x0,
                          self->yx * in->x + self->yy * in->y + self->y0 };

  *out = point;
}

void
portrait_affine_map_bounds (const PortraitAffine *self, const PortraitRect *in, PortraitRect *out)
{
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  for (int corner = 0; corner < 4; corner++)
    {
      PortraitPoint point = { in->x + (corner & 1 ? in->width : 0.0), in->y + (corner & 2 ? in->height : 0.0) };

      portrait_affine_map_point (self, &point, &point);
      left = fmin (left, point.x);
      top = fmin (top, point.y);
      right = fmax (right, point.x);
      bottom = fmax (bottom, point.y);
    }

  *out = (PortraitRect) { left, top, right - left, bottom - top };
}

double
portrait_affine_get_scale (const PortraitAffine *self)
{
  return sqrt (fabs (self->xx * self->yy - self->xy * self->yx));
}

bool
portrait_affine_near (const PortraitAffine *a, const PortraitAffine *b, double epsilon)
{
  return fabs (a->xx - b->xx) <= epsilon && fabs (a->yx - b->yx) <= epsilon && fabs (a->xy - b->xy) <= epsilon &&
         fabs (a->yy - b->yy) <= epsilon && fabs (a->x0 - b->x0) <= epsilon && fabs (a->y0 - b->y0) <= epsilon;
}

bool
portrait_rect_contains (const PortraitRect *self, const PortraitPoint *point)
{
  return point->x >= self->x && point->x < self->x + self->width && point->y >= self->y &&
         point->y < self->y + self->height;
}

bool
portrait_rect_intersect (const PortraitRect *a, const PortraitRect *b, PortraitRect *out)
{
  double left = fmax (a->x, b->x), top = fmax (a->y, b->y);
  double right = fmin (a->x + a->width, b->x + b->width), bottom = fmin (a->y + a->height, b->y + b->height);

  if (!(right > left && bottom > top))
    {
      *out = (PortraitRect) { 0.0, 0.0, 0.0, 0.0 };
      return false;
    }

  *out = (PortraitRect) { left, top, right - left, bottom - top };
  return true;
}

/* An empty rectangle adds nothing. */
void
portrait_rect_union (const PortraitRect *a, const PortraitRect *b, PortraitRect *out)
{
  double left, top, right, bottom;

  if (!(a->width > 0.0 && a->height > 0.0))
    {
      *out = *b;
      return;
    }
  if (!(b->width > 0.0 && b->height > 0.0))
    {
      *out = *a;
      return;
    }

  left = fmin (a->x, b->x);
  top = fmin (a->y, b->y);
  right = fmax (a->x + a->width, b->x + b->width);
  bottom = fmax (a->y + a->height, b->y + b->height);
  *out = (PortraitRect) { left, top, right - left, bottom - top };
}
