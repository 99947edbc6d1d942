/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door of the WebAssembly module: numbers and positions in its memory, no strings, no imports. */
#include "facefind.h"

#include <stdlib.h>

#define EXPORT(name) __attribute__ ((export_name (#name)))

EXPORT (allocate) void *
wasm_allocate (size_t size)
{
  return malloc (size);
}

EXPORT (release) void
wasm_release (void *memory)
{
  free (memory);
}

/* NULL when the bytes are not a model. */
EXPORT (model_new) FaceFindModel *
wasm_model_new (const uint8_t *bytes, size_t length)
{
  FaceFindModel *model;
  facefind_model_new (bytes, length, &model);
  return model;
}

EXPORT (workspace_size) size_t
wasm_workspace_size (const FaceFindModel *model)
{
  return facefind_workspace_size (model);
}

/* RGBA pixels as a canvas gives them; returns how many faces were written, or minus the status. */
EXPORT (find)
int wasm_find (const FaceFindModel *model, const uint8_t *pixels, int width, int height, void *workspace,
               FaceFindFace *faces, int max_faces)
{
  FaceFindPicture picture = { pixels, width, height, (size_t) width * 4, FACEFIND_RGBA };
  int n;
  FaceFindStatus status = facefind_find (model, &picture, workspace, faces, max_faces, &n);
  return status == FACEFIND_OK || status == FACEFIND_NO_FACE ? n : -(int) status;
}
