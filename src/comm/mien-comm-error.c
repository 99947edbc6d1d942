/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-comm-error.h"

G_DEFINE_QUARK (mien-comm-error-quark, mien_comm_error)
