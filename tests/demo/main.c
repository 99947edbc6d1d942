/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole main job by two people at two real clients, with numbered screenshots of every step:
 *   mien-demo --data FOLDER --port PORT --certificate FILE --output FOLDER [--photo FILE]
 * The data folder has alice.password and bob.password; the server listens on PORT of loopback. */
#include <locale.h>
#include <string.h>

#include "person.h"
#include "picture.h"

#define BOBS_X 1190                      /* right of alice's editor, which is wider than her main window */
#define WINDOWS_Y 30
/* A screen that does not stand still (a spinner) is photographed all the same. */
#define STILL_MS 100
#define STILL_TRIES 20
#define PACE_MS 8
/* Mean difference of the colours, of 255. The window scales with another filter than the portrait was made with. */
#define SAME_PICTURE 4
#define OTHER_PICTURE 16

static char *data_directory, *output_directory, *certificate, *photo;
static int port;
static TestScreen *screen;
static Sight *sight;
static int n_shots;

/* A hand has a pace: programs see its motion as separate events. */
static void
on_pace (gpointer data)
{
  g_usleep (PACE_MS * 1000);
}

static void
save (cairo_surface_t *picture,
      const char      *name)
{
  g_autofree char *file = g_build_filename (output_directory, name, NULL);

  if (cairo_surface_write_to_png (picture, file) != CAIRO_STATUS_SUCCESS)
    g_error ("%s cannot be written", file);
}

/* The screen once it stands still. */
static void
shot (const char *name)
{
  g_autofree char *file = g_strdup_printf ("%02d-%s.png", ++n_shots, name);
  cairo_surface_t *picture = test_screen_capture_all (screen), *before = NULL;
  int tries = 0;

  do
    {
      g_clear_pointer (&before, cairo_surface_destroy);
      before = picture;
      g_usleep (STILL_MS * 1000);
      picture = test_screen_capture_all (screen);
    }
  while (picture != NULL && !picture_is_same (before, picture) && ++tries < STILL_TRIES);

  if (picture == NULL)
    g_error ("The screen cannot be read");
  save (picture, file);
  cairo_surface_destroy (before);
  cairo_surface_destroy (picture);
  g_print ("%s\n", file);
}

static void
write_home (const char *folder,
            const char *name,
            const char *text,
            gssize      length)
{
  g_autofree char *file = g_build_filename (folder, name, NULL), *parent = g_path_get_dirname (file);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (parent, 0700);
  if (!g_file_set_contents (file, text, length, &error))
    g_error ("%s", error->message);
}

/* The home is empty: GNOME's font, and nothing that moves by itself in a screenshot. The user's own pictures are
 * where the headshot dialog looks for them. */
