/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <mien-portrait-query.h>
#include <xep/xmpp-xep.h>
#include <xmpp-reader.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
try_iq (const XmppNode *stanza)
{
  g_autoptr (XmppDiscoInfo) info = xmpp_disco_info_parse (stanza);
  G_GNUC_UNUSED g_autoptr (GPtrArray) items = xmpp_disco_items_parse (stanza);
  g_autoptr (XmppRegisterQuery) query = xmpp_register_parse (stanza);
  G_GNUC_UNUSED g_autoptr (XmppUploadRequest) request = xmpp_upload_request_parse (stanza);
  G_GNUC_UNUSED g_autoptr (XmppUploadSlot) slot = xmpp_upload_slot_parse (stanza);
  g_auto (XmppPubsubRequest) pubsub = { 0 };
  XmppNode *roster = xmpp_roster_query (stanza);
  XmppNode *vcard = xmpp_vcard_find (stanza);

  if (info != NULL)
    {
      G_GNUC_UNUSED g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);

      xmpp_caps_is_well_formed (info);
      xmpp_upload_get_max_size (info);
    }
  if (query != NULL)
    {
      xmpp_node_unref (xmpp_register_submit (NULL, "a", "b", query));
      xmpp_register_needs_only_password (query);
    }
  xmpp_pubsub_request_parse (stanza, &pubsub);
  xmpp_upload_error_get_max (stanza);
  xmpp_upload_error_get_retry (stanza);
  xmpp_pubsub_error_condition (stanza);
  if (roster != NULL)
    XMPP_NODE_FOREACH (roster, child)
      {
        g_autoptr (XmppRosterItem) item = xmpp_roster_item_parse (child);

        if (item != NULL)
          xmpp_node_unref (xmpp_roster_push ("a@b", item, "1"));
      }
  if (vcard != NULL)
    {
      g_autofree char *type = NULL;
      G_GNUC_UNUSED g_autoptr (GBytes) photo = xmpp_vcard_get_photo (vcard, &type);

      xmpp_vcard_get_nickname (vcard);
    }
}

static void
try_portraits (const XmppNode *stanza)
{
  g_autoptr (GPtrArray) items = mien_portrait_query_parse (stanza);

  mien_portrait_retract_is (stanza);
  if (items != NULL)
    {
      xmpp_node_unref (mien_portrait_query_result (stanza, items));
      xmpp_node_unref (mien_portrait_query_request ("p", items, 0));
    }
}

static void
try_message (const XmppNode *stanza)
{
  XmppNode *inner;
  XmppNode *ack = xmpp_receipts_ack (stanza);
  XmppPubsubEvent event;
  G_GNUC_UNUSED g_autofree char *nick = xmpp_nick_parse (stanza);

  g_clear_pointer (&ack, xmpp_node_unref);
  xmpp_carbons_unwrap (stanza, "a@b", &inner);
  xmpp_carbons_is_eligible (stanza);
  xmpp_chat_state_parse (stanza);
  xmpp_delay_parse (stanza, NULL);
  xmpp_hints_parse (stanza);
  xmpp_receipts_get_ack (stanza);
  if (!xmpp_pubsub_event_parse (stanza, &event))
    return;
  XMPP_NODE_FOREACH (event.element, item)
    {
      g_autoptr (XmppAvatarMetadata) metadata = xmpp_avatar_metadata_parse (xmpp_node_first (item));
      G_GNUC_UNUSED g_autoptr (GBytes) bytes = xmpp_avatar_data_parse (xmpp_node_first (item));

      if (metadata != NULL)
        {
          mien_portrait_pointer_parse (metadata->pointer, NULL, NULL);
          xmpp_avatar_metadata_get_inband (metadata, xmpp_node_get (item, "id"));
          xmpp_avatar_metadata_get_hosted (metadata);
          xmpp_node_unref (xmpp_avatar_metadata_to_node (metadata));
        }
    }
}

static void
try_presence (const XmppNode *stanza)
{
  XmppCaps caps;
  g_autofree char *sha1 = NULL;
  g_autofree char *status = xmpp_presence_get_status (stanza);

  g_assert_true (status == NULL || g_utf8_validate (status, -1, NULL));
  xmpp_caps_parse (stanza, &caps);
  xmpp_vcard_update_parse (stanza, &sha1);
  xmpp_presence_get_kind (stanza);
  xmpp_presence_get_show (stanza);
  xmpp_presence_get_priority (stanza);
}

/* One stanza, given to every parser: none may trust what it reads. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autoptr (XmppNode) stanza = xmpp_node_parse ((const char *) data, (gssize) size, NULL);

  if (stanza == NULL)
    return 0;
  try_iq (stanza);
  try_portraits (stanza);
  try_message (stanza);
  try_presence (stanza);
  return 0;
}
