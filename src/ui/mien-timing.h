/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-friend-list.h"

G_BEGIN_DECLS

/**
 * With MIEN_DEBUG=timing, a line on standard error for each painted frame of the main window that shows something new:
 * "timing MICROSECONDS friends=N online=N portraits=N/M", on the monotonic clock: friends and friends online in the
 * list, and how many of the rows in sight show the current portrait. Without it nothing is watched.
 */
void mien_timing_watch (GtkWidget *window, MienFriendList *list, MienRoster *roster);

G_END_DECLS
