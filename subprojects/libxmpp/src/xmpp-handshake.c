/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xmpp-handshake.h"

char *
xmpp_handshake_compute (const char *stream_id,
                        const char *secret)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);

  g_checksum_update (sum, (const guchar *) stream_id, -1);
  g_checksum_update (sum, (const guchar *) secret, -1);
  return g_strdup (g_checksum_get_string (sum));
}
