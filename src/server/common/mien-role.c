/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-role.h"

G_DEFINE_INTERFACE (MienRole, mien_role, G_TYPE_OBJECT)

static void
mien_role_default_init (MienRoleInterface *iface)
{
}

/**
 * mien_role_get_name:
 *
 * Returns: the section of the configuration that turns the role on; static.
 */
const char *
mien_role_get_name (MienRole *self)
{
  g_return_val_if_fail (MIEN_IS_ROLE (self), NULL);

  return MIEN_ROLE_GET_IFACE (self)->get_name (self);
}

gboolean
mien_role_start (MienRole *self, GError **error)
{
  g_return_val_if_fail (MIEN_IS_ROLE (self), FALSE);

  return MIEN_ROLE_GET_IFACE (self)->start (self, error);
}

void
mien_role_stop (MienRole *self)
{
  g_return_if_fail (MIEN_IS_ROLE (self));

  MIEN_ROLE_GET_IFACE (self)->stop (self);
}
