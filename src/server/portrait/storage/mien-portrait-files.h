/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * The bytes of the portraits: files under their own SHA-256, "ab/cd/<sha256>.png", with their scaled copies beside
 * them, "ab/cd/<sha256>.s80.png". Functions on a folder; blocking; from any thread.
 */
char    *mien_portrait_files_address (const char *sha256, const char *suffix);           /* "ab/cd/<sha256>.png" */
char    *mien_portrait_files_path (const char *directory, const char *address, guint size);   /* size 0: the original */

/* On disk when it returns; what is there already is kept and becomes young again. */
gboolean mien_portrait_files_write (const char *directory, const char *address, GBytes *bytes, GError **error);
gboolean mien_portrait_files_present (const char *directory, const char *address);
/* Replaced or taken back: the grace time counts from here. */
void     mien_portrait_files_touch (const char *directory, const char *address);
/* The original and its scaled copies. */
void     mien_portrait_files_drop (const char *directory, const char *address);
/* Addresses of originals in one of the 256 folders, last written or touched before @before (Unix seconds); also removes
 * temporary files and scaled copies that were left behind. */
/* of char*, (transfer full) */
GPtrArray *mien_portrait_files_list (const char *directory, guint8 folder, gint64 before);

G_END_DECLS
