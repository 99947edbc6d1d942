/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include <mien-comm-error.h>
#include <mien-roster-private.h>
#include <xmpp-porter-owner.h>
#include <xmpp-reader.h>

#include "folder.h"

/* A roster over a porter without a socket: what it sends is kept, what it receives is written here. */
typedef struct
{
  XmppPorter *porter;
  MienRoster *roster;
  GPtrArray  *sent;                    /* of XmppNode */
  char       *directory;
  char       *path;
  guint       n_signals;
  guint       position, removed, added;
  guint       n_changed;
  guint       n_requests;
  gboolean    done;
  GError     *error;
  GPtrArray  *mirror;                  /* what a view would hold: kept by items-changed alone */
} Fixture;

static gboolean
on_send (XmppPorter *porter, XmppNode *stanza, gpointer data)
{
  g_ptr_array_add (((Fixture *) data)->sent, xmpp_node_ref (stanza));
  return TRUE;
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Fixture *f)
{
  f->n_signals++;
  f->position = position;
  f->removed = removed;
  f->added = added;
  if (removed > 0)
    g_ptr_array_remove_range (f->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (f->mirror, position + i, g_list_model_get_item (model, position + i));
}

static void
on_subscription_request (MienRoster *roster, MienFriend *friend, Fixture *f)
{
  f->n_requests++;
}

static void
new_roster (Fixture *f)
{
  f->roster = mien_roster_new (f->porter, "alice@example.org", f->path);
  g_signal_connect (f->roster, "items-changed", G_CALLBACK (on_items_changed), f);
  g_signal_connect (f->roster, "subscription-request", G_CALLBACK (on_subscription_request), f);
  g_ptr_array_set_size (f->mirror, 0);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_node_unref);
  f->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  f->porter = xmpp_porter_new (on_send, f);
  f->directory = test_folder_new ("roster");
  f->path = g_build_filename (f->directory, "roster", NULL);
  new_roster (f);
  xmpp_porter_connected (f->porter, "alice@example.org/home", FALSE);
}

static void
drop_roster (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->roster, f);
  g_object_run_dispose (G_OBJECT (f->roster));
  g_clear_object (&f->roster);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  drop_roster (f);
  xmpp_porter_dispose_owner (f->porter);
  g_assert_finalize_object (f->porter);
  g_ptr_array_unref (f->sent);
  g_ptr_array_unref (f->mirror);
  g_clear_error (&f->error);
  g_unlink (f->path);
  g_rmdir (f->directory);
  g_free (f->path);
  g_free (f->directory);
}

static void
receive (Fixture *f, const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) stanza = xmpp_node_parse (xml, -1, &error);

  g_assert_no_error (error);
  xmpp_porter_dispatch (f->porter, stanza);
}

static void G_GNUC_PRINTF (2, 3)
receivef (Fixture *f, const char *format, ...)
{
  va_list args;
  g_autofree char *xml = NULL;

  va_start (args, format);
  xml = g_strdup_vprintf (format, args);
  va_end (args);
  receive (f, xml);
}

static XmppNode *
last_sent (Fixture *f)
{
  return f->sent->len > 0 ? g_ptr_array_index (f->sent, f->sent->len - 1) : NULL;
}

/* Answers the last request with @payload. */
static void
answer (Fixture *f, const char *payload)
{
  const char *id = xmpp_node_get (last_sent (f), "id");

  receivef (f, "<iq xmlns='jabber:client' type='result' id='%s'>%s</iq>", id, payload);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
frame (Fixture *f)
{
  while (f->roster->frame != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static char *
shown (Fixture *f)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->roster)); i++)
    {
      g_autoptr (MienFriend) friend = g_list_model_get_item (G_LIST_MODEL (f->roster), i);

      g_assert_true (i < f->mirror->len && g_ptr_array_index (f->mirror, i) == (gpointer) friend);
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", mien_friend_get_name (friend));
    }
  g_assert_cmpuint (f->mirror->len, ==, g_list_model_get_n_items (G_LIST_MODEL (f->roster)));
  return g_string_free (text, FALSE);
}

