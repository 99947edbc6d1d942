/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-headshot-dialog.h"

#include <glib/gi18n.h>
#include <math.h>
#include <portrait-compositor.h>

#include "mien-crop-view.h"
#include "mien-face-finder.h"
#include "mien-file-choice.h"
#include "mien-image.h"
#include "mien-photos.h"

#define DEFAULT_WIDTH 700
#define DEFAULT_HEIGHT 640
#define THUMBNAIL 144
#define PHOTO_BACKDROP 0xffffff          /* behind a photo that is transparent somewhere */
#define UPRIGHT_FROM 20.0 /* degrees: a head that lies more than this is set upright in the first guess */
#define TILT_LIMIT 45.0
#define READ_STEP (256 * 1024)

struct _MienHeadshotDialog
{
  AdwWindow         parent_instance;

  /* Owned */
  MienWardrobe     *wardrobe;
  GCancellable     *cancellable;         /* of the dialog */
  GCancellable     *work;                /* of what the spinner stands for */
  MienFaceFinder   *finder;              /* NULL until needed, and where no model is installed */
  cairo_surface_t  *photo;
  cairo_surface_t  *headshot;
  PortraitFace      face;
  MienCrop          crop;
  guint32           backdrop;
  PortraitFace      photo_face;          /* of the photo */
  gboolean          photo_face_known;
  gboolean          drawn;               /* the headshot is one of ours */
  double            wanted_side;         /* of the crop, before a turn made it smaller */
  gboolean          setting;
  GByteArray       *pasted;
  char             *error;

  /* Borrowed from the template */
  GtkWidget *pages, *back, *use, *error_label, *drawn_box, *photos_title, *photos_box, *view, *zoom, *tilt, *title;
  int               quarter;             /* turns of 90° */
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienHeadshotDialog, mien_headshot_dialog, ADW_TYPE_WINDOW)

/* ---- Pages ---- */

static void
show_page (MienHeadshotDialog *self, const char *name)
{
  gboolean crop = g_str_equal (name, "crop");

  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), name);
  gtk_widget_set_visible (self->use, crop);
  gtk_widget_set_visible (self->back, crop);
  adw_window_title_set_title (ADW_WINDOW_TITLE (self->title), crop ? _("Crop") : _("Headshot"));
  if (crop)
    gtk_widget_grab_focus (self->view);
}

static void
set_error (MienHeadshotDialog *self, const char *text)
{
  g_free (self->error);
  self->error = g_strdup (text);
  if (text != NULL)
    gtk_label_set_text (GTK_LABEL (self->error_label), text);
  gtk_widget_set_visible (self->error_label, text != NULL);
}

/* Back to where a picture can be chosen, with what was wrong in words. */
static void
fail (MienHeadshotDialog *self, const GError *error)
{
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  set_error (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? NULL : error->message);
  show_page (self, "choose");
}

static void
begin_work (MienHeadshotDialog *self)
{
  g_cancellable_cancel (self->work);
  g_clear_object (&self->work);
  self->work = g_cancellable_new ();
  set_error (self, NULL);
  show_page (self, "busy");
}

static void
on_work_cancelled (GtkButton *button, MienHeadshotDialog *self)
{
  g_cancellable_cancel (self->work);
  show_page (self, self->photo != NULL ? "crop" : "choose");
}

/* ---- The face ---- */

typedef struct
{
  MienFaceFinder  *finder;               /* owned; made here the first time */
  cairo_surface_t *surface;
  gboolean         whole;                /* a photo, not yet cut */
  gboolean         found;
  MienFoundFace    face;
  PortraitFace     portrait_face;
} FaceJob;

static void
face_job_free (gpointer data)
{
  FaceJob *job = data;

  g_clear_object (&job->finder);
  cairo_surface_destroy (job->surface);
  g_free (job);
}

static void
face_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  FaceJob *job = data;

  if (job->finder == NULL)
    {
      g_autofree char *path = mien_face_finder_model_path ();
      g_autoptr (GError) error = NULL;
      job->finder = path != NULL ? mien_face_finder_new (path, &error) : NULL;
      if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_message ("Faces are not looked for: %s", error->message);
    }
  portrait_face_init_standard (&job->portrait_face);
  if (job->finder != NULL && job->whole)
    job->found = mien_face_finder_find (job->finder, job->surface, &job->face);
  else if (job->finder != NULL)
    mien_face_finder_find_portrait_face (job->finder, job->surface, &job->portrait_face);
  g_task_return_boolean (task, TRUE);
}

