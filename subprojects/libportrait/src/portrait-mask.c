/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-mask.h"

#include <glib.h>
#include <math.h>

/* The template says roughly where a person is, the photo's colours say it more exactly: a prior from the face template,
 * multiplied by how much more usual a pixel's colour is inside than outside (two colour histograms, refined a few
 * times), then smoothed along the photo's own edges by a guided filter (He, Sun and Tang, "Guided Image Filtering"). */

#define SIDE PORTRAIT_MASK_SIDE
#define N_PIXELS (SIDE * SIDE)

/* In face units: how far the prior is in doubt on both sides of the template's outline, and how far the filter looks.
 */
#define DOUBT 0.45
#define FILTER_RADIUS 0.12

#define ROUNDS 3
#define BINS 12
#define N_BINS (BINS * BINS * BINS)

/* A colour counts, but never for more than this against the place: odds of 1 : e^4. */
#define MAX_EVIDENCE 4.0
#define EVIDENCE_WEIGHT 0.8

/* Variances below this, of a brightness of 0 to 1, are no edge. */
#define EDGE_VARIANCE 2e-4

/* The filtered mask is spread from these two values to 0 and 1. */
#define LOW 0.2
#define HIGH 0.8

typedef struct
{
  float  *prior;             /* 0 to 1 */
  float  *mask;
  float  *brightness;
  guint16 *bins;
} Work;

/* In the template: the head with room for hair, the neck, and shoulders that leave the picture at the bottom. */
static void
fill_head_and_shoulders (cairo_t *cr)
{
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_save (cr);
  cairo_translate (cr, 256, 216);
  cairo_scale (cr, 100, 138);
  cairo_arc (cr, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cr);
  cairo_fill (cr);

  cairo_move_to (cr, 208, 300);
  cairo_line_to (cr, 206, 352);
  cairo_curve_to (cr, 180, 378, 110, 376, 80, 424);
  cairo_curve_to (cr, 56, 470, 40, 620, 30, 1400);
  cairo_line_to (cr, 482, 1400);
  cairo_curve_to (cr, 472, 620, 456, 470, 432, 424);
  cairo_curve_to (cr, 402, 376, 332, 378, 306, 352);
  cairo_line_to (cr, 304, 300);
  cairo_fill (cr);
}

/* One pass of a running mean of 2 r + 1 samples. Samples beyond the edge repeat it. */
static void
blur_line (const float *in, float *out, int step, int r)
{
  double sum = 0.0;

  for (int i = -r; i <= r; i++)
    sum += in[CLAMP (i, 0, SIDE - 1) * step];
  for (int i = 0; i < SIDE; i++)
    {
      out[i * step] = (float) (sum / (2 * r + 1));
      sum += in[MIN (i + r + 1, SIDE - 1) * step] - in[MAX (i - r, 0) * step];
    }
}

static void
box_blur (const float *in, float *out, int r)
{
  g_autofree float *rows = g_new (float, N_PIXELS);

  for (int y = 0; y < SIDE; y++)
    blur_line (in + y * SIDE, rows + y * SIDE, 1, r);
  for (int x = 0; x < SIDE; x++)
    blur_line (rows + x, out + x, SIDE, r);
}

static int
in_pixels (const PortraitFace *face, double units)
{
  return CLAMP ((int) lround (units * face->unit * SIDE), 1, SIDE / 6);
}

/* Three running means are close to a Gaussian. */
static void
make_prior (Work *work, const PortraitFace *face)
{
  cairo_surface_t *shape = cairo_image_surface_create (CAIRO_FORMAT_A8, SIDE, SIDE);
  cairo_t *cr = cairo_create (shape);
  const guint8 *data;
  PortraitAffine map;

  portrait_placement_base (portrait_type_lookup ("coat"), face, SIDE, &map);
  cairo_set_matrix (cr, &(cairo_matrix_t) { map.xx, map.yx, map.xy, map.yy, map.x0, map.y0 });
  fill_head_and_shoulders (cr);
  cairo_destroy (cr);

  cairo_surface_flush (shape);
  data = cairo_image_surface_get_data (shape);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      work->prior[y * SIDE + x] = data[y * cairo_image_surface_get_stride (shape) + x] / 255.0f;
  cairo_surface_destroy (shape);

  for (int pass = 0; pass < 3; pass++)
    box_blur (work->prior, work->prior, in_pixels (face, DOUBT / 2.0));
}

