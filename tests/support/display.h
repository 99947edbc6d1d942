/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A driver for tests of the interface: it lives in the tested process, finds widgets by what they are, and sends real
 * pointer and key events through the X server (XTEST), because GTK 4 makes none itself. Every wait is for a condition
 * or a painted frame, with a deadline. Coordinates of widgets are in logical pixels, those of the root in device
 * pixels.
 *
 * Each function of this file ends the test (g_error) when what it was asked for does not come.
 */

#define TEST_DISPLAY_DEADLINE_MS 30000

/* To be called first in main(): runs the program again inside tests/display/with-display when it is not there already,
 * which gives it an empty home; then g_test_init(), gtk_init(), adw_init(), animations off and fixed fonts. */
void test_display_init (int *argc, char ***argv);

/* Waiting. The condition is asked after every turn of the main loop. */
typedef gboolean (*TestCondition) (gpointer data);
gboolean test_wait (TestCondition condition, gpointer data, guint deadline_ms);       /* FALSE: it did not come */
void     test_turn (void);                                           /* one turn of the main loop, at most 5 ms long */
/* until the window of @widget has painted once more */
void     test_wait_frame (GtkWidget *widget);
/* until the window of @widget paints no more; ends the test when it goes on and on */
void     test_wait_rest (GtkWidget *widget);
void     test_wait_mapped (GtkWidget *widget);                       /* mapped, with a size, and painted */
void     test_wait_gone (GtkWidget *widget);                         /* no longer mapped */
void     test_settle (void);                                         /* until nothing is ready to run */

/* test_wait_until (mien_friend_list_get_n_rows (list) == 3); */
#define test_wait_until(expression)                                                                      \
  G_STMT_START {                                                                                         \
    gint64 test_deadline_ = g_get_monotonic_time () + TEST_DISPLAY_DEADLINE_MS * G_TIME_SPAN_MILLISECOND; \
    while (!(expression))                                                                                \
      {                                                                                                  \
        if (g_get_monotonic_time () > test_deadline_)                                                    \
          g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #expression);                    \
        test_turn ();                                                                                    \
      }                                                                                                  \
  } G_STMT_END

/* Finding, depth first, visible widgets only, popovers included. NULL for @name, GTK_ACCESSIBLE_ROLE_WIDGET for @role
   and G_TYPE_NONE for @type mean any. The name is the accessible label, else the text of a label, button or title. */
GtkWidget *test_find (GtkWidget *root, GType type, GtkAccessibleRole role, const char *name);   /* or NULL */
/* waits for it; never NULL */
GtkWidget *test_get (GtkWidget *root, GType type, GtkAccessibleRole role, const char *name);
/* the visible toplevel of this type; waits for it */
GtkWidget *test_get_window (GType type);
gboolean   test_is_named (GtkWidget *widget, const char *name);

/* Every widget below @root that the keyboard can reach has one name for screen readers: a label of its own, or one that
   labels it. Others are printed; TRUE: there are none. What only scrolls, and the inside of libadwaita's rows, are left
   out. */
gboolean   test_all_named (GtkWidget *root);

/* Where a point of a widget is on the screen: @x and @y are fractions of its width and height. */
void test_get_point (GtkWidget *widget, double x, double y, int *root_x, int *root_y);

/* Pointer. These return when the server has taken the events, hovering and clicking when a window of this process has;
 * the effect is for the test to wait for. */
void test_move_to (int root_x, int root_y);
void test_hover (GtkWidget *widget);                                 /* its middle */
void test_hover_at (GtkWidget *widget, double x, double y);          /* fractions */
void test_press (guint button);
void test_release (guint button);
/* waits until it is mapped, then clicks the middle */
void test_click (GtkWidget *widget);
void test_click_at (GtkWidget *widget, double x, double y, guint button);
/* from a fraction, by device pixels, in steps */
void test_drag (GtkWidget *widget, double x, double y, int dx, int dy);
void test_scroll (GtkWidget *widget, int clicks);                    /* positive: down */

/* Keyboard, to whatever has the focus. Text may hold any character: a spare key code is given to it for the moment. */
void test_key (guint keyval, GdkModifierType modifiers);
void test_type (const char *text);
/* Gives a window the input focus, and waits until it is active. */
void test_focus_window (GtkWidget *window);

/* Pictures. */
cairo_surface_t *test_capture (void);                                /* the whole screen; (transfer full) */
cairo_surface_t *test_capture_widget (GtkWidget *widget);            /* its rectangle of the screen; (transfer full) */
void             test_screenshot (const char *filename);             /* the screen as PNG; folders are made */
void             test_screenshot_widget (GtkWidget *widget, const char *filename);
/* The share of pixels, 0 to 1, that differ by more than @tolerance (0-255) in a channel; 1 when the sizes differ. */
double           test_difference (cairo_surface_t *a, cairo_surface_t *b, int tolerance);
/* Whether the widget's rectangle of the screen differs from @before in more than this @share. To be waited for: what a
 * frame has painted comes to the screen when the compositor has done its part. */
gboolean         test_has_changed (GtkWidget *widget, cairo_surface_t *before, int tolerance, double share);

G_END_DECLS
