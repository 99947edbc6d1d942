/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-config.h"

#include "mien-session-private.h"

#include <string.h>
#include <xep/xmpp-caps.h>
#include <xep/xmpp-chat-state.h>
#include <xep/xmpp-nick.h>
#include <xep/xmpp-ping.h>
#include <xep/xmpp-pubsub.h>
#include <xep/xmpp-receipts.h>
#include <xep/xmpp-version.h>

/* XEP-0030 about ourselves. */
XmppDiscoInfo *
mien_session_features_info (MienSession *self)
{
  static const char * const features[] = {
    XMPP_NS_CAPS, XMPP_NS_DISCO_INFO, XMPP_NS_DISCO_ITEMS, XMPP_NS_CHAT_STATES, XMPP_NS_RECEIPTS, XMPP_NS_PING,
    XMPP_NS_VERSION, XMPP_NS_NICK,
  };
  XmppDiscoInfo *info = xmpp_disco_info_new ();

  xmpp_disco_info_add_identity (info, "client", "pc", NULL, "Mien");
  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    xmpp_disco_info_add_feature (info, features[i]);
  /* XEP-0163 section 4.1: an interest is a feature. */
  for (guint i = 0; i < self->watches->len; i++)
    {
      const MienPepWatch *watch = g_ptr_array_index (self->watches, i);
      g_autofree char *interest = g_strconcat (watch->node, XMPP_PUBSUB_NOTIFY, NULL);

      xmpp_disco_info_add_feature (info, interest);
    }
  return info;
}

void
mien_session_features_add_caps (MienSession *self, XmppNode *presence)
{
  g_autoptr (XmppDiscoInfo) info = mien_session_features_info (self);
  g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);

  xmpp_caps_add (presence, MIEN_SESSION_CAPS_NODE, ver);
}

/* For no node and for the node of our capabilities; what any other node would be we do not know. */
static gboolean
on_info_request (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  MienSession *self = data;
  g_autoptr (XmppDiscoInfo) info = mien_session_features_info (self);
  g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);
  g_autofree char *caps_node = g_strconcat (MIEN_SESSION_CAPS_NODE "#", ver, NULL);
  const char *node = xmpp_disco_request_get_node (iq);

  if (node == NULL || strcmp (node, caps_node) == 0)
    xmpp_porter_send (porter, xmpp_disco_info_result (iq, info));
  else
    xmpp_porter_send (porter, xmpp_stanza_error_for (iq, "cancel", "item-not-found", NULL));
  return TRUE;
}

static gboolean
on_items_request (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  xmpp_porter_send (porter, xmpp_disco_items_result (iq, NULL));
  return TRUE;
}

static gboolean
on_version_request (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  xmpp_porter_send (porter, xmpp_version_result (iq, "Mien", MIEN_VERSION));
  return TRUE;
}

static gboolean
on_ping (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  xmpp_porter_send (porter, xmpp_iq_result_for (iq));
  return TRUE;
}

void
mien_session_features_connect (MienSession *self)
{
  mien_session_add_handler (self, "iq", "get", "query", XMPP_NS_DISCO_INFO, on_info_request);
  mien_session_add_handler (self, "iq", "get", "query", XMPP_NS_DISCO_ITEMS, on_items_request);
  mien_session_add_handler (self, "iq", "get", "query", XMPP_NS_VERSION, on_version_request);
  mien_session_add_handler (self, "iq", "get", "ping", XMPP_NS_PING, on_ping);
}
