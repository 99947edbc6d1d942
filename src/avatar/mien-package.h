/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The avatar package (S3082, S3083): a ustar archive of "<sha256>.svg" entries, in the order they were asked for. Its
 * length follows from the sizes, so that the answer has a Content-Length although it is made while it is sent.
 */
#define MIEN_PACKAGE_MEDIA_TYPE "application/x-tar"
#define MIEN_PACKAGE_MAX_FILES 4096                       /* of one request; a client that needs more asks again */
#define MIEN_PACKAGE_MAX_BYTES (32 * 1024 * 1024)         /* of one package */
#define MIEN_PACKAGE_MAX_REQUEST (MIEN_PACKAGE_MAX_FILES * 72 + 1024)

guint64  mien_package_entry_length (gsize file_bytes);                    /* header, content and padding */
guint64  mien_package_length (const gsize *file_bytes, guint n_files);    /* of the whole archive */

typedef struct _MienPackageWriter MienPackageWriter;
MienPackageWriter *mien_package_writer_new (void);
/* The next piece of the archive, or NULL with @error. */
GBytes *mien_package_writer_add (MienPackageWriter *self, const char *sha256, GBytes *content, GError **error);
GBytes            *mien_package_writer_end (MienPackageWriter *self, GError **error);
void               mien_package_writer_free (MienPackageWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPackageWriter, mien_package_writer_free)

/* Called for each entry whose hash is right; FALSE with @error set ends the reading. */
typedef gboolean (*MienPackageFunc) (const char *sha256, GBytes *content, gpointer user_data, GError **error);

/* Pure function on bytes; fuzzed. Refuses (MIEN_CATALOGUE_ERROR_PACKAGE, _HASH, _LIMIT) everything but plain files
 * named as asked, each once; and, after the good entries were given to @func, a package that lacks one. */
gboolean mien_package_read (const guint8 *data, gsize length, const char * const *wanted, MienPackageFunc func,
                            gpointer user_data, GError **error);

/* {"files":["<sha256>",...]}: written by the client, read by the server, at most MIEN_PACKAGE_MAX_FILES, each once. */
GBytes  *mien_package_request_write (const char * const *files);
char   **mien_package_request_read (const char *data, gsize length, GError **error);

G_END_DECLS
