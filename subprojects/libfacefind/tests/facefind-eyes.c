/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* facefind-eyes MODEL PICTURE.ppm: the eyes of the largest face, "lx ly rx ry", or "none". For the comparison with the
 * WebAssembly build, which reads the same file. */
#include "facefind.h"

#include <stdio.h>
#include <stdlib.h>

static uint8_t model_bytes[FACEFIND_MODEL_MAX_BYTES];

int
main (int argc, char **argv)
{
  FILE *file = argc == 3 ? fopen (argv[1], "rb") : NULL;
  if (file == NULL)
    return 2;
  size_t length = fread (model_bytes, 1, sizeof model_bytes, file);
  fclose (file);

  int width, height, most;
  file = fopen (argv[2], "rb");
  if (file == NULL || fscanf (file, "P6 %d %d %d", &width, &height, &most) != 3 || width < 1 || height < 1
      || width > 8192 || height > 8192)
    return 2;
  fgetc (file);
  size_t size = (size_t) width * (size_t) height * 3;
  uint8_t *pixels = malloc (size);
  if (fread (pixels, 1, size, file) != size)
    return 2;
  fclose (file);

  FaceFindModel *model;
  if (facefind_model_new (model_bytes, length, &model) != FACEFIND_OK)
    return 1;
  void *workspace = malloc (facefind_workspace_size (model));
  FaceFindPicture picture = { pixels, width, height, (size_t) width * 3, FACEFIND_RGB };
  FaceFindFace face;
  int n;
  if (facefind_find (model, &picture, workspace, &face, 1, &n) == FACEFIND_OK)
    printf ("%.4f %.4f %.4f %.4f\n", (double) face.left_eye.x, (double) face.left_eye.y, (double) face.right_eye.x,
            (double) face.right_eye.y);
  else
    puts ("none");
  free (workspace);
  free (pixels);
  facefind_model_free (model);
  return 0;
}
