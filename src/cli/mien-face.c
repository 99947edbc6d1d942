/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mien-face PHOTO...: where the face is, one line of JSON a photo. */
#include "mien-config.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <mien-face-finder.h>
#include <mien-image.h>
#include <stdio.h>

/* Two decimals, with a point in every locale: a hundredth of a pixel is finer than the finding. */
static void
append_number (GString *line, const char *before, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (line, before);
  g_string_append (line, g_ascii_formatd (text, sizeof text, "%.2f", value));
}

static void
append_point (GString *line, const char *name, double x, double y)
{
  g_string_append_printf (line, ",\"%s\":[", name);
  append_number (line, "", x);
  append_number (line, ",", y);
  g_string_append_c (line, ']');
}

static void
print_photo (const char *file, cairo_surface_t *surface, const MienFoundFace *face, double milliseconds)
{
  g_autofree char *name = g_filename_display_name (file);
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), name);
  g_autofree char *quoted = json_to_string (node, FALSE);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "{\"file\":%s,\"width\":%d,\"height\":%d,\"face\":", quoted,
                          cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface));
  if (face == NULL)
    g_string_append (line, "null");
  else
    {
      append_number (line, "{\"box\":[", face->box.x);
      append_number (line, ",", face->box.y);
      append_number (line, ",", face->box.width);
      append_number (line, ",", face->box.height);
      g_string_append_c (line, ']');
      append_point (line, "left_eye", face->left_eye.x, face->left_eye.y);
      append_point (line, "right_eye", face->right_eye.x, face->right_eye.y);
      append_number (line, ",\"tilt\":", face->tilt);
      append_number (line, ",\"score\":", face->score);
      g_string_append_c (line, '}');
    }
  append_number (line, ",\"ms\":", milliseconds);
  g_string_append (line, "}\n");
  fputs (line->str, stdout);
}

static gboolean
handle_photo (MienFaceFinder *finder, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  g_autoptr (GFileInfo)
      info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, error);
  if (info == NULL)
    return FALSE;
  if (g_file_info_get_size (info) > MIEN_IMAGE_MAX_BYTES)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE, _("The file is larger than %d MiB."),
                   MIEN_IMAGE_MAX_BYTES / (1024 * 1024));
      return FALSE;
    }

  g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, error);
  if (bytes == NULL)
    return FALSE;
  cairo_surface_t *surface = mien_image_decode (bytes, 0, NULL, error);
  if (surface == NULL)
    return FALSE;

  MienFoundFace face;
  gint64 start = g_get_monotonic_time ();
  gboolean found = mien_face_finder_find (finder, surface, &face);
  print_photo (name, surface, found ? &face : NULL, (double) (g_get_monotonic_time () - start) / 1000);
  cairo_surface_destroy (surface);
  return TRUE;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE,
                  g_getenv ("MIEN_LOCALE_DIR") != NULL ? g_getenv ("MIEN_LOCALE_DIR") : MIEN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_auto (GStrv) files = NULL;
  g_autofree char *model = NULL;
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &model, N_("The face finding model to use"), N_("FILE") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, N_("PHOTO…") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (
      context, _("Says where the face is: one line of JSON a photo, in pixels of the upright picture."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);

  g_autoptr (GError) error = NULL;
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("mien-face: %s\n", error->message);
      return 2;
    }
  if (files == NULL)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
      g_printerr ("%s", help);
      return 2;
    }
  if (model == NULL)
    model = mien_face_finder_model_path ();

  g_autoptr (MienFaceFinder) finder = mien_face_finder_new (model, &error);
  if (finder == NULL)
    {
      g_printerr ("mien-face: %s\n", error->message);
      return 1;
    }

  int status = 0;
  for (char **file = files; *file != NULL; file++)
    if (!handle_photo (finder, *file, &error))
      {
        g_printerr ("mien-face: %s: %s\n", *file, error->message);
        g_clear_error (&error);
        status = 1;
      }
  return status;
}
