/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <mien-roster-private.h>
#include <xmpp-porter-owner.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static gboolean
send_nothing (XmppPorter *porter, XmppNode *stanza, gpointer data)
{
  return FALSE;
}

/* The stored friend list: what is read must be written and read again as the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (XmppPorter) porter = xmpp_porter_new (send_nothing, NULL);
  g_autoptr (MienRoster) roster = mien_roster_new (porter, "a@example.org", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  if (mien_roster_cache_unpack (roster, bytes))
    {
      g_autoptr (GBytes) packed = mien_roster_cache_pack (roster);
      guint count = mien_roster_get_size (roster);

      mien_roster_flush (roster);
      g_assert_true (mien_roster_cache_unpack (roster, packed));
      g_assert_cmpuint (mien_roster_get_size (roster), ==, count);
    }
  xmpp_porter_dispose_owner (porter);
  return 0;
}
