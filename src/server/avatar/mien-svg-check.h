/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What an SVG of a pack may hold (docs/protocol.md, "Catalogue"): shapes, gradients, clips and masks over the face
 * template. No filter, text, image, script, style sheet, animation, document type, or reference to anything outside of
 * the file: it then looks alike in every program, and cannot be used against one.
 */
#define MIEN_SVG_CHECK_MAX_BYTES 12000
#define MIEN_SVG_CHECK_MAX_ELEMENTS 1000
#define MIEN_SVG_CHECK_MAX_DEPTH 24
#define MIEN_SVG_CHECK_MAX_USES 32       /* as mien_svg_render() */

/* Pure function; fuzzed. The error is MIEN_CATALOGUE_ERROR_DRAWING and says what is wrong and in which line. */
gboolean mien_svg_check (const char *svg, gsize length, GError **error);

G_END_DECLS
