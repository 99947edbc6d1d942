/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-art-cache"

#include "mien-art-cache.h"

/* The bounded cache of drawn avatars. */

#define ONE (10 * 10 * 4)      /* bytes of a picture of these tests */

static MienArt *
make_art (gboolean behind)
{
  return mien_art_new (cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 10, 10),
                       behind ? cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 10, 10) : NULL);
}

static void
insert (MienArtCache *cache,
        const char   *key,
        gboolean      behind)
{
  g_autoptr(MienArt) art = make_art (behind);

  mien_art_cache_insert (cache, key, art);
}

static void
test_order (void)
{
  g_autoptr(MienArtCache) cache = mien_art_cache_new (3 * ONE);

  insert (cache, "a", FALSE);
  insert (cache, "b", FALSE);
  insert (cache, "c", FALSE);
  g_assert_cmpuint (mien_art_cache_get_bytes (cache), ==, 3 * ONE);
  g_assert_nonnull (mien_art_cache_lookup (cache, "a"));       /* used: b is the oldest now */
  insert (cache, "d", FALSE);
  g_assert_null (mien_art_cache_lookup (cache, "b"));
  g_assert_nonnull (mien_art_cache_lookup (cache, "a"));
  g_assert_nonnull (mien_art_cache_lookup (cache, "c"));
  g_assert_nonnull (mien_art_cache_lookup (cache, "d"));
  g_assert_cmpuint (mien_art_cache_get_bytes (cache), ==, 3 * ONE);
}

static void
test_sizes (void)
{
  g_autoptr(MienArtCache) cache = mien_art_cache_new (3 * ONE);

  insert (cache, "a", FALSE);
  insert (cache, "b", TRUE);           /* two surfaces */
  g_assert_cmpuint (mien_art_cache_get_bytes (cache), ==, 3 * ONE);
  insert (cache, "c", TRUE);           /* both go */
  g_assert_null (mien_art_cache_lookup (cache, "a"));
  g_assert_null (mien_art_cache_lookup (cache, "b"));
  insert (cache, "c", FALSE);          /* instead of the one before */
  g_assert_cmpuint (mien_art_cache_get_bytes (cache), ==, ONE);
}

static void
test_too_large (void)
{
  g_autoptr(MienArtCache) cache = mien_art_cache_new (ONE);

  insert (cache, "a", FALSE);
  insert (cache, "b", TRUE);
  g_assert_nonnull (mien_art_cache_lookup (cache, "a"));
  g_assert_null (mien_art_cache_lookup (cache, "b"));
}

/* Who holds a picture keeps it. */
static void
test_held (void)
{
  g_autoptr(MienArtCache) cache = mien_art_cache_new (ONE);
  g_autoptr(MienArt) held = NULL;

  insert (cache, "a", FALSE);
  held = mien_art_ref (mien_art_cache_lookup (cache, "a"));
  insert (cache, "b", FALSE);
  g_assert_null (mien_art_cache_lookup (cache, "a"));
  g_assert_cmpint (cairo_image_surface_get_width (held->front), ==, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/art-cache/order", test_order);
  g_test_add_func ("/art-cache/sizes", test_sizes);
  g_test_add_func ("/art-cache/too-large", test_too_large);
  g_test_add_func ("/art-cache/held", test_held);
  return g_test_run ();
}
