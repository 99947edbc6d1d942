/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-image.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is not refused is within the limits. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  MienImageInfo info;

  if (!mien_image_probe (data, size, &info, &error))
    {
      g_assert (error != NULL && error->domain == MIEN_IMAGE_ERROR);
      return 0;
    }
  g_assert (error == NULL);
  g_assert (info.width >= 1 && info.width <= MIEN_IMAGE_MAX_SIDE && info.height >= 1 &&
            info.height <= MIEN_IMAGE_MAX_SIDE);
  g_assert ((gint64) info.width * info.height <= MIEN_IMAGE_MAX_PIXELS);
  g_assert (info.orientation >= 1 && info.orientation <= 8);
  return 0;
}
