/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <limits.h>
#include <math.h>

#include "portrait-ring.h"

static const PortraitPoint origin = { 300, 200 };

static void
some_ring (PortraitRing *out)
{
  portrait_ring_init (out, g_test_rand_int_range (0, 60), origin, g_test_rand_double_range (0, 300),
                      g_test_rand_double_range (1, 60));
  out->per_page = g_test_rand_int_range (1, 40);
  out->n_rings = g_test_rand_int_range (1, 5);
  out->gap = g_test_rand_double_range (0, 20);
  out->turn = g_test_rand_double_range (-1000, 1000);
  out->page = g_test_rand_int_range (0, portrait_ring_n_pages (out));
}

static void
test_first_on_top (void)
{
  PortraitRing ring;
  PortraitPoint at;

  portrait_ring_init (&ring, 12, origin, 100, 20);
  g_assert_true (portrait_ring_item_centre (&ring, 0, &at));
  g_assert_cmpfloat (at.x, ==, 300);
  g_assert_cmpfloat (at.y, ==, 80);
  g_assert_true (portrait_ring_item_centre (&ring, 3, &at));            /* clockwise */
  g_assert_cmpfloat_with_epsilon (at.x, 420, 1e-9);
  g_assert_cmpfloat_with_epsilon (at.y, 200, 1e-9);
  g_assert_cmpfloat_with_epsilon (portrait_ring_outer_radius (&ring), 140, 1e-9);
}

static void
test_nothing_overlaps (void)
{
  for (int round = 0; round < 300; round++)
    {
      PortraitRing ring;
      int first, count;

      some_ring (&ring);
      count = portrait_ring_page_range (&ring, &first);
      for (int i = first; i < first + count; i++)
        {
          PortraitPoint a, b;
          double radius;

          g_assert_true (portrait_ring_item_centre (&ring, i, &a));
          radius = hypot (a.x - origin.x, a.y - origin.y);
          g_assert_cmpfloat (radius - ring.item_radius, >=, ring.hole_radius - 1e-6);
          g_assert_cmpfloat (radius + ring.item_radius, <=, portrait_ring_outer_radius (&ring) + 1e-6);
          for (int j = first; j < i; j++)
            {
              portrait_ring_item_centre (&ring, j, &b);
              g_assert_cmpfloat (hypot (a.x - b.x, a.y - b.y), >=, 2 * ring.item_radius + ring.gap - 1e-6);
            }
        }
    }
}

static void
test_pick_inverts_layout (void)
{
  for (int round = 0; round < 500; round++)
    {
      PortraitRing ring;
      int first, count;

      some_ring (&ring);
      count = portrait_ring_page_range (&ring, &first);
      for (int i = first; i < first + count; i++)
        {
          double angle = g_test_rand_double_range (0, 2 * G_PI),
                 distance = ring.item_radius * g_test_rand_double_range (0, 0.999);
          PortraitPoint at;

          portrait_ring_item_centre (&ring, i, &at);
          at.x += cos (angle) * distance;
          at.y += sin (angle) * distance;
          g_assert_cmpint (portrait_ring_pick (&ring, &at), ==, i);
        }
      g_assert_cmpint (portrait_ring_pick (&ring, &(PortraitPoint) { 1e6, 1e6 }), ==, -1);
      g_assert_cmpint (portrait_ring_pick (&ring, &(PortraitPoint) { NAN, 0 }), ==, -1);
      if (ring.hole_radius > 1)
        g_assert_cmpint (portrait_ring_pick (&ring, &origin), ==, -1);
    }
}

static void
test_pages_cover_all_once (void)
{
  for (int round = 0; round < 300; round++)
    {
      PortraitRing ring;
      int next = 0;
      double radius;

      some_ring (&ring);
      radius = portrait_ring_outer_radius (&ring);
      for (ring.page = 0; ring.page < portrait_ring_n_pages (&ring); ring.page++)
        {
          int first, count = portrait_ring_page_range (&ring, &first);
          PortraitPoint at;

          g_assert_cmpint (first, ==, next);
          g_assert_cmpfloat (portrait_ring_outer_radius (&ring), ==, radius);
          g_assert_false (portrait_ring_item_centre (&ring, first - 1, &at));
          g_assert_false (portrait_ring_item_centre (&ring, first + count, &at));
          next += count;
        }
      g_assert_cmpint (next, ==, ring.n_items);
    }
}

