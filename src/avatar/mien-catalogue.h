/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-avatar.h"

G_BEGIN_DECLS

/**
 * MienCatalogue: avatars of one catalogue.json (format: docs/protocol.md), a GListModel of MienAvatar in file order.
 * Immutable once parsed; the server checks packs with the same parser. Also lists the drawn headshots.
 */
#define MIEN_TYPE_CATALOGUE (mien_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (MienCatalogue, mien_catalogue, MIEN, CATALOGUE, GObject)

#define MIEN_CATALOGUE_ERROR (mien_catalogue_error_quark ())
GQuark mien_catalogue_error_quark (void);

typedef enum
{
  MIEN_CATALOGUE_ERROR_SYNTAX = 1, /* not JSON, or not UTF-8 */
  /* a member is missing, of the wrong kind, or has a value that is not allowed; the message names it */
  MIEN_CATALOGUE_ERROR_MEMBER,
  MIEN_CATALOGUE_ERROR_VERSION,    /* made for a newer Mien */
  MIEN_CATALOGUE_ERROR_LIMIT,      /* more bytes, avatars or depth than the limits below */
  MIEN_CATALOGUE_ERROR_HASH,       /* a picture does not have the hash that the catalogue gives */
  MIEN_CATALOGUE_ERROR_PACKAGE,    /* a package that is cut or holds something else than was asked for */
  MIEN_CATALOGUE_ERROR_DRAWING,    /* an SVG that a pack may not hold */
} MienCatalogueError;

#define MIEN_CATALOGUE_VERSION 1
#define MIEN_CATALOGUE_MAX_BYTES (16 * 1024 * 1024)
#define MIEN_CATALOGUE_MAX_AVATARS 10000
#define MIEN_CATALOGUE_MAX_FILE_BYTES (64 * 1024)
#define MIEN_CATALOGUE_MAX_HEADSHOTS 100
#define MIEN_CATALOGUE_MAX_FILES (2 * MIEN_CATALOGUE_MAX_AVATARS + MIEN_CATALOGUE_MAX_HEADSHOTS)
#define MIEN_CATALOGUE_MAX_DEPTH 8            /* of nested JSON objects and arrays */
#define MIEN_CATALOGUE_MAX_VALUES 1000000     /* JSON values in the whole file */
#define MIEN_CATALOGUE_MAX_TEXT 200           /* bytes of an id, name, tag */
#define MIEN_CATALOGUE_MAX_LIST 32            /* tags, sets, languages, variants, colours of one avatar */

/* backdrop: 0xrrggbb; eyes: left x, y, right x, y as seen in the picture, fractions of the width. */
typedef struct { char *id; char *name; char *file; char *sha256; guint32 backdrop; double eyes[4]; } MienDrawnHeadshot;

/* errors name the member */
MienCatalogue *mien_catalogue_new_from_json (const char *json, gssize length, GError **error);
MienAvatar    *mien_catalogue_lookup (MienCatalogue *self, const char *id);         /* (transfer none) or NULL */
const char    *mien_catalogue_get_name (MienCatalogue *self);                       /* in the user's language */
/* The name of a type in the user's language; the type's id when the catalogue has no such type. */
const char    *mien_catalogue_get_type_name (MienCatalogue *self, const PortraitType *type);
/* The types that the catalogue lists, in its order: what a type switch shows. */
guint          mien_catalogue_get_n_types (MienCatalogue *self);
const PortraitType *mien_catalogue_get_type_at (MienCatalogue *self, guint index);
/* FALSE: a pack's own catalogue, whose pictures have no "sha256" (mien_pack_load() makes the one that is served). */
gboolean       mien_catalogue_is_hashed (MienCatalogue *self);
/* 0 when the catalogue does not say */
guint64        mien_catalogue_get_file_bytes (MienCatalogue *self, const char *sha256);
/* every sha256 it needs, each once */
char         **mien_catalogue_list_files (MienCatalogue *self);
guint          mien_catalogue_get_n_headshots (MienCatalogue *self);
const MienDrawnHeadshot *mien_catalogue_get_headshot (MienCatalogue *self, guint index);
/* Avatars of a type (NULL: all) that match the search text, in order; (transfer full). */
GPtrArray     *mien_catalogue_query (MienCatalogue *self, const PortraitType *type, const char *text);

G_END_DECLS
