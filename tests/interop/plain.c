/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain.h"

#include <stdarg.h>
#include <xep/xmpp-xep.h>
#include <xmpp-error.h>
#include <xmpp-reader.h>

#include "peer.h"

static gboolean
on_presence (XmppPorter *porter, XmppNode *presence, gpointer data)
{
  Plain *self = data;
  const char *from = xmpp_node_get (presence, "from");
  g_autoptr (XmppJid) jid = from != NULL ? xmpp_jid_new (from, NULL) : NULL;
  g_autofree char *sha1 = NULL;
  XmppVcardUpdate update = xmpp_vcard_update_parse (presence, &sha1);

  if (jid != NULL && (update == XMPP_VCARD_UPDATE_HASH || update == XMPP_VCARD_UPDATE_NONE))
    g_hash_table_insert (self->photos, g_strdup (xmpp_jid_get_bare (jid)), g_strdup (sha1 != NULL ? sha1 : ""));
  return FALSE;
}

Plain *
plain_new (const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s@" PEER_DOMAIN "/plain", name);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Plain *self = g_new0 (Plain, 1);

  self->photos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->client = xmpp_client_new (jid);
  self->porter = xmpp_client_get_porter (self->client);
  xmpp_client_set_host (self->client, "127.0.0.1", peer_get_port (), XMPP_TLS_STARTTLS);
  xmpp_client_set_tls_database (self->client, peer_get_trust ());
  xmpp_client_set_password (self->client, name);
  xmpp_porter_add_handler (self->porter, "presence", NULL, NULL, NULL, 0, on_presence, self, NULL);
  xmpp_client_connect_async (self->client, NULL, peer_keep_result, &result);
  peer_await (result);
  xmpp_client_connect_finish (self->client, result, &error);
  g_assert_no_error (error);
  xmpp_node_unref (plain_ask (self, "get", NULL, "<query xmlns='jabber:iq:roster'/>"));
  xmpp_porter_send (self->porter, xmpp_stanza_new ("presence", NULL, NULL));
  return self;
}

void
plain_free (Plain *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_client_disconnect_async (self->client, NULL, peer_keep_result, &result);
  peer_await (result);
  g_object_unref (self->client);
  g_hash_table_unref (self->photos);
  g_free (self);
}

static XmppNode *
ask (Plain *self, const char *type, const char *to, const char *payload, GError **error)
{
  XmppNode *iq = xmpp_stanza_new ("iq", type, to);
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_node_append (iq, xmpp_node_parse (payload, -1, NULL));
  xmpp_porter_iq_async (self->porter, iq, 0, NULL, peer_keep_result, &result);
  peer_await (result);
  return xmpp_porter_iq_finish (self->porter, result, error);
}

XmppNode *
plain_ask (Plain *self, const char *type, const char *to, const char *format, ...)
{
  g_autofree char *payload = NULL;
  va_list list;

  va_start (list, format);
  payload = g_strdup_vprintf (format, list);
  va_end (list);
  return ask (self, type, to, payload, NULL);
}

void
plain_set (Plain *self, const char *format, ...)
{
  g_autoptr (XmppNode) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *payload = NULL;
  va_list list;

  va_start (list, format);
  payload = g_strdup_vprintf (format, list);
  va_end (list);
  answer = ask (self, "set", NULL, payload, &error);
  g_assert_no_error (error);
}

GPtrArray *
plain_items (Plain *self, const char *to, const char *node)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  g_autoptr (XmppNode) answer = plain_ask (self, "get", to, "<pubsub xmlns='" XMPP_NS_PUBSUB "'>"
                                           "<items node='%s'/></pubsub>", node);
  XmppNode *found = answer != NULL ? xmpp_pubsub_result_items (answer, node) : NULL;

  if (found != NULL)
    XMPP_NODE_FOREACH (found, item)
      g_ptr_array_add (items, xmpp_node_ref (item));
  return items;
}

char *
plain_get_option (Plain *self, const char *node, const char *field)
{
  g_autoptr (XmppNode) answer = plain_ask (self, "get", NULL, "<pubsub xmlns='" XMPP_NS_PUBSUB_OWNER "'>"
                                           "<configure node='%s'/></pubsub>", node);
  XmppNode *pubsub = answer != NULL ? xmpp_node_child (answer, "pubsub", NULL) : NULL;
  XmppNode *configure = pubsub != NULL ? xmpp_node_child (pubsub, "configure", NULL) : NULL;
  g_autoptr (XmppForm) form = configure != NULL ? xmpp_form_find (configure, NULL) : NULL;

  g_assert_nonnull (form);
  return g_strdup (xmpp_form_get (form, field));
}

GBytes *
plain_get_photo (Plain *self, const char *of)
{
  g_autoptr (XmppNode) answer = plain_ask (self, "get", of, "<vCard xmlns='vcard-temp'/>");
  XmppNode *vcard = answer != NULL ? xmpp_vcard_find (answer) : NULL;

  return vcard != NULL ? xmpp_vcard_get_photo (vcard, NULL) : NULL;
}

const char *
plain_get_presence_photo (Plain *self, const char *of)
{
  return g_hash_table_lookup (self->photos, of);
}
