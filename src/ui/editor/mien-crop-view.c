/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-crop-view.h"

#include <glib/gi18n.h>
#include <math.h>

#define MINIMUM_SIDE 240
#define NATURAL_SIDE 420
#define SQUARE_SHARE 0.8                 /* of the shorter side */
#define PREVIEW_SIDE 1200                /* longer side of the copy that is moved about */
#define ZOOM_STEP 1.06
#define KEY_STEP 0.02                    /* of the square */

struct _MienCropView
{
  GtkWidget        parent_instance;

  cairo_surface_t *photo;                /* owned; or NULL */
  cairo_surface_t *preview;              /* owned: the photo, at most PREVIEW_SIDE */
  double           preview_scale;        /* its pixels a photo's pixel */
  guint32          backdrop;
  MienCrop         crop;
  MienCrop         drag_start;
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienCropView, mien_crop_view, GTK_TYPE_WIDGET)

static int
get_photo_width (MienCropView *self)
{
  return cairo_image_surface_get_width (self->photo);
}

static int
get_photo_height (MienCropView *self)
{
  return cairo_image_surface_get_height (self->photo);
}

static double
get_square (MienCropView *self)
{
  return SQUARE_SHARE * MIN (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
}

static void
changed (MienCropView *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[CHANGED], 0);
}

static cairo_surface_t *
make_preview (cairo_surface_t *photo, double *scale)
{
  int width = cairo_image_surface_get_width (photo), height = cairo_image_surface_get_height (photo);

  *scale = MIN (1, (double) PREVIEW_SIDE / MAX (width, height));
  if (*scale == 1)
    return cairo_surface_reference (photo);
  cairo_surface_t *preview = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (1, (int)(width * *scale)),
                                                         MAX (1, (int)(height * *scale)));
  cairo_t *cr = cairo_create (preview);
  cairo_scale (cr, *scale, *scale);
  cairo_set_source_surface (cr, photo, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
  return preview;
}

/* The photo by the crop's map, so that what is in the square is what will be cut out. */
static void
draw_photo (MienCropView *self, cairo_t *cr, double left, double top, double square)
{
  PortraitAffine map;

  mien_crop_map (&self->crop, square, &map);
  cairo_matrix_t matrix = { map.xx, map.yx, map.xy, map.yy, map.x0 + left, map.y0 + top };
  cairo_save (cr);
  cairo_transform (cr, &matrix);
  cairo_scale (cr, 1 / self->preview_scale, 1 / self->preview_scale);
  cairo_set_source_surface (cr, self->preview, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_restore (cr);
}

static void
draw_frame (cairo_t *cr, double width, double height, double left, double top, double square)
{
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_rectangle (cr, left, top, square, square);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_set_source_rgba (cr, 0.1, 0.1, 0.1, 0.65);
  cairo_fill (cr);
  cairo_rectangle (cr, left, top, square, square);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.9);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
  cairo_arc (cr, left + square / 2, top + square / 2, square / 2 - 1, 0, 2 * G_PI);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.25);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.7);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
mien_crop_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienCropView *self = MIEN_CROP_VIEW (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), square = get_square (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);

  if (self->photo == NULL)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  cairo_set_source_rgb (cr, (self->backdrop >> 16 & 255) / 255.0, (self->backdrop >> 8 & 255) / 255.0,
                        (self->backdrop & 255) / 255.0);
  cairo_paint (cr);
  draw_photo (self, cr, (width - square) / 2, (height - square) / 2, square);
  draw_frame (cr, width, height, (width - square) / 2, (height - square) / 2, square);
  cairo_destroy (cr);
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 0, 0, width, height);
}

static void
mien_crop_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  *minimum = MINIMUM_SIDE;
  *natural = NATURAL_SIDE;
}