static void
find_face (MienHeadshotDialog *self, cairo_surface_t *surface, gboolean whole, GAsyncReadyCallback callback)
{
  FaceJob *job = g_new0 (FaceJob, 1);
  g_autoptr (GTask) task = g_task_new (self, self->work, callback, NULL);

  job->finder = self->finder != NULL ? g_object_ref (self->finder) : NULL;
  job->surface = cairo_surface_reference (surface);
  job->whole = whole;
  cairo_surface_flush (surface);
  g_task_set_task_data (task, job, face_job_free);
  g_task_run_in_thread (task, face_thread);
}

/* ---- The crop ---- */

static double
get_max_side (MienHeadshotDialog *self)
{
  return mien_crop_get_max_side (cairo_image_surface_get_width (self->photo),
                                 cairo_image_surface_get_height (self->photo),
                                 mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view))->angle);
}

/* The sliders show what the view has. */
static void
show_crop (MienHeadshotDialog *self)
{
  const MienCrop *crop = mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double most = get_max_side (self), least = MIN (MIEN_HEADSHOT_MIN_SIDE, most);

  self->setting = TRUE;
  self->quarter = (int) lround (crop->angle / 90);
  gtk_range_set_value (GTK_RANGE (self->tilt), 90 * self->quarter - crop->angle);
  gtk_range_set_value (GTK_RANGE (self->zoom), most > least ? log (most / crop->side) / log (most / least) : 0);
  self->setting = FALSE;
}

static void
set_crop (MienHeadshotDialog *self, const MienCrop *crop)
{
  mien_crop_view_set_crop (MIEN_CROP_VIEW (self->view), crop);
  self->wanted_side = crop->side;
  show_crop (self);
}

static void
on_view_changed (MienCropView *view, MienHeadshotDialog *self)
{
  self->wanted_side = mien_crop_view_get_crop (view)->side;
  show_crop (self);
}

static void
on_zoom (GtkRange *range, MienHeadshotDialog *self)
{
  if (self->setting || self->photo == NULL)
    return;
  MienCrop crop = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double most = get_max_side (self), least = MIN (MIEN_HEADSHOT_MIN_SIDE, most);
  crop.side = most * pow (least / most, gtk_range_get_value (range));
  set_crop (self, &crop);
}

/* A turn may need a smaller square; turning back gives it back. */
static void
turn_to (MienHeadshotDialog *self, double angle)
{
  MienCrop crop = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  double wanted = self->wanted_side;

  crop.side = wanted;
  crop.angle = remainder (angle, 360);
  set_crop (self, &crop);
  self->wanted_side = wanted;
}

/* To the right: the photo turns clockwise under the square, so the square turns the other way. */
static void
on_tilt (GtkRange *range, MienHeadshotDialog *self)
{
  if (!self->setting && self->photo != NULL)
    turn_to (self, 90 * self->quarter - gtk_range_get_value (range));
}

static void
on_turn_left (GtkButton *button, MienHeadshotDialog *self)
{
  turn_to (self, 90 * (self->quarter + 1) - gtk_range_get_value (GTK_RANGE (self->tilt)));
}

static void
on_turn_right (GtkButton *button, MienHeadshotDialog *self)
{
  turn_to (self, 90 * (self->quarter - 1) - gtk_range_get_value (GTK_RANGE (self->tilt)));
}

static void
open_crop (MienHeadshotDialog *self, const MienCrop *crop)
{
  mien_crop_view_set_photo (MIEN_CROP_VIEW (self->view), self->photo, self->backdrop);
  MienCrop whole = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  set_crop (self, crop != NULL ? crop : &whole);
  show_page (self, "crop");
}

/* The first guess: round the face, upright. */
static void
on_photo_face (GObject *source, GAsyncResult *result, gpointer data)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (source);
  FaceJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (self, error);
      return;
    }
  g_set_object (&self->finder, job->finder);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  self->photo = cairo_surface_reference (job->surface);
  self->photo_face_known = FALSE;
  self->backdrop = PHOTO_BACKDROP;
  if (!job->found)
    {
      open_crop (self, NULL);
      return;
    }
  int width = cairo_image_surface_get_width (self->photo), height = cairo_image_surface_get_height (self->photo);
  MienCrop crop;
  mien_crop_init_face (width, height, job->face.left_eye.x / width, job->face.left_eye.y / height,
                       job->face.right_eye.x / width, job->face.right_eye.y / height,
                       fabs (job->face.tilt) > UPRIGHT_FROM, &crop);
  open_crop (self, &crop);
}

