/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include <portrait-export.h>

#include "folder.h"
#include "mien-dresser.h"

/* mien-compose as a user runs it, against the library in this process. */

typedef struct
{
  char *directory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = test_folder_new ("compose");
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
}

static char *
path_in (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->directory, name, NULL);
}

/* Runs in the fixture's directory and returns the exit status. */
static int
run (Fixture *fixture, char **out_errors, ...)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *errors = NULL;
  const char *argument;
  va_list list;

  g_ptr_array_add (arguments, (gpointer) g_getenv ("MIEN_COMPOSE"));
  va_start (list, out_errors);
  while ((argument = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, (gpointer) argument);
  va_end (list);
  g_ptr_array_add (arguments, (gpointer) "--pack");
  g_ptr_array_add (arguments, (gpointer) g_getenv ("MIEN_TEST_PACK"));
  g_ptr_array_add (arguments, NULL);

  g_subprocess_launcher_set_cwd (launcher, fixture->directory);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_setenv (launcher, "MIEN_FACE_MODEL", "/nonexistent", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (out_errors != NULL)
    *out_errors = g_steal_pointer (&errors);
  else if (g_subprocess_get_exit_status (process) != 0)
    g_test_message ("%s", errors);
  return g_subprocess_get_exit_status (process);
}

static GBytes *
read_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = path_in (fixture, name);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

static MienDresser *
make_dresser (void)
{
  g_autoptr (GError) error = NULL;
  MienDresser *dresser = mien_dresser_new (g_getenv ("MIEN_TEST_PACK"), &error);

  g_assert_no_error (error);
  return dresser;
}

static GBytes *
compose_here (PortraitLook *look, MienDressed *headshot, MienDresser *dresser, int size, PortraitFormat format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PortraitCompositor) compositor = mien_dresser_compose (dresser, look, headshot, size, &error);
  cairo_surface_t *surface;
  GBytes *bytes;

  g_assert_no_error (error);
  surface = portrait_compositor_render (compositor, size, &error);
  g_assert_no_error (error);
  bytes = portrait_export (surface, format, 90, &error);
  g_assert_no_error (error);
  cairo_surface_destroy (surface);
  return bytes;
}

/* The same bytes from the program and from the library, and again from the look that was written. */
static void
test_same_as_the_library (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienDresser) dresser = make_dresser ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDressed) headshot = mien_dresser_load_headshot (dresser, "person-1", &error);
  g_autoptr (PortraitLook) look = portrait_look_new ();
  g_autoptr (GBytes) here = NULL;
  g_autoptr (GBytes) direct = NULL;
  g_autoptr (GBytes) again = NULL;

  g_assert_no_error (error);
  portrait_look_set_headshot (look, headshot->sha256, &headshot->face);
  portrait_look_set_backdrop (look, headshot->backdrop);
  g_assert_true (mien_dresser_wear (dresser, look, "hair-long:black", &error));
  g_assert_true (mien_dresser_wear (dresser, look, "hat-beanie:blue", &error));
  here = compose_here (look, headshot, dresser, 300, PORTRAIT_FORMAT_PNG);

  g_assert_cmpint (run (fixture, NULL, "--headshot", "person-1", "--wear", "hair-long:black", "--wear",
                        "hat-beanie:blue", "-o", "a.png", "--size", "300", "--save-look", "look.json", NULL),
                   ==, 0);
  direct = read_file (fixture, "a.png");
  g_assert_true (g_bytes_equal (here, direct));

  g_assert_cmpint (run (fixture, NULL, "look.json", "-o", "b.png", "--size", "300", NULL), ==, 0);
  again = read_file (fixture, "b.png");
  g_assert_true (g_bytes_equal (here, again));
}

static void
test_formats (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *name, *format, *magic; } rows[] = {
    { "a.png", NULL, "\x89PNG" }, { "a.jpg", NULL, "\xff\xd8\xff" }, { "a.bmp", NULL, "BM" },
    { "b.out", "png", "\x89PNG" }, { "c.out", "jpeg", "\xff\xd8\xff" }, { "d.out", "bmp32", "BM" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = NULL;

      g_assert_cmpint (run (fixture, NULL, "--headshot", "person-1", "--wear", "glasses-round", "-o", rows[i].name,
                            "--size", "64", rows[i].format != NULL ? "--format" : NULL, rows[i].format, NULL),
                       ==, 0);
      bytes = read_file (fixture, rows[i].name);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), strlen (rows[i].magic), rows[i].magic, strlen (rows[i].magic));
    }
}

