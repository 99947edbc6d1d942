/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-server-config.h"

G_BEGIN_DECLS

/* `mien-server pack check DIR [--browser]`: every problem of a pack, one a line. @arguments: "check", "DIR", …, NULL.
 * Returns 0 for a good pack, 1 for a bad one, 2 for a wrong call. */
int mien_pack_command_run (MienServerConfig *config, char **arguments);

G_END_DECLS
