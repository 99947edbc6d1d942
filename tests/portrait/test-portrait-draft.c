/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "mien-cache.h"
#include "mien-draft.h"
#include "mien-file.h"
#include "mien-gallery-private.h"
#include "mien-headshot.h"
#include "mien-image.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <portrait-compositor.h>
#include <string.h>

/* ---- the square that is cut out ---- */

static void
assert_inside (const MienCrop *crop, int width, int height)
{
  PortraitPoint corners[4];

  mien_crop_get_corners (crop, corners);
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat (corners[i].x, >=, -1e-6);
      g_assert_cmpfloat (corners[i].y, >=, -1e-6);
      g_assert_cmpfloat (corners[i].x, <=, width + 1e-6);
      g_assert_cmpfloat (corners[i].y, <=, height + 1e-6);
    }
}

static void
test_crop_limits (void)
{
  static const struct
  {
    int width, height;
  } sizes[] = { { 960, 960 }, { 4000, 3000 }, { 3000, 4000 }, { 33, 5000 }, { 32, 32 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int round = 0; round < 500; round++)
      {
        int w = sizes[i].width, h = sizes[i].height;
        MienCrop crop;

        mien_crop_init_default (w, h, &crop);
        assert_inside (&crop, w, h);
        g_assert_cmpfloat (crop.side, ==, MIN (w, h));
        mien_crop_turn (&crop, w, h, MIN (w, h) > 60 ? g_test_rand_double_range (-400, 400) : 0);
        mien_crop_zoom (&crop, w, h, g_test_rand_double_range (0.1, 3), g_test_rand_double_range (0, w),
                        g_test_rand_double_range (0, h));
        mien_crop_move (&crop, w, h, g_test_rand_double_range (-9000, 9000), g_test_rand_double_range (-9000, 9000));
        if (MIN (w, h) > 60)
          assert_inside (&crop, w, h);
      }
}

static void
test_crop_not_finite (void)
{
  const double bad[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      MienCrop crop = { bad[i], 10, 100, 0 };

      mien_crop_clamp (&crop, 400, 300);
      assert_inside (&crop, 400, 300);
      mien_crop_zoom (&crop, 400, 300, bad[i], 0, 0);
      mien_crop_turn (&crop, 400, 300, bad[i]);
      mien_crop_move (&crop, 400, 300, bad[i], 0);
      assert_inside (&crop, 400, 300);
      mien_crop_init_face (400, 300, bad[i], 0.5, 0.6, 0.5, TRUE, &crop);
      assert_inside (&crop, 400, 300);
    }
}

/* The face lands where the standard face is, upright, in the cut-out square. */
static void
test_crop_face (void)
{
  MienCrop crop;
  PortraitFace face;

  mien_crop_init_face (4000, 3000, 0.48, 0.40, 0.52, 0.43, TRUE, &crop);
  g_assert_cmpfloat (fabs (crop.angle - 29.36), <, 0.1);
  g_assert_true (mien_crop_map_face (&crop, 0.48 * 4000, 0.40 * 3000, 0.52 * 4000, 0.43 * 3000, 0, &face));
  g_assert_cmpfloat (fabs (face.left_eye.y - 0.42), <, 1e-6);
  g_assert_cmpfloat (fabs (face.right_eye.y - 0.42), <, 1e-6);
  g_assert_cmpfloat (fabs (face.left_eye.x + face.right_eye.x - 1), <, 1e-6);
  g_assert_cmpfloat (fabs (face.right_eye.x - face.left_eye.x - 0.2), <, 1e-6);
}

static void
test_crop_zoom_point (void)
{
  MienCrop crop = { 2000, 1500, 1000, 20 };
  PortraitPoint point = { 2100, 1400 }, before, after;
  PortraitAffine map;

  mien_crop_map (&crop, 100, &map);
  portrait_affine_map_point (&map, &point, &before);
  mien_crop_zoom (&crop, 4000, 3000, 0.8, point.x, point.y);
  mien_crop_map (&crop, 100, &map);
  portrait_affine_map_point (&map, &point, &after);
  g_assert_cmpfloat (fabs (before.x - after.x) + fabs (before.y - after.y), <, 1e-6);
}

static void
test_render (void)
{
  cairo_surface_t *photo = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 200);
  cairo_t *cr = cairo_create (photo);
  MienCrop crop = { 300, 100, 200, 0 };
  cairo_surface_t *out;

  cairo_set_source_rgb (cr, 1, 0, 0);
  cairo_rectangle (cr, 200, 0, 200, 200);
  cairo_fill (cr);
  cairo_destroy (cr);
  out = mien_headshot_render (photo, &crop, 64, NULL);
  g_assert_cmpint (cairo_image_surface_get_width (out), ==, 64);
  for (int y = 0; y < 64; y += 21)   /* no dark edge, nothing of the left half */
    for (int x = 0; x < 64; x += 9)
      g_assert_cmphex (((guint32 *) (cairo_image_surface_get_data (out) + y * cairo_image_surface_get_stride (out)))[x]
                           & 0xffffff,
                       ==, x == 0 ? ((guint32 *) cairo_image_surface_get_data (out))[0] & 0xffffff : 0xff0000);
  cairo_surface_destroy (out);
  cairo_surface_destroy (photo);
}

