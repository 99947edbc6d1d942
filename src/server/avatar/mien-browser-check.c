/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-browser-check.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#include "mien-image.h"

#define COLUMNS 4
#define ROWS 3
#define GROUND 0x80            /* grey: light and dark drawings both differ from it */

char *
mien_browser_check_find (void)
{
  static const char * const names[] = { "chromium", "chromium-browser", "google-chrome", NULL };
  char *path = NULL;

  for (guint i = 0; names[i] != NULL && path == NULL; i++)
    path = g_find_program_in_path (names[i]);
  return path;
}

double
mien_browser_check_psnr (cairo_surface_t *a,
                         int              a_x,
                         int              a_y,
                         cairo_surface_t *b,
                         int              size)
{
  const guint8 *a_data, *b_data;
  gsize a_stride = cairo_image_surface_get_stride (a), b_stride = cairo_image_surface_get_stride (b);
  double sum = 0;

  cairo_surface_flush (a);
  cairo_surface_flush (b);
  a_data = cairo_image_surface_get_data (a);
  b_data = cairo_image_surface_get_data (b);
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        guint32 p = *(const guint32 *) (const void *) (a_data + (gsize) (a_y + y) * a_stride + (gsize) (a_x + x) * 4);
        guint32 q = *(const guint32 *) (const void *) (b_data + (gsize) y * b_stride + (gsize) x * 4);

        for (int shift = 0; shift < 24; shift += 8)
          {
            double difference = (double) (p >> shift & 0xff) - (double) (q >> shift & 0xff);

            sum += difference * difference;
          }
      }
  return sum > 0 ? 10 * log10 (255.0 * 255.0 * 3 * size * size / sum) : INFINITY;
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!g_file_test (child, G_FILE_TEST_IS_SYMLINK) && g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static gboolean
on_too_long (gpointer browser)
{
  g_subprocess_force_exit (browser);
  return G_SOURCE_REMOVE;
}

static void
on_exited (GObject      *source,
           GAsyncResult *result,
           gpointer      done)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) done = TRUE;
}

static gboolean
take_screenshot (const char  *browser,
                 const char  *folder,
                 const char  *page,
                 GError     **error)
{
  g_autofree char *profile = g_strdup_printf ("--user-data-dir=%s/profile", folder);
  g_autofree char *output = g_strdup_printf ("--screenshot=%s/page.png", folder);
  g_autofree char *window = g_strdup_printf ("--window-size=%d,%d", COLUMNS * MIEN_BROWSER_CHECK_SIZE,
                                             ROWS * MIEN_BROWSER_CHECK_SIZE);
  g_autofree char *uri = g_filename_to_uri (page, NULL, NULL);
  const char *arguments[] = { browser,
                              "--headless",
                              "--disable-gpu",
                              "--hide-scrollbars",
                              "--force-device-scale-factor=1",
                              "--force-color-profile=srgb",
                              "--no-first-run",
                              "--disable-background-networking",
                              "--disable-component-update",
                              "--disable-sync",
                              "--disable-extensions",
                              profile,
                              output,
                              window,
                              NULL,
                              NULL,
                              NULL };
  guint n = g_strv_length ((char **) arguments);
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GSource) timeout = g_timeout_source_new_seconds (MIEN_BROWSER_CHECK_SECONDS);
  gboolean done = FALSE;

  if (geteuid () == 0)       /* its sandbox does not work for root; the page is ours and has no script */
    arguments[n++] = "--no-sandbox";
  arguments[n] = uri;
  g_main_context_push_thread_default (context);
  process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, error);
  if (process != NULL)
    {
      g_source_set_callback (timeout, on_too_long, process, NULL);
      g_source_attach (timeout, context);
      g_subprocess_wait_async (process, NULL, on_exited, &done);
      while (!done)
        g_main_context_iteration (context, TRUE);
      g_source_destroy (timeout);
      if (!g_subprocess_get_successful (process))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s did not make a picture of a page."), browser);
          g_clear_object (&process);
        }
    }
  g_main_context_pop_thread_default (context);
  return process != NULL;
}

static gboolean
write_page (const char  *path,
            GPtrArray   *drawings,
            guint        first,
            GError     **error)
{
  g_autoptr(GString) page = g_string_new (NULL);

  g_string_append_printf (page, "<!doctype html><style>body{margin:0;background:#%02x%02x%02x}"
                          "img{position:absolute;width:%dpx;height:%dpx}</style>", GROUND, GROUND, GROUND,
                          MIEN_BROWSER_CHECK_SIZE, MIEN_BROWSER_CHECK_SIZE);
  for (guint i = 0; i < COLUMNS * ROWS && first + i < drawings->len; i++)
    {
      GBytes *svg = g_ptr_array_index (drawings, first + i);
      g_autofree char *base64 = g_base64_encode (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));

      g_string_append_printf (page, "<img style='left:%upx;top:%upx' src='data:image/svg+xml;base64,%s'>",
                              i % COLUMNS * MIEN_BROWSER_CHECK_SIZE, i / COLUMNS * MIEN_BROWSER_CHECK_SIZE, base64);
    }
  return g_file_set_contents (path, page->str, page->len, error);
}

