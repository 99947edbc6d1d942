/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-pack-watcher.h"

#include <glib/gi18n-lib.h>

#include "mien-file.h"
#include "mien-pack-check.h"

struct _MienPackWatcher
{
  GObject parent_instance;

  char *directory;
  char *memory;                    /* file of checked drawings; NULL: none */
  MienPackCheck *check;            /* owned; used by one reading at a time */
  GFileMonitor *monitor;
  GFileMonitor *parent_monitor;    /* the folder may be replaced as a whole, by a link to another say */
  guint quiet_id;
  GCancellable *cancellable;       /* of the reading under way, or NULL */
  gboolean changed_again;          /* while it was under way */
  gboolean recalled;               /* the memory was read; by the reading alone */

  MienPublication *current;
  MienPublication *previous;
};

G_DEFINE_FINAL_TYPE (MienPackWatcher, mien_pack_watcher, G_TYPE_OBJECT)

enum { LOADED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void start_reading (MienPackWatcher *self);

static void
mien_pack_watcher_dispose (GObject *object)
{
  mien_pack_watcher_stop (MIEN_PACK_WATCHER (object));

  G_OBJECT_CLASS (mien_pack_watcher_parent_class)->dispose (object);
}

static void
mien_pack_watcher_finalize (GObject *object)
{
  MienPackWatcher *self = MIEN_PACK_WATCHER (object);

  g_free (self->directory);
  g_free (self->memory);
  g_clear_pointer (&self->check, mien_pack_check_free);
  g_clear_pointer (&self->current, mien_publication_unref);
  g_clear_pointer (&self->previous, mien_publication_unref);

  G_OBJECT_CLASS (mien_pack_watcher_parent_class)->finalize (object);
}

static void
mien_pack_watcher_class_init (MienPackWatcherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_pack_watcher_dispose;
  object_class->finalize = mien_pack_watcher_finalize;

  signals[LOADED] = g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
mien_pack_watcher_init (MienPackWatcher *self)
{
  self->check = mien_pack_check_new ();
}

MienPackWatcher *
mien_pack_watcher_new (const char *directory,
                       const char *memory)
{
  MienPackWatcher *self;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (MIEN_TYPE_PACK_WATCHER, NULL);
  self->directory = g_strdup (directory);
  self->memory = g_strdup (memory);
  return self;
}

/* A restart with a known pack draws nothing again. */
static void
remember (MienPackWatcher *self)
{
  g_autoptr(GError) error = NULL;

  if (self->memory != NULL && mien_pack_check_get_n_drawn (self->check) > 0 &&
      !mien_pack_check_remember (self->check, self->memory, &error))
    g_warning ("The next start will check all avatars again: %s", error->message);
}

/* In any thread, one at a time. All problems in the log, the first in the error. */
static MienPublication *
read_pack (MienPackWatcher  *self,
           GCancellable     *cancellable,
           GError          **error)
{
  g_autoptr(MienPack) pack = mien_pack_load (self->directory, MIEN_PACK_LOAD_CONTENT, cancellable, error);
  g_autoptr(GPtrArray) problems = NULL;

  if (pack == NULL)
    return NULL;
  if (self->memory != NULL && !self->recalled)
    mien_pack_check_recall (self->check, self->memory);
  self->recalled = TRUE;
  problems = mien_pack_check_run (self->check, pack, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (problems->len == 0)
    {
      remember (self);
      return mien_publication_new (pack);
    }

  for (guint i = 1; i < MIN (problems->len, MIEN_PACK_WATCHER_LOGGED_PROBLEMS); i++)
    g_message ("%s: %s", self->directory, (const char *) g_ptr_array_index (problems, i));
  g_set_error (error, MIEN_CATALOGUE_ERROR, MIEN_CATALOGUE_ERROR_DRAWING,
               ngettext ("%s (%u problem)", "%s (%u problems)", problems->len),
               (const char *) g_ptr_array_index (problems, 0), problems->len);
  return NULL;
}

static void
read_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  MienPublication *publication = read_pack (MIEN_PACK_WATCHER (source), cancellable, &error);

  if (publication != NULL)
    g_task_return_pointer (task, publication, (GDestroyNotify) mien_publication_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
publish (MienPackWatcher *self,
         MienPublication *publication)
{
  g_clear_pointer (&self->previous, mien_publication_unref);
  self->previous = self->current;
  self->current = publication;
  g_message ("Avatars from %s: %u, catalogue %s", self->directory,
             g_list_model_get_n_items (
                 G_LIST_MODEL (mien_pack_get_catalogue (mien_publication_get_pack (publication)))),
             mien_publication_get_etag (publication, FALSE));
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  MienPackWatcher *self = MIEN_PACK_WATCHER (source);
  g_autoptr(GError) error = NULL;
  MienPublication *publication = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean good = publication != NULL;

  g_clear_object (&self->cancellable);
  if (self->monitor == NULL)       /* stopped meanwhile */
    {
      g_clear_pointer (&publication, mien_publication_unref);
      return;
    }
  if (self->changed_again)
    {
      self->changed_again = FALSE;
      start_reading (self);
    }
  if (!good && self->current == NULL)
    g_warning ("The avatar pack in %s was refused, and there are no avatars until it is put right: %s", self->directory,
               error->message);
  else if (!good)
    g_warning ("The avatar pack in %s was refused and the one before stays: %s", self->directory, error->message);
  else if (self->current != NULL && g_str_equal (mien_publication_get_etag (publication, FALSE),
                                                 mien_publication_get_etag (self->current, FALSE)))
    mien_publication_unref (publication);      /* touched, but the same */
  else
    publish (self, publication);
  g_signal_emit (self, signals[LOADED], 0, good);
}

static void
start_reading (MienPackWatcher *self)
{
  g_autoptr(GTask) task = NULL;

  if (self->cancellable != NULL)
    {
      self->changed_again = TRUE;
      return;
    }
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, on_read, NULL);
  g_task_set_source_tag (task, start_reading);
  g_task_run_in_thread (task, read_in_thread);
}

static gboolean
on_quiet (gpointer user_data)
{
  MienPackWatcher *self = user_data;

  self->quiet_id = 0;
  start_reading (self);
  return G_SOURCE_REMOVE;
}

/* Copying a pack makes many events; it is complete when they end. */
static void
on_changed (GFileMonitor      *monitor,
            GFile             *file,
            GFile             *other,
            GFileMonitorEvent  event,
            MienPackWatcher   *self)
{
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  self->quiet_id = g_timeout_add (MIEN_PACK_WATCHER_QUIET_MS, on_quiet, self);
}

static gboolean
watch_folder (MienPackWatcher  *self,
              GError          **error)
{
  g_autoptr(GFile) folder = g_file_new_for_path (self->directory);
  GFileMonitor *monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, error);

  if (monitor == NULL)
    return FALSE;
  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
      g_object_unref (self->monitor);
    }
  self->monitor = monitor;
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed), self);
  return TRUE;
}

