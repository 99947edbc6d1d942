/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "test-avatar"

#include "avatar-server-fixture.h"

#include "avatar-fixture.h"
#include "mien-avatar-role.h"

typedef struct { gboolean done, good; } Reading;

static void
on_loaded (MienPackWatcher *watcher,
           gboolean         good,
           gpointer         user_data)
{
  Reading *reading = user_data;

  reading->done = TRUE;
  reading->good = good;
}

void
avatar_server_prepare (AvatarServer *self)
{
  self->folder = avatar_fixture_copy_pack ();
  self->data = avatar_fixture_new_folder ();
}

void
avatar_server_run (AvatarServer *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
      "[server]\ndata-directory=d\n[http]\nlisten=127.0.0.1:0\n[avatar]\npack-directory=%s\n", self->folder);

  self->config = mien_server_config_parse (text, self->data, &error);
  g_assert_no_error (error);
  self->listener = mien_http_listener_new (self->config);
  self->role = mien_avatar_role_new (self->config, self->listener);
  g_assert_cmpstr (mien_role_get_name (self->role), ==, "avatar");
  mien_role_start (self->role, &error);
  g_assert_no_error (error);
  mien_http_listener_start (self->listener, &error);
  g_assert_no_error (error);
  self->uri = g_strdup_printf ("%s/avatars/", mien_http_listener_get_public_url (self->listener));
}

gboolean
avatar_server_wait_loaded (AvatarServer *self)
{
  MienPackWatcher *watcher = mien_avatar_role_get_watcher (MIEN_AVATAR_ROLE (self->role));
  Reading reading = { FALSE, FALSE };
  gulong id = g_signal_connect (watcher, "loaded", G_CALLBACK (on_loaded), &reading);

  avatar_fixture_wait (&reading.done);
  g_signal_handler_disconnect (watcher, id);
  return reading.good;
}

void
avatar_server_start (AvatarServer *self)
{
  avatar_server_prepare (self);
  avatar_server_run (self);
  g_assert_true (avatar_server_wait_loaded (self));
}

void
avatar_server_stop (AvatarServer *self)
{
  mien_http_listener_stop (self->listener);
  mien_role_stop (self->role);
  mien_role_stop (self->role);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  avatar_fixture_finalize (self->role);
  g_assert_finalize_object (self->listener);
  mien_server_config_unref (self->config);
  avatar_fixture_remove (self->folder);
  avatar_fixture_remove (self->data);
  g_free (self->folder);
  g_free (self->data);
  g_free (self->uri);
}

gboolean
avatar_server_change (AvatarServer *self,
                      const char   *name,
                      const char   *old,
                      const char   *fresh)
{
  avatar_fixture_replace (self->folder, name, old, fresh);
  return avatar_server_wait_loaded (self);
}
