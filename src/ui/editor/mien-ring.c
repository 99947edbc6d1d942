/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-ring.h"

#include <glib/gi18n.h>
#include <math.h>
#include <portrait-ring.h>

#include "mien-ring-item.h"

#define MINIMUM_SIDE 300
#define NATURAL_SIDE 720
#define ITEM_SHARE 0.115                 /* an item's diameter, of the ring's side */
#define MAX_ITEM 92.0
#define GROWN 1.12                       /* an item under the pointer; see mien-ring-item.c */
#define CLEARANCE 4.0                    /* between the display's edge and a disc beside its corner */
#define SETTLE_MS 200.0                  /* of the turn that brings an item to the top */

struct _MienRing
{
  GtkWidget     parent_instance;

  /* Owned */
  MienWardrobe *wardrobe;
  GPtrArray    *avatars;                 /* of MienAvatar */
  GPtrArray    *items;                   /* of GtkWidget, the page's; the widgets belong to this one */
  GtkWidget    *centre;
  PortraitLook *look;                    /* what is worn; or NULL */

  PortraitRing  ring;
  double        drag_angle, drag_turn;   /* degrees */
  double        from_turn, to_turn;
  gint64        settle_start;
  guint         tick;
};

enum { PROP_0, PROP_PAGE, PROP_N_PAGES, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];
enum { PICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienRing, mien_ring, GTK_TYPE_WIDGET)

static void
on_activate (MienRingItem *item, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  g_signal_emit (self, signals[PICKED], 0, mien_ring_item_get_avatar (item));
}

/* The layer of the look that wears this avatar, or NULL. */
static const PortraitLayer *
find_worn (MienRing *self, MienAvatar *avatar)
{
  const PortraitLayer *layer
      = self->look != NULL ? portrait_look_find_layer (self->look, mien_avatar_get_avatar_type (avatar)->name) : NULL;

  return layer != NULL && g_str_equal (layer->avatar, mien_avatar_get_id (avatar)) ? layer : NULL;
}

/* The ring has the same twelve places on every page: a page with fewer avatars leaves places free, and no disc ever
 * lies on a corner of the picture. The avatars of such a page lie round the top. */
static int
get_n_places (MienRing *self)
{
  return ((int) self->avatars->len + PORTRAIT_RING_PAGE - 1) / PORTRAIT_RING_PAGE * PORTRAIT_RING_PAGE;
}

static int
get_first (MienRing *self, int *n)
{
  int first = self->ring.page * PORTRAIT_RING_PAGE;

  *n = MIN (PORTRAIT_RING_PAGE, (int) self->avatars->len - first);
  return first;
}

static int
get_place (int index, int n)
{
  return n == PORTRAIT_RING_PAGE ? index : (index - (n - 1) / 2 + PORTRAIT_RING_PAGE) % PORTRAIT_RING_PAGE;
}

/* The page's widgets, made anew. At most PORTRAIT_RING_PAGE of them, whatever the catalogue's size. */
static void
fill_page (MienRing *self)
{
  int n, first = get_first (self, &n);

  for (guint i = 0; i < self->items->len; i++)
    gtk_widget_unparent (self->items->pdata[i]);
  g_ptr_array_set_size (self->items, 0);
  for (int i = first; i < first + n; i++)
    {
      MienAvatar *avatar = g_ptr_array_index (self->avatars, i);
      const PortraitLayer *worn = find_worn (self, avatar);
      GtkWidget *item = mien_ring_item_new (self->wardrobe, avatar, worn != NULL ? worn->variant : NULL);

      mien_ring_item_set_worn (MIEN_RING_ITEM (item), worn != NULL);
      g_signal_connect (item, "activate", G_CALLBACK (on_activate), self);
      gtk_widget_set_parent (item, GTK_WIDGET (self));
      g_ptr_array_add (self->items, item);
    }
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_PAGES]);
}

/* ---- Layout ---- */

static void
mien_ring_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                   int *minimum_baseline, int *natural_baseline)
{
  *minimum = MINIMUM_SIDE;
  *natural = NATURAL_SIDE;
}

static void
place (GtkWidget *child, double x, double y, int size)
{
  GskTransform *transform
      = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float)(x - size / 2.0), (float)(y - size / 2.0)));

  /* A child must be measured before it is allocated. */
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (child, size, size, -1, transform);
}

/* The largest square in the middle whose corners reach out between two places of the ring at rest: the corners lie on
 * the diagonals, half a place's step (15°) from the discs on either side. */
static double
get_centre_side (double radius, double item)
{
  double step = PORTRAIT_RADIANS (180.0 / PORTRAIT_RING_PAGE);
  double half_diagonal = radius * (cos (step) + sin (step)) - G_SQRT2 * (item / 2 * GROWN + CLEARANCE);

  return floor (MIN (half_diagonal * G_SQRT2, 2 * (radius - item / 2 - CLEARANCE)));
}

