/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-component.h"
#include "mien-portrait-limits.h"
#include "mien-portrait-query.h"
#include "mien-portrait-server-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <xep/xmpp-xep.h>

#define MAX_HANDLERS 8

struct _MienPortraitComponent
{
  GObject parent_instance;

  XmppPorter *porter;
  MienPortraitManager *manager;
  char *domain, *im_domain, *catalogue_url;
  guint handlers[MAX_HANDLERS];
  guint n_handlers;
};

G_DEFINE_FINAL_TYPE (MienPortraitComponent, mien_portrait_component, G_TYPE_OBJECT)

/* A request that is answered later. */
typedef struct
{
  XmppPorter *porter;
  MienPortraitManager *manager;
  XmppNode *request;
  GPtrArray *items;      /* of MienPortraitItem: what the asker has */
} Pending;

static Pending *
pending_new (MienPortraitComponent *self,
             XmppNode              *request)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->porter = g_object_ref (self->porter);
  pending->manager = g_object_ref (self->manager);
  pending->request = xmpp_node_ref (request);
  return pending;
}

static void
pending_free (Pending *pending)
{
  g_object_unref (pending->porter);
  g_object_unref (pending->manager);
  xmpp_node_unref (pending->request);
  g_clear_pointer (&pending->items, g_ptr_array_unref);
  g_free (pending);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pending, pending_free)

/* RFC 6120 section 8.3.3 for what the manager refuses. */
static void
send_error (XmppPorter     *porter,
            const XmppNode *request,
            const GError   *error)
{
  static const struct { guint status; const char *type, *condition; } map[] = {
    { 404, "cancel", "item-not-found" }, { 413, "modify", "not-acceptable" }, { 415, "modify", "not-acceptable" },
    { 422, "modify", "not-acceptable" }, { 429, "wait", "resource-constraint" }, { 503, "wait", "resource-constraint" },
    { 507, "wait", "resource-constraint" },
  };
  guint status = mien_portrait_server_error_get_status (error);
  const char *type = "wait", *condition = "internal-server-error";

  for (guint i = 0; i < G_N_ELEMENTS (map); i++)
    if (map[i].status == status)
      {
        type = map[i].type;
        condition = map[i].condition;
      }
  if (status >= 500)
    g_warning ("a request failed: %s", error->message);
  xmpp_porter_send (porter, xmpp_stanza_error_for (request, type, condition,
                                                   mien_portrait_server_error_get_public_text (error)));
}

/* The bare address of an account of the IM server, or NULL with an answer sent: its `from` is the IM server's word. */
static XmppJid *
get_account (MienPortraitComponent *self,
             XmppNode              *request)
{
  const char *from = xmpp_node_get (request, "from");
  g_autoptr(XmppJid) jid = from != NULL ? xmpp_jid_new (from, NULL) : NULL;

  if (jid != NULL && xmpp_jid_get_local (jid) != NULL && g_str_equal (xmpp_jid_get_domain (jid), self->im_domain))
    return xmpp_jid_to_bare (jid);
  xmpp_porter_send (self->porter, xmpp_stanza_error_for (
                                      request, "auth", "forbidden",
                                      _("This portrait server keeps the portraits of another server's accounts.")));
  return NULL;
}

/* ---- discovery (XEP-0030, XEP-0128) ---- */

static gboolean
on_disco_info (XmppPorter *porter,
               XmppNode   *request,
               gpointer    user_data)
{
  MienPortraitComponent *self = user_data;
  g_autoptr(XmppDiscoInfo) info = xmpp_disco_info_new ();
  g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, mien_portrait_manager_get_max_bytes (self->manager));
  g_autofree char *pixels = g_strdup_printf ("%" G_GUINT64_FORMAT,
                                             mien_portrait_manager_get_max_pixels (self->manager));
  XmppForm *form;

  if (xmpp_disco_request_get_node (request) != NULL)
    {
      xmpp_porter_send (porter, xmpp_stanza_error_for (request, "cancel", "item-not-found", NULL));
      return TRUE;
    }
  xmpp_disco_info_add_identity (info, "store", "file", NULL, "Portraits");
  xmpp_disco_info_add_feature (info, XMPP_NS_DISCO_INFO);
  xmpp_disco_info_add_feature (info, XMPP_NS_DISCO_ITEMS);
  xmpp_disco_info_add_feature (info, XMPP_NS_UPLOAD);
  xmpp_disco_info_add_feature (info, XMPP_NS_UPLOAD_PURPOSE "#" XMPP_UPLOAD_PURPOSE_PROFILE);
  xmpp_disco_info_add_feature (info, MIEN_NS_PORTRAIT);
  xmpp_disco_info_add_feature (info, XMPP_NS_PING);
  xmpp_disco_info_add_feature (info, XMPP_NS_VERSION);

  form = xmpp_form_new ("result", XMPP_NS_UPLOAD);   /* XEP-0363 section 4 */
  xmpp_form_add (form, "max-file-size", NULL, bytes);
  xmpp_disco_info_take_form (info, form);

  form = xmpp_form_new ("result", MIEN_PORTRAIT_FORM_TYPE);
  if (self->catalogue_url != NULL)
    xmpp_form_add (form, MIEN_PORTRAIT_FIELD_CATALOGUE, NULL, self->catalogue_url);
  xmpp_form_add (form, MIEN_PORTRAIT_FIELD_MAX_BYTES, NULL, bytes);
  xmpp_form_add (form, MIEN_PORTRAIT_FIELD_MAX_PIXELS, NULL, pixels);
  xmpp_disco_info_take_form (info, form);
  xmpp_porter_send (porter, xmpp_disco_info_result (request, info));
  return TRUE;
}

