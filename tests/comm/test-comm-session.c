/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <mien-portrait-query.h>
#include <mien-session.h>
#include <xep/xmpp-xep.h>
#include <xmpp-component.h>
#include <xmpp-error.h>

#include "folder.h"

/* Sessions end to end: built once for Debian's Prosody and once for the in-tree server,
 * which then runs in this process. */
#ifdef TEST_IN_TREE
#include "../server/im-test-client.h"
#define DOMAIN IM_TEST_DOMAIN
#define SERVICE "portrait." DOMAIN
#define SERVICE_SECRET "component-secret"
static ImServer *server;
#else
#include "prosody.h"
#define DOMAIN "localhost"
#define SERVICE TEST_PROSODY_COMPONENT
#define SERVICE_SECRET TEST_PROSODY_SECRET
static TestProsody *server;
#endif

static guint16 port;
static guint16 component_port;

typedef struct
{
  MienSession *session;
  char        *directory;
  gboolean     done;
  GError      *error;
  guint        n_requests;
  guint        n_messages;
  guint        n_events;
  char        *event_from;
  guint        n_services;
} Person;

#define WAIT_SECONDS 20

#define wait_until(condition) G_STMT_START { \
  gint64 wait_deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC; \
  guint wait_tick = g_timeout_add (50, wait_on_tick, NULL); \
  while (!(condition) && g_get_monotonic_time () < wait_deadline) \
    g_main_context_iteration (NULL, TRUE); \
  g_source_remove (wait_tick); \
  if (!(condition)) \
    { \
      print_log (); \
    } \
  g_assert_true (condition); } G_STMT_END

static void
print_log (void)
{
#ifndef TEST_IN_TREE
  g_autofree char *log = test_prosody_get_log (server);

  g_printerr ("%s\n", log);
#endif
}

static gboolean
wait_on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
on_request (MienRoster *roster, MienFriend *friend, Person *person)
{
  person->n_requests++;
}

static void
on_message (MienSession *session, MienConversation *conversation, MienMessage *message, Person *person)
{
  person->n_messages++;
}

static void
on_services (MienSession *session, Person *person)
{
  person->n_services++;
}

static void
on_event (MienSession *session, const char *from, const char *node, XmppNode *items, gpointer data)
{
  Person *person = data;

  person->n_events++;
  g_free (person->event_from);
  person->event_from = g_strdup (from);
}

/* Each server has a certificate of its own making. */
static gboolean
on_certificate (XmppClient *client, GTlsCertificate *certificate, guint flags, gpointer data)
{
  return TRUE;
}

static void
person_open (Person *person, const char *name)
{
  g_autofree char *text = g_strdup_printf ("%s@" DOMAIN, name);
  g_autoptr (XmppJid) jid = xmpp_jid_new (text, NULL);

  if (person->directory == NULL)
    person->directory = test_folder_new ("session");
  person->session = mien_session_new (jid, person->directory);
  xmpp_client_set_host (mien_session_get_client (person->session), "127.0.0.1", port, XMPP_TLS_STARTTLS);
  g_signal_connect (mien_session_get_client (person->session), "accept-certificate", G_CALLBACK (on_certificate), NULL);
  g_signal_connect (mien_session_get_roster (person->session), "subscription-request", G_CALLBACK (on_request), person);
  g_signal_connect (person->session, "message", G_CALLBACK (on_message), person);
  g_signal_connect (person->session, "services-found", G_CALLBACK (on_services), person);
  mien_session_watch_pep (person->session, XMPP_NS_AVATAR_METADATA, on_event, person);
}

static void
on_in (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  g_clear_error (&person->error);
  mien_session_sign_in_finish (MIEN_SESSION (source), result, &person->error);
  person->done = TRUE;
}

static void
person_sign_in (Person *person, const char *name, const char *password)
{
  person_open (person, name);
  person->done = FALSE;
  mien_session_sign_in_async (person->session, password, NULL, on_in, person);
  wait_until (person->done);
}

