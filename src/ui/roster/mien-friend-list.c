/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-friend-list.h"

#include <glib/gi18n.h>

#include "mien-friend-row.h"
#include "mien-tips.h"

#define SELECT_SCAN_MAX 20000              /* rows looked through to mark the chosen friend again */

struct _MienFriendList
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *scrolled;
  GtkWidget *view;
  GtkWidget *tips;

  /* Owned */
  MienRoster *roster;
  MienGallery *gallery;
  GtkSingleSelection *selection;
  GHashTable *friends;                     /* MienFriendRow (unowned) -> MienFriend (owned): the bound rows */
  GHashTable *rows;                        /* bare JID (of the row) -> MienFriendRow (unowned) */
  char *chosen;

  /* Borrowed */
  GtkRoot *root;

  MienFriend *pressed;                     /* owned; on whose row the button went down */
  double press_x, press_y;
  double pointer_x, pointer_y;
  guint check_tick;
  guint mark_source;
  gboolean has_pointer;
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienFriendList, mien_friend_list, GTK_TYPE_WIDGET)

/* Rows */

static const char *
get_line (MienFriend *person,
          gboolean   *is_news)
{
  const char *status = mien_friend_get_status (person);
  const char *last_line = mien_friend_get_last_line (person);

  *is_news = TRUE;
  if (mien_friend_get_pending_in (person))
    return _("Would like to be your friend");
  if (mien_friend_get_typing (person))
    return _("typing…");

  *is_news = FALSE;
  if (mien_friend_get_unread (person) > 0 && last_line != NULL)
    return last_line;
  if (status != NULL && *status != '\0')
    return status;
  if (last_line != NULL)
    return last_line;
  if (mien_friend_get_pending_out (person))
    return _("Has not answered yet");

  return NULL;
}

static void
update_row_content (MienFriendRow *row,
                    MienFriend    *person)
{
  MienFriendRowContent content = {
    .jid = mien_friend_get_jid (person),
    .name = mien_friend_get_name (person),
    .presence = mien_friend_get_presence (person),
    .unread = mien_friend_get_unread (person),
  };

  content.line = get_line (person, &content.line_is_news);
  mien_friend_row_set_content (row, &content);
}

static void
update_row_portrait (MienFriendList *self,
                     MienFriendRow  *row,
                     const char     *jid)
{
  int pixels = mien_paint_get_pixels (GTK_WIDGET (self), MIEN_FRIEND_ROW_FACE);

  if (self->gallery == NULL)
    return;

  mien_friend_row_set_portrait (row, mien_gallery_lookup (self->gallery, jid, pixels, NULL));
  mien_gallery_want (self->gallery, jid, pixels, MIEN_GALLERY_ROW);
}

static void
on_friend_changed (MienFriend    *person,
                   MienFriendRow *row)
{
  update_row_content (row, person);
}

static void
unbind_row (MienFriendList *self,
            MienFriendRow  *row)
{
  MienFriend *person = g_hash_table_lookup (self->friends, row);
  const char *jid;

  if (person == NULL)
    return;

  jid = mien_friend_get_jid (person);
  g_signal_handlers_disconnect_by_func (person, on_friend_changed, row);
  if (self->gallery != NULL)
    mien_gallery_unwant (self->gallery, jid, mien_paint_get_pixels (GTK_WIDGET (self), MIEN_FRIEND_ROW_FACE));
  if (g_hash_table_lookup (self->rows, jid) == row)
    g_hash_table_remove (self->rows, jid);
  g_hash_table_remove (self->friends, row);
}

static void
on_setup (GtkListItemFactory *factory,
          GtkListItem        *item,
          MienFriendList     *self)
{
  gtk_list_item_set_child (item, mien_friend_row_new ());
}

static gboolean check_tips (GtkWidget *widget, GdkFrameClock *clock, gpointer data);

static void
schedule_check (MienFriendList *self)
{
  if (self->tips != NULL && self->check_tick == 0 && mien_tips_get_jid (MIEN_TIPS (self->tips)) != NULL)
    self->check_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), check_tips, NULL, NULL);
}

static void
on_bind (GtkListItemFactory *factory,
         GtkListItem        *item,
         MienFriendList     *self)
{
  MienFriendRow *row = MIEN_FRIEND_ROW (gtk_list_item_get_child (item));
  MienFriend *person = gtk_list_item_get_item (item);

  unbind_row (self, row);
  g_hash_table_insert (self->friends, row, g_object_ref (person));
  g_hash_table_replace (self->rows, g_strdup (mien_friend_get_jid (person)), row);
  g_signal_connect_object (person, "changed", G_CALLBACK (on_friend_changed), row, 0);
  mien_friend_row_set_portrait (row, NULL);
  update_row_content (row, person);
  update_row_portrait (self, row, mien_friend_get_jid (person));
  schedule_check (self);
}

