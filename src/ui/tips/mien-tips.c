/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-tips.h"

#include <glib/gi18n.h>

#include "mien-face-view.h"
#include "mien-time.h"

#define AGE_INTERVAL_SECONDS 30            /* how often "3 min ago" is looked at while open */

struct _MienTips
{
  GtkPopover parent_instance;

  /* Owned */
  MienGallery *gallery;
  MienFriend *person;                      /* shown, or waiting to be */
  char *dismissed;                         /* sent away: does not come back until somebody else is pointed at */
  GtkEventController *escape;              /* on the window while open */

  /* Children */
  MienFaceView *face;
  GtkLabel *name;
  GtkLabel *address;
  GtkWidget *mark;
  GtkLabel *presence;
  GtkLabel *age;

  GdkRectangle rect;
  guint delay_source;
  guint grace_source;
  guint age_source;
  gboolean pointer_inside;
};

G_DEFINE_FINAL_TYPE (MienTips, mien_tips, GTK_TYPE_POPOVER)

static gboolean
is_open (MienTips *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self));
}

static void
update_age (MienTips *self)
{
  const char *jid = self->person != NULL ? mien_friend_get_jid (self->person) : NULL;
  gint64 updated = jid != NULL && self->gallery != NULL ? mien_gallery_get_updated (self->gallery, jid) : 0;
  gboolean shown = updated > 0 && mien_face_view_has_portrait (self->face);

  gtk_widget_set_visible (GTK_WIDGET (self->age), shown);
  if (shown)
    {
      g_autofree char *ago = mien_time_format_ago (updated, g_get_real_time () / G_USEC_PER_SEC);
      /* Translators: %s is "3 min ago" or "just now" or a day */
      g_autofree char *text = g_strdup_printf (_("Portrait of %s"), ago);

      gtk_label_set_text (self->age, text);
    }
}

static void
draw_mark (GtkDrawingArea *area,
           cairo_t        *cr,
           int             width,
           int             height,
           gpointer        user_data)
{
  MienTips *self = MIEN_TIPS (user_data);

  if (self->person != NULL)
    mien_paint_presence (cr, mien_friend_get_presence (self->person), MIN (width, height));
}

/* S406-S410: the window for this account, its portrait scaled in proportion, and what else is known. */
static void
update_content (MienTips *self)
{
  const char *status;
  g_autofree char *presence = NULL;

  if (self->person == NULL)
    return;

  status = mien_friend_get_status (self->person);
  if (status != NULL && *status != '\0')
    presence = g_strdup_printf ("%s · %s", mien_presence_get_label (mien_friend_get_presence (self->person)), status);
  else
    presence = g_strdup (mien_presence_get_label (mien_friend_get_presence (self->person)));

  mien_face_view_set_person (self->face, mien_friend_get_jid (self->person), mien_friend_get_name (self->person));
  gtk_label_set_text (self->name, mien_friend_get_name (self->person));
  gtk_label_set_text (self->address, mien_friend_get_jid (self->person));
  gtk_label_set_text (self->presence, presence);
  gtk_widget_queue_draw (self->mark);
  update_age (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, mien_friend_get_name (self->person),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, presence, -1);
}

static void
on_gallery_changed (MienTips   *self,
                    const char *bare_jid)
{
  if (self->person != NULL && g_strcmp0 (bare_jid, mien_friend_get_jid (self->person)) == 0)
    update_age (self);
}

static gboolean
on_age (gpointer data)
{
  update_age (MIEN_TIPS (data));

  return G_SOURCE_CONTINUE;
}

static gboolean
on_window_key (GtkEventControllerKey *controller,
               guint                  keyval,
               guint                  keycode,
               GdkModifierType        state,
               MienTips              *self)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;

  mien_tips_dismiss (self);

  return GDK_EVENT_STOP;
}

/* Escape closes the tips wherever the focus is, which is why it is caught at the window. */
static void
watch_escape (MienTips *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  if (self->escape != NULL || root == NULL)
    return;

  self->escape = g_object_ref (gtk_event_controller_key_new ());
  gtk_event_controller_set_propagation_phase (self->escape, GTK_PHASE_CAPTURE);
  g_signal_connect (self->escape, "key-pressed", G_CALLBACK (on_window_key), self);
  gtk_widget_add_controller (root, self->escape);
}

