/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-server-roles.h"

#include <glib/gi18n.h>

#include "mien-avatar-role.h"
#include "mien-pack-command.h"

const MienServerRole mien_server_roles[] = {
  { "avatar", mien_avatar_role_new },
  { NULL, NULL },
};

const MienServerCommand mien_server_commands[] = {
  { "pack", "check DIR", N_("Say whether a folder of avatars is fit to be given out; with --browser, compare with Chromium"), FALSE, mien_pack_command_run },
  { NULL },
};
