/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-sign-in-window.h"

#include <glib/gi18n.h>

#include "mien-certificate-page.h"
#include "mien-spinner.h"

struct _MienSignInWindow
{
  AdwApplicationWindow parent_instance;

  /* Template */
  GtkStack *stack;
  GtkWidget *back;
  GtkLabel *title;
  GtkWidget *error;
  GtkLabel *error_label;
  GtkWidget *fields;
  GtkWidget *address;
  GtkWidget *password;
  GtkWidget *password_again;
  GtkSwitch *remember;
  AdwExpanderRow *advanced;
  GtkWidget *host;
  GtkWidget *port;
  AdwComboRow *tls;
  GtkWidget *submit;
  GtkWidget *spinner;
  GtkLabel *submit_label;
  GtkWidget *mode;

  gboolean creating;
  gboolean busy;
};

enum { SUBMIT, CANCEL, TRUST, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienSignInWindow, mien_sign_in_window, ADW_TYPE_APPLICATION_WINDOW)

static const char *
get_text (GtkWidget *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static gboolean
is_port_valid (MienSignInWindow *self)
{
  const char *text = get_text (self->port);

  return *text == '\0' || g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, NULL, NULL);
}

static void
set_wrong (GtkWidget *widget,
           gboolean   wrong)
{
  if (wrong)
    gtk_widget_add_css_class (widget, "error");
  else
    gtk_widget_remove_css_class (widget, "error");
}

static void
update_form (MienSignInWindow *self)
{
  gboolean port_valid = is_port_valid (self);
  gboolean again_differs = self->creating && g_strcmp0 (get_text (self->password),
                                                        get_text (self->password_again)) != 0;

  set_wrong (self->address, FALSE);
  set_wrong (self->password, FALSE);
  set_wrong (self->port, !port_valid);
  set_wrong (self->password_again, again_differs && *get_text (self->password_again) != '\0');

  gtk_label_set_text (self->title, self->creating ? _("Create an Account") : _("Welcome to Mien"));
  if (self->busy)
    gtk_label_set_text (self->submit_label, _("Cancel"));
  else
    gtk_label_set_text (self->submit_label, self->creating ? _("Create Account") : _("Sign In"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->submit), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->submit_label), -1);
  gtk_button_set_label (GTK_BUTTON (self->mode), self->creating ? _("I Have an Account") : _("Create an Account"));
  gtk_widget_set_visible (self->password_again, self->creating);
  gtk_widget_set_visible (self->spinner, self->busy);
  gtk_widget_set_sensitive (self->fields, !self->busy);
  gtk_widget_set_sensitive (self->mode, !self->busy);
  gtk_widget_set_sensitive (self->submit, self->busy ||
                            (*get_text (self->address) != '\0' && *get_text (self->password) != '\0' &&
                                                         port_valid && !again_differs));
}

static void
on_submit (MienSignInWindow *self)
{
  g_autoptr (XmppJid) jid = NULL;

  if (self->busy)
    {
      g_signal_emit (self, signals[CANCEL], 0);
      return;
    }
  if (!gtk_widget_get_sensitive (self->submit))
    {
      /* Enter in the address goes on to what is missing. */
      gtk_widget_grab_focus (*get_text (self->password) == '\0' ? self->password : self->password_again);
      return;
    }

  jid = mien_sign_in_window_get_jid (self);
  if (jid == NULL)
    {
      mien_sign_in_window_show_error (self, _("That is not a complete address. It looks like name@example.org."),
                                      MIEN_SIGN_IN_ADDRESS);
      return;
    }

  gtk_widget_set_visible (self->error, FALSE);
  g_signal_emit (self, signals[SUBMIT], 0, self->creating);
}

static void
on_mode (MienSignInWindow *self)
{
  self->creating = !self->creating;
  gtk_widget_set_visible (self->error, FALSE);
  update_form (self);
  gtk_widget_grab_focus (self->address);
}

static void
leave_certificate (MienSignInWindow *self)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->stack, "certificate");

  gtk_stack_set_visible_child_name (self->stack, "form");
  gtk_widget_set_visible (self->back, FALSE);
  if (page != NULL)
    gtk_stack_remove (self->stack, page);
}

static void
on_back (MienSignInWindow *self)
{
  leave_certificate (self);
}

static void
on_trust (MienSignInWindow *self,
          GTlsCertificate  *certificate)
{
  g_autoptr (GTlsCertificate) held = g_object_ref (certificate);

  leave_certificate (self);
  g_signal_emit (self, signals[TRUST], 0, held);
}

