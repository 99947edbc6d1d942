/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any bytes as a model; one that loads is run once. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t pixels[16 * 16 * 3] = { 200, 10, 30 };
  FaceFindModel *model;
  if (facefind_model_new (data, size, &model) != FACEFIND_OK)
    return 0;

  FaceFindPicture picture = { pixels, 16, 16, 48, FACEFIND_RGB };
  FaceFindFace face;
  int n;
  void *workspace = malloc (facefind_workspace_size (model));
  facefind_find (model, &picture, workspace, &face, 1, &n);
  free (workspace);
  facefind_model_free (model);
  return 0;
}
