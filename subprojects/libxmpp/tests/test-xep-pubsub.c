/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <xep/xmpp-avatar.h>
#include <xep/xmpp-pubsub.h>
#include <xep/xmpp-upload.h>
#include <xep/xmpp-vcard.h>

#include "xml.h"

#define SHA1_A "111f4b3c50d7b0df729d299bc6f8e9ef9066971f"
#define SHA1_B "e279f80c38f99c1e7e53e262b440993b2f7eea57"
#define SHA1_C "357a8123a30844a3aa99861b6349264ba67a5694"

static void
test_publish (void)
{
  XmppForm *options = xmpp_pubsub_publish_options_new ();
  g_autoptr (XmppNode) iq = NULL;
  g_auto (XmppPubsubRequest) request = { 0 };

  xmpp_form_add (options, "pubsub#max_items", NULL, "1");
  iq = xmpp_pubsub_publish (NULL, "urn:n", "id1", xmpp_node_new ("payload", "urn:p"), options);
  g_assert_true (xmpp_pubsub_request_parse (iq, &request));
  g_assert_cmpint (request.kind, ==, XMPP_PUBSUB_REQUEST_PUBLISH);
  g_assert_cmpstr (request.node, ==, "urn:n");
  g_assert_cmpuint (request.items->len, ==, 1);
  g_assert_nonnull (xmpp_pubsub_item_payload (request.items->pdata[0], "payload", "urn:p"));
  g_assert_cmpstr (xmpp_form_get_form_type (request.form), ==, XMPP_PUBSUB_PUBLISH_OPTIONS);
  g_assert_cmpstr (xmpp_form_get (request.form, "pubsub#max_items"), ==, "1");
}

static void
test_requests (void)
{
  struct { XmppNode *iq; XmppPubsubRequestKind kind; guint items; guint max;
  } table[] = {
    { xmpp_pubsub_items ("a@x", "urn:n", NULL, 1), XMPP_PUBSUB_REQUEST_ITEMS, 0, 1 },
    { xmpp_pubsub_items ("a@x", "urn:n", "i", 0), XMPP_PUBSUB_REQUEST_ITEMS, 1, 0 },
    { xmpp_pubsub_retract (NULL, "urn:n", "i", TRUE), XMPP_PUBSUB_REQUEST_RETRACT, 1, 0 },
    { xmpp_pubsub_delete_node (NULL, "urn:n"), XMPP_PUBSUB_REQUEST_DELETE, 0, 0 },
    { xmpp_pubsub_configure (NULL, "urn:n", xmpp_pubsub_node_config_new ()), XMPP_PUBSUB_REQUEST_SET_CONFIG, 0, 0 },
    { test_xml ("<iq type='get'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='urn:n'/>"
                "</pubsub></iq>"),
      XMPP_PUBSUB_REQUEST_GET_CONFIG, 0, 0 },
    { test_xml (
          "<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='urn:n'/></pubsub></iq>"),
      XMPP_PUBSUB_REQUEST_CREATE, 0, 0 },
  };
  g_autoptr (XmppNode) other = test_xml ("<iq type='get'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                                         "<options/></pubsub></iq>");
  g_autoptr (XmppNode) none = test_xml ("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>");
  g_auto (XmppPubsubRequest) request = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_auto (XmppPubsubRequest) parsed = { 0 };

      g_assert_true (xmpp_pubsub_request_parse (table[i].iq, &parsed));
      g_assert_cmpint (parsed.kind, ==, table[i].kind);
      g_assert_cmpstr (parsed.node, ==, "urn:n");
      g_assert_cmpuint (parsed.items->len, ==, table[i].items);
      g_assert_cmpuint (parsed.max_items, ==, table[i].max);
      g_assert_cmpint (parsed.notify, ==, table[i].kind == XMPP_PUBSUB_REQUEST_RETRACT);
      xmpp_node_unref (table[i].iq);
    }
  g_assert_true (xmpp_pubsub_request_parse (other, &request));
  g_assert_cmpint (request.kind, ==, XMPP_PUBSUB_REQUEST_OTHER);
  g_assert_false (xmpp_pubsub_request_parse (none, &request));
}

