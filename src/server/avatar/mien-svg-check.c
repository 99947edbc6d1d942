/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-svg-check.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mien-catalogue.h"

#define SVG_NAMESPACE "http://www.w3.org/2000/svg"
#define XLINK_NAMESPACE "http://www.w3.org/1999/xlink"
#define TEMPLATE_VIEW_BOX "0 0 512 512"

static const char * const elements[] = {
  "circle", "clipPath", "defs", "desc", "ellipse", "g", "line", "linearGradient", "mask", "path", "polygon", "polyline",
  "radialGradient", "rect", "stop", "svg", "title", "use", NULL
};

static const char *const attributes[] = { "class",
                                          "clipPathUnits",
                                          "cx",
                                          "cy",
                                          "d",
                                          "fr",
                                          "fx",
                                          "fy",
                                          "gradientTransform",
                                          "gradientUnits",
                                          "height",
                                          "href",
                                          "id",
                                          "maskContentUnits",
                                          "maskUnits",
                                          "offset",
                                          "pathLength",
                                          "points",
                                          "preserveAspectRatio",
                                          "r",
                                          "rx",
                                          "ry",
                                          "spreadMethod",
                                          "style",
                                          "transform",
                                          "version",
                                          "viewBox",
                                          "width",
                                          "x",
                                          "x1",
                                          "x2",
                                          "xlink:href",
                                          "y",
                                          "y1",
                                          "y2",
                                          NULL };

/* As attributes and inside of "style". */
static const char *const properties[] = { "clip-path",
                                          "clip-rule",
                                          "color",
                                          "display",
                                          "fill",
                                          "fill-opacity",
                                          "fill-rule",
                                          "mask",
                                          "mask-type",
                                          "opacity",
                                          "overflow",
                                          "paint-order",
                                          "stop-color",
                                          "stop-opacity",
                                          "stroke",
                                          "stroke-dasharray",
                                          "stroke-dashoffset",
                                          "stroke-linecap",
                                          "stroke-linejoin",
                                          "stroke-miterlimit",
                                          "stroke-opacity",
                                          "stroke-width",
                                          "visibility",
                                          NULL };

typedef struct
{
  guint depth;
  guint n_elements;
  guint n_uses;
  GError *error;           /* the first one; kept here, since GMarkup may set another after one of a callback */
  guint with_id;           /* open elements that have an id, and so can be used */
  GArray *id_stack;        /* of gboolean, one for each open element */
  GHashTable *ids;         /* owned */
  GHashTable *references;  /* owned */
} Checker;

static gboolean
fail (GError     **error,
      const char  *format,
      ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError     **error,
      const char  *format,
      ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING, format, args));
  va_end (args);
  return FALSE;
}

static gboolean
note_reference (Checker     *self,
                const char  *target,
                gsize        length,
                GError     **error)
{
  if (length == 0)
    return fail (error, _("there is a reference to nothing."));
  g_hash_table_add (self->references, g_strndup (target, length));
  return TRUE;
}

