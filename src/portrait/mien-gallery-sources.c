/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-gallery-private.h"
#include "mien-portrait-query.h"
#include "mien-storage-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <xep/xmpp-xep.h>
#include <xmpp-error.h>

/* How the gallery learns of portraits and gets them: PEP pushes, the batched question, hashes in presence, and one
 * asked after. */

#define QUERY_DELAY_MS 50
#define MAX_ASKING 4
#define VCARD_PRIORITY 100
/* For a push that is on its way when presence tells of a new picture. */
#define DOUBT_MS 500

/* ---- XEP-0084 metadata ---- */

/* "scheme://host:port" */
static char *
get_origin (const char *url)
{
  g_autoptr(GUri) uri = url != NULL ? g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), g_uri_get_host (uri), g_uri_get_port (uri));
}

static gboolean
is_own_server (MienGallery *self,
               const char  *jid)
{
  const char *at = strchr (jid, '@');

  return at != NULL && g_str_equal (at + 1, self->own_domain);
}

static void query_soon (MienGallery *self);

static void
learn_metadata (MienGallery    *self,
                const char     *jid,
                const XmppNode *item)
{
  XmppNode *node = xmpp_pubsub_item_payload (item, "metadata", XMPP_NS_AVATAR_METADATA);
  g_autoptr(XmppAvatarMetadata) metadata = node != NULL ? xmpp_avatar_metadata_parse (node) : NULL;
  const XmppAvatarInfo *inband, *hosted;
  MienGalleryEntry *entry = mien_gallery_ensure (self, jid);
  g_autofree char *origin = NULL;
  g_autofree char *sha256 = NULL;
  g_autofree char *sha1 = NULL;
  const char *url = NULL;
  gint64 updated = -1;

  if (metadata == NULL)
    return;
  inband = xmpp_avatar_metadata_get_inband (metadata, xmpp_node_get (item, "id"));
  hosted = xmpp_avatar_metadata_get_hosted (metadata);
  if (metadata->pointer != NULL)
    mien_portrait_pointer_parse (metadata->pointer, &updated, &sha256);
  sha1 = inband != NULL ? g_ascii_strdown (inband->id, -1) : NULL;
  origin = hosted != NULL ? get_origin (hosted->url) : NULL;
  /* Only our own portrait server learns that we look; a friend's foreign host does not. */
  if (origin != NULL && g_strcmp0 (origin, self->origin) == 0 && sha256 != NULL)
    url = hosted->url;
  else if (sha1 != NULL && g_strcmp0 (entry->sha1, sha1) == 0 && entry->url != NULL)
    {
      /* The component said more about the same picture. */
      url = entry->url;
      g_free (sha256);
      sha256 = g_strdup (entry->sha256);
    }
  else
    g_clear_pointer (&sha256, g_free);
  if (updated < 0)
    updated = sha1 != NULL && g_strcmp0 (entry->sha1, sha1) == 0 ? entry->updated : g_get_real_time ();
  mien_gallery_learn (self, jid, sha1, sha256, url, updated, MIEN_GALLERY_FROM_PEP);
  if (hosted != NULL && url == NULL && is_own_server (self, jid))
    {
      entry->query = TRUE;
      query_soon (self);
    }
}

static void
on_pep (MienSession *session,
        const char  *from_bare_jid,
        const char  *node,
        XmppNode    *items,
        gpointer     user_data)
{
  MienGallery *self = user_data;
  XmppNode *last = NULL;

  if (!xmpp_node_is (items, "items", NULL))
    {
      /* The node was emptied or deleted: taken back. */
      mien_gallery_learn (self, from_bare_jid, NULL, NULL, NULL, -1, MIEN_GALLERY_FROM_PEP);
      return;
    }
  XMPP_NODE_FOREACH (items, child)
    {
      if (xmpp_node_is (child, "item", NULL))
        last = child;
      else if (xmpp_node_is (child, "retract", NULL))
        {
          MienGalleryEntry *entry = mien_gallery_ensure (self, from_bare_jid);

          /* A retraction of an older item says nothing of the present one. */
          if (entry->sha1 == NULL || g_strcmp0 (xmpp_node_get (child, "id"), entry->sha1) == 0)
            mien_gallery_learn (self, from_bare_jid, NULL, NULL, NULL, -1, MIEN_GALLERY_FROM_PEP);
        }
    }
  if (last != NULL)
    learn_metadata (self, from_bare_jid, last);
}

