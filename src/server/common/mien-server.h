/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-role.h"

G_BEGIN_DECLS

/**
 * MienServer: the roles of one configuration file in one process, with the HTTP listener they share. It is what
 * `mien-server` runs, and what tests run in process on port 0.
 */
#define MIEN_TYPE_SERVER (mien_server_get_type ())
G_DECLARE_FINAL_TYPE (MienServer, mien_server, MIEN, SERVER, GObject)

typedef struct
{
  const char *section;           /* "im" */
  MienRoleNew make;
} MienServerRole;

/* @roles ends with { NULL }; its order is the order of starting. A section of the file that names a role which is not
 * in @roles is an error at start. */
MienServer *mien_server_new (MienServerConfig *config, const MienServerRole *roles);
/* The roles in order, then the HTTP listener. On an error whatever was started is stopped again. */
gboolean    mien_server_start (MienServer *self, GError **error);
void        mien_server_stop (MienServer *self);                     /* idempotent */

MienServerConfig *mien_server_get_config (MienServer *self);         /* (transfer none) */
/* (transfer none); NULL when it is off */
MienRole         *mien_server_get_role (MienServer *self, const char *section);

G_END_DECLS
