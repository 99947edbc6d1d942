/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* vCards (XEP-0054) and their photo, which is the portrait in PEP and nothing else (XEP-0398): reading a vCard puts
   it in,
 * writing one takes it out. */

typedef struct
{
  MienImOp    base;
  char       *asker;
  char       *xml;         /* the vCard without its photo */
  GBytes     *photo;       /* (nullable) */
  char       *type;        /* (nullable) */
  gboolean    exists;
  gboolean    changed;     /* the portrait */
  char       *avatar;      /* (nullable) its SHA-1 */
  MienPepItem *item;       /* (nullable) the new metadata */
  MienPepConfig config;
} VcardOp;

char *
mien_im_vcard_avatar_id (MienDatabase *db, const char *account, GError **error)
{
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (XmppNode) payload = NULL;
  g_autoptr (XmppAvatarMetadata) metadata = NULL;
  const XmppAvatarInfo *info;
  MienPepConfig config;
  MienPepItem *item;
  gboolean found;

  if (!mien_im_pep_get_config (db, account, XMPP_NS_AVATAR_METADATA, &config, &found, error))
    return NULL;
  if (!found || config.access == MIEN_PEP_WHITELIST)
    return NULL;
  items = mien_im_pep_list (db, account, XMPP_NS_AVATAR_METADATA, NULL, 1, error);
  if (items == NULL || items->len == 0)
    return NULL;
  item = g_ptr_array_index (items, 0);
  payload = xmpp_node_parse (item->payload, -1, NULL);
  metadata = payload != NULL ? xmpp_avatar_metadata_parse (payload) : NULL;
  info = metadata != NULL ? xmpp_avatar_metadata_get_inband (metadata, item->id) : NULL;
  return info != NULL ? g_ascii_strdown (info->id, -1) : NULL;
}

/* The picture in band; NULL without an error when there is none. */
static GBytes *
read_photo (MienDatabase *db, const char *account, const char *id, GError **error)
{
  const char *ids[] = { id, NULL };
  g_autoptr (GPtrArray) items = mien_im_pep_list (db, account, XMPP_NS_AVATAR_DATA, (char **) ids, 1, error);
  g_autoptr (XmppNode) data = NULL;

  if (items == NULL || items->len == 0)
    return NULL;
  data = xmpp_node_parse (((MienPepItem *) g_ptr_array_index (items, 0))->payload, -1, NULL);
  return data != NULL ? xmpp_avatar_data_parse (data) : NULL;
}

static const char *
sniff (GBytes *photo, const char *said)
{
  static const struct { const char *magic; gsize length; const char *type; } known[] = {
    { "\x89PNG\r\n\x1a\n", 8, "image/png" },
    { "\xff\xd8\xff", 3, "image/jpeg" },
    { "GIF8", 4, "image/gif" },
  };
  gsize size;
  const char *bytes = g_bytes_get_data (photo, &size);

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (size >= known[i].length && memcmp (bytes, known[i].magic, known[i].length) == 0)
      return known[i].type;
  return said != NULL ? said : "application/octet-stream";
}