static gboolean
on_disco_items (XmppPorter *porter,
                XmppNode   *request,
                gpointer    user_data)
{
  xmpp_porter_send (porter, xmpp_disco_items_result (request, NULL));
  return TRUE;
}

static gboolean
on_ping (XmppPorter *porter,
         XmppNode   *request,
         gpointer    user_data)
{
  xmpp_porter_send (porter, xmpp_iq_result_for (request));
  return TRUE;
}

static gboolean
on_version (XmppPorter *porter,
            XmppNode   *request,
            gpointer    user_data)
{
  xmpp_porter_send (porter, xmpp_version_result (request, "Mien portrait server", MIEN_VERSION));
  return TRUE;
}

/* ---- slots (XEP-0363) ---- */

static void
refuse_slot (MienPortraitComponent *self,
             XmppNode              *request,
             const GError          *error,
             guint                  retry)
{
  if (g_error_matches (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE))
    xmpp_porter_send (self->porter,
                      xmpp_upload_error_too_large (request, mien_portrait_manager_get_max_bytes (self->manager)));
  else if (g_error_matches (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_RATE))
    xmpp_porter_send (self->porter,
                      xmpp_upload_error_retry (request, g_get_real_time () / G_USEC_PER_SEC + retry, error->message));
  else
    send_error (self->porter, request, error);
}

static gboolean
on_slot (XmppPorter *porter,
         XmppNode   *request,
         gpointer    user_data)
{
  MienPortraitComponent *self = user_data;
  g_autoptr(XmppJid) account = get_account (self, request);
  g_autoptr(XmppUploadRequest) wish = NULL;
  g_autoptr(XmppUploadSlot) slot = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *put_url = NULL;
  g_autofree char *get_url = NULL;
  XmppNode *inband;
  guint retry = 0;

  if (account == NULL)
    return TRUE;
  wish = xmpp_upload_request_parse (request);
  if (wish == NULL)
    {
      xmpp_porter_send (porter, xmpp_stanza_error_for (request, "modify", "bad-request", NULL));
      return TRUE;
    }
  /* Without a purpose it is a file for a message (XEP-0363 section 6): that is not what this server keeps. */
  if (g_strcmp0 (wish->purpose, XMPP_UPLOAD_PURPOSE_PROFILE) != 0)
    {
      xmpp_porter_send (porter, xmpp_stanza_error_for (
                                    request, "modify", "not-acceptable",
                                    _("Only portraits are kept here: ask for a slot with the purpose “profile”.")));
      return TRUE;
    }
  inband = xmpp_node_child (xmpp_node_child (request, "request", XMPP_NS_UPLOAD), "inband", MIEN_NS_PORTRAIT);
  if (!mien_portrait_manager_slot (self->manager, xmpp_jid_get_bare (account), wish->filename, wish->size,
                                   wish->content_type, inband != NULL ? xmpp_node_get (inband, "id") : NULL, &put_url,
                                   &get_url, &retry, &error))
    {
      refuse_slot (self, request, error, retry);
      return TRUE;
    }
  slot = xmpp_upload_slot_new (put_url, get_url);
  xmpp_porter_send (porter, xmpp_upload_slot_result (request, slot));
  return TRUE;
}

/* ---- the batched question (S404) ---- */

/* Hash first, time second: clocks differ, and a time says nothing about which picture. */
static gboolean
is_same (const MienPortraitItem *has,
         const MienPortraitRow  *row)
{
  if (has->sha1 != NULL && row->sha1 != NULL)
    return g_str_equal (has->sha1, row->sha1);
  return has->updated >= 0 && has->updated / 1000 == row->updated;
}