static void
on_out (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Person *) data)->done = mien_session_sign_out_finish (MIEN_SESSION (source), result, NULL) || TRUE;
}

static void
person_sign_out (Person *person)
{
  person->done = FALSE;
  mien_session_sign_out_async (person->session, on_out, person);
  wait_until (person->done);
  g_signal_handlers_disconnect_by_data (person->session, person);
  g_object_run_dispose (G_OBJECT (person->session));
  g_clear_object (&person->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
person_clear (Person *person)
{
  g_autofree char *roster = g_build_filename (person->directory, "roster", NULL);

  if (person->session != NULL)
    person_sign_out (person);
  g_remove (roster);
  g_rmdir (person->directory);
  g_free (person->directory);
  g_free (person->event_from);
  g_clear_error (&person->error);
  memset (person, 0, sizeof *person);
}

static MienFriend *
friend_of (Person *person, const char *jid)
{
  return mien_roster_lookup (mien_session_get_roster (person->session), jid);
}

static MienPresence
presence_of (Person *person, const char *jid)
{
  MienFriend *friend = friend_of (person, jid);

  return friend != NULL ? mien_friend_get_presence (friend) : MIEN_PRESENCE_OFFLINE;
}

static MienMessage *
message_at (MienConversation *conversation, guint position)
{
  g_autoptr (MienMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), position);

  return message;
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  g_clear_error (&person->error);
  mien_roster_change_finish (MIEN_ROSTER (source), result, &person->error);
  person->done = TRUE;
}

static void
test_wrong_password (void)
{
  Person alice = { 0 };

  person_sign_in (&alice, "alice", "wrong");
  g_assert_error (alice.error, XMPP_ERROR, XMPP_ERROR_AUTH);
  person_clear (&alice);
}

static void
test_friends (void)
{
  Person alice = { 0 };
  Person bob = { 0 };
  MienRoster *roster;

  person_sign_in (&alice, "alice", "alice");
  g_assert_no_error (alice.error);
  person_sign_in (&bob, "bob", "bob");
  g_assert_no_error (bob.error);
  wait_until (mien_roster_is_loaded (mien_session_get_roster (alice.session)));
  wait_until (mien_roster_is_loaded (mien_session_get_roster (bob.session)));

  /* Asked, accepted, and both see each other. */
  roster = mien_session_get_roster (alice.session);
  alice.done = FALSE;
  mien_roster_add_async (roster, "bob@" DOMAIN, "Bob Chen", NULL, on_changed, &alice);
  wait_until (alice.done);
  g_assert_no_error (alice.error);
  wait_until (bob.n_requests == 1);
  g_assert_true (mien_friend_get_pending_in (friend_of (&bob, "alice@" DOMAIN)));
  mien_roster_answer (mien_session_get_roster (bob.session), "alice@" DOMAIN, TRUE);
  wait_until (friend_of (&alice, "bob@" DOMAIN) != NULL
              && mien_friend_get_subscription (friend_of (&alice, "bob@" DOMAIN)) == MIEN_SUBSCRIPTION_BOTH);
  wait_until (presence_of (&alice, "bob@" DOMAIN) == MIEN_PRESENCE_ONLINE);
  wait_until (presence_of (&bob, "alice@" DOMAIN) == MIEN_PRESENCE_ONLINE);
  g_assert_cmpstr (mien_friend_get_name (friend_of (&alice, "bob@" DOMAIN)), ==, "Bob Chen");

  mien_session_set_presence (bob.session, MIEN_PRESENCE_DND, "at lunch");
  wait_until (presence_of (&alice, "bob@" DOMAIN) == MIEN_PRESENCE_DND);
  g_assert_cmpstr (mien_friend_get_status (friend_of (&alice, "bob@" DOMAIN)), ==, "at lunch");

  person_sign_out (&bob);
  wait_until (presence_of (&alice, "bob@" DOMAIN) == MIEN_PRESENCE_OFFLINE);
  person_clear (&bob);
  person_clear (&alice);
}

static void
test_messages (void)
{
  Person alice = { 0 };
  Person phone = { 0 };
  Person bob = { 0 };
  MienConversation *to_bob;
  MienConversation *to_alice;
  MienMessage *message;

  person_sign_in (&alice, "alice", "alice");
  person_sign_in (&phone, "alice", "alice");
  person_sign_in (&bob, "bob", "bob");
  wait_until (presence_of (&alice, "bob@" DOMAIN) != MIEN_PRESENCE_OFFLINE);
  wait_until (presence_of (&bob, "alice@" DOMAIN) != MIEN_PRESENCE_OFFLINE);

  to_bob = mien_session_get_conversation (alice.session, "bob@" DOMAIN);
  to_alice = mien_session_get_conversation (bob.session, "alice@" DOMAIN);
  message = mien_conversation_send (to_bob, "Did you see my hat?", NULL);
  wait_until (mien_message_get_delivery (message) == MIEN_DELIVERY_DELIVERED);
  g_assert_cmpuint (bob.n_messages, ==, 1);
  g_assert_cmpstr (mien_message_get_body (message_at (to_alice, 0)), ==, "Did you see my hat?");
  g_assert_cmpuint (mien_friend_get_unread (friend_of (&bob, "alice@" DOMAIN)), ==, 1);

  /* The other device has it too, as ours. */
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (mien_session_get_conversation (phone.session,
                                                                                     "bob@" DOMAIN))) == 1);
  g_assert_true (mien_message_is_own (message_at (mien_session_get_conversation (phone.session, "bob@" DOMAIN), 0)));
  g_assert_cmpuint (phone.n_messages, ==, 0);

  mien_conversation_set_typing (to_alice, TRUE);
  wait_until (mien_conversation_get_friend_typing (to_bob));
  mien_conversation_send (to_alice, "Suits you!", NULL);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (to_bob)) == 2);
  g_assert_false (mien_conversation_get_friend_typing (to_bob));
  wait_until (phone.n_messages == 1);

  /* Bob is away; what was said waits for him with its time. */
  person_sign_out (&bob);
  wait_until (presence_of (&alice, "bob@" DOMAIN) == MIEN_PRESENCE_OFFLINE);
  message = mien_conversation_send (to_bob, "Good night", NULL);
  wait_until (mien_message_get_delivery (message) == MIEN_DELIVERY_SENT);
  person_sign_in (&bob, "bob", "bob");
  wait_until (bob.n_messages == 2);
  to_alice = mien_session_get_conversation (bob.session, "alice@" DOMAIN);
  g_assert_cmpstr (mien_message_get_body (message_at (to_alice, 0)), ==, "Good night");

  message = mien_conversation_send (mien_session_get_conversation (alice.session, "nobody@" DOMAIN), "Hello?", NULL);
