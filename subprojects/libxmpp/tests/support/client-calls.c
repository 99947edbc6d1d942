/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client-calls.h"

#include "hostile-relay.h"

GError *
test_client_connect (XmppClient *client)
{
  GAsyncResult *result = NULL;
  GError *error = NULL;

  xmpp_client_connect_async (client, NULL, test_keep_result, &result);
  test_wait_for (result != NULL);
  xmpp_client_connect_finish (client, result, &error);
  g_object_unref (result);
  return error;
}

void
test_client_disconnect_and_free (XmppClient *client)
{
  GAsyncResult *result = NULL;

  xmpp_client_disconnect_async (client, NULL, test_keep_result, &result);
  test_wait_for (result != NULL);
  g_assert_true (xmpp_client_disconnect_finish (client, result, NULL));
  g_object_unref (result);
  g_assert_cmpint (xmpp_client_get_state (client), ==, XMPP_CLIENT_OFFLINE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (client);
}
