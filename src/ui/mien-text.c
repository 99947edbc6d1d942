/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-text.h"

#include <string.h>

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

/* What an address does not go over: white space, what never stands in one, and the punctuation of East Asian text,
 * which
   follows without a space. Direction marks could make it look like another one. */
static gboolean
ends_address (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return g_unichar_isspace (c) || g_unichar_iscntrl (c) || type == G_UNICODE_FORMAT || c == '<' || c == '>' ||
         c == '"' || type == G_UNICODE_INITIAL_PUNCTUATION || type == G_UNICODE_FINAL_PUNCTUATION ||
         (c >= 0x3000 && c <= 0x303f) || (c >= 0xff00 && c <= 0xff65);
}

static gboolean
closes_nothing (const char *start,
                const char *end,
                char        opening,
                char        closing)
{
  int depth = 0;

  for (const char *p = start; p < end; p++)
    depth += (*p == opening) - (*p == closing);

  return depth < 0;
}

/* The end of the address that begins at @start. A sentence's punctuation after it is not its own; a bracket is when it
 * was
   opened inside. */
static const char *
find_address_end (const char *start)
{
  const char *end = start;

  while (*end != '\0' && !ends_address (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  for (; end > start; end--)
    {
      char last = end[-1];

      if (strchr (".,;:!?'*", last) != NULL)
        continue;
      if ((last == ')' && closes_nothing (start, end, '(', ')')) ||
          (last == ']' && closes_nothing (start, end, '[', ']')))
        continue;
      break;
    }

  return end;
}

static gboolean
begins_address (const char *text,
                const char *p)
{
  return (g_ascii_strncasecmp (p, "https://", 8) == 0 || g_ascii_strncasecmp (p, "http://", 7) == 0) &&
         (p == text || !g_ascii_isalnum (p[-1]));
}

char *
mien_text_to_markup (const char *text)
{
  g_autoptr (GString) markup = NULL;
  const char *done = text;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      g_autofree char *address = NULL, *before = NULL, *escaped = NULL;

      if ((*p != 'h' && *p != 'H') || !begins_address (text, p))
        continue;
      address = g_strndup (p, find_address_end (p) - p);
      if (!g_uri_is_valid (address, G_URI_FLAGS_PARSE_RELAXED, NULL) || g_str_has_suffix (address, "//"))
        continue;

      if (markup == NULL)
        markup = g_string_new (NULL);
      before = g_markup_escape_text (done, p - done);
      escaped = g_markup_escape_text (address, -1);
      g_string_append_printf (markup, "%s<a href=\"%s\">%s</a>", before, escaped, escaped);
      done = p + strlen (address);
      p = done - 1;
      /* The last character may have several bytes. */
      while (p > text && (*p & 0xc0) == 0x80)
        p--;
    }

  if (markup == NULL)
    return NULL;
  if (*done != '\0')
    {
      g_autofree char *rest = g_markup_escape_text (done, -1);

      g_string_append (markup, rest);
    }

  return g_string_free (g_steal_pointer (&markup), FALSE);
}