static void
on_photo_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *photo = mien_headshot_load_finish (result, &error);

  if (photo == NULL)
    fail (self, error);
  else if (!g_cancellable_is_cancelled (self->cancellable))
    find_face (self, photo, TRUE, on_photo_face);
  g_clear_pointer (&photo, cairo_surface_destroy);
}

/* S300: the file is read and judged in a thread. */
void
mien_headshot_dialog_open (MienHeadshotDialog *self, GFile *file)
{
  g_return_if_fail (MIEN_IS_HEADSHOT_DIALOG (self));

  begin_work (self);
  mien_headshot_load_async (file, self->work, on_photo_loaded, g_object_ref (self));
}

/* ---- Done ---- */

static void
choose (MienHeadshotDialog *self)
{
  g_signal_emit (self, signals[CHOSEN], 0);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_headshot_face (GObject *source, GAsyncResult *result, gpointer data)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (source);
  FaceJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (self, error);
      return;
    }
  self->face = job->portrait_face;
  choose (self);
}

/* Eyes that somebody marked, or that came with a drawing, stay marked. */
static gboolean
take_known_face (MienHeadshotDialog *self)
{
  double width = cairo_image_surface_get_width (self->photo);
  const PortraitFace *known = &self->photo_face;

  if (!self->photo_face_known
      || !mien_crop_map_face (&self->crop, known->left_eye.x * width, known->left_eye.y * width,
                              known->right_eye.x * width, known->right_eye.y * width,
                              known->unit * PORTRAIT_BOX_UNITS * width, &self->face))
    return FALSE;
  self->face.source = known->source;
  return TRUE;
}

/* S302: at the standard size; the face is looked for in it once. */
static void
on_rendered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *headshot = mien_headshot_render_finish (result, &error);

  if (headshot == NULL)
    {
      fail (self, error);
      return;
    }
  g_clear_pointer (&self->headshot, cairo_surface_destroy);
  self->headshot = headshot;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (take_known_face (self))
    choose (self);
  else
    find_face (self, headshot, FALSE, on_headshot_face);
}

static void
on_use (GtkButton *button, MienHeadshotDialog *self)
{
  if (self->photo == NULL)
    return;
  self->crop = *mien_crop_view_get_crop (MIEN_CROP_VIEW (self->view));
  self->drawn = FALSE;
  begin_work (self);
  mien_headshot_render_async (self->photo, &self->crop, self->work, on_rendered, g_object_ref (self));
}

/* ---- Drawn headshots ---- */

static const MienDrawnHeadshot *
find_drawn (MienHeadshotDialog *self, const char *id)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  for (guint i = 0; catalogue != NULL && i < mien_catalogue_get_n_headshots (catalogue); i++)
    if (g_str_equal (mien_catalogue_get_headshot (catalogue, i)->id, id))
      return mien_catalogue_get_headshot (catalogue, i);
  return NULL;
}

typedef struct
{
  MienHeadshotDialog *self;              /* owned */
  GtkWidget          *picture;           /* owned; or NULL: the chosen one */
  char               *id;
} DrawnRequest;

static void
drawn_request_free (DrawnRequest *request)
{
  g_object_unref (request->self);
  g_clear_object (&request->picture);
  g_free (request->id);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DrawnRequest, drawn_request_free)

