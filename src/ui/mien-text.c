/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-text.h"

gboolean
mien_text_has_long_run (const char *text)
{
  guint run = 0;

  g_return_val_if_fail (text != NULL, FALSE);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* Between ideographs a line may break. */
      run = g_unichar_isspace (c) || g_unichar_iswide (c) ? 0 : run + 1;
      if (run > MIEN_TEXT_MAX_RUN)
        return TRUE;
    }

  return FALSE;
}

char *
mien_text_shorten (const char *text,
                   guint       max_chars)
{
  const char *p = text;

  g_return_val_if_fail (text != NULL, NULL);

  for (guint i = 0; i < max_chars && *p != '\0'; i++)
    p = g_utf8_next_char (p);

  return *p != '\0' ? g_strndup (text, p - text) : NULL;
}
