/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-previews.h"

#include <glib/gi18n.h>

#include "mien-paint.h"

#define SPACING 10

/* The sizes at which clients show portraits: tips, conversation, lists. */
static const int sizes[] = { 192, 96, 48, 32, 24 };
#define N_SIZES G_N_ELEMENTS (sizes)

/* ---- One picture ---- */

#define MIEN_TYPE_PREVIEW (mien_preview_get_type ())
G_DECLARE_FINAL_TYPE (MienPreview, mien_preview, MIEN, PREVIEW, GtkWidget)

struct _MienPreview
{
  GtkWidget        parent_instance;

  cairo_surface_t *portrait;             /* owned; or NULL */
  cairo_surface_t *scaled;               /* owned: the portrait in this one's device pixels */
  int              size;
  gboolean         round;
};

G_DEFINE_FINAL_TYPE (MienPreview, mien_preview, GTK_TYPE_WIDGET)

static cairo_surface_t *
scale_down (cairo_surface_t *portrait, int pixels)
{
  cairo_surface_t *scaled = cairo_image_surface_create (CAIRO_FORMAT_RGB24, pixels, pixels);
  cairo_t *cr = cairo_create (scaled);
  double factor = (double) pixels / cairo_image_surface_get_width (portrait);

  cairo_scale (cr, factor, factor);
  cairo_set_source_surface (cr, portrait, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_paint (cr);
  cairo_destroy (cr);
  return scaled;
}

static void
mien_preview_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienPreview *self = MIEN_PREVIEW (widget);
  float size = (float) self->size;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, size, size);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  int pixels = mien_paint_get_pixels (widget, self->size);
  double radius = self->round ? size / 2.0 : MIN (size * 0.12, 12);

  cairo_new_sub_path (cr);
  cairo_arc (cr, radius, radius, radius, G_PI, 1.5 * G_PI);
  cairo_arc (cr, size - radius, radius, radius, 1.5 * G_PI, 2 * G_PI);
  cairo_arc (cr, size - radius, size - radius, radius, 0, 0.5 * G_PI);
  cairo_arc (cr, radius, size - radius, radius, 0.5 * G_PI, G_PI);
  cairo_close_path (cr);
  if (self->portrait != NULL)
    {
      if (self->scaled == NULL || cairo_image_surface_get_width (self->scaled) != pixels)
        {
          g_clear_pointer (&self->scaled, cairo_surface_destroy);
          self->scaled = scale_down (self->portrait, pixels);
        }
      cairo_clip_preserve (cr);
      cairo_save (cr);
      cairo_scale (cr, size / pixels, size / pixels);
      cairo_set_source_surface (cr, self->scaled, 0, 0);
      cairo_paint (cr);
      cairo_restore (cr);
      cairo_reset_clip (cr);
      cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.25);
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
    }
  else
    {
      cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.15);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static void
mien_preview_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = MIEN_PREVIEW (widget)->size;
}

static void
mien_preview_finalize (GObject *object)
{
  MienPreview *self = MIEN_PREVIEW (object);

  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  g_clear_pointer (&self->scaled, cairo_surface_destroy);

  G_OBJECT_CLASS (mien_preview_parent_class)->finalize (object);
}

