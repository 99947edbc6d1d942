/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "support/hostile-relay.h"
#include "xmpp-component-acceptor.h"
#include "xmpp-component.h"
#include "xmpp-error.h"
#include "xmpp-porter-owner.h"

/* A server with one component port, and a component through the hostile relay. */
typedef struct
{
  GSocketService *service;
  HostileRelay *relay;
  XmppStream *stream;      /* the accepted component */
  char *domain;
  GError *accept_error;
  guint accepted;
  guint closed;
  XmppComponent *component;
  guint connected;
  guint failed;
  GError *error;
} Fixture;

static char *
secret_of (const char *domain,
           gpointer    user_data)
{
  return strcmp (domain, "portrait.example.org") == 0 ? g_strdup ("s3cret") : NULL;
}

/* The server answers everything that is an IQ request with a result. */
static void
on_server_stanza (XmppStream *stream,
                  XmppNode   *stanza,
                  gpointer    user_data)
{
  g_autoptr (XmppNode) result = NULL;

  if (g_strcmp0 (xmpp_node_get (stanza, "type"), "get") != 0)
    return;
  g_assert_cmpstr (xmpp_node_get (stanza, "from"), ==, "portrait.example.org");
  g_assert_cmpstr (xmpp_node_get_ns (stanza), ==, XMPP_NS_CLIENT);
  result = xmpp_iq_result_for (stanza);
  xmpp_stream_send (stream, result);
}

static void
on_server_closed (XmppStream   *stream,
                  const GError *error,
                  gpointer      user_data)
{
  ((Fixture *) user_data)->closed++;
}

static const XmppStreamEvents server_events = { NULL, on_server_stanza, on_server_closed, NULL };

static void
on_accept (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *f = user_data;
  XmppStream *stream;
  char *domain = NULL;

  g_clear_error (&f->accept_error);
  stream = xmpp_component_accept_finish (result, &domain, &f->accept_error);
  if (stream == NULL)
    return;
  if (f->stream != NULL)
    xmpp_stream_abort (f->stream);
  g_clear_object (&f->stream);
  g_free (f->domain);
  f->stream = stream;
  f->domain = domain;
  f->accepted++;
  xmpp_stream_set_events (stream, &server_events, f);
  xmpp_stream_resume (stream);
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  xmpp_component_accept_async (G_IO_STREAM (connection), secret_of, NULL, NULL, on_accept, user_data);
  return TRUE;
}

static void
on_connected (XmppComponent *component,
              gpointer       user_data)
{
  ((Fixture *) user_data)->connected++;
}

static void
on_failed (XmppComponent *component,
           const GError  *error,
           gpointer       user_data)
{
  Fixture *f = user_data;

  f->failed++;
  g_clear_error (&f->error);
  f->error = g_error_copy (error);
}

static void
set_up (Fixture    *f,
        const char *domain,
        const char *secret)
{
  guint16 port;

  memset (f, 0, sizeof *f);
  f->service = g_socket_service_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (f->service), NULL, NULL);
  g_signal_connect (f->service, "incoming", G_CALLBACK (on_incoming), f);
  f->relay = hostile_relay_new (port);
  f->component = xmpp_component_new (domain, "127.0.0.1", hostile_relay_get_port (f->relay), secret);
  g_signal_connect (f->component, "connected", G_CALLBACK (on_connected), f);
  g_signal_connect (f->component, "failed", G_CALLBACK (on_failed), f);
}

static void
tear_down (Fixture *f)
{
  if (f->stream != NULL)
    xmpp_stream_abort (f->stream);
  g_clear_object (&f->stream);
  xmpp_component_stop (f->component);
  g_assert_finalize_object (f->component);
  hostile_relay_free (f->relay);
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  g_object_unref (f->service);
  g_free (f->domain);
  g_clear_error (&f->accept_error);
  g_clear_error (&f->error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
ask (Fixture *f)
{
  XmppPorter *porter = xmpp_component_get_porter (f->component);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) answer = NULL;

  xmpp_porter_iq_async (porter, xmpp_iq_new ("get", "bob@example.org/x", "query", "urn:q", NULL), 10, NULL,
                        test_keep_result, &result);
  test_wait_for (result != NULL);
  answer = xmpp_porter_iq_finish (porter, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "result");
  g_object_unref (result);
}

static void
test_pieces (void)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 65536 };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      Fixture f;

      set_up (&f, "portrait.example.org", "s3cret");
      hostile_relay_set_piece (f.relay, pieces[i]);
      xmpp_component_start (f.component);
      test_wait_for (f.connected == 1 && f.accepted == 1);
      g_assert_cmpstr (f.domain, ==, "portrait.example.org");
      g_assert_cmpstr (xmpp_porter_get_jid (xmpp_component_get_porter (f.component)), ==, "portrait.example.org");
      ask (&f);
      tear_down (&f);
    }
}

static void
test_refused (void)
{
  static const struct { const char *domain; const char *secret; int code; } table[] = {
    { "portrait.example.org", "wrong", XMPP_ERROR_AUTH },
    { "portrait.example.org", "", XMPP_ERROR_AUTH },
    { "other.example.org", "s3cret", XMPP_ERROR_HOST_UNKNOWN },
    { "not a domain", "s3cret", XMPP_ERROR_HOST_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Fixture f;

      set_up (&f, table[i].domain, table[i].secret);
      xmpp_component_start (f.component);
      test_wait_for (f.failed == 1 && f.accept_error != NULL);
      g_assert_error (f.error, XMPP_ERROR, table[i].code);
      g_assert_error (f.accept_error, XMPP_ERROR, table[i].code);
      g_assert_cmpuint (f.connected, ==, 0);
      tear_down (&f);
    }
}

static void
test_comes_back (void)
{
  Fixture f;
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&f, "portrait.example.org", "s3cret");
  xmpp_component_start (f.component);
  test_wait_for (f.connected == 1 && f.accepted == 1);
  hostile_relay_set_stalled (f.relay, TRUE);
  xmpp_porter_iq_async (xmpp_component_get_porter (f.component),
                        xmpp_iq_new ("get", "bob@example.org", "query", "urn:q", NULL), 10, NULL, test_keep_result,
                        &result);
  hostile_relay_cut (f.relay);
  hostile_relay_set_stalled (f.relay, FALSE);
  test_wait_for (result != NULL);
  g_assert_null (xmpp_porter_iq_finish (xmpp_component_get_porter (f.component), result, &error));
  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_CLOSED);
  g_object_unref (result);
  test_wait_for (f.connected == 2 && f.accepted == 2);
  ask (&f);
  tear_down (&f);
}

/* Cut anywhere in the sign-in, it comes back and succeeds. */
static void
test_cut_anywhere (void)
{
  for (gsize at = 1; at < 500; at += 61)
    {
      Fixture f;

      set_up (&f, "portrait.example.org", "s3cret");
      hostile_relay_cut_after (f.relay, at);
      xmpp_component_start (f.component);
      test_wait_for (f.connected >= 1 && f.accepted >= 1 && hostile_relay_get_accepted (f.relay) >= 1);
      tear_down (&f);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/component/pieces", test_pieces);
  g_test_add_func ("/component/refused", test_refused);
  g_test_add_func ("/component/comes-back", test_comes_back);
  g_test_add_func ("/component/cut-anywhere", test_cut_anywhere);
  return g_test_run ();
}
