/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-main-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mien-editor-window.h"
#include "mien-friend-dialogs.h"
#include "mien-settings.h"

static void
on_friend_done (const char *message,
                gpointer    data)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (data);

  if (message != NULL)
    mien_main_window_add_toast (self, message);
}

static MienRoster *
get_roster (MienMainWindow *self)
{
  return mien_session_get_roster (mien_account_get_session (self->account));
}

static void
add_friend (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  mien_friend_dialog_add (GTK_WINDOW (self), get_roster (self), strchr (text, '@') != NULL ? text : NULL,
                          on_friend_done, self);
}

static void
rename_friend (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);
  MienFriend *person = mien_main_window_get_friend (self);

  if (person != NULL)
    mien_friend_dialog_rename (GTK_WINDOW (self), get_roster (self), person, on_friend_done, self);
}

static void
on_friend_removed (const char *message,
                   gpointer    data)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (data);

  if (mien_main_window_get_friend (self) == NULL)
    mien_main_window_close_conversation (self);
  on_friend_done (message, data);
}

static void
remove_friend (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);
  MienFriend *person = mien_main_window_get_friend (self);

  if (person != NULL)
    mien_friend_dialog_remove (GTK_WINDOW (self), get_roster (self), person, on_friend_removed, self);
}

static void
copy_address (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);
  MienConversation *conversation = mien_conversation_view_get_conversation (self->conversation);

  if (conversation == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), mien_conversation_get_jid (conversation));
  mien_main_window_add_toast (self, _("Address copied"));
}

static void
present_editor (MienMainWindow *self)
{
  if (self->editor == NULL)
    {
      GtkWidget *editor = mien_editor_window_new (gtk_window_get_application (GTK_WINDOW (self)),
                                                  mien_account_get_session (self->account),
                                                  mien_account_get_draft (self->account),
                                                  mien_account_get_wardrobe (self->account),
                                                  mien_account_get_gallery (self->account),
                                                  mien_account_get_publisher (self->account));

      g_set_weak_pointer (&self->editor, editor);
    }
  gtk_window_present (GTK_WINDOW (self->editor));
}

static void
on_draft_loaded (MienMainWindow *self)
{
  g_signal_handlers_disconnect_by_func (self->account, on_draft_loaded, self);
  present_editor (self);
}

/* S300: the way to the headshot dialog. */
static void
edit_portrait (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);

  g_settings_set_boolean (self->settings, MIEN_SETTING_HINT_SEEN, TRUE);
  g_signal_handlers_disconnect_by_func (self->account, on_draft_loaded, self);
  if (mien_account_is_draft_loaded (self->account))
    present_editor (self);
  else
    g_signal_connect_object (self->account, "notify::draft-loaded", G_CALLBACK (on_draft_loaded), self,
                             G_CONNECT_SWAPPED);
}

static void
focus_search (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  gtk_widget_grab_focus (self->search);
}

static void
go_back (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  MienMainWindow *self = MIEN_MAIN_WINDOW (widget);

  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

/* The friend above or below the one whose conversation is shown. */
static void
step_conversation (MienMainWindow *self,
                   int             step)
{
  GListModel *roster = G_LIST_MODEL (get_roster (self));
  MienFriend *shown = mien_main_window_get_friend (self);
  guint n_items = g_list_model_get_n_items (roster);
  guint position = step > 0 ? n_items - 1 : 0;
  g_autoptr (MienFriend) next = NULL;

  if (n_items == 0)
    return;
  for (guint i = 0; i < n_items && shown != NULL; i++)
    {
      g_autoptr (MienFriend) person = g_list_model_get_item (roster, i);

      if (person == shown)
        {
          position = i;
          break;
        }
    }

  next = g_list_model_get_item (roster, (position + n_items + step) % n_items);
  mien_main_window_open_conversation (self, mien_friend_get_jid (next));
}

static void
next_conversation (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  step_conversation (MIEN_MAIN_WINDOW (widget), 1);
}

static void
previous_conversation (GtkWidget  *widget,
                       const char *action_name,
                       GVariant   *parameter)
{
  step_conversation (MIEN_MAIN_WINDOW (widget), -1);
}

void
mien_main_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.add-friend", NULL, add_friend);
  gtk_widget_class_install_action (widget_class, "win.rename-friend", NULL, rename_friend);
  gtk_widget_class_install_action (widget_class, "win.remove-friend", NULL, remove_friend);
  gtk_widget_class_install_action (widget_class, "win.copy-address", NULL, copy_address);
  gtk_widget_class_install_action (widget_class, "win.edit-portrait", NULL, edit_portrait);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, focus_search);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, go_back);
  gtk_widget_class_install_action (widget_class, "win.next-conversation", NULL, next_conversation);
  gtk_widget_class_install_action (widget_class, "win.previous-conversation", NULL, previous_conversation);
}

void
mien_main_window_update_actions (MienMainWindow *self)
{
  gboolean has_friend = mien_main_window_get_friend (self) != NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.rename-friend", has_friend);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.remove-friend", has_friend);
}
