/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "display.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "../server/im-test-client.h"
#include "folder.h"
#include "mien-application.h"
#include "mien-editor-window-private.h"
#include "mien-file-choice.h"
#include "mien-friend-list.h"
#include "mien-headshot-dialog.h"
#include "mien-main-window.h"
#include "mien-message-row.h"
#include "mien-ring-item.h"
#include "mien-sign-in-window.h"

/* The main job by somebody who has no pointer: every step by keys alone, in the order of the focus. */

#define MAX_TABS 80
#define ANY GTK_ACCESSIBLE_ROLE_WIDGET

static ImServer *server;
static ImClient *bob;
static MienApplication *app;
static GtkWidget *window;
static char *folder;

static GtkWidget *
get_focus (GtkWidget *toplevel)
{
  return gtk_window_get_focus (GTK_WINDOW (toplevel));
}

static gboolean
focus_is (GtkWidget  *toplevel,
          GType       type,
          const char *name)
{
  for (GtkWidget *widget = get_focus (toplevel); widget != NULL; widget = gtk_widget_get_parent (widget))
    if (g_type_is_a (G_OBJECT_TYPE (widget), type) && (name == NULL || test_is_named (widget, name)))
      return TRUE;

  return FALSE;
}

/* Tab until what is looked for has the focus: it can be reached. What has the focus shows it. */
static void
tab_to (GtkWidget  *toplevel,
        GType       type,
        const char *name)
{
  for (guint i = 0; i < MAX_TABS && !focus_is (toplevel, type, name); i++)
    {
      test_key (GDK_KEY_Tab, 0);
      test_wait_frame (toplevel);
    }
  if (!focus_is (toplevel, type, name))
    g_error ("Tab does not lead to %s \"%s\"", g_type_name (type), name != NULL ? name : "");
  g_assert_true (gtk_window_get_focus_visible (GTK_WINDOW (toplevel)));
}

static void
test_sign_in (void)
{
  g_autofree char *certificate = g_build_filename (server->directory, "data", "im", "certificate.pem", NULL);
  const MienApplicationOptions options = {
    .data_directory = folder, .host = (char *) "127.0.0.1", .port = im_server_get_port (server),
    .tls = XMPP_TLS_STARTTLS, .ca_file = certificate,
  };
  g_autoptr (GError) error = NULL;
  GtkWidget *sign_in;

  app = mien_application_new (&options);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  g_application_activate (G_APPLICATION (app));
  sign_in = test_get_window (MIEN_TYPE_SIGN_IN_WINDOW);
  test_focus_window (sign_in);
  test_type ("alice@" IM_TEST_DOMAIN "\nalice\n");
  window = test_get_window (MIEN_TYPE_MAIN_WINDOW);
  test_focus_window (window);
}

static void
test_add_friend (void)
{
  GtkWidget *dialog;

  test_key (GDK_KEY_n, GDK_CONTROL_MASK);
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (gtk_window_is_active (GTK_WINDOW (window)));
  test_key (GDK_KEY_n, GDK_CONTROL_MASK);
  dialog = test_get_window (ADW_TYPE_WINDOW);
  test_focus_window (dialog);
  test_type ("bob@" IM_TEST_DOMAIN);
  test_key (GDK_KEY_Tab, 0);
  test_type ("Bob Chen\n");
  xmpp_node_unref (im_client_wait_from (bob, "presence", "subscribe", "alice@" IM_TEST_DOMAIN));
  im_client_send (bob, "<presence type='subscribed' to='alice@" IM_TEST_DOMAIN "'/>");
  im_client_send (bob, "<presence type='subscribe' to='alice@" IM_TEST_DOMAIN "'/>");
  test_get (window, G_TYPE_NONE, ANY, "Bob Chen, Available");
  test_focus_window (window);
}

static void
test_talk (void)
{
  /* By the list: the focus goes to the friend, Return opens the conversation and goes to where one writes. */
  tab_to (window, MIEN_TYPE_FRIEND_LIST, NULL);
  test_key (GDK_KEY_Return, 0);
  test_wait_until (focus_is (window, GTK_TYPE_TEXT_VIEW, "Message"));
  test_type ("Wait, I dress up.\n");
  test_get (window, GTK_TYPE_LABEL, ANY, "Wait, I dress up.");
  /* By the search: Return takes the first that is found. */
  test_key (GDK_KEY_f, GDK_CONTROL_MASK);
  test_type ("chen\n");
  test_wait_until (focus_is (window, GTK_TYPE_TEXT_VIEW, "Message"));
  /* The menus open by F10, and close by Escape. */
  test_key (GDK_KEY_F10, 0);
  test_wait_until (test_find (window, GTK_TYPE_POPOVER_MENU, ANY, NULL) != NULL);
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (test_find (window, GTK_TYPE_POPOVER_MENU, ANY, NULL) == NULL);
  tab_to (window, GTK_TYPE_BUTTON, "Make your portrait");
}

