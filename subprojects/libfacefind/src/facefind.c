/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind.h"

#include "facefind-network.h"
#include "facefind-sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How sure the network must be, by where it looked: the windows see more that is not a face. */
#define SCORE_WHOLE 0.70f
#define SCORE_WIDE 0.75f
#define SCORE_WINDOW 0.78f
#define SCORE_REFINED 0.50f

#define WIDE_FRAME 1.5f                  /* of the picture's side: finds a face that fills it */
#define WINDOW 0.6f                      /* of the picture's side: finds small faces */
#define REFINE_CROP 2.7f                 /* of the face's box */
#define OVERLAP 0.3f                     /* intersection over union from which two boxes are one face */
#define MAX_CANDIDATES 64

struct FaceFindModel
{
  FaceFindNetwork *network;
};

typedef struct
{
  uint8_t *input;                        /* FACEFIND_INPUT² RGB */
  uint8_t *shrunk;                       /* FACEFIND_SHRUNK² RGB */
  float   *scores, *values;
  void    *network;
} Workspace;

typedef struct
{
  const FaceFindModel   *model;
  const FaceFindPicture *original;
  FaceFindPicture        picture;        /* the original, or its shrunk copy */
  float                  scale;          /* original pixels a pixel of picture */
  Workspace              space;
} Search;

#define ALIGNED(n) (((n) + 63) / 64 * 64)

FaceFindStatus
facefind_model_new (const uint8_t *bytes, size_t length, FaceFindModel **out)
{
  *out = NULL;
  FaceFindModel *model = calloc (1, sizeof (FaceFindModel));
  if (model == NULL)
    return FACEFIND_ERROR_MEMORY;

  FaceFindStatus status = facefind_network_new (bytes, length, &model->network);
  if (status != FACEFIND_OK)
    {
      free (model);
      return status;
    }
  *out = model;
  return FACEFIND_OK;
}

void
facefind_model_free (FaceFindModel *model)
{
  if (model == NULL)
    return;
  facefind_network_free (model->network);
  free (model);
}

static size_t
lay_out (const FaceFindModel *model, uint8_t *base, Workspace *out)
{
  size_t at = 0;
  size_t input = at;
  at += ALIGNED ((size_t) FACEFIND_INPUT * FACEFIND_INPUT * 3);
  size_t shrunk = at;
  at += ALIGNED ((size_t) FACEFIND_SHRUNK * FACEFIND_SHRUNK * 3);
  size_t scores = at;
  at += ALIGNED (FACEFIND_ANCHORS * sizeof (float));
  size_t values = at;
  at += ALIGNED (FACEFIND_ANCHORS * FACEFIND_VALUES * sizeof (float));
  size_t network = at;
  at += ALIGNED (facefind_network_workspace_size (model->network));
  if (base != NULL)
    *out = (Workspace){ base + input, base + shrunk, (float *) (void *) (base + scores),
                        (float *) (void *) (base + values), base + network };
  return at;
}

size_t
facefind_workspace_size (const FaceFindModel *model)
{
  return lay_out (model, NULL, NULL);
}

/* The middle of an anchor's place, 0..1: two anchors a place of the 16 × 16 map, then six of the 8 × 8 map. */
static FaceFindPoint
anchor_middle (int anchor)
{
  int grid = anchor < 512 ? 16 : 8;
  int place = anchor < 512 ? anchor / 2 : (anchor - 512) / 6;
  return (FaceFindPoint){ ((float) (place % grid) + 0.5f) / (float) grid,
                          ((float) (place / grid) + 0.5f) / (float) grid };
}

/* One anchor's numbers as a face in the picture that the view was cut from. */
static void
decode (const float *values, int anchor, const FaceFindView *view, float score, FaceFindFace *out)
{
  FaceFindPoint middle = anchor_middle (anchor);
  FaceFindPoint points[7];
  for (int i = 0; i < 7; i++)
    {
      int k = i == 0 ? 0 : 2 + 2 * i;    /* box middle, [box size], then six points */
      points[i] = facefind_view_map (view, middle.x + values[k] / FACEFIND_INPUT,
                                     middle.y + values[k + 1] / FACEFIND_INPUT);
    }
  float width = fabsf (values[2]) / FACEFIND_INPUT * view->side,
        height = fabsf (values[3]) / FACEFIND_INPUT * view->side;
  *out = (FaceFindFace) {
    .x = points[0].x - width / 2, .y = points[0].y - height / 2, .width = width, .height = height,
    .left_eye = points[1], .right_eye = points[2], .nose = points[3], .mouth = points[4],
    .left_ear = points[5], .right_ear = points[6], .score = score,
  };
  out->tilt = atan2f (points[2].y - points[1].y, points[2].x - points[1].x) * 57.29577951308232f;
}

