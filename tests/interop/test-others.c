/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <mien-http.h>
#include <mien-image.h>
#include <mien-portrait-query.h>
#include <portrait-export.h>
#include <xep/xmpp-xep.h>

#include "person.h"
#include "plain.h"
#include "test-interop.h"

/* What other clients publish, as they do it: our gallery shows it, and behind our own IM server the portrait server has
 * it. */

#define OSCAR "oscar@" PEER_DOMAIN

static cairo_surface_t *
colour (double red, int side)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, red, 0.5, 0.25);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

typedef struct
{
  char   *id;
  char   *base64;
  GBytes *png;
} Picture;

static void
picture_init (Picture *self, cairo_surface_t *surface)
{
  self->png = portrait_export (surface, PORTRAIT_FORMAT_PNG, 0, NULL);
  self->id = xmpp_avatar_hash (self->png);
  self->base64 = g_base64_encode (g_bytes_get_data (self->png, NULL), g_bytes_get_size (self->png));
}

static void
picture_clear (Picture *self)
{
  g_bytes_unref (self->png);
  g_free (self->id);
  g_free (self->base64);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

/* No publish-options, no sizes in the metadata: that is all the XEP asks for. @before: a further <info/> or nothing. */
static void
publish_plainly (Plain *plain, const Picture *picture, const char *before)
{
  plain_set (plain, "<pubsub xmlns='" XMPP_NS_PUBSUB "'><publish node='" XMPP_NS_AVATAR_DATA "'><item id='%s'>"
             "<data xmlns='" XMPP_NS_AVATAR_DATA "'>%s</data></item></publish></pubsub>", picture->id, picture->base64);
  plain_set (plain, "<pubsub xmlns='" XMPP_NS_PUBSUB "'><publish node='" XMPP_NS_AVATAR_METADATA "'>"
             "<item id='%s'><metadata xmlns='" XMPP_NS_AVATAR_METADATA "'>%s"
             "<info id='%s' bytes='%" G_GSIZE_FORMAT "' type='image/png'/></metadata></item></publish></pubsub>",
             picture->id, before, picture->id, g_bytes_get_size (picture->png));
}

/* S3244: what the portrait server says of oscar when somebody asks who knows nothing. */
static MienPortraitItem *
ask_component (Plain *plain)
{
  g_autoptr (XmppNode) answer = plain_ask (plain, "get", PEER_SERVICE, "<query xmlns='" MIEN_NS_PORTRAIT "'>"
                                           "<item jid='" OSCAR "'/></query>");
  g_autoptr (GPtrArray) items = answer != NULL ? mien_portrait_query_parse (answer) : NULL;

  g_assert_nonnull (items);
  g_assert_cmpuint (items->len, ==, 1);
  return g_ptr_array_steal_index (items, 0);
}

static gboolean
component_has (Plain *plain, const char *sha1)
{
  g_autoptr (MienPortraitItem) item = ask_component (plain);

  if (sha1 == NULL)
    return item->gone;
  return !item->gone && g_strcmp0 (item->sha1, sha1) == 0 && item->url != NULL;
}

static void
check_hosted (Plain *plain, cairo_surface_t *expected)
{
  g_autoptr (MienPortraitItem) item = ask_component (plain);
  g_autoptr (SoupSession) http = mien_http_session_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (cairo_surface_t) surface = NULL;

  mien_http_get_async (http, item->url, NULL, MIEN_GALLERY_MAX_BYTES, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                       peer_keep_result, &result);
  peer_await (result);
  bytes = mien_http_get_finish (http, result, NULL, NULL, NULL);
  g_assert_nonnull (bytes);
  surface = mien_image_decode (bytes, 0, NULL, NULL);
  g_assert_nonnull (surface);
  g_assert_cmpfloat (surface_difference (surface, expected), <, 2);
}

/* S3242, S3243: only our own IM server forwards. */
static void
check_forwarded (Plain *plain, const char *sha1, cairo_surface_t *surface)
{
  if (peer_get_kind () != PEER_MIEN)
    return;
  peer_wait (component_has (plain, sha1));
  if (surface != NULL)
    check_hosted (plain, surface);
}

static void
test_pep (void)
{
  g_autoptr (Person) oscar = person_new ("oscar");
  g_autoptr (Person) olga = person_new ("olga");
  g_autoptr (Plain) other = NULL;
  g_autoptr (cairo_surface_t) red = colour (1, 128);
  g_autoptr (cairo_surface_t) green = colour (0, 96);
  g_auto (Picture) first = { 0 };
  g_auto (Picture) second = { 0 };

  picture_init (&first, red);
  picture_init (&second, green);
  person_befriend (oscar, olga);
  other = plain_new ("oscar");
  publish_plainly (other, &first, "");
  peer_wait (person_sees (olga, OSCAR, red, 80));
  check_forwarded (other, first.id, red);
  /* A hosted one of somewhere else comes first: the one in band is shown, and nobody there learns that olga looks. */
  publish_plainly (other, &second, "<info id='111f4b3c50d7b0df729d299bc6f8e9ef9066971f' bytes='12345' type='image/png'"
                   " url='http://127.0.0.1:9/elsewhere.png' width='512' height='512'/>");
  peer_wait (person_sees (olga, OSCAR, green, 80));
  check_forwarded (other, second.id, green);

  /* Taken back as XEP-0084 has it, then by deleting the node. */
  plain_set (other, "<pubsub xmlns='" XMPP_NS_PUBSUB "'><publish node='" XMPP_NS_AVATAR_METADATA "'><item>"
             "<metadata xmlns='" XMPP_NS_AVATAR_METADATA "'/></item></publish></pubsub>");
  peer_wait (person_sees_nothing (olga, OSCAR));
  check_forwarded (other, NULL, NULL);
  publish_plainly (other, &first, "");
  peer_wait (person_sees (olga, OSCAR, red, 80));
  plain_set (other, "<pubsub xmlns='" XMPP_NS_PUBSUB_OWNER "'><delete node='" XMPP_NS_AVATAR_METADATA "'/></pubsub>");
  peer_wait (person_sees_nothing (olga, OSCAR));
  check_forwarded (other, NULL, NULL);
}

/* A client that knows vCards only. */
static void
test_vcard (void)
{
  g_autoptr (Person) oscar = person_new ("oscar");
  g_autoptr (Person) olga = person_new ("olga");
  g_autoptr (Plain) other = NULL;
  g_autoptr (cairo_surface_t) blue = colour (0.2, 96);
  g_auto (Picture) picture = { 0 };

  picture_init (&picture, blue);
  person_befriend (oscar, olga);
  other = plain_new ("oscar");
  plain_set (other, "<vCard xmlns='vcard-temp'><FN>Oscar</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>%s</BINVAL></PHOTO>"
             "</vCard>", picture.base64);
  peer_wait (person_sees (olga, OSCAR, blue, 80));
  check_forwarded (other, picture.id, blue);
}

void
add_others_tests (void)
{
  g_test_add_func ("/interop/others/pep", test_pep);
  g_test_add_func ("/interop/others/vcard", test_vcard);
}