static void
read_photo (Work *work, cairo_surface_t *photo)
{
  cairo_surface_t *small = cairo_image_surface_create (CAIRO_FORMAT_RGB24, SIDE, SIDE);
  cairo_t *cr = cairo_create (small);
  int side = MAX (cairo_image_surface_get_width (photo), cairo_image_surface_get_height (photo));

  cairo_scale (cr, (double) SIDE / side, (double) SIDE / side);
  cairo_set_source_surface (cr, photo, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_destroy (cr);

  cairo_surface_flush (small);
  for (int y = 0; y < SIDE; y++)
    {
      const guint32 *row = (const guint32 *) (const void *) (cairo_image_surface_get_data (small) +
                                                             (gsize) y * cairo_image_surface_get_stride (small));

      for (int x = 0; x < SIDE; x++)
        {
          guint r = row[x] >> 16 & 0xff, g = row[x] >> 8 & 0xff, b = row[x] & 0xff;

          work->brightness[y * SIDE + x] = (0.30f * r + 0.59f * g + 0.11f * b) / 255.0f;
          work->bins[y * SIDE + x] = (guint16) ((r * BINS / 256 * BINS + g * BINS / 256) * BINS + b * BINS / 256);
        }
    }
  cairo_surface_destroy (small);
}

/* Neighbouring colours vouch for each other: along each axis of the colour cube in turn. */
static void
smooth_histogram (double *histogram)
{
  for (int step = 1; step < N_BINS; step *= BINS)
    {
      g_autofree double *before = g_memdup2 (histogram, sizeof (double) * N_BINS);

      for (int i = 0; i < N_BINS; i++)
        {
          int along = i / step % BINS;

          histogram[i] = 0.5 * before[i] + 0.25 * before[along > 0 ? i - step : i] +
                         0.25 * before[along < BINS - 1 ? i + step : i];
        }
    }
}

/* The mask decides what is counted as inside and outside; the histograms and the prior make the next mask. */
static void
refine (Work *work)
{
  g_autofree double *inside = g_new0 (double, N_BINS);
  g_autofree double *outside = g_new0 (double, N_BINS);
  double n_inside = 1e-6, n_outside = 1e-6;

  for (int i = 0; i < N_PIXELS; i++)
    {
      inside[work->bins[i]] += work->mask[i];
      outside[work->bins[i]] += 1.0 - work->mask[i];
      n_inside += work->mask[i];
      n_outside += 1.0 - work->mask[i];
    }
  smooth_histogram (inside);
  smooth_histogram (outside);

  for (int i = 0; i < N_PIXELS; i++)
    {
      double in = inside[work->bins[i]] / n_inside, out = outside[work->bins[i]] / n_outside;
      double evidence = CLAMP (EVIDENCE_WEIGHT * log ((in + 1e-5) / (out + 1e-5)), -MAX_EVIDENCE, MAX_EVIDENCE);
      /* Where the prior is sure, no colour changes it. */
      double prior = CLAMP (1.25 * work->prior[i] - 0.125, 0.0, 1.0);
      double for_it = prior * exp (evidence / 2.0), against = (1.0 - prior) * exp (-evidence / 2.0);

      work->mask[i] = (float) (for_it / (for_it + against));
    }
}

/* mask' = a · brightness + b, with the a and b that fit best round each pixel. */
static void
filter_along_edges (Work *work, int r)
{
  g_autofree float *mean = g_new (float, N_PIXELS);
  g_autofree float *mean_mask = g_new (float, N_PIXELS);
  g_autofree float *a = g_new (float, N_PIXELS);
  g_autofree float *b = g_new (float, N_PIXELS);

  for (int i = 0; i < N_PIXELS; i++)
    {
      a[i] = work->brightness[i] * work->mask[i];
      b[i] = work->brightness[i] * work->brightness[i];
    }
  box_blur (work->brightness, mean, r);
  box_blur (work->mask, mean_mask, r);
  box_blur (a, a, r);
  box_blur (b, b, r);
  for (int i = 0; i < N_PIXELS; i++)
    {
      a[i] = (a[i] - mean[i] * mean_mask[i]) / (float) (b[i] - mean[i] * mean[i] + EDGE_VARIANCE);
      b[i] = mean_mask[i] - a[i] * mean[i];
    }
  box_blur (a, a, r);
  box_blur (b, b, r);
  for (int i = 0; i < N_PIXELS; i++)
    work->mask[i] = a[i] * work->brightness[i] + b[i];
}

static cairo_surface_t *
to_surface (const Work *work)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, SIDE, SIDE);
  guint8 *data = cairo_image_surface_get_data (surface);

  for (int y = 0; data != NULL && y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double value = CLAMP ((work->mask[y * SIDE + x] - LOW) / (HIGH - LOW), 0.0, 1.0);

        data[y * cairo_image_surface_get_stride (surface) + x] = (guint8) lround (255.0 * value * value *
                                                                                 (3.0 - 2.0 * value));
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}

cairo_surface_t *
portrait_mask_new (cairo_surface_t *photo, const PortraitFace *face)
{
  g_autofree float *prior = g_new (float, N_PIXELS);
  g_autofree float *mask = g_new (float, N_PIXELS);
  g_autofree float *brightness = g_new (float, N_PIXELS);
  g_autofree guint16 *bins = g_new (guint16, N_PIXELS);
  Work work = { prior, mask, brightness, bins };

  make_prior (&work, face);
  read_photo (&work, photo);
  for (int i = 0; i < N_PIXELS; i++)
    mask[i] = prior[i];
  for (int round = 0; round < ROUNDS; round++)
    refine (&work);
  /* Single stray pixels first, then the edges. */
  box_blur (mask, mask, 1);
  filter_along_edges (&work, in_pixels (face, FILTER_RADIUS));
  return to_surface (&work);
}
