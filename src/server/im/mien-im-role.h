/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-role.h"

G_BEGIN_DECLS

/**
 * MienImRole: the IM server (RFC 6120, RFC 6121) of one domain. docs/servers.md says what it does and does not do;
 * mien-im-private.h says how it is put together.
 */
#define MIEN_TYPE_IM_ROLE (mien_im_role_get_type ())
G_DECLARE_FINAL_TYPE (MienImRole, mien_im_role, MIEN, IM_ROLE, GObject)

MienRole *mien_im_role_new (MienServerConfig *config, MienHttpListener *listener);

guint     mien_im_role_get_n_sessions (MienImRole *self);      /* detached ones among them */

/* The commands adduser, passwd, deluser: open the database by themselves, while the server runs or not; a running
 * server ends the sessions of an account that was removed. The password comes from the terminal (twice, without echo)
 * or from standard input (one line), never from @arguments. */
int       mien_im_adduser (MienServerConfig *config, char **arguments);
int       mien_im_passwd (MienServerConfig *config, char **arguments);
int       mien_im_deluser (MienServerConfig *config, char **arguments);

G_END_DECLS
