/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-server-config.h"

G_BEGIN_DECLS

#define MIEN_CERTIFICATE_DAYS 3650      /* how long a generated certificate is valid */

/* [@section] certificate= and key=; NULL without error when they are not set. Refuses a key that others can read. */
GTlsCertificate *mien_certificate_load (MienServerConfig *config, const char *section, GError **error);

/**
 * mien_certificate_ensure:
 *
 * The self-signed certificate for @domain in @directory (certificate.pem, and key.pem with mode 0600), made when it
 * is not
 * there, has expired, or is for another domain. For loopback and first trials: clients have to be told to trust it.
 */
GTlsCertificate *mien_certificate_ensure (const char *directory, const char *domain, GError **error);

G_END_DECLS
