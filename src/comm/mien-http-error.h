/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-http.h"

G_BEGIN_DECLS

/* For mien-http.c: what libsoup and GIO report, as an error of ours with words for a person. */
GError *mien_http_error_from_transport (const GError *error, const char *host);
/* @reason: the server's own text, or NULL */
GError *mien_http_error_from_status (guint status, const char *reason, const char *host);

G_END_DECLS