static void
store_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_load_bad (void)
{
  static const struct { const char *data; gsize size; int code; } cases[] = {
    { "not a picture", 13, MIEN_IMAGE_ERROR_FORMAT }, { "", 0, MIEN_IMAGE_ERROR_FORMAT },
    { "<svg xmlns='http://www.w3.org/2000/svg'/>", 41, MIEN_IMAGE_ERROR_FORMAT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (cases[i].data, cases[i].size);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      mien_headshot_load_bytes_async (bytes, NULL, store_result, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_null (mien_headshot_load_finish (result, &error));
      g_assert_error (error, MIEN_IMAGE_ERROR, cases[i].code);
    }
}

static cairo_surface_t *
load_file (GFile *file, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mien_headshot_load_async (file, NULL, store_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return mien_headshot_load_finish (result, error);
}

static GBytes *
read_data (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("MIEN_TEST_DATA"), name, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = mien_file_read (path, 1024 * 1024, NULL, &error);

  g_assert_no_error (error);
  return bytes;
}

/* Nested copies: a thousand million circles, were it drawn. */
static GBytes *
svg_bomb (void)
{
  GString *text = g_string_new ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle id='a0' r='1'/>");

  for (int i = 1; i < 10; i++)
    {
      g_string_append_printf (text, "<g id='a%d'>", i);
      for (int j = 0; j < 10; j++)
        g_string_append_printf (text, "<use href='#a%d'/>", i - 1);
      g_string_append (text, "</g>");
    }
  g_string_append (text, "</svg>");
  return g_string_free_to_bytes (text);
}

/* A PNG whose header says 30,000 x 30,000. */
static GBytes *
huge_png (void)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R',
                                0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 2, 0, 0, 0, 0, 0, 0, 0 };

  return g_bytes_new_static (png, sizeof png);
}

/* What people drop on the window: from a file, as the dialog does it. What cannot be taken says what can. */
static void
test_load_files (void)
{
  g_autofree char *directory = test_folder_new ("headshot");
  g_autoptr (GBytes) photo = read_data ("photo.jpg");
  g_autoptr (GFile) folder = g_file_new_for_path (directory);
  g_autoptr (GError) folder_error = NULL;
  struct { const char *name; GBytes *bytes; int code; const char *says; int red;
  } cases[] = {
    { "letter.jpg", g_bytes_new_static ("Dear Sir", 8), MIEN_IMAGE_ERROR_FORMAT, "Choose a JPEG, PNG", 0 },
    { "empty.png", g_bytes_new_static ("", 0), MIEN_IMAGE_ERROR_FORMAT, "Choose a JPEG, PNG", 0 },
    { "cut.jpg", g_bytes_new_from_bytes (photo, 0, g_bytes_get_size (photo) / 2), MIEN_IMAGE_ERROR_DAMAGED,
      "Choose another", 0 },
    { "huge.png", huge_png (), MIEN_IMAGE_ERROR_TOO_LARGE, "smaller and try again", 0 },
    { "bomb.svg", svg_bomb (), MIEN_IMAGE_ERROR_FORMAT, "save the drawing as PNG", 0 },
    { "bomb.png", svg_bomb (), MIEN_IMAGE_ERROR_FORMAT, "save the drawing as PNG", 0 },
    { "photo.jpg", g_bytes_ref (photo), 0, NULL, -1 },
    { "cmyk.jpg", read_data ("cmyk.jpg"), 0, NULL, 200 },         /* in its colours, not inverted */
    { "animated.gif", read_data ("animated.gif"), 0, NULL, 200 }, /* its first picture */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (directory, cases[i].name, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      g_autoptr (GError) error = NULL;
      gint64 start = g_get_monotonic_time ();
      cairo_surface_t *surface;

      g_assert_true (g_file_set_contents (
          path, g_bytes_get_data (cases[i].bytes, NULL) != NULL ? g_bytes_get_data (cases[i].bytes, NULL) : "",
          (gssize) g_bytes_get_size (cases[i].bytes), NULL));
      surface = load_file (file, &error);
      g_test_message ("%s: %s", cases[i].name, error != NULL ? error->message : "taken");
      if (cases[i].says != NULL)
        {
          g_assert_null (surface);
          g_assert_error (error, MIEN_IMAGE_ERROR, cases[i].code);
          g_assert_nonnull (strstr (error->message, cases[i].says));
        }
      else
        {
          g_assert_no_error (error);
          if (cases[i].red >= 0)
            g_assert_cmpint (
                ABS ((int) (*(guint32 *) cairo_image_surface_get_data (surface) >> 16 & 0xff) - cases[i].red), <, 40);
          cairo_surface_destroy (surface);
        }
      g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
      g_bytes_unref (cases[i].bytes);
      g_remove (path);
    }
  g_assert_null (load_file (folder, &folder_error));
  g_assert_nonnull (folder_error);
  g_rmdir (directory);
}

/* ---- the draft ---- */

static MienDraft *
open_draft (const char *directory)
{
  MienDraft *draft = mien_draft_new (directory);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_draft_load_async (draft, NULL, store_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  mien_draft_load_finish (draft, result, &error);
  g_assert_no_error (error);
  return draft;
}

static void
put_on (MienDraft *draft, const char *type, const char *avatar)
{
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (draft));

  portrait_look_put (look, portrait_type_lookup (type), avatar, NULL, NULL, FALSE);
  mien_draft_set_look (draft, look, avatar, NULL);
}

static void
drag (MienDraft *draft, double x)
{
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (draft));
  PortraitPlacement placement = portrait_look_find_layer (look, "hat")->placement;

  placement.x = x;
  portrait_look_set_placement (look, "hat", &placement);
  mien_draft_set_look (draft, look, "Move Hat", "hat-x");
}

static void
test_undo (void)
{
  g_autofree char *directory = test_folder_new ("draft");
  g_autoptr (MienDraft) draft = open_draft (directory);
  gboolean can;

  g_assert_false (mien_draft_undo (draft));
  g_assert_null (mien_draft_get_undo_label (draft));
  put_on (draft, "hat", "hat-cap");
  for (int i = 1; i <= 50; i++)
    drag (draft, i / 50.0);
  mien_draft_end_merge (draft);
  drag (draft, -0.5);
  g_assert_true (mien_draft_is_dirty (draft));

  /* The drag of fifty changes is one step. */
  g_assert_cmpstr (mien_draft_get_undo_label (draft), ==, "Move Hat");
  g_assert_true (mien_draft_undo (draft));
  g_assert_cmpfloat (portrait_look_find_layer (mien_draft_get_look (draft), "hat")->placement.x, ==, 1);
  g_assert_true (mien_draft_undo (draft));
  g_assert_cmpfloat (portrait_look_find_layer (mien_draft_get_look (draft), "hat")->placement.x, ==, 0);
  g_assert_true (mien_draft_undo (draft));
  g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (draft)), ==, 0);
  g_assert_false (mien_draft_undo (draft));
  g_assert_cmpstr (mien_draft_get_redo_label (draft), ==, "hat-cap");
  g_assert_true (mien_draft_redo (draft));
  g_assert_true (mien_draft_redo (draft));
  g_assert_cmpfloat (portrait_look_find_layer (mien_draft_get_look (draft), "hat")->placement.x, ==, 1);
  put_on (draft, "glasses", "glasses-round");   /* a new way: nothing to redo */
  g_object_get (draft, "can-redo", &can, NULL);
  g_assert_false (can);

  for (int i = 0; i < MIEN_DRAFT_MAX_UNDO + 50; i++)
    put_on (draft, "hat", i % 2 ? "hat-cap" : "hat-beanie");
  for (int i = 0; i < MIEN_DRAFT_MAX_UNDO; i++)
    g_assert_true (mien_draft_undo (draft));
  g_assert_false (mien_draft_undo (draft));
}