#ifdef TEST_IN_TREE
  /* This server does not tell who has an account (RFC 6121 section 8.5.1). */
  wait_until (mien_message_get_delivery (message) == MIEN_DELIVERY_SENT);
#else
  wait_until (mien_message_get_delivery (message) == MIEN_DELIVERY_FAILED);
  g_assert_nonnull (mien_message_get_error (message));
#endif
  person_clear (&bob);
  person_clear (&phone);
  person_clear (&alice);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;
  g_autoptr (XmppNode) answer = NULL;

  g_clear_error (&person->error);
  answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &person->error);
  person->done = TRUE;
}

static void
test_pep (void)
{
  static const char sha1[] = "111f4b3c50d7b0df729d299bc6f8e9ef9066971f";
  g_autoptr (XmppAvatarMetadata) metadata = xmpp_avatar_metadata_new ();
  Person alice = { 0 };
  Person bob = { 0 };
  XmppPorter *porter;
  XmppNode *nick = xmpp_node_new ("nick", XMPP_NS_NICK);

  person_sign_in (&alice, "alice", "alice");
  person_sign_in (&bob, "bob", "bob");
  wait_until (presence_of (&alice, "bob@" DOMAIN) != MIEN_PRESENCE_OFFLINE);

  porter = mien_session_get_porter (bob.session);
  g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (sha1, "image/png", NULL, 10, 192, 192));
  bob.done = FALSE;
  xmpp_porter_iq_async (porter, xmpp_pubsub_publish (NULL, XMPP_NS_AVATAR_METADATA, sha1,
                                                     xmpp_avatar_metadata_to_node (metadata), NULL),
                        0, NULL, on_published, &bob);
  wait_until (bob.done);
  g_assert_no_error (bob.error);
  wait_until (alice.n_events >= 1);
  g_assert_cmpstr (alice.event_from, ==, "bob@" DOMAIN);
  wait_until (bob.n_events >= 1);

  xmpp_node_append_text (nick, "Bobby");
  bob.done = FALSE;
  xmpp_porter_iq_async (porter, xmpp_pubsub_publish (NULL, XMPP_NS_NICK, "current", nick, NULL), 0, NULL,
                        on_published, &bob);
  wait_until (bob.done);
  wait_until (g_str_equal (mien_session_get_nickname (bob.session), "Bobby"));
  /* The name that alice gave goes before it. */
  g_assert_cmpstr (mien_friend_get_name (friend_of (&alice, "bob@" DOMAIN)), ==, "Bob Chen");
  person_clear (&bob);
  person_clear (&alice);
}

