/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-certificate.h"
#include "mien-http-listener.h"

#define MAX_BODY 1000

typedef struct
{
  MienServerConfig *config;
  MienHttpListener *listener;
  guint             handled;
  gsize             body;
  SoupServerMessage *paused;
} Fixture;

static void
on_echo (MienHttpListener *listener, SoupServerMessage *message, const char *path, GHashTable *query,
         gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->handled++;
  fixture->body = soup_server_message_get_request_body (message)->length;
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "hello", 5);
}

static gboolean
on_check (MienHttpListener *listener, SoupServerMessage *message, const char *path, guint64 *max_body,
          gpointer user_data)
{
  if (g_str_has_suffix (path, "/forbidden"))
    {
      mien_http_fail (message, SOUP_STATUS_FORBIDDEN, "not this one");
      return FALSE;
    }
  if (g_str_has_suffix (path, "/small"))
    *max_body = 10;
  return TRUE;
}

static void
on_slow (MienHttpListener *listener, SoupServerMessage *message, const char *path, GHashTable *query,
         gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->paused = g_object_ref (message);
  soup_server_message_pause (message);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const MienHttpRoute echo = { "GET PUT", MAX_BODY, on_check, on_echo };
  static const MienHttpRoute inner = { "GET", 0, NULL, on_echo };
  static const MienHttpRoute slow = { "GET", 0, NULL, on_slow };
  g_autoptr (GError) error = NULL;

  fixture->config = mien_server_config_parse ("[server]\ndata-directory=d\n[http]\nlisten=127.0.0.1:0\n", "/srv",
                                              &error);
  g_assert_no_error (error);
  fixture->listener = mien_http_listener_new (fixture->config);
  mien_http_listener_add (fixture->listener, "/a/", &echo, fixture, NULL);
  mien_http_listener_add (fixture->listener, "/a/b", &inner, fixture, NULL);
  mien_http_listener_add (fixture->listener, "/slow", &slow, fixture, NULL);
  g_assert_true (mien_http_listener_start (fixture->listener, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mien_http_listener_get_port (fixture->listener), !=, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->paused);
  mien_http_listener_stop (fixture->listener);
  mien_http_listener_stop (fixture->listener);
  g_assert_finalize_object (fixture->listener);
  mien_server_config_unref (fixture->config);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static gboolean
accept_this (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags problems, gpointer expected)
{
  return g_tls_certificate_is_same (certificate, expected);
}

/* Sends @request as it is and gives back all that comes until the server closes (or has sent @until). */
static char *
talk (Fixture *fixture, const char *request, gsize length, const char *until)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GAsyncResult) connected = NULL, written = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  GString *answer = g_string_new (NULL);

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", mien_http_listener_get_port (fixture->listener), NULL,
                                         on_result, &connected);
  connection = g_socket_client_connect_to_host_finish (client, wait_for (&connected), &error);
  g_assert_no_error (error);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, length, 0, NULL,
                                   on_result, &written);
  while (TRUE)
    {
      g_autoptr (GAsyncResult) got = NULL;
      char buffer[4096];
      gssize n;

      g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, 0,
                                 NULL, on_result, &got);
      n = g_input_stream_read_finish (g_io_stream_get_input_stream (G_IO_STREAM (connection)), wait_for (&got), NULL);
      if (n <= 0)
        break;
      g_string_append_len (answer, buffer, n);
      if (until != NULL && strstr (answer->str, until) != NULL)
        break;
    }
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  wait_for (&written);
  return g_string_free (answer, FALSE);
}

typedef struct
{
  const char *name;
  const char *request;      /* after it "Host: x\r\nConnection: close\r\n\r\n" and body */
  const char *body;
  const char *expect;       /* in the answer */
  guint       handled;
} Exchange;