static void
mien_preview_class_init (MienPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_preview_finalize;
  widget_class->snapshot = mien_preview_snapshot;
  widget_class->measure = mien_preview_measure;
  gtk_widget_class_set_css_name (widget_class, "mien-preview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_preview_init (MienPreview *self)
{
}

static GtkWidget *
mien_preview_new (int size)
{
  MienPreview *self = g_object_new (MIEN_TYPE_PREVIEW, "halign", GTK_ALIGN_START, "valign", GTK_ALIGN_START, NULL);
  g_autofree char *name = g_strdup_printf (_("Preview at %d pixels"), size);

  self->size = size;
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return GTK_WIDGET (self);
}

/* ---- All of them ---- */

struct _MienPreviews
{
  GtkWidget    parent_instance;

  GtkWidget   *box;
  GtkWidget   *pictures[N_SIZES];        /* borrowed from the box */
  GtkWidget   *round, *square;
};

G_DEFINE_FINAL_TYPE (MienPreviews, mien_previews, GTK_TYPE_WIDGET)

static void
on_shape (GtkToggleButton *button, GParamSpec *pspec, MienPreviews *self)
{
  g_assert (MIEN_IS_PREVIEWS (self));

  for (gsize i = 0; i < N_SIZES; i++)
    {
      MIEN_PREVIEW (self->pictures[i])->round = mien_previews_get_round (self);
      gtk_widget_queue_draw (self->pictures[i]);
    }
}

static GtkWidget *
new_shape (MienPreviews *self, const char *icon, const char *name, GtkWidget *group)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (group != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  g_signal_connect (button, "notify::active", G_CALLBACK (on_shape), self);
  return button;
}

static GtkWidget *
build_header (MienPreviews *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *title = gtk_label_new (_("What friends see"));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "heading");
  gtk_widget_add_css_class (linked, "linked");
  self->round = new_shape (self, "mien-round-symbolic", _("Round previews"), NULL);
  self->square = new_shape (self, "mien-square-symbolic", _("Square previews"), self->round);
  gtk_box_append (GTK_BOX (linked), self->round);
  gtk_box_append (GTK_BOX (linked), self->square);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), linked);
  return box;
}

static GtkWidget *
build_pictures (MienPreviews *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING),
            *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING);

  for (gsize i = 0; i < N_SIZES; i++)
    self->pictures[i] = mien_preview_new (sizes[i]);
  gtk_box_append (GTK_BOX (row), self->pictures[2]);
  gtk_box_append (GTK_BOX (row), self->pictures[3]);
  gtk_box_append (GTK_BOX (column), self->pictures[1]);
  gtk_box_append (GTK_BOX (column), row);
  gtk_box_append (GTK_BOX (column), self->pictures[4]);
  gtk_box_append (GTK_BOX (box), self->pictures[0]);
  gtk_box_append (GTK_BOX (box), column);
  return box;
}

static void
mien_previews_dispose (GObject *object)
{
  MienPreviews *self = MIEN_PREVIEWS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (mien_previews_parent_class)->dispose (object);
}

static void
mien_previews_class_init (MienPreviewsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_previews_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "mien-previews");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_previews_init (MienPreviews *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING);
  GtkWidget *header = build_header (self), *pictures = build_pictures (self);
  gtk_box_append (GTK_BOX (self->box), header);
  gtk_box_append (GTK_BOX (self->box), pictures);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->round), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What friends see"), -1);
}

GtkWidget *
mien_previews_new (void)
{
  return g_object_new (MIEN_TYPE_PREVIEWS, NULL);
}

/* S322 */
void
mien_previews_set_portrait (MienPreviews *self, cairo_surface_t *portrait)
{
  g_return_if_fail (MIEN_IS_PREVIEWS (self));

  for (gsize i = 0; i < N_SIZES; i++)
    {
      MienPreview *preview = MIEN_PREVIEW (self->pictures[i]);
      g_clear_pointer (&preview->portrait, cairo_surface_destroy);
      g_clear_pointer (&preview->scaled, cairo_surface_destroy);
      if (portrait != NULL)
        preview->portrait = cairo_surface_reference (portrait);
      gtk_widget_queue_draw (self->pictures[i]);
    }
}

void
mien_previews_set_round (MienPreviews *self, gboolean round)
{
  g_return_if_fail (MIEN_IS_PREVIEWS (self));

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (round ? self->round : self->square), TRUE);
}

gboolean
mien_previews_get_round (MienPreviews *self)
{
  g_return_val_if_fail (MIEN_IS_PREVIEWS (self), TRUE);

  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->round));
}