static void
furnish_home (void)
{
  write_home (g_get_user_config_dir (), "gtk-4.0/settings.ini",
              "[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\ngtk-cursor-blink=0\n", -1);
  write_home (g_get_user_config_dir (), "user-dirs.dirs", "XDG_PICTURES_DIR=\"$HOME/Pictures\"\n", -1);
  if (photo != NULL)
    {
      g_autofree char *pictures = g_build_filename (g_get_home_dir (), "Pictures", NULL);
      g_autofree char *name = g_path_get_basename (photo), *bytes = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      if (!g_file_get_contents (photo, &bytes, &length, &error))
        g_error ("%s", error->message);
      write_home (pictures, name, bytes, (gssize) length);
    }
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
start (const char *name,
       gboolean    known)
{
  g_autofree char *port_text = g_strdup_printf ("%d", port), *folder = g_build_filename (data_directory, name, NULL);
  g_autofree char *file = g_strconcat (name, ".password", NULL);
  g_autofree char *password = g_build_filename (data_directory, file, NULL);
  g_autofree char *address = g_strconcat (name, "@localhost", NULL);
  const char *argv[] = { "mien", "--data-dir", folder, "--host", "127.0.0.1", "--port", port_text, "--ca-file",
                         certificate, known ? "--account" : NULL, address, "--password-file", password, NULL };
  g_autoptr (GError) error = NULL;
  Person *person = person_new (screen, sight, name, argv, output_directory, &error);

  if (person == NULL)
    g_error ("%s", error->message);
  return person;
}

/* S400 */
static void
sign_in (Person *alice)
{
  g_autofree char *password = read_password ("alice");

  person_wait_for (alice, NULL, "Address, such as name@example.org");
  shot ("sign-in");
  person_type_into (alice, NULL, "Address, such as name@example.org", "alice@localhost");
  person_keys (alice, "Tab");
  person_type (alice, password);
  person_keys (alice, "Return");
  person_wait_window (alice, "Mien", TRUE);
  person_wait_window (alice, "Sign In", FALSE);
  person_wait_for_text (alice, "No Friends Yet");
  person_place (alice, "Mien", 0, WINDOWS_Y);
  shot ("signed-in");
}

static void
become_friends (Person *alice,
                Person *bob)
{
  person_click (alice, "button", "Add a Friend");
  person_type_into (alice, NULL, "Address", "bob@localhost");
  person_keys (alice, "Tab");
  person_type (alice, "Bob Chen");
  shot ("add-a-friend");
  person_keys (alice, "Return");
  person_wait_window (alice, "Add a Friend", FALSE);

  person_click (bob, NULL, "alice, …");
  person_wait_for (bob, "button", "Accept");
  shot ("friend-request");
  person_click (bob, "button", "Accept");
  person_wait_for (bob, NULL, "alice, Available");
  person_wait_for (alice, NULL, "Bob Chen, Available");
}

/* With the marks of what was sent, and of what has come (XEP-0184). */
static void
chat (Person *alice,
      Person *bob)
{
  person_click (alice, NULL, "Bob Chen, …");
  person_type_into (alice, NULL, "Message", "Shall I wear a hat today? 戴帽子吗？");
  person_keys (alice, "Return");
  person_wait_for_text (bob, "Shall I wear a hat today? 戴帽子吗？");
  person_wait_for (alice, NULL, "Delivered");
  person_type_into (bob, NULL, "Message", "Please do! 一定要戴。");
  person_keys (bob, "Return");
  person_wait_for_text (alice, "Please do! 一定要戴。");
  person_wait_for (bob, NULL, "Delivered");
  person_wait_gone (alice, "label", "bob@localhost was asked…");
  shot ("conversation");
}

/* S300-S303, S306: a drawn headshot, or the photo and its crop. */
static void
choose_headshot (Person *alice)
{
  person_click (alice, "button", "…Change Headshot…");
  person_wait_for (alice, NULL, "Samuel");
  if (photo == NULL)
    {
      shot ("headshot");
      person_click (alice, NULL, "Samuel");
    }
  else
    {
      g_autofree char *name = g_path_get_basename (photo);

      person_wait_for (alice, NULL, name);
      shot ("headshot");
      person_click (alice, NULL, name);
      person_wait_for (alice, "slider", "Zoom");
      shot ("crop");
      person_click (alice, "button", "…Use It");
    }
  person_wait_window (alice, photo != NULL ? "Crop" : "Headshot", FALSE);
}

/* S310-S312: out of the ring, onto the picture; S322 when the adjustment is closed (S316). */
static void
put_on (Person     *alice,
        const char *kind,
        const char *avatar)
{
  g_autofree char *adjust = g_strdup_printf ("Adjust: %s", avatar);

  person_click (alice, "label", kind);
  person_click (alice, "button", avatar);
  person_wait_for_text (alice, adjust);
}

static void
close_adjustment (Person *alice)
{
  person_click (alice, "button", "Close the adjustment");
  person_wait_gone (alice, "button", "Close the adjustment");
}

/* S314: each control, by hand and by number. */
static void
adjust (Person *alice)
{
  person_drag_by (alice, "slider", "Tilt", 0.5, 0.5, 30, 0);
  person_wait_for_value (alice, "slider", "Tilt", 1, 90);
  shot ("dragged");
  person_click_at (alice, "spin button", "Tilt…", 0.3, 0.5);
  person_keys (alice, "Control_L+a");
  person_type (alice, "7");
  person_keys (alice, "Return");
  person_wait_for_value (alice, "slider", "Tilt", 7, 7);
  shot ("adjusted");
}

static void
make_portrait (Person *alice)
{
  person_click (alice, "button", "Make your portrait");
  person_wait_window (alice, "Portrait", TRUE);
  person_wait_for (alice, "button", "…Publish");
  person_wait_for (alice, "button", "Baseball cap");
  person_place (alice, "Portrait", 0, WINDOWS_Y);
  shot ("editor");
  choose_headshot (alice);

  /* S3084: the ring turns under the wheel. */
  person_scroll (alice, "button", "Top hat", 2);
  shot ("ring");
  put_on (alice, "Hats", "Top hat");
  shot ("picked");
  adjust (alice);
  close_adjustment (alice);
  shot ("snapshot");

  put_on (alice, "Glasses", "Monocle");
  put_on (alice, "Coats", "Suit jacket");
  put_on (alice, "Backgrounds", "City at dusk");
  close_adjustment (alice);
  shot ("dressed");
}

/* S324. Returns what alice has in the display window. */
static cairo_surface_t *
publish (Person *alice)
{
  cairo_surface_t *made = person_capture (alice, "image", "Portrait", NULL);

  person_click (alice, "button", "…Publish");
  person_wait_for_text (alice, "Your friends see it now");

  return made;
}

/* S400-S410: bob points at alice's name, and the tips show what she has made: this picture, not only some picture. */
static void
see_portrait (Person          *bob,
              cairo_surface_t *made)
{
  gint64 deadline = g_get_monotonic_time () + PERSON_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
  cairo_surface_t *seen = NULL;
  double distance;

  person_hover (bob, NULL, "alice, …");
  person_wait_for_text (bob, "Portrait of");
  do
    {
      g_clear_pointer (&seen, cairo_surface_destroy);
      seen = person_capture (bob, "tool tip", "alice", "image");
      distance = picture_get_distance (made, seen);
    }
  while (distance > SAME_PICTURE && g_get_monotonic_time () < deadline);
  g_print ("bob sees what alice has made; the colours are %.1f of 255 apart\n", distance);
  if (distance > SAME_PICTURE)
    {
      save (made, "made.png");
      save (seen, "seen.png");
      person_give_up (bob, "bob sees another portrait (seen.png) than alice has made (made.png)");
    }
  cairo_surface_destroy (seen);
}

/* Another portrait takes the place of the first: always the newest. */
static cairo_surface_t *
publish_again (Person          *alice,
               cairo_surface_t *first)
{
  cairo_surface_t *second;

  person_click (alice, "button", "Hide");
  person_wait_gone (alice, "button", "Hide");
  put_on (alice, "Hats", "Party hat");
  put_on (alice, "Backgrounds", "Blue sky");
  close_adjustment (alice);
  second = publish (alice);
  if (picture_get_distance (first, second) < OTHER_PICTURE)
    person_give_up (alice, "The second portrait is too much like the first to be told from it");

  return second;
}

static void
play (void)
{
  Person *bob = start ("bob", TRUE), *alice;
  cairo_surface_t *first, *second;

  person_wait_for_text (bob, "No Friends Yet");
  person_place (bob, "Mien", BOBS_X, WINDOWS_Y);
  alice = start ("alice", FALSE);
  sign_in (alice);
  become_friends (alice, bob);
  chat (alice, bob);

  make_portrait (alice);
  first = publish (alice);
  shot ("published");
  see_portrait (bob, first);
  shot ("tips");
  second = publish_again (alice, first);
  see_portrait (bob, second);
  shot ("newest");
  cairo_surface_destroy (first);
  cairo_surface_destroy (second);

  person_quit (alice);
  person_quit (bob);
  person_free (alice);
  person_free (bob);
}

int
main (int    argc,
      char **argv)
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
  if (!g_option_context_parse (context, &argc, &argv, &error) || data_directory == NULL || output_directory == NULL ||
      certificate == NULL || port == 0)
    {
      g_printerr ("mien-demo: %s\n", error != NULL ? error->message
                                                   : "--data, --port, --certificate and --output are needed");
      return 2;
    }

  furnish_home ();
  screen = test_screen_open (on_pace, NULL);
  if (screen == NULL)
    g_error ("There is no X display");
  sight = sight_open (&error);
  if (sight == NULL)
    g_error ("There is no accessibility bus: %s", error->message);
  play ();
  sight_close (sight);
  test_screen_close (screen);

  return 0;
}
