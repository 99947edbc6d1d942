/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-delay.h"

/* The form of XEP-0082 section 3.2 alone: CCYY-MM-DDThh:mm:ss[.sss]TZD. GLib takes more forms of ISO 8601. */
static gboolean
has_datetime_shape (const char *text)
{
  static const char shape[] = "0000-00-00T00:00:00";
  const char *p = text;

  for (const char *s = shape; *s != '\0'; s++, p++)
    {
      if (*s == '0' ? !g_ascii_isdigit (*p) : *p != *s)
        return FALSE;
    }
  if (*p == '.')
    {
      do
        p++;
      while (g_ascii_isdigit (*p));
      if (p[-1] == '.')
        return FALSE;
    }
  if (strcmp (p, "Z") == 0)
    return TRUE;
  return (*p == '+' || *p == '-') && strlen (p) == 6 && g_ascii_isdigit (p[1]) && g_ascii_isdigit (p[2]) && p[3] == ':'
         && g_ascii_isdigit (p[4]) && g_ascii_isdigit (p[5]);
}

gint64
xmpp_datetime_parse (const char *text)
{
  g_autoptr (GDateTime) time = NULL;

  if (text == NULL || !has_datetime_shape (text))
    return -1;
  time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL || g_date_time_to_unix (time) < 0)
    return -1;
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

char *
xmpp_datetime_format (gint64 microseconds, guint digits)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autofree char *seconds = NULL;
  int fraction = (int) (microseconds % G_USEC_PER_SEC);

  g_return_val_if_fail (time != NULL && microseconds >= 0, NULL);
  g_return_val_if_fail (digits == 0 || digits == 3 || digits == 6, NULL);

  seconds = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  if (digits == 0)
    return g_strconcat (seconds, "Z", NULL);
  return g_strdup_printf ("%s.%0*dZ", seconds, (int) digits, digits == 3 ? fraction / 1000 : fraction);
}

gint64
xmpp_delay_parse (const XmppNode *stanza, const char *trusted_from)
{
  g_return_val_if_fail (stanza != NULL, -1);

  XMPP_NODE_FOREACH (stanza, child)
    {
      const char *from;

      if (!xmpp_node_is (child, "delay", XMPP_NS_DELAY))
        continue;
      from = xmpp_node_get (child, "from");
      if (trusted_from == NULL || from == NULL || strcmp (from, trusted_from) == 0)
        {
          gint64 time = xmpp_datetime_parse (xmpp_node_get (child, "stamp"));

          if (time >= 0)
            return time;
        }
    }
  return -1;
}

void
xmpp_delay_add (XmppNode *stanza, const char *from, gint64 microseconds)
{
  g_autofree char *stamp = xmpp_datetime_format (microseconds, 3);
  XmppNode *delay;

  g_return_if_fail (stanza != NULL && stamp != NULL);

  delay = xmpp_node_add (stanza, "delay", XMPP_NS_DELAY);
  xmpp_node_set (delay, "from", from);
  xmpp_node_set (delay, "stamp", stamp);
}
