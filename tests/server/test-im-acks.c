/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stream management (XEP-0198) under load: who acknowledges is served whatever there is, who does not costs a bounded
 * amount of memory. */
#include "im-test-client.h"
#include "mien-im-private.h"
#include "xep/xmpp-presence.h"

#define FRIENDS 1000

typedef struct
{
  ImServer *server;
  ImClient *alice;
  guint     presences;     /* of friends */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = im_server_start (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  im_server_stop (fixture->server);
}

/* friend0 ... as accounts, friends with alice both ways. */
static gpointer
add_friends (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  XmppScramKeys keys;

  if (!xmpp_scram_keys_derive (&keys, "x", XMPP_SCRAM_ITERATIONS_MIN, error))
    return NULL;
  for (guint i = 0; i < FRIENDS; i++)
    {
      g_autofree char *jid = g_strdup_printf ("friend%u@" IM_TEST_DOMAIN, i);

      if (!mien_im_accounts_add (db, jid, &keys, error)
          || !mien_im_store_exec (db, error,
                                  "INSERT INTO roster (account, jid, bits, listed, version) VALUES (?1, ?2, 3, 1, ?3),"
                                  " (?2, ?1, 3, 1, 1)",
                                  "ssi", "alice@" IM_TEST_DOMAIN, jid, (gint64) i + 1))
        return NULL;
    }
  return NULL;
}

typedef struct
{
  char *status;
  guint there;
} Friends;

/* A session without a client: its connection is lost, and it waits to be resumed. It is there all the same. */
static void
on_friend (MienImAccount *account, gpointer user_data)
{
  Friends *friends = user_data;
  g_autoptr (XmppJid) jid = xmpp_jid_with_resource (account->jid, "desk", NULL);
  g_autoptr (GInputStream) input = g_memory_input_stream_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) io = g_simple_io_stream_new (input, output);
  g_autoptr (XmppStream) stream = xmpp_stream_new (io, XMPP_NS_CLIENT);
  g_autoptr (XmppNode) presence = xmpp_presence_new (XMPP_SHOW_ONLINE, friends->status, 0);
  MienImSession *session = mien_im_session_new (account, jid, stream);

  mien_im_session_detach (session);
  xmpp_node_set (presence, "from", xmpp_jid_get_full (jid));
  mien_im_presence_from (session, presence, NULL);
  mien_im_session_unref (session);
  mien_im_account_release (account);
  friends->there++;
}

static void
bring_friends (Fixture *fixture, gsize status_length)
{
  MienImRole *role = MIEN_IM_ROLE (fixture->server->role);
  g_autofree char *status = g_strnfill (status_length, 'x');
  Friends friends = { status, 0 };
  g_autoptr (GError) error = NULL;

  mien_database_run_sync (role->db, MIEN_DATABASE_WRITE, add_friends, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < FRIENDS; i++)
    {
      g_autofree char *address = g_strdup_printf ("friend%u@" IM_TEST_DOMAIN, i);
      g_autoptr (XmppJid) jid = xmpp_jid_new (address, NULL);

      mien_im_account_load (role, jid, on_friend, &friends);
    }
  im_turn_until (friends.there == FRIENDS);
}

