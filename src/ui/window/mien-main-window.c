/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-main-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mien-settings.h"
#include "mien-spinner.h"
#include "mien-timing.h"

#define OWN_FACE  64
#define PEER_FACE 32

G_DEFINE_FINAL_TYPE (MienMainWindow, mien_main_window, ADW_TYPE_APPLICATION_WINDOW)

static MienSession *
get_session (MienMainWindow *self)
{
  return mien_account_get_session (self->account);
}

static MienRoster *
get_roster (MienMainWindow *self)
{
  return mien_session_get_roster (get_session (self));
}

/* The user's own card */

static void
draw_status_mark (GtkDrawingArea *area,
                  cairo_t        *cr,
                  int             width,
                  int             height,
                  gpointer        data)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (data);
  gboolean online = xmpp_client_get_state (mien_session_get_client (get_session (self))) == XMPP_CLIENT_ONLINE;

  mien_paint_presence (cr, online ? mien_session_get_presence (get_session (self)) : MIEN_PRESENCE_OFFLINE,
                       MIN (width, height));
}

static void
update_own (MienMainWindow *self)
{
  MienSession *session = get_session (self);
  gboolean online = xmpp_client_get_state (mien_session_get_client (session)) == XMPP_CLIENT_ONLINE;
  const char *status = mien_session_get_status (session);
  const char *label = mien_presence_get_label (online ? mien_session_get_presence (session) : MIEN_PRESENCE_OFFLINE);

  mien_face_view_set_person (self->own_face, mien_session_get_jid (session), mien_session_get_nickname (session));
  gtk_label_set_text (self->own_name, mien_session_get_nickname (session));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->own_name), mien_session_get_jid (session));
  gtk_label_set_text (self->status_label, status != NULL && *status != '\0' ? status : label);
  mien_status_popover_set (self->status, mien_session_get_presence (session), status);
  gtk_widget_queue_draw (GTK_WIDGET (self->status_mark));
}

static void
on_status_chosen (MienStatusPopover *popover,
                  int                presence,
                  const char        *status,
                  MienMainWindow    *self)
{
  mien_session_set_presence (get_session (self), (MienPresence) presence, status);
  update_own (self);
}

static void
on_hint_closed (MienMainWindow *self)
{
  g_settings_set_boolean (self->settings, MIEN_SETTING_HINT_SEEN, TRUE);
}

static void
update_hint (MienMainWindow *self)
{
  gboolean known = FALSE;
  gboolean has_portrait = mien_gallery_has_portrait (mien_account_get_gallery (self->account),
                                                     mien_session_get_jid (get_session (self)), &known);

  gtk_revealer_set_reveal_child (self->hint, !has_portrait &&
                                 !g_settings_get_boolean (self->settings, MIEN_SETTING_HINT_SEEN));
}

/* The list */

static void
update_list_state (MienMainWindow *self)
{
  MienRoster *roster = get_roster (self);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  const char *page = "friends";

  if (!mien_roster_is_loaded (roster) && mien_roster_get_size (roster) == 0)
    page = "loading";
  else if (mien_roster_get_size (roster) == 0)
    page = "empty";
  else if (g_list_model_get_n_items (G_LIST_MODEL (roster)) == 0)
    {
      g_autofree char *escaped = g_markup_escape_text (text, -1);
      /* Translators: %s is what was searched for */
      g_autofree char *description = g_strdup_printf (_("No friend’s name or address contains “%s”."), escaped);

      page = "nothing";
      adw_status_page_set_description (self->nothing, description);
      gtk_widget_set_visible (self->add_found, strchr (text, '@') != NULL);
    }
  gtk_stack_set_visible_child_name (self->list_stack, page);
  adw_status_page_set_description (self->nobody, g_str_equal (page, "empty")
                                   ? _("Add your first friend on the left.")
                                   : _("Choose a friend on the left. Point at a name to see the portrait."));
}

