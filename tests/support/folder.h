/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An empty folder of the test's own, mien-@name-XXXXXX among the temporary files. It is removed with everything in it
 * when the program ends, if not before. (transfer full) */
char *test_folder_new (const char *name);

/* Removes @folder with everything in it, which must be from test_folder_new(), and frees the string. NULL is
 * allowed. */
void  test_folder_remove (char *folder);

/* Removes a file, or a folder with everything in it; a symbolic link is removed and not followed. */
void  test_remove_tree (const char *path);

G_END_DECLS
