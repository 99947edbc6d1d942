/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-catalogue.h"

G_BEGIN_DECLS

/**
 * MienPack: a folder with catalogue.json and SVG files beside it, read and hashed. The avatar server serves one; the
 * client has one installed as its starter pack. Immutable: files that change on disk later do not change what it holds.
 */
#define MIEN_TYPE_PACK (mien_pack_get_type ())
G_DECLARE_FINAL_TYPE (MienPack, mien_pack, MIEN, PACK, GObject)

#define MIEN_PACK_MAX_BYTES (1024 * 1024 * 1024)   /* all files of a pack together */

typedef enum
{
  MIEN_PACK_LOAD_PATHS = 0,        /* remember where the files are; mien_pack_get_file() reads and checks */
  MIEN_PACK_LOAD_CONTENT = 1 << 0, /* keep the bytes, in one unlinked temporary file that is mapped */
} MienPackFlags;

/* The pack that is installed with the program: $MIEN_AVATAR_DIR in a build tree, else below the data directory. */
char          *mien_pack_dup_installed_directory (void);
/* Blocking. The error names the file or the catalogue's member. */
MienPack      *mien_pack_load (const char *directory, MienPackFlags flags, GCancellable *cancellable, GError **error);
MienCatalogue *mien_pack_get_catalogue (MienPack *self);             /* (transfer none), hashed */
/* (transfer none): the catalogue with "sha256" and "bytes" beside each "file" */
GBytes        *mien_pack_get_json (MienPack *self);
gboolean       mien_pack_has_file (MienPack *self, const char *sha256);
gsize          mien_pack_get_file_bytes (MienPack *self, const char *sha256);   /* 0: no such file */
/* (transfer full). Reads from disk in a pack loaded by paths: for threads; then an error when the file has changed. */
GBytes        *mien_pack_get_file (MienPack *self, const char *sha256, GError **error);

G_END_DECLS