static void
on_unbind (GtkListItemFactory *factory,
           GtkListItem        *item,
           MienFriendList     *self)
{
  unbind_row (self, MIEN_FRIEND_ROW (gtk_list_item_get_child (item)));
  schedule_check (self);
}

static void
on_gallery_changed (MienFriendList *self,
                    const char     *bare_jid)
{
  MienFriendRow *row = g_hash_table_lookup (self->rows, bare_jid);

  if (row != NULL)
    update_row_portrait (self, row, bare_jid);
}

static void
on_scale_changed (MienFriendList *self)
{
  GHashTableIter iter;
  gpointer row, person;

  g_hash_table_iter_init (&iter, self->friends);
  while (g_hash_table_iter_next (&iter, &row, &person))
    update_row_portrait (self, row, mien_friend_get_jid (person));
}

/* Tips */

static gboolean
get_row_rect (MienFriendList *self,
              GtkWidget      *row,
              GdkRectangle   *out)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (row) || !gtk_widget_compute_bounds (row, GTK_WIDGET (self), &bounds))
    return FALSE;

  /* The whole width, so that the tips stand beside the list and never over a row. */
  *out = (GdkRectangle) { 0, bounds.origin.y, gtk_widget_get_width (GTK_WIDGET (self)), bounds.size.height };

  return out->y + out->height > 0 && out->y < gtk_widget_get_height (GTK_WIDGET (self));
}

static GtkWidget *
find_row_at (MienFriendList *self,
             double          x,
             double          y)
{
  GtkWidget *picked = gtk_widget_pick (self->view, x, y, GTK_PICK_DEFAULT);

  /* What lies around a row belongs to it: the list's own widget of an item has it as its only child. */
  if (picked == NULL || picked == self->view)
    return NULL;
  if (!MIEN_IS_FRIEND_ROW (picked))
    picked = gtk_widget_get_first_child (picked);

  return picked != NULL && MIEN_IS_FRIEND_ROW (picked) ? picked : NULL;
}

static void
point_at (MienFriendList *self,
          GtkWidget      *row)
{
  MienFriend *person = row != NULL ? g_hash_table_lookup (self->friends, row) : NULL;
  GdkRectangle rect;

  if (person != NULL && get_row_rect (self, row, &rect))
    mien_tips_point (MIEN_TIPS (self->tips), person, &rect);
  else
    mien_tips_leave (MIEN_TIPS (self->tips));
}

/* Rows were bound to other friends: the tips stay only where their friend still is. */
static gboolean
check_tips (GtkWidget     *widget,
            GdkFrameClock *clock,
            gpointer       data)
{
  MienFriendList *self = MIEN_FRIEND_LIST (widget);
  const char *jid = mien_tips_get_jid (MIEN_TIPS (self->tips));
  GtkWidget *row = jid != NULL ? g_hash_table_lookup (self->rows, jid) : NULL;
  GdkRectangle rect;

  self->check_tick = 0;
  if (jid == NULL)
    return G_SOURCE_REMOVE;

  if (row == NULL || !get_row_rect (self, row, &rect))
    mien_tips_close (MIEN_TIPS (self->tips));
  else if (self->has_pointer && find_row_at (self, self->pointer_x, self->pointer_y) != row)
    mien_tips_close (MIEN_TIPS (self->tips));
  else
    mien_tips_move (MIEN_TIPS (self->tips), &rect);

  return G_SOURCE_REMOVE;
}

static void
on_motion (MienFriendList *self,
           double          x,
           double          y)
{
  /* The event of a list that scrolls under a resting pointer is none of the user's. */
  if (self->has_pointer && x == self->pointer_x && y == self->pointer_y)
    return;

  self->has_pointer = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  point_at (self, find_row_at (self, x, y));
}

static void
on_enter (MienFriendList *self,
          double          x,
          double          y)
{
  /* Coming back counts as pointing anew, also at somebody whose tips were sent away. */
  if (!self->has_pointer)
    mien_tips_leave (MIEN_TIPS (self->tips));
  on_motion (self, x, y);
}

static void
on_leave (MienFriendList *self)
{
  self->has_pointer = FALSE;
  mien_tips_leave (MIEN_TIPS (self->tips));
}

static void
on_scrolled (MienFriendList *self)
{
  if (self->tips != NULL)
    mien_tips_close (MIEN_TIPS (self->tips));
}

/* What has the focus in the list, or NULL. */
static GtkWidget *
get_focus (MienFriendList *self)
{
  GtkWidget *focus = self->root != NULL ? gtk_root_get_focus (self->root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, self->view) ? focus : NULL;
}

