/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-image.h"

G_BEGIN_DECLS

/* Where a GIF's first picture ends, so that the others are never decoded; 0 when it does not end in @data. */
gsize    mien_image_gif_first_picture (const guint8 *data, gsize length);

/* Whether all of a probed picture can be there, where its decoder would fill the rest with grey and say nothing. */
gboolean mien_image_is_complete (const MienImageInfo *info, const guint8 *data, gsize length);

/* GdkPixbuf's name of the loader. */
const char *mien_image_format_get_loader (MienImageFormat format);

G_END_DECLS