/* A square thumbnail of a surface, over a backdrop. */
static GdkTexture *
to_texture (cairo_surface_t *surface, guint32 backdrop)
{
  double width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  int side = 2 * THUMBNAIL;
  double scale = side / MIN (width, height);
  cairo_surface_t *square = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr = cairo_create (square);

  cairo_set_source_rgb (cr, (backdrop >> 16 & 255) / 255.0, (backdrop >> 8 & 255) / 255.0, (backdrop & 255) / 255.0);
  cairo_paint (cr);
  cairo_translate (cr, (side - width * scale) / 2, (side - height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (square);
  gsize stride = (gsize) cairo_image_surface_get_stride (square);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (square), stride * (gsize) side,
                                                         (GDestroyNotify) cairo_surface_destroy, square);
  return gdk_memory_texture_new (side, side, GDK_MEMORY_DEFAULT, bytes, stride);
}

static void
on_drawn (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DrawnRequest) request = data;
  g_autoptr (GError) error = NULL;
  MienHeadshotDialog *self = request->self;
  cairo_surface_t *surface = mien_wardrobe_render_headshot_finish (MIEN_WARDROBE (source), result, &error);
  const MienDrawnHeadshot *drawn = find_drawn (self, request->id);

  if (g_cancellable_is_cancelled (self->cancellable) || drawn == NULL)
    {
      g_clear_pointer (&surface, cairo_surface_destroy);
      return;
    }
  if (request->picture != NULL)
    {
      if (surface != NULL)
        {
          g_autoptr (GdkTexture) texture = to_texture (surface, drawn->backdrop);
          gtk_image_set_from_paintable (GTK_IMAGE (request->picture), GDK_PAINTABLE (texture));
        }
    }
  else if (surface == NULL)
    fail (self, error);
  else
    {
      g_clear_pointer (&self->headshot, cairo_surface_destroy);
      self->headshot = cairo_surface_reference (surface);
      self->backdrop = drawn->backdrop;
      self->drawn = TRUE;
      portrait_face_init_eyes (drawn->eyes[0], drawn->eyes[1], drawn->eyes[2], drawn->eyes[3], 0, PORTRAIT_EYES_MARKED,
                               &self->face);
      choose (self);
    }
  g_clear_pointer (&surface, cairo_surface_destroy);
}

static void
request_drawn (MienHeadshotDialog *self, const MienDrawnHeadshot *drawn, GtkWidget *picture, int size,
               GCancellable *cancellable)
{
  DrawnRequest *request = g_new0 (DrawnRequest, 1);

  request->self = g_object_ref (self);
  request->picture = picture != NULL ? g_object_ref (picture) : NULL;
  request->id = g_strdup (drawn->id);
  mien_wardrobe_render_headshot_async (self->wardrobe, drawn, size, cancellable, on_drawn, request);
}

static void
on_drawn_clicked (GtkButton *button, MienHeadshotDialog *self)
{
  const MienDrawnHeadshot *drawn = find_drawn (self, gtk_widget_get_name (GTK_WIDGET (button)));

  if (drawn == NULL)
    return;
  begin_work (self);
  request_drawn (self, drawn, NULL, PORTRAIT_STANDARD_SIZE, self->work);
}

static GtkWidget *
add_thumbnail (GtkWidget *box, const char *name, const char *id, GCallback callback, gpointer data)
{
  GtkWidget *button = gtk_button_new (), *picture = gtk_image_new ();

  gtk_image_set_pixel_size (GTK_IMAGE (picture), THUMBNAIL);
  gtk_widget_add_css_class (picture, "mien-thumbnail");
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_button_set_child (GTK_BUTTON (button), picture);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "mien-thumbnail-button");
  gtk_widget_set_name (button, id);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", callback, data);
  gtk_flow_box_append (GTK_FLOW_BOX (box), button);
  /* The button has the focus, not what holds it. */
  gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  return picture;
}

static void
fill_drawn (MienHeadshotDialog *self)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  for (guint i = 0; catalogue != NULL && i < mien_catalogue_get_n_headshots (catalogue); i++)
    {
      const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (catalogue, i);
      GtkWidget *picture = add_thumbnail (self->drawn_box, drawn->name, drawn->id, G_CALLBACK (on_drawn_clicked), self);
      request_drawn (self, drawn, picture, 2 * THUMBNAIL, self->cancellable);
    }
}

/* ---- The Pictures folder ---- */

static void
on_photo_clicked (GtkButton *button, MienHeadshotDialog *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (gtk_widget_get_name (GTK_WIDGET (button)));

  mien_headshot_dialog_open (self, file);
}

