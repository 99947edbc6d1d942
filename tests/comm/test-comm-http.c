/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <mien-http.h>

/* Two servers in this process, both on port 0: one well-behaved (SoupServer), one that plays back raw bytes. */
typedef struct
{
  SoupServer     *server;
  char           *base;
  GSocketService *raw;
  char           *raw_base;
  SoupSession    *session;
  GCancellable   *cancellable;
  guint           open;                /* raw connections that are still being fed */

  /* what came */
  gboolean        done;
  GBytes         *bytes;
  GError         *error;
  char           *etag;
  gboolean        not_modified;
  guint           status;
  guint           n_progress;
  guint64         last_done, last_total;
  gboolean        progress_fell;
} Fixture;

static const char payload[] = "0123456789";

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);
  const char *method = soup_server_message_get_method (message);

  if (g_str_equal (path, "/file"))
    {
      soup_message_headers_append (response, "ETag", "\"v1\"");
      if (g_strcmp0 (soup_message_headers_get_one (request, "If-None-Match"), "\"v1\"") == 0)
        soup_server_message_set_status (message, 304, NULL);
      else
        {
          soup_server_message_set_status (message, 200, NULL);
          soup_server_message_set_response (message, "image/png", SOUP_MEMORY_STATIC, payload, 10);
        }
    }
  else if (g_str_equal (path, "/big"))
    {
      g_autofree char *big = g_malloc0 (1000 * 1000);

      soup_server_message_set_status (message, 200, NULL);
      soup_server_message_set_response (message, "image/png", SOUP_MEMORY_COPY, big, 1000 * 1000);
    }
  else if (g_str_equal (path, "/to-file"))
    soup_server_message_set_redirect (message, 302, "/file");
  else if (g_str_equal (path, "/loop"))
    soup_server_message_set_redirect (message, 302, "/loop");
  else if (g_str_has_prefix (path, "/to-scheme"))
    {
      soup_message_headers_append (response, "Location", (const char *) g_hash_table_lookup (query, "u"));
      soup_server_message_set_status (message, 302, NULL);
    }
  else if (g_str_equal (path, "/put"))
    {
      SoupMessageBody *body = soup_server_message_get_request_body (message);

      if (g_strcmp0 (soup_message_headers_get_one (request, "Authorization"), "Bearer t") != 0
          || !g_str_equal (method, "PUT"))
        soup_server_message_set_status (message, 401, NULL);
      else
        {
          g_autofree char *answer = g_strdup_printf ("%" G_GOFFSET_FORMAT, body->length);

          soup_server_message_set_status (message, 201, NULL);
          soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, answer, strlen (answer));
        }
    }
  else if (g_str_equal (path, "/refuse"))
    {
      soup_server_message_set_status (message, 413, NULL);
      soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "The picture is\ntoo large.", 25);
    }
  else if (g_str_equal (path, "/hang"))
    soup_server_message_pause (message);
  else
    soup_server_message_set_status (message, 404, NULL);
  (void) f;
}

