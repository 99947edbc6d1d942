/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-compositor.h"

#include <math.h>

#include "portrait-mask.h"
#include "portrait-picture.h"

/* A layer is under the pointer where at least this much of it is seen, of 255. */
#define PICK_ALPHA 48

/* A resampled picture may reach this far over its exact outline, in pixels of the output. */
#define FILTER_MARGIN 1.0

typedef struct
{
  PortraitPicture *front, *behind;
} Art;

struct _PortraitCompositor
{
  PortraitLook    *look;
  PortraitPicture *headshot;
  GHashTable      *arts;            /* type's name (static) → Art */
  cairo_surface_t *mask;            /* of the headshot and the look's face; made when first needed */
};

typedef enum { STEP_ART, STEP_BEHIND, STEP_HEADSHOT } StepKind;

/* One thing to draw. The backdrop comes before all steps. */
typedef struct
{
  StepKind             kind;
  const PortraitLayer *layer;
  PortraitPicture     *picture;
} Step;

typedef struct
{
  Step steps[2 * PORTRAIT_LOOK_MAX_LAYERS + 1];
  int  n_steps;
} Plan;

static void
art_free (gpointer data)
{
  Art *self = data;

  portrait_picture_unref (self->front);
  portrait_picture_unref (self->behind);
  g_free (self);
}

PortraitCompositor *
portrait_compositor_new (void)
{
  PortraitCompositor *self = g_new0 (PortraitCompositor, 1);

  self->look = portrait_look_new ();
  self->arts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, art_free);
  return self;
}

PortraitCompositor *
portrait_compositor_copy (PortraitCompositor *self)
{
  PortraitCompositor *copy;
  GHashTableIter iter;
  gpointer type, value;

  g_return_val_if_fail (self != NULL, NULL);

  copy = portrait_compositor_new ();
  portrait_compositor_set_look (copy, self->look);
  copy->headshot = portrait_picture_ref (self->headshot);
  copy->mask = self->mask != NULL ? cairo_surface_reference (self->mask) : NULL;

  g_hash_table_iter_init (&iter, self->arts);
  while (g_hash_table_iter_next (&iter, &type, &value))
    {
      Art *art = value, *shared = g_new0 (Art, 1);

      shared->front = portrait_picture_ref (art->front);
      shared->behind = portrait_picture_ref (art->behind);
      g_hash_table_insert (copy->arts, type, shared);
    }
  return copy;
}

void
portrait_compositor_free (PortraitCompositor *self)
{
  if (self == NULL)
    return;

  portrait_look_free (self->look);
  portrait_picture_unref (self->headshot);
  g_hash_table_unref (self->arts);
  g_clear_pointer (&self->mask, cairo_surface_destroy);
  g_free (self);
}

/* The pictures stay as they are: set those of the layers whose avatar has changed. */
void
portrait_compositor_set_look (PortraitCompositor *self, const PortraitLook *look)
{
  const PortraitFace *before, *after;

  g_return_if_fail (self != NULL && look != NULL);

  if (look == self->look)
    return;

  before = portrait_look_get_face (self->look);
  after = portrait_look_get_face (look);
  if (before->left_eye.x != after->left_eye.x || before->left_eye.y != after->left_eye.y ||
      before->right_eye.x != after->right_eye.x || before->right_eye.y != after->right_eye.y ||
      before->unit != after->unit)
    g_clear_pointer (&self->mask, cairo_surface_destroy);

  portrait_look_free (self->look);
  self->look = portrait_look_copy (look);
}

const PortraitLook *
portrait_compositor_get_look (PortraitCompositor *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->look;
}

void
portrait_compositor_set_headshot (PortraitCompositor *self, cairo_surface_t *surface)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->headshot, portrait_picture_unref);
  g_clear_pointer (&self->mask, cairo_surface_destroy);
  if (surface != NULL)
    self->headshot = portrait_picture_new (surface, FALSE);
}

