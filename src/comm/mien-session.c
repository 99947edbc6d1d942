/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-session-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <xep/xmpp-carbons.h>
#include <xep/xmpp-presence.h>

enum { PROP_STATE = 1, PROP_PRESENCE, PROP_STATUS, PROP_PORTRAIT_SERVICE, PROP_NICKNAME, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MienSession, mien_session, G_TYPE_OBJECT)

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienSession *self = MIEN_SESSION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, xmpp_client_get_state (self->client));
      break;
    case PROP_PRESENCE:
      g_value_set_int (value, self->presence);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_PORTRAIT_SERVICE:
      g_value_set_string (value, self->portrait_service);
      break;
    case PROP_NICKNAME:
      g_value_set_string (value, mien_session_get_nickname (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_session_dispose (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  g_cancellable_cancel (self->cancellable);
  if (self->porter != NULL)
    {
      for (guint i = 0; i < self->n_handlers; i++)
        xmpp_porter_remove_handler (self->porter, self->handlers[i]);
      self->n_handlers = 0;
      g_signal_handlers_disconnect_by_data (self->porter, self);
    }
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_hash_table_remove_all (self->conversations);
  if (self->roster != NULL)
    g_object_run_dispose (G_OBJECT (self->roster));
  g_clear_object (&self->roster);
  G_OBJECT_CLASS (mien_session_parent_class)->dispose (object);
}

static void
mien_session_finalize (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  g_clear_object (&self->porter);
  g_clear_object (&self->client);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->conversations);
  g_ptr_array_unref (self->watches);
  g_free (self->jid);
  g_free (self->domain);
  g_free (self->local);
  g_free (self->nickname);
  g_free (self->status);
  g_free (self->portrait_service);
  g_free (self->catalogue_uri);
  G_OBJECT_CLASS (mien_session_parent_class)->finalize (object);
}

static void
mien_session_class_init (MienSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->dispose = mien_session_dispose;
  object_class->finalize = mien_session_finalize;
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, XMPP_TYPE_CLIENT_STATE, XMPP_CLIENT_OFFLINE, flags);
  props[PROP_PRESENCE] = g_param_spec_int ("presence", NULL, NULL, MIEN_PRESENCE_OFFLINE, MIEN_PRESENCE_CHAT,
                                           MIEN_PRESENCE_ONLINE, flags);
  props[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  props[PROP_PORTRAIT_SERVICE] = g_param_spec_string ("portrait-service", NULL, NULL, NULL, flags);
  props[PROP_NICKNAME] = g_param_spec_string ("nickname", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_signal_new ("message", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, MIEN_TYPE_CONVERSATION, MIEN_TYPE_MESSAGE);
  g_signal_new ("services-found", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
watch_free (gpointer data)
{
  MienPepWatch *watch = data;

  g_free (watch->node);
  g_free (watch);
}

static void
mien_session_init (MienSession *self)
{
  self->conversations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->watches = g_ptr_array_new_with_free_func (watch_free);
  self->cancellable = g_cancellable_new ();
  self->presence = MIEN_PRESENCE_ONLINE;
}

void
mien_session_add_handler (MienSession *self, const char *name, const char *type, const char *child, const char *ns,
                          XmppStanzaHandler handler)
{
  g_assert (self->n_handlers < G_N_ELEMENTS (self->handlers));
  self->handlers[self->n_handlers++] = xmpp_porter_add_handler (self->porter, name, type, child, ns, 0,
                                                                handler, self, NULL);
}

/* What a new connection needs, in one go: the friend list before the first presence (RFC 6121 section 2.2), copies of
 * messages (XEP-0280), the services. After a resumption the server still knows all this (XEP-0198 section 5). */
static void
on_connected (MienSession *self, gboolean resumed)
{
  GHashTableIter iter;
  gpointer conversation;

  if (!resumed)
    {
      mien_roster_request (self->roster);
      self->available = FALSE;
      xmpp_porter_iq_async (self->porter, xmpp_carbons_enable (), XMPP_IQ_TIMEOUT_DEFAULT, self->cancellable,
                            NULL, NULL);
      mien_session_send_presence (self);
      mien_session_services_look (self);
    }
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &conversation))
    mien_conversation_connected (conversation, resumed);
}

static void
on_state (MienSession *self)
{
  if (xmpp_client_get_state (self->client) == XMPP_CLIENT_OFFLINE)
    {
      self->available = FALSE;
      mien_roster_set_offline (self->roster);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void on_befriended (MienRoster *roster, MienFriend *friend, MienSession *self);

MienSession *
mien_session_new (XmppJid *jid, const char *cache_directory)
{
  MienSession *self;
  g_autofree char *roster_path = NULL;

  g_return_val_if_fail (jid != NULL && xmpp_jid_get_local (jid) != NULL && cache_directory != NULL, NULL);

  self = g_object_new (MIEN_TYPE_SESSION, NULL);
  self->jid = g_strdup (xmpp_jid_get_bare (jid));
  self->domain = g_strdup (xmpp_jid_get_domain (jid));
  self->local = g_strdup (xmpp_jid_get_local (jid));
  self->client = xmpp_client_new (jid);
  self->porter = g_object_ref (xmpp_client_get_porter (self->client));
  if (g_mkdir_with_parents (cache_directory, 0700) != 0)
    g_message ("The folder for stored data cannot be made: %s", g_strerror (errno));
  roster_path = g_build_filename (cache_directory, "roster", NULL);
  self->roster = mien_roster_new (self->porter, self->jid, roster_path);
  g_signal_connect_object (self->roster, "befriended", G_CALLBACK (on_befriended), self, 0);
  mien_session_features_connect (self);
  mien_session_inbox_connect (self);
  g_signal_connect_swapped (self->porter, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect_swapped (self->client, "notify::state", G_CALLBACK (on_state), self);
  return self;
}

XmppClient *
mien_session_get_client (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->client;
}

XmppPorter *
mien_session_get_porter (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->porter;
}

const char *
mien_session_get_jid (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->jid;
}

MienRoster *
mien_session_get_roster (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->roster;
}

/* Signing in and out */

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (xmpp_client_connect_finish (XMPP_CLIENT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* S400 */
void
mien_session_sign_in_async (MienSession *self, const char *password, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MIEN_IS_SESSION (self) && password != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  xmpp_client_set_password (self->client, password);
  xmpp_client_connect_async (self->client, cancellable, on_signed_in, task);
}

gboolean
mien_session_sign_in_finish (MienSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (xmpp_client_disconnect_finish (XMPP_CLIENT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_session_sign_out_async (MienSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MIEN_IS_SESSION (self));

  task = g_task_new (self, NULL, callback, user_data);
  /* Said before the stream ends, or a server that waits for a resumption would show us for minutes yet. */
  if (self->available)
    xmpp_porter_send (self->porter, xmpp_presence_new (XMPP_SHOW_OFFLINE, NULL, 0));
  self->available = FALSE;
  xmpp_client_disconnect_async (self->client, NULL, on_signed_out, task);
}

gboolean
mien_session_sign_out_finish (MienSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Own presence */

static XmppNode *
new_presence (MienSession *self)
{
  XmppNode *presence = xmpp_presence_new ((XmppShow) self->presence, self->status, 0);

  if (self->presence != MIEN_PRESENCE_OFFLINE)
    mien_session_features_add_caps (self, presence);
  return presence;
}

/* ejabberd sends a friend's pushes (XEP-0163) by what our presence said when it came there with the friendship mutual;
 * the one that came with our consent was too early. So once more, to this friend. */
static void
on_befriended (MienRoster *roster, MienFriend *friend, MienSession *self)
{
  XmppNode *presence;

  if (!self->available)
    return;
  presence = new_presence (self);
  xmpp_node_set (presence, "to", mien_friend_get_jid (friend));
  xmpp_porter_send (self->porter, presence);
}

void
mien_session_send_presence (MienSession *self)
{
  XmppNode *presence;

  if (!xmpp_porter_is_connected (self->porter))
    return;
  presence = new_presence (self);
  self->available = self->presence != MIEN_PRESENCE_OFFLINE;
  xmpp_porter_send (self->porter, presence);
}

void
mien_session_set_presence (MienSession *self, MienPresence presence, const char *status)
{
  g_autofree char *old = NULL;

  g_return_if_fail (MIEN_IS_SESSION (self));
  g_return_if_fail (presence <= MIEN_PRESENCE_CHAT);

  if (status != NULL && *status == '\0')
    status = NULL;
  if (self->presence == presence && g_strcmp0 (self->status, status) == 0)
    return;
  self->presence = presence;
  old = self->status;
  self->status = g_strdup (status);
  mien_session_send_presence (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PRESENCE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
}

MienPresence
mien_session_get_presence (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), MIEN_PRESENCE_OFFLINE);
  return self->presence;
}

const char *
mien_session_get_status (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->status;
}

const char *
mien_session_get_nickname (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->nickname != NULL ? self->nickname : self->local;
}

MienConversation *
mien_session_get_conversation (MienSession *self, const char *bare_jid)
{
  MienConversation *conversation;

  g_return_val_if_fail (MIEN_IS_SESSION (self) && bare_jid != NULL, NULL);

  conversation = g_hash_table_lookup (self->conversations, bare_jid);
  if (conversation == NULL)
    {
      conversation = mien_conversation_new (self->porter, self->roster, bare_jid);
      g_hash_table_insert (self->conversations, g_strdup (bare_jid), conversation);
    }
  return conversation;
}

const char *
mien_session_get_portrait_service (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->portrait_service;
}

const char *
mien_session_get_avatar_catalogue_uri (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->catalogue_uri;
}

/* PEP */

/* Announces a changed set of interests, when there is somebody to announce it to. */
static void
interests_changed (MienSession *self)
{
  if (self->available)
    mien_session_send_presence (self);
}

guint
mien_session_watch_pep (MienSession *self, const char *node, MienPepFunc func, gpointer user_data)
{
  MienPepWatch *watch;

  g_return_val_if_fail (MIEN_IS_SESSION (self) && node != NULL && func != NULL, 0);

  watch = g_new0 (MienPepWatch, 1);
  watch->id = ++self->next_watch;
  watch->node = g_strdup (node);
  watch->func = func;
  watch->user_data = user_data;
  g_ptr_array_add (self->watches, watch);
  interests_changed (self);
  return watch->id;
}

void
mien_session_unwatch_pep (MienSession *self, guint id)
{
  g_return_if_fail (MIEN_IS_SESSION (self));

  for (guint i = 0; i < self->watches->len; i++)
    {
      if (((MienPepWatch *) g_ptr_array_index (self->watches, i))->id == id)
        {
          g_ptr_array_remove_index (self->watches, i);
          return;
        }
    }
}
