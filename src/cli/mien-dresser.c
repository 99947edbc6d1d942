/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-compose"

#include "mien-config.h"
#include "mien-dresser.h"

#include <glib/gi18n.h>
#include <mien-image.h>
#include <string.h>

struct _MienDresser
{
  MienPack       *pack;
  MienFaceFinder *finder;      /* NULL without a model */
};

MienDresser *
mien_dresser_new (const char *pack_directory, GError **error)
{
  g_autofree char *model = mien_face_finder_model_path ();
  MienPack *pack = mien_pack_load (pack_directory, MIEN_PACK_LOAD_PATHS, NULL, error);
  MienDresser *self;

  if (pack == NULL)
    return NULL;

  self = g_new0 (MienDresser, 1);
  self->pack = pack;
  if (model != NULL)
    self->finder = mien_face_finder_new (model, NULL);
  return self;
}

void
mien_dresser_free (MienDresser *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->pack);
  g_clear_object (&self->finder);
  g_free (self);
}

MienCatalogue *
mien_dresser_get_catalogue (MienDresser *self)
{
  return mien_pack_get_catalogue (self->pack);
}

void
mien_dressed_free (MienDressed *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_free (self->name);
  g_free (self->sha256);
  g_free (self);
}

/* Headshots ---------------------------------------------------------------- */

static MienDressed *
load_drawn (MienDresser *self, const MienDrawnHeadshot *drawn, GError **error)
{
  g_autoptr (GBytes) svg = mien_pack_get_file (self->pack, drawn->sha256, error);
  cairo_surface_t *surface = svg != NULL ? mien_svg_render (svg, PORTRAIT_STANDARD_SIZE, NULL, error) : NULL;
  MienDressed *out;

  if (surface == NULL)
    {
      g_prefix_error (error, "%s: ", drawn->id);
      return NULL;
    }

  out = g_new0 (MienDressed, 1);
  out->name = g_strdup (drawn->id);
  out->sha256 = g_strdup (drawn->sha256);
  out->surface = surface;
  out->backdrop = drawn->backdrop;
  portrait_face_init_eyes (drawn->eyes[0], drawn->eyes[1], drawn->eyes[2], drawn->eyes[3], 0.0, PORTRAIT_EYES_MARKED,
                           &out->face);
  return out;
}

/* The largest square, placed so that the eyes lie where they do in a standard headshot; without a face in the middle,
 * and in an upright photo at its upper third. */
static void
choose_square (int width, int height, const MienFoundFace *face, int *x, int *y)
{
  int side = MIN (width, height);
  double wanted_x = (width - side) / 2.0, wanted_y = (height - side) / 3.0;
  PortraitFace standard;

  if (face != NULL)
    {
      portrait_face_init_standard (&standard);
      wanted_x = (face->left_eye.x + face->right_eye.x) / 2.0 - side / 2.0;
      wanted_y = (face->left_eye.y + face->right_eye.y) / 2.0 - side * standard.left_eye.y;
    }
  *x = (int) CLAMP (wanted_x, 0, width - side);
  *y = (int) CLAMP (wanted_y, 0, height - side);
}

/* S302. Takes @photo. */
static cairo_surface_t *
to_standard (MienDresser *self, cairo_surface_t *photo)
{
  int width = cairo_image_surface_get_width (photo), height = cairo_image_surface_get_height (photo);
  cairo_surface_t *out = cairo_image_surface_create (cairo_image_surface_get_format (photo), PORTRAIT_STANDARD_SIZE,
                                                     PORTRAIT_STANDARD_SIZE);
  double scale = (double) PORTRAIT_STANDARD_SIZE / MIN (width, height);
  MienFoundFace face;
  gboolean found = width != height && self->finder != NULL && mien_face_finder_find (self->finder, photo, &face);
  cairo_t *cr = cairo_create (out);
  int x, y;

  choose_square (width, height, found ? &face : NULL, &x, &y);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, photo, -x, -y);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (photo);
  cairo_surface_flush (out);
  return out;
}

static GBytes *
load_file (const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL,
                                                  error);

  if (info == NULL)
    return NULL;
  if (g_file_info_get_size (info) > MIEN_IMAGE_MAX_BYTES)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE, _("The file is larger than %d MiB."),
                   MIEN_IMAGE_MAX_BYTES / (1024 * 1024));
      return NULL;
    }
  return g_file_load_bytes (file, NULL, NULL, error);
}

static MienDressed *
load_photo (MienDresser *self, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = load_file (name, error);
  cairo_surface_t *photo = bytes != NULL ? mien_image_decode (bytes, 2 * PORTRAIT_STANDARD_SIZE, NULL, error) : NULL;
  MienDressed *out;

  if (photo == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }

  out = g_new0 (MienDressed, 1);
  out->name = g_path_get_basename (name);
  out->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  out->surface = to_standard (self, photo);
  out->backdrop = 0xdeddda;
  if (self->finder != NULL)
    mien_face_finder_find_portrait_face (self->finder, out->surface, &out->face);
  else
    portrait_face_init_standard (&out->face);
  return out;
}

