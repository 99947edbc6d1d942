/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-config.h"

#include "mien-comm-error.h"
#include "mien-roster-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <xep/xmpp-nick.h>
#include <xep/xmpp-presence.h>
#include <xep/xmpp-roster.h>
#include <xmpp-error.h>

static gboolean handle_presence (MienRoster *self, XmppNode *presence);

/* The roster itself: RFC 6121 section 2 */

static gboolean
apply_item (MienRoster *self, const XmppRosterItem *item)
{
  const char *jid = xmpp_jid_get_bare (item->jid);
  MienFriend *friend;
  gboolean changed;

  if (item->subscription == XMPP_SUBSCRIPTION_REMOVE)
    {
      friend = mien_roster_lookup (self, jid);
      if (friend != NULL)
        mien_roster_drop (self, friend);
      return friend != NULL;
    }
  friend = mien_roster_ensure (self, jid);
  friend->seen = TRUE;
  changed = mien_friend_set_names (friend, item->name, friend->nick);
  changed |= mien_friend_set_entry (friend, (MienSubscription) item->subscription, item->ask, item->groups);
  if (item->subscription == XMPP_SUBSCRIPTION_FROM || item->subscription == XMPP_SUBSCRIPTION_BOTH)
    {
      changed |= friend->pending_in;
      friend->pending_in = FALSE;
    }
  /* What we may no longer see, nobody will tell us to take back. */
  if (item->subscription == XMPP_SUBSCRIPTION_NONE || item->subscription == XMPP_SUBSCRIPTION_FROM)
    changed |= mien_friend_clear_resources (friend);
  if (changed)
    mien_roster_touch (self, friend);
  return changed;
}

static void
take_version (MienRoster *self, const char *version)
{
  if (g_strcmp0 (self->version, version) != 0)
    {
      g_free (self->version);
      self->version = g_strdup (version);
    }
}

/* A whole roster: who is not in it is no friend any more. */
static void
apply_all (MienRoster *self, XmppNode *query)
{
  g_autoptr (GPtrArray) all = mien_roster_get_all (self);
  guint count = 0;

  for (guint i = 0; i < all->len; i++)
    ((MienFriend *) g_ptr_array_index (all, i))->seen = FALSE;
  XMPP_NODE_FOREACH (query, child)
    {
      g_autoptr (XmppRosterItem) item = NULL;

      if (++count > XMPP_ROSTER_MAX_ITEMS)
        {
          g_message ("The server's friend list has more than %d entries; the rest is left out",
                     XMPP_ROSTER_MAX_ITEMS);
          break;
        }
      item = xmpp_roster_item_parse (child);
      if (item != NULL && item->subscription != XMPP_SUBSCRIPTION_REMOVE)
        apply_item (self, item);
    }
  for (guint i = 0; i < all->len; i++)
    {
      MienFriend *friend = g_ptr_array_index (all, i);

      if (!friend->seen && friend->in_roster)
        mien_roster_drop (self, friend);
    }
}

static void
on_roster (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienRoster) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) iq = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr (GPtrArray) early = NULL;
  XmppNode *query;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (iq == NULL)
    {
      /* A lost connection asks again when it is back; a server that refuses leaves us with what we have. */
      if (!g_error_matches (error, XMPP_ERROR, XMPP_ERROR_CLOSED))
        {
          g_message ("The friend list was not given: %s", error->message);
          mien_roster_set_loaded (self);
        }
      return;
    }
  /* No query: what we have is current; what changed since comes as pushes (section 2.6.3). */
  query = xmpp_roster_query (iq);
  if (query != NULL)
    {
      apply_all (self, query);
      take_version (self, xmpp_roster_get_ver (query));
      mien_roster_cache_save_soon (self);
    }
  self->synced = TRUE;

  early = g_steal_pointer (&self->early);
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  for (guint i = 0; i < early->len; i++)
    handle_presence (self, g_ptr_array_index (early, i));
  mien_roster_set_loaded (self);
}

static gboolean
on_push (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  MienRoster *self = data;
  XmppNode *query = xmpp_roster_query (iq);
  XmppNode *node = query != NULL ? xmpp_node_first (query) : NULL;
  g_autoptr (XmppRosterItem) item = NULL;
  MienFriend *friend;
  gboolean was_mutual;

  /* Section 2.1.6: from anybody else it is an attack; the porter answers as to any unknown request. */
  if (!xmpp_roster_push_is_trusted (iq, self->own_jid))
    return FALSE;
  item = node != NULL ? xmpp_roster_item_parse (node) : NULL;
  if (item == NULL)
    {
      xmpp_porter_send (porter, xmpp_stanza_error_for (iq, "modify", "bad-request", NULL));
      return TRUE;
    }
  friend = mien_roster_lookup (self, xmpp_jid_get_bare (item->jid));
  was_mutual = friend != NULL && friend->subscription == MIEN_SUBSCRIPTION_BOTH;
  apply_item (self, item);
  if (item->subscription == XMPP_SUBSCRIPTION_BOTH && !was_mutual)
    g_signal_emit_by_name (self, "befriended", mien_roster_lookup (self, xmpp_jid_get_bare (item->jid)));
  if (xmpp_roster_get_ver (query) != NULL)
    take_version (self, xmpp_roster_get_ver (query));
  mien_roster_cache_save_soon (self);
  xmpp_porter_send (porter, xmpp_iq_result_for (iq));
  return TRUE;
}

