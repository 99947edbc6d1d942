/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Waiting times between attempts to connect: they double, and are spread so that clients do not come back all at
 * once. */
#define XMPP_BACKOFF_FIRST_MS 1000
#define XMPP_BACKOFF_MAX_MS 120000

typedef struct
{
  guint attempts;
} XmppBackoff;

guint xmpp_backoff_next (XmppBackoff *self);    /* milliseconds: from half to all of min (first * 2^attempts, max) */
void  xmpp_backoff_reset (XmppBackoff *self);

G_END_DECLS