static void
on_photo (const char *path, cairo_surface_t *thumbnail, gpointer data)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (data);

  if (path == NULL)
    return;
  g_autofree char *name = g_filename_display_basename (path);
  GtkWidget *picture = add_thumbnail (self->photos_box, name, path, G_CALLBACK (on_photo_clicked), self);
  g_autoptr (GdkTexture) texture = to_texture (thumbnail, PHOTO_BACKDROP);
  gtk_image_set_from_paintable (GTK_IMAGE (picture), GDK_PAINTABLE (texture));
  gtk_widget_set_visible (self->photos_title, TRUE);
}

/* ---- A file, a drop, a paste ---- */

static void
on_file (GFile *file, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);

  if (file != NULL && !g_cancellable_is_cancelled (self->cancellable))
    mien_headshot_dialog_open (self, file);
}

static void
on_open_file (GtkButton *button, MienHeadshotDialog *self)
{
  mien_file_choose (GTK_WINDOW (self), MIEN_FILE_OPEN_PICTURE, NULL, on_file, g_object_ref (self));
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, MienHeadshotDialog *self)
{
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files != NULL)
    mien_headshot_dialog_open (self, files->data);
  g_slist_free (files);
  return files != NULL;
}

static void
on_pasted_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes == NULL)
    {
      fail (self, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      g_autoptr (GBytes) all = g_byte_array_free_to_bytes (g_steal_pointer (&self->pasted));
      mien_headshot_load_bytes_async (all, self->work, on_photo_loaded, g_object_ref (self));
      return;
    }
  g_byte_array_append (self->pasted, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  /* One step more than a picture may have is enough to have it refused with the right words. */
  if (self->pasted->len > MIEN_IMAGE_MAX_BYTES)
    {
      g_autoptr (GBytes) all = g_byte_array_free_to_bytes (g_steal_pointer (&self->pasted));
      mien_headshot_load_bytes_async (all, self->work, on_photo_loaded, g_object_ref (self));
      return;
    }
  g_input_stream_read_bytes_async (G_INPUT_STREAM (source), READ_STEP, G_PRIORITY_DEFAULT, self->work, on_pasted_read,
                                   g_object_ref (self));
}

static void
on_paste_stream (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, &error);

  if (stream == NULL)
    {
      if (!g_cancellable_is_cancelled (self->work) && !g_cancellable_is_cancelled (self->cancellable))
        {
          set_error (self, _("There is no picture in the clipboard."));
          show_page (self, "choose");
        }
      return;
    }
  g_clear_pointer (&self->pasted, g_byte_array_unref);
  self->pasted = g_byte_array_new ();
  g_input_stream_read_bytes_async (stream, READ_STEP, G_PRIORITY_DEFAULT, self->work, on_pasted_read,
                                   g_object_ref (self));
}

static void
on_paste_files (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, &error);

  if (value == NULL)
    fail (self, error);
  else if (!g_cancellable_is_cancelled (self->work) && !on_drop (NULL, value, 0, 0, self))
    show_page (self, "choose");
}

static void
paste (GtkWidget *widget, const char *action, GVariant *parameter)
{
  static const char *types[]
      = { "image/png", "image/jpeg", "image/webp", "image/bmp", "image/tiff", "image/gif", NULL };
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (widget);
  GdkClipboard *clipboard = gtk_widget_get_clipboard (widget);

  begin_work (self);
  if (gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, self->work, on_paste_files,
                                    g_object_ref (self));
  else
    gdk_clipboard_read_async (clipboard, types, G_PRIORITY_DEFAULT, self->work, on_paste_stream, g_object_ref (self));
}

/* ---- Building ---- */

static GtkWidget *
new_flow (MienHeadshotDialog *self, const char *name)
{
  GtkWidget *box = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (box), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (box), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (box), 8);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (box), 2);
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return box;
}

