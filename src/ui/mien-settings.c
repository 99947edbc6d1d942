/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"
#define G_SETTINGS_ENABLE_BACKEND

#include "mien-settings.h"
#include "mien-config.h"

#include <gio/gsettingsbackend.h>

#define ROOT_PATH    "/im/mien/Mien/"
#define ACCOUNT_PATH ROOT_PATH "accounts/"

static const char * const tls_names[] = { "auto", "starttls", "direct" };

static GSettings *
create_settings (const char *data_directory,
                 const char *schema,
                 const char *path)
{
  g_autoptr (GSettingsBackend) backend = NULL;
  g_autofree char *filename = NULL;

  if (data_directory == NULL)
    return path != NULL ? g_settings_new_with_path (schema, path) : g_settings_new (schema);

  filename = g_build_filename (data_directory, "settings.ini", NULL);
  backend = g_keyfile_settings_backend_new (filename, ROOT_PATH, "Mien");

  return path != NULL ? g_settings_new_with_backend_and_path (schema, backend, path)
                      : g_settings_new_with_backend (schema, backend);
}

GSettings *
mien_settings_new (const char *data_directory)
{
  return create_settings (data_directory, MIEN_APP_ID, NULL);
}

GSettings *
mien_settings_new_for_account (const char *data_directory,
                               const char *bare_jid)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (bare_jid != NULL, NULL);

  /* A JID may hold a slash in no part of its bare form, but percent signs and other characters that a path may not. */
  name = g_uri_escape_string (bare_jid, NULL, FALSE);
  path = g_strconcat (ACCOUNT_PATH, name, "/", NULL);

  return create_settings (data_directory, MIEN_APP_ID ".Account", path);
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
