/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mien-compose LOOK.json -o portrait.png: the editor's result without a window. mien-compose sheet: contact sheets. */
#include "mien-config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <mien-image.h>
#include <portrait-export.h>
#include <stdio.h>
#include <string.h>

#include "mien-dresser.h"
#include "mien-sheet.h"

#define JPEG_QUALITY 90
#define MAX_SHEET_SIZES 8
#define MIN_SHEET_SIZE 8
#define DEFAULT_PACK MIEN_PKG_DATA_DIR "/avatars"

typedef struct
{
  char    *output, *format, *pack, *eyes, *save_look, *type, *sizes;
  char   **headshots, **wear, **rest;
  int      size;
  gboolean with_variants;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->format);
  g_free (self->pack);
  g_free (self->eyes);
  g_free (self->save_look);
  g_free (self->type);
  g_free (self->sizes);
  g_strfreev (self->headshots);
  g_strfreev (self->wear);
  g_strfreev (self->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
set_bad (GError **error, const char *format, const char *what)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, what);
  return FALSE;
}

/* "192,64"; FALSE unless there are 1 to MAX_SHEET_SIZES of them, and nothing else. */
static gboolean
parse_sizes (const char *text, int *out, gsize *n)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  *n = g_strv_length (parts);
  if (*n < 1 || *n > MAX_SHEET_SIZES)
    return FALSE;
  for (gsize i = 0; i < *n; i++)
    {
      guint64 size;

      if (!g_ascii_string_to_unsigned (parts[i], 10, MIN_SHEET_SIZE, PORTRAIT_MAX_SIZE, &size, NULL))
        return FALSE;
      out[i] = (int) size;
    }
  return TRUE;
}

static gboolean
choose_format (const Options *options, PortraitFormat *out, GError **error)
{
  static const struct { const char *name; PortraitFormat format; } names[] = {
    { "png", PORTRAIT_FORMAT_PNG },     { "jpeg", PORTRAIT_FORMAT_JPEG },   { "jpg", PORTRAIT_FORMAT_JPEG },
    { "bmp", PORTRAIT_FORMAT_BMP24 },   { "bmp24", PORTRAIT_FORMAT_BMP24 }, { "bmp32", PORTRAIT_FORMAT_BMP32 },
  };

  *out = PORTRAIT_FORMAT_PNG;
  if (options->format == NULL)
    return g_str_equal (options->output, "-") || portrait_format_from_suffix (options->output, out) ||
           set_bad (error, _("“%s” does not end in .png, .jpg or .bmp: say which format with --format."),
                    options->output);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (options->format, names[i].name))
      {
        *out = names[i].format;
        return TRUE;
      }
  return set_bad (error, _("There is no format “%s”: use png, jpeg, bmp or bmp32."), options->format);
}

static PortraitLook *
open_look (const char *name, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (name, FALSE, error);
  PortraitLook *look;

  if (file == NULL)
    return NULL;
  if (g_mapped_file_get_length (file) == 0)
    {
      set_bad (error, _("“%s” is empty."), name);
      return NULL;
    }

  look = portrait_look_from_json (g_mapped_file_get_contents (file), (gssize) g_mapped_file_get_length (file), error);
  if (look == NULL)
    g_prefix_error (error, "%s: ", name);
  return look;
}

/* --headshot, else the drawn headshot that the look names. None is no error: then there is the backdrop. */
static gboolean
find_headshot (MienDresser *dresser, const Options *options, PortraitLook *look, MienDressed **out, GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *sha256 = portrait_look_get_headshot (look);
  const PortraitFace *face = portrait_look_get_face (look);

  if (options->headshots != NULL)
    {
      *out = mien_dresser_load_headshot (dresser, options->headshots[0], error);
      if (*out == NULL)
        return FALSE;
      /* The look's own eyes count for the headshot that they were found in. */
      if (g_strcmp0 (sha256, (*out)->sha256) != 0 || face->source == PORTRAIT_EYES_STANDARD)
        {
          portrait_look_set_headshot (look, (*out)->sha256, &(*out)->face);
          portrait_look_set_backdrop (look, (*out)->backdrop);
        }
      return TRUE;
    }

  *out = mien_dresser_find_headshot (dresser, sha256, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (*out == NULL && sha256 != NULL)
    return set_bad (error,
                    _("The look's headshot is not in the pack: give the photo with --headshot. (Its SHA-256 is %s.)"),
                    sha256);
  return TRUE;
}

static gboolean
mark_eyes (PortraitLook *look, const char *text, GError **error)
{
  PortraitFace face;

  if (!mien_dresser_parse_eyes (text, &face))
    return set_bad (
        error,
        _("“%s” are not two eyes: give x,y of the left and of the right one as fractions of the headshot's width."),
        text);

  portrait_look_set_face (look, &face);
  return TRUE;
}

static gboolean
write_output (const char *name, GBytes *bytes, GError **error)
{
  if (!g_str_equal (name, "-"))
    return g_file_set_contents (name, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);

  if (fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout) == g_bytes_get_size (bytes) &&
      fflush (stdout) == 0)
    return TRUE;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO,
                       _("The picture cannot be written to the standard output."));
  return FALSE;
}