static void
test_results_and_errors (void)
{
  g_autoptr (XmppNode) result = test_xml ("<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                                          "<items node='urn:n'>"
                                          "<item id='a'><p xmlns='urn:p'/></item></items></pubsub></iq>");
  g_autoptr (XmppNode) published = test_xml ("<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                                             "<publish node='urn:n'><item id='z'/></publish></pubsub></iq>");
  g_autoptr (XmppNode) request = xmpp_pubsub_items (NULL, "urn:n", NULL, 0);
  g_autoptr (XmppNode) error = xmpp_pubsub_error (request, "cancel", "conflict", "precondition-not-met");

  g_assert_nonnull (xmpp_pubsub_result_items (result, "urn:n"));
  g_assert_null (xmpp_pubsub_result_items (result, "urn:other"));
  g_assert_cmpstr (xmpp_pubsub_published_id (published), ==, "z");
  g_assert_null (xmpp_pubsub_published_id (result));
  g_assert_cmpstr (xmpp_pubsub_error_condition (error), ==, "precondition-not-met");
  g_assert_cmpstr (xmpp_stanza_get_error_condition (error), ==, "conflict");
  g_assert_null (xmpp_pubsub_error_condition (result));
}

static void
test_events (void)
{
  g_autoptr (XmppNode) item = xmpp_node_new ("item", XMPP_NS_PUBSUB_EVENT);
  g_autoptr (XmppNode) message = xmpp_pubsub_event_new ("a@x", "b@x/1", "urn:n", g_steal_pointer (&item));
  g_autoptr (XmppNode) retract = xmpp_pubsub_event_retract ("a@x", "b@x/1", "urn:n", "i");
  g_autoptr (XmppNode) deleted = xmpp_pubsub_event_delete ("a@x", "b@x/1", "urn:n");
  g_autoptr (XmppNode) purge = test_xml ("<message><event xmlns='http://jabber.org/protocol/pubsub#event'><purge"
                                         " node='urn:n'/></event></message>");
  g_autoptr (XmppNode) nameless = test_xml ("<message><event xmlns='http://jabber.org/protocol/pubsub#event'>"
                                            "<items/></event></message>");
  g_autoptr (GString) many = g_string_new ("<message><event xmlns='http://jabber.org/protocol/pubsub#event'><items"
                                           " node='n'>");
  g_autoptr (XmppNode) flood = NULL;
  XmppPubsubEvent event;

  g_assert_true (xmpp_pubsub_event_parse (message, &event));
  g_assert_cmpint (event.kind, ==, XMPP_PUBSUB_ITEMS);
  g_assert_cmpstr (event.node, ==, "urn:n");
  g_assert_nonnull (xmpp_node_child (event.element, "item", NULL));
  g_assert_true (xmpp_pubsub_event_parse (retract, &event));
  g_assert_nonnull (xmpp_node_child (event.element, "retract", NULL));
  g_assert_true (xmpp_pubsub_event_parse (deleted, &event));
  g_assert_cmpint (event.kind, ==, XMPP_PUBSUB_DELETE);
  g_assert_true (xmpp_pubsub_event_parse (purge, &event));
  g_assert_cmpint (event.kind, ==, XMPP_PUBSUB_PURGE);
  g_assert_false (xmpp_pubsub_event_parse (nameless, &event));
  xmpp_node_set (message, "type", "error");
  g_assert_false (xmpp_pubsub_event_parse (message, &event));

  for (guint i = 0; i <= XMPP_PUBSUB_MAX_ITEMS; i++)
    g_string_append (many, "<item/>");
  g_string_append (many, "</items></event></message>");
  flood = test_xml (many->str);
  g_assert_false (xmpp_pubsub_event_parse (flood, &event));
}

/* The order and the attributes that other clients need */
static void
test_avatar_metadata (void)
{
  g_autoptr (XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();
  g_autoptr (XmppNode) node = NULL;
  g_autoptr (XmppAvatarMetadata) again = NULL;
  XmppNode *child;

  g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (SHA1_A, "image/png", NULL, 12345, 192, 192));
  g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (SHA1_B, "image/png", "https://x.example/p.png", 99, 960,
                                                          960));
  metadata->pointer = xmpp_node_new ("pointer", XMPP_NS_AVATAR_METADATA);
  node = xmpp_avatar_metadata_to_node (metadata);

  child = xmpp_node_first (node);
  g_assert_null (xmpp_node_get (child, "url"));
  g_assert_cmpstr (xmpp_node_get (child, "id"), ==, SHA1_A);
  child = xmpp_node_next (child);
  g_assert_cmpstr (xmpp_node_get (child, "url"), ==, "https://x.example/p.png");
  child = xmpp_node_next (child);
  g_assert_true (xmpp_node_is (child, "pointer", XMPP_NS_AVATAR_METADATA));
  g_assert_null (xmpp_node_next (child));

  again = xmpp_avatar_metadata_parse (node);
  g_assert_cmpuint (again->infos->len, ==, 2);
  g_assert_nonnull (again->pointer);
  g_assert_cmpstr (xmpp_avatar_metadata_get_inband (again, SHA1_A)->id, ==, SHA1_A);
  g_assert_cmpuint (xmpp_avatar_metadata_get_hosted (again)->width, ==, 960);
}

