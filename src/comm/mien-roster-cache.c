/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-roster-private.h"

#include <mien-file.h>

/* The friend list as it was, so that names are there before the network (RFC 6121 section 2.6: with its version, the
 * server then sends only what changed). A GVariant: magic, format, version, and of each friend the address, roster
 * name, nickname, groups, subscription, pending_out. Presence is never stored: it would be a lie. */
#define CACHE_TYPE   "(uusa(sssasyb))"
#define CACHE_MAGIC  0x4d4e5253u       /* with the other byte order it is another number: such a file is dropped */
#define CACHE_FORMAT 1u

GBytes *
mien_roster_cache_pack (MienRoster *self)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) variant = NULL;
  GHashTableIter iter;
  gpointer value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (CACHE_TYPE));
  g_variant_builder_add (&builder, "u", CACHE_MAGIC);
  g_variant_builder_add (&builder, "u", CACHE_FORMAT);
  g_variant_builder_add (&builder, "s", self->version != NULL ? self->version : "");
  g_variant_builder_open (&builder, G_VARIANT_TYPE ("a(sssasyb)"));
  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      static const char * const no_groups[] = { NULL };
      MienFriend *friend = value;

      if (friend->in_roster)
        g_variant_builder_add (&builder, "(sss^asyb)", friend->jid,
                               friend->roster_name != NULL ? friend->roster_name : "",
                               friend->nick != NULL ? friend->nick : "",
                               friend->roster_groups != NULL ? (const char * const *) friend->roster_groups : no_groups,
                               (guchar) friend->subscription, (gboolean) friend->pending_out);
    }
  g_variant_builder_close (&builder);
  variant = g_variant_ref_sink (g_variant_builder_end (&builder));
  return g_variant_get_data_as_bytes (variant);
}

gboolean
mien_roster_cache_unpack (MienRoster *self, GBytes *bytes)
{
  g_autoptr (GVariant) variant =
    g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (CACHE_TYPE), bytes, FALSE));
  g_autoptr (GVariantIter) iter = NULL;
  guint32 magic, format;
  const char *version, *jid, *name, *nick;
  char **groups;
  guchar subscription;
  gboolean pending_out;

  if (!g_variant_is_normal_form (variant))
    return FALSE;
  g_variant_get (variant, "(uu&sa(sssasyb))", &magic, &format, &version, &iter);
  if (magic != CACHE_MAGIC || format != CACHE_FORMAT)
    return FALSE;

  while (g_variant_iter_next (iter, "(&s&s&s^asyb)", &jid, &name, &nick, &groups, &subscription, &pending_out))
    {
      if (*jid != '\0' && subscription <= MIEN_SUBSCRIPTION_BOTH)
        {
          MienFriend *friend = mien_roster_ensure (self, jid);

          mien_friend_set_names (friend, *name != '\0' ? name : NULL, *nick != '\0' ? nick : NULL);
          mien_friend_set_entry (friend, (MienSubscription) subscription, pending_out, *groups != NULL ? groups : NULL);
        }
      g_strfreev (groups);
    }
  g_free (self->version);
  self->version = *version != '\0' ? g_strdup (version) : NULL;
  return TRUE;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienRoster) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mien_file_read_finish (result, &error);

  /* The network was faster: it is right. */
  if (self->synced || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (bytes == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_warning ("The stored friend list was not read: %s", error->message);
      return;
    }
  if (mien_roster_cache_unpack (self, bytes))
    mien_roster_set_loaded (self);
  else
    g_warning ("The stored friend list is damaged and is not used");
}

void
mien_roster_cache_load (MienRoster *self)
{
  if (self->cache_path != NULL)
    mien_file_read_async (self->cache_path, MIEN_ROSTER_MAX_CACHE, self->cancellable, on_loaded, g_object_ref (self));
}

static void save (MienRoster *self);

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienRoster) self = data;
  g_autoptr (GError) error = NULL;

  if (!mien_file_write_finish (result, &error))
    g_warning ("The friend list was not stored: %s", error->message);
  self->saving = FALSE;
  if (self->save_again)
    {
      self->save_again = FALSE;
      mien_roster_cache_save_soon (self);
    }
}

static void
save (MienRoster *self)
{
  g_autoptr (GBytes) bytes = mien_roster_cache_pack (self);

  self->saving = TRUE;
  mien_file_write_async (self->cache_path, bytes, 0600, NULL, on_saved, g_object_ref (self));
}

static void
stop_timer (MienRoster *self)
{
  if (self->save != NULL)
    g_source_destroy (self->save);
  g_clear_pointer (&self->save, g_source_unref);
}

static gboolean
on_save_time (gpointer data)
{
  MienRoster *self = data;

  stop_timer (self);
  save (self);
  return G_SOURCE_REMOVE;
}

void
mien_roster_cache_save_soon (MienRoster *self)
{
  if (self->cache_path == NULL || self->save != NULL)
    return;
  if (self->saving)
    {
      self->save_again = TRUE;
      return;
    }
  self->save = g_timeout_source_new_seconds (MIEN_ROSTER_SAVE_SECONDS);
  g_source_set_callback (self->save, on_save_time, self, NULL);
  g_source_attach (self->save, self->context);
}

/* At the end of the program there is no loop to wait in: one small file, written here. */
void
mien_roster_cache_stop (MienRoster *self)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (self->save == NULL)
    return;
  stop_timer (self);
  bytes = mien_roster_cache_pack (self);
  if (!mien_file_write_unsynced (self->cache_path, bytes, 0600, NULL, &error))
    g_warning ("The friend list was not stored: %s", error->message);
}
