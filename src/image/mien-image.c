/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-image.h"

G_DEFINE_QUARK (mien-image-error-quark, mien_image_error)
