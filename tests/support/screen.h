/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/*
 * The X screen as a person has it: a pointer, a keyboard, and a look at it. The events go through XTEST over a
 * connection of its own, so a program cannot tell them from real ones. Positions are root coordinates in device
 * pixels. Every function returns when the server has taken the events; what they bring about is for the caller to
 * wait for.
 */
typedef struct _TestScreen TestScreen;

/* Called between two events, so that the programs take them one by one; it may also run a main loop. */
typedef void (*TestScreenPace) (gpointer data);

TestScreen *test_screen_open (TestScreenPace pace, gpointer data);   /* NULL: there is no display */
void        test_screen_close (TestScreen *self);
gpointer    test_screen_get_display (TestScreen *self);              /* its Display */

void test_screen_move (TestScreen *self, int x, int y);              /* in one jump */
void test_screen_glide (TestScreen *self, int x, int y);             /* along a straight line, as a hand does */
void test_screen_button (TestScreen *self, guint number, gboolean down);
void test_screen_click (TestScreen *self, int x, int y);             /* glides there */
void test_screen_drag (TestScreen *self, int x, int y, int to_x, int to_y);
void test_screen_scroll (TestScreen *self, int clicks);              /* positive: down */

/* A key symbol (that GDK calls keyval) to whatever has the focus, @held (0: none) down meanwhile. Any character can
 * be typed: a key code that no key has is lent to one that the keyboard does not have. */
void test_screen_key (TestScreen *self, guint keysym, const guint *held);
void test_screen_keys (TestScreen *self, const char *keys);          /* "Escape", "Control_L+a" */
void test_screen_type (TestScreen *self, const char *text);

/* A part of the screen, cut at its edges; (transfer full), or NULL when it cannot be read. */
cairo_surface_t *test_screen_capture (TestScreen *self, int x, int y, int width, int height);
cairo_surface_t *test_screen_capture_all (TestScreen *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestScreen, test_screen_close)

G_END_DECLS
