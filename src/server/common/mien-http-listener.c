/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-http"

#include "mien-http-listener.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "mien-certificate.h"
#include "mien-http-refusal.h"
#include "mien-listen.h"

/* One accepted connection. It lives until its socket connection is finalized, whoever holds that last. */
typedef struct
{
  MienHttpListener  *listener;      /* (nullable) borrowed; NULL after the listener is gone */
  GSocketConnection *socket;        /* borrowed: this is its weak notify */
  GSocketAddress    *remote;        /* (nullable) the very object that SoupServerMessage returns */
  gint64             deadline;      /* monotonic; 0: neither a handshake nor a request is being received */
} Connection;

typedef struct
{
  char           *path;
  MienHttpRoute   route;
  gpointer        user_data;
  GDestroyNotify  destroy;
} Route;

/* A request between its headers and its end. */
typedef struct
{
  MienHttpListener  *listener;      /* borrowed */
  SoupServerMessage *message;       /* borrowed: its weak notify ends this */
  const Route       *route;         /* (nullable) borrowed; NULL: answered by the listener itself */
  guint64            max_body;
  guint64            received;
} Request;

struct _MienHttpListener
{
  GObject parent_instance;

  MienServerConfig *config;
  GMainContext     *context;
  GSocketService   *service;
  SoupServer       *soup;
  GTlsCertificate  *certificate;   /* (nullable) */
  char             *bound;         /* (nullable) "127.0.0.1:8080" */
  char             *public_url;    /* (nullable) */
  GPtrArray        *routes;        /* Route, longest path first */
  GHashTable       *connections;   /* Connection set */
  GHashTable       *by_remote;     /* GSocketAddress (the object itself) → Connection */
  GHashTable       *requests;      /* SoupServerMessage → Request */
  GCancellable     *handshakes;
  GSource          *watch;         /* looks for requests that take too long to come */
  gboolean          running;
  gboolean          full;          /* MIEN_HTTP_MAX_CONNECTIONS are open */
};

enum { SIGNAL_STOPPING, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienHttpListener, mien_http_listener, G_TYPE_OBJECT)

static void
route_free (gpointer data)
{
  Route *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free ((char *) self->route.methods);
  g_free (self->path);
  g_free (self);
}

/* "/avatars/" takes everything below it; "/health" takes itself and what is below it. */
static gboolean
route_covers (const Route *self, const char *path)
{
  gsize length = strlen (self->path);

  return strncmp (path, self->path, length) == 0
         && (path[length] == '\0' || self->path[length - 1] == '/' || path[length] == '/');
}

static const Route *
find_route (MienHttpListener *self, const char *path)
{
  for (guint i = 0; i < self->routes->len; i++)
    {
      const Route *route = g_ptr_array_index (self->routes, i);

      if (route_covers (route, path))
        return route;
    }
  return NULL;
}

static gboolean
route_allows (const Route *self, const char *method)
{
  g_auto (GStrv) methods = g_strsplit (self->route.methods, " ", -1);

  return g_strv_contains ((const char *const *) methods, g_str_equal (method, "HEAD") ? "GET" : method);
}

static char *
route_allow_header (const Route *self)
{
  g_auto (GStrv) methods = g_strsplit (self->route.methods, " ", -1);
  g_autofree char *joined = g_strjoinv (", ", methods);

  if (g_strv_contains ((const char *const *) methods, "GET"))
    return g_strconcat (joined, ", HEAD, OPTIONS", NULL);
  return g_strconcat (joined, ", OPTIONS", NULL);
}

void
mien_http_fail (SoupServerMessage *message, guint status, const char *text)
{
  g_autofree char *body = NULL;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (status >= 400 && text != NULL);

  body = g_strconcat (text, "\n", NULL);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, body, strlen (body));
}

static gboolean
has_body (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  switch (soup_message_headers_get_encoding (headers))
    {
    case SOUP_ENCODING_NONE:
      return FALSE;
    case SOUP_ENCODING_CONTENT_LENGTH:
      return soup_message_headers_get_content_length (headers) > 0;
    default:
      return TRUE;
    }
}

static void
fail_too_large (SoupServerMessage *message, guint64 max_body)
{
  g_autofree char *text = NULL;

  if (max_body == 0)
    text = g_strdup (_("This address takes no body."));
  else
    text = g_strdup_printf (_("The body is too large: at most %" PRIu64 " bytes are taken here."), max_body);
  mien_http_fail (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, text);
}

