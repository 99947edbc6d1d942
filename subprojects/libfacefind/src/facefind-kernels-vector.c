/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same sums as facefind-kernels-plain.c, eight channels at a time in the compiler's vector types: SSE2, NEON or
 * WebAssembly SIMD as the target has it. Compiled a second time with AVX2 where the processor may have it. */
#include "facefind-kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifndef FACEFIND_VARIANT
#define FACEFIND_VARIANT facefind_kernels_vector
#define FACEFIND_VARIANT_NAME "vector"
#endif

#define PIXELS 4                         /* worked on together, so that a loaded weight is used four times */

typedef float Lanes __attribute__ ((vector_size (FACEFIND_LANES * sizeof (float))));

#define LOAD(target, source) memcpy (&(target), (source), sizeof (Lanes))
#define STORE(target, value) memcpy ((target), &(value), sizeof (Lanes))

static void
depthwise (float *out, const float *const rows[3], int in_width, int out_width, int stride, int left, int channels,
           const float *weights, const float *bias)
{
  for (int c = 0; c < channels; c += FACEFIND_LANES)
    {
      Lanes kernel[9], first;
      for (int k = 0; k < 9; k++)
        LOAD (kernel[k], weights + k * channels + c);
      LOAD (first, bias + c);

      for (int x = 0; x < out_width; x++)
        {
          Lanes sum = first;
          int column = x * stride + left;
          bool whole = column >= 0 && column + 2 < in_width;
          for (int ky = 0; ky < 3; ky++)
            {
              if (rows[ky] == NULL)
                continue;
              const float *in = rows[ky] + (ptrdiff_t) column * channels + c;
              for (int kx = 0; kx < 3; kx++, in += channels)
                if (whole || (column + kx >= 0 && column + kx < in_width))
                  {
                    Lanes value;
                    LOAD (value, in);
                    sum += value * kernel[ky * 3 + kx];
                  }
            }
          STORE (out + x * channels + c, sum);
        }
    }
}

static void
pointwise (float *out, const float *in, int width, int in_channels, int out_channels, const float *weights,
           const float *bias)
{
  for (int x = 0; x < width; x += PIXELS)
    {
      int n = width - x < PIXELS ? width - x : PIXELS;
      const float *pixel[PIXELS];
      for (int p = 0; p < PIXELS; p++)
        pixel[p] = in + (x + (p < n ? p : 0)) * in_channels;

      for (int o = 0; o < out_channels; o += FACEFIND_LANES)
        {
          Lanes sum0, weight;
          LOAD (sum0, bias + o);
          Lanes sum1 = sum0, sum2 = sum0, sum3 = sum0;
          const float *w = weights + o;
          for (int i = 0; i < in_channels; i++, w += out_channels)
            {
              LOAD (weight, w);
              sum0 += weight * pixel[0][i];
              sum1 += weight * pixel[1][i];
              sum2 += weight * pixel[2][i];
              sum3 += weight * pixel[3][i];
            }
          float *target = out + x * out_channels + o;
          STORE (target, sum0);
          if (n > 1)
            STORE (target + out_channels, sum1);
          if (n > 2)
            STORE (target + 2 * out_channels, sum2);
          if (n > 3)
            STORE (target + 3 * out_channels, sum3);
        }
    }
}

/* As `a > b ? a : b` lane by lane: a comparison gives all-ones or zero. */
typedef int Mask __attribute__ ((vector_size (FACEFIND_LANES * sizeof (int))));

static inline Lanes
larger (Lanes a, Lanes b)
{
  Mask mask = a > b;
  return (Lanes) (((Mask) a & mask) | ((Mask) b & ~mask));
}

static void
add_relu (float *io, const float *skip, int width, int channels, int skip_channels)
{
  const Lanes zero = { 0 };
  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c += FACEFIND_LANES)
      {
        Lanes value, other;
        LOAD (value, io + x * channels + c);
        if (c < skip_channels)
          {
            LOAD (other, skip + x * skip_channels + c);
            value += other;
          }
        value = larger (value, zero);
        STORE (io + x * channels + c, value);
      }
}

static void
maxpool (float *out, const float *upper, const float *lower, int out_width, int channels)
{
  for (int x = 0; x < out_width; x++)
    for (int c = 0; c < channels; c += FACEFIND_LANES)
      {
        Lanes a, b, d, e;
        LOAD (a, upper + 2 * x * channels + c);
        LOAD (b, lower + 2 * x * channels + c);
        LOAD (d, upper + (2 * x + 1) * channels + c);
        LOAD (e, lower + (2 * x + 1) * channels + c);
        Lanes best = larger (larger (a, b), larger (d, e));
        STORE (out + x * channels + c, best);
      }
}

const FaceFindKernels FACEFIND_VARIANT = { FACEFIND_VARIANT_NAME, depthwise, pointwise, add_relu, maxpool };