#define assert_shown(f, expected) G_STMT_START { \
  g_autofree char *shown_text = shown (f); \
  g_assert_cmpstr (shown_text, ==, expected); } G_STMT_END

#define ROSTER "<query xmlns='jabber:iq:roster' ver='v1'>" \
  "<item jid='bob@example.org' name='Bob' subscription='both'/>" \
  "<item jid='carol@example.org' name='carol' subscription='both'><group>Work</group></item>" \
  "<item jid='dan@example.org' subscription='to' ask='subscribe'/>" \
  "<item jid='@@' subscription='both'/></query>"

static void
load (Fixture *f)
{
  mien_roster_request (f->roster);
  answer (f, ROSTER);
  frame (f);
}

static void
test_load (Fixture *f, gconstpointer unused)
{
  g_assert_false (mien_roster_is_loaded (f->roster));
  mien_roster_request (f->roster);
  g_assert_cmpstr (xmpp_node_get (xmpp_node_first (last_sent (f)), "ver"), ==, "");
  answer (f, ROSTER);
  g_assert_true (mien_roster_is_loaded (f->roster));
  assert_shown (f, "Bob carol dan");
  g_assert_cmpuint (f->n_signals, ==, 1);
  g_assert_cmpuint (mien_roster_get_size (f->roster), ==, 3);
  g_assert_cmpstr (f->roster->version, ==, "v1");
  g_assert_true (mien_friend_get_pending_out (mien_roster_lookup (f->roster, "dan@example.org")));
  g_assert_null (mien_roster_lookup (f->roster, "nobody@example.org"));
}

static void
test_presence_order (Fixture *f, gconstpointer unused)
{
  load (f);
  receive (f, "<presence xmlns='jabber:client' from='dan@example.org/x'/>");
  assert_shown (f, "Bob carol dan");
  frame (f);
  assert_shown (f, "dan Bob carol");
  g_assert_cmpuint (mien_roster_get_n_online (f->roster), ==, 1);

  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'><show>dnd</show></presence>");
  receive (f, "<presence xmlns='jabber:client' from='carol@example.org/x'><show>chat</show></presence>");
  frame (f);
  assert_shown (f, "carol dan Bob");

  receive (f, "<presence xmlns='jabber:client' type='unavailable' from='carol@example.org/x'/>");
  receive (f, "<presence xmlns='jabber:client' from='stranger@example.org/x'/>");
  receive (f, "<presence xmlns='jabber:client' from='alice@example.org/other'/>");
  frame (f);
  assert_shown (f, "dan Bob carol");
}

/* RFC 6121 section 4.7.2.3 */
static void
test_resources (Fixture *f, gconstpointer unused)
{
  static const struct { const char *xml; MienPresence presence; const char *status; } steps[] = {
    { "<presence xmlns='jabber:client' from='bob@example.org/a'><show>away</show><status>A</status></presence>",
      MIEN_PRESENCE_AWAY, "A" },
    { "<presence xmlns='jabber:client' from='bob@example.org/b'><status>B</status></presence>", MIEN_PRESENCE_ONLINE,
      "B" },
    { "<presence xmlns='jabber:client' from='bob@example.org/a'><show>xa</show><priority>5</priority></presence>",
      MIEN_PRESENCE_XA, NULL },
    { "<presence xmlns='jabber:client' from='bob@example.org/a' type='unavailable'/>", MIEN_PRESENCE_ONLINE, "B" },
    { "<presence xmlns='jabber:client' from='bob@example.org/zzz' type='unavailable'/>", MIEN_PRESENCE_ONLINE, "B" },
    { "<presence xmlns='jabber:client' from='bob@example.org/c'><priority>-1</priority></presence>",
      MIEN_PRESENCE_ONLINE, "B" },
    { "<presence xmlns='jabber:client' from='bob@example.org' type='unavailable'/>", MIEN_PRESENCE_OFFLINE, NULL },
  };
  MienFriend *friend;

  load (f);
  friend = mien_roster_lookup (f->roster, "bob@example.org");
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      receive (f, steps[i].xml);
      g_assert_cmpint (mien_friend_get_presence (friend), ==, steps[i].presence);
      g_assert_cmpstr (mien_friend_get_status (friend), ==, steps[i].status);
    }
  for (guint i = 0; i < 3 * MIEN_FRIEND_MAX_RESOURCES; i++)
    receivef (f, "<presence xmlns='jabber:client' from='bob@example.org/%u'/>", i);
  {
    guint count = 0;

    for (MienResource *resource = friend->resources; resource != NULL; resource = resource->next)
      count++;
    g_assert_cmpuint (count, ==, MIEN_FRIEND_MAX_RESOURCES);
  }
}

