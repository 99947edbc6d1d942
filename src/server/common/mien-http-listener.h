/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>
#include "mien-server-config.h"

G_BEGIN_DECLS

/**
 * MienHttpListener: the one HTTP server on `[http] listen`, shared by the avatar, portrait and web roles. A role adds
 * its routes before mien_http_listener_start(); a request goes to the route with the longest path before it.
 *
 * The listener accepts the connections itself, so that it can count them, time them out and, with `[http]
 * certificate`, put TLS around them. It answers 404, 405 (with Allow), 413, OPTIONS and malformed requests itself.
 * Signal "stopping": a role that keeps requests waiting for something that may take long answers them now.
 * Bodies are counted while they come: one that is too long is refused at once, by its Content-Length or at the byte
 * that is too many, and is never kept in memory.
 */
#define MIEN_TYPE_HTTP_LISTENER (mien_http_listener_get_type ())
G_DECLARE_FINAL_TYPE (MienHttpListener, mien_http_listener, MIEN, HTTP_LISTENER, GObject)

#define MIEN_HTTP_MAX_CONNECTIONS 2048          /* further ones wait in the kernel's queue */
#define MIEN_HTTP_IDLE_SECONDS 30               /* without a byte read or written */
#define MIEN_HTTP_RECEIVE_SECONDS 120           /* from the first byte of a request to the last of its body */
#define MIEN_HTTP_STOP_SECONDS 5                /* requests under way at the end get this long to finish */
#define MIEN_HTTP_MAX_BODY_ABSOLUTE (64 * 1024 * 1024)   /* no route may allow more: bodies are kept in memory */

/* The whole request is there. Answer with soup_server_message_*; pause and unpause for asynchronous work. @path is
   decoded. */
typedef void (*MienHttpHandler) (MienHttpListener *self, SoupServerMessage *message, const char *path,
                                 GHashTable *query,
                                 gpointer user_data);
/* The headers are there. FALSE: refused, a status was set (mien_http_fail()). *@max_body may be changed for this
   request. */
typedef gboolean (*MienHttpCheck) (MienHttpListener *self, SoupServerMessage *message, const char *path,
                                   guint64 *max_body,
                                   gpointer user_data);

typedef struct
{
  const char     *methods;       /* "GET HEAD": separated by a space; GET brings HEAD and OPTIONS by itself */
  guint64         max_body;      /* bytes; 0: a request with a body is refused */
  MienHttpCheck   check;         /* or NULL */
  MienHttpHandler handle;
} MienHttpRoute;

MienHttpListener *mien_http_listener_new (MienServerConfig *config);
/* @path: "/avatars/": everything below; "/health": exactly this and what is below it. @route is copied. */
void        mien_http_listener_add (MienHttpListener *self, const char *path, const MienHttpRoute *route,
                                    gpointer user_data,
                                    GDestroyNotify destroy);
void        mien_http_listener_remove (MienHttpListener *self, const char *path);
/* Takes the addresses: from here on the port and the public URL are known. MienServer calls it before the roles
   start. */
gboolean    mien_http_listener_bind (MienHttpListener *self, GError **error);
/* Begins to answer; binds first when that was not done. */
gboolean    mien_http_listener_start (MienHttpListener *self, GError **error);
/* Accepts nothing more, waits for the requests under way (MIEN_HTTP_STOP_SECONDS at most), closes. Idempotent. */
void        mien_http_listener_stop (MienHttpListener *self);

guint16     mien_http_listener_get_port (MienHttpListener *self);             /* of the first address; 0 before bind */
/* `[http] public-url` or else the first address: "https://example.org", without a slash at the end. After bind. */
const char *mien_http_listener_get_public_url (MienHttpListener *self);
guint       mien_http_listener_get_n_connections (MienHttpListener *self);

/* A plain text answer for a person; for 4xx and 5xx. */
void        mien_http_fail (SoupServerMessage *message, guint status, const char *text);

/* Answers and closes the connection at once, whatever the client is still sending. Headers of the response are kept. */
void        mien_http_refuse (SoupServerMessage *message, guint status, const char *text);

G_END_DECLS