/* ---- XEP-0153: the photo's hash in presence, of servers and clients without XEP-0084 ---- */

static void ask_next (MienGallery *self);

static gboolean
on_doubt_time (gpointer data)
{
  MienGallery *self = data;
  GHashTableIter iter;
  gpointer value;

  self->doubt_source = 0;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MienGalleryEntry *entry = value;

      if (entry->unsure)
        g_queue_push_tail (&self->to_ask, g_strdup (entry->jid));
    }
  ask_next (self);
  return G_SOURCE_REMOVE;
}

/* Presence and PEP disagree, and either may be right: Prosody repeats the hash of the sign-in in presence for as long
 * as it lasts; ejabberd pushes nothing to a friend whose presence it had before the friendship was mutual, nor when a
 * node is deleted. The node knows. */
static void
doubt (MienGallery      *self,
       MienGalleryEntry *entry,
       const char       *sha1)
{
  if (g_strcmp0 (entry->doubt, sha1) == 0)
    return;
  g_free (entry->doubt);
  entry->doubt = g_strdup (sha1);
  entry->unsure = TRUE;
  if (self->doubt_source == 0)
    self->doubt_source = g_timeout_add (DOUBT_MS, on_doubt_time, self);
}

static gboolean
on_vcard_update (XmppPorter *porter,
                 XmppNode   *presence,
                 gpointer    user_data)
{
  MienGallery *self = user_data;
  const char *from = xmpp_node_get (presence, "from");
  g_autoptr(XmppJid) jid = from != NULL ? xmpp_jid_new (from, NULL) : NULL;
  g_autofree char *sha1 = NULL;
  XmppVcardUpdate update = xmpp_vcard_update_parse (presence, &sha1);
  MienGalleryEntry *entry;

  if (jid == NULL || xmpp_node_get (presence, "type") != NULL ||
      (update != XMPP_VCARD_UPDATE_HASH && update != XMPP_VCARD_UPDATE_NONE))
    return FALSE;
  /* Rooms send their occupants' presence: only friends' (and our own) count. */
  if (mien_roster_lookup (mien_session_get_roster (self->session), xmpp_jid_get_bare (jid)) == NULL &&
      !g_str_equal (xmpp_jid_get_bare (jid), mien_session_get_jid (self->session)))
    return FALSE;
  entry = mien_gallery_ensure (self, xmpp_jid_get_bare (jid));
  if (g_strcmp0 (entry->sha1, sha1) == 0)
    return FALSE;
  if (entry->live && entry->source == MIEN_GALLERY_FROM_PEP)
    {
      doubt (self, entry, sha1 != NULL ? sha1 : "");
      return FALSE;
    }
  if (update == XMPP_VCARD_UPDATE_NONE)   /* a client's word for itself: there may be one in PEP all the same */
    return FALSE;
  mien_gallery_learn (self, xmpp_jid_get_bare (jid), sha1, NULL, NULL, g_get_real_time (), MIEN_GALLERY_FROM_VCARD);
  if (is_own_server (self, xmpp_jid_get_bare (jid)))
    {
      /* There may be a large one. */
      entry->query = TRUE;
      query_soon (self);
    }
  return FALSE;
}

/* ---- the batched question (S404 for the whole list at once) ---- */

