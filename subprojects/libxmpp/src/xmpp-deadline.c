/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-deadline.h"

#include "xmpp-source.h"

void
xmpp_deadline_start (XmppDeadline           *self,
                     GMainContext           *context,
                     guint                   seconds,
                     GSourceFunc             on_time,
                     GCancellable           *cancellable,
                     GCancellableSourceFunc  on_cancelled,
                     gpointer                user_data)
{
  g_return_if_fail (self->time == NULL && on_time != NULL && on_cancelled != NULL);

  self->time = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (self->time, on_time, user_data, NULL);
  g_source_attach (self->time, context);
  if (cancellable == NULL)
    return;
  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), user_data, NULL);
  g_source_attach (self->cancelled, context);
}

void
xmpp_deadline_stop (XmppDeadline *self)
{
  xmpp_clear_source (&self->time);
  xmpp_clear_source (&self->cancelled);
}
