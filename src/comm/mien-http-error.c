/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-http"

#include "mien-config.h"

#include "mien-http-error.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  guint status;
} MienHttpErrorPrivate;

static void
mien_http_error_private_init (MienHttpErrorPrivate *priv)
{
  priv->status = 0;
}

static void
mien_http_error_private_copy (const MienHttpErrorPrivate *src, MienHttpErrorPrivate *dest)
{
  dest->status = src->status;
}

static void
mien_http_error_private_clear (MienHttpErrorPrivate *priv)
{
}

G_DEFINE_EXTENDED_ERROR (MienHttpError, mien_http_error)

guint
mien_http_error_get_status (const GError *error)
{
  MienHttpErrorPrivate *priv;

  if (error == NULL || error->domain != MIEN_HTTP_ERROR)
    return 0;
  priv = mien_http_error_get_private (error);
  return priv != NULL ? priv->status : 0;
}

GError *
mien_http_error_from_transport (const GError *error, const char *host)
{
  if (error->domain == MIEN_HTTP_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);

  if (error->domain == G_TLS_ERROR)
    return g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TLS,
                        _("The connection to %s is not secure: %s"), host, error->message);
  if (error->domain == G_RESOLVER_ERROR)
    return g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE,
                        _("The server %s was not found. Check the network connection."), host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TIMEOUT,
                        _("The server %s does not answer. Try again later."), host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)
      || g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING)
      || g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_ENCODING))
    return g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_TRUNCATED,
                        _("The transfer from %s broke off. Try again."), host);
  return g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_UNREACHABLE,
                      _("The server %s cannot be reached: %s"), host, error->message);
}

GError *
mien_http_error_from_status (guint status, const char *reason, const char *host)
{
  GError *error;

  if (reason != NULL)
    error = g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS, _("%s refused: %s"), host, reason);
  else if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    error = g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS, _("%s does not have this file."), host);
  else if (status == SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE)
    error = g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS, _("The file is too large for %s."), host);
  else if (status >= 500)
    error = g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS,
                         _("The server %s has a problem of its own (%u). Try again later."), host, status);
  else
    error = g_error_new (MIEN_HTTP_ERROR, MIEN_HTTP_ERROR_STATUS, _("%s refused the request (%u)."), host, status);
  mien_http_error_get_private (error)->status = status;
  return error;
}
