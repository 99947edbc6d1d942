/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-friend-dialogs.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <xmpp-jid.h>

#include "mien-error.h"
#include "mien-spinner.h"

#define MAX_NAME_CHARS 200

typedef enum { CHANGE_ADD, CHANGE_RENAME, CHANGE_REMOVE } Change;

/* One dialog; freed with its window. */
typedef struct
{
  Change change;
  GtkWindow *window;
  GtkWidget *address;
  GtkWidget *name;
  GtkWidget *apply;
  GtkWidget *fields;
  GtkLabel *error;
  GtkWidget *spinner;

  /* Owned */
  MienRoster *roster;
  char *jid;
  GCancellable *cancellable;

  MienFriendDialogDone done;
  gpointer user_data;
} Dialog;

static void
free_dialog (Dialog *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->roster);
  g_free (self->jid);
  g_free (self);
}

static void
set_busy (Dialog  *self,
          gboolean busy)
{
  gtk_widget_set_sensitive (self->apply, !busy);
  if (self->fields != NULL)
    gtk_widget_set_sensitive (self->fields, !busy);
  gtk_widget_set_visible (self->spinner, busy);
}

static void
show_error (Dialog     *self,
            const char *text)
{
  gtk_label_set_text (self->error, text);
  gtk_widget_set_visible (GTK_WIDGET (self->error), TRUE);
}

static void
on_changed_on_server (GObject      *source,
                      GAsyncResult *result,
                      gpointer      data)
{
  Dialog *self = data;
  g_autoptr (GError) error = NULL;
  gboolean success = mien_roster_change_finish (MIEN_ROSTER (source), result, &error);
  g_autofree char *message = NULL;

  /* The dialog was closed before the answer, and is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  set_busy (self, FALSE);
  if (!success)
    {
      message = mien_error_describe (error, NULL);
      show_error (self, message);
      return;
    }

  if (self->change == CHANGE_ADD)
    /* Translators: %s is an address */
    message = g_strdup_printf (_("%s was asked, and is in your list"), self->jid);
  self->done (message, self->user_data);
  gtk_window_destroy (self->window);
}

static void
apply (Dialog *self)
{
  const char *name = self->name != NULL ? gtk_editable_get_text (GTK_EDITABLE (self->name)) : NULL;
  g_autofree char *trimmed = name != NULL ? g_strstrip (g_strdup (name)) : NULL;

  if (!gtk_widget_get_sensitive (self->apply))
    return;

  if (self->change == CHANGE_ADD)
    {
      g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));
      g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);

      if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
        {
          show_error (self, _("That is not a complete address. It looks like name@example.org."));
          gtk_widget_grab_focus (self->address);
          gtk_editable_set_position (GTK_EDITABLE (self->address), -1);
          return;
        }
      g_free (self->jid);
      self->jid = g_strdup (xmpp_jid_get_bare (jid));
    }

  set_busy (self, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->error), FALSE);
  if (self->change == CHANGE_ADD)
    mien_roster_add_async (self->roster, self->jid, *trimmed != '\0' ? trimmed : NULL, self->cancellable,
                           on_changed_on_server, self);
  else if (self->change == CHANGE_RENAME)
    mien_roster_rename_async (self->roster, self->jid, trimmed, self->cancellable, on_changed_on_server, self);
  else
    mien_roster_remove_async (self->roster, self->jid, self->cancellable, on_changed_on_server, self);
}

static void
update_apply (Dialog *self)
{
  if (self->address != NULL)
    gtk_widget_set_sensitive (self->apply, *gtk_editable_get_text (GTK_EDITABLE (self->address)) != '\0');
}

static gboolean
on_escape (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   data)
{
  gtk_window_close (GTK_WINDOW (widget));

  return GDK_EVENT_STOP;
}

static GtkWidget *
add_entry (Dialog     *self,
           const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_swapped (row, "entry-activated", G_CALLBACK (apply), self);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (update_apply), self);
  if (self->fields == NULL)
    self->fields = adw_preferences_group_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->fields), row);

  return row;
}

