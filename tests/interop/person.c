/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"
#include "folder.h"

#include <mien-draft.h>
#include <portrait-compositor.h>

#define ALIKE 2.0   /* person_sees(): scaled twice, by different code, is not the same to the bit */

/* ---- accounts ---- */

static XmppClient *
set_up_client (XmppClient *client, guint16 port)
{
  xmpp_client_set_host (client, "127.0.0.1", port, XMPP_TLS_STARTTLS);
  xmpp_client_set_tls_database (client, peer_get_trust ());
  return client;
}

gboolean
person_register (const char *name, const char *password, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%s@" PEER_DOMAIN, name);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);
  g_autoptr (XmppClient) client = set_up_client (xmpp_client_new (jid), peer_get_port ());
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_client_set_password (client, password);
  xmpp_client_register_async (client, NULL, peer_keep_result, &result);
  peer_await (result);
  return xmpp_client_register_finish (client, result, error);
}

static void
ensure_account (const char *name)
{
  static GHashTable *known;
  g_autoptr (GError) error = NULL;

  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_add (known, g_strdup (name)))
    return;
  person_register (name, name, &error);
  g_assert_no_error (error);
}

/* ---- signing in and out ---- */

void
person_open (Person *self)
{
  g_autofree char *gallery = g_build_filename (self->folder, "gallery", NULL);
  g_autoptr (XmppJid) jid = xmpp_jid_new (self->jid, NULL);

  g_assert_null (self->session);
  self->session = mien_session_new (jid, self->folder);
  set_up_client (mien_session_get_client (self->session), self->port);
  self->http = mien_http_session_new ();
  self->gallery = mien_gallery_new (self->session, gallery, self->http);
  self->publisher = mien_publisher_new (self->session, self->http);
}

gboolean
person_try (Person *self, const char *password, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mien_session_sign_in_async (self->session, password, NULL, peer_keep_result, &result);
  peer_await (result);
  return mien_session_sign_in_finish (self->session, result, error);
}

void
person_sign_in (Person *self)
{
  g_autoptr (GError) error = NULL;

  if (self->session == NULL)
    person_open (self);
  person_try (self, self->name, &error);
  g_assert_no_error (error);
  peer_wait (mien_roster_is_loaded (mien_session_get_roster (self->session)));
  peer_wait (mien_session_get_portrait_service (self->session) != NULL);
  g_assert_cmpstr (mien_session_get_portrait_service (self->session), ==, PEER_SERVICE);
}

