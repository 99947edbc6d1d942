/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-conversation-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "mien-message-entry.h"
#include "mien-message-row.h"
#include "mien-time.h"

#define GROUP_SECONDS  (5 * 60)            /* messages of one person this close together are one group */
#define CONTENT_WIDTH  760
#define BOTTOM_SLACK   24.0                /* pixels from the end that still count as "at the end" */

struct _MienConversationView
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *box;
  GtkWidget *request;
  GtkLabel *request_label;
  GtkWidget *scrolled;
  GtkWidget *earlier;
  GtkListBox *list;
  GtkWidget *empty;
  GtkLabel *typing;
  MienMessageEntry *entry;

  /* Owned */
  MienSession *session;
  MienGallery *gallery;
  MienConversation *conversation;
  GtkSliceListModel *slice;
  GHashTable *unsent;                      /* bare JID -> text begun */

  guint end_tick;
  gboolean at_end;
  gboolean is_active;
};

enum { FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienConversationView, mien_conversation_view, GTK_TYPE_WIDGET)

static MienFriend *
get_friend (MienConversationView *self)
{
  if (self->session == NULL || self->conversation == NULL)
    return NULL;

  return mien_roster_lookup (mien_session_get_roster (self->session), mien_conversation_get_jid (self->conversation));
}

static const char *
get_name (MienConversationView *self)
{
  MienFriend *person = get_friend (self);

  return person != NULL ? mien_friend_get_name (person) : mien_conversation_get_jid (self->conversation);
}

/* Rows */

static void
update_row (MienMessage    *message,
            GParamSpec     *pspec,
            MienMessageRow *row)
{
  MienMessageContent content = {
    .body = mien_message_get_body (message),
    .time = mien_message_get_time (message),
    .is_own = mien_message_is_own (message),
    .delivery = mien_message_get_delivery (message),
    .error = mien_message_get_error (message),
  };

  mien_message_row_set_content (row, &content);
}

static void
on_retry (MienMessageRow       *row,
          MienConversationView *self)
{
  int index = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
  g_autoptr (MienMessage) message = NULL;

  if (index < 0 || self->conversation == NULL)
    return;
  message = g_list_model_get_item (G_LIST_MODEL (self->slice), index);
  if (message != NULL)
    mien_conversation_retry (self->conversation, message);
}

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  MienConversationView *self = MIEN_CONVERSATION_VIEW (user_data);
  MienMessage *message = MIEN_MESSAGE (item);
  GtkWidget *row = mien_message_row_new ();

  update_row (message, NULL, MIEN_MESSAGE_ROW (row));
  g_signal_connect_object (message, "notify::delivery", G_CALLBACK (update_row), row, 0);
  g_signal_connect (row, "retry", G_CALLBACK (on_retry), self);
  if (!mien_message_is_own (message))
    {
      MienFaceView *face = mien_message_row_get_face (MIEN_MESSAGE_ROW (row));

      mien_face_view_set_person (face, mien_conversation_get_jid (self->conversation), get_name (self));
      mien_face_view_set_gallery (face, self->gallery, MIEN_GALLERY_ROW);
    }

  return row;
}

static GtkWidget *
create_day_separator (gint64 time)
{
  g_autofree char *day = mien_time_format_day (time, g_get_real_time () / G_USEC_PER_SEC);
  GtkWidget *label = gtk_label_new (day);

  gtk_widget_add_css_class (label, "mien-day");
  gtk_widget_set_halign (label, GTK_ALIGN_CENTER);

  return label;
}

/* Days and groups depend on the message before, which is just what a list box's header function is told. */
static void
update_header (GtkListBoxRow *row,
               GtkListBoxRow *before,
               gpointer       user_data)
{
  MienMessageRow *this_row = MIEN_MESSAGE_ROW (row);
  MienMessageRow *last_row = before != NULL ? MIEN_MESSAGE_ROW (before) : NULL;
  gint64 time = mien_message_row_get_time (this_row);
  gboolean new_day = last_row == NULL || !mien_time_same_day (mien_message_row_get_time (last_row), time);

  gtk_list_box_row_set_header (row, new_day ? create_day_separator (time) : NULL);
  mien_message_row_set_first (this_row, new_day ||
                              mien_message_row_is_own (last_row) != mien_message_row_is_own (this_row) ||
                                        time - mien_message_row_get_time (last_row) > GROUP_SECONDS);
}