/* TRUE when the request may go on; else it has its status. */
static gboolean
check_headers (MienHttpListener *self, SoupServerMessage *message, const char *path, Request *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *answer = soup_server_message_get_response_headers (message);
  const char *method = soup_server_message_get_method (message);
  const Route *route = find_route (self, path);
  g_autofree char *allow = NULL;

  soup_message_headers_replace (answer, "X-Content-Type-Options", "nosniff");
  if (route == NULL)
    {
      mien_http_fail (message, SOUP_STATUS_NOT_FOUND, _("There is nothing at this address."));
      return FALSE;
    }
  allow = route_allow_header (route);
  if (g_str_equal (method, "OPTIONS"))
    {
      soup_message_headers_replace (answer, "Allow", allow);
      /* For pages of another origin (CORS): everything here is public, or guarded by an address that cannot be
         guessed. */
      soup_message_headers_replace (answer, "Access-Control-Allow-Origin", "*");
      soup_message_headers_replace (answer, "Access-Control-Allow-Methods", allow);
      soup_message_headers_replace (answer, "Access-Control-Allow-Headers", "Content-Type, If-None-Match");
      soup_message_headers_replace (answer, "Access-Control-Max-Age", "86400");
      soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
      return FALSE;
    }
  if (!route_allows (route, method))
    {
      soup_message_headers_replace (answer, "Allow", allow);
      mien_http_fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, _("This address does not take this method."));
      return FALSE;
    }
  request->max_body = route->route.max_body;
  if (route->route.check != NULL
      && !route->route.check (self, message, path, &request->max_body, route->user_data))
    return FALSE;
  request->max_body = MIN (request->max_body, MIEN_HTTP_MAX_BODY_ABSOLUTE);
  if (has_body (message)
      && (request->max_body == 0
          || (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
              && (guint64) soup_message_headers_get_content_length (headers) > request->max_body)))
    {
      fail_too_large (message, request->max_body);
      return FALSE;
    }
  request->route = route;
  return TRUE;
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, MienHttpListener *self)
{
  Request *request = g_hash_table_lookup (self->requests, message);

  if (request == NULL)
    return;
  request->received += g_bytes_get_size (chunk);
  if (request->received <= request->max_body)
    return;
  fail_too_large (message, request->max_body);
  mien_http_refuse (message, 0, NULL);
}

static void
on_headers_checked (MienHttpListener *self, SoupServerMessage *message, gboolean accepted)
{
  if (!has_body (message))
    return;
  if (accepted)
    g_signal_connect_object (message, "got-chunk", G_CALLBACK (on_got_chunk), self, 0);
  else
    mien_http_refuse (message, 0, NULL);   /* a refused body is not worth reading */
}

static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  MienHttpListener *self = user_data;
  Request *request = g_hash_table_lookup (self->requests, message);

  if (request == NULL)
    return;
  g_object_ref (message);   /* a refusal may otherwise free it */
  on_headers_checked (self, message, check_headers (self, message, path, request));
  g_object_unref (message);
}
static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  MienHttpListener *self = user_data;
  Request *request = g_hash_table_lookup (self->requests, message);

  if (request == NULL || request->route == NULL)
    {
      mien_http_fail (message, SOUP_STATUS_NOT_FOUND, _("There is nothing at this address."));
      return;
    }
  request->route->route.handle (self, message, path, query, request->route->user_data);
}

static Connection *
find_connection (MienHttpListener *self, SoupServerMessage *message)
{
  return g_hash_table_lookup (self->by_remote, soup_server_message_get_remote_address (message));
}

/* The message went away without a word: its connection was taken from it by mien_http_refuse(). */
static void
on_message_gone (gpointer data, GObject *where)
{
  Request *request = data;

  g_hash_table_steal (request->listener->requests, request->message);
  g_main_context_wakeup (request->listener->context);
  g_free (request);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_weak_unref (G_OBJECT (request->message), on_message_gone, request);
  g_free (request);
}

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, MienHttpListener *self)
{
  Connection *connection = find_connection (self, message);
  Request *request = g_new0 (Request, 1);

  request->listener = self;
  request->message = message;
  g_object_weak_ref (G_OBJECT (message), on_message_gone, request);
  g_hash_table_insert (self->requests, message, request);
  if (connection != NULL)
    connection->deadline = g_get_monotonic_time () + MIEN_HTTP_RECEIVE_SECONDS * G_USEC_PER_SEC;
}