gboolean
mien_dresser_parse_eyes (const char *text, PortraitFace *out)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  double eyes[4];

  if (g_strv_length (parts) != G_N_ELEMENTS (eyes))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (eyes); i++)
    {
      char *end;

      eyes[i] = g_ascii_strtod (parts[i], &end);
      if (end == parts[i] || *end != '\0')
        return FALSE;
    }
  return portrait_face_init_eyes (eyes[0], eyes[1], eyes[2], eyes[3], 0.0, PORTRAIT_EYES_MARKED, out);
}

/* "photo.jpg@0.4,0.4,0.6,0.4": a file's name may have an @ too, so what follows the last one must be two eyes. */
static MienDressed *
load_marked_photo (MienDresser *self, const char *name, GError **error)
{
  const char *at = strrchr (name, '@');
  g_autofree char *file = NULL;
  PortraitFace face;
  MienDressed *out;

  if (at == NULL || !mien_dresser_parse_eyes (at + 1, &face))
    return load_photo (self, name, error);

  file = g_strndup (name, (gsize) (at - name));
  out = load_photo (self, file, error);
  if (out != NULL)
    out->face = face;
  return out;
}

MienDressed *
mien_dresser_load_headshot (MienDresser *self, const char *name, GError **error)
{
  MienCatalogue *catalogue = mien_dresser_get_catalogue (self);

  for (guint i = 0; i < mien_catalogue_get_n_headshots (catalogue); i++)
    {
      const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (catalogue, i);

      if (g_str_equal (drawn->id, name))
        return load_drawn (self, drawn, error);
    }
  return load_marked_photo (self, name, error);
}

MienDressed *
mien_dresser_find_headshot (MienDresser *self, const char *sha256, GError **error)
{
  MienCatalogue *catalogue = mien_dresser_get_catalogue (self);

  for (guint i = 0; sha256 != NULL && i < mien_catalogue_get_n_headshots (catalogue); i++)
    {
      const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (catalogue, i);

      if (g_strcmp0 (drawn->sha256, sha256) == 0)
        return load_drawn (self, drawn, error);
    }
  return NULL;
}

/* Avatars ------------------------------------------------------------------ */

static MienAvatar *
find_avatar (MienDresser *self, const char *id, const char *variant, GError **error)
{
  MienAvatar *avatar = mien_catalogue_lookup (mien_dresser_get_catalogue (self), id);

  if (avatar == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("The pack has no avatar “%s”."), id);
  else if (variant != NULL && mien_avatar_find_variant (avatar, variant) == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("The avatar “%s” has no variant “%s”."), id,
                 variant);
  else
    return avatar;
  return NULL;
}

gboolean
mien_dresser_wear (MienDresser *self, PortraitLook *look, const char *what, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (what, ":", 2);
  const char *variant = parts[0] != NULL ? parts[1] : NULL;
  MienAvatar *avatar = find_avatar (self, parts[0] != NULL ? parts[0] : "", variant, error);

  if (avatar == NULL)
    return FALSE;
  portrait_look_put (look, mien_avatar_get_avatar_type (avatar), mien_avatar_get_id (avatar), variant,
                     mien_avatar_get_sha256 (avatar), FALSE);
  return TRUE;
}

static cairo_surface_t *
draw_file (MienDresser *self, const char *sha256, int size, const MienAvatarVariant *variant, GError **error)
{
  g_autoptr (GBytes) svg = mien_pack_get_file (self->pack, sha256, error);

  return svg != NULL
             ? mien_svg_render (svg, size, variant != NULL ? (const char *const *) variant->colours : NULL, error)
             : NULL;
}

static gboolean
draw_layer (MienDresser *self, PortraitCompositor *compositor, const PortraitLayer *layer, int size, GError **error)
{
  MienAvatar *avatar = find_avatar (self, layer->avatar, layer->variant, error);
  const MienAvatarVariant *variant;
  cairo_surface_t *front, *behind = NULL;
  int side;

  if (avatar == NULL)
    return FALSE;

  variant = layer->variant != NULL ? mien_avatar_find_variant (avatar, layer->variant) : NULL;
  side = portrait_compositor_get_art_size (compositor, layer->type->name, size);
  front = draw_file (self, mien_avatar_get_sha256 (avatar), side, variant, error);
  if (front != NULL && mien_avatar_get_behind_sha256 (avatar) != NULL)
    {
      behind = draw_file (self, mien_avatar_get_behind_sha256 (avatar), side, variant, error);
      if (behind == NULL)
        g_clear_pointer (&front, cairo_surface_destroy);
    }
  if (front == NULL)
    {
      g_prefix_error (error, "%s: ", layer->avatar);
      return FALSE;
    }

  portrait_compositor_set_art (compositor, layer->type->name, front, behind);
  cairo_surface_destroy (front);
  g_clear_pointer (&behind, cairo_surface_destroy);
  return TRUE;
}

PortraitCompositor *
mien_dresser_compose (MienDresser *self, const PortraitLook *look, MienDressed *headshot, int size, GError **error)
{
  g_autoptr (PortraitCompositor) compositor = portrait_compositor_new ();

  portrait_compositor_set_look (compositor, look);
  if (headshot != NULL)
    portrait_compositor_set_headshot (compositor, headshot->surface);
  for (guint i = 0; i < portrait_look_get_n_layers (look); i++)
    if (!draw_layer (self, compositor, portrait_look_get_layer (look, i), size, error))
      return NULL;
  return g_steal_pointer (&compositor);
}
