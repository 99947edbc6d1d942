/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MIEN_STORAGE_ERROR (mien_storage_error_quark ())
GQuark mien_storage_error_quark (void);

typedef enum
{
  MIEN_STORAGE_ERROR_FULL = 1,     /* no space: say so, keep what was there */
  MIEN_STORAGE_ERROR_DAMAGED,      /* a database or file that cannot be read */
  MIEN_STORAGE_ERROR_NEWER,        /* made by a newer Mien */
  MIEN_STORAGE_ERROR_HASH,         /* bytes do not have the hash they are stored under */
  MIEN_STORAGE_ERROR_LIMIT,
} MienStorageError;

G_END_DECLS
