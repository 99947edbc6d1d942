/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-application.h"
#include "mien-config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xmpp-error.h>

#include "mien-accessible.h"
#include "mien-certificate-page.h"
#include "mien-error.h"
#include "mien-keyring.h"
#include "mien-main-window.h"
#include "mien-notifier.h"
#include "mien-pack.h"
#include "mien-preferences-window.h"
#include "mien-settings.h"
#include "mien-sign-in-window.h"

#define PASSWORD_MAX_BYTES 1024

struct _MienApplication
{
  AdwApplication parent_instance;

  /* Owned */
  MienApplicationOptions options;
  char *data_directory;
  GSettings *settings;
  GSettings *account_settings;
  MienAccount *account;
  MienNotifier *notifier;
  GCancellable *sign_in;                   /* while signing in or registering */
  char *password;                          /* until the server has taken it */
  char *notice;                            /* why something of the command line is not used, until it is shown */
  GTlsCertificate *doubtful;               /* the certificate that did not verify */
  GTlsCertificateFlags doubts;

  /* Borrowed */
  MienSignInWindow *sign_in_window;
  MienMainWindow *main_window;
  gboolean creating;
  gboolean typed;                          /* the password, in the sign-in window, where the keyring is offered */
};

G_DEFINE_FINAL_TYPE (MienApplication, mien_application, ADW_TYPE_APPLICATION)

static void show_sign_in (MienApplication *self, const char *address);
static void start_sign_in (MienApplication *self);

static XmppClient *
get_client (MienApplication *self)
{
  return mien_session_get_client (mien_account_get_session (self->account));
}

static const char *
get_jid (MienApplication *self)
{
  return mien_session_get_jid (mien_account_get_session (self->account));
}

static void
clear_password (MienApplication *self)
{
  g_clear_pointer (&self->password, mien_keyring_free_password);
}

/* The account */

/* Asked by the client when a certificate did not verify. Trusting is the user's to decide, later: here only the one
   they have trusted before passes. */
static gboolean
on_accept_certificate (XmppClient      *client,
                       GTlsCertificate *certificate,
                       guint            problems,
                       MienApplication *self)
{
  g_autofree char *fingerprint = mien_certificate_get_fingerprint (certificate);
  g_autofree char *trusted = g_settings_get_string (self->account_settings, MIEN_SETTING_TRUSTED);

  if (*trusted != '\0' && g_str_equal (trusted, fingerprint))
    return TRUE;

  g_set_object (&self->doubtful, certificate);
  self->doubts = problems;

  return FALSE;
}

/* (transfer full) text */
static void
take_notice (MienApplication *self,
             char            *text)
{
  g_message ("%s", text);
  g_free (self->notice);
  self->notice = text;
}

/* For servers with certificates of their own making. */
static void
trust_ca_file (MienApplication *self)
{
  g_autofree char *filename = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  if (self->options.ca_file == NULL)
    return;

  filename = g_canonicalize_filename (self->options.ca_file, NULL);
  database = g_tls_file_database_new (filename, &error);
  if (database != NULL)
    xmpp_client_set_tls_database (get_client (self), database);
  else
    take_notice (self, g_strdup_printf (_("The certificates in %s are not used: %s"), filename, error->message));
}

static void
drop_account (MienApplication *self)
{
  if (self->sign_in != NULL)
    g_cancellable_cancel (self->sign_in);
  g_clear_object (&self->sign_in);
  g_clear_object (&self->notifier);
  if (self->account != NULL)
    {
      g_signal_handlers_disconnect_by_data (get_client (self), self);
      mien_account_flush (self->account);
    }
  g_clear_object (&self->account);
  g_clear_object (&self->account_settings);
  g_clear_object (&self->doubtful);
}

static const char *
on_asked_for_shown (gpointer data)
{
  MienApplication *self = MIEN_APPLICATION (data);

  return self->main_window != NULL ? mien_main_window_get_shown (self->main_window) : NULL;
}

static void
make_account (MienApplication *self,
              XmppJid         *jid)
{
  drop_account (self);
  self->account_settings = mien_settings_new_for_account (self->settings, xmpp_jid_get_bare (jid));
  g_autofree char *pack_directory = mien_pack_dup_installed_directory ();
  self->account = mien_account_new (jid, self->data_directory, pack_directory, self->settings);
  self->notifier = mien_notifier_new (G_APPLICATION (self), mien_account_get_session (self->account), self->settings,
                                      on_asked_for_shown, self);
  trust_ca_file (self);
  g_signal_connect (get_client (self), "accept-certificate", G_CALLBACK (on_accept_certificate), self);
}

