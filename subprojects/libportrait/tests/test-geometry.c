/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <math.h>

#include "portrait-geometry.h"

#define ROUNDS 2000
#define CLOSE 1e-7

static double
some (double scale)
{
  return g_test_rand_double_range (-scale, scale);
}

static void
some_map (PortraitAffine *out)
{
  PortraitAffine step;
  double scale = g_test_rand_double_range (0.05, 8.0);

  portrait_affine_init_scale (g_test_rand_bit () ? -scale : scale, scale, out);
  portrait_affine_init_rotate (some (720.0), &step);
  portrait_affine_multiply (out, &step, out);
  portrait_affine_init_translate (some (1000.0), some (1000.0), &step);
  portrait_affine_multiply (out, &step, out);
}

static void
test_rotate_exact (void)
{
  static const struct { double degrees; PortraitAffine map; } turns[] = {
    { 0, { 1, 0, 0, 1, 0, 0 } },    { 360, { 1, 0, 0, 1, 0, 0 } },    { -360, { 1, 0, 0, 1, 0, 0 } },
    { 3600, { 1, 0, 0, 1, 0, 0 } }, { 90, { 0, 1, -1, 0, 0, 0 } },    { -270, { 0, 1, -1, 0, 0, 0 } },
    { 180, { -1, 0, 0, -1, 0, 0 } }, { -180, { -1, 0, 0, -1, 0, 0 } }, { 270, { 0, -1, 1, 0, 0, 0 } },
    { NAN, { 1, 0, 0, 1, 0, 0 } },  { INFINITY, { 1, 0, 0, 1, 0, 0 } }, { -1e-300, { 1, 0, 0, 1, 0, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (turns); i++)
    {
      PortraitAffine map;

      portrait_affine_init_rotate (turns[i].degrees, &map);
      g_assert_true (portrait_affine_near (&map, &turns[i].map, 0.0));
    }
}

static void
test_rotate_direction (void)
{
  PortraitAffine map;
  PortraitPoint right = { 1.0, 0.0 }, out;

  portrait_affine_init_rotate (30.0, &map);
  portrait_affine_map_point (&map, &right, &out);
  g_assert_cmpfloat_with_epsilon (out.x, sqrt (3.0) / 2.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (out.y, 0.5, 1e-12);           /* down: clockwise as seen */
}

static void
test_invert (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      PortraitAffine map, inverse, product, identity;

      some_map (&map);
      g_assert_true (portrait_affine_invert (&map, &inverse));
      portrait_affine_init_identity (&identity);
      portrait_affine_multiply (&map, &inverse, &product);
      g_assert_true (portrait_affine_near (&product, &identity, CLOSE));
      portrait_affine_multiply (&inverse, &map, &product);
      g_assert_true (portrait_affine_near (&product, &identity, 1e-5));
    }
}

static void
test_invert_refuses (void)
{
  static const PortraitAffine bad[] = {
    { 0, 0, 0, 0, 0, 0 },      { 1, 1, 1, 1, 0, 0 },        { 2, 4, 1, 2, 3, 3 },         { NAN, 0, 0, 1, 0, 0 },
    { 1, 0, 0, 1, INFINITY, 0 }, { 1e200, 0, 0, 1e200, 0, 0 }, { 1e-300, 0, 0, 1e-300, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      PortraitAffine out = { 9, 9, 9, 9, 9, 9 };

      g_assert_false (portrait_affine_invert (&bad[i], &out));
      g_assert_cmpfloat (out.xx, ==, 9.0);
      g_assert_cmpfloat (out.y0, ==, 9.0);
    }
}

static void
test_similarity (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      PortraitPoint a1 = { some (500), some (500) }, a2 = { some (500), some (500) };
      PortraitPoint b1 = { some (500), some (500) }, b2 = { some (500), some (500) }, out;
      PortraitAffine map;

      if (hypot (a2.x - a1.x, a2.y - a1.y) < 1e-3)
        continue;

      g_assert_true (portrait_affine_init_similarity (&a1, &a2, &b1, &b2, &map));
      portrait_affine_map_point (&map, &a1, &out);
      g_assert_cmpfloat (hypot (out.x - b1.x, out.y - b1.y), <, 1e-5);
      portrait_affine_map_point (&map, &a2, &out);
      g_assert_cmpfloat (hypot (out.x - b2.x, out.y - b2.y), <, 1e-5);
      g_assert_cmpfloat (map.xx, ==, map.yy);
      g_assert_cmpfloat (map.yx, ==, -map.xy);
      g_assert_cmpfloat_with_epsilon (portrait_affine_get_scale (&map) * hypot (a2.x - a1.x, a2.y - a1.y),
                                      hypot (b2.x - b1.x, b2.y - b1.y), 1e-5);
    }
}

static void
test_similarity_refuses (void)
{
  PortraitPoint a = { 5, 5 }, b = { 7, 7 }, far = { INFINITY, 0 }, none = { NAN, NAN };
  PortraitAffine map, identity;

  portrait_affine_init_identity (&identity);
  g_assert_false (portrait_affine_init_similarity (&a, &a, &a, &b, &map));
  g_assert_true (portrait_affine_near (&map, &identity, 0.0));
  g_assert_false (portrait_affine_init_similarity (&a, &b, &a, &far, &map));
  g_assert_true (portrait_affine_near (&map, &identity, 0.0));
  g_assert_false (portrait_affine_init_similarity (&a, &none, &a, &b, &map));
  g_assert_true (portrait_affine_near (&map, &identity, 0.0));
}

static void
test_multiply_aliases (void)
{
  PortraitAffine a, b, expected, out;

  some_map (&a);
  some_map (&b);
  portrait_affine_multiply (&a, &b, &expected);

  out = a;
  portrait_affine_multiply (&out, &b, &out);
  g_assert_true (portrait_affine_near (&out, &expected, 0.0));
  out = b;
  portrait_affine_multiply (&a, &out, &out);
  g_assert_true (portrait_affine_near (&out, &expected, 0.0));
}

static void
test_bounds (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      PortraitAffine map;
      PortraitRect box = { some (100), some (100), g_test_rand_double_range (0, 50), g_test_rand_double_range (0, 50) },
                   out;
      PortraitPoint point;

      some_map (&map);
      portrait_affine_map_bounds (&map, &box, &out);
      point = (PortraitPoint) { box.x + box.width * g_test_rand_double (), box.y + box.height * g_test_rand_double () };
      portrait_affine_map_point (&map, &point, &point);
      g_assert_cmpfloat (point.x, >=, out.x - CLOSE);
      g_assert_cmpfloat (point.y, >=, out.y - CLOSE);
      g_assert_cmpfloat (point.x, <=, out.x + out.width + CLOSE);
      g_assert_cmpfloat (point.y, <=, out.y + out.height + CLOSE);
    }
}

static void
test_rects (void)
{
  PortraitRect a = { 0, 0, 10, 10 }, b = { 5, 5, 10, 10 }, c = { 10, 0, 5, 5 }, empty = { 3, 3, 0, 9 }, out;
  PortraitPoint corner = { 0, 0 }, end = { 10, 10 }, none = { NAN, 1 };

  g_assert_true (portrait_rect_contains (&a, &corner));
  g_assert_false (portrait_rect_contains (&a, &end));
  g_assert_false (portrait_rect_contains (&a, &none));

  g_assert_true (portrait_rect_intersect (&a, &b, &out));
  g_assert_cmpfloat (out.x, ==, 5);
  g_assert_cmpfloat (out.width, ==, 5);
  g_assert_false (portrait_rect_intersect (&a, &c, &out));
  g_assert_cmpfloat (out.width, ==, 0);
  g_assert_false (portrait_rect_intersect (&a, &empty, &out));

  portrait_rect_union (&a, &b, &out);
  g_assert_cmpfloat (out.width, ==, 15);
  portrait_rect_union (&a, &empty, &out);
  g_assert_cmpfloat (out.width, ==, 10);
  portrait_rect_union (&empty, &b, &out);
  g_assert_cmpfloat (out.x, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/rotate/exact", test_rotate_exact);
  g_test_add_func ("/geometry/rotate/direction", test_rotate_direction);
  g_test_add_func ("/geometry/invert", test_invert);
  g_test_add_func ("/geometry/invert/refuses", test_invert_refuses);
  g_test_add_func ("/geometry/similarity", test_similarity);
  g_test_add_func ("/geometry/similarity/refuses", test_similarity_refuses);
  g_test_add_func ("/geometry/multiply/aliases", test_multiply_aliases);
  g_test_add_func ("/geometry/bounds", test_bounds);
  g_test_add_func ("/geometry/rects", test_rects);
  return g_test_run ();
}
