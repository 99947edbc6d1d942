/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile-relay.h"

#include <sys/socket.h>

#define BUFFER 65536

typedef struct
{
  HostileRelay *relay;   /* NULL after the relay is gone */
  GIOStream *from;
  GIOStream *to;
  char *buffer;
  gboolean answers;      /* from the target */
  gsize held;            /* bytes of the buffer that are kept back */
} Pipe;

struct _HostileRelay
{
  GSocketListener *listener;
  GCancellable *cancellable;
  guint16 target_port;
  guint16 port;
  gsize piece;
  gssize cut_after;      /* -1: never */
  gboolean stalled;
  gboolean refusing;
  gboolean holding;
  guint accepted;
  GPtrArray *streams;    /* owned GIOStream, both sides of all connections */
  GPtrArray *pipes;      /* borrowed Pipe, each kept by its own operation */
  GPtrArray *waiting;    /* borrowed Pipe, stalled */
};

static void pipe_read (Pipe *self);
static void accept_next (HostileRelay *self);

gboolean
test_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
test_keep_result (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

void
test_socket_pair (GIOStream **a,
                  GIOStream **b)
{
  int fds[2];
  GIOStream **ends[2] = { a, b };

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[i], &error);

      g_assert_no_error (error);
      *ends[i] = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
    }
}

static void
pipe_free (Pipe *self)
{
  if (self->relay != NULL)
    {
      g_ptr_array_remove_fast (self->relay->pipes, self);
      g_ptr_array_remove_fast (self->relay->waiting, self);
    }
  g_io_stream_close (self->from, NULL, NULL);
  g_io_stream_close (self->to, NULL, NULL);
  g_object_unref (self->from);
  g_object_unref (self->to);
  g_free (self->buffer);
  g_free (self);
}

static void
on_piece_written (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Pipe *self = user_data;
  gsize n;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &n, NULL) || self->relay == NULL)
    {
      pipe_free (self);
      return;
    }
  if (self->relay->cut_after >= 0)
    {
      self->relay->cut_after -= (gssize) n;
      if (self->relay->cut_after <= 0)
        {
          self->relay->cut_after = -1;
          hostile_relay_cut (self->relay);
        }
    }
  if (self->relay->stalled)
    g_ptr_array_add (self->relay->waiting, self);
  else
    pipe_read (self);
}

static void
pipe_write (Pipe *self,
            gsize n)
{
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->to), self->buffer, n, G_PRIORITY_DEFAULT,
                                   self->relay->cancellable, on_piece_written, self);
}

static void
on_piece_read (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Pipe *self = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0 || self->relay == NULL)
    {
      pipe_free (self);
      return;
    }
  if (self->relay->holding && self->answers)
    self->held = (gsize) n;
  else
    pipe_write (self, (gsize) n);
}

static void
pipe_read (Pipe *self)
{
  gsize most = self->relay->piece;

  if (self->relay->cut_after >= 0)
    most = MIN (most, (gsize) MAX (self->relay->cut_after, 1));
  g_input_stream_read_async (g_io_stream_get_input_stream (self->from), self->buffer, most, G_PRIORITY_DEFAULT,
                             self->relay->cancellable, on_piece_read, self);
}

static void
start_pipe (HostileRelay *self,
            GIOStream    *from,
            GIOStream    *to,
            gboolean      answers)
{
  Pipe *p = g_new0 (Pipe, 1);

  p->relay = self;
  p->from = g_object_ref (from);
  p->to = g_object_ref (to);
  p->buffer = g_malloc (BUFFER);
  p->answers = answers;
  g_ptr_array_add (self->pipes, p);
  if (self->stalled)
    g_ptr_array_add (self->waiting, p);
  else
    pipe_read (p);
}

