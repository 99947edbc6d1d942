/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-catalogue.h"

G_BEGIN_DECLS

typedef struct
{
  const PortraitType *type;
  char *name;              /* owned */
} MienCatalogueType;

struct _MienCatalogue
{
  GObject parent_instance;

  char *name;              /* owned */
  gboolean hashed;
  GArray *types;           /* of MienCatalogueType */
  GPtrArray *avatars;      /* of MienAvatar, owned */
  GHashTable *by_id;       /* borrowed id → borrowed MienAvatar */
  GArray *headshots;       /* of MienDrawnHeadshot */
  GPtrArray *files;        /* owned sha256, each once */
  GHashTable *file_bytes;  /* borrowed sha256 of files → size */
};

G_END_DECLS
