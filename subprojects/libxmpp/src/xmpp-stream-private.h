/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-poller.h"
#include "xmpp-reader.h"
#include "xmpp-source.h"
#include "xmpp-stream.h"

G_BEGIN_DECLS

/*
 * How a stream is put together
 *
 *   xmpp-stream         its life and its end
 *   xmpp-stream-read    from bytes to stanzas, as fast as the peer may
 *   xmpp-stream-write   the queue, and what is sent when there is nothing to send
 *   xmpp-stream-tls     the stream anew, and TLS under it
 *
 * A socket, with TLS or without, is read and written at once and waited for by its XmppWatch. Any other GIOStream is
 * left to wait for itself, by its asynchronous calls.
 */
typedef enum
{
  STATE_OPEN,
  STATE_CLOSING,
  STATE_CLOSED,
} StreamState;

struct _XmppStream
{
  GObject parent_instance;

  GIOStream *io;                  /* owned */
  const char *content_ns;         /* static */
  GMainContext *context;          /* owned */
  GCancellable *cancellable;      /* owned; ends reads and writes */
  XmppWatch *watch;               /* owned; NULL once it is closed */
  gboolean polled;                /* it is a socket that `watch` waits for */
  const XmppStreamEvents *events; /* static; NULL before it is set */
  gpointer events_data;
  StreamState state;
  GError *error;                  /* owned; what `closed` will say */

  /* Reading */
  XmppReader *reader;             /* owned */
  char *buffer;                   /* owned; XMPP_STREAM_READ_SIZE bytes while reading */
  GError *read_error;             /* owned; end of file or an error, told after the stanzas before it */
  GSource *pump_source;           /* owned */
  gint64 last_received;
  gboolean reading;               /* a read is in flight, or waited for */
  gboolean paused;
  gboolean header_told;
  gsize back_pressure;            /* 0: none */
  XmppStreamRate rate;
  double stanza_tokens, byte_tokens;
  gint64 refilled;                /* monotonic, µs */
  GSource *rate_source;           /* owned; while a bucket is empty */

  /* Writing */
  GString *pending;               /* owned; not yet given to the system */
  GString *writing;               /* owned; in flight from `written` on */
  gsize written;
  gsize max_queue;
  GSource *write_source;          /* owned */
  GSource *close_source;          /* owned */
  guint keepalive_seconds;
  gint64 last_written;            /* monotonic, µs: something was queued */
  gint64 last_kept;               /* monotonic, µs: it was looked whether a keepalive is due */
  gint64 last_progress;           /* monotonic, µs: the system took something */
  gboolean write_in_flight;       /* or waited for */
  gboolean header_sent;

  GTask *tls_task;                /* owned; waits for the queue to be written, or for the handshake */
};

void     xmpp_stream_set_io (XmppStream *self, GIOStream *io);   /* the first one, or TLS over it */
GSource *xmpp_stream_add_source (XmppStream *self, GSource *source, GSourceFunc func);
/* From the main loop only: tells `closed`, once. @error NULL: in order; (transfer full) */
void     xmpp_stream_finish (XmppStream *self, GError *error);
/* `closed` in @milliseconds, unless something ends the stream before. */
void     xmpp_stream_finish_later (XmppStream *self, guint milliseconds);
/* @cause NULL: the end of the file. (transfer full) */
GError  *xmpp_stream_lost_error (const GError *cause);

/* Tells what was read, and reads on. From the main loop only. */
void     xmpp_stream_pump (XmppStream *self);
void     xmpp_stream_pump_soon (XmppStream *self);
/* `pending` has grown: written at the end of this turn of the loop */
void     xmpp_stream_schedule_write (XmppStream *self);
void     xmpp_stream_start_write (XmppStream *self);      /* from the main loop only */
void     xmpp_stream_writable (XmppStream *self);         /* the watch says so */
/* A keepalive is due, or a peer that takes nothing is given up; sets the time of the next look. */
void     xmpp_stream_look (XmppStream *self);
void     xmpp_stream_begin_handshake (XmppStream *self);

G_END_DECLS
