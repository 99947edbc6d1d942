/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-storage"

#include "mien-config.h"

#include "mien-file.h"
#include "mien-storage-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Between two of these pieces a cancellable is looked at. */
#define WRITE_PIECE (1024 * 1024)

typedef struct
{
  char *path;
  GBytes *bytes;
  int mode;
  gsize max_bytes;
} FileJob;

static void
file_job_free (gpointer data)
{
  FileJob *job = data;

  g_free (job->path);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static char *
temporary_path (const char *folder,
                const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  return g_strdup_printf ("%s/.%s.%08x%08x.tmp", folder, base, g_random_int (), g_random_int ());
}

/* A file without a name (O_TMPFILE) vanishes with a killed process; where the file system knows none, a named one. */
static int
open_temporary (const char *folder,
                const char *path,
                int         mode,
                char      **out_name)
{
  int fd = -1;

  *out_name = NULL;
#ifdef O_TMPFILE
  fd = open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
    return fd;
#endif
  for (int i = 0; i < 16; i++)
    {
      g_autofree char *name = temporary_path (folder, path);

      fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (fd >= 0)
        {
          *out_name = g_steal_pointer (&name);
          return fd;
        }
      if (errno != EEXIST)
        return -1;
    }
  return -1;
}

static gboolean
write_bytes (int           fd,
             const char   *path,
             GBytes       *bytes,
             GCancellable *cancellable,
             GError      **error)
{
  gsize left;
  const guint8 *at = g_bytes_get_data (bytes, &left);

  while (left > 0)
    {
      ssize_t n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = write (fd, at, MIN (left, WRITE_PIECE));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          mien_storage_set_error_from_errno (error, errno, path);
          return FALSE;
        }
      at += n;
      left -= (gsize) n;
    }
  return TRUE;
}

/* Gives the nameless file a name beside @path, so that rename() can put it over an older one. */
static gboolean
name_temporary (int         fd,
                const char *folder,
                const char *path,
                char      **out_name,
                GError    **error)
{
  g_autofree char *proc = g_strdup_printf ("/proc/self/fd/%d", fd);

  for (int i = 0; i < 16; i++)
    {
      g_autofree char *name = temporary_path (folder, path);

      if (linkat (AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0)
        {
          *out_name = g_steal_pointer (&name);
          return TRUE;
        }
      if (errno != EEXIST)
        break;
    }
  mien_storage_set_error_from_errno (error, errno, path);
  return FALSE;
}

static gboolean
sync_folder (const char *folder,
             GError    **error)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  /* Some file systems cannot sync a folder, and say EINVAL. */
  if (!ok && errno != EINVAL)
    mien_storage_set_error_from_errno (error, errno, folder);
  else
    ok = TRUE;
  if (fd >= 0)
    close (fd);
  return ok;
}

/* Like mkdir -p; with @sync each new folder is on disk, with its name in its parent. */
static gboolean
make_folder (const char *folder,
             gboolean    sync)
{
  g_autofree char *parent = g_path_get_dirname (folder);

  if (g_mkdir (folder, 0700) != 0)
    {
      if (errno == EEXIST)
        return TRUE;
      if (errno != ENOENT || g_str_equal (parent, folder) || !make_folder (parent, sync))
        return FALSE;
      if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
        return FALSE;
    }
  return !sync || sync_folder (parent, NULL);
}

static gboolean
write_file (const char   *path,
            GBytes       *bytes,
            int           mode,
            gboolean      sync,
            GCancellable *cancellable,
            GError      **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = NULL;
  gboolean ok;
  int fd;

  fd = open_temporary (folder, path, mode, &name);
  if (fd < 0 && errno == ENOENT && make_folder (folder, sync))
    fd = open_temporary (folder, path, mode, &name);
  if (fd < 0)
    {
      mien_storage_set_error_from_errno (error, errno, path);
      return FALSE;
    }

  ok = write_bytes (fd, path, bytes, cancellable, error);
  if (ok && (fchmod (fd, (mode_t) mode) != 0 || (sync && fsync (fd) != 0)))
    {
      mien_storage_set_error_from_errno (error, errno, path);
      ok = FALSE;
    }
  if (ok && name == NULL)
    ok = name_temporary (fd, folder, path, &name, error);
  if (close (fd) != 0 && ok)
    {
      mien_storage_set_error_from_errno (error, errno, path);
      ok = FALSE;
    }
  if (ok && rename (name, path) != 0)
    {
      mien_storage_set_error_from_errno (error, errno, path);
      ok = FALSE;
    }
  if (!ok && name != NULL)
    unlink (name);
  return ok && (!sync || sync_folder (folder, error));
}

