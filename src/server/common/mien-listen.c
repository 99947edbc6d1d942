/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server"

#include "mien-listen.h"

#include <glib/gi18n.h>

static GSocketAddress *
parse_one (const char *text)
{
  g_autofree char *host = NULL;
  const char *colon = strrchr (text, ':');
  guint64 port;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    return NULL;
  host = g_strndup (text, colon - text);
  if (*host == '[' && g_str_has_suffix (host, "]"))
    {
      host[strlen (host) - 1] = '\0';
      memmove (host, host + 1, strlen (host));
    }
  else if (strchr (host, ':') != NULL)
    return NULL;
  if (g_str_equal (host, "localhost"))
    return g_inet_socket_address_new_from_string ("127.0.0.1", port);
  if (g_str_equal (host, "*") || *host == '\0')
    return g_inet_socket_address_new_from_string ("0.0.0.0", port);
  return g_inet_socket_address_new_from_string (host, port);
}

GPtrArray *
mien_listen_parse (const char *listen, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (listen != NULL, NULL);

  if (g_str_equal (listen, "off"))
    return NULL;
  parts = g_strsplit (*listen != '\0' ? listen : ";", ";", MIEN_LISTEN_MAX_ADDRESSES + 1);
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      GSocketAddress *address = i < MIEN_LISTEN_MAX_ADDRESSES ? parse_one (g_strstrip (parts[i])) : NULL;

      if (address == NULL)
        {
          g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                       _("“%s” is not an address to listen on: write a number address and a port, such as "
                         "127.0.0.1:5222 or [::]:5222, several with “;” between, %d at most"),
                       parts[i], MIEN_LISTEN_MAX_ADDRESSES);
          return NULL;
        }
      g_ptr_array_add (addresses, address);
    }
  return g_steal_pointer (&addresses);
}

gboolean
mien_listen_bind (GSocketListener *listener, MienServerConfig *config, const char *section, const char *key,
                  char **out_first_bound, GError **error)
{
  const char *listen = mien_server_config_get (config, section, key);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) addresses = mien_listen_parse (listen, &local_error);

  g_socket_listener_set_backlog (listener, MIEN_LISTEN_BACKLOG);
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      g_autoptr (GSocketAddress) bound = NULL;

      if (!g_socket_listener_add_address (listener, g_ptr_array_index (addresses, i), G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_TCP, NULL, &bound, &local_error))
        break;
      if (i == 0 && out_first_bound != NULL)
        *out_first_bound = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (bound));
    }
  if (local_error == NULL)
    return TRUE;
  g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_LISTEN, _("[%s] %s=%s: %s"), section, key, listen,
               local_error->message);
  return FALSE;
}
