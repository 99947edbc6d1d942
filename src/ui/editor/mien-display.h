/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <portrait-compositor.h>

G_BEGIN_DECLS

/**
 * MienDisplay: the display window (S303, S3121, S3143): the look drawn in a square, live. Three cached nodes: what lies
 * below the active layer, the active layer with tight bounds, what lies above it; a change of the active layer's place
 * makes only the middle one anew. While it changes it is drawn quickly; when it has settled, finely.
 *
 * Signals:
 *  "pick" (const char *type or NULL): a click, on the topmost layer under the pointer or on none (S3102)
 *  "move" (double dx, double dy): the active layer was dragged by so many logical pixels since the last time (S3141)
 *  "move-end" ()
 *  "nudge" (int dx, int dy): an arrow key, in steps of the controls; Shift: ten
 *  "zoom" (double factor): Control and wheel, or a pinch
 */
#define MIEN_TYPE_DISPLAY (mien_display_get_type ())
G_DECLARE_FINAL_TYPE (MienDisplay, mien_display, MIEN, DISPLAY, GtkWidget)

GtkWidget *mien_display_new (void);

/* Borrowed for the widget's life or until another is set. Tell what changed in it by one of the two calls below. */
void       mien_display_set_compositor (MienDisplay *self, PortraitCompositor *compositor);
void       mien_display_set_active (MienDisplay *self, const char *type);        /* NULL: no layer is active */
void       mien_display_all_changed (MienDisplay *self);
void       mien_display_active_changed (MienDisplay *self);          /* only the active layer's placement */
void       mien_display_set_circle (MienDisplay *self, gboolean shown);          /* what round clients keep */

/* "Mark the eyes": the next two clicks are reported instead of picks, as fractions of the side. */
typedef void (*MienDisplayMark) (MienDisplay *self, const PortraitPoint *left_eye, const PortraitPoint *right_eye,
                                 gpointer user_data);
void       mien_display_mark_eyes (MienDisplay *self, MienDisplayMark done, gpointer user_data);
void       mien_display_cancel_marking (MienDisplay *self);
gboolean   mien_display_is_marking (MienDisplay *self);

G_END_DECLS
