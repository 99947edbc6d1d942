/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-comm"

#include "mien-config.h"

#include "mien-array-model.h"
#include "mien-comm-error.h"
#include "mien-conversation-private.h"
#include "mien-message-failure.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <xmpp-error.h>
#include <xep/xmpp-carbons.h>
#include <xep/xmpp-chat-state.h>
#include <xep/xmpp-delay.h>
#include <xep/xmpp-hints.h>
#include <xep/xmpp-ping.h>
#include <xep/xmpp-receipts.h>

#define REPEAT_WINDOW 200              /* messages that are looked at for a repeated one */

struct _MienConversation
{
  GObject       parent_instance;

  XmppPorter   *porter;
  MienRoster   *roster;
  char         *jid;
  char         *last_line;
  GPtrArray    *messages;              /* of MienMessage */
  GHashTable   *own_by_id;             /* id -> MienMessage, borrowed: ours that may still change */
  GPtrArray    *waiting;               /* of MienMessage: not sent, there is no connection */
  GPtrArray    *unconfirmed;           /* of MienMessage: sent since the last ping went out */
  GPtrArray    *asked;                 /* of MienMessage: sent before the ping that is under way */
  GCancellable *cancellable;
  guint         unread;
  guint         pause_id;
  gboolean      friend_typing;
  gboolean      composing;             /* what we told the friend */
  gboolean      no_states;             /* the friend's client does not speak XEP-0085 */
};

