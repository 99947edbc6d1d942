/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-portrait-server-error.h"
#include "mien-portrait-slot.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* No text is a slot, and none is read past its end. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", MIEN_PORTRAIT_KEY_BYTES);
  g_autoptr (GError) error = NULL;
  MienPortraitType type;

  g_assert (mien_portrait_slot_verify (text, key, 0, &error) == NULL);
  g_assert (error != NULL && error->domain == MIEN_PORTRAIT_SERVER_ERROR);
  mien_portrait_parse_name (text, NULL, &type);
  mien_portrait_type_guess (text, text, &type);
  return 0;
}
