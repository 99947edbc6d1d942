/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-http-listener.h"
#include "mien-portrait-manager.h"

G_BEGIN_DECLS

/**
 * The portrait server's HTTP side (S3242, S406): PUT /upload/<token> and GET /p/<name>?size=N.
 * Adds its routes; keeps a reference to @manager until they are removed.
 */
void mien_portrait_http_add (MienHttpListener *listener, MienPortraitManager *manager);
void mien_portrait_http_remove (MienHttpListener *listener);

G_END_DECLS
