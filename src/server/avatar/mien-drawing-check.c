/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-drawing-check.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mien-catalogue.h"
#include "mien-image.h"
#include "mien-pack-check.h"

/* Antialiasing of an outline that ends just inside leaves a trace. */
#define EDGE_ALPHA 8

typedef struct { double l, a, b; } Lab;

static double
linear (double channel)
{
  return channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

static double
lab_curve (double t)
{
  return t > 216.0 / 24389.0 ? cbrt (t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
}

/* sRGB, 0 to 1, to CIE L*a*b* with the D65 white. */
static Lab
lab_from_rgb (double r,
              double g,
              double b)
{
  double lr = linear (r), lg = linear (g), lb = linear (b);
  double x = lab_curve ((0.4124564 * lr + 0.3575761 * lg + 0.1804375 * lb) / 0.95047);
  double y = lab_curve (0.2126729 * lr + 0.7151522 * lg + 0.0721750 * lb);
  double z = lab_curve ((0.0193339 * lr + 0.1191920 * lg + 0.9503041 * lb) / 1.08883);

  return (Lab) { 116 * y - 16, 500 * (x - y), 200 * (y - z) };
}

static guint32
get_pixel (cairo_surface_t *surface,
           int              x,
           int              y)
{
  const guint8 *data = cairo_image_surface_get_data (surface);

  return *(const guint32 *) (const void *) (data + (gsize) y * cairo_image_surface_get_stride (surface)
                                            + (gsize) x * 4);
}

static gboolean
may_touch (MienDrawingKind kind,
           int             size,
           int             x,
           int             y)
{
  if (kind == MIEN_DRAWING_FULL)
    return TRUE;
  if (kind == MIEN_DRAWING_FREE || kind == MIEN_DRAWING_SKIN)
    return FALSE;
  return y == size - 1 || y * 512 / size >= MIEN_PACK_CHECK_COAT_SIDES;
}

gboolean
mien_drawing_check_edge (cairo_surface_t  *surface,
                         MienDrawingKind   kind,
                         GError          **error)
{
  int size = cairo_image_surface_get_width (surface);

  cairo_surface_flush (surface);
  for (int i = 0; i < 4 * size; i++)
    {
      int along = i % size;
      int x = i < 2 * size ? along : (i < 3 * size ? 0 : size - 1);
      int y = i < 2 * size ? (i < size ? 0 : size - 1) : along;

      if (get_pixel (surface, x, y) >> 24 > EDGE_ALPHA && !may_touch (kind, size, x, y))
        {
          g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING,
                       _("it touches the edge of the picture at %d, %d."), x * 512 / size, y * 512 / size);
          return FALSE;
        }
    }
  return TRUE;
}

typedef struct { double r, g, b; } Ground;

/* How many opaque pixels there are, and how many of them one can tell from the ground. */
static void
measure (cairo_surface_t *surface,
         const Ground    *under,
         double          *out_ink,
         double          *out_seen)
{
  int size = cairo_image_surface_get_width (surface);
  Lab ground = lab_from_rgb (under->r, under->g, under->b);

  *out_ink = *out_seen = 0;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        guint32 pixel = get_pixel (surface, x, y);
        double alpha = (pixel >> 24) / 255.0;
        double rest = 1 - alpha;
        Lab lab;

        if (pixel >> 24 == 0)
          continue;
        lab = lab_from_rgb ((pixel >> 16 & 0xff) / 255.0 + under->r * rest,
                            (pixel >> 8 & 0xff) / 255.0 + under->g * rest, (pixel & 0xff) / 255.0 + under->b * rest);
        *out_ink += alpha;
        if (sqrt (pow (lab.l - ground.l, 2) + pow (lab.a - ground.a, 2) + pow (lab.b - ground.b, 2))
            >= MIEN_PACK_CHECK_DELTA_E)
          *out_seen += 1;
      }
}

static double
needed (double ink)
{
  return MAX (MIEN_PACK_CHECK_MIN_INK / 2, ink * MIEN_PACK_CHECK_MIN_SEEN);
}

/* A brown beard on brown skin is hard to see in life as well: what lies on skin needs one of the two grounds, the rest
 * both. */
gboolean
mien_drawing_check_silhouette (cairo_surface_t  *surface,
                               MienDrawingKind   kind,
                               GError          **error)
{
  static const Ground windows[] = { { 0.98, 0.98, 0.98 }, { 0.12, 0.12, 0.12 } };
  static const Ground skins[] = { { 0.96, 0.84, 0.76 }, { 0.42, 0.27, 0.19 } };
  gboolean on_skin = kind == MIEN_DRAWING_SKIN;
  const Ground *grounds = on_skin ? skins : windows;
  double ink, light, dark;

  cairo_surface_flush (surface);
  measure (surface, &grounds[0], &ink, &light);
  measure (surface, &grounds[1], &ink, &dark);
  if (ink < MIEN_PACK_CHECK_MIN_INK)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING,
                   _("at %d pixels it covers %.1f pixels; at least %.0f are needed to recognise it."),
                   MIEN_PACK_CHECK_SMALL, ink, MIEN_PACK_CHECK_MIN_INK);
      return FALSE;
    }
  if (light >= needed (ink) ? on_skin || dark >= needed (ink) : on_skin && dark >= needed (ink))
    return TRUE;
  g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING,
               light < needed (ink) ? _("on a light ground only %.0f%% of it can be seen at %d pixels.")
                                    : _("on a dark ground only %.0f%% of it can be seen at %d pixels."),
               100 * (light < needed (ink) ? light : dark) / ink, MIEN_PACK_CHECK_SMALL);
  return FALSE;
}

gboolean
mien_drawing_check (GBytes              *svg,
                    MienDrawingKind      kind,
                    const char * const  *colours,
                    GError             **error)
{
  cairo_surface_t *surface;
  gboolean good;

  /* A variant has the shape of the original: its edge was looked at already. */
  if (colours == NULL)
    {
      surface = mien_svg_render (svg, MIEN_PACK_CHECK_SIZE, NULL, error);
      if (surface == NULL)
        return FALSE;
      good = mien_drawing_check_edge (surface, kind, error);
      cairo_surface_destroy (surface);
      if (!good)
        return FALSE;
    }
  surface = mien_svg_render (svg, MIEN_PACK_CHECK_SMALL, colours, error);
  if (surface == NULL)
    return FALSE;
  good = kind == MIEN_DRAWING_FULL || mien_drawing_check_silhouette (surface, kind, error);
  cairo_surface_destroy (surface);
  return good;
}