static const struct { const char *path; const char *answer; gboolean endless; } raw_answers[] = {
  { "/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", FALSE },
  { "/headless", "", FALSE },
  { "/garbage", "\x01\x02\x03 not http at all\r\n\r\n", FALSE },
  { "/says-huge", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc", FALSE },
  { "/endless", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", TRUE },
  { "/endless-refusal", "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", TRUE },
  { "/bad-gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", FALSE },
  { "/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", FALSE },
  { "/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", FALSE },
  { "/two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", FALSE },
  { "/longer", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabcdefgh", FALSE },
};

/* The first line of a request, without its headers; NULL: there was none. */
static char *
read_head (GDataInputStream *in, gsize *out_length)
{
  char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);

  *out_length = 0;
  while (line != NULL)
    {
      g_autofree char *header = g_data_input_stream_read_line (in, NULL, NULL, NULL);

      if (header == NULL || *header == '\0')
        break;
      if (g_ascii_strncasecmp (header, "Content-Length:", 15) == 0)
        *out_length = g_ascii_strtoull (header + 15, NULL, 10);
    }
  return line;
}

static char *
read_body_hash (GDataInputStream *in, gsize length)
{
  g_autofree char *body = g_malloc (length + 1);
  gsize n = 0;

  g_input_stream_read_all (G_INPUT_STREAM (in), body, length, &n, NULL, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) body, n);
}

static void
write_text (GOutputStream *out, const char *text)
{
  g_output_stream_write_all (out, text, strlen (text), NULL, NULL, NULL);
}

/* What a listener does whose patience with an idle connection ends just when the next request is sent: the request is
 * taken from the wire, and the connection is closed without an answer. */
static void
close_kept_alive (GDataInputStream *in, GOutputStream *out)
{
  g_autofree char *line = NULL;
  g_autofree char *hash = NULL;
  gsize length;

  write_text (out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  line = read_head (in, &length);
  if (line != NULL && g_str_has_prefix (line, "PUT /whole "))
    hash = read_body_hash (in, length);
}

static void
answer_put (GDataInputStream *in, GOutputStream *out, gsize length)
{
  g_autofree char *hash = read_body_hash (in, length);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s",
                                             (int) strlen (hash), hash);

  write_text (out, answer);
}

static gpointer
raw_thread (gpointer data)
{
  g_autoptr (GIOStream) stream = data;
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  GOutputStream *out = g_io_stream_get_output_stream (stream);
  g_autofree char *line = NULL;
  gsize length;
  char chunk[4096 + 8];

  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  line = read_head (in, &length);
  if (line != NULL && g_str_has_prefix (line, "GET /kept-alive "))
    close_kept_alive (in, out);
  else if (line != NULL && g_str_has_prefix (line, "PUT "))
    answer_put (in, out, length);
  memset (chunk, 'x', sizeof chunk);
  memcpy (chunk, "1000\r\n", 6);
  memcpy (chunk + 6 + 4096, "\r\n", 2);
  for (gsize i = 0; line != NULL && i < G_N_ELEMENTS (raw_answers); i++)
    {
      g_autofree char *start = g_strdup_printf ("GET %s ", raw_answers[i].path);

      if (!g_str_has_prefix (line, start))
        continue;
      g_output_stream_write_all (out, raw_answers[i].answer, strlen (raw_answers[i].answer), NULL, NULL, NULL);
      /* Ends when the client has hung up. */
      while (raw_answers[i].endless && g_output_stream_write_all (out, chunk, sizeof chunk, NULL, NULL, NULL))
        ;
    }
  g_io_stream_close (stream, NULL, NULL);
  return NULL;
}

static gboolean
on_raw (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  g_thread_unref (g_thread_new ("raw", raw_thread, g_object_ref (connection)));
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GSList) uris = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  f->server = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->server);
  f->base = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_foreach (uris, (GFunc) (void (*) (void)) g_uri_unref, NULL);

  f->raw = g_socket_service_new ();
  {
    g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
    g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
    g_autoptr (GSocketAddress) bound = NULL;

    g_socket_listener_add_address (G_SOCKET_LISTENER (f->raw), any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                   &bound,
                                   &error);
    g_assert_no_error (error);
    port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  }
  f->raw_base = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_signal_connect (f->raw, "incoming", G_CALLBACK (on_raw), NULL);

  f->session = mien_http_session_new ();
  f->cancellable = g_cancellable_new ();
}

static void
clear_answer (Fixture *f)
{
  f->done = FALSE;
  g_clear_pointer (&f->bytes, g_bytes_unref);
  g_clear_error (&f->error);
  g_clear_pointer (&f->etag, g_free);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  clear_answer (f);
  soup_session_abort (f->session);
  g_object_unref (f->session);
  soup_server_disconnect (f->server);
  g_object_unref (f->server);
  g_socket_service_stop (f->raw);
  g_socket_listener_close (G_SOCKET_LISTENER (f->raw));
  g_object_unref (f->raw);
  g_object_unref (f->cancellable);
  g_free (f->base);
  g_free (f->raw_base);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  Fixture *f = data;

  f->progress_fell |= done < f->last_done;
  f->last_done = done;
  f->last_total = total;
  f->n_progress++;
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->bytes = mien_http_get_finish (SOUP_SESSION (source), result, &f->etag, &f->not_modified, &f->error);
  f->done = TRUE;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->bytes = mien_http_send_finish (SOUP_SESSION (source), result, &f->status, &f->error);
  f->done = TRUE;
}