static GtkWidget *
new_title (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

static GtkWidget *
build_choose (MienHeadshotDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Open a Photo…")),
            *insert = gtk_button_new_with_mnemonic (_ ("_Paste"));
  GtkWidget *hint = gtk_label_new (_("or drop a picture here"));

  self->error_label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->error_label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->error_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->error_label), 0);
  gtk_widget_add_css_class (self->error_label, "mien-error");
  gtk_widget_set_visible (self->error_label, FALSE);

  gtk_widget_add_css_class (open, "suggested-action");
  gtk_widget_add_css_class (open, "pill");
  gtk_widget_add_css_class (insert, "pill");
  gtk_widget_add_css_class (hint, "dim-label");
  g_signal_connect (open, "clicked", G_CALLBACK (on_open_file), self);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (insert), "headshot.paste");
  gtk_box_append (GTK_BOX (buttons), open);
  gtk_box_append (GTK_BOX (buttons), insert);
  gtk_box_append (GTK_BOX (buttons), hint);

  self->drawn_box = new_flow (self, _("Drawn for you"));
  self->photos_box = new_flow (self, _("Your pictures"));
  self->photos_title = new_title (_("Your pictures"));
  gtk_widget_set_visible (self->photos_title, FALSE);
  gtk_widget_set_margin_top (self->photos_title, 6);
  GtkWidget *drawn_title = new_title (_("Drawn for you"));
  gtk_widget_set_margin_top (drawn_title, 6);
  GtkWidget *parts[]
      = { self->error_label, buttons, drawn_title, self->drawn_box, self->photos_title, self->photos_box };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (box), parts[i]);
  gtk_widget_add_css_class (box, "mien-headshot-page");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

static GtkWidget *
build_busy (MienHeadshotDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *spinner = gtk_spinner_new (),
            *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));

  gtk_spinner_start (GTK_SPINNER (spinner));
  gtk_widget_set_size_request (spinner, 48, 48);
  gtk_widget_set_halign (cancel, GTK_ALIGN_CENTER);
  g_signal_connect (cancel, "clicked", G_CALLBACK (on_work_cancelled), self);
  gtk_box_append (GTK_BOX (box), spinner);
  gtk_box_append (GTK_BOX (box), gtk_label_new (_("Looking at the picture…")));
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
new_slider (double from, double to, const char *name, GCallback callback, gpointer data)
{
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, from, to, (to - from) / 100);

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_tooltip_text (scale, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (scale, "value-changed", callback, data);
  return scale;
}

static GtkWidget *
new_turn (const char *icon, const char *name, GCallback callback, gpointer data)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", callback, data);
  return button;
}

static GtkWidget *
build_crop (MienHeadshotDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *controls = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *zoom_label = gtk_label_new (_("Zoom")), *tilt_label = gtk_label_new (_("Tilt"));

  self->view = mien_crop_view_new ();
  gtk_widget_set_vexpand (self->view, TRUE);
  g_signal_connect (self->view, "changed", G_CALLBACK (on_view_changed), self);
  self->zoom = new_slider (0, 1, _("Zoom"), G_CALLBACK (on_zoom), self);
  self->tilt = new_slider (-TILT_LIMIT, TILT_LIMIT, _("Tilt"), G_CALLBACK (on_tilt), self);
  gtk_scale_add_mark (GTK_SCALE (self->tilt), 0, GTK_POS_BOTTOM, NULL);
  gtk_scale_set_has_origin (GTK_SCALE (self->tilt), FALSE);
  GtkWidget *parts[] = { zoom_label, self->zoom, tilt_label, self->tilt,
                         new_turn ("object-rotate-left-symbolic", _("Turn left"), G_CALLBACK (on_turn_left), self),
                         new_turn ("object-rotate-right-symbolic", _("Turn right"), G_CALLBACK (on_turn_right), self) };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (controls), parts[i]);
  gtk_widget_add_css_class (controls, "mien-crop-controls");
  gtk_box_append (GTK_BOX (box), self->view);
  gtk_box_append (GTK_BOX (box), controls);
  return box;
}

static void
on_back (GtkButton *button, MienHeadshotDialog *self)
{
  show_page (self, "choose");
}

static void
build (MienHeadshotDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *bar = adw_header_bar_new ();

  self->title = adw_window_title_new (_("Headshot"), "");
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), self->title);
  self->back = gtk_button_new_from_icon_name ("go-previous-symbolic");
  gtk_widget_set_tooltip_text (self->back, _("Another picture"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->back), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Another picture"), -1);
  g_signal_connect (self->back, "clicked", G_CALLBACK (on_back), self);
  self->use = gtk_button_new_with_mnemonic (_("_Use It"));
  gtk_widget_add_css_class (self->use, "suggested-action");
  g_signal_connect (self->use, "clicked", G_CALLBACK (on_use), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), self->back);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->use);

  self->pages = gtk_stack_new ();
  gtk_stack_set_transition_type (GTK_STACK (self->pages), GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  gtk_stack_add_named (GTK_STACK (self->pages), build_choose (self), "choose");
  gtk_stack_add_named (GTK_STACK (self->pages), build_busy (self), "busy");
  gtk_stack_add_named (GTK_STACK (self->pages), build_crop (self), "crop");
  gtk_widget_set_vexpand (self->pages, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), self->pages);
  adw_window_set_content (ADW_WINDOW (self), box);

  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  show_page (self, "choose");
}

