/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-headshot-dialog.h"

#include <glib/gi18n.h>
#include <math.h>
#include <portrait-compositor.h>

#include "mien-crop-page.h"
#include "mien-face-job.h"
#include "mien-file-choice.h"
#include "mien-photos.h"
#include "mien-picture-grid.h"
#include "mien-picture-paste.h"
#include "mien-spinner.h"

#define DEFAULT_WIDTH 682       /* four pictures a row */
#define DEFAULT_HEIGHT 640
#define PHOTO_BACKDROP 0xffffff          /* behind a photo that is transparent somewhere */
#define UPRIGHT_FROM 20.0 /* degrees: a head that lies more than this is set upright in the first guess */

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
  gboolean          is_drawn;            /* the headshot is one of ours */
  char             *error;

  /* Borrowed from the template */
  GtkWidget *pages, *back, *use, *error_label, *drawn, *photos_title, *photos, *crop_page, *title;
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
    gtk_widget_grab_focus (self->crop_page);
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

/* Back to where a picture can be chosen, with what was wrong in words. Who cancelled has shown what comes next. */
static void
fail (MienHeadshotDialog *self, const GError *error)
{
  if (g_cancellable_is_cancelled (self->cancellable) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_error (self, error->message);
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

/* ---- The photo ---- */

static void
open_crop (MienHeadshotDialog *self, const MienCrop *crop)
{
  mien_crop_page_set_photo (MIEN_CROP_PAGE (self->crop_page), self->photo, self->backdrop, crop);
  show_page (self, "crop");
}

/* The first guess: round the face, upright. */
static void
on_photo_face (GObject *source, GAsyncResult *result, gpointer data)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (source);
  g_autoptr (GError) error = NULL;
  MienFaceJob *job = mien_face_job_run_finish (result, &error);

  if (job == NULL)
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
    mien_face_job_run_async (self, self->finder, photo, TRUE, self->work, on_photo_face);
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
  g_autoptr (GError) error = NULL;
  MienFaceJob *job = mien_face_job_run_finish (result, &error);

  if (job == NULL)
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
    mien_face_job_run_async (self, self->finder, headshot, FALSE, self->work, on_headshot_face);
}

static void
on_use (GtkButton *button, MienHeadshotDialog *self)
{
  if (self->photo == NULL)
    return;
  self->crop = *mien_crop_page_get_crop (MIEN_CROP_PAGE (self->crop_page));
  self->is_drawn = FALSE;
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
  char               *id;
  gboolean            is_chosen;         /* else a picture for the grid */
} DrawnRequest;

static void
drawn_request_free (DrawnRequest *request)
{
  g_object_unref (request->self);
  g_free (request->id);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DrawnRequest, drawn_request_free)

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
  if (!request->is_chosen)
    {
      if (surface != NULL)
        mien_picture_grid_set_picture (MIEN_PICTURE_GRID (self->drawn), drawn->id, surface, drawn->backdrop);
    }
  else if (surface == NULL)
    fail (self, error);
  else
    {
      g_clear_pointer (&self->headshot, cairo_surface_destroy);
      self->headshot = cairo_surface_reference (surface);
      self->backdrop = drawn->backdrop;
      self->is_drawn = TRUE;
      portrait_face_init_eyes (drawn->eyes[0], drawn->eyes[1], drawn->eyes[2], drawn->eyes[3], 0, PORTRAIT_EYES_MARKED,
                               &self->face);
      choose (self);
    }
  g_clear_pointer (&surface, cairo_surface_destroy);
}

static void
request_drawn (MienHeadshotDialog *self, const MienDrawnHeadshot *drawn, int size, gboolean is_chosen,
               GCancellable *cancellable)
{
  DrawnRequest *request = g_new0 (DrawnRequest, 1);

  request->self = g_object_ref (self);
  request->id = g_strdup (drawn->id);
  request->is_chosen = is_chosen;
  mien_wardrobe_render_headshot_async (self->wardrobe, drawn, size, cancellable, on_drawn, request);
}

static void
on_drawn_chosen (MienPictureGrid *grid, const char *id, MienHeadshotDialog *self)
{
  const MienDrawnHeadshot *drawn = find_drawn (self, id);

  if (drawn == NULL)
    return;
  begin_work (self);
  request_drawn (self, drawn, PORTRAIT_STANDARD_SIZE, TRUE, self->work);
}