static void
mien_ring_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MienRing *self = MIEN_RING (widget);
  double side = MIN (width, height), item = MIN (ITEM_SHARE * side, MAX_ITEM), radius = side / 2 - item / 2 * GROWN - 1;
  int page = self->ring.page, n;
  double turn = self->ring.turn;

  portrait_ring_init (&self->ring, get_n_places (self), (PortraitPoint){ width / 2.0, height / 2.0 }, radius - item / 2,
                      item / 2);
  self->ring.gap = 0;
  self->ring.page = page;
  self->ring.turn = turn;

  if (self->centre != NULL && gtk_widget_should_layout (self->centre))
    place (self->centre, width / 2.0, height / 2.0, (int) get_centre_side (radius, item));
  int first = get_first (self, &n);
  for (guint i = 0; i < self->items->len; i++)
    {
      PortraitPoint centre;
      if (portrait_ring_item_centre (&self->ring, first + get_place ((int) i, n), &centre))
        place (self->items->pdata[i], centre.x, centre.y, (int) item);
    }
}

static GtkSizeRequestMode
mien_ring_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

/* ---- Turning ---- */

static void
set_turn (MienRing *self, double degrees)
{
  self->ring.turn = degrees;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  MienRing *self = MIEN_RING (widget);
  double t = (double) (gdk_frame_clock_get_frame_time (clock) - self->settle_start) / (SETTLE_MS * 1000);
  double eased = 1 - pow (1 - CLAMP (t, 0, 1), 3);

  set_turn (self, self->from_turn + (self->to_turn - self->from_turn) * eased);
  if (t < 1)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_turning (MienRing *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
}

static void
turn_to (MienRing *self, double degrees)
{
  gboolean animated = TRUE;

  stop_turning (self);
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated, NULL);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));
  if (!animated || clock == NULL)
    {
      set_turn (self, degrees);
      return;
    }
  self->from_turn = self->ring.turn;
  self->to_turn = degrees;
  self->settle_start = gdk_frame_clock_get_frame_time (clock);
  self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
turn_by_items (MienRing *self, double n)
{
  double from = self->tick != 0 ? self->to_turn : self->ring.turn;

  if (self->avatars->len > 0)
    turn_to (self, portrait_ring_snap (&self->ring, from + n * 360.0 / PORTRAIT_RING_PAGE));
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  if (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller)) & GDK_CONTROL_MASK)
    return GDK_EVENT_PROPAGATE;
  turn_by_items (self, dy + dx);
  return GDK_EVENT_STOP;
}

static double
angle_at (MienRing *self, double x, double y)
{
  return PORTRAIT_DEGREES (atan2 (y - self->ring.centre.y, x - self->ring.centre.x));
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  /* The picture in the middle has its own dragging. */
  GtkWidget *under = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  if (self->centre != NULL && under != NULL && (under == self->centre || gtk_widget_is_ancestor (under, self->centre)))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  stop_turning (self);
  self->drag_angle = angle_at (self, x, y);
  self->drag_turn = self->ring.turn;
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  double x, y;
  if (!gtk_gesture_drag_get_start_point (gesture, &x, &y))
    return;
  /* A click on an item trembles a little; only a real drag takes it away from the item. */
  if (hypot (dx, dy) > 6)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  set_turn (self, self->drag_turn + angle_at (self, x + dx, y + dy) - self->drag_angle);
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  turn_to (self, portrait_ring_snap (&self->ring, self->ring.turn));
}