static void
update_states (MienConversationView *self)
{
  MienFriend *person = get_friend (self);
  guint n_items = self->conversation != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) : 0;
  gboolean typing = self->conversation != NULL && mien_conversation_get_friend_typing (self->conversation);
  gboolean asks = person != NULL && mien_friend_get_pending_in (person);

  gtk_widget_set_visible (self->empty, n_items == 0);
  gtk_widget_set_visible (self->earlier, self->slice != NULL && gtk_slice_list_model_get_offset (self->slice) > 0);
  gtk_widget_set_visible (self->request, asks);
  if (asks)
    {
      g_autofree char *text = g_strdup_printf (_("%s would like to be your friend and see when you are here."),
                                               get_name (self));

      gtk_label_set_text (self->request_label, text);
    }

  gtk_widget_set_opacity (GTK_WIDGET (self->typing), typing ? 1 : 0);
  if (typing)
    {
      g_autofree char *text = g_strdup_printf (_("%s is typing…"), get_name (self));

      gtk_label_set_text (self->typing, text);
    }
}

static void
on_items_changed (MienConversationView *self)
{
  if (self->is_active)
    mien_conversation_mark_read (self->conversation);
  update_states (self);
}

static void
on_earlier (MienConversationView *self)
{
  guint offset = gtk_slice_list_model_get_offset (self->slice);

  gtk_slice_list_model_set_offset (self->slice, offset > MIEN_CONVERSATION_PAGE ? offset - MIEN_CONVERSATION_PAGE : 0);
  update_states (self);
}

/* Staying at the end */

static void
on_scrolled (GtkAdjustment        *adjustment,
             MienConversationView *self)
{
  if (self->end_tick == 0)
    self->at_end = gtk_adjustment_get_value (adjustment) >=
                   gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) - BOTTOM_SLACK;
}

static gboolean
scroll_to_end (GtkWidget     *widget,
               GdkFrameClock *clock,
               gpointer       data)
{
  MienConversationView *self = MIEN_CONVERSATION_VIEW (widget);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));

  self->end_tick = 0;
  gtk_adjustment_set_value (adjustment,
                            gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment));

  return G_SOURCE_REMOVE;
}

/* Told in the middle of a layout, where a new value would not be laid out any more: the next frame takes it. */
static void
on_size_changed (MienConversationView *self)
{
  if (self->at_end && self->end_tick == 0)
    self->end_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_to_end, NULL, NULL);
}

/* Writing */

static void
on_send (MienMessageEntry     *entry,
         const char           *text,
         MienConversationView *self)
{
  g_autoptr (GError) error = NULL;

  self->at_end = TRUE;
  if (mien_conversation_send (self->conversation, text, &error) == NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }

  mien_conversation_set_typing (self->conversation, FALSE);
  mien_message_entry_set_text (entry, "");
}

static void
on_edited (MienMessageEntry     *entry,
           gboolean              has_text,
           MienConversationView *self)
{
  if (self->conversation != NULL)
    mien_conversation_set_typing (self->conversation, has_text);
}

static void
answer_request (MienConversationView *self,
                gboolean              accept)
{
  if (self->conversation != NULL)
    mien_roster_answer (mien_session_get_roster (self->session), mien_conversation_get_jid (self->conversation),
                        accept);
  update_states (self);
}

static void
on_accept (MienConversationView *self)
{
  answer_request (self, TRUE);
}

static void
on_decline (MienConversationView *self)
{
  answer_request (self, FALSE);
}

/* The object */

static void
leave_conversation (MienConversationView *self)
{
  MienFriend *person = get_friend (self);
  char *text;

  if (self->conversation == NULL)
    return;

  text = mien_message_entry_get_text (self->entry);
  if (*text != '\0')
    g_hash_table_replace (self->unsent, g_strdup (mien_conversation_get_jid (self->conversation)), text);
  else
    {
      g_hash_table_remove (self->unsent, mien_conversation_get_jid (self->conversation));
      g_free (text);
    }
  mien_conversation_set_typing (self->conversation, FALSE);

  if (person != NULL)
    g_signal_handlers_disconnect_by_data (person, self);
  g_signal_handlers_disconnect_by_data (self->conversation, self);
  gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->slice);
  g_clear_object (&self->conversation);
}

static void
mien_conversation_view_dispose (GObject *object)
{
  MienConversationView *self = MIEN_CONVERSATION_VIEW (object);

  if (self->box != NULL)
    leave_conversation (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  g_clear_object (&self->gallery);
  g_clear_pointer (&self->unsent, g_hash_table_unref);

  G_OBJECT_CLASS (mien_conversation_view_parent_class)->dispose (object);
}

static gboolean
mien_conversation_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (MIEN_CONVERSATION_VIEW (widget)->entry));
}

