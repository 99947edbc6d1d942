/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-image"

#include "mien-config.h"
#include "mien-image.h"

#include <glib/gi18n-lib.h>
#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

/* What a drawing may have of each; an avatar has a tenth of it. */
#define MAX_USES 512
#define MAX_DEPTH 64

#define COLOUR_LENGTH 7       /* #rrggbb */

/* Elements that an avatar has no use for and a hostile drawing has. */
static const char *const refused[] = { "script", "image", "foreignObject", "filter", "pattern", "style", "text", NULL };

/* The properties whose colours a variant exchanges. */
static const char *const properties[] = { "fill", "stroke", "stop-color", "color" };

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_SVG, _("This drawing cannot be used: %s"), why);
  return FALSE;
}

typedef struct
{
  guint depth, n_uses;
  guint id_depth;            /* of the outermost open element that has an id, or 0 */
} Check;

/* Copies of copies multiply without end; what has an id can be copied, so it must hold no copy itself. */
static void
on_start (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data,
          GError **error)
{
  Check *check = data;
  const char *colon = strchr (element, ':');
  const char *name = colon != NULL ? colon + 1 : element;

  check->depth++;
  if (g_strv_contains (refused, name))
    refuse (error, element);
  else if (check->depth > MAX_DEPTH ||
           (g_str_equal (name, "use") && (++check->n_uses > MAX_USES || check->id_depth > 0)))
    refuse (error, _("it copies or nests too many of its parts."));

  if (check->id_depth == 0 && check->depth > 1 && g_strv_contains (names, "id"))
    check->id_depth = check->depth;
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Check *check = data;

  if (check->id_depth == check->depth)
    check->id_depth = 0;
  check->depth--;
}

/* GLib's parser knows no document types and no entities of a file's own. */
static gboolean
check_text (const char *text, gsize length, GError **error)
{
  static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end };
  Check check = { 0, 0, 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (GMarkupParseContext) context = NULL;

  if (length == 0 || !g_utf8_validate_len (text, length, NULL))
    return refuse (error, _("it is not an SVG file in UTF-8."));
  if (g_strstr_len (text, (gssize) length, "<!DOCTYPE") != NULL ||
      g_strstr_len (text, (gssize) length, "<!ENTITY") != NULL)
    return refuse (error, _("it has a document type."));

  context = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, &check, NULL);
  if (g_markup_parse_context_parse (context, text, (gssize) length, &local) &&
      g_markup_parse_context_end_parse (context, &local))
    return TRUE;
  if (local->domain == MIEN_IMAGE_ERROR)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    refuse (error, local->message);
  return FALSE;
}

