/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <gio/gio.h>
#include <portrait-placement.h>

G_BEGIN_DECLS

/**
 * MienFaceFinder: libfacefind with its model, for cairo surfaces. Immutable, so one object serves every thread. Where
 * no model is installed there is no finder, and everything works by the standard face.
 */
#define MIEN_TYPE_FACE_FINDER (mien_face_finder_get_type ())
G_DECLARE_FINAL_TYPE (MienFaceFinder, mien_face_finder, MIEN, FACE_FINDER, GObject)

/* All in pixels of the surface; left and right as seen in the picture; tilt in degrees clockwise. */
typedef struct
{
  PortraitRect  box;
  PortraitPoint left_eye, right_eye;
  double        tilt, score;
  double        turn;                    /* of a half profile: ear middle − eye middle along the eye line, in units u */
} MienFoundFace;

/* Where the model is: $MIEN_FACE_MODEL, else where it is installed. (transfer full) */
char           *mien_face_finder_model_path (void);

/* Blocking: reads and checks the model. G_IO_ERROR_NOT_FOUND when none is installed, MIEN_IMAGE_ERROR_DAMAGED when it
 * is not one. */
MienFaceFinder *mien_face_finder_new (const char *model_path, GError **error);

/* Blocking, 15-40 ms: run it in a thread. @surface: ARGB32 or RGB24. FALSE: no face, @out untouched. */
gboolean        mien_face_finder_find (MienFaceFinder *self, cairo_surface_t *surface, MienFoundFace *out);

/* S310's first guess for a square headshot, once: the eyes found, or the standard face. Never fails. */
void mien_face_finder_find_portrait_face (MienFaceFinder *self, cairo_surface_t *headshot, PortraitFace *out);

G_END_DECLS