static void
mien_conversation_view_class_init (MienConversationViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_conversation_view_dispose;
  widget_class->grab_focus = mien_conversation_view_grab_focus;
  signals[FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
create_request (MienConversationView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *decline = gtk_button_new_with_label (_("Decline"));
  GtkWidget *accept = gtk_button_new_with_label (_("Accept"));

  self->request_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->request_label, TRUE);
  gtk_label_set_xalign (self->request_label, 0);
  gtk_widget_set_hexpand (GTK_WIDGET (self->request_label), TRUE);
  gtk_widget_add_css_class (accept, "suggested-action");
  gtk_widget_set_valign (decline, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (accept, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (box, "mien-bar");
  g_signal_connect_swapped (decline, "clicked", G_CALLBACK (on_decline), self);
  g_signal_connect_swapped (accept, "clicked", G_CALLBACK (on_accept), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->request_label));
  gtk_box_append (GTK_BOX (box), decline);
  gtk_box_append (GTK_BOX (box), accept);
  gtk_widget_set_visible (box, FALSE);

  return box;
}

static GtkWidget *
create_messages (MienConversationView *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkAdjustment *adjustment;

  self->earlier = gtk_button_new_with_label (_("Show Earlier Messages"));
  gtk_widget_add_css_class (self->earlier, "flat");
  gtk_widget_set_halign (self->earlier, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->earlier, "clicked", G_CALLBACK (on_earlier), self);

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_list_box_set_header_func (self->list, update_header, NULL, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "mien-messages");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Messages"), -1);
  gtk_widget_set_valign (GTK_WIDGET (self->list), GTK_ALIGN_END);
  gtk_widget_set_vexpand (GTK_WIDGET (self->list), TRUE);

  gtk_box_append (GTK_BOX (column), self->earlier);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->list));
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), CONTENT_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), column);

  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), clamp);
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, 0);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_size_changed), self, G_CONNECT_SWAPPED);

  self->empty = gtk_label_new (_("No messages yet. Say hello!"));
  gtk_widget_add_css_class (self->empty, "dim-label");
  gtk_widget_set_can_target (self->empty, FALSE);
  gtk_widget_set_halign (self->empty, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->empty, GTK_ALIGN_CENTER);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->scrolled);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->empty);

  return overlay;
}

static void
mien_conversation_view_init (MienConversationView *self)
{
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->at_end = TRUE;
  self->unsent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->request = create_request (self);
  gtk_box_append (GTK_BOX (self->box), self->request);
  gtk_box_append (GTK_BOX (self->box), create_messages (self));

  self->typing = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->typing, 0);
  gtk_label_set_ellipsize (self->typing, PANGO_ELLIPSIZE_END);
  gtk_widget_set_opacity (GTK_WIDGET (self->typing), 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->typing), "mien-typing");
  self->entry = MIEN_MESSAGE_ENTRY (mien_message_entry_new ());
  g_signal_connect (self->entry, "send", G_CALLBACK (on_send), self);
  g_signal_connect (self->entry, "edited", G_CALLBACK (on_edited), self);
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->typing));
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->entry));
  gtk_widget_add_css_class (foot, "mien-foot");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), CONTENT_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), foot);
  gtk_box_append (GTK_BOX (self->box), clamp);

  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
mien_conversation_view_new (void)
{
  return g_object_new (MIEN_TYPE_CONVERSATION_VIEW, NULL);
}

void
mien_conversation_view_set_models (MienConversationView *self,
                                   MienSession          *session,
                                   MienGallery          *gallery)
{
  g_return_if_fail (MIEN_IS_CONVERSATION_VIEW (self));

  mien_conversation_view_show (self, NULL);
  g_set_object (&self->session, session);
  g_set_object (&self->gallery, gallery);
}

void
mien_conversation_view_show (MienConversationView *self,
                             MienConversation     *conversation)
{
  MienFriend *person;
  guint n_items;

  g_return_if_fail (MIEN_IS_CONVERSATION_VIEW (self));

  if (conversation == self->conversation)
    return;
  leave_conversation (self);
  if (conversation == NULL)
    return;

  self->conversation = g_object_ref (conversation);
  self->at_end = TRUE;
  /* From the last page on, and whatever comes after it. */
  n_items = g_list_model_get_n_items (G_LIST_MODEL (conversation));
  self->slice = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (conversation)),
                                          n_items > MIEN_CONVERSATION_PAGE ? n_items - MIEN_CONVERSATION_PAGE : 0,
                                          G_MAXINT);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->slice), create_row, self, NULL);
  g_signal_connect_object (conversation, "items-changed", G_CALLBACK (on_items_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (conversation, "notify::friend-typing", G_CALLBACK (update_states), self, G_CONNECT_SWAPPED);
  person = get_friend (self);
  if (person != NULL)
    g_signal_connect_object (person, "changed", G_CALLBACK (update_states), self, G_CONNECT_SWAPPED);

  mien_message_entry_set_text (self->entry,
                               g_hash_table_lookup (self->unsent, mien_conversation_get_jid (conversation)));
  if (self->is_active)
    mien_conversation_mark_read (conversation);
  update_states (self);
}

MienConversation *
mien_conversation_view_get_conversation (MienConversationView *self)
{
  return self->conversation;
}

void
mien_conversation_view_set_active (MienConversationView *self,
                                   gboolean              active)
{
  g_return_if_fail (MIEN_IS_CONVERSATION_VIEW (self));

  self->is_active = active;
  if (active && self->conversation != NULL)
    mien_conversation_mark_read (self->conversation);
}
