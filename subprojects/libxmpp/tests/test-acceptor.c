/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "support/hostile-relay.h"
#include "support/test-server.h"
#include "xmpp-error.h"
#include "xmpp-sasl.h"

#define HEAD                                                                                                           \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "         \
  "to='example.org' version='1.0'>"
#define AUTH "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='"

/* Raw bytes to a server without TLS (when @plain) and what came back when it closed the connection. */
typedef struct
{
  const XmppAcceptorHost *host;
  GError *error;
  gboolean done;
} Raw;

static gboolean
serves (XmppAcceptor *acceptor,
        const char   *domain,
        gpointer      user_data)
{
  return strcmp (domain, "example.org") == 0;
}

static void
find_keys (XmppAcceptor *acceptor,
           XmppJid      *account,
           gpointer      user_data)
{
  XmppScramKeys keys;

  g_assert_true (xmpp_scram_keys_derive (&keys, "right", XMPP_SCRAM_ITERATIONS_MIN, NULL));
  xmpp_acceptor_give_keys (acceptor, strcmp (xmpp_jid_get_bare (account), "alice@example.org") == 0 ? &keys : NULL);
}

static void
bind_any (XmppAcceptor *acceptor,
          XmppJid      *account,
          const char   *wanted,
          gpointer      user_data)
{
  xmpp_acceptor_bound (acceptor, "r");
}

static const XmppAcceptorHost host = { serves, find_keys, NULL, bind_any, NULL, NULL };

static void
on_run (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Raw *raw = user_data;
  g_autoptr (XmppStream) stream = xmpp_acceptor_run_finish (XMPP_ACCEPTOR (source), result, &raw->error);

  if (stream != NULL)
    xmpp_stream_abort (stream);
  raw->done = TRUE;
  g_object_unref (source);
}

/* What a client that says @text gets to hear, until the server ends it. */
static char *
talk (const char  *text,
      gboolean     with_tls_offered,
      guint        timeout,
      GError     **error)
{
  static GTlsCertificate *certificate;
  GIOStream *server;
  GIOStream *client;
  XmppAcceptor *acceptor;
  Raw raw = { 0 };
  GString *heard = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  if (certificate == NULL)
    certificate = test_certificate_new ("example.org", NULL);
  test_socket_pair (&server, &client);
  acceptor = xmpp_acceptor_new (server, with_tls_offered ? certificate : NULL, &host, NULL);
  g_object_unref (server);
  xmpp_acceptor_set_timeout (acceptor, timeout);
  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (client), text, strlen (text), NULL, NULL, NULL));
  xmpp_acceptor_run_async (acceptor, NULL, on_run, &raw);
  test_wait_for (raw.done);
  g_socket_set_blocking (g_socket_connection_get_socket (G_SOCKET_CONNECTION (client)), FALSE);
  while ((n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (client)),
                                                        buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (heard, buffer, n);
  g_io_stream_close (client, NULL, NULL);
  g_object_unref (client);
  g_propagate_error (error, raw.error);
  return g_string_free (heard, FALSE);
}

static void
test_refusals (void)
{
  static const struct { const char *text; gboolean tls; const char *says; const char *never;
  } table[] = {
    { "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
      "to='example.com' version='1.0'>",
      FALSE, "host-unknown", "example.com" },
    { "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
      "to='a@example.org' version='1.0'>",
      FALSE, "host-unknown", NULL },
    { "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
      "to='example.org'>",
      FALSE, "unsupported-version", NULL },
    { HEAD "<message to='bob@example.org'/>", FALSE, "not-authorized", NULL },
    { HEAD "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq></stream:stream>", FALSE,
      "not-authorized", "<jid>" },
    /* before TLS nothing is offered, and a client that tries is refused */
    { HEAD AUTH "PLAIN'>AGFsaWNlAHJpZ2h0</auth></stream:stream>", TRUE, "encryption-required", "<mechanism>" },
    { HEAD AUTH "PLAIN'>AGFsaWNlAHJpZ2h0</auth></stream:stream>", FALSE, "invalid-mechanism", "<success" },
    { HEAD AUTH "EXTERNAL'>=</auth></stream:stream>", FALSE, "invalid-mechanism", NULL },
    { HEAD AUTH "SCRAM-SHA-1'>!!!</auth></stream:stream>", FALSE, "malformed-request", NULL },
    { HEAD AUTH
      "SCRAM-SHA-1'>biwsbj1hbGljZSxyPWFiYw==</auth><abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:stream>",
      FALSE, "aborted", NULL },
    { HEAD AUTH "SCRAM-SHA-1'>bixhPWJvYixuPWFsaWNlLHI9YWJj</auth></stream:stream>", FALSE, "invalid-authzid", NULL },
    { HEAD "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AA==</response></stream:stream>", FALSE,
      "malformed-request", NULL },
    { HEAD AUTH "X'/>" AUTH "X'/>" AUTH "X'/>" AUTH "SCRAM-SHA-1'>biwsbj1hbGljZSxyPWFiYw==</auth>", FALSE,
      "policy-violation", "<challenge" },
    { HEAD "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", FALSE, "<failure", "<proceed" },
    { HEAD "<!-- x -->", FALSE, "restricted-xml", NULL },
    { HEAD "<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>", FALSE, "not-authorized", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *heard = talk (table[i].text, table[i].tls, 10, &error);

      g_test_message ("line %" G_GSIZE_FORMAT ": %s", i, heard);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (heard, table[i].says));
      if (table[i].never != NULL)
        g_assert_null (strstr (heard, table[i].never));
    }
}

