/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-http"

#include "mien-config.h"

#include "mien-http.h"
#include "mien-http-error.h"

#include <glib/gi18n-lib.h>

#define PIECE (64 * 1024)              /* bytes of one read */

/* One transfer: send, follow redirections, read within the limit. It has a cancellable of its own, which the caller's
 * cancels and which the watch for a stalled transfer cancels as well. */
typedef struct
{
  SoupMessage  *message;
  GInputStream *stream;
  GByteArray   *bytes;
  guint8       *piece;
  char         *host;                  /* for messages; never the address, which may be a secret */
  char         *etag;
  GBytes       *body;
  MienProgress  upload_progress;
  MienProgress  download_progress;
  gpointer      progress_data;
  guint64       uploaded;
  guint64       total;                 /* of the answer; 0 unknown */
  gsize         max_bytes;
  int           io_priority;
  guint         redirects;
  gboolean      follows;               /* redirections */

  GCancellable *inner;
  gulong        outer_id;
  GSource      *watch;
  guint64       moved;                 /* bytes in either direction */
  guint64       moved_then;            /* at the watch's last look */
  gboolean      started;               /* it has a connection, or is making one */
  gboolean      stalled;

  char         *answer_etag;
  gboolean      not_modified;
} Transfer;

static void send_message (GTask *task);

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_free (self->piece);
  g_free (self->host);
  g_free (self->etag);
  g_clear_pointer (&self->body, g_bytes_unref);
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  g_clear_object (&self->inner);
  g_free (self->answer_etag);
  g_free (self);
}

SoupSession *
mien_http_session_new (void)
{
  return soup_session_new_with_options ("user-agent", "Mien/" MIEN_VERSION,
                                        "timeout", MIEN_HTTP_TIMEOUT,
                                        "idle-timeout", 60,
                                        "max-conns", 24,
                                        "max-conns-per-host", MIEN_HTTP_MAX_CONNS_HOST,
                                        NULL);
}

/* The end of every transfer, once. */
static void
detach (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);

  if (self->outer_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), self->outer_id);
  self->outer_id = 0;
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
}

/* @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Transfer *self = g_task_get_task_data (task);
  G_GNUC_UNUSED g_autoptr (GTask) owned = task;   /* its last reference goes with this function */
  g_autoptr (GError) reported = error;

  detach (task);
  g_cancellable_cancel (self->inner);   /* gives the connection up, whatever still comes */
  if (self->stalled)
    g_task_return_new_error (task, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TIMEOUT,
                             _("The transfer with %s came to a stop. Try again later."), self->host);
  else
    g_task_return_error (task, mien_http_error_from_transport (reported, self->host));
}

static void
succeed (GTask *task, GBytes *bytes)
{
  G_GNUC_UNUSED g_autoptr (GTask) owned = task;   /* its last reference goes with this function */

  detach (task);
  g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
}

/* The time-out of the session counts for one read; a server that sends a byte now and then would never reach it. A
 * message that waits for a free connection is not looked at. */
static gboolean
on_watch (gpointer data)
{
  Transfer *self = data;

  if (self->started && self->moved - self->moved_then < MIEN_HTTP_MIN_MOVED)
    {
      self->stalled = TRUE;
      g_cancellable_cancel (self->inner);
      return G_SOURCE_REMOVE;
    }
  self->moved_then = self->moved;
  return G_SOURCE_CONTINUE;
}

static void
on_starting (Transfer *self)
{
  if (!self->started)
    {
      self->started = TRUE;
      /* The first look comes a whole period after the start. */
      self->moved += MIEN_HTTP_MIN_MOVED;
    }
}

static void
on_outer_cancelled (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* The server's own text of a refusal, when it is plain text that can be shown. */
static char *
refusal_text (Transfer *self)
{
  const char *type = soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
  g_autofree char *text = NULL;
  gsize length = MIN (self->bytes->len, MIEN_HTTP_MAX_REASON);

  if (g_strcmp0 (type, "text/plain") != 0 || length == 0)
    return NULL;
  text = g_strstrip (g_utf8_make_valid ((const char *) self->bytes->data, length));
  for (char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_iscntrl (*p))
        *p = ' ';
    }
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
finish_body (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);
  guint status = soup_message_get_status (self->message);

  g_debug ("%s %s: %u, %u bytes", soup_message_get_method (self->message), self->host, status, self->bytes->len);
  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      g_autofree char *reason = refusal_text (self);

      fail (task, mien_http_error_from_status (status, reason, self->host));
      return;
    }
  self->answer_etag = g_strdup (soup_message_headers_get_one (soup_message_get_response_headers (self->message),
                                                              "ETag"));
  succeed (task, g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes)));
}

