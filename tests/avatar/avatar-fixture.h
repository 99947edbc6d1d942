/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Folders that a test may spoil. */
char    *avatar_fixture_new_folder (void);                             /* (transfer full): empty */
char    *avatar_fixture_copy_pack (void);                              /* (transfer full): the test pack */
/* NULL: the file is removed */
void     avatar_fixture_write (const char *folder, const char *name, const char *content);
char    *avatar_fixture_read (const char *folder, const char *name);
/* Replaces the first @old in the file, which must be there. */
void     avatar_fixture_replace (const char *folder, const char *name, const char *old, const char *fresh);
void     avatar_fixture_remove (const char *folder);                   /* with all that is in it */

/* Runs the main context until *@flag; fails after 20 s. */
void     avatar_fixture_wait (gboolean *flag);

/* Drops the reference, which must be the last one but for tasks that are just ending in other threads. */
void     avatar_fixture_finalize (gpointer object);

/* From here on warnings are kept instead of being fatal; (transfer none), the last one, or "". */
void        avatar_fixture_catch_warnings (void);
const char *avatar_fixture_get_warning (void);

G_END_DECLS
