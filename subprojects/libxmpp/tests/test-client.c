/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "support/client-calls.h"
#include "support/hostile-relay.h"
#include "support/test-server.h"
#include "xmpp-client-private.h"
#include "xmpp-error.h"

static XmppClient *
make_client (TestServer *server,
             const char *address,
             const char *password,
             guint16     port,
             XmppTlsMode mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (address, &error);
  XmppClient *client;

  g_assert_no_error (error);
  client = xmpp_client_new (jid);
  xmpp_client_set_password (client, password);
  xmpp_client_set_host (client, "127.0.0.1", port, mode);
  xmpp_client_set_tls_database (client, server != NULL ? test_server_get_trust (server) : NULL);
  return client;
}

static void
ask (XmppClient *client)
{
  XmppPorter *porter = xmpp_client_get_porter (client);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) answer = NULL;

  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", "example.org", "query", "urn:q", NULL), 10, NULL, test_keep_result,
                        &result);
  test_wait_for (result != NULL);
  answer = xmpp_porter_iq_finish (porter, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
}

static void
test_sign_in (void)
{
  static const struct { gboolean direct; gboolean late; gboolean sm; gsize piece;
  } table[] = {
    { FALSE, FALSE, TRUE, 65536 }, { FALSE, TRUE, TRUE, 65536 }, { TRUE, FALSE, TRUE, 65536 },
    { FALSE, TRUE, FALSE, 7 },     { TRUE, TRUE, TRUE, 3 },      { FALSE, FALSE, TRUE, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (TestServer) server = test_server_new ("example.org", table[i].direct);
      g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
      g_autoptr (GError) error = NULL;
      XmppClient *client;

      test_server_add_account (server, "alice", "s3cret p\u00e4ss");
      test_server_set_late (server, table[i].late);
      test_server_set_stream_management (server, table[i].sm);
      hostile_relay_set_piece (relay, table[i].piece);
      client = make_client (server, "Alice@example.org/desk", "s3cret p\u00e4ss", hostile_relay_get_port (relay),
                            table[i].direct ? XMPP_TLS_DIRECT : XMPP_TLS_STARTTLS);
      error = test_client_connect (client);
      g_assert_no_error (error);
      g_assert_cmpint (xmpp_client_get_state (client), ==, XMPP_CLIENT_ONLINE);
      g_assert_cmpstr (xmpp_jid_get_full (xmpp_client_get_jid (client)), ==, "alice@example.org/desk");
      g_assert_true (xmpp_porter_is_connected (xmpp_client_get_porter (client)));
      ask (client);
      /* A server that asks for no certificate has no use for the system's authorities: each connection would take them
       * all in. */
      g_assert_true (G_IS_TLS_SERVER_CONNECTION (test_server_get_last_io (server)));
      g_assert_null (g_tls_connection_get_database (G_TLS_CONNECTION (test_server_get_last_io (server))));
      test_client_disconnect_and_free (client);
    }
}

static void
expect_failure (TestServer *server,
                const char *address,
                const char *password,
                int         code,
                const char *message)
{
  g_autoptr (GError) error = NULL;
  XmppClient *client = make_client (server, address, password, test_server_get_port (server), XMPP_TLS_STARTTLS);

  error = test_client_connect (client);
  g_assert_error (error, XMPP_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpint (xmpp_client_get_state (client), ==, XMPP_CLIENT_OFFLINE);
  g_assert_nonnull (xmpp_client_get_error (client));
  test_client_disconnect_and_free (client);
}

static void
test_refusals (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);

  test_server_add_account (server, "alice", "right");
  expect_failure (server, "alice@example.org", "wrong", XMPP_ERROR_AUTH,
                  "That password is not right for alice@example.org.");
  expect_failure (server, "nobody@example.org", "right", XMPP_ERROR_AUTH,
                  "That password is not right for nobody@example.org.");
  expect_failure (server, "alice@example.org", "", XMPP_ERROR_AUTH,
                  "That password is not right for alice@example.org.");
  expect_failure (server, "alice@example.com", "right", XMPP_ERROR_HOST_UNKNOWN,
                  "The server at 127.0.0.1 does not serve example.com. Check the address.");
  expect_failure (server, "alice@example.org/taken", "right", XMPP_ERROR_CONFLICT,
                  "Another program is signed in to this account under the same name.");
  expect_failure (server, "example.org", "right", XMPP_ERROR_BAD_JID,
                  "\u201cexample.org\u201d has no account name. Write it as name@server.");
}

static void
test_unreachable (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  XmppClient *client;

  g_socket_listener_close (listener);
  client = make_client (server, "alice@example.org", "x", port, XMPP_TLS_STARTTLS);
  error = test_client_connect (client);
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_UNREACHABLE);
  test_client_disconnect_and_free (client);
  g_clear_error (&error);

  hostile_relay_set_refusing (relay, TRUE);
  client = make_client (server, "alice@example.org", "x", hostile_relay_get_port (relay), XMPP_TLS_STARTTLS);
  error = test_client_connect (client);
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CLOSED);
  test_client_disconnect_and_free (client);
}

