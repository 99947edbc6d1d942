/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The X screen as a person has it: a pointer, a keyboard and a look at it. Events go through XTEST, so a program cannot
 * tell them from real ones. Positions are root coordinates in pixels. */
typedef struct _DemoScreen DemoScreen;

DemoScreen  *screen_open (void);
void     screen_close (DemoScreen *self);

void     screen_move (DemoScreen *self, int x, int y);                   /* along a straight line, as a hand does */
void     screen_click (DemoScreen *self, int x, int y);
void     screen_drag (DemoScreen *self, int x, int y, int to_x, int to_y);
void     screen_scroll (DemoScreen *self, int clicks);                   /* positive: down */
void     screen_key (DemoScreen *self, const char *keys);                /* "Escape", "Control_L+Return" */
void     screen_type (DemoScreen *self, const char *text);               /* any characters */

/* The top-left corner of a process's window with this title, or of its newest when NULL. FALSE: there is none. */
gboolean screen_find_window (DemoScreen *self, int pid, const char *title, int *x, int *y, int *width, int *height);
void     screen_raise_window (DemoScreen *self, int pid, const char *title);
void     screen_place_window (DemoScreen *self, int pid, const char *title, int x, int y);

gboolean screen_save (DemoScreen *self, const char *filename, GError **error);   /* PNG of all of it */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoScreen, screen_close)

G_END_DECLS
