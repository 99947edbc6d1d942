/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At most @max_bytes of @text (valid UTF-8), cut between characters; (transfer full). */
char *xmpp_text_cut (const char *text, gsize max_bytes);

G_END_DECLS