static void
on_search_changed (MienMainWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  MienConversation *conversation = mien_conversation_view_get_conversation (self->conversation);

  /* Unselecting first: a selection that has to be found again in thousands of rows is what makes clearing slow. */
  mien_friend_list_select (self->friends, NULL);
  mien_roster_set_search (get_roster (self), text);
  if (*text == '\0' && conversation != NULL)
    mien_friend_list_select (self->friends, mien_conversation_get_jid (conversation));
  update_list_state (self);
}

static void
on_search_stopped (MienMainWindow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->conversation));
}

static void
on_search_activated (MienMainWindow *self)
{
  g_autoptr (MienFriend) first = NULL;

  mien_roster_set_search (get_roster (self), gtk_editable_get_text (GTK_EDITABLE (self->search)));
  first = g_list_model_get_item (G_LIST_MODEL (get_roster (self)), 0);
  if (first != NULL)
    mien_main_window_open_conversation (self, mien_friend_get_jid (first));
}

static void
on_chosen (MienMainWindow *self,
           MienFriend     *person)
{
  mien_main_window_open_conversation (self, mien_friend_get_jid (person));
}

/* The conversation */

MienFriend *
mien_main_window_get_friend (MienMainWindow *self)
{
  MienConversation *conversation = mien_conversation_view_get_conversation (self->conversation);

  return conversation != NULL ? mien_roster_lookup (get_roster (self), mien_conversation_get_jid (conversation)) : NULL;
}

static void
update_peer (MienMainWindow *self)
{
  MienConversation *conversation = mien_conversation_view_get_conversation (self->conversation);
  MienFriend *person = mien_main_window_get_friend (self);
  g_autofree char *line = NULL;

  gtk_widget_set_visible (self->peer, conversation != NULL);
  gtk_widget_set_visible (self->peer_menu, conversation != NULL);
  if (conversation == NULL)
    return;

  if (person != NULL)
    {
      const char *status = mien_friend_get_status (person);
      const char *label = mien_presence_get_label (mien_friend_get_presence (person));

      line = status != NULL && *status != '\0' ? g_strdup_printf ("%s · %s", label, status) : g_strdup (label);
    }

  gtk_label_set_text (self->peer_name, person != NULL ? mien_friend_get_name (person)
                      : mien_conversation_get_jid (conversation));
  gtk_label_set_text (self->peer_status, line != NULL ? line : _("Not in your friend list"));
  mien_face_view_set_person (self->peer_face, mien_conversation_get_jid (conversation),
                             gtk_label_get_text (self->peer_name));
  mien_face_view_set_presence (self->peer_face, person != NULL,
                               person != NULL ? mien_friend_get_presence (person) : MIEN_PRESENCE_OFFLINE);
  mien_main_window_update_actions (self);
}

static void
set_peer_friend (MienMainWindow *self,
                 MienFriend     *person)
{
  if (self->peer_friend != NULL)
    g_signal_handlers_disconnect_by_func (self->peer_friend, update_peer, self);
  g_set_object (&self->peer_friend, person);
  if (person != NULL)
    g_signal_connect_object (person, "changed", G_CALLBACK (update_peer), self, G_CONNECT_SWAPPED);
}

/* What is in front of the user's eyes is read. */
static void
update_seen (MienMainWindow *self)
{
  gboolean pane_shown = !adw_leaflet_get_folded (self->leaflet) ||
                        adw_leaflet_get_visible_child (self->leaflet) == self->content;

  mien_conversation_view_set_active (self->conversation, pane_shown && gtk_window_is_active (GTK_WINDOW (self)));
}

static void
on_folded (MienMainWindow *self)
{
  update_seen (self);
}

/* Toasts */

static void
dismiss_toast (MienMainWindow *self)
{
  if (self->toast != NULL)
    adw_toast_dismiss (self->toast);
}

