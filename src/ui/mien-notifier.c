/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-notifier.h"

#include <glib/gi18n.h>

#include "mien-settings.h"

#define MAX_BODY_CHARS 200

struct _MienNotifier
{
  GObject parent_instance;

  /* Borrowed: the application outlives it. */
  GApplication *app;

  /* Owned */
  MienSession *session;
  GSettings *settings;

  MienNotifierShown shown;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (MienNotifier, mien_notifier, G_TYPE_OBJECT)

static char *
get_id (MienNotifier *self,
        const char   *bare_jid)
{
  return g_strdup_printf ("%s/%s", mien_session_get_jid (self->session), bare_jid);
}

static void
notify_user (MienNotifier *self,
             const char   *bare_jid,
             const char   *title,
             const char   *body)
{
  g_autoptr (GNotification) notification = g_notification_new (title);
  g_autofree char *id = get_id (self, bare_jid);

  if (body != NULL)
    g_notification_set_body (notification, body);
  g_notification_set_category (notification, "im.received");
  g_notification_set_default_action_and_target (notification, "app.open-conversation", "s", bare_jid);
  g_application_send_notification (self->app, id, notification);
}

static const char *
get_name (MienNotifier *self,
          const char   *bare_jid)
{
  MienFriend *person = mien_roster_lookup (mien_session_get_roster (self->session), bare_jid);

  return person != NULL ? mien_friend_get_name (person) : bare_jid;
}

static void
on_message (MienNotifier     *self,
            MienConversation *conversation,
            MienMessage      *message)
{
  const char *jid = mien_conversation_get_jid (conversation);
  g_autofree char *body = NULL;

  if (mien_message_is_own (message) || !g_settings_get_boolean (self->settings, MIEN_SETTING_NOTIFICATIONS) ||
      g_strcmp0 (self->shown (self->user_data), jid) == 0)
    return;

  if (g_settings_get_boolean (self->settings, MIEN_SETTING_PREVIEW))
    body = g_utf8_substring (mien_message_get_body (message), 0,
                             MIN (MAX_BODY_CHARS, g_utf8_strlen (mien_message_get_body (message), -1)));
  notify_user (self, jid, get_name (self, jid), body != NULL ? body : _("New message"));
}

static void
on_request (MienNotifier *self,
            MienFriend   *person)
{
  g_autofree char *title = g_strdup_printf (_("%s would like to be your friend"), mien_friend_get_name (person));

  if (g_settings_get_boolean (self->settings, MIEN_SETTING_NOTIFICATIONS))
    notify_user (self, mien_friend_get_jid (person), title, mien_friend_get_jid (person));
}

static void
mien_notifier_dispose (GObject *object)
{
  MienNotifier *self = MIEN_NOTIFIER (object);

  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (mien_notifier_parent_class)->dispose (object);
}

static void
mien_notifier_class_init (MienNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_notifier_dispose;
}

static void
mien_notifier_init (MienNotifier *self)
{
}

MienNotifier *
mien_notifier_new (GApplication      *app,
                   MienSession       *session,
                   GSettings         *settings,
                   MienNotifierShown  shown,
                   gpointer           user_data)
{
  MienNotifier *self = g_object_new (MIEN_TYPE_NOTIFIER, NULL);

  self->app = app;
  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  self->shown = shown;
  self->user_data = user_data;
  g_signal_connect_object (session, "message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (mien_session_get_roster (session), "subscription-request", G_CALLBACK (on_request), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
mien_notifier_withdraw (MienNotifier *self,
                        const char   *bare_jid)
{
  g_autofree char *id = get_id (self, bare_jid);

  g_application_withdraw_notification (self->app, id);
}
