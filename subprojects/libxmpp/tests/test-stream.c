/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "support/hostile-relay.h"
#include "xmpp-poller.h"
#include "xmpp-redact.h"
#include "xmpp-stream.h"

typedef struct
{
  XmppStream *stream;
  guint opened;
  guint stanzas;
  guint closed;
  guint drained;
  char *id;
  GError *error;
  gboolean echo;
} End;

static void
on_opened (XmppStream     *stream,
           const XmppNode *header,
           gpointer        user_data)
{
  End *end = user_data;

  end->opened++;
  g_free (end->id);
  end->id = g_strdup (xmpp_node_get (header, "id"));
}

static void
on_stanza (XmppStream *stream,
           XmppNode   *stanza,
           gpointer    user_data)
{
  End *end = user_data;

  g_assert_cmpuint (end->closed, ==, 0);
  end->stanzas++;
  if (end->echo)
    xmpp_stream_send (stream, stanza);
}

static void
on_closed (XmppStream   *stream,
           const GError *error,
           gpointer      user_data)
{
  End *end = user_data;

  end->closed++;
  end->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
on_drained (XmppStream *stream,
            gpointer    user_data)
{
  ((End *) user_data)->drained++;
}

static const XmppStreamEvents events = { on_opened, on_stanza, on_closed, on_drained };

static void
end_init (End        *end,
          GIOStream  *io,
          const char *ns)
{
  memset (end, 0, sizeof *end);
  end->stream = xmpp_stream_new (io, ns);
  xmpp_stream_set_events (end->stream, &events, end);
  xmpp_stream_open (end->stream, "from.example", "to.example", "an-id", "en");
  xmpp_stream_resume (end->stream);
  g_object_unref (io);
}

static void
end_clear (End *end)
{
  xmpp_stream_abort (end->stream);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (end->stream);
  g_clear_pointer (&end->id, g_free);
  g_clear_error (&end->error);
}

static void
pair (End        *a,
      End        *b,
      const char *ns)
{
  GIOStream *one;
  GIOStream *two;

  test_socket_pair (&one, &two);
  end_init (a, one, ns);
  end_init (b, two, ns);
}

/* What is no socket is left to wait for itself. */
static GIOStream *
wrap (GIOStream *io)   /* (transfer full) */
{
  g_autoptr (GIOStream) owned = io;
  GIOStream *wrapped = g_simple_io_stream_new (g_io_stream_get_input_stream (io), g_io_stream_get_output_stream (io));

  /* Its streams are the socket's, which the connection would close. */
  g_object_set_data_full (G_OBJECT (wrapped), "connection", g_steal_pointer (&owned), g_object_unref);
  return wrapped;
}

static void
test_talk (gconstpointer wrapped)
{
  End a, b;
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "b@example.org");
  GIOStream *one;
  GIOStream *two;

  test_socket_pair (&one, &two);
  end_init (&a, wrapped != NULL ? wrap (one) : one, XMPP_NS_CLIENT);
  end_init (&b, wrapped != NULL ? wrap (two) : two, XMPP_NS_CLIENT);
  b.echo = TRUE;
  for (guint i = 0; i < 1000; i++)
    g_assert_true (xmpp_stream_send (a.stream, message));
  test_wait_for (a.stanzas == 1000);
  g_assert_cmpuint (b.stanzas, ==, 1000);
  g_assert_cmpuint (a.opened, ==, 1);
  g_assert_cmpstr (b.id, ==, "an-id");
  test_wait_for (a.drained > 0);

  xmpp_stream_close (a.stream);
  g_assert_false (xmpp_stream_is_open (a.stream));
  g_assert_false (xmpp_stream_send (a.stream, message));
  test_wait_for (a.closed == 1 && b.closed == 1);
  g_assert_no_error (a.error);
  g_assert_no_error (b.error);
  end_clear (&a);
  end_clear (&b);
}

