/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-base64.h"

/* The value of a digit, or -1. */
static int
digit (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

GBytes *
xmpp_base64_decode (const char *text, gsize max_bytes)
{
  gsize digits = 0, padding = 0, length = 0;
  guint32 group = 0;
  g_autofree guint8 *bytes = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  /* Counted first, so that nothing is allocated for what will be refused. */
  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_isspace (*p))
        continue;
      if (*p == '=')
        padding++;
      else if (padding > 0 || digit (*p) < 0)
        return NULL;
      else
        digits++;
    }
  if (digits == 0 || padding > 2 || (digits + padding) % 4 != 0 || digits / 4 * 3 > max_bytes)
    return NULL;

  bytes = g_malloc (digits / 4 * 3 + 3);
  digits = 0;
  for (const char *p = text; *p != '\0'; p++)
    {
      int value = digit (*p);

      if (value < 0)
        continue;
      group = group << 6 | (guint32) value;
      if (++digits % 4 == 0)
        {
          bytes[length++] = group >> 16 & 0xff;
          bytes[length++] = group >> 8 & 0xff;
          bytes[length++] = group & 0xff;
        }
    }
  if (digits % 4 == 3)
    {
      bytes[length++] = group >> 10 & 0xff;
      bytes[length++] = group >> 2 & 0xff;
    }
  else if (digits % 4 == 2)
    bytes[length++] = group >> 4 & 0xff;
  return length <= max_bytes ? g_bytes_new_take (g_steal_pointer (&bytes), length) : NULL;
}
