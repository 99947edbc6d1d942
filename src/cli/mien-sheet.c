/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-compose"

#include "mien-config.h"
#include "mien-sheet.h"

#include <glib/gi18n.h>
#include <portrait-export.h>
#include <string.h>

#define MARGIN 16
#define GAP 8
#define LABEL_WIDTH 190
#define HEADER_HEIGHT 28
#define FONT_SIZE 14.0
#define JPEG_QUALITY 88

typedef struct
{
  const MienSheetOptions *options;
  MienDresser            *dresser;
  GPtrArray              *headshots;       /* MienDressed */
  GPtrArray              *rows;            /* char*: "id" or "id:variant" */
  int                     cell_width, cell_height;
  guint                   rows_a_page;
} Sheet;

static void
sheet_clear (Sheet *self)
{
  g_clear_pointer (&self->headshots, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
}

static gboolean
load_headshots (Sheet *self, GError **error)
{
  self->headshots = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_dressed_free);
  for (const char *const *name = self->options->headshots; name != NULL && *name != NULL; name++)
    {
      MienDressed *headshot = mien_dresser_load_headshot (self->dresser, *name, error);

      if (headshot == NULL)
        return FALSE;
      g_ptr_array_add (self->headshots, headshot);
    }
  if (self->headshots->len > 0)
    return TRUE;

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _("A contact sheet needs at least one --headshot."));
  return FALSE;
}

static void
add_avatar (Sheet *self, MienAvatar *avatar)
{
  g_ptr_array_add (self->rows, g_strdup (mien_avatar_get_id (avatar)));
  for (guint i = 0; self->options->with_variants && i < mien_avatar_get_n_variants (avatar); i++)
    g_ptr_array_add (self->rows,
                     g_strdup_printf ("%s:%s", mien_avatar_get_id (avatar), mien_avatar_get_variant (avatar, i)->id));
}

static gboolean
choose_rows (Sheet *self, GError **error)
{
  const PortraitType *type = self->options->type != NULL ? portrait_type_lookup (self->options->type) : NULL;
  g_autoptr (GPtrArray) avatars = NULL;

  self->rows = g_ptr_array_new_with_free_func (g_free);
  if (self->options->type != NULL && type == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("There is no type of avatar “%s”."),
                   self->options->type);
      return FALSE;
    }
  for (const char *const *name = self->options->avatars; name != NULL && *name != NULL; name++)
    g_ptr_array_add (self->rows, g_strdup (*name));
  if (self->rows->len > 0)
    return TRUE;

  avatars = mien_catalogue_query (mien_dresser_get_catalogue (self->dresser), type, NULL);
  for (guint i = 0; i < avatars->len; i++)
    add_avatar (self, g_ptr_array_index (avatars, i));
  if (self->rows->len > 0)
    return TRUE;

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("The pack has no such avatars."));
  return FALSE;
}

static gboolean
measure (Sheet *self, GError **error)
{
  int width;

  self->cell_width = self->cell_height = 0;
  for (gsize i = 0; i < self->options->n_sizes; i++)
    {
      self->cell_width += self->options->sizes[i] + GAP;
      self->cell_height = MAX (self->cell_height, self->options->sizes[i] + GAP);
    }

  width = 2 * MARGIN + LABEL_WIDTH + (int) self->headshots->len * self->cell_width;
  if (width > PORTRAIT_MAX_SIZE || 2 * MARGIN + HEADER_HEIGHT + self->cell_height > PORTRAIT_MAX_SIZE)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("The sheet would be wider than %d pixels. Use fewer headshots or smaller sizes."),
                   PORTRAIT_MAX_SIZE);
      return FALSE;
    }
  self->rows_a_page = (guint) ((PORTRAIT_MAX_SIZE - 2 * MARGIN - HEADER_HEIGHT) / self->cell_height);
  return TRUE;
}

static void
draw_text (cairo_t *cr, double x, double y, const char *text)
{
  cairo_set_source_rgb (cr, 0.14, 0.14, 0.18);
  cairo_move_to (cr, x, y);
  cairo_show_text (cr, text);
}

static void
draw_label (cairo_t *cr, double x, double y, const char *row)
{
  g_auto (GStrv) parts = g_strsplit (row, ":", 2);

  draw_text (cr, x, y, parts[0]);
  if (parts[1] != NULL)
    draw_text (cr, x + 12, y + FONT_SIZE * 1.3, parts[1]);
}

