/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-array-model.h"
#include "mien-roster-private.h"

#include <string.h>

enum { PROP_LOADED = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

MIEN_DEFINE_ARRAY_MODEL (MIEN_ROSTER, visible, MIEN_TYPE_FRIEND)

G_DEFINE_FINAL_TYPE_WITH_CODE (MienRoster, mien_roster, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOADED)
    g_value_set_boolean (value, MIEN_ROSTER (object)->loaded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
stop_frame (MienRoster *self)
{
  if (self->frame != NULL)
    g_source_destroy (self->frame);
  g_clear_pointer (&self->frame, g_source_unref);
}

static void
mien_roster_dispose (GObject *object)
{
  MienRoster *self = MIEN_ROSTER (object);

  stop_frame (self);
  mien_roster_store_now (self);
  mien_roster_disconnect (self);
  G_OBJECT_CLASS (mien_roster_parent_class)->dispose (object);
}

static void
mien_roster_finalize (GObject *object)
{
  MienRoster *self = MIEN_ROSTER (object);

  g_hash_table_unref (self->by_jid);
  g_ptr_array_unref (self->visible);
  g_ptr_array_unref (self->dirty);
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->sorted);
  g_ptr_array_unref (self->early);
  g_main_context_unref (self->context);
  g_clear_object (&self->cancellable);
  g_free (self->search);
  g_free (self->own_jid);
  g_free (self->version);
  g_free (self->cache_path);
  G_OBJECT_CLASS (mien_roster_parent_class)->finalize (object);
}

static void
mien_roster_class_init (MienRosterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->dispose = mien_roster_dispose;
  object_class->finalize = mien_roster_finalize;
  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_signal_new ("subscription-request", MIEN_TYPE_ROSTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, MIEN_TYPE_FRIEND);
  /* private, for the session: a friend whom we saw, or who saw us, is one who sees and is seen */
  g_signal_new ("befriended", MIEN_TYPE_ROSTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, MIEN_TYPE_FRIEND);
}

static void
mien_roster_init (MienRoster *self)
{
  self->by_jid = g_hash_table_new (g_str_hash, g_str_equal);
  self->sorted = g_ptr_array_new_with_free_func (g_object_unref);
  self->added = g_ptr_array_new_with_free_func (g_object_unref);
  self->dirty = g_ptr_array_new_with_free_func (g_object_unref);
  self->visible = g_ptr_array_new ();
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  self->context = g_main_context_ref_thread_default ();
}

MienRoster *
mien_roster_new (XmppPorter *porter, const char *own_jid, const char *cache_path)
{
  MienRoster *self;

  g_return_val_if_fail (XMPP_IS_PORTER (porter) && own_jid != NULL, NULL);

  self = g_object_new (MIEN_TYPE_ROSTER, NULL);
  self->porter = g_object_ref (porter);
  self->own_jid = g_strdup (own_jid);
  self->cache_path = g_strdup (cache_path);
  mien_roster_connect (self);
  mien_roster_cache_load (self);
  return self;
}

/* Frames: whatever changes only marks; the list is put in order once a frame. */

static gboolean
on_frame (gpointer data)
{
  MienRoster *self = data;

  g_clear_pointer (&self->frame, g_source_unref);
  mien_roster_flush (self);
  return G_SOURCE_REMOVE;
}

static void
start_frame (MienRoster *self)
{
  if (self->frame != NULL)
    return;
  self->frame = g_timeout_source_new (MIEN_ROSTER_FRAME_MS);
  g_source_set_callback (self->frame, on_frame, self, NULL);
  g_source_attach (self->frame, self->context);
}

MienFriend *
mien_roster_ensure (MienRoster *self, const char *bare_jid)
{
  MienFriend *friend = g_hash_table_lookup (self->by_jid, bare_jid);

  if (friend == NULL)
    {
      friend = mien_friend_new (bare_jid);
      friend->dirty = TRUE;
      g_hash_table_insert (self->by_jid, friend->jid, friend);
      g_ptr_array_add (self->added, friend);
      start_frame (self);
    }
  return friend;
}

void
mien_roster_touch (MienRoster *self, MienFriend *friend)
{
  if (!friend->dirty && !friend->removed)
    {
      friend->dirty = TRUE;
      g_ptr_array_add (self->dirty, g_object_ref (friend));
    }
  start_frame (self);
}

void
mien_roster_drop (MienRoster *self, MienFriend *friend)
{
  g_hash_table_remove (self->by_jid, friend->jid);
  friend->removed = TRUE;
  self->any_removed = TRUE;
  start_frame (self);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return mien_friend_compare (*(MienFriend * const *) a, *(MienFriend * const *) b);
}

/* Those that are to be put in anew, in order; owned. */
static GPtrArray *
take_changed (MienRoster *self)
{
  GPtrArray *changed = g_ptr_array_new_full (self->added->len + self->dirty->len, g_object_unref);

  for (guint i = 0; i < self->added->len; i++)
    {
      MienFriend *friend = g_ptr_array_index (self->added, i);

      if (!friend->removed)
        g_ptr_array_add (changed, g_object_ref (friend));
    }
  for (guint i = 0; i < self->dirty->len; i++)
    {
      MienFriend *friend = g_ptr_array_index (self->dirty, i);

      if (!friend->removed)
        g_ptr_array_add (changed, g_object_ref (friend));
    }
  g_ptr_array_sort (changed, compare);
  return changed;
}

/* One pass: the friends that stayed as they were are in order already; the changed ones are merged in. What leaves its
 * place goes to @left, which keeps it alive until everybody was told. References move; none is taken or dropped. */
static void
merge (MienRoster *self, GPtrArray *changed, GPtrArray *left)
{
  GPtrArray *old = self->sorted;
  GPtrArray *merged = g_ptr_array_new_full (old->len + changed->len, g_object_unref);
  guint next = 0;

  self->n_online = 0;
  for (guint i = 0; i < old->len; i++)
    {
      MienFriend *friend = g_ptr_array_index (old, i);

      if (friend->dirty || friend->removed)
        {
          g_ptr_array_add (left, friend);
          continue;
        }
      while (next < changed->len && mien_friend_compare (g_ptr_array_index (changed, next), friend) < 0)
        g_ptr_array_add (merged, g_object_ref (g_ptr_array_index (changed, next++)));
      g_ptr_array_add (merged, friend);
      self->n_online += friend->resources != NULL;
    }
  while (next < changed->len)
    g_ptr_array_add (merged, g_object_ref (g_ptr_array_index (changed, next++)));
  for (guint i = 0; i < changed->len; i++)
    self->n_online += ((MienFriend *) g_ptr_array_index (changed, i))->resources != NULL;
  g_ptr_array_set_free_func (old, NULL);
  g_ptr_array_unref (old);
  self->sorted = merged;
}

static GPtrArray *
filter (MienRoster *self)
{
  GPtrArray *visible = g_ptr_array_sized_new (self->sorted->len);

  if (self->search == NULL)
    {
      g_ptr_array_extend (visible, self->sorted, NULL, NULL);
      return visible;
    }
  for (guint i = 0; i < self->sorted->len; i++)
    {
      MienFriend *friend = g_ptr_array_index (self->sorted, i);

      if (strstr (friend->search_key, self->search) != NULL)
        g_ptr_array_add (visible, friend);
    }
  return visible;
}

/* The only place that tells of changed positions: one span from the first difference to the last. */
static void
show (MienRoster *self)
{
  g_autoptr (GPtrArray) old = self->visible;
  GPtrArray *new = filter (self);
  guint head = 0;
  guint tail = 0;

  while (head < old->len && head < new->len && old->pdata[head] == new->pdata[head])
    head++;
  while (tail < old->len - head && tail < new->len - head
         && old->pdata[old->len - 1 - tail] == new->pdata[new->len - 1 - tail])
    tail++;
  self->visible = new;
  if (head + tail < old->len || head + tail < new->len)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, new->len - head - tail);
}