/* A monitor follows the folder that it began with, wherever that goes: another one in its place is watched anew. */
static void
on_parent_changed (GFileMonitor      *monitor,
                   GFile             *file,
                   GFile             *other,
                   GFileMonitorEvent  event,
                   MienPackWatcher   *self)
{
  g_autoptr(GFile) folder = g_file_new_for_path (self->directory);

  if (!g_file_equal (file, folder) && (other == NULL || !g_file_equal (other, folder)))
    return;
  if (g_file_test (self->directory, G_FILE_TEST_IS_DIR) && watch_folder (self, NULL))
    on_changed (monitor, file, other, event, self);
}

/* What an administrator gets wrong most, told at once: no such folder, no catalogue in it, a slip of the pen. */
static gboolean
check_catalogue (MienPackWatcher  *self,
                 GError          **error)
{
  g_autofree char *path = g_build_filename (self->directory, "catalogue.json", NULL);
  g_autoptr(GBytes) bytes = mien_file_read (path, MIEN_CATALOGUE_MAX_BYTES, NULL, error);
  g_autoptr(MienCatalogue) catalogue = NULL;

  if (bytes != NULL)
    catalogue = mien_catalogue_new_from_json (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
  if (catalogue == NULL)
    g_prefix_error (error, "catalogue.json: ");
  return catalogue != NULL;
}

gboolean
mien_pack_watcher_start (MienPackWatcher  *self,
                         GError          **error)
{
  g_autoptr(GFile) folder = NULL;
  g_autoptr(GFile) parent = NULL;

  g_return_val_if_fail (MIEN_IS_PACK_WATCHER (self), FALSE);
  g_return_val_if_fail (self->monitor == NULL, FALSE);

  if (!check_catalogue (self, error))
    return FALSE;
  /* The monitor first: what changes while the folder is read is noticed. */
  folder = g_file_new_for_path (self->directory);
  if (!watch_folder (self, error))
    return FALSE;
  parent = g_file_get_parent (folder);
  if (parent != NULL)
    self->parent_monitor = g_file_monitor_directory (parent, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->parent_monitor != NULL)
    g_signal_connect (self->parent_monitor, "changed", G_CALLBACK (on_parent_changed), self);
  start_reading (self);
  return TRUE;
}

void
mien_pack_watcher_stop (MienPackWatcher *self)
{
  g_return_if_fail (MIEN_IS_PACK_WATCHER (self));

  g_clear_handle_id (&self->quiet_id, g_source_remove);
  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
      g_clear_object (&self->monitor);
    }
  if (self->parent_monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->parent_monitor, self);
      g_file_monitor_cancel (self->parent_monitor);
      g_clear_object (&self->parent_monitor);
    }
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

gboolean
mien_pack_watcher_is_reading (MienPackWatcher *self)
{
  g_return_val_if_fail (MIEN_IS_PACK_WATCHER (self), FALSE);

  return self->cancellable != NULL;
}

MienPublication *
mien_pack_watcher_get_current (MienPackWatcher *self)
{
  g_return_val_if_fail (MIEN_IS_PACK_WATCHER (self), NULL);

  return self->current;
}

MienPublication *
mien_pack_watcher_get_previous (MienPackWatcher *self)
{
  g_return_val_if_fail (MIEN_IS_PACK_WATCHER (self), NULL);

  return self->previous;
}