/* One avatar on one headshot, at all sizes, the largest first. */
static gboolean
draw_cell (Sheet *self, cairo_t *cr, double x, double y, const char *row, MienDressed *headshot, GError **error)
{
  g_autoptr (PortraitLook) look = portrait_look_new ();

  portrait_look_set_headshot (look, headshot->sha256, &headshot->face);
  portrait_look_set_backdrop (look, headshot->backdrop);
  for (const char *const *worn = self->options->wear; worn != NULL && *worn != NULL; worn++)
    if (!mien_dresser_wear (self->dresser, look, *worn, error))
      return FALSE;
  if (!mien_dresser_wear (self->dresser, look, row, error))
    return FALSE;

  for (gsize i = 0; i < self->options->n_sizes; i++)
    {
      g_autoptr (PortraitCompositor) compositor = mien_dresser_compose (self->dresser, look, headshot,
                                                                        self->options->sizes[i], error);
      cairo_surface_t *surface = compositor != NULL
                                     ? portrait_compositor_render (compositor, self->options->sizes[i], error)
                                     : NULL;

      if (surface == NULL)
        return FALSE;
      cairo_set_source_surface (cr, surface, x, y);
      cairo_paint (cr);
      cairo_surface_destroy (surface);
      x += self->options->sizes[i] + GAP;
    }
  return TRUE;
}

static gboolean
draw_page (Sheet *self, cairo_t *cr, guint first, guint last, GError **error)
{
  cairo_set_source_rgb (cr, 0.965, 0.961, 0.957);
  cairo_paint (cr);
  cairo_select_font_face (cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cr, FONT_SIZE);

  for (guint column = 0; column < self->headshots->len; column++)
    {
      MienDressed *headshot = g_ptr_array_index (self->headshots, column);

      draw_text (cr, MARGIN + LABEL_WIDTH + (double) column * self->cell_width, MARGIN + FONT_SIZE, headshot->name);
    }
  for (guint row = first; row < last; row++)
    {
      const char *name = g_ptr_array_index (self->rows, row);
      double y = MARGIN + HEADER_HEIGHT + (double) (row - first) * self->cell_height;

      draw_label (cr, MARGIN, y + FONT_SIZE * 1.2, name);
      for (guint column = 0; column < self->headshots->len; column++)
        if (!draw_cell (self, cr, MARGIN + LABEL_WIDTH + (double) column * self->cell_width, y, name,
                        g_ptr_array_index (self->headshots, column), error))
          return FALSE;
    }
  return TRUE;
}

/* "sheet.png", "sheet-2.png", ... */
static char *
page_name (const char *output, guint page)
{
  const char *dot = strrchr (output, '.');

  return page == 0 || dot == NULL ? g_strdup (output)
                                  : g_strdup_printf ("%.*s-%u%s", (int) (dot - output), output, page + 1, dot);
}

static gboolean
write_page (Sheet *self, guint page, GError **error)
{
  guint first = page * self->rows_a_page, last = MIN (first + self->rows_a_page, self->rows->len);
  int width = 2 * MARGIN + LABEL_WIDTH + (int) self->headshots->len * self->cell_width - GAP;
  int height = 2 * MARGIN + HEADER_HEIGHT + (int) (last - first) * self->cell_height - GAP;
  g_autofree char *name = page_name (self->options->output, page);
  PortraitFormat format = PORTRAIT_FORMAT_PNG;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GBytes) bytes = NULL;
  gboolean good = draw_page (self, cr, first, last, error);

  cairo_destroy (cr);
  portrait_format_from_suffix (name, &format);
  if (good)
    bytes = portrait_export (surface, format, JPEG_QUALITY, error);
  cairo_surface_destroy (surface);
  return bytes != NULL &&
         g_file_set_contents (name, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

gboolean
mien_sheet_write (MienDresser *dresser, const MienSheetOptions *options, GError **error)
{
  Sheet sheet = { options, dresser };
  gboolean good = load_headshots (&sheet, error) && choose_rows (&sheet, error) && measure (&sheet, error);

  for (guint page = 0; good && page * sheet.rows_a_page < sheet.rows->len; page++)
    good = write_page (&sheet, page, error);
  sheet_clear (&sheet);
  return good;
}