static void
test_turn_whole (void)
{
  for (int round = 0; round < 200; round++)
    {
      PortraitRing ring, turned;
      int first, count;

      some_ring (&ring);
      turned = ring;
      turned.turn += 360.0;
      count = portrait_ring_page_range (&ring, &first);
      for (int i = first; i < first + count; i++)
        {
          PortraitPoint a, b;

          portrait_ring_item_centre (&ring, i, &a);
          portrait_ring_item_centre (&turned, i, &b);
          g_assert_cmpfloat (hypot (a.x - b.x, a.y - b.y), <, 1e-6);
        }
    }
}

static void
test_snap (void)
{
  PortraitRing ring;

  portrait_ring_init (&ring, 12, origin, 100, 20);
  g_assert_cmpfloat (portrait_ring_snap (&ring, 14), ==, 0);
  g_assert_cmpfloat (portrait_ring_snap (&ring, 16), ==, 30);
  g_assert_cmpfloat (portrait_ring_snap (&ring, -44), ==, -30);
  g_assert_cmpfloat (portrait_ring_snap (&ring, 725), ==, 720);
  g_assert_cmpfloat (portrait_ring_snap (&ring, NAN), ==, 0);
  ring.n_items = 0;
  g_assert_cmpfloat (portrait_ring_snap (&ring, 17), ==, 17);
}

static void
test_odd_fields (void)
{
  static const PortraitRing odd[] = {
    { INT_MAX, INT_MAX, INT_MAX, INT_MAX, { NAN, INFINITY }, NAN, INFINITY, -5, NAN },
    { INT_MIN, INT_MIN, INT_MIN, INT_MIN, { 0, 0 }, -1, -1, -1, -1e300 },
    { 5, 0, 0, -3, { 0, 0 }, 1e308, 1e308, 1e308, 1e308 },
    { 1, 12, 1, 0, { 0, 0 }, 0, 0, 0, 0 },
    { 0, 12, 3, 7, { 0, 0 }, 10, 10, 10, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      PortraitPoint at = { 0, 0 };
      int first;

      g_assert_cmpint (portrait_ring_n_pages (&odd[i]), >=, 1);
      g_assert_cmpint (portrait_ring_page_range (&odd[i], &first), <=, PORTRAIT_RING_MAX_ITEMS);
      g_assert_cmpint (first, >=, 0);
      portrait_ring_item_centre (&odd[i], first, &at);
      portrait_ring_pick (&odd[i], &at);
      portrait_ring_outer_radius (&odd[i]);
    }
}

static void
test_alpha (void)
{
  static const guint32 pixels[] = { 0x00000000, 0xff112233, 0x20000000, 0x80404040 };
  PortraitAffine map, singular = { 0, 0, 0, 0, 0, 0 };
  static const struct { double x, y; guint8 threshold; gboolean hit;
  } rows[] = {
    { 100, 50, 1, FALSE }, { 115, 55, 255, TRUE },     { 105, 65, 33, FALSE },
    { 105, 65, 32, TRUE }, { 119.9, 69.9, 128, TRUE }, { 120, 60, 1, FALSE },
    { 99, 60, 1, FALSE },  { NAN, 60, 0, FALSE },      { 105, 55, 0, TRUE },
  };

  portrait_affine_init_scale (10, 10, &map);
  map.x0 = 100;
  map.y0 = 50;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PortraitPoint at = { rows[i].x, rows[i].y };

      g_assert_true (portrait_alpha_hit (pixels, 2, 2, 8, &map, &at, rows[i].threshold) == rows[i].hit);
    }
  g_assert_false (portrait_alpha_hit (pixels, 2, 2, 8, &singular, &origin, 0));
  g_assert_false (portrait_alpha_hit (NULL, 2, 2, 8, &map, &origin, 0));
  g_assert_false (portrait_alpha_hit (pixels, 0, 2, 8, &map, &origin, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/first-on-top", test_first_on_top);
  g_test_add_func ("/ring/nothing-overlaps", test_nothing_overlaps);
  g_test_add_func ("/ring/pick-inverts-layout", test_pick_inverts_layout);
  g_test_add_func ("/ring/pages-cover-all-once", test_pages_cover_all_once);
  g_test_add_func ("/ring/turn-whole", test_turn_whole);
  g_test_add_func ("/ring/snap", test_snap);
  g_test_add_func ("/ring/odd-fields", test_odd_fields);
  g_test_add_func ("/ring/alpha", test_alpha);
  return g_test_run ();
}
