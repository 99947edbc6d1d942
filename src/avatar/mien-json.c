/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A comma, an opening bracket or a brace stands before each value but the first: counting them bounds the tree. */
static gboolean
judge (const char  *json,
       gsize        length,
       int          max_depth,
       int          max_values,
       GError     **error)
{
  int depth = 0;
  int values = 1;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = json[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
          continue;
        }
      if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          depth++;
          values++;
        }
      else if (c == ']' || c == '}')
        depth--;
      else if (c == ',')
        values++;
      else if (c == '/' || c == '\'' || c == '\0')
        {
          /* Neither comments nor single quotes are JSON, and they would let text hide from this count. */
          g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX,
                       _("This is not JSON: unexpected character at byte %zu."), i);
          return FALSE;
        }
      if (depth > max_depth || values > max_values)
        {
          g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                       _("The JSON text is nested deeper than %d levels or has more than %d values."), max_depth,
                       max_values);
          return FALSE;
        }
    }
  return TRUE;
}

JsonNode *
mien_json_parse (const char  *json,
                 gssize       length,
                 gsize        max_bytes,
                 int          max_depth,
                 int          max_values,
                 GError     **error)
{
  g_autoptr(JsonParser) parser = NULL;
  g_autoptr(GError) local = NULL;
  gsize size;

  g_return_val_if_fail (json != NULL, NULL);

  size = length < 0 ? strlen (json) : (gsize) length;
  if (size > max_bytes)
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_LIMIT,
                   _("The JSON text is larger than %zu bytes."), max_bytes);
      return NULL;
    }
  if (!g_utf8_validate_len (json, size, NULL))
    {
      g_set_error_literal (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX, _("The JSON text is not UTF-8."));
      return NULL;
    }
  if (!judge (json, size, max_depth, max_values, error))
    return NULL;

  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, json, size, &local))
    {
      g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX, _("This is not JSON: %s"), local->message);
      return NULL;
    }
  if (json_parser_get_root (parser) == NULL)
    {
      g_set_error_literal (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_SYNTAX, _("The JSON text is empty."));
      return NULL;
    }
  return json_parser_steal_root (parser);
}

gboolean
mien_sha256_is_valid (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}
