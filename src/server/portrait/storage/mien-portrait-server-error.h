/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the portrait server refuses, and why. Each message tells a person what to do; each code has one HTTP status. */
#define MIEN_PORTRAIT_SERVER_ERROR (mien_portrait_server_error_quark ())
GQuark mien_portrait_server_error_quark (void);

typedef enum
{
  MIEN_PORTRAIT_SERVER_ERROR_FORGED = 1,   /* 403: not an upload address of this server */
  MIEN_PORTRAIT_SERVER_ERROR_EXPIRED,      /* 410 */
  MIEN_PORTRAIT_SERVER_ERROR_USED,         /* 409: the upload address was used before */
  MIEN_PORTRAIT_SERVER_ERROR_SIZE,         /* 400: not as many bytes as the slot says */
  MIEN_PORTRAIT_SERVER_ERROR_TYPE,         /* 415: another type than the slot says, or not PNG or JPEG */
  MIEN_PORTRAIT_SERVER_ERROR_HASH,         /* 422: the bytes do not have the hash in the file's name */
  MIEN_PORTRAIT_SERVER_ERROR_PICTURE,      /* 422: damaged */
  MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE,    /* 413: bytes or pixels */
  MIEN_PORTRAIT_SERVER_ERROR_NOT_FOUND,    /* 404 */
  MIEN_PORTRAIT_SERVER_ERROR_RATE,         /* 429: too much in a short time */
  MIEN_PORTRAIT_SERVER_ERROR_FULL,         /* 507: the server's disk is full */
  MIEN_PORTRAIT_SERVER_ERROR_UNAVAILABLE,  /* 503: the database cannot be reached, or the server stops */
  MIEN_PORTRAIT_SERVER_ERROR_VANISHED,     /* inside only: the bytes were collected between writing and committing */
  MIEN_PORTRAIT_SERVER_ERROR_INTERNAL,     /* 500 */
} MienPortraitServerError;

/* The HTTP status of any GError that comes out of these folders. */
guint       mien_portrait_server_error_get_status (const GError *error);
/* What the person may be told: the message of our own errors; never paths, hosts or SQL of other ones. */
const char *mien_portrait_server_error_get_public_text (const GError *error);

G_END_DECLS
