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
  MIEN_HTTP_ERROR_TIMEOUT,         /* nothing moved for the session's "timeout" */
  MIEN_HTTP_ERROR_TOO_LARGE,
  MIEN_HTTP_ERROR_TRUNCATED,
  MIEN_HTTP_ERROR_STATUS,          /* see mien_http_error_get_status() */
  MIEN_HTTP_ERROR_TLS,
  MIEN_HTTP_ERROR_BAD_URI,         /* not an address of http or https, or a redirection to such */
} MienHttpError;

#define MIEN_HTTP_TIMEOUT        30    /* seconds */
#define MIEN_HTTP_MIN_MOVED      1024  /* bytes in one time-out's time, else the transfer is given up */
#define MIEN_HTTP_MAX_REDIRECTS  5
#define MIEN_HTTP_MAX_CONNS_HOST 6
#define MIEN_HTTP_MAX_REASON     300   /* bytes of a refusal's own text that are shown */

/* The status of a MIEN_HTTP_ERROR_STATUS; 0 for every other error. */
guint mien_http_error_get_status (const GError *error);

/* bytes; total 0: unknown; main thread */
typedef void (*MienProgress) (guint64 done, guint64 total, gpointer user_data);

/* time-outs, user agent, connection limits; no cookies */
SoupSession *mien_http_session_new (void);

/* GET. @etag (may be NULL) makes it conditional; not modified: bytes NULL, no error, *not_modified TRUE. @max_bytes
 * counts after decompression. A redirection is followed within http and https, never from https to http. */
void    mien_http_get_async (SoupSession *session, const char *uri, const char *etag, gsize max_bytes,
                             MienProgress progress,
                             gpointer progress_data, int io_priority, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
GBytes *mien_http_get_finish (SoupSession *session, GAsyncResult *result, char **out_etag, gboolean *not_modified,
                              GError **error);

/* PUT or POST of bytes; the answer's body is returned (at most max_answer bytes; never NULL without an error).
 * @headers: "Name", "value", ..., NULL, or NULL. A redirection is an error: the bytes go where they were meant to go or
 * nowhere. */
void    mien_http_send_async (SoupSession *session, const char *method, const char *uri, const char *content_type,
                              GBytes *body,
                              const char * const *headers, gsize max_answer, MienProgress upload_progress,
                              MienProgress download_progress, gpointer progress_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *mien_http_send_finish (SoupSession *session, GAsyncResult *result, guint *out_status, GError **error);

G_END_DECLS
