/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-tips PORT CERTIFICATE DOMAIN FOLDER PACK PUBLICATIONS: the real main window of "me", with real pointer events.
 * Milliseconds from sending the pointer to a row (XTEST) of a window at rest until the frame with the current portrait
 * in the tips is painted: "cold" the first time at each row in sight, with tips open at the row before; "warm" every
 * later time; "swept" the same without a rest between, so that each motion waits for the end of a frame; "first" with
 * no tips open before, the rest of the pointer included. "publish": from the start of publishing a new 960×960 portrait
 * as friend0, who sits in the same process, until the frame that shows it in the row. "name count p50 p95 max" a
 * line. */
#include "bench.h"
#include "display.h"

#include <adwaita.h>
#include <stdio.h>

#include "mien-account.h"
#include "mien-friend-list.h"
#include "mien-friend-row.h"
#include "mien-main-window.h"
#include "mien-settings.h"
#include "mien-tips.h"

#define PASSWORD "bench"
#define ROUNDS 6

static MienGallery *gallery;
static MienTips *tips;

typedef struct
{
  const char *jid;                 /* whose portrait is waited for */
  const char *former;              /* publish: its hash before; NULL: tips */
  gint64      painted;             /* 0: not yet */
} Wait;

static void
on_after_paint (GdkFrameClock *clock, Wait *wait)
{
  gboolean current = FALSE;

  if (wait->jid == NULL || wait->painted != 0)
    return;
  if (wait->former != NULL)
    {
      if (g_strcmp0 (mien_gallery_get_hash (gallery, wait->jid), wait->former) != 0
          && mien_gallery_lookup (gallery, wait->jid, MIEN_FRIEND_ROW_FACE, &current) != NULL && current)
        wait->painted = g_get_monotonic_time ();
    }
  else if (g_strcmp0 (mien_tips_get_jid (tips), wait->jid) == 0 && gtk_widget_get_mapped (GTK_WIDGET (tips))
           && mien_gallery_lookup (gallery, wait->jid, MIEN_TIPS_FACE, &current) != NULL && current)
    wait->painted = g_get_monotonic_time ();
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!mien_session_sign_in_finish (MIEN_SESSION (source), result, &error))
    g_error ("signing in: %s", error->message);
  *(gboolean *) data = TRUE;
}

static void
sign_in (MienSession *session, guint16 port, GTlsDatabase *database)
{
  gboolean done = FALSE;

  xmpp_client_set_host (mien_session_get_client (session), "127.0.0.1", port, XMPP_TLS_STARTTLS);
  xmpp_client_set_tls_database (mien_session_get_client (session), database);
  mien_session_sign_in_async (session, PASSWORD, NULL, on_signed_in, &done);
  test_wait_until (done && mien_session_get_portrait_service (session) != NULL);
}

static void
collect_rows (GtkWidget *widget, GtkWidget *list, GPtrArray *rows)
{
  graphene_rect_t bounds;

  if (MIEN_IS_FRIEND_ROW (widget) && gtk_widget_get_mapped (widget) && gtk_widget_compute_bounds (widget, list, &bounds)
      && bounds.origin.y >= 0 && bounds.origin.y + bounds.size.height <= gtk_widget_get_height (list))
    g_ptr_array_add (rows, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect_rows (child, list, rows);
}

static double
point_at (GtkWidget *row, Wait *wait, gboolean at_rest)
{
  int x, y;
  gint64 start;

  test_wait_mapped (row);
  test_get_point (row, 0.5, 0.5, &x, &y);
  if (at_rest)
    test_wait_rest (row);      /* a hand that moves on does so long after the last frame */
  start = g_get_monotonic_time ();
  wait->painted = 0;
  wait->jid = mien_friend_row_get_jid (MIEN_FRIEND_ROW (row));
  test_move_to (x, y);
  while (wait->painted == 0 && g_get_monotonic_time () - start < 5 * G_TIME_SPAN_SECOND)
    g_main_context_iteration (NULL, TRUE);
  return (double) (wait->painted - start) / 1000;
}

static void
print (const char *name, double *times, int n)
{
  double p50 = bench_percentile (times, n, 50), p95 = bench_percentile (times, n, 95);

  printf ("%s\t%d\t%.1f\t%.1f\t%.1f\n", name, n, p50, p95, n > 0 ? times[n - 1] : 0);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!mien_publisher_publish_finish (MIEN_PUBLISHER (source), result, NULL, NULL, &error))
    g_error ("publishing: %s", error->message);
  *(gboolean *) data = TRUE;
}

