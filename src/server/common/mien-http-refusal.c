/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-http"

#include "mien-http-refusal.h"

typedef struct
{
  GIOStream *stream;
  GString   *head;         /* the whole answer */
  gsize      taken;        /* bytes read and thrown away */
  guint8     buffer[16384];
} Refusal;

static void
refusal_free (Refusal *self)
{
  g_io_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_object_unref (self->stream);
  g_string_free (self->head, TRUE);
  g_free (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Refusal *self = user_data;
  gssize got = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  /* The socket's own time-out ends a client that keeps still. */
  if (got <= 0 || (self->taken += got) > MIEN_HTTP_LINGER_BYTES)
    {
      refusal_free (self);
      return;
    }
  g_input_stream_read_async (G_INPUT_STREAM (source), self->buffer, sizeof self->buffer, G_PRIORITY_LOW, NULL, on_read,
                             self);
}

/* libsoup gives its own wrapper around the stream that it was given. */
static void
end_writing (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "base-iostream") != NULL)
    g_object_get (stream, "base-iostream", &base, NULL);
  if (base != NULL && G_IS_SOCKET_CONNECTION (base))
    g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), FALSE, TRUE, NULL);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Refusal *self = user_data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    {
      refusal_free (self);
      return;
    }
  end_writing (self->stream);
  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream), self->buffer, sizeof self->buffer,
                             G_PRIORITY_LOW, NULL, on_read, self);
}

void
mien_http_refusal_send (GIOStream *stream, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  guint status = soup_server_message_get_status (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  SoupMessageHeadersIter iter;
  const char *name, *value;
  Refusal *self = g_new0 (Refusal, 1);

  self->stream = stream;
  self->head = g_string_new (NULL);
  g_string_append_printf (self->head, "HTTP/1.1 %u %s\r\n", status, soup_status_get_phrase (status));
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_set_content_length (headers, g_bytes_get_size (bytes));
  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (self->head, "%s: %s\r\n", name, value);
  g_string_append (self->head, "\r\n");
  if (soup_server_message_get_method (message) != SOUP_METHOD_HEAD)
    g_string_append_len (self->head, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream), self->head->str, self->head->len,
                                   G_PRIORITY_DEFAULT, NULL, on_written, self);
}
