/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* Personal eventing (XEP-0163): every account is a publish-subscribe service (XEP-0060) of its own. */

#define HAS_ACCESS (1 << 0)
#define HAS_MAX_ITEMS (1 << 1)
#define HAS_PERSIST (1 << 2)

typedef struct
{
  MienImOp              base;
  char                 *asker;        /* bare */
  XmppPubsubRequestKind kind;
  char                 *node;
  char                **ids;          /* (nullable) */
  guint                 max;
  char                 *payload;      /* (nullable) of a publication */
  MienPepConfig         wanted;
  guint                 has;          /* which members of `wanted` were given */
  /* outcome */
  MienPepConfig         config;
  GPtrArray            *items;        /* (nullable) */
  GPtrArray            *nodes;        /* (nullable) */
  gboolean              avatar_changed;
  char                 *avatar;       /* (nullable) */
} PepOp;

static const char *const access_names[] = { "presence", "open", "whitelist" };

static gboolean
parse_form (const XmppForm *form, MienPepConfig *config, guint *has)
{
  const char *access = xmpp_form_get (form, "pubsub#access_model");
  const char *max = xmpp_form_get (form, "pubsub#max_items");

  *has = 0;
  if (access != NULL)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (access_names) && !g_str_equal (access, access_names[i]))
        i++;
      if (i == G_N_ELEMENTS (access_names))
        return FALSE;
      config->access = i;
      *has |= HAS_ACCESS;
    }
  if (max != NULL)
    {
      if (g_str_equal (max, "max"))
        config->max_items = MIEN_IM_MAX_PEP_ITEMS;
      else
        config->max_items = xmpp_form_get_int (form, "pubsub#max_items", 1, MIEN_IM_MAX_PEP_ITEMS, 0);
      if (config->max_items == 0)
        return FALSE;
      *has |= HAS_MAX_ITEMS;
    }
  if (xmpp_form_get (form, "pubsub#persist_items") != NULL)
    {
      config->persist = xmpp_form_get_boolean (form, "pubsub#persist_items", TRUE);
      *has |= HAS_PERSIST;
    }
  return TRUE;
}

static void
merge (MienPepConfig *config, const MienPepConfig *wanted, guint has)
{
  if ((has & HAS_ACCESS) != 0)
    config->access = wanted->access;
  if ((has & HAS_MAX_ITEMS) != 0)
    config->max_items = wanted->max_items;
  if ((has & HAS_PERSIST) != 0)
    config->persist = wanted->persist;
}

static gboolean
is_avatar (const char *node)
{
  return g_str_equal (node, XMPP_NS_AVATAR_METADATA);
}

/* S3242: in the transaction of the publication, so that it is not forgotten. */
static gboolean
note_avatar (PepOp *self, MienDatabase *db, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!is_avatar (self->node))
    return TRUE;
  self->avatar_changed = TRUE;
  self->avatar = mien_im_vcard_avatar_id (db, self->base.account, &local_error);
  if (local_error == NULL)
    return mien_im_forwards_add (db, self->base.account, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
mien_im_pep_store (MienDatabase *db, const MienPepItem *item, MienPepConfig *out_config, GError **error)
{
  gboolean found;

  return mien_im_pep_get_config (db, item->account, item->node, out_config, &found, error)
         && (found || mien_im_pep_set_config (db, item->account, item->node, out_config, error))
         && mien_im_pep_publish (db, item, out_config, error);
}

static gboolean
publish_work (PepOp *self, MienDatabase *db, GError **error)
{
  g_autoptr (MienPepItem) item = mien_pep_item_new (self->base.account, self->node, self->ids[0], self->payload);
  gboolean found;

  if (!mien_im_pep_get_config (db, item->account, item->node, &self->config, &found, error))
    return FALSE;
  if (found)
    {
      MienPepConfig wanted = self->config;

      /* XEP-0060 section 7.1.5: options are preconditions on a node that is there. */
      merge (&wanted, &self->wanted, self->has);
      if (wanted.access != self->config.access || wanted.max_items != self->config.max_items
          || wanted.persist != self->config.persist)
        {
          g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_PRECONDITION,
                               "The node is configured in another way");
          return FALSE;
        }
    }
  else
    {
      merge (&self->config, &self->wanted, self->has);
      if (!mien_im_pep_set_config (db, item->account, item->node, &self->config, error))
        return FALSE;
    }
  if (!mien_im_pep_publish (db, item, &self->config, error))
    return FALSE;
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_pep_item_free);
  g_ptr_array_add (self->items, g_steal_pointer (&item));
  return note_avatar (self, db, error);
}

