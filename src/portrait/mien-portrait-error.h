/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_PORTRAIT_ERROR (mien_portrait_error_quark ())
GQuark mien_portrait_error_quark (void);

typedef enum
{
  MIEN_PORTRAIT_ERROR_NO_SERVICE = 1,   /* neither a portrait component nor PEP */
  MIEN_PORTRAIT_ERROR_REFUSED,          /* the portrait server said no; the message says why */
  MIEN_PORTRAIT_ERROR_INTERRUPTED,      /* the server went away; the draft is kept, trying again is safe */
} MienPortraitError;

G_END_DECLS
