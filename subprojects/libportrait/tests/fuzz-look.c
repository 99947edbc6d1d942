/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "portrait-look.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whatever is read can be written, and reads back as the same look. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PortraitLook) look = portrait_look_from_json ((const char *) data, (gssize) size, &error);
  g_autoptr (PortraitLook) again = NULL;
  g_autofree char *json = NULL;

  g_assert ((look == NULL) == (error != NULL));
  if (look == NULL)
    return 0;

  json = portrait_look_to_json (look);
  if (strlen (json) > PORTRAIT_LOOK_MAX_BYTES)
    return 0;
  again = portrait_look_from_json (json, -1, &error);
  g_assert_no_error (error);
  g_assert (portrait_look_equal (look, again));
  return 0;
}
