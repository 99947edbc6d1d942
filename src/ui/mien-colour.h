/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The colour and the letters that stand for somebody without a portrait. */

double mien_colour_get_hue (const char *text);                       /* XEP-0392 section 5.1: degrees, 0 <= hue < 360 */
/* XEP-0392 section 5.2-5.4: HSLuv with @saturation and @lightness in 0..100. */
void   mien_colour_from_hsluv (double hue, double saturation, double lightness, GdkRGBA *out);
void   mien_colour_for_address (const char *bare_jid, GdkRGBA *out); /* dark enough for white letters on it */
/* at most two letters, upper case; (transfer full) */
char  *mien_colour_get_initials (const char *name);

G_END_DECLS
