/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <xmpp-client.h>

G_BEGIN_DECLS

/**
 * MienApplication: the program im.mien.Mien. It has one account; with a data directory of its own a second one runs
 * beside the first.
 */
#define MIEN_TYPE_APPLICATION (mien_application_get_type ())
G_DECLARE_FINAL_TYPE (MienApplication, mien_application, MIEN, APPLICATION, AdwApplication)

typedef struct
{
  char       *account;                     /* address to begin with, or NULL */
  char       *data_directory;              /* or NULL: the user's data folder, and one process only */
  char       *host;                        /* or NULL */
  guint16     port;
  XmppTlsMode tls;
  char       *password_file;               /* or NULL; its first line is the password; nobody else may read it */
  char       *ca_file;                     /* or NULL; PEM: the certificates to trust in place of the system's */
} MienApplicationOptions;

MienApplication *mien_application_new (const MienApplicationOptions *options);   /* copied */

G_END_DECLS
