/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-headshot.h"

#include <math.h>

/* Where the standard face has its eyes (portrait_face_init_standard()): a found face is cut out so that it is there. */
#define FACE_EYE_LINE 0.42
#define FACE_UNIT 0.2
/* In a photo higher than wide, how much of what is cut away is cut from the top. */
#define TALL_TOP 0.3

/* A turned square of side 1 reaches this far from its middle to each edge of the photo. */
static double
get_reach (double angle)
{
  double radians = PORTRAIT_RADIANS (angle);

  return (fabs (cos (radians)) + fabs (sin (radians))) / 2;
}

double
mien_crop_get_max_side (int    width,
                        int    height,
                        double angle)
{
  return MIN (width, height) / (2 * get_reach (angle));
}

void
mien_crop_init_default (int       width,
                        int       height,
                        MienCrop *out)
{
  out->side = MIN (width, height);
  out->angle = 0;
  out->x = width / 2.0;
  out->y = out->side / 2 + MAX (0, height - width) * TALL_TOP;
}

void
mien_crop_clamp (MienCrop *self,
                 int       width,
                 int       height)
{
  double reach, most;

  if (!isfinite (self->x) || !isfinite (self->y) || !isfinite (self->side) || !isfinite (self->angle))
    mien_crop_init_default (width, height, self);
  self->angle = remainder (self->angle, 360);
  most = mien_crop_get_max_side (width, height, self->angle);
  self->side = MIN (MAX (self->side, MIEN_HEADSHOT_MIN_SIDE), most);
  reach = self->side * get_reach (self->angle);
  /* Rounding must not turn the interval inside out. */
  self->x = MIN (MAX (self->x, reach), MAX (reach, width - reach));
  self->y = MIN (MAX (self->y, reach), MAX (reach, height - reach));
}

void
mien_crop_init_face (int       width,
                     int       height,
                     double    lx,
                     double    ly,
                     double    rx,
                     double    ry,
                     gboolean  turn,
                     MienCrop *out)
{
  double dx = (rx - lx) * width, dy = (ry - ly) * height;
  double distance = hypot (dx, dy);
  double radians, down;

  if (!isfinite (distance) || distance < 1)
    {
      mien_crop_init_default (width, height, out);
      return;
    }
  out->side = distance / FACE_UNIT;
  out->angle = turn ? PORTRAIT_DEGREES (atan2 (dy, dx)) : 0;
  radians = PORTRAIT_RADIANS (out->angle);
  /* The eyes are above the middle: the middle is that much further "down" in the turned square. */
  down = out->side * (0.5 - FACE_EYE_LINE);
  out->x = (lx + rx) / 2 * width - sin (radians) * down;
  out->y = (ly + ry) / 2 * height + cos (radians) * down;
  mien_crop_clamp (out, width, height);
}

void
mien_crop_move (MienCrop *self,
                int       width,
                int       height,
                double    dx,
                double    dy)
{
  self->x += dx;
  self->y += dy;
  mien_crop_clamp (self, width, height);
}

void
mien_crop_zoom (MienCrop *self,
                int       width,
                int       height,
                double    factor,
                double    px,
                double    py)
{
  double side;

  if (!isfinite (factor) || factor <= 0)
    return;
  side = MIN (MAX (self->side * factor, MIEN_HEADSHOT_MIN_SIDE), mien_crop_get_max_side (width, height, self->angle));
  factor = side / self->side;
  self->x = px + (self->x - px) * factor;
  self->y = py + (self->y - py) * factor;
  self->side = side;
  mien_crop_clamp (self, width, height);
}

void
mien_crop_turn (MienCrop *self,
                int       width,
                int       height,
                double    degrees)
{
  self->angle = degrees;
  mien_crop_clamp (self, width, height);
}

void
mien_crop_map (const MienCrop *self,
               double          size,
               PortraitAffine *out)
{
  PortraitAffine step;

  portrait_affine_init_translate (-self->x, -self->y, out);
  portrait_affine_init_rotate (-self->angle, &step);
  portrait_affine_multiply (out, &step, out);
  portrait_affine_init_scale (size / self->side, size / self->side, &step);
  portrait_affine_multiply (out, &step, out);
  portrait_affine_init_translate (size / 2, size / 2, &step);
  portrait_affine_multiply (out, &step, out);
}

void
mien_crop_get_corners (const MienCrop *self,
                       PortraitPoint   out[4])
{
  static const PortraitPoint corners[4] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };
  PortraitAffine map, back;

  mien_crop_map (self, 1, &map);
  if (!portrait_affine_invert (&map, &back))
    portrait_affine_init_identity (&back);
  for (int i = 0; i < 4; i++)
    portrait_affine_map_point (&back, &corners[i], &out[i]);
}

gboolean
mien_crop_map_face (const MienCrop *self,
                    double          lx,
                    double          ly,
                    double          rx,
                    double          ry,
                    double          box_width,
                    PortraitFace   *out)
{
  PortraitPoint left = { lx, ly }, right = { rx, ry };
  PortraitAffine map;

  mien_crop_map (self, 1, &map);
  portrait_affine_map_point (&map, &left, &left);
  portrait_affine_map_point (&map, &right, &right);
  return portrait_face_init_eyes (left.x, left.y, right.x, right.y, box_width / self->side, PORTRAIT_EYES_FOUND, out);
}
