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
typedef enum { MIEN_CATALOGUE_ERROR_SYNTAX = 1, MIEN_CATALOGUE_ERROR_MEMBER, MIEN_CATALOGUE_ERROR_VERSION, MIEN_CATALOGUE_ERROR_LIMIT, MIEN_CATALOGUE_ERROR_HASH } MienCatalogueError;

#define MIEN_CATALOGUE_VERSION 1
#define MIEN_CATALOGUE_MAX_BYTES (16 * 1024 * 1024)
#define MIEN_CATALOGUE_MAX_AVATARS 10000
#define MIEN_CATALOGUE_MAX_FILE_BYTES (64 * 1024)

typedef struct { char *id; char *name; char *sha256; guint32 backdrop; double eyes[4]; } MienDrawnHeadshot;

MienCatalogue *mien_catalogue_new_from_json (const char *json, gssize length, GError **error);   /* errors name the member */
MienAvatar    *mien_catalogue_lookup (MienCatalogue *self, const char *id);         /* (transfer none) or NULL */
char         **mien_catalogue_list_files (MienCatalogue *self);                     /* every sha256 it needs, each once */
guint          mien_catalogue_get_n_headshots (MienCatalogue *self);
const MienDrawnHeadshot *mien_catalogue_get_headshot (MienCatalogue *self, guint index);
/* Avatars of a type (NULL: all) that match the search text, in order; (transfer full). */
GPtrArray     *mien_catalogue_query (MienCatalogue *self, const PortraitType *type, const char *text);

G_END_DECLS
