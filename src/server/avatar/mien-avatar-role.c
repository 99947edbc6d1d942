/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-avatar-role.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mien-avatar-http.h"
#include "mien-package.h"

#define FILES_PATH "/avatars/"
#define PACKAGE_PATH "/avatars/package"
#define RETRY_SECONDS "10"

struct _MienAvatarRole
{
  GObject parent_instance;

  MienServerConfig *config;        /* owned */
  MienHttpListener *listener;      /* owned */
  MienPackWatcher *watcher;        /* owned; NULL when stopped */
  GPtrArray *waiting;              /* owned Waiting: requests that came before the first pack was checked */
  gboolean stopping;               /* nobody waits any more */
};

typedef struct
{
  SoupServerMessage *message;      /* owned, paused */
  char *path;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_object_unref (waiting->message);
  g_free (waiting->path);
  g_free (waiting);
}

static void mien_avatar_role_role_init (MienRoleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienAvatarRole, mien_avatar_role, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MIEN_TYPE_ROLE, mien_avatar_role_role_init))

static void
mien_avatar_role_dispose (GObject *object)
{
  MienAvatarRole *self = MIEN_AVATAR_ROLE (object);

  mien_role_stop (MIEN_ROLE (self));
  g_clear_object (&self->listener);

  G_OBJECT_CLASS (mien_avatar_role_parent_class)->dispose (object);
}

static void
mien_avatar_role_finalize (GObject *object)
{
  mien_server_config_unref (MIEN_AVATAR_ROLE (object)->config);
  g_ptr_array_unref (MIEN_AVATAR_ROLE (object)->waiting);

  G_OBJECT_CLASS (mien_avatar_role_parent_class)->finalize (object);
}

static void
mien_avatar_role_class_init (MienAvatarRoleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_avatar_role_dispose;
  object_class->finalize = mien_avatar_role_finalize;
}

static void
mien_avatar_role_init (MienAvatarRole *self)
{
  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
}

static const char *
mien_avatar_role_get_name (MienRole *role)
{
  return "avatar";
}

static void
answer_later (SoupServerMessage *message)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", RETRY_SECONDS);
  mien_http_fail (message, SOUP_STATUS_SERVICE_UNAVAILABLE, _("The avatars are not ready. Try again in a minute."));
}

/* With a pack. */
static void
answer (MienAvatarRole    *self,
        SoupServerMessage *message,
        const char        *path)
{
  MienPublication *current = mien_pack_watcher_get_current (self->watcher);
  MienPublication *previous = mien_pack_watcher_get_previous (self->watcher);

  if (soup_server_message_get_method (message) == SOUP_METHOD_POST)
    mien_avatar_http_answer_package (message, current, previous);
  else if (g_str_equal (path, FILES_PATH "catalogue.json"))
    mien_avatar_http_answer_catalogue (message, current);
  else
    mien_avatar_http_answer_file (message, path + strlen (FILES_PATH), current, previous);
}

/* The first look at a large pack takes seconds: whoever asks meanwhile is answered after it. */
static void
handle (MienHttpListener  *listener,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  MienAvatarRole *self = user_data;

  if (soup_server_message_get_method (message) == SOUP_METHOD_POST && !g_str_equal (path, PACKAGE_PATH))
    mien_http_fail (message, SOUP_STATUS_NOT_FOUND, _("There is nothing at this address."));
  else if (mien_pack_watcher_get_current (self->watcher) != NULL)
    answer (self, message, path);
  else if (!self->stopping && mien_pack_watcher_is_reading (self->watcher)
           && self->waiting->len < MIEN_AVATAR_ROLE_MAX_WAITING)
    {
      Waiting *waiting = g_new0 (Waiting, 1);

      waiting->message = g_object_ref (message);
      waiting->path = g_strdup (path);
      g_ptr_array_add (self->waiting, waiting);
      soup_server_message_pause (message);
    }
  else
    answer_later (message);
}

static void
answer_waiting (MienAvatarRole *self)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (waiting_free);
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiting *one = g_ptr_array_index (waiting, i);

      if (mien_pack_watcher_get_current (self->watcher) != NULL)
        answer (self, one->message, one->path);
      else
        answer_later (one->message);
      soup_server_message_unpause (one->message);
    }
}

/* The pack may take longer than the listener waits. */
static void
on_stopping (MienAvatarRole *self)
{
  self->stopping = TRUE;
  answer_waiting (self);
}

static gboolean
mien_avatar_role_start (MienRole  *role,
                        GError   **error)
{
  static const MienHttpRoute files = { .methods = "GET", .handle = handle };
  static const MienHttpRoute package = { .methods = "POST", .max_body = MIEN_PACKAGE_MAX_REQUEST, .handle = handle };
  MienAvatarRole *self = MIEN_AVATAR_ROLE (role);
  g_autofree char *directory = mien_server_config_get_path (self->config, "avatar", "pack-directory");
  g_autofree char *data = mien_server_config_make_directory (self->config, "avatar", error);
  g_autofree char *memory = NULL;

  if (data == NULL)
    return FALSE;
  if (directory == NULL)
    directory = mien_pack_dup_installed_directory ();
  memory = g_build_filename (data, "checked", NULL);
  self->watcher = mien_pack_watcher_new (directory, memory);
  g_signal_connect_swapped (self->watcher, "loaded", G_CALLBACK (answer_waiting), self);
  if (!mien_pack_watcher_start (self->watcher, error))
    {
      g_clear_object (&self->watcher);
      g_prefix_error (error, _("[avatar] pack-directory, %s: "), directory);
      return FALSE;
    }
  self->stopping = FALSE;
  g_signal_connect_object (self->listener, "stopping", G_CALLBACK (on_stopping), self, G_CONNECT_SWAPPED);
  mien_http_listener_add (self->listener, FILES_PATH, &files, self, NULL);
  mien_http_listener_add (self->listener, PACKAGE_PATH, &package, self, NULL);
  return TRUE;
}

/* Packages under way hold what they send themselves; the listener lets them finish. */
static void
mien_avatar_role_stop (MienRole *role)
{
  MienAvatarRole *self = MIEN_AVATAR_ROLE (role);

  if (self->watcher == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->listener, on_stopping, self);
  mien_http_listener_remove (self->listener, FILES_PATH);
  mien_http_listener_remove (self->listener, PACKAGE_PATH);
  answer_waiting (self);
  g_signal_handlers_disconnect_by_data (self->watcher, self);
  mien_pack_watcher_stop (self->watcher);
  g_clear_object (&self->watcher);
}

static void
mien_avatar_role_role_init (MienRoleInterface *iface)
{
  iface->get_name = mien_avatar_role_get_name;
  iface->start = mien_avatar_role_start;
  iface->stop = mien_avatar_role_stop;
}

MienRole *
mien_avatar_role_new (MienServerConfig *config,
                      MienHttpListener *listener)
{
  MienAvatarRole *self;

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (MIEN_IS_HTTP_LISTENER (listener), NULL);

  self = g_object_new (MIEN_TYPE_AVATAR_ROLE, NULL);
  self->config = mien_server_config_ref (config);
  self->listener = g_object_ref (listener);
  return MIEN_ROLE (self);
}

MienPackWatcher *
mien_avatar_role_get_watcher (MienAvatarRole *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR_ROLE (self), NULL);

  return self->watcher;
}