static void
test_failures (void)
{
  static const struct { const char *condition; int code;
  } table[] = {
    { "conflict", XMPP_ERROR_CONFLICT },   { "host-unknown", XMPP_ERROR_HOST_UNKNOWN },
    { "not-authorized", XMPP_ERROR_AUTH }, { "system-shutdown", XMPP_ERROR_STREAM },
    { "made-up", XMPP_ERROR_STREAM },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      End a, b;

      pair (&a, &b, XMPP_NS_CLIENT);
      xmpp_stream_fail (a.stream, table[i].condition, "in words");
      test_wait_for (a.closed == 1 && b.closed == 1);
      g_assert_error (a.error, XMPP_ERROR, table[i].code);
      g_assert_error (b.error, XMPP_ERROR, table[i].code);
      g_assert_cmpstr (xmpp_error_get_condition (b.error), ==, table[i].condition);
      end_clear (&a);
      end_clear (&b);
    }
}

/* What a peer does not take does not fill our memory. */
static void
test_full_queue (void)
{
  End a, b;
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "b@example.org");
  g_autofree char *text = g_strnfill (10000, 'x');
  guint sent = 0;

  xmpp_node_add_text_child (message, "body", NULL, text);
  pair (&a, &b, XMPP_NS_CLIENT);
  xmpp_stream_set_limits (a.stream, 0, 100000);
  xmpp_stream_pause (b.stream);
  while (sent < 1000 && xmpp_stream_send (a.stream, message))
    {
      sent++;
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (sent, >, 5);
  g_assert_cmpuint (sent, <, 100);
  test_wait_for (a.closed == 1);
  g_assert_error (a.error, XMPP_ERROR, XMPP_ERROR_LIMIT);
  end_clear (&a);
  end_clear (&b);
}

/* Who asks and does not listen is not read any more. */
static void
test_back_pressure (void)
{
  End a, b;
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "b@example.org");
  g_autofree char *text = g_strnfill (10000, 'x');

  xmpp_node_add_text_child (message, "body", NULL, text);
  pair (&a, &b, XMPP_NS_CLIENT);
  b.echo = TRUE;
  xmpp_stream_set_limits (a.stream, 0, 100 * 1024 * 1024);
  xmpp_stream_set_back_pressure (b.stream, 50000);
  xmpp_stream_pause (a.stream);
  for (guint i = 0; i < 1000; i++)
    g_assert_true (xmpp_stream_send (a.stream, message));
  for (guint i = 0; i < 1000; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (b.stanzas, <, 500);
  g_assert_cmpuint (xmpp_stream_get_queued (b.stream), <, 200000);
  xmpp_stream_resume (a.stream);
  test_wait_for (a.stanzas == 1000);
  end_clear (&a);
  end_clear (&b);
}

/* A peer that is faster than it may be is read at its rate: nothing is lost, and it is not thrown out. */
static void
test_rate (void)
{
  static const struct { XmppStreamRate rate; guint length, n, at_once; double seconds; } cases[] = {
    { { 1000, 100, 0, 0 }, 1, 300, 101, 0.19 },
    { { 0, 0, 400000, 100000 }, 1000, 200, 150, 0.2 },
    { { 0, 0, 0, 0 }, 1000, 200, 200, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      End a, b;
      g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "b@example.org");
      g_autofree char *text = g_strnfill (cases[i].length, 'x');
      gint64 start = g_get_monotonic_time ();
      gboolean held = FALSE;

      xmpp_node_add_text_child (message, "body", NULL, text);
      pair (&a, &b, XMPP_NS_CLIENT);
      xmpp_stream_set_rate (b.stream, &cases[i].rate);
      for (guint j = 0; j < cases[i].n; j++)
        g_assert_true (xmpp_stream_send (a.stream, message));
      while (b.stanzas < cases[i].n && !b.closed)
        {
          if (xmpp_stream_is_held (b.stream) && !held)
            {
              held = TRUE;
              g_assert_cmpuint (b.stanzas, <=, cases[i].at_once);
            }
          g_main_context_iteration (NULL, TRUE);
        }
      g_assert_cmpuint (b.stanzas, ==, cases[i].n);
      g_assert_cmpint (held, ==, cases[i].seconds > 0);
      g_assert_cmpfloat ((double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC, >=, cases[i].seconds);
      end_clear (&a);
      end_clear (&b);
    }
}

static void
test_bad_peers (void)
{
  static const struct { const char *text; const char *condition; } table[] = {
    { "<a", NULL },   /* cut */
    { "", NULL },
    { "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><a>&x;", "restricted-xml" },
    { "<html>", "invalid-namespace" },
    { "\x80\x2e\x01\x03", "not-well-formed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      GIOStream *one;
      GIOStream *two;
      End a;

      test_socket_pair (&one, &two);
      end_init (&a, one, XMPP_NS_CLIENT);
      g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (two), table[i].text,
                                                strlen (table[i].text), NULL, NULL, NULL));
      if (table[i].condition == NULL)
        g_io_stream_close (two, NULL, NULL);
      test_wait_for (a.closed == 1);
      if (table[i].condition == NULL)
        g_assert_error (a.error, XMPP_ERROR, XMPP_ERROR_CLOSED);
      else
        g_assert_cmpstr (xmpp_error_get_condition (a.error), ==, table[i].condition);
      end_clear (&a);
      g_object_unref (two);
    }
}

