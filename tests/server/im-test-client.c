/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "im-test-client.h"

#include <glib/gstdio.h>
#include <stdarg.h>

#include "folder.h"
#include "mien-im-store.h"
#include "xmpp-jid.h"
#include "xmpp-reader.h"

static void
run_role (ImServer *self)
{
  g_autoptr (GError) error = NULL;

  self->role = mien_im_role_new (self->config, NULL);
  mien_role_start (self->role, &error);
  g_assert_no_error (error);
}

static gpointer
add_accounts (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  static const char *const users[] = { "alice", "bob", "carol", "dave" };

  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autofree char *jid = g_strconcat (users[i], "@" IM_TEST_DOMAIN, NULL);
      XmppScramKeys keys;

      if (!xmpp_scram_keys_derive (&keys, users[i], XMPP_SCRAM_ITERATIONS_MIN, error)
          || !mien_im_accounts_add (db, jid, &keys, error))
        return NULL;
    }
  return NULL;
}

ImServer *
im_server_start (const char *more)
{
  ImServer *self = g_new0 (ImServer, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (MienDatabase) db = NULL;

  self->directory = test_folder_new ("im");
  g_assert_no_error (error);
  text = g_strdup_printf ("[server]\ndata-directory=data\n[im]\ndomain=" IM_TEST_DOMAIN "\nlisten=127.0.0.1:0\n"
                          "component-listen=127.0.0.1:0\n%s", more != NULL ? more : "");
  self->config = mien_server_config_parse (text, self->directory, &error);
  g_assert_no_error (error);
  folder = mien_server_config_make_directory (self->config, "im", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "im.sqlite", NULL);
  db = mien_im_store_open (path, &error);
  g_assert_no_error (error);
  mien_database_run_sync (db, MIEN_DATABASE_WRITE, add_accounts, NULL, &error);
  g_assert_no_error (error);
  mien_database_close (db);
  run_role (self);
  return self;
}

static gboolean
count_down (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
im_server_stop (ImServer *self)
{
  gpointer watched = self->role;
  gboolean late = FALSE;
  guint timer;

  mien_role_stop (self->role);
  g_object_add_weak_pointer (G_OBJECT (self->role), &watched);
  g_object_unref (self->role);
  timer = g_timeout_add_seconds (10, count_down, &late);
  while (watched != NULL && !late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (watched);
  g_source_remove (timer);
  mien_server_config_unref (self->config);
  test_folder_remove (self->directory);
  g_free (self);
}

void
im_server_restart (ImServer *self)
{
  mien_role_stop (self->role);
  g_clear_object (&self->role);
  run_role (self);
}

guint16
im_server_get_port (ImServer *self)
{
  const char *bound = mien_server_config_get_bound (self->config, "im");

  return g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
}

static void
on_stanza (XmppStream *stream, XmppNode *stanza, gpointer user_data)
{
  ImClient *self = user_data;

  if (xmpp_node_is (stanza, "r", NULL))   /* the tests that want to answer do */
    {
      self->acks_asked++;
      return;
    }
  self->handled = xmpp_node_is (stanza, "enabled", NULL) ? 0 : self->handled + 1;
  g_queue_push_tail (&self->inbox, xmpp_node_ref (stanza));
}

static void
on_closed (XmppStream *stream, const GError *error, gpointer user_data)
{
  ImClient *self = user_data;

  self->closed = TRUE;
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

static const XmppStreamEvents events = { NULL, on_stanza, on_closed, NULL };

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
accept_any (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer user_data)
{
  return TRUE;
}

static GTlsConnection *
make_tls (XmppStream *stream, GIOStream *plain, gpointer user_data, GError **error)
{
  GTlsConnection *tls = G_TLS_CONNECTION (g_tls_client_connection_new (plain, NULL, error));

  if (tls != NULL)
    g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  return tls;
}

static void
start_tls (ImClient *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_stream_start_tls_async (self->stream, make_tls, NULL, NULL, on_result, &result);
  im_turn_until (result != NULL);
  xmpp_stream_start_tls_finish (self->stream, result, &error);
  g_assert_no_error (error);
  xmpp_stream_resume (self->stream);
}

/* XMPP_STREAM: start_tls has to be called inside `stanza`; so the answer to <starttls/> is looked for there. */
static void
on_stanza_tls (XmppStream *stream, XmppNode *stanza, gpointer user_data)
{
  ImClient *self = user_data;

  if (!xmpp_node_is (stanza, "proceed", NULL))
    {
      on_stanza (stream, stanza, user_data);
      return;
    }
  self->features = xmpp_node_ref (stanza);
  xmpp_stream_pause (stream);
}

static const XmppStreamEvents tls_events = { NULL, on_stanza_tls, on_closed, NULL };

ImClient *
im_client_connect (ImServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GAsyncResult) connected = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  ImClient *self = g_new0 (ImClient, 1);

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", im_server_get_port (server), NULL, on_result, &connected);
  im_turn_until (connected != NULL);
  connection = g_socket_client_connect_to_host_finish (client, connected, &error);
  g_assert_no_error (error);
  self->stream = xmpp_stream_new (G_IO_STREAM (connection), XMPP_NS_CLIENT);
  xmpp_stream_set_events (self->stream, &tls_events, self);
  xmpp_stream_resume (self->stream);
  xmpp_stream_open (self->stream, NULL, IM_TEST_DOMAIN, NULL, NULL);
  xmpp_node_unref (im_client_wait (self, "features", NULL, "starttls", NULL));
  im_client_send (self, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  im_turn_until (self->features != NULL);
  g_clear_pointer (&self->features, xmpp_node_unref);
  start_tls (self);
  xmpp_stream_set_events (self->stream, &events, self);
  xmpp_stream_open (self->stream, NULL, IM_TEST_DOMAIN, NULL, NULL);
  xmpp_node_unref (im_client_wait (self, "features", NULL, "mechanisms", NULL));
  return self;
}

gboolean
im_client_authenticate (ImClient *self, const char *user, const char *password)
{
  g_autofree char *plain = g_strdup_printf ("%c%s%c%s", 'x', user, 'x', password);
  gsize length = strlen (plain);
  g_autofree char *base64 = NULL;
  g_autoptr (XmppNode) answer = NULL;

  plain[0] = plain[1 + strlen (user)] = '\0';   /* RFC 4616: NUL user NUL password */
  base64 = g_base64_encode ((const guchar *) plain, length);
  im_client_send (self, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", base64);
  im_turn_until (self->closed || !g_queue_is_empty (&self->inbox));
  if (self->closed)
    return FALSE;
  answer = g_queue_pop_head (&self->inbox);
  if (!xmpp_node_is (answer, "success", NULL))
    {
      g_autofree char *text = xmpp_node_to_string (answer);

      g_test_message ("%s", text);
      return FALSE;
    }
  g_free (self->user);
  self->user = g_strdup (user);
  xmpp_stream_restart (self->stream);
  xmpp_stream_open (self->stream, NULL, IM_TEST_DOMAIN, NULL, NULL);
  g_clear_pointer (&self->features, xmpp_node_unref);
  self->features = im_client_wait (self, "features", NULL, NULL, NULL);
  return TRUE;
}

void
im_client_bind (ImClient *self, const char *resource)
{
  g_autofree char *payload = NULL;
  g_autoptr (XmppNode) answer = NULL;

  if (resource != NULL)
    payload = g_strdup_printf ("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>%s</resource></bind>",
                               resource);
  answer = im_client_ask (self, "set", NULL,
                          payload != NULL ? payload : "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "result");
  self->jid = g_strdup (xmpp_node_child_text (xmpp_node_child (answer, "bind", NULL), "jid", NULL));
  g_assert_nonnull (self->jid);
}

ImClient *
im_client_new (ImServer *server, const char *user, const char *resource)
{
  ImClient *self = im_client_connect (server);

  g_assert_true (im_client_authenticate (self, user, user));
  im_client_bind (self, resource);
  return self;
}

static void
release (ImClient *self)
{
  xmpp_stream_set_events (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
  im_client_clear (self);
  g_clear_pointer (&self->features, xmpp_node_unref);
  g_clear_error (&self->error);
  g_free (self->user);
  g_free (self->jid);
  g_free (self);
}

void
im_client_drop (ImClient *self)
{
  xmpp_stream_abort (self->stream);
  release (self);
}

void
im_client_free (ImClient *self)
{
  if (!self->closed)
    {
      xmpp_stream_close (self->stream);
      im_turn_until (self->closed);
    }
  release (self);
}

void
im_client_clear (ImClient *self)
{
  XmppNode *node;

  while ((node = g_queue_pop_head (&self->inbox)) != NULL)
    xmpp_node_unref (node);
}

void
im_client_send (ImClient *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (XmppNode) parent = NULL;
  g_autoptr (GError) error = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  whole = g_strconcat ("<x xmlns='jabber:client'>", text, "</x>", NULL);
  parent = xmpp_node_parse (whole, -1, &error);
  g_assert_no_error (error);
  XMPP_NODE_FOREACH (parent, child)
    xmpp_stream_send (self->stream, child);
}

static XmppNode *
find (ImClient *self, const char *name, const char *type, const char *child, const char *ns, const char *from,
      const char *id)
{
  for (GList *l = self->inbox.head; l != NULL; l = l->next)
    {
      XmppNode *node = l->data;

      if ((name != NULL && !xmpp_node_is (node, name, NULL))
          || (type != NULL && g_strcmp0 (xmpp_node_get (node, "type"), type) != 0)
          || ((child != NULL || ns != NULL) && xmpp_node_child (node, child, ns) == NULL)
          || (from != NULL && g_strcmp0 (xmpp_node_get (node, "from"), from) != 0)
          || (id != NULL && g_strcmp0 (xmpp_node_get (node, "id"), id) != 0))
        continue;
      g_queue_delete_link (&self->inbox, l);
      return node;
    }
  return NULL;
}

static XmppNode *
wait_for (ImClient *self, const char *name, const char *type, const char *child, const char *ns, const char *from,
          const char *id)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (TRUE)
    {
      XmppNode *found = find (self, name, type, child, ns, from, id);

      if (found != NULL)
        return found;
      if (self->closed || g_get_monotonic_time () > deadline)
        {
          for (GList *l = self->inbox.head; l != NULL; l = l->next)
            {
              g_autofree char *text = xmpp_node_to_string (l->data);

              g_test_message ("in the inbox: %s", text);
            }
          g_error ("%s: no <%s type='%s'><%s xmlns='%s'/> from %s id %s (%s)", self->jid, name, type, child, ns, from,
                   id,
                   self->error != NULL ? self->error->message
                   : self->closed      ? "closed"
                                       : "late");
        }
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (200);
    }
}

XmppNode *
im_client_wait (ImClient *self, const char *name, const char *type, const char *child, const char *ns)
{
  return wait_for (self, name, type, child, ns, NULL, NULL);
}

XmppNode *
im_client_wait_from (ImClient *self, const char *name, const char *type, const char *from)
{
  return wait_for (self, name, type, NULL, NULL, from, NULL);
}

XmppNode *
im_client_ask (ImClient *self, const char *type, const char *to, const char *payload)
{
  g_autofree char *id = g_strdup_printf ("test-%" G_GUINT64_FORMAT, self->next_id++);
  g_autofree char *address = to != NULL ? g_strdup_printf (" to='%s'", to) : g_strdup ("");

  im_client_send (self, "<iq type='%s' id='%s'%s>%s</iq>", type, id, address, payload);
  return wait_for (self, "iq", NULL, NULL, NULL, NULL, id);
}

void
im_client_ask_ok (ImClient *self, const char *type, const char *to, const char *payload)
{
  g_autoptr (XmppNode) answer = im_client_ask (self, type, to, payload);
  g_autofree char *text = xmpp_node_to_string (answer);

  g_test_message ("%s", text);
  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "result");
}

void
im_client_ask_error (ImClient *self, const char *type, const char *to, const char *payload, const char *condition)
{
  g_autoptr (XmppNode) answer = im_client_ask (self, type, to, payload);

  g_assert_cmpstr (xmpp_node_get (answer, "type"), ==, "error");
  g_assert_cmpstr (xmpp_stanza_get_error_condition (answer), ==, condition);
}

/* A read of the own roster waits behind everything that was asked of the database before; a ping then behind its
 * answer. */
void
im_client_sync (ImClient *self)
{
  for (guint i = 0; i < 2; i++)
    xmpp_node_unref (im_client_ask (self, "get", NULL, "<vCard xmlns='vcard-temp'/>"));
}

void
im_client_none (ImClient *self, const char *name, const char *type, const char *child, const char *ns)
{
  XmppNode *found;

  im_client_sync (self);
  found = find (self, name, type, child, ns, NULL, NULL);
  if (found != NULL)
    {
      g_autofree char *text = xmpp_node_to_string (found);

      g_error ("%s got %s", self->jid, text);
    }
}

void
im_client_wait_closed (ImClient *self)
{
  im_turn_until (self->closed);
}

void
im_client_appear (ImClient *self)
{
  xmpp_node_unref (im_client_ask (self, "get", NULL, "<query xmlns='jabber:iq:roster'/>"));
  im_client_send (self, "<presence/>");
  im_client_sync (self);
  im_client_clear (self);
}

static void
subscribe (ImClient *from, ImClient *to)
{
  im_client_send (from, "<presence type='subscribe' to='%s@" IM_TEST_DOMAIN "'/>", to->user);
  im_client_sync (from);
  im_client_send (to, "<presence type='subscribed' to='%s@" IM_TEST_DOMAIN "'/>", from->user);
  im_client_sync (to);
}

void
im_befriend (ImClient *a, ImClient *b)
{
  subscribe (a, b);
  subscribe (b, a);
  im_client_sync (a);
  im_client_clear (a);
  im_client_clear (b);
}