/* Plain text behind <starttls/> must not be taken for what came inside TLS. */
static void
test_injection (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *heard = talk (HEAD "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" HEAD AUTH
                                      "PLAIN'>AGFsaWNlAHJpZ2h0</auth>",
                                 TRUE, 10, &error);

  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_TLS);
  g_assert_null (strstr (heard, "<success"));
}

static void
test_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_strnfill (XMPP_ACCEPTOR_MAX_STANZA + 8192, 'a');
  g_autofree char *text = g_strconcat (HEAD AUTH "SCRAM-SHA-1'>", big, NULL);
  g_autofree char *heard = talk (text, FALSE, 10, &error);

  g_assert_error (error, XMPP_ERROR, XMPP_ERROR_LIMIT);
  g_assert_nonnull (strstr (heard, "policy-violation"));
}

static void
test_timeouts (void)
{
  static const char * const texts[] = { "", "<?xml", HEAD, HEAD "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *heard = talk (texts[i], TRUE, 1, &error);

      g_assert_true (g_error_matches (error, XMPP_ERROR, i == 3 ? XMPP_ERROR_TLS : XMPP_ERROR_TIMEOUT));
      if (i < 3)
        g_assert_nonnull (strstr (heard, "connection-timeout"));
    }
}

/* Both ends of the wrapper, with right and wrong passwords; nobody learns which accounts exist. */
static void
test_sasl (void)
{
  static const struct { const char *mechanism; const char *user; const char *password; gboolean ok; } table[] = {
    { "SCRAM-SHA-256", "alice", "p\u00e4ss w\u00f6rd", TRUE },
    { "SCRAM-SHA-1", "alice", "p\u00e4ss w\u00f6rd", TRUE },
    { "SCRAM-SHA-256", "a=l,ice", "p\u00e4ss w\u00f6rd", TRUE },
    { "SCRAM-SHA-256", "alice", "wrong", FALSE },
    { "SCRAM-SHA-1", "alice", "wrong", FALSE },
  };
  XmppScramKeys keys;

  g_assert_true (xmpp_scram_keys_derive (&keys, "p\u00e4ss w\u00f6rd", 0, NULL));
  g_assert_cmpuint (keys.iterations, ==, XMPP_SCRAM_ITERATIONS_DEFAULT);
  g_assert_true (xmpp_scram_keys_check (&keys, "p\u00e4ss w\u00f6rd"));
  g_assert_true (xmpp_scram_keys_check (&keys, "pa\u0308ss w\u00f6rd"));   /* the same after SASLprep */
  g_assert_false (xmpp_scram_keys_check (&keys, "p\u00e4ss word"));
  g_assert_false (xmpp_scram_keys_check (&keys, ""));
  g_assert_false (xmpp_scram_keys_derive (&keys, "", 0, NULL));
  g_assert_true (xmpp_scram_keys_derive (&keys, "p\u00e4ss w\u00f6rd", 0, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppSasl) client = xmpp_sasl_new_client (table[i].mechanism, table[i].user, table[i].password);
      g_autoptr (XmppSasl) server = NULL;
      g_autofree char *first = NULL;
      g_autofree char *challenge = NULL;
      g_autofree char *proof = NULL;
      g_autofree char *verifier = NULL;
      g_autofree char *rest = NULL;
      XmppSaslFirst read;

      g_assert_cmpint (xmpp_sasl_step (client, NULL, &first, NULL), ==, XMPP_SASL_CONTINUE);
      g_assert_true (xmpp_sasl_read_first (table[i].mechanism, first, &read));
      g_assert_cmpstr (read.user, ==, table[i].user);
      g_assert_null (read.password);
      xmpp_sasl_first_clear (&read);
      server = xmpp_sasl_new_server (table[i].mechanism, &keys);
      g_assert_cmpint (xmpp_sasl_step (server, first, &challenge, NULL), ==, XMPP_SASL_CONTINUE);
      g_assert_cmpint (xmpp_sasl_step (client, challenge, &proof, NULL), ==, XMPP_SASL_CONTINUE);
      g_assert_cmpint (xmpp_sasl_step (server, proof, &verifier, NULL), ==,
                       table[i].ok ? XMPP_SASL_DONE : XMPP_SASL_FAILED);
      if (table[i].ok)
        g_assert_cmpint (xmpp_sasl_step (client, verifier, &rest, NULL), ==, XMPP_SASL_DONE);
    }
}

