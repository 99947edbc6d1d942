/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the face is: one small network (BlazeFace, short range) in plain C11 and libm. No global state; a model may be
 * used by many threads at once, a workspace by one. */

typedef struct FaceFindModel FaceFindModel;

#define FACEFIND_MAX_SIDE 16384          /* pixels */
#define FACEFIND_MODEL_MAX_BYTES (1 << 20)

typedef enum
{
  FACEFIND_OK = 0,
  FACEFIND_NO_FACE,
  FACEFIND_ERROR_MODEL,                  /* not a model this engine can run */
  FACEFIND_ERROR_SIZE,                   /* picture sides outside 1..FACEFIND_MAX_SIDE */
  FACEFIND_ERROR_MEMORY,
} FaceFindStatus;

typedef struct { float x, y; } FaceFindPoint;

typedef struct
{
  float         x, y, width, height;     /* box, pixels of the given picture */
  FaceFindPoint left_eye, right_eye;     /* left and right as seen in the picture */
  FaceFindPoint nose, mouth, left_ear, right_ear;
  float         tilt;                    /* degrees clockwise of the eye line */
  float         score;                   /* 0..1 */
} FaceFindFace;

typedef enum { FACEFIND_RGB, FACEFIND_RGBA, FACEFIND_BGRX /* cairo's RGB24/ARGB32, little endian */ } FaceFindFormat;

typedef struct
{
  const uint8_t *pixels;
  int            width, height;
  size_t         stride;                 /* bytes */
  FaceFindFormat format;
} FaceFindPicture;

FaceFindStatus facefind_model_new (const uint8_t *bytes, size_t length, FaceFindModel **out);   /* bytes are copied */
void           facefind_model_free (FaceFindModel *model);

/* Bytes of workspace that facefind_find needs for any picture: the caller allocates it, nothing else is allocated. */
size_t         facefind_workspace_size (const FaceFindModel *model);
/* The largest face first; up to max_faces are written, *n_faces says how many. */
FaceFindStatus facefind_find (const FaceFindModel *model, const FaceFindPicture *picture, void *workspace,
                              FaceFindFace *faces, int max_faces, int *n_faces);
const char    *facefind_status_text (FaceFindStatus status);
