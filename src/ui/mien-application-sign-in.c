/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-application-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xmpp-error.h>

#include "mien-certificate-page.h"
#include "mien-error.h"
#include "mien-keyring.h"
#include "mien-pack.h"
#include "mien-settings.h"

#define PASSWORD_MAX_BYTES 1024

static void start_sign_in (MienApplication *self);

XmppClient *
mien_application_get_client (MienApplication *self)
{
  return mien_session_get_client (mien_account_get_session (self->account));
}

const char *
mien_application_get_jid (MienApplication *self)
{
  return mien_session_get_jid (mien_account_get_session (self->account));
}

void
mien_application_clear_password (MienApplication *self)
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
    xmpp_client_set_tls_database (mien_application_get_client (self), database);
  else
    take_notice (self, g_strdup_printf (_("The certificates in %s are not used: %s"), filename, error->message));
}

void
mien_application_drop_account (MienApplication *self)
{
  if (self->sign_in != NULL)
    g_cancellable_cancel (self->sign_in);
  g_clear_object (&self->sign_in);
  g_clear_object (&self->notifier);
  if (self->account != NULL)
    {
      g_signal_handlers_disconnect_by_data (mien_application_get_client (self), self);
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
  mien_application_drop_account (self);
  self->account_settings = mien_settings_new_for_account (self->settings, xmpp_jid_get_bare (jid));
  g_autofree char *pack_directory = mien_pack_dup_installed_directory ();
  self->account = mien_account_new (jid, self->data_directory, pack_directory, self->settings);
  self->notifier = mien_notifier_new (G_APPLICATION (self), mien_account_get_session (self->account), self->settings,
                                      on_asked_for_shown, self);
  trust_ca_file (self);
  g_signal_connect (mien_application_get_client (self), "accept-certificate", G_CALLBACK (on_accept_certificate), self);
}

static void
apply_server (MienApplication *self)
{
  g_autofree char *host = g_settings_get_string (self->account_settings, MIEN_SETTING_HOST);
  g_autofree char *tls = g_settings_get_string (self->account_settings, MIEN_SETTING_TLS);
  guint16 port = g_settings_get_uint (self->account_settings, MIEN_SETTING_PORT);

  xmpp_client_set_host (mien_application_get_client (self), *host != '\0' ? host : NULL, port,
                        mien_tls_mode_from_name (tls));
}

/* Signing in, S400 */

static void
close_sign_in (MienApplication *self)
{
  if (self->sign_in_window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->sign_in_window));
}

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
  g_autofree char *jid = g_strdup (mien_application_get_jid (self));
  g_autofree char *text = mien_error_describe (error, jid);

  mien_application_clear_password (self);
  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_AUTH))
    mien_keyring_forget (jid);
  else if (self->main_window != NULL && !g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CERTIFICATE))
    return;     /* its quiet bar says so, and offers to try again */

  mien_application_show_sign_in (self, jid);
  if (g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CERTIFICATE) && self->doubtful != NULL)
    {
      XmppJid *own = xmpp_client_get_jid (mien_application_get_client (self));

      mien_sign_in_window_show_certificate (self->sign_in_window, self->doubtful, self->doubts,
                                            xmpp_jid_get_domain (own));
    }
  else
    mien_sign_in_window_show_error (self->sign_in_window, text, get_field (error));
}

/* Whatever came of it: the sign-in window takes input again. */
static void
end_attempt (MienApplication *self)
{
  g_clear_object (&self->sign_in);
  if (self->sign_in_window != NULL)
    mien_sign_in_window_set_busy (self->sign_in_window, FALSE);
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

  end_attempt (self);
  if (!success)
    {
      show_failure (self, error);
      return;
    }

  g_settings_set_string (self->settings, MIEN_SETTING_LAST_ACCOUNT, mien_application_get_jid (self));
  if (self->typed && g_settings_get_boolean (self->settings, MIEN_SETTING_REMEMBER))
    mien_keyring_store (mien_application_get_jid (self), self->password);
  else if (self->typed)
    mien_keyring_forget (mien_application_get_jid (self));
  mien_application_clear_password (self);
  /* One that is there already stays where it is: the user may have gone on to another window. */
  if (self->main_window == NULL)
    mien_application_show_main_window (self);
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

  if (self->account == NULL || XMPP_CLIENT (source) != mien_application_get_client (self) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (success)
    {
      self->creating = FALSE;
      sign_in (self);
      return;
    }

  end_attempt (self);
  show_failure (self, error);
}

static void
create_account (MienApplication *self)
{
  g_clear_object (&self->sign_in);
  self->sign_in = g_cancellable_new ();
  g_clear_object (&self->doubtful);
  xmpp_client_set_password (mien_application_get_client (self), self->password);
  xmpp_client_register_async (mien_application_get_client (self), self->sign_in, on_registered, g_object_ref (self));
}

static void
on_submit (MienApplication  *self,
           gboolean          create,
           MienSignInWindow *window)
{
  g_autoptr (XmppJid) jid = mien_sign_in_window_get_jid (window);

  mien_application_close_main_window (self);
  make_account (self, jid);
  g_settings_set_boolean (self->settings, MIEN_SETTING_REMEMBER, mien_sign_in_window_get_remember (window));
  g_settings_set_string (self->account_settings, MIEN_SETTING_HOST, mien_sign_in_window_get_host (window));
  g_settings_set_uint (self->account_settings, MIEN_SETTING_PORT, mien_sign_in_window_get_port (window));
  g_settings_set_string (self->account_settings, MIEN_SETTING_TLS,
                         mien_tls_mode_get_name (mien_sign_in_window_get_tls (window)));
  apply_server (self);

  mien_application_clear_password (self);
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
  mien_application_drop_account (self);
  mien_application_clear_password (self);
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

void
mien_application_show_sign_in (MienApplication *self,
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
  mien_application_show_sign_in (self, mien_application_get_jid (self));
  if (self->notice != NULL)
    mien_sign_in_window_show_error (self->sign_in_window, self->notice, MIEN_SIGN_IN_NOTHING);
  g_clear_pointer (&self->notice, g_free);
}

/* With a password at hand the main window is there at once, with the friends of last time, while the network works. */
static void
begin_with_password (MienApplication *self,
                     char            *password)
{
  mien_application_clear_password (self);
  self->password = password;
  self->typed = FALSE;
  self->creating = FALSE;
  apply_server (self);
  start_sign_in (self);
  mien_application_show_main_window (self);
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
      mien_application_close_main_window (self);
    }
}

/* The keyring may take its time, or ask the user to unlock it: the friends of last time are there meanwhile. */
static void
look_into_keyring (MienApplication *self)
{
  g_application_hold (G_APPLICATION (self));
  mien_application_show_main_window (self);
  mien_main_window_set_starting (self->main_window, TRUE);
  mien_keyring_lookup_async (mien_application_get_jid (self), NULL, on_password_found, g_object_ref (self));
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

void
mien_application_begin (MienApplication *self)
{
  g_autofree char *last = g_settings_get_string (self->settings, MIEN_SETTING_LAST_ACCOUNT);
  const char *address = self->options.account != NULL ? self->options.account : last;
  g_autoptr (XmppJid) jid = *address != '\0' ? xmpp_jid_new (address, NULL) : NULL;
  char *password = NULL;

  if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
    {
      mien_application_show_sign_in (self, address);
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
  else if (g_settings_get_boolean (self->settings, MIEN_SETTING_REMEMBER) &&
           g_str_equal (last, mien_application_get_jid (self)))
    {
      apply_server (self);
      look_into_keyring (self);
    }
  else
    ask_for_password (self);
}
