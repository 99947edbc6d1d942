/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times for people, in the user's time zone and language. Arguments are Unix seconds; results are (transfer full). */

char    *mien_time_format_clock (gint64 time);                       /* "10:02" */
/* "Today", "Yesterday", "Monday", "3 March", "3 March 2024" */
char    *mien_time_format_day (gint64 time, gint64 now);
char    *mien_time_format_full (gint64 time);                        /* "Monday, 3 March 2025, 10:02" */
/* "just now", "3 min ago", "2 h ago", "5 days ago", else the day */
char    *mien_time_format_ago (gint64 time, gint64 now);
gboolean mien_time_same_day (gint64 a, gint64 b);

G_END_DECLS