/* Presence and subscription: RFC 6121 sections 3 and 4 */

/* Do we see the friend's presence? */
static gboolean
sees (MienFriend *friend)
{
  return friend->subscription == MIEN_SUBSCRIPTION_TO || friend->subscription == MIEN_SUBSCRIPTION_BOTH;
}

static void
on_subscribe (MienRoster *self, const char *jid, XmppNode *presence)
{
  MienFriend *friend = mien_roster_lookup (self, jid);
  g_autofree char *nick = xmpp_nick_parse (presence);
  guint strangers = 0;

  /* Whom we asked may see us: adding a friend means both. */
  if (friend != NULL && friend->in_roster && (friend->pending_out || sees (friend)))
    {
      xmpp_porter_send (self->porter, xmpp_presence_subscription (jid, XMPP_PRESENCE_SUBSCRIBED));
      return;
    }
  if (friend == NULL)
    {
      GHashTableIter iter;
      gpointer value;

      g_hash_table_iter_init (&iter, self->by_jid);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        strangers += !((MienFriend *) value)->in_roster;
      if (strangers >= MIEN_ROSTER_MAX_REQUESTS)
        return;
      friend = mien_roster_ensure (self, jid);
    }
  if (friend->pending_in)
    return;
  friend->pending_in = TRUE;
  mien_friend_set_names (friend, friend->roster_name, nick != NULL ? nick : friend->nick);
  mien_roster_touch (self, friend);
  g_signal_emit_by_name (self, "subscription-request", friend);
}

/* The asker thought better of it (section 3.3). */
static void
on_unsubscribe (MienRoster *self, MienFriend *friend)
{
  if (friend == NULL || !friend->pending_in)
    return;
  friend->pending_in = FALSE;
  if (friend->in_roster)
    mien_roster_touch (self, friend);
  else
    mien_roster_drop (self, friend);
}

static void
apply_state (MienRoster *self, MienFriend *friend, const char *resource, XmppNode *presence)
{
  XmppShow show = xmpp_presence_get_show (presence);
  g_autofree char *status = xmpp_presence_get_status (presence);
  g_autofree char *nick = xmpp_nick_parse (presence);
  gboolean changed;

  /* Without a resource (some servers, for an account as a whole): gone means all of them are gone. */
  if (resource == NULL && show == XMPP_SHOW_OFFLINE)
    changed = mien_friend_clear_resources (friend);
  else
    changed = mien_friend_set_resource (friend, resource != NULL ? resource : "", (MienPresence) show,
                                        xmpp_presence_get_priority (presence), status);
  if (mien_friend_get_presence (friend) == MIEN_PRESENCE_OFFLINE && friend->typing)
    changed |= mien_friend_set_conversation (friend, friend->unread, friend->last_line, FALSE);
  if (nick != NULL)
    changed |= mien_friend_set_names (friend, friend->roster_name, nick);
  if (changed)
    mien_roster_touch (self, friend);
}

static gboolean
handle_presence (MienRoster *self, XmppNode *presence)
{
  const char *from = xmpp_node_get (presence, "from");
  g_autoptr (XmppJid) jid = from != NULL ? xmpp_jid_new (from, NULL) : NULL;
  const char *bare = jid != NULL ? xmpp_jid_get_bare (jid) : NULL;
  MienFriend *friend;

  if (bare == NULL || strcmp (bare, self->own_jid) == 0)
    return FALSE;
  friend = mien_roster_lookup (self, bare);
  switch (xmpp_presence_get_kind (presence))
    {
    case XMPP_PRESENCE_STATE:
      if (friend != NULL && friend->in_roster)
        apply_state (self, friend, xmpp_jid_get_resource (jid), presence);
      else if (!self->synced && self->early->len < MIEN_ROSTER_MAX_EARLY)
        g_ptr_array_add (self->early, xmpp_node_ref (presence));
      break;
    case XMPP_PRESENCE_SUBSCRIBE:
      if (self->synced)
        on_subscribe (self, bare, presence);
      else if (self->early->len < MIEN_ROSTER_MAX_EARLY)
        g_ptr_array_add (self->early, xmpp_node_ref (presence));
      break;
    case XMPP_PRESENCE_UNSUBSCRIBE:
      on_unsubscribe (self, friend);
      break;
    case XMPP_PRESENCE_UNSUBSCRIBED:
    case XMPP_PRESENCE_ERROR:
      if (friend != NULL && mien_friend_clear_resources (friend))
        mien_roster_touch (self, friend);
      break;
    case XMPP_PRESENCE_SUBSCRIBED:
    case XMPP_PRESENCE_PROBE:
    case XMPP_PRESENCE_UNKNOWN:
    default:
      break;
    }
  return FALSE;
}