void
mien_main_window_add_toast (MienMainWindow *self,
                            const char     *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  dismiss_toast (self);
  g_set_weak_pointer (&self->toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* A toast lies where the newest message is, and makes way for it. */
static void
on_messages_changed (MienMainWindow *self,
                     guint           position,
                     guint           removed,
                     guint           added)
{
  if (added > removed)
    dismiss_toast (self);
}

static void
show_conversation (MienMainWindow   *self,
                   MienConversation *conversation)
{
  MienConversation *before = mien_conversation_view_get_conversation (self->conversation);

  if (before == conversation)
    return;
  if (before != NULL)
    g_signal_handlers_disconnect_by_func (before, on_messages_changed, self);
  dismiss_toast (self);
  mien_conversation_view_show (self->conversation, conversation);
  if (conversation != NULL)
    g_signal_connect_object (conversation, "items-changed", G_CALLBACK (on_messages_changed), self, G_CONNECT_SWAPPED);
}

/* Conversations */

void
mien_main_window_open_conversation (MienMainWindow *self,
                                    const char     *bare_jid)
{
  g_return_if_fail (MIEN_IS_MAIN_WINDOW (self));
  g_return_if_fail (bare_jid != NULL);

  show_conversation (self, mien_session_get_conversation (get_session (self), bare_jid));
  set_peer_friend (self, mien_roster_lookup (get_roster (self), bare_jid));
  gtk_stack_set_visible_child_name (self->content_stack, "conversation");
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  mien_friend_list_select (self->friends, bare_jid);
  update_peer (self);
  update_seen (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->conversation));
}

void
mien_main_window_close_conversation (MienMainWindow *self)
{
  show_conversation (self, NULL);
  set_peer_friend (self, NULL);
  gtk_stack_set_visible_child_name (self->content_stack, "nobody");
  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  mien_friend_list_select (self->friends, NULL);
  update_peer (self);
  mien_main_window_update_actions (self);
}

const char *
mien_main_window_get_shown (MienMainWindow *self)
{
  MienConversation *conversation;

  g_return_val_if_fail (MIEN_IS_MAIN_WINDOW (self), NULL);

  conversation = mien_conversation_view_get_conversation (self->conversation);
  if (conversation == NULL || !gtk_window_is_active (GTK_WINDOW (self)) ||
      (adw_leaflet_get_folded (self->leaflet) && adw_leaflet_get_visible_child (self->leaflet) != self->content))
    return NULL;

  return mien_conversation_get_jid (conversation);
}

static void
on_failed (MienMainWindow *self,
           const char     *message)
{
  mien_main_window_add_toast (self, message);
}

static void
on_roster_changed (MienMainWindow *self)
{
  MienConversation *conversation = mien_conversation_view_get_conversation (self->conversation);
  MienFriend *person = mien_main_window_get_friend (self);

  update_list_state (self);
  if (conversation != NULL && person != self->peer_friend)
    {
      set_peer_friend (self, person);
      update_peer (self);
    }
}

/* The object */

static gboolean
mien_main_window_close_request (GtkWindow *window)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (window);
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set_boolean (self->settings, MIEN_SETTING_MAXIMIZED, gtk_window_is_maximized (window));
  if (!gtk_window_is_maximized (window) && width > 0 && height > 0)
    {
      g_settings_set_int (self->settings, MIEN_SETTING_WIDTH, width);
      g_settings_set_int (self->settings, MIEN_SETTING_HEIGHT, height);
    }

  return GTK_WINDOW_CLASS (mien_main_window_parent_class)->close_request (window);
}

static void
mien_main_window_dispose (GObject *object)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (object);

  mien_main_window_unwatch_connection (self);
  set_peer_friend (self, NULL);
  g_clear_weak_pointer (&self->editor);
  g_clear_weak_pointer (&self->toast);
  g_clear_object (&self->account);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (mien_main_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, content);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, own_button);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, own_name);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, status_button);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, status_mark);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, status_label);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, hint);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, search);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, list_stack);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, nothing);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, add_found);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, friends);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, peer);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, peer_name);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, peer_status);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, peer_menu);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, content_stack);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, nobody);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, conversation);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, bar);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, bar_spinner);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, bar_label);
  gtk_widget_class_bind_template_child (widget_class, MienMainWindow, bar_button);
}