static gboolean
need_node (PepOp *self, MienDatabase *db, GError **error)
{
  gboolean found;

  if (!mien_im_pep_get_config (db, self->base.account, self->node, &self->config, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_NOT_FOUND, "There is no such node");
  return FALSE;
}

static gboolean
items_work (PepOp *self, MienDatabase *db, GError **error)
{
  gboolean allowed;

  if (!need_node (self, db, error)
      || !mien_im_pep_may_read (db, self->base.account, self->asker, self->config.access, &allowed, error))
    return FALSE;
  if (!allowed)
    {
      g_set_error_literal (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_FORBIDDEN,
                           "These items are not for everybody");
      return FALSE;
    }
  self->items = mien_im_pep_list (db, self->base.account, self->node, self->ids, self->max, error);
  return self->items != NULL;
}

static gboolean
configure_work (PepOp *self, MienDatabase *db, GError **error)
{
  gboolean found;

  if (!mien_im_pep_get_config (db, self->base.account, self->node, &self->config, &found, error))
    return FALSE;
  if (found == (self->kind == XMPP_PUBSUB_REQUEST_CREATE))
    {
      g_set_error_literal (error, MIEN_IM_STORE_ERROR,
                           found ? MIEN_IM_STORE_ERROR_EXISTS : MIEN_IM_STORE_ERROR_NOT_FOUND,
                           found ? "There is such a node already" : "There is no such node");
      return FALSE;
    }
  merge (&self->config, &self->wanted, self->has);
  return mien_im_pep_set_config (db, self->base.account, self->node, &self->config, error);
}

static gboolean
pep_work (MienImOp *base, MienDatabase *db, GError **error)
{
  PepOp *self = (PepOp *) base;

  switch (self->kind)
    {
    case XMPP_PUBSUB_REQUEST_PUBLISH:
      return publish_work (self, db, error);
    case XMPP_PUBSUB_REQUEST_ITEMS:
      return items_work (self, db, error);
    case XMPP_PUBSUB_REQUEST_RETRACT:
      return need_node (self, db, error) && mien_im_pep_retract (db, base->account, self->node, self->ids[0], error)
             && note_avatar (self, db, error);
    case XMPP_PUBSUB_REQUEST_PURGE:
      return need_node (self, db, error) && mien_im_pep_retract (db, base->account, self->node, NULL, error)
             && note_avatar (self, db, error);
    case XMPP_PUBSUB_REQUEST_DELETE:
      return need_node (self, db, error) && mien_im_pep_remove (db, base->account, self->node, error)
             && note_avatar (self, db, error);
    case XMPP_PUBSUB_REQUEST_GET_CONFIG:
      return need_node (self, db, error);
    case XMPP_PUBSUB_REQUEST_SET_CONFIG:
    case XMPP_PUBSUB_REQUEST_CREATE:
      return configure_work (self, db, error);
    default:
      g_assert_not_reached ();
    }
}

static XmppNode *
publish_result (PepOp *self)
{
  MienPepItem *item = g_ptr_array_index (self->items, 0);
  XmppNode *result = xmpp_iq_result_for (self->base.stanza);
  XmppNode *publish = xmpp_node_add (xmpp_node_add (result, "pubsub", XMPP_NS_PUBSUB), "publish", NULL);

  xmpp_node_set (publish, "node", item->node);
  xmpp_node_set (xmpp_node_add (publish, "item", NULL), "id", item->id);
  return result;
}

/* The oldest first. */
static XmppNode *
items_result (PepOp *self)
{
  XmppNode *result = xmpp_iq_result_for (self->base.stanza);
  XmppNode *items = xmpp_node_add (xmpp_node_add (result, "pubsub", XMPP_NS_PUBSUB), "items", NULL);

  xmpp_node_set (items, "node", self->node);
  for (guint i = self->items->len; i > 0; i--)
    {
      MienPepItem *item = g_ptr_array_index (self->items, i - 1);
      XmppNode *payload = xmpp_node_parse (item->payload, -1, NULL);
      XmppNode *node;

      if (payload == NULL)
        continue;
      node = xmpp_node_add (items, "item", NULL);
      xmpp_node_set (node, "id", item->id);
      xmpp_node_append (node, payload);
    }
  return result;
}

static XmppNode *
config_result (PepOp *self)
{
  g_autoptr (XmppForm) form = xmpp_form_new ("form", XMPP_PUBSUB_NODE_CONFIG);
  g_autofree char *max = g_strdup_printf ("%u", self->config.max_items);
  XmppNode *result = xmpp_iq_result_for (self->base.stanza);
  XmppNode *configure = xmpp_node_add (xmpp_node_add (result, "pubsub", XMPP_NS_PUBSUB_OWNER), "configure", NULL);

  xmpp_form_add (form, "pubsub#access_model", "list-single", access_names[self->config.access]);
  xmpp_form_add (form, "pubsub#max_items", "text-single", max);
  xmpp_form_add (form, "pubsub#persist_items", "boolean", self->config.persist ? "1" : "0");
  xmpp_form_add (form, "pubsub#send_last_published_item", "list-single", "on_sub_and_presence");
  xmpp_form_add (form, "pubsub#deliver_payloads", "boolean", "1");
  if (self->node != NULL)
    xmpp_node_set (configure, "node", self->node);
  xmpp_node_append (configure, xmpp_form_to_node (form));
  return result;
}

static void
answer_error (PepOp *self, const GError *error)
{
  XmppNode *answer;

  if (!g_error_matches (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_PRECONDITION)
      && !g_error_matches (error, MIEN_IM_STORE_ERROR, MIEN_IM_STORE_ERROR_FORBIDDEN))
    {
      mien_im_bounce_error (self->base.role, self->base.stanza, error);
      return;
    }
  if (error->code == MIEN_IM_STORE_ERROR_PRECONDITION)
    answer = xmpp_pubsub_error (self->base.stanza, "cancel", "conflict", "precondition-not-met");
  else   /* section 6.5.9.4 */
    answer = xmpp_pubsub_error (self->base.stanza, "auth", "not-authorized", "presence-subscription-required");
  mien_im_reply (self->base.role, answer);
}

static void
pep_done (MienImOp *base, const GError *error)
{
  PepOp *self = (PepOp *) base;
  MienImRole *role = base->role;

  if (error != NULL)
    {
      answer_error (self, error);
      return;
    }
  switch (self->kind)
    {
    case XMPP_PUBSUB_REQUEST_PUBLISH:
      mien_im_reply (role, publish_result (self));
      mien_im_notify_item (role, g_ptr_array_index (self->items, 0), self->config.access);
      break;
    case XMPP_PUBSUB_REQUEST_ITEMS:
      mien_im_reply (role, items_result (self));
      break;
    case XMPP_PUBSUB_REQUEST_GET_CONFIG:
      mien_im_reply (role, config_result (self));
      break;
    case XMPP_PUBSUB_REQUEST_RETRACT:
      mien_im_reply (role, xmpp_iq_result_for (base->stanza));
      mien_im_notify_event (role, base->account, self->node, self->ids[0], self->config.access);
      break;
    case XMPP_PUBSUB_REQUEST_DELETE:
      mien_im_reply (role, xmpp_iq_result_for (base->stanza));
      mien_im_notify_event (role, base->account, self->node, NULL, self->config.access);
      break;
    default:
      mien_im_reply (role, xmpp_iq_result_for (base->stanza));
    }
  if (self->avatar_changed)
    mien_im_avatar_changed (role, base->account, self->avatar);
}

static void
pep_clear (MienImOp *base)
{
  PepOp *self = (PepOp *) base;

  g_free (self->asker);
  g_free (self->node);
  g_strfreev (self->ids);
  g_free (self->payload);
  g_free (self->avatar);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
}

/* What is wrong with the request, as XEP-0060 calls it; NULL: nothing. */
static const char *
fill_publish (PepOp *self, const XmppPubsubRequest *request)
{
  XmppNode *item = request->items != NULL && request->items->len == 1 ? g_ptr_array_index (request->items, 0) : NULL;
  XmppNode *payload = item != NULL ? xmpp_node_first (item) : NULL;
  const char *id;

  if (payload == NULL)
    return "payload-required";
  if (xmpp_node_next (payload) != NULL)
    return "invalid-payload";
  id = xmpp_node_get (item, "id");
  self->ids = g_new0 (char *, 2);
  self->ids[0] = id != NULL && *id != '\0' ? g_strdup (id) : g_uuid_string_random ();
  self->payload = xmpp_node_to_string (payload);
  if (strlen (self->payload) > MIEN_IM_MAX_PEP_ITEM)
    return "payload-too-big";
  return NULL;
}

static const char *
fill_ids (PepOp *self, const XmppPubsubRequest *request)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; request->items != NULL && i < request->items->len; i++)
    {
      const char *id = xmpp_node_get (g_ptr_array_index (request->items, i), "id");

      if (id != NULL)
        g_ptr_array_add (ids, g_strdup (id));
    }
  g_ptr_array_add (ids, NULL);
  self->ids = (char **) g_ptr_array_free (ids, FALSE);
  if (self->ids[0] == NULL && self->kind == XMPP_PUBSUB_REQUEST_ITEMS)
    g_clear_pointer (&self->ids, g_strfreev);
  self->max = request->max_items > 0 ? MIN (request->max_items, MIEN_IM_MAX_PEP_ITEMS) : MIEN_IM_MAX_PEP_ITEMS;
  return self->kind == XMPP_PUBSUB_REQUEST_RETRACT && self->ids[0] == NULL ? "item-required" : NULL;
}

