/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "xmpp-reader.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* The first byte says how the rest is cut into pieces; what is read must be written and read back as the same text. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  g_autoptr (XmppReader) reader = xmpp_reader_new (10000);
  gsize step;
  XmppNode *node;

  if (size < 2)
    return 0;
  step = (gsize) data[0] + 1;
  for (gsize at = 1; at < size; at += step)
    {
      if (!xmpp_reader_push (reader, (const char *) data + at, MIN (step, size - at), NULL))
        break;
    }
  while ((node = xmpp_reader_pop (reader)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = xmpp_node_to_string (node);
      g_autoptr (XmppNode) back = xmpp_node_parse (text, -1, &error);
      g_autofree char *again = NULL;

      /* Written out, a prefix of ours may pass a limit of the reader that the sender's own kept. */
      if (back != NULL)
        {
          again = xmpp_node_to_string (back);
          g_assert_cmpstr (text, ==, again);
        }
      else
        {
          g_assert_error (error, XMPP_ERROR, XMPP_ERROR_LIMIT);
        }
      xmpp_node_unref (node);
    }
  return 0;
}