static void
mien_sign_in_window_class_init (MienSignInWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[SUBMIT] = g_signal_new ("submit", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[CANCEL] = g_signal_new ("cancel", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[TRUST] = g_signal_new ("trust", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_TLS_CERTIFICATE);

  g_type_ensure (MIEN_TYPE_SPINNER);
  gtk_widget_class_set_template_from_resource (widget_class, "/im/mien/Mien/sign-in/sign-in-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, back);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, title);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, error);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, fields);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, address);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, password);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, password_again);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, remember);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, advanced);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, host);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, port);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, tls);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, submit);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, submit_label);
  gtk_widget_class_bind_template_child (widget_class, MienSignInWindow, mode);
  gtk_widget_class_bind_template_callback (widget_class, on_submit);
  gtk_widget_class_bind_template_callback (widget_class, on_mode);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, update_form);
}

static void
mien_sign_in_window_init (MienSignInWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_form (self);
}

GtkWidget *
mien_sign_in_window_new (GtkApplication *app)
{
  return g_object_new (MIEN_TYPE_SIGN_IN_WINDOW, "application", app, NULL);
}

XmppJid *
mien_sign_in_window_get_jid (MienSignInWindow *self)
{
  g_autofree char *text = g_strstrip (g_strdup (get_text (self->address)));
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);

  if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
    return NULL;

  return g_steal_pointer (&jid);
}

const char *
mien_sign_in_window_get_password (MienSignInWindow *self)
{
  return get_text (self->password);
}

gboolean
mien_sign_in_window_get_remember (MienSignInWindow *self)
{
  return gtk_switch_get_active (self->remember);
}

const char *
mien_sign_in_window_get_host (MienSignInWindow *self)
{
  return get_text (self->host);
}

guint16
mien_sign_in_window_get_port (MienSignInWindow *self)
{
  guint64 port = 0;

  g_ascii_string_to_unsigned (get_text (self->port), 10, 0, G_MAXUINT16, &port, NULL);

  return (guint16) port;
}

XmppTlsMode
mien_sign_in_window_get_tls (MienSignInWindow *self)
{
  return (XmppTlsMode) adw_combo_row_get_selected (self->tls);
}

void
mien_sign_in_window_set_address (MienSignInWindow *self,
                                 const char       *address)
{
  gtk_editable_set_text (GTK_EDITABLE (self->address), address != NULL ? address : "");
  gtk_widget_grab_focus (address != NULL && *address != '\0' ? self->password : self->address);
}

void
mien_sign_in_window_set_remember (MienSignInWindow *self,
                                  gboolean          remember)
{
  gtk_switch_set_active (self->remember, remember);
}

void
mien_sign_in_window_set_server (MienSignInWindow *self,
                                const char       *host,
                                guint16           port,
                                XmppTlsMode       tls)
{
  g_autofree char *port_text = port > 0 ? g_strdup_printf ("%u", port) : g_strdup ("");

  gtk_editable_set_text (GTK_EDITABLE (self->host), host != NULL ? host : "");
  gtk_editable_set_text (GTK_EDITABLE (self->port), port_text);
  adw_combo_row_set_selected (self->tls, tls);
}

void
mien_sign_in_window_set_busy (MienSignInWindow *self,
                              gboolean          busy)
{
  self->busy = busy;
  update_form (self);
}

void
mien_sign_in_window_show_error (MienSignInWindow *self,
                                const char       *text,
                                MienSignInField   field)
{
  GtkWidget *wrong = field == MIEN_SIGN_IN_ADDRESS ? self->address
                   : field == MIEN_SIGN_IN_PASSWORD ? self->password
                   : field == MIEN_SIGN_IN_ADVANCED ? self->host : NULL;

  leave_certificate (self);
  gtk_label_set_text (self->error_label, text);
  gtk_widget_set_visible (self->error, TRUE);
  if (field == MIEN_SIGN_IN_ADVANCED && *get_text (self->host) != '\0')
    adw_expander_row_set_expanded (self->advanced, TRUE);
  if (wrong == NULL || (field == MIEN_SIGN_IN_ADVANCED && !adw_expander_row_get_expanded (self->advanced)))
    return;

  set_wrong (wrong, TRUE);
  gtk_widget_grab_focus (wrong);
  if (field == MIEN_SIGN_IN_PASSWORD)
    gtk_editable_select_region (GTK_EDITABLE (wrong), 0, -1);
  else
    gtk_editable_set_position (GTK_EDITABLE (wrong), -1);
}

void
mien_sign_in_window_show_certificate (MienSignInWindow     *self,
                                      GTlsCertificate      *certificate,
                                      GTlsCertificateFlags  problems,
                                      const char           *domain)
{
  GtkWidget *page;

  leave_certificate (self);
  page = mien_certificate_page_new (certificate, problems, domain);
  g_signal_connect_object (page, "trust", G_CALLBACK (on_trust), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "refuse", G_CALLBACK (leave_certificate), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (self->stack, page, "certificate");
  gtk_stack_set_visible_child_name (self->stack, "certificate");
  gtk_widget_set_visible (self->back, TRUE);
}
