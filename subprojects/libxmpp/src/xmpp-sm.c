/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-sm.h"

#include <string.h>

typedef struct
{
  XmppNode *stanza;   /* owned */
  gsize bytes;        /* as XML */
} Kept;

struct _XmppSm
{
  gboolean enabled;
  guint32 handled;        /* stanzas received; wraps (XEP-0198 section 4) */
  guint32 acknowledged;   /* the peer's last `h` */
  GQueue unacked;         /* owned Kept, oldest first */
  gsize bytes;            /* of them */
  guint max_unacked;
  gsize max_bytes;
  guint since_request;
  gsize bytes_since_request;
};

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  xmpp_node_unref (kept->stanza);
  g_free (kept);
}

static void
keep (XmppSm   *self,
      XmppNode *stanza,
      gsize     bytes)
{
  Kept *kept = g_new (Kept, 1);

  kept->stanza = xmpp_node_ref (stanza);
  kept->bytes = bytes;
  self->bytes += bytes;
  g_queue_push_tail (&self->unacked, kept);
}

/* (transfer full), NULL: none */
static XmppNode *
take_oldest (XmppSm *self)
{
  Kept *kept = g_queue_pop_head (&self->unacked);
  XmppNode *stanza;

  if (kept == NULL)
    return NULL;
  stanza = kept->stanza;
  self->bytes -= kept->bytes;
  g_free (kept);
  return stanza;
}

static gsize
length_of (const XmppNode *stanza)
{
  g_autofree char *text = xmpp_node_to_string (stanza);

  return strlen (text);
}

XmppSm *
xmpp_sm_new (guint max_unacked,
             gsize max_bytes)
{
  XmppSm *self = g_new0 (XmppSm, 1);

  self->max_unacked = max_unacked != 0 ? max_unacked : XMPP_SM_MAX_UNACKED_DEFAULT;
  self->max_bytes = max_bytes != 0 ? max_bytes : XMPP_SM_MAX_UNACKED_BYTES_DEFAULT;
  g_queue_init (&self->unacked);
  return self;
}

void
xmpp_sm_free (XmppSm *self)
{
  g_return_if_fail (self != NULL);
  g_queue_clear_full (&self->unacked, kept_free);
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
  self->bytes_since_request = 0;
  self->bytes = 0;
  g_queue_clear_full (&self->unacked, kept_free);
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
         && (xmpp_node_is (node, "message", NULL) || xmpp_node_is (node, "presence", NULL)
             || xmpp_node_is (node, "iq", NULL));
}

/* What waits in our own queue the peer could not acknowledge. */
static gboolean
is_full (XmppSm     *self,
         XmppStream *stream)
{
  gsize queued = stream != NULL ? xmpp_stream_get_queued (stream) : 0;

  return self->unacked.length >= self->max_unacked || (self->bytes > queued && self->bytes - queued >= self->max_bytes);
}

gboolean
xmpp_sm_send (XmppSm     *self,
              XmppStream *stream,
              XmppNode   *stanza)
{
  gboolean counts;
  gsize before, bytes;

  g_return_val_if_fail (self != NULL && stanza != NULL, FALSE);

  counts = self->enabled && is_stanza (stanza);
  if (counts && is_full (self, stream))
    {
      g_autofree char *text = g_strdup_printf ("%u stanzas of %" G_GSIZE_FORMAT " bytes are not acknowledged.",
                                               self->unacked.length, self->bytes);

      if (stream != NULL)
        xmpp_stream_fail (stream, "policy-violation", text);
      return FALSE;
    }
  before = stream != NULL ? xmpp_stream_get_queued (stream) : 0;
  if (stream == NULL || !xmpp_stream_send (stream, stanza))
    {
      if (counts)
        keep (self, stanza, length_of (stanza));
      return self->enabled;   /* it goes again after resumption */
    }
  bytes = xmpp_stream_get_queued (stream) - before;
  if (counts)
    keep (self, stanza, bytes);
  self->bytes_since_request += bytes;
  if (self->enabled
      && (++self->since_request >= XMPP_SM_REQUEST_EVERY || self->bytes_since_request >= XMPP_SM_REQUEST_EVERY_BYTES))
    xmpp_sm_request (self, stream);
  return TRUE;
}

void
xmpp_sm_keep (XmppSm   *self,
              XmppNode *stanza)
{
  g_return_if_fail (self != NULL && stanza != NULL);

  if (self->enabled && is_stanza (stanza))
    keep (self, stanza, length_of (stanza));
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
  self->bytes_since_request = 0;
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
    xmpp_node_unref (take_oldest (self));
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
      if (!xmpp_stream_send (stream, ((Kept *) l->data)->stanza))
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

gsize
xmpp_sm_get_unacked_bytes (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->bytes;
}

XmppNode *
xmpp_sm_steal (XmppSm *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return take_oldest (self);
}
