/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-text.h"

char *
xmpp_text_cut (const char *text, gsize max_bytes)
{
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (length > max_bytes)
    {
      const char *end = g_utf8_find_prev_char (text, text + max_bytes + 1);

      length = end != NULL ? (gsize) (end - text) : 0;
    }
  return g_strndup (text, length);
}