static void
on_changed (MienFriend *friend, Fixture *f)
{
  f->n_changed++;
}

/* Any number of stanzas are one change of the list and one of each friend. */
static void
test_coalescing (Fixture *f, gconstpointer unused)
{
  load (f);
  f->n_signals = 0;
  g_signal_connect (mien_roster_lookup (f->roster, "bob@example.org"), "changed", G_CALLBACK (on_changed), f);
  for (guint i = 0; i < 300; i++)
    {
      receivef (f, "<presence xmlns='jabber:client' from='bob@example.org/x'><status>%u</status></presence>", i);
      receivef (f, "<presence xmlns='jabber:client' from='carol@example.org/x'><status>%u</status></presence>", i);
    }
  g_assert_cmpuint (f->n_signals, ==, 0);
  frame (f);
  g_assert_cmpuint (f->n_signals, <=, 1);
  g_assert_cmpuint (f->n_changed, ==, 1);
  assert_shown (f, "Bob carol dan");
  /* The same again is no change at all. */
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'><status>299</status></presence>");
  g_assert_null (f->roster->frame);
}

static void
test_search (Fixture *f, gconstpointer unused)
{
  load (f);
  mien_roster_set_search (f->roster, "  BO ");
  assert_shown (f, "Bob");
  mien_roster_set_search (f->roster, "dan@EXAMPLE");
  assert_shown (f, "dan");
  mien_roster_set_search (f->roster, "nothing");
  assert_shown (f, "");
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'/>");
  frame (f);
  assert_shown (f, "");
  mien_roster_set_search (f->roster, "");
  assert_shown (f, "Bob carol dan");
  mien_roster_set_search (f->roster, "\xff\xfe");
  assert_shown (f, "Bob carol dan");
  g_assert_cmpuint (mien_roster_get_size (f->roster), ==, 3);
}

/* RFC 6121 section 2.1.6 and 2.6 */
static void
test_pushes (Fixture *f, gconstpointer unused)
{
  load (f);
  receive (f, "<iq xmlns='jabber:client' type='set' id='p1'><query xmlns='jabber:iq:roster' ver='v2'>"
              "<item jid='eve@example.org' name='Eve' subscription='both'/></query></iq>");
  frame (f);
  assert_shown (f, "Bob carol dan Eve");
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "type"), ==, "result");
  g_assert_cmpstr (f->roster->version, ==, "v2");

  receive (f, "<iq xmlns='jabber:client' type='set' id='p2' from='mallory@example.org/x'><query"
              " xmlns='jabber:iq:roster'>"
              "<item jid='bob@example.org' subscription='remove'/></query></iq>");
  frame (f);
  assert_shown (f, "Bob carol dan Eve");
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "type"), ==, "error");

  receive (f, "<iq xmlns='jabber:client' type='set' id='p3' from='alice@example.org'><query xmlns='jabber:iq:roster'"
              " ver='v3'>"
              "<item jid='bob@example.org' subscription='remove'/></query></iq>");
  frame (f);
  assert_shown (f, "carol dan Eve");
  receive (f, "<iq xmlns='jabber:client' type='set' id='p4'><query xmlns='jabber:iq:roster'/></iq>");
  g_assert_cmpstr (xmpp_stanza_get_error_condition (last_sent (f)), ==, "bad-request");
}

