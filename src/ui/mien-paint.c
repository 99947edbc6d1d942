/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-paint.h"

#include <glib/gi18n.h>

#include "mien-colour.h"

#define MARK_SHARE 0.30       /* of the face's size */
#define MARK_MIN   9.0
#define MARK_MAX   16.0
#define MARK_GAP   2.0        /* clear ring around it */

static const struct
{
  MienPresence presence;
  double red, green, blue;
  const char *label;
} marks[] = {
  { MIEN_PRESENCE_OFFLINE, 0.55, 0.55, 0.57, N_("Offline") },
  { MIEN_PRESENCE_DND,     0.75, 0.11, 0.16, N_("Do not disturb") },
  { MIEN_PRESENCE_XA,      0.78, 0.40, 0.00, N_("Away for long") },
  { MIEN_PRESENCE_AWAY,    0.90, 0.65, 0.04, N_("Away") },
  { MIEN_PRESENCE_ONLINE,  0.15, 0.64, 0.41, N_("Available") },
  { MIEN_PRESENCE_CHAT,    0.15, 0.64, 0.41, N_("Free to chat") },
};

const char *
mien_presence_get_label (MienPresence presence)
{
  g_return_val_if_fail (presence < G_N_ELEMENTS (marks), NULL);

  return _(marks[presence].label);
}

int
mien_paint_get_pixels (GtkWidget *widget,
                       int        size)
{
  return size * gtk_widget_get_scale_factor (widget);
}

/* The disc of radius @r without the disc of radius @bite at (@x, @y), by the even-odd rule inside a clip. */
static void
fill_crescent (cairo_t *cr,
               double   r,
               double   x,
               double   y,
               double   bite)
{
  cairo_save (cr);
  cairo_arc (cr, r, r, r, 0, 2 * G_PI);
  cairo_clip (cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, 2 * r, 2 * r);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, bite, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
}

void
mien_paint_presence (cairo_t      *cr,
                     MienPresence  presence,
                     double        size)
{
  double r = size / 2;

  g_return_if_fail (presence < G_N_ELEMENTS (marks));

  cairo_set_source_rgb (cr, marks[presence].red, marks[presence].green, marks[presence].blue);
  cairo_new_path (cr);

  switch (presence)
    {
    case MIEN_PRESENCE_ONLINE:
    case MIEN_PRESENCE_CHAT:
    case MIEN_PRESENCE_DND:
      cairo_arc (cr, r, r, r, 0, 2 * G_PI);
      cairo_fill (cr);
      cairo_set_source_rgb (cr, 1, 1, 1);
      if (presence == MIEN_PRESENCE_CHAT)
        cairo_arc (cr, r, r, r * 0.38, 0, 2 * G_PI);
      else if (presence == MIEN_PRESENCE_DND)
        cairo_rectangle (cr, r * 0.45, r * 0.78, r * 1.1, r * 0.44);
      cairo_fill (cr);
      break;

    case MIEN_PRESENCE_AWAY:
      fill_crescent (cr, r, r * 0.55, r * 0.6, r * 0.85);
      break;

    case MIEN_PRESENCE_XA:
      fill_crescent (cr, r, r * 0.7, r * 0.75, r * 0.95);
      break;

    case MIEN_PRESENCE_OFFLINE:
    default:
      cairo_set_line_width (cr, MAX (1.5, r * 0.4));
      cairo_arc (cr, r, r, r - MAX (1.5, r * 0.4) / 2, 0, 2 * G_PI);
      cairo_stroke (cr);
      break;
    }
}

static void
add_shape (cairo_t       *cr,
           MienFaceShape  shape,
           double         x,
           double         y,
           double         width,
           double         height)
{
  double r = MIN (MIEN_FACE_CORNER_RADIUS, MIN (width, height) / 2);

  cairo_new_path (cr);
  if (shape == MIEN_FACE_CIRCLE)
    {
      cairo_arc (cr, x + width / 2, y + height / 2, MIN (width, height) / 2, 0, 2 * G_PI);
      return;
    }

  cairo_arc (cr, x + width - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x + width - r, y + height - r, r, 0, G_PI / 2);
  cairo_arc (cr, x + r, y + height - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

/* A circle is filled by the picture; a rounded square holds all of it, in proportion (S408). */
static void
paint_portrait (cairo_t         *cr,
                cairo_surface_t *portrait,
                MienFaceShape    shape,
                double           size)
{
  double width = cairo_image_surface_get_width (portrait);
  double height = cairo_image_surface_get_height (portrait);
  double factor = size / (shape == MIEN_FACE_CIRCLE ? MIN (width, height) : MAX (width, height));
  double x = (size - width * factor) / 2, y = (size - height * factor) / 2;

  cairo_save (cr);
  if (shape == MIEN_FACE_CIRCLE)
    add_shape (cr, shape, 0, 0, size, size);
  else
    add_shape (cr, shape, x, y, width * factor, height * factor);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, factor, factor);
  cairo_set_source_surface (cr, portrait, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

static void
paint_initials (cairo_t        *cr,
                PangoContext   *pango,
                const MienFace *face,
                MienFaceShape   shape,
                double          size)
{
  g_autofree char *initials = mien_colour_get_initials (face->name != NULL ? face->name : "");
  g_autoptr (PangoLayout) layout = NULL;
  g_autoptr (PangoFontDescription) font = NULL;
  PangoRectangle ink;
  GdkRGBA colour;

  mien_colour_for_address (face->jid != NULL ? face->jid : "", &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  add_shape (cr, shape, 0, 0, size, size);
  cairo_fill (cr);

  layout = pango_layout_new (pango);
  font = pango_font_description_copy (pango_context_get_font_description (pango));
  pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_font_description_set_absolute_size (font, size * 0.38 * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, initials, -1);
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_move_to (cr, (size - ink.width) / 2 - ink.x, (size - ink.height) / 2 - ink.y);
  pango_cairo_show_layout (cr, layout);
}

void
mien_paint_face (GtkSnapshot    *snapshot,
                 PangoContext   *pango,
                 const MienFace *face,
                 MienFaceShape   shape,
                 double          size)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, size, size));

  if (face->has_mark)
    cairo_push_group (cr);

  if (face->portrait != NULL)
    paint_portrait (cr, face->portrait, shape, size);
  else
    paint_initials (cr, pango, face, shape, size);

  if (face->has_mark)
    {
      double mark = CLAMP (size * MARK_SHARE, MARK_MIN, MARK_MAX);

      cairo_save (cr);
      cairo_translate (cr, size - mark, size - mark);
      cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
      cairo_arc (cr, mark / 2, mark / 2, mark / 2 + MARK_GAP, 0, 2 * G_PI);
      cairo_fill (cr);
      cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
      mien_paint_presence (cr, face->presence, mark);
      cairo_restore (cr);
      cairo_pop_group_to_source (cr);
      cairo_paint (cr);
    }

  cairo_destroy (cr);
}
