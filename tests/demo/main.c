/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole main job by two people at two real clients, with numbered screenshots of every step:
 *   mien-demo --data FOLDER --port PORT --certificate FILE --output FOLDER [--photo FILE]
 * The data folder has alice.password and bob.password; the server listens on PORT of loopback. */
#include <locale.h>
#include <string.h>

#include "person.h"

static char *data_directory, *output_directory, *certificate, *photo;
static int port;
static DemoScreen *screen;
static int n_shots;

static void
shot (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_strdup_printf ("%s/%02d-%s.png", output_directory, ++n_shots, name);

  if (!screen_save (screen, file, &error))
    g_error ("%s", error->message);
  g_print ("%s\n", file);
}

static char *
read_password (const char *friend)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.password", data_directory, friend);
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (file, &text, NULL, &error))
    g_error ("%s", error->message);
  return g_strstrip (text);
}

/* @known: with the account's address and password, as somebody who comes every day; else with the sign-in window. The
 * server's certificate is trusted beforehand: a page that asks about it has its own tests. */
static Person *
start (const char *name, gboolean known)
{
  g_autofree char *port_text = g_strdup_printf ("%d", port), *folder = g_build_filename (data_directory, name, NULL);
  g_autofree char *file = g_strconcat (name, ".password", NULL), *password = g_build_filename (data_directory, file, NULL);
  g_autofree char *address = g_strconcat (name, "@localhost", NULL);
  const char *argv[] = { "mien", "--data-dir", folder, "--host", "127.0.0.1", "--port", port_text, "--ca-file", certificate,
                         known ? "--account" : NULL, address, "--password-file", password, NULL };
  g_autoptr (GError) error = NULL;
  Person *person = person_new (screen, name, argv, &error);

  if (person == NULL)
    g_error ("%s", error->message);
  return person;
}

/* S400 */
static void
sign_in (Person *alice)
{
  g_autofree char *password = read_password ("alice");

  shot ("sign-in");
  person_type_into (alice, NULL, "Address, such as name@example.org", "alice@localhost");
  person_key (alice, "Tab");
  person_type (alice, password);
  person_key (alice, "Return");
  person_wait_window (alice, "Mien", TRUE);
  person_wait_window (alice, "Sign In", FALSE);
  shot ("signed-in");
}

static void
become_friends (Person *alice, Person *bob)
{
  person_click (alice, "push button", "Add a Friend");
  person_type_into (alice, NULL, "Address", "bob@localhost");
  person_key (alice, "Tab");
  person_type (alice, "Bob Chen");
  shot ("add-a-friend");
  person_key (alice, "Return");
  person_wait_window (alice, "Add a Friend", FALSE);

  person_look_at (bob);
  person_click (bob, NULL, "alice, …");
  person_wait_for (bob, "push button", "Accept");
  shot ("friend-request");
  person_click (bob, "push button", "Accept");
  person_look_at (alice);
  person_wait_for_text (alice, "Bob Chen");
}

static void
chat (Person *alice, Person *bob)
{
  person_click (alice, NULL, "Bob Chen, …");
  person_type_into (alice, NULL, "Message", "Shall I wear a hat today? 戴帽子吗？");
  person_key (alice, "Return");
  person_look_at (bob);
  person_click (bob, NULL, "alice, …");
  person_wait_for_text (bob, "Shall I wear a hat");
  person_type_into (bob, NULL, "Message", "Please do!");
  person_key (bob, "Return");
  person_look_at (alice);
  person_wait_for_text (alice, "Please do!");
  shot ("conversation");
}

/* The user's own pictures, where the headshot dialog looks for them. */
static void
offer_photo (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "Pictures", NULL), *name = g_path_get_basename (photo);
  g_autofree char *file = g_build_filename (folder, name, NULL), *bytes = NULL;
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "user-dirs.dirs", NULL);
  gsize length;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  if (!g_file_get_contents (photo, &bytes, &length, &error) || !g_file_set_contents (file, bytes, (gssize) length, &error)
      || !g_file_set_contents (config, "XDG_PICTURES_DIR=\"$HOME/Pictures\"\n", -1, &error))
    g_error ("%s", error->message);
}