static gboolean
on_key (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, MienRing *self)
{
  g_assert (MIEN_IS_RING (self));

  /* Arrow keys on the picture move the active avatar; on the ring they turn it. */
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  gboolean on_item = focus != NULL && MIEN_IS_RING_ITEM (focus);

  switch (keyval)
    {
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      mien_ring_set_page (self, self->ring.page - 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      mien_ring_set_page (self, self->ring.page + 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Left:
      if (!on_item)
        return GDK_EVENT_PROPAGATE;
      turn_by_items (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
      if (!on_item)
        return GDK_EVENT_PROPAGATE;
      turn_by_items (self, 1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* ---- The type ---- */

static void
mien_ring_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienRing *self = MIEN_RING (object);

  switch (id)
    {
    case PROP_PAGE: g_value_set_int (value, self->ring.page); break;
    case PROP_N_PAGES: g_value_set_int (value, portrait_ring_n_pages (&self->ring)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_ring_dispose (GObject *object)
{
  MienRing *self = MIEN_RING (object);

  stop_turning (self);
  for (guint i = 0; i < self->items->len; i++)
    gtk_widget_unparent (self->items->pdata[i]);
  g_ptr_array_set_size (self->items, 0);
  g_clear_pointer (&self->centre, gtk_widget_unparent);
  g_clear_object (&self->wardrobe);

  G_OBJECT_CLASS (mien_ring_parent_class)->dispose (object);
}

static void
mien_ring_finalize (GObject *object)
{
  MienRing *self = MIEN_RING (object);

  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->avatars);
  g_clear_pointer (&self->look, portrait_look_free);

  G_OBJECT_CLASS (mien_ring_parent_class)->finalize (object);
}

static void
mien_ring_class_init (MienRingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mien_ring_get_property;
  object_class->dispose = mien_ring_dispose;
  object_class->finalize = mien_ring_finalize;
  widget_class->measure = mien_ring_measure;
  widget_class->size_allocate = mien_ring_size_allocate;
  widget_class->get_request_mode = mien_ring_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "mien-ring");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);

  properties[PROP_PAGE]
      = g_param_spec_int ("page", NULL, NULL, 0, G_MAXINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_PAGES]
      = g_param_spec_int ("n-pages", NULL, NULL, 1, G_MAXINT, 1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[PICKED] = g_signal_new ("picked", MIEN_TYPE_RING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  MIEN_TYPE_AVATAR);
}

static void
mien_ring_init (MienRing *self)
{
  self->avatars = g_ptr_array_new_with_free_func (g_object_unref);
  self->items = g_ptr_array_new ();
  portrait_ring_init (&self->ring, 0, (PortraitPoint) { 0, 0 }, 0, 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Avatars"), -1);

  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);

  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));

  GtkEventController *key = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

GtkWidget *
mien_ring_new (void)
{
  return g_object_new (MIEN_TYPE_RING, NULL);
}

void
mien_ring_set_wardrobe (MienRing *self, MienWardrobe *wardrobe)
{
  g_return_if_fail (MIEN_IS_RING (self));

  g_set_object (&self->wardrobe, wardrobe);
}

void
mien_ring_set_centre (MienRing *self, GtkWidget *centre)
{
  g_return_if_fail (MIEN_IS_RING (self));

  g_clear_pointer (&self->centre, gtk_widget_unparent);
  self->centre = centre;
  if (centre != NULL)
    gtk_widget_set_parent (centre, GTK_WIDGET (self));
}

void
mien_ring_set_avatars (MienRing *self, GPtrArray *avatars)
{
  g_return_if_fail (MIEN_IS_RING (self));
  g_return_if_fail (MIEN_IS_WARDROBE (self->wardrobe));

  g_ptr_array_set_size (self->avatars, 0);
  for (guint i = 0; i < MIN (avatars->len, PORTRAIT_RING_MAX_ITEMS); i++)
    g_ptr_array_add (self->avatars, g_object_ref (avatars->pdata[i]));
  stop_turning (self);
  portrait_ring_init (&self->ring, get_n_places (self), self->ring.centre, self->ring.hole_radius,
                      self->ring.item_radius);
  fill_page (self);
}

void
mien_ring_set_look (MienRing *self, const PortraitLook *look)
{
  g_return_if_fail (MIEN_IS_RING (self));

  g_clear_pointer (&self->look, portrait_look_free);
  self->look = look != NULL ? portrait_look_copy (look) : NULL;
  for (guint i = 0; i < self->items->len; i++)
    {
      MienRingItem *item = self->items->pdata[i];
      const PortraitLayer *worn = find_worn (self, mien_ring_item_get_avatar (item));

      mien_ring_item_set_worn (item, worn != NULL);
      if (worn != NULL)
        mien_ring_item_set_variant (item, worn->variant);
    }
}

void
mien_ring_set_page (MienRing *self, int page)
{
  g_return_if_fail (MIEN_IS_RING (self));

  page = CLAMP (page, 0, portrait_ring_n_pages (&self->ring) - 1);
  if (page == self->ring.page)
    return;
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL
                       && gtk_widget_get_focus_child (GTK_WIDGET (self)) != self->centre;
  stop_turning (self);
  self->ring.page = page;
  self->ring.turn = 0;
  fill_page (self);
  if (had_focus && self->items->len > 0)
    gtk_widget_grab_focus (self->items->pdata[0]);
}

int
mien_ring_get_page (MienRing *self)
{
  g_return_val_if_fail (MIEN_IS_RING (self), 0);

  return self->ring.page;
}

int
mien_ring_get_n_pages (MienRing *self)
{
  g_return_val_if_fail (MIEN_IS_RING (self), 1);

  return portrait_ring_n_pages (&self->ring);
}
