/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <mien-http.h>
#include <mien-image.h>
#include <xep/xmpp-xep.h>

#include "person.h"
#include "plain.h"
#include "test-interop.h"

/* What other clients find after our publication, read with one that knows nothing of Mien. The rules are those of
 * docs/protocol.md: real clients and servers depend on each of them. */

#define WANDA "wanda@" PEER_DOMAIN

static void
on_event (MienSession *session, const char *from, const char *node, XmppNode *items, gpointer data)
{
  if (g_str_equal (from, WANDA))
    g_ptr_array_add (data, g_strdup (node));
}

static GBytes *
fetch (const char *url)
{
  g_autoptr (SoupSession) http = mien_http_session_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  mien_http_get_async (http, url, NULL, MIEN_GALLERY_MAX_BYTES, NULL, NULL, G_PRIORITY_DEFAULT, NULL, peer_keep_result,
                       &result);
  peer_await (result);
  bytes = mien_http_get_finish (http, result, NULL, NULL, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
check_attributes (XmppNode *info)
{
  static const char *const allowed[] = { "bytes", "height", "id", "type", "url", "width", NULL };
  g_autofree char *text = xmpp_node_to_string (info);
  g_auto (GStrv) words = g_strsplit_set (text, " <>/", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');

      if (equals == NULL || (equals[1] != '\'' && equals[1] != '"'))
        continue;
      *equals = '\0';
      g_assert_true (g_str_equal (words[i], "xmlns") || g_strv_contains (allowed, words[i]));
    }
}

/* Rule 3: PNG, square, 192 to 256 pixels, small, opaque. */
static void
check_inband (GBytes *bytes, XmppNode *info)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  MienImageInfo probed;

  g_assert_true (mien_image_probe (data, size, &probed, NULL));
  g_assert_cmpint (probed.format, ==, MIEN_IMAGE_PNG);
  g_assert_cmpint (probed.width, ==, probed.height);
  g_assert_cmpint (probed.width, >=, 192);
  g_assert_cmpint (probed.width, <=, 256);
  g_assert_cmpuint (size, <=, 45 * 1024);
  g_assert_true (data[25] == 2 || data[25] == 3);   /* IHDR's colour type: RGB or palette */
  g_assert_null (g_strstr_len ((const char *) data, MIN (size, 1024), "tRNS"));
  g_assert_cmpstr (xmpp_node_get (info, "type"), ==, "image/png");
  g_assert_null (xmpp_node_get (info, "url"));
  g_assert_cmpint (xmpp_node_get_int (info, "bytes", 0, G_MAXINT, -1), ==, (gint64) size);
  g_assert_cmpint (xmpp_node_get_int (info, "width", 0, G_MAXINT, -1), ==, probed.width);
}

/* Rules 1 to 3 and that every <info/> is the same picture. Returns the item's id. */
static char *
check_nodes (Plain *plain, cairo_surface_t *portrait)
{
  g_autoptr (GPtrArray) metadata = plain_items (plain, WANDA, XMPP_NS_AVATAR_METADATA);
  g_autoptr (GPtrArray) data = plain_items (plain, WANDA, XMPP_NS_AVATAR_DATA);
  XmppNode *item, *first, *second, *pointer;
  g_autoptr (GBytes) inband = NULL;
  g_autoptr (GBytes) hosted = NULL;
  g_autofree char *sha1 = NULL;
  g_autofree char *hosted_sha1 = NULL;
  g_autoptr (cairo_surface_t) small = NULL;
  g_autoptr (cairo_surface_t) large = NULL;

  g_assert_cmpuint (metadata->len, ==, 1);
  g_assert_cmpuint (data->len, ==, 1);
  item = metadata->pdata[0];
  inband = xmpp_avatar_data_parse (xmpp_pubsub_item_payload (data->pdata[0], "data", XMPP_NS_AVATAR_DATA));
  g_assert_nonnull (inband);
  sha1 = xmpp_avatar_hash (inband);
  first = xmpp_node_first (xmpp_pubsub_item_payload (item, "metadata", XMPP_NS_AVATAR_METADATA));
  g_assert_true (xmpp_node_is (first, "info", XMPP_NS_AVATAR_METADATA));
  g_assert_cmpstr (xmpp_node_get (first, "id"), ==, sha1);
  g_assert_cmpstr (xmpp_node_get (item, "id"), ==, sha1);
  g_assert_cmpstr (xmpp_node_get (data->pdata[0], "id"), ==, sha1);
  check_inband (inband, first);
  check_attributes (first);

  second = xmpp_node_next (first);
  g_assert_true (xmpp_node_is (second, "info", XMPP_NS_AVATAR_METADATA));
  check_attributes (second);
  hosted = fetch (xmpp_node_get (second, "url"));
  hosted_sha1 = xmpp_avatar_hash (hosted);
  g_assert_cmpstr (xmpp_node_get (second, "id"), ==, hosted_sha1);
  g_assert_cmpint (xmpp_node_get_int (second, "bytes", 0, G_MAXINT, -1), ==, (gint64) g_bytes_get_size (hosted));
  pointer = xmpp_node_next (second);
  g_assert_true (xmpp_node_is (pointer, "pointer", XMPP_NS_AVATAR_METADATA));
  g_assert_null (xmpp_node_next (pointer));

  small = mien_image_decode (inband, 0, NULL, NULL);
  large = mien_image_decode (hosted, 0, NULL, NULL);
  g_assert_cmpfloat (surface_difference (large, portrait), ==, 0);
  g_assert_cmpfloat (surface_difference (small, portrait), <, 2);
  return g_steal_pointer (&sha1);
}

/* Rule 4: who may see that there is a portrait may see it. */
static void
check_access (Plain *own)
{
  g_autofree char *data = plain_get_option (own, XMPP_NS_AVATAR_DATA, "pubsub#access_model");
  g_autofree char *metadata = plain_get_option (own, XMPP_NS_AVATAR_METADATA, "pubsub#access_model");

  g_assert_cmpstr (data, ==, "presence");
  g_assert_cmpstr (metadata, ==, "presence");
}

static gboolean
has_photo (Plain *plain, const char *sha1)
{
  g_autoptr (GBytes) photo = plain_get_photo (plain, WANDA);
  g_autofree char *hash = photo != NULL ? xmpp_avatar_hash (photo) : NULL;

  return g_strcmp0 (hash, sha1) == 0;
}

/* Where the first position of each of the two is, in the order of events. */
static void
check_order (GPtrArray *events)
{
  guint position;

  g_assert_true (g_ptr_array_find_with_equal_func (events, XMPP_NS_AVATAR_METADATA, g_str_equal, &position));
  g_assert_cmpuint (position, >, 0);
  g_assert_cmpstr (events->pdata[0], ==, XMPP_NS_AVATAR_DATA);
}

static void
test_nodes (void)
{
  g_autoptr (Person) wanda = person_new ("wanda");
  g_autoptr (Person) walter = person_new ("walter");
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (cairo_surface_t) portrait = person_dress (wanda, TRUE);
  g_autoptr (cairo_surface_t) other = person_dress (wanda, FALSE);
  g_autoptr (Plain) own = NULL;
  g_autoptr (Plain) plain = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  person_befriend (wanda, walter);
  own = plain_new ("wanda");
  plain = plain_new ("walter");
  mien_session_watch_pep (wanda->session, XMPP_NS_AVATAR_DATA, on_event, events);
  mien_session_watch_pep (wanda->session, XMPP_NS_AVATAR_METADATA, on_event, events);
  person_publish (wanda, portrait);
  peer_wait (events->len >= 2);
  check_order (events);
  first = check_nodes (plain, portrait);
  check_access (own);
  person_publish (wanda, other);
  second = check_nodes (plain, other);
  g_assert_cmpstr (first, !=, second);
  check_access (own);

  /* Rule 7 */
  peer_wait (has_photo (plain, second));
  peer_wait (g_strcmp0 (plain_get_presence_photo (own, WANDA), second) == 0
             || g_strcmp0 (plain_get_presence_photo (plain, WANDA), second) == 0 || peer_get_kind () == PEER_PROSODY);
  person_sign_out (wanda);
  person_sign_in (wanda);
  peer_wait (g_strcmp0 (plain_get_presence_photo (plain, WANDA), second) == 0);

  /* Rule 6 */
  person_retract (wanda);
  peer_wait (person_sees_nothing (walter, WANDA));
  {
    g_autoptr (GPtrArray) metadata = plain_items (plain, WANDA, XMPP_NS_AVATAR_METADATA);

    g_autoptr (GPtrArray) data = plain_items (plain, WANDA, XMPP_NS_AVATAR_DATA);

    g_assert_cmpuint (data->len, ==, 0);
    g_assert_cmpuint (metadata->len, ==, 1);
    g_assert_null (xmpp_node_first (xmpp_pubsub_item_payload (metadata->pdata[0], "metadata",
                                                              XMPP_NS_AVATAR_METADATA)));
  }
  peer_wait (has_photo (plain, NULL));
}

/* Another client made the nodes, each with its own configuration. */
static void
test_reconfigured (void)
{
  g_autoptr (Person) wendy = person_new ("wendy");
  g_autoptr (Plain) own = plain_new ("wendy");
  g_autoptr (cairo_surface_t) portrait = person_dress (wendy, TRUE);
  static const char *const nodes[] = { XMPP_NS_AVATAR_DATA, XMPP_NS_AVATAR_METADATA };

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    plain_set (own, "<pubsub xmlns='" XMPP_NS_PUBSUB "'>"
               "<publish node='%s'><item id='current'><%s xmlns='%s'/></item></publish>"
               "<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>"
               "<value>" XMPP_PUBSUB_PUBLISH_OPTIONS "</value></field>"
               "<field var='pubsub#access_model'><value>%s</value></field></x></publish-options></pubsub>",
               nodes[i], i == 0 ? "data" : "metadata", nodes[i], i == 0 ? "open" : "whitelist");
  person_publish (wendy, portrait);
  check_access (own);
  peer_wait (person_sees (wendy, "wendy@" PEER_DOMAIN, portrait, 80));
}

void
add_wire_tests (void)
{
  g_test_add_func ("/interop/wire/nodes", test_nodes);
  g_test_add_func ("/interop/wire/reconfigured", test_reconfigured);
}