/* Nobody closes anything: what is on disk is the last state all the same. */
static void
test_crash (void)
{
  g_autofree char *directory = test_folder_new ("draft");
  MienDraft *lost = open_draft (directory);
  g_autoptr (MienDraft) draft = NULL;
  g_autofree char *path = g_build_filename (directory, "draft.json", NULL);
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gboolean kept = FALSE;

  put_on (lost, "hat", "hat-cap");
  put_on (lost, "glasses", "glasses-round");
  while (!kept && g_get_monotonic_time () < deadline)
    {
      g_autoptr (GBytes) bytes = mien_file_read (path, 100000, NULL, NULL);

      kept = bytes != NULL
             && g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), "glasses-round")
                    != NULL;
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (kept);
  draft = open_draft (directory);
  g_assert_true (portrait_look_equal (mien_draft_get_look (draft), mien_draft_get_look (lost)));
  g_assert_true (mien_draft_is_dirty (draft));
  g_object_unref (lost);
}

static void
test_headshot (void)
{
  g_autofree char *directory = test_folder_new ("draft");
  MienDraft *draft = open_draft (directory);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 960, 960);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_draft_set_headshot_async (draft, surface, NULL, 0x112233, NULL, store_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (mien_draft_set_headshot_finish (draft, result, &error));
  g_assert_true (mien_draft_get_headshot (draft) == surface);
  mien_draft_mark_clean (draft);
  g_assert_false (mien_draft_is_dirty (draft));
  mien_draft_flush (draft);
  g_object_unref (draft);

  draft = open_draft (directory);
  g_assert_false (mien_draft_is_dirty (draft));
  g_assert_nonnull (mien_draft_get_headshot (draft));
  g_assert_cmphex (portrait_look_get_backdrop (mien_draft_get_look (draft)), ==, 0x112233);
  g_object_unref (draft);
  cairo_surface_destroy (surface);
}