static void
test_sasl_edges (void)
{
  static const char * const with_plain[] = { "PLAIN", "SCRAM-SHA-1", NULL };
  static const char * const only_plain[] = { "DIGEST-MD5", "PLAIN", NULL };
  static const char * const unsafe[] = { "CRAM-MD5", "ANONYMOUS", NULL };
  XmppSaslFirst first;
  XmppScramKeys a;
  XmppScramKeys b;

  g_assert_cmpstr (xmpp_sasl_choose (with_plain, TRUE), ==, "SCRAM-SHA-1");
  g_assert_cmpstr (xmpp_sasl_choose (only_plain, TRUE), ==, "PLAIN");
  g_assert_null (xmpp_sasl_choose (only_plain, FALSE));
  g_assert_null (xmpp_sasl_choose (unsafe, TRUE));

  g_assert_true (xmpp_sasl_read_first ("PLAIN", "AGFsaWNlAHJpZ2h0", &first));
  g_assert_cmpstr (first.user, ==, "alice");
  g_assert_cmpstr (first.password, ==, "right");
  g_assert_null (first.authzid);
  xmpp_sasl_first_clear (&first);
  g_assert_false (xmpp_sasl_read_first ("PLAIN", "AGFsaWNl", &first));
  xmpp_sasl_first_clear (&first);
  g_assert_false (xmpp_sasl_read_first ("GSSAPI", "AGFsaWNl", &first));
  xmpp_sasl_first_clear (&first);

  xmpp_sasl_fake_keys (&a, "nobody@example.org");
  xmpp_sasl_fake_keys (&b, "nobody@example.org");
  g_assert_cmpmem (a.salt, sizeof a.salt, b.salt, sizeof b.salt);
  g_assert_cmpint (memcmp (a.stored_sha1, b.stored_sha1, sizeof a.stored_sha1), !=, 0);
}