static void
test_avatar_choice (void)
{
  /* Example of section 4.3: item id first, the first without a url else */
  g_autoptr (XmppNode) node = test_xml ("<metadata xmlns='urn:xmpp:avatar:metadata'>"
                                        "<info bytes='1' id='" SHA1_B "' type='image/gif'"
                                                                      " url='http://a.example/h.gif'/>"
                                        "<info bytes='2' id='" SHA1_C "' type='image/png'/>"
                                        "<info bytes='3' id='" SHA1_A "' type='image/png'/>"
                                        "<info bytes='4' id='nonsense' type='image/png'/>"
                                        "<info bytes='5' id='" SHA1_A "' type='image/png' url='file:///etc/passwd'/>"
                                                                      "</metadata>");
  g_autoptr (XmppAvatarMetadata) metadata = xmpp_avatar_metadata_parse (node);
  g_autoptr (XmppNode) empty_node = xmpp_node_new ("metadata", XMPP_NS_AVATAR_METADATA);
  g_autoptr (XmppAvatarMetadata) empty = xmpp_avatar_metadata_parse (empty_node);

  g_assert_cmpuint (metadata->infos->len, ==, 3);
  g_assert_cmpuint (xmpp_avatar_metadata_get_inband (metadata, SHA1_A)->bytes, ==, 3);
  g_assert_cmpuint (xmpp_avatar_metadata_get_inband (metadata, "other")->bytes, ==, 2);
  g_assert_null (xmpp_avatar_metadata_get_hosted (metadata));
  g_assert_cmpuint (empty->infos->len, ==, 0);
  g_assert_null (xmpp_avatar_metadata_get_inband (empty, SHA1_A));
  g_assert_null (xmpp_avatar_metadata_parse (NULL));

  for (guint i = 0; i <= XMPP_AVATAR_MAX_INFOS; i++)
    {
      XmppNode *info = xmpp_node_add (empty_node, "info", NULL);

      xmpp_node_set (info, "id", SHA1_A);
      xmpp_node_set (info, "type", "image/png");
    }
  g_assert_null (xmpp_avatar_metadata_parse (empty_node));
}