static void
on_request_read (SoupServer *soup, SoupServerMessage *message, MienHttpListener *self)
{
  Connection *connection = find_connection (self, message);

  if (connection != NULL)
    connection->deadline = 0;
}

static void
on_request_ended (SoupServer *soup, SoupServerMessage *message, MienHttpListener *self)
{
  on_request_read (soup, message, self);
  g_hash_table_remove (self->requests, message);
  g_main_context_wakeup (self->context);
}

void
mien_http_refuse (SoupServerMessage *message, guint status, const char *text)
{
  SoupMessageHeaders *headers;
  GIOStream *stream;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  if (text != NULL)
    mien_http_fail (message, status, text);
  /* A client that asked before it sends (Expect: 100-continue) gets the answer in the usual way. */
  headers = soup_server_message_get_request_headers (message);
  if ((soup_message_headers_get_expectations (headers) & SOUP_EXPECTATION_CONTINUE) != 0
      && soup_server_message_get_request_body (message)->length == 0)
    return;
  g_object_ref (message);
  stream = soup_server_message_steal_connection (message);
  if (stream != NULL)
    mien_http_refusal_send (stream, message);
  g_object_unref (message);
}

static gboolean
on_watch (gpointer user_data)
{
  MienHttpListener *self = user_data;
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) late = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Connection *connection = key;

      if (connection->deadline != 0 && connection->deadline < now)
        g_ptr_array_add (late, g_object_ref (connection->socket));
    }
  for (guint i = 0; i < late->len; i++)
    g_socket_shutdown (g_socket_connection_get_socket (g_ptr_array_index (late, i)), TRUE, TRUE, NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_connection_gone (gpointer data, GObject *where)
{
  Connection *connection = data;
  MienHttpListener *self = connection->listener;

  if (self != NULL)
    {
      g_hash_table_remove (self->connections, connection);
      if (connection->remote != NULL)
        g_hash_table_remove (self->by_remote, connection->remote);
      if (self->full && self->running && g_hash_table_size (self->connections) < MIEN_HTTP_MAX_CONNECTIONS)
        {
          self->full = FALSE;
          g_socket_service_start (self->service);
        }
    }
  g_clear_object (&connection->remote);
  g_free (connection);
}

static void
serve (MienHttpListener *self, Connection *connection, GIOStream *stream)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection->socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection->socket, NULL);
  g_autoptr (GError) error = NULL;

  if (local == NULL || remote == NULL)   /* it has gone already */
    return;
  connection->deadline = 0;
  connection->remote = g_object_ref (remote);
  g_hash_table_insert (self->by_remote, remote, connection);
  if (!soup_server_accept_iostream (self->soup, stream, local, remote, &error))
    g_warning ("A connection was not taken: %s", error->message);
}

typedef struct
{
  Connection        *connection;   /* borrowed; lives as long as the socket */
  GSocketConnection *socket;       /* owned */
} Handshake;

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Handshake *handshake = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    g_debug ("TLS handshake failed: %s", error->message);
  else if (handshake->connection->listener != NULL)
    serve (handshake->connection->listener, handshake->connection, G_IO_STREAM (source));
  g_object_unref (handshake->socket);
  g_free (handshake);
}

static void
start_handshake (MienHttpListener *self, Connection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (connection->socket), self->certificate,
                                                              &error);
  Handshake *handshake;

  if (stream == NULL)
    {
      g_warning ("TLS cannot be started: %s", error->message);
      return;
    }
  handshake = g_new0 (Handshake, 1);
  handshake->connection = connection;
  handshake->socket = g_object_ref (connection->socket);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, self->handshakes, on_handshake,
                                    handshake);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *socket, GObject *source, MienHttpListener *self)
{
  Connection *connection = g_new0 (Connection, 1);

  g_socket_set_timeout (g_socket_connection_get_socket (socket), MIEN_HTTP_IDLE_SECONDS);
  connection->listener = self;
  connection->socket = socket;
  connection->deadline = g_get_monotonic_time () + MIEN_HTTP_RECEIVE_SECONDS * G_USEC_PER_SEC;
  g_hash_table_add (self->connections, connection);
  g_object_weak_ref (G_OBJECT (socket), on_connection_gone, connection);
  if (g_hash_table_size (self->connections) >= MIEN_HTTP_MAX_CONNECTIONS)
    {
      g_warning ("%d HTTP connections are open: further ones wait", MIEN_HTTP_MAX_CONNECTIONS);
      self->full = TRUE;
      g_socket_service_stop (service);
    }
  if (self->certificate != NULL)
    start_handshake (self, connection);
  else
    serve (self, connection, G_IO_STREAM (socket));
  return TRUE;
}

