/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-sm.h"

#include <string.h>

struct _XmppSm
{
  gboolean enabled;
  guint32 handled;        /* stanzas received; wraps (XEP-0198 section 4) */
  guint32 acknowledged;   /* the peer's last `h` */
  GQueue unacked;         /* owned XmppNode, oldest first */
  guint max_unacked;
  guint since_request;
};

XmppSm *
xmpp_sm_new (guint max_unacked)
{
  XmppSm *self = g_new0 (XmppSm, 1);

  self->max_unacked = max_unacked != 0 ? max_unacked : XMPP_SM_MAX_UNACKED_DEFAULT;
  g_queue_init (&self->unacked);
  return self;
}

void
xmpp_sm_free (XmppSm *self)
{
  g_return_if_fail (self != NULL);
  g_queue_clear_full (&self->unacked, (GDestroyNotify) xmpp_node_unref);
  g_free (self);
}

void
xmpp_sm_enable (XmppSm *self)
{
  g_return_if_fail (self != NULL);

  self->enabled = TRUE;
  self->handled = 0;
  self->acknowledged = 0;
  self->since_request = 0;
  g_queue_clear_full (&self->unacked, (GDestroyNotify) xmpp_node_unref);
}

gboolean
xmpp_sm_is_enabled (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->enabled;
}

static gboolean
is_stanza (const XmppNode *node)
{
  return xmpp_node_is (node, NULL, XMPP_NS_CLIENT)
         && (xmpp_node_is (node, "message", NULL) || xmpp_node_is (node, "presence", NULL) || xmpp_node_is (node, "iq", NULL));
}

gboolean
xmpp_sm_send (XmppSm     *self,
              XmppStream *stream,
              XmppNode   *stanza)
{
  g_return_val_if_fail (self != NULL && stanza != NULL, FALSE);

  if (self->enabled && is_stanza (stanza))
    {
      if (self->unacked.length >= self->max_unacked)
        {
          if (stream != NULL)
            xmpp_stream_fail (stream, "policy-violation", "Stanzas are not acknowledged.");
          return FALSE;
        }
      g_queue_push_tail (&self->unacked, xmpp_node_ref (stanza));
    }
  if (stream == NULL)
    return self->enabled;
  if (!xmpp_stream_send (stream, stanza))
    return self->enabled;   /* it is kept, and goes again after resumption */
  if (self->enabled && ++self->since_request >= XMPP_SM_REQUEST_EVERY)
    xmpp_sm_request (self, stream);
  return TRUE;
}

void
xmpp_sm_request (XmppSm     *self,
                 XmppStream *stream)
{
  g_autoptr (XmppNode) request = NULL;

  g_return_if_fail (self != NULL && XMPP_IS_STREAM (stream));

  if (!self->enabled || self->unacked.length == 0)
    return;
  self->since_request = 0;
  request = xmpp_node_new ("r", XMPP_NS_SM);
  xmpp_stream_send (stream, request);
}

gboolean
xmpp_sm_acknowledge (XmppSm  *self,
                     guint32  h)
{
  guint32 newly;

  g_return_val_if_fail (self != NULL, FALSE);

  newly = h - self->acknowledged;   /* modulo 2^32 */
  if (newly > self->unacked.length)
    return FALSE;
  self->acknowledged = h;
  for (guint32 i = 0; i < newly; i++)
    xmpp_node_unref (g_queue_pop_head (&self->unacked));
  return TRUE;
}

gboolean
xmpp_sm_received (XmppSm         *self,
                  XmppStream     *stream,
                  const XmppNode *node)
{
  g_return_val_if_fail (self != NULL && node != NULL, FALSE);

  if (is_stanza (node))
    {
      if (self->enabled)
        self->handled++;
      return FALSE;
    }
  if (!self->enabled)
    return FALSE;
  if (xmpp_node_is (node, "r", XMPP_NS_SM))
    {
      g_autoptr (XmppNode) answer = xmpp_node_new ("a", XMPP_NS_SM);
      char h[16];

      g_snprintf (h, sizeof h, "%u", self->handled);
      xmpp_node_set (answer, "h", h);
      if (stream != NULL)
        xmpp_stream_send (stream, answer);
      return TRUE;
    }
  if (xmpp_node_is (node, "a", XMPP_NS_SM))
    {
      gint64 h = xmpp_node_get_int (node, "h", 0, G_MAXUINT32, -1);

      if ((h < 0 || !xmpp_sm_acknowledge (self, (guint32) h)) && stream != NULL)
        xmpp_stream_fail (stream, "undefined-condition", "More stanzas were acknowledged than sent.");
      return TRUE;
    }
  return FALSE;
}

guint32
xmpp_sm_get_handled (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->handled;
}

void
xmpp_sm_resend (XmppSm     *self,
                XmppStream *stream)
{
  g_return_if_fail (self != NULL && XMPP_IS_STREAM (stream));

  for (GList *l = self->unacked.head; l != NULL; l = l->next)
    {
      if (!xmpp_stream_send (stream, l->data))
        return;
    }
  xmpp_sm_request (self, stream);
}

guint
xmpp_sm_get_unacked (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->unacked.length;
}

XmppNode *
xmpp_sm_steal (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_queue_pop_head (&self->unacked);
}