static void
test_avatar_data (void)
{
  static const struct { const char *text; const char *expected; } table[] = {
    { "aGVsbG8=", "hello" }, { " aGVs\n bG8= ", "hello" }, { "aGVsbG8", NULL }, { "aGVsbG8==", NULL }, { "", NULL },
    { "a===", NULL }, { "aGV$bG8=", NULL }, { "aGVs=bG8", NULL }, { "aGVsbG8h", "hello!" }, { "aA==", "h" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppNode) node = xmpp_node_new ("data", XMPP_NS_AVATAR_DATA);
      g_autoptr (GBytes) bytes = NULL;

      xmpp_node_append_text (node, table[i].text);
      bytes = xmpp_avatar_data_parse (node);
      g_assert_cmpint (bytes != NULL, ==, table[i].expected != NULL);
      if (bytes != NULL)
        {
          g_autoptr (XmppNode) back = xmpp_avatar_data_to_node (bytes);
          g_autoptr (GBytes) again = xmpp_avatar_data_parse (back);

          g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), table[i].expected,
                           strlen (table[i].expected));
          g_assert_true (g_bytes_equal (bytes, again));
        }
    }
  {
    g_autoptr (XmppNode) node = xmpp_node_new ("data", XMPP_NS_AVATAR_DATA);
    g_autofree char *big = g_strnfill (XMPP_AVATAR_MAX_BYTES / 3 * 4 + 8, 'A');

    xmpp_node_append_text (node, big);
    g_assert_null (xmpp_avatar_data_parse (node));
  }
}

static void
test_vcard (void)
{
  g_autoptr (XmppNode) vcard = test_xml ("<vCard xmlns='vcard-temp'><FN>Bob Chen</FN><NICKNAME></NICKNAME></vCard>");
  g_autoptr (GBytes) photo = g_bytes_new_static ("PNG", 3);
  g_autoptr (GBytes) again = NULL;
  g_autofree char *type = NULL;
  g_autoptr (XmppNode) presence = xmpp_stanza_new ("presence", NULL, NULL);
  g_autofree char *sha1 = NULL;

  g_assert_cmpstr (xmpp_vcard_get_nickname (vcard), ==, "Bob Chen");
  g_assert_null (xmpp_vcard_get_photo (vcard, NULL));
  xmpp_vcard_set_photo (vcard, photo, "image/png");
  xmpp_vcard_set_photo (vcard, photo, "image/png");
  again = xmpp_vcard_get_photo (vcard, &type);
  g_assert_true (g_bytes_equal (photo, again));
  g_assert_cmpstr (type, ==, "image/png");
  xmpp_vcard_set_photo (vcard, NULL, NULL);
  g_assert_null (xmpp_node_child (vcard, "PHOTO", NULL));

  g_assert_cmpint (xmpp_vcard_update_parse (presence, &sha1), ==, XMPP_VCARD_UPDATE_ABSENT);
  xmpp_vcard_update_set (presence, NULL);
  g_assert_cmpint (xmpp_vcard_update_parse (presence, &sha1), ==, XMPP_VCARD_UPDATE_NOT_READY);
  xmpp_vcard_update_set (presence, "");
  g_assert_cmpint (xmpp_vcard_update_parse (presence, &sha1), ==, XMPP_VCARD_UPDATE_NONE);
  xmpp_vcard_update_set (presence, "../../etc");
  g_assert_cmpint (xmpp_vcard_update_parse (presence, &sha1), ==, XMPP_VCARD_UPDATE_ABSENT);
  g_assert_null (sha1);
  xmpp_vcard_update_set (presence, "111F4B3C50D7B0DF729D299BC6F8E9EF9066971F");
  g_assert_cmpint (xmpp_vcard_update_parse (presence, &sha1), ==, XMPP_VCARD_UPDATE_HASH);
  g_assert_cmpstr (sha1, ==, SHA1_A);
}

