/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-client.h"

G_BEGIN_DECLS

/* A client's asynchronous calls, waited for. */

/* (transfer full): why not; NULL: it is online */
GError *test_client_connect (XmppClient *client);
/* Ends the session, and asserts that nobody else holds the client. */
void    test_client_disconnect_and_free (XmppClient *client);

G_END_DECLS