static void
mien_http_listener_dispose (GObject *object)
{
  MienHttpListener *self = MIEN_HTTP_LISTENER (object);
  GHashTableIter iter;
  gpointer key;

  mien_http_listener_stop (self);
  if (self->connections != NULL)
    {
      g_hash_table_iter_init (&iter, self->connections);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        ((Connection *) key)->listener = NULL;
    }
  g_clear_pointer (&self->by_remote, g_hash_table_unref);
  g_clear_pointer (&self->connections, g_hash_table_unref);
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_pointer (&self->routes, g_ptr_array_unref);

  G_OBJECT_CLASS (mien_http_listener_parent_class)->dispose (object);
}

static void
mien_http_listener_finalize (GObject *object)
{
  MienHttpListener *self = MIEN_HTTP_LISTENER (object);

  g_clear_object (&self->soup);
  g_clear_object (&self->service);
  g_clear_object (&self->certificate);
  g_clear_object (&self->handshakes);
  g_clear_pointer (&self->config, mien_server_config_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->bound);
  g_free (self->public_url);

  G_OBJECT_CLASS (mien_http_listener_parent_class)->finalize (object);
}

static void
mien_http_listener_class_init (MienHttpListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_http_listener_dispose;
  object_class->finalize = mien_http_listener_finalize;
  signals[SIGNAL_STOPPING] = g_signal_new ("stopping", MIEN_TYPE_HTTP_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
}

static void
mien_http_listener_init (MienHttpListener *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->service = g_socket_service_new ();
  g_socket_service_stop (self->service);
  g_signal_connect_object (self->service, "incoming", G_CALLBACK (on_incoming), self, 0);
  self->routes = g_ptr_array_new_with_free_func (route_free);
  self->connections = g_hash_table_new (NULL, NULL);
  self->by_remote = g_hash_table_new (NULL, NULL);
  self->requests = g_hash_table_new_full (NULL, NULL, NULL, request_free);
  self->handshakes = g_cancellable_new ();
  self->soup = soup_server_new ("server-header", "Mien", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  g_signal_connect_object (self->soup, "request-started", G_CALLBACK (on_request_started), self, 0);
  g_signal_connect_object (self->soup, "request-read", G_CALLBACK (on_request_read), self, 0);
  g_signal_connect_object (self->soup, "request-finished", G_CALLBACK (on_request_ended), self, 0);
  g_signal_connect_object (self->soup, "request-aborted", G_CALLBACK (on_request_ended), self, 0);
}

MienHttpListener *
mien_http_listener_new (MienServerConfig *config)
{
  MienHttpListener *self;

  g_return_val_if_fail (config != NULL, NULL);

  self = g_object_new (MIEN_TYPE_HTTP_LISTENER, NULL);
  self->config = mien_server_config_ref (config);
  return self;
}

static int
compare_routes (gconstpointer a, gconstpointer b)
{
  gsize length_a = strlen ((*(const Route *const *) a)->path);
  gsize length_b = strlen ((*(const Route *const *) b)->path);

  return length_a < length_b ? 1 : length_a > length_b ? -1 : 0;
}

void
mien_http_listener_add (MienHttpListener *self, const char *path, const MienHttpRoute *route, gpointer user_data,
                        GDestroyNotify destroy)
{
  Route *added;

  g_return_if_fail (MIEN_IS_HTTP_LISTENER (self));
  g_return_if_fail (path != NULL && *path == '/');
  g_return_if_fail (route != NULL && route->methods != NULL && route->handle != NULL);
  g_return_if_fail (route->max_body <= MIEN_HTTP_MAX_BODY_ABSOLUTE);

  added = g_new0 (Route, 1);
  added->path = g_strdup (path);
  added->route = *route;
  added->route.methods = g_strdup (route->methods);
  added->user_data = user_data;
  added->destroy = destroy;
  g_ptr_array_add (self->routes, added);
  g_ptr_array_sort (self->routes, compare_routes);
}

void
mien_http_listener_remove (MienHttpListener *self, const char *path)
{
  g_return_if_fail (MIEN_IS_HTTP_LISTENER (self));

  if (self->routes == NULL)
    return;
  for (guint i = 0; i < self->routes->len; i++)
    {
      Route *route = g_ptr_array_index (self->routes, i);
      GHashTableIter iter;
      gpointer request;

      if (!g_str_equal (route->path, path))
        continue;
      g_hash_table_iter_init (&iter, self->requests);
      while (g_hash_table_iter_next (&iter, NULL, &request))
        if (((Request *) request)->route == route)
          ((Request *) request)->route = NULL;
      g_ptr_array_remove_index (self->routes, i);
      return;
    }
}

static char *
make_public_url (MienHttpListener *self)
{
  const char *url = mien_server_config_get (self->config, "http", "public-url");
  char *trimmed;

  if (url == NULL)
    return g_strdup_printf ("%s://%s", self->certificate != NULL ? "https" : "http", self->bound);
  trimmed = g_strdup (url);
  while (g_str_has_suffix (trimmed, "/"))
    trimmed[strlen (trimmed) - 1] = '\0';
  return trimmed;
}

gboolean
mien_http_listener_bind (MienHttpListener *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (self), FALSE);

  if (self->bound != NULL)
    return TRUE;
  self->certificate = mien_certificate_load (self->config, "http", &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!mien_listen_bind (G_SOCKET_LISTENER (self->service), self->config, "http", "listen", &self->bound, error))
    return FALSE;
  if (self->bound == NULL)
    {
      g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG, _("[http] listen= cannot be “off”"));
      return FALSE;
    }
  self->public_url = make_public_url (self);
  return TRUE;
}