static void
apply_server (MienApplication *self)
{
  g_autofree char *host = g_settings_get_string (self->account_settings, MIEN_SETTING_HOST);
  g_autofree char *tls = g_settings_get_string (self->account_settings, MIEN_SETTING_TLS);
  guint16 port = g_settings_get_uint (self->account_settings, MIEN_SETTING_PORT);

  xmpp_client_set_host (get_client (self), *host != '\0' ? host : NULL, port, mien_tls_mode_from_name (tls));
}

/* Windows */

static void
close_sign_in (MienApplication *self)
{
  if (self->sign_in_window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->sign_in_window));
}

static void
on_sign_in_again (MienApplication *self)
{
  g_autofree char *jid = g_strdup (get_jid (self));

  show_sign_in (self, jid);
}

static void
on_main_window_destroyed (MienApplication *self)
{
  self->main_window = NULL;
}

static void
show_main_window (MienApplication *self)
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

static void
close_main_window (MienApplication *self)
{
  if (self->main_window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->main_window));
}

/* Signing in, S400 */

static MienSignInField
get_field (const GError *error)
{
  if (error->domain != XMPP_ERROR)
    return MIEN_SIGN_IN_NOTHING;
  if (error->code == XMPP_ERROR_AUTH)
    return MIEN_SIGN_IN_PASSWORD;
  if (error->code == XMPP_ERROR_BAD_JID || error->code == XMPP_ERROR_HOST_UNKNOWN)
    return MIEN_SIGN_IN_ADDRESS;
  if (error->code == XMPP_ERROR_UNREACHABLE)
    return MIEN_SIGN_IN_ADVANCED;

  return MIEN_SIGN_IN_NOTHING;
}

static void
show_failure (MienApplication *self,
              const GError    *error)
{
  g_autofree char *jid = g_strdup (get_jid (self));
  g_autofree char *text = mien_error_describe (error, jid);

  clear_password (self);
  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_AUTH))
    mien_keyring_forget (jid);
  else if (self->main_window != NULL && !g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CERTIFICATE))
    return;     /* its quiet bar says so, and offers to try again */

  show_sign_in (self, jid);
  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CERTIFICATE) && self->doubtful != NULL)
    mien_sign_in_window_show_certificate (self->sign_in_window, self->doubtful, self->doubts,
                                          xmpp_jid_get_domain (xmpp_client_get_jid (get_client (self))));
  else
    mien_sign_in_window_show_error (self->sign_in_window, text, get_field (error));
}

static void
on_signed_in (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (MienApplication) self = MIEN_APPLICATION (data);
  g_autoptr (GError) error = NULL;
  gboolean success = mien_session_sign_in_finish (MIEN_SESSION (source), result, &error);

  if (self->account == NULL || MIEN_SESSION (source) != mien_account_get_session (self->account) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->sign_in);
  if (self->sign_in_window != NULL)
    mien_sign_in_window_set_busy (self->sign_in_window, FALSE);
  if (!success)
    {
      show_failure (self, error);
      return;
    }

  g_settings_set_string (self->settings, MIEN_SETTING_LAST_ACCOUNT, get_jid (self));
  if (self->typed && g_settings_get_boolean (self->settings, MIEN_SETTING_REMEMBER))
    mien_keyring_store (get_jid (self), self->password);
  else if (self->typed)
    mien_keyring_forget (get_jid (self));
  clear_password (self);
  /* One that is there already stays where it is: the user may have gone on to another window. */
  if (self->main_window == NULL)
    show_main_window (self);
  close_sign_in (self);
}

static void
sign_in (MienApplication *self)
{
  g_clear_object (&self->sign_in);
  self->sign_in = g_cancellable_new ();
  g_clear_object (&self->doubtful);
  mien_session_sign_in_async (mien_account_get_session (self->account), self->password, self->sign_in, on_signed_in,
                              g_object_ref (self));
}

