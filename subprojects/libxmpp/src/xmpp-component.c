/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-component.h"

#include "xmpp-backoff.h"
#include "xmpp-error.h"
#include "xmpp-handshake.h"
#include "xmpp-porter-owner.h"
#include "xmpp-stream.h"
#include "xmpp-wipe.h"

/*
 *   xmpp_component_start ─► connect_now ─► on_connected ─► on_opened ─► on_stanza: <handshake/> ─►
 * xmpp_porter_connected
 *                               ▲              │ error        │ error, on_handshake_time  │ on_closed
 *                               └── on_retry ◄─┴──────────────┴── lost ◄──────────────────┘
 */
#define HANDSHAKE_SECONDS 15
#define KEEPALIVE_SECONDS 60

struct _XmppComponent
{
  GObject parent_instance;

  char *domain;
  char *host;
  guint16 port;
  char *secret;               /* wiped on free */
  XmppPorter *porter;         /* owned */
  XmppStream *stream;         /* owned; NULL between connections */
  GCancellable *cancellable;  /* owned; of the connecting; NULL when nothing is under way */
  guint retry_id;
  guint handshake_id;
  XmppBackoff backoff;
  gboolean wanted;
  gboolean accepted;          /* the handshake was answered */
};

enum
{
  SIGNAL_CONNECTED,
  SIGNAL_FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (XmppComponent, xmpp_component, G_TYPE_OBJECT)

static void connect_now (XmppComponent *self);

static gboolean
on_retry (gpointer user_data)
{
  XmppComponent *self = user_data;

  self->retry_id = 0;
  connect_now (self);
  return G_SOURCE_REMOVE;
}

/* The connection is gone, or was never there: tells why and comes back later. */
static void
lost (XmppComponent *self,
      const GError  *error)
{
  G_GNUC_UNUSED g_autoptr (XmppComponent) hold = g_object_ref (self);

  g_clear_handle_id (&self->handshake_id, g_source_remove);
  if (self->stream != NULL)
    {
      xmpp_stream_abort (self->stream);
      g_clear_object (&self->stream);
    }
  self->accepted = FALSE;
  xmpp_porter_disconnected (self->porter, FALSE, error);
  if (!self->wanted)
    return;
  if (self->retry_id == 0)
    self->retry_id = g_timeout_add (xmpp_backoff_next (&self->backoff), on_retry, self);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static gboolean
on_handshake_time (gpointer user_data)
{
  XmppComponent *self = user_data;
  g_autoptr (GError) error = NULL;

  self->handshake_id = 0;
  xmpp_set_error (&error, XMPP_ERROR_TIMEOUT, NULL, "The server at %s:%u does not answer as one for components.",
                  self->host, self->port);
  lost (self, error);
  return G_SOURCE_REMOVE;
}

static void
on_opened (XmppStream     *stream,
           const XmppNode *header,
           gpointer        user_data)
{
  XmppComponent *self = user_data;
  const char *id = xmpp_node_get (header, "id");
  g_autofree char *hash = xmpp_handshake_compute (id != NULL ? id : "", self->secret);
  g_autoptr (XmppNode) handshake = xmpp_node_new ("handshake", XMPP_NS_CLIENT);

  xmpp_node_append_text (handshake, hash);
  xmpp_stream_send (stream, handshake);
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  XmppComponent *self = user_data;

  if (self->accepted)
    {
      xmpp_porter_dispatch (self->porter, stanza);
      return;
    }
  if (!xmpp_node_is (stanza, "handshake", NULL))
    return;
  self->accepted = TRUE;
  g_clear_handle_id (&self->handshake_id, g_source_remove);
  xmpp_backoff_reset (&self->backoff);
  xmpp_stream_set_keepalive (stream, KEEPALIVE_SECONDS);
  xmpp_porter_connected (self->porter, self->domain, FALSE);
  g_signal_emit (self, signals[SIGNAL_CONNECTED], 0);
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  XmppComponent *self = user_data;
  g_autoptr (GError) clearer = NULL;

  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_AUTH))
    xmpp_set_error (&clearer, XMPP_ERROR_AUTH, "not-authorized", "The server refuses the secret of the component %s.",
                    self->domain);
  else if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_HOST_UNKNOWN))
    xmpp_set_error (&clearer, XMPP_ERROR_HOST_UNKNOWN, "host-unknown", "The server does not know a component %s.",
                    self->domain);
  else if (error == NULL)
    xmpp_set_error (&clearer, XMPP_ERROR_CLOSED, NULL, "The server closed the connection of the component %s.",
                    self->domain);
  lost (self, clearer != NULL ? clearer : error);
}

