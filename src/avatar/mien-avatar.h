/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <portrait-type.h>

G_BEGIN_DECLS

/** MienAvatar: one entry of a catalogue: immutable. */
#define MIEN_TYPE_AVATAR (mien_avatar_get_type ())
G_DECLARE_FINAL_TYPE (MienAvatar, mien_avatar, MIEN, AVATAR, GObject)

typedef struct { char *id; char *name; char **colours; /* "#from=#to", NULL-terminated */ } MienAvatarVariant;

const char         *mien_avatar_get_id (MienAvatar *self);           /* "hat-cap" */
const char         *mien_avatar_get_name (MienAvatar *self);         /* in the user's language */
const PortraitType *mien_avatar_get_avatar_type (MienAvatar *self);
const char * const *mien_avatar_get_tags (MienAvatar *self);
const char * const *mien_avatar_get_sets (MienAvatar *self);         /* seasonal sets: "winter"; empty for most */
const char         *mien_avatar_get_licence (MienAvatar *self);      /* SPDX id */
const char         *mien_avatar_get_file (MienAvatar *self);         /* its name in the pack's folder */
const char         *mien_avatar_get_behind_file (MienAvatar *self);  /* or NULL */
/* of the SVG; NULL in a pack that was not hashed yet */
const char         *mien_avatar_get_sha256 (MienAvatar *self);
const char         *mien_avatar_get_behind_sha256 (MienAvatar *self);   /* the part behind the head, or NULL */
guint               mien_avatar_get_n_variants (MienAvatar *self);
const MienAvatarVariant *mien_avatar_get_variant (MienAvatar *self, guint index);
const MienAvatarVariant *mien_avatar_find_variant (MienAvatar *self, const char *id);
/* @folded_text: what mien_avatar_fold() made; "" matches everything. */
/* name in any language, tags, id */
gboolean            mien_avatar_matches (MienAvatar *self, const char *folded_text);
/* a search text as mien_avatar_matches() wants it */
char               *mien_avatar_fold (const char *text);

G_END_DECLS
