/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <portrait-placement.h>

#include "mien-avatar.h"

G_BEGIN_DECLS

/**
 * MienAdjustPanel: the adjustment window (S3122): a floating panel beside the picture with a slider and a number each
 * for x, y and tilt, and under "More" scale, opacity, flip, order and colour. It knows no look: it shows a placement
 * and says what the user did to it.
 *
 * Signals:
 *  "changed" (): a control was moved (S3141); see mien_adjust_panel_get_placement()
 *  "put-back" (), "remove" (), "close" ()
 *  "reorder" (int): 1 forward, -1 back
 *  "variant" (const char *id or NULL): a colour was chosen
 */
#define MIEN_TYPE_ADJUST_PANEL (mien_adjust_panel_get_type ())
G_DECLARE_FINAL_TYPE (MienAdjustPanel, mien_adjust_panel, MIEN, ADJUST_PANEL, GtkWidget)

GtkWidget *mien_adjust_panel_new (void);
/* @avatar may be NULL: an avatar of the look that the catalogue does not have; then @name is its id. */
void       mien_adjust_panel_set_avatar (MienAdjustPanel *self, MienAvatar *avatar, const char *name,
                                         const char *variant);
/* without "changed" */
void       mien_adjust_panel_set_placement (MienAdjustPanel *self, const PortraitPlacement *placement);
void       mien_adjust_panel_get_placement (MienAdjustPanel *self, PortraitPlacement *out);
void       mien_adjust_panel_set_order (MienAdjustPanel *self, gboolean can_forward, gboolean can_back);

G_END_DECLS
