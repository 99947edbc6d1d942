/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <hostile-relay.h>

#include "person.h"
#include "test-interop.h"

/* The network goes away and comes back: the session goes on (XEP-0198), with all that happened meanwhile, once. */

typedef struct
{
  guint n_connected;
  guint n_resumed;
  guint n_messages;
} Counts;

static void
on_connected (XmppPorter *porter, gboolean resumed, Counts *counts)
{
  counts->n_connected++;
  counts->n_resumed += resumed;
}

static void
on_message (MienSession *session, MienConversation *conversation, MienMessage *message, Counts *counts)
{
  counts->n_messages++;
}

static void
test_cut (void)
{
  g_autoptr (HostileRelay) relay = hostile_relay_new (peer_get_port ());
  g_autoptr (Person) rita = person_new ("rita");
  g_autoptr (Person) ralf = person_new_through ("ralf", hostile_relay_get_port (relay));
  g_autoptr (cairo_surface_t) first = person_dress (rita, TRUE);
  g_autoptr (cairo_surface_t) second = person_dress (rita, FALSE);
  XmppClient *client = mien_session_get_client (ralf->session);
  MienConversation *to_ralf;
  MienMessage *message;
  Counts counts = { 0 };

  person_befriend (rita, ralf);
  person_publish (rita, first);
  peer_wait (person_sees (ralf, rita->jid, first, 80));
  g_signal_connect (mien_session_get_porter (ralf->session), "connected", G_CALLBACK (on_connected), &counts);
  g_signal_connect (ralf->session, "message", G_CALLBACK (on_message), &counts);

  hostile_relay_set_refusing (relay, TRUE);
  hostile_relay_cut (relay);
  peer_wait (xmpp_client_get_state (client) != XMPP_CLIENT_ONLINE);
  person_publish (rita, second);
  to_ralf = mien_session_get_conversation (rita->session, ralf->jid);
  message = mien_conversation_send (to_ralf, "Are you there?", NULL);
  hostile_relay_set_refusing (relay, FALSE);
  xmpp_client_retry_now (client);
  peer_wait (counts.n_connected == 1);
  g_assert_cmpuint (counts.n_resumed, ==, 1);
  peer_wait (person_sees (ralf, rita->jid, second, 80));
  peer_wait (mien_message_get_delivery (message) == MIEN_DELIVERY_DELIVERED);
  g_assert_cmpuint (counts.n_messages, ==, 1);

  /* Both ways go on: from here too, and nothing is lost in the cut itself. */
  message = mien_conversation_send (mien_session_get_conversation (ralf->session, rita->jid), "Yes.", NULL);
  hostile_relay_cut (relay);
  peer_wait (counts.n_connected == 2);
  g_assert_cmpuint (counts.n_resumed, ==, 2);
  peer_wait (mien_message_get_delivery (message) == MIEN_DELIVERY_DELIVERED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (to_ralf)), ==, 2);
  person_sign_out (ralf);
}

void
add_resume_tests (void)
{
  g_test_add_func ("/interop/resume/cut", test_cut);
}
