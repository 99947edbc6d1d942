/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_COMM_ERROR (mien_comm_error_quark ())
GQuark mien_comm_error_quark (void);

typedef enum
{
  MIEN_COMM_ERROR_ADDRESS = 1,     /* not the address of an account, or one's own */
  MIEN_COMM_ERROR_UNKNOWN_FRIEND,
  MIEN_COMM_ERROR_EMPTY,           /* nothing to send */
  MIEN_COMM_ERROR_TOO_LONG,
  MIEN_COMM_ERROR_OFFLINE,
} MienCommError;

G_END_DECLS
