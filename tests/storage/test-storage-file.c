/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-file.h"
#include "mien-storage-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHOLE_SIZE (3 * 1024 * 1024)

static char *program;

typedef struct { char *directory; } Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = test_folder_new ("file");
  g_assert_nonnull (fixture->directory);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_folder_remove (fixture->directory);
}

static GBytes *
filled (char with, gsize size)
{
  guint8 *data = g_malloc (size);

  memset (data, with, size);
  return g_bytes_new_take (data, size);
}

static guint
count_files (const char *directory)
{
  g_autoptr(GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_write_read (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "deep", "er", "file", NULL);
  g_autoptr(GBytes) first = g_bytes_new_static ("one", 3);
  g_autoptr(GBytes) second = g_bytes_new_static ("another", 7);
  g_autoptr(GBytes) empty = g_bytes_new_static ("", 0);
  GBytes *cases[] = { first, second, empty };
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) back = NULL;
      GStatBuf status;

      g_assert_true (mien_file_write (path, cases[i], 0600, NULL, &error));
      g_assert_no_error (error);
      back = mien_file_read (path, 7, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (back, cases[i]));
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    }
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_assert_true (mien_file_write_unsynced (path, second, 0640, NULL, &error));
  g_assert_cmpuint (count_files (folder), ==, 1);
}

static void
test_read_errors (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autofree char *fifo = g_build_filename (fixture->directory, "fifo", NULL);
  g_autoptr(GBytes) bytes = filled ('x', 100);
  g_autoptr(GError) error = NULL;

  g_assert_null (mien_file_read (path, 100, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (mien_file_write (path, bytes, 0600, NULL, NULL));
  g_assert_null (mien_file_read (path, 99, NULL, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_LIMIT);
  g_clear_error (&error);

  g_assert_null (mien_file_read (fixture->directory, 100, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_null (mien_file_read (fifo, 100, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  /* A file that says it is empty and is not. */
  g_assert_null (mien_file_read ("/proc/self/status", 10, NULL, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_LIMIT);
}

static void
assert_old_is_whole (const char *directory, const char *path, GBytes *old)
{
  g_autoptr(GBytes) back = mien_file_read (path, WHOLE_SIZE, NULL, NULL);

  g_assert_nonnull (back);
  g_assert_true (g_bytes_equal (back, old));
  g_assert_cmpuint (count_files (directory), ==, 1);
}

/* The kernel refuses to write past RLIMIT_FSIZE just as it does when a disk or a quota is full. */
static void
test_full_by_limit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autoptr(GBytes) old = g_bytes_new_static ("old", 3);
  g_autoptr(GBytes) large = filled ('n', WHOLE_SIZE);
  g_autoptr(GError) error = NULL;
  struct rlimit before, small;

  g_assert_true (mien_file_write (path, old, 0600, NULL, NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  small = before;
  small.rlim_cur = 1024 * 1024;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &small));
  g_assert_false (mien_file_write (path, large, 0600, NULL, &error));
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL);
  g_assert_nonnull (strstr (error->message, "file"));
  assert_old_is_whole (fixture->directory, path, old);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autoptr(GBytes) old = g_bytes_new_static ("old", 3);
  g_autoptr(GBytes) large = filled ('n', WHOLE_SIZE);
  g_autoptr(GError) error = NULL;

  if (mount ("tmpfs", fixture->directory, "tmpfs", 0, "size=1m") != 0)
    {
      g_test_skip ("mounting a small file system needs root");
      return;
    }
  g_assert_true (mien_file_write (path, old, 0600, NULL, NULL));
  g_assert_false (mien_file_write (path, large, 0600, NULL, &error));
  g_assert_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL);
  assert_old_is_whole (fixture->directory, path, old);
  g_assert_no_errno (umount (fixture->directory));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GBytes) old = g_bytes_new_static ("old", 3);
  g_autoptr(GBytes) large = filled ('n', WHOLE_SIZE);
  g_autoptr(GError) error = NULL;

  g_assert_true (mien_file_write (path, old, 0600, NULL, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (mien_file_write (path, large, 0600, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_old_is_whole (fixture->directory, path, old);
}

/* The process that is killed: writes 'a's, then 'b's, over and over, and says so. */
static int
writer_main (const char *path)
{
  g_autoptr(GBytes) a = filled ('a', WHOLE_SIZE);
  g_autoptr(GBytes) b = filled ('b', WHOLE_SIZE);

  for (guint i = 0;; i++)
    {
      if (!mien_file_write (path, i % 2 ? b : a, 0600, NULL, NULL))
        return 1;
      if (write (STDOUT_FILENO, "w", 1) != 1)
        return 1;
    }
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);

  for (guint round = 0; round < 8; round++)
    {
      g_autoptr(GSubprocess) child = NULL;
      g_autoptr(GBytes) back = NULL;
      g_autoptr(GError) error = NULL;
      const char *content;
      char buffer[3];
      gsize n;

      child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--writer", path, NULL);
      g_assert_no_error (error);
      g_input_stream_read_all (g_subprocess_get_stdout_pipe (child), buffer, 1 + round % 3, &n, NULL, &error);
      g_assert_no_error (error);
      g_usleep (g_test_rand_int_range (0, 4000));   /* another place in the next write each time */
      g_subprocess_force_exit (child);
      g_subprocess_wait (child, NULL, NULL);

      back = mien_file_read (path, WHOLE_SIZE, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (back), ==, WHOLE_SIZE);
      content = g_bytes_get_data (back, NULL);
      g_assert_true (content[0] == 'a' || content[0] == 'b');
      for (gsize i = 1; i < WHOLE_SIZE; i++)
        if (content[i] != content[0])
          g_error ("byte %zu is from another write", i);
    }
}

static void
store_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_async (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->directory, "file", NULL);
  g_autoptr(GBytes) bytes = filled ('x', 1000);
  g_autoptr(GBytes) back = NULL;
  g_autoptr(GAsyncResult) written = NULL;
  g_autoptr(GAsyncResult) read = NULL;
  g_autoptr(GError) error = NULL;

  mien_file_write_async (path, bytes, 0600, NULL, store_result, &written);
  while (written == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (mien_file_write_finish (written, &error));
  g_assert_no_error (error);
  mien_file_read_async (path, 1000, NULL, store_result, &read);
  while (read == NULL)
    g_main_context_iteration (NULL, TRUE);
  back = mien_file_read_finish (read, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, back));
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--writer"))
    return writer_main (argv[2]);

  g_test_init (&argc, &argv, NULL);
  program = g_file_read_link ("/proc/self/exe", NULL);
#define ADD(name, func) g_test_add ("/storage/file/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("write-read", test_write_read);
  ADD ("read-errors", test_read_errors);
  ADD ("full-by-limit", test_full_by_limit);
  ADD ("full-disk", test_full_disk);
  ADD ("cancelled", test_cancelled);
  ADD ("killed", test_killed);
  ADD ("async", test_async);
#undef ADD
  return g_test_run ();
}
