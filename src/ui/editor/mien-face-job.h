/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "mien-face-finder.h"

G_BEGIN_DECLS

/* Looking for the face of a picture in a thread; where no model is installed, none is found. */
typedef struct
{
  MienFaceFinder  *finder;               /* to be used the next time, or NULL; made in the thread the first time */
  cairo_surface_t *surface;
  gboolean         whole;                /* a photo, not yet cut; else a headshot */

  gboolean         found;                /* in a photo */
  MienFoundFace    face;
  PortraitFace     portrait_face;        /* of a headshot: the standard face where none is found */
} MienFaceJob;

/* @surface: an image surface, not to be changed until the end. @source: of the callback. */
void         mien_face_job_run_async (gpointer source, MienFaceFinder *finder, cairo_surface_t *surface, gboolean whole,
                                      GCancellable *cancellable, GAsyncReadyCallback callback);
/* (transfer none), as long as @result lives; NULL: cancelled */
MienFaceJob *mien_face_job_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