/* The arrow keys went over others; the open conversation is marked again. Later: the focus also goes when the row that
 * has it is removed, and then the list is in the middle of it. */
static gboolean
mark_chosen (gpointer data)
{
  MienFriendList *self = data;

  self->mark_source = 0;
  if (get_focus (self) == NULL)
    mien_friend_list_select (self, self->chosen);

  return G_SOURCE_REMOVE;
}

static void
on_focus_changed (MienFriendList *self)
{
  GtkWidget *focus = get_focus (self);

  if (focus == NULL || !gtk_window_get_focus_visible (GTK_WINDOW (self->root)))
    {
      if (!self->has_pointer && mien_tips_get_jid (MIEN_TIPS (self->tips)) != NULL)
        mien_tips_leave (MIEN_TIPS (self->tips));
      if (focus == NULL && self->mark_source == 0)
        self->mark_source = g_idle_add (mark_chosen, self);
      return;
    }

  focus = gtk_widget_get_first_child (focus);
  if (focus != NULL && MIEN_IS_FRIEND_ROW (focus))
    {
      self->has_pointer = FALSE;
      point_at (self, focus);
    }
}

/* Choosing */

static void
choose (MienFriendList *self,
        MienFriend     *person)
{
  /* Who was chosen has been seen; the conversation is what matters, under a pointer that rests. */
  mien_tips_dismiss (MIEN_TIPS (self->tips));
  g_signal_emit (self, signals[CHOSEN], 0, person);
}

/* By the keyboard, or the second press of a double click, which chooses the same again. */
static void
on_activate (GtkListView    *view,
             guint           position,
             MienFriendList *self)
{
  g_autoptr (MienFriend) person = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (person != NULL)
    choose (self, person);
}

/* The list's own single click would select whoever the pointer passes over, and would be lost when tips open, or when
 * the row is bound to somebody else, before the button is let go. */
static void
on_pressed (MienFriendList *self,
            int             n_press,
            double          x,
            double          y)
{
  GtkWidget *row = find_row_at (self, x, y);

  mien_tips_dismiss (MIEN_TIPS (self->tips));
  self->press_x = x;
  self->press_y = y;
  g_set_object (&self->pressed, row != NULL ? g_hash_table_lookup (self->friends, row) : NULL);
}

static void
on_released (MienFriendList *self,
             int             n_press,
             double          x,
             double          y,
             GtkGesture     *gesture)
{
  g_autoptr (MienFriend) person = g_steal_pointer (&self->pressed);
  GtkWidget *row = find_row_at (self, x, y);

  if (person == NULL)
    return;
  /* A list that is sorted anew under a resting pointer changes nothing about who was meant. */
  if (gtk_drag_check_threshold (self->view, (int) self->press_x, (int) self->press_y, (int) x, (int) y) &&
      (row == NULL || g_hash_table_lookup (self->friends, row) != person))
    return;

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  choose (self, person);
}

void
mien_friend_list_select (MienFriendList *self,
                         const char     *bare_jid)
{
  guint n_items, position = GTK_INVALID_LIST_POSITION;
  GListModel *model;

  g_return_if_fail (MIEN_IS_FRIEND_LIST (self));

  if (bare_jid != self->chosen)
    {
      g_free (self->chosen);
      self->chosen = g_strdup (bare_jid);
    }

  model = gtk_single_selection_get_model (self->selection);
  n_items = model != NULL ? MIN (g_list_model_get_n_items (model), SELECT_SCAN_MAX) : 0;
  for (guint i = 0; self->chosen != NULL && i < n_items && position == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr (MienFriend) person = g_list_model_get_item (model, i);

      if (g_strcmp0 (mien_friend_get_jid (person), self->chosen) == 0)
        position = i;
    }
  gtk_single_selection_set_selected (self->selection, position);
}

/* The object */

static void
mien_friend_list_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  MienFriendList *self = MIEN_FRIEND_LIST (widget);

  gtk_widget_size_allocate (self->scrolled, &(GtkAllocation) { 0, 0, width, height }, baseline);
  gtk_popover_present (GTK_POPOVER (self->tips));
}