static void
on_registered (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr (MienApplication) self = MIEN_APPLICATION (data);
  g_autoptr (GError) error = NULL;
  gboolean success = xmpp_client_register_finish (XMPP_CLIENT (source), result, &error);

  if (self->account == NULL || XMPP_CLIENT (source) != get_client (self) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (success)
    {
      self->creating = FALSE;
      sign_in (self);
      return;
    }

  g_clear_object (&self->sign_in);
  if (self->sign_in_window != NULL)
    mien_sign_in_window_set_busy (self->sign_in_window, FALSE);
  show_failure (self, error);
}

static void
create_account (MienApplication *self)
{
  g_clear_object (&self->sign_in);
  self->sign_in = g_cancellable_new ();
  g_clear_object (&self->doubtful);
  xmpp_client_set_password (get_client (self), self->password);
  xmpp_client_register_async (get_client (self), self->sign_in, on_registered, g_object_ref (self));
}

static void
on_submit (MienApplication  *self,
           gboolean          create,
           MienSignInWindow *window)
{
  g_autoptr (XmppJid) jid = mien_sign_in_window_get_jid (window);

  close_main_window (self);
  make_account (self, jid);
  g_settings_set_boolean (self->settings, MIEN_SETTING_REMEMBER, mien_sign_in_window_get_remember (window));
  g_settings_set_string (self->account_settings, MIEN_SETTING_HOST, mien_sign_in_window_get_host (window));
  g_settings_set_uint (self->account_settings, MIEN_SETTING_PORT, mien_sign_in_window_get_port (window));
  g_settings_set_string (self->account_settings, MIEN_SETTING_TLS,
                         mien_tls_mode_get_name (mien_sign_in_window_get_tls (window)));
  apply_server (self);

  clear_password (self);
  self->password = g_strdup (mien_sign_in_window_get_password (window));
  self->typed = TRUE;
  self->creating = create;
  start_sign_in (self);
}

static void
start_sign_in (MienApplication *self)
{
  if (self->sign_in_window != NULL)
    mien_sign_in_window_set_busy (self->sign_in_window, TRUE);
  if (self->creating)
    create_account (self);
  else
    sign_in (self);
}

static void
on_cancel (MienApplication *self)
{
  drop_account (self);
  clear_password (self);
  mien_sign_in_window_set_busy (self->sign_in_window, FALSE);
}

static void
on_trust (MienApplication  *self,
          GTlsCertificate  *certificate,
          MienSignInWindow *window)
{
  g_autofree char *fingerprint = mien_certificate_get_fingerprint (certificate);

  if (self->account_settings == NULL)
    return;
  g_settings_set_string (self->account_settings, MIEN_SETTING_TRUSTED, fingerprint);
  if (*mien_sign_in_window_get_password (window) != '\0')
    on_submit (self, self->creating, window);
}

static void
on_sign_in_destroyed (MienApplication *self)
{
  self->sign_in_window = NULL;
}

static void
show_sign_in (MienApplication *self,
              const char      *address)
{
  g_autofree char *host = NULL, *tls = NULL;

  if (self->sign_in_window == NULL)
    {
      self->sign_in_window = MIEN_SIGN_IN_WINDOW (mien_sign_in_window_new (GTK_APPLICATION (self)));
      g_signal_connect_object (self->sign_in_window, "submit", G_CALLBACK (on_submit), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->sign_in_window, "cancel", G_CALLBACK (on_cancel), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->sign_in_window, "trust", G_CALLBACK (on_trust), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->sign_in_window, "destroy", G_CALLBACK (on_sign_in_destroyed), self,
                               G_CONNECT_SWAPPED);
      mien_sign_in_window_set_address (self->sign_in_window, address);
      mien_sign_in_window_set_remember (self->sign_in_window,
                                        g_settings_get_boolean (self->settings, MIEN_SETTING_REMEMBER));

      if (self->options.host != NULL || self->options.port != 0 || self->options.tls != XMPP_TLS_AUTO)
        mien_sign_in_window_set_server (self->sign_in_window, self->options.host, self->options.port,
                                        self->options.tls);
      else if (self->account_settings != NULL)
        {
          host = g_settings_get_string (self->account_settings, MIEN_SETTING_HOST);
          tls = g_settings_get_string (self->account_settings, MIEN_SETTING_TLS);
          mien_sign_in_window_set_server (self->sign_in_window, host,
                                          g_settings_get_uint (self->account_settings, MIEN_SETTING_PORT),
                                          mien_tls_mode_from_name (tls));
        }
    }
  gtk_window_present (GTK_WINDOW (self->sign_in_window));
}

/* Start */

static void
ask_for_password (MienApplication *self)
{
  show_sign_in (self, get_jid (self));
  if (self->notice != NULL)
    mien_sign_in_window_show_error (self->sign_in_window, self->notice, MIEN_SIGN_IN_NOTHING);
  g_clear_pointer (&self->notice, g_free);
}

/* With a password at hand the main window is there at once, with the friends of last time, while the network works. */
static void
begin_with_password (MienApplication *self,
                     char            *password)
{
  clear_password (self);
  self->password = password;
  self->typed = FALSE;
  self->creating = FALSE;
  apply_server (self);
  start_sign_in (self);
  show_main_window (self);
}

static void
on_password_found (GObject      *source,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr (MienApplication) self = MIEN_APPLICATION (data);
  char *password = mien_keyring_lookup_finish (result, NULL);

  g_application_release (G_APPLICATION (self));
  if (self->main_window != NULL)
    mien_main_window_set_starting (self->main_window, FALSE);
  /* Signed out or closed meanwhile: nobody waits for it. */
  if (self->account == NULL || self->main_window == NULL)
    mien_keyring_free_password (password);
  else if (password != NULL)
    begin_with_password (self, password);
  else
    {
      ask_for_password (self);
      close_main_window (self);
    }
}

/* The keyring may take its time, or ask the user to unlock it: the friends of last time are there meanwhile. */
static void
look_into_keyring (MienApplication *self)
{
  g_application_hold (G_APPLICATION (self));
  show_main_window (self);
  mien_main_window_set_starting (self->main_window, TRUE);
  mien_keyring_lookup_async (get_jid (self), NULL, on_password_found, g_object_ref (self));
}

/* Passwords are in no command line and in no environment, and in no file that others can read. */
static char *
read_password (MienApplication *self,
               const char      *filename)
{
  g_autofree char *buffer = g_malloc0 (PASSWORD_MAX_BYTES + 1);
  char *password = NULL;
  struct stat info;
  gssize length = -1;
  int fd = open (filename, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &info) != 0)
    take_notice (self, g_strdup_printf (_("The password cannot be read from %s: %s"), filename, g_strerror (errno)));
  else if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    take_notice (self, g_strdup_printf (_("The password in %s is not used, because others can read the file. Make it "
                                          "yours alone (chmod 600), or type the password here."), filename));
  else
    length = read (fd, buffer, PASSWORD_MAX_BYTES);
  if (fd >= 0)
    close (fd);

  if (length > 0)
    {
      buffer[strcspn (buffer, "\r\n")] = '\0';
      password = *buffer != '\0' ? g_strdup (buffer) : NULL;
    }
  explicit_bzero (buffer, PASSWORD_MAX_BYTES);

  return password;
}

