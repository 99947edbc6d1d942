/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-face MODEL RUNS PICTURE.ppm: "found median-ms kilobytes": the time of one search, and how much the peak of the
 * resident memory rose by loading the model and searching. */
#include <facefind.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The peak of the resident set in kB since the last reset (proc(5), clear_refs 5). */
static long
peak (gboolean reset)
{
  if (reset)
    g_file_set_contents ("/proc/self/clear_refs", "5", 1, NULL);
  g_autofree char *status = NULL;
  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  const char *line = status != NULL ? strstr (status, "VmHWM:") : NULL;
  return line != NULL ? atol (line + 6) : 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

int
main (int argc, char **argv)
{
  g_autofree char *model_bytes = NULL, *picture_bytes = NULL;
  gsize model_length, picture_length;
  int runs = argc == 4 ? atoi (argv[2]) : 0, width, height, offset = 0;
  if (runs < 1 || !g_file_get_contents (argv[3], &picture_bytes, &picture_length, NULL)
      || sscanf (picture_bytes, "P6 %d %d 255%n", &width, &height, &offset) != 2)
    return 2;

  long before = peak (TRUE);
  if (!g_file_get_contents (argv[1], &model_bytes, &model_length, NULL))
    return 2;
  FaceFindModel *model;
  if (facefind_model_new ((const guint8 *) model_bytes, model_length, &model) != FACEFIND_OK)
    return 1;
  g_clear_pointer (&model_bytes, g_free);
  g_autofree void *workspace = g_malloc (facefind_workspace_size (model));
  FaceFindPicture picture = { (const guint8 *) picture_bytes + offset + 1, width, height, (gsize) width * 3,
                              FACEFIND_RGB };
  g_autofree double *times = g_new (double, runs);
  int n = 0;
  for (int i = 0; i < runs; i++)
    {
      FaceFindFace face;
      gint64 start = g_get_monotonic_time ();
      facefind_find (model, &picture, workspace, &face, 1, &n);
      times[i] = (double) (g_get_monotonic_time () - start) / 1000;
    }
  qsort (times, (gsize) runs, sizeof (double), compare);
  printf ("%d %.2f %ld\n", n, times[runs / 2], peak (FALSE) - before);
  facefind_model_free (model);
  return 0;
}
