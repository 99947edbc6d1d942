/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* Service discovery (XEP-0030) of the server and of accounts. */

#define CAPS_NODE "https://mien.im/server"

static XmppDiscoInfo *
server_info (MienImRole *role)
{
  static const char *const features[] = {
    XMPP_NS_DISCO_INFO, XMPP_NS_DISCO_ITEMS, XMPP_NS_PING, XMPP_NS_VERSION, XMPP_NS_CARBONS, "urn:xmpp:blocking",
    "msgoffline", XMPP_NS_VCARD,
  };
  XmppDiscoInfo *info = xmpp_disco_info_new ();

  xmpp_disco_info_add_identity (info, "server", "im", NULL, "Mien");
  xmpp_disco_info_add_identity (info, "pubsub", "pep", NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    xmpp_disco_info_add_feature (info, features[i]);
  if (role->open_registration)
    xmpp_disco_info_add_feature (info, XMPP_NS_REGISTER);
  return info;
}

/* XEP-0163 section 6.1, XEP-0398 section 6 */
static XmppDiscoInfo *
account_info (void)
{
  static const char *const pubsub[] = {
    "access-open", "access-presence", "access-whitelist", "auto-create", "auto-subscribe", "config-node",
    "config-node-max", "create-and-configure", "create-nodes", "delete-items", "delete-nodes", "filtered-notifications",
    "item-ids", "last-published", "meta-data", "multi-items", "persistent-items", "presence-notifications", "publish",
    "publish-options", "purge-nodes", "retract-items", "retrieve-items",
  };
  XmppDiscoInfo *info = xmpp_disco_info_new ();

  xmpp_disco_info_add_identity (info, "account", "registered", NULL, NULL);
  xmpp_disco_info_add_identity (info, "pubsub", "pep", NULL, NULL);
  xmpp_disco_info_add_feature (info, XMPP_NS_DISCO_INFO);
  xmpp_disco_info_add_feature (info, XMPP_NS_DISCO_ITEMS);
  xmpp_disco_info_add_feature (info, XMPP_NS_PUBSUB);
  for (gsize i = 0; i < G_N_ELEMENTS (pubsub); i++)
    {
      g_autofree char *feature = g_strconcat (XMPP_NS_PUBSUB, "#", pubsub[i], NULL);

      xmpp_disco_info_add_feature (info, feature);
    }
  xmpp_disco_info_add_feature (info, XMPP_NS_VCARD);
  xmpp_disco_info_add_feature (info, "urn:xmpp:pep-vcard-conversion:0");
  return info;
}

static void
server_items (MienImRole *role, XmppNode *iq)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_disco_item_free);
  GHashTableIter iter;
  gpointer domain;

  g_hash_table_iter_init (&iter, role->components);
  while (g_hash_table_iter_next (&iter, &domain, NULL))
    g_ptr_array_add (items, xmpp_disco_item_new (domain, NULL, NULL));
  mien_im_reply (role, xmpp_disco_items_result (iq, items));
}

static void
server_disco (MienImRole *role, XmppNode *iq, gboolean is_info)
{
  const char *node = xmpp_disco_request_get_node (iq);
  g_autoptr (XmppDiscoInfo) info = NULL;

  if (node != NULL && !(is_info && g_str_has_prefix (node, CAPS_NODE "#")))
    mien_im_bounce (role, iq, "cancel", "item-not-found", NULL);
  else if (!is_info)
    server_items (role, iq);
  else
    {
      info = server_info (role);
      mien_im_reply (role, xmpp_disco_info_result (iq, info));
    }
}

typedef struct
{
  MienImOp base;
  char    *asker;
  gboolean allowed;
} AccountOp;

/* XEP-0030 section 8: an account that the asker has nothing to do with does not show that it exists. */
static gboolean
account_work (MienImOp *base, MienDatabase *db, GError **error)
{
  AccountOp *self = (AccountOp *) base;

  return mien_im_pep_may_read (db, base->account, self->asker, MIEN_PEP_PRESENCE, &self->allowed, error);
}

static void
account_done (MienImOp *base, const GError *error)
{
  AccountOp *self = (AccountOp *) base;
  g_autoptr (XmppDiscoInfo) info = account_info ();

  if (error != NULL)
    mien_im_bounce_error (base->role, base->stanza, error);
  else if (!self->allowed)
    mien_im_bounce (base->role, base->stanza, "cancel", "service-unavailable", NULL);
  else
    mien_im_reply (base->role, xmpp_disco_info_result (base->stanza, info));
}

static void
account_clear (MienImOp *base)
{
  g_free (((AccountOp *) base)->asker);
}

static void
account_disco (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, XmppJid *to)
{
  g_autoptr (XmppJid) asker = xmpp_jid_new (from, NULL);
  AccountOp *op;

  if (xmpp_disco_request_get_node (iq) != NULL || asker == NULL)
    {
      mien_im_bounce (role, iq, "cancel", "item-not-found", NULL);
      return;
    }
  op = mien_im_op_new (sizeof (AccountOp), role, session, iq, xmpp_jid_get_bare (to));
  op->asker = g_strdup (xmpp_jid_get_bare (asker));
  op->base.work = account_work;
  op->base.done = account_done;
  op->base.clear = account_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

void
mien_im_disco_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, XmppJid *to)
{
  gboolean is_info = xmpp_node_is (xmpp_node_first (iq), "query", XMPP_NS_DISCO_INFO);

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "get") != 0)
    mien_im_bounce (role, iq, "cancel", "not-allowed", NULL);
  else if (xmpp_jid_get_local (to) == NULL)
    server_disco (role, iq, is_info);
  else if (is_info)
    account_disco (role, session, iq, from, to);
  else
    mien_im_pep_list_nodes (role, iq, from, xmpp_jid_get_bare (to));
}

void
mien_im_disco_features (MienImRole *role, XmppNode *features)
{
  g_autoptr (XmppDiscoInfo) info = server_info (role);
  g_autofree char *ver = xmpp_caps_hash (info, G_CHECKSUM_SHA1);

  xmpp_caps_add (features, CAPS_NODE, ver);
  xmpp_node_add (features, "ver", XMPP_NS_ROSTER_VER_FEATURE);
}
