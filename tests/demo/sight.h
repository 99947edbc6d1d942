/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What a program shows, as the accessibility bus tells it (AT-SPI, spoken here over D-Bus itself). A look is a tree
 * of all that is there at this moment; nothing of an earlier one is kept.
 *
 * libatspi is not used: it keeps what it has heard, and loses a window that takes another's place; and it asks for
 * the number of windows and then for each, while GTK 4.8 falls over when asked for a window that has gone in between.
 * Here they are asked for all at once.
 */
typedef struct _Sight Sight;

typedef struct _Seen Seen;
struct _Seen
{
  Seen *parent;                          /* NULL: the program */
  GPtrArray *children;                   /* of Seen */
  char *path;
  char *role;                            /* "push button" */
  char *name;
  char *description;
  int x, y, width, height;               /* in its window; no width: not laid out */
};

Sight *sight_open (GError **error);
void   sight_close (Sight *self);

/* (transfer full); NULL: the process has nothing on the bus, or not yet. What a stack or a panel hides is in it as
 * well. */
Seen    *sight_look (Sight *self, int pid);
void     seen_free (Seen *self);
Seen    *seen_get_window (Seen *self);   /* that it is in, or itself */
Seen    *seen_get_popover (Seen *self);  /* the tips that it is in, or itself; NULL: it stands in the window */
void     seen_print (Seen *self);        /* to standard error */

/* By role ("button") and name, depth first, among what is not hidden at this moment; "Begin…" and "…end" stand for a
 * part of the name, and NULL for any. NULL: it is not there. */
Seen    *sight_find (Sight *self, Seen *root, const char *role, const char *name);
/* What has @text in its name or description. */
Seen    *sight_find_text (Sight *self, Seen *root, const char *text);
gboolean sight_get_value (Sight *self, Seen *seen, double *out);     /* of a slider, now */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seen, seen_free)

G_END_DECLS
