/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait-placement.h"

#include <math.h>

/* Six face units are more than any picture that shows a whole face is wide on one side of it. */
const PortraitControl portrait_control_x = { -6.0, 6.0, 0.02, 0.25, 0.0 };
const PortraitControl portrait_control_y = { -6.0, 6.0, 0.02, 0.25, 0.0 };
const PortraitControl portrait_control_tilt = { -180.0, 180.0, 1.0, 15.0, 0.0 };
const PortraitControl portrait_control_scale = { 0.2, 4.0, 0.01, 0.1, 1.0 };
const PortraitControl portrait_control_opacity = { 0.0, 1.0, 0.01, 0.1, 1.0 };

#define STANDARD_UNIT 0.2
#define STANDARD_EYE_LINE 0.42

/* The part of a half profile's turn by which what sits on the skull is shifted. */
#define TURN_SHARE 0.6

void
portrait_face_init_standard (PortraitFace *out)
{
  *out = (PortraitFace) {
    .left_eye = { 0.5 - STANDARD_UNIT / 2.0, STANDARD_EYE_LINE },
    .right_eye = { 0.5 + STANDARD_UNIT / 2.0, STANDARD_EYE_LINE },
    .unit = STANDARD_UNIT,
    .source = PORTRAIT_EYES_STANDARD,
  };
}

static bool
is_fraction (double value)
{
  return value >= 0.0 && value <= 1.0;       /* false for NaN */
}

bool
portrait_face_init_eyes (double lx, double ly, double rx, double ry, double box_width, PortraitEyesSource source,
                         PortraitFace *out)
{
  double distance, unit;

  portrait_face_init_standard (out);
  if (!is_fraction (lx) || !is_fraction (ly) || !is_fraction (rx) || !is_fraction (ry))
    return false;

  distance = hypot (rx - lx, ry - ly);
  if (!(distance >= PORTRAIT_FACE_UNIT_MINIMUM))
    return false;

  unit = distance;
  if (box_width > 0.0 && isfinite (box_width))
    unit = fmax (unit, box_width / PORTRAIT_BOX_UNITS);
  if (unit > PORTRAIT_FACE_UNIT_MAXIMUM)
    unit = PORTRAIT_FACE_UNIT_MAXIMUM;

  *out = (PortraitFace) { .left_eye = { lx, ly }, .right_eye = { rx, ry }, .unit = unit, .source = source };
  return true;
}

static void
clamp_value (double *value, const PortraitControl *control)
{
  if (!isfinite (*value))
    *value = control->neutral;
  else if (*value < control->minimum)
    *value = control->minimum;
  else if (*value > control->maximum)
    *value = control->maximum;
}

void
portrait_placement_clamp (PortraitPlacement *self)
{
  if (isfinite (self->tilt) && (self->tilt < -180.0 || self->tilt > 180.0))
    self->tilt = remainder (self->tilt, 360.0);

  clamp_value (&self->x, &portrait_control_x);
  clamp_value (&self->y, &portrait_control_y);
  clamp_value (&self->tilt, &portrait_control_tilt);
  clamp_value (&self->scale, &portrait_control_scale);
  clamp_value (&self->opacity, &portrait_control_opacity);
}

/* S3103. With known eyes the face map alone is right; with the standard face the type's own rule moves the avatar,
 * scaled from the 192 px headshot for which it is given. In a half profile the skull's middle is not between the eyes.
 */
void
portrait_placement_init_first (const PortraitType *type, const PortraitFace *face, PortraitPlacement *out)
{
  *out = (PortraitPlacement) { .x = 0.0, .y = 0.0, .tilt = 0.0, .scale = 1.0, .opacity = 1.0, .flip = false };

  if (face->source == PORTRAIT_EYES_STANDARD)
    {
      out->x = type->rule_x / PORTRAIT_RULE_SIZE / face->unit;
      out->y = type->rule_y / PORTRAIT_RULE_SIZE / face->unit;
    }
  else if (type->follows == PORTRAIT_FOLLOWS_HEAD && type->depth >= PORTRAIT_DEPTH_HAIR)
    {
      out->x = TURN_SHARE * face->turn;
    }

  portrait_placement_clamp (out);
}