static gboolean
on_presence (XmppPorter *porter, XmppNode *presence, gpointer data)
{
  return handle_presence (data, presence);
}

/* The connection is lost, perhaps for a second: who was there stays (a resumption brings nothing anew, XEP-0198), who
 * was typing does not. */
static void
on_disconnected (MienRoster *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MienFriend *friend = value;

      if (mien_friend_set_conversation (friend, friend->unread, friend->last_line, FALSE))
        mien_roster_touch (self, friend);
    }
}

static void
stop_stale (MienRoster *self)
{
  if (self->stale != NULL)
    g_source_destroy (self->stale);
  g_clear_pointer (&self->stale, g_source_unref);
}

static gboolean
on_stale_time (gpointer data)
{
  MienRoster *self = data;
  GHashTableIter iter;
  gpointer friend;

  stop_stale (self);
  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &friend))
    {
      if (mien_friend_drop_stale (friend))
        mien_roster_touch (self, friend);
    }
  return G_SOURCE_REMOVE;
}

/* A new session: the presences come anew, and until they are here the old ones are better than a list that blinks. */
static void
begin_stale (MienRoster *self)
{
  GHashTableIter iter;
  gpointer friend;

  stop_stale (self);
  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &friend))
    mien_friend_set_stale (friend);
  self->stale = g_timeout_source_new_seconds (MIEN_ROSTER_STALE_SECONDS);
  g_source_set_callback (self->stale, on_stale_time, self, NULL);
  g_source_attach (self->stale, self->context);
}

void
mien_roster_set_offline (MienRoster *self)
{
  GHashTableIter iter;
  gpointer friend;

  stop_stale (self);
  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &friend))
    {
      if (mien_friend_clear_resources (friend))
        mien_roster_touch (self, friend);
    }
}

void
mien_roster_request (MienRoster *self)
{
  self->synced = FALSE;
  g_ptr_array_set_size (self->early, 0);
  begin_stale (self);
  xmpp_porter_iq_async (self->porter, xmpp_roster_get (self->version != NULL ? self->version : ""), 60,
                        self->cancellable, on_roster, g_object_ref (self));
}

void
mien_roster_connect (MienRoster *self)
{
  self->cancellable = g_cancellable_new ();
  self->handlers[0] = xmpp_porter_add_handler (self->porter, "iq", "set", "query", XMPP_NS_ROSTER, 0,
                                               on_push, self, NULL);
  self->handlers[1] = xmpp_porter_add_handler (self->porter, "presence", NULL, NULL, NULL, 0,
                                               on_presence, self, NULL);
  self->disconnected_id = g_signal_connect_swapped (self->porter, "disconnected", G_CALLBACK (on_disconnected), self);
}

void
mien_roster_disconnect (MienRoster *self)
{
  if (self->porter == NULL)
    return;
  stop_stale (self);
  g_cancellable_cancel (self->cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    xmpp_porter_remove_handler (self->porter, self->handlers[i]);
  g_clear_signal_handler (&self->disconnected_id, self->porter);
  g_clear_object (&self->porter);
}

void
mien_roster_set_nick (MienRoster *self, const char *bare_jid, const char *nick)
{
  MienFriend *friend = mien_roster_lookup (self, bare_jid);

  if (friend == NULL || !mien_friend_set_names (friend, friend->roster_name, nick))
    return;
  mien_roster_touch (self, friend);
  mien_roster_cache_save_soon (self);
}

void
mien_roster_set_conversation (MienRoster *self, const char *bare_jid, guint unread, const char *last_line,
                              gboolean typing)
{
  MienFriend *friend = mien_roster_lookup (self, bare_jid);

  if (friend != NULL && mien_friend_set_conversation (friend, unread, last_line, typing))
    mien_roster_touch (self, friend);
}

/* Changes by the user */

typedef struct
{
  char    *jid;
  gboolean subscribe;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->jid);
  g_free (change);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  MienRoster *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (XmppNode) iq = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);

  if (iq == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  /* Section 3.1: the entry first, so that it has its name when the subscription changes. */
  if (change->subscribe && self->porter != NULL)
    xmpp_porter_send (self->porter, xmpp_presence_subscription (change->jid, XMPP_PRESENCE_SUBSCRIBE));
  g_task_return_boolean (task, TRUE);
}