static float
overlap (const FaceFindFace *a, const FaceFindFace *b)
{
  float width = fminf (a->x + a->width, b->x + b->width) - fmaxf (a->x, b->x);
  float height = fminf (a->y + a->height, b->y + b->height) - fmaxf (a->y, b->y);
  if (width <= 0 || height <= 0)
    return 0;
  float both = width * height;
  return both / (a->width * a->height + b->width * b->height - both);
}

#define N_FLOATS 16                      /* of a face, from x to right_ear: averaged alike */
_Static_assert (offsetof (FaceFindFace, tilt) == N_FLOATS * sizeof (float), "a face begins with its averaged numbers");

/* A damaged model can answer anything; what is far outside every picture goes no further. */
#define SANE 100000.0f

static bool
is_sane (const FaceFindFace *face)
{
  float numbers[N_FLOATS];
  memcpy (numbers, face, sizeof numbers);
  for (int i = 0; i < N_FLOATS; i++)
    if (!(fabsf (numbers[i]) < SANE))
      return false;
  return face->width > 0 && face->height > 0;
}

/* Weighted non-maximum suppression: candidates that overlap the best one become one face, their mean by score. Leaves
 * the faces in @faces, best first, and returns how many. */
static int
merge (FaceFindFace *faces, int n)
{
  int kept = 0;
  while (kept < n)
    {
      int best = kept;
      for (int i = kept + 1; i < n; i++)
        if (faces[i].score > faces[best].score)
          best = i;
      FaceFindFace top = faces[best];
      faces[best] = faces[kept];
      faces[kept] = top;

      float sum[N_FLOATS] = { 0 }, weight = 0, one[N_FLOATS];
      int rest = kept + 1;
      for (int i = kept; i < n; i++)
        if (i == kept || overlap (&top, &faces[i]) > OVERLAP)
          {
            memcpy (one, &faces[i], sizeof one);
            for (int k = 0; k < N_FLOATS; k++)
              sum[k] += one[k] * faces[i].score;
            weight += faces[i].score;
          }
        else
          faces[rest++] = faces[i];
      for (int k = 0; k < N_FLOATS; k++)
        one[k] = sum[k] / weight;
      memcpy (&faces[kept], one, sizeof one);
      faces[kept].tilt = atan2f (faces[kept].right_eye.y - faces[kept].left_eye.y,
                                 faces[kept].right_eye.x - faces[kept].left_eye.x) * 57.29577951308232f;
      kept++;
      n = rest;
    }
  return kept;
}

/* Looks once through @view; adds what scores at least @threshold to the candidates. */
static int
look (Search *self, const FaceFindPicture *picture, const FaceFindView *view, float threshold, FaceFindFace *faces,
      int n)
{
  facefind_sample (picture, view, self->space.input);
  facefind_network_run (self->model->network, facefind_kernels_best (), self->space.input, self->space.network,
                        self->space.scores, self->space.values);
  for (int i = 0; i < FACEFIND_ANCHORS && n < MAX_CANDIDATES; i++)
    {
      float logit = fminf (fmaxf (self->space.scores[i], -100), 100);
      float score = 1 / (1 + expf (-logit));
      if (!(score >= threshold))
        continue;
      decode (self->space.values + i * FACEFIND_VALUES, i, view, score, &faces[n]);
      if (is_sane (&faces[n]))
        n++;
    }
  return n;
}

