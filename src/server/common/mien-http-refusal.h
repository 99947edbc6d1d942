/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define MIEN_HTTP_LINGER_BYTES (1024 * 1024)   /* what a refused client may still send before the connection is cut */

/* Writes the response of @message on @stream, which was stolen from it, and closes: after the answer it takes in what
   the
 * client still sends for a moment, because closing at once would reset the connection and lose the answer on its way.
 * */
void mien_http_refusal_send (GIOStream *stream, SoupServerMessage *message);   /* (transfer full) stream */

G_END_DECLS
