/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-pack-check"

#include <math.h>
#include <string.h>

#include "avatar-fixture.h"
#include "mien-browser-check.h"
#include "mien-drawing-check.h"
#include "mien-pack-check.h"
#include "mien-pack-command.h"
#include "mien-svg-check.h"

/* What a pack may hold, and that each thing it may not hold is named. */

#define SVG(inner) "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\">" inner "</svg>"
#define DISC "<circle cx=\"256\" cy=\"256\" r=\"90\" fill=\"#e01b24\"/>"

static const struct { const char *name, *svg;
} good_svgs[] = {
  { "disc", SVG (DISC) },
  { "declaration", "<?xml version=\"1.0\"?><!-- a disc -->" SVG (DISC) },
  { "gradient", SVG ("<defs><linearGradient id=\"a\"><stop offset=\"0\" "
                     "stop-color=\"#fff\"/></linearGradient></defs><path d=\"M0 0\" fill=\"url(#a)\"/>") },
  { "quoted", SVG ("<clipPath id=\"a\"><path d=\"M0 0\"/></clipPath><g clip-path=\"url('#a')\" style=\"fill:#fff; "
                   "stroke : none\"/>") },
  { "use",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 512 512\">"
    "<defs><path id=\"a\" d=\"M0 0\"/></defs><use href=\"#a\"/><use xlink:href=\"#a\" transform=\"scale(-1 "
    "1)\"/></svg>" },
  { "title", SVG ("<title>A &amp; B</title>" DISC) },
};

static const struct { const char *name, *svg, *says;
} bad_svgs[] = {
  { "empty", "", "XML" },
  { "text", "hello", "XML" },
  { "cut", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\"><g>", "XML" },
  { "html", "<html/>", "<html>" },
  { "no-box", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "viewBox" },
  { "other-box", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\"/>", "viewBox" },
  { "no-namespace", "<svg viewBox=\"0 0 512 512\"/>", "xmlns" },
  { "other-namespace", "<svg xmlns=\"http://example.org/\" viewBox=\"0 0 512 512\"/>", "not an SVG" },
  { "editor",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:inkscape=\"http://example.org/\" viewBox=\"0 0 512 512\"/>",
    "xmlns:inkscape" },
  { "script", SVG ("<script>alert(1)</script>"), "<script>" },
  { "handler", SVG ("<path d=\"M0 0\" onload=\"alert(1)\"/>"), "onload" },
  { "text-element", SVG ("<text>hat</text>"), "<text>" },
  { "image", SVG ("<image href=\"#a\"/>"), "<image>" },
  { "filter", SVG ("<filter id=\"f\"/>"), "<filter>" },
  { "filter-property", SVG ("<path d=\"M0 0\" filter=\"url(#f)\"/>"), "filter" },
  { "style-element", SVG ("<style>@import 'x'</style>"), "<style>" },
  { "animation", SVG ("<path d=\"M0 0\"><animate/></path>"), "<animate>" },
  { "foreign", SVG ("<foreignObject/>"), "<foreignObject>" },
  { "nested", SVG ("<svg/>"), "root" },
  { "doctype", "<!DOCTYPE svg [<!ENTITY a \"b\">]>" SVG (DISC), "document type" },
  { "entity", SVG ("<title>&a;</title>"), "XML" },
  { "cdata", SVG ("<title><![CDATA[x]]></title>"), "CDATA" },
  { "instruction", "<?xml-stylesheet href=\"http://example.org/\"?>" SVG (DISC), "instruction" },
  { "href-out", SVG ("<use href=\"http://example.org/a.svg#a\"/>"), "outside" },
  { "href-data", SVG ("<use href=\"data:image/svg+xml,x\"/>"), "outside" },
  { "url-out", SVG ("<path d=\"M0 0\" fill=\"url(http://example.org/#a)\"/>"), "outside" },
  { "url-case", SVG ("<path d=\"M0 0\" fill=\"URL(//example.org)\"/>"), "outside" },
  { "url-second", SVG ("<path id=\"a\" d=\"M0 0\" fill=\"url(#a) url(b)\"/>"), "outside" },
  { "url-escape", SVG ("<path d=\"M0 0\" fill=\"u\\72l(x)\"/>"), "character" },
  { "url-open", SVG ("<path d=\"M0 0\" fill=\"url(#a\"/>"), "cannot be read" },
  { "url-space", SVG ("<path d=\"M0 0\" fill=\"url (#a)\"/>"), "cannot be read" },
  { "less-than", SVG ("<path d=\"<script>\"/>"), "character" },
  { "style-url", SVG ("<path d=\"M0 0\" style=\"fill:url(x.svg#a)\"/>"), "outside" },
  { "style-property", SVG ("<path d=\"M0 0\" style=\"filter:blur(3px)\"/>"), "filter" },
  { "style-nonsense", SVG ("<path d=\"M0 0\" style=\"fill\"/>"), "style" },
  { "dangling", SVG ("<path d=\"M0 0\" fill=\"url(#nowhere)\"/>"), "#nowhere" },
  { "id-twice", SVG ("<g id=\"a\"/><g id=\"a\"/>"), "twice" },
  { "use-in-use", SVG ("<g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"/>"), "<use>" },
};

static void
test_good_svg (gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (mien_svg_check (data, strlen (data), &error));
  g_assert_no_error (error);
}

static void
test_bad_svg (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr(GError) error = NULL;

  g_assert_false (mien_svg_check (bad_svgs[i].svg, strlen (bad_svgs[i].svg), &error));
  g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING);
  if (strstr (error->message, bad_svgs[i].says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, bad_svgs[i].says);
}

static char *
repeat (const char *before,
        const char *piece,
        guint       n,
        const char *after)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, after);
  return g_string_free (text, FALSE);
}