static char *
set_headshot (MienDraft *draft, guint32 colour)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 64, 64);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  *(guint32 *) cairo_image_surface_get_data (surface) = colour;
  cairo_surface_mark_dirty (surface);
  mien_draft_set_headshot_async (draft, surface, NULL, 0, NULL, store_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (mien_draft_set_headshot_finish (draft, result, &error));
  cairo_surface_destroy (surface);
  return g_strdup (portrait_look_get_headshot (mien_draft_get_look (draft)));
}

/* A portrait begins with its headshot: there is nothing before it to go back to, also when it came after the first
 * avatar. */
static void
test_first_headshot (void)
{
  g_autofree char *directory = test_folder_new ("draft"), *other = test_folder_new ("draft");
  g_autoptr (MienDraft) draft = open_draft (directory), late = open_draft (other);
  g_autofree char *one = set_headshot (draft, 0x111111);
  g_autofree char *two = NULL, *three = NULL;

  g_assert_null (mien_draft_get_undo_label (draft));
  g_assert_false (mien_draft_undo (draft));
  two = set_headshot (draft, 0x222222);
  g_assert_nonnull (mien_draft_get_undo_label (draft));
  g_assert_true (mien_draft_undo (draft));
  g_assert_cmpstr (portrait_look_get_headshot (mien_draft_get_look (draft)), ==, one);
  g_assert_false (mien_draft_undo (draft));

  put_on (late, "hat", "hat-cap");
  three = set_headshot (late, 0x333333);
  g_assert_cmpstr (mien_draft_get_undo_label (late), ==, "hat-cap");
  g_assert_true (mien_draft_undo (late));
  g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (late)), ==, 0);
  g_assert_cmpstr (portrait_look_get_headshot (mien_draft_get_look (late)), ==, three);
}

/* The photo that a look or a step names is kept; one that nothing names any more is removed when the draft is
 * written. */