/* ---- The type ---- */

static void
mien_headshot_dialog_dispose (GObject *object)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->work);

  G_OBJECT_CLASS (mien_headshot_dialog_parent_class)->dispose (object);
}

static void
mien_headshot_dialog_finalize (GObject *object)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (object);

  g_clear_object (&self->wardrobe);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->work);
  g_clear_object (&self->finder);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  g_clear_pointer (&self->headshot, cairo_surface_destroy);
  g_clear_pointer (&self->pasted, g_byte_array_unref);
  g_free (self->error);

  G_OBJECT_CLASS (mien_headshot_dialog_parent_class)->finalize (object);
}

static gboolean
mien_headshot_dialog_close_request (GtkWindow *window)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (window);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->work);
  return GTK_WINDOW_CLASS (mien_headshot_dialog_parent_class)->close_request (window);
}

static void
mien_headshot_dialog_class_init (MienHeadshotDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mien_headshot_dialog_dispose;
  object_class->finalize = mien_headshot_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = mien_headshot_dialog_close_request;
  gtk_widget_class_install_action (widget_class, "headshot.paste", NULL, paste);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "headshot.paste", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  signals[CHOSEN]
      = g_signal_new ("chosen", MIEN_TYPE_HEADSHOT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_headshot_dialog_init (MienHeadshotDialog *self)
{
  self->cancellable = g_cancellable_new ();
  self->backdrop = PHOTO_BACKDROP;
  portrait_face_init_standard (&self->face);
  build (self);
}

GtkWidget *
mien_headshot_dialog_new (GtkWindow *parent, MienWardrobe *wardrobe)
{
  g_return_val_if_fail (MIEN_IS_WARDROBE (wardrobe), NULL);

  MienHeadshotDialog *self
      = g_object_new (MIEN_TYPE_HEADSHOT_DIALOG, "transient-for", parent, "modal", TRUE, "title", _ ("Headshot"),
                      "default-width", DEFAULT_WIDTH, "default-height", DEFAULT_HEIGHT, NULL);
  const char *pictures = g_get_user_special_dir (G_USER_DIRECTORY_PICTURES);
  self->wardrobe = g_object_ref (wardrobe);
  fill_drawn (self);
  if (pictures != NULL)
    mien_photos_load (pictures, MIEN_HEADSHOT_DIALOG_MAX_PHOTOS, 2 * THUMBNAIL, self->cancellable, on_photo, self);
  return GTK_WIDGET (self);
}

void
mien_headshot_dialog_crop (MienHeadshotDialog *self, cairo_surface_t *photo, const MienCrop *crop,
                           const PortraitFace *face, guint32 backdrop)
{
  g_return_if_fail (MIEN_IS_HEADSHOT_DIALOG (self));
  g_return_if_fail (photo != NULL);

  cairo_surface_reference (photo);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  self->photo = photo;
  self->backdrop = backdrop;
  self->photo_face_known = face != NULL && face->source != PORTRAIT_EYES_STANDARD;
  if (face != NULL)
    self->photo_face = *face;
  open_crop (self, crop);
}

const char *
mien_headshot_dialog_get_error (MienHeadshotDialog *self)
{
  g_return_val_if_fail (MIEN_IS_HEADSHOT_DIALOG (self), NULL);

  return self->error;
}

cairo_surface_t *
mien_headshot_dialog_get_headshot (MienHeadshotDialog *self, PortraitFace *face, guint32 *backdrop)
{
  g_return_val_if_fail (MIEN_IS_HEADSHOT_DIALOG (self), NULL);

  *face = self->face;
  *backdrop = self->backdrop;
  return self->headshot;
}

cairo_surface_t *
mien_headshot_dialog_get_photo (MienHeadshotDialog *self, MienCrop *crop)
{
  g_return_val_if_fail (MIEN_IS_HEADSHOT_DIALOG (self), NULL);

  if (self->drawn || self->photo == NULL)
    return NULL;
  *crop = self->crop;
  return self->photo;
}