static const XmppStreamEvents events = {
  .opened = on_opened,
  .stanza = on_stanza,
  .closed = on_closed,
};

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (XmppComponent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) clearer = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* stopped; a later start has a cancellable of its own */
  g_clear_object (&self->cancellable);
  if (connection == NULL)
    {
      xmpp_set_error (&clearer, XMPP_ERROR_UNREACHABLE, NULL, "The server at %s:%u cannot be reached: %s", self->host,
                      self->port, error->message);
      lost (self, clearer);
      return;
    }
  g_socket_set_option (g_socket_connection_get_socket (connection), 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);
  self->stream = xmpp_stream_new (G_IO_STREAM (connection), XMPP_NS_COMPONENT);
  xmpp_stream_set_events (self->stream, &events, self);
  xmpp_stream_open (self->stream, NULL, self->domain, NULL, NULL);
  xmpp_stream_resume (self->stream);
  self->handshake_id = g_timeout_add_seconds (HANDSHAKE_SECONDS, on_handshake_time, self);
}

static void
connect_now (XmppComponent *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  self->cancellable = g_cancellable_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, self->host, self->port, self->cancellable, on_connected,
                                         g_object_ref (self));
}

/* Sends with our domain as `from` when the stanza has none (XEP-0114 section 4). */
static gboolean
send_stanza (XmppPorter *porter,
             XmppNode   *stanza,
             gpointer    user_data)
{
  XmppComponent *self = user_data;

  if (self->stream == NULL || !self->accepted)
    return FALSE;
  if (xmpp_node_get (stanza, "from") == NULL)
    xmpp_node_set (stanza, "from", self->domain);
  return xmpp_stream_send (self->stream, stanza);
}

void
xmpp_component_start (XmppComponent *self)
{
  g_return_if_fail (XMPP_IS_COMPONENT (self));

  if (self->wanted)
    return;
  self->wanted = TRUE;
  xmpp_backoff_reset (&self->backoff);
  connect_now (self);
}

void
xmpp_component_stop (XmppComponent *self)
{
  g_return_if_fail (XMPP_IS_COMPONENT (self));

  self->wanted = FALSE;
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->handshake_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->stream != NULL)
    {
      /* The stream keeps itself until its closing tag is written. */
      xmpp_stream_set_events (self->stream, NULL, NULL);
      xmpp_stream_close (self->stream);
      g_clear_object (&self->stream);
    }
  self->accepted = FALSE;
  xmpp_porter_disconnected (self->porter, FALSE, NULL);
}

XmppPorter *
xmpp_component_get_porter (XmppComponent *self)
{
  g_return_val_if_fail (XMPP_IS_COMPONENT (self), NULL);
  return self->porter;
}

XmppComponent *
xmpp_component_new (const char *domain,
                    const char *host,
                    guint16     port,
                    const char *secret)
{
  XmppComponent *self;

  g_return_val_if_fail (domain != NULL && host != NULL && secret != NULL, NULL);

  self = g_object_new (XMPP_TYPE_COMPONENT, NULL);
  self->domain = g_strdup (domain);
  self->host = g_strdup (host);
  self->port = port;
  self->secret = g_strdup (secret);
  return self;
}

static void
xmpp_component_dispose (GObject *object)
{
  XmppComponent *self = XMPP_COMPONENT (object);

  if (self->porter != NULL)
    {
      xmpp_component_stop (self);
      xmpp_porter_dispose_owner (self->porter);
    }
  g_clear_object (&self->porter);
  G_OBJECT_CLASS (xmpp_component_parent_class)->dispose (object);
}

static void
xmpp_component_finalize (GObject *object)
{
  XmppComponent *self = XMPP_COMPONENT (object);

  xmpp_wipe (&self->secret);
  g_free (self->domain);
  g_free (self->host);
  G_OBJECT_CLASS (xmpp_component_parent_class)->finalize (object);
}

static void
xmpp_component_class_init (XmppComponentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_component_dispose;
  object_class->finalize = xmpp_component_finalize;
  signals[SIGNAL_CONNECTED] = g_signal_new ("connected", XMPP_TYPE_COMPONENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", XMPP_TYPE_COMPONENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
xmpp_component_init (XmppComponent *self)
{
  self->porter = xmpp_porter_new (send_stanza, self);
}