static cairo_surface_t *
render_on_ground (GBytes  *svg,
                  GError **error)
{
  cairo_surface_t *drawing = mien_svg_render (svg, MIEN_BROWSER_CHECK_SIZE, NULL, error);
  cairo_surface_t *surface;
  cairo_t *cr;

  if (drawing == NULL)
    return NULL;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, MIEN_BROWSER_CHECK_SIZE, MIEN_BROWSER_CHECK_SIZE);
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, GROUND / 255.0, GROUND / 255.0, GROUND / 255.0);
  cairo_paint (cr);
  cairo_set_source_surface (cr, drawing, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (drawing);
  return surface;
}

static gboolean
compare_page (const char  *path,
              GPtrArray   *drawings,
              GPtrArray   *names,
              guint        first,
              GPtrArray   *problems,
              double      *worst,
              GError     **error)
{
  cairo_surface_t *page = cairo_image_surface_create_from_png (path);
  gboolean good = cairo_surface_status (page) == CAIRO_STATUS_SUCCESS &&
                  cairo_image_surface_get_width (page) >= COLUMNS * MIEN_BROWSER_CHECK_SIZE &&
                  cairo_image_surface_get_height (page) >= ROWS * MIEN_BROWSER_CHECK_SIZE;

  if (!good)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The browser's picture of the page cannot be read."));
  for (guint i = 0; good && i < COLUMNS * ROWS && first + i < drawings->len; i++)
    {
      cairo_surface_t *ours = render_on_ground (g_ptr_array_index (drawings, first + i), error);
      double psnr;

      if (ours == NULL)
        {
          good = FALSE;
          break;
        }
      psnr = mien_browser_check_psnr (page, i % COLUMNS * MIEN_BROWSER_CHECK_SIZE,
                                      i / COLUMNS * MIEN_BROWSER_CHECK_SIZE, ours, MIEN_BROWSER_CHECK_SIZE);
      *worst = MIN (*worst, psnr);
      if (psnr < MIEN_BROWSER_CHECK_MIN_PSNR)
        g_ptr_array_add (problems,
                         g_strdup_printf (_("%s: a browser draws it differently (%.1f dB; at least %.0f are needed)."),
                                          (const char *) g_ptr_array_index (names, first + i), psnr,
                                          MIEN_BROWSER_CHECK_MIN_PSNR));
      cairo_surface_destroy (ours);
    }
  cairo_surface_destroy (page);
  return good;
}

static void
collect (MienPack   *pack,
         const char *file,
         const char *sha256,
         GPtrArray  *drawings,
         GPtrArray  *names)
{
  GBytes *svg = file != NULL ? mien_pack_get_file (pack, sha256, NULL) : NULL;

  if (svg == NULL)
    return;
  g_ptr_array_add (drawings, svg);
  g_ptr_array_add (names, g_strdup (file));
}

GPtrArray *
mien_browser_check_run (const char  *browser,
                        MienPack    *pack,
                        double      *out_worst,
                        GError     **error)
{
  MienCatalogue *catalogue = mien_pack_get_catalogue (pack);
  g_autoptr(GPtrArray) drawings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_dir_make_tmp ("mien-browser-XXXXXX", error);
  g_autofree char *page = NULL;
  g_autofree char *picture = NULL;
  double worst = INFINITY;
  gboolean good = folder != NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalogue)); i++)
    {
      g_autoptr(MienAvatar) avatar = g_list_model_get_item (G_LIST_MODEL (catalogue), i);

      collect (pack, mien_avatar_get_file (avatar), mien_avatar_get_sha256 (avatar), drawings, names);
      collect (pack, mien_avatar_get_behind_file (avatar), mien_avatar_get_behind_sha256 (avatar), drawings, names);
    }
  for (guint i = 0; i < mien_catalogue_get_n_headshots (catalogue); i++)
    collect (pack, mien_catalogue_get_headshot (catalogue, i)->file, mien_catalogue_get_headshot (catalogue, i)->sha256,
             drawings, names);

  if (folder != NULL)
    {
      page = g_build_filename (folder, "page.html", NULL);
      picture = g_build_filename (folder, "page.png", NULL);
    }
  for (guint first = 0; good && first < drawings->len; first += COLUMNS * ROWS)
    good = write_page (page, drawings, first, error) && take_screenshot (browser, folder, page, error) &&
           compare_page (picture, drawings, names, first, problems, &worst, error);
  if (folder != NULL)
    remove_tree (folder);
  if (out_worst != NULL)
    *out_worst = worst;
  return good ? g_steal_pointer (&problems) : NULL;
}
