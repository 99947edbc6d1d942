/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "portrait-placement.h"

G_BEGIN_DECLS

#define PORTRAIT_MASK_SIDE 240

/* Which part of an opaque photo is the person: an A8 surface of PORTRAIT_MASK_SIDE pixels that covers the whole
 * picture, whatever size it is drawn at. */
cairo_surface_t *portrait_mask_new (cairo_surface_t *photo, const PortraitFace *face);

G_END_DECLS