static void
unwatch_escape (MienTips *self)
{
  GtkWidget *root;

  if (self->escape == NULL)
    return;
  root = gtk_event_controller_get_widget (self->escape);
  if (root != NULL)
    gtk_widget_remove_controller (root, self->escape);
  g_clear_object (&self->escape);
}

static void
open_tips (MienTips *self)
{
  g_clear_handle_id (&self->delay_source, g_source_remove);
  if (self->person == NULL || !gtk_widget_get_mapped (gtk_widget_get_parent (GTK_WIDGET (self))))
    return;

  update_content (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self), &self->rect);
  if (!is_open (self))
    {
      gtk_popover_popup (GTK_POPOVER (self));
      watch_escape (self);
      if (self->age_source == 0)
        self->age_source = g_timeout_add_seconds (AGE_INTERVAL_SECONDS, on_age, self);
    }
}

static gboolean
on_delay_over (gpointer data)
{
  MienTips *self = MIEN_TIPS (data);

  self->delay_source = 0;
  open_tips (self);

  return G_SOURCE_REMOVE;
}

/* On X11 the window's "leave" may be told after the popup's "enter", and GTK then takes the pointer from both: so the
 * display is asked. */
static gboolean
is_pointer_over (MienTips *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  GdkDevice *pointer = gdk_seat_get_pointer (gdk_display_get_default_seat (gtk_widget_get_display (GTK_WIDGET (self))));
  double x, y;

  return surface != NULL && pointer != NULL && gdk_surface_get_device_position (surface, pointer, &x, &y, NULL) &&
         x >= 0 && y >= 0 && x < gdk_surface_get_width (surface) && y < gdk_surface_get_height (surface);
}

static gboolean
on_grace_over (gpointer data)
{
  MienTips *self = MIEN_TIPS (data);

  /* Until the pointer moves, which says "enter" again, or is gone. */
  if (!self->pointer_inside && is_pointer_over (self))
    return G_SOURCE_CONTINUE;

  self->grace_source = 0;
  if (!self->pointer_inside)
    mien_tips_close (self);

  return G_SOURCE_REMOVE;
}

static void
on_pointer_enter (MienTips *self)
{
  self->pointer_inside = TRUE;
  g_clear_handle_id (&self->grace_source, g_source_remove);
}

static void
on_pointer_leave (MienTips *self)
{
  self->pointer_inside = FALSE;
  mien_tips_leave (self);
}

static void
set_person (MienTips   *self,
            MienFriend *person)
{
  if (self->person == person)
    return;
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  g_set_object (&self->person, person);
  if (person != NULL)
    g_signal_connect_swapped (person, "changed", G_CALLBACK (update_content), self);
}

static void
mien_tips_dispose (GObject *object)
{
  MienTips *self = MIEN_TIPS (object);

  g_clear_handle_id (&self->delay_source, g_source_remove);
  g_clear_handle_id (&self->grace_source, g_source_remove);
  g_clear_handle_id (&self->age_source, g_source_remove);
  unwatch_escape (self);
  set_person (self, NULL);
  if (self->gallery != NULL)
    g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_clear_object (&self->gallery);
  g_clear_pointer (&self->dismissed, g_free);

  G_OBJECT_CLASS (mien_tips_parent_class)->dispose (object);
}

static void
mien_tips_class_init (MienTipsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_tips_dispose;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_TOOLTIP);
}

static GtkLabel *
add_label (GtkBox     *box,
           const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (label, TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (box, label);

  return GTK_LABEL (label);
}

static void
mien_tips_init (MienTips *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->face = MIEN_FACE_VIEW (mien_face_view_new (MIEN_FACE_ROUNDED, MIEN_TIPS_FACE));
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->face), 8);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->face));
  self->name = add_label (GTK_BOX (box), "heading");
  self->address = add_label (GTK_BOX (box), "dim-label");
  self->mark = gtk_drawing_area_new ();
  gtk_widget_set_size_request (self->mark, 10, 10);
  /* Beside the first line, however many there are. */
  gtk_widget_set_valign (self->mark, GTK_ALIGN_START);
  gtk_widget_set_margin_top (self->mark, 4);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->mark), draw_mark, self, NULL);
  gtk_box_append (GTK_BOX (line), self->mark);
  self->presence = add_label (GTK_BOX (line), NULL);
  gtk_label_set_wrap (self->presence, TRUE);
  gtk_label_set_lines (self->presence, 3);
  gtk_label_set_wrap_mode (self->presence, PANGO_WRAP_WORD_CHAR);
  gtk_box_append (GTK_BOX (box), line);
  self->age = add_label (GTK_BOX (box), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->age), "caption");

  gtk_popover_set_child (GTK_POPOVER (self), box);
  gtk_popover_set_autohide (GTK_POPOVER (self), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self), GTK_POS_RIGHT);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  gtk_widget_set_can_focus (GTK_WIDGET (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "mien-tips");

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_pointer_enter), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_pointer_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

