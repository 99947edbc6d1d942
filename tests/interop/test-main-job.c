/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"
#include "test-interop.h"

/* Alice makes a portrait and publishes it; bob, her friend, sees exactly this one. */

#define ALICE "alice@" PEER_DOMAIN

/* An older picture may be shown while the new one comes, but never as the current one. */
static gboolean
sees_only_now (Person *bob, cairo_surface_t *portrait, cairo_surface_t *old)
{
  gboolean current;
  cairo_surface_t *surface = mien_gallery_lookup (bob->gallery, ALICE, 80, &current);

  if (surface != NULL && current && !person_sees (bob, ALICE, portrait, 80))
    g_assert_cmpfloat (surface_difference (surface, old), <, 2);
  return person_sees (bob, ALICE, portrait, 80);
}

static void
test_main_job (void)
{
  g_autoptr (Person) alice = person_new ("alice");
  g_autoptr (Person) bob = person_new ("bob");
  g_autoptr (cairo_surface_t) first = person_dress (alice, TRUE);
  g_autoptr (cairo_surface_t) second = person_dress (alice, FALSE);
  g_autofree char *hash = NULL;

  g_assert_cmpfloat (surface_difference (first, second), >, 3);
  person_befriend (alice, bob);

  /* By push, small and large, and one's own as well. */
  person_publish (alice, first);
  peer_wait (person_sees (bob, ALICE, first, 80));
  peer_wait (person_sees (bob, ALICE, first, 960));
  g_assert_cmpfloat (surface_difference (mien_gallery_lookup (bob->gallery, ALICE, 960, NULL), first), ==, 0);
  peer_wait (person_sees (alice, ALICE, first, 80));
  g_assert_cmpint (mien_gallery_get_updated (bob->gallery, ALICE), >, 0);
  hash = g_strdup (mien_gallery_get_hash (bob->gallery, ALICE));

  person_publish (alice, second);
  peer_wait (g_strcmp0 (mien_gallery_get_hash (bob->gallery, ALICE), hash) != 0);
  peer_wait (sees_only_now (bob, second, first));
  peer_wait (person_sees (bob, ALICE, second, 960));
  g_assert_cmpfloat (surface_difference (mien_gallery_lookup (bob->gallery, ALICE, 960, NULL), second), ==, 0);

  /* From the disk, without a connection. */
  person_sign_out (bob);
  person_open (bob);
  peer_wait (person_sees (bob, ALICE, second, 80));
  peer_wait (person_sees (bob, ALICE, second, 960));

  /* On another machine: nothing but what the servers have. */
  person_forget (bob);
  person_sign_in (bob);
  peer_wait (person_sees (bob, ALICE, second, 80));
  peer_wait (person_sees (bob, ALICE, second, 960));
  g_assert_cmpfloat (surface_difference (mien_gallery_lookup (bob->gallery, ALICE, 960, NULL), second), ==, 0);
}

/* Published while bob was away: right after his next sign-in. */
static void
test_while_away (void)
{
  g_autoptr (Person) alice = person_new ("alice");
  g_autoptr (Person) bob = person_new ("bob");
  g_autoptr (cairo_surface_t) first = person_dress (alice, TRUE);
  g_autoptr (cairo_surface_t) second = person_dress (alice, FALSE);

  person_befriend (alice, bob);
  person_publish (alice, first);
  peer_wait (person_sees (bob, ALICE, first, 80));
  person_sign_out (bob);
  person_publish (alice, second);
  person_sign_out (alice);
  person_sign_in (bob);
  peer_wait (person_sees (bob, ALICE, second, 80));
  peer_wait (person_sees (bob, ALICE, second, 480));
}

static void
test_retract (void)
{
  g_autoptr (Person) alice = person_new ("alice");
  g_autoptr (Person) bob = person_new ("bob");
  g_autoptr (cairo_surface_t) portrait = person_dress (alice, TRUE);

  person_befriend (alice, bob);
  person_publish (alice, portrait);
  peer_wait (person_sees (bob, ALICE, portrait, 80));
  person_retract (alice);
  peer_wait (person_sees_nothing (bob, ALICE));
  person_forget (bob);
  person_sign_in (bob);
  mien_gallery_want (bob->gallery, ALICE, 80, MIEN_GALLERY_ROW);
  peer_wait (person_sees_nothing (bob, ALICE));

  person_publish (alice, portrait);
  peer_wait (person_sees (bob, ALICE, portrait, 80));
}

/* Somebody without a portrait is asked after once and then known to have none. */
static void
test_nobody (void)
{
  g_autoptr (Person) bob = person_new ("bob");

  mien_gallery_want (bob->gallery, "nobody@" PEER_DOMAIN, 80, MIEN_GALLERY_ROW);
  peer_wait (person_sees_nothing (bob, "nobody@" PEER_DOMAIN));
}

void
add_main_job_tests (void)
{
  g_test_add_func ("/interop/main-job", test_main_job);
  g_test_add_func ("/interop/while-away", test_while_away);
  g_test_add_func ("/interop/retract", test_retract);
  g_test_add_func ("/interop/nobody", test_nobody);
}