static void
begin (MienApplication *self)
{
  g_autofree char *last = g_settings_get_string (self->settings, MIEN_SETTING_LAST_ACCOUNT);
  const char *address = self->options.account != NULL ? self->options.account : last;
  g_autoptr (XmppJid) jid = *address != '\0' ? xmpp_jid_new (address, NULL) : NULL;
  char *password = NULL;

  if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
    {
      show_sign_in (self, address);
      return;
    }

  make_account (self, jid);
  if (self->options.host != NULL)
    g_settings_set_string (self->account_settings, MIEN_SETTING_HOST, self->options.host);
  if (self->options.port != 0)
    g_settings_set_uint (self->account_settings, MIEN_SETTING_PORT, self->options.port);
  if (self->options.tls != XMPP_TLS_AUTO)
    g_settings_set_string (self->account_settings, MIEN_SETTING_TLS, mien_tls_mode_get_name (self->options.tls));

  if (self->options.password_file != NULL)
    password = read_password (self, self->options.password_file);
  if (self->notice != NULL)
    {
      mien_keyring_free_password (password);
      ask_for_password (self);
    }
  else if (password != NULL)
    begin_with_password (self, password);
  else if (g_settings_get_boolean (self->settings, MIEN_SETTING_REMEMBER) && g_str_equal (last, get_jid (self)))
    {
      apply_server (self);
      look_into_keyring (self);
    }
  else
    ask_for_password (self);
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
    begin (self);
  else
    show_main_window (self);
}

/* Actions */

static void
quit (GSimpleAction *action,
      GVariant      *parameter,
      gpointer       data)
{
  GListModel *toplevels = gtk_window_get_toplevels ();
  guint n = g_list_model_get_n_items (toplevels);
  g_autofree GWeakRef *windows = g_new0 (GWeakRef, n);

  /* Each window may have something to ask, and the last one ends the program. Weak: a window ends those that belong to
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
        gtk_window_close (window);
    }
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
  jid = g_strdup (get_jid (self));
  mien_keyring_forget (jid);
  sign_out_session (self);
  show_sign_in (self, jid);
  close_main_window (self);
  drop_account (self);
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
  show_main_window (self);
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
}

static void
mien_application_shutdown (GApplication *app)
{
  MienApplication *self = MIEN_APPLICATION (app);

  drop_account (self);
  clear_password (self);
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
      xmpp_client_get_state (get_client (self)) != XMPP_CLIENT_OFFLINE)
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