static void
test_upload (void)
{
  g_autoptr (XmppNode) iq = xmpp_upload_request ("u.example", "p.png", 100, "image/png", XMPP_UPLOAD_PURPOSE_PROFILE);
  g_autoptr (XmppUploadRequest) request = xmpp_upload_request_parse (iq);
  g_autoptr (XmppUploadSlot) slot = xmpp_upload_slot_new ("https://u.example/put/1", "https://u.example/p/1.png");
  g_autoptr (XmppNode) result = NULL;
  g_autoptr (XmppUploadSlot) again = NULL;
  g_autoptr (XmppNode) too_large = xmpp_upload_error_too_large (iq, 20000);
  g_autoptr (XmppNode) retry = xmpp_upload_error_retry (iq, 1512344525, "Quota");
  g_autoptr (XmppNode) plain = test_xml ("<iq type='get'><request xmlns='urn:xmpp:http:upload:0' filename='a'"
                                         " size='1'/></iq>");
  g_autoptr (XmppUploadRequest) plain_request = xmpp_upload_request_parse (plain);

  g_assert_cmpstr (request->purpose, ==, "profile");
  g_assert_cmpuint (request->size, ==, 100);
  g_assert_cmpstr (plain_request->purpose, ==, "message");

  xmpp_upload_slot_add_header (slot, "authorization", "Bearer a\r\nX-Evil: 1");
  xmpp_upload_slot_add_header (slot, "X-Other", "no");
  xmpp_upload_slot_add_header (slot, "Cookie", "a=b");
  g_assert_cmpuint (slot->headers->len, ==, 4);
  g_assert_cmpstr (slot->headers->pdata[1], ==, "Bearer aX-Evil: 1");
  result = xmpp_upload_slot_result (iq, slot);
  again = xmpp_upload_slot_parse (result);
  g_assert_cmpstr (again->put_url, ==, slot->put_url);
  g_assert_cmpstr (again->get_url, ==, slot->get_url);
  g_assert_cmpuint (again->headers->len, ==, 4);

  g_assert_cmpuint (xmpp_upload_error_get_max (too_large), ==, 20000);
  g_assert_cmpuint (xmpp_upload_error_get_max (retry), ==, 0);
  g_assert_cmpint (xmpp_upload_error_get_retry (retry), ==, 1512344525);
}

static void
test_upload_hostile (void)
{
  static const char * const requests[] = {
    "<iq type='get'><request xmlns='urn:xmpp:http:upload:0' filename='a' size='0'/></iq>",
    "<iq type='get'><request xmlns='urn:xmpp:http:upload:0' filename='a' size='-1'/></iq>",
    "<iq type='get'><request xmlns='urn:xmpp:http:upload:0' filename='' size='1'/></iq>",
    "<iq type='get'><request xmlns='urn:xmpp:http:upload:0' size='1'/></iq>",
    "<iq type='set'><request xmlns='urn:xmpp:http:upload:0' filename='a' size='1'/></iq>",
    "<iq type='get'><request xmlns='urn:xmpp:http:upload:0' filename='a' size='99999999999999999999'/></iq>",
  };
  static const char * const urls[] = { "file:///etc/passwd", "javascript:1", "ftp://x/", "", "https://[bad" };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (XmppNode) iq = test_xml (requests[i]);

      g_assert_null (xmpp_upload_request_parse (iq));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (XmppNode) request = xmpp_stanza_new ("iq", "get", "x");
      g_autoptr (XmppUploadSlot) slot = xmpp_upload_slot_new (urls[i], "https://x.example/");
      g_autoptr (XmppNode) result = xmpp_upload_slot_result (request, slot);

      g_assert_null (xmpp_upload_slot_parse (result));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/xep/pubsub/publish", test_publish);
  g_test_add_func ("/xep/pubsub/requests", test_requests);
  g_test_add_func ("/xep/pubsub/results", test_results_and_errors);
  g_test_add_func ("/xep/pubsub/events", test_events);
  g_test_add_func ("/xep/avatar/metadata", test_avatar_metadata);
  g_test_add_func ("/xep/avatar/choice", test_avatar_choice);
  g_test_add_func ("/xep/avatar/data", test_avatar_data);
  g_test_add_func ("/xep/vcard", test_vcard);
  g_test_add_func ("/xep/upload", test_upload);
  g_test_add_func ("/xep/upload/hostile", test_upload_hostile);
  return g_test_run ();
}