static void
learn_answer (MienGallery            *self,
              const MienPortraitItem *item)
{
  MienGalleryEntry *entry = mien_gallery_ensure (self, item->jid);
  const char *sha1 = item->sha1;

  if (item->gone)
    {
      /* It may still be in PEP, published by a client that the component never heard of. */
      if (entry->source == MIEN_GALLERY_FROM_COMPONENT)
        mien_gallery_learn (self, item->jid, NULL, NULL, NULL, -1, MIEN_GALLERY_FROM_COMPONENT);
      return;
    }
  if (item->url != NULL)
    {
      g_autofree char *origin = get_origin (item->url);

      if (g_strcmp0 (origin, self->origin) != 0)
        {
          g_free (self->origin);
          self->origin = g_steal_pointer (&origin);
        }
    }
  /* A push of this session is newer than any answer about another picture. */
  if (entry->live && entry->source == MIEN_GALLERY_FROM_PEP)
    {
      if (entry->sha1 == NULL || (sha1 != NULL && g_strcmp0 (entry->sha1, sha1) != 0) ||
          (sha1 == NULL && entry->updated > item->updated))
        return;
      sha1 = entry->sha1;
    }
  mien_gallery_learn (self, item->jid, sha1, item->sha256, item->url, item->updated,
                      entry->source == MIEN_GALLERY_FROM_PEP && entry->live ? MIEN_GALLERY_FROM_PEP
                                                                            : MIEN_GALLERY_FROM_COMPONENT);
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(MienGallery) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr(GPtrArray) items = answer != NULL ? mien_portrait_query_parse (answer) : NULL;

  if (answer == NULL)
    g_debug ("the portrait server did not answer: %s", error->message);
  for (guint i = 0; items != NULL && self->session != NULL && i < items->len; i++)
    learn_answer (self, g_ptr_array_index (items, i));
}

static void
add_item (MienGallery *self,
          GPtrArray   *items,
          const char  *jid)
{
  MienGalleryEntry *entry = mien_gallery_ensure (self, jid);
  MienPortraitItem *item;

  entry->query = FALSE;
  if (!is_own_server (self, jid))
    return;
  item = mien_portrait_item_new (jid);
  /* With a hosted picture known: by hash and time. Without one: ask, whatever is known of the picture in band. */
  if (entry->url != NULL)
    {
      item->sha1 = g_strdup (entry->sha1);
      item->updated = entry->updated;
    }
  g_ptr_array_add (items, item);
}

typedef struct { MienGallery *self; GPtrArray *items; } Collect;

static void
collect_friend (gpointer data,
                gpointer user_data)
{
  Collect *collect = user_data;

  add_item (collect->self, collect->items, mien_friend_get_jid (data));
}