static gboolean
on_certificate (XmppClient           *client,
                GTlsCertificate      *certificate,
                GTlsCertificateFlags  problems,
                gpointer              user_data)
{
  guint *asked = user_data;

  g_assert_true (problems & G_TLS_CERTIFICATE_UNKNOWN_CA);
  return ++*asked == 2;
}

static void
test_certificates (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (GError) error = NULL;
  guint asked = 0;
  XmppClient *client;

  test_server_add_account (server, "alice", "right");
  client = make_client (NULL, "alice@example.org", "right", test_server_get_port (server), XMPP_TLS_STARTTLS);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (on_certificate), &asked);
  error = test_client_connect (client);
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CERTIFICATE);
  g_assert_cmpstr (error->message, ==,
                   "The certificate of example.org is not to be trusted: nobody known has signed it.");
  g_clear_error (&error);
  /* Asked again, the user says yes, and is not asked a third time. */
  error = test_client_connect (client);
  g_assert_no_error (error);
  g_assert_cmpuint (asked, ==, 2);
  {
    GAsyncResult *result = NULL;

    xmpp_client_disconnect_async (client, NULL, test_keep_result, &result);
    test_wait_for (result != NULL);
    g_object_unref (result);
  }
  error = test_client_connect (client);
  g_assert_no_error (error);
  g_assert_cmpuint (asked, ==, 2);
  test_client_disconnect_and_free (client);
}

static void
test_registration (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (GError) error = NULL;
  static const struct { const char *user; const char *password; gboolean open; const char *message; } table[] = {
    { "carol", "pw", FALSE, "The server example.org does not let new accounts be made from here." },
    { "carol", "pw", TRUE, NULL },
    { "carol", "pw2", TRUE, "carol@example.org is taken already. Choose another name." },
    { "dave", "", TRUE, "The account was not made: A user name and a password are needed." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *address = g_strconcat (table[i].user, "@example.org", NULL);
      XmppClient *client = make_client (server, address, table[i].password, test_server_get_port (server),
                                        XMPP_TLS_STARTTLS);
      GAsyncResult *result = NULL;

      test_server_set_registration (server, table[i].open);
      xmpp_client_register_async (client, NULL, test_keep_result, &result);
      test_wait_for (result != NULL);
      xmpp_client_register_finish (client, result, &error);
      g_object_unref (result);
      if (table[i].message != NULL)
        {
          g_assert_error (error, XMPP_ERROR, XMPP_ERROR_REGISTRATION);
          g_assert_cmpstr (error->message, ==, table[i].message);
          g_clear_error (&error);
        }
      else
        {
          g_assert_no_error (error);
          error = test_client_connect (client);
          g_assert_no_error (error);
        }
      test_client_disconnect_and_free (client);
    }
}

typedef struct
{
  GPtrArray *bodies;
  guint resumed;
  guint fresh;
} Watch;

static gboolean
on_message (XmppPorter *porter,
            XmppNode   *stanza,
            gpointer    user_data)
{
  g_ptr_array_add (((Watch *) user_data)->bodies, g_strdup (xmpp_node_child_text (stanza, "body", NULL)));
  return TRUE;
}

static void
on_porter_connected (XmppPorter *porter,
                     gboolean    resumed,
                     gpointer    user_data)
{
  Watch *watch = user_data;

  if (resumed)
    watch->resumed++;
  else
    watch->fresh++;
}

static void
send_number (XmppClient *client,
             const char *to,
             guint       number)
{
  XmppNode *message = xmpp_stanza_new ("message", "chat", to);
  g_autofree char *text = g_strdup_printf ("%u", number);

  xmpp_node_add_text_child (message, "body", NULL, text);
  xmpp_porter_send (xmpp_client_get_porter (client), message);
}

static void
watch_client (XmppClient *client,
              Watch      *watch)
{
  XmppPorter *porter = xmpp_client_get_porter (client);

  memset (watch, 0, sizeof *watch);
  watch->bodies = g_ptr_array_new_with_free_func (g_free);
  xmpp_porter_add_handler (porter, "message", NULL, NULL, NULL, 0, on_message, watch, NULL);
  g_signal_connect (porter, "connected", G_CALLBACK (on_porter_connected), watch);
}

/* Messages under way both ways when the connection is cut arrive once and in order. */
static void
test_resumption (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
  XmppClient *alice;
  XmppClient *bob;
  Watch at_alice;
  Watch at_bob;
  guint sent = 0;

  test_server_add_account (server, "alice", "a");
  test_server_add_account (server, "bob", "b");
  alice = make_client (server, "alice@example.org/x", "a", hostile_relay_get_port (relay), XMPP_TLS_STARTTLS);
  bob = make_client (server, "bob@example.org/x", "b", test_server_get_port (server), XMPP_TLS_STARTTLS);
  watch_client (alice, &at_alice);
  watch_client (bob, &at_bob);
  g_assert_null (test_client_connect (alice));
  g_assert_null (test_client_connect (bob));

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 25; i++, sent++)
        {
          send_number (alice, "bob@example.org/x", sent);
          send_number (bob, "alice@example.org/x", sent);
        }
      hostile_relay_cut_after (relay, 500 + 800 * round);
      test_wait_for (xmpp_client_get_state (alice) == XMPP_CLIENT_WAITING);
      g_assert_cmpuint (xmpp_client_get_retry_seconds (alice), <=, 2);
      xmpp_client_retry_now (alice);
      test_wait_for (xmpp_client_get_state (alice) == XMPP_CLIENT_ONLINE);
      test_wait_for (at_bob.bodies->len >= sent && at_alice.bodies->len >= sent);
    }
  g_assert_cmpuint (at_alice.resumed, ==, 3);
  g_assert_cmpuint (test_server_get_resumptions (server), ==, 3);
  g_assert_cmpuint (at_alice.bodies->len, ==, sent);
  g_assert_cmpuint (at_bob.bodies->len, ==, sent);
  for (guint i = 0; i < sent; i++)
    {
      g_autofree char *expected = g_strdup_printf ("%u", i);

      g_assert_cmpstr (g_ptr_array_index (at_alice.bodies, i), ==, expected);
      g_assert_cmpstr (g_ptr_array_index (at_bob.bodies, i), ==, expected);
    }
  ask (alice);
  test_client_disconnect_and_free (alice);
  test_client_disconnect_and_free (bob);
  g_ptr_array_unref (at_alice.bodies);
  g_ptr_array_unref (at_bob.bodies);
}

