/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prosody.h"
#include "client-calls.h"
#include "hostile-relay.h"
#include "xmpp-client.h"
#include "xmpp-component.h"
#include "xmpp-error.h"

/* libxmpp's client and component against Debian's Prosody. */

static TestProsody *prosody;

static XmppClient *
make_client (const char *address,
             const char *password,
             guint16     port)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new (address, NULL);
  XmppClient *client = xmpp_client_new (jid);

  xmpp_client_set_password (client, password);
  xmpp_client_set_host (client, "127.0.0.1", port, XMPP_TLS_STARTTLS);
  xmpp_client_set_tls_database (client, test_prosody_get_database (prosody));
  return client;
}

static XmppNode *
ask (XmppPorter *porter,
     const char *to)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  XmppNode *answer;

  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", to, "ping", "urn:xmpp:ping", NULL), 10, NULL, test_keep_result,
                        &result);
  test_wait_for (result != NULL);
  answer = xmpp_porter_iq_finish (porter, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return answer;
}

static void
test_sign_in (void)
{
  XmppClient *client = make_client ("Alice@localhost/desk", "alice-secret", test_prosody_get_port (prosody));
  g_autoptr (GError) error = test_client_connect (client);
  g_autoptr (XmppNode) answer = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_jid_get_bare (xmpp_client_get_jid (client)), ==, "alice@localhost");
  answer = ask (xmpp_client_get_porter (client), "localhost");
  test_client_disconnect_and_free (client);
}

static void
test_refusals (void)
{
  static const struct { const char *address; const char *password; int code; } table[] = {
    { "alice@localhost", "wrong", XMPP_ERROR_AUTH },
    { "nobody@localhost", "alice-secret", XMPP_ERROR_AUTH },
    { "alice@elsewhere.example", "alice-secret", XMPP_ERROR_HOST_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      XmppClient *client = make_client (table[i].address, table[i].password, test_prosody_get_port (prosody));
      g_autoptr (GError) error = test_client_connect (client);

      g_assert_error (error, XMPP_ERROR, table[i].code);
      test_client_disconnect_and_free (client);
    }
}

static gboolean
on_message (XmppPorter *porter,
            XmppNode   *stanza,
            gpointer    user_data)
{
  g_ptr_array_add (user_data, g_strdup (xmpp_node_child_text (stanza, "body", NULL)));
  return TRUE;
}

static void
on_connected (XmppPorter *porter,
              gboolean    resumed,
              gpointer    user_data)
{
  ((guint *) user_data)[resumed ? 1 : 0]++;
}

/* XEP-0198: cut in the middle, resumed, every message once and in order. */
static void
test_resumption (void)
{
  g_autoptr (HostileRelay) relay = hostile_relay_new (test_prosody_get_port (prosody));
  XmppClient *alice = make_client ("alice@localhost/x", "alice-secret", hostile_relay_get_port (relay));
  XmppClient *bob = make_client ("bob@localhost/x", "bob-secret", test_prosody_get_port (prosody));
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (g_free);
  guint connected[2] = { 0, 0 };

  xmpp_porter_add_handler (xmpp_client_get_porter (bob), "message", NULL, "body", NULL, 0, on_message, bodies, NULL);
  g_signal_connect (xmpp_client_get_porter (alice), "connected", G_CALLBACK (on_connected), connected);
  g_assert_null (test_client_connect (alice));
  g_assert_null (test_client_connect (bob));
  for (guint i = 0; i < 20; i++)
    {
      XmppNode *message = xmpp_stanza_new ("message", "chat", xmpp_jid_get_full (xmpp_client_get_jid (bob)));
      g_autofree char *text = g_strdup_printf ("%u", i);

      xmpp_node_add_text_child (message, "body", NULL, text);
      g_assert_true (xmpp_porter_send (xmpp_client_get_porter (alice), message));
    }
  hostile_relay_cut_after (relay, 900);
  test_wait_for (connected[1] == 1);
  test_wait_for (bodies->len >= 20);
  g_assert_cmpuint (connected[0], ==, 1);
  g_assert_cmpuint (bodies->len, ==, 20);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_cmpstr (g_ptr_array_index (bodies, i), ==, text);
    }
  test_client_disconnect_and_free (alice);
  test_client_disconnect_and_free (bob);
}

static gboolean
on_ping (XmppPorter *porter,
         XmppNode   *stanza,
         gpointer    user_data)
{
  return xmpp_porter_send (porter, xmpp_iq_result_for (stanza));
}

static void
count (XmppComponent *component,
       guint         *number)
{
  (*number)++;
}

static void
keep_error (XmppComponent *component,
            const GError  *error,
            GError       **kept)
{
  g_clear_error (kept);
  *kept = g_error_copy (error);
}

static void
test_component (void)
{
  XmppComponent *component = xmpp_component_new (TEST_PROSODY_COMPONENT, "127.0.0.1",
                                                 test_prosody_get_component_port (prosody), TEST_PROSODY_SECRET);
  XmppComponent *liar = xmpp_component_new (TEST_PROSODY_COMPONENT, "127.0.0.1",
                                            test_prosody_get_component_port (prosody), "wrong");
  XmppClient *client = make_client ("alice@localhost", "alice-secret", test_prosody_get_port (prosody));
  g_autoptr (XmppNode) answer = NULL;
  g_autoptr (GError) error = NULL;
  guint connected = 0;

  g_signal_connect (liar, "failed", G_CALLBACK (keep_error), &error);
  xmpp_component_start (liar);
  test_wait_for (error != NULL);
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_AUTH);
  xmpp_component_stop (liar);

  g_signal_connect (component, "connected", G_CALLBACK (count), &connected);
  xmpp_porter_add_handler (xmpp_component_get_porter (component), "iq", "get", "ping", "urn:xmpp:ping", 0, on_ping,
                           NULL, NULL);
  xmpp_component_start (component);
  test_wait_for (connected == 1);
  g_assert_null (test_client_connect (client));
  answer = ask (xmpp_client_get_porter (client), TEST_PROSODY_COMPONENT);
  g_assert_cmpstr (xmpp_node_get (answer, "from"), ==, TEST_PROSODY_COMPONENT);
  test_client_disconnect_and_free (client);
  xmpp_component_stop (component);
  g_assert_finalize_object (component);
  g_assert_finalize_object (liar);
}

int
main (int   argc,
      char *argv[])
{
  int failed;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!test_prosody_is_installed ())
    {
      g_print ("1..0 # SKIP Prosody is not installed\n");
      return 0;
    }
  prosody = test_prosody_new ();
  test_prosody_add_account (prosody, "alice", "alice-secret");
  test_prosody_add_account (prosody, "bob", "bob-secret");
  test_prosody_start (prosody);
  g_test_add_func ("/prosody/sign-in", test_sign_in);
  g_test_add_func ("/prosody/refusals", test_refusals);
  g_test_add_func ("/prosody/resumption", test_resumption);
  g_test_add_func ("/prosody/component", test_component);
  failed = g_test_run ();
  test_prosody_free (prosody);
  return failed;
}
