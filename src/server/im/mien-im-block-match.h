/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The entries of a block list that cover @jid (XEP-0191 section 5, after XEP-0016): itself, its bare address, its
   domain with the
 * resource, its domain. (transfer full); free with g_strfreev(). */
char **mien_im_block_patterns (const char *jid);

G_END_DECLS