static GtkWidget *
create_header (Dialog     *self,
               const char *verb)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  self->apply = gtk_button_new_with_mnemonic (verb);
  gtk_widget_add_css_class (self->apply, self->change == CHANGE_REMOVE ? "destructive-action" : "suggested-action");
  g_signal_connect_swapped (self->apply, "clicked", G_CALLBACK (apply), self);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), self->window);
  self->spinner = mien_spinner_new ();
  gtk_widget_set_visible (self->spinner, FALSE);

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->apply);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->spinner);

  return header;
}

static Dialog *
create_dialog (GtkWindow            *parent,
               MienRoster           *roster,
               Change                change,
               const char           *jid,
               MienFriendDialogDone  done,
               gpointer              user_data)
{
  Dialog *self = g_new0 (Dialog, 1);
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  self->change = change;
  self->roster = g_object_ref (roster);
  self->jid = g_strdup (jid);
  self->cancellable = g_cancellable_new ();
  self->done = done;
  self->user_data = user_data;
  self->window = g_object_new (ADW_TYPE_WINDOW, "transient-for", parent, "modal", TRUE, "destroy-with-parent", TRUE,
                               "default-width", 400, "resizable", FALSE, NULL);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_callback_action_new (on_escape, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->window), shortcuts);
  g_signal_connect_swapped (self->window, "destroy", G_CALLBACK (free_dialog), self);

  return self;
}

static void
present_dialog (Dialog     *self,
                const char *title,
                const char *verb,
                const char *explanation)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *label = gtk_label_new (explanation);

  gtk_window_set_title (self->window, title);
  gtk_box_append (GTK_BOX (box), create_header (self, verb));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (content), label);
  if (self->fields != NULL)
    gtk_box_append (GTK_BOX (content), self->fields);

  self->error = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->error, TRUE);
  gtk_label_set_xalign (self->error, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->error), FALSE);
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (self->error));

  gtk_widget_set_margin_start (content, 18);
  gtk_widget_set_margin_end (content, 18);
  gtk_widget_set_margin_top (content, 12);
  gtk_widget_set_margin_bottom (content, 24);
  gtk_box_append (GTK_BOX (box), content);
  adw_window_set_content (ADW_WINDOW (self->window), box);
  update_apply (self);
  gtk_window_present (self->window);
}

void
mien_friend_dialog_add (GtkWindow            *parent,
                        MienRoster           *roster,
                        const char           *address,
                        MienFriendDialogDone  done,
                        gpointer              user_data)
{
  Dialog *self = create_dialog (parent, roster, CHANGE_ADD, NULL, done, user_data);

  self->address = add_entry (self, _("Address"));
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (self->address), GTK_INPUT_PURPOSE_EMAIL);
  self->name = add_entry (self, _("Name for your list (optional)"));
  present_dialog (self, _("Add a Friend"), _("_Add"),
                  _("Your friend is asked, and you see each other once they agree."));
  if (address != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->address), address);
  gtk_widget_grab_focus (self->address);
}

void
mien_friend_dialog_rename (GtkWindow            *parent,
                           MienRoster           *roster,
                           MienFriend           *person,
                           MienFriendDialogDone  done,
                           gpointer              user_data)
{
  Dialog *self = create_dialog (parent, roster, CHANGE_RENAME, mien_friend_get_jid (person), done, user_data);
  g_autofree char *text = g_strdup_printf (_("This name for %s is seen by you alone."), self->jid);

  self->name = add_entry (self, _("Name"));
  present_dialog (self, _("Rename"), _("_Rename"), text);
  gtk_editable_set_text (GTK_EDITABLE (self->name), mien_friend_get_name (person));
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->name), MAX_NAME_CHARS);
  gtk_widget_grab_focus (self->name);
}

void
mien_friend_dialog_remove (GtkWindow            *parent,
                           MienRoster           *roster,
                           MienFriend           *person,
                           MienFriendDialogDone  done,
                           gpointer              user_data)
{
  Dialog *self = create_dialog (parent, roster, CHANGE_REMOVE, mien_friend_get_jid (person), done, user_data);
  g_autofree char *text = g_strdup_printf (_("%s (%s) leaves your list, and you no longer "
                                             "see each other’s portrait and status."),
                                           mien_friend_get_name (person), self->jid);

  present_dialog (self, _("Remove This Friend?"), _("_Remove"), text);
}
