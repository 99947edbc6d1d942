/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PORTRAIT_ERROR (portrait_error_quark ())
GQuark portrait_error_quark (void);

typedef enum
{
  PORTRAIT_ERROR_SYNTAX = 1,   /* not JSON, or too large */
  PORTRAIT_ERROR_MEMBER,       /* a member is missing or wrong; the message names it, e.g. "layers[2].tilt" */
  PORTRAIT_ERROR_VERSION,      /* made by a newer Mien */
  PORTRAIT_ERROR_DUPLICATE,    /* two avatars of one type */
  PORTRAIT_ERROR_ENCODE,
  PORTRAIT_ERROR_SIZE,         /* outside the limits */
} PortraitError;

G_END_DECLS
