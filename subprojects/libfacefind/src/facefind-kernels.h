/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The arithmetic of the network, one row of pixels at a time. Channels are padded with zeros to a multiple of
 * FACEFIND_LANES, so no loop has a tail. Every variant adds in the same order and without fused multiply-add, so all
 * of them give the same bits. */

#define FACEFIND_LANES 8

typedef struct
{
  const char *name;

  /* out[x][c] = bias[c] + sum over the 3×3 neighbours of in * weight; rows[k] may be NULL (above or below the picture).
   * Columns outside are zero. @left: index of the first input column of output 0, relative to it (-1, or 0 for stride
   * 2). */
  void (*depthwise) (float *out, const float *const rows[3], int in_width, int out_width, int stride, int left,
                     int channels, const float *weights, const float *bias);

  /* out[x][o] = bias[o] + sum of in[x][i] * weight[i][o] */
  void (*pointwise) (float *out, const float *in, int width, int in_channels, int out_channels, const float *weights,
                     const float *bias);

  /* io[x][c] = max (0, io[x][c] + skip[x][c]) for the first skip_channels, max (0, io) for the others. */
  void (*add_relu) (float *io, const float *skip, int width, int channels, int skip_channels);

  /* out[x][c] = the largest of a 2×2 square of in */
  void (*maxpool) (float *out, const float *upper, const float *lower, int out_width, int channels);
} FaceFindKernels;

extern const FaceFindKernels facefind_kernels_plain;
extern const FaceFindKernels facefind_kernels_vector;
#ifdef FACEFIND_HAVE_AVX2
extern const FaceFindKernels facefind_kernels_avx2;
#endif

/* The fastest that this processor can run. */
const FaceFindKernels *facefind_kernels_best (void);