static void
mien_friend_list_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  gtk_widget_measure (MIEN_FRIEND_LIST (widget)->scrolled, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
mien_friend_list_root (GtkWidget *widget)
{
  MienFriendList *self = MIEN_FRIEND_LIST (widget);

  GTK_WIDGET_CLASS (mien_friend_list_parent_class)->root (widget);
  self->root = gtk_widget_get_root (widget);
  if (GTK_IS_WINDOW (self->root))
    g_signal_connect_swapped (self->root, "notify::focus-widget", G_CALLBACK (on_focus_changed), self);
}

static void
mien_friend_list_unroot (GtkWidget *widget)
{
  MienFriendList *self = MIEN_FRIEND_LIST (widget);

  mien_tips_close (MIEN_TIPS (self->tips));
  if (self->root != NULL)
    g_signal_handlers_disconnect_by_func (self->root, on_focus_changed, self);
  self->root = NULL;
  GTK_WIDGET_CLASS (mien_friend_list_parent_class)->unroot (widget);
}

static void
mien_friend_list_unmap (GtkWidget *widget)
{
  mien_tips_close (MIEN_TIPS (MIEN_FRIEND_LIST (widget)->tips));
  GTK_WIDGET_CLASS (mien_friend_list_parent_class)->unmap (widget);
}

static void
mien_friend_list_dispose (GObject *object)
{
  MienFriendList *self = MIEN_FRIEND_LIST (object);

  g_clear_handle_id (&self->mark_source, g_source_remove);
  if (self->gallery != NULL)
    g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_clear_object (&self->gallery);
  g_clear_pointer (&self->tips, gtk_widget_unparent);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->roster);
  g_clear_object (&self->pressed);
  g_clear_pointer (&self->chosen, g_free);

  G_OBJECT_CLASS (mien_friend_list_parent_class)->dispose (object);
}

static void
mien_friend_list_finalize (GObject *object)
{
  MienFriendList *self = MIEN_FRIEND_LIST (object);

  g_hash_table_unref (self->friends);
  g_hash_table_unref (self->rows);

  G_OBJECT_CLASS (mien_friend_list_parent_class)->finalize (object);
}

static void
mien_friend_list_class_init (MienFriendListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mien_friend_list_dispose;
  object_class->finalize = mien_friend_list_finalize;
  widget_class->size_allocate = mien_friend_list_size_allocate;
  widget_class->measure = mien_friend_list_measure;
  widget_class->root = mien_friend_list_root;
  widget_class->unroot = mien_friend_list_unroot;
  widget_class->unmap = mien_friend_list_unmap;

  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, MIEN_TYPE_FRIEND);
  gtk_widget_class_set_css_name (widget_class, "mien-friend-list");
}

static void
mien_friend_list_init (MienFriendList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkAdjustment *adjustment;

  self->friends = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, 0);

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  self->view = gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), factory);
  gtk_widget_add_css_class (self->view, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Friends"), -1);
  g_signal_connect (self->view, "activate", G_CALLBACK (on_activate), self);

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_enter), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (self->view, motion);

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (on_released), self);
  gtk_widget_add_controller (self->view, GTK_EVENT_CONTROLLER (click));

  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->view);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  self->tips = mien_tips_new (GTK_WIDGET (self));

  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (on_scale_changed), NULL);
}

GtkWidget *
mien_friend_list_new (void)
{
  return g_object_new (MIEN_TYPE_FRIEND_LIST, NULL);
}

void
mien_friend_list_set_models (MienFriendList *self,
                             MienRoster     *roster,
                             MienGallery    *gallery)
{
  g_return_if_fail (MIEN_IS_FRIEND_LIST (self));

  if (self->gallery != NULL)
    g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_set_object (&self->gallery, gallery);
  g_set_object (&self->roster, roster);
  mien_tips_set_gallery (MIEN_TIPS (self->tips), gallery);
  if (gallery != NULL)
    g_signal_connect_swapped (gallery, "changed", G_CALLBACK (on_gallery_changed), self);
  gtk_single_selection_set_model (self->selection, roster != NULL ? G_LIST_MODEL (roster) : NULL);
}

void
mien_friend_list_count_portraits (MienFriendList *self,
                                  guint          *out_shown,
                                  guint          *out_visible)
{
  int pixels = mien_paint_get_pixels (GTK_WIDGET (self), MIEN_FRIEND_ROW_FACE);
  GHashTableIter iter;
  gpointer row, person;

  g_return_if_fail (MIEN_IS_FRIEND_LIST (self));

  *out_shown = *out_visible = 0;
  g_hash_table_iter_init (&iter, self->friends);
  while (self->gallery != NULL && g_hash_table_iter_next (&iter, &row, &person))
    {
      gboolean is_known = FALSE, is_current = FALSE;
      GdkRectangle rect;

      if (!get_row_rect (self, row, &rect) ||
          (!mien_gallery_has_portrait (self->gallery, mien_friend_get_jid (person), &is_known) && is_known))
        continue;
      *out_visible += 1;
      *out_shown += mien_gallery_lookup (self->gallery, mien_friend_get_jid (person), pixels,
                                         &is_current) != NULL && is_current;
    }
}

GtkWidget *
mien_friend_list_get_tips (MienFriendList *self)
{
  return self->tips;
}

GtkWidget *
mien_friend_list_get_view (MienFriendList *self)
{
  return self->view;
}