void
person_sign_out (Person *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (self->session == NULL)
    return;
  mien_session_sign_out_async (self->session, peer_keep_result, &result);
  peer_await (result);
  mien_session_sign_out_finish (self->session, result, NULL);
  g_object_run_dispose (G_OBJECT (self->gallery));
  g_clear_object (&self->gallery);
  g_clear_object (&self->publisher);
  g_clear_object (&self->http);
  g_object_run_dispose (G_OBJECT (self->session));
  g_clear_object (&self->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
person_forget (Person *self)
{
  person_sign_out (self);
  test_folder_remove (self->folder);
  self->folder = test_folder_new ("person");
}

Person *
person_new_through (const char *name, guint16 port)
{
  Person *self = g_new0 (Person, 1);

  ensure_account (name);
  self->name = g_strdup (name);
  self->jid = g_strdup_printf ("%s@" PEER_DOMAIN, name);
  self->folder = test_folder_new ("person");
  self->port = port;
  person_sign_in (self);
  return self;
}

Person *
person_new (const char *name)
{
  return person_new_through (name, peer_get_port ());
}

void
person_free (Person *self)
{
  person_sign_out (self);
  test_folder_remove (self->folder);
  g_free (self->name);
  g_free (self->jid);
  g_free (self);
}

/* ---- friends ---- */

static MienSubscription
subscription_to (Person *self, Person *other)
{
  MienFriend *friend = mien_roster_lookup (mien_session_get_roster (self->session), other->jid);

  return friend != NULL ? mien_friend_get_subscription (friend) : MIEN_SUBSCRIPTION_NONE;
}

static gboolean
is_asked (Person *self, Person *by)
{
  MienFriend *friend = mien_roster_lookup (mien_session_get_roster (self->session), by->jid);

  return friend != NULL && mien_friend_get_pending_in (friend);
}

void
person_befriend (Person *self, Person *other)
{
  MienRoster *roster = mien_session_get_roster (self->session);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (subscription_to (self, other) == MIEN_SUBSCRIPTION_BOTH)
    return;
  mien_roster_add_async (roster, other->jid, NULL, NULL, peer_keep_result, &result);
  peer_await (result);
  mien_roster_change_finish (roster, result, &error);
  g_assert_no_error (error);
  peer_wait (is_asked (other, self));
  mien_roster_answer (mien_session_get_roster (other->session), self->jid, TRUE);
  peer_wait (subscription_to (self, other) == MIEN_SUBSCRIPTION_BOTH
             && subscription_to (other, self) == MIEN_SUBSCRIPTION_BOTH);
}

/* ---- a portrait ---- */

/* S3081-S3084: what the avatar server has, found by way of the portrait component. */
static MienWardrobe *
open_wardrobe (Person *self)
{
  g_autofree char *folder = g_build_filename (self->folder, "wardrobe", NULL);
  const char *uri = mien_session_get_avatar_catalogue_uri (self->session);
  MienWardrobe *wardrobe = mien_wardrobe_new (folder, NULL, self->http);
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) synced = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (uri);
  mien_wardrobe_load_async (wardrobe, NULL, peer_keep_result, &loaded);
  peer_await (loaded);
  mien_wardrobe_load_finish (wardrobe, loaded, NULL);
  mien_wardrobe_sync_async (wardrobe, uri, NULL, NULL, NULL, peer_keep_result, &synced);
  peer_await (synced);
  mien_wardrobe_sync_finish (wardrobe, synced, NULL, &error);
  g_assert_no_error (error);
  return wardrobe;
}

/* S300-S306 */
static void
take_headshot (MienDraft *draft, MienWardrobe *wardrobe)
{
  const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (mien_wardrobe_get_catalogue (wardrobe), 0);
  g_autoptr (cairo_surface_t) surface = NULL;
  g_autoptr (GAsyncResult) rendered = NULL;
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GError) error = NULL;
  PortraitFace face;

  mien_wardrobe_render_headshot_async (wardrobe, drawn, PORTRAIT_STANDARD_SIZE, NULL, peer_keep_result, &rendered);
  peer_await (rendered);
  surface = mien_wardrobe_render_headshot_finish (wardrobe, rendered, &error);
  g_assert_no_error (error);
  portrait_face_init_eyes (drawn->eyes[0], drawn->eyes[1], drawn->eyes[2], drawn->eyes[3], 0, PORTRAIT_EYES_MARKED,
                           &face);
  mien_draft_set_headshot_async (draft, surface, &face, drawn->backdrop, NULL, peer_keep_result, &set);
  peer_await (set);
  mien_draft_set_headshot_finish (draft, set, &error);
  g_assert_no_error (error);
}

/* S310-S314 */
static void
wear (MienDraft *draft, MienWardrobe *wardrobe, const char *id)
{
  MienAvatar *avatar = mien_catalogue_lookup (mien_wardrobe_get_catalogue (wardrobe), id);
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (draft));

  g_assert_nonnull (avatar);
  portrait_look_put (look, mien_avatar_get_avatar_type (avatar), id, NULL, mien_avatar_get_sha256 (avatar), FALSE);
  mien_draft_set_look (draft, look, id, NULL);
}

/* S3161, S3162 */
static cairo_surface_t *
compose (MienDraft *draft, MienWardrobe *wardrobe)
{
  g_autoptr (PortraitCompositor) compositor = portrait_compositor_new ();
  const PortraitLook *look = mien_draft_get_look (draft);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *portrait;

  portrait_compositor_set_look (compositor, look);
  portrait_compositor_set_headshot (compositor, mien_draft_get_headshot (draft));
  for (guint i = 0; i < portrait_look_get_n_layers (look); i++)
    {
      const PortraitLayer *layer = portrait_look_get_layer (look, i);
      MienAvatar *avatar = mien_catalogue_lookup (mien_wardrobe_get_catalogue (wardrobe), layer->avatar);
      const char *type = layer->type->name;
      int size = portrait_compositor_get_art_size (compositor, type, PORTRAIT_STANDARD_SIZE);
      g_autoptr (cairo_surface_t) front = NULL;
      g_autoptr (cairo_surface_t) behind = NULL;
      g_autoptr (GAsyncResult) result = NULL;

      mien_wardrobe_render_art_async (wardrobe, avatar, layer->variant, size, NULL, peer_keep_result, &result);
      peer_await (result);
      front = mien_wardrobe_render_art_finish (wardrobe, result, &behind, &error);
      g_assert_no_error (error);
      portrait_compositor_set_art (compositor, type, front, behind);
    }
  portrait = portrait_compositor_render (compositor, PORTRAIT_STANDARD_SIZE, &error);
  g_assert_no_error (error);
  return portrait;
}