static gboolean
is_colour (const char *text, gsize length)
{
  if (length < COLOUR_LENGTH || text[0] != '#')
    return FALSE;
  for (gsize i = 1; i < COLOUR_LENGTH; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* "#rrggbb=#rrggbb", and nothing else. */
static gboolean
check_colours (const char *const *colours, GError **error)
{
  for (; colours != NULL && *colours != NULL; colours++)
    if (strlen (*colours) != 2 * COLOUR_LENGTH + 1 || !is_colour (*colours, COLOUR_LENGTH) ||
        (*colours)[COLOUR_LENGTH] != '=' || !is_colour (*colours + COLOUR_LENGTH + 1, COLOUR_LENGTH))
      return refuse (error, _("a colour variant is not of the form #rrggbb=#rrggbb."));
  return TRUE;
}

/* Whether @at, in @text, is the value of a colour property, as an attribute (fill="#…") or in a style (fill:#…).
 * References such as href="#facade" and url(#facade) are not. */
static gboolean
is_property_value (const char *text, const char *at)
{
  const char *p = at;

  while (p > text && (g_ascii_isspace (p[-1]) || p[-1] == '"' || p[-1] == '\''))
    p--;
  if (p == text || (p[-1] != '=' && p[-1] != ':'))
    return FALSE;
  p--;
  while (p > text && g_ascii_isspace (p[-1]))
    p--;

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      gsize n = strlen (properties[i]);
      const char *start = p - n;

      if ((gsize) (p - text) > n && memcmp (start, properties[i], n) == 0 && !g_ascii_isalnum (start[-1]) &&
          start[-1] != '-' && start[-1] != ':')
        return TRUE;
    }
  return FALSE;
}

static const char *
find_colour (const char *const *colours, const char *from)
{
  for (; *colours != NULL; colours++)
    if (g_ascii_strncasecmp (*colours, from, COLOUR_LENGTH) == 0)
      return *colours + COLOUR_LENGTH + 1;
  return NULL;
}

/* All at once, so that two colours can change places. The length stays as it is, and nothing but hexadecimal digits
 * changes. */
static void
exchange_colours (char *text, gsize length, const char *const *colours)
{
  for (gsize i = 0; i + COLOUR_LENGTH <= length; i++)
    {
      const char *to;

      if (!is_colour (text + i, length - i) ||
          (i + COLOUR_LENGTH < length && g_ascii_isalnum (text[i + COLOUR_LENGTH])) ||
          !is_property_value (text, text + i))
        continue;
      to = find_colour (colours, text + i);
      if (to != NULL)
        memcpy (text + i, to, COLOUR_LENGTH);
    }
}

static gboolean
check_view_box (RsvgHandle *handle, GError **error)
{
  gboolean has_width, has_height, has_view_box;
  RsvgRectangle view_box;
  RsvgLength width, height;

  rsvg_handle_get_intrinsic_dimensions (handle, &has_width, &width, &has_height, &height, &has_view_box, &view_box);
  if (!has_view_box || !(view_box.width > 0) || fabs (view_box.width - view_box.height) > view_box.width * 1e-6)
    return refuse (error, _("it has no square viewBox."));
  return TRUE;
}

static cairo_surface_t *
draw (RsvgHandle *handle, int size, GError **error)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);
  RsvgRectangle viewport = { 0, 0, size, size };
  g_autoptr (GError) local = NULL;
  gboolean good = rsvg_handle_render_document (handle, cr, &viewport, &local) &&
                  cairo_status (cr) == CAIRO_STATUS_SUCCESS;

  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (good)
    return surface;

  cairo_surface_destroy (surface);
  refuse (error, local != NULL ? local->message : _("it cannot be drawn."));
  return NULL;
}

/* There is no base address, so librsvg loads nothing from outside. */
static cairo_surface_t *
parse_and_draw (const char *text, gsize length, int size, GError **error)
{
  g_autoptr (GError) local = NULL;
  RsvgHandle *handle = rsvg_handle_new_from_data ((const guint8 *) text, length, &local);
  cairo_surface_t *surface = NULL;

  if (handle == NULL)
    {
      refuse (error, local->message);
      return NULL;
    }
  if (check_view_box (handle, error))
    surface = draw (handle, size, error);
  g_object_unref (handle);
  return surface;
}

cairo_surface_t *
mien_svg_render (GBytes *svg, int size, const char *const *colours, GError **error)
{
  g_autofree char *text = NULL;
  const char *data;
  gsize length;

  g_return_val_if_fail (svg != NULL, NULL);

  data = g_bytes_get_data (svg, &length);
  if (length > MIEN_SVG_MAX_BYTES || size < 1 || size > MIEN_SVG_MAX_SIDE)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                   _("A drawing may have %d KiB, and may be drawn at 1 to %d pixels."), MIEN_SVG_MAX_BYTES / 1024,
                   MIEN_SVG_MAX_SIDE);
      return NULL;
    }
  if (!check_text (data, length, error) || !check_colours (colours, error))
    return NULL;

  text = g_strndup (data, length);
  if (colours != NULL)
    exchange_colours (text, length, colours);

  return parse_and_draw (text, length, size, error);
}
