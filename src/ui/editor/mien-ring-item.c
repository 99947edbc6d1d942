/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-ring-item.h"

#include <glib/gi18n.h>

#define NATURAL_SIZE 72
#define MARGIN_SHARE 0.13                /* of the size, between the disc and the picture */
#define GROWN 1.12

struct _MienRingItem
{
  GtkWidget        parent_instance;

  MienWardrobe    *wardrobe;             /* owned */
  MienAvatar      *avatar;               /* owned */
  char            *variant;              /* owned, or NULL */
  GCancellable    *cancellable;          /* owned */
  cairo_surface_t *art;                  /* owned, or NULL until drawn */
  cairo_rectangle_int_t opaque;          /* of art */
  int              natural_size;
  gboolean         hovered, worn;
};

enum { ACTIVATE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienRingItem, mien_ring_item, GTK_TYPE_WIDGET)

/* The rectangle of what can be seen; a hat fills a corner of the template and would be a crumb in a disc. */
static cairo_rectangle_int_t
get_opaque (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  int left = width, top = height, right = -1, bottom = -1;

  cairo_surface_flush (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = (const guint32 *) (const void *) (data + y * stride);
      for (int x = 0; x < width; x++)
        if (row[x] >> 24 > 40)
          {
            left = MIN (left, x);
            right = MAX (right, x);
            top = MIN (top, y);
            bottom = MAX (bottom, y);
          }
    }
  if (right < left)
    return (cairo_rectangle_int_t) { 0, 0, width, height };
  return (cairo_rectangle_int_t) { left, top, right - left + 1, bottom - top + 1 };
}

static void
on_art (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienRingItem) self = user_data;
  g_autoptr (GError) error = NULL;
  cairo_surface_t *art = mien_wardrobe_render_art_finish (MIEN_WARDROBE (source), result, NULL, &error);

  if (art == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("%s cannot be drawn: %s", mien_avatar_get_id (self->avatar), error->message);
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      cairo_surface_destroy (art);
      return;
    }
  g_clear_pointer (&self->art, cairo_surface_destroy);
  self->art = art;
  self->opaque = get_opaque (art);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
render_art (MienRingItem *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  mien_wardrobe_render_art_async (self->wardrobe, self->avatar, self->variant, MIEN_RING_ITEM_ART, self->cancellable,
                                  on_art, g_object_ref (self));
}

static void
draw_disc (MienRingItem *self, cairo_t *cr, double size)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA ink, accent = { 0.21f, 0.52f, 0.89f, 1 };

  gtk_style_context_get_color (context, &ink);
  gtk_style_context_lookup_color (context, "accent_bg_color", &accent);
  cairo_arc (cr, size / 2, size / 2, size / 2 - 2, 0, 2 * G_PI);
  /* On dark, much lighter than the ground: dark glasses and hair must be seen. */
  double alpha = ink.green > 0.5f ? 0.62 : 0.08;
  cairo_set_source_rgba (cr, ink.red, ink.green, ink.blue, self->hovered ? alpha + 0.08 : alpha);
  cairo_fill_preserve (cr);
  if (self->worn || gtk_widget_has_visible_focus (GTK_WIDGET (self)))
    {
      gdk_cairo_set_source_rgba (cr, &accent);
      cairo_set_line_width (cr, gtk_widget_has_visible_focus (GTK_WIDGET (self)) ? 3.5 : 2.5);
      cairo_stroke (cr);
    }
  cairo_new_path (cr);
}

static void
draw_art (MienRingItem *self, cairo_t *cr, double size)
{
  double room = size * (1 - 2 * MARGIN_SHARE);
  double scale = MIN (room / self->opaque.width, room / self->opaque.height);

  /* A background fills the disc. */
  if (mien_avatar_get_avatar_type (self->avatar)->depth < PORTRAIT_DEPTH_BEHIND)
    scale = (size - 6) / MIN (self->opaque.width, self->opaque.height);

  cairo_save (cr);
  cairo_arc (cr, size / 2, size / 2, size / 2 - 3, 0, 2 * G_PI);
  cairo_clip (cr);
  cairo_translate (cr, size / 2, size / 2);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -(self->opaque.x + self->opaque.width / 2.0), -(self->opaque.y + self->opaque.height / 2.0));
  cairo_set_source_surface (cr, self->art, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_paint (cr);
  cairo_restore (cr);
}

static void
mien_ring_item_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienRingItem *self = MIEN_RING_ITEM (widget);
  double size = MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  double grown = self->hovered || gtk_widget_has_visible_focus (widget) ? GROWN : 1, edge = size * (GROWN - 1) / 2 + 1;
  graphene_rect_t bounds
      = GRAPHENE_RECT_INIT ((float)-edge, (float)-edge, (float)(size + 2 * edge), (float)(size + 2 * edge));
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

  cairo_translate (cr, size / 2, size / 2);
  cairo_scale (cr, grown, grown);
  cairo_translate (cr, -size / 2, -size / 2);
  draw_disc (self, cr, size);
  if (self->art != NULL)
    draw_art (self, cr, size);
  cairo_destroy (cr);
}

