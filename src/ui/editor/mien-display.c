/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-display.h"

#include <glib/gi18n.h>
#include <math.h>

#define MINIMUM_SIDE 160
#define NATURAL_SIDE 480
#define CORNER_RADIUS 12.0
#define SETTLE_MS 180                    /* without a change for so long, the fine drawing replaces the quick one */
#define MARK_RADIUS 7.0
#define ZOOM_STEP 1.05

struct _MienDisplay
{
  GtkWidget           parent_instance;

  /* Borrowed */
  PortraitCompositor *compositor;

  /* Owned */
  char               *active;            /* type, or NULL */
  GskRenderNode      *below, *middle, *above;
  guint               settle_source;
  GtkGesture         *drag;

  /* What the nodes were made for */
  int                 side;              /* device pixels */
  gboolean            live;

  double              last_x, last_y;
  gboolean            dragging;
  gboolean            circle;

  MienDisplayMark     mark;
  gpointer            mark_data;
  PortraitPoint       marked[2];
  int                 n_marked;
};

enum { PICK, MOVE, MOVE_END, NUDGE, ZOOM, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienDisplay, mien_display, GTK_TYPE_WIDGET)

static int
get_side (MienDisplay *self)
{
  return MIN (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
}

static double
get_left (MienDisplay *self)
{
  return (gtk_widget_get_width (GTK_WIDGET (self)) - get_side (self)) / 2;
}

static double
get_top (MienDisplay *self)
{
  return (gtk_widget_get_height (GTK_WIDGET (self)) - get_side (self)) / 2;
}

static void
drop_nodes (MienDisplay *self)
{
  g_clear_pointer (&self->below, gsk_render_node_unref);
  g_clear_pointer (&self->middle, gsk_render_node_unref);
  g_clear_pointer (&self->above, gsk_render_node_unref);
}

static gboolean
on_settled (gpointer data)
{
  MienDisplay *self = MIEN_DISPLAY (data);

  self->settle_source = 0;
  if (self->live)
    {
      self->live = FALSE;
      g_clear_pointer (&self->middle, gsk_render_node_unref);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  return G_SOURCE_REMOVE;
}

static void
settle_later (MienDisplay *self)
{
  g_clear_handle_id (&self->settle_source, g_source_remove);
  self->settle_source = g_timeout_add (SETTLE_MS, on_settled, self);
}

/* One part as a cairo node over @bounds (device pixels of the square). A node's surface is never written again: GSK
 * keeps drawing it until the next frame, so each change makes a new node. */
static GskRenderNode *
make_node (MienDisplay *self, PortraitPart part, const PortraitRect *bounds)
{
  graphene_rect_t rect
      = GRAPHENE_RECT_INIT ((float)bounds->x, (float)bounds->y, (float)bounds->width, (float)bounds->height);
  GskRenderNode *node = gsk_cairo_node_new (&rect);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);

  portrait_compositor_paint (self->compositor, cr, self->side, part, self->active,
                             part == PORTRAIT_PART_ACTIVE && self->live ? PORTRAIT_QUALITY_LIVE
                                                                        : PORTRAIT_QUALITY_FINAL);
  cairo_destroy (cr);
  return node;
}

static void
make_nodes (MienDisplay *self)
{
  PortraitRect whole = { 0, 0, self->side, self->side }, bounds;

  if (self->active == NULL)
    {
      if (self->below == NULL)
        self->below = make_node (self, PORTRAIT_PART_ALL, &whole);
      return;
    }

  if (self->below == NULL)
    self->below = make_node (self, PORTRAIT_PART_BELOW, &whole);
  if (self->above == NULL)
    self->above = make_node (self, PORTRAIT_PART_ABOVE, &whole);
  if (self->middle == NULL && portrait_compositor_get_bounds (self->compositor, self->active, self->side, &bounds)
      && portrait_rect_intersect (&bounds, &whole, &bounds) && bounds.width >= 1 && bounds.height >= 1)
    self->middle = make_node (self, PORTRAIT_PART_ACTIVE, &bounds);
}

static void
append_circle (MienDisplay *self, GtkSnapshot *snapshot, double side)
{
  graphene_rect_t rect = GRAPHENE_RECT_INIT (0, 0, (float) side, (float) side);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &rect);

  /* White inside black: it shows on every photo. */
  cairo_arc (cr, side / 2, side / 2, side / 2 - 1, 0, 2 * G_PI);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.25);
  cairo_set_line_width (cr, 2);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.7);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