static gboolean
get_work (MienImOp *base, MienDatabase *db, GError **error)
{
  VcardOp *self = (VcardOp *) base;
  g_autoptr (GError) local_error = NULL;
  MienPepConfig config;
  gboolean found, allowed;

  if (!mien_im_accounts_exists (db, base->account, &self->exists, error))
    return FALSE;
  self->xml = mien_im_vcards_get (db, base->account, &local_error);
  if (local_error == NULL)
    self->avatar = mien_im_vcard_avatar_id (db, base->account, &local_error);
  if (local_error == NULL && self->avatar != NULL
      && mien_im_pep_get_config (db, base->account, XMPP_NS_AVATAR_METADATA, &config, &found, &local_error)
      && mien_im_pep_may_read (db, base->account, self->asker, config.access, &allowed, &local_error) && allowed)
    self->photo = read_photo (db, base->account, self->avatar, &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
get_done (MienImOp *base, const GError *error)
{
  VcardOp *self = (VcardOp *) base;
  g_autoptr (XmppNode) vcard = NULL;
  XmppNode *result;

  if (error != NULL)
    {
      mien_im_bounce_error (base->role, base->stanza, error);
      return;
    }
  if (!self->exists || (self->xml == NULL && self->photo == NULL && !g_str_equal (self->asker, base->account)))
    {
      /* The same for both: it does not tell whether there is such an account. */
      mien_im_bounce (base->role, base->stanza, "cancel", "service-unavailable", NULL);
      return;
    }
  vcard = self->xml != NULL ? xmpp_node_parse (self->xml, -1, NULL) : NULL;
  if (vcard == NULL)
    vcard = xmpp_node_new ("vCard", XMPP_NS_VCARD);
  if (self->photo != NULL)
    xmpp_vcard_set_photo (vcard, self->photo, sniff (self->photo, NULL));
  result = xmpp_iq_result_for (base->stanza);
  xmpp_node_append (result, g_steal_pointer (&vcard));
  mien_im_reply (base->role, result);
}

static char *
metadata_text (VcardOp *self, const char *id)
{
  g_autoptr (XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();
  g_autoptr (XmppNode) node = NULL;

  if (id != NULL)
    g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (id, sniff (self->photo, self->type), NULL,
                                                            g_bytes_get_size (self->photo), 0, 0));
  node = xmpp_avatar_metadata_to_node (metadata);
  return xmpp_node_to_string (node);
}

/* XEP-0398 section 3 */
static gboolean
convert (VcardOp *self, MienDatabase *db, GError **error)
{
  const char *account = self->base.account;
  g_autofree char *id = self->photo != NULL ? xmpp_avatar_hash (self->photo) : NULL;
  g_autofree char *metadata = NULL;
  MienPepConfig data_config;

  if (g_strcmp0 (id, self->avatar) == 0)
    return TRUE;
  if (id != NULL)
    {
      g_autoptr (XmppNode) data = xmpp_avatar_data_to_node (self->photo);
      g_autofree char *text = xmpp_node_to_string (data);
      g_autoptr (MienPepItem) item = mien_pep_item_new (account, XMPP_NS_AVATAR_DATA, id, text);

      if (!mien_im_pep_store (db, item, &data_config, error))
        return FALSE;
    }
  metadata = metadata_text (self, id);
  self->item = mien_pep_item_new (account, XMPP_NS_AVATAR_METADATA, id != NULL ? id : "current", metadata);
  if (!mien_im_pep_store (db, self->item, &self->config, error) || !mien_im_forwards_add (db, account, error))
    return FALSE;
  self->changed = TRUE;
  g_free (self->avatar);
  self->avatar = g_steal_pointer (&id);
  return TRUE;
}

static gboolean
set_work (MienImOp *base, MienDatabase *db, GError **error)
{
  VcardOp *self = (VcardOp *) base;
  g_autoptr (GError) local_error = NULL;

  self->avatar = mien_im_vcard_avatar_id (db, base->account, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return mien_im_vcards_set (db, base->account, self->xml, error) && convert (self, db, error);
}

static void
set_done (MienImOp *base, const GError *error)
{
  VcardOp *self = (VcardOp *) base;

  mien_im_op_answer (base, error);
  if (error != NULL || !self->changed)
    return;
  mien_im_notify_item (base->role, self->item, self->config.access);
  mien_im_avatar_changed (base->role, base->account, self->avatar);
}

static void
vcard_clear (MienImOp *base)
{
  VcardOp *self = (VcardOp *) base;

  g_free (self->asker);
  g_free (self->xml);
  g_clear_pointer (&self->photo, g_bytes_unref);
  g_free (self->type);
  g_free (self->avatar);
  mien_pep_item_free (self->item);
}

static void
take_vcard (VcardOp *self, const XmppNode *given)
{
  g_autoptr (XmppNode) vcard = xmpp_node_copy (given);

  self->photo = xmpp_vcard_get_photo (vcard, &self->type);
  xmpp_vcard_set_photo (vcard, NULL, NULL);
  self->xml = xmpp_node_to_string (vcard);
}

void
mien_im_vcard_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, const char *target)
{
  g_autoptr (XmppJid) asker = xmpp_jid_new (from, NULL);
  gboolean is_set = g_strcmp0 (xmpp_node_get (iq, "type"), "set") == 0;
  XmppNode *vcard = xmpp_vcard_find (iq);
  VcardOp *op;

  if (asker == NULL || vcard == NULL || (is_set && !g_str_equal (xmpp_jid_get_bare (asker), target)))
    {
      mien_im_bounce (role, iq, "auth", "forbidden", NULL);
      return;
    }
  op = mien_im_op_new (sizeof (VcardOp), role, session, iq, target);
  op->asker = g_strdup (xmpp_jid_get_bare (asker));
  op->base.work = is_set ? set_work : get_work;
  op->base.done = is_set ? set_done : get_done;
  op->base.clear = vcard_clear;
  if (is_set)
    take_vcard (op, vcard);
  mien_im_op_run (op, is_set ? MIEN_DATABASE_WRITE : MIEN_DATABASE_READ);
}

void
mien_im_avatar_changed (MienImRole *role, const char *account, const char *id)
{
  MienImAccount *found = mien_im_account_find (role, account);

  if (found != NULL && g_strcmp0 (found->avatar, id != NULL ? id : "") != 0)
    {
      g_free (found->avatar);
      found->avatar = g_strdup (id != NULL ? id : "");
      mien_im_presence_avatar_changed (found);
    }
  mien_im_forward_run (role);
}
