/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "screen.h"

G_BEGIN_DECLS

/* The windows of a process, asked of the X server: it knows of every one at once, and where it is. A title of NULL is
 * any; of several it is the uppermost. */

typedef struct
{
  int x, y, width, height;               /* of what is drawn, without the shadow round it; root coordinates */
} WindowArea;

gboolean windows_find (TestScreen *screen, int pid, const char *title, WindowArea *out);   /* FALSE: there is none */
gboolean windows_find_popup (TestScreen *screen, int pid, int width, int height, WindowArea *out);   /* of this size */
void     windows_raise (TestScreen *screen, int pid, const char *title);                   /* and gives it the focus */
void     windows_place (TestScreen *screen, int pid, const char *title, int x, int y);
gboolean windows_is_active (TestScreen *screen, int pid, const char *title);

G_END_DECLS
