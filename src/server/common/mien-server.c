/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server"

#include "mien-server.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *section;
  MienRole   *role;
} Entry;

struct _MienServer
{
  GObject parent_instance;

  MienServerConfig     *config;
  const MienServerRole *table;       /* borrowed, static */
  MienHttpListener     *listener;
  GArray               *started;     /* Entry, in the order of starting */
};

G_DEFINE_FINAL_TYPE (MienServer, mien_server, G_TYPE_OBJECT)

static void
entry_clear (gpointer data)
{
  g_clear_object (&((Entry *) data)->role);
}

static void
mien_server_dispose (GObject *object)
{
  mien_server_stop (MIEN_SERVER (object));

  G_OBJECT_CLASS (mien_server_parent_class)->dispose (object);
}

static void
mien_server_finalize (GObject *object)
{
  MienServer *self = MIEN_SERVER (object);

  g_array_unref (self->started);
  g_clear_object (&self->listener);
  mien_server_config_unref (self->config);

  G_OBJECT_CLASS (mien_server_parent_class)->finalize (object);
}

static void
mien_server_class_init (MienServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_server_dispose;
  object_class->finalize = mien_server_finalize;
}

static void
mien_server_init (MienServer *self)
{
  self->started = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (self->started, entry_clear);
}

MienServer *
mien_server_new (MienServerConfig *config, const MienServerRole *roles)
{
  MienServer *self;

  g_return_val_if_fail (config != NULL && roles != NULL, NULL);

  self = g_object_new (MIEN_TYPE_SERVER, NULL);
  self->config = mien_server_config_ref (config);
  self->table = roles;
  return self;
}

static void
on_health (MienHttpListener *listener, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "ok\n", 3);
}

/* [avatar], [portrait] and [web] speak HTTP; [http] alone is enough for the health address. */
static gboolean
needs_http (MienServer *self)
{
  return mien_server_config_has (self->config, "http") || mien_server_config_has (self->config, "avatar")
         || mien_server_config_has (self->config, "portrait") || mien_server_config_has (self->config, "web");
}

static gboolean
start_role (MienServer *self, const MienServerRole *row, GError **error)
{
  Entry entry = { row->section, row->make (self->config, self->listener) };

  if (!mien_role_start (entry.role, error))
    {
      g_prefix_error (error, _("The role [%s] did not start: "), row->section);
      mien_role_stop (entry.role);
      g_object_unref (entry.role);
      return FALSE;
    }
  g_array_append_val (self->started, entry);
  g_message ("[%s] is ready", row->section);
  return TRUE;
}

/* A section whose role is not part of this program is a mistake that nobody would notice otherwise. */
static gboolean
check_roles (MienServer *self, GError **error)
{
  static const char *const sections[] = { "im", "avatar", "portrait", "web" };

  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      const MienServerRole *row = self->table;

      while (row->section != NULL && !g_str_equal (row->section, sections[i]))
        row++;
      if (row->section == NULL && mien_server_config_has (self->config, sections[i]))
        {
          g_set_error (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                       _("[%s]: this program has no such role: remove the section"), sections[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
start_all (MienServer *self, GError **error)
{
  static const MienHttpRoute health = { "GET", 0, NULL, on_health };
  guint count = 0;

  self->listener = mien_http_listener_new (self->config);
  if (!check_roles (self, error))
    return FALSE;
  if (needs_http (self))
    {
      mien_http_listener_add (self->listener, "/health", &health, NULL, NULL);
      if (!mien_http_listener_bind (self->listener, error))
        return FALSE;
    }
  for (const MienServerRole *row = self->table; row->section != NULL; row++)
    if (mien_server_config_has (self->config, row->section))
      {
        if (!start_role (self, row, error))
          return FALSE;
        count++;
      }
  if (count == 0)
    {
      g_set_error_literal (error, MIEN_SERVER_ERROR, MIEN_SERVER_ERROR_CONFIG,
                           _("No role is turned on: write a section [im], [avatar], [portrait] or [web]"));
      return FALSE;
    }
  return !needs_http (self) || mien_http_listener_start (self->listener, error);
}

gboolean
mien_server_start (MienServer *self, GError **error)
{
  g_return_val_if_fail (MIEN_IS_SERVER (self), FALSE);
  g_return_val_if_fail (self->listener == NULL, FALSE);

  if (start_all (self, error))
    return TRUE;
  mien_server_stop (self);
  return FALSE;
}

void
mien_server_stop (MienServer *self)
{
  g_return_if_fail (MIEN_IS_SERVER (self));

  /* Requests under way may need the roles: they end first. */
  if (self->listener != NULL)
    mien_http_listener_stop (self->listener);
  while (self->started->len > 0)
    {
      Entry *entry = &g_array_index (self->started, Entry, self->started->len - 1);

      mien_role_stop (entry->role);
      g_message ("[%s] has stopped", entry->section);
      g_array_set_size (self->started, self->started->len - 1);
    }
}

MienServerConfig *
mien_server_get_config (MienServer *self)
{
  g_return_val_if_fail (MIEN_IS_SERVER (self), NULL);

  return self->config;
}

MienRole *
mien_server_get_role (MienServer *self, const char *section)
{
  g_return_val_if_fail (MIEN_IS_SERVER (self), NULL);

  for (guint i = 0; i < self->started->len; i++)
    if (g_str_equal (g_array_index (self->started, Entry, i).section, section))
      return g_array_index (self->started, Entry, i).role;
  return NULL;
}
