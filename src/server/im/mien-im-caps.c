/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* Entity capabilities (XEP-0115): which "+notify" features a client has, asked once for each hash. */

static char *
make_key (const XmppCaps *caps)
{
  return g_strdup_printf ("%s %s", caps->hash, caps->ver);
}

static GHashTable *
notify_of (const XmppDiscoInfo *info)
{
  GHashTable *nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < info->features->len && g_hash_table_size (nodes) < MIEN_IM_MAX_NOTIFY; i++)
    {
      const char *feature = g_ptr_array_index (info->features, i);
      gsize length = strlen (feature);

      if (g_str_has_suffix (feature, XMPP_PUBSUB_NOTIFY) && length < MIEN_IM_MAX_PEP_NAME)
        g_hash_table_add (nodes, g_strndup (feature, length - strlen (XMPP_PUBSUB_NOTIFY)));
    }
  return nodes;
}

static void
use (MienImSession *session, GHashTable *nodes)
{
  g_clear_pointer (&session->notify, g_hash_table_unref);
  session->notify = g_hash_table_ref (nodes);
  mien_im_notify_last (session, nodes);
}

typedef struct
{
  MienImSession *session;
  char          *hash, *node, *ver;
} Query;

static void
query_free (gpointer data)
{
  Query *self = data;

  mien_im_session_unref (self->session);
  g_free (self->hash);
  g_free (self->node);
  g_free (self->ver);
  g_free (self);
}

static void
on_info (MienImRole *role, const XmppNode *answer, gpointer user_data)
{
  Query *query = user_data;
  XmppCaps caps = { query->hash, query->node, query->ver };
  g_autofree char *key = make_key (&caps);
  g_autoptr (XmppDiscoInfo) info = answer != NULL ? xmpp_disco_info_parse (answer) : NULL;
  g_autoptr (GHashTable) nodes = NULL;

  if (info == NULL)
    return;
  nodes = notify_of (info);
  /* Section 5.4: only what hashes to its name may speak for others. */
  if (xmpp_caps_verify (&caps, info))
    {
      if (g_hash_table_size (role->caps) >= MIEN_IM_MAX_CAPS)
        g_hash_table_remove_all (role->caps);
      g_hash_table_insert (role->caps, g_steal_pointer (&key), g_hash_table_ref (nodes));
    }
  if (query->session->account != NULL && mien_im_session_is_available (query->session))
    use (query->session, nodes);
}

static void
ask (MienImSession *session, const XmppCaps *caps)
{
  g_autofree char *node = g_strdup_printf ("%s#%s", caps->node, caps->ver);
  Query *query = g_new0 (Query, 1);

  query->session = mien_im_session_ref (session);
  query->hash = g_strdup (caps->hash);
  query->node = g_strdup (caps->node);
  query->ver = g_strdup (caps->ver);
  mien_im_request (session->role, xmpp_disco_info_request (xmpp_jid_get_full (session->jid), node), on_info, query,
                   query_free);
}

void
mien_im_caps_presence (MienImSession *session, const XmppNode *presence)
{
  g_autofree char *key = NULL;
  GHashTable *nodes;
  XmppCaps caps;

  if (!xmpp_caps_parse (presence, &caps))
    return;
  key = make_key (&caps);
  if (g_strcmp0 (key, session->caps_key) == 0)
    return;
  g_free (session->caps_key);
  session->caps_key = g_strdup (key);
  nodes = g_hash_table_lookup (session->role->caps, key);
  if (nodes != NULL)
    use (session, nodes);
  else
    ask (session, &caps);
}
