/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE             /* memmem */

#include <string.h>

#include "mien-catalogue.h"
#include "mien-svg-check.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

/* Nothing that runs or reaches outside passes, however it is spelled. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         length)
{
  g_autoptr(GError) error = NULL;

  if (mien_svg_check ((const char *) data, length, &error))
    {
      g_assert (memmem (data, length, "<script", 7) == NULL || memmem (data, length, "<!--", 4) != NULL);
      g_assert (memmem (data, length, "<!DOCTYPE", 9) == NULL || memmem (data, length, "<!--", 4) != NULL);
      g_assert (length < MIEN_SVG_CHECK_MAX_BYTES);
    }
  else
    g_assert (g_error_matches (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING));
  return 0;
}
