/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-account.h"
#include "mien-application.h"
#include "mien-main-window.h"
#include "mien-notifier.h"
#include "mien-sign-in-window.h"

G_BEGIN_DECLS

#define MIEN_APPLICATION_ENDING_SIGNALS 3

/* Two files: the life of the program with its windows and actions, and signing in (S400). */
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

  guint terminate[MIEN_APPLICATION_ENDING_SIGNALS];

  /* Borrowed */
  MienSignInWindow *sign_in_window;
  MienMainWindow *main_window;
  gboolean creating;
  gboolean typed;                          /* the password, in the sign-in window, where the keyring is offered */
};

/* mien-application.c: windows */
void        mien_application_show_main_window (MienApplication *self);
void        mien_application_close_main_window (MienApplication *self);

/* mien-application-sign-in.c. The first two need an account. */
XmppClient *mien_application_get_client (MienApplication *self);
const char *mien_application_get_jid (MienApplication *self);
/* The account of last time or of the command line, with its password if there is one; else asks. */
void        mien_application_begin (MienApplication *self);
void        mien_application_show_sign_in (MienApplication *self, const char *address);
void        mien_application_drop_account (MienApplication *self);
void        mien_application_clear_password (MienApplication *self);

G_END_DECLS
