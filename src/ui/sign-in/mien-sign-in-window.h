/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <xmpp-client.h>

G_BEGIN_DECLS

/**
 * MienSignInWindow: address and password (S400), or the same for a new account; and the page that asks about a
 * certificate which did not verify. It says what the user wants and opens no connection.
 *
 * Signals: "submit" (gboolean create): the fields are filled in well; "cancel": stop what goes on;
 * "trust" (GTlsCertificate *): the user trusts it.
 */
#define MIEN_TYPE_SIGN_IN_WINDOW (mien_sign_in_window_get_type ())
G_DECLARE_FINAL_TYPE (MienSignInWindow, mien_sign_in_window, MIEN, SIGN_IN_WINDOW, AdwApplicationWindow)

typedef enum
{
  MIEN_SIGN_IN_NOTHING,
  MIEN_SIGN_IN_ADDRESS,
  MIEN_SIGN_IN_PASSWORD,
  MIEN_SIGN_IN_ADVANCED,
} MienSignInField;

GtkWidget  *mien_sign_in_window_new (GtkApplication *app);

XmppJid    *mien_sign_in_window_get_jid (MienSignInWindow *self);    /* (transfer full) or NULL */
const char *mien_sign_in_window_get_password (MienSignInWindow *self);
gboolean    mien_sign_in_window_get_remember (MienSignInWindow *self);
const char *mien_sign_in_window_get_host (MienSignInWindow *self);   /* "" when none */
guint16     mien_sign_in_window_get_port (MienSignInWindow *self);   /* 0 when none */
XmppTlsMode mien_sign_in_window_get_tls (MienSignInWindow *self);

void mien_sign_in_window_set_address (MienSignInWindow *self, const char *address);
void mien_sign_in_window_set_remember (MienSignInWindow *self, gboolean remember);
void mien_sign_in_window_set_server (MienSignInWindow *self, const char *host, guint16 port, XmppTlsMode tls);
void mien_sign_in_window_set_busy (MienSignInWindow *self, gboolean busy);
/* @field is where the user has to change something, and gets the focus. */
void mien_sign_in_window_show_error (MienSignInWindow *self, const char *text, MienSignInField field);
void mien_sign_in_window_show_certificate (MienSignInWindow *self, GTlsCertificate *certificate,
                                           GTlsCertificateFlags problems,
                                           const char *domain);

G_END_DECLS
