/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * mien_portrait_strip:
 * @bytes: a whole PNG or JPEG file
 * @orientation: EXIF orientation 1..8 that a JPEG keeps (the one thing in EXIF that its picture needs)
 *
 * Pure function, fuzzed: the same picture without metadata. Chunks (PNG) and segments (JPEG) that are no part of the
 * picture are left out, as is all that follows its end; the compressed pixels are copied as they are.
 * Returns: (transfer full): @bytes itself when there is nothing to leave out; NULL with
 * MIEN_PORTRAIT_SERVER_ERROR_PICTURE or _TYPE.
 */
GBytes *mien_portrait_strip (GBytes *bytes, int orientation, GError **error);

G_END_DECLS