cairo_surface_t *
person_dress (Person *self, gboolean hat)
{
  g_autofree char *folder = g_build_filename (self->folder, "draft", NULL);
  g_autoptr (MienWardrobe) wardrobe = open_wardrobe (self);
  g_autoptr (MienDraft) draft = mien_draft_new (folder);

  take_headshot (draft, wardrobe);
  wear (draft, wardrobe, "hair-long");
  wear (draft, wardrobe, "glasses-round");
  if (hat)
    wear (draft, wardrobe, "hat-beanie");
  return compose (draft, wardrobe);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  g_assert_cmpuint (done, <=, total);
  *(guint64 *) data = done;
}

void
person_publish (Person *self, cairo_surface_t *portrait)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = NULL;
  guint64 sent = 0;
  gint64 updated;

  mien_publisher_publish_async (self->publisher, portrait, on_progress, &sent, NULL, peer_keep_result, &result);
  peer_await (result);
  mien_publisher_publish_finish (self->publisher, result, &updated, &sha256, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sent, >, 1000);
  g_assert_cmpint (ABS (updated - g_get_real_time () / G_USEC_PER_SEC), <=, 5);
  g_assert_nonnull (sha256);
}

void
person_retract (Person *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_publisher_retract_async (self->publisher, NULL, peer_keep_result, &result);
  peer_await (result);
  mien_publisher_retract_finish (self->publisher, result, &error);
  g_assert_no_error (error);
}

/* ---- looking ---- */

static cairo_surface_t *
scale_to (cairo_surface_t *surface, int size)
{
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cairo_t *cr = cairo_create (out);
  double factor = (double) size / cairo_image_surface_get_width (surface);

  cairo_scale (cr, factor, factor);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BEST);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (out);
  return out;
}

/* Scaling well takes as long as many turns of the main loop, and conditions compare the same pictures at every turn:
 * what was scaled is kept with its source. */
cairo_surface_t *
surface_scale_to (cairo_surface_t *surface, int size)
{
  static const cairo_user_data_key_t key;
  GHashTable *sizes = cairo_surface_get_user_data (surface, &key);
  cairo_surface_t *scaled;

  if (sizes == NULL)
    {
      sizes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cairo_surface_destroy);
      cairo_surface_set_user_data (surface, &key, sizes, (cairo_destroy_func_t) g_hash_table_unref);
    }
  scaled = g_hash_table_lookup (sizes, GINT_TO_POINTER (size));
  if (scaled == NULL)
    {
      scaled = scale_to (surface, size);
      g_hash_table_insert (sizes, GINT_TO_POINTER (size), scaled);
    }
  return scaled;
}

double
surface_difference (cairo_surface_t *a, cairo_surface_t *b)
{
  int size = MIN (cairo_image_surface_get_width (a), cairo_image_surface_get_width (b));
  cairo_surface_t *one = surface_scale_to (a, size);
  cairo_surface_t *other = surface_scale_to (b, size);
  guint64 sum = 0;

  for (int y = 0; y < size; y++)
    {
      const guint8 *p = cairo_image_surface_get_data (one) + y * cairo_image_surface_get_stride (one);
      const guint8 *q = cairo_image_surface_get_data (other) + y * cairo_image_surface_get_stride (other);

      for (int x = 0; x < size * 4; x++)
        if (x % 4 != 3)
          sum += (guint64) ABS (p[x] - q[x]);
    }
  return (double) sum / (size * size * 3.0);
}

gboolean
person_sees (Person *self, const char *jid, cairo_surface_t *portrait, int size)
{
  gboolean current;
  cairo_surface_t *surface;

  mien_gallery_want (self->gallery, jid, size, size > MIEN_GALLERY_SMALL_SIDE ? MIEN_GALLERY_TIPS : MIEN_GALLERY_ROW);
  surface = mien_gallery_lookup (self->gallery, jid, size, &current);
  return surface != NULL && current
         && cairo_image_surface_get_width (surface) == MIN (size, cairo_image_surface_get_width (portrait))
         && surface_difference (surface, portrait) < ALIKE;
}

gboolean
person_sees_nothing (Person *self, const char *jid)
{
  gboolean known;

  return !mien_gallery_has_portrait (self->gallery, jid, &known) && known
         && mien_gallery_lookup (self->gallery, jid, 80, NULL) == NULL;
}