static void
fail_too_large (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);

  fail (task, g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TOO_LARGE,
                           _("%s sends more than the %zu bytes that are taken here."),
                           self->host, self->max_bytes));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gboolean refused = !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message));

  if (length < 0)
    {
      fail (task, error);
      return;
    }
  self->moved += length;
  if (length > 0 && self->bytes->len + (gsize) length > self->max_bytes)
    {
      /* Of a refusal only the beginning is wanted. */
      if (refused)
        finish_body (task);
      else
        fail_too_large (task);
      return;
    }
  if (length == 0)
    {
      finish_body (task);
      return;
    }
  g_byte_array_append (self->bytes, self->piece, length);
  if (self->download_progress != NULL && !refused)
    self->download_progress (self->bytes->len, self->total, self->progress_data);
  g_input_stream_read_async (self->stream, self->piece, PIECE, self->io_priority, self->inner, on_read, task);
}

/* Takes the new address, or fails the task. */
static void
follow (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Location");
  GUri *base = soup_message_get_uri (self->message);
  g_autoptr (GUri) uri = location != NULL ? g_uri_parse_relative (base, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  gboolean allowed = g_str_equal (scheme, "https")
                     || (g_str_equal (scheme, "http") && !g_str_equal (g_uri_get_scheme (base), "https"));

  if (!allowed || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || ++self->redirects > MIEN_HTTP_MAX_REDIRECTS)
    {
      fail (task, g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_BAD_URI,
                               _("%s sends on to an address that is not followed."), self->host));
      return;
    }
  g_clear_object (&self->stream);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  self->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  g_free (self->host);
  self->host = g_strdup (g_uri_get_host (uri));
  if (self->etag != NULL)
    soup_message_headers_append (soup_message_get_request_headers (self->message), "If-None-Match", self->etag);
  send_message (task);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Transfer *self = g_task_get_task_data (task);
  GError *error = NULL;
  SoupMessageHeaders *headers;
  goffset length;
  guint status;

  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->stream == NULL)
    {
      fail (task, error);
      return;
    }

  status = soup_message_get_status (self->message);
  headers = soup_message_get_response_headers (self->message);
  if (self->follows && SOUP_STATUS_IS_REDIRECTION (status) && status != SOUP_STATUS_NOT_MODIFIED)
    {
      follow (task);
      return;
    }
  if (status == SOUP_STATUS_NOT_MODIFIED && self->etag != NULL)
    {
      self->not_modified = TRUE;
      self->answer_etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
      succeed (task, NULL);
      return;
    }

  /* Told before anything is read. Compressed, the length says nothing about what comes out. */
  if (SOUP_STATUS_IS_SUCCESSFUL (status) && soup_message_headers_get_one (headers, "Content-Encoding") == NULL
      && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    {
      length = soup_message_headers_get_content_length (headers);
      if (length > 0 && (guint64) length > self->max_bytes)
        {
          fail_too_large (task);
          return;
        }
      self->total = length > 0 ? (guint64) length : 0;
    }
  self->bytes = g_byte_array_sized_new (self->total > 0 ? (guint) self->total : 4096);
  self->piece = g_malloc (PIECE);
  g_input_stream_read_async (self->stream, self->piece, PIECE, self->io_priority, self->inner, on_read, task);
}

static void
on_wrote_body_data (SoupMessage *message, guint length, gpointer data)
{
  Transfer *self = data;

  self->uploaded += length;
  self->moved += length;
  if (self->upload_progress != NULL)
    self->upload_progress (self->uploaded, g_bytes_get_size (self->body), self->progress_data);
}

/* A server closes connections that are idle, ours after MIEN_HTTP_IDLE_SECONDS. When it does so while the next request
 * is on its way, libsoup sends that again on a new connection (RFC 9112 section 9.3.1), but it has read the body
 * already. */
static void
on_restarted (SoupMessage *message, gpointer data)
{
  Transfer *self = data;
  const char *type = soup_message_headers_get_one (soup_message_get_request_headers (message), "Content-Type");
  g_autofree char *content_type = g_strdup (type);

  self->uploaded = 0;
  soup_message_set_request_body_from_bytes (message, content_type, self->body);
}

static void
send_message (GTask *task)
{
  Transfer *self = g_task_get_task_data (task);

  g_signal_connect_swapped (self->message, "network-event", G_CALLBACK (on_starting), self);
  g_signal_connect_swapped (self->message, "starting", G_CALLBACK (on_starting), self);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_session_send_async (g_task_get_source_object (task), self->message, self->io_priority, self->inner,
                           on_sent, task);
}

