/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "xmpp-jid.h"
#include "xmpp-precis.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* Preparation must be idempotent: a prepared address prepares to itself. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);

  if (jid != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) again = xmpp_jid_new (xmpp_jid_get_full (jid), &error);

      g_assert_no_error (error);
      g_assert_true (xmpp_jid_equal (jid, again));
    }
  return 0;
}
