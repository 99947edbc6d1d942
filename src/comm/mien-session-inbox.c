/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-session-private.h"

#include <string.h>
#include <xep/xmpp-carbons.h>
#include <xep/xmpp-nick.h>
#include <xep/xmpp-pubsub.h>
#include <xep/xmpp-receipts.h>

/* The bare address of @address, prepared; NULL when it is none of an account. */
static char *
bare_of (const char *address)
{
  g_autoptr (XmppJid) jid = address != NULL ? xmpp_jid_new (address, NULL) : NULL;

  return jid != NULL && xmpp_jid_get_local (jid) != NULL ? g_strdup (xmpp_jid_get_bare (jid)) : NULL;
}

/* One for everybody whom we know or who says something; a stranger's chat states and receipts make none. */
static MienConversation *
conversation_for (MienSession *self, const char *bare, XmppNode *stanza)
{
  MienConversation *conversation = g_hash_table_lookup (self->conversations, bare);

  if (conversation != NULL)
    return conversation;
  if (mien_roster_lookup (self->roster, bare) == NULL
      && (xmpp_node_child (stanza, "body", XMPP_NS_CLIENT) == NULL
          || g_hash_table_size (self->conversations) >= MIEN_SESSION_MAX_CONVERSATIONS))
    return NULL;
  return mien_session_get_conversation (self, bare);
}

static void
take_chat (MienSession *self, XmppNode *stanza, gboolean sent, gboolean live)
{
  const char *type = xmpp_node_get (stanza, "type");
  g_autofree char *bare = bare_of (xmpp_node_get (stanza, sent ? "to" : "from"));
  MienConversation *conversation;
  MienMessage *message;

  if (bare == NULL || strcmp (bare, self->jid) == 0 || g_strcmp0 (type, "groupchat") == 0
      || g_strcmp0 (type, "headline") == 0)
    return;
  if (g_strcmp0 (type, "error") == 0)
    {
      conversation = g_hash_table_lookup (self->conversations, bare);
      if (conversation != NULL && !sent)
        mien_conversation_take_error (conversation, stanza);
      return;
    }
  conversation = conversation_for (self, bare, stanza);
  if (conversation == NULL)
    return;
  /* A stranger learns nothing of us, not even that we are there. */
  message = mien_conversation_take (conversation, stanza, sent,
                                    live && mien_roster_lookup (self->roster, bare) != NULL);
  if (message != NULL && !sent)
    g_signal_emit_by_name (self, "message", conversation, message);
}

static const MienPepWatch *
find_watch (MienSession *self, guint id)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      const MienPepWatch *watch = g_ptr_array_index (self->watches, i);

      if (watch->id == id)
        return watch;
    }
  return NULL;
}

/* XEP-0163: events come from the bare address of the account whose they are; a message that some client wrote has a
 * resource, so nobody can speak for another account, nor for his own except through his server. */
static gboolean
take_event (MienSession *self, XmppNode *stanza)
{
  const char *from = xmpp_node_get (stanza, "from");
  g_autoptr (XmppJid) jid = xmpp_jid_new (from != NULL ? from : self->jid, NULL);
  g_autoptr (GArray) ids = NULL;
  XmppPubsubEvent event;

  if (!xmpp_pubsub_event_parse (stanza, &event))
    return FALSE;
  if (jid == NULL || !xmpp_jid_is_bare (jid))
    return TRUE;

  /* A watcher may unwatch itself and others while it is told. */
  ids = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < self->watches->len; i++)
    g_array_append_val (ids, ((MienPepWatch *) g_ptr_array_index (self->watches, i))->id);
  for (guint i = 0; i < ids->len; i++)
    {
      const MienPepWatch *watch = find_watch (self, g_array_index (ids, guint, i));

      if (watch != NULL && strcmp (watch->node, event.node) == 0)
        watch->func (self, xmpp_jid_get_bare (jid), event.node, event.element, watch->user_data);
    }
  return TRUE;
}

static gboolean
on_message (XmppPorter *porter, XmppNode *stanza, gpointer data)
{
  MienSession *self = data;
  XmppNode *inner;

  switch (xmpp_carbons_unwrap (stanza, self->jid, &inner))
    {
    case XMPP_CARBON_FORGED:
      g_debug ("A forged copy of a message is dropped");
      return TRUE;
    case XMPP_CARBON_RECEIVED:
      take_chat (self, inner, FALSE, FALSE);
      return TRUE;
    case XMPP_CARBON_SENT:
      take_chat (self, inner, TRUE, FALSE);
      return TRUE;
    case XMPP_CARBON_NONE:
    default:
      break;
    }
  if (!take_event (self, stanza))
    take_chat (self, stanza, FALSE, TRUE);
  return FALSE;
}

/* XEP-0172 over PEP: the friend's own idea of a name, used when the user gave none. */
static void
on_nick_event (MienSession *self, const char *from, const char *node, XmppNode *items, gpointer data)
{
  g_autofree char *nick = NULL;

  XMPP_NODE_FOREACH (items, item)
    {
      g_free (nick);
      nick = xmpp_nick_parse (item);
    }
  if (strcmp (from, self->jid) == 0)
    {
      g_free (self->nickname);
      self->nickname = g_steal_pointer (&nick);
      g_object_notify (G_OBJECT (self), "nickname");
    }
  else
    mien_roster_set_nick (self->roster, from, nick);
}

void
mien_session_inbox_connect (MienSession *self)
{
  mien_session_add_handler (self, "message", NULL, NULL, NULL, on_message);
  self->nick_watch = mien_session_watch_pep (self, XMPP_NS_NICK, on_nick_event, NULL);
}
