/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-server-error.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (mien-portrait-server-error-quark, mien_portrait_server_error)

static const guint statuses[] = {
  [MIEN_PORTRAIT_SERVER_ERROR_FORGED] = 403,
  [MIEN_PORTRAIT_SERVER_ERROR_EXPIRED] = 410,
  [MIEN_PORTRAIT_SERVER_ERROR_USED] = 409,
  [MIEN_PORTRAIT_SERVER_ERROR_SIZE] = 400,
  [MIEN_PORTRAIT_SERVER_ERROR_TYPE] = 415,
  [MIEN_PORTRAIT_SERVER_ERROR_HASH] = 422,
  [MIEN_PORTRAIT_SERVER_ERROR_PICTURE] = 422,
  [MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE] = 413,
  [MIEN_PORTRAIT_SERVER_ERROR_NOT_FOUND] = 404,
  [MIEN_PORTRAIT_SERVER_ERROR_RATE] = 429,
  [MIEN_PORTRAIT_SERVER_ERROR_FULL] = 507,
  [MIEN_PORTRAIT_SERVER_ERROR_UNAVAILABLE] = 503,
  [MIEN_PORTRAIT_SERVER_ERROR_VANISHED] = 503,
  [MIEN_PORTRAIT_SERVER_ERROR_INTERNAL] = 500,
};

static gboolean
is_full (const GError *error)
{
  return g_error_matches (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL) ||
         g_error_matches (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_FULL);
}

guint
mien_portrait_server_error_get_status (const GError *error)
{
  g_return_val_if_fail (error != NULL, 500);

  if (is_full (error))
    return 507;
  if (g_error_matches (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_BUSY))
    return 503;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return 404;
  if (error->domain != MIEN_PORTRAIT_SERVER_ERROR || error->code < 1 || error->code >= (int) G_N_ELEMENTS (statuses))
    return 500;
  return statuses[error->code];
}

const char *
mien_portrait_server_error_get_public_text (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (is_full (error))
    return _("The portrait server has no space left. Your former portrait stays. Try again later, or tell the "
             "administrator.");
  switch (mien_portrait_server_error_get_status (error))
    {
    case 503:
      return _("The portrait server is busy. Nothing was changed. Try again in a minute.");

    case 500:
      return _("The portrait server made a mistake. Nothing was changed. Try again, and tell the administrator if it "
               "happens again.");

    case 404:
      return _("There is no such portrait.");

    default:
      return error->message;
    }
}
