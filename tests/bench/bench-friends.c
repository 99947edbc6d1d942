/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-friends PORT CERTIFICATE DOMAIN COUNT PICTURES SIDE: COUNT real sessions in one process, friend0 ... of DOMAIN,
 * each with STARTTLS and SCRAM, available, and each with one of PICTURES different portraits of SIDE pixels published
 * in PEP as other clients do. PICTURES 0: none. "ready COUNT MILLISECONDS BYTES" (of a picture) when all are there; it
 * goes on until standard input ends. */
#include "bench.h"

#include <portrait-export.h>
#include <stdio.h>
#include <sys/resource.h>
#include <xep/xmpp-avatar.h>
#include <xep/xmpp-presence.h>
#include <xep/xmpp-pubsub.h>
#include <xmpp-client.h>

#define IN_FLIGHT 32
#define PASSWORD "bench"

static guint16 port;
static const char *domain;
static int count, n_started, n_pictures, n_ready;
static GBytes **pictures;
static GPtrArray *clients;
static GMainLoop *loop;
static GTlsDatabase *database;

typedef struct
{
  XmppClient *client;
  GBytes     *picture;
  char       *hash;
  int         side;
  gboolean    told;                  /* its metadata is out: it is ready */
} Friend;

static int picture_side;

static void start_some (void);

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Friend *one = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr (XmppAvatarMetadata) metadata = NULL;

  if (answer == NULL)
    g_error ("publishing: %s", error->message);
  if (one->told || one->picture == NULL)
    {
      n_ready++;
      if (n_ready == count)
        g_main_loop_quit (loop);
      start_some ();
      return;
    }
  one->told = TRUE;
  metadata = xmpp_avatar_metadata_new ();
  g_ptr_array_add (metadata->infos, xmpp_avatar_info_new (one->hash, "image/png", NULL, g_bytes_get_size (one->picture),
                                                          (guint) picture_side, (guint) picture_side));
  xmpp_porter_iq_async (XMPP_PORTER (source),
                        xmpp_pubsub_publish (NULL, XMPP_NS_AVATAR_METADATA, one->hash,
                                             xmpp_avatar_metadata_to_node (metadata), NULL),
                        600, NULL, on_published, one);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Friend *one = data;
  XmppPorter *porter = xmpp_client_get_porter (one->client);
  g_autoptr (GError) error = NULL;

  if (!xmpp_client_connect_finish (one->client, result, &error))
    g_error ("signing in: %s", error->message);
  xmpp_porter_send (porter, xmpp_presence_new (XMPP_SHOW_ONLINE, NULL, 0));
  if (one->picture != NULL)
    xmpp_porter_iq_async (porter,
                          xmpp_pubsub_publish (NULL, XMPP_NS_AVATAR_DATA, one->hash,
                                               xmpp_avatar_data_to_node (one->picture), NULL),
                          600, NULL, on_published, one);
  else
    {
      n_ready++;
      if (n_ready == count)
        g_main_loop_quit (loop);
      start_some ();
    }
}

static void
start_some (void)
{
  while (n_started < count && n_started - n_ready < IN_FLIGHT)
    {
      g_autofree char *address = g_strdup_printf ("friend%d@%s/bench", n_started, domain);
      g_autoptr (XmppJid) jid = xmpp_jid_new (address, NULL);
      Friend *one = g_new0 (Friend, 1);

      one->client = xmpp_client_new (jid);
      if (n_pictures > 0)
        {
          one->picture = pictures[n_started % n_pictures];
          one->hash = xmpp_avatar_hash (one->picture);
        }
      g_ptr_array_add (clients, one->client);
      xmpp_client_set_host (one->client, "127.0.0.1", port, XMPP_TLS_STARTTLS);
      xmpp_client_set_password (one->client, PASSWORD);
      xmpp_client_set_tls_database (one->client, database);
      xmpp_client_connect_async (one->client, NULL, on_connected, one);
      n_started++;
    }
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  char byte;

  if (read (STDIN_FILENO, &byte, 1) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  struct rlimit files = { 65536, 65536 };
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  gint64 start;
  gsize bytes = 0;

  if (argc != 7)
    return 2;
  port = (guint16) atoi (argv[1]);
  domain = argv[3];
  count = atoi (argv[4]);
  n_pictures = atoi (argv[5]);
  picture_side = atoi (argv[6]);
  database = g_tls_file_database_new (argv[2], NULL);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);

  clients = g_ptr_array_new_with_free_func (g_object_unref);
  pictures = g_new0 (GBytes *, n_pictures + 1);
  for (int i = 0; i < n_pictures; i++)
    {
      pictures[i] = bench_picture_new (picture_side, (guint32) i);
      bytes += g_bytes_get_size (pictures[i]) / (gsize) n_pictures;
    }

  loop = g_main_loop_new (NULL, FALSE);
  start = g_get_monotonic_time ();
  start_some ();
  g_main_loop_run (loop);
  printf ("ready %d %.0f %" G_GSIZE_FORMAT "\n", count, bench_ms_since (start), bytes);
  fflush (stdout);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, NULL);
  g_main_loop_run (loop);
  return 0;
}
