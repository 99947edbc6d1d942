/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MienServerConfig: the configuration file (GKeyFile), read once, checked as a whole: unknown sections and keys are errors
 * that name the line's key and the keys there are. Relative paths are relative to the file.
 *
 *   [server] data-directory=
 *   [im] domain= listen=127.0.0.1:5222 certificate= key= registration=closed|open component-listen=127.0.0.1:5347 component.<domain>=<secret file>
 *   [http] listen=127.0.0.1:8080 public-url=https://portraits.example.org certificate= key=     (shared by avatar, portrait, web)
 *   [avatar] pack-directory=
 *   [portrait] component-domain=portrait.example.org component-host=127.0.0.1:5347 component-secret-file= database=sqlite|postgresql://… max-bytes= max-pixels=
 *   [web] ...
 */
typedef struct _MienServerConfig MienServerConfig;

MienServerConfig *mien_server_config_load (const char *path, GError **error);
MienServerConfig *mien_server_config_ref (MienServerConfig *self);
void              mien_server_config_unref (MienServerConfig *self);
gboolean          mien_server_config_has (MienServerConfig *self, const char *section);
const char       *mien_server_config_get (MienServerConfig *self, const char *section, const char *key);          /* default or NULL */
gint64            mien_server_config_get_int (MienServerConfig *self, const char *section, const char *key);
char             *mien_server_config_get_path (MienServerConfig *self, const char *section, const char *key);     /* absolute */
char             *mien_server_config_read_secret (MienServerConfig *self, const char *section, const char *key, GError **error);  /* refuses a file others can read */
const char       *mien_server_config_get_data_directory (MienServerConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienServerConfig, mien_server_config_unref)

G_END_DECLS
