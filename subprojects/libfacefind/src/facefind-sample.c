/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind-sample.h"

#include "facefind-network.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 4                      /* samples a pixel and direction */
#define RADIANS(degrees) ((degrees) * 0.017453292519943295f)

typedef struct { int bytes, red, green, blue; } Layout;

static Layout
layout_of (FaceFindFormat format)
{
  switch (format)
    {
    case FACEFIND_RGBA: return (Layout) { 4, 0, 1, 2 };
    case FACEFIND_BGRX: return (Layout) { 4, 2, 1, 0 };
    case FACEFIND_RGB:
    default: return (Layout) { 3, 0, 1, 2 };
    }
}

FaceFindPoint
facefind_view_map (const FaceFindView *view, float u, float v)
{
  float c = cosf (RADIANS (view->tilt)), s = sinf (RADIANS (view->tilt));
  float x = (u - 0.5f) * view->side, y = (v - 0.5f) * view->side;
  return (FaceFindPoint) { view->x + c * x - s * y, view->y + s * x + c * y };
}

/* Adds the bilinear value at a point, weighted by 256; black outside the picture. */
static void
add_bilinear (const FaceFindPicture *picture, const Layout *layout, float x, float y, uint32_t sum[3])
{
  float left = floorf (x), top = floorf (y);
  int ix = (int) left, iy = (int) top;
  if (ix < -1 || iy < -1 || ix >= picture->width || iy >= picture->height)
    return;

  uint32_t fx = (uint32_t) ((x - left) * 16), fy = (uint32_t) ((y - top) * 16);
  for (int dy = 0; dy < 2; dy++)
    for (int dx = 0; dx < 2; dx++)
      {
        int column = ix + dx, row = iy + dy;
        if (column < 0 || row < 0 || column >= picture->width || row >= picture->height)
          continue;
        uint32_t weight = (dx ? fx : 16 - fx) * (dy ? fy : 16 - fy);
        const uint8_t *pixel = picture->pixels + (size_t) row * picture->stride
                               + (size_t) column * (size_t) layout->bytes;
        sum[0] += weight * pixel[layout->red];
        sum[1] += weight * pixel[layout->green];
        sum[2] += weight * pixel[layout->blue];
      }
}

/* Adds the pixel under a point: with many samples a pixel of the square, blending each would cost four times as much
 * and show nothing more. */
static void
add_nearest (const FaceFindPicture *picture, const Layout *layout, float x, float y, uint32_t sum[3])
{
  if (x < 0 || y < 0 || x >= (float) picture->width || y >= (float) picture->height)
    return;

  const uint8_t *pixel = picture->pixels + (size_t) y * picture->stride + (size_t) x * (size_t) layout->bytes;
  sum[0] += pixel[layout->red];
  sum[1] += pixel[layout->green];
  sum[2] += pixel[layout->blue];
}

void
facefind_sample (const FaceFindPicture *picture, const FaceFindView *view, uint8_t *out)
{
  Layout layout = layout_of (picture->format);
  float scale = view->side / FACEFIND_INPUT;
  float c = cosf (RADIANS (view->tilt)) * scale, s = sinf (RADIANS (view->tilt)) * scale;
  int steps = (int) ceilf (scale);
  steps = steps < 1 ? 1 : steps > MAX_STEPS ? MAX_STEPS : steps;
  bool blend = steps <= 2;
  uint32_t total = (blend ? 256 : 1) * (uint32_t) (steps * steps);

  for (int y = 0; y < FACEFIND_INPUT; y++)
    for (int x = 0; x < FACEFIND_INPUT; x++, out += 3)
      {
        uint32_t sum[3] = { 0, 0, 0 };
        for (int j = 0; j < steps; j++)
          for (int i = 0; i < steps; i++)
            {
              float u = (float) x + ((float) i + 0.5f) / (float) steps - FACEFIND_INPUT / 2;
              float v = (float) y + ((float) j + 0.5f) / (float) steps - FACEFIND_INPUT / 2;
              float at_x = view->x + c * u - s * v, at_y = view->y + s * u + c * v;
              if (blend)
                add_bilinear (picture, &layout, at_x - 0.5f, at_y - 0.5f, sum);
              else
                add_nearest (picture, &layout, at_x, at_y, sum);
            }
        for (int k = 0; k < 3; k++)
          out[k] = (uint8_t) ((sum[k] + total / 2) / total);
      }
}

float
facefind_shrink (const FaceFindPicture *picture, uint8_t *out, FaceFindPicture *shrunk)
{
  Layout layout = layout_of (picture->format);
  int longer = picture->width > picture->height ? picture->width : picture->height;
  float scale = (float) longer / FACEFIND_SHRUNK;
  int width = (int) ((float) picture->width / scale + 0.5f), height = (int) ((float) picture->height / scale + 0.5f);
  width = width < 1 ? 1 : width > FACEFIND_SHRUNK ? FACEFIND_SHRUNK : width;
  height = height < 1 ? 1 : height > FACEFIND_SHRUNK ? FACEFIND_SHRUNK : height;

  for (int y = 0; y < height; y++)
    {
      int top = (int) ((int64_t) y * picture->height / height),
          bottom = (int) ((int64_t) (y + 1) * picture->height / height);
      if (bottom <= top)
        bottom = top + 1;
      for (int x = 0; x < width; x++)
        {
          int left = (int) ((int64_t) x * picture->width / width),
              right = (int) ((int64_t) (x + 1) * picture->width / width);
          if (right <= left)
            right = left + 1;
          /* Of a large box every few rows and columns: enough for a mean, and the time no longer grows with the
           * picture. */
          int down = 1 + (bottom - top) / (MAX_STEPS + 1), across = 1 + (right - left) / (MAX_STEPS + 1);
          uint32_t red = 0, green = 0, blue = 0, n = 0;
          for (int row = top; row < bottom; row += down)
            {
              const uint8_t *pixel = picture->pixels + (size_t) row * picture->stride
                                     + (size_t) left * (size_t) layout.bytes;
              for (int column = left; column < right; column += across, pixel += across * layout.bytes, n++)
                {
                  red += pixel[layout.red];
                  green += pixel[layout.green];
                  blue += pixel[layout.blue];
                }
            }
          uint8_t *target = out + ((size_t) y * (size_t) width + (size_t) x) * 3;
          target[0] = (uint8_t) (red / n);
          target[1] = (uint8_t) (green / n);
          target[2] = (uint8_t) (blue / n);
        }
    }
  *shrunk = (FaceFindPicture) { out, width, height, (size_t) width * 3, FACEFIND_RGB };
  return (float) picture->width / (float) width;
}
