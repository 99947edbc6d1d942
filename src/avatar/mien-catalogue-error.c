/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-catalogue.h"

G_DEFINE_QUARK (mien-catalogue-error-quark, mien_catalogue_error)
