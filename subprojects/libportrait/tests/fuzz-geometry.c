/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "portrait-placement.h"
#include "portrait-ring.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static bool
is_inside (double value, const PortraitControl *control)
{
  return value >= control->minimum && value <= control->maximum;
}

static void
try_ring (const PortraitRing *fields, const PortraitPoint *pointer)
{
  PortraitRing ring = *fields;
  PortraitPoint centre;
  int first, count, item;

  /* Large pages are slow and not different. */
  if (ring.per_page > 200)
    ring.per_page = 200;
  count = portrait_ring_page_range (&ring, &first);
  if (count < 0 || first < 0 || portrait_ring_n_pages (&ring) < 1)
    abort ();
  for (item = first; item < first + count; item++)
    if (!portrait_ring_item_centre (&ring, item, &centre))
      abort ();
  item = portrait_ring_pick (&ring, pointer);
  if (item != -1 && (item < first || item >= first + count))
    abort ();
  portrait_ring_snap (&ring, ring.turn);
  portrait_ring_outer_radius (&ring);
}

static void
try_placement (uint8_t which, const double *numbers, const PortraitPoint *pointer)
{
  static const uint32_t pixels[4] = { 0, 0xffffffff, 0x80000000, 0x01000000 };
  int n_types;
  const PortraitType *types = portrait_type_list (&n_types);
  const PortraitType *type = &types[which % n_types];
  PortraitPlacement placement;
  PortraitFace face;
  PortraitAffine map, inverse;

  portrait_face_init_eyes (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], PORTRAIT_EYES_FOUND, &face);
  face.turn = numbers[5];
  portrait_placement_init_first (type, &face, &placement);
  placement = (PortraitPlacement) { numbers[5], numbers[6], numbers[7], numbers[8], numbers[9], which > 127 };
  portrait_placement_drag (type, &face, numbers[4], pointer->x, pointer->y, &placement);
  portrait_placement_clamp (&placement);
  if (!is_inside (placement.x, &portrait_control_x) || !is_inside (placement.y, &portrait_control_y) ||
      !is_inside (placement.tilt, &portrait_control_tilt) || !is_inside (placement.scale, &portrait_control_scale) ||
      !is_inside (placement.opacity, &portrait_control_opacity))
    abort ();

  portrait_placement_map (type, &face, &placement, 960.0, &map);
  if (!portrait_affine_invert (&map, &inverse))
    abort ();
  portrait_alpha_hit (pixels, 2, 2, 8, &map, pointer, which);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct { double numbers[10]; PortraitPoint pointer; PortraitRing ring; } input;

  if (size < 1 + sizeof input)
    return 0;
  memcpy (&input, data + 1, sizeof input);
  try_placement (data[0], input.numbers, &input.pointer);
  try_ring (&input.ring, &input.pointer);
  return 0;
}