static double
publish (MienPublisher *publisher, BenchLook *look, int step, Wait *wait)
{
  cairo_surface_t *portrait;
  g_autofree char *former = g_strdup (mien_gallery_get_hash (gallery, wait->jid));
  gboolean done = FALSE;
  gint64 start;

  bench_look_move (look, step + 1);
  portrait = portrait_compositor_render (look->compositor, PORTRAIT_STANDARD_SIZE, NULL);
  wait->painted = 0;
  wait->former = former;
  start = g_get_monotonic_time ();
  mien_publisher_publish_async (publisher, portrait, NULL, NULL, NULL, on_published, &done);
  while ((wait->painted == 0 || !done) && g_get_monotonic_time () - start < 10 * G_TIME_SPAN_SECOND)
    g_main_context_iteration (NULL, TRUE);
  cairo_surface_destroy (portrait);
  return (double) (wait->painted - start) / 1000;
}

int
main (int argc, char **argv)
{
  test_display_init (&argc, &argv);
  if (argc != 7)
    return 2;

  guint16 port = (guint16) atoi (argv[1]);
  int publications = atoi (argv[6]), n_warm = 0, n_swept = 0, n_cold = 0, n_first = 0;
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (argv[2], NULL);
  g_autofree char *me = g_strconcat ("me@", argv[3], NULL), *other = g_strconcat ("friend0@", argv[3], NULL);
  g_autofree char *folder = g_build_filename (argv[4], "friend0", NULL);
  g_autoptr (XmppJid) jid = xmpp_jid_new (me, NULL), friend_jid = xmpp_jid_new (other, NULL);
  AdwApplication *app = ADW_APPLICATION (adw_application_new (NULL, G_APPLICATION_NON_UNIQUE));
  GSettings *settings = mien_settings_new (argv[4]);
  Wait wait = { NULL };
  double cold[64], warm[64 * ROUNDS], swept[64 * ROUNDS], first[64], *published = g_new (double, publications);

  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_application_register (G_APPLICATION (app), NULL, NULL);
  MienAccount *account = mien_account_new (jid, argv[4], argv[5], settings);
  gallery = mien_account_get_gallery (account);
  GtkWidget *window = mien_main_window_new (GTK_APPLICATION (app), account, settings);
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 1100);
  gtk_window_present (GTK_WINDOW (window));
  test_wait_mapped (window);
  sign_in (mien_account_get_session (account), port, database);

  GtkWidget *list = test_get (window, MIEN_TYPE_FRIEND_LIST, GTK_ACCESSIBLE_ROLE_WIDGET, NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  guint shown = 0, visible = 0;
  tips = MIEN_TIPS (mien_friend_list_get_tips (MIEN_FRIEND_LIST (list)));
  do
    {
      test_turn ();
      mien_friend_list_count_portraits (MIEN_FRIEND_LIST (list), &shown, &visible);
    }
  while (visible < 5 || shown < visible);
  test_settle ();
  collect_rows (list, list, rows);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_after_paint), &wait);

  point_at (rows->pdata[0], &wait, TRUE);
  for (int round = 0; round <= 2 * ROUNDS; round++)
    for (guint i = 1; i < MIN (rows->len, 64); i++)
      {
        gboolean at_rest = round <= ROUNDS;
        double ms = point_at (rows->pdata[i], &wait, at_rest);

        if (round == 0)
          cold[n_cold++] = ms;
        else if (at_rest)
          warm[n_warm++] = ms;
        else
          swept[n_swept++] = ms;
      }
  for (guint i = 0; i < MIN (rows->len, 8); i++)
    {
      wait.jid = NULL;
      test_move_to (1, 1);
      while (gtk_widget_get_mapped (GTK_WIDGET (tips)))
        g_main_context_iteration (NULL, TRUE);
      first[n_first++] = point_at (rows->pdata[i], &wait, TRUE);
    }
  print ("warm", warm, n_warm);
  print ("swept", swept, n_swept);
  print ("cold", cold, n_cold);
  print ("first", first, n_first);

  MienSession *session = mien_session_new (friend_jid, folder);
  SoupSession *http = mien_http_session_new ();
  MienPublisher *publisher = mien_publisher_new (session, http);
  BenchLook *look = bench_look_new (argv[5], "hat", PORTRAIT_STANDARD_SIZE);
  sign_in (session, port, database);
  wait.jid = NULL;
  test_move_to (1, 1);
  test_settle ();
  wait.jid = other;
  for (int i = 0; i < publications; i++)
    published[i] = publish (publisher, look, i, &wait);
  print ("publish", published, publications);
  fflush (stdout);
  _exit (0);
}