static void
mien_ring_item_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  *minimum = 24;
  *natural = MIEN_RING_ITEM (widget)->natural_size;
}

/* S3102: a disc, so that neighbours do not take each other's pointer. */
static gboolean
mien_ring_item_contains (GtkWidget *widget, double x, double y)
{
  double radius = MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget)) / 2.0;
  double dx = x - radius, dy = y - radius;

  return dx * dx + dy * dy <= radius * radius;
}

/* The tooltip's own label breaks Chinese names after each character. */
static gboolean
mien_ring_item_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  gtk_tooltip_set_custom (tooltip, gtk_label_new (mien_avatar_get_name (MIEN_RING_ITEM (widget)->avatar)));
  return TRUE;
}

static void
on_enter (GtkEventControllerMotion *controller, double x, double y, MienRingItem *self)
{
  self->hovered = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_leave (GtkEventControllerMotion *controller, MienRingItem *self)
{
  self->hovered = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_released (GtkGestureClick *gesture, int n_press, double x, double y, MienRingItem *self)
{
  if (mien_ring_item_contains (GTK_WIDGET (self), x, y))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self));
      g_signal_emit (self, signals[ACTIVATE], 0);
    }
}

static gboolean
on_key (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MienRingItem *self)
{
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
    case GDK_KEY_space:
      g_signal_emit (self, signals[ACTIVATE], 0);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
mien_ring_item_dispose (GObject *object)
{
  MienRingItem *self = MIEN_RING_ITEM (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->art, cairo_surface_destroy);
  g_clear_object (&self->wardrobe);

  G_OBJECT_CLASS (mien_ring_item_parent_class)->dispose (object);
}

static void
mien_ring_item_finalize (GObject *object)
{
  MienRingItem *self = MIEN_RING_ITEM (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->avatar);
  g_free (self->variant);

  G_OBJECT_CLASS (mien_ring_item_parent_class)->finalize (object);
}

static void
mien_ring_item_class_init (MienRingItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mien_ring_item_dispose;
  object_class->finalize = mien_ring_item_finalize;
  widget_class->snapshot = mien_ring_item_snapshot;
  widget_class->measure = mien_ring_item_measure;
  widget_class->contains = mien_ring_item_contains;
  widget_class->query_tooltip = mien_ring_item_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "mien-ring-item");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);

  signals[ACTIVATE] = g_signal_new ("activate", MIEN_TYPE_RING_ITEM, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void
mien_ring_item_init (MienRingItem *self)
{
  self->natural_size = NATURAL_SIZE;
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);

  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect (motion, "enter", G_CALLBACK (on_enter), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);

  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "released", G_CALLBACK (on_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));

  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

GtkWidget *
mien_ring_item_new (MienWardrobe *wardrobe, MienAvatar *avatar, const char *variant)
{
  g_return_val_if_fail (MIEN_IS_WARDROBE (wardrobe), NULL);
  g_return_val_if_fail (MIEN_IS_AVATAR (avatar), NULL);

  MienRingItem *self = g_object_new (MIEN_TYPE_RING_ITEM, "has-tooltip", TRUE, NULL);
  self->wardrobe = g_object_ref (wardrobe);
  self->avatar = g_object_ref (avatar);
  self->variant = g_strdup (variant);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, mien_avatar_get_name (avatar),
                                  -1);
  render_art (self);
  return GTK_WIDGET (self);
}

MienAvatar *
mien_ring_item_get_avatar (MienRingItem *self)
{
  g_return_val_if_fail (MIEN_IS_RING_ITEM (self), NULL);

  return self->avatar;
}

void
mien_ring_item_set_worn (MienRingItem *self, gboolean worn)
{
  g_return_if_fail (MIEN_IS_RING_ITEM (self));

  if (self->worn == worn)
    return;
  self->worn = worn;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_PRESSED,
                               worn ? GTK_ACCESSIBLE_TRISTATE_TRUE : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_ring_item_set_variant (MienRingItem *self, const char *variant)
{
  g_return_if_fail (MIEN_IS_RING_ITEM (self));

  if (g_strcmp0 (variant, self->variant) == 0)
    return;
  g_free (self->variant);
  self->variant = g_strdup (variant);
  render_art (self);
}

void
mien_ring_item_set_size (MienRingItem *self, int size)
{
  g_return_if_fail (MIEN_IS_RING_ITEM (self));

  self->natural_size = size;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