gboolean
mien_file_write (const char   *path,
                 GBytes       *bytes,
                 int           mode,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  return write_file (path, bytes, mode, TRUE, cancellable, error);
}

gboolean
mien_file_write_unsynced (const char   *path,
                          GBytes       *bytes,
                          int           mode,
                          GCancellable *cancellable,
                          GError      **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  return write_file (path, bytes, mode, FALSE, cancellable, error);
}

static void
write_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  FileJob *job = data;
  GError *error = NULL;

  if (mien_file_write (job->path, job->bytes, job->mode, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_file_write_async (const char         *path,
                       GBytes             *bytes,
                       int                 mode,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr(GTask) task = NULL;
  FileJob *job;

  g_return_if_fail (path != NULL);
  g_return_if_fail (bytes != NULL);

  job = g_new0 (FileJob, 1);
  job->path = g_strdup (path);
  job->bytes = g_bytes_ref (bytes);
  job->mode = mode;

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_file_write_async);
  /* A write that has happened is reported as such, however late a cancellation comes. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, file_job_free);
  g_task_run_in_thread (task, write_thread);
}

gboolean
mien_file_write_finish (GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
set_limit_error (GError    **error,
                 const char *path,
                 gsize       max_bytes)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *size = g_format_size (max_bytes);

  g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_LIMIT,
               _("“%s” is larger than the %s allowed here. Choose a smaller file."), shown, size);
}

/* Reads @size bytes and looks for one more: a file may grow while it is read. */
static GBytes *
read_bytes (int           fd,
            const char   *path,
            gsize         size,
            gsize         max_bytes,
            GCancellable *cancellable,
            GError      **error)
{
  g_autoptr(GByteArray) array = g_byte_array_sized_new ((guint) MIN (size + 1, G_MAXUINT / 2));
  guint8 buffer[64 * 1024];

  for (;;)
    {
      ssize_t n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          mien_storage_set_error_from_errno (error, errno, path);
          return NULL;
        }
      if (n == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&array));
      if ((gsize) n > max_bytes - array->len)
        {
          set_limit_error (error, path, max_bytes);
          return NULL;
        }
      g_byte_array_append (array, buffer, (guint) n);
    }
}

GBytes *
mien_file_read (const char   *path,
                gsize         max_bytes,
                GCancellable *cancellable,
                GError      **error)
{
  GBytes *bytes = NULL;
  struct stat status;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (max_bytes <= G_MAXINT, NULL);

  /* O_NONBLOCK: the open of a named pipe must not wait for a writer. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &status) != 0)
    mien_storage_set_error_from_errno (error, errno, path);
  else if (!S_ISREG (status.st_mode))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("“%s” is not a file."), path);
  else if ((guint64) status.st_size > max_bytes)
    set_limit_error (error, path, max_bytes);
  else
    bytes = read_bytes (fd, path, (gsize) status.st_size, max_bytes, cancellable, error);

  if (fd >= 0)
    close (fd);
  return bytes;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  FileJob *job = data;
  GError *error = NULL;
  GBytes *bytes = mien_file_read (job->path, job->max_bytes, cancellable, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
mien_file_read_async (const char         *path,
                      gsize               max_bytes,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr(GTask) task = NULL;
  FileJob *job;

  g_return_if_fail (path != NULL);

  job = g_new0 (FileJob, 1);
  job->path = g_strdup (path);
  job->max_bytes = max_bytes;

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_file_read_async);
  g_task_set_task_data (task, job, file_job_free);
  g_task_run_in_thread (task, read_thread);
}

GBytes *
mien_file_read_finish (GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
