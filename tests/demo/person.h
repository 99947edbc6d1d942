/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <atspi/atspi.h>

#include "screen.h"

G_BEGIN_DECLS

/*
 * A person at one client: a real process, looked at through the accessibility bus and used by pointer and keyboard. All
 * waits are for something to be there; what does not come within the deadline ends the program with a screenshot.
 */
typedef struct _Person Person;

#define PERSON_DEADLINE_MS 30000

Person *person_new (DemoScreen *screen, const char *name, const char * const *argv, GError **error);   /* starts the client */
void    person_free (Person *self);                                  /* ends it by its pid */
int     person_get_pid (Person *self);

/* Element by role ("push button") and name; "Begin…" and "…end" stand for a part of it; NULL for either is any. (transfer full) */
AtspiAccessible *person_see (Person *self, const char *role, const char *name);       /* now, or NULL */
AtspiAccessible *person_wait_for (Person *self, const char *role, const char *name);  /* never NULL */
void             person_wait_window (Person *self, const char *title, gboolean there);
void             person_wait_gone (Person *self, const char *role, const char *name);
gboolean         person_sees_text (Person *self, const char *text);  /* in any name, description or text on the screen */
void             person_wait_for_text (Person *self, const char *text);

double           person_get_value (Person *self, const char *role, const char *name);       /* of a slider */

void person_look_at (Person *self);                                  /* raises the window */
void person_click (Person *self, const char *role, const char *name);
void person_click_at (Person *self, const char *role, const char *name, double x, double y);   /* fractions of the element */
void person_hover (Person *self, const char *role, const char *name);
void person_drag_by (Person *self, const char *role, const char *name, double x, double y, int dx, int dy);
void person_scroll (Person *self, const char *role, const char *name, int clicks);
void person_type_into (Person *self, const char *role, const char *name, const char *text);     /* clicks, then types */
void person_type (Person *self, const char *text);                   /* to what has the focus */
void person_key (Person *self, const char *keys);
void person_dump (Person *self);                                     /* the tree, to standard error */

G_END_DECLS