/* Every url() names something in this file; a backslash could spell "url" in a way that is not seen here. */
static gboolean
check_value (Checker     *self,
             const char  *name,
             const char  *value,
             GError     **error)
{
  g_autofree char *lower = g_ascii_strdown (value, -1);

  if (strchr (value, '\\') != NULL || strchr (value, '@') != NULL || strstr (value, "/*") != NULL)
    return fail (error, _("“%s” has a character that is not allowed."), name);
  for (const char *found = strstr (lower, "url"); found != NULL; found = strstr (found + 1, "url"))
    {
      const char *target = value + (found - lower) + 3;
      char quote;
      gsize length;

      if (*target++ != '(')
        return fail (error, _("“%s” has a url that cannot be read."), name);
      quote = *target == '"' || *target == '\'' ? *target++ : ')';
      if (*target++ != '#')
        return fail (error, _("“%s” refers to something outside of the file."), name);
      length = strcspn (target, "\"')");
      if (target[length] != quote)
        return fail (error, _("“%s” has a url that cannot be read."), name);
      if (!note_reference (self, target, length, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_style (Checker     *self,
             const char  *style,
             GError     **error)
{
  g_auto(GStrv) declarations = g_strsplit (style, ";", -1);

  for (guint i = 0; declarations[i] != NULL; i++)
    {
      g_autofree char *property = NULL;
      char *colon = strchr (declarations[i], ':');

      if (*g_strstrip (declarations[i]) == '\0')
        continue;
      if (colon == NULL)
        return fail (error, _("“style” cannot be read."));
      property = g_strndup (declarations[i], strcspn (declarations[i], ": \t"));
      if (!g_strv_contains (properties, property))
        return fail (error, _("the property “%.40s” is not allowed."), property);
    }
  return check_value (self, "style", style, error);
}

static gboolean
check_root (const char  *name,
            const char  *value,
            GError     **error)
{
  if (g_str_equal (name, "xmlns"))
    return g_str_equal (value, SVG_NAMESPACE) || fail (error, _("the root is not an SVG element."));
  if (g_str_equal (name, "xmlns:xlink"))
    return g_str_equal (value, XLINK_NAMESPACE) || fail (error, _("the name space of “xlink” is wrong."));
  return fail (error, _("the attribute “%.40s” is not allowed."), name);
}

static gboolean
check_attribute (Checker     *self,
                 const char  *name,
                 const char  *value,
                 GError     **error)
{
  if (strchr (value, '<') != NULL)       /* not XML when it is not escaped, and of no use when it is */
    return fail (error, _("“%s” has a character that is not allowed."), name);
  if (self->depth == 0 && g_str_has_prefix (name, "xmlns"))
    return check_root (name, value, error);
  if (g_str_equal (name, "style"))
    return check_style (self, value, error);
  if (g_str_equal (name, "href") || g_str_equal (name, "xlink:href"))
    return value[0] == '#' ? note_reference (self, value + 1, strlen (value + 1), error)
                           : fail (error, _("“%s” refers to something outside of the file."), name);
  if (g_str_equal (name, "id"))
    return g_hash_table_add (self->ids, g_strdup (value)) || fail (error, _("the id “%.40s” is there twice."), value);
  if (g_strv_contains (attributes, name) || g_strv_contains (properties, name))
    return check_value (self, name, value, error);
  return fail (error, _("the attribute “%.40s” is not allowed."), name);
}

static gboolean
check_attributes (Checker      *self,
                  const char   *element,
                  const char  **names,
                  const char  **values,
                  GError      **error)
{
  gboolean has_id = FALSE, has_box = FALSE, has_namespace = FALSE;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!check_attribute (self, names[i], values[i], error))
        {
          g_prefix_error (error, "<%s>: ", element);
          return FALSE;
        }
      has_id |= g_str_equal (names[i], "id");
      has_box |= g_str_equal (names[i], "viewBox") && g_str_equal (values[i], TEMPLATE_VIEW_BOX);
      has_namespace |= g_str_equal (names[i], "xmlns");
    }
  if (self->depth == 0 && !has_namespace)
    return fail (error, _("the root has no xmlns=\"%s\"."), SVG_NAMESPACE);
  if (self->depth == 0 && !has_box)
    return fail (error, _("the root has no viewBox=\"%s\"."), TEMPLATE_VIEW_BOX);
  g_array_append_val (self->id_stack, has_id);
  self->with_id += has_id ? 1 : 0;
  return TRUE;
}

static void
check_element (Checker      *self,
               const char   *element,
               const char  **names,
               const char  **values,
               GError      **error)
{
  if (!g_strv_contains (elements, element))
    fail (error, _("the element <%.40s> is not allowed."), element);
  else if ((self->depth == 0) != g_str_equal (element, "svg"))
    fail (error, _("<svg> must be the root, and only the root."));
  else if (self->depth >= MIEN_SVG_CHECK_MAX_DEPTH || self->n_elements >= MIEN_SVG_CHECK_MAX_ELEMENTS)
    fail (error, _("it has more than %d elements or is nested deeper than %d."), MIEN_SVG_CHECK_MAX_ELEMENTS,
          MIEN_SVG_CHECK_MAX_DEPTH);
  else if (check_attributes (self, element, names, values, error))
    {
      /* A thing that is used may not itself use others: each use then draws a bounded number of shapes. */
      if (g_str_equal (element, "use") && self->with_id > 0)
        fail (error, _("<use> inside of an element with an id is not allowed."));
      else if (g_str_equal (element, "use") && ++self->n_uses > MIEN_SVG_CHECK_MAX_USES)
        fail (error, _("it has more than %d <use>."), MIEN_SVG_CHECK_MAX_USES);
      self->depth++;
      self->n_elements++;
    }
}

static void
on_start (GMarkupParseContext  *context,
          const char           *element,
          const char          **names,
          const char          **values,
          gpointer              data,
          GError              **error)
{
  Checker *self = data;
  int line;

  if (self->error != NULL)
    return;
  check_element (self, element, names, values, &self->error);
  g_markup_parse_context_get_position (context, &line, NULL);
  g_prefix_error (&self->error, _("line %d: "), line);
}

static void
on_end (GMarkupParseContext  *context,
        const char           *element,
        gpointer              data,
        GError              **error)
{
  Checker *self = data;

  if (self->error != NULL)
    return;
  self->depth--;
  self->with_id -= g_array_index (self->id_stack, gboolean, self->id_stack->len - 1) ? 1 : 0;
  g_array_set_size (self->id_stack, self->id_stack->len - 1);
}

/* Comments and, at the beginning, the XML declaration are allowed. A document type could define entities. */
static gboolean
check_markup (const char  *svg,
              gsize        length,
              GError     **error)
{
  if (!g_utf8_validate_len (svg, length, NULL))
    return fail (error, _("it is not XML: %s"), "UTF-8");
  for (gsize i = 0; i + 1 < length; i++)
    if (svg[i] == '<' && ((svg[i + 1] == '!' && (i + 4 > length || strncmp (svg + i, "<!--", 4) != 0)) ||
                          (svg[i + 1] == '?' && (i > 0 || length < 6 || strncmp (svg, "<?xml ", 6) != 0))))
      return fail (error, _("a document type, a CDATA section or a processing instruction is not allowed."));
  return TRUE;
}

static gboolean
check_references (Checker  *self,
                  GError  **error)
{
  GHashTableIter iter;
  gpointer target;

  g_hash_table_iter_init (&iter, self->references);
  while (g_hash_table_iter_next (&iter, &target, NULL))
    if (!g_hash_table_contains (self->ids, target))
      return fail (error, _("it refers to “#%.40s”, which is not in the file."), (const char *) target);
  return TRUE;
}

gboolean
mien_svg_check (const char  *svg,
                gsize        length,
                GError     **error)
{
  static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end };
  g_autoptr(GMarkupParseContext) context = NULL;
  g_autoptr(GError) syntax = NULL;
  Checker checker = { 0 };
  gboolean parsed;

  g_return_val_if_fail (svg != NULL, FALSE);

  if (length >= MIEN_SVG_CHECK_MAX_BYTES)
    return fail (error, _("it has %zu bytes; fewer than %d are allowed."), length, MIEN_SVG_CHECK_MAX_BYTES);
  if (!check_markup (svg, length, error))
    return FALSE;
  checker.ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  checker.references = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  checker.id_stack = g_array_new (FALSE, FALSE, sizeof (gboolean));
  context = g_markup_parse_context_new (&parser, G_MARKUP_PREFIX_ERROR_POSITION, &checker, NULL);
  parsed = g_markup_parse_context_parse (context, svg, length, &syntax) &&
           g_markup_parse_context_end_parse (context, &syntax);
  if (checker.error == NULL && (!parsed || checker.n_elements == 0))
    fail (&checker.error, _("it is not XML: %s"), syntax != NULL ? syntax->message : "<svg>");
  if (checker.error == NULL)
    check_references (&checker, &checker.error);
  g_hash_table_unref (checker.ids);
  g_hash_table_unref (checker.references);
  g_array_unref (checker.id_stack);
  if (checker.error == NULL)
    return TRUE;
  g_propagate_error (error, checker.error);
  return FALSE;
}