static const Exchange exchanges[] = {
  { "get", "GET /a/x HTTP/1.1\r\n", "", "HTTP/1.1 200", 1 },
  { "head", "HEAD /a/x HTTP/1.1\r\n", "", "Content-Length: 5", 1 },
  { "nosniff", "GET /a/x HTTP/1.1\r\n", "", "X-Content-Type-Options: nosniff", 1 },
  { "longest-path", "PUT /a/b/c HTTP/1.1\r\nContent-Length: 1\r\n", "x", "HTTP/1.1 405", 0 },
  { "not-a-prefix", "GET /ab HTTP/1.1\r\n", "", "HTTP/1.1 404", 0 },
  { "exact-and-below", "GET /a/bc HTTP/1.1\r\n", "", "HTTP/1.1 200", 1 },
  { "not-found", "GET /zzz HTTP/1.1\r\n", "", "There is nothing", 0 },
  { "allow", "DELETE /a/x HTTP/1.1\r\n", "", "Allow: GET, PUT, HEAD, OPTIONS", 0 },
  { "options", "OPTIONS /a/x HTTP/1.1\r\n", "", "HTTP/1.1 204", 0 },
  { "preflight", "OPTIONS /a/x HTTP/1.1\r\n", "", "Access-Control-Allow-Methods: GET, PUT, HEAD, OPTIONS", 0 },
  { "put", "PUT /a/x HTTP/1.1\r\nContent-Length: 5\r\n", "12345", "HTTP/1.1 200", 1 },
  { "put-chunked", "PUT /a/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "5\r\n12345\r\n0\r\n\r\n", "HTTP/1.1 200",
    1 },
  { "check", "PUT /a/forbidden HTTP/1.1\r\nContent-Length: 5\r\n", "12345", "not this one", 0 },
  { "check-limit", "PUT /a/small HTTP/1.1\r\nContent-Length: 11\r\n", "12345678901", "HTTP/1.1 413", 0 },
  { "too-long", "PUT /a/x HTTP/1.1\r\nContent-Length: 1001\r\n", "", "HTTP/1.1 413", 0 },
  { "much-too-long", "PUT /a/x HTTP/1.1\r\nContent-Length: 99999999999999\r\n", "", "HTTP/1.1 413", 0 },
  { "body-for-get", "GET /a/b HTTP/1.1\r\nContent-Length: 3\r\n", "xyz", "HTTP/1.1 413", 0 },
  { "expect", "PUT /a/x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n", "", "HTTP/1.1 413", 0 },
  { "expect-forbidden", "PUT /a/forbidden HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 50\r\n", "",
    "HTTP/1.1 403", 0 },
  { "dots", "GET /a/%2e%2e/etc HTTP/1.1\r\n", "", "HTTP/1.1 40", 0 },
  { "nonsense", "\x16\x03\x01 HTTP\r\n", "", "", 0 },
};

static void
test_exchange (Fixture *fixture, gconstpointer data)
{
  const Exchange *exchange = data;
  g_autofree char *request = g_strconcat (exchange->request, "Host: x\r\nConnection: close\r\n\r\n", exchange->body,
                                          NULL);
  g_autofree char *answer = talk (fixture, request, strlen (request), NULL);

  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, exchange->expect));
  g_assert_cmpuint (fixture->handled, ==, exchange->handled);
}

/* Ten megabytes in chunks without a length: cut off at the limit, with a real answer. */
static void
test_endless_chunks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) request = g_string_new ("PUT /a/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  g_autofree char *answer = NULL;

  for (guint i = 0; i < 10 * 1024; i++)
    {
      g_string_append (request, "400\r\n");
      g_string_set_size (request, request->len + 0x400);
      memset (request->str + request->len - 0x400, 'x', 0x400);
      g_string_append (request, "\r\n");
    }
  answer = talk (fixture, request->str, request->len, "taken here");
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 413"));
  g_assert_nonnull (strstr (answer, "1000 bytes"));
  g_assert_cmpuint (fixture->handled, ==, 0);
}

/* stop() waits for what is under way. */
static gboolean
finish_paused (gpointer user_data)
{
  Fixture *fixture = user_data;

  soup_server_message_set_status (fixture->paused, 200, NULL);
  soup_server_message_set_response (fixture->paused, "text/plain", SOUP_MEMORY_STATIC, "late", 4);
  soup_server_message_unpause (fixture->paused);
  g_clear_object (&fixture->paused);
  return G_SOURCE_REMOVE;
}