static void
test_early_presence (Fixture *f, gconstpointer unused)
{
  mien_roster_request (f->roster);
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'/>");
  answer (f, ROSTER);
  assert_shown (f, "Bob carol dan");
  g_assert_cmpint (mien_friend_get_presence (mien_roster_lookup (f->roster, "bob@example.org")), ==,
                   MIEN_PRESENCE_ONLINE);
}

static void
test_subscriptions (Fixture *f, gconstpointer unused)
{
  guint sent;

  load (f);
  receive (f, "<presence xmlns='jabber:client' type='subscribe' from='fay@example.org'>"
              "<nick xmlns='http://jabber.org/protocol/nick'>Fay</nick></presence>");
  receive (f, "<presence xmlns='jabber:client' type='subscribe' from='fay@example.org'/>");
  frame (f);
  assert_shown (f, "Fay Bob carol dan");
  g_assert_cmpuint (f->n_requests, ==, 1);
  sent = f->sent->len;
  mien_roster_answer (f->roster, "fay@example.org", TRUE);
  g_assert_cmpuint (f->sent->len, ==, sent + 2);
  g_assert_cmpstr (xmpp_node_get (g_ptr_array_index (f->sent, sent), "type"), ==, "subscribed");
  g_assert_cmpstr (xmpp_node_get (g_ptr_array_index (f->sent, sent + 1), "type"), ==, "subscribe");

  receive (f, "<presence xmlns='jabber:client' type='subscribe' from='gus@example.org'/>");
  mien_roster_answer (f->roster, "gus@example.org", FALSE);
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "type"), ==, "unsubscribed");
  g_assert_null (mien_roster_lookup (f->roster, "gus@example.org"));

  /* Whom we asked is let in without a question. */
  receive (f, "<presence xmlns='jabber:client' type='subscribe' from='dan@example.org'/>");
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "type"), ==, "subscribed");
  g_assert_cmpuint (f->n_requests, ==, 2);

  /* Withdrawn */
  receive (f, "<presence xmlns='jabber:client' type='subscribe' from='hal@example.org'/>");
  receive (f, "<presence xmlns='jabber:client' type='unsubscribe' from='hal@example.org'/>");
  g_assert_null (mien_roster_lookup (f->roster, "hal@example.org"));

  /* A flood of strangers ends somewhere. */
  for (guint i = 0; i < MIEN_ROSTER_MAX_REQUESTS + 50; i++)
    receivef (f, "<presence xmlns='jabber:client' type='subscribe' from='s%u@spam.example'/>", i);
  g_assert_cmpuint (mien_roster_get_size (f->roster), <=, 3 + MIEN_ROSTER_MAX_REQUESTS);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  g_clear_error (&f->error);
  mien_roster_change_finish (MIEN_ROSTER (source), result, &f->error);
  f->done = TRUE;
}