/* A portrait serves as a photo. Its marked eyes, and nothing else, say where the glasses go. */
static void
test_photo (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) option = NULL;
  g_autoptr (GBytes) suffix = NULL;
  g_autoptr (GBytes) standard = NULL;

  g_assert_cmpint (run (fixture, NULL, "--headshot", "person-1", "-o", "photo.png", NULL), ==, 0);
  g_assert_cmpint (run (fixture, NULL, "--headshot", "photo.png", "--eyes", "0.44,0.44,0.56,0.44", "--wear",
                        "glasses-round", "-o", "a.png", NULL),
                   ==, 0);
  g_assert_cmpint (run (fixture, NULL, "--headshot", "photo.png@0.44,0.44,0.56,0.44", "--wear", "glasses-round", "-o",
                        "b.png", NULL),
                   ==, 0);
  g_assert_cmpint (run (fixture, NULL, "--headshot", "photo.png", "--wear", "glasses-round", "-o", "c.png", NULL), ==,
                   0);
  option = read_file (fixture, "a.png");
  suffix = read_file (fixture, "b.png");
  standard = read_file (fixture, "c.png");
  g_assert_true (g_bytes_equal (option, suffix));
  g_assert_false (g_bytes_equal (option, standard));
}

static void
test_sheet (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = path_in (fixture, "sheet.png");
  cairo_surface_t *surface;

  g_assert_cmpint (
      run (fixture, NULL, "sheet", "--headshot", "person-1", "--headshot", "person-1@", "-o", "sheet.png", NULL), ==,
      1);
  g_assert_cmpint (
      run (fixture, NULL, "sheet", "--headshot", "person-1", "--variants", "--sizes", "96,32", "-o", "sheet.png", NULL),
      ==, 0);
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_height (surface), >, 7 * 96);       /* four avatars and three variants */
  cairo_surface_destroy (surface);

  /* Too many for one picture: the rest goes on. */
  g_assert_cmpint (
      run (fixture, NULL, "sheet", "--headshot", "person-1", "--sizes", "960", "--variants", "-o", "large.png", NULL),
      ==, 0);
  g_free (path);
  path = path_in (fixture, "large-2.png");
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_in (fixture, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *arguments[6]; int status; const char *says; } rows[] = {
    { { "--headshot", "person-1" }, 2, "-o FILE" },
    { { "a.json", "b.json", "-o", "a.png" }, 2, "b.json" },
    { { "-o", "a.png", "--size", "0" }, 1, "1 to 4096" },
    { { "-o", "a.png", "--size", "99999" }, 1, "1 to 4096" },
    { { "-o", "a.gif" }, 1, "--format" },
    { { "-o", "a.png", "--format", "gif" }, 1, "gif" },
    { { "-o", "a.png", "--wear", "hat-none" }, 1, "hat-none" },
    { { "-o", "a.png", "--wear", "hat-beanie:pink" }, 1, "pink" },
    { { "-o", "a.png", "--wear", ":" }, 1, "no avatar" },
    { { "-o", "a.png", "--headshot", "absent.jpg" }, 1, "absent.jpg" },
    { { "-o", "a.png", "--headshot", "drawing.svg" }, 1, "SVG" },
    { { "-o", "a.png", "--headshot", "text.jpg" }, 1, "not a picture" },
    { { "-o", "a.png", "--eyes", "1,2,3" }, 1, "eyes" },
    { { "absent.json", "-o", "a.png" }, 1, "absent.json" },
    { { "empty.json", "-o", "a.png" }, 1, "empty" },
    { { "newer.json", "-o", "a.png" }, 1, "newer" },
    { { "two-hats.json", "-o", "a.png" }, 1, "second" },
    { { "other.json", "-o", "a.png" }, 1, "--headshot" },
    { { "sheet", "-o", "a.png" }, 1, "--headshot" },
    { { "sheet", "-o", "a.png", "--sizes", "5,x" }, 1, "192,64" },
    { { "-o", "no/such/folder.png" }, 1, "no/such" },
  };

  write_file (fixture, "drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  write_file (fixture, "text.jpg", "hello");
  write_file (fixture, "empty.json", "");
  write_file (fixture, "newer.json", "{\"mien-look\":2}");
  write_file (fixture, "two-hats.json",
              "{\"mien-look\":1,\"layers\":[{\"type\":\"hat\",\"avatar\":\"hat-beanie\"},{\"type\":\"hat\",\"avatar\":"
              "\"hat-beanie\"}]}");
  write_file (fixture, "other.json",
              "{\"mien-look\":1,\"headshot\":{\"sha256\":"
              "\"0000000000000000000000000000000000000000000000000000000000000000\"}}");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const *a = rows[i].arguments;
      g_autofree char *errors = NULL;

      g_assert_cmpint (run (fixture, &errors, a[0], a[1], a[2], a[3], a[4], NULL), ==, rows[i].status);
      if (strstr (errors, rows[i].says) == NULL)
        g_error ("%s", errors);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/compose/same-as-the-library", test_same_as_the_library);
  ADD ("/compose/formats", test_formats);
  ADD ("/compose/photo", test_photo);
  ADD ("/compose/sheet", test_sheet);
  ADD ("/compose/errors", test_errors);
  return g_test_run ();
}
