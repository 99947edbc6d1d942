/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-friend.h"

G_BEGIN_DECLS

/* What is drawn in many places: a face (a portrait, or coloured initials) and the mark of a presence. */

typedef enum
{
  MIEN_FACE_CIRCLE,
  MIEN_FACE_ROUNDED,          /* a square with rounded corners; the portrait keeps its proportions inside */
} MienFaceShape;

typedef struct
{
  const char      *jid;                    /* bare: the colour comes from it */
  const char      *name;                   /* the initials come from it */
  cairo_surface_t *portrait;               /* in device pixels, or NULL */
  gboolean         has_mark;
  MienPresence     presence;               /* of the mark */
} MienFace;

#define MIEN_FACE_CORNER_RADIUS 12.0

/* Appends one cairo node of @size × @size logical pixels at the origin. */
void mien_paint_face (GtkSnapshot *snapshot, PangoContext *pango, const MienFace *face, MienFaceShape shape,
                      double size);

/* A disc of @size, told apart by shape as well as by colour: online full, free for chat full with a dot, away a
 * crescent, away for long a thin crescent, do not disturb with a bar, offline a ring. Drawn at the origin. */
void mien_paint_presence (cairo_t *cr, MienPresence presence, double size);

const char *mien_presence_get_label (MienPresence presence);         /* "Away"; translated */

/* The device pixels that a picture of @size logical pixels needs on this widget's screen. */
int mien_paint_get_pixels (GtkWidget *widget, int size);

G_END_DECLS