static void
test_changes (Fixture *f, gconstpointer unused)
{
  static const char * const bad[] = { "", "@@", "example.org", "a b@example.org", "alice@example.org" };
  guint sent;

  load (f);
  sent = f->sent->len;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      f->done = FALSE;
      mien_roster_add_async (f->roster, bad[i], NULL, NULL, on_done, f);
      while (!f->done)
        g_main_context_iteration (NULL, TRUE);
      g_assert_error (f->error, MIEN_COMM_ERROR, MIEN_COMM_ERROR_ADDRESS);
    }
  g_assert_cmpuint (f->sent->len, ==, sent);

  f->done = FALSE;
  mien_roster_add_async (f->roster, " Eve@Example.org ", "Eve", NULL, on_done, f);
  g_assert_cmpstr (xmpp_node_get (xmpp_node_first (xmpp_node_first (last_sent (f))), "jid"), ==, "eve@example.org");
  answer (f, "");
  g_assert_true (f->done);
  g_assert_no_error (f->error);
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "type"), ==, "subscribe");
  g_assert_cmpstr (xmpp_node_get (last_sent (f), "to"), ==, "eve@example.org");

  /* A new name keeps the groups. */
  mien_roster_rename_async (f->roster, "carol@example.org", "Karla", NULL, on_done, f);
  g_assert_nonnull (xmpp_node_child (xmpp_node_first (xmpp_node_first (last_sent (f))), "group", NULL));
  answer (f, "");
  g_assert_no_error (f->error);

  mien_roster_remove_async (f->roster, "bob@example.org", NULL, on_done, f);
  g_assert_cmpstr (xmpp_node_get (xmpp_node_first (xmpp_node_first (last_sent (f))), "subscription"), ==, "remove");
  receivef (f, "<iq xmlns='jabber:client' type='error' id='%s'><error type='cancel'><item-not-found xmlns="
               "'urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>", xmpp_node_get (last_sent (f), "id"));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_nonnull (f->error);
}

static void
test_cache (Fixture *f, gconstpointer unused)
{
  g_autoptr (GBytes) damaged = g_bytes_new_static ("nonsense", 8);
  static const char few[] = "mien-roster 1\tv1\nbob@example.org\tBob\t\t3\t0\nend\t0\n";
  g_autoptr (GBytes) miscounted = g_bytes_new (few, strlen (few));
  g_autoptr (GBytes) short_end = g_bytes_new ("mien-roster 1\tv1\nd\n", strlen ("mien-roster 1\tv1\nd\n"));
  g_autoptr (GBytes) whole = NULL;

  load (f);
  mien_roster_set_nick (f->roster, "dan@example.org", "Daniel\t\\n\n");
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'/>");
  whole = mien_roster_cache_pack (f->roster);
  drop_roster (f);
  g_assert_true (g_file_test (f->path, G_FILE_TEST_EXISTS));

  new_roster (f);
  while (!mien_roster_is_loaded (f->roster))
    g_main_context_iteration (NULL, TRUE);
  assert_shown (f, "Bob carol Daniel\t\\n\n");
  mien_roster_set_nick (f->roster, "dan@example.org", "Daniel");
  frame (f);
  g_assert_cmpint (mien_friend_get_presence (mien_roster_lookup (f->roster, "bob@example.org")), ==,
                   MIEN_PRESENCE_OFFLINE);
  g_assert_cmpstr (mien_roster_lookup (f->roster, "carol@example.org")->roster_groups[0], ==, "Work");
  mien_roster_request (f->roster);
  g_assert_cmpstr (xmpp_node_get (xmpp_node_first (last_sent (f)), "ver"), ==, "v1");
  /* Not changed (section 2.6.3) */
  answer (f, "");
  assert_shown (f, "Bob carol Daniel");

  g_assert_false (mien_roster_cache_unpack (f->roster, damaged));
  g_assert_false (mien_roster_cache_unpack (f->roster, short_end));
  g_assert_false (mien_roster_cache_unpack (f->roster, miscounted));
  for (gsize length = 0; length < g_bytes_get_size (whole); length++)
    {
      /* A copy, so that a read behind its end is seen. */
      g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (whole, NULL), length);

      g_assert_false (mien_roster_cache_unpack (f->roster, cut));
    }
  /* A whole roster: who is missing is gone. */
  mien_roster_request (f->roster);
  answer (f, "<query xmlns='jabber:iq:roster' ver='v9'><item jid='carol@example.org' subscription='both'/></query>");
  assert_shown (f, "carol");
}

