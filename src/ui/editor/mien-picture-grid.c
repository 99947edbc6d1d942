/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-picture-grid.h"

#define THUMBNAIL (MIEN_PICTURE_GRID_PIXELS / 2)
#define MAX_COLUMNS 8

struct _MienPictureGrid
{
  GtkWidget   parent_instance;

  GtkWidget  *flow;                      /* the only child */
  GHashTable *pictures;                  /* id → GtkImage in it */
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienPictureGrid, mien_picture_grid, GTK_TYPE_WIDGET)

static void
on_clicked (GtkButton *button, MienPictureGrid *self)
{
  g_signal_emit (self, signals[CHOSEN], 0, gtk_widget_get_name (GTK_WIDGET (button)));
}

static void
mien_picture_grid_dispose (GObject *object)
{
  MienPictureGrid *self = MIEN_PICTURE_GRID (object);

  g_clear_pointer (&self->flow, gtk_widget_unparent);
  g_clear_pointer (&self->pictures, g_hash_table_unref);

  G_OBJECT_CLASS (mien_picture_grid_parent_class)->dispose (object);
}

static void
mien_picture_grid_class_init (MienPictureGridClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_picture_grid_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  signals[CHOSEN] = g_signal_new ("chosen", MIEN_TYPE_PICTURE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
mien_picture_grid_init (MienPictureGrid *self)
{
  self->pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->flow = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), MAX_COLUMNS);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->flow), 2);
  gtk_widget_set_halign (self->flow, GTK_ALIGN_START);
  /* GTK 4.8 measures an empty one as narrower than nothing. */
  gtk_widget_set_visible (self->flow, FALSE);
  gtk_widget_set_parent (self->flow, GTK_WIDGET (self));
}

GtkWidget *
mien_picture_grid_new (const char *name)
{
  MienPictureGrid *self = g_object_new (MIEN_TYPE_PICTURE_GRID, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->flow), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return GTK_WIDGET (self);
}

void
mien_picture_grid_add (MienPictureGrid *self, const char *id, const char *name)
{
  g_return_if_fail (MIEN_IS_PICTURE_GRID (self));
  g_return_if_fail (id != NULL && name != NULL);

  GtkWidget *button = gtk_button_new (), *picture = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (picture), THUMBNAIL);
  gtk_widget_add_css_class (picture, "mien-thumbnail");
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_button_set_child (GTK_BUTTON (button), picture);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "mien-thumbnail-button");
  gtk_widget_set_name (button, id);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  gtk_flow_box_append (GTK_FLOW_BOX (self->flow), button);
  gtk_widget_set_visible (self->flow, TRUE);
  /* The button has the focus, not what holds it. */
  gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  g_hash_table_replace (self->pictures, g_strdup (id), picture);
}

/* The middle square of a surface, over a backdrop. */
static GdkTexture *
to_texture (cairo_surface_t *surface, guint32 backdrop)
{
  double width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  int side = MIEN_PICTURE_GRID_PIXELS;
  double scale = side / MIN (width, height);
  cairo_surface_t *square = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr = cairo_create (square);

  cairo_set_source_rgb (cr, (backdrop >> 16 & 255) / 255.0, (backdrop >> 8 & 255) / 255.0, (backdrop & 255) / 255.0);
  cairo_paint (cr);
  cairo_translate (cr, (side - width * scale) / 2, (side - height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (square);
  gsize stride = (gsize) cairo_image_surface_get_stride (square);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (square), stride * (gsize) side,
                                                         (GDestroyNotify) cairo_surface_destroy, square);
  return gdk_memory_texture_new (side, side, GDK_MEMORY_DEFAULT, bytes, stride);
}

void
mien_picture_grid_set_picture (MienPictureGrid *self, const char *id, cairo_surface_t *surface, guint32 backdrop)
{
  g_return_if_fail (MIEN_IS_PICTURE_GRID (self));
  g_return_if_fail (surface != NULL);

  GtkWidget *picture = self->pictures != NULL ? g_hash_table_lookup (self->pictures, id) : NULL;
  if (picture == NULL)
    return;
  g_autoptr (GdkTexture) texture = to_texture (surface, backdrop);
  gtk_image_set_from_paintable (GTK_IMAGE (picture), GDK_PAINTABLE (texture));
}
