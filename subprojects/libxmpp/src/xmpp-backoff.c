/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xmpp-backoff.h"

guint
xmpp_backoff_next (XmppBackoff *self)
{
  guint ceiling = XMPP_BACKOFF_FIRST_MS;

  for (guint i = 0; i < self->attempts && ceiling < XMPP_BACKOFF_MAX_MS; i++)
    ceiling *= 2;
  ceiling = MIN (ceiling, XMPP_BACKOFF_MAX_MS);
  self->attempts++;
  return (guint) g_random_int_range ((gint32) ceiling / 2, (gint32) ceiling + 1);
}

void
xmpp_backoff_reset (XmppBackoff *self)
{
  self->attempts = 0;
}
