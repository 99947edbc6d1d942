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
  MIEN_STORAGE_ERROR_BUSY,         /* another process holds the database */
  MIEN_STORAGE_ERROR_CONSTRAINT,   /* a row breaks a rule of its table, e.g. the same key twice */
  MIEN_STORAGE_ERROR_QUERY,        /* any other refusal of a statement: a mistake of ours */
} MienStorageError;

/* An errno of a file operation on @path as a GError: MIEN_STORAGE_ERROR_FULL for the ways a disk is full, otherwise
 * G_IO_ERROR. @path may be NULL. */
void mien_storage_set_error_from_errno (GError **error, int saved_errno, const char *path);

G_END_DECLS
