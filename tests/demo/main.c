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
  person_wait_for_text (alice, "No friends yet");
  screen_place_window (screen, person_get_pid (alice), NULL, 0, 30);
}

static void
become_friends (Person *alice, Person *bob)
{
  person_click (alice, "push button", "Add a friend");
  person_type_into (alice, NULL, "Address", "bob@localhost");
  person_key (alice, "Tab");
  person_type (alice, "Bob Chen");
  shot ("add-a-friend");
  person_key (alice, "Return");

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

/* S300-S324: headshot, avatars from the ring, adjustment, portrait, upload. */
static void
make_portrait (Person *alice)
{
  person_click (alice, "push button", "Make your portrait");
  person_wait_for (alice, "push button", "…Publish");
  person_wait_for (alice, "push button", "Baseball cap");
  person_dump (alice);
  shot ("editor");
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

  Person *bob = start ("bob", TRUE);
  person_wait_for_text (bob, "No friends yet");
  screen_place_window (screen, person_get_pid (bob), NULL, 920, 30);
  Person *alice = start ("alice", FALSE);
  sign_in (alice);
  become_friends (alice, bob);
  chat (alice, bob);
  make_portrait (alice);

  person_free (alice);
  person_free (bob);
  screen_close (screen);
  return 0;
}