static void
test_old_headshots (void)
{
  g_autofree char *directory = test_folder_new ("draft");
  g_autofree char *folder = g_build_filename (directory, "headshots", NULL);
  g_autoptr (MienCache) cache = mien_cache_new (folder, G_CHECKSUM_SHA256, 0);
  MienDraft *draft = open_draft (directory);
  g_autofree char *one = set_headshot (draft, 0x111111);
  g_autofree char *two = set_headshot (draft, 0x222222);
  g_autofree char *three = NULL;
  g_autofree char *again = NULL;

  mien_draft_flush (draft);
  g_assert_true (mien_cache_has (cache, one));       /* a step names it */
  g_assert_true (mien_draft_undo (draft));
  mien_draft_flush (draft);
  g_assert_true (mien_cache_has (cache, two));       /* to be redone */
  three = set_headshot (draft, 0x333333);            /* another way: nothing to redo */
  mien_draft_flush (draft);
  g_assert_false (mien_cache_has (cache, two));
  g_assert_true (mien_cache_has (cache, one));
  g_assert_true (mien_cache_has (cache, three));
  again = set_headshot (draft, 0x222222);            /* the removed one chosen again */
  g_assert_cmpstr (again, ==, two);
  mien_draft_flush (draft);
  g_assert_true (mien_cache_has (cache, two));
  g_object_unref (draft);

  /* Steps end with the program: only the look's own is kept after the next change. */
  draft = open_draft (directory);
  g_assert_true (mien_cache_has (cache, one));
  put_on (draft, "hat", "hat-cap");
  mien_draft_flush (draft);
  g_assert_false (mien_cache_has (cache, one));
  g_assert_false (mien_cache_has (cache, three));
  g_assert_true (mien_cache_has (cache, two));
  g_assert_nonnull (mien_draft_get_headshot (draft));
  g_object_unref (draft);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

/* The disk is full: the user is told, the old draft on disk stays whole, and the new one is written when there is
 * room. */
static void
test_full_disk (void)
{
  g_autofree char *directory = test_folder_new ("draft");
  MienDraft *draft = open_draft (directory);
  MienDraft *other;
  struct rlimit before, none;
  guint notified = 0;

  put_on (draft, "hat", "hat-cap");
  mien_draft_flush (draft);
  g_signal_connect (draft, "notify::save-error", G_CALLBACK (count_notify), &notified);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  none = before;
  none.rlim_cur = 10;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &none));
  put_on (draft, "glasses", "glasses-round");
  while (mien_draft_get_save_error (draft) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_test_message ("%s", mien_draft_get_save_error (draft));
  g_assert_nonnull (strstr (mien_draft_get_save_error (draft), "cannot be kept"));
  g_assert_cmpuint (notified, >=, 1);
  other = open_draft (directory);
  g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (other)), ==, 1);
  g_object_unref (other);

  mien_draft_flush (draft);
  g_assert_null (mien_draft_get_save_error (draft));
  other = open_draft (directory);
  g_assert_true (portrait_look_equal (mien_draft_get_look (other), mien_draft_get_look (draft)));
  g_object_unref (other);
  g_object_unref (draft);
}

