/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-storage-error.h"

G_DEFINE_QUARK (mien-storage-error-quark, mien_storage_error)