static const char *
fill (PepOp *self, const XmppPubsubRequest *request)
{
  switch (request->kind)
    {
    case XMPP_PUBSUB_REQUEST_PUBLISH:
      return fill_publish (self, request);
    case XMPP_PUBSUB_REQUEST_ITEMS:
    case XMPP_PUBSUB_REQUEST_RETRACT:
      return fill_ids (self, request);
    default:
      return NULL;
    }
}

static void
answer_default (MienImRole *role, XmppNode *iq)
{
  static const MienPepConfig fallback = MIEN_PEP_CONFIG_DEFAULT;
  PepOp op = { .base = { .role = role, .stanza = iq }, .config = fallback };

  mien_im_reply (role, config_result (&op));
}

static void
run (MienImRole *role, MienImSession *session, XmppNode *iq, const XmppPubsubRequest *request, const char *asker,
     const char *target)
{
  PepOp *op = mien_im_op_new (sizeof (PepOp), role, session, iq, target);
  const char *wrong;

  op->base.work = pep_work;
  op->base.done = pep_done;
  op->base.clear = pep_clear;
  op->kind = request->kind;
  op->asker = g_strdup (asker);
  op->node = g_strdup (request->node);
  wrong = fill (op, request);
  if (wrong == NULL && request->form != NULL && !parse_form (request->form, &op->wanted, &op->has))
    wrong = "unsupported-access-model";
  if (wrong != NULL)
    {
      gboolean too_big = g_str_equal (wrong, "payload-too-big");

      mien_im_reply (role, xmpp_pubsub_error (iq, "modify", too_big ? "not-acceptable" : "bad-request", wrong));
      mien_im_op_free (op);
    }
  else
    mien_im_op_run (op, op->kind == XMPP_PUBSUB_REQUEST_ITEMS || op->kind == XMPP_PUBSUB_REQUEST_GET_CONFIG
                          ? MIEN_DATABASE_READ : MIEN_DATABASE_WRITE);
}

