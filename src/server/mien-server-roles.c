/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-server-roles.h"

#include <glib/gi18n.h>

const MienServerRole mien_server_roles[] = {
  { NULL, NULL },
};

const MienServerCommand mien_server_commands[] = {
  { NULL },
};
