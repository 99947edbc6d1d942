/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <math.h>

#include "portrait-placement.h"

#define ROUNDS 1000

static const PortraitPoint template_left = { 224, 224 }, template_right = { 288, 224 }, template_middle = { 256, 224 };

static void
test_types (void)
{
  static const char *const names[] = { "background", "paint", "beard", "glasses", "mask",  "hair",
                                       "ears",       "hat",   "coat",  "neck",    "badge", "frame" };
  const PortraitType *list;
  int n_types;

  list = portrait_type_list (&n_types);
  g_assert_cmpint (n_types, ==, G_N_ELEMENTS (names));
  for (int i = 0; i < n_types; i++)
    {
      g_assert_cmpstr (list[i].name, ==, names[i]);
      g_assert_true (portrait_type_lookup (names[i]) == &list[i]);
      if (i > 0)
        g_assert_cmpint (list[i].depth, >, list[i - 1].depth);
    }

  g_assert_null (portrait_type_lookup (NULL));
  g_assert_null (portrait_type_lookup (""));
  g_assert_null (portrait_type_lookup ("ha"));
  g_assert_null (portrait_type_lookup ("hats"));
  g_assert_null (portrait_type_lookup ("Hat"));
}

static void
test_hat_rule (void)
{
  const PortraitType *hat = portrait_type_lookup ("hat");
  PortraitFace face;
  PortraitPlacement placement;

  portrait_face_init_standard (&face);
  portrait_placement_init_first (hat, &face, &placement);

  /* S3103: x in the middle, y 10 px toward the top of a 192 px headshot, and in proportion at other sizes. */
  for (double size = 48.0; size <= 960.0; size *= 2.0)
    {
      PortraitAffine base, map;
      PortraitPoint at, before;

      portrait_placement_base (hat, &face, size, &base);
      portrait_placement_map (hat, &face, &placement, size, &map);
      portrait_affine_map_point (&base, &template_middle, &before);
      portrait_affine_map_point (&map, &template_middle, &at);
      g_assert_cmpfloat_with_epsilon (at.x, size / 2.0, 1e-9);
      g_assert_cmpfloat_with_epsilon (before.y, 0.42 * size, 1e-9);
      g_assert_cmpfloat_with_epsilon (before.y - at.y, 10.0 * size / 192.0, 1e-9);
    }
}

static void
test_eyes_meet (void)
{
  int n_types;
  const PortraitType *types = portrait_type_list (&n_types);

  for (int i = 0; i < ROUNDS; i++)
    {
      const PortraitType *type = &types[g_test_rand_int_range (0, n_types)];
      double size = g_test_rand_double_range (16, 2000), angle = g_test_rand_double_range (-0.8, 0.8), unit = 0.15;
      double mx = g_test_rand_double_range (0.2, 0.8), my = g_test_rand_double_range (0.2, 0.8);
      PortraitFace face;
      PortraitPlacement placement;
      PortraitAffine map;
      PortraitPoint left, right;

      g_assert_true (portrait_face_init_eyes (mx - cos (angle) * unit / 2, my - sin (angle) * unit / 2,
                                              mx + cos (angle) * unit / 2, my + sin (angle) * unit / 2, 0.3,
                                              PORTRAIT_EYES_FOUND, &face));
      portrait_placement_init_first (type, &face, &placement);
      portrait_placement_map (type, &face, &placement, size, &map);
      portrait_affine_map_point (&map, &template_left, &left);
      portrait_affine_map_point (&map, &template_right, &right);

      switch (type->follows)
        {
        case PORTRAIT_FOLLOWS_HEAD:
          g_assert_cmpfloat_with_epsilon (left.x, face.left_eye.x * size, 1e-6);
          g_assert_cmpfloat_with_epsilon (left.y, face.left_eye.y * size, 1e-6);
          g_assert_cmpfloat_with_epsilon (right.x, face.right_eye.x * size, 1e-6);
          g_assert_cmpfloat_with_epsilon (right.y, face.right_eye.y * size, 1e-6);
          break;

        case PORTRAIT_FOLLOWS_BODY:
          g_assert_cmpfloat_with_epsilon (left.y, right.y, 1e-9);
          g_assert_cmpfloat_with_epsilon (right.x - left.x, unit * size, 1e-6);
          g_assert_cmpfloat_with_epsilon ((left.x + right.x) / 2, mx * size, 1e-6);
          break;

        case PORTRAIT_FOLLOWS_PICTURE:
        default:
          g_assert_cmpfloat_with_epsilon (left.x, 224.0 / 512.0 * size, 1e-9);
          break;
        }
    }
}

