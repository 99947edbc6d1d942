/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-portrait-server-error.h"
#include "mien-portrait-strip.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is not refused is hardly larger than it was, and stripping it again changes nothing. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) once = mien_portrait_strip (bytes, 6, &error);
  g_autoptr (GBytes) twice = NULL;

  if (once == NULL)
    {
      g_assert (error != NULL && error->domain == MIEN_PORTRAIT_SERVER_ERROR);
      return 0;
    }
  g_assert (g_bytes_get_size (once) <= size + 64);
  twice = mien_portrait_strip (once, 6, &error);
  g_assert (twice != NULL && g_bytes_equal (once, twice));
  return 0;
}