void
mien_im_pep_iq (MienImRole *role, MienImSession *session, XmppNode *iq, const char *from, const char *target)
{
  g_auto (XmppPubsubRequest) request = { 0 };
  g_autoptr (XmppJid) asker = xmpp_jid_new (from, NULL);
  gboolean is_owner;

  if (asker == NULL || !xmpp_pubsub_request_parse (iq, &request))
    {
      mien_im_bounce (role, iq, "modify", "bad-request", NULL);
      return;
    }
  is_owner = g_str_equal (xmpp_jid_get_bare (asker), target);
  if (request.kind == XMPP_PUBSUB_REQUEST_SUBSCRIBE || request.kind == XMPP_PUBSUB_REQUEST_UNSUBSCRIBE
      || request.kind == XMPP_PUBSUB_REQUEST_OTHER)
    mien_im_bounce (role, iq, "cancel", "feature-not-implemented", NULL);
  else if (!is_owner && request.kind != XMPP_PUBSUB_REQUEST_ITEMS)
    mien_im_bounce (role, iq, "auth", "forbidden", NULL);
  else if (request.kind == XMPP_PUBSUB_REQUEST_GET_DEFAULT)
    answer_default (role, iq);
  else if (request.node == NULL || *request.node == '\0')
    mien_im_reply (role, xmpp_pubsub_error (iq, "modify", "bad-request", "nodeid-required"));
  else
    run (role, session, iq, &request, xmpp_jid_get_bare (asker), target);
}

