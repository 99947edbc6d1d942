/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MienServerConfig: the configuration file (GKeyFile), read once and checked as a whole: unknown sections and keys are
 * errors that name the key and the keys there are. Relative paths are relative to the file. The table of keys, their
 * kinds and defaults is in mien-server-config.c; data/server/mien-server.conf explains each to the administrator.
 *
 *   [server] data-directory=
 *   [im] domain= listen=127.0.0.1:5222 certificate= key= registration=closed|open component-listen=127.0.0.1:5347
 * component.<domain>=<secret file>
 *   [http] listen=127.0.0.1:8080 public-url=https://portraits.example.org certificate= key=     (shared by avatar,
 * portrait, web)
 *   [avatar] pack-directory=
 *   [portrait] component-domain=portrait.example.org component-host=127.0.0.1:5347 component-secret-file=
 * database=sqlite|postgresql://… max-bytes= max-pixels= im-domain= avatar-catalogue=
 *   [web] ...
 *
 * A role adds its key to the table in mien-server-config.c. Main loop thread only, except for the reads.
 */
typedef struct _MienServerConfig MienServerConfig;

#define MIEN_SERVER_CONFIG_MAX_BYTES (1024 * 1024)       /* the configuration file */
#define MIEN_SERVER_CONFIG_MAX_SECRET 4096               /* bytes of a secret file */

#define MIEN_SERVER_ERROR (mien_server_error_quark ())
GQuark mien_server_error_quark (void);

typedef enum
{
  MIEN_SERVER_ERROR_CONFIG = 1,      /* the file is wrong: the message names the section and the key */
  MIEN_SERVER_ERROR_SECRET,          /* a secret file is missing, empty, or open to others */
  MIEN_SERVER_ERROR_LISTEN,          /* an address cannot be listened on */
  MIEN_SERVER_ERROR_CERTIFICATE,     /* certificate or key missing or broken */
  MIEN_SERVER_ERROR_ACCOUNT,         /* adduser, passwd, deluser */
} MienServerError;

MienServerConfig *mien_server_config_load (const char *path, GError **error);
/* The same from text, with @directory in the place of the file's folder: for tests and for other programs. */
MienServerConfig *mien_server_config_parse (const char *text, const char *directory, GError **error);
MienServerConfig *mien_server_config_ref (MienServerConfig *self);
void              mien_server_config_unref (MienServerConfig *self);
gboolean          mien_server_config_has (MienServerConfig *self, const char *section);
/* The value, or its default, or NULL. */
const char       *mien_server_config_get (MienServerConfig *self, const char *section, const char *key);
gint64            mien_server_config_get_int (MienServerConfig *self, const char *section, const char *key);
/* absolute; NULL when not set */
char             *mien_server_config_get_path (MienServerConfig *self, const char *section, const char *key);
/* What is in the secret file, without the line end; refuses a file others can read. For [portrait]
   component-secret-file
 * not being set while [im] is in the same file, it is a random secret that both roles get. Wipe and g_free() it. */
char             *mien_server_config_read_secret (MienServerConfig *self, const char *section, const char *key,
                                                  GError **error);
const char       *mien_server_config_get_data_directory (MienServerConfig *self);
/* <data-directory>/<name>, made with mode 0700. */
char             *mien_server_config_make_directory (MienServerConfig *self, const char *name, GError **error);
/* The keys of a section that begin with @prefix, e.g. "component."; free with g_strfreev(). */
char            **mien_server_config_list (MienServerConfig *self, const char *section, const char *prefix);

/* [portrait] component-domain, or portrait.<[im] domain> when only that is set; NULL when neither is. */
const char       *mien_server_config_get_portrait_domain (MienServerConfig *self);

/* What a role really listens on ("127.0.0.1:41234" for listen=127.0.0.1:0), put there by the role as it starts, read
   by the
 * roles after it (roles start in the order im, avatar, portrait, web) and printed in the ready line as @name=@value. */
void              mien_server_config_set_bound (MienServerConfig *self, const char *name, const char *value);
const char       *mien_server_config_get_bound (MienServerConfig *self, const char *name);    /* "im", "component",
    "http" (a URL); or NULL */
/* "im=127.0.0.1:5222 component=…" */
char             *mien_server_config_describe_bound (MienServerConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienServerConfig, mien_server_config_unref)

G_END_DECLS
