/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind.h"
#include "facefind-network.h"
#include "facefind-sample.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any size, format, view and contents through the cutting and shrinking; the pixels lie in a block of exactly their
 * size. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static uint8_t square[FACEFIND_INPUT * FACEFIND_INPUT * 3];
  static uint8_t small[FACEFIND_SHRUNK * FACEFIND_SHRUNK * 3];
  if (size < 14)
    return 0;

  FaceFindFormat format = (FaceFindFormat) (data[0] % 3);
  int width = 1 + (data[1] | data[2] << 8) % 3000, height = 1 + (data[3] | data[4] << 8) % 3000;
  if (width * height > 300000)
    height = 1 + 300000 / width % height;
  size_t stride = (size_t) width * (format == FACEFIND_RGB ? 3 : 4);
  uint8_t *pixels = malloc (stride * (size_t) height);
  for (size_t i = 0; i < stride * (size_t) height; i += size)
    memcpy (pixels + i, data, size < stride * (size_t) height - i ? size : stride * (size_t) height - i);

  FaceFindPicture picture = { pixels, width, height, stride, format }, shrunk;
  FaceFindView view = { (float) ((int8_t) data[5] * 16), (float) ((int8_t) data[6] * 16), (float) (1 + data[7] * 20),
                        (float) ((int8_t) data[8] * 3) };
  facefind_sample (&picture, &view, square);
  facefind_shrink (&picture, small, &shrunk);
  free (pixels);
  return 0;
}
