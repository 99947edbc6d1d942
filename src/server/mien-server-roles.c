/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-server-roles.h"

#include <glib/gi18n.h>

#include "mien-avatar-role.h"
#include "mien-im-role.h"
#include "mien-pack-command.h"
#include "mien-portrait-role.h"

const MienServerRole mien_server_roles[] = {
  { "im", mien_im_role_new },
  { "avatar", mien_avatar_role_new },
  { "portrait", mien_portrait_role_new },
  { NULL, NULL },
};

const MienServerCommand mien_server_commands[] = {
  { "adduser", "JID", N_("Make an account; its password is read from the terminal or from standard input"), TRUE,
    mien_im_adduser },
  { "passwd", "JID", N_("Give an account another password"), TRUE, mien_im_passwd },
  { "deluser", "JID", N_("Remove an account with all that is its own"), TRUE, mien_im_deluser },
  { "pack", "check DIR",
    N_("Say whether a folder of avatars is fit to be given out; with --browser, compare with Chromium"), FALSE,
    mien_pack_command_run },
  { NULL },
};