static gboolean
compose (MienDresser *dresser, const Options *options, GError **error)
{
  g_autoptr (PortraitLook) look = options->rest != NULL ? open_look (options->rest[0], error) : portrait_look_new ();
  g_autoptr (MienDressed) headshot = NULL;
  g_autoptr (PortraitCompositor) compositor = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *json = NULL;
  cairo_surface_t *surface;
  PortraitFormat format;

  if (look == NULL || !choose_format (options, &format, error) ||
      !find_headshot (dresser, options, look, &headshot, error))
    return FALSE;
  if (options->eyes != NULL && !mark_eyes (look, options->eyes, error))
    return FALSE;
  for (char **what = options->wear; what != NULL && *what != NULL; what++)
    if (!mien_dresser_wear (dresser, look, *what, error))
      return FALSE;

  if (options->save_look != NULL)
    {
      json = portrait_look_to_json (look);
      if (!g_file_set_contents (options->save_look, json, -1, error))
        return FALSE;
    }

  compositor = mien_dresser_compose (dresser, look, headshot, options->size, error);
  surface = compositor != NULL ? portrait_compositor_render (compositor, options->size, error) : NULL;
  if (surface == NULL)
    return FALSE;
  bytes = portrait_export (surface, format, JPEG_QUALITY, error);
  cairo_surface_destroy (surface);
  return bytes != NULL && write_output (options->output, bytes, error);
}

static gboolean
make_sheet (MienDresser *dresser, const Options *options, GError **error)
{
  const char *text = options->sizes != NULL ? options->sizes : "192,64";
  int sizes[MAX_SHEET_SIZES];
  MienSheetOptions sheet = {
    .output = options->output,
    .headshots = (const char *const *) options->headshots,
    .type = options->type,
    .avatars = (const char *const *) options->rest,
    .wear = (const char *const *) options->wear,
    .with_variants = options->with_variants,
    .sizes = sizes,
  };

  if (!parse_sizes (text, sizes, &sheet.n_sizes))
    return set_bad (error, _("“%s” is not a list of sizes such as 192,64."), text);
  return mien_sheet_write (dresser, &sheet, error);
}

/* The first word "sheet" is taken out of the arguments. */
static gboolean
parse (Options *options, gboolean is_sheet, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
      N_("Where to write the picture; - is the standard output"), N_("FILE") },
    { "pack", 0, 0, G_OPTION_ARG_FILENAME, &options->pack, N_("The folder with catalogue.json"), N_("DIR") },
    { "headshot", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->headshots,
      N_("A photo, with its eyes where they are known, or a drawn headshot of the pack by its id"),
      N_("FILE[@LX,LY,RX,RY]") },
    { "wear", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->wear, N_("An avatar to put on; may be given again"),
      N_("ID[:VARIANT]") },
    G_OPTION_ENTRY_NULL
  };
  const GOptionEntry look_entries[] = {
    { "size", 0, 0, G_OPTION_ARG_INT, &options->size, N_("Side of the picture in pixels"), N_("PIXELS") },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options->format,
      N_("png, jpeg, bmp or bmp32; otherwise by the ending of FILE"), N_("FORMAT") },
    { "eyes", 0, 0, G_OPTION_ARG_STRING, &options->eyes,
      N_("Where the eyes are, as fractions of the headshot's width"), N_("LX,LY,RX,RY") },
    { "save-look", 0, 0, G_OPTION_ARG_FILENAME, &options->save_look, N_("Write the look as JSON as well"),
      N_("FILE") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->rest, NULL, N_("[LOOK.json]") },
    G_OPTION_ENTRY_NULL
  };
  const GOptionEntry sheet_entries[] = {
    { "type", 0, 0, G_OPTION_ARG_STRING, &options->type, N_("Only avatars of this type"), N_("TYPE") },
    { "sizes", 0, 0, G_OPTION_ARG_STRING, &options->sizes, N_("Sides of the pictures in pixels"), N_("192,64") },
    { "variants", 0, 0, G_OPTION_ARG_NONE, &options->with_variants, N_("Every colour variant as well"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->rest, NULL, N_("[ID[:VARIANT]…]") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, is_sheet ? _("sheet: writes a contact sheet of avatars on headshots.")
                                                  : _("Makes a portrait from a look, or from a headshot and avatars.\n"
                                                      "“mien-compose sheet --help” tells about contact sheets."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, is_sheet ? sheet_entries : look_entries, GETTEXT_PACKAGE);
  options->size = PORTRAIT_STANDARD_SIZE;
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;

  if (options->output == NULL)
    return set_bad (error, _("Say where to write the picture with %s."), "-o FILE");
  if (!is_sheet && options->rest != NULL && options->rest[1] != NULL)
    return set_bad (error, _("One look at a time: “%s” is one too many."), options->rest[1]);
  if (!is_sheet && options->headshots != NULL && options->headshots[1] != NULL)
    return set_bad (error, _("One headshot at a time: “%s” is one too many."), options->headshots[1]);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (MienDresser) dresser = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_sheet = argc > 1 && strcmp (argv[1], "sheet") == 0;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE,
                  g_getenv ("MIEN_LOCALE_DIR") != NULL ? g_getenv ("MIEN_LOCALE_DIR") : MIEN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (is_sheet)
    {
      argv[1] = argv[0];
      argv++;
      argc--;
    }
  if (!parse (&options, is_sheet, argc, argv, &error))
    {
      g_printerr ("mien-compose: %s\n", error->message);
      return 2;
    }

  dresser = mien_dresser_new (options.pack != NULL ? options.pack : DEFAULT_PACK, &error);
  if (dresser == NULL || !(is_sheet ? make_sheet (dresser, &options, &error) : compose (dresser, &options, &error)))
    {
      g_printerr ("mien-compose: %s\n", error->message);
      return 1;
    }
  return 0;
}
