/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-roster-private.h"

#include <mien-file.h>
#include <string.h>
#include <xep/xmpp-roster.h>

/* The friend list as it was, so that names are there before the network (RFC 6121 section 2.6: with its version, the
 * server then sends only what changed). Text, a line a friend, fields parted by tabs: address, roster name, nickname,
 * subscription, ask, groups. The first line has the version of the list, the last one counts, so a cut file is seen.
 * Presence is never stored: it would be a lie. */
#define CACHE_HEAD "mien-roster 1"
#define CACHE_TAIL "end"

enum { FIELD_JID, FIELD_NAME, FIELD_NICK, FIELD_SUBSCRIPTION, FIELD_ASK, FIELD_GROUPS };
#define MAX_FIELDS (FIELD_GROUPS + XMPP_ROSTER_MAX_GROUPS)

static void
append_escaped (GString *out, const char *text)
{
  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++)
    {
      if (*p == '\t')
        g_string_append (out, "\\t");
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\\')
        g_string_append (out, "\\\\");
      else
        g_string_append_c (out, *p);
    }
}

static void
append_field (GString *out, const char *text)
{
  g_string_append_c (out, '\t');
  append_escaped (out, text);
}

/* In place. FALSE: an escape that is none. */
static gboolean
unescape (char *text)
{
  char *out = text;

  for (const char *p = text; *p != '\0'; p++)
    {
      char c = *p;

      if (c == '\\')
        {
          p++;
          if (*p != 't' && *p != 'n' && *p != '\\')
            return FALSE;
          c = *p == 't' ? '\t' : *p == 'n' ? '\n' : '\\';
        }
      *out++ = c;
    }
  *out = '\0';
  return TRUE;
}

GBytes *
mien_roster_cache_pack (MienRoster *self)
{
  GString *out = g_string_sized_new (64 * (gsize) g_hash_table_size (self->by_jid) + 64);
  GHashTableIter iter;
  gpointer value;
  guint count = 0;

  g_string_append (out, CACHE_HEAD);
  append_field (out, self->version);
  g_string_append_c (out, '\n');
  g_hash_table_iter_init (&iter, self->by_jid);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MienFriend *friend = value;

      if (!friend->in_roster)
        continue;
      append_escaped (out, friend->jid);
      append_field (out, friend->roster_name);
      append_field (out, friend->nick);
      g_string_append_printf (out, "\t%u\t%u", friend->subscription, friend->pending_out);
      for (char **group = friend->roster_groups; group != NULL && *group != NULL; group++)
        append_field (out, *group);
      g_string_append_c (out, '\n');
      count++;
    }
  g_string_append_printf (out, CACHE_TAIL "\t%u\n", count);
  return g_string_free_to_bytes (out);
}

/* @line is taken apart in place. Returns the number of fields, 0 when there are too many or a bad one. */
static guint
split (char *line, char **fields)
{
  guint count = 0;

  while (line != NULL)
    {
      char *tab = strchr (line, '\t');

      if (count == MAX_FIELDS)
        return 0;
      if (tab != NULL)
        *tab++ = '\0';
      if (!unescape (line))
        return 0;
      fields[count++] = line;
      line = tab;
    }
  fields[count] = NULL;
  return count;
}

static gboolean
unpack_friend (MienRoster *self, char *line)
{
  char *fields[MAX_FIELDS + 1];
  guint count = split (line, fields);
  MienFriend *friend;

  if (count < FIELD_GROUPS || *fields[FIELD_JID] == '\0' || strlen (fields[FIELD_SUBSCRIPTION]) != 1
      || fields[FIELD_SUBSCRIPTION][0] < '0' || fields[FIELD_SUBSCRIPTION][0] > '0' + MIEN_SUBSCRIPTION_BOTH)
    return FALSE;
  friend = mien_roster_ensure (self, fields[FIELD_JID]);
  mien_friend_set_names (friend, *fields[FIELD_NAME] != '\0' ? fields[FIELD_NAME] : NULL,
                         *fields[FIELD_NICK] != '\0' ? fields[FIELD_NICK] : NULL);
  mien_friend_set_entry (friend, (MienSubscription) (fields[FIELD_SUBSCRIPTION][0] - '0'), *fields[FIELD_ASK] == '1',
                         count > FIELD_GROUPS ? fields + FIELD_GROUPS : NULL);
  return TRUE;
}

/* The last line, and the number in it, before anything is believed. */
static gboolean
is_whole (const char *text, gsize length, guint *out_count)
{
  static const char tail[] = "\n" CACHE_TAIL "\t";
  const char *last;
  guint64 count;
  guint lines = 0;
  g_autofree char *number = NULL;

  if (length < 2 || text[length - 1] != '\n' || memchr (text, '\0', length) != NULL
      || !g_utf8_validate (text, length, NULL))
    return FALSE;
  last = g_strrstr_len (text, length - 1, "\n");
  /* No NUL ends the text. */
  if (last == NULL || (gsize) (text + length - last) <= strlen (tail) || memcmp (last, tail, strlen (tail)) != 0)
    return FALSE;
  last += strlen (tail);
  number = g_strndup (last, text + length - 1 - last);
  if (!g_ascii_string_to_unsigned (number, 10, 0, XMPP_ROSTER_MAX_ITEMS, &count, NULL))
    return FALSE;
  for (const char *p = text; p < text + length; p++)
    lines += *p == '\n';
  *out_count = (guint) count;
  return lines == count + 2;
}

gboolean
mien_roster_cache_unpack (MienRoster *self, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = NULL;
  char *fields[MAX_FIELDS + 1];
  char *line;
  char *end;
  guint count;

  if (data == NULL || !is_whole (data, length, &count))
    return FALSE;
  text = g_strndup (data, length);
  end = strchr (text, '\n');
  *end = '\0';
  if (split (text, fields) != 2 || strcmp (fields[0], CACHE_HEAD) != 0)
    return FALSE;
  g_free (self->version);
  self->version = *fields[1] != '\0' ? g_strdup (fields[1]) : NULL;
  for (guint i = 0; i < count; i++)
    {
      line = end + 1;
      end = strchr (line, '\n');
      *end = '\0';
      if (!unpack_friend (self, line))
        g_clear_pointer (&self->version, g_free);   /* the server shall send all of it */
    }
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
        g_message ("The stored friend list was not read: %s", error->message);
      return;
    }
  if (mien_roster_cache_unpack (self, bytes))
    mien_roster_set_loaded (self);
  else
    g_message ("The stored friend list is damaged and is not used");
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
    g_message ("The friend list was not stored: %s", error->message);
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
mien_roster_store_now (MienRoster *self)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MIEN_IS_ROSTER (self));

  if (self->save == NULL)
    return;
  stop_timer (self);
  bytes = mien_roster_cache_pack (self);
  if (!mien_file_write_unsynced (self->cache_path, bytes, 0600, NULL, &error))
    g_message ("The friend list was not stored: %s", error->message);
}