/* The server has forgotten the session: a new one begins, and the message that was never acknowledged goes again. */
static void
test_forgotten_session (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
  XmppClient *alice;
  XmppClient *bob;
  Watch at_alice;
  Watch at_bob;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  test_server_add_account (server, "alice", "a");
  test_server_add_account (server, "bob", "b");
  alice = make_client (server, "alice@example.org/x", "a", hostile_relay_get_port (relay), XMPP_TLS_STARTTLS);
  watch_client (alice, &at_alice);
  g_assert_null (test_client_connect (alice));
  hostile_relay_set_stalled (relay, TRUE);
  send_number (alice, "bob@example.org/x", 1);
  xmpp_porter_iq_async (xmpp_client_get_porter (alice), xmpp_iq_new ("get", "example.org", "q", "urn:q", NULL), 20,
                        NULL, test_keep_result, &result);
  hostile_relay_cut (relay);
  test_server_forget_sessions (server);
  bob = make_client (server, "bob@example.org/x", "b", test_server_get_port (server), XMPP_TLS_STARTTLS);
  watch_client (bob, &at_bob);
  g_assert_null (test_client_connect (bob));
  hostile_relay_set_stalled (relay, FALSE);
  test_wait_for (at_alice.fresh == 2);
  test_wait_for (at_bob.bodies->len == 1);
  test_wait_for (result != NULL);
  g_assert_null (xmpp_porter_iq_finish (xmpp_client_get_porter (alice), result, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CLOSED);
  g_object_unref (result);
  g_assert_cmpuint (at_alice.resumed, ==, 0);
  test_client_disconnect_and_free (alice);
  test_client_disconnect_and_free (bob);
  g_ptr_array_unref (at_alice.bodies);
  g_ptr_array_unref (at_bob.bodies);
}

/* An idle connection is probed; an answer keeps it, also when nothing comes after that, and silence ends it. */
static void
test_liveness (gconstpointer stream_management)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
  XmppClient *alice;
  Watch at_alice;
  gint64 heard;

  test_server_add_account (server, "alice", "a");
  test_server_set_stream_management (server, GPOINTER_TO_INT (stream_management));
  alice = make_client (server, "alice@example.org/x", "a", hostile_relay_get_port (relay), XMPP_TLS_STARTTLS);
  alice->liveness_ms = 400;
  alice->silence_ms = 300;
  watch_client (alice, &at_alice);
  g_assert_null (test_client_connect (alice));
  for (int probe = 0; probe < 3; probe++)
    {
      heard = xmpp_stream_get_last_received (alice->stream);
      test_wait_for (alice->stream == NULL || xmpp_stream_get_last_received (alice->stream) > heard);
      g_assert_cmpint (xmpp_client_get_state (alice), ==, XMPP_CLIENT_ONLINE);
    }
  g_assert_cmpuint (at_alice.fresh, ==, 1);
  g_assert_cmpuint (at_alice.resumed, ==, 0);

  hostile_relay_set_stalled (relay, TRUE);
  test_wait_for (xmpp_client_get_state (alice) == XMPP_CLIENT_WAITING);
  g_assert_error (xmpp_client_get_error (alice), XMPP_ERROR, XMPP_ERROR_TIMEOUT);
  hostile_relay_set_stalled (relay, FALSE);
  test_client_disconnect_and_free (alice);
  g_ptr_array_unref (at_alice.bodies);
}

