/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* XEP-0114 section 3: hex SHA-1 of the stream's id and the shared secret; (transfer full). */
char *xmpp_handshake_compute (const char *stream_id, const char *secret);

G_END_DECLS