/* S300-S303, S306: a drawn headshot, or the photo and its crop. */
static void
choose_headshot (Person *alice)
{
  person_click (alice, "push button", "…Change Headshot…");
  person_wait_for (alice, NULL, "Samuel");
  shot ("headshot");
  if (photo == NULL)
    {
      person_click (alice, NULL, "Samuel");
      person_wait_window (alice, "Headshot", FALSE);
      return;
    }
  g_autofree char *name = g_path_get_basename (photo);
  person_click (alice, NULL, name);
  person_wait_for (alice, "push button", "…Use It");
  shot ("crop");
  person_click (alice, "push button", "…Use It");
  person_wait_window (alice, "Headshot", FALSE);
}

/* S310-S312: out of the ring, onto the picture; S322 when the adjustment is closed (S316). */
static void
put_on (Person *alice, const char *kind, const char *avatar)
{
  g_autofree char *adjust = g_strdup_printf ("Adjust: %s", avatar);

  person_click (alice, "label", kind);
  person_click (alice, "push button", avatar);
  person_wait_for_text (alice, adjust);
}

static void
make_portrait (Person *alice)
{
  person_click (alice, "push button", "Make your portrait");
  person_wait_for (alice, "push button", "…Publish");
  person_wait_for (alice, "push button", "Baseball cap");
  shot ("editor");
  choose_headshot (alice);

  /* S3084: the ring turns under the wheel. */
  person_wait_for (alice, "push button", "Top hat");
  person_scroll (alice, "push button", "Top hat", 2);
  shot ("ring");
  put_on (alice, "Hats", "Top hat");
  shot ("picked");

  /* S314: each control, by hand and by number. */
  person_drag_by (alice, "slider", "Tilt", 0.5, 0.5, 30, 0);
  if (person_get_value (alice, "slider", "Tilt") < 1)
    g_error ("The slider did not follow the pointer");
  shot ("dragged");
  person_click_at (alice, "spin button", "Tilt…", 0.3, 0.5);
  person_key (alice, "Control_L+a");
  person_type (alice, "7");
  person_key (alice, "Return");
  shot ("adjusted");
  person_click (alice, "push button", "Close the adjustment");
  shot ("snapshot");

  put_on (alice, "Glasses", "Monocle");
  put_on (alice, "Coats", "Suit jacket");
  put_on (alice, "Backgrounds", "City at dusk");
  person_click (alice, "push button", "Close the adjustment");
  shot ("dressed");

  /* S324 */
  person_click (alice, "push button", "…Publish");
  person_wait_for_text (alice, "Your friends see it now");
  shot ("published");
  person_click (alice, "push button", "_Close Close");
  person_wait_window (alice, "Portrait", FALSE);
}

/* S400-S410 */
static void
see_portrait (Person *bob)
{
  person_look_at (bob);
  person_hover (bob, NULL, "alice, …");
  person_wait_for_text (bob, "Portrait of");
  shot ("tips");
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_directory, "The servers' and the clients' data", "FOLDER" },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "Of the IM server", "PORT" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &certificate, "The server's, to be trusted", "FILE" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output_directory, "For the screenshots", "FOLDER" },
    { "photo", 0, 0, G_OPTION_ARG_FILENAME, &photo, "A headshot instead of a drawn one", "FILE" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || data_directory == NULL || output_directory == NULL || certificate == NULL || port == 0)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "mien-demo: --data, --port, --certificate and --output are needed");
      return 2;
    }
  screen = screen_open ();
  if (screen == NULL || atspi_init () != 0)
    g_error ("There is no X display, or no accessibility bus");

  if (photo != NULL)
    offer_photo ();
  Person *bob = start ("bob", TRUE);
  person_wait_for_text (bob, "No Friends Yet");
  screen_place_window (screen, person_get_pid (bob), NULL, 920, 30);
  Person *alice = start ("alice", FALSE);
  sign_in (alice);
  /* The next day. (GTK 4.8 does not show the accessibility bus a window that takes the place of the first one.) */
  person_free (alice);
  alice = start ("alice", TRUE);
  person_wait_for_text (alice, "No Friends Yet");
  screen_place_window (screen, person_get_pid (alice), NULL, 0, 30);
  become_friends (alice, bob);
  chat (alice, bob);
  make_portrait (alice);
  see_portrait (bob);

  person_free (alice);
  person_free (bob);
  screen_close (screen);
  return 0;
}
