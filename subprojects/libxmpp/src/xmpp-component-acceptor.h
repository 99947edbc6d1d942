/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "xmpp-stream.h"

G_BEGIN_DECLS

/**
 * The server's end of XEP-0114 (jabber:component:accept): opening tags and handshake over an accepted connection.
 * The stream's stanzas are jabber:client on our side of it. The caller must check the `from` of each: it is the
 * component's own domain or an address in it, or the stanza is an invalid-from stream error.
 */
#define XMPP_COMPONENT_ACCEPT_SECONDS 15

/* The secret of @domain, (transfer full); NULL: this server has no such component. */
typedef char *(*XmppComponentSecretFunc) (const char *domain, gpointer user_data);

void xmpp_component_accept_async (GIOStream *io, XmppComponentSecretFunc secret_of, gpointer secret_data,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full): the stream, paused: set its events, then xmpp_stream_resume(). @domain: (transfer full), the
 * component's. */
XmppStream *xmpp_component_accept_finish (GAsyncResult *result, char **domain, GError **error);

G_END_DECLS