static gboolean
nodes_work (MienImOp *base, MienDatabase *db, GError **error)
{
  PepOp *self = (PepOp *) base;
  gboolean is_contact;
  guint mask = 1 << MIEN_PEP_OPEN;

  if (!mien_im_pep_may_read (db, base->account, self->asker, MIEN_PEP_PRESENCE, &is_contact, error))
    return FALSE;
  if (is_contact)
    mask |= 1 << MIEN_PEP_PRESENCE;
  if (g_str_equal (self->asker, base->account))
    mask |= 1 << MIEN_PEP_WHITELIST;
  self->nodes = mien_im_pep_nodes (db, base->account, mask, error);
  return self->nodes != NULL;
}

static void
nodes_done (MienImOp *base, const GError *error)
{
  PepOp *self = (PepOp *) base;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_disco_item_free);

  if (error != NULL)
    {
      mien_im_bounce_error (base->role, base->stanza, error);
      return;
    }
  for (guint i = 0; i < self->nodes->len; i++)
    g_ptr_array_add (items, xmpp_disco_item_new (base->account, g_ptr_array_index (self->nodes, i), NULL));
  mien_im_reply (base->role, xmpp_disco_items_result (base->stanza, items));
}

void
mien_im_pep_list_nodes (MienImRole *role, XmppNode *iq, const char *from, const char *target)
{
  g_autoptr (XmppJid) asker = xmpp_jid_new (from, NULL);
  PepOp *op = mien_im_op_new (sizeof (PepOp), role, NULL, iq, target);

  op->asker = g_strdup (asker != NULL ? xmpp_jid_get_bare (asker) : "");
  op->base.work = nodes_work;
  op->base.done = nodes_done;
  op->base.clear = pep_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}
