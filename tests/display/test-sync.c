/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-test"

#include "mien-config.h"

#include "editor-fixture.h"

#include "../avatar/avatar-fixture.h"
#include "../avatar/avatar-server-fixture.h"

/* S3081-S3084 as the user sees it: the editor is open on a small catalogue while the server's large one comes. */

typedef struct
{
  EditorFixture *fixture;
  GCancellable  *cancellable;            /* to be cancelled as soon as bytes come, or NULL */
  double         least, most;            /* of the bar while it was shown */
  guint          n_shown;
  gboolean       done, ok;
  GError        *error;
} Watch;

/* After the editor's own handler. */
static void
on_progress (MienWardrobe *wardrobe, guint64 done, guint64 total, Watch *watch)
{
  MienEditorWindow *editor = watch->fixture->editor;
  double fraction = gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (editor->sync_bar));

  if (!gtk_revealer_get_reveal_child (GTK_REVEALER (editor->sync_revealer)))
    return;
  g_assert_cmpfloat_with_epsilon (fraction, (double) done / (double) total, 1e-6);
  watch->least = MIN (watch->least, fraction);
  watch->most = MAX (watch->most, fraction);
  watch->n_shown++;
  if (watch->n_shown == 1 && watch->cancellable == NULL)
    editor_shoot (watch->fixture, "sync");
  if (watch->cancellable != NULL && done > 0)
    g_cancellable_cancel (watch->cancellable);
}

static void
on_synced (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->ok = mien_wardrobe_sync_finish (MIEN_WARDROBE (source), result, NULL, &watch->error);
  watch->done = TRUE;
}

static void
sync_with (EditorFixture *self, AvatarServer *server, Watch *watch)
{
  g_autofree char *uri = g_strconcat (server->uri, "catalogue.json", NULL);

  gulong id = g_signal_connect_after (self->wardrobe, "sync-progress", G_CALLBACK (on_progress), watch);
  mien_wardrobe_sync_async (self->wardrobe, uri, NULL, NULL, watch->cancellable, on_synced, watch);
  test_wait_until (watch->done);
  g_signal_handler_disconnect (self->wardrobe, id);
  /* However it ended, nothing goes on being shown. */
  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (self->editor->sync_revealer)));
}

static guint
count_types (EditorFixture *self)
{
  guint n = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (self->editor->types); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    n++;
  return n;
}

static void
test_sync (EditorFixture *self, gconstpointer data)
{
  AvatarServer server = { 0 };
  Watch stopped = { .fixture = self, .cancellable = g_cancellable_new (), .least = 1 };
  Watch watch = { .fixture = self, .least = 1 };

  avatar_server_start (&server);
  editor_choose_type (self, "coat");
  g_assert_cmpuint (count_types (self), ==, 4);

  /* Cut off in the middle: the old catalogue stays. */
  sync_with (self, &server, &stopped);
  g_assert_false (stopped.ok);
  g_assert_error (stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_types (self), ==, 4);
  g_clear_error (&stopped.error);
  g_object_unref (stopped.cancellable);

  sync_with (self, &server, &watch);
  g_assert_no_error (watch.error);
  g_assert_true (watch.ok);
  g_assert_cmpuint (watch.n_shown, >, 1);
  g_assert_cmpfloat (watch.least, <, watch.most);
  g_assert_cmpfloat (watch.most, <, 1);
  /* The new types are there, and the chosen one is still chosen, with more to choose from. */
  test_wait_until (count_types (self) == 12);
  g_assert_cmpstr (self->editor->type->name, ==, "coat");
  test_wait_until (editor_get_avatar_at (self, 5) != NULL);
  editor_pick (self, 5);
  editor_shoot (self, "synced");

  /* The next start without a server shows it. */
  avatar_server_stop (&server);
  editor_close_window (self);
  editor_open_window (self);
  test_wait_until (count_types (self) == 12);
}

int
main (int argc, char **argv)
{
  test_display_init (&argc, &argv);
  g_setenv ("MIEN_TEST_PACK", MIEN_TEST_PACK, TRUE);
  editor_init ();
  editor_pack = MIEN_SMALL_PACK;
  g_test_add ("/sync/progress", EditorFixture, NULL, editor_set_up, test_sync, editor_tear_down);

  return g_test_run ();
}
