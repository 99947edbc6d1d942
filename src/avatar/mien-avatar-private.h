/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-avatar.h"

G_BEGIN_DECLS

/* What the catalogue's parser fills in before it gives an avatar away; immutable from then on. All fields are owned. */
struct _MienAvatar
{
  GObject parent_instance;

  char *id;
  char *name;
  const PortraitType *type;
  char **tags;
  char **sets;
  char *licence;
  char *file;
  char *behind_file;
  char *sha256;
  char *behind_sha256;
  GArray *variants;        /* of MienAvatarVariant */
  char *search_key;        /* folded: id, names in every language, tags, sets, the type's names; one a line */
};

void mien_avatar_variant_clear (gpointer variant);

G_END_DECLS