/* What ends for good, and what is tried again. */
static void
test_stream_errors (void)
{
  static const struct { const char *condition; gboolean final; } table[] = {
    { "conflict", TRUE }, { "system-shutdown", FALSE }, { "not-authorized", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
      XmppClient *client;

      test_server_add_account (server, "alice", "a");
      client = make_client (server, "alice@example.org", "a", test_server_get_port (server), XMPP_TLS_STARTTLS);
      g_assert_null (test_client_connect (client));
      test_server_close_all (server, table[i].condition);
      test_wait_for (xmpp_client_get_state (client) != XMPP_CLIENT_ONLINE);
      g_assert_cmpint (xmpp_client_get_state (client), ==, table[i].final ? XMPP_CLIENT_OFFLINE : XMPP_CLIENT_WAITING);
      g_assert_cmpstr (xmpp_error_get_condition (xmpp_client_get_error (client)), ==, table[i].condition);
      test_client_disconnect_and_free (client);
    }
}

/* Cut after any number of bytes: an error or a session, never a hang; and a stall is ended from outside. */
static void
test_cut_anywhere (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);

  test_server_add_account (server, "alice", "a");
  for (gsize at = 1; at < 6000; at += 331)
    {
      g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
      g_autoptr (GError) error = NULL;
      XmppClient *client = make_client (server, "alice@example.org", "a", hostile_relay_get_port (relay),
                                        XMPP_TLS_STARTTLS);

      hostile_relay_cut_after (relay, at);
      error = test_client_connect (client);
      if (error != NULL)
        g_assert_true (error->domain == XMPP_ERROR && error->code != XMPP_ERROR_AUTH);
      test_client_disconnect_and_free (client);
    }
}

static void
test_cancel (void)
{
  g_autoptr (TestServer) server = test_server_new ("example.org", FALSE);
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_server_get_port (server));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  XmppClient *client = make_client (server, "alice@example.org", "a", hostile_relay_get_port (relay),
                                    XMPP_TLS_STARTTLS);

  hostile_relay_set_stalled (relay, TRUE);
  xmpp_client_connect_async (client, cancellable, test_keep_result, &result);
  test_wait_for (hostile_relay_get_accepted (relay) > 0);
  g_cancellable_cancel (cancellable);
  test_wait_for (result != NULL);
  g_assert_false (xmpp_client_connect_finish (client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  g_clear_error (&error);

  /* disconnect ends a sign-in, too */
  xmpp_client_connect_async (client, NULL, test_keep_result, &result);
  test_wait_for (hostile_relay_get_accepted (relay) > 1);
  {
    GAsyncResult *disconnected = NULL;

    xmpp_client_disconnect_async (client, NULL, test_keep_result, &disconnected);
    test_wait_for (result != NULL && disconnected != NULL);
    g_object_unref (disconnected);
  }
  g_assert_false (xmpp_client_connect_finish (client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_object_unref (result);
  test_client_disconnect_and_free (client);
}

int
main (int   argc,
      char *argv[])
{
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/sign-in", test_sign_in);
  g_test_add_func ("/client/refusals", test_refusals);
  g_test_add_func ("/client/unreachable", test_unreachable);
  g_test_add_func ("/client/certificates", test_certificates);
  g_test_add_func ("/client/registration", test_registration);
  g_test_add_func ("/client/resumption", test_resumption);
  g_test_add_func ("/client/forgotten-session", test_forgotten_session);
  g_test_add_data_func ("/client/liveness/ping", GINT_TO_POINTER (FALSE), test_liveness);
  g_test_add_data_func ("/client/liveness/stream-management", GINT_TO_POINTER (TRUE), test_liveness);
  g_test_add_func ("/client/stream-errors", test_stream_errors);
  g_test_add_func ("/client/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/client/cancel", test_cancel);
  return g_test_run ();
}
