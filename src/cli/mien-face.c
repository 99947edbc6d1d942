/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mien-face PHOTO...: where the face is, one line of JSON a photo. */
#include "mien-config.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <mien-face-finder.h>
#include <mien-image.h>
#include <stdlib.h>

#define DECIMALS 100.0

static double
rounded (double value)
{
  return (double) (gint64) (value * DECIMALS + (value < 0 ? -0.5 : 0.5)) / DECIMALS;
}

static void
add_numbers (JsonBuilder *builder, const char *name, const double *values, gsize n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (gsize i = 0; i < n; i++)
    json_builder_add_double_value (builder, rounded (values[i]));
  json_builder_end_array (builder);
}

static void
print_photo (const char *file, cairo_surface_t *surface, const MienFoundFace *face, double milliseconds)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file);
  json_builder_set_member_name (builder, "width");
  json_builder_add_int_value (builder, cairo_image_surface_get_width (surface));
  json_builder_set_member_name (builder, "height");
  json_builder_add_int_value (builder, cairo_image_surface_get_height (surface));
  json_builder_set_member_name (builder, "face");
  if (face == NULL)
    json_builder_add_null_value (builder);
  else
    {
      json_builder_begin_object (builder);
      add_numbers (builder, "box", (double[]) { face->box.x, face->box.y, face->box.width, face->box.height }, 4);
      add_numbers (builder, "left_eye", (double[]) { face->left_eye.x, face->left_eye.y }, 2);
      add_numbers (builder, "right_eye", (double[]) { face->right_eye.x, face->right_eye.y }, 2);
      json_builder_set_member_name (builder, "tilt");
      json_builder_add_double_value (builder, rounded (face->tilt));
      json_builder_set_member_name (builder, "score");
      json_builder_add_double_value (builder, rounded (face->score));
      json_builder_end_object (builder);
    }
  json_builder_set_member_name (builder, "ms");
  json_builder_add_double_value (builder, rounded (milliseconds));
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *line = json_to_string (root, FALSE);
  puts (line);
}

static gboolean
handle_photo (MienFaceFinder *finder, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (name);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, error);
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
  bindtextdomain (GETTEXT_PACKAGE, MIEN_LOCALE_DIR);
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
  g_option_context_set_summary (context, _("Says where the face is: one line of JSON a photo, in pixels of the upright picture."));
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