static void
save_as (GtkWindow        *parent,
         MienFileQuestion  question,
         const char       *suggested_name,
         MienFileAnswer    answer,
         gpointer          data)
{
  g_autofree char *path = g_build_filename (folder, "portrait.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_cmpint (question, ==, MIEN_FILE_SAVE_PICTURE);
  answer (file, data);
}

static const PortraitLayer *
get_layer (MienEditorWindow *editor)
{
  return portrait_look_find_layer (mien_draft_get_look (editor->draft), editor->active);
}

static void
choose_headshot (MienEditorWindow *editor)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (editor->wardrobe);
  g_autofree char *before = NULL;
  GtkWidget *dialog;

  test_wait_until (editor->shown_headshot != NULL);
  before = g_strdup (portrait_look_get_headshot (mien_draft_get_look (editor->draft)));
  test_key (GDK_KEY_h, GDK_CONTROL_MASK);
  dialog = test_get_window (MIEN_TYPE_HEADSHOT_DIALOG);
  test_focus_window (dialog);
  tab_to (dialog, GTK_TYPE_BUTTON, mien_catalogue_get_headshot (catalogue, 0)->name);
  test_key (GDK_KEY_Right, 0);
  test_wait_until (focus_is (dialog, GTK_TYPE_BUTTON, mien_catalogue_get_headshot (catalogue, 1)->name));
  test_key (GDK_KEY_Return, 0);
  test_wait_until (g_strcmp0 (portrait_look_get_headshot (mien_draft_get_look (editor->draft)), before) != 0);
  test_focus_window (GTK_WIDGET (editor));
}

static void
test_portrait (void)
{
  GtkWidget *widget;
  MienEditorWindow *editor;
  double x;
  g_autofree char *path = g_build_filename (folder, "portrait.png", NULL);

  test_key (GDK_KEY_e, GDK_CONTROL_MASK);
  widget = test_get_window (MIEN_TYPE_EDITOR_WINDOW);
  editor = MIEN_EDITOR_WINDOW (widget);
  test_focus_window (widget);
  choose_headshot (editor);

  /* A kind, then the ring round the picture, then the panel that opens. */
  tab_to (widget, GTK_TYPE_LIST_BOX, "Kinds of avatars");
  test_key (GDK_KEY_Down, 0);
  tab_to (widget, MIEN_TYPE_RING_ITEM, NULL);
  test_key (GDK_KEY_Return, 0);
  test_wait_until (editor->active != NULL && mien_editor_window_has_all_art (editor));
  tab_to (widget, GTK_TYPE_SCALE, "X");
  x = get_layer (editor)->placement.x;
  test_key (GDK_KEY_Right, 0);
  test_wait_until (get_layer (editor)->placement.x > x);
  tab_to (widget, GTK_TYPE_SPIN_BUTTON, "Tilt");
  test_key (GDK_KEY_a, GDK_CONTROL_MASK);
  test_type ("12\n");
  test_wait_until (get_layer (editor)->placement.tilt > 11.9);
  tab_to (widget, GTK_TYPE_EXPANDER, "More");
  test_key (GDK_KEY_space, 0);
  tab_to (widget, GTK_TYPE_SCALE, "Size");
  tab_to (widget, GTK_TYPE_CHECK_BUTTON, "Mirror");
  test_key (GDK_KEY_space, 0);
  test_wait_until (get_layer (editor)->placement.flip);
  tab_to (widget, GTK_TYPE_BUTTON, "_Put Back");
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (editor->active == NULL);
  g_assert_true (gtk_widget_has_focus (editor->display));
  tab_to (widget, GTK_TYPE_LIST_BOX, "What you wear");
  test_key (GDK_KEY_Return, 0);
  test_wait_until (editor->active != NULL);
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (editor->active == NULL);

  mien_file_set_chooser (save_as);
  test_key (GDK_KEY_s, GDK_CONTROL_MASK);
  test_wait_until (g_file_test (path, G_FILE_TEST_EXISTS));
  test_key (GDK_KEY_Return, GDK_CONTROL_MASK);
  test_wait_until (editor->was_published);
  tab_to (widget, GTK_TYPE_BUTTON, "Hide");
  test_key (GDK_KEY_Return, 0);
  test_wait_until (!gtk_widget_get_visible (editor->publish_bar));

  /* What is published is not asked about. */
  test_key (GDK_KEY_w, GDK_CONTROL_MASK);
  test_wait_until (gtk_window_is_active (GTK_WINDOW (window)));
  mien_file_set_chooser (NULL);
}

static void
test_others (void)
{
  GtkWidget *dialog;

  test_key (GDK_KEY_comma, GDK_CONTROL_MASK);
  dialog = test_get_window (ADW_TYPE_PREFERENCES_WINDOW);
  test_focus_window (dialog);
  g_assert_true (test_all_named (dialog));
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (gtk_window_is_active (GTK_WINDOW (window)));
  /* GTK's own window of shortcuts measures labels below nothing, and says so. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  test_key (GDK_KEY_question, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  dialog = test_get_window (GTK_TYPE_SHORTCUTS_WINDOW);
  test_focus_window (dialog);
  test_key (GDK_KEY_Escape, 0);
  test_wait_until (gtk_window_is_active (GTK_WINDOW (window)));
}

/* Ctrl+Q with the editor open frees all windows at once; whatever GTK has to say of that is fatal. */
static void
test_quit (void)
{
  GtkWidget *editor;

  test_key (GDK_KEY_e, GDK_CONTROL_MASK);
  editor = test_get_window (MIEN_TYPE_EDITOR_WINDOW);
  test_focus_window (editor);
  test_key (GDK_KEY_q, GDK_CONTROL_MASK);
  test_wait_until (g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  test_display_init (&argc, &argv);
  folder = g_dir_make_tmp ("mien-keyboard-XXXXXX", NULL);
  server = im_server_start (NULL);
  bob = im_client_new (server, "bob", "desk");
  im_client_appear (bob);

  g_test_add_func ("/keyboard/sign-in", test_sign_in);
  g_test_add_func ("/keyboard/add-friend", test_add_friend);
  g_test_add_func ("/keyboard/talk", test_talk);
  g_test_add_func ("/keyboard/portrait", test_portrait);
  g_test_add_func ("/keyboard/others", test_others);
  g_test_add_func ("/keyboard/quit", test_quit);
  status = g_test_run ();
  test_remove_tree (folder);

  return status;
}
