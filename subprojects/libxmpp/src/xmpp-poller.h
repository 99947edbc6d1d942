/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * XmppWatch: waits for a socket and for a time. GMainContext looks at each of its sources and files in each of its
 * turns, so that a turn gets longer with every connection that is idle. All watches of one context share one source and
 * one epoll file there: a turn costs what happens in it, whatever the number of connections.
 *
 * Both functions are called from the context, never from inside a call of this header. A watch may be freed in them.
 */
#define XMPP_POLLER_EVENTS 256   /* sockets that are told in one turn */

typedef struct _XmppWatch XmppWatch;

typedef struct
{
  /* part of what was waited for; it is not waited for any more */
  void (*ready) (GIOCondition condition, gpointer user_data);
  void (*time) (gpointer user_data);                            /* the time has come; it is not waited for any more */
} XmppWatchEvents;

/* @fd −1: for the time alone. It must stay open as long as the watch. @events must be static. */
XmppWatch *xmpp_watch_new (GMainContext *context, int fd, const XmppWatchEvents *events, gpointer user_data);
void       xmpp_watch_free (XmppWatch *self);
/* Also waits for @condition: G_IO_IN or G_IO_OUT. FALSE, with errno: this file cannot be waited for. */
gboolean   xmpp_watch_wait (XmppWatch *self, GIOCondition condition);
/* Monotonic time in µs, kept to the second after it; 0: none. */
void       xmpp_watch_set_time (XmppWatch *self, gint64 time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppWatch, xmpp_watch_free)

G_END_DECLS
