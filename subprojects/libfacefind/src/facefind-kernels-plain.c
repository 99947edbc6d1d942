/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain twin: one number after the other. The reference that the vector code is tested against. */
#include "facefind-kernels.h"

#include <stddef.h>

static void
depthwise (float *out, const float *const rows[3], int in_width, int out_width, int stride, int left, int channels,
           const float *weights, const float *bias)
{
  for (int x = 0; x < out_width; x++)
    for (int c = 0; c < channels; c++)
      {
        float sum = bias[c];
        for (int ky = 0; ky < 3; ky++)
          for (int kx = 0; kx < 3; kx++)
            {
              int column = x * stride + left + kx;
              if (rows[ky] != NULL && column >= 0 && column < in_width)
                sum += rows[ky][column * channels + c] * weights[(ky * 3 + kx) * channels + c];
            }
        out[x * channels + c] = sum;
      }
}

static void
pointwise (float *out, const float *in, int width, int in_channels, int out_channels, const float *weights,
           const float *bias)
{
  for (int x = 0; x < width; x++)
    for (int o = 0; o < out_channels; o++)
      {
        float sum = bias[o];
        for (int i = 0; i < in_channels; i++)
          sum += in[x * in_channels + i] * weights[i * out_channels + o];
        out[x * out_channels + o] = sum;
      }
}

static void
add_relu (float *io, const float *skip, int width, int channels, int skip_channels)
{
  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c++)
      {
        float value = io[x * channels + c];
        if (c < skip_channels)
          value += skip[x * skip_channels + c];
        io[x * channels + c] = value > 0 ? value : 0;
      }
}

static void
maxpool (float *out, const float *upper, const float *lower, int out_width, int channels)
{
  for (int x = 0; x < out_width; x++)
    for (int c = 0; c < channels; c++)
      {
        const float *a = upper + 2 * x * channels + c;
        const float *b = lower + 2 * x * channels + c;
        float left = a[0] > b[0] ? a[0] : b[0];
        float right = a[channels] > b[channels] ? a[channels] : b[channels];
        out[x * channels + c] = left > right ? left : right;
      }
}

const FaceFindKernels facefind_kernels_plain = { "plain", depthwise, pointwise, add_relu, maxpool };
