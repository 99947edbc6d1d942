/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"
#define G_SETTINGS_ENABLE_BACKEND

#include "mien-settings.h"
#include "mien-config.h"

#include <gio/gsettingsbackend.h>

#define ROOT_PATH    "/im/mien/Mien/"
#define ACCOUNT_PATH ROOT_PATH "accounts/"

static const char * const tls_names[] = { "auto", "starttls", "direct" };

GSettings *
mien_settings_new (const char *data_directory)
{
  g_autoptr (GSettingsBackend) backend = NULL;
  g_autofree char *filename = NULL;

  if (data_directory == NULL)
    return g_settings_new (MIEN_APP_ID);

  filename = g_build_filename (data_directory, "settings.ini", NULL);
  backend = g_keyfile_settings_backend_new (filename, ROOT_PATH, "Mien");

  return g_settings_new_with_backend (MIEN_APP_ID, backend);
}

GSettings *
mien_settings_new_for_account (GSettings  *settings,
                               const char *bare_jid)
{
  /* One backend for one file: two would each write what they know of it. */
  g_autoptr (GSettingsBackend) backend = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (bare_jid != NULL, NULL);

  /* No part of a bare JID has a slash, but some have other characters that a path may not have. */
  name = g_uri_escape_string (bare_jid, NULL, FALSE);
  path = g_strconcat (ACCOUNT_PATH, name, "/", NULL);
  g_object_get (settings, "backend", &backend, NULL);

  return g_settings_new_with_backend_and_path (MIEN_APP_ID ".Account", backend, path);
}

XmppTlsMode
mien_tls_mode_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tls_names); i++)
    if (g_strcmp0 (name, tls_names[i]) == 0)
      return (XmppTlsMode) i;

  return XMPP_TLS_AUTO;
}

const char *
mien_tls_mode_get_name (XmppTlsMode mode)
{
  g_return_val_if_fail (mode < G_N_ELEMENTS (tls_names), tls_names[0]);

  return tls_names[mode];
}
