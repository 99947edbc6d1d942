/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/hostile-relay.h"
#include "xmpp-error.h"
#include "xmpp-porter-owner.h"

static GPtrArray *sent;   /* XmppNode */

static gboolean
keep (XmppPorter *porter,
      XmppNode   *stanza,
      gpointer    user_data)
{
  g_ptr_array_add (sent, xmpp_node_ref (stanza));
  return TRUE;
}

static XmppPorter *
make (void)
{
  XmppPorter *porter = xmpp_porter_new (keep, NULL);

  g_clear_pointer (&sent, g_ptr_array_unref);
  sent = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  xmpp_porter_connected (porter, "alice@example.org/desk", FALSE);
  return porter;
}

/* Who may answer what: RFC 6120 section 8.1.2.1. */
static void
test_answers (void)
{
  static const struct { const char *to; const char *from; gboolean taken; } table[] = {
    { "bob@example.org/x", "bob@example.org/x", TRUE },
    { "BOB@example.org/x", "bob@example.org/x", TRUE },
    { "bob@example.org/x", "bob@example.org", FALSE },
    { "bob@example.org/x", NULL, FALSE },
    { "bob@example.org/x", "eve@example.org/x", FALSE },
    { NULL, NULL, TRUE },
    { NULL, "alice@example.org", TRUE },
    { NULL, "alice@example.org/desk", TRUE },
    { NULL, "example.org", TRUE },
    { NULL, "bob@example.org", FALSE },
    { NULL, "example.com", FALSE },
    { "alice@example.org", NULL, TRUE },
    { "alice@example.org", "eve@example.org", FALSE },
    { "example.org", "example.org", TRUE },
    { "example.org", "alice@example.org", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppPorter) porter = make ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (XmppNode) answer = xmpp_stanza_new ("iq", "result", NULL);
      g_autoptr (XmppNode) got = NULL;
      GAsyncResult *result = NULL;

      xmpp_porter_iq_async (porter, xmpp_iq_new ("get", table[i].to, "q", "urn:q", NULL), 0, cancellable,
                            test_keep_result, &result);
      g_assert_cmpuint (sent->len, ==, 1);
      xmpp_node_set (answer, "id", xmpp_node_get (g_ptr_array_index (sent, 0), "id"));
      xmpp_node_set (answer, "from", table[i].from);
      xmpp_porter_dispatch (porter, answer);
      if (!table[i].taken)
        g_cancellable_cancel (cancellable);
      test_wait_for (result != NULL);
      got = xmpp_porter_iq_finish (porter, result, NULL);
      g_test_message ("line %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (got != NULL, ==, table[i].taken);
      g_object_unref (result);
    }
}

static guint calls[3];

static gboolean
handle (XmppPorter *porter,
        XmppNode   *stanza,
        gpointer    user_data)
{
  calls[GPOINTER_TO_UINT (user_data)]++;
  return GPOINTER_TO_UINT (user_data) == 1;
}

static gboolean
remove_both (XmppPorter *porter,
             XmppNode   *stanza,
             gpointer    user_data)
{
  guint *ids = user_data;

  xmpp_porter_remove_handler (porter, ids[0]);
  xmpp_porter_remove_handler (porter, ids[1]);
  return FALSE;
}

static void
test_handlers (void)
{
  g_autoptr (XmppPorter) porter = make ();
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", NULL);
  g_autoptr (XmppNode) request = xmpp_iq_new ("get", NULL, "q", "urn:q", NULL);
  guint ids[2];

  xmpp_porter_add_handler (porter, "message", NULL, NULL, NULL, 0, handle, GUINT_TO_POINTER (0), NULL);
  xmpp_porter_add_handler (porter, "message", "chat", "body", NULL, 5, handle, GUINT_TO_POINTER (1), NULL);
  xmpp_porter_dispatch (porter, message);
  g_assert_cmpuint (calls[0], ==, 1);
  xmpp_node_add_text_child (message, "body", NULL, "x");
  xmpp_porter_dispatch (porter, message);
  g_assert_cmpuint (calls[0], ==, 1);   /* the other one came first and took it */
  g_assert_cmpuint (calls[1], ==, 1);

  /* A handler may remove others, and itself, while a stanza is offered. */
  ids[1] = xmpp_porter_add_handler (porter, "message", NULL, NULL, NULL, 8, handle, GUINT_TO_POINTER (2), NULL);
  ids[0] = xmpp_porter_add_handler (porter, NULL, NULL, NULL, NULL, 9, remove_both, ids, NULL);
  xmpp_porter_dispatch (porter, message);
  g_assert_cmpuint (calls[2], ==, 0);
  g_assert_cmpuint (calls[1], ==, 2);

  /* Nobody knows urn:q. */
  xmpp_node_set (request, "id", "1");
  xmpp_node_set (request, "from", "bob@example.org/x");
  xmpp_porter_dispatch (porter, request);
  g_assert_cmpuint (sent->len, ==, 1);
  g_assert_cmpstr (xmpp_stanza_get_error_condition (g_ptr_array_index (sent, 0)), ==, "service-unavailable");
  g_assert_cmpstr (xmpp_node_get (g_ptr_array_index (sent, 0), "to"), ==, "bob@example.org/x");
}

static void
test_ends (void)
{
  g_autoptr (XmppPorter) porter = make ();
  GAsyncResult *lost = NULL;
  GAsyncResult *late = NULL;
  GAsyncResult *offline = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", NULL, "q", "urn:q", NULL), 1, NULL, test_keep_result, &late);
  xmpp_porter_disconnected (porter, TRUE, NULL);
  test_wait_for (late != NULL);
  g_assert_null (xmpp_porter_iq_finish (porter, late, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_TIMEOUT);
  g_clear_error (&error);

  xmpp_porter_connected (porter, "alice@example.org/desk", TRUE);
  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", NULL, "q", "urn:q", NULL), 0, NULL, test_keep_result, &lost);
  xmpp_porter_disconnected (porter, FALSE, NULL);
  test_wait_for (lost != NULL);
  g_assert_null (xmpp_porter_iq_finish (porter, lost, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CLOSED);
  g_clear_error (&error);

  g_assert_false (xmpp_porter_send (porter, xmpp_stanza_new ("presence", NULL, NULL)));
  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", NULL, "q", "urn:q", NULL), 0, NULL, test_keep_result, &offline);
  test_wait_for (offline != NULL);
  g_assert_null (xmpp_porter_iq_finish (porter, offline, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CLOSED);
  g_object_unref (lost);
  g_object_unref (late);
  g_object_unref (offline);
}

int
main (int   argc,
      char *argv[])
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/porter/answers", test_answers);
  g_test_add_func ("/porter/handlers", test_handlers);
  g_test_add_func ("/porter/ends", test_ends);
  failed = g_test_run ();
  g_clear_pointer (&sent, g_ptr_array_unref);
  return failed;
}
