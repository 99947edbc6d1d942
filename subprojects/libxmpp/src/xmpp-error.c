/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xmpp-error.h"

typedef struct
{
  char *condition;   /* owned, may be NULL */
} XmppErrorPrivate;

static void
xmpp_error_private_init (XmppErrorPrivate *priv)
{
  priv->condition = NULL;
}

static void
xmpp_error_private_copy (const XmppErrorPrivate *src,
                         XmppErrorPrivate       *dest)
{
  dest->condition = g_strdup (src->condition);
}

static void
xmpp_error_private_clear (XmppErrorPrivate *priv)
{
  g_clear_pointer (&priv->condition, g_free);
}

G_DEFINE_EXTENDED_ERROR (XmppError, xmpp_error)

const char *
xmpp_error_get_condition (const GError *error)
{
  XmppErrorPrivate *priv;

  if (error == NULL || error->domain != XMPP_ERROR)
    return NULL;
  priv = xmpp_error_get_private (error);
  return priv != NULL ? priv->condition : NULL;
}

void
xmpp_set_error (GError     **error,
                XmppError    code,
                const char  *condition,
                const char  *format,
                ...)
{
  GError *made;
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  made = g_error_new_valist (XMPP_ERROR, (int) code, format, args);
  va_end (args);
  xmpp_error_get_private (made)->condition = g_strdup (condition);
  g_propagate_error (error, made);
}
