/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What to tell a person about an error of signing in or of the connection: it names the thing to change. @bare_jid may
   be NULL. (transfer full) */
char *mien_error_describe (const GError *error, const char *bare_jid);

/* Bytes in pronounceable words of five letters, two bytes a word ("lusab babad"): what people can compare by telephone.
 * The consonants are bdfghjklmnprstvz (4 bits each), the vowels aiou (2 bits). @length must be even. (transfer full) */
char *mien_fingerprint_to_words (const guint8 *bytes, gsize length);

G_END_DECLS