void
mien_roster_flush (MienRoster *self)
{
  g_autoptr (GPtrArray) changed = NULL;
  g_autoptr (GPtrArray) left = NULL;

  stop_frame (self);
  if (self->added->len == 0 && self->dirty->len == 0 && !self->any_removed)
    return;

  changed = take_changed (self);
  left = g_ptr_array_new_with_free_func (g_object_unref);
  merge (self, changed, left);
  g_ptr_array_set_size (self->added, 0);
  g_ptr_array_set_size (self->dirty, 0);
  self->any_removed = FALSE;
  for (guint i = 0; i < changed->len; i++)
    ((MienFriend *) g_ptr_array_index (changed, i))->dirty = FALSE;

  g_object_ref (self);
  show (self);
  for (guint i = 0; i < changed->len; i++)
    mien_friend_emit_changed (g_ptr_array_index (changed, i));
  g_object_unref (self);
}

void
mien_roster_set_loaded (MienRoster *self)
{
  mien_roster_flush (self);
  if (self->loaded)
    return;
  self->loaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADED]);
}

MienFriend *
mien_roster_lookup (MienRoster *self, const char *bare_jid)
{
  g_return_val_if_fail (MIEN_IS_ROSTER (self) && bare_jid != NULL, NULL);
  return g_hash_table_lookup (self->by_jid, bare_jid);
}

guint
mien_roster_get_size (MienRoster *self)
{
  g_return_val_if_fail (MIEN_IS_ROSTER (self), 0);
  return g_hash_table_size (self->by_jid);
}

guint
mien_roster_get_n_online (MienRoster *self)
{
  g_return_val_if_fail (MIEN_IS_ROSTER (self), 0);
  return self->n_online;
}

gboolean
mien_roster_is_loaded (MienRoster *self)
{
  g_return_val_if_fail (MIEN_IS_ROSTER (self), FALSE);
  return self->loaded;
}

GPtrArray *
mien_roster_get_all (MienRoster *self)
{
  GPtrArray *all = g_ptr_array_new_full (g_hash_table_size (self->by_jid), g_object_unref);
  GHashTableIter iter;
  gpointer friend;

  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &friend))
    g_ptr_array_add (all, g_object_ref (friend));
  return all;
}

void
mien_roster_foreach (MienRoster *self, GFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_if_fail (MIEN_IS_ROSTER (self) && func != NULL);

  all = mien_roster_get_all (self);
  g_ptr_array_foreach (all, func, user_data);
}

void
mien_roster_set_search (MienRoster *self, const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text != NULL ? text : ""));
  g_autofree char *folded = NULL;

  g_return_if_fail (MIEN_IS_ROSTER (self));

  g_clear_pointer (&self->search, g_free);
  if (*stripped != '\0' && g_utf8_validate (stripped, -1, NULL))
    {
      folded = g_utf8_casefold (stripped, -1);
      self->search = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
    }
  mien_roster_flush (self);
  show (self);
}