/* @front NULL takes the pictures of that type away. */
void
portrait_compositor_set_art (PortraitCompositor *self, const char *type, cairo_surface_t *front,
                             cairo_surface_t *behind)
{
  const PortraitType *known = portrait_type_lookup (type);
  Art *art;

  g_return_if_fail (self != NULL && known != NULL);

  if (front == NULL && behind == NULL)
    {
      g_hash_table_remove (self->arts, known->name);
      return;
    }

  art = g_new0 (Art, 1);
  art->front = front != NULL ? portrait_picture_new (front, TRUE) : NULL;
  art->behind = behind != NULL ? portrait_picture_new (behind, TRUE) : NULL;
  g_hash_table_replace (self->arts, (gpointer) known->name, art);
}

/* The plan: what is drawn in which order ---------------------------------- */

static void
plan_add (Plan *plan, StepKind kind, const PortraitLayer *layer, PortraitPicture *picture)
{
  if (picture != NULL && plan->n_steps < (int) G_N_ELEMENTS (plan->steps))
    plan->steps[plan->n_steps++] = (Step) { kind, layer, picture };
}

static void
plan_layers (PortraitCompositor *self, Plan *plan, gboolean before_headshot)
{
  for (guint i = 0; i < portrait_look_get_n_layers (self->look); i++)
    {
      const PortraitLayer *layer = portrait_look_get_layer (self->look, i);
      const Art *art = g_hash_table_lookup (self->arts, layer->type->name);

      if (art != NULL && layer->placement.opacity > 0.0 &&
          (layer->type->depth < PORTRAIT_DEPTH_HEADSHOT) == before_headshot)
        plan_add (plan, STEP_ART, layer, art->front);
    }
}

/* Backgrounds, the parts behind the head, the headshot, and the other layers in the look's order. */
static void
plan_init (PortraitCompositor *self, Plan *plan)
{
  plan->n_steps = 0;
  plan_layers (self, plan, TRUE);
  for (guint i = 0; i < portrait_look_get_n_layers (self->look); i++)
    {
      const PortraitLayer *layer = portrait_look_get_layer (self->look, i);
      const Art *art = g_hash_table_lookup (self->arts, layer->type->name);

      if (art != NULL && layer->placement.opacity > 0.0)
        plan_add (plan, STEP_BEHIND, layer, art->behind);
    }
  plan_add (plan, STEP_HEADSHOT, NULL, self->headshot);
  plan_layers (self, plan, FALSE);
}

static int
plan_find (const Plan *plan, StepKind kind, const char *type)
{
  for (int i = 0; type != NULL && i < plan->n_steps; i++)
    if (plan->steps[i].kind == kind && g_str_equal (plan->steps[i].layer->type->name, type))
      return i;
  return -1;
}

/* An opaque photo would hide what lies behind it: then only the person in it is drawn. */
static cairo_surface_t *
get_mask (PortraitCompositor *self, const Plan *plan)
{
  gboolean something_behind = FALSE;
  PortraitPoint origin;

  for (int i = 0; i < plan->n_steps; i++)
    something_behind = something_behind ||
                       (plan->steps[i].layer != NULL && plan->steps[i].layer->type->depth < PORTRAIT_DEPTH_HEADSHOT);

  if (!something_behind || self->headshot == NULL || !portrait_picture_is_opaque (self->headshot))
    return NULL;
  if (self->mask == NULL)
    self->mask = portrait_mask_new (portrait_picture_get_level (self->headshot, 0, &origin),
                                    portrait_look_get_face (self->look));
  return self->mask;
}

/* Drawing ----------------------------------------------------------------- */

static double
get_device_scale (cairo_t *cr)
{
  cairo_matrix_t matrix;
  double x, y;

  cairo_get_matrix (cr, &matrix);
  cairo_surface_get_device_scale (cairo_get_target (cr), &x, &y);
  return sqrt (fabs ((matrix.xx * matrix.yy - matrix.xy * matrix.yx) * x * y));
}

/* Makes @picture the source, its pixels taken to user space by @map. LIVE draws the halving whose scale is nearest
 * to 1. */
