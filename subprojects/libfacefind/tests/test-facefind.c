/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind.h"
#include "facefind-flatbuffer.h"
#include "facefind-network.h"
#include "facefind-sample.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* The real model, where the build was told of it (FACEFIND_MODEL), or NULL: then the tests that need it are skipped. */
static GBytes *model_bytes;

static gboolean
need_model (void)
{
  if (model_bytes == NULL)
    g_test_skip ("FACEFIND_MODEL names no model");
  return model_bytes != NULL;
}

static FaceFindModel *
load_model (void)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (model_bytes, &length);
  FaceFindModel *model = NULL;
  g_assert_cmpint (facefind_model_new (bytes, length, &model), ==, FACEFIND_OK);
  return model;
}

static void
fill (float *out, int n, GRand *rand)
{
  for (int i = 0; i < n; i++)
    out[i] = (float) g_rand_double_range (rand, -2, 2);
}

static void
assert_same_bits (const float *a, const float *b, int n)
{
  g_assert_cmpmem (a, (gsize) n * sizeof (float), b, (gsize) n * sizeof (float));
}

/* Each vector variant against the plain twin, to the last bit. */
static void
test_kernels (gconstpointer data)
{
  const FaceFindKernels *kernels = data, *plain = &facefind_kernels_plain;
  static const struct
  {
    int width, in, out;
  } cases[] = { { 64, 24, 32 }, { 8, 96, 96 }, { 5, 8, 16 }, { 1, 8, 8 }, { 3, 80, 88 }, { 64, 75, 24 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int width = cases[i].width, in = cases[i].in, out = cases[i].out;
      g_autofree float *a = g_new (float, 2 * width * in), *b = g_new (float, 2 * width * in),
                       *c = g_new (float, 2 * width * in);
      g_autofree float *weights = g_new (float, MAX (9, out) * in), *bias = g_new (float, MAX (in, out));
      g_autofree float *x = g_new0 (float, 2 * width * MAX (in, out)), *y = g_new0 (float, 2 * width * MAX (in, out));
      fill (a, 2 * width * in, rand);
      fill (b, 2 * width * in, rand);
      fill (c, 2 * width * in, rand);
      fill (weights, MAX (9, out) * in, rand);
      fill (bias, MAX (in, out), rand);

      plain->pointwise (x, a, width, in, out, weights, bias);
      kernels->pointwise (y, a, width, in, out, weights, bias);
      assert_same_bits (x, y, width * out);

      if (in % FACEFIND_LANES != 0)
        continue;
      const float *rows[][3] = { { a, b, c }, { NULL, b, c }, { a, b, NULL } };
      for (gsize k = 0; k < G_N_ELEMENTS (rows); k++)
        for (int stride = 1; stride <= 2; stride++)
          {
            int in_width = stride * width;
            plain->depthwise (x, rows[k], in_width, width, stride, stride == 1 ? -1 : 0, in, weights, bias);
            kernels->depthwise (y, rows[k], in_width, width, stride, stride == 1 ? -1 : 0, in, weights, bias);
            assert_same_bits (x, y, width * in);
          }
      plain->maxpool (x, a, b, width, in);
      kernels->maxpool (y, a, b, width, in);
      assert_same_bits (x, y, width * in);

      memcpy (x, a, (gsize) (width * in) * sizeof (float));
      memcpy (y, a, (gsize) (width * in) * sizeof (float));
      plain->add_relu (x, b, width, in, in);
      kernels->add_relu (y, b, width, in, in);
      assert_same_bits (x, y, width * in);
    }
}

static void
test_reference (void)
{
  if (!need_model ())
    return;

  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "reference.txt", NULL);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (g_strstrip (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 896 * 17 / 16);

  gsize length;
  const guint8 *bytes = g_bytes_get_data (model_bytes, &length);
  FaceFindNetwork *network = NULL;
  g_assert_cmpint (facefind_network_new (bytes, length, &network), ==, FACEFIND_OK);

  g_autofree guint8 *input = g_malloc (128 * 128 * 3);
  for (int y = 0; y < 128; y++)
    for (int x = 0; x < 128; x++)
      for (int c = 0; c < 3; c++)
        input[(y * 128 + x) * 3 + c] = (guint8) (x * 7 + y * 13 + c * 50 + x * y / 16);

  g_autofree float *out = g_new (float, 896 * 17), *other = g_new (float, 896 * 17);
  g_autofree void *workspace = g_malloc (facefind_network_workspace_size (network));
  facefind_network_run (network, facefind_kernels_best (), input, workspace, out, out + 896);
  for (int i = 0; i < 896 * 17; i += 16)
    {
      double expected = g_ascii_strtod (lines[1 + i / 16], NULL);
      g_assert_cmpfloat_with_epsilon ((double) out[i], expected, 2e-4 * MAX (1, fabs (expected)));
    }

  facefind_network_run (network, &facefind_kernels_plain, input, workspace, other, other + 896);
  assert_same_bits (out, other, 896 * 17);
  facefind_network_free (network);
}

static void
test_sizes (void)
{
  if (!need_model ())
    return;

  FaceFindModel *model = load_model ();
  g_assert_cmpuint (facefind_workspace_size (model), <, 2 * 1024 * 1024);
  g_autofree void *workspace = g_malloc (facefind_workspace_size (model));
  g_autofree guint8 *pixels = g_malloc0 (700 * 300 * 4);
  static const struct { int width, height; gsize stride; FaceFindFormat format; FaceFindStatus status; } cases[] = {
    { 0, 10, 0, FACEFIND_RGB, FACEFIND_ERROR_SIZE },
    { 10, -1, 30, FACEFIND_RGB, FACEFIND_ERROR_SIZE },
    { 10, 10, 29, FACEFIND_RGB, FACEFIND_ERROR_SIZE },
    { 10, 10, 30, FACEFIND_RGBA, FACEFIND_ERROR_SIZE },
    { FACEFIND_MAX_SIDE + 1, 1, (FACEFIND_MAX_SIDE + 1) * 3, FACEFIND_RGB, FACEFIND_ERROR_SIZE },
    { 1, 1, 3, FACEFIND_RGB, FACEFIND_NO_FACE },
    { 1, 300, 3, FACEFIND_RGB, FACEFIND_NO_FACE },
    { 700, 1, 2800, FACEFIND_BGRX, FACEFIND_NO_FACE },
    { 700, 300, 2800, FACEFIND_RGBA, FACEFIND_NO_FACE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FaceFindPicture picture = { pixels, cases[i].width, cases[i].height, cases[i].stride, cases[i].format };
      FaceFindFace face;
      int n = 5;
      g_assert_cmpint (facefind_find (model, &picture, workspace, &face, 1, &n), ==, cases[i].status);
      g_assert_cmpint (n, ==, 0);
    }
  facefind_model_free (model);
}

/* A damaged model is refused or gives some numbers; it never reads or writes where it should not (sanitizers watch). */
static void
run_damaged (const guint8 *bytes, gsize length)
{
  FaceFindModel *model = NULL;
  FaceFindStatus status = facefind_model_new (bytes, length, &model);
  if (status != FACEFIND_OK)
    {
      g_assert_null (model);
      return;
    }
  static guint8 pixels[40 * 40 * 3];
  for (gsize i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8) (i * 37);
  FaceFindPicture picture = { pixels, 40, 40, 120, FACEFIND_RGB };
  FaceFindFace faces[2];
  int n;
  g_autofree void *workspace = g_malloc (facefind_workspace_size (model));
  facefind_find (model, &picture, workspace, faces, 2, &n);
  facefind_model_free (model);
}

static void
test_damaged_models (void)
{
  guint8 small[64] = { 0 };
  memcpy (small + 4, "TFL3", 4);
  FaceFindModel *model = NULL;
  g_assert_cmpint (facefind_model_new (NULL, 0, &model), ==, FACEFIND_ERROR_MODEL);
  g_assert_cmpint (facefind_model_new (small, 8, &model), ==, FACEFIND_ERROR_MODEL);
  for (guint i = 0; i < 256; i++)
    {
      memset (small, (int) i, 4);
      memset (small + 8, (int) i, sizeof small - 8);
      g_assert_cmpint (facefind_model_new (small, sizeof small, &model), ==, FACEFIND_ERROR_MODEL);
    }

  if (model_bytes == NULL)
    return;
  gsize length;
  const guint8 *good = g_bytes_get_data (model_bytes, &length);
  for (gsize cut = 0; cut < length; cut += 4099)
    g_assert_cmpint (facefind_model_new (good, cut, &model), ==, FACEFIND_ERROR_MODEL);

  /* The structure lies at both ends of the file; the middle is weights. */
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree guint8 *copy = g_memdup2 (good, length);
  for (int i = 0; i < 60; i++)
    {
      gsize at = i % 2 ? (gsize) g_rand_int_range (rand, 0, 4000)
                       : length - 1 - (gsize) g_rand_int_range (rand, 0, 40000);
      guint8 old = copy[at];
      copy[at] = (guint8) g_rand_int (rand);
      run_damaged (copy, length);
      copy[at] = old;
    }
}

/* A square cut out at any turn: its middle stays, its corners go where the map says, outside is black. */
static void
test_sample (void)
{
  g_autofree guint8 *pixels = g_malloc (256 * 256 * 4);
  for (int y = 0; y < 256; y++)
    for (int x = 0; x < 256; x++)
      {
        guint8 *p = pixels + (y * 256 + x) * 4;
        p[0] = (guint8) y, p[1] = 0, p[2] = (guint8) x, p[3] = 9;       /* BGRX */
      }
  FaceFindPicture picture = { pixels, 256, 256, 1024, FACEFIND_BGRX };
  g_autofree guint8 *out = g_malloc (128 * 128 * 3);
  static const FaceFindView views[] = {
    { 128, 128, 256, 0 }, { 100, 140, 100, 30 }, { 120, 130, 64, -77 }, { 128, 128, 128, 180 }
  };
  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    {
      facefind_sample (&picture, &views[i], out);
      for (int k = 8; k < 128; k += 37)
        {
          FaceFindPoint point = facefind_view_map (&views[i], ((float) k + 0.5f) / 128, 0.25f + 0.5f / 128);
          const guint8 *p = out + (32 * 128 + k) * 3;
          if (point.x < 2 || point.y < 2 || point.x > 254 || point.y > 254)
            continue;
          g_assert_cmpfloat_with_epsilon (p[0], (double) point.x - 0.5, 1.6);
          g_assert_cmpfloat_with_epsilon (p[2], (double) point.y - 0.5, 1.6);
        }
    }
  FaceFindView outside = { -500, -500, 128, 12 };
  facefind_sample (&picture, &outside, out);
  for (int i = 0; i < 128 * 128 * 3; i++)
    g_assert_cmpint (out[i], ==, 0);
}

static void
test_shrink (void)
{
  g_autofree guint8 *pixels = g_malloc (1500 * 600 * 3);
  memset (pixels, 77, 1500 * 600 * 3);
  g_autofree guint8 *out = g_malloc (FACEFIND_SHRUNK * FACEFIND_SHRUNK * 3);
  FaceFindPicture picture = { pixels, 1500, 600, 4500, FACEFIND_RGB }, shrunk;
  float scale = facefind_shrink (&picture, out, &shrunk);
  g_assert_cmpint (shrunk.width, ==, FACEFIND_SHRUNK);
  g_assert_cmpint (shrunk.height, ==, (FACEFIND_SHRUNK * 600 + 750) / 1500);
  g_assert_cmpfloat_with_epsilon (scale, 1500.0 / FACEFIND_SHRUNK, 1e-4);
  for (int i = 0; i < shrunk.width * shrunk.height * 3; i++)
    g_assert_cmpint (out[i], ==, 77);

  /* The longest strip there can be keeps a pixel of height. */
  picture = (FaceFindPicture) { pixels, 1500, 1, 4500, FACEFIND_RGB };
  facefind_shrink (&picture, out, &shrunk);
  g_assert_cmpint (shrunk.height, ==, 1);
}

static void
test_flatbuffer (void)
{
  static const guint8 bytes[] = {
    12, 0, 0, 0,  0, 0, 0, 0,            /* root at 12 */
    6, 0, 8, 0,                          /* list of fields: 6 bytes, table of 8, field 0 at 4 (next two bytes) */
    4, 0, 0, 0,  42, 0, 0, 0,            /* table: list is 4 before it */
  };
  FlatBuffer file = { bytes, sizeof bytes };
  FlatTable root = flat_root (&file);
  g_assert_cmpuint (root, ==, 12);
  g_assert_cmpint (flat_int (&file, root, 0, -1), ==, 42);
  g_assert_cmpint (flat_int (&file, root, 1, -1), ==, -1);
  for (gsize n = 0; n < sizeof bytes; n++)
    {
      FlatBuffer cut = { bytes, n };
      g_assert_cmpint (flat_int (&cut, flat_root (&cut), 0, -1), ==, -1);
    }
  g_assert_cmpuint (flat_vector (&file, root, 0, 1000).n, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  const char *path = g_getenv ("FACEFIND_MODEL");
  char *contents = NULL;
  gsize length = 0;
  if (path != NULL && *path != '\0' && g_file_get_contents (path, &contents, &length, NULL))
    model_bytes = g_bytes_new_take (contents, length);

  g_test_add_func ("/facefind/flatbuffer", test_flatbuffer);
  g_test_add_data_func ("/facefind/kernels/vector", &facefind_kernels_vector, test_kernels);
#ifdef FACEFIND_HAVE_AVX2
  if (__builtin_cpu_supports ("avx2"))
    g_test_add_data_func ("/facefind/kernels/avx2", &facefind_kernels_avx2, test_kernels);
#endif
  g_test_add_func ("/facefind/sample", test_sample);
  g_test_add_func ("/facefind/shrink", test_shrink);
  g_test_add_func ("/facefind/sizes", test_sizes);
  g_test_add_func ("/facefind/reference", test_reference);
  g_test_add_func ("/facefind/damaged-models", test_damaged_models);
  int result = g_test_run ();
  g_clear_pointer (&model_bytes, g_bytes_unref);
  return result;
}
