/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asking for a file, in one place, so that tests and demonstrations answer without the system's dialog. */
typedef enum
{
  MIEN_FILE_OPEN_PICTURE,
  MIEN_FILE_OPEN_LOOK,
  MIEN_FILE_SAVE_PICTURE,
  MIEN_FILE_SAVE_LOOK
} MienFileQuestion;

typedef void (*MienFileAnswer) (GFile *file, gpointer user_data);        /* NULL: the user thought better of it */
/* Answers once, at any time later; @answer may come inside the call. */
typedef void (*MienFileChooser) (GtkWindow *parent, MienFileQuestion question, const char *suggested_name,
                                 MienFileAnswer answer, gpointer user_data);

void mien_file_choose (GtkWindow *parent, MienFileQuestion question, const char *suggested_name, MienFileAnswer answer,
                       gpointer user_data);
void mien_file_set_chooser (MienFileChooser chooser);                /* NULL: the system's dialog again */

G_END_DECLS