append_marks (MienDisplay *self, GtkSnapshot *snapshot, double side)
{
  graphene_rect_t rect = GRAPHENE_RECT_INIT (0, 0, (float) side, (float) side);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &rect);

  for (int i = 0; i < self->n_marked; i++)
    {
      cairo_arc (cr, self->marked[i].x * side, self->marked[i].y * side, MARK_RADIUS, 0, 2 * G_PI);
      cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.9);
      cairo_fill_preserve (cr);
      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_set_line_width (cr, 2);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

static void
mien_display_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienDisplay *self = MIEN_DISPLAY (widget);
  int side = get_side (self), scale = gtk_widget_get_scale_factor (widget);

  if (side <= 0 || self->compositor == NULL)
    return;
  if (self->side != side * scale)
    {
      self->side = side * scale;
      drop_nodes (self);
    }
  make_nodes (self);

  graphene_rect_t rect = GRAPHENE_RECT_INIT (0, 0, (float) side, (float) side);
  GskRoundedRect clip;
  gsk_rounded_rect_init_from_rect (&clip, &rect, CORNER_RADIUS);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) get_left (self), (float) get_top (self)));
  gtk_snapshot_push_rounded_clip (snapshot, &clip);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_scale (snapshot, 1.0f / (float) scale, 1.0f / (float) scale);
  GskRenderNode *nodes[] = { self->below, self->middle, self->above };
  for (gsize i = 0; i < G_N_ELEMENTS (nodes); i++)
    if (nodes[i] != NULL)
      gtk_snapshot_append_node (snapshot, nodes[i]);
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);

  if (self->circle)
    append_circle (self, snapshot, side);
  if (self->n_marked > 0)
    append_marks (self, snapshot, side);
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 0, 0, side, side);
  gtk_snapshot_restore (snapshot);
}

static void
mien_display_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  *minimum = MINIMUM_SIDE;
  *natural = NATURAL_SIDE;
}

/* ---- Pointer and keys ---- */

static void
mark_at (MienDisplay *self, double x, double y)
{
  double side = get_side (self);

  self->marked[self->n_marked++]
      = (PortraitPoint){ CLAMP ((x - get_left (self)) / side, 0, 1), CLAMP ((y - get_top (self)) / side, 0, 1) };
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->n_marked < 2)
    return;

  MienDisplayMark done = self->mark;
  PortraitPoint left = self->marked[0], right = self->marked[1];
  /* Left and right as seen: whichever was clicked first. */
  if (left.x > right.x)
    {
      PortraitPoint swap = left;
      left = right;
      right = swap;
    }
  mien_display_cancel_marking (self);
  done (self, &left, &right, self->mark_data);
}

/* S3102: whose picture is under the pointer. The active layer keeps the press if it is among them, so that it can be
 * dragged from under another. */
static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, MienDisplay *self)
{
  g_assert (MIEN_IS_DISPLAY (self));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (self->mark != NULL)
    {
      mark_at (self, x, y);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  if (self->compositor == NULL)
    return;

  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  PortraitPoint pointer = { (x - get_left (self)) * scale, (y - get_top (self)) * scale };
  PortraitRect bounds;
  gboolean on_active
      = self->active != NULL
        && portrait_compositor_get_bounds (self->compositor, self->active, get_side (self) * scale, &bounds)
        && portrait_rect_contains (&bounds, &pointer);
  const PortraitLayer *layer = portrait_compositor_pick (self->compositor, get_side (self) * scale, &pointer);

  if (layer != NULL && !(on_active && g_str_equal (layer->type->name, self->active)))
    g_signal_emit (self, signals[PICK], 0, layer->type->name);
  else if (layer == NULL && !on_active)
    g_signal_emit (self, signals[PICK], 0, NULL);
  self->last_x = self->last_y = 0;
  self->dragging = self->active != NULL && layer != NULL;
}

static void
on_drag_update (GtkGestureDrag *gesture, double x, double y, MienDisplay *self)
{
  g_assert (MIEN_IS_DISPLAY (self));

  if (!self->dragging)
    return;
  g_signal_emit (self, signals[MOVE], 0, x - self->last_x, y - self->last_y);
  self->last_x = x;
  self->last_y = y;
}

static void
on_drag_end (GtkGestureDrag *gesture, double x, double y, MienDisplay *self)
{
  g_assert (MIEN_IS_DISPLAY (self));

  if (self->dragging)
    g_signal_emit (self, signals[MOVE_END], 0);
  self->dragging = FALSE;
}

static gboolean
on_key (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MienDisplay *self)
{
  g_assert (MIEN_IS_DISPLAY (self));

  int step = state & GDK_SHIFT_MASK ? 10 : 1, dx = 0, dy = 0;

  if (self->mark != NULL && keyval == GDK_KEY_Escape)
    {
      mien_display_cancel_marking (self);
      return GDK_EVENT_STOP;
    }
  if (self->active == NULL)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Left: dx = -step; break;
    case GDK_KEY_Right: dx = step; break;
    case GDK_KEY_Up: dy = -step; break;
    case GDK_KEY_Down: dy = step; break;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      if (!(state & GDK_CONTROL_MASK))
        return GDK_EVENT_PROPAGATE;
      g_signal_emit (self, signals[ZOOM], 0,
                     keyval == GDK_KEY_minus || keyval == GDK_KEY_KP_Subtract ? 1 / ZOOM_STEP : ZOOM_STEP);
      return GDK_EVENT_STOP;
    default: return GDK_EVENT_PROPAGATE;
    }
  g_signal_emit (self, signals[NUDGE], 0, dx, dy);
  return GDK_EVENT_STOP;
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, MienDisplay *self)
{
  g_assert (MIEN_IS_DISPLAY (self));

  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  if (self->active == NULL || !(state & GDK_CONTROL_MASK))
    return GDK_EVENT_PROPAGATE;
  g_signal_emit (self, signals[ZOOM], 0, pow (ZOOM_STEP, -dy));
  return GDK_EVENT_STOP;
}