static void
mien_main_window_class_init (MienMainWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_main_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = mien_main_window_close_request;
  g_signal_new ("sign-in-again", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (MIEN_TYPE_FRIEND_LIST);
  g_type_ensure (MIEN_TYPE_CONVERSATION_VIEW);
  g_type_ensure (MIEN_TYPE_SPINNER);
  gtk_widget_class_set_template_from_resource (widget_class, "/im/mien/Mien/window/main-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_folded);
  gtk_widget_class_bind_template_callback (widget_class, on_hint_closed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_failed);
  gtk_widget_class_bind_template_callback_full (widget_class, "on_bar_clicked",
                                                G_CALLBACK (mien_main_window_on_bar_clicked));
  mien_main_window_install_actions (widget_class);
}

static void
mien_main_window_init (MienMainWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->own_face = MIEN_FACE_VIEW (mien_face_view_new (MIEN_FACE_CIRCLE, OWN_FACE));
  gtk_button_set_child (GTK_BUTTON (self->own_button), GTK_WIDGET (self->own_face));
  self->peer_face = MIEN_FACE_VIEW (mien_face_view_new (MIEN_FACE_CIRCLE, PEER_FACE));
  gtk_box_prepend (GTK_BOX (self->peer), GTK_WIDGET (self->peer_face));
  self->status = MIEN_STATUS_POPOVER (mien_status_popover_new ());
  gtk_menu_button_set_popover (self->status_button, GTK_WIDGET (self->status));
  g_signal_connect (self->status, "chosen", G_CALLBACK (on_status_chosen), self);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), mien_friend_list_get_view (self->friends));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (update_seen), NULL);
}

GtkWidget *
mien_main_window_new (GtkApplication *app,
                      MienAccount    *account,
                      GSettings      *settings)
{
  MienMainWindow *self = g_object_new (MIEN_TYPE_MAIN_WINDOW, "application", app, NULL);
  MienSession *session = mien_account_get_session (account);
  MienGallery *gallery = mien_account_get_gallery (account);
  MienRoster *roster = mien_session_get_roster (session);

  self->account = g_object_ref (account);
  self->settings = g_object_ref (settings);
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, MIEN_SETTING_WIDTH),
                               g_settings_get_int (settings, MIEN_SETTING_HEIGHT));
  if (g_settings_get_boolean (settings, MIEN_SETTING_MAXIMIZED))
    gtk_window_maximize (GTK_WINDOW (self));

  gtk_drawing_area_set_draw_func (self->status_mark, draw_status_mark, self, NULL);
  mien_face_view_set_gallery (self->own_face, gallery, MIEN_GALLERY_ROW);
  mien_face_view_set_gallery (self->peer_face, gallery, MIEN_GALLERY_ROW);
  mien_friend_list_set_models (self->friends, roster, gallery);
  mien_conversation_view_set_models (self->conversation, session, gallery);

  g_signal_connect_object (roster, "items-changed", G_CALLBACK (on_roster_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (roster, "notify::loaded", G_CALLBACK (on_roster_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify", G_CALLBACK (update_own), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gallery, "changed", G_CALLBACK (update_hint), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::" MIEN_SETTING_HINT_SEEN, G_CALLBACK (update_hint), self,
                           G_CONNECT_SWAPPED);

  mien_main_window_watch_connection (self);
  update_own (self);
  update_hint (self);
  update_list_state (self);
  mien_main_window_update_actions (self);
  mien_timing_watch (GTK_WIDGET (self), self->friends, roster);

  return GTK_WIDGET (self);
}