static void
wait (Fixture *f)
{
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
get (Fixture *f, const char *base, const char *path, const char *etag, gsize max)
{
  g_autofree char *uri = g_strconcat (base, path, NULL);

  clear_answer (f);
  mien_http_get_async (f->session, uri, etag, max, on_progress, f, G_PRIORITY_DEFAULT, f->cancellable, on_got, f);
  wait (f);
}

static void
test_get (Fixture *f, gconstpointer unused)
{
  get (f, f->base, "/file", NULL, 10);
  g_assert_no_error (f->error);
  g_assert_cmpmem (g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes), payload, 10);
  g_assert_cmpstr (f->etag, ==, "\"v1\"");
  g_assert_false (f->not_modified);
  g_assert_cmpuint (f->last_done, ==, 10);
  g_assert_cmpuint (f->last_total, ==, 10);

  get (f, f->base, "/file", "\"v1\"", 10);
  g_assert_no_error (f->error);
  g_assert_null (f->bytes);
  g_assert_true (f->not_modified);

  get (f, f->base, "/file", "\"v0\"", 10);
  g_assert_no_error (f->error);
  g_assert_nonnull (f->bytes);

  get (f, f->base, "/to-file", NULL, 10);
  g_assert_no_error (f->error);
  g_assert_cmpuint (g_bytes_get_size (f->bytes), ==, 10);

  get (f, f->base, "/nothing", NULL, 10);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS);
  g_assert_cmpuint (mien_http_error_get_status (f->error), ==, 404);
  g_assert_null (f->bytes);
}

static void
test_limit (Fixture *f, gconstpointer unused)
{
  get (f, f->base, "/file", NULL, 9);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TOO_LARGE);
  g_assert_cmpuint (mien_http_error_get_status (f->error), ==, 0);
  get (f, f->base, "/big", NULL, 1000 * 1000);
  g_assert_no_error (f->error);
  g_assert_cmpuint (g_bytes_get_size (f->bytes), ==, 1000 * 1000);
  g_assert_cmpuint (f->n_progress, >, 1);
  g_assert_false (f->progress_fell);
}

static void
test_hostile (Fixture *f, gconstpointer unused)
{
  static const struct { const char *path; int code; gssize length; } table[] = {
    { "/truncated", MIEN_HTTP_ERROR_TRUNCATED, -1 },
    { "/headless", MIEN_HTTP_ERROR_TRUNCATED, -1 },
    { "/garbage", MIEN_HTTP_ERROR_TRUNCATED, -1 },
    { "/says-huge", MIEN_HTTP_ERROR_TOO_LARGE, -1 },
    { "/endless", MIEN_HTTP_ERROR_TOO_LARGE, -1 },
    { "/endless-refusal", MIEN_HTTP_ERROR_STATUS, -1 },
    { "/bad-gzip", 0, 5 },   /* libsoup hands through what is not compressed after all */
    { "/bad-chunk", 0, 0 },  /* libsoup takes it for the end */
    { "/cut-chunk", MIEN_HTTP_ERROR_TRUNCATED, -1 },
    { "/two-lengths", 0, 3 },
    { "/longer", 0, 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      get (f, f->raw_base, table[i].path, NULL, 100 * 1000);
      if (table[i].code != 0)
        {
          g_test_message ("%s: %s", table[i].path, f->error != NULL ? f->error->message : "no error");
          g_assert_error (f->error, MIEN_HTTP_ERROR, table[i].code);
          g_assert_null (f->bytes);
        }
      else if (f->error == NULL)
        g_assert_cmpint ((gssize) g_bytes_get_size (f->bytes), <=, table[i].length + 1);
    }
}

static void
test_redirects (Fixture *f, gconstpointer unused)
{
  static const char * const targets[] = { "file:///etc/passwd", "ftp://127.0.0.1/", "javascript:1", "data:,x",
                                          "http://", "http:" };

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *escaped = g_uri_escape_string (targets[i], NULL, FALSE);
      g_autofree char *path = g_strdup_printf ("/to-scheme?u=%s", escaped);

      get (f, f->base, path, NULL, 10);
      g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_BAD_URI);
    }
  get (f, f->base, "/loop", NULL, 10);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_BAD_URI);
}

static void
test_bad_addresses (Fixture *f, gconstpointer unused)
{
  static const char * const uris[] = { "", "file:///etc/passwd", "http://", "nonsense", "https:///x", "xmpp:a@b" };
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *closed = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      get (f, uris[i], "", NULL, 10);
      g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_BAD_URI);
    }

  /* Bound and not listening: a connection is refused. */
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  closed = g_strdup_printf ("http://127.0.0.1:%u/", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  get (f, closed, "", NULL, 10);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE);
}

