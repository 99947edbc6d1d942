/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * XmppDeadline: the two ways in which something under way ends from outside: its time is up, or its caller does not
 * want it any more. Both functions are called from @context; either may stop the deadline.
 */
typedef struct
{
  GSource *time;
  GSource *cancelled;   /* NULL without a cancellable */
} XmppDeadline;

/* @cancellable may be NULL. @on_time is called again every @seconds if it returns G_SOURCE_CONTINUE. */
void xmpp_deadline_start (XmppDeadline *self, GMainContext *context, guint seconds, GSourceFunc on_time,
                          GCancellable *cancellable, GCancellableSourceFunc on_cancelled, gpointer user_data);
void xmpp_deadline_stop (XmppDeadline *self);   /* also when it was never started */

G_END_DECLS