/* The message, or NULL after the task was failed. */
static Transfer *
transfer_start (GTask *task, const char *method, const char *uri, gsize max_bytes, int io_priority)
{
  Transfer *self = g_new0 (Transfer, 1);
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  GCancellable *outer = g_task_get_cancellable (task);
  guint timeout = soup_session_get_timeout (g_task_get_source_object (task));
  const char *scheme = parsed != NULL ? g_uri_get_scheme (parsed) : "";

  self->max_bytes = MIN (max_bytes, (gsize) G_MAXINT);
  self->io_priority = io_priority;
  self->inner = g_cancellable_new ();
  g_task_set_task_data (task, self, transfer_free);

  if ((!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
      || g_uri_get_host (parsed) == NULL || *g_uri_get_host (parsed) == '\0')
    {
      self->host = g_strdup ("");
      fail (task, g_error_new_literal (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_BAD_URI,
                                       _("This is not an address of the web (http or https).")));
      return NULL;
    }
  self->host = g_strdup (g_uri_get_host (parsed));
  self->message = soup_message_new_from_uri (method, parsed);
  if (outer != NULL)
    self->outer_id = g_cancellable_connect (outer, G_CALLBACK (on_outer_cancelled), g_object_ref (self->inner),
                                            g_object_unref);
  if (timeout > 0)
    {
      self->watch = g_timeout_source_new_seconds (timeout);
      g_source_set_callback (self->watch, on_watch, self, NULL);
      g_source_attach (self->watch, g_task_get_context (task));
    }
  return self;
}

void
mien_http_get_async (SoupSession *session, const char *uri, const char *etag, gsize max_bytes, MienProgress progress,
                     gpointer progress_data, int io_priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task;
  Transfer *self;

  g_return_if_fail (SOUP_IS_SESSION (session) && uri != NULL);

  task = g_task_new (session, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_http_get_async);
  self = transfer_start (task, SOUP_METHOD_GET, uri, max_bytes, io_priority);
  if (self == NULL)
    return;
  self->follows = TRUE;
  self->download_progress = progress;
  self->progress_data = progress_data;
  self->etag = g_strdup (etag);
  if (etag != NULL)
    soup_message_headers_append (soup_message_get_request_headers (self->message), "If-None-Match", etag);
  send_message (task);
}

GBytes *
mien_http_get_finish (SoupSession *session, GAsyncResult *result, char **out_etag, gboolean *not_modified,
                      GError **error)
{
  GTask *task;
  Transfer *self;
  GError *local_error = NULL;
  GBytes *bytes;

  g_return_val_if_fail (g_async_result_is_tagged (result, mien_http_get_async), NULL);

  task = G_TASK (result);
  self = g_task_get_task_data (task);
  bytes = g_task_propagate_pointer (task, &local_error);
  if (not_modified != NULL)
    *not_modified = local_error == NULL && self->not_modified;
  if (out_etag != NULL)
    *out_etag = local_error == NULL ? g_steal_pointer (&self->answer_etag) : NULL;
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return bytes;
}

void
mien_http_send_async (SoupSession *session, const char *method, const char *uri, const char *content_type, GBytes *body,
                      const char * const *headers, gsize max_answer, MienProgress upload_progress,
                      MienProgress download_progress, gpointer progress_data, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;
  Transfer *self;

  g_return_if_fail (SOUP_IS_SESSION (session) && method != NULL && uri != NULL && body != NULL);

  task = g_task_new (session, cancellable, callback, user_data);
  g_task_set_source_tag (task, mien_http_send_async);
  self = transfer_start (task, method, uri, max_answer, G_PRIORITY_DEFAULT);
  if (self == NULL)
    return;
  self->upload_progress = upload_progress;
  self->download_progress = download_progress;
  self->progress_data = progress_data;
  self->body = g_bytes_ref (body);
  for (gsize i = 0; headers != NULL && headers[i] != NULL && headers[i + 1] != NULL; i += 2)
    soup_message_headers_append (soup_message_get_request_headers (self->message), headers[i], headers[i + 1]);
  soup_message_set_request_body_from_bytes (self->message, content_type, body);
  g_signal_connect (self->message, "wrote-body-data", G_CALLBACK (on_wrote_body_data), self);
  g_signal_connect (self->message, "restarted", G_CALLBACK (on_restarted), self);
  send_message (task);
}

GBytes *
mien_http_send_finish (SoupSession *session, GAsyncResult *result, guint *out_status, GError **error)
{
  GTask *task;
  Transfer *self;

  g_return_val_if_fail (g_async_result_is_tagged (result, mien_http_send_async), NULL);

  task = G_TASK (result);
  self = g_task_get_task_data (task);
  if (out_status != NULL)
    *out_status = self->message != NULL ? soup_message_get_status (self->message) : 0;
  return g_task_propagate_pointer (task, error);
}
