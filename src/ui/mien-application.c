/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-application-private.h"
#include "mien-config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "mien-accessible.h"
#include "mien-keyring.h"
#include "mien-preferences-window.h"
#include "mien-settings.h"

G_DEFINE_FINAL_TYPE (MienApplication, mien_application, ADW_TYPE_APPLICATION)

/* Windows */

static void
on_sign_in_again (MienApplication *self)
{
  g_autofree char *jid = g_strdup (mien_application_get_jid (self));

  mien_application_show_sign_in (self, jid);
}

static void
on_main_window_destroyed (MienApplication *self)
{
  self->main_window = NULL;
}

void
mien_application_show_main_window (MienApplication *self)
{
  if (self->main_window == NULL)
    {
      self->main_window = MIEN_MAIN_WINDOW (mien_main_window_new (GTK_APPLICATION (self), self->account,
                                                                  self->settings));
      g_signal_connect_swapped (self->main_window, "sign-in-again", G_CALLBACK (on_sign_in_again), self);
      g_signal_connect_object (self->main_window, "destroy", G_CALLBACK (on_main_window_destroyed), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_window_present (GTK_WINDOW (self->main_window));
}

void
mien_application_close_main_window (MienApplication *self)
{
  if (self->main_window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->main_window));
}

static void
mien_application_activate (GApplication *app)
{
  MienApplication *self = MIEN_APPLICATION (app);

  if (self->main_window != NULL)
    gtk_window_present (GTK_WINDOW (self->main_window));
  else if (self->sign_in_window != NULL)
    gtk_window_present (GTK_WINDOW (self->sign_in_window));
  else if (self->account == NULL)
    mien_application_begin (self);
  else
    mien_application_show_main_window (self);
}

/* Actions */

static const int ending_signals[MIEN_APPLICATION_ENDING_SIGNALS] = { SIGTERM, SIGHUP, SIGINT };

static void
end_windows (void (*end) (GtkWindow *window))
{
  GListModel *toplevels = gtk_window_get_toplevels ();
  guint n = g_list_model_get_n_items (toplevels);
  g_autofree GWeakRef *windows = g_new0 (GWeakRef, n);

  /* The last one ends the program. Weak: a window ends those that belong to
   * it, and GTK's window of shortcuts must not outlive the one it describes, for it takes a signal of that one back. */
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      g_weak_ref_init (&windows[i], window);
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GtkWindow) window = g_weak_ref_get (&windows[i]);

      g_weak_ref_clear (&windows[i]);
      if (window != NULL)
        end (window);
    }
}

static void
quit (GSimpleAction *action,
      GVariant      *parameter,
      gpointer       data)
{
  end_windows (gtk_window_close);   /* each may have something to ask */
}

/* The session ends, or somebody ends the program from outside: there is no time to ask. Drafts are kept, and the friend
 * list and what else is written late is written at once. */
static gboolean
on_terminate (gpointer data)
{
  MienApplication *self = MIEN_APPLICATION (data);

  if (self->account != NULL)
    mien_account_flush (self->account);
  end_windows (gtk_window_destroy);

  return G_SOURCE_CONTINUE;
}

static void
on_signed_out (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr (GError) error = NULL;

  if (!mien_session_sign_out_finish (MIEN_SESSION (source), result, &error))
    g_debug ("Signing out: %s", error->message);
  g_application_release (G_APPLICATION (data));
  g_object_unref (data);
}

static void
sign_out_session (MienApplication *self)
{
  if (self->account == NULL)
    return;
  g_application_hold (G_APPLICATION (self));
  mien_session_sign_out_async (mien_account_get_session (self->account), on_signed_out, g_object_ref (self));
}

static void
sign_out (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  MienApplication *self = MIEN_APPLICATION (data);
  g_autofree char *jid = NULL;

  if (self->account == NULL)
    return;
  jid = g_strdup (mien_application_get_jid (self));
  mien_keyring_forget (jid);
  sign_out_session (self);
  mien_application_show_sign_in (self, jid);
  mien_application_close_main_window (self);
  mien_application_drop_account (self);
}

static void
preferences (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  MienApplication *self = MIEN_APPLICATION (data);
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (mien_preferences_window_new (parent, self->settings)));
}