/* A draft of a newer version, or a damaged one, is not overwritten: it is kept under another name, and said. */
static void
test_unreadable (void)
{
  static const char *const texts[] = {
    "",
    "{",
    "[]",
    "{\"mien-draft\": 1}",
    "{\"mien-draft\": 1, \"look\": {\"mien-look\": 99}}",
    "{\"mien-draft\": 2, \"look\": {\"mien-look\": 1}}",
    "{\"mien-draft\": 1, \"look\": 7}",
    "{\"mien-draft\": 1, \"dirty\": [], \"look\": {}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *directory = test_folder_new ("draft");
      g_autofree char *path = g_build_filename (directory, "draft.json", NULL);
      g_autoptr (MienDraft) draft = mien_draft_new (directory);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      mien_draft_load_async (draft, NULL, store_result, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (mien_draft_load_finish (draft, result, &error));
      g_assert_nonnull (error);
      g_assert_cmpuint (portrait_look_get_n_layers (mien_draft_get_look (draft)), ==, 0);
      dir = g_dir_open (directory, 0, NULL);
      g_assert_true (g_str_has_prefix (g_dir_read_name (dir), "draft.json.unreadable-"));
    }
}

/* ---- the gallery's table and memory ---- */

static void
test_index (void)
{
  static const char damaged[] =
      "mien-gallery 1 http://127.0.0.1:80\nbob@x\t3\tshort\t-\t5\t-\nno tabs\n\t3\t-\t-\t5\t-\n"
      "eve@x\t9\t-\t-\t5\t-\ncarol@x\t1\t-\t-\t-1\tfile:///etc/passwd\ncut@x\t3\t";
  g_autoptr (GHashTable) entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, mien_gallery_entry_free);
  MienGalleryEntry *bob = mien_gallery_entry_new ("bob@x"), *nobody = mien_gallery_entry_new ("nobody@x"),
                   *evil = mien_gallery_entry_new ("e\tvil@x");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) broken = g_bytes_new_static (damaged, sizeof damaged - 1);
  g_autoptr (GBytes) newer = g_bytes_new_static ("mien-gallery 2 -\nbob@x\t3\t-\t-\t5\t-\n", 36);
  g_autoptr (GHashTable) back = NULL;
  g_autoptr (GHashTable) some = NULL;
  g_autoptr (GHashTable) none = NULL;
  g_autofree char *origin = NULL;
  g_autofree char *other = NULL;
  g_autofree char *third = NULL;
  g_autofree char *small = NULL;
  g_autofree char *large = NULL;

  bob->sha1 = g_strdup ("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  bob->sha256 = g_strdup ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  bob->url = g_strdup ("https://portraits.example.org/p/x.png");
  bob->updated = 1800000000123000;
  bob->source = MIEN_GALLERY_FROM_PEP;
  bob->known = nobody->known = evil->known = TRUE;
  g_hash_table_insert (entries, bob->jid, bob);
  g_hash_table_insert (entries, nobody->jid, nobody);
  g_hash_table_insert (entries, evil->jid, evil);
  bytes = mien_gallery_index_format (entries, "https://portraits.example.org:443");
  back = mien_gallery_index_parse (bytes, &origin);
  g_assert_cmpstr (origin, ==, "https://portraits.example.org:443");
  g_assert_cmpuint (g_hash_table_size (back), ==, 2);
  bob = g_hash_table_lookup (back, "bob@x");
  small = mien_gallery_entry_get_key (bob, 80);
  large = mien_gallery_entry_get_key (bob, 480);
  g_assert_cmpstr (small, ==, "1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_cmpstr (large, ==, "2:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  g_assert_cmpint (bob->updated, ==, 1800000000123000);
  g_assert_null (mien_gallery_entry_get_key (g_hash_table_lookup (back, "nobody@x"), 80));

  some = mien_gallery_index_parse (broken, &other);
  g_assert_cmpuint (g_hash_table_size (some), ==, 2);
  g_assert_null (((MienGalleryEntry *) g_hash_table_lookup (some, "bob@x"))->sha1);
  g_assert_null (((MienGalleryEntry *) g_hash_table_lookup (some, "carol@x"))->url);
  none = mien_gallery_index_parse (newer, &third);
  g_assert_cmpuint (g_hash_table_size (none), ==, 0);
}

static void
test_surfaces (void)
{
  MienGallerySurfaces *surfaces = mien_gallery_surfaces_new (10 * 80 * 80 * 4);

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("1:%d", i);
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 80, 80);

      mien_gallery_surfaces_put (surfaces, key, 80, surface);
      mien_gallery_surfaces_put (surfaces, key, 80, surface);
      cairo_surface_destroy (surface);
      g_assert_nonnull (mien_gallery_surfaces_get (surfaces, "1:0", 80));   /* used: never the oldest */
      g_assert_cmpuint (mien_gallery_surfaces_get_bytes (surfaces), <=, 10 * 80 * 80 * 4);
    }
  g_assert_nonnull (mien_gallery_surfaces_get (surfaces, "1:19", 80));
  g_assert_null (mien_gallery_surfaces_get (surfaces, "1:1", 80));
  g_assert_null (mien_gallery_surfaces_get (surfaces, "1:19", 40));
  mien_gallery_surfaces_free (surfaces);
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "en", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/portrait/crop/limits", test_crop_limits);
  g_test_add_func ("/portrait/crop/not-finite", test_crop_not_finite);
  g_test_add_func ("/portrait/crop/face", test_crop_face);
  g_test_add_func ("/portrait/crop/zoom-point", test_crop_zoom_point);
  g_test_add_func ("/portrait/headshot/render", test_render);
  g_test_add_func ("/portrait/headshot/load-bad", test_load_bad);
  g_test_add_func ("/portrait/draft/undo", test_undo);
  g_test_add_func ("/portrait/draft/crash", test_crash);
  g_test_add_func ("/portrait/draft/headshot", test_headshot);
  g_test_add_func ("/portrait/headshot/load-files", test_load_files);
  g_test_add_func ("/portrait/draft/first-headshot", test_first_headshot);
  g_test_add_func ("/portrait/draft/old-headshots", test_old_headshots);
  g_test_add_func ("/portrait/draft/full-disk", test_full_disk);
  g_test_add_func ("/portrait/draft/unreadable", test_unreadable);
  g_test_add_func ("/portrait/gallery/index", test_index);
  g_test_add_func ("/portrait/gallery/surfaces", test_surfaces);
  return g_test_run ();
}
