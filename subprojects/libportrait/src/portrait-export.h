/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <cairo.h>
#include "portrait-error.h"

G_BEGIN_DECLS

/* S318: an image file of the agreed format in memory. Pure functions on a surface; run them off the main thread. */
typedef enum { PORTRAIT_FORMAT_PNG, PORTRAIT_FORMAT_JPEG, PORTRAIT_FORMAT_BMP24, PORTRAIT_FORMAT_BMP32 } PortraitFormat;

GBytes     *portrait_export (cairo_surface_t *surface, PortraitFormat format, int jpeg_quality, GError **error);
/* A square PNG of at most @max_bytes for XEP-0084's in-band picture: size steps down from @size, then colours. */
GBytes     *portrait_export_inband (cairo_surface_t *surface, int size, gsize max_bytes, int *out_size, GError **error);
const char *portrait_format_get_mime_type (PortraitFormat format);
const char *portrait_format_get_suffix (PortraitFormat format);      /* "png" */
gboolean    portrait_format_from_suffix (const char *filename, PortraitFormat *out);

G_END_DECLS
