/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-picture-paste.h"

#include <glib/gi18n.h>

#include "mien-image.h"

#define READ_STEP (256 * 1024)

static const char *types[]
    = { "image/png", "image/jpeg", "image/webp", "image/bmp", "image/tiff", "image/gif", NULL };

/* What a finished task carries. */
typedef struct
{
  GByteArray *bytes;
  GFile      *file;
} Paste;

static void
paste_free (gpointer data)
{
  Paste *paste = data;

  g_byte_array_unref (paste->bytes);
  g_clear_object (&paste->file);
  g_free (paste);
}

GFile *
mien_picture_get_first_file (const GValue *value)
{
  if (value == NULL || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return NULL;
  GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
  GFile *first = files != NULL ? g_object_ref (files->data) : NULL;
  g_slist_free (files);
  return first;
}

static void
return_nothing (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no picture in the clipboard."));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Paste *paste = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_byte_array_append (paste->bytes, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  if (g_bytes_get_size (bytes) == 0 || paste->bytes->len > MIEN_IMAGE_MAX_BYTES)
    g_task_return_boolean (task, TRUE);
  else
    g_input_stream_read_bytes_async (G_INPUT_STREAM (source), READ_STEP, G_PRIORITY_DEFAULT,
                                     g_task_get_cancellable (task), on_read, g_object_ref (task));
}

static void
on_stream (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, &error);

  if (stream != NULL)
    g_input_stream_read_bytes_async (stream, READ_STEP, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_read,
                                     g_object_ref (task));
  else if (!g_task_return_error_if_cancelled (task))
    return_nothing (task);
}

static void
on_files (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Paste *paste = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  paste->file = mien_picture_get_first_file (gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, &error));
  if (paste->file != NULL)
    g_task_return_boolean (task, TRUE);
  else if (!g_task_return_error_if_cancelled (task))
    return_nothing (task);
}

void
mien_picture_paste_async (GdkClipboard *clipboard, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (GDK_IS_CLIPBOARD (clipboard));

  GTask *task = g_task_new (clipboard, cancellable, callback, user_data);
  Paste *paste = g_new0 (Paste, 1);
  paste->bytes = g_byte_array_new ();
  g_task_set_task_data (task, paste, paste_free);
  if (gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, cancellable, on_files, task);
  else
    gdk_clipboard_read_async (clipboard, types, G_PRIORITY_DEFAULT, cancellable, on_stream, task);
}

GBytes *
mien_picture_paste_finish (GAsyncResult *result, GFile **file, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  Paste *paste = g_task_get_task_data (G_TASK (result));
  *file = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (paste->file != NULL)
    {
      *file = g_steal_pointer (&paste->file);
      return NULL;
    }
  return g_bytes_new (paste->bytes->data, paste->bytes->len);
}
