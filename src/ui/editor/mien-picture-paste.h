/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A picture out of the clipboard: a file that was copied, or the picture itself. */

/* Reads at most one step more than MIEN_IMAGE_MAX_BYTES, which is enough to have it refused with the right words. */
void   mien_picture_paste_async (GdkClipboard *clipboard, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
/* The encoded picture (transfer full), or NULL with *@file (transfer full), or NULL with an error:
   G_IO_ERROR_NOT_FOUND when there is no picture in the clipboard, in words for a person. */
GBytes *mien_picture_paste_finish (GAsyncResult *result, GFile **file, GError **error);

/* The first file of a value that holds a GdkFileList (a drop, a paste); (transfer full) or NULL. */
GFile  *mien_picture_get_first_file (const GValue *value);

G_END_DECLS