static MienPortraitItem *
answer_item (MienPortraitManager   *manager,
             const MienPortraitRow *row)
{
  MienPortraitItem *item = mien_portrait_item_new (row->account);

  item->updated = row->updated * 1000;
  item->sha256 = g_strdup (row->sha256);
  item->sha1 = g_strdup (row->sha1);
  item->type = g_strdup (mien_portrait_type_get_mime (row->type));
  item->bytes = row->bytes;
  item->width = row->width;
  item->height = row->height;
  item->url = mien_portrait_manager_get_url (manager, row->address);
  return item;
}

static void
on_rows (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(Pending) pending = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = mien_portrait_manager_query_finish (MIEN_PORTRAIT_MANAGER (source), result, &error);
  g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_item_free);
  g_autoptr(GHashTable) by_account = g_hash_table_new (g_str_hash, g_str_equal);

  if (rows == NULL)
    {
      send_error (pending->porter, pending->request, error);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    g_hash_table_insert (by_account, ((MienPortraitRow *) rows->pdata[i])->account, rows->pdata[i]);
  for (guint i = 0; i < pending->items->len; i++)
    {
      const MienPortraitItem *has = g_ptr_array_index (pending->items, i);
      const MienPortraitRow *row = g_hash_table_lookup (by_account, has->jid);

      if (row == NULL)
        {
          MienPortraitItem *gone = mien_portrait_item_new (has->jid);

          gone->gone = TRUE;
          g_ptr_array_add (answers, gone);
        }
      else if (!is_same (has, row))
        g_ptr_array_add (answers, answer_item (pending->manager, row));
    }
  xmpp_porter_send (pending->porter, mien_portrait_query_result (pending->request, answers));
}

static gboolean
on_query (XmppPorter *porter,
          XmppNode   *request,
          gpointer    user_data)
{
  MienPortraitComponent *self = user_data;
  g_autoptr(XmppJid) account = get_account (self, request);
  g_autoptr(GPtrArray) items = NULL;
  g_autoptr(GPtrArray) accounts = g_ptr_array_new ();
  Pending *pending;

  if (account == NULL)
    return TRUE;
  items = mien_portrait_query_parse (request);
  if (items == NULL)
    {
      g_autofree char *text = g_strdup_printf (_("At most %d accounts may be asked about at once."),
                                               MIEN_PORTRAIT_QUERY_MAX_ITEMS);

      xmpp_porter_send (porter, xmpp_stanza_error_for (request, "modify", "bad-request", text));
      return TRUE;
    }
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (accounts, ((MienPortraitItem *) items->pdata[i])->jid);
  g_ptr_array_add (accounts, NULL);
  pending = pending_new (self, request);
  pending->items = g_steal_pointer (&items);
  mien_portrait_manager_query_async (self->manager, xmpp_jid_get_bare (account), (const char *const *) accounts->pdata,
                                     on_rows, pending);
  return TRUE;
}

/* ---- changes ---- */

static void
answer_change (Pending      *pending,
               const GError *error)
{
  if (error == NULL)
    xmpp_porter_send (pending->porter, xmpp_iq_result_for (pending->request));
  else
    send_error (pending->porter, pending->request, error);
}

static void
on_retracted (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Pending) pending = user_data;
  g_autoptr(GError) error = NULL;

  mien_portrait_manager_retract_finish (MIEN_PORTRAIT_MANAGER (source), result, &error);
  answer_change (pending, error);
}

static gboolean
on_retract (XmppPorter *porter,
            XmppNode   *request,
            gpointer    user_data)
{
  MienPortraitComponent *self = user_data;
  g_autoptr(XmppJid) account = get_account (self, request);

  if (account != NULL)
    mien_portrait_manager_retract_async (self->manager, xmpp_jid_get_bare (account), on_retracted,
                                         pending_new (self, request));
  return TRUE;
}

static void
on_forwarded (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Pending) pending = user_data;
  g_autoptr(GError) error = NULL;

  mien_portrait_manager_forward_finish (MIEN_PORTRAIT_MANAGER (source), result, &error);
  answer_change (pending, error);
}

static void
take_forward (MienPortraitComponent    *self,
              XmppNode                 *request,
              const char               *account,
              const XmppAvatarMetadata *metadata,
              const XmppNode           *data)
{
  const XmppAvatarInfo *inband = xmpp_avatar_metadata_get_inband (metadata, NULL);
  g_autoptr(GPtrArray) urls = g_ptr_array_new ();
  g_autoptr(GBytes) bytes = data != NULL ? xmpp_avatar_data_parse (data) : NULL;

  if (inband == NULL)
    {
      xmpp_porter_send (self->porter, xmpp_stanza_error_for (request, "modify", "not-acceptable",
                                                             _("The publication has no picture in band.")));
      return;
    }
  for (guint i = 0; i < metadata->infos->len; i++)
    {
      const XmppAvatarInfo *info = g_ptr_array_index (metadata->infos, i);

      if (info->url != NULL)
        g_ptr_array_add (urls, info->url);
    }
  g_ptr_array_add (urls, NULL);
  mien_portrait_manager_forward_async (self->manager, account, (const char * const *) urls->pdata, inband->id, bytes,
                                       on_forwarded, pending_new (self, request));
}

