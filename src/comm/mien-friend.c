/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-friend-private.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (MienFriend, mien_friend, G_TYPE_OBJECT)

static guint changed_signal;

static void
resource_free (MienResource *resource)
{
  g_free (resource->status);
  g_free (resource);
}

static void
mien_friend_finalize (GObject *object)
{
  MienFriend *self = MIEN_FRIEND (object);

  mien_friend_clear_resources (self);
  g_free (self->jid);
  g_free (self->roster_name);
  g_free (self->nick);
  g_free (self->local);
  g_free (self->sort_key);
  g_free (self->search_key);
  g_free (self->last_line);
  g_strfreev (self->roster_groups);
  G_OBJECT_CLASS (mien_friend_parent_class)->finalize (object);
}

static void
mien_friend_class_init (MienFriendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_friend_finalize;
  /* At most once a frame, whatever came in. */
  changed_signal = g_signal_new ("changed", MIEN_TYPE_FRIEND, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_friend_init (MienFriend *self)
{
}

MienFriend *
mien_friend_new (const char *bare_jid)
{
  MienFriend *self = g_object_new (MIEN_TYPE_FRIEND, NULL);
  const char *at = strchr (bare_jid, '@');

  self->jid = g_strdup (bare_jid);
  if (at != NULL)
    self->local = g_strndup (bare_jid, at - bare_jid);
  return self;
}

void
mien_friend_emit_changed (MienFriend *self)
{
  g_signal_emit (self, changed_signal, 0);
}

gboolean
mien_friend_set_names (MienFriend *self, const char *roster_name, const char *nick)
{
  g_autofree char *folded = NULL;
  g_autofree char *both = NULL;

  if (self->sort_key != NULL && g_strcmp0 (self->roster_name, roster_name) == 0 && g_strcmp0 (self->nick, nick) == 0)
    return FALSE;
  if (roster_name != self->roster_name)
    {
      g_free (self->roster_name);
      self->roster_name = g_strdup (roster_name);
    }
  if (nick != self->nick)
    {
      g_free (self->nick);
      self->nick = g_strdup (nick);
    }
  self->shown = self->roster_name != NULL ? self->roster_name
                : self->nick != NULL ? self->nick
                : self->local != NULL ? self->local : self->jid;

  /* Both keys once for each name, not once for each comparison. */
  folded = g_utf8_casefold (self->shown, -1);
  g_free (self->sort_key);
  self->sort_key = g_utf8_collate_key (folded, -1);
  both = g_strconcat (folded, "\n", self->jid, NULL);
  g_free (self->search_key);
  self->search_key = g_utf8_normalize (both, -1, G_NORMALIZE_ALL);
  return TRUE;
}

gboolean
mien_friend_set_entry (MienFriend *self, MienSubscription subscription, gboolean pending_out, char **groups)
{
  gboolean changed = self->subscription != subscription || self->pending_out != !!pending_out || !self->in_roster;

  self->subscription = subscription;
  self->pending_out = !!pending_out;
  self->in_roster = TRUE;
  if (groups != self->roster_groups)
    {
      g_strfreev (self->roster_groups);
      self->roster_groups = g_strdupv (groups);
    }
  return changed;
}

static gboolean
is_better (const MienResource *a, const MienResource *b)
{
  return a->priority != b->priority ? a->priority > b->priority : a->presence > b->presence;
}

/* RFC 6121 section 4.7.2.3: the resource of the highest priority speaks for the friend; among equals the one that is
 * there most. */
gboolean
mien_friend_set_resource (MienFriend *self, const char *resource, MienPresence presence, int priority,
                          const char *status)
{
  MienPresence old_presence = mien_friend_get_presence (self);
  g_autofree char *old_status = g_strdup (mien_friend_get_status (self));
  MienResource **link = &self->resources;
  guint count = 0;

  while (*link != NULL)
    {
      MienResource *other = *link;

      if (other->stale || strcmp (other->name, resource) == 0)
        {
          *link = other->next;
          resource_free (other);
          continue;
        }
      link = &other->next;
      count++;
    }
  if (presence != MIEN_PRESENCE_OFFLINE && count < MIEN_FRIEND_MAX_RESOURCES)
    {
      gsize length = strlen (resource) + 1;
      MienResource *added = g_malloc0 (sizeof *added + length);

      memcpy (added->name, resource, length);
      added->presence = (guint8) presence;
      added->priority = (gint8) priority;
      added->status = g_strdup (status);
      for (link = &self->resources; *link != NULL && is_better (*link, added); link = &(*link)->next)
        ;
      added->next = *link;
      *link = added;
    }
  return old_presence != mien_friend_get_presence (self) || g_strcmp0 (old_status, mien_friend_get_status (self)) != 0;
}

gboolean
mien_friend_clear_resources (MienFriend *self)
{
  gboolean changed = self->resources != NULL;

  while (self->resources != NULL)
    {
      MienResource *first = self->resources;

      self->resources = first->next;
      resource_free (first);
    }
  return changed;
}

void
mien_friend_set_stale (MienFriend *self)
{
  for (MienResource *resource = self->resources; resource != NULL; resource = resource->next)
    resource->stale = TRUE;
}

gboolean
mien_friend_drop_stale (MienFriend *self)
{
  MienResource **link = &self->resources;
  gboolean changed = FALSE;

  while (*link != NULL)
    {
      MienResource *resource = *link;

      if (!resource->stale)
        {
          link = &resource->next;
          continue;
        }
      *link = resource->next;
      resource_free (resource);
      changed = TRUE;
    }
  return changed;
}

gboolean
mien_friend_set_conversation (MienFriend *self, guint unread, const char *last_line, gboolean typing)
{
  if (self->unread == unread && self->typing == !!typing && g_strcmp0 (self->last_line, last_line) == 0)
    return FALSE;
  self->unread = unread;
  self->typing = !!typing;
  if (last_line != self->last_line)
    {
      g_free (self->last_line);
      self->last_line = g_strdup (last_line);
    }
  return TRUE;
}

MienFriendGroup
mien_friend_get_group (MienFriend *self)
{
  if (self->pending_in)
    return MIEN_FRIEND_ASKS;
  switch (mien_friend_get_presence (self))
    {
    case MIEN_PRESENCE_CHAT:
    case MIEN_PRESENCE_ONLINE:
      return MIEN_FRIEND_HERE;
    case MIEN_PRESENCE_AWAY:
    case MIEN_PRESENCE_XA:
    case MIEN_PRESENCE_DND:
      return MIEN_FRIEND_AWAY;
    case MIEN_PRESENCE_OFFLINE:
    default:
      return MIEN_FRIEND_GONE;
    }
}

int
mien_friend_compare (MienFriend *a, MienFriend *b)
{
  MienFriendGroup group_a = mien_friend_get_group (a);
  MienFriendGroup group_b = mien_friend_get_group (b);
  int order;

  if (group_a != group_b)
    return group_a < group_b ? -1 : 1;
  order = strcmp (a->sort_key, b->sort_key);
  return order != 0 ? order : strcmp (a->jid, b->jid);
}

const char *
mien_friend_get_jid (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), NULL);
  return self->jid;
}

const char *
mien_friend_get_name (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), NULL);
  return self->shown != NULL ? self->shown : self->jid;
}

MienPresence
mien_friend_get_presence (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), MIEN_PRESENCE_OFFLINE);
  return self->resources != NULL ? (MienPresence) self->resources->presence : MIEN_PRESENCE_OFFLINE;
}

const char *
mien_friend_get_status (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), NULL);
  return self->resources != NULL ? self->resources->status : NULL;
}

MienSubscription
mien_friend_get_subscription (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), MIEN_SUBSCRIPTION_NONE);
  return (MienSubscription) self->subscription;
}

gboolean
mien_friend_get_pending_out (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), FALSE);
  return self->pending_out;
}

gboolean
mien_friend_get_pending_in (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), FALSE);
  return self->pending_in;
}

guint
mien_friend_get_unread (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), 0);
  return self->unread;
}

const char *
mien_friend_get_last_line (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), NULL);
  return self->last_line;
}

gboolean
mien_friend_get_typing (MienFriend *self)
{
  g_return_val_if_fail (MIEN_IS_FRIEND (self), FALSE);
  return self->typing;
}
