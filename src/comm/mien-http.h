/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* HTTP transfer (communication module 214): bounded, cancellable, with progress. The session is injected. */

#define MIEN_HTTP_ERROR (mien_http_error_quark ())
GQuark mien_http_error_quark (void);

typedef enum
{
  MIEN_HTTP_ERROR_UNREACHABLE = 1,
  MIEN_HTTP_ERROR_TIMEOUT,
  MIEN_HTTP_ERROR_TOO_LARGE,
  MIEN_HTTP_ERROR_TRUNCATED,
  MIEN_HTTP_ERROR_STATUS,          /* mien_http_error_get_status() */
  MIEN_HTTP_ERROR_TLS,
} MienHttpError;

typedef void (*MienProgress) (guint64 done, guint64 total, gpointer user_data);   /* bytes; total 0: unknown; main thread */

SoupSession *mien_http_session_new (void);                           /* time-outs, user agent, connection limits; no cookies */

/* GET. @etag (may be NULL) makes it conditional; not modified: bytes NULL, no error, *not_modified TRUE. */
void    mien_http_get_async (SoupSession *session, const char *uri, const char *etag, gsize max_bytes, MienProgress progress,
                             gpointer progress_data, int io_priority, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *mien_http_get_finish (SoupSession *session, GAsyncResult *result, char **out_etag, gboolean *not_modified, GError **error);

/* PUT or POST of bytes; the answer's body is returned (at most max_answer bytes). @headers: "Name", "value", ..., NULL, or NULL. */
void    mien_http_send_async (SoupSession *session, const char *method, const char *uri, const char *content_type, GBytes *body,
                              const char * const *headers, gsize max_answer, MienProgress upload_progress, MienProgress download_progress, gpointer progress_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *mien_http_send_finish (SoupSession *session, GAsyncResult *result, guint *out_status, GError **error);

G_END_DECLS
