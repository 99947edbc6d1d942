/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-pack"

#include <glib/gstdio.h>
#include <string.h>

#include "avatar-fixture.h"
#include "mien-pack.h"

/* A pack's folder read, hashed, and kept as it was. */

static void
test_load (gconstpointer flags)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) pack = mien_pack_load (g_getenv ("MIEN_TEST_PACK"), GPOINTER_TO_INT (flags), NULL, &error);
  MienCatalogue *catalogue;
  g_auto(GStrv) files = NULL;

  g_assert_no_error (error);
  catalogue = mien_pack_get_catalogue (pack);
  g_assert_true (mien_catalogue_is_hashed (catalogue));
  g_assert_nonnull (mien_avatar_get_behind_sha256 (mien_catalogue_lookup (catalogue, "hair-long")));
  g_assert_nonnull (mien_catalogue_get_headshot (catalogue, 0)->sha256);
  files = mien_catalogue_list_files (catalogue);
  g_assert_cmpuint (g_strv_length (files), ==, 6);
  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autoptr(GBytes) bytes = mien_pack_get_file (pack, files[i], &error);
      g_autofree char *computed = NULL;

      g_assert_no_error (error);
      computed = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
      g_assert_cmpstr (computed, ==, files[i]);
      g_assert_true (mien_pack_has_file (pack, files[i]));
      g_assert_cmpuint (mien_pack_get_file_bytes (pack, files[i]), ==, g_bytes_get_size (bytes));
      g_assert_cmpuint (mien_catalogue_get_file_bytes (catalogue, files[i]), ==, g_bytes_get_size (bytes));
    }
  g_assert_null (mien_pack_get_file (pack, "00", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* What is served is the same for the same folder, and parses again. */
static void
test_json (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) one = mien_pack_load (g_getenv ("MIEN_TEST_PACK"), MIEN_PACK_LOAD_PATHS, NULL, &error);
  g_autoptr(MienPack) two = mien_pack_load (g_getenv ("MIEN_TEST_PACK"), MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_autoptr(MienCatalogue) again = NULL;
  GBytes *json = mien_pack_get_json (one);

  g_assert_true (g_bytes_equal (json, mien_pack_get_json (two)));
  again = mien_catalogue_new_from_json (g_bytes_get_data (json, NULL), g_bytes_get_size (json), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (again)), ==, 4);
}

/* A pack with its content kept does not notice that the disk changed; one by paths notices and refuses. */
static void
test_changed_on_disk (void)
{
  g_autofree char *folder = avatar_fixture_copy_pack ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) kept = mien_pack_load (folder, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_autoptr(MienPack) paths = mien_pack_load (folder, MIEN_PACK_LOAD_PATHS, NULL, &error);
  const char *sha256 = mien_avatar_get_sha256 (mien_catalogue_lookup (mien_pack_get_catalogue (kept), "hat-beanie"));
  g_autoptr(GBytes) bytes = NULL;

  avatar_fixture_write (folder, "hat-beanie.svg", "<svg/>");
  bytes = mien_pack_get_file (kept, sha256, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 100);
  g_assert_null (mien_pack_get_file (paths, sha256, &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_HASH);
  avatar_fixture_remove (folder);
}

static void
test_bad_folders (void)
{
  static const struct { const char *file, *content; const char *says; } cases[] = {
    { "hat-beanie.svg", NULL, "hat-beanie.svg" },
    { "hair-long-behind.svg", NULL, "avatars[0]" },
    { "headshot-1.svg", NULL, "headshots[0]" },
    { "catalogue.json", NULL, "catalogue.json" },
    { "catalogue.json", "", "empty" },
    { "catalogue.json", "{\"mien-catalogue\":9}", "version 9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = avatar_fixture_copy_pack ();
      g_autoptr(GError) error = NULL;

      avatar_fixture_write (folder, cases[i].file, cases[i].content);
      g_assert_null (mien_pack_load (folder, MIEN_PACK_LOAD_CONTENT, NULL, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, cases[i].says);
      avatar_fixture_remove (folder);
    }
}

static void
test_oversize (void)
{
  g_autofree char *folder = avatar_fixture_copy_pack ();
  g_autofree char *large = g_strnfill (MIEN_CATALOGUE_MAX_FILE_BYTES + 1, ' ');
  g_autoptr(GError) error = NULL;

  avatar_fixture_write (folder, "hat-beanie.svg", large);
  g_assert_null (mien_pack_load (folder, MIEN_PACK_LOAD_PATHS, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "hat-beanie.svg"));
  avatar_fixture_remove (folder);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pack/load/paths", GINT_TO_POINTER (MIEN_PACK_LOAD_PATHS), test_load);
  g_test_add_data_func ("/pack/load/content", GINT_TO_POINTER (MIEN_PACK_LOAD_CONTENT), test_load);
  g_test_add_func ("/pack/json", test_json);
  g_test_add_func ("/pack/changed-on-disk", test_changed_on_disk);
  g_test_add_func ("/pack/bad-folders", test_bad_folders);
  g_test_add_func ("/pack/oversize", test_oversize);
  return g_test_run ();
}