static void
test_svg_limits (void)
{
  const char *root = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\">";
  g_autofree char *large = repeat (root, " ", MIEN_SVG_CHECK_MAX_BYTES, "</svg>");
  g_autofree char *many = repeat (root, "<g/>", MIEN_SVG_CHECK_MAX_ELEMENTS, "</svg>");
  g_autofree char *deep = repeat (root, "<g>", MIEN_SVG_CHECK_MAX_DEPTH, "");
  g_autofree char *uses = repeat (root, "<use href=\"#a\"/>", MIEN_SVG_CHECK_MAX_USES + 1, "<g id=\"a\"/></svg>");
  const char *bad[] = { large, many, deep, uses };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (mien_svg_check (bad[i], strlen (bad[i]), &error));
      g_assert_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING);
      g_assert_null (strstr (error->message, "XML"));
    }
}

/* A picture with one rectangle, in units of the template. */
static cairo_surface_t *
make_surface (int    size,
              double x,
              double y,
              double width,
              double height,
              double grey,
              double alpha)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, size / 512.0, size / 512.0);
  cairo_rectangle (cr, x, y, width, height);
  cairo_set_source_rgba (cr, grey, grey, grey, alpha);
  cairo_fill (cr);
  cairo_destroy (cr);
  return surface;
}

static void
test_edge (void)
{
  static const struct { double x, y, width, height; gboolean free, coat; } cases[] = {
    { 100, 100, 200, 200, TRUE, TRUE },
    { 100, 0, 200, 200, FALSE, FALSE },          /* top */
    { 0, 100, 200, 200, FALSE, FALSE },          /* left, above the shoulders */
    { 400, 100, 112, 200, FALSE, FALSE },        /* right */
    { 0, 420, 512, 92, FALSE, TRUE },            /* bottom and sides below the shoulders */
    { 100, 300, 200, 212, FALSE, TRUE },         /* bottom */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      cairo_surface_t *surface = make_surface (MIEN_PACK_CHECK_SIZE, cases[i].x, cases[i].y, cases[i].width,
                                               cases[i].height, 0.5, 1);

      g_assert_cmpint (mien_drawing_check_edge (surface, MIEN_DRAWING_FREE, NULL), ==, cases[i].free);
      g_assert_cmpint (mien_drawing_check_edge (surface, MIEN_DRAWING_SKIN, NULL), ==, cases[i].free);
      g_assert_cmpint (mien_drawing_check_edge (surface, MIEN_DRAWING_COAT, NULL), ==, cases[i].coat);
      g_assert_true (mien_drawing_check_edge (surface, MIEN_DRAWING_FULL, NULL));
      cairo_surface_destroy (surface);
    }
}