static void
sign_in (Fixture *fixture, const char *user)
{
  fixture->alice = im_client_new (fixture->server, user, "desk");
  im_client_send (fixture->alice, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  xmpp_node_unref (im_client_wait (fixture->alice, "enabled", NULL, NULL, NULL));
}

static void
acknowledge (Fixture *fixture)
{
  im_client_send (fixture->alice, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", fixture->alice->handled);
}

/* Looks at all that has come. TRUE: it is over. */
static gboolean
take (Fixture *fixture, gboolean answer)
{
  XmppNode *node;

  while ((node = g_queue_pop_head (&fixture->alice->inbox)) != NULL)
    {
      fixture->presences += xmpp_node_is (node, "presence", NULL)
                            && g_str_has_prefix (xmpp_node_get (node, "from"), "friend");
      xmpp_node_unref (node);
    }
  if (answer && fixture->alice->acks_asked > 0)
    acknowledge (fixture);
  if (answer)
    fixture->alice->acks_asked = 0;
  return fixture->alice->closed || fixture->presences >= FRIENDS;
}

/* All of them are there before the first answer to the server's questions, which come along the way. */
static void
test_friends (Fixture *fixture, gconstpointer data)
{
  bring_friends (fixture, 20);
  sign_in (fixture, "alice");
  im_client_send (fixture->alice, "<presence/>");
  im_turn_until (take (fixture, FALSE));
  g_assert_false (fixture->alice->closed);
  g_assert_cmpuint (fixture->presences, ==, FRIENDS);
  g_assert_cmpuint (fixture->alice->acks_asked, >=, FRIENDS / XMPP_SM_REQUEST_EVERY - 1);
  acknowledge (fixture);
  im_client_ask_ok (fixture->alice, "get", IM_TEST_DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
  im_client_free (fixture->alice);
}

/* More than a client is given at once: it comes as fast as it is acknowledged, and does not pile up here. */
static void
test_large_presences (Fixture *fixture, gconstpointer data)
{
  MienImSession *session;
  guint before;

  bring_friends (fixture, 4000);
  sign_in (fixture, "alice");
  im_client_send (fixture->alice, "<presence/>");
  im_client_ask_ok (fixture->alice, "get", IM_TEST_DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
  im_turn_until (take (fixture, FALSE) || fixture->presences * 4000 > MIEN_IM_PACE_BYTES / 2);
  im_client_ask_ok (fixture->alice, "get", IM_TEST_DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
  take (fixture, FALSE);
  before = fixture->presences;
  g_assert_cmpuint (before, <, FRIENDS);
  session = g_ptr_array_index (
      mien_im_account_find (MIEN_IM_ROLE (fixture->server->role), "alice@" IM_TEST_DOMAIN)->sessions, 0);
  g_assert_cmpuint (xmpp_sm_get_unacked_bytes (session->sm), <, MIEN_IM_PACE_BYTES + MIEN_IM_MAX_PRESENCE);

  acknowledge (fixture);
  im_turn_until (take (fixture, TRUE));
  g_assert_false (fixture->alice->closed);
  g_assert_cmpuint (fixture->presences, ==, FRIENDS);
  im_client_free (fixture->alice);
}

/* It reads all, and acknowledges nothing. */
static void
test_never_acknowledges (Fixture *fixture, gconstpointer data)
{
  ImClient *bob = im_client_new (fixture->server, "bob", "desk");
  g_autofree char *body = g_strnfill (100 * 1024, 'x');
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "alice@" IM_TEST_DOMAIN "/desk");
  MienImRole *role = MIEN_IM_ROLE (fixture->server->role);
  gsize most = 0;
  guint sent = 0;

  xmpp_node_add_text_child (message, "body", NULL, body);
  sign_in (fixture, "alice");
  im_client_send (fixture->alice, "<presence/>");
  while (!fixture->alice->closed && sent < 1000)
    {
      MienImAccount *alice = mien_im_account_find (role, "alice@" IM_TEST_DOMAIN);

      if (alice != NULL && alice->sessions->len > 0)
        most = MAX (most, xmpp_sm_get_unacked_bytes (((MienImSession *) g_ptr_array_index (alice->sessions, 0))->sm));
      xmpp_stream_send (bob->stream, message);
      im_client_sync (bob);
      take (fixture, FALSE);
      sent++;
    }
  g_assert_true (fixture->alice->closed);
  g_assert_cmpstr (xmpp_error_get_condition (fixture->alice->error), ==, "policy-violation");
  g_assert_cmpuint (sent, <, MIEN_IM_MAX_UNACKED_BYTES / (100 * 1024) + 60);
  g_assert_cmpuint (most, >=, MIEN_IM_MAX_UNACKED_BYTES - 200 * 1024);
  g_assert_cmpuint (most, <=, MIEN_IM_MAX_UNACKED_BYTES + MIEN_IM_MAX_STANZA + 1024 * 1024);
  im_turn_until (mien_im_role_get_n_sessions (role) == 1);
  im_client_free (fixture->alice);

  /* The message that was one too many is not lost: it waits with the others, as many as an account may have. */
  fixture->alice = im_client_new (fixture->server, "alice", "desk");
  im_client_send (fixture->alice, "<presence/>");
  xmpp_node_unref (im_client_wait (fixture->alice, "message", "chat", "delay", NULL));
  im_client_free (fixture->alice);
  im_client_free (bob);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/im/acks/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("friends", test_friends);
  ADD ("large-presences", test_large_presences);
  ADD ("never-acknowledges", test_never_acknowledges);
  return g_test_run ();
}
