/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-names.h"

#include "xmpp-node.h"

/* Element names, attribute names and namespaces that most stanzas are made of. */
static const char * const names[] = {
  "", "message", "presence", "iq", "body", "show", "status", "priority", "subject", "thread", "error", "text", "type",
  "id", "from", "to", "lang", "query", "item", "items", "jid", "name", "subscription", "ask", "group", "ver", "hash",
  "node", "c", "x", "photo", "feature", "features", "identity", "category", "var", "field", "value", "pubsub", "event",
  "data", "metadata", "info", "bytes", "width", "height", "url", "delay", "stamp", "active", "composing", "paused",
  "inactive", "gone", "request", "received", "sent", "forwarded", "ping", "slot", "put", "get", "r", "a", "h",
  "resource", "bind", "stream", "version", "sha256", "sha1", "updated", "xmlns", "vCard", "PHOTO", "BINVAL", "TYPE",
  "show", "code", "publish", "retract", "markable", "displayed", "occupant-id", "stanza-id", "by",
  XMPP_NS_XML, XMPP_NS_STREAMS, XMPP_NS_STREAM_ERRORS, XMPP_NS_TLS, XMPP_NS_SASL, XMPP_NS_BIND, XMPP_NS_SESSION,
  XMPP_NS_COMPONENT, XMPP_NS_SM, XMPP_NS_CLIENT, XMPP_NS_STANZAS, XMPP_NS_REGISTER,
  "jabber:iq:roster", "jabber:x:data", "jabber:x:delay", "jabber:iq:version", "jabber:iq:last", "vcard-temp",
  "vcard-temp:x:update", "http://jabber.org/protocol/caps", "http://jabber.org/protocol/disco#info",
  "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/pubsub",
  "http://jabber.org/protocol/pubsub#event", "http://jabber.org/protocol/chatstates",
  "http://jabber.org/protocol/nick", "http://jabber.org/protocol/muc#user", "urn:xmpp:avatar:data",
  "urn:xmpp:avatar:metadata", "urn:xmpp:delay", "urn:xmpp:ping", "urn:xmpp:receipts", "urn:xmpp:carbons:2",
  "urn:xmpp:forward:0", "urn:xmpp:http:upload:0", "urn:xmpp:idle:1", "urn:xmpp:sid:0", "urn:xmpp:mam:2",
  "urn:xmpp:hints", "urn:xmpp:chat-markers:0",
};

static GHashTable *
make_table (void)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_hash_table_add (table, (gpointer) names[i]);
  return table;
}

const char *
xmpp_names_find (const char *text)
{
  static gsize once;
  static GHashTable *table;   /* never changed after it is made, so that all threads may read it */

  if (g_once_init_enter (&once))
    {
      table = make_table ();
      g_once_init_leave (&once, 1);
    }
  return g_hash_table_lookup (table, text);
}