/* The direction of the eye line as a unit vector. Eyes given the other way round stand for a head that is upside down.
 */
static void
eye_direction (const PortraitFace *face, double *x, double *y)
{
  double dx = face->right_eye.x - face->left_eye.x, dy = face->right_eye.y - face->left_eye.y;
  double length = hypot (dx, dy);

  if (length > 0.0 && isfinite (length))
    {
      *x = dx / length;
      *y = dy / length;
    }
  else
    {
      *x = 1.0;
      *y = 0.0;
    }
}

void
portrait_placement_base (const PortraitType *type, const PortraitFace *face, double size, PortraitAffine *out)
{
  double scale, re, im, middle_x, middle_y;

  if (type->follows == PORTRAIT_FOLLOWS_PICTURE)
    {
      portrait_affine_init_scale (size / PORTRAIT_TEMPLATE_SIZE, size / PORTRAIT_TEMPLATE_SIZE, out);
      return;
    }

  scale = face->unit * size / PORTRAIT_TEMPLATE_UNIT;
  re = scale;
  im = 0.0;
  if (type->follows == PORTRAIT_FOLLOWS_HEAD)
    {
      double x, y;

      eye_direction (face, &x, &y);
      re = scale * x;
      im = scale * y;
    }

  middle_x = (face->left_eye.x + face->right_eye.x) / 2.0 * size;
  middle_y = (face->left_eye.y + face->right_eye.y) / 2.0 * size;
  *out = (PortraitAffine) {
    re, im, -im, re,
    middle_x - (re * PORTRAIT_TEMPLATE_ORIGIN_X - im * PORTRAIT_TEMPLATE_ORIGIN_Y),
    middle_y - (im * PORTRAIT_TEMPLATE_ORIGIN_X + re * PORTRAIT_TEMPLATE_ORIGIN_Y),
  };
}

/* What is laid over the picture has no face; its offsets are counted in the standard face's unit. In template units. */
static double
offset_unit (const PortraitType *type)
{
  return type->follows == PORTRAIT_FOLLOWS_PICTURE ? STANDARD_UNIT * PORTRAIT_TEMPLATE_SIZE : PORTRAIT_TEMPLATE_UNIT;
}

void
portrait_placement_map (const PortraitType *type, const PortraitFace *face, const PortraitPlacement *placement,
                        double size, PortraitAffine *out)
{
  PortraitPlacement own = *placement;
  PortraitAffine map, step;
  double unit = offset_unit (type);

  portrait_placement_clamp (&own);

  portrait_affine_init_identity (&map);
  if (own.flip)
    map = (PortraitAffine) { -1.0, 0.0, 0.0, 1.0, PORTRAIT_TEMPLATE_SIZE, 0.0 };

  portrait_affine_init_translate (-type->pivot_x, -type->pivot_y, &step);
  portrait_affine_multiply (&map, &step, &map);
  portrait_affine_init_scale (own.scale, own.scale, &step);
  portrait_affine_multiply (&map, &step, &map);
  portrait_affine_init_rotate (own.tilt, &step);
  portrait_affine_multiply (&map, &step, &map);
  portrait_affine_init_translate (type->pivot_x + own.x * unit, type->pivot_y + own.y * unit, &step);
  portrait_affine_multiply (&map, &step, &map);

  portrait_placement_base (type, face, size, &step);
  portrait_affine_multiply (&map, &step, out);
}

void
portrait_placement_drag (const PortraitType *type, const PortraitFace *face, double size, double dx, double dy,
                         PortraitPlacement *self)
{
  PortraitAffine base, inverse;
  double unit = offset_unit (type);

  if (!isfinite (dx) || !isfinite (dy))
    return;

  portrait_placement_base (type, face, size, &base);
  if (!portrait_affine_invert (&base, &inverse))
    return;

  self->x += (inverse.xx * dx + inverse.xy * dy) / unit;
  self->y += (inverse.yx * dx + inverse.yy * dy) / unit;
  portrait_placement_clamp (self);
}