/* A server that wants our computer to work for hours is refused before the work. */
static void
test_iterations (void)
{
  static const struct { const char *count; gboolean allowed; } table[] = {
    { "4096", TRUE }, { "1000001", FALSE }, { "2000000000", FALSE }, { "0002000000000", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (XmppSasl) client = xmpp_sasl_new_client ("SCRAM-SHA-1", "alice", "x");
      g_autofree char *first = NULL;
      g_autofree char *out = NULL;
      g_autofree char *decoded = NULL;
      g_autofree char *challenge = NULL;
      g_autofree char *encoded = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      xmpp_sasl_step (client, NULL, &first, NULL);
      decoded = (char *) g_base64_decode (first, &length);
      challenge = g_strdup_printf ("%sserver,s=QSXCR+Q6sek8bf92,i=%s", g_strstr_len (decoded, (gssize) length, "r="),
                                   table[i].count);
      encoded = g_base64_encode ((const guchar *) challenge, strlen (challenge));
      g_assert_cmpint (xmpp_sasl_step (client, encoded, &out, &error), ==,
                       table[i].allowed ? XMPP_SASL_CONTINUE : XMPP_SASL_FAILED);
      if (!table[i].allowed)
        g_assert_error (error, XMPP_ERROR, XMPP_ERROR_AUTH_MECHANISM);
    }
}

/* XEP-0198 counters, around the end of 32 bits too. */
static void
test_counters (void)
{
  g_autoptr (XmppSm) sm = xmpp_sm_new (5, 0);
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", NULL);
  g_autoptr (XmppNode) nonza = xmpp_node_new ("a", XMPP_NS_SM);
  XmppNode *stolen;

  g_assert_false (xmpp_sm_send (sm, NULL, message));   /* not enabled, and no stream */
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, 0);
  xmpp_sm_enable (sm);
  for (guint i = 0; i < 5; i++)
    g_assert_true (xmpp_sm_send (sm, NULL, message));
  g_assert_false (xmpp_sm_send (sm, NULL, message));   /* full */
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, 5);
  g_assert_true (xmpp_sm_acknowledge (sm, 3));
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, 2);
  g_assert_true (xmpp_sm_acknowledge (sm, 3));
  g_assert_false (xmpp_sm_acknowledge (sm, 6));
  g_assert_false (xmpp_sm_acknowledge (sm, 2));
  g_assert_false (xmpp_sm_received (sm, NULL, message));
  g_assert_cmpuint (xmpp_sm_get_handled (sm), ==, 1);
  xmpp_node_set (nonza, "h", "5");
  g_assert_true (xmpp_sm_received (sm, NULL, nonza));
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, 0);
  g_assert_true (xmpp_sm_send (sm, NULL, message));
  stolen = xmpp_sm_steal (sm);
  g_assert_true (stolen == message);
  xmpp_node_unref (stolen);
  g_assert_null (xmpp_sm_steal (sm));
}

/* What is kept is bounded in bytes; what waits in the stream's own queue the peer cannot have acknowledged. */
static void
test_kept_bytes (void)
{
  const gsize limit = 10000;
  g_autoptr (XmppSm) sm = xmpp_sm_new (0, limit);
  g_autoptr (XmppNode) message = xmpp_stanza_new ("message", "chat", NULL);
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autofree char *all = NULL;
  GIOStream *one;
  GIOStream *two;
  g_autoptr (XmppStream) stream = NULL;
  gsize length;

  xmpp_node_add_text_child (message, "body", NULL, text);
  all = xmpp_node_to_string (message);
  length = strlen (all);
  xmpp_sm_enable (sm);
  for (guint i = 0; i <= limit / length; i++)
    g_assert_true (xmpp_sm_send (sm, NULL, message));
  g_assert_cmpuint (xmpp_sm_get_unacked_bytes (sm), ==, (limit / length + 1) * length);
  g_assert_false (xmpp_sm_send (sm, NULL, message));
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, limit / length + 1);
  xmpp_sm_keep (sm, message);
  g_assert_cmpuint (xmpp_sm_get_unacked (sm), ==, limit / length + 2);
  g_assert_true (xmpp_sm_acknowledge (sm, 4));
  xmpp_node_unref (xmpp_sm_steal (sm));
  g_assert_cmpuint (xmpp_sm_get_unacked_bytes (sm), ==, (limit / length - 3) * length);
  xmpp_sm_enable (sm);
  g_assert_cmpuint (xmpp_sm_get_unacked_bytes (sm), ==, 0);

  test_socket_pair (&one, &two);
  stream = xmpp_stream_new (one, XMPP_NS_CLIENT);
  xmpp_stream_open (stream, NULL, NULL, NULL, NULL);
  for (guint i = 0; i < 100; i++)   /* nothing leaves before the loop turns */
    g_assert_true (xmpp_sm_send (sm, stream, message));
  test_wait_for (xmpp_stream_get_queued (stream) == 0);
  g_assert_true (xmpp_stream_is_open (stream));
  g_assert_false (xmpp_sm_send (sm, stream, message));
  g_assert_false (xmpp_stream_is_open (stream));
  g_object_unref (one);
  g_object_unref (two);
}

/* ---- PLAIN, which is taken inside TLS alone ---- */

static gboolean
accept_any (GTlsConnection       *tls,
            GTlsCertificate      *peer,
            GTlsCertificateFlags  problems,
            gpointer              user_data)
{
  return TRUE;
}

