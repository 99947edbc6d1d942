/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-portrait-error.h"

G_DEFINE_QUARK (mien-portrait-error-quark, mien_portrait_error)