static void
test_silhouette (void)
{
  static const struct { const char *name; double size, grey, alpha; gboolean window, skin; } cases[] = {
    { "grey", 200, 0.5, 1, TRUE, TRUE },
    { "white", 200, 0.98, 1, FALSE, TRUE },
    { "black", 200, 0.1, 1, FALSE, TRUE },
    { "faint", 200, 0.5, 0.03, FALSE, FALSE },
    { "tiny", 12, 0.5, 1, FALSE, FALSE },
    { "nothing", 0, 0.5, 1, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      cairo_surface_t *surface = make_surface (MIEN_PACK_CHECK_SMALL, 100, 100, cases[i].size, cases[i].size,
                                               cases[i].grey, cases[i].alpha);
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (mien_drawing_check_silhouette (surface, MIEN_DRAWING_FREE, &error), ==, cases[i].window);
      g_assert_cmpint (error != NULL, ==, !cases[i].window);
      g_assert_cmpint (mien_drawing_check_silhouette (surface, MIEN_DRAWING_SKIN, NULL), ==, cases[i].skin);
      cairo_surface_destroy (surface);
    }
}

static void
check_folder (const char *folder,
              const char *says)
{
  g_autoptr(MienPackCheck) check = mien_pack_check_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) pack = mien_pack_load (folder, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_autoptr(GPtrArray) problems = NULL;

  g_assert_no_error (error);
  problems = mien_pack_check_run (check, pack, NULL);
  if (says == NULL)
    {
      for (guint i = 0; i < problems->len; i++)
        g_test_message ("%s", (char *) g_ptr_array_index (problems, i));
      g_assert_cmpuint (problems->len, ==, 0);
      return;
    }
  g_assert_cmpuint (problems->len, >=, 1);
  if (strstr (g_ptr_array_index (problems, 0), says) == NULL)
    g_error ("“%s” does not say “%s”", (char *) g_ptr_array_index (problems, 0), says);
}

static void
test_packs (void)
{
  static const struct { const char *file, *old, *fresh, *says;
  } cases[] = {
    { "hat-beanie.svg", "<circle", "<text/><circle", "hat-beanie.svg: " },
    { "hair-long-behind.svg", "fill=", "href=\"http://x/\" fill=", "hair-long-behind.svg: " },
    { "headshot-1.svg", "M40 512", "M0 200 L0 512", "headshot-1.svg: " },
    { "glasses-round.svg", "stroke=\"#613583\"", "opacity=\".02\" stroke=\"#613583\"", "glasses-round.svg: " },
    { "catalogue.json", "#f66151", "#123456", "#123456" },
    { "catalogue.json", "{\"#865e3c\": \"#3d3846\", \"#63452c\": \"#241f31\"}",
      "{\"#865e3c\": \"#fbfbfb\", \"#63452c\": \"#fafafa\"}", "black" },
    { "catalogue.json", "{\"id\": \"hat\", ", "{\"id\": \"mask\", ", "hat" },
  };

  check_folder (g_getenv ("MIEN_TEST_PACK"), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = avatar_fixture_copy_pack ();

      avatar_fixture_replace (folder, cases[i].file, cases[i].old, cases[i].fresh);
      check_folder (folder, cases[i].says);
      avatar_fixture_remove (folder);
    }
}

static guint
count_drawn (const char *folder,
             const char *memory)
{
  g_autoptr(MienPackCheck) check = mien_pack_check_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) pack = mien_pack_load (folder, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_autoptr(GPtrArray) problems = NULL;

  g_assert_no_error (error);
  mien_pack_check_recall (check, memory);
  problems = mien_pack_check_run (check, pack, NULL);
  mien_pack_check_remember (check, memory, &error);
  g_assert_no_error (error);
  return mien_pack_check_get_n_drawn (check);
}

/* What was found good is not drawn again by the next process; a changed file is, and a bad one is never remembered. */
static void
test_memory (void)
{
  g_autofree char *folder = avatar_fixture_copy_pack ();
  g_autofree char *other = avatar_fixture_new_folder ();
  g_autofree char *memory = g_build_filename (other, "checked", NULL);
  g_autofree char *text = NULL;
  guint all = count_drawn (folder, memory);

  g_assert_cmpuint (all, >, 5);
  g_assert_cmpuint (count_drawn (folder, memory), ==, 0);
  avatar_fixture_replace (folder, "hat-beanie.svg", "r=\"20\"", "r=\"22\"");
  g_assert_cmpuint (count_drawn (folder, memory), >=, 1);
  g_assert_cmpuint (count_drawn (folder, memory), ==, 0);
  avatar_fixture_replace (folder, "hat-beanie.svg", "<circle", "<text/><circle");
  g_assert_cmpuint (count_drawn (folder, memory), >=, 1);
  g_assert_cmpuint (count_drawn (folder, memory), >=, 1);

  /* Other rules, another program, noise: as if there were none. */
  text = avatar_fixture_read (other, "checked");
  *strchr (text, ' ') = '_';
  avatar_fixture_write (other, "checked", text);
  g_assert_cmpuint (count_drawn (folder, memory), ==, all);
  avatar_fixture_write (other, "checked", "");
  g_assert_cmpuint (count_drawn (folder, memory), ==, all);
  avatar_fixture_remove (folder);
  avatar_fixture_remove (other);
}

static void
test_starter_pack (void)
{
  g_autofree char *catalogue = g_build_filename (g_getenv ("MIEN_STARTER_PACK"), "catalogue.json", NULL);

  if (!g_file_test (catalogue, G_FILE_TEST_EXISTS))
    g_test_skip ("This tree has no starter pack");
  else
    check_folder (g_getenv ("MIEN_STARTER_PACK"), NULL);
}

static void
print_nothing (const char *text)
{
}

static void
test_command (void)
{
  g_autofree char *missing = g_strdup ("/nonexistent");
  char *pack = (char *) g_getenv ("MIEN_TEST_PACK");
  struct { char *arguments[4]; int status; } cases[] = {
    { { (char *) "check", pack }, 0 },
    { { (char *) "check", missing }, 1 },
    { { (char *) "check" }, 2 },
    { { NULL }, 2 },
    { { (char *) "make", pack }, 2 },
    { { (char *) "check", pack, pack }, 2 },
    { { (char *) "check", (char *) "--nonsense", pack }, 2 },
  };

  g_set_print_handler (print_nothing);
  g_set_printerr_handler (print_nothing);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (mien_pack_command_run (NULL, cases[i].arguments), ==, cases[i].status);
  g_set_print_handler (NULL);
  g_set_printerr_handler (NULL);
}

static void
test_psnr (void)
{
  cairo_surface_t *a = make_surface (512, 0, 0, 512, 512, 0.5, 1);
  cairo_surface_t *b = make_surface (512, 0, 0, 512, 512, 0.5, 1);
  cairo_surface_t *c = make_surface (512, 0, 0, 512, 512, 0.6, 1);

  g_assert_true (isinf (mien_browser_check_psnr (a, 0, 0, b, 512)));
  /* A tenth of full scale everywhere: 20 dB. */
  g_assert_cmpfloat_with_epsilon (mien_browser_check_psnr (a, 0, 0, c, 512), 20, 0.2);
  cairo_surface_destroy (a);
  cairo_surface_destroy (b);
  cairo_surface_destroy (c);
}

static void
test_browser (void)
{
  g_autofree char *browser = mien_browser_check_find ();
  g_autofree char *starter = g_build_filename (g_getenv ("MIEN_STARTER_PACK"), "catalogue.json", NULL);
  const char *folder = g_file_test (starter, G_FILE_TEST_EXISTS) ? g_getenv ("MIEN_STARTER_PACK")
                                                                 : g_getenv ("MIEN_TEST_PACK");
  g_autoptr(GPtrArray) problems = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(MienPack) pack = NULL;
  double worst;

  if (browser == NULL)
    {
      g_test_skip ("Chromium is not installed");
      return;
    }
  pack = mien_pack_load (folder, MIEN_PACK_LOAD_CONTENT, NULL, &error);
  g_assert_no_error (error);
  problems = mien_browser_check_run (browser, pack, &worst, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (problems, i));
  g_assert_cmpuint (problems->len, ==, 0);
  g_test_message ("At least %.1f dB", worst);
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (argc > 1 && g_str_equal (argv[1], "browser"))
    {
      g_test_add_func ("/pack-check/browser", test_browser);
      return g_test_run ();
    }
  for (guint i = 0; i < G_N_ELEMENTS (good_svgs); i++)
    {
      g_autofree char *path = g_strconcat ("/pack-check/svg/good/", good_svgs[i].name, NULL);

      g_test_add_data_func (path, good_svgs[i].svg, test_good_svg);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_svgs); i++)
    {
      g_autofree char *path = g_strconcat ("/pack-check/svg/bad/", bad_svgs[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad_svg);
    }
  g_test_add_func ("/pack-check/svg/limits", test_svg_limits);
  g_test_add_func ("/pack-check/edge", test_edge);
  g_test_add_func ("/pack-check/silhouette", test_silhouette);
  g_test_add_func ("/pack-check/packs", test_packs);
  g_test_add_func ("/pack-check/memory", test_memory);
  g_test_add_func ("/pack-check/starter-pack", test_starter_pack);
  g_test_add_func ("/pack-check/command", test_command);
  g_test_add_func ("/pack-check/psnr", test_psnr);
  return g_test_run ();
}
