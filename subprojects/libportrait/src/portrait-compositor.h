/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cairo.h>
#include "portrait-look.h"

G_BEGIN_DECLS

/**
 * PortraitCompositor: a look and the pictures it needs, drawn by cairo at any size. Not a widget: an editor caches the
 * "below" and "above" parts and redraws only the active layer. Safe in one thread at a time; copy it for another.
 */
typedef struct _PortraitCompositor PortraitCompositor;

#define PORTRAIT_MAX_SIZE 4096           /* pixels of an output's side */
#define PORTRAIT_STANDARD_SIZE 960       /* S302: the headshot's standard size, and an export's */

#define PORTRAIT_ART_STEP 256
#define PORTRAIT_ART_MAX 2048

typedef enum
{
  PORTRAIT_PART_ALL,
  PORTRAIT_PART_BELOW,       /* backdrop, headshot, and the layers under the active one */
  PORTRAIT_PART_ACTIVE,
  PORTRAIT_PART_ABOVE,
} PortraitPart;

/* BILINEAR on the nearest half-size copy; GOOD */
typedef enum { PORTRAIT_QUALITY_LIVE, PORTRAIT_QUALITY_FINAL } PortraitQuality;

PortraitCompositor *portrait_compositor_new (void);
PortraitCompositor *portrait_compositor_copy (PortraitCompositor *self);              /* shares the surfaces */
void                portrait_compositor_free (PortraitCompositor *self);

void portrait_compositor_set_look (PortraitCompositor *self, const PortraitLook *look);       /* copied */
const PortraitLook *portrait_compositor_get_look (PortraitCompositor *self);
/* square image surface, or NULL */
void portrait_compositor_set_headshot (PortraitCompositor *self, cairo_surface_t *surface);
/* Pictures of one layer, each a square image surface that covers the whole template; @behind (hair) may be NULL. */
void portrait_compositor_set_art (PortraitCompositor *self, const char *type, cairo_surface_t *front,
                                  cairo_surface_t *behind);

/* The side in pixels at which a layer's picture should be drawn so that it is sharp in a picture of @size pixels: a
 * multiple of PORTRAIT_ART_STEP, at most PORTRAIT_ART_MAX. For a reproducible render() all pictures must be drawn for
 * its size. */
int  portrait_compositor_get_art_size (PortraitCompositor *self, const char *type, double size);

void portrait_compositor_paint (PortraitCompositor *self, cairo_t *cr, double size, PortraitPart part,
                                const char *active_type, PortraitQuality quality);
/* Where the active layer's opaque pixels are drawn, outward to whole pixels; FALSE when it is not drawn at all. */
gboolean portrait_compositor_get_bounds (PortraitCompositor *self, const char *type, double size, PortraitRect *out);
/* Which layer is under the point, topmost first, by its own alpha; NULL for none. */
const PortraitLayer *portrait_compositor_pick (PortraitCompositor *self, double size, const PortraitPoint *pointer);

/* S3162: opaque RGB24, FINAL quality */
cairo_surface_t *portrait_compositor_render (PortraitCompositor *self, int size, GError **error);

G_END_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PortraitCompositor, portrait_compositor_free)
