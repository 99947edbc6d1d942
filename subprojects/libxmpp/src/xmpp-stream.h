/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-error.h"
#include "xmpp-names.h"
#include "xmpp-node.h"

G_BEGIN_DECLS

/**
 * XmppStream: one XML stream over any GIOStream, the same for both ends. All I/O is asynchronous in the thread-default
 * main context of its creator. Stanzas that are sent in one turn of the loop leave in one write.
 *
 * Who holds the stream sets its events. They are called from the main loop, never from inside a call of this header.
 * After `closed`, which comes exactly once, nothing else is called.
 */
#define XMPP_STREAM_MAX_QUEUE_DEFAULT (4 * 1024 * 1024)   /* bytes that wait to be written; more ends the stream */
#define XMPP_STREAM_READ_SIZE 16384                       /* bytes of one read */
#define XMPP_STREAM_STALL_SECONDS 90                      /* bytes wait, and none was taken for this long: ended */
#define XMPP_STREAM_CLOSE_SECONDS 3                       /* wait for the peer's closing tag */

#define XMPP_TYPE_STREAM (xmpp_stream_get_type ())
G_DECLARE_FINAL_TYPE (XmppStream, xmpp_stream, XMPP, STREAM, GObject)

typedef struct
{
  /* the peer's opening tag; may be NULL */
  void (*opened) (XmppStream *stream, const XmppNode *header, gpointer user_data);
  /* (transfer none) stanza; also nonzas and features */
  void (*stanza) (XmppStream *stream, XmppNode *stanza, gpointer user_data);
  /* @error NULL: the peer closed in order, or xmpp_stream_close() was answered. Else XMPP_ERROR_* */
  void (*closed) (XmppStream *stream, const GError *error, gpointer user_data);
  void (*drained) (XmppStream *stream, gpointer user_data);   /* everything was written; may be NULL */
} XmppStreamEvents;

/* @content_ns: XMPP_NS_CLIENT or XMPP_NS_COMPONENT. A component's stanzas are jabber:client for our callers. */
XmppStream *xmpp_stream_new (GIOStream *io, const char *content_ns);

/* @events must live as long as it is set (static). Reading begins with the first xmpp_stream_resume(). */
void xmpp_stream_set_events (XmppStream *self, const XmppStreamEvents *events, gpointer user_data);
void xmpp_stream_pause (XmppStream *self);     /* no events until xmpp_stream_resume(); at most one read is held back */
void xmpp_stream_resume (XmppStream *self);
void xmpp_stream_set_limits (XmppStream *self, gsize max_stanza, gsize max_queue);   /* 0: the default */
/* Does not read while more than @bytes wait to be written (0: never pauses so): a peer that asks must also listen. */
void xmpp_stream_set_back_pressure (XmppStream *self, gsize bytes);
/* A bucket of @stanza_burst stanzas and one of @byte_burst bytes, filled at these rates; while one is empty nothing is
 * read or told, so that the peer has to wait. A rate of 0 does not limit. */
typedef struct { guint stanzas_per_second, stanza_burst; guint bytes_per_second, byte_burst; } XmppStreamRate;
void xmpp_stream_set_rate (XmppStream *self, const XmppStreamRate *rate);
gboolean xmpp_stream_is_held (XmppStream *self);   /* waits for its rate */
/* A space when nothing was sent for @seconds (RFC 6120 section 4.6.1); 0: none. */
void xmpp_stream_set_keepalive (XmppStream *self, guint seconds);

/* Sends our opening tag. Any may be NULL. */
void     xmpp_stream_open (XmppStream *self, const char *from, const char *to, const char *id, const char *lang);
/* Queues a stanza; FALSE when the stream is closed or closing, or its queue is full: then it is ended with
 * XMPP_ERROR_LIMIT. */
gboolean xmpp_stream_send (XmppStream *self, const XmppNode *stanza);
gsize    xmpp_stream_get_queued (XmppStream *self);              /* bytes not yet taken by the system */
gint64   xmpp_stream_get_last_received (XmppStream *self);       /* monotonic time in µs */

/* After SASL: both ends open anew; call inside `stanza`. What came behind that stanza is an error. */
void     xmpp_stream_restart (XmppStream *self);
/* Writes what is queued, then does the handshake; call inside `stanza`, or on a new stream for direct TLS.
 * @tls_of makes the TLS connection over the plain one, ready with certificates and signals. */
typedef GTlsConnection *(*XmppStreamTlsFunc) (XmppStream *stream, GIOStream *plain, gpointer user_data, GError **error);
void xmpp_stream_start_tls_async (XmppStream *self, XmppStreamTlsFunc tls_of, gpointer tls_data,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* then xmpp_stream_resume() */
gboolean xmpp_stream_start_tls_finish (XmppStream *self, GAsyncResult *result, GError **error);
gboolean xmpp_stream_is_secure (XmppStream *self);
GIOStream *xmpp_stream_get_io (XmppStream *self);                /* (transfer none) */

/* In order: our closing tag, the peer's or XMPP_STREAM_CLOSE_SECONDS, `closed`. */
void     xmpp_stream_close (XmppStream *self);
/* RFC 6120 section 4.9: sends a stream error and the closing tag; `closed` gives the same error. @text may be NULL */
void     xmpp_stream_fail (XmppStream *self, const char *condition, const char *text);
/* At once and without a word; `closed` is not called any more. */
void     xmpp_stream_abort (XmppStream *self);
gboolean xmpp_stream_is_open (XmppStream *self);                 /* neither closing nor closed */

G_END_DECLS
