/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include "mien-storage-error.h"

typedef struct
{
  char          *id;                    /* also the key */
  char          *to;
  gint64         deadline;
  MienImAnswer   callback;
  gpointer       user_data;
  GDestroyNotify destroy;
} Request;

gboolean
mien_im_is_local (MienImRole *role, const char *bare)
{
  const char *at = strchr (bare, '@');

  return at != NULL && g_str_equal (at + 1, role->domain);
}

static void
route_local (MienImRole *role, XmppNode *stanza, XmppJid *to)
{
  if (xmpp_node_is (stanza, "iq", NULL))
    mien_im_iq_to (role, stanza, to);
  else if (xmpp_jid_get_local (to) == NULL)
    g_debug ("A %s to the server itself is dropped", xmpp_node_get_name (stanza));
  else if (xmpp_node_is (stanza, "message", NULL))
    mien_im_message_to (role, stanza, to);
  else
    mien_im_presence_to (role, stanza, to);
}

void
mien_im_route (MienImRole *role, XmppNode *stanza)
{
  const char *address = xmpp_node_get (stanza, "to");
  g_autoptr (XmppJid) to = address != NULL ? xmpp_jid_new (address, NULL) : NULL;

  if (to == NULL)
    {
      mien_im_bounce (role, stanza, "modify", "jid-malformed", NULL);
      return;
    }
  if (g_str_equal (xmpp_jid_get_domain (to), role->domain))
    route_local (role, stanza, to);
  else if (mien_im_component_is_connected (role, xmpp_jid_get_domain (to)))
    mien_im_component_send (role, xmpp_jid_get_domain (to), stanza);
  else if (mien_im_component_serves (role, xmpp_jid_get_domain (to)))
    mien_im_bounce (role, stanza, "wait", "remote-server-timeout", "This service is not connected at the moment");
  else
    mien_im_bounce (role, stanza, "cancel", "remote-server-not-found", "This server does not talk to other servers");
}

void
mien_im_route_take (MienImRole *role, XmppNode *stanza)
{
  mien_im_route (role, stanza);
  xmpp_node_unref (stanza);
}

/* RFC 6120 section 8.3.1: an error is never answered with an error; neither is presence, save for what asks or
   manages. */
static gboolean
may_bounce (const XmppNode *stanza)
{
  const char *type = xmpp_node_get (stanza, "type");

  if (xmpp_node_get (stanza, "from") == NULL || g_strcmp0 (type, "error") == 0)
    return FALSE;
  if (xmpp_node_is (stanza, "iq", NULL))
    return g_strcmp0 (type, "result") != 0;
  if (xmpp_node_is (stanza, "presence", NULL))
    return type == NULL || g_str_equal (type, "subscribe");
  return TRUE;
}

void
mien_im_bounce (MienImRole *role, const XmppNode *stanza, const char *type, const char *condition, const char *text)
{
  XmppNode *answer;

  if (!may_bounce (stanza))
    return;
  answer = xmpp_stanza_error_for (stanza, type, condition, text);
  if (xmpp_node_get (answer, "from") == NULL)   /* it had no `to`: the account answers */
    {
      g_autoptr (XmppJid) asker = xmpp_jid_new (xmpp_node_get (stanza, "from"), NULL);

      if (asker != NULL)
        xmpp_node_set (answer, "from", xmpp_jid_get_bare (asker));
    }
  mien_im_route_take (role, answer);
}