gboolean
mien_http_listener_start (MienHttpListener *self, GError **error)
{
  g_autofree char *url = NULL;

  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (self), FALSE);

  if (self->running)
    return TRUE;
  if (!mien_http_listener_bind (self, error))
    return FALSE;
  self->watch = g_timeout_source_new_seconds (5);
  g_source_set_callback (self->watch, on_watch, self, NULL);
  g_source_attach (self->watch, self->context);
  self->running = TRUE;
  g_socket_service_start (self->service);
  url = g_strdup_printf ("%s://%s", self->certificate != NULL ? "https" : "http", self->bound);
  mien_server_config_set_bound (self->config, "http", url);
  g_message ("HTTP on %s, known as %s", url, self->public_url);
  return TRUE;
}

static gboolean
on_stop_deadline (gpointer user_data)
{
  gboolean *passed = user_data;

  *passed = TRUE;
  return G_SOURCE_REMOVE;
}

void
mien_http_listener_stop (MienHttpListener *self)
{
  g_autoptr (GSource) timer = NULL;
  gboolean passed = FALSE, was_running;
  GHashTableIter iter;
  gpointer key;

  g_return_if_fail (MIEN_IS_HTTP_LISTENER (self));

  if (self->service == NULL || self->connections == NULL)
    return;
  was_running = self->running;
  self->running = FALSE;
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_cancellable_cancel (self->handshakes);
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  if (was_running)
    g_signal_emit (self, signals[SIGNAL_STOPPING], 0);

  timer = g_timeout_source_new_seconds (MIEN_HTTP_STOP_SECONDS);
  g_source_set_callback (timer, on_stop_deadline, &passed, NULL);
  g_source_attach (timer, self->context);
  while (g_hash_table_size (self->requests) > 0 && !passed)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (timer);

  soup_server_disconnect (self->soup);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_socket_shutdown (g_socket_connection_get_socket (((Connection *) key)->socket), TRUE, TRUE, NULL);
  g_hash_table_remove_all (self->requests);
}

guint16
mien_http_listener_get_port (MienHttpListener *self)
{
  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (self), 0);

  return self->bound != NULL ? g_ascii_strtoull (strrchr (self->bound, ':') + 1, NULL, 10) : 0;
}

const char *
mien_http_listener_get_public_url (MienHttpListener *self)
{
  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (self), NULL);

  return self->public_url;
}

guint
mien_http_listener_get_n_connections (MienHttpListener *self)
{
  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (self), 0);

  return g_hash_table_size (self->connections);
}