enum { PROP_FRIEND_TYPING = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

MIEN_DEFINE_ARRAY_MODEL (MIEN_CONVERSATION, messages, MIEN_TYPE_MESSAGE)

G_DEFINE_FINAL_TYPE_WITH_CODE (MienConversation, mien_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FRIEND_TYPING)
    g_value_set_boolean (value, MIEN_CONVERSATION (object)->friend_typing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_conversation_dispose (GObject *object)
{
  MienConversation *self = MIEN_CONVERSATION (object);

  g_clear_handle_id (&self->pause_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (mien_conversation_parent_class)->dispose (object);
}

static void
mien_conversation_finalize (GObject *object)
{
  MienConversation *self = MIEN_CONVERSATION (object);

  g_hash_table_unref (self->own_by_id);
  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->unconfirmed);
  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->messages);
  g_object_unref (self->cancellable);
  g_object_unref (self->porter);
  g_object_unref (self->roster);
  g_free (self->jid);
  g_free (self->last_line);
  G_OBJECT_CLASS (mien_conversation_parent_class)->finalize (object);
}

static void
mien_conversation_class_init (MienConversationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->dispose = mien_conversation_dispose;
  object_class->finalize = mien_conversation_finalize;
  props[PROP_FRIEND_TYPING] = g_param_spec_boolean ("friend-typing", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mien_conversation_init (MienConversation *self)
{
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->unconfirmed = g_ptr_array_new_with_free_func (g_object_unref);
  self->asked = g_ptr_array_new_with_free_func (g_object_unref);
  self->own_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->cancellable = g_cancellable_new ();
}

MienConversation *
mien_conversation_new (XmppPorter *porter, MienRoster *roster, const char *bare_jid)
{
  MienConversation *self = g_object_new (MIEN_TYPE_CONVERSATION, NULL);

  self->porter = g_object_ref (porter);
  self->roster = g_object_ref (roster);
  self->jid = g_strdup (bare_jid);
  return self;
}

static void
tell_roster (MienConversation *self)
{
  mien_roster_set_conversation (self->roster, self->jid, self->unread, self->last_line, self->friend_typing);
}

static void
append (MienConversation *self, MienMessage *message)
{
  const char *body = mien_message_get_body (message);
  const char *end = strchr (body, '\n');
  gsize length = end != NULL ? (gsize) (end - body) : strlen (body);

  if (self->messages->len >= MIEN_CONVERSATION_MAX_MESSAGES)
    {
      MienMessage *oldest = g_ptr_array_index (self->messages, 0);

      if (mien_message_is_own (oldest) && mien_message_get_id (oldest) != NULL
          && g_hash_table_lookup (self->own_by_id, mien_message_get_id (oldest)) == oldest)
        g_hash_table_remove (self->own_by_id, mien_message_get_id (oldest));
      g_ptr_array_remove_index (self->messages, 0);
      g_list_model_items_changed (G_LIST_MODEL (self), 0, 1, 0);
    }
  if (mien_message_is_own (message) && mien_message_get_id (message) != NULL)
    g_hash_table_replace (self->own_by_id, (gpointer) mien_message_get_id (message), message);
  g_ptr_array_add (self->messages, message);
  g_free (self->last_line);
  if (length > MIEN_CONVERSATION_MAX_LINE)
    length = g_utf8_find_prev_char (body, body + MIEN_CONVERSATION_MAX_LINE + 1) - body;
  self->last_line = g_strndup (body, length);
  g_list_model_items_changed (G_LIST_MODEL (self), self->messages->len - 1, 0, 1);
}

/* Confirmation. The answer to a ping proves that the server has read everything before it on the stream, with or
 * without XEP-0198 (RFC 6120 section 10.1: stanzas of one stream are processed in order). One ping at a time. */

static void ask_for_confirmation (MienConversation *self);

static void
on_confirmed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienConversation) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr (GPtrArray) asked = g_steal_pointer (&self->asked);
  /* A refusal was read too. */
  gboolean confirmed = answer != NULL || g_error_matches (error, XMPP_ERROR, XMPP_ERROR_STANZA);

  self->asked = g_ptr_array_new_with_free_func (g_object_unref);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  for (guint i = 0; i < asked->len; i++)
    {
      MienMessage *message = g_ptr_array_index (asked, i);

      if (mien_message_get_delivery (message) != MIEN_DELIVERY_SENDING)
        continue;
      if (confirmed)
        mien_message_set_delivery (message, MIEN_DELIVERY_SENT, NULL);
      else
        mien_message_set_delivery (message, MIEN_DELIVERY_FAILED,
                                   _("The connection was lost before the server had this message. Send it again."));
    }
  ask_for_confirmation (self);
}

static void
ask_for_confirmation (MienConversation *self)
{
  if (self->asked->len > 0 || self->unconfirmed->len == 0)
    return;
  g_ptr_array_extend_and_steal (self->asked, g_steal_pointer (&self->unconfirmed));
  self->unconfirmed = g_ptr_array_new_with_free_func (g_object_unref);
  xmpp_porter_iq_async (self->porter, xmpp_ping_request (NULL), XMPP_IQ_TIMEOUT_DEFAULT, self->cancellable,
                        on_confirmed, g_object_ref (self));
}

/* Sending */

static void
transmit (MienConversation *self, MienMessage *message)
{
  XmppNode *stanza = xmpp_stanza_new ("message", "chat", self->jid);

  xmpp_node_set (stanza, "id", mien_message_get_id (message));
  xmpp_node_add_text_child (stanza, "body", XMPP_NS_CLIENT, mien_message_get_body (message));
  xmpp_receipts_request (stanza);
  if (!self->no_states)
    xmpp_chat_state_add (stanza, XMPP_CHAT_STATE_ACTIVE);
  if (!xmpp_porter_send (self->porter, stanza))
    {
      g_ptr_array_add (self->waiting, g_object_ref (message));
      return;
    }
  g_ptr_array_add (self->unconfirmed, g_object_ref (message));
  ask_for_confirmation (self);
}

/* XML has no control characters (section 2.2 of its specification) and the stream would end with one. */
static char *
make_legal (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *legal = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((c >= 0x20 && c != 0xfffe && c != 0xffff) || c == '\t' || c == '\n')
        g_string_append_unichar (legal, c);
    }
  return g_string_free (legal, FALSE);
}

