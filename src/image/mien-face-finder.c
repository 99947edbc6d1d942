/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-image"

#include "mien-config.h"
#include "mien-face-finder-private.h"
#include "mien-face-finder.h"

#include <facefind.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#include "mien-image.h"

#define MODEL_FILE "face_detection_short_range.tflite"

struct _MienFaceFinder
{
  GObject        parent_instance;

  FaceFindModel *model;                  /* owned */
};

G_DEFINE_FINAL_TYPE (MienFaceFinder, mien_face_finder, G_TYPE_OBJECT)

static void
mien_face_finder_finalize (GObject *object)
{
  MienFaceFinder *self = MIEN_FACE_FINDER (object);

  facefind_model_free (self->model);

  G_OBJECT_CLASS (mien_face_finder_parent_class)->finalize (object);
}

static void
mien_face_finder_class_init (MienFaceFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_face_finder_finalize;
}

static void
mien_face_finder_init (MienFaceFinder *self)
{
}

char *
mien_face_finder_model_path (void)
{
  const char *path = g_getenv ("MIEN_FACE_MODEL");

  if (path != NULL && *path != '\0')
    return g_strdup (path);
  return g_build_filename (MIEN_PKG_DATA_DIR, MODEL_FILE, NULL);
}

MienFaceFinder *
mien_face_finder_new (const char *model_path, GError **error)
{
  g_return_val_if_fail (model_path != NULL, NULL);

  g_autoptr (GMappedFile) file = g_mapped_file_new (model_path, FALSE, NULL);
  if (file == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("No face finding model is installed (%s)."), model_path);
      return NULL;
    }

  FaceFindModel *model = NULL;
  FaceFindStatus status = facefind_model_new ((const guint8 *) g_mapped_file_get_contents (file),
                                              g_mapped_file_get_length (file), &model);
  if (status != FACEFIND_OK)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_DAMAGED, _("“%s” is not a face finding model: %s."),
                   model_path, facefind_status_text (status));
      return NULL;
    }

  MienFaceFinder *self = g_object_new (MIEN_TYPE_FACE_FINDER, NULL);
  self->model = model;
  return self;
}

/* A head seen from the front is no half profile; the ears are found to within about so much. */
#define LEAST_TURN 0.2
#define UNITS_PER_BOX 2.6                /* widths of u in the box of a face seen from the front */

double
mien_face_get_turn (const FaceFindFace *face)
{
  double dx = face->right_eye.x - face->left_eye.x, dy = face->right_eye.y - face->left_eye.y;
  double eyes = hypot (dx, dy), unit = MAX (eyes, face->width / UNITS_PER_BOX);

  if (eyes <= 0)
    return 0;
  double x = (face->left_ear.x + face->right_ear.x - face->left_eye.x - face->right_eye.x) / 2;
  double y = (face->left_ear.y + face->right_ear.y - face->left_eye.y - face->right_eye.y) / 2;
  double turn = (x * dx + y * dy) / eyes / unit;

  return fabs (turn) < LEAST_TURN ? 0 : CLAMP (turn, -1, 1);
}

gboolean
mien_face_finder_find (MienFaceFinder *self, cairo_surface_t *surface, MienFoundFace *out)
{
  g_return_val_if_fail (MIEN_IS_FACE_FINDER (self), FALSE);
  g_return_val_if_fail (cairo_surface_get_type (surface) == CAIRO_SURFACE_TYPE_IMAGE, FALSE);

  cairo_surface_flush (surface);
  FaceFindPicture picture = {
    .pixels = cairo_image_surface_get_data (surface),
    .width = cairo_image_surface_get_width (surface),
    .height = cairo_image_surface_get_height (surface),
    .stride = (gsize) cairo_image_surface_get_stride (surface),
    .format = FACEFIND_BGRX,
  };
  g_autofree void *workspace = g_malloc (facefind_workspace_size (self->model));
  FaceFindFace face;
  int n = 0;

  if (facefind_find (self->model, &picture, workspace, &face, 1, &n) != FACEFIND_OK)
    return FALSE;

  *out = (MienFoundFace) {
    .box = { face.x, face.y, face.width, face.height },
    .left_eye = { face.left_eye.x, face.left_eye.y },
    .right_eye = { face.right_eye.x, face.right_eye.y },
    .tilt = face.tilt,
    .score = face.score,
    .turn = mien_face_get_turn (&face),
  };
  return TRUE;
}

void
mien_face_finder_find_portrait_face (MienFaceFinder *self, cairo_surface_t *headshot, PortraitFace *out)
{
  MienFoundFace face;
  double width = cairo_image_surface_get_width (headshot);

  if (!mien_face_finder_find (self, headshot, &face)
      || !portrait_face_init_eyes (face.left_eye.x / width, face.left_eye.y / width, face.right_eye.x / width,
                                   face.right_eye.y / width, face.box.width / width, PORTRAIT_EYES_FOUND, out))
    portrait_face_init_standard (out);
  else
    out->turn = face.turn;
}
