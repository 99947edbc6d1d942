/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-look-private.h"

#include <string.h>

/* Behind a transparent headshot when a look says nothing: a light, warm grey. */
#define DEFAULT_BACKDROP 0xdeddda

G_DEFINE_BOXED_TYPE (PortraitLook, portrait_look, portrait_look_copy, portrait_look_free)

PortraitLookLayer *
portrait_look_layer_new (const PortraitType *type, const char *avatar)
{
  PortraitLookLayer *self = g_new0 (PortraitLookLayer, 1);

  self->layer.type = type;
  self->layer.avatar = g_strdup (avatar);
  return self;
}

static void
portrait_look_layer_free (gpointer data)
{
  PortraitLookLayer *self = data;

  g_free (self->layer.avatar);
  g_free (self->layer.variant);
  g_free (self->layer.sha256);
  g_free (self->extra);
  g_free (self);
}

static PortraitLookLayer *
portrait_look_layer_copy (const PortraitLookLayer *self)
{
  PortraitLookLayer *copy = g_new0 (PortraitLookLayer, 1);

  copy->layer = self->layer;
  copy->layer.avatar = g_strdup (self->layer.avatar);
  copy->layer.variant = g_strdup (self->layer.variant);
  copy->layer.sha256 = g_strdup (self->layer.sha256);
  copy->extra = g_strdup (self->extra);
  return copy;
}

/* An empty look: no headshot, the standard face, no layers. */
PortraitLook *
portrait_look_new (void)
{
  PortraitLook *self = g_new0 (PortraitLook, 1);

  portrait_face_init_standard (&self->face);
  self->backdrop = DEFAULT_BACKDROP;
  self->layers = g_ptr_array_new_with_free_func (portrait_look_layer_free);
  return self;
}

PortraitLook *
portrait_look_copy (const PortraitLook *self)
{
  PortraitLook *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = portrait_look_new ();
  copy->headshot = g_strdup (self->headshot);
  copy->face = self->face;
  copy->backdrop = self->backdrop;
  copy->headshot_extra = g_strdup (self->headshot_extra);
  copy->extra = g_strdup (self->extra);
  for (guint i = 0; i < self->layers->len; i++)
    g_ptr_array_add (copy->layers, portrait_look_layer_copy (g_ptr_array_index (self->layers, i)));
  return copy;
}

void
portrait_look_free (PortraitLook *self)
{
  if (self == NULL)
    return;

  g_free (self->headshot);
  g_free (self->headshot_extra);
  g_free (self->extra);
  g_ptr_array_unref (self->layers);
  g_free (self);
}

static gboolean
faces_equal (const PortraitFace *a, const PortraitFace *b)
{
  return a->left_eye.x == b->left_eye.x && a->left_eye.y == b->left_eye.y && a->right_eye.x == b->right_eye.x &&
         a->right_eye.y == b->right_eye.y && a->unit == b->unit && a->turn == b->turn && a->source == b->source;
}

static gboolean
placements_equal (const PortraitPlacement *a, const PortraitPlacement *b)
{
  return a->x == b->x && a->y == b->y && a->tilt == b->tilt && a->scale == b->scale && a->opacity == b->opacity &&
         a->flip == b->flip;
}

static gboolean
layers_equal (const PortraitLookLayer *a, const PortraitLookLayer *b)
{
  return a->layer.type == b->layer.type && g_strcmp0 (a->layer.avatar, b->layer.avatar) == 0 &&
         g_strcmp0 (a->layer.variant, b->layer.variant) == 0 && g_strcmp0 (a->layer.sha256, b->layer.sha256) == 0 &&
         placements_equal (&a->layer.placement, &b->layer.placement) &&
         !a->layer.placed_by_hand == !b->layer.placed_by_hand && g_strcmp0 (a->extra, b->extra) == 0;
}

gboolean
portrait_look_equal (const PortraitLook *a, const PortraitLook *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (g_strcmp0 (a->headshot, b->headshot) != 0 || !faces_equal (&a->face, &b->face) || a->backdrop != b->backdrop ||
      g_strcmp0 (a->headshot_extra, b->headshot_extra) != 0 || g_strcmp0 (a->extra, b->extra) != 0 ||
      a->layers->len != b->layers->len)
    return FALSE;

  for (guint i = 0; i < a->layers->len; i++)
    if (!layers_equal (g_ptr_array_index (a->layers, i), g_ptr_array_index (b->layers, i)))
      return FALSE;
  return TRUE;
}

/* Another headshot: @face may be NULL for the standard face. Layers that nobody placed by hand go to their first
 * placement. */
void
portrait_look_set_headshot (PortraitLook *self, const char *sha256, const PortraitFace *face)
{
  PortraitFace standard;

  g_return_if_fail (self != NULL);

  if (g_strcmp0 (self->headshot, sha256) != 0)
    {
      g_free (self->headshot);
      self->headshot = g_strdup (sha256);
      g_clear_pointer (&self->headshot_extra, g_free);
    }

  portrait_face_init_standard (&standard);
  portrait_look_set_face (self, face != NULL ? face : &standard);
}

const char *
portrait_look_get_headshot (const PortraitLook *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->headshot;
}