MienMessage *
mien_conversation_send (MienConversation *self, const char *body, GError **error)
{
  g_autofree char *legal = NULL;
  g_autofree char *trimmed = NULL;
  g_autofree char *id = NULL;
  MienMessage *message;

  g_return_val_if_fail (MIEN_IS_CONVERSATION (self) && body != NULL, NULL);

  if (strlen (body) > MIEN_MESSAGE_MAX_BYTES)
    {
      g_set_error (error, MIEN_COMM_ERROR, MIEN_COMM_ERROR_TOO_LONG,
                   _("The message is too long. At most %d kilobytes can be sent at once."),
                   MIEN_MESSAGE_MAX_BYTES / 1024);
      return NULL;
    }
  legal = make_legal (body);
  trimmed = g_strstrip (g_strdup (legal));
  if (*trimmed == '\0')
    {
      g_set_error_literal (error, MIEN_COMM_ERROR, MIEN_COMM_ERROR_EMPTY, _("There is nothing to send."));
      return NULL;
    }

  id = g_uuid_string_random ();
  message = mien_message_new (id, legal, g_get_real_time () / G_USEC_PER_SEC, TRUE);
  g_clear_handle_id (&self->pause_id, g_source_remove);
  self->composing = FALSE;
  append (self, message);
  transmit (self, message);
  tell_roster (self);
  return message;
}

void
mien_conversation_retry (MienConversation *self, MienMessage *message)
{
  g_return_if_fail (MIEN_IS_CONVERSATION (self) && MIEN_IS_MESSAGE (message));

  if (mien_message_get_delivery (message) != MIEN_DELIVERY_FAILED)
    return;
  mien_message_set_delivery (message, MIEN_DELIVERY_SENDING, NULL);
  transmit (self, message);
}

/* After a resumption the open ping is still answered; after a new sign-in the porter has ended it, and what was sent
 * without an answer is marked as failed there. */
void
mien_conversation_connected (MienConversation *self, gboolean resumed)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->composing = FALSE;
  for (guint i = 0; i < waiting->len; i++)
    transmit (self, g_ptr_array_index (waiting, i));
}

/* Chat states: XEP-0085 */

static void
send_state (MienConversation *self, XmppChatState state)
{
  MienFriend *friend = mien_roster_lookup (self->roster, self->jid);
  XmppNode *stanza;

  /* Nobody looks, or nobody understands (section 5.1). */
  if (self->no_states || friend == NULL || mien_friend_get_presence (friend) == MIEN_PRESENCE_OFFLINE)
    return;
  stanza = xmpp_stanza_new ("message", "chat", self->jid);
  xmpp_chat_state_add (stanza, state);
  xmpp_hints_add (stanza, XMPP_HINT_NO_STORE);
  xmpp_porter_send (self->porter, stanza);
}

static gboolean
on_pause (gpointer data)
{
  MienConversation *self = data;

  self->pause_id = 0;
  self->composing = FALSE;
  send_state (self, XMPP_CHAT_STATE_PAUSED);
  return G_SOURCE_REMOVE;
}

void
mien_conversation_set_typing (MienConversation *self, gboolean typing)
{
  g_return_if_fail (MIEN_IS_CONVERSATION (self));

  g_clear_handle_id (&self->pause_id, g_source_remove);
  if (typing)
    self->pause_id = g_timeout_add_seconds (MIEN_CONVERSATION_PAUSE, on_pause, self);
  if (self->composing == !!typing)
    return;
  self->composing = !!typing;
  send_state (self, typing ? XMPP_CHAT_STATE_COMPOSING : XMPP_CHAT_STATE_ACTIVE);
}

static void
set_friend_typing (MienConversation *self, gboolean typing)
{
  if (self->friend_typing == typing)
    return;
  self->friend_typing = typing;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FRIEND_TYPING]);
}

/* Receiving */

static void
take_receipt (MienConversation *self, const char *id)
{
  MienMessage *message = g_hash_table_lookup (self->own_by_id, id);

  if (message == NULL)
    return;
  mien_message_set_delivery (message, MIEN_DELIVERY_DELIVERED, NULL);
}

static char *
cut_body (const char *body)
{
  gsize length = strlen (body);

  if (length > MIEN_MESSAGE_MAX_BYTES)
    length = g_utf8_find_prev_char (body, body + MIEN_MESSAGE_MAX_BYTES + 1) - body;
  return g_strndup (body, length);
}