GtkWidget *
mien_tips_new (GtkWidget *parent)
{
  MienTips *self = g_object_new (MIEN_TYPE_TIPS, NULL);

  gtk_widget_set_parent (GTK_WIDGET (self), parent);

  return GTK_WIDGET (self);
}

void
mien_tips_set_gallery (MienTips    *self,
                       MienGallery *gallery)
{
  g_return_if_fail (MIEN_IS_TIPS (self));

  if (self->gallery != NULL)
    g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_set_object (&self->gallery, gallery);
  mien_face_view_set_gallery (self->face, gallery, MIEN_GALLERY_TIPS);
  if (gallery != NULL)
    g_signal_connect_swapped (gallery, "changed", G_CALLBACK (on_gallery_changed), self);
}

void
mien_tips_point (MienTips           *self,
                 MienFriend         *who,
                 const GdkRectangle *rect)
{
  g_return_if_fail (MIEN_IS_TIPS (self));
  g_return_if_fail (MIEN_IS_FRIEND (who));
  g_return_if_fail (rect != NULL);

  g_clear_handle_id (&self->grace_source, g_source_remove);
  if (g_strcmp0 (self->dismissed, mien_friend_get_jid (who)) == 0)
    return;
  g_clear_pointer (&self->dismissed, g_free);

  if (who == self->person && gdk_rectangle_equal (rect, &self->rect) && (is_open (self) || self->delay_source != 0))
    return;

  /* S402. The portrait is asked for while the pointer still rests, so that it is there when the tips open (S404). */
  set_person (self, who);
  self->rect = *rect;
  mien_face_view_set_person (self->face, mien_friend_get_jid (who), mien_friend_get_name (who));

  if (is_open (self))
    open_tips (self);
  else
    {
      g_clear_handle_id (&self->delay_source, g_source_remove);
      self->delay_source = g_timeout_add (MIEN_TIPS_DELAY_MS, on_delay_over, self);
    }
}

void
mien_tips_move (MienTips           *self,
                const GdkRectangle *rect)
{
  g_return_if_fail (MIEN_IS_TIPS (self));
  g_return_if_fail (rect != NULL);

  if (gdk_rectangle_equal (rect, &self->rect))
    return;
  self->rect = *rect;
  if (is_open (self))
    gtk_popover_set_pointing_to (GTK_POPOVER (self), rect);
}

void
mien_tips_leave (MienTips *self)
{
  g_return_if_fail (MIEN_IS_TIPS (self));

  g_clear_handle_id (&self->delay_source, g_source_remove);
  g_clear_pointer (&self->dismissed, g_free);
  if (!is_open (self))
    set_person (self, NULL);
  else if (self->grace_source == 0)
    self->grace_source = g_timeout_add (MIEN_TIPS_GRACE_MS, on_grace_over, self);
}

void
mien_tips_close (MienTips *self)
{
  g_return_if_fail (MIEN_IS_TIPS (self));

  g_clear_handle_id (&self->delay_source, g_source_remove);
  g_clear_handle_id (&self->grace_source, g_source_remove);
  g_clear_handle_id (&self->age_source, g_source_remove);
  unwatch_escape (self);
  self->pointer_inside = FALSE;
  set_person (self, NULL);
  if (is_open (self))
    gtk_popover_popdown (GTK_POPOVER (self));
}

void
mien_tips_dismiss (MienTips *self)
{
  g_return_if_fail (MIEN_IS_TIPS (self));

  if (self->person == NULL)
    return;
  g_free (self->dismissed);
  self->dismissed = g_strdup (mien_friend_get_jid (self->person));
  mien_tips_close (self);
}

const char *
mien_tips_get_jid (MienTips *self)
{
  return self->person != NULL ? mien_friend_get_jid (self->person) : NULL;
}
