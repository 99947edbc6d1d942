/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Strict Base64 (RFC 4648 section 4) with white space allowed; NULL: malformed, empty,
 * or more than @max_bytes decoded. */
GBytes *xmpp_base64_decode (const char *text, gsize max_bytes);

G_END_DECLS