static gboolean
on_component_info (XmppPorter *porter, XmppNode *iq, gpointer data)
{
  g_autoptr (XmppDiscoInfo) info = xmpp_disco_info_new ();
  XmppForm *form = xmpp_form_new ("result", MIEN_PORTRAIT_FORM_TYPE);

  xmpp_disco_info_add_identity (info, "store", "file", NULL, "Portraits");
  xmpp_disco_info_add_feature (info, MIEN_NS_PORTRAIT);
  xmpp_form_add (form, MIEN_PORTRAIT_FIELD_CATALOGUE, NULL, "http://127.0.0.1:1/avatars/catalogue.json");
  xmpp_disco_info_take_form (info, form);
  xmpp_porter_send (porter, xmpp_disco_info_result (iq, info));
  return TRUE;
}

static void
test_services (void)
{
  g_autoptr (XmppComponent) component = xmpp_component_new (SERVICE, "127.0.0.1", component_port,
                                                            SERVICE_SECRET);
  XmppPorter *porter = xmpp_component_get_porter (component);
  Person alice = { 0 };

  xmpp_porter_add_handler (porter, "iq", "get", "query", XMPP_NS_DISCO_INFO, 0, on_component_info, NULL, NULL);
  xmpp_component_start (component);
  wait_until (xmpp_porter_is_connected (porter));
  person_sign_in (&alice, "alice", "alice");
  wait_until (alice.n_services == 1);
  g_assert_cmpstr (mien_session_get_portrait_service (alice.session), ==, SERVICE);
  g_assert_cmpstr (mien_session_get_avatar_catalogue_uri (alice.session), ==,
                   "http://127.0.0.1:1/avatars/catalogue.json");
  person_clear (&alice);
  xmpp_component_stop (component);
}

typedef struct
{
  gboolean       done;
  XmppDiscoInfo *info;
} InfoAnswer;

static void
on_info (GObject *source, GAsyncResult *result, gpointer data)
{
  InfoAnswer *answer = data;
  g_autoptr (XmppNode) iq = xmpp_porter_iq_finish (XMPP_PORTER (source), result, NULL);

  answer->info = iq != NULL ? xmpp_disco_info_parse (iq) : NULL;
  answer->done = TRUE;
}

