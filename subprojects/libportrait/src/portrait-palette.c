/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "portrait"

#include "portrait-palette.h"
#include "portrait-png.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COLOURS 256

/* Colours are counted in cells of five bits a channel. */
#define CELL_BITS 5
#define N_CELLS (1 << (3 * CELL_BITS))

typedef struct
{
  guint32 count;
  guint32 sum[3];
} Cell;

/* A run of the sorted list of cells. */
typedef struct
{
  int     start, length;
  guint64 weight;               /* pixels times the longest side: what is cut next */
  int     axis;
} Box;

static inline guint
cell_of (const guint8 rgb[3])
{
  return (guint) (rgb[0] >> 3) << 10 | (guint) (rgb[1] >> 3) << 5 | rgb[2] >> 3;
}

static inline int
cell_channel (guint cell, int axis)
{
  return cell >> (2 - axis) * CELL_BITS & 31;
}

static void
get_rgb (guint32 pixel, guint8 out[3])
{
  out[0] = pixel >> 16 & 0xff;
  out[1] = pixel >> 8 & 0xff;
  out[2] = pixel & 0xff;
}

static const guint32 *
get_row (cairo_surface_t *surface, int y)
{
  gsize stride = cairo_image_surface_get_stride (surface);

  return (const guint32 *) (const void *) (cairo_image_surface_get_data (surface) + stride * y);
}

static void
count_colours (cairo_surface_t *surface, Cell *cells)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);

  for (int y = 0; y < height; y++)
    {
      const guint32 *row = get_row (surface, y);

      for (int x = 0; x < width; x++)
        {
          guint8 rgb[3];
          Cell *cell;

          get_rgb (row[x], rgb);
          cell = &cells[cell_of (rgb)];
          cell->count++;
          for (int i = 0; i < 3; i++)
            cell->sum[i] += rgb[i];
        }
    }
}

static void
measure_box (Box *box, const Cell *cells, const guint *used)
{
  int low[3] = { 31, 31, 31 }, high[3] = { 0, 0, 0 };
  guint64 pixels = 0;

  for (int i = box->start; i < box->start + box->length; i++)
    {
      pixels += cells[used[i]].count;
      for (int axis = 0; axis < 3; axis++)
        {
          low[axis] = MIN (low[axis], cell_channel (used[i], axis));
          high[axis] = MAX (high[axis], cell_channel (used[i], axis));
        }
    }

  box->axis = 0;
  for (int axis = 1; axis < 3; axis++)
    if (high[axis] - low[axis] > high[box->axis] - low[box->axis])
      box->axis = axis;
  box->weight = box->length > 1 ? pixels * (guint64) (high[box->axis] - low[box->axis]) : 0;
}

static int
compare_cells (gconstpointer a, gconstpointer b, gpointer axis)
{
  guint first = *(const guint *) a, second = *(const guint *) b;
  int difference = cell_channel (first, GPOINTER_TO_INT (axis)) - cell_channel (second, GPOINTER_TO_INT (axis));

  return difference != 0 ? difference : (first > second) - (first < second);
}

/* Cuts @box where half of its pixels lie on each side, and gives the upper part to @other. */
static void
cut_box (Box *box, Box *other, const Cell *cells, guint *used)
{
  guint64 all = 0, below = 0;
  int split = 1;

  g_qsort_with_data (used + box->start, box->length, sizeof *used, compare_cells, GINT_TO_POINTER (box->axis));
  for (int i = 0; i < box->length; i++)
    all += cells[used[box->start + i]].count;
  below = cells[used[box->start]].count;
  while (split < box->length - 1 && below * 2 < all)
    below += cells[used[box->start + split++]].count;

  *other = (Box) { box->start + split, box->length - split, 0, 0 };
  box->length = split;
  measure_box (box, cells, used);
  measure_box (other, cells, used);
}

