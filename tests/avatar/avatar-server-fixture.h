/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-http-listener.h"
#include "mien-role.h"

G_BEGIN_DECLS

/* The [avatar] role in this process, on a port of its own, with a copy of the test pack. */
typedef struct
{
  char *folder;            /* the pack: a test may change it */
  char *data;              /* the server's data directory */
  MienServerConfig *config;
  MienHttpListener *listener;
  MienRole *role;
  char *uri;               /* "http://127.0.0.1:1234/avatars/" */
} AvatarServer;

void  avatar_server_start (AvatarServer *self);       /* and waits for the first pack */
/* In two steps. A test may spoil @folder between them; the pack may not be there when the second returns. */
void  avatar_server_prepare (AvatarServer *self);
void  avatar_server_run (AvatarServer *self);
gboolean avatar_server_wait_loaded (AvatarServer *self);   /* whether the next reading was good */
void  avatar_server_stop (AvatarServer *self);
/* A change of the pack and the reading it causes; whether it was accepted. */
gboolean avatar_server_change (AvatarServer *self, const char *name, const char *old, const char *fresh);

G_END_DECLS
