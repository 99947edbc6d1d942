/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-gallery"

#include "mien-config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <portrait-export.h>
#include <string.h>

#include "gallery.h"
#include "mien-application.h"
#include "mien-image.h"
#include "mien-main-window.h"

#define ALICE "alice@" IM_TEST_DOMAIN
#define N_HEADS 6

const char *gallery_folder;
char *gallery_data;

/* Taking a picture */

static void
join_widget (GtkWidget *widget, GdkRectangle *bounds)
{
  GdkRectangle own;
  int right, bottom;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_NATIVE (widget))
    {
      test_get_point (widget, 0, 0, &own.x, &own.y);
      test_get_point (widget, 1, 1, &right, &bottom);
      own.width = right - own.x;
      own.height = bottom - own.y;
      if (bounds->width > 0)
        gdk_rectangle_union (bounds, &own, bounds);
      else
        *bounds = own;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    join_widget (child, bounds);
}

static void
get_bounds (GdkRectangle *bounds)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (toplevels, i);

      if (gtk_widget_get_mapped (window))
        {
          test_wait_frame (window);
          join_widget (window, bounds);
        }
    }
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

void
gallery_shoot (const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.png", gallery_folder, name);
  GdkRectangle bounds = { 0 };
  cairo_surface_t *screen, *cut;

  /* There is no condition for "nothing more will be drawn": pictures arrive from threads. */
  test_wait (never, NULL, 250);
  get_bounds (&bounds);
  screen = test_capture ();
  cut = cairo_surface_create_for_rectangle (screen, bounds.x, bounds.y, bounds.width, bounds.height);
  g_assert_cmpint (cairo_surface_write_to_png (cut, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (cut);
  cairo_surface_destroy (screen);
}

void
gallery_close (GtkWidget *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  test_settle ();
}

/* Pictures */

cairo_surface_t *
gallery_head (guint index, int size)
{
  static const guint32 backdrops[N_HEADS] = { 0xf6d32d, 0x99c1f1, 0xf66151, 0x8ff0a4, 0xdc8add, 0xcdab8f };
  g_autofree char *path = g_strdup_printf ("%s/headshot-%u.svg", MIEN_TEST_PACK, index % N_HEADS + 1);
  g_autofree char *content = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;
  cairo_surface_t *head, *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  cairo_t *cr = cairo_create (surface);
  guint32 backdrop = backdrops[index % N_HEADS];

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) svg = g_bytes_new (content, length);
  head = mien_svg_render (svg, size, NULL, &error);
  g_assert_no_error (error);
  cairo_set_source_rgb (cr, (backdrop >> 16) / 255.0, (backdrop >> 8 & 255) / 255.0, (backdrop & 255) / 255.0);
  cairo_paint (cr);
  cairo_set_source_surface (cr, head, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (head);

  return surface;
}

char *
gallery_head_file (guint index, int size, const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);
  cairo_surface_t *surface = gallery_head (index, size);

  g_mkdir_with_parents (folder, 0700);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);

  return path;
}

/* Before anything asks where the pictures are. */
static void
fill_pictures (void)
{
  static const char *const names[] = { "On the beach.png", "2025-08-14 18.22.05.png", "生日聚会.png",
                                       "A picture with quite a long name from the holidays.png", "me.png" };
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "user-dirs.dirs", NULL);
  g_autofree char *pictures = g_build_filename (gallery_data, "Pictures", NULL);
  g_autofree char *content = g_strdup_printf ("XDG_PICTURES_DIR=\"%s\"\n", pictures);

  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  g_file_set_contents (config, content, -1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (gallery_head_file (i, 480, pictures, names[i]));
}

/* The client, signed in */

static MienApplication *
start_client (ImServer *server)
{
  g_autofree char *certificate = g_build_filename (server->directory, "data", "im", "certificate.pem", NULL);
  g_autofree char *password = g_build_filename (gallery_data, "password", NULL);
  const MienApplicationOptions options = {
    .account = (char *) ALICE, .data_directory = gallery_data, .host = (char *) "127.0.0.1",
    .port = im_server_get_port (server), .tls = XMPP_TLS_STARTTLS, .password_file = password, .ca_file = certificate,
  };
  MienApplication *app;
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (password, "alice\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  app = mien_application_new (&options);
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);

  return app;
}

static void
set_looks (void)
{
  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  if (g_strcmp0 (g_getenv ("MIEN_GALLERY_THEME"), "dark") == 0)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
}

int
main (int argc, char **argv)
{
  g_autoptr (MienApplication) app = NULL;
  ImServer *server;
  GtkWidget *window;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("MIEN_LOCALE_DIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  test_display_init (&argc, &argv);
  /* Nobody shows notifications here, which GIO warns of. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  if (argc != 3)
    {
      g_printerr ("usage: gallery FOLDER sign-in|main|editor\n");
      return 2;
    }
  gallery_folder = argv[1];
  g_mkdir_with_parents (gallery_folder, 0755);
  gallery_data = g_build_filename (g_get_home_dir (), "gallery", NULL);
  g_mkdir_with_parents (gallery_data, 0700);
  fill_pictures ();
  set_looks ();

  server = im_server_start (NULL);
  app = start_client (server);
  if (g_str_equal (argv[2], "sign-in"))
    {
      gallery_sign_in (ADW_APPLICATION (app), server);
      return 0;
    }
  g_application_activate (G_APPLICATION (app));
  window = test_get_window (MIEN_TYPE_MAIN_WINDOW);
  test_focus_window (window);
  if (g_str_equal (argv[2], "editor"))
    gallery_editor (window, server);
  else
    gallery_main (window, server);

  return 0;
}
