/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-file.h"
#include "mien-portrait-files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_DIGITS 64

char *
mien_portrait_files_address (const char *sha256,
                             const char *suffix)
{
  g_return_val_if_fail (strlen (sha256) == HASH_DIGITS, NULL);

  return g_strdup_printf ("%.2s/%.2s/%s.%s", sha256, sha256 + 2, sha256, suffix);
}

char *
mien_portrait_files_path (const char *directory,
                          const char *address,
                          guint       size)
{
  const char *point = strrchr (address, '.');

  if (size == 0)
    return g_build_filename (directory, address, NULL);
  return g_strdup_printf ("%s/%.*s.s%u%s", directory, (int) (point - address), address, size, point);
}

void
mien_portrait_files_touch (const char *directory,
                           const char *address)
{
  g_autofree char *path = mien_portrait_files_path (directory, address, 0);

  utimensat (AT_FDCWD, path, NULL, 0);
}

gboolean
mien_portrait_files_present (const char *directory,
                             const char *address)
{
  g_autofree char *path = mien_portrait_files_path (directory, address, 0);

  return access (path, R_OK) == 0;
}

gboolean
mien_portrait_files_write (const char *directory,
                           const char *address,
                           GBytes     *bytes,
                           GError    **error)
{
  g_autofree char *path = mien_portrait_files_path (directory, address, 0);
  GStatBuf status;

  /* Whatever has this name was synced before it got it. */
  if (g_stat (path, &status) == 0 && (guint64) status.st_size == g_bytes_get_size (bytes))
    {
      mien_portrait_files_touch (directory, address);
      return TRUE;
    }
  return mien_file_write (path, bytes, 0640, NULL, error);
}

void
mien_portrait_files_drop (const char *directory,
                          const char *address)
{
  g_autofree char *path = mien_portrait_files_path (directory, address, 0);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_unlink (path);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (strncmp (name, base, HASH_DIGITS) == 0 && g_str_has_prefix (name + HASH_DIGITS, ".s"))
      {
        g_autofree char *scaled = g_build_filename (folder, name, NULL);

        g_unlink (scaled);
      }
}

/* One "ab/cd" folder. */
static void
list_folder (const char *directory,
             const char *folder,
             gint64      before,
             GPtrArray  *out)
{
  g_autofree char *path = g_build_filename (directory, folder, NULL);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      GStatBuf status;

      if (g_lstat (file, &status) != 0 || !S_ISREG (status.st_mode) || status.st_mtime >= before)
        continue;
      if (name[0] == '.')
        g_unlink (file);
      else if (strlen (name) > HASH_DIGITS && !g_str_has_prefix (name + HASH_DIGITS, ".s"))
        g_ptr_array_add (out, g_build_filename (folder, name, NULL));
      else if (strlen (name) > HASH_DIGITS)
        {
          g_autofree char *original = g_strdup_printf ("%s/%.*s%s", path, HASH_DIGITS, name, strrchr (name, '.'));

          if (access (original, F_OK) != 0)
            g_unlink (file);
        }
    }
}

GPtrArray *
mien_portrait_files_list (const char *directory,
                          guint8      folder,
                          gint64      before)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *first = g_strdup_printf ("%02x", folder);
  g_autofree char *path = g_build_filename (directory, first, NULL);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *second = g_build_filename (first, name, NULL);

      if (strlen (name) == 2)
        list_folder (directory, second, before, out);
    }
  return out;
}