/* A lost connection does not empty the list; a new one corrects it. */
static void
test_reconnect (Fixture *f, gconstpointer unused)
{
  load (f);
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/x'/>");
  receive (f, "<presence xmlns='jabber:client' from='carol@example.org/x'/>");
  frame (f);
  xmpp_porter_disconnected (f->porter, FALSE, NULL);
  frame (f);
  g_assert_cmpuint (mien_roster_get_n_online (f->roster), ==, 2);
  xmpp_porter_connected (f->porter, "alice@example.org/home", FALSE);
  mien_roster_request (f->roster);
  answer (f, "");
  receive (f, "<presence xmlns='jabber:client' from='bob@example.org/y'><show>away</show></presence>");
  g_assert_cmpint (mien_friend_get_presence (mien_roster_lookup (f->roster, "bob@example.org")), ==,
                   MIEN_PRESENCE_AWAY);
  frame (f);
  g_assert_cmpuint (mien_roster_get_n_online (f->roster), ==, 2);
  mien_roster_set_offline (f->roster);
  frame (f);
  g_assert_cmpuint (mien_roster_get_n_online (f->roster), ==, 0);
}

/* Against a model that sorts everything anew each time */
static int
compare_names (gconstpointer a, gconstpointer b)
{
  return mien_friend_compare (*(MienFriend * const *) a, *(MienFriend * const *) b);
}

static void
test_random (Fixture *f, gconstpointer unused)
{
  static const char * const searches[] = { "", "1", "u2", "nobody" };

  mien_roster_request (f->roster);
  answer (f, "<query xmlns='jabber:iq:roster'/>");
  for (guint round = 0; round < 300; round++)
    {
      guint steps = g_test_rand_int_range (1, 12);

      for (guint i = 0; i < steps; i++)
        {
          guint who = g_test_rand_int_range (0, 40);

          switch (g_test_rand_int_range (0, 4))
            {
            case 0:
              receivef (f, "<iq xmlns='jabber:client' type='set' id='x'><query xmlns='jabber:iq:roster'><item"
                           " jid='u%u@x' name='%d'"
                           " subscription='%s'/></query></iq>", who, g_test_rand_int_range (0, 50),
                           g_test_rand_bit () ? "both" : "remove");
              break;
            case 1:
              mien_roster_set_search (f->roster, searches[g_test_rand_int_range (0, G_N_ELEMENTS (searches))]);
              break;
            default:
              receivef (f, "<presence xmlns='jabber:client' from='u%u@x/r'%s/>", who,
                        g_test_rand_bit () ? "" : " type='unavailable'");
              break;
            }
        }
      frame (f);
      {
        g_autofree char *text = shown (f);
        g_autoptr (GPtrArray) all = mien_roster_get_all (f->roster);
        guint at = 0;

        g_assert_nonnull (text);
        g_ptr_array_sort (all, compare_names);
        for (guint i = 0; i < all->len; i++)
          {
            MienFriend *friend = g_ptr_array_index (all, i);

            if (f->roster->search != NULL && strstr (friend->search_key, f->roster->search) == NULL)
              continue;
            g_assert_true (at < f->mirror->len && g_ptr_array_index (f->mirror, at) == (gpointer) friend);
            at++;
          }
        g_assert_cmpuint (at, ==, f->mirror->len);
      }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/comm/roster/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("load", test_load);
  ADD ("presence-order", test_presence_order);
  ADD ("resources", test_resources);
  ADD ("coalescing", test_coalescing);
  ADD ("search", test_search);
  ADD ("pushes", test_pushes);
  ADD ("early-presence", test_early_presence);
  ADD ("subscriptions", test_subscriptions);
  ADD ("changes", test_changes);
  ADD ("cache", test_cache);
  ADD ("reconnect", test_reconnect);
  ADD ("random", test_random);
  return g_test_run ();
}
