/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "xmpp"

#include "xmpp-connector-private.h"

/* TLS */

static const char *
problem_in_words (GTlsCertificateFlags problems)
{
  if (problems & G_TLS_CERTIFICATE_REVOKED)
    return "it was revoked";
  if (problems & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "it belongs to another name";
  if (problems & G_TLS_CERTIFICATE_EXPIRED)
    return "it is out of date";
  if (problems & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "it is not valid yet";
  if (problems & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "nobody known has signed it";
  if (problems & G_TLS_CERTIFICATE_INSECURE)
    return "it is made in an unsafe way";
  return "it is faulty";
}

static gboolean
on_accept_certificate (GTlsConnection       *connection,
                       GTlsCertificate      *certificate,
                       GTlsCertificateFlags  problems,
                       gpointer              user_data)
{
  XmppConnector *self = user_data;

  self->problems = problems;
  return self->task != NULL && self->certificate_func != NULL
         && self->certificate_func (self, certificate, problems, self->certificate_data);
}

static GTlsConnection *
make_tls (XmppStream  *stream,
          GIOStream   *plain,
          gpointer     user_data,
          GError     **error)
{
  XmppConnector *self = user_data;
  static const char * const protocols[] = { "xmpp-client", NULL };
  /* RFC 6120 section 13.7.2.1: the name to prove is the account's xmpp_connector_domain, whatever host SRV led to. */
  g_autoptr (GSocketConnectable) identity = g_network_address_new (xmpp_connector_domain (self), self->target->port);
  GIOStream *tls;

  /* At once with our own database: set later, the system's would have been read in vain. */
  if (self->database != NULL)
    tls = g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()), NULL, error,
                          "base-io-stream", plain, "server-identity", identity, "database", self->database, NULL);
  else
    tls = g_tls_client_connection_new (plain, identity, error);
  if (tls == NULL)
    return NULL;
  if (self->target->direct_tls)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_signal_connect_object (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), self, 0);
  return G_TLS_CONNECTION (tls);
}

static void
on_tls_done (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (XmppConnector) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = xmpp_stream_start_tls_finish (XMPP_STREAM (source), result, &error);

  if (self->task == NULL)
    return;
  if (ok)
    {
      xmpp_connector_open_stream (self);
      return;
    }
  xmpp_stream_abort (self->stream);   /* nothing readable can be said over half a handshake */
  g_clear_object (&self->stream);
  if (self->problems != 0)
    xmpp_connector_fail_with (self, XMPP_ERROR_CERTIFICATE, NULL, "The certificate of %s is not to be trusted: %s.",
                              xmpp_connector_domain (self), problem_in_words (self->problems));
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_TLS, NULL, "No protected connection to %s could be made: %s",
                              xmpp_connector_domain (self), error->message);
}

void
xmpp_connector_start_tls (XmppConnector *self)
{
  xmpp_stream_start_tls_async (self->stream, make_tls, self, self->cancellable, on_tls_done, g_object_ref (self));
}

void
xmpp_connector_ask_starttls (XmppConnector *self)
{
  g_autoptr (XmppNode) starttls = NULL;

  if (xmpp_node_child (self->features, "starttls", XMPP_NS_TLS) == NULL)
    {
      /* Somebody in between may have taken the offer out: never go on without. */
      xmpp_connector_fail_with (self, XMPP_ERROR_TLS, NULL, "The server %s offers no protected connection.",
                                xmpp_connector_domain (self));
      return;
    }
  starttls = xmpp_node_new ("starttls", XMPP_NS_TLS);
  xmpp_stream_send (self->stream, starttls);
  self->expect = EXPECT_PROCEED;
}

void
xmpp_connector_on_proceed (XmppConnector *self,
                           XmppNode      *node)
{
  if (xmpp_node_is (node, "proceed", XMPP_NS_TLS))
    xmpp_connector_start_tls (self);
  else
    xmpp_connector_fail_with (self, XMPP_ERROR_TLS, NULL, "The server %s refuses a protected connection.",
                              xmpp_connector_domain (self));
}
