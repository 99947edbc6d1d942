/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <xmpp-client.h>

G_BEGIN_DECLS

/* The keys of the schema im.mien.Mien. */
#define MIEN_SETTING_NOTIFICATIONS  "notifications"
#define MIEN_SETTING_PREVIEW        "notification-preview"
#define MIEN_SETTING_AVATAR_SERVER  "avatar-server"
#define MIEN_SETTING_REMEMBER       "remember"
#define MIEN_SETTING_LAST_ACCOUNT   "last-account"
#define MIEN_SETTING_HINT_SEEN      "editor-hint-seen"
#define MIEN_SETTING_WIDTH          "window-width"
#define MIEN_SETTING_HEIGHT         "window-height"
#define MIEN_SETTING_MAXIMIZED      "window-maximized"

/* And of im.mien.Mien.Account, one a JID. */
#define MIEN_SETTING_HOST           "host"
#define MIEN_SETTING_PORT           "port"
#define MIEN_SETTING_TLS            "tls"
#define MIEN_SETTING_TRUSTED        "trusted-certificate"

/* With @data_directory the settings live in a file there, apart from everybody else's; else in the desktop's. */
GSettings  *mien_settings_new (const char *data_directory);
/* Kept in the same place as @settings. */
GSettings  *mien_settings_new_for_account (GSettings *settings, const char *bare_jid);

XmppTlsMode mien_tls_mode_from_name (const char *name);              /* "auto", "starttls", "direct" */
const char *mien_tls_mode_get_name (XmppTlsMode mode);

G_END_DECLS