static void
on_accepted (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  HostileRelay *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocketConnection) target = NULL;
  g_autoptr (GSocketClient) client = NULL;

  connection = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, &error);
  if (connection == NULL)
    return;   /* freed */
  self->accepted++;
  if (!self->refusing)
    {
      client = g_socket_client_new ();
      g_socket_client_set_enable_proxy (client, FALSE);
      target = g_socket_client_connect_to_host (client, "127.0.0.1", self->target_port, NULL, NULL);
    }
  if (target != NULL)
    {
      g_socket_set_option (g_socket_connection_get_socket (connection), 6, 1, 1, NULL);
      g_socket_set_option (g_socket_connection_get_socket (target), 6, 1, 1, NULL);
      g_ptr_array_add (self->streams, g_object_ref (connection));
      g_ptr_array_add (self->streams, g_object_ref (target));
      start_pipe (self, G_IO_STREAM (connection), G_IO_STREAM (target), FALSE);
      start_pipe (self, G_IO_STREAM (target), G_IO_STREAM (connection), TRUE);
    }
  else
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
  accept_next (self);
}

static void
accept_next (HostileRelay *self)
{
  g_socket_listener_accept_async (self->listener, self->cancellable, on_accepted, self);
}

HostileRelay *
hostile_relay_new (guint16 target_port)
{
  HostileRelay *self = g_new0 (HostileRelay, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_listener_new ();
  self->cancellable = g_cancellable_new ();
  self->target_port = target_port;
  self->piece = BUFFER;
  self->cut_after = -1;
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);
  self->pipes = g_ptr_array_new ();
  self->waiting = g_ptr_array_new ();
  g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                 &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  accept_next (self);
  return self;
}

void
hostile_relay_cut (HostileRelay *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      GSocketConnection *connection = g_ptr_array_index (self->streams, i);

      g_socket_shutdown (g_socket_connection_get_socket (connection), TRUE, TRUE, NULL);
    }
  g_ptr_array_set_size (self->streams, 0);
}

void
hostile_relay_free (HostileRelay *self)
{
  g_cancellable_cancel (self->cancellable);
  g_socket_listener_close (self->listener);
  while (self->waiting->len > 0)
    pipe_free (g_ptr_array_index (self->waiting, 0));
  hostile_relay_set_holding (self, FALSE);
  for (guint i = 0; i < self->pipes->len; i++)
    ((Pipe *) g_ptr_array_index (self->pipes, i))->relay = NULL;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->pipes);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

guint16
hostile_relay_get_port (HostileRelay *self)
{
  return self->port;
}

void
hostile_relay_set_piece (HostileRelay *self,
                         gsize         bytes)
{
  self->piece = CLAMP (bytes, 1, BUFFER);
}

void
hostile_relay_set_stalled (HostileRelay *self,
                           gboolean      stalled)
{
  self->stalled = stalled;
  while (!stalled && self->waiting->len > 0)
    {
      Pipe *p = g_ptr_array_steal_index_fast (self->waiting, self->waiting->len - 1);

      pipe_read (p);
    }
}

void
hostile_relay_set_refusing (HostileRelay *self,
                            gboolean      refuse)
{
  self->refusing = refuse;
}

void
hostile_relay_set_holding (HostileRelay *self,
                           gboolean      holding)
{
  self->holding = holding;
  for (guint i = 0; !holding && i < self->pipes->len; i++)
    {
      Pipe *p = g_ptr_array_index (self->pipes, i);
      gsize held = p->held;

      p->held = 0;
      if (held > 0)
        pipe_write (p, held);
    }
}

guint
hostile_relay_get_held (HostileRelay *self)
{
  guint n = 0;

  for (guint i = 0; i < self->pipes->len; i++)
    n += ((Pipe *) g_ptr_array_index (self->pipes, i))->held > 0;
  return n;
}

void
hostile_relay_cut_after (HostileRelay *self,
                         gsize         bytes)
{
  self->cut_after = (gssize) bytes;
}

guint
hostile_relay_get_accepted (HostileRelay *self)
{
  return self->accepted;
}
