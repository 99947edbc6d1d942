/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <mien-face-finder.h>
#include <mien-pack.h>
#include <portrait-compositor.h>

G_BEGIN_DECLS

/* Portraits without a window: a pack of avatars, headshots from files or from the pack, and looks put on them.
 * Blocking. */
typedef struct _MienDresser MienDresser;

/* A headshot of the standard size and what is known of it. */
typedef struct
{
  char            *name;
  char            *sha256;          /* of the file */
  cairo_surface_t *surface;
  PortraitFace     face;
  guint32          backdrop;
} MienDressed;

MienDresser   *mien_dresser_new (const char *pack_directory, GError **error);
void           mien_dresser_free (MienDresser *self);
MienCatalogue *mien_dresser_get_catalogue (MienDresser *self);

/* "lx,ly,rx,ry" as fractions of a headshot's width. */
gboolean       mien_dresser_parse_eyes (const char *text, PortraitFace *out);
/* @name: a drawn headshot of the pack by its id, else a photo's file name, with "@lx,ly,rx,ry" where its eyes are
 * marked. */
MienDressed   *mien_dresser_load_headshot (MienDresser *self, const char *name, GError **error);
/* The drawn headshot with that hash; NULL, without an error, when the pack has none. */
MienDressed   *mien_dresser_find_headshot (MienDresser *self, const char *sha256, GError **error);
void           mien_dressed_free (MienDressed *self);

/* Puts "hat-cap" or "hat-cap:blue" on. */
gboolean       mien_dresser_wear (MienDresser *self, PortraitLook *look, const char *what, GError **error);
/* Everything that render() needs for a picture of @size pixels. @headshot may be NULL. */
PortraitCompositor *mien_dresser_compose (MienDresser *self, const PortraitLook *look, MienDressed *headshot, int size,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDresser, mien_dresser_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDressed, mien_dressed_free)

G_END_DECLS