/* The peer closes while we are paused, or says nothing back. */
static void
test_silent_peer (void)
{
  GIOStream *one;
  GIOStream *two;
  End a;

  test_socket_pair (&one, &two);
  end_init (&a, one, XMPP_NS_CLIENT);
  xmpp_stream_close (a.stream);
  test_wait_for (a.closed == 1);   /* after XMPP_STREAM_CLOSE_SECONDS */
  g_assert_no_error (a.error);
  end_clear (&a);
  g_object_unref (two);
}

static void
test_restart (void)
{
  End a, b;

  pair (&a, &b, XMPP_NS_CLIENT);
  test_wait_for (a.opened == 1 && b.opened == 1);
  xmpp_stream_restart (a.stream);
  xmpp_stream_restart (b.stream);
  xmpp_stream_open (a.stream, NULL, NULL, "second", NULL);
  test_wait_for (b.opened == 2);
  g_assert_cmpstr (b.id, ==, "second");
  end_clear (&a);
  end_clear (&b);
}

static void
test_keepalive (void)
{
  End a, b;
  gint64 before;

  pair (&a, &b, XMPP_NS_CLIENT);
  test_wait_for (b.opened == 1);
  before = xmpp_stream_get_last_received (b.stream);
  xmpp_stream_set_keepalive (a.stream, 1);
  test_wait_for (xmpp_stream_get_last_received (b.stream) > before);
  g_assert_cmpuint (b.stanzas, ==, 0);
  end_clear (&a);
  end_clear (&b);
}

/* How many files the main loop looks at in each turn. */
static int
count_files (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD files[64];
  int timeout, priority, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, priority, &timeout, files, G_N_ELEMENTS (files));
  g_main_context_release (context);
  return n;
}

/* A turn of the loop costs what happens in it: connections that are idle are not looked at. */
static void
test_idle_streams (void)
{
  const guint n = 300;
  g_autofree End *ends = g_new0 (End, 2 * n);
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", "b@example.org");
  int before;

  pair (&ends[0], &ends[1], XMPP_NS_CLIENT);
  test_wait_for (ends[0].opened == 1 && ends[1].opened == 1);
  before = count_files ();
  for (guint i = 1; i < n; i++)
    pair (&ends[2 * i], &ends[2 * i + 1], XMPP_NS_CLIENT);
  for (guint i = 0; i < 2 * n; i++)
    test_wait_for (ends[i].opened == 1);
  g_assert_cmpint (count_files (), ==, before);

  for (guint i = 0; i < n; i++)
    g_assert_true (xmpp_stream_send (ends[2 * i].stream, message));
  for (guint i = 0; i < n; i++)
    test_wait_for (ends[2 * i + 1].stanzas == 1);
  for (guint i = 0; i < n; i++)
    {
      xmpp_stream_abort (ends[2 * i].stream);
      test_wait_for (ends[2 * i + 1].closed == 1);
      g_assert_error (ends[2 * i + 1].error, XMPP_ERROR, XMPP_ERROR_CLOSED);
    }
  for (guint i = 0; i < 2 * n; i++)
    end_clear (&ends[i]);
}

