/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-pack-watcher.h"
#include "mien-role.h"

G_BEGIN_DECLS

/**
 * MienAvatarRole: [avatar]. Gives out the avatar catalogue and its drawings under /avatars/ (docs/protocol.md, "Avatar
 * server").
 */
/* requests before the first pack is checked; further ones get 503 and Retry-After */
#define MIEN_AVATAR_ROLE_MAX_WAITING 256

#define MIEN_TYPE_AVATAR_ROLE (mien_avatar_role_get_type ())
G_DECLARE_FINAL_TYPE (MienAvatarRole, mien_avatar_role, MIEN, AVATAR_ROLE, GObject)

MienRole *mien_avatar_role_new (MienServerConfig *config, MienHttpListener *listener);
/* (transfer none); NULL when it is not started */
MienPackWatcher *mien_avatar_role_get_watcher (MienAvatarRole *self);

G_END_DECLS
