/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Laying out text costs the square of its longest piece without a place to break it, half a minute at 64 KB, unless it
   may be broken anywhere. Whoever shows text of others asks here, and wraps by characters when the answer is TRUE. */
#define MIEN_TEXT_MAX_RUN 500              /* characters */

gboolean mien_text_has_long_run (const char *text);

/* The first @max_chars characters; NULL when that is all of it. (transfer full) */
char    *mien_text_shorten (const char *text, guint max_chars);

/* @text as Pango markup in which the web addresses are links, shown as they are written: what is seen is what opens.
   (transfer full); NULL when there is none in it. */
char    *mien_text_to_markup (const char *text);

G_END_DECLS