const PortraitFace *
portrait_look_get_face (const PortraitLook *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return &self->face;
}

/* Eyes were found or marked: what was placed by hand stays as it is, relative to the face. */
void
portrait_look_set_face (PortraitLook *self, const PortraitFace *face)
{
  g_return_if_fail (self != NULL && face != NULL);

  self->face = *face;
  for (guint i = 0; i < self->layers->len; i++)
    {
      PortraitLayer *layer = g_ptr_array_index (self->layers, i);

      if (!layer->placed_by_hand)
        portrait_placement_init_first (layer->type, &self->face, &layer->placement);
    }
}

void
portrait_look_set_backdrop (PortraitLook *self, guint32 rgb)
{
  g_return_if_fail (self != NULL);
  self->backdrop = rgb & 0xffffff;
}

guint32
portrait_look_get_backdrop (const PortraitLook *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->backdrop;
}

guint
portrait_look_get_n_layers (const PortraitLook *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->layers->len;
}

const PortraitLayer *
portrait_look_get_layer (const PortraitLook *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  return index < self->layers->len ? g_ptr_array_index (self->layers, index) : NULL;
}

static PortraitLookLayer *
find_layer (const PortraitLook *self, const char *type, guint *out_index)
{
  for (guint i = 0; type != NULL && i < self->layers->len; i++)
    {
      PortraitLookLayer *layer = g_ptr_array_index (self->layers, i);

      if (strcmp (layer->layer.type->name, type) == 0)
        {
          if (out_index != NULL)
            *out_index = i;
          return layer;
        }
    }
  return NULL;
}

const PortraitLayer *
portrait_look_find_layer (const PortraitLook *self, const char *type)
{
  PortraitLookLayer *layer;

  g_return_val_if_fail (self != NULL, NULL);

  layer = find_layer (self, type, NULL);
  return layer != NULL ? &layer->layer : NULL;
}

/* Before the first layer that lies higher by its type, whatever order the user gave the others. */
static guint
place_in_order (const PortraitLook *self, const PortraitType *type)
{
  guint index = 0;

  while (index < self->layers->len &&
         ((const PortraitLayer *) g_ptr_array_index (self->layers, index))->type->depth <= type->depth)
    index++;
  return index;
}

gboolean
portrait_look_put (PortraitLook *self, const PortraitType *type, const char *avatar, const char *variant,
                   const char *sha256, gboolean keep_placement)
{
  PortraitLookLayer *layer, *old;
  guint index;

  g_return_val_if_fail (self != NULL && type != NULL && avatar != NULL, FALSE);

  layer = portrait_look_layer_new (type, avatar);
  layer->layer.variant = g_strdup (variant);
  layer->layer.sha256 = g_strdup (sha256);
  portrait_placement_init_first (type, &self->face, &layer->layer.placement);

  old = find_layer (self, type->name, &index);
  if (old == NULL)
    {
      g_ptr_array_insert (self->layers, place_in_order (self, type), layer);
      return FALSE;
    }

  if (keep_placement && old->layer.placed_by_hand)
    {
      layer->layer.placement = old->layer.placement;
      layer->layer.placed_by_hand = TRUE;
    }
  g_ptr_array_index (self->layers, index) = layer;
  portrait_look_layer_free (old);
  return TRUE;
}

gboolean
portrait_look_remove (PortraitLook *self, const char *type)
{
  guint index;

  g_return_val_if_fail (self != NULL, FALSE);

  if (find_layer (self, type, &index) == NULL)
    return FALSE;
  g_ptr_array_remove_index (self->layers, index);
  return TRUE;
}

/* S3142: by hand. The values are clamped. FALSE when there is no layer of that type. */
gboolean
portrait_look_set_placement (PortraitLook *self, const char *type, const PortraitPlacement *placement)
{
  PortraitLookLayer *layer;

  g_return_val_if_fail (self != NULL && placement != NULL, FALSE);

  layer = find_layer (self, type, NULL);
  if (layer == NULL)
    return FALSE;

  layer->layer.placement = *placement;
  portrait_placement_clamp (&layer->layer.placement);
  layer->layer.placed_by_hand = TRUE;
  return TRUE;
}

/* "Put back": the first placement again, and no longer by hand. */
gboolean
portrait_look_reset_placement (PortraitLook *self, const char *type)
{
  PortraitLookLayer *layer;

  g_return_val_if_fail (self != NULL, FALSE);

  layer = find_layer (self, type, NULL);
  if (layer == NULL)
    return FALSE;

  portrait_placement_init_first (layer->layer.type, &self->face, &layer->layer.placement);
  layer->layer.placed_by_hand = FALSE;
  return TRUE;
}

gboolean
portrait_look_reorder (PortraitLook *self, const char *type, guint new_index)
{
  PortraitLookLayer *layer;
  guint index;

  g_return_val_if_fail (self != NULL, FALSE);

  layer = find_layer (self, type, &index);
  if (layer == NULL)
    return FALSE;

  new_index = MIN (new_index, self->layers->len - 1);
  g_ptr_array_steal_index (self->layers, index);
  g_ptr_array_insert (self->layers, (int) new_index, layer);
  return index != new_index;
}
