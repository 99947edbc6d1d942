/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "portrait-geometry.h"
#include "portrait-type.h"

/* Where an avatar goes (S310, S3103). C and libm alone.
 *
 * Every avatar is drawn over one face: a square of 512, eyes at (224,224) and (288,224), so the face unit u is 64 and
 * the origin is (256,224). Placing maps those eyes to the photo's; a layer's own x, y, tilt and scale are changes to
 * that map, in face units, so they survive another headshot and another size. */
#define PORTRAIT_TEMPLATE_SIZE 512.0
#define PORTRAIT_TEMPLATE_UNIT 64.0
#define PORTRAIT_TEMPLATE_ORIGIN_X 256.0
#define PORTRAIT_TEMPLATE_ORIGIN_Y 224.0

typedef enum { PORTRAIT_EYES_STANDARD, PORTRAIT_EYES_FOUND, PORTRAIT_EYES_MARKED } PortraitEyesSource;

/* A headshot's face. Positions are fractions of its width (headshots are square): 0..1. Left and right as seen. */
typedef struct
{
  PortraitPoint      left_eye, right_eye;
  double             unit;     /* u: max(eye distance, box width / 2.6), a fraction of the width */
  /* a half profile: middle of the ears minus middle of the eyes along the eye line, in u; else 0 */
  double             turn;
  PortraitEyesSource source;
} PortraitFace;

#define PORTRAIT_FACE_UNIT_MINIMUM 0.004     /* smaller than this is no face, but noise */
#define PORTRAIT_FACE_UNIT_MAXIMUM 1.0
#define PORTRAIT_FACE_TURN_MAXIMUM 2.0
#define PORTRAIT_BOX_UNITS 2.6 /* a face finder's box is at most this many u wide when both eyes are seen */

void portrait_face_init_standard (PortraitFace *out);                /* middle, eye line at 0.42, u = 0.2 */
/* false, and the standard face, when the eyes are not two finite points apart inside the picture */
/* box_width: of the face finder's box, a fraction of the width; 0 when the eyes were marked or are known */
bool portrait_face_init_eyes (double lx, double ly, double rx, double ry, double box_width, PortraitEyesSource source,
                              PortraitFace *out);

/* A layer's own values and their limits (S3141). x and y in face units u along the face's own axes (right and down),
 * tilt in degrees clockwise, scale; both about the type's pivot. A flipped avatar is mirrored at the template's middle.
 */
typedef struct { double x, y, tilt, scale, opacity; bool flip; } PortraitPlacement;

typedef struct { double minimum, maximum, step, page, neutral; } PortraitControl;
extern const PortraitControl portrait_control_x, portrait_control_y, portrait_control_tilt, portrait_control_scale,
                             portrait_control_opacity;

/* S3103 */
void portrait_placement_init_first (const PortraitType *type, const PortraitFace *face, PortraitPlacement *out);
/* into the controls' limits; not finite becomes neutral; tilt wraps to ±180 */
void portrait_placement_clamp (PortraitPlacement *self);

/* The map of the face alone, without a layer's own changes: the template's eyes to the face's, by the type's rule. */
void portrait_placement_base (const PortraitType *type, const PortraitFace *face, double size, PortraitAffine *out);
/* The map from the template's 512 square to a picture of size × size pixels. */
void portrait_placement_map (const PortraitType *type, const PortraitFace *face, const PortraitPlacement *placement,
                             double size, PortraitAffine *out);
/* A drag of the layer by picture pixels → change of x and y (S3142). */
void portrait_placement_drag (const PortraitType *type, const PortraitFace *face, double size, double dx, double dy,
                              PortraitPlacement *self);