/* ---- The type ---- */

static void
mien_display_dispose (GObject *object)
{
  MienDisplay *self = MIEN_DISPLAY (object);

  g_clear_handle_id (&self->settle_source, g_source_remove);
  drop_nodes (self);
  self->compositor = NULL;

  G_OBJECT_CLASS (mien_display_parent_class)->dispose (object);
}

static void
mien_display_finalize (GObject *object)
{
  g_free (MIEN_DISPLAY (object)->active);

  G_OBJECT_CLASS (mien_display_parent_class)->finalize (object);
}

static void
mien_display_class_init (MienDisplayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mien_display_dispose;
  object_class->finalize = mien_display_finalize;
  widget_class->measure = mien_display_measure;
  widget_class->snapshot = mien_display_snapshot;
  gtk_widget_class_set_css_name (widget_class, "mien-display");
  gtk_widget_class_set_css_name (widget_class, "mien-display");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[PICK]
      = g_signal_new ("pick", MIEN_TYPE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MOVE] = g_signal_new ("move", MIEN_TYPE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[MOVE_END]
      = g_signal_new ("move-end", MIEN_TYPE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[NUDGE] = g_signal_new ("nudge", MIEN_TYPE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_INT, G_TYPE_INT);
  signals[ZOOM]
      = g_signal_new ("zoom", MIEN_TYPE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
mien_display_init (MienDisplay *self)
{
  self->circle = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Portrait"), -1);

  self->drag = gtk_gesture_drag_new ();
  g_signal_connect (self->drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (self->drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (self->drag, "drag-end", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (self->drag));

  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);

  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
}

GtkWidget *
mien_display_new (void)
{
  return g_object_new (MIEN_TYPE_DISPLAY, NULL);
}

void
mien_display_set_compositor (MienDisplay *self, PortraitCompositor *compositor)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  self->compositor = compositor;
  mien_display_all_changed (self);
}

void
mien_display_set_active (MienDisplay *self, const char *type)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  if (g_strcmp0 (type, self->active) == 0)
    return;
  g_free (self->active);
  self->active = g_strdup (type);
  mien_display_all_changed (self);
}

void
mien_display_all_changed (MienDisplay *self)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  drop_nodes (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* S3143: live; the two cached nodes stay. */
void
mien_display_active_changed (MienDisplay *self)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  if (!self->live && self->active != NULL)
    self->live = TRUE;
  g_clear_pointer (&self->middle, gsk_render_node_unref);
  settle_later (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_display_set_circle (MienDisplay *self, gboolean shown)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  self->circle = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_display_mark_eyes (MienDisplay *self, MienDisplayMark done, gpointer user_data)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));
  g_return_if_fail (done != NULL);

  self->mark = done;
  self->mark_data = user_data;
  self->n_marked = 0;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

void
mien_display_cancel_marking (MienDisplay *self)
{
  g_return_if_fail (MIEN_IS_DISPLAY (self));

  self->mark = NULL;
  self->n_marked = 0;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
mien_display_is_marking (MienDisplay *self)
{
  g_return_val_if_fail (MIEN_IS_DISPLAY (self), FALSE);

  return self->mark != NULL;
}