static void
fill_drawn (MienHeadshotDialog *self)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  for (guint i = 0; catalogue != NULL && i < mien_catalogue_get_n_headshots (catalogue); i++)
    {
      const MienDrawnHeadshot *drawn = mien_catalogue_get_headshot (catalogue, i);
      mien_picture_grid_add (MIEN_PICTURE_GRID (self->drawn), drawn->id, drawn->name);
      request_drawn (self, drawn, MIEN_PICTURE_GRID_PIXELS, FALSE, self->cancellable);
    }
}

/* ---- The Pictures folder ---- */

static void
on_photo_chosen (MienPictureGrid *grid, const char *path, MienHeadshotDialog *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  mien_headshot_dialog_open (self, file);
}

static void
on_photo (const char *path, cairo_surface_t *thumbnail, gpointer data)
{
  MienHeadshotDialog *self = MIEN_HEADSHOT_DIALOG (data);

  if (path == NULL)
    return;
  g_autofree char *name = g_filename_display_basename (path);
  mien_picture_grid_add (MIEN_PICTURE_GRID (self->photos), path, name);
  mien_picture_grid_set_picture (MIEN_PICTURE_GRID (self->photos), path, thumbnail, PHOTO_BACKDROP);
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
  g_autoptr (GFile) file = mien_picture_get_first_file (value);

  if (file != NULL)
    mien_headshot_dialog_open (self, file);
  return file != NULL;
}

static void
on_pasted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienHeadshotDialog) self = MIEN_HEADSHOT_DIALOG (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = mien_picture_paste_finish (result, &file, &error);

  if (error != NULL)
    fail (self, error);
  else if (g_cancellable_is_cancelled (self->cancellable))
    return;
  else if (file != NULL)
    mien_headshot_dialog_open (self, file);
  else
    mien_headshot_load_bytes_async (bytes, self->work, on_photo_loaded, g_object_ref (self));
}

void
mien_headshot_dialog_paste (MienHeadshotDialog *self)
{
  g_return_if_fail (MIEN_IS_HEADSHOT_DIALOG (self));

  begin_work (self);
  mien_picture_paste_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->work, on_pasted, g_object_ref (self));
}

static void
paste (GtkWidget *widget, const char *action, GVariant *parameter)
{
  mien_headshot_dialog_paste (MIEN_HEADSHOT_DIALOG (widget));
}

/* ---- Building ---- */

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

  self->drawn = mien_picture_grid_new (_("Drawn for you"));
  g_signal_connect (self->drawn, "chosen", G_CALLBACK (on_drawn_chosen), self);
  self->photos = mien_picture_grid_new (_("Your pictures"));
  g_signal_connect (self->photos, "chosen", G_CALLBACK (on_photo_chosen), self);
  self->photos_title = new_title (_("Your pictures"));
  gtk_widget_set_visible (self->photos_title, FALSE);
  gtk_widget_set_margin_top (self->photos_title, 6);
  GtkWidget *drawn_title = new_title (_("Drawn for you"));
  gtk_widget_set_margin_top (drawn_title, 6);
  GtkWidget *parts[]
      = { self->error_label, buttons, drawn_title, self->drawn, self->photos_title, self->photos };
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
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *spinner = mien_spinner_new (),
            *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));

  gtk_widget_set_size_request (spinner, 48, 48);
  gtk_widget_set_halign (cancel, GTK_ALIGN_CENTER);
  g_signal_connect (cancel, "clicked", G_CALLBACK (on_work_cancelled), self);
  gtk_box_append (GTK_BOX (box), spinner);
  gtk_box_append (GTK_BOX (box), gtk_label_new (_("Looking at the picture…")));
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
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
  self->crop_page = mien_crop_page_new ();
  gtk_stack_add_named (GTK_STACK (self->pages), self->crop_page, "crop");
  gtk_widget_set_vexpand (self->pages, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), self->pages);
  adw_window_set_content (ADW_WINDOW (self), box);

  gtk_widget_add_css_class (GTK_WIDGET (self), "mien-headshot-dialog");
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
    mien_photos_load (pictures, MIEN_HEADSHOT_DIALOG_MAX_PHOTOS, MIEN_PICTURE_GRID_PIXELS, self->cancellable, on_photo,
                      self);
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

  if (self->is_drawn || self->photo == NULL)
    return NULL;
  *crop = self->crop;
  return self->photo;
}
