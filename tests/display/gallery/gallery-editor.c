/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-gallery"

#include "mien-config.h"

#include "gallery.h"
#include "mien-editor-window-private.h"
#include "mien-headshot-dialog.h"
#include "mien-ring-item.h"

static MienEditorWindow *self;

static void
act (const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (self), action, NULL);
}

static void
choose_type (const char *type)
{
  GtkWidget *row = gtk_widget_get_first_child (self->types);

  while (row != NULL && g_strcmp0 (gtk_widget_get_name (row), type) != 0)
    row = gtk_widget_get_next_sibling (row);
  gtk_list_box_select_row (GTK_LIST_BOX (self->types), GTK_LIST_BOX_ROW (row));
  test_wait_until (self->type != NULL && g_str_equal (self->type->name, type));
}

static void
put_on (const char *type, const char *avatar)
{
  choose_type (type);
  mien_editor_window_pick (self, mien_catalogue_lookup (mien_wardrobe_get_catalogue (self->wardrobe), avatar));
  test_wait_until (mien_editor_window_has_all_art (self));
}

static GtkWidget *
open_more (void)
{
  GtkWidget *more = test_get (self->panel, GTK_TYPE_EXPANDER, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);

  gtk_expander_set_expanded (GTK_EXPANDER (more), TRUE);

  return more;
}

static void
shoot_headshots (void)
{
  g_autofree char *photo = g_strdup (g_getenv ("MIEN_GALLERY_PHOTO"));
  g_autofree char *bad = g_build_filename (gallery_data, "bad.png", NULL);
  g_autoptr (GFile) bad_file = g_file_new_for_path (bad), photo_file = NULL;
  GtkWidget *dialog;

  act ("change-headshot");
  dialog = test_get_window (MIEN_TYPE_HEADSHOT_DIALOG);
  test_focus_window (dialog);
  gallery_shoot ("headshot");
  g_file_set_contents (bad, "These are words and no picture.", -1, NULL);
  mien_headshot_dialog_open (MIEN_HEADSHOT_DIALOG (dialog), bad_file);
  gallery_shoot ("headshot-error");
  if (photo == NULL)
    photo = gallery_head_file (3, 1200, gallery_data, "photo.png");
  photo_file = g_file_new_for_path (photo);
  mien_headshot_dialog_open (MIEN_HEADSHOT_DIALOG (dialog), photo_file);
  gallery_shoot ("headshot-crop");
  gallery_close (dialog);
  test_focus_window (GTK_WIDGET (self));
}

static void
shoot_ring (void)
{
  gallery_shoot ("editor-first");
  choose_type ("hair");
  gallery_shoot ("editor-ring");
  act ("next-page");
  gallery_shoot ("editor-ring-page");
  act ("search");
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "cat");
  test_wait_until (self->search != NULL);
  gallery_shoot ("editor-search");
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "a steam engine");
  gallery_shoot ("editor-search-nothing");
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  test_wait_until (self->search == NULL);
}

static void
shoot_publishing (void)
{
  test_click (self->publish);
  test_wait_until (self->publishing == NULL && gtk_widget_get_visible (self->publish_bar));
  gallery_shoot ("editor-published");
  mien_editor_window_hide_publish (self);
}

/* The server goes on at another port, which the client does not know. */
static void
shoot_waiting (ImServer *server)
{
  im_server_restart (server);
  test_wait_until (mien_session_is_connecting (self->session));
  test_click (self->publish);
  test_wait_mapped (self->publish_cancel);
  gallery_shoot ("editor-publish-waiting");
  test_click (self->publish_cancel);
  test_wait_gone (self->publish_bar);
}

static void
shoot_offline (void)
{
  mien_session_sign_out_async (self->session, NULL, NULL);
  test_wait_until (xmpp_client_get_state (mien_session_get_client (self->session)) == XMPP_CLIENT_OFFLINE);
  test_click (self->publish);
  test_wait_until (gtk_widget_get_mapped (self->publish_retry));
  gallery_shoot ("editor-publish-failed");
}

void
gallery_editor (GtkWidget *window,
                ImServer  *server)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (window, "win.edit-portrait", NULL);
  self = MIEN_EDITOR_WINDOW (test_get_window (MIEN_TYPE_EDITOR_WINDOW));
  gtk_widget_set_visible (window, FALSE);
  test_focus_window (GTK_WIDGET (self));
  test_wait_until (self->shown_headshot != NULL);
  shoot_ring ();
  put_on ("glasses", "glasses-round");
  gallery_shoot ("editor-adjust");
  open_more ();
  gallery_shoot ("editor-adjust-more");
  put_on ("hat", "hat-beanie");
  put_on ("hat", "hat-cap");
  gallery_shoot ("editor-replaced");
  put_on ("coat", "coat-hoodie");
  put_on ("neck", "neck-scarf");
  put_on ("background", "background-sky");
  act ("close-adjust");
  test_wait_until (!self->snapshot_running && !self->snapshot_stale);
  gallery_shoot ("editor-dressed");
  act ("mark-eyes");
  gallery_shoot ("editor-mark-eyes");
  act ("close-adjust");
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->save));
  gallery_shoot ("editor-save-menu");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->save));
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->sync_revealer), TRUE);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->sync_bar), 0.4);
  gallery_shoot ("editor-sync");
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->sync_revealer), FALSE);
  shoot_headshots ();
  gtk_window_close (GTK_WINDOW (self));
  dialog = test_get_window (ADW_TYPE_MESSAGE_DIALOG);
  gallery_shoot ("editor-unsaved");
  gallery_close (dialog);
  test_focus_window (GTK_WIDGET (self));
  shoot_publishing ();
  shoot_waiting (server);
  shoot_offline ();
  gtk_widget_set_visible (window, TRUE);
  gallery_close (GTK_WIDGET (self));
}