static void
test_whole_turn_is_identity (void)
{
  int n_types;
  const PortraitType *types = portrait_type_list (&n_types);

  for (int i = 0; i < n_types; i++)
    {
      PortraitFace face;
      PortraitPlacement placement;
      PortraitAffine before, after;

      portrait_face_init_standard (&face);
      portrait_placement_init_first (&types[i], &face, &placement);
      portrait_placement_map (&types[i], &face, &placement, 960, &before);
      placement.tilt = 360.0;
      portrait_placement_map (&types[i], &face, &placement, 960, &after);
      g_assert_true (portrait_affine_near (&before, &after, 0.0));
      placement.tilt = -720.0;
      portrait_placement_map (&types[i], &face, &placement, 960, &after);
      g_assert_true (portrait_affine_near (&before, &after, 0.0));
    }
}

static void
test_tilt_and_scale_keep_the_pivot (void)
{
  int n_types;
  const PortraitType *types = portrait_type_list (&n_types);

  for (int i = 0; i < ROUNDS; i++)
    {
      const PortraitType *type = &types[i % n_types];
      PortraitPoint pivot = { type->pivot_x, type->pivot_y }, before, after;
      PortraitFace face;
      PortraitPlacement placement;
      PortraitAffine map;

      portrait_face_init_standard (&face);
      portrait_placement_init_first (type, &face, &placement);
      portrait_placement_map (type, &face, &placement, 480, &map);
      portrait_affine_map_point (&map, &pivot, &before);
      placement.tilt = g_test_rand_double_range (-180, 180);
      placement.scale = g_test_rand_double_range (0.3, 3);
      placement.flip = g_test_rand_bit ();
      portrait_placement_map (type, &face, &placement, 480, &map);
      portrait_affine_map_point (&map, &pivot, &after);
      g_assert_cmpfloat (hypot (after.x - before.x, after.y - before.y), <, 1e-8);
      g_assert_true ((map.xx * map.yy - map.xy * map.yx < 0) == placement.flip);
    }
}

static void
test_drag_follows_the_pointer (void)
{
  int n_types;
  const PortraitType *types = portrait_type_list (&n_types);

  for (int i = 0; i < ROUNDS; i++)
    {
      const PortraitType *type = &types[i % n_types];
      double dx = g_test_rand_double_range (-60, 60), dy = g_test_rand_double_range (-60, 60);
      PortraitFace face;
      PortraitPlacement placement;
      PortraitAffine map;
      PortraitPoint before, after;

      portrait_face_init_eyes (0.4, 0.45, 0.55, 0.35, 0, PORTRAIT_EYES_MARKED, &face);
      portrait_placement_init_first (type, &face, &placement);
      placement.tilt = 20;
      placement.scale = 1.5;
      portrait_placement_map (type, &face, &placement, 480, &map);
      portrait_affine_map_point (&map, &template_middle, &before);
      portrait_placement_drag (type, &face, 480, dx, dy, &placement);
      portrait_placement_map (type, &face, &placement, 480, &map);
      portrait_affine_map_point (&map, &template_middle, &after);
      g_assert_cmpfloat_with_epsilon (after.x - before.x, dx, 1e-6);
      g_assert_cmpfloat_with_epsilon (after.y - before.y, dy, 1e-6);
    }
}

static void
test_drag_refuses (void)
{
  const PortraitType *hat = portrait_type_lookup ("hat");
  PortraitFace face;
  PortraitPlacement placement;

  portrait_face_init_standard (&face);
  portrait_placement_init_first (hat, &face, &placement);
  placement.x = 1;
  portrait_placement_drag (hat, &face, 0, 5, 5, &placement);
  portrait_placement_drag (hat, &face, 480, NAN, 5, &placement);
  g_assert_cmpfloat (placement.x, ==, 1);
  portrait_placement_drag (hat, &face, 480, 1e12, 0, &placement);
  g_assert_cmpfloat (placement.x, ==, portrait_control_x.maximum);
}