/* What a client hears that does TLS from the first byte and then says @text. */
static char *
talk_in_tls (const char *text)
{
  g_autoptr (GTlsCertificate) certificate = test_certificate_new ("example.org", NULL);
  g_autoptr (GIOStream) tls = NULL;
  g_autoptr (GAsyncResult) shaken = NULL;
  g_autoptr (GAsyncResult) written = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GIOStream *server;
  GIOStream *client;
  XmppAcceptor *acceptor;
  Raw raw = { 0 };
  GString *heard = g_string_new (NULL);
  gssize n = 1;

  test_socket_pair (&server, &client);
  acceptor = xmpp_acceptor_new (server, certificate, &host, NULL);
  g_object_unref (server);
  xmpp_acceptor_set_direct_tls (acceptor, TRUE);
  xmpp_acceptor_run_async (acceptor, cancellable, on_run, &raw);
  tls = g_tls_client_connection_new (client, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (client);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), 0, NULL, test_keep_result, &shaken);
  test_wait_for (shaken != NULL);
  g_assert_true (g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), shaken, &error));
  g_output_stream_write_all_async (g_io_stream_get_output_stream (tls), text, strlen (text), 0, NULL, test_keep_result,
                                   &written);
  while (n > 0 && strstr (heard->str, "<success") == NULL && strstr (heard->str, "<failure") == NULL)
    {
      g_autoptr (GAsyncResult) read = NULL;
      char buffer[4096];

      g_input_stream_read_async (g_io_stream_get_input_stream (tls), buffer, sizeof buffer, 0, NULL, test_keep_result,
                                 &read);
      test_wait_for (read != NULL);
      n = g_input_stream_read_finish (g_io_stream_get_input_stream (tls), read, NULL);
      if (n > 0)
        g_string_append_len (heard, buffer, n);
    }
  g_cancellable_cancel (cancellable);
  g_io_stream_close (tls, NULL, NULL);
  test_wait_for (raw.done && written != NULL);
  g_clear_error (&raw.error);
  return g_string_free (heard, FALSE);
}

static void
test_plain (void)
{
  static const struct { const char *authzid, *user, *password; const char *says; } table[] = {
    { "", "alice", "right", "<success" },
    { "alice@example.org", "alice", "right", "<success" },     /* for oneself: RFC 6120 section 6.3.8 */
    { "", "alice", "wrong", "not-authorized" },
    { "", "nobody", "right", "not-authorized" },
    { "", "alice", "", "<failure" },
    { "bob@example.org", "alice", "right", "invalid-authzid" },
    { "alice@example.com", "alice", "right", "invalid-authzid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GByteArray) plain = g_byte_array_new ();
      g_autofree char *base64 = NULL;
      g_autofree char *text = NULL;
      g_autofree char *heard = NULL;

      /* RFC 4616 */
      g_byte_array_append (plain, (const guint8 *) table[i].authzid, (guint) strlen (table[i].authzid) + 1);
      g_byte_array_append (plain, (const guint8 *) table[i].user, (guint) strlen (table[i].user) + 1);
      g_byte_array_append (plain, (const guint8 *) table[i].password, (guint) strlen (table[i].password));
      base64 = g_base64_encode (plain->data, plain->len);
      text = g_strconcat (HEAD AUTH "PLAIN'>", base64, "</auth>", NULL);
      heard = talk_in_tls (text);
      g_assert_nonnull (strstr (heard, "<mechanism>PLAIN</mechanism>"));
      if (strstr (heard, table[i].says) == NULL)
        g_error ("%s %s %s: %s", table[i].authzid, table[i].user, table[i].password, heard);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/acceptor/refusals", test_refusals);
  g_test_add_func ("/acceptor/injection", test_injection);
  g_test_add_func ("/acceptor/limits", test_limits);
  g_test_add_func ("/acceptor/timeouts", test_timeouts);
  g_test_add_func ("/acceptor/plain-in-tls", test_plain);
  g_test_add_func ("/sasl/exchange", test_sasl);
  g_test_add_func ("/sasl/edges", test_sasl_edges);
  g_test_add_func ("/sasl/iterations", test_iterations);
  g_test_add_func ("/sm/counters", test_counters);
  g_test_add_func ("/sm/kept-bytes", test_kept_bytes);
  return g_test_run ();
}
