/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "portrait-look.h"

G_BEGIN_DECLS

/* Members that this version does not know are kept as the text of a JSON object, or NULL for none: text is copied,
 * compared and read by any thread. */
typedef struct
{
  PortraitLayer layer;       /* first, so that a PortraitLookLayer is a PortraitLayer */
  char         *extra;
} PortraitLookLayer;

struct _PortraitLook
{
  char        *headshot;
  PortraitFace face;
  guint32      backdrop;
  GPtrArray   *layers;       /* PortraitLookLayer, in drawing order */
  char        *headshot_extra;
  char        *extra;
};

PortraitLookLayer *portrait_look_layer_new (const PortraitType *type, const char *avatar);

G_END_DECLS