static void
test_put (Fixture *f, gconstpointer unused)
{
  static const char * const headers[] = { "Authorization", "Bearer t", NULL };
  g_autofree char *uri = g_strconcat (f->base, "/put", NULL);
  g_autofree char *refuse = g_strconcat (f->base, "/refuse", NULL);
  g_autofree char *redirect = g_strconcat (f->base, "/to-file", NULL);
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (300 * 1000), 300 * 1000);

  mien_http_send_async (f->session, "PUT", uri, "image/png", body, headers, 100, on_progress, NULL, f, NULL, on_put, f);
  wait (f);
  g_assert_no_error (f->error);
  g_assert_cmpuint (f->status, ==, 201);
  g_assert_cmpmem (g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes), "300000", 6);
  g_assert_cmpuint (f->last_done, ==, 300 * 1000);
  g_assert_cmpuint (f->last_total, ==, 300 * 1000);
  g_assert_false (f->progress_fell);

  clear_answer (f);
  mien_http_send_async (f->session, "PUT", uri, "image/png", body, NULL, 100, NULL, NULL, NULL, NULL, on_put, f);
  wait (f);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS);
  g_assert_cmpuint (f->status, ==, 401);

  clear_answer (f);
  mien_http_send_async (f->session, "PUT", refuse, "image/png", body, NULL, 100, NULL, NULL, NULL, NULL, on_put, f);
  wait (f);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS);
  g_assert_cmpuint (mien_http_error_get_status (f->error), ==, 413);
  g_assert_nonnull (strstr (f->error->message, "The picture is too large."));

  clear_answer (f);
  mien_http_send_async (f->session, "PUT", redirect, "image/png", body, NULL, 100, NULL, NULL, NULL, NULL, on_put, f);
  wait (f);
  g_assert_cmpuint (mien_http_error_get_status (f->error), ==, 302);
}

/* A connection that was kept alive may be closed by the other side at the moment when it is used again: libsoup sends a
 * PUT, which may be repeated, on a new one (RFC 9112 section 9.3.1), and its body must be there once more, however much
 * of it was read before. */
static void
test_put_restarted (Fixture *f, gconstpointer unused)
{
  static const char * const paths[] = { "/whole", "/not-read" };
  const gsize length = 300 * 1000;
  g_autofree guint8 *data = g_malloc (length);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *hash = NULL;

  for (gsize i = 0; i < length; i++)
    data[i] = (guint8) (i * i >> 3);
  body = g_bytes_new (data, length);
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *uri = g_strconcat (f->raw_base, paths[i], NULL);

      get (f, f->raw_base, "/kept-alive", NULL, 10);
      g_assert_no_error (f->error);
      clear_answer (f);
      f->last_done = 0;
      mien_http_send_async (f->session, "PUT", uri, "image/png", body, NULL, 100, on_progress, NULL, f, NULL, on_put,
                            f);
      wait (f);
      g_assert_no_error (f->error);
      g_assert_cmpuint (f->status, ==, 201);
      g_assert_cmpmem (g_bytes_get_data (f->bytes, NULL), g_bytes_get_size (f->bytes), hash, strlen (hash));
      g_assert_cmpuint (f->last_done, ==, length);
      soup_session_abort (f->session);   /* the next round begins with a connection of its own */
    }
}

static gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (Fixture *f, gconstpointer unused)
{
  g_idle_add (cancel, f->cancellable);
  get (f, f->base, "/hang", NULL, 10);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  get (f, f->base, "/file", NULL, 10);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_stall (Fixture *f, gconstpointer unused)
{
  soup_session_set_timeout (f->session, 1);
  get (f, f->base, "/hang", NULL, 10);
  g_assert_error (f->error, MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TIMEOUT);
}

int
main (int argc, char **argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/comm/http/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("get", test_get);
  ADD ("limit", test_limit);
  ADD ("hostile", test_hostile);
  ADD ("redirects", test_redirects);
  ADD ("bad-addresses", test_bad_addresses);
  ADD ("put", test_put);
  ADD ("put-restarted", test_put_restarted);
  ADD ("cancel", test_cancel);
  ADD ("stall", test_stall);
  return g_test_run ();
}