static void
set_picture (cairo_t *cr, PortraitPicture *picture, const PortraitAffine *map, PortraitQuality quality,
             cairo_extend_t extend)
{
  double scale = portrait_affine_get_scale (map) * get_device_scale (cr);
  PortraitAffine pixel, all;
  PortraitPoint origin;
  cairo_surface_t *surface;
  cairo_pattern_t *pattern;
  cairo_matrix_t matrix;
  int level = 0;

  if (quality == PORTRAIT_QUALITY_LIVE && scale > 0.0 && isfinite (scale))
    level = (int) CLAMP (lround (-log2 (scale)), 0, PORTRAIT_PICTURE_LEVELS - 1);

  surface = portrait_picture_get_level (picture, level, &origin);
  pixel = (PortraitAffine) { 1 << level, 0.0, 0.0, 1 << level, origin.x, origin.y };
  portrait_affine_multiply (&pixel, map, &all);

  cairo_matrix_init (&matrix, all.xx, all.yx, all.xy, all.yy, all.x0, all.y0);
  if (cairo_matrix_invert (&matrix) != CAIRO_STATUS_SUCCESS)
    {
      cairo_set_source_rgba (cr, 0, 0, 0, 0);
      return;
    }
  pattern = cairo_pattern_create_for_surface (surface);
  cairo_pattern_set_matrix (pattern, &matrix);
  cairo_pattern_set_filter (pattern, quality == PORTRAIT_QUALITY_LIVE ? CAIRO_FILTER_BILINEAR : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (pattern, extend);
  cairo_set_source (cr, pattern);
  cairo_pattern_destroy (pattern);
}

/* From the pixels of the layer's picture, which covers the template, to a picture of @size. */
static void
get_picture_map (PortraitCompositor *self, const PortraitLayer *layer, PortraitPicture *picture, double size,
                 PortraitAffine *out)
{
  double scale = PORTRAIT_TEMPLATE_SIZE / portrait_picture_get_side (picture);
  PortraitAffine map;

  portrait_affine_init_scale (scale, scale, out);
  portrait_placement_map (layer->type, portrait_look_get_face (self->look), &layer->placement, size, &map);
  portrait_affine_multiply (out, &map, out);
}

static void
paint_headshot (PortraitCompositor *self, cairo_t *cr, const Plan *plan, double size, PortraitQuality quality)
{
  cairo_surface_t *mask = get_mask (self, plan);
  double scale = size / portrait_picture_get_side (self->headshot);
  cairo_pattern_t *pattern;
  cairo_matrix_t matrix;
  PortraitAffine map;

  portrait_affine_init_scale (scale, scale, &map);
  set_picture (cr, self->headshot, &map, quality, CAIRO_EXTEND_PAD);
  if (mask == NULL)
    {
      cairo_paint (cr);
      return;
    }

  pattern = cairo_pattern_create_for_surface (mask);
  cairo_matrix_init_scale (&matrix, PORTRAIT_MASK_SIDE / size, PORTRAIT_MASK_SIDE / size);
  cairo_pattern_set_matrix (pattern, &matrix);
  cairo_pattern_set_filter (pattern, CAIRO_FILTER_BILINEAR);
  cairo_pattern_set_extend (pattern, CAIRO_EXTEND_PAD);
  cairo_mask (cr, pattern);
  cairo_pattern_destroy (pattern);
}

static void
paint_step (PortraitCompositor *self, cairo_t *cr, const Plan *plan, const Step *step, double size,
            PortraitQuality quality)
{
  PortraitAffine map;

  if (step->kind == STEP_HEADSHOT)
    {
      paint_headshot (self, cr, plan, size, quality);
      return;
    }

  get_picture_map (self, step->layer, step->picture, size, &map);
  set_picture (cr, step->picture, &map, quality, CAIRO_EXTEND_NONE);
  cairo_paint_with_alpha (cr, step->layer->placement.opacity);
}

static void
paint_backdrop (PortraitCompositor *self, cairo_t *cr)
{
  guint32 rgb = portrait_look_get_backdrop (self->look);

  cairo_set_source_rgb (cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
  cairo_paint (cr);
}

static void
paint_steps (PortraitCompositor *self, cairo_t *cr, const Plan *plan, int from, int to, int except, double size,
             PortraitQuality quality)
{
  for (int i = from; i < to; i++)
    if (i != except)
      paint_step (self, cr, plan, &plan->steps[i], size, quality);
}

/* A layer with a part behind the head cannot be drawn on top of the rest. Its rectangle is drawn anew from the backdrop
 * up, and covers what is below it: the same pixels outside the layer, and the right ones inside. */
static void
paint_active (PortraitCompositor *self, cairo_t *cr, const Plan *plan, int active, int behind, double size,
              PortraitQuality quality)
{
  PortraitRect bounds;

  if (!portrait_compositor_get_bounds (self, plan->steps[active].layer->type->name, size, &bounds))
    return;

  cairo_rectangle (cr, bounds.x, bounds.y, bounds.width, bounds.height);
  cairo_clip (cr);
  if (behind >= 0)
    paint_backdrop (self, cr);
  paint_steps (self, cr, plan, behind >= 0 ? 0 : active, active + 1, -1, size, quality);
}

/* S3143, S3162. With no layer of @active_type, or none at all, BELOW is everything and the other parts are nothing. */
void
portrait_compositor_paint (PortraitCompositor *self, cairo_t *cr, double size, PortraitPart part,
                           const char *active_type, PortraitQuality quality)
{
  Plan plan;
  int active, behind;

  g_return_if_fail (self != NULL && cr != NULL);

  if (!(size > 0.0 && size <= PORTRAIT_MAX_SIZE))
    return;

  plan_init (self, &plan);
  active = plan_find (&plan, STEP_ART, active_type);
  behind = plan_find (&plan, STEP_BEHIND, active_type);
  if (active < 0 && behind >= 0)
    {
      active = behind;       /* only a part behind the head */
      behind = -1;
    }
  if (part == PORTRAIT_PART_ALL || active < 0)
    {
      active = plan.n_steps;
      behind = -1;
    }

  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, size, size);
  cairo_clip (cr);
  switch (part)
    {
    case PORTRAIT_PART_ALL:
    case PORTRAIT_PART_BELOW:
      paint_backdrop (self, cr);
      paint_steps (self, cr, &plan, 0, active, behind, size, quality);
      break;

    case PORTRAIT_PART_ACTIVE:
      if (active < plan.n_steps)
        paint_active (self, cr, &plan, active, behind, size, quality);
      break;

    case PORTRAIT_PART_ABOVE:
      paint_steps (self, cr, &plan, active + 1, plan.n_steps, -1, size, quality);
      break;

    default:
      g_assert_not_reached ();
    }
  cairo_restore (cr);
}

int
portrait_compositor_get_art_size (PortraitCompositor *self, const char *type, double size)
{
  const PortraitLayer *layer;
  PortraitAffine map;
  double side;

  g_return_val_if_fail (self != NULL, PORTRAIT_ART_STEP);

  layer = portrait_look_find_layer (self->look, type);
  if (layer == NULL)
    return PORTRAIT_ART_STEP;

  portrait_placement_map (layer->type, portrait_look_get_face (self->look), &layer->placement, size, &map);
  side = portrait_affine_get_scale (&map) * PORTRAIT_TEMPLATE_SIZE;
  if (!(side < PORTRAIT_ART_MAX))
    return PORTRAIT_ART_MAX;
  /* A thousandth of a step over is rounding, not a need for more pixels. */
  return MAX ((int) ceil (side / PORTRAIT_ART_STEP - 0.001), 1) * PORTRAIT_ART_STEP;
}

gboolean
portrait_compositor_get_bounds (PortraitCompositor *self, const char *type, double size, PortraitRect *out)
{
  PortraitRect picture = { 0.0, 0.0, size, size };
  Plan plan;

  g_return_val_if_fail (self != NULL && out != NULL, FALSE);

  *out = (PortraitRect) { 0.0, 0.0, 0.0, 0.0 };
  plan_init (self, &plan);
  for (int i = 0; type != NULL && i < plan.n_steps; i++)
    {
      const Step *step = &plan.steps[i];
      PortraitAffine map;
      PortraitRect part;
      double right, bottom;

      if (step->layer == NULL || !g_str_equal (step->layer->type->name, type))
        continue;

      get_picture_map (self, step->layer, step->picture, size, &map);
      portrait_picture_get_bounds (step->picture, &part);
      portrait_affine_map_bounds (&map, &part, &part);
      right = ceil (part.x + part.width + FILTER_MARGIN);
      bottom = ceil (part.y + part.height + FILTER_MARGIN);
      part.x = floor (part.x - FILTER_MARGIN);
      part.y = floor (part.y - FILTER_MARGIN);
      part.width = right - part.x;
      part.height = bottom - part.y;
      portrait_rect_union (out, &part, out);
    }
  return portrait_rect_intersect (out, &picture, out);
}

static gboolean
step_is_hit (PortraitCompositor *self, const Plan *plan, const Step *step, double size, const PortraitPoint *pointer)
{
  PortraitAffine map;
  PortraitPoint at;

  if (step->kind == STEP_HEADSHOT)
    {
      double scale = portrait_picture_get_side (step->picture) / size;
      cairo_surface_t *mask = get_mask (self, plan);

      if (mask != NULL)
        {
          gsize x = (gsize) (pointer->x * PORTRAIT_MASK_SIDE / size),
                y = (gsize) (pointer->y * PORTRAIT_MASK_SIDE / size);

          x = MIN (x, PORTRAIT_MASK_SIDE - 1);
          y = MIN (y, PORTRAIT_MASK_SIDE - 1);
          return cairo_image_surface_get_data (mask)[y * cairo_image_surface_get_stride (mask) + x] >= 128;
        }
      return portrait_picture_get_alpha (step->picture, pointer->x * scale, pointer->y * scale) >= 128;
    }

  get_picture_map (self, step->layer, step->picture, size, &map);
  if (!portrait_affine_invert (&map, &map))
    return FALSE;
  portrait_affine_map_point (&map, pointer, &at);
  return portrait_picture_get_alpha (step->picture, at.x, at.y) * step->layer->placement.opacity >= PICK_ALPHA;
}

/* S3102 in the display window. The headshot hides what lies behind it. */
const PortraitLayer *
portrait_compositor_pick (PortraitCompositor *self, double size, const PortraitPoint *pointer)
{
  PortraitRect picture = { 0.0, 0.0, size, size };
  Plan plan;

  g_return_val_if_fail (self != NULL && pointer != NULL, NULL);

  if (!(size > 0.0 && size <= PORTRAIT_MAX_SIZE) || !portrait_rect_contains (&picture, pointer))
    return NULL;

  plan_init (self, &plan);
  for (int i = plan.n_steps - 1; i >= 0; i--)
    if (step_is_hit (self, &plan, &plan.steps[i], size, pointer))
      return plan.steps[i].layer;
  return NULL;
}

cairo_surface_t *
portrait_compositor_render (PortraitCompositor *self, int size, GError **error)
{
  cairo_surface_t *surface;
  cairo_status_t status;
  cairo_t *cr;

  g_return_val_if_fail (self != NULL, NULL);

  if (size < 1 || size > PORTRAIT_MAX_SIZE)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE,
                   "A portrait of %d pixels cannot be made: the size must be 1 to %d.", size, PORTRAIT_MAX_SIZE);
      return NULL;
    }

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cr = cairo_create (surface);
  portrait_compositor_paint (self, cr, size, PORTRAIT_PART_ALL, NULL, PORTRAIT_QUALITY_FINAL);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, PORTRAIT_ERROR, PORTRAIT_ERROR_SIZE, "The portrait cannot be drawn: %s.",
                   cairo_status_to_string (status));
      cairo_surface_destroy (surface);
      return NULL;
    }
  return surface;
}
