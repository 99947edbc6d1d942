/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-gallery"

#include "gallery.h"

#include <xmpp-error.h>

#include "mien-error.h"
#include "mien-sign-in-window.h"

static GTlsCertificate *
read_certificate (ImServer *server)
{
  g_autofree char *path = g_build_filename (server->directory, "data", "im", "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return certificate;
}

static GtkWidget *
get_part (GtkWidget *window, const char *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (window, MIEN_TYPE_SIGN_IN_WINDOW, name));
}

static void
shoot_error (MienSignInWindow *window, int code, MienSignInField field, const char *name)
{
  g_autoptr (GError) error = g_error_new_literal (XMPP_ERROR, code, "…");
  g_autofree char *text = mien_error_describe (error, "alice@example.org");

  mien_sign_in_window_show_error (window, text, field);
  gallery_shoot (name);
}

void
gallery_sign_in (AdwApplication *app, ImServer *server)
{
  GtkWidget *widget = mien_sign_in_window_new (GTK_APPLICATION (app));
  MienSignInWindow *window = MIEN_SIGN_IN_WINDOW (widget);
  g_autoptr (GTlsCertificate) certificate = read_certificate (server);

  gtk_window_present (GTK_WINDOW (widget));
  test_focus_window (widget);
  mien_sign_in_window_set_address (window, NULL);
  gallery_shoot ("sign-in-empty");
  mien_sign_in_window_set_address (window, "alice@example.org");
  gtk_editable_set_text (GTK_EDITABLE (get_part (widget, "password")), "a long pass phrase");
  mien_sign_in_window_set_busy (window, TRUE);
  gallery_shoot ("sign-in-busy");
  mien_sign_in_window_set_busy (window, FALSE);
  shoot_error (window, XMPP_ERROR_AUTH, MIEN_SIGN_IN_PASSWORD, "sign-in-wrong-password");
  shoot_error (window, XMPP_ERROR_HOST_UNKNOWN, MIEN_SIGN_IN_ADDRESS, "sign-in-no-such-host");
  mien_sign_in_window_set_server (window, "chat.example.org", 5223, XMPP_TLS_DIRECT);
  shoot_error (window, XMPP_ERROR_UNREACHABLE, MIEN_SIGN_IN_ADVANCED, "sign-in-advanced");
  mien_sign_in_window_show_certificate (window, certificate, G_TLS_CERTIFICATE_UNKNOWN_CA |
                                        G_TLS_CERTIFICATE_BAD_IDENTITY, "example.org");
  gallery_shoot ("sign-in-certificate");
  gallery_close (widget);

  widget = mien_sign_in_window_new (GTK_APPLICATION (app));
  gtk_window_present (GTK_WINDOW (widget));
  test_focus_window (widget);
  test_click (get_part (widget, "mode"));
  gallery_shoot ("sign-in-create");
  gallery_close (widget);
}
