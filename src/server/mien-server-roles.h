/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-server.h"

G_BEGIN_DECLS

/* The roles this program has, in the order of starting; ends with { NULL }. */
extern const MienServerRole mien_server_roles[];

/* `mien-server NAME ARGUMENT...`: one-shot commands that start no role. */
typedef struct
{
  const char *name;
  const char *arguments;     /* "JID" */
  const char *summary;       /* marked N_() */
  gboolean    needs_config;
  /* @config is NULL unless needs_config; @arguments ends with NULL. Returns the exit status; errors are printed by
   * it. */
  int       (*run) (MienServerConfig *config, char **arguments);
} MienServerCommand;

extern const MienServerCommand mien_server_commands[];   /* ends with { NULL } */

G_END_DECLS