/* What we announce is what we answer. */
static void
test_capabilities (void)
{
  Person alice = { 0 };
  Person bob = { 0 };
  InfoAnswer answer = { 0 };
  const char *jid;

  person_sign_in (&alice, "alice", "alice");
  person_sign_in (&bob, "bob", "bob");
  wait_until (presence_of (&alice, "bob@" DOMAIN) != MIEN_PRESENCE_OFFLINE);
  jid = xmpp_porter_get_jid (mien_session_get_porter (bob.session));
  xmpp_porter_iq_async (mien_session_get_porter (alice.session), xmpp_disco_info_request (jid, NULL), 0, NULL,
                        on_info, &answer);
  wait_until (answer.done);
  g_assert_nonnull (answer.info);
  g_assert_true (xmpp_disco_info_has_feature (answer.info, XMPP_NS_AVATAR_METADATA "+notify"));
  g_assert_true (xmpp_disco_info_has_feature (answer.info, XMPP_NS_RECEIPTS));
  g_assert_true (xmpp_caps_is_well_formed (answer.info));
  xmpp_disco_info_free (answer.info);
  person_clear (&bob);
  person_clear (&alice);
}

#ifdef TEST_IN_TREE

static char *secret_path;

static gboolean
start_server (void)
{
  g_autofree char *more = NULL;
  g_autofree char *address = NULL;
  int fd = g_file_open_tmp ("mien-secret-XXXXXX", &secret_path, NULL);

  g_assert_cmpint (write (fd, SERVICE_SECRET, strlen (SERVICE_SECRET)), ==, strlen (SERVICE_SECRET));
  close (fd);
  more = g_strdup_printf ("component." SERVICE "=%s\n", secret_path);
  server = im_server_start (more);
  port = im_server_get_port (server);
  address = g_strdup (mien_server_config_get_bound (server->config, "component"));
  component_port = (guint16) g_ascii_strtoull (strrchr (address, ':') + 1, NULL, 10);
  return TRUE;
}

static void
stop_server (void)
{
  im_server_stop (server);
  g_unlink (secret_path);
  g_free (secret_path);
}

#else

/* A thousand friends: one question and its answer, from the network and from the file. */
static void
test_many_friends (void)
{
  Person carol = { 0 };
  gint64 start = g_get_monotonic_time ();

  person_sign_in (&carol, "carol", "carol");
  g_assert_no_error (carol.error);
  wait_until (mien_roster_is_loaded (mien_session_get_roster (carol.session)));
  g_test_message ("1000 friends from the network: %.0f ms", (g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpuint (mien_roster_get_size (mien_session_get_roster (carol.session)), ==, 1000);
  person_sign_out (&carol);

  start = g_get_monotonic_time ();
  person_open (&carol, "carol");
  wait_until (mien_roster_is_loaded (mien_session_get_roster (carol.session)));
  g_test_message ("1000 friends from the file: %.1f ms", (g_get_monotonic_time () - start) / 1000.0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (mien_session_get_roster (carol.session))), ==, 1000);
  person_clear (&carol);
}

static gboolean
start_server (void)
{
  if (!test_prosody_is_installed ())
    return FALSE;
  server = test_prosody_new ();
  test_prosody_add_account (server, "alice", "alice");
  test_prosody_add_account (server, "bob", "bob");
  test_prosody_add_account (server, "carol", "carol");
  test_prosody_add_friends (server, "carol", "friend", 1000);
  test_prosody_start (server);
  port = test_prosody_get_port (server);
  component_port = test_prosody_get_component_port (server);
  g_test_add_func ("/comm/session/many-friends", test_many_friends);
  return TRUE;
}

static void
stop_server (void)
{
  test_prosody_free (server);
}

#endif

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  if (!start_server ())
    {
      g_print ("1..0 # SKIP Prosody is not installed\n");
      return 0;
    }
  g_test_add_func ("/comm/session/wrong-password", test_wrong_password);
  g_test_add_func ("/comm/session/friends", test_friends);
  g_test_add_func ("/comm/session/messages", test_messages);
  g_test_add_func ("/comm/session/pep", test_pep);
  g_test_add_func ("/comm/session/services", test_services);
  g_test_add_func ("/comm/session/capabilities", test_capabilities);
  status = g_test_run ();
  stop_server ();
  return status;
}
