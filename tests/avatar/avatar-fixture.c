/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-avatar"

#include "avatar-fixture.h"
#include "folder.h"

#include <glib/gstdio.h>
#include <string.h>

#define WAIT_SECONDS 20

char *
avatar_fixture_new_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = test_folder_new ("test");

  g_assert_no_error (error);
  return folder;
}

char *
avatar_fixture_copy_pack (void)
{
  const char *source = g_getenv ("MIEN_TEST_PACK");
  char *folder = avatar_fixture_new_folder ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open (source, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *content = avatar_fixture_read (source, name);

      avatar_fixture_write (folder, name, content);
    }
  return folder;
}

char *
avatar_fixture_read (const char *folder,
                     const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;
  char *content = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  return content;
}

void
avatar_fixture_write (const char *folder,
                      const char *name,
                      const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;

  if (content == NULL)
    {
      g_assert_no_errno (g_unlink (path));
      return;
    }
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
}

void
avatar_fixture_replace (const char *folder,
                        const char *name,
                        const char *old,
                        const char *fresh)
{
  g_autofree char *content = avatar_fixture_read (folder, name);
  char *found = strstr (content, old);
  g_autofree char *changed = NULL;

  g_assert_nonnull (found);
  changed = g_strdup_printf ("%.*s%s%s", (int) (found - content), content, fresh, found + strlen (old));
  avatar_fixture_write (folder, name, changed);
}

void
avatar_fixture_remove (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        avatar_fixture_remove (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

static gboolean
on_deadline (gpointer data)
{
  g_error ("What the test waits for did not happen within %d s", WAIT_SECONDS);
  return G_SOURCE_REMOVE;
}

void
avatar_fixture_wait (gboolean *flag)
{
  guint deadline = g_timeout_add_seconds (WAIT_SECONDS, on_deadline, NULL);

  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

void
avatar_fixture_finalize (gpointer object)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  gpointer weak = object;

  g_object_add_weak_pointer (object, &weak);
  g_object_unref (object);
  while (weak != NULL && g_get_monotonic_time () < deadline)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_null (weak);
}

static GMutex warning_mutex;
static char *last_warning;

static GLogWriterOutput
catch_warning (GLogLevelFlags   level,
               const GLogField *fields,
               gsize            n_fields,
               gpointer         user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) == 0)
    return g_log_writer_default (level, fields, n_fields, NULL);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      {
        g_mutex_lock (&warning_mutex);
        g_free (last_warning);
        last_warning = g_strdup (fields[i].value);
        g_mutex_unlock (&warning_mutex);
      }
  return G_LOG_WRITER_HANDLED;
}

void
avatar_fixture_catch_warnings (void)
{
  g_log_set_writer_func (catch_warning, NULL, NULL);
}

/* Main thread, when no other warns. */
const char *
avatar_fixture_get_warning (void)
{
  return last_warning != NULL ? last_warning : "";
}