static int
search (Search *self, FaceFindFace *faces)
{
  float width = (float) self->picture.width, height = (float) self->picture.height;
  float side = fmaxf (width, height);
  FaceFindView view = { width / 2, height / 2, side, 0 };

  int n = look (self, &self->picture, &view, SCORE_WHOLE, faces, 0);
  if (n > 0)
    return merge (faces, n);

  view.side = WIDE_FRAME * side;
  n = look (self, &self->picture, &view, SCORE_WIDE, faces, 0);
  if (n > 0)
    return merge (faces, n);

  /* The middle and the four corners; a window that is wider than the picture stays in its middle. */
  static const signed char places[5][2] = { { 0, 0 }, { -1, -1 }, { 1, -1 }, { -1, 1 }, { 1, 1 } };
  view.side = WINDOW * side;
  for (int i = 0; i < 5; i++)
    {
      float free_x = fmaxf (0, width - view.side) / 2, free_y = fmaxf (0, height - view.side) / 2;
      view.x = width / 2 + (float) places[i][0] * free_x;
      view.y = height / 2 + (float) places[i][1] * free_y;
      n = look (self, &self->picture, &view, SCORE_WINDOW, faces, n);
    }
  return merge (faces, n);
}

static FaceFindPoint
scaled (FaceFindPoint point, float scale)
{
  return (FaceFindPoint) { point.x * scale, point.y * scale };
}

static void
scale_face (FaceFindFace *face, float scale)
{
  face->x *= scale;
  face->y *= scale;
  face->width *= scale;
  face->height *= scale;
  FaceFindPoint *points[] = { &face->left_eye, &face->right_eye, &face->nose,
                              &face->mouth,    &face->left_ear,  &face->right_ear };
  for (int i = 0; i < 6; i++)
    *points[i] = scaled (*points[i], scale);
}

/* Looks again at a crop round the face, turned upright, in the finest copy that can be sampled well. What is no face
 * when seen upright and close was none. */
static bool
refine (Search *self, FaceFindFace *face)
{
  FaceFindView view = { face->x + face->width / 2, face->y + face->height / 2,
                        REFINE_CROP * fmaxf (face->width, face->height), face->tilt };
  bool fine = view.side * self->scale <= 4.0f * FACEFIND_INPUT;
  float scale = fine ? self->scale : 1;
  view.x *= scale;
  view.y *= scale;
  view.side *= scale;

  FaceFindFace again[MAX_CANDIDATES];
  int n = merge (again, look (self, fine ? self->original : &self->picture, &view, SCORE_REFINED, again, 0));
  for (int i = 0; i < n; i++)
    {
      scale_face (&again[i], 1 / scale);
      if (overlap (face, &again[i]) > OVERLAP)
        {
          float score = fmaxf (face->score, again[i].score);
          *face = again[i];
          face->score = score;
          return true;
        }
    }
  return false;
}

FaceFindStatus
facefind_find (const FaceFindModel *model, const FaceFindPicture *picture, void *workspace, FaceFindFace *faces,
               int max_faces, int *n_faces)
{
  *n_faces = 0;
  size_t bytes = picture->format == FACEFIND_RGB ? 3 : 4;
  if (picture->pixels == NULL || picture->width < 1 || picture->height < 1 || picture->width > FACEFIND_MAX_SIDE
      || picture->height > FACEFIND_MAX_SIDE || picture->stride < (size_t) picture->width * bytes)
    return FACEFIND_ERROR_SIZE;

  Search self = { .model = model, .original = picture, .picture = *picture, .scale = 1 };
  lay_out (model, workspace, &self.space);
  if (picture->width > FACEFIND_SHRUNK || picture->height > FACEFIND_SHRUNK)
    self.scale = facefind_shrink (picture, self.space.shrunk, &self.picture);

  FaceFindFace found[MAX_CANDIDATES];
  int n = search (&self, found);

  /* The largest first, by width times score. */
  for (int i = 0; i < n && *n_faces < max_faces; i++)
    {
      int best = i;
      for (int k = i + 1; k < n; k++)
        if (found[k].width * found[k].score > found[best].width * found[best].score)
          best = k;
      FaceFindFace largest = found[best];
      found[best] = found[i];

      if (!refine (&self, &largest))
        continue;
      scale_face (&largest, self.scale);
      faces[(*n_faces)++] = largest;
    }
  return *n_faces > 0 ? FACEFIND_OK : FACEFIND_NO_FACE;
}

const char *
facefind_status_text (FaceFindStatus status)
{
  switch (status)
    {
    case FACEFIND_OK: return "found";
    case FACEFIND_NO_FACE: return "no face";
    case FACEFIND_ERROR_MODEL: return "not a model this engine can run";
    case FACEFIND_ERROR_SIZE: return "picture too large or empty";
    case FACEFIND_ERROR_MEMORY: return "out of memory";
    default: return "unknown";
    }
}