/* @jid_text checked and prepared; NULL after the task was failed. */
static XmppJid *
check_address (MienRoster *self, GTask *task, const char *jid_text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (jid_text));
  g_autoptr (XmppJid) jid = xmpp_jid_new (stripped, NULL);

  if (jid == NULL || xmpp_jid_get_local (jid) == NULL)
    g_task_return_new_error (task, MIEN_COMM_ERROR, MIEN_COMM_ERROR_ADDRESS,
                             _("“%s” is not an address. Addresses look like name@example.org."), stripped);
  else if (strcmp (xmpp_jid_get_bare (jid), self->own_jid) == 0)
    g_task_return_new_error (task, MIEN_COMM_ERROR, MIEN_COMM_ERROR_ADDRESS, _("This is your own address."));
  else
    return g_steal_pointer (&jid);
  return NULL;
}

static void
send_change (MienRoster *self, GTask *task, XmppJid *jid, const char *name, char **groups, gboolean remove,
             gboolean subscribe)
{
  XmppSubscription subscription = remove ? XMPP_SUBSCRIPTION_REMOVE : XMPP_SUBSCRIPTION_NONE;
  XmppRosterItem *item = xmpp_roster_item_new (jid, name, subscription, FALSE);
  Change *change = g_new0 (Change, 1);

  item->groups = g_strdupv (groups);
  change->jid = g_strdup (xmpp_jid_get_bare (jid));
  change->subscribe = subscribe;
  g_task_set_task_data (task, change, change_free);
  xmpp_porter_iq_async (self->porter, xmpp_roster_set (item), XMPP_IQ_TIMEOUT_DEFAULT, g_task_get_cancellable (task),
                        on_changed, g_object_ref (task));
  xmpp_roster_item_free (item);
}

void
mien_roster_add_async (MienRoster *self, const char *jid_text, const char *name, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppJid) jid = NULL;
  MienFriend *friend;

  g_return_if_fail (MIEN_IS_ROSTER (self) && jid_text != NULL);

  jid = check_address (self, task, jid_text);
  if (jid == NULL)
    return;
  friend = mien_roster_lookup (self, xmpp_jid_get_bare (jid));
  if (name == NULL || *name == '\0')
    name = friend != NULL ? friend->roster_name : NULL;
  send_change (self, task, jid, name, friend != NULL ? friend->roster_groups : NULL, FALSE,
               friend == NULL || !sees (friend));
}

void
mien_roster_rename_async (MienRoster *self, const char *jid_text, const char *name, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppJid) jid = NULL;
  MienFriend *friend;

  g_return_if_fail (MIEN_IS_ROSTER (self) && jid_text != NULL);

  jid = check_address (self, task, jid_text);
  if (jid == NULL)
    return;
  friend = mien_roster_lookup (self, xmpp_jid_get_bare (jid));
  if (friend == NULL || !friend->in_roster)
    {
      g_task_return_new_error (task, MIEN_COMM_ERROR, MIEN_COMM_ERROR_UNKNOWN_FRIEND,
                               _("%s is not in your friend list."), xmpp_jid_get_bare (jid));
      return;
    }
  send_change (self, task, jid, name != NULL && *name != '\0' ? name : NULL, friend->roster_groups, FALSE, FALSE);
}

void
mien_roster_remove_async (MienRoster *self, const char *jid_text, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppJid) jid = NULL;

  g_return_if_fail (MIEN_IS_ROSTER (self) && jid_text != NULL);

  jid = check_address (self, task, jid_text);
  if (jid != NULL)
    send_change (self, task, jid, NULL, NULL, TRUE, FALSE);
}

gboolean
mien_roster_change_finish (MienRoster *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Section 3.1.4 and 3.1.5. An answer that cannot be sent is not lost: the server asks again at the next sign-in. */
void
mien_roster_answer (MienRoster *self, const char *bare_jid, gboolean accept)
{
  MienFriend *friend;

  g_return_if_fail (MIEN_IS_ROSTER (self) && bare_jid != NULL);

  friend = mien_roster_lookup (self, bare_jid);
  if (friend == NULL || !friend->pending_in)
    return;
  if (!xmpp_porter_send (self->porter,
                         xmpp_presence_subscription (bare_jid, accept ? XMPP_PRESENCE_SUBSCRIBED
                                                                      : XMPP_PRESENCE_UNSUBSCRIBED)))
    return;
  if (accept && !sees (friend))
    xmpp_porter_send (self->porter, xmpp_presence_subscription (bare_jid, XMPP_PRESENCE_SUBSCRIBE));
  friend->pending_in = FALSE;
  if (accept || friend->in_roster)
    mien_roster_touch (self, friend);
  else
    mien_roster_drop (self, friend);
}
