/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-cache.h"
#include "mien-file.h"
#include "mien-storage-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static char *
new_directory (void)
{
  return test_folder_new ("cache");
}

static GBytes *
numbered (guint number, gsize size)
{
  guint8 *data = g_malloc0 (size);

  memcpy (data, &number, sizeof number);
  return g_bytes_new_take (data, size);
}

static char *
hash_of (GBytes *bytes)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

static void
set_age (MienCache *cache, const char *hash, int seconds)
{
  g_autofree char *path = mien_cache_path (cache, hash);
  struct timespec times[2] = { { time (NULL) - seconds, 0 }, { time (NULL) - seconds, 0 } };

  g_assert_no_errno (utimensat (AT_FDCWD, path, times, 0));
}

static void
test_store_load (void)
{
  g_autofree char *directory = new_directory ();
  g_autoptr(MienCache) cache = mien_cache_new (directory, G_CHECKSUM_SHA256, 1 << 20);
  g_autoptr(GBytes) bytes = numbered (1, 1000);
  g_autoptr(GBytes) back = NULL;
  g_autofree char *hash = hash_of (bytes);
  g_autoptr(GError) error = NULL;

  g_assert_false (mien_cache_has (cache, hash));
  g_assert_null (mien_cache_load (cache, hash, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (mien_cache_store (cache, hash, bytes, &error));
  g_assert_no_error (error);
  g_assert_true (mien_cache_has (cache, hash));
  g_assert_true (mien_cache_store (cache, hash, bytes, &error));
  back = mien_cache_load (cache, hash, 1000, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (back, bytes));

  g_assert_null (mien_cache_load (cache, hash, 999, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_LIMIT);
  g_clear_error (&error);

  mien_cache_remove (cache, hash);
  g_assert_false (mien_cache_has (cache, hash));
}

static void
test_bad_hashes (void)
{
  static const char * const bad[] = {
    NULL, "", "ab", "../../../../../../etc/passwd",
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8/5",
  };
  g_autofree char *directory = new_directory ();
  g_autoptr(MienCache) cache = mien_cache_new (directory, G_CHECKSUM_SHA256, 1 << 20);
  g_autoptr(GBytes) bytes = numbered (1, 10);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (mien_cache_path (cache, bad[i]));
      g_assert_false (mien_cache_has (cache, bad[i]));
      g_assert_null (mien_cache_load (cache, bad[i], 10, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_assert_false (mien_cache_store (cache, bad[i], bytes, NULL));
      mien_cache_remove (cache, bad[i]);
    }
}

static void
test_wrong_bytes (void)
{
  g_autofree char *directory = new_directory ();
  g_autoptr(MienCache) cache = mien_cache_new (directory, G_CHECKSUM_SHA1, 1 << 20);
  g_autoptr(GBytes) bytes = numbered (1, 1000);
  g_autoptr(GBytes) other = numbered (2, 1000);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, bytes);
  g_autofree char *path = mien_cache_path (cache, hash);
  g_autoptr(GError) error = NULL;

  g_assert_false (mien_cache_store (cache, hash, other, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_HASH);
  g_clear_error (&error);
  g_assert_false (mien_cache_has (cache, hash));

  /* Damaged on disk: told, and removed so that it is fetched again. */
  g_assert_true (mien_cache_store (cache, hash, bytes, NULL));
  g_assert_true (mien_file_write (path, other, 0600, NULL, NULL));
  g_assert_null (mien_cache_load (cache, hash, 1000, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_HASH);
  g_assert_false (mien_cache_has (cache, hash));
}

static void
test_budget (void)
{
  g_autofree char *directory = new_directory ();
  g_autofree char *leftover = g_build_filename (directory, "ab", ".x.tmp", NULL);
  g_autoptr(MienCache) cache = NULL;
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GBytes) crumb = numbered (0, 4);
  struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };

  g_assert_true (mien_file_write (leftover, crumb, 0600, NULL, NULL));
  g_assert_no_errno (utimensat (AT_FDCWD, leftover, old, 0));

  /* Ten of 1,000 bytes fill it; number i was used i hours ago. */
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr(GBytes) bytes = numbered (i, 1000);

      if (i % 5 == 0)   /* also across a restart */
        {
          g_clear_object (&cache);
          cache = mien_cache_new (directory, G_CHECKSUM_SHA256, 10000);
        }
      g_ptr_array_add (hashes, hash_of (bytes));
      g_assert_true (mien_cache_store (cache, hashes->pdata[i], bytes, NULL));
      set_age (cache, hashes->pdata[i], (int) (i + 1) * 3600);
    }
  for (guint i = 0; i < 10; i++)
    g_assert_true (mien_cache_has (cache, hashes->pdata[i]));
  g_assert_false (g_file_test (leftover, G_FILE_TEST_EXISTS));

  /* Reading the oldest makes it the youngest; then one more: two must go, and they are the ones unused longest. */
  {
    g_autoptr(GBytes) read = mien_cache_load (cache, hashes->pdata[9], 1000, NULL);
    g_autoptr(GBytes) bytes = numbered (10, 1000);

    g_assert_nonnull (read);
    g_ptr_array_add (hashes, hash_of (bytes));
    g_assert_true (mien_cache_store (cache, hashes->pdata[10], bytes, NULL));
  }
  for (guint i = 0; i < hashes->len; i++)
    g_assert_cmpint (mien_cache_has (cache, hashes->pdata[i]), ==, i != 8 && i != 7);

  /* Larger than the budget by itself: kept, being the newest, alone. */
  {
    g_autoptr(GBytes) bytes = numbered (11, 20000);
    g_autofree char *hash = hash_of (bytes);

    g_assert_true (mien_cache_store (cache, hash, bytes, NULL));
    g_assert_true (mien_cache_has (cache, hash));
    g_assert_false (mien_cache_has (cache, hashes->pdata[10]));
  }
}

static gpointer
store_many (gpointer data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(GBytes) bytes = numbered (i, 500);
      g_autofree char *hash = hash_of (bytes);
      g_autoptr(GBytes) back = NULL;

      g_assert_true (mien_cache_store (data, hash, bytes, NULL));
      back = mien_cache_load (data, hash, 500, NULL);   /* another thread may have made room meanwhile */
      g_assert_true (back == NULL || g_bytes_equal (back, bytes));
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autofree char *directory = new_directory ();
  g_autoptr(MienCache) cache = mien_cache_new (directory, G_CHECKSUM_SHA256, 8000);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("store", store_many, cache);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
store_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_async (void)
{
  g_autofree char *directory = new_directory ();
  g_autoptr(MienCache) cache = mien_cache_new (directory, G_CHECKSUM_SHA256, 0);
  g_autoptr(GBytes) bytes = numbered (1, 1000);
  g_autoptr(GBytes) back = NULL;
  g_autofree char *hash = hash_of (bytes);
  g_autoptr(GAsyncResult) stored = NULL;
  g_autoptr(GAsyncResult) loaded = NULL;
  g_autoptr(GError) error = NULL;

  mien_cache_store_async (cache, hash, bytes, NULL, store_result, &stored);
  while (stored == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (mien_cache_store_finish (cache, stored, &error));
  g_assert_no_error (error);
  mien_cache_load_async (cache, hash, 1000, NULL, store_result, &loaded);
  while (loaded == NULL)
    g_main_context_iteration (NULL, TRUE);
  back = mien_cache_load_finish (cache, loaded, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (back, bytes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/storage/cache/store-load", test_store_load);
  g_test_add_func ("/storage/cache/bad-hashes", test_bad_hashes);
  g_test_add_func ("/storage/cache/wrong-bytes", test_wrong_bytes);
  g_test_add_func ("/storage/cache/budget", test_budget);
  g_test_add_func ("/storage/cache/threads", test_threads);
  g_test_add_func ("/storage/cache/async", test_async);
  return g_test_run ();
}
