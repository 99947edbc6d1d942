/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-server-config.h"

G_BEGIN_DECLS

#define MIEN_LISTEN_MAX_ADDRESSES 16     /* in one listen= */
#define MIEN_LISTEN_BACKLOG 256

/**
 * mien_listen_parse:
 *
 * "127.0.0.1:5222", "[::1]:5222", "localhost:5222", several with ';' between. Numeric hosts only, besides localhost: a
 * server that waits for DNS before it listens is a server that does not start.
 *
 * Returns: (transfer full) (element-type GSocketAddress): the addresses, or NULL with MIEN_SERVER_ERROR_CONFIG, or
 * NULL without error
 *   for the word "off"
 */
GPtrArray *mien_listen_parse (const char *listen, GError **error);

/* Listens on each; @out_first_bound gets the first one as it really is: "127.0.0.1:41234". @section and key "listen" or
 * what @key says are named in errors. */
gboolean   mien_listen_bind (GSocketListener *listener, MienServerConfig *config, const char *section, const char *key,
                             char **out_first_bound, GError **error);

G_END_DECLS