static gint64
get_stanza_time (XmppNode *stanza)
{
  gint64 now = g_get_real_time ();
  gint64 delayed = xmpp_delay_parse (stanza, NULL);

  /* A stamp of the future would keep the message at the end of the day. */
  return (delayed >= 0 && delayed < now ? delayed : now) / G_USEC_PER_SEC;
}

/* A server that lost sight of an acknowledgement keeps a message and sends it again with a stamp (XEP-0160, XEP-0198):
 * one of those that we have. Without a stamp it is another message, whatever its id: some clients count from 1. */
static gboolean
is_repeated (MienConversation *self, XmppNode *stanza, const char *text)
{
  const char *id = xmpp_node_get (stanza, "id");

  if (id == NULL || xmpp_delay_parse (stanza, NULL) < 0)
    return FALSE;
  for (guint i = self->messages->len; i > 0 && self->messages->len - i < REPEAT_WINDOW; i--)
    {
      MienMessage *message = g_ptr_array_index (self->messages, i - 1);

      if (!mien_message_is_own (message) && g_strcmp0 (mien_message_get_id (message), id) == 0
          && strcmp (mien_message_get_body (message), text) == 0)
        return TRUE;
    }
  return FALSE;
}

MienMessage *
mien_conversation_take (MienConversation *self, XmppNode *stanza, gboolean sent, gboolean live)
{
  const char *text = xmpp_node_child_text (stanza, "body", XMPP_NS_CLIENT);
  const char *receipt = xmpp_receipts_get_ack (stanza);
  const char *id = xmpp_node_get (stanza, "id");
  XmppChatState state = xmpp_chat_state_parse (stanza);
  MienMessage *message = NULL;

  if (!sent)
    {
      if (receipt != NULL)
        take_receipt (self, receipt);
      if (state != XMPP_CHAT_STATE_NONE)
        self->no_states = FALSE;
      else if (text != NULL)
        self->no_states = TRUE;
      if (state != XMPP_CHAT_STATE_NONE || text != NULL)
        set_friend_typing (self, state == XMPP_CHAT_STATE_COMPOSING && text == NULL);
    }
  if (text != NULL && *text != '\0' && (sent || !is_repeated (self, stanza, text)))
    {
      g_autofree char *body = cut_body (text);

      message = mien_message_new (id, body, get_stanza_time (stanza), sent);
      append (self, message);
      if (sent)
        {
          /* From another device of ours: it has been read there. */
          mien_message_set_delivery (message, MIEN_DELIVERY_SENT, NULL);
          self->unread = 0;
        }
      else
        self->unread++;
      if (live)
        {
          XmppNode *ack = xmpp_receipts_ack (stanza);

          if (ack != NULL)
            xmpp_porter_send (self->porter, ack);
        }
    }
  tell_roster (self);
  return message;
}

void
mien_conversation_take_error (MienConversation *self, XmppNode *stanza)
{
  const char *id = xmpp_node_get (stanza, "id");
  MienMessage *message = id != NULL ? g_hash_table_lookup (self->own_by_id, id) : NULL;
  g_autofree char *why = NULL;

  if (message == NULL || g_strcmp0 (xmpp_node_get (stanza, "type"), "error") != 0)
    return;
  why = mien_message_failure_describe (stanza);
  mien_message_set_delivery (message, MIEN_DELIVERY_FAILED, why);
}

const char *
mien_conversation_get_jid (MienConversation *self)
{
  g_return_val_if_fail (MIEN_IS_CONVERSATION (self), NULL);
  return self->jid;
}

gboolean
mien_conversation_get_friend_typing (MienConversation *self)
{
  g_return_val_if_fail (MIEN_IS_CONVERSATION (self), FALSE);
  return self->friend_typing;
}

void
mien_conversation_mark_read (MienConversation *self)
{
  g_return_if_fail (MIEN_IS_CONVERSATION (self));

  if (self->unread == 0)
    return;
  self->unread = 0;
  tell_roster (self);
}