static gboolean
on_query_time (gpointer data)
{
  MienGallery *self = data;
  const char *service = mien_session_get_portrait_service (self->session);
  XmppPorter *porter = mien_session_get_porter (self->session);
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  Collect collect = { self, items };
  GHashTableIter iter;
  gpointer value;

  self->query_source = 0;
  if (service == NULL || !xmpp_porter_is_connected (porter))
    return G_SOURCE_REMOVE;
  if (self->query_all)
    {
      self->query_all = FALSE;
      add_item (self, items, mien_session_get_jid (self->session));
      mien_roster_foreach (mien_session_get_roster (self->session), collect_friend, &collect);
    }
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((MienGalleryEntry *) value)->query)
      add_item (self, items, ((MienGalleryEntry *) value)->jid);
  for (guint first = 0; first < items->len; first += MIEN_PORTRAIT_QUERY_MAX_ITEMS)
    xmpp_porter_iq_async (porter, mien_portrait_query_request (service, items, first), 0, self->cancellable, on_answer,
                          g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
query_soon (MienGallery *self)
{
  if (self->query_source == 0)
    self->query_source = g_timeout_add (QUERY_DELAY_MS, on_query_time, self);
}

static void
query_everybody (MienGallery *self)
{
  self->query_all = TRUE;
  query_soon (self);
}

/* ---- one asked after: metadata of an account that nobody has told us of ---- */

typedef struct { MienGallery *self; char *jid; } Ask;

static gboolean
is_gone (const GError *error)
{
  return g_strcmp0 (xmpp_error_get_condition (error), "item-not-found") == 0;
}

static void
on_metadata (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Ask *ask = user_data;
  g_autoptr(MienGallery) self = ask->self;
  g_autofree char *jid = ask->jid;
  g_autoptr(GError) error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  XmppNode *items = answer != NULL ? xmpp_pubsub_result_items (answer, XMPP_NS_AVATAR_METADATA) : NULL;
  XmppNode *item = items != NULL ? xmpp_node_child (items, "item", NULL) : NULL;
  MienGalleryEntry *entry;

  g_free (ask);
  self->n_asking--;
  if (self->session == NULL)
    return;
  entry = mien_gallery_ensure (self, jid);
  if (item != NULL)
    learn_metadata (self, jid, item);
  else if (!entry->known && (answer != NULL || g_error_matches (error, XMPP_ERROR, XMPP_ERROR_STANZA)))
    mien_gallery_learn (self, jid, NULL, NULL, NULL, -1, MIEN_GALLERY_FROM_NOBODY);   /* the negative cache */
  else if (entry->doubt != NULL && *entry->doubt == '\0' && (answer != NULL || is_gone (error)))
    mien_gallery_learn (self, jid, NULL, NULL, NULL, -1, MIEN_GALLERY_FROM_PEP);   /* presence was right: taken back */
  else if (answer == NULL)
    entry->asked = FALSE;   /* lost on the way: may be asked again */
  ask_next (self);
}

static void
ask_next (MienGallery *self)
{
  XmppPorter *porter = mien_session_get_porter (self->session);

  while (self->n_asking < MAX_ASKING && xmpp_porter_is_connected (porter))
    {
      g_autofree char *jid = g_queue_pop_head (&self->to_ask);
      MienGalleryEntry *entry = jid != NULL ? mien_gallery_ensure (self, jid) : NULL;
      gboolean settled;
      Ask *ask;

      if (jid == NULL)
        return;
      /* By a push meanwhile, for example. */
      settled = entry->known && (!entry->unsure || entry->doubt == NULL);
      entry->unsure = FALSE;
      if (settled)
        continue;
      ask = g_new (Ask, 1);
      ask->self = g_object_ref (self);
      self->n_asking++;
      xmpp_porter_iq_async (porter, xmpp_pubsub_items (jid, XMPP_NS_AVATAR_METADATA, NULL, 1), 0, self->cancellable,
                            on_metadata, ask);
      ask->jid = g_steal_pointer (&jid);
    }
}

void
mien_gallery_sources_ask (MienGallery *self,
                          const char  *jid)
{
  MienGalleryEntry *entry = mien_gallery_ensure (self, jid);

  if (entry->asked || entry->known)
    return;
  entry->asked = TRUE;
  g_queue_push_tail (&self->to_ask, g_strdup (jid));
  ask_next (self);
}

/* ---- bytes ---- */

static void
return_checked (GTask           *task,
                MienGalleryJob  *job,
                GBytes          *bytes)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (job->key[0] == '1' ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256,
                                                        bytes);

  if (g_str_equal (hash, job->key + 2))
    g_task_return_pointer (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_new_error (task, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_HASH,
                             _("The portrait is not the one that was announced."));
  g_object_unref (task);
}

static void
on_vcard (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  XmppNode *vcard = answer != NULL ? xmpp_vcard_find (answer) : NULL;
  g_autoptr(GBytes) photo = vcard != NULL ? xmpp_vcard_get_photo (vcard, NULL) : NULL;

  if (photo != NULL)
    {
      return_checked (task, g_task_get_task_data (task), photo);
      return;
    }
  if (error == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no photo in the vCard."));
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
request_vcard (MienGallery *self,
               GTask       *task)
{
  MienGalleryJob *job = g_task_get_task_data (task);

  xmpp_porter_iq_async (mien_session_get_porter (self->session), xmpp_vcard_request (job->jid), 0, self->cancellable,
                        on_vcard, task);
}

static void
on_data (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GTask *task = user_data;
  MienGallery *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  XmppNode *items = answer != NULL ? xmpp_pubsub_result_items (answer, XMPP_NS_AVATAR_DATA) : NULL;
  XmppNode *item = items != NULL ? xmpp_node_child (items, "item", NULL) : NULL;
  XmppNode *data = item != NULL ? xmpp_pubsub_item_payload (item, "data", XMPP_NS_AVATAR_DATA) : NULL;
  g_autoptr(GBytes) bytes = data != NULL ? xmpp_avatar_data_parse (data) : NULL;

  if (bytes != NULL)
    return_checked (task, g_task_get_task_data (task), bytes);
  else if (self->session != NULL && (answer != NULL || g_error_matches (error, XMPP_ERROR, XMPP_ERROR_STANZA)))
    request_vcard (self, task);   /* servers keep the two alike (XEP-0398) */
  else
    {
      if (error == NULL)
        g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
    }
}

static void
on_http (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) bytes = mien_http_get_finish (SOUP_SESSION (source), result, NULL, NULL, &error);

  if (bytes != NULL)
    {
      return_checked (task, g_task_get_task_data (task), bytes);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
mien_gallery_fetch_async (MienGallery        *self,
                          MienGalleryJob     *job,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (self, self->cancellable, callback, user_data);

  g_task_set_task_data (task, job, NULL);
  if (self->session == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
      g_object_unref (task);
    }
  else if (job->key[0] == '2')
    mien_http_get_async (self->http, job->url, NULL, MIEN_GALLERY_MAX_BYTES, NULL, NULL, G_PRIORITY_DEFAULT,
                         self->cancellable, on_http, task);
  else if (job->from_vcard)
    request_vcard (self, task);
  else
    xmpp_porter_iq_async (mien_session_get_porter (self->session),
                          xmpp_pubsub_items (job->jid, XMPP_NS_AVATAR_DATA, job->key + 2, 0), 0, self->cancellable,
                          on_data, task);
}

GBytes *
mien_gallery_fetch_finish (MienGallery  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the session ---- */

/* Connected anew: what somebody looks at and could not be had is tried again; "changed" makes the views want it. */
static void
on_state (MienGallery *self)
{
  g_autoptr(GHashTable) disappointed = NULL;
  GHashTableIter again;
  gpointer jid;

  if (!xmpp_porter_is_connected (mien_session_get_porter (self->session)))
    {
      GHashTableIter iter;
      gpointer value;

      g_hash_table_iter_init (&iter, self->entries);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        ((MienGalleryEntry *) value)->live = FALSE;
      return;
    }
  g_hash_table_remove_all (self->failed);
  disappointed = g_steal_pointer (&self->disappointed);
  self->disappointed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&again, disappointed);
  while (g_hash_table_iter_next (&again, &jid, NULL))
    mien_gallery_emit_changed (self, jid);
  query_everybody (self);
  ask_next (self);
}

void
mien_gallery_sources_start (MienGallery *self)
{
  MienRoster *roster = mien_session_get_roster (self->session);

  self->pep_watch = mien_session_watch_pep (self->session, XMPP_NS_AVATAR_METADATA, on_pep, self);
  self->vcard_handler = xmpp_porter_add_handler (mien_session_get_porter (self->session), "presence", NULL, "x",
                                                 XMPP_NS_VCARD_UPDATE, VCARD_PRIORITY, on_vcard_update, self, NULL);
  self->session_handlers[0] = g_signal_connect_swapped (self->session, "notify::state", G_CALLBACK (on_state), self);
  self->session_handlers[1] = g_signal_connect_swapped (self->session, "services-found", G_CALLBACK (query_everybody),
                                                        self);
  self->roster_handler = g_signal_connect_swapped (roster, "notify::loaded", G_CALLBACK (query_everybody), self);
}

void
mien_gallery_sources_stop (MienGallery *self)
{
  MienRoster *roster = mien_session_get_roster (self->session);

  if (self->pep_watch != 0)
    mien_session_unwatch_pep (self->session, self->pep_watch);
  self->pep_watch = 0;
  if (self->vcard_handler != 0)
    xmpp_porter_remove_handler (mien_session_get_porter (self->session), self->vcard_handler);
  self->vcard_handler = 0;
  for (guint i = 0; i < G_N_ELEMENTS (self->session_handlers); i++)
    g_clear_signal_handler (&self->session_handlers[i], self->session);
  g_clear_signal_handler (&self->roster_handler, roster);
  g_clear_handle_id (&self->query_source, g_source_remove);
  g_clear_handle_id (&self->doubt_source, g_source_remove);
}