/* S3243: only the IM server itself may say what an account published. */
static gboolean
on_forward (XmppPorter *porter,
            XmppNode   *request,
            gpointer    user_data)
{
  MienPortraitComponent *self = user_data;
  XmppNode *forward = xmpp_node_child (request, "forward", MIEN_NS_PORTRAIT);
  XmppNode *metadata_node = xmpp_node_child (forward, "metadata", XMPP_NS_AVATAR_METADATA);
  const char *account = xmpp_node_get (forward, "jid");
  g_autoptr(XmppJid) jid = account != NULL ? xmpp_jid_new (account, NULL) : NULL;
  g_autoptr(XmppAvatarMetadata) metadata = metadata_node != NULL ? xmpp_avatar_metadata_parse (metadata_node) : NULL;

  if (g_strcmp0 (xmpp_node_get (request, "from"), self->im_domain) != 0)
    xmpp_porter_send (porter, xmpp_stanza_error_for (request, "auth", "forbidden",
                                                     _("Only the IM server forwards publications.")));
  else if (jid == NULL || xmpp_jid_get_local (jid) == NULL || !g_str_equal (xmpp_jid_get_domain (jid), self->im_domain)
           || metadata == NULL)
    xmpp_porter_send (porter, xmpp_stanza_error_for (request, "modify", "bad-request", NULL));
  else if (metadata->infos->len == 0)
    mien_portrait_manager_retract_async (self->manager, xmpp_jid_get_bare (jid), on_retracted,
                                         pending_new (self, request));
  else
    take_forward (self, request, xmpp_jid_get_bare (jid), metadata,
                  xmpp_node_child (forward, "data", XMPP_NS_AVATAR_DATA));
  return TRUE;
}

/* ---- life ---- */

static void
mien_portrait_component_dispose (GObject *object)
{
  MienPortraitComponent *self = MIEN_PORTRAIT_COMPONENT (object);

  while (self->n_handlers > 0)
    xmpp_porter_remove_handler (self->porter, self->handlers[--self->n_handlers]);
  g_clear_object (&self->porter);
  g_clear_object (&self->manager);
  G_OBJECT_CLASS (mien_portrait_component_parent_class)->dispose (object);
}

static void
mien_portrait_component_finalize (GObject *object)
{
  MienPortraitComponent *self = MIEN_PORTRAIT_COMPONENT (object);

  g_free (self->domain);
  g_free (self->im_domain);
  g_free (self->catalogue_url);
  G_OBJECT_CLASS (mien_portrait_component_parent_class)->finalize (object);
}

static void
mien_portrait_component_class_init (MienPortraitComponentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_portrait_component_dispose;
  object_class->finalize = mien_portrait_component_finalize;
}

static void
mien_portrait_component_init (MienPortraitComponent *self)
{
}

MienPortraitComponent *
mien_portrait_component_new (XmppPorter          *porter,
                             MienPortraitManager *manager,
                             const char          *domain,
                             const char          *im_domain,
                             const char          *catalogue_url)
{
  static const struct { const char *type, *name, *ns; XmppStanzaHandler handler; } table[MAX_HANDLERS] = {
    { "get", "query", XMPP_NS_DISCO_INFO, on_disco_info },
    { "get", "query", XMPP_NS_DISCO_ITEMS, on_disco_items },
    { "get", "ping", XMPP_NS_PING, on_ping },
    { "get", "query", XMPP_NS_VERSION, on_version },
    { "get", "request", XMPP_NS_UPLOAD, on_slot },
    { "get", "query", MIEN_NS_PORTRAIT, on_query },
    { "set", "retract", MIEN_NS_PORTRAIT, on_retract },
    { "set", "forward", MIEN_NS_PORTRAIT, on_forward },
  };
  MienPortraitComponent *self = g_object_new (MIEN_TYPE_PORTRAIT_COMPONENT, NULL);

  self->porter = g_object_ref (porter);
  self->manager = g_object_ref (manager);
  self->domain = g_strdup (domain);
  self->im_domain = g_strdup (im_domain);
  self->catalogue_url = g_strdup (catalogue_url);
  for (guint i = 0; i < MAX_HANDLERS; i++)
    self->handlers[self->n_handlers++] = xmpp_porter_add_handler (porter, "iq", table[i].type, table[i].name,
                                                                  table[i].ns, 0, table[i].handler, self, NULL);
  return self;
}
