/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-upload PORT CERTIFICATE DOMAIN COMPONENT COUNT AT-ONCE SIDE: COUNT times a slot and a PUT of a new picture of
 * SIDE pixels, AT-ONCE at a time, by the accounts friend0 ..., at most ten uploads each. "p50 p95 per-second bytes" in
 * milliseconds. */
#include "bench.h"

#include <libsoup/soup.h>
#include <mien-http.h>
#include <stdio.h>
#include <xep/xmpp-presence.h>
#include <xep/xmpp-upload.h>
#include <xmpp-client.h>

#define EACH 10
#define PASSWORD "bench"

static const char *component;
static int count, at_once, n_started, n_done, n_accounts, n_connected;
static XmppClient **clients;
static GBytes **pictures;
static double *times;
static SoupSession *http;
static GMainLoop *loop;
static GTlsDatabase *database;

typedef struct
{
  int    index;
  gint64 start;
} Upload;

static void start_some (void);

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Upload *upload = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = mien_http_send_finish (SOUP_SESSION (source), result, NULL, &error);

  if (answer == NULL)
    g_error ("PUT: %s", error->message);
  times[n_done++] = bench_ms_since (upload->start);
  if (n_done == count)
    g_main_loop_quit (loop);
  start_some ();
}

static void
on_slot (GObject *source, GAsyncResult *result, gpointer data)
{
  Upload *upload = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppNode) answer = xmpp_porter_iq_finish (XMPP_PORTER (source), result, &error);
  g_autoptr (XmppUploadSlot) slot = answer != NULL ? xmpp_upload_slot_parse (answer) : NULL;

  if (slot == NULL)
    g_error ("slot: %s", error != NULL ? error->message : "none");
  g_ptr_array_add (slot->headers, NULL);
  mien_http_send_async (http, "PUT", slot->put_url, "image/png", pictures[upload->index],
                        (const char *const *) slot->headers->pdata, 65536, NULL, NULL, NULL, NULL, on_put, upload);
}

static void
start_some (void)
{
  while (n_started < count && n_started - n_done < at_once)
    {
      Upload *upload = g_new0 (Upload, 1);
      XmppPorter *porter = xmpp_client_get_porter (clients[n_started % n_accounts]);
      g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, pictures[n_started]);
      g_autofree char *name = g_strconcat (hash, ".png", NULL);

      upload->index = n_started++;
      upload->start = g_get_monotonic_time ();
      xmpp_porter_iq_async (porter,
                            xmpp_upload_request (component, name, g_bytes_get_size (pictures[upload->index]),
                                                 "image/png", XMPP_UPLOAD_PURPOSE_PROFILE),
                            60, NULL, on_slot, upload);
    }
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!xmpp_client_connect_finish (XMPP_CLIENT (source), result, &error))
    g_error ("signing in: %s", error->message);
  xmpp_porter_send (xmpp_client_get_porter (XMPP_CLIENT (source)), xmpp_presence_new (XMPP_SHOW_ONLINE, NULL, 0));
  if (++n_connected == n_accounts)
    g_main_loop_quit (loop);
}

int
main (int argc, char **argv)
{
  gint64 start;
  int side;

  if (argc != 8)
    return 2;
  component = argv[4];
  count = atoi (argv[5]);
  at_once = atoi (argv[6]);
  side = atoi (argv[7]);
  database = g_tls_file_database_new (argv[2], NULL);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  loop = g_main_loop_new (NULL, FALSE);
  http = mien_http_session_new ();
  n_accounts = (count + EACH - 1) / EACH;
  clients = g_new0 (XmppClient *, n_accounts);
  pictures = g_new0 (GBytes *, count);
  times = g_new0 (double, count);
  for (int i = 0; i < count; i++)
    pictures[i] = bench_picture_new (side, 1000000 + g_random_int_range (0, 1 << 30));
  for (int i = 0; i < n_accounts; i++)
    {
      g_autofree char *address = g_strdup_printf ("friend%d@%s/upload%d", i, argv[3], at_once);
      g_autoptr (XmppJid) jid = xmpp_jid_new (address, NULL);

      clients[i] = xmpp_client_new (jid);
      xmpp_client_set_host (clients[i], "127.0.0.1", (guint16) atoi (argv[1]), XMPP_TLS_STARTTLS);
      xmpp_client_set_password (clients[i], PASSWORD);
      xmpp_client_set_tls_database (clients[i], database);
      xmpp_client_connect_async (clients[i], NULL, on_connected, NULL);
    }
  g_main_loop_run (loop);

  start = g_get_monotonic_time ();
  start_some ();
  g_main_loop_run (loop);
  printf ("%.2f %.2f %.1f %" G_GSIZE_FORMAT "\n", bench_percentile (times, count, 50),
          bench_percentile (times, count, 95), count * 1000 / bench_ms_since (start), g_bytes_get_size (pictures[0]));
  return 0;
}
