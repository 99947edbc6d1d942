/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-file-choice.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkFileChooserNative *dialog;
  MienFileAnswer        answer;
  gpointer              user_data;
} Question;

static MienFileChooser replaced;

static void
on_response (GtkNativeDialog *dialog, int response, Question *question)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  question->answer (file, question->user_data);
  g_object_unref (question->dialog);
  g_free (question);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char * const *patterns, gboolean pictures)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (gsize i = 0; patterns[i] != NULL; i++)
    if (pictures)
      gtk_file_filter_add_mime_type (filter, patterns[i]);
    else
      gtk_file_filter_add_suffix (filter, patterns[i]);
  gtk_file_chooser_add_filter (chooser, filter);
  g_object_unref (filter);
}

/* S304, S320: where a dialog says. */
static void
ask_system (GtkWindow *parent, MienFileQuestion kind, const char *suggested_name, MienFileAnswer answer,
            gpointer user_data)
{
  static const char * const titles[] = { N_("Choose a Photo"), N_("Open a Look"), N_("Save Picture"), N_("Save Look") };
  static const char *const pictures[]
      = { "image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp", "image/tiff", NULL };
  static const char * const looks[] = { "mienlook", "json", NULL };
  static const char * const formats[] = { "png", "jpg", "jpeg", "bmp", NULL };
  gboolean save = kind == MIEN_FILE_SAVE_PICTURE || kind == MIEN_FILE_SAVE_LOOK;
  Question *question = g_new0 (Question, 1);

  question->answer = answer;
  question->user_data = user_data;
  question->dialog = gtk_file_chooser_native_new (_ (titles[kind]), parent,
                                                  save ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN,
                                                  save ? _ ("_Save") : _ ("_Open"), _ ("_Cancel"));
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (question->dialog);
  switch (kind)
    {
    case MIEN_FILE_OPEN_PICTURE: add_filter (chooser, _("Pictures"), pictures, TRUE); break;
    case MIEN_FILE_SAVE_PICTURE: add_filter (chooser, _("PNG, JPEG, BMP"), formats, FALSE); break;
    default: add_filter (chooser, _("Looks"), looks, FALSE); break;
    }
  if (suggested_name != NULL)
    gtk_file_chooser_set_current_name (chooser, suggested_name);
  const char *folder = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  g_autoptr (GFile) pictures_folder = folder != NULL ? g_file_new_for_path (folder) : NULL;
  if (pictures_folder != NULL)
    gtk_file_chooser_set_current_folder (chooser, pictures_folder, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (question->dialog), TRUE);
  g_signal_connect (question->dialog, "response", G_CALLBACK (on_response), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (question->dialog));
}

void
mien_file_choose (GtkWindow *parent, MienFileQuestion question, const char *suggested_name, MienFileAnswer answer,
                  gpointer user_data)
{
  g_return_if_fail (answer != NULL);

  (replaced != NULL ? replaced : ask_system) (parent, question, suggested_name, answer, user_data);
}

void
mien_file_set_chooser (MienFileChooser chooser)
{
  replaced = chooser;
}