static void
test_stop_waits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  g_autofree char *url = g_strconcat (mien_http_listener_get_public_url (fixture->listener), "/slow", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  soup_session_send_and_read_async (session, message, 0, NULL, on_result, &result);
  while (fixture->paused == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_timeout_add (20, finish_paused, fixture);
  mien_http_listener_stop (fixture->listener);
  bytes = soup_session_send_and_read_finish (session, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "late", 4);
}

/* What may take longer than stop() waits is answered when it is told: the end of the server does not wait for it. */
static void
on_stopping (MienHttpListener *listener, gpointer user_data)
{
  finish_paused (user_data);
}

static void
test_stop_tells (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  g_autofree char *url = g_strconcat (mien_http_listener_get_public_url (fixture->listener), "/slow", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start;

  g_signal_connect (fixture->listener, "stopping", G_CALLBACK (on_stopping), fixture);
  soup_session_send_and_read_async (session, message, 0, NULL, on_result, &result);
  while (fixture->paused == NULL)
    g_main_context_iteration (NULL, TRUE);
  start = g_get_monotonic_time ();
  mien_http_listener_stop (fixture->listener);
  g_assert_cmpint (g_get_monotonic_time () - start, <, MIEN_HTTP_STOP_SECONDS * G_USEC_PER_SEC / 2);
  bytes = soup_session_send_and_read_finish (session, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "late", 4);
}

static void
test_address_in_use (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strdup_printf ("[server]\ndata-directory=d\n[http]\nlisten=127.0.0.1:%u\n",
                                           mien_http_listener_get_port (fixture->listener));
  g_autoptr (MienServerConfig) config = mien_server_config_parse (text, "/srv", NULL);
  g_autoptr (MienHttpListener) second = mien_http_listener_new (config);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_http_listener_start (second, &error));
  g_assert_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_LISTEN);
  g_assert_true (g_str_has_prefix (error->message, "[http] listen="));
}

/* [http] certificate= and key=: the same listener inside TLS; its public address says https, and plain HTTP gets
 * nothing. */
static void
test_tls (void)
{
  g_autofree char *directory = test_folder_new ("http-tls");
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = mien_certificate_ensure (directory, "localhost", &error);
  g_autoptr (MienServerConfig) config = NULL;
  g_autoptr (MienHttpListener) listener = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();
  static const MienHttpRoute echo = { "GET", 0, NULL, on_echo };
  Fixture fixture = { 0 };

  g_assert_no_error (error);
  config = mien_server_config_parse (
      "[server]\ndata-directory=d\n[http]\nlisten=127.0.0.1:0\ncertificate=certificate.pem\nkey=key.pem\n", directory,
      &error);
  g_assert_no_error (error);
  listener = mien_http_listener_new (config);
  mien_http_listener_add (listener, "/a/", &echo, &fixture, NULL);
  g_assert_true (mien_http_listener_start (listener, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (mien_http_listener_get_public_url (listener), "https://127.0.0.1:"));
  for (int trusted = 0; trusted < 2; trusted++)
    {
      g_autofree char *url = g_strconcat (mien_http_listener_get_public_url (listener), "/a/x", NULL);
      g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) body = NULL;
      g_autoptr (GError) failure = NULL;

      if (trusted)
        g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_this), certificate);
      soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
      body = soup_session_send_and_read_finish (session, wait_for (&result), &failure);
      if (!trusted)
        {
          g_assert_error (failure, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
          continue;
        }
      g_assert_no_error (failure);
      g_assert_cmpuint (soup_message_get_status (message), ==, 200);
      g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "hello", 5);
    }
  g_assert_cmpuint (fixture.handled, ==, 1);
  fixture.listener = listener;
  {
    static const char request[] = "GET /a/x HTTP/1.1\r\nHost: x\r\n\r\n";
    g_autofree char *answer = talk (&fixture, request, strlen (request), NULL);

    g_assert_null (strstr (answer, "hello"));
    g_assert_cmpuint (fixture.handled, ==, 1);
  }
  soup_session_abort (session);
  mien_http_listener_stop (listener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      g_autofree char *path = g_strconcat ("/server/http/", exchanges[i].name, NULL);

      g_test_add (path, Fixture, &exchanges[i], set_up, test_exchange, tear_down);
    }
  g_test_add ("/server/http/endless-chunks", Fixture, NULL, set_up, test_endless_chunks, tear_down);
  g_test_add_func ("/server/http/tls", test_tls);
  g_test_add ("/server/http/stop-waits", Fixture, NULL, set_up, test_stop_waits, tear_down);
  g_test_add ("/server/http/stop-tells", Fixture, NULL, set_up, test_stop_tells, tear_down);
  g_test_add ("/server/http/address-in-use", Fixture, NULL, set_up, test_address_in_use, tear_down);
  return g_test_run ();
}