static int
make_palette (Cell *cells, int n_colours, guint8 palette[MAX_COLOURS][3])
{
  g_autofree guint *used = g_new (guint, N_CELLS);
  Box boxes[MAX_COLOURS];
  int n_used = 0, n_boxes = 1;

  for (guint i = 0; i < N_CELLS; i++)
    if (cells[i].count > 0)
      used[n_used++] = i;

  boxes[0] = (Box) { 0, n_used, 0, 0 };
  measure_box (&boxes[0], cells, used);
  while (n_boxes < n_colours)
    {
      int heaviest = 0;

      for (int i = 1; i < n_boxes; i++)
        if (boxes[i].weight > boxes[heaviest].weight)
          heaviest = i;
      if (boxes[heaviest].weight == 0)
        break;
      cut_box (&boxes[heaviest], &boxes[n_boxes], cells, used);
      n_boxes++;
    }

  for (int b = 0; b < n_boxes; b++)
    {
      guint64 sum[3] = { 0, 0, 0 }, count = 0;

      for (int i = boxes[b].start; i < boxes[b].start + boxes[b].length; i++)
        {
          count += cells[used[i]].count;
          for (int axis = 0; axis < 3; axis++)
            sum[axis] += cells[used[i]].sum[axis];
        }
      for (int axis = 0; axis < 3; axis++)
        palette[b][axis] = (guint8) (count > 0 ? (sum[axis] + count / 2) / count : 0);
    }
  return n_boxes;
}

static int
nearest_colour (const guint8 rgb[3], guint8 palette[MAX_COLOURS][3], int n_colours)
{
  int nearest = 0, least = G_MAXINT;

  for (int i = 0; i < n_colours; i++)
    {
      int r = rgb[0] - palette[i][0], g = rgb[1] - palette[i][1], b = rgb[2] - palette[i][2];
      int distance = 2 * r * r + 4 * g * g + b * b;

      if (distance < least)
        {
          least = distance;
          nearest = i;
        }
    }
  return nearest;
}

/* One index a pixel. Half of an error goes on to the neighbours, so that gradients do not band and flat parts stay flat
 * enough to pack well. */
static guint8 *
make_indices (cairo_surface_t *surface, guint8 palette[MAX_COLOURS][3], int n_colours)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  g_autofree int *errors = g_new0 (int, 2 * 3 * (gsize) (width + 2));
  guint8 *indices, *out;

  indices = out = g_malloc ((gsize) width * height);
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = get_row (surface, y);
      int *here = errors + (y % 2) * 3 * (width + 2), *next = errors + ((y + 1) % 2) * 3 * (width + 2);

      memset (next, 0, sizeof (int) * 3 * (gsize) (width + 2));
      for (int x = 0; x < width; x++)
        {
          guint8 rgb[3];
          int index;

          get_rgb (row[x], rgb);
          for (int i = 0; i < 3; i++)
            rgb[i] = (guint8) CLAMP (rgb[i] + here[3 * (x + 1) + i] / 32, 0, 255);
          index = nearest_colour (rgb, palette, n_colours);
          for (int i = 0; i < 3; i++)
            {
              int error = rgb[i] - palette[index][i];

              here[3 * (x + 2) + i] += error * 7;
              next[3 * x + i] += error * 3;
              next[3 * (x + 1) + i] += error * 5;
              next[3 * (x + 2) + i] += error;
            }
          *out++ = (guint8) index;
        }
    }
  return indices;
}

typedef struct
{
  const guint8 *indices;
  int width;
} Rows;

static void
get_indices (gpointer data, int y, guint8 *out)
{
  const Rows *rows = data;

  memcpy (out, rows->indices + (gsize) rows->width * y, (gsize) rows->width);
}

GBytes *
portrait_palette_png (cairo_surface_t *surface, int n_colours, GError **error)
{
  guint8 palette[MAX_COLOURS][3];
  g_autofree Cell *cells = g_new0 (Cell, N_CELLS);
  g_autofree guint8 *indices = NULL;
  Rows rows = { .width = cairo_image_surface_get_width (surface) };
  PortraitPng png = {
    .width = rows.width,
    .height = cairo_image_surface_get_height (surface),
    .pixels = PORTRAIT_PNG_PALETTE,
    .palette = (const guint8 (*)[3]) palette,
    .level = 9,
    .get_row = get_indices,
    .data = &rows,
  };

  g_return_val_if_fail (cairo_image_surface_get_format (surface) == CAIRO_FORMAT_RGB24, NULL);

  cairo_surface_flush (surface);
  count_colours (surface, cells);
  png.n_colours = make_palette (cells, CLAMP (n_colours, 2, MAX_COLOURS), palette);
  rows.indices = indices = make_indices (surface, palette, png.n_colours);
  return portrait_png_write (&png, error);
}