/* By logical pixels: the photo follows the pointer, so the square goes the other way, along its own axes. */
static void
move_photo (MienCropView *self, double dx, double dy)
{
  double scale = self->crop.side / get_square (self), angle = PORTRAIT_RADIANS (self->crop.angle);

  mien_crop_move (&self->crop, get_photo_width (self), get_photo_height (self),
                  -(dx * cos (angle) - dy * sin (angle)) * scale, -(dx * sin (angle) + dy * cos (angle)) * scale);
  changed (self);
}

static void
zoom (MienCropView *self, double factor)
{
  mien_crop_zoom (&self->crop, get_photo_width (self), get_photo_height (self), factor, self->crop.x, self->crop.y);
  changed (self);
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, MienCropView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag_start = self->crop;
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, MienCropView *self)
{
  if (self->photo == NULL)
    return;
  self->crop = self->drag_start;
  move_photo (self, dx, dy);
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, MienCropView *self)
{
  if (self->photo != NULL)
    zoom (self, pow (ZOOM_STEP, dy));
  return GDK_EVENT_STOP;
}

static gboolean
on_key (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MienCropView *self)
{
  double step = KEY_STEP * get_square (self);

  if (self->photo == NULL)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Left: move_photo (self, -step, 0); break;
    case GDK_KEY_Right: move_photo (self, step, 0); break;
    case GDK_KEY_Up: move_photo (self, 0, -step); break;
    case GDK_KEY_Down: move_photo (self, 0, step); break;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add: zoom (self, 1 / ZOOM_STEP); break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract: zoom (self, ZOOM_STEP); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

static void
on_pinch (GtkGestureZoom *gesture, double factor, MienCropView *self)
{
  if (self->photo == NULL)
    return;
  self->crop = self->drag_start;
  zoom (self, 1 / factor);
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, MienCropView *self)
{
  self->drag_start = self->crop;
}

static void
mien_crop_view_finalize (GObject *object)
{
  MienCropView *self = MIEN_CROP_VIEW (object);

  g_clear_pointer (&self->photo, cairo_surface_destroy);
  g_clear_pointer (&self->preview, cairo_surface_destroy);

  G_OBJECT_CLASS (mien_crop_view_parent_class)->finalize (object);
}

static void
mien_crop_view_class_init (MienCropViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_crop_view_finalize;
  widget_class->snapshot = mien_crop_view_snapshot;
  widget_class->measure = mien_crop_view_measure;
  gtk_widget_class_set_css_name (widget_class, "mien-crop-view");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[CHANGED]
      = g_signal_new ("changed", MIEN_TYPE_CROP_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_crop_view_init (MienCropView *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grab");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The part of the photo that becomes the headshot"), -1);

  GtkGesture *drag = gtk_gesture_drag_new (), *pinch = gtk_gesture_zoom_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL),
                     *key = gtk_event_controller_key_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

GtkWidget *
mien_crop_view_new (void)
{
  return g_object_new (MIEN_TYPE_CROP_VIEW, NULL);
}

void
mien_crop_view_set_photo (MienCropView *self, cairo_surface_t *photo, guint32 backdrop)
{
  g_return_if_fail (MIEN_IS_CROP_VIEW (self));

  if (photo != NULL)
    cairo_surface_reference (photo);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  g_clear_pointer (&self->preview, cairo_surface_destroy);
  self->photo = photo;
  self->backdrop = backdrop;
  if (photo != NULL)
    {
      self->preview = make_preview (photo, &self->preview_scale);
      mien_crop_init_default (get_photo_width (self), get_photo_height (self), &self->crop);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_crop_view_set_crop (MienCropView *self, const MienCrop *crop)
{
  g_return_if_fail (MIEN_IS_CROP_VIEW (self));

  self->crop = *crop;
  if (self->photo != NULL)
    mien_crop_clamp (&self->crop, get_photo_width (self), get_photo_height (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const MienCrop *
mien_crop_view_get_crop (MienCropView *self)
{
  g_return_val_if_fail (MIEN_IS_CROP_VIEW (self), NULL);

  return &self->crop;
}
