/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-catalogue.h"

G_BEGIN_DECLS

/* JSON from the network: size, depth and number of values are judged in one pass before a tree is made of it, because
 * the parser recurses and allocates per value. @length -1: NUL-terminated. */
JsonNode *mien_json_parse (const char *json, gssize length, gsize max_bytes, int max_depth, int max_values,
                           GError **error);

/* 64 lower-case hexadecimal digits. */
gboolean  mien_sha256_is_valid (const char *text);

G_END_DECLS
