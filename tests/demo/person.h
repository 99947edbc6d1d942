/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sight.h"
#include "windows.h"

G_BEGIN_DECLS

/*
 * A person at one client: a real process, looked at through the accessibility bus and used by pointer and keyboard.
 * Elements are named by role ("button") and name as in sight_find(). All waits are for something to be there; what
 * does not come within the deadline, and a client that ends on its own, end the program with a picture of the screen.
 */
typedef struct _Person Person;

#define PERSON_DEADLINE_MS 60000

/* Starts the client, which ends with this program whatever happens. @folder: for the picture of a failure. */
Person *person_new (TestScreen *screen, Sight *sight, const char *name, const char * const *argv, const char *folder,
                    GError **error);
void    person_free (Person *self);      /* ends the client if it is still there */

/* Waiting */
void   person_wait_for (Person *self, const char *role, const char *name);
void   person_wait_gone (Person *self, const char *role, const char *name);
void   person_wait_for_text (Person *self, const char *text);        /* in any name or description */
void   person_wait_window (Person *self, const char *title, gboolean there);
double person_wait_for_value (Person *self, const char *role, const char *name, double least, double most);

/* Doing */
void   person_place (Person *self, const char *title, int x, int y); /* the window */
void   person_turn_to (Person *self);                                /* raises the window */
void   person_click (Person *self, const char *role, const char *name);
void   person_click_at (Person *self, const char *role, const char *name, double x, double y);   /* fractions of it */
void   person_hover (Person *self, const char *role, const char *name);
void   person_drag_by (Person *self, const char *role, const char *name, double x, double y, int dx, int dy);
void   person_scroll (Person *self, const char *role, const char *name, int clicks);
void   person_type_into (Person *self, const char *role, const char *name, const char *text);  /* clicks, then types */
void   person_type (Person *self, const char *text);                 /* to what has the focus */
void   person_keys (Person *self, const char *keys);                 /* "Control_L+a" */
void   person_quit (Person *self);                                   /* by Control+Q; it must end well */

/* What stands on the screen where the element is, or the first of role @inner in it, when not NULL; (transfer full) */
cairo_surface_t *person_capture (Person *self, const char *role, const char *name, const char *inner);

/* Ends the program: @self waited in vain for @what. */
void   person_give_up (Person *self, const char *format, ...) G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN;

G_END_DECLS
