/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-friend.h"

G_BEGIN_DECLS

/**
 * MienStatusPopover: where the user says whether they are available, and a few words about it.
 * Signal: "chosen" (int presence, const char *status): status may be NULL.
 */
#define MIEN_TYPE_STATUS_POPOVER (mien_status_popover_get_type ())
G_DECLARE_FINAL_TYPE (MienStatusPopover, mien_status_popover, MIEN, STATUS_POPOVER, GtkPopover)

#define MIEN_STATUS_MAX_CHARS 200

GtkWidget *mien_status_popover_new (void);
/* no "chosen" */
void       mien_status_popover_set (MienStatusPopover *self, MienPresence presence, const char *status);

G_END_DECLS