static void
test_clamp (void)
{
  static const struct { PortraitPlacement in, out; } rows[] = {
    { { 0, 0, 0, 1, 1, false }, { 0, 0, 0, 1, 1, false } },
    { { 99, -99, 190, 99, 99, true }, { 6, -6, -170, 4, 1, true } },
    { { NAN, INFINITY, NAN, NAN, NAN, false }, { 0, 0, 0, 1, 1, false } },
    { { 0, 0, -INFINITY, 0, -1, false }, { 0, 0, 0, 0.2, 0, false } },
    { { 0, 0, 725, 1, 0.5, false }, { 0, 0, 5, 1, 0.5, false } },
    { { 0, 0, 180, 1, 1, false }, { 0, 0, 180, 1, 1, false } },
    { { 0, 0, -540.5, 1, 1, false }, { 0, 0, 179.5, 1, 1, false } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PortraitPlacement placement = rows[i].in;

      portrait_placement_clamp (&placement);
      g_assert_cmpfloat (placement.x, ==, rows[i].out.x);
      g_assert_cmpfloat (placement.y, ==, rows[i].out.y);
      g_assert_cmpfloat_with_epsilon (placement.tilt, rows[i].out.tilt, 1e-9);
      g_assert_cmpfloat (placement.scale, ==, rows[i].out.scale);
      g_assert_cmpfloat (placement.opacity, ==, rows[i].out.opacity);
    }
}

static void
test_eyes (void)
{
  static const struct { double lx, ly, rx, ry, box; bool good; double unit; } rows[] = {
    { 0.4, 0.4, 0.6, 0.4, 0.0, true, 0.2 },
    { 0.4, 0.4, 0.6, 0.4, 0.52, true, 0.2 },
    { 0.45, 0.4, 0.55, 0.4, 0.52, true, 0.2 },       /* a profile: the box decides */
    { 0.4, 0.4, 0.6, 0.4, NAN, true, 0.2 },
    { 0.4, 0.4, 0.6, 0.4, 99, true, 1.0 },
    { 0.4, 0.4, 0.4, 0.4, 0.5, false, 0.2 },
    { NAN, 0.4, 0.6, 0.4, 0, false, 0.2 },
    { 0.4, -0.1, 0.6, 0.4, 0, false, 0.2 },
    { 0.4, 0.4, 1.6, 0.4, 0, false, 0.2 },
    { 0.4, 0.4, 0.6, INFINITY, 0, false, 0.2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PortraitFace face;

      g_assert_true (portrait_face_init_eyes (rows[i].lx, rows[i].ly, rows[i].rx, rows[i].ry, rows[i].box,
                                              PORTRAIT_EYES_FOUND, &face) == rows[i].good);
      g_assert_cmpfloat_with_epsilon (face.unit, rows[i].unit, 1e-9);
      g_assert_cmpint (face.source, ==, rows[i].good ? PORTRAIT_EYES_FOUND : PORTRAIT_EYES_STANDARD);
    }
}

static void
test_half_profile (void)
{
  PortraitFace face;
  PortraitPlacement hat, glasses;

  portrait_face_init_eyes (0.4, 0.4, 0.6, 0.4, 0, PORTRAIT_EYES_FOUND, &face);
  face.turn = 0.5;
  portrait_placement_init_first (portrait_type_lookup ("hat"), &face, &hat);
  portrait_placement_init_first (portrait_type_lookup ("glasses"), &face, &glasses);
  g_assert_cmpfloat_with_epsilon (hat.x, 0.3, 1e-12);
  g_assert_cmpfloat (glasses.x, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/placement/types", test_types);
  g_test_add_func ("/placement/hat-rule", test_hat_rule);
  g_test_add_func ("/placement/eyes-meet", test_eyes_meet);
  g_test_add_func ("/placement/whole-turn-is-identity", test_whole_turn_is_identity);
  g_test_add_func ("/placement/tilt-and-scale-keep-the-pivot", test_tilt_and_scale_keep_the_pivot);
  g_test_add_func ("/placement/drag-follows-the-pointer", test_drag_follows_the_pointer);
  g_test_add_func ("/placement/drag-refuses", test_drag_refuses);
  g_test_add_func ("/placement/clamp", test_clamp);
  g_test_add_func ("/placement/eyes", test_eyes);
  g_test_add_func ("/placement/half-profile", test_half_profile);
  return g_test_run ();
}
