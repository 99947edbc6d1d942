/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-storage"

#include "mien-config.h"

#include "mien-storage-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (mien-storage-error-quark, mien_storage_error)

void
mien_storage_set_error_from_errno (GError    **error,
                                   int         saved_errno,
                                   const char *path)
{
  g_autofree char *shown = path != NULL ? g_filename_display_name (path) : NULL;

  switch (saved_errno)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      if (shown != NULL)
        g_set_error (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL,
                     _("There is no space left to write “%s”. Free some space and try again."), shown);
      else
        g_set_error_literal (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL,
                             _("There is no space left on the disk. Free some space and try again."));
      break;

    default:
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s%s%s",
                   shown != NULL ? shown : "", shown != NULL ? ": " : "", g_strerror (saved_errno));
      break;
    }
}
