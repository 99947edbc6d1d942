/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-crop-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-crop-view.h"

#define TILT_LIMIT 45.0

struct _MienCropPage
{
  GtkWidget        parent_instance;

  GtkWidget       *box;                  /* the only child */
  GtkWidget       *view, *zoom, *tilt;   /* in it */
  cairo_surface_t *photo;
  double           wanted_side;          /* of the crop, before a turn made it smaller */
  int              quarter;              /* turns of 90° */
  gboolean         setting;
};

G_DEFINE_FINAL_TYPE (MienCropPage, mien_crop_page, GTK_TYPE_WIDGET)

static double
get_max_side (MienCropPage *self)
{
  return mien_crop_get_max_side (cairo_image_surface_get_width (self->photo),
                                 cairo_image_surface_get_height (self->photo),
                                 mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view))->angle);
}

/* The sliders show what the view has. */
static void
show_crop (MienCropPage *self)
{
  const MienCrop *crop = mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double most = get_max_side (self), least = MIN (MIEN_HEADSHOT_MIN_SIDE, most);

  self->setting = TRUE;
  self->quarter = (int) lround (crop->angle / 90);
  gtk_range_set_value (GTK_RANGE (self->tilt), 90 * self->quarter - crop->angle);
  gtk_range_set_value (GTK_RANGE (self->zoom), most > least ? log (most / crop->side) / log (most / least) : 0);
  self->setting = FALSE;
}

static void
set_crop (MienCropPage *self, const MienCrop *crop)
{
  mien_crop_view_set_crop (MIEN_CROP_VIEW (self->view), crop);
  self->wanted_side = crop->side;
  show_crop (self);
}

static void
on_view_changed (MienCropView *view, MienCropPage *self)
{
  self->wanted_side = mien_crop_view_get_crop (view)->side;
  show_crop (self);
}

static void
on_zoom (GtkRange *range, MienCropPage *self)
{
  if (self->setting || self->photo == NULL)
    return;
  MienCrop crop = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double most = get_max_side (self), least = MIN (MIEN_HEADSHOT_MIN_SIDE, most);
  crop.side = most * pow (least / most, gtk_range_get_value (range));
  set_crop (self, &crop);
}

/* A turn may need a smaller square; turning back gives it back. */
static void
turn_to (MienCropPage *self, double angle)
{
  MienCrop crop = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double wanted = self->wanted_side;

  crop.side = wanted;
  crop.angle = remainder (angle, 360);
  set_crop (self, &crop);
  self->wanted_side = wanted;
}

/* To the right: the photo turns clockwise under the square, so the square turns the other way. */
static void
on_tilt (GtkRange *range, MienCropPage *self)
{
  if (!self->setting && self->photo != NULL)
    turn_to (self, 90 * self->quarter - gtk_range_get_value (range));
}

static void
on_turn_left (GtkButton *button, MienCropPage *self)
{
  turn_to (self, 90 * (self->quarter + 1) - gtk_range_get_value (GTK_RANGE (self->tilt)));
}

static void
on_turn_right (GtkButton *button, MienCropPage *self)
{
  turn_to (self, 90 * (self->quarter - 1) - gtk_range_get_value (GTK_RANGE (self->tilt)));
}

static GtkWidget *
new_slider (double from, double to, const char *name, GCallback callback, gpointer data)
{
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, from, to, (to - from) / 100);

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_tooltip_text (scale, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (scale, "value-changed", callback, data);
  return scale;
}

static GtkWidget *
new_turn (const char *icon, const char *name, GCallback callback, gpointer data)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", callback, data);
  return button;
}

/* ---- The type ---- */

static gboolean
mien_crop_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (MIEN_CROP_PAGE (widget)->view);
}

static void
mien_crop_page_dispose (GObject *object)
{
  MienCropPage *self = MIEN_CROP_PAGE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->photo, cairo_surface_destroy);

  G_OBJECT_CLASS (mien_crop_page_parent_class)->dispose (object);
}

static void
mien_crop_page_class_init (MienCropPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_crop_page_dispose;
  GTK_WIDGET_CLASS (klass)->grab_focus = mien_crop_page_grab_focus;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
mien_crop_page_init (MienCropPage *self)
{
  GtkWidget *controls = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *zoom_label = gtk_label_new (_("Zoom")), *tilt_label = gtk_label_new (_("Tilt"));

  self->view = mien_crop_view_new ();
  gtk_widget_set_vexpand (self->view, TRUE);
  g_signal_connect (self->view, "changed", G_CALLBACK (on_view_changed), self);
  self->zoom = new_slider (0, 1, _("Zoom"), G_CALLBACK (on_zoom), self);
  self->tilt = new_slider (-TILT_LIMIT, TILT_LIMIT, _("Tilt"), G_CALLBACK (on_tilt), self);
  gtk_scale_add_mark (GTK_SCALE (self->tilt), 0, GTK_POS_BOTTOM, NULL);
  gtk_scale_set_has_origin (GTK_SCALE (self->tilt), FALSE);
  GtkWidget *parts[] = { zoom_label, self->zoom, tilt_label, self->tilt,
                         new_turn ("object-rotate-left-symbolic", _("Turn left"), G_CALLBACK (on_turn_left), self),
                         new_turn ("object-rotate-right-symbolic", _("Turn right"), G_CALLBACK (on_turn_right), self) };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (controls), parts[i]);
  gtk_widget_add_css_class (controls, "mien-crop-controls");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->view);
  gtk_box_append (GTK_BOX (self->box), controls);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
mien_crop_page_new (void)
{
  return g_object_new (MIEN_TYPE_CROP_PAGE, NULL);
}

void
mien_crop_page_set_photo (MienCropPage *self, cairo_surface_t *photo, guint32 backdrop, const MienCrop *crop)
{
  g_return_if_fail (MIEN_IS_CROP_PAGE (self));
  g_return_if_fail (photo != NULL);

  cairo_surface_reference (photo);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  self->photo = photo;
  mien_crop_view_set_photo (MIEN_CROP_VIEW (self->view), photo, backdrop);
  MienCrop whole = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  set_crop (self, crop != NULL ? crop : &whole);
}

const MienCrop *
mien_crop_page_get_crop (MienCropPage *self)
{
  g_return_val_if_fail (MIEN_IS_CROP_PAGE (self), NULL);

  return mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
}