/* It is told once for each wait, one that nobody waits for makes no noise, and either may be freed in its call. */
typedef struct
{
  XmppWatch *watch;
  guint ready, time;
  GIOCondition condition;
} Watched;

static void
on_watch_ready (GIOCondition condition,
                gpointer     user_data)
{
  Watched *self = user_data;

  self->ready++;
  self->condition = condition;
}

static void
on_watch_time (gpointer user_data)
{
  Watched *self = user_data;

  self->time++;
  g_clear_pointer (&self->watch, xmpp_watch_free);
}

static void
test_watch (void)
{
  static const XmppWatchEvents watch_events = { on_watch_ready, on_watch_time };
  GIOStream *one;
  GIOStream *two;
  Watched a = { 0 };
  gint64 now = g_get_monotonic_time ();

  test_socket_pair (&one, &two);
  a.watch = xmpp_watch_new (g_main_context_default (),
                            g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (one))), &watch_events,
                            &a);
  g_assert_true (xmpp_watch_wait (a.watch, G_IO_OUT));
  test_wait_for (a.ready == 1);
  g_assert_cmpint (a.condition, ==, G_IO_OUT);
  g_assert_true (xmpp_watch_wait (a.watch, G_IO_IN));
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (two), "x", 1, NULL, NULL, NULL));
  test_wait_for (a.ready == 2);
  g_assert_cmpint (a.condition, ==, G_IO_IN);
  g_io_stream_close (two, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))   /* would go on for ever if the hang-up were heard */
    ;
  g_assert_cmpuint (a.ready, ==, 2);
  xmpp_watch_set_time (a.watch, now + G_USEC_PER_SEC / 10);
  test_wait_for (a.time == 1);
  g_assert_cmpint (g_get_monotonic_time (), >=, now + G_USEC_PER_SEC / 10);
  g_assert_null (a.watch);
  g_object_unref (one);
  g_object_unref (two);
}

static void
test_redact (void)
{
  g_autoptr (XmppNode) auth = xmpp_node_new ("auth", XMPP_NS_SASL);
  g_autoptr (XmppNode) iq = xmpp_iq_new ("set", NULL, "query", XMPP_NS_REGISTER, NULL);
  g_autoptr (XmppNode) handshake = xmpp_node_new ("handshake", XMPP_NS_CLIENT);
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;

  xmpp_node_set (auth, "mechanism", "PLAIN");
  xmpp_node_append_text (auth, "c2VjcmV0");
  xmpp_node_add_text_child (xmpp_node_first (iq), "username", NULL, "bob");
  xmpp_node_add_text_child (xmpp_node_first (iq), "password", NULL, "hunter2");
  xmpp_node_append_text (handshake, "d34db33f");
  a = xmpp_redact (auth);
  b = xmpp_redact (iq);
  c = xmpp_redact (handshake);
  g_assert_null (strstr (a, "c2VjcmV0"));
  g_assert_nonnull (strstr (a, "PLAIN"));
  g_assert_null (strstr (b, "hunter2"));
  g_assert_nonnull (strstr (b, "bob"));
  g_assert_null (strstr (c, "d34db33f"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stream/talk", NULL, test_talk);
  g_test_add_data_func ("/stream/talk-by-other-streams", "wrapped", test_talk);
  g_test_add_func ("/stream/failures", test_failures);
  g_test_add_func ("/stream/full-queue", test_full_queue);
  g_test_add_func ("/stream/back-pressure", test_back_pressure);
  g_test_add_func ("/stream/rate", test_rate);
  g_test_add_func ("/stream/bad-peers", test_bad_peers);
  g_test_add_func ("/stream/silent-peer", test_silent_peer);
  g_test_add_func ("/stream/restart", test_restart);
  g_test_add_func ("/stream/keepalive", test_keepalive);
  g_test_add_func ("/stream/idle-streams", test_idle_streams);
  g_test_add_func ("/stream/watch", test_watch);
  g_test_add_func ("/stream/redact", test_redact);
  return g_test_run ();
}
