/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "portrait-error.h"

G_DEFINE_QUARK (portrait-error-quark, portrait_error)
