/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "mien-http-listener.h"
#include "mien-server-config.h"

G_BEGIN_DECLS

/**
 * A role of mien-server: [im], [avatar], [portrait], [web]. MienServer makes the roles that the configuration turns on,
 * starts them in that order and stops them in reverse. Each role is one GObject that implements this.
 */
#define MIEN_TYPE_ROLE (mien_role_get_type ())
G_DECLARE_INTERFACE (MienRole, mien_role, MIEN, ROLE, GObject)

struct _MienRoleInterface
{
  GTypeInterface parent;

  const char *(*get_name) (MienRole *self);                          /* "im" */
  /* listens when it returns; the error names the setting to change */
  gboolean    (*start)    (MienRole *self, GError **error);
  void        (*stop)     (MienRole *self);                          /* finishes what is under way; idempotent */
};

const char *mien_role_get_name (MienRole *self);
gboolean    mien_role_start (MienRole *self, GError **error);
void        mien_role_stop (MienRole *self);

/* Makes a role; opens nothing yet. Routes are added to @listener here or in start(); its address is taken (and its
   public
 * URL known) when start() runs, and it begins to answer after all roles have started. */
typedef MienRole *(*MienRoleNew) (MienServerConfig *config, MienHttpListener *listener);

G_END_DECLS
