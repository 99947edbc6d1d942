/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whole files, written so that a crash or a full disk leaves either the old or the new one (S306, S320). */

/* Blocking: temporary file beside, fsync, rename, fsync of the folder. @mode e.g. 0600. Run it in a thread.
 * Missing folders are made (0700). */
gboolean mien_file_write (const char *path, GBytes *bytes, int mode, GCancellable *cancellable, GError **error);
/* The same without the two fsyncs: whole or absent after a crash of the program, but not after a loss of power. For
 * bytes that are checked by hash when they are read and can be fetched again. */
gboolean mien_file_write_unsynced (const char *path, GBytes *bytes, int mode, GCancellable *cancellable,
                                   GError **error);
/* Two writes under way at once end in either order: a caller that writes one path again waits for the first. */
void     mien_file_write_async (const char *path, GBytes *bytes, int mode, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
gboolean mien_file_write_finish (GAsyncResult *result, GError **error);

/* MIEN_STORAGE_ERROR_LIMIT when the file is larger than @max_bytes: told before it is read. G_IO_ERROR_NOT_FOUND when
 * there is none. */
GBytes  *mien_file_read (const char *path, gsize max_bytes, GCancellable *cancellable, GError **error);
void     mien_file_read_async (const char *path, gsize max_bytes, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
GBytes  *mien_file_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
