/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include <gio/gunixinputstream.h>
#include <mien-publisher.h>
#include <mien-session.h>

/* Mien's client without windows, on lines, for tests with clients of others:
 *   talker JID PORT CERTIFICATE FOLDER
 * The first line of standard input is the password; then "send JID TEXT" and "publish". It says "ready",
 * "message JID TEXT", "delivered", "friend JID" and "published", befriends whoever asks, and ends with its input. */

static GMainLoop *loop;
static MienSession *session;
static MienPublisher *publisher;
static GDataInputStream *input;

static void read_line (GAsyncReadyCallback callback);

static void
say (const char *word, const char *jid, const char *text)
{
  g_print ("%s%s%s%s%s\n", word, jid != NULL ? " " : "", jid != NULL ? jid : "", text != NULL ? " " : "",
           text != NULL ? text : "");
  fflush (stdout);
}

G_GNUC_NORETURN static void
fail (const GError *error)
{
  g_printerr ("talker: %s\n", error->message);
  exit (1);
}

static void
on_message (MienSession *self, MienConversation *conversation, MienMessage *message, gpointer unused)
{
  say ("message", mien_conversation_get_jid (conversation), mien_message_get_body (message));
}

static void
on_request (MienRoster *roster, MienFriend *friend, gpointer unused)
{
  mien_roster_answer (roster, mien_friend_get_jid (friend), TRUE);
}

static void
on_befriended (MienRoster *roster, MienFriend *friend, gpointer unused)
{
  say ("friend", mien_friend_get_jid (friend), NULL);
}

static void
on_delivery (MienMessage *message)
{
  if (mien_message_get_delivery (message) == MIEN_DELIVERY_DELIVERED)
    say ("delivered", NULL, NULL);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!mien_publisher_publish_finish (MIEN_PUBLISHER (source), result, NULL, NULL, &error))
    fail (error);
  say ("published", NULL, NULL);
}

static void
publish (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 960, 960);
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, 0.2, 0.5, 0.9);
  cairo_paint (cr);
  cairo_destroy (cr);
  mien_publisher_publish_async (publisher, surface, NULL, NULL, NULL, on_published, NULL);
  cairo_surface_destroy (surface);
}

static void
obey (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  g_autoptr (GError) error = NULL;
  MienMessage *message;

  if (g_strcmp0 (words[0], "publish") == 0)
    publish ();
  else if (g_strcmp0 (words[0], "send") == 0 && g_strv_length (words) == 3)
    {
      message = mien_conversation_send (mien_session_get_conversation (session, words[1]), words[2], &error);
      if (message == NULL)
        fail (error);
      g_signal_connect (message, "notify::delivery", G_CALLBACK (on_delivery), NULL);
    }
}

static void
on_out (GObject *source, GAsyncResult *result, gpointer unused)
{
  mien_session_sign_out_finish (session, result, NULL);
  g_main_loop_quit (loop);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autofree char *line = g_data_input_stream_read_line_finish (input, result, NULL, NULL);

  if (line == NULL)
    {
      mien_session_sign_out_async (session, on_out, NULL);
      return;
    }
  obey (line);
  read_line (on_line);
}

static void
on_in (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (!mien_session_sign_in_finish (session, result, &error))
    fail (error);
  say ("ready", NULL, NULL);
  read_line (on_line);
}

static void
on_password (GObject *source, GAsyncResult *result, gpointer unused)
{
  g_autofree char *password = g_data_input_stream_read_line_finish (input, result, NULL, NULL);

  mien_session_sign_in_async (session, password != NULL ? password : "", NULL, on_in, NULL);
}

static void
read_line (GAsyncReadyCallback callback)
{
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, callback, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) jid = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autoptr (SoupSession) http = NULL;
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (0, FALSE);

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  if (argc != 5)
    {
      g_printerr ("usage: talker JID PORT CERTIFICATE FOLDER\n");
      return 2;
    }
  jid = xmpp_jid_new (argv[1], &error);
  trust = jid != NULL ? g_tls_file_database_new (argv[3], &error) : NULL;
  if (trust == NULL)
    fail (error);
  loop = g_main_loop_new (NULL, FALSE);
  session = mien_session_new (jid, argv[4]);
  http = mien_http_session_new ();
  publisher = mien_publisher_new (session, http);
  input = g_data_input_stream_new (stdin_stream);
  xmpp_client_set_host (mien_session_get_client (session), "127.0.0.1", (guint16) atoi (argv[2]), XMPP_TLS_STARTTLS);
  xmpp_client_set_tls_database (mien_session_get_client (session), trust);
  g_signal_connect (session, "message", G_CALLBACK (on_message), NULL);
  g_signal_connect (mien_session_get_roster (session), "subscription-request", G_CALLBACK (on_request), NULL);
  g_signal_connect (mien_session_get_roster (session), "befriended", G_CALLBACK (on_befriended), NULL);
  read_line (on_password);
  g_main_loop_run (loop);
  return 0;
}
