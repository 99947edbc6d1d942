/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-dresser.h"

G_BEGIN_DECLS

/* A contact sheet: a row an avatar, a column a headshot, each at all sizes. Written as PNG or JPEG by @output's ending;
 * what does not fit on one picture goes on to "name-2.png" and so on. */
typedef struct
{
  const char        *output;
  const char *const *headshots;      /* names for mien_dresser_load_headshot() */
  const char        *type;           /* of the avatars, or NULL for all */
  const char *const *avatars;        /* "id" or "id:variant"; NULL: all of the type */
  const char *const *wear;           /* worn on every picture below the shown avatar, or NULL */
  gboolean           with_variants;
  const int         *sizes;
  gsize              n_sizes;
} MienSheetOptions;

gboolean mien_sheet_write (MienDresser *dresser, const MienSheetOptions *options, GError **error);

G_END_DECLS