static void
about (GSimpleAction *action,
       GVariant      *parameter,
       gpointer       data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)),
                         "application-name", "Mien",
                         "application-icon", MIEN_APP_ID,
                         "version", MIEN_VERSION,
                         "developer-name", _("The authors of Mien"),
                         "comments", _("Talk with friends, and make the portrait that they see."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your names, one a line */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
open_conversation (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       data)
{
  MienApplication *self = MIEN_APPLICATION (data);

  if (self->account == NULL)
    return;
  mien_application_show_main_window (self);
  mien_main_window_open_conversation (self->main_window, g_variant_get_string (parameter, NULL));
  mien_notifier_withdraw (self->notifier, g_variant_get_string (parameter, NULL));
}

static const GActionEntry actions[] = {
  { "quit", quit },
  { "sign-out", sign_out },
  { "preferences", preferences },
  { "about", about },
  { "open-conversation", open_conversation, "s" },
};

static void
set_accels (MienApplication *self)
{
  static const struct { const char *action; const char *accels[3]; } keys[] = {
    { "app.quit", { "<Control>q" } },
    { "app.preferences", { "<Control>comma" } },
    { "win.show-help-overlay", { "<Control>question" } },
    { "win.add-friend", { "<Control>n" } },
    { "win.search", { "<Control>f" } },
    { "win.edit-portrait", { "<Control>e" } },
    { "win.back", { "<Alt>Left" } },
    { "win.next-conversation", { "<Control>Page_Down", "<Alt>Down" } },
    { "win.previous-conversation", { "<Control>Page_Up", "<Alt>Up" } },
    { "window.close", { "<Control>w" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), keys[i].action, (const char **) keys[i].accels);
}

static void
mien_application_startup (GApplication *app)
{
  MienApplication *self = MIEN_APPLICATION (app);

  G_APPLICATION_CLASS (mien_application_parent_class)->startup (app);

  mien_accessible_mend_names ();
  gtk_window_set_default_icon_name (MIEN_APP_ID);
  self->settings = mien_settings_new (self->options.data_directory);
  if (g_mkdir_with_parents (self->data_directory, 0700) != 0)
    g_message ("%s cannot be made: %s", self->data_directory, g_strerror (errno));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  set_accels (self);
  for (guint i = 0; i < G_N_ELEMENTS (ending_signals); i++)
    self->terminate[i] = g_unix_signal_add (ending_signals[i], on_terminate, self);
}

static void
mien_application_shutdown (GApplication *app)
{
  MienApplication *self = MIEN_APPLICATION (app);

  for (guint i = 0; i < G_N_ELEMENTS (ending_signals); i++)
    g_clear_handle_id (&self->terminate[i], g_source_remove);
  mien_application_drop_account (self);
  mien_application_clear_password (self);
  g_clear_object (&self->settings);

  G_APPLICATION_CLASS (mien_application_parent_class)->shutdown (app);
}

/* The last window is gone: say goodbye to the server before the program ends. */
static void
mien_application_window_removed (GtkApplication *app,
                                 GtkWindow      *window)
{
  MienApplication *self = MIEN_APPLICATION (app);

  GTK_APPLICATION_CLASS (mien_application_parent_class)->window_removed (app, window);
  if (gtk_application_get_windows (app) == NULL && self->account != NULL &&
      xmpp_client_get_state (mien_application_get_client (self)) != XMPP_CLIENT_OFFLINE)
    sign_out_session (self);
}

static void
mien_application_finalize (GObject *object)
{
  MienApplication *self = MIEN_APPLICATION (object);

  g_free (self->options.account);
  g_free (self->options.data_directory);
  g_free (self->options.host);
  g_free (self->options.password_file);
  g_free (self->options.ca_file);
  g_free (self->notice);
  g_free (self->data_directory);

  G_OBJECT_CLASS (mien_application_parent_class)->finalize (object);
}

static void
mien_application_class_init (MienApplicationClass *klass)
{
  GApplicationClass *app_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_application_finalize;
  app_class->activate = mien_application_activate;
  app_class->startup = mien_application_startup;
  app_class->shutdown = mien_application_shutdown;
  GTK_APPLICATION_CLASS (klass)->window_removed = mien_application_window_removed;
}

static void
mien_application_init (MienApplication *self)
{
}

MienApplication *
mien_application_new (const MienApplicationOptions *options)
{
  GApplicationFlags flags = options->data_directory != NULL ? G_APPLICATION_NON_UNIQUE : G_APPLICATION_DEFAULT_FLAGS;
  MienApplication *self = g_object_new (MIEN_TYPE_APPLICATION,
                                        "application-id", MIEN_APP_ID,
                                        "flags", flags,
                                        "resource-base-path", "/im/mien/Mien",
                                        NULL);

  self->options = *options;
  self->options.account = g_strdup (options->account);
  self->options.host = g_strdup (options->host);
  self->options.password_file = g_strdup (options->password_file);
  self->options.ca_file = g_strdup (options->ca_file);
  self->options.data_directory = options->data_directory != NULL
                                 ? g_canonicalize_filename (options->data_directory, NULL) : NULL;
  self->data_directory = self->options.data_directory != NULL ? g_strdup (self->options.data_directory)
                                                              : g_build_filename (g_get_user_data_dir (), "mien", NULL);

  return self;
}
