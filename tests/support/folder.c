/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

static GPtrArray *folders;       /* char *, to be removed at the end */
static pid_t owner;              /* a process forked from the test leaves them alone */

void
test_remove_tree (const char *path)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return;
  if (S_ISDIR (info.st_mode))
    {
      g_autoptr (GDir) dir = NULL;
      const char *name;

      g_chmod (path, 0700);      /* a test may have made it unwritable */
      dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          test_remove_tree (child);
        }
    }
  g_remove (path);
}

static void
remove_the_rest (void)
{
  if (getpid () != owner)
    return;
  for (guint i = 0; i < folders->len; i++)
    test_remove_tree (g_ptr_array_index (folders, i));
  g_clear_pointer (&folders, g_ptr_array_unref);
}

char *
test_folder_new (const char *name)
{
  g_autofree char *template = g_strdup_printf ("mien-%s-XXXXXX", name);
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp (template, &error);

  g_assert_no_error (error);
  if (folders == NULL)
    {
      folders = g_ptr_array_new_with_free_func (g_free);
      owner = getpid ();
      atexit (remove_the_rest);
    }
  g_ptr_array_add (folders, g_strdup (folder));
  return folder;
}

void
test_folder_remove (char *folder)
{
  guint index;

  if (folder == NULL)
    return;
  test_remove_tree (folder);
  if (g_ptr_array_find_with_equal_func (folders, folder, g_str_equal, &index))
    g_ptr_array_remove_index_fast (folders, index);
  g_free (folder);
}
