/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-pack.h"

G_BEGIN_DECLS

/**
 * MienPublication: a pack as it is given out: the catalogue plain and compressed, each with its own strong ETag (RFC
 * 9110 section 8.8.3: two representations never share one). Immutable; counted.
 */
typedef struct _MienPublication MienPublication;

MienPublication *mien_publication_new (MienPack *pack);               /* blocking: compresses */
MienPublication *mien_publication_ref (MienPublication *self);
void             mien_publication_unref (MienPublication *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPublication, mien_publication_unref)

MienPack   *mien_publication_get_pack (MienPublication *self);
GBytes     *mien_publication_get_json (MienPublication *self, gboolean compressed);
const char *mien_publication_get_etag (MienPublication *self, gboolean compressed);   /* with its quotation marks */

G_END_DECLS