void
mien_im_bounce_error (MienImRole *role, const XmppNode *stanza, const GError *error)
{
  static const struct { MienImStoreError code; const char *type, *condition; } known[] = {
    { MIEN_IM_STORE_ERROR_NO_ACCOUNT, "cancel", "item-not-found" },
    { MIEN_IM_STORE_ERROR_EXISTS, "cancel", "conflict" },
    { MIEN_IM_STORE_ERROR_NOT_FOUND, "cancel", "item-not-found" },
    { MIEN_IM_STORE_ERROR_LIMIT, "wait", "resource-constraint" },
    { MIEN_IM_STORE_ERROR_FORBIDDEN, "auth", "forbidden" },
    { MIEN_IM_STORE_ERROR_PRECONDITION, "cancel", "conflict" },
  };

  for (gsize i = 0; error->domain == MIEN_IM_STORE_ERROR && i < G_N_ELEMENTS (known); i++)
    if ((int) known[i].code == error->code)
      {
        mien_im_bounce (role, stanza, known[i].type, known[i].condition, error->message);
        return;
      }
  /* The reason is the administrator's business. */
  g_warning ("A request failed: %s", error->message);
  if (g_error_matches (error, MIEN_STORAGE_ERROR, MIEN_STORAGE_ERROR_FULL))
    mien_im_bounce (role, stanza, "wait", "resource-constraint", "The server's disk is full");
  else
    mien_im_bounce (role, stanza, "wait", "internal-server-error", NULL);
}

void
mien_im_reply (MienImRole *role, XmppNode *answer)
{
  if (xmpp_node_get (answer, "from") == NULL && xmpp_node_get (answer, "to") != NULL)
    {
      g_autoptr (XmppJid) asker = xmpp_jid_new (xmpp_node_get (answer, "to"), NULL);

      if (asker != NULL)
        xmpp_node_set (answer, "from", xmpp_jid_get_bare (asker));
    }
  mien_im_route_take (role, answer);
}

static void
request_free (gpointer data)
{
  Request *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->id);
  g_free (self->to);
  g_free (self);
}

void
mien_im_request (MienImRole *role, XmppNode *iq, MienImAnswer callback, gpointer user_data, GDestroyNotify destroy)
{
  Request *request = g_new0 (Request, 1);

  request->id = g_strdup_printf ("mien-%" G_GUINT64_FORMAT, role->next_id++);
  request->to = g_strdup (xmpp_node_get (iq, "to"));
  request->deadline = g_get_monotonic_time () + MIEN_IM_REQUEST_SECONDS * G_USEC_PER_SEC;
  request->callback = callback;
  request->user_data = user_data;
  request->destroy = destroy;
  if (role->requests == NULL)
    role->requests = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, request_free);
  if (g_hash_table_size (role->requests) >= MIEN_IM_MAX_REQUESTS)
    {
      callback (role, NULL, user_data);
      request_free (request);
      xmpp_node_unref (iq);
      return;
    }
  g_hash_table_insert (role->requests, request->id, request);
  xmpp_node_set (iq, "id", request->id);
  xmpp_node_set (iq, "from", role->domain);
  mien_im_route_take (role, iq);
}

gboolean
mien_im_take_answer (MienImRole *role, const XmppNode *iq)
{
  const char *id = xmpp_node_get (iq, "id");
  Request *request = id != NULL && role->requests != NULL ? g_hash_table_lookup (role->requests, id) : NULL;

  if (request == NULL || g_strcmp0 (request->to, xmpp_node_get (iq, "from")) != 0)
    return FALSE;
  g_hash_table_steal (role->requests, id);
  request->callback (role, iq, request->user_data);
  request_free (request);
  return TRUE;
}

void
mien_im_requests_tick (MienImRole *role, gint64 now)
{
  g_autoptr (GPtrArray) late = g_ptr_array_new_with_free_func (request_free);
  GHashTableIter iter;
  gpointer value;

  if (role->requests == NULL)
    return;
  g_hash_table_iter_init (&iter, role->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Request *) value)->deadline < now)
      {
        g_ptr_array_add (late, value);
        g_hash_table_iter_steal (&iter);
      }
  for (guint i = 0; i < late->len; i++)
    {
      Request *request = g_ptr_array_index (late, i);

      request->callback (role, NULL, request->user_data);
    }
}

void
mien_im_requests_free (MienImRole *role)
{
  g_clear_pointer (&role->requests, g_hash_table_unref);
}
