/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "mien-publication.h"

G_BEGIN_DECLS

/* The three answers of the avatar server (docs/protocol.md, "Avatar server"). @previous may be NULL: what was published
 * before, for a client that has just read its catalogue. Called on the I/O loop; nothing here reads a file. */

void mien_avatar_http_answer_catalogue (SoupServerMessage *message, MienPublication *current);
void mien_avatar_http_answer_file (SoupServerMessage *message, const char *name, MienPublication *current,
                                   MienPublication *previous);
/* S3082: the package is made while it is sent; its length is told first. */
void mien_avatar_http_answer_package (SoupServerMessage *message, MienPublication *current, MienPublication *previous);

/* RFC 9110 section 13.1.2: whether an If-None-Match field (may be NULL) names this ETag; weak comparison. */
gboolean mien_avatar_http_matches (const char *if_none_match, const char *etag);

G_END_DECLS
