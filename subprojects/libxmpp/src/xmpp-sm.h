/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-stream.h"

G_BEGIN_DECLS

/**
 * XmppSm: the counters and the unacknowledged stanzas of XEP-0198, for either end. It outlives the stream: a session
 * that lost its connection keeps its XmppSm and goes on with it over the next one.
 *
 * Use: for every stanza that is sent, xmpp_sm_sent() and then xmpp_stream_send(), or xmpp_sm_send() for both; for every
 * node that is received, first xmpp_sm_received(), which swallows <r/> and <a/> and counts stanzas.
 */
#define XMPP_SM_MAX_UNACKED_DEFAULT 2000                    /* stanzas */
#define XMPP_SM_MAX_UNACKED_BYTES_DEFAULT (4 * 1024 * 1024) /* of them, as XML */
/* An acknowledgement is asked for after so many stanzas, or so many bytes. */
#define XMPP_SM_REQUEST_EVERY 10
#define XMPP_SM_REQUEST_EVERY_BYTES 65536

typedef struct _XmppSm XmppSm;

/* 0: the default. Of the bytes those count that the peer has been given: what still waits in the stream's queue has the
 * queue's limit. One stanza more than the bytes allow may be kept. Counts only after xmpp_sm_enable(). */
XmppSm  *xmpp_sm_new (guint max_unacked, gsize max_bytes);
void     xmpp_sm_free (XmppSm *self);
/* when <enabled/> was sent (server) or received (client) */
void     xmpp_sm_enable (XmppSm *self);
gboolean xmpp_sm_is_enabled (XmppSm *self);

/* FALSE: not sent and not kept: the peer acknowledges nothing, and the stream was ended with policy-violation; or it is
 * not enabled, and the stream does not take it. */
/* (transfer none); stream NULL: queued for the next one */
gboolean xmpp_sm_send (XmppSm *self, XmppStream *stream, XmppNode *stanza);
/* Keeps it beyond every limit, unsent: for a session that ends in this turn and gives back what it has
 * (xmpp_sm_steal()). */
void     xmpp_sm_keep (XmppSm *self, XmppNode *stanza);          /* (transfer none) */
/* TRUE: @node was <r/> or <a/> and has been dealt with. An impossible <a/> ends the stream (XEP-0198 section 4). */
gboolean xmpp_sm_received (XmppSm *self, XmppStream *stream, const XmppNode *node);
guint32  xmpp_sm_get_handled (XmppSm *self);                     /* stanzas received: the `h` of our answers */
/* The other end has handled @h: FALSE when it cannot have. Drops those stanzas. */
gboolean xmpp_sm_acknowledge (XmppSm *self, guint32 h);
void     xmpp_sm_request (XmppSm *self, XmppStream *stream);     /* <r/>, when something is unacknowledged */
/* after resumption: everything unacknowledged, in order */
void     xmpp_sm_resend (XmppSm *self, XmppStream *stream);
guint    xmpp_sm_get_unacked (XmppSm *self);                     /* how many */
gsize    xmpp_sm_get_unacked_bytes (XmppSm *self);               /* of them, as XML */
/* Takes out the oldest unacknowledged stanza, e.g. to store it offline when the session ends: (transfer full), NULL
 * when none. */
XmppNode *xmpp_sm_steal (XmppSm *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSm, xmpp_sm_free)

G_END_DECLS
