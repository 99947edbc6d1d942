/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-http.h"

G_DEFINE_QUARK (mien-http-error-quark, mien_http_error)
