/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include "portrait-error.h"
#include "portrait-placement.h"

G_BEGIN_DECLS

/**
 * PortraitLook: the recipe of a portrait: a headshot and its layers in drawing order, at most one of a type. Plain
 * value with deep copies (undo keeps copies). As JSON: { "mien-look": 1, "headshot": {"sha256", "eyes", "eyes-source",
 * "unit", "turn", "backdrop"}, "layers": [{"type", "avatar", "variant", "sha256", "x", "y", "tilt", "scale", "flip",
 * "opacity", "by-hand"}] }; members it does not know are kept and written back. A layer without any placement member
 * goes to its first placement.
 */
typedef struct _PortraitLook PortraitLook;

#define PORTRAIT_LOOK_VERSION 1
#define PORTRAIT_LOOK_MAX_BYTES (256 * 1024)
#define PORTRAIT_LOOK_MAX_LAYERS 32
#define PORTRAIT_LOOK_MAX_ID 128          /* bytes of an avatar's id */

typedef struct
{
  const PortraitType *type;
  char               *avatar;            /* catalogue id, e.g. "hat-cap" */
  char               *variant;           /* colour variant id, or NULL */
  char               *sha256;            /* of the avatar's file, lower-case hex, or NULL */
  PortraitPlacement   placement;
  gboolean            placed_by_hand;    /* a hand edit is never moved by face finding */
} PortraitLayer;

#define PORTRAIT_TYPE_LOOK (portrait_look_get_type ())
GType portrait_look_get_type (void);

PortraitLook *portrait_look_new (void);
PortraitLook *portrait_look_copy (const PortraitLook *self);
void          portrait_look_free (PortraitLook *self);
gboolean      portrait_look_equal (const PortraitLook *a, const PortraitLook *b);

void                portrait_look_set_headshot (PortraitLook *self, const char *sha256, const PortraitFace *face);
const char         *portrait_look_get_headshot (const PortraitLook *self);            /* sha256 or NULL */
const PortraitFace *portrait_look_get_face (const PortraitLook *self);
void                portrait_look_set_face (PortraitLook *self, const PortraitFace *face);
/* 0xRRGGBB behind what is transparent */
void                portrait_look_set_backdrop (PortraitLook *self, guint32 rgb);
guint32             portrait_look_get_backdrop (const PortraitLook *self);

guint                portrait_look_get_n_layers (const PortraitLook *self);
const PortraitLayer *portrait_look_get_layer (const PortraitLook *self, guint index);
const PortraitLayer *portrait_look_find_layer (const PortraitLook *self, const char *type);
/* Puts an avatar on, at its first placement; a layer of the same type is replaced and keeps a hand-made placement only
 * if @keep_placement. TRUE when something was replaced. */
gboolean portrait_look_put (PortraitLook *self, const PortraitType *type, const char *avatar, const char *variant,
                            const char *sha256, gboolean keep_placement);
gboolean             portrait_look_remove (PortraitLook *self, const char *type);
gboolean portrait_look_set_placement (PortraitLook *self, const char *type, const PortraitPlacement *placement);
/* "put back": to the first placement */
gboolean             portrait_look_reset_placement (PortraitLook *self, const char *type);
gboolean             portrait_look_reorder (PortraitLook *self, const char *type, guint new_index);

PortraitLook *portrait_look_from_json (const char *json, gssize length, GError **error);
char         *portrait_look_to_json (const PortraitLook *self);      /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PortraitLook, portrait_look_free)

G_END_DECLS
