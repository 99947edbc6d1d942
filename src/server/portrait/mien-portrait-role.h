/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-role.h"

G_BEGIN_DECLS

/**
 * MienPortraitRole: the role [portrait] of mien-server: communication, management and storage units put together.
 */
#define MIEN_TYPE_PORTRAIT_ROLE (mien_portrait_role_get_type ())
G_DECLARE_FINAL_TYPE (MienPortraitRole, mien_portrait_role, MIEN, PORTRAIT_ROLE, GObject)

MienRole *mien_portrait_role_new (MienServerConfig *config, MienHttpListener *listener);

G_END_DECLS
