/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-face-view.h"

struct _MienFaceView
{
  GtkWidget parent_instance;

  /* Owned */
  MienGallery *gallery;
  char *jid;
  char *name;
  cairo_surface_t *portrait;

  MienFaceShape shape;
  MienGalleryPriority priority;
  MienPresence presence;
  int size;
  int wanted;                 /* the size in pixels that the gallery was asked for, 0: none */
  gboolean shows_presence;
  gboolean is_current;
};

G_DEFINE_FINAL_TYPE (MienFaceView, mien_face_view, GTK_TYPE_WIDGET)

/* S404: what the gallery has in this very call; the rest is asked for and comes with "changed". */
static void
update_portrait (MienFaceView *self)
{
  int pixels = mien_paint_get_pixels (GTK_WIDGET (self), self->size);

  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  self->is_current = FALSE;

  if (self->gallery != NULL && self->jid != NULL)
    {
      cairo_surface_t *portrait = mien_gallery_lookup (self->gallery, self->jid, pixels, &self->is_current);

      if (portrait != NULL)
        self->portrait = cairo_surface_reference (portrait);
      /* Whatever there is: it may be the same picture in band, and the larger one is still to come. */
      self->wanted = pixels;
      mien_gallery_want (self->gallery, self->jid, pixels, self->priority);
    }

  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
forget_wish (MienFaceView *self)
{
  if (self->wanted > 0 && self->gallery != NULL && self->jid != NULL)
    mien_gallery_unwant (self->gallery, self->jid, self->wanted);
  self->wanted = 0;
}

static void
on_gallery_changed (MienFaceView *self,
                    const char   *bare_jid)
{
  if (g_strcmp0 (bare_jid, self->jid) == 0)
    update_portrait (self);
}

static void
mien_face_view_measure (GtkWidget      *widget,
                        GtkOrientation  orientation,
                        int             for_size,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline,
                        int            *natural_baseline)
{
  *minimum = *natural = MIEN_FACE_VIEW (widget)->size;
}

static void
mien_face_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  MienFaceView *self = MIEN_FACE_VIEW (widget);
  MienFace face = { self->jid, self->name, self->portrait, self->shows_presence, self->presence };
  double size = MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget));

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((int) (gtk_widget_get_width (widget) - size) / 2,
                                                          (int) (gtk_widget_get_height (widget) - size) / 2));
  mien_paint_face (snapshot, gtk_widget_get_pango_context (widget), &face, self->shape, size);
  gtk_snapshot_restore (snapshot);
}

static void
mien_face_view_dispose (GObject *object)
{
  MienFaceView *self = MIEN_FACE_VIEW (object);

  mien_face_view_set_gallery (self, NULL, MIEN_GALLERY_ROW);

  G_OBJECT_CLASS (mien_face_view_parent_class)->dispose (object);
}

static void
mien_face_view_finalize (GObject *object)
{
  MienFaceView *self = MIEN_FACE_VIEW (object);

  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  g_free (self->jid);
  g_free (self->name);

  G_OBJECT_CLASS (mien_face_view_parent_class)->finalize (object);
}

static void
mien_face_view_class_init (MienFaceViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mien_face_view_dispose;
  object_class->finalize = mien_face_view_finalize;
  widget_class->measure = mien_face_view_measure;
  widget_class->snapshot = mien_face_view_snapshot;

  gtk_widget_class_set_css_name (widget_class, "mien-face");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_face_view_init (MienFaceView *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (update_portrait), NULL);
}

GtkWidget *
mien_face_view_new (MienFaceShape shape,
                    int           size)
{
  MienFaceView *self = g_object_new (MIEN_TYPE_FACE_VIEW, NULL);

  self->shape = shape;
  self->size = size;

  return GTK_WIDGET (self);
}

void
mien_face_view_set_gallery (MienFaceView        *self,
                            MienGallery         *gallery,
                            MienGalleryPriority  priority)
{
  g_return_if_fail (MIEN_IS_FACE_VIEW (self));

  self->priority = priority;
  if (self->gallery == gallery)
    return;

  forget_wish (self);
  if (self->gallery != NULL)
    g_signal_handlers_disconnect_by_data (self->gallery, self);
  g_set_object (&self->gallery, gallery);
  if (gallery != NULL)
    g_signal_connect_swapped (gallery, "changed", G_CALLBACK (on_gallery_changed), self);
  update_portrait (self);
}

void
mien_face_view_set_person (MienFaceView *self,
                           const char   *bare_jid,
                           const char   *name)
{
  g_return_if_fail (MIEN_IS_FACE_VIEW (self));

  if (g_strcmp0 (bare_jid, self->jid) != 0)
    {
      forget_wish (self);
      g_free (self->jid);
      self->jid = g_strdup (bare_jid);
      update_portrait (self);
    }
  if (g_strcmp0 (name, self->name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (name);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name != NULL ? name : "",
                                      -1);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
}

void
mien_face_view_set_presence (MienFaceView *self,
                             gboolean      shown,
                             MienPresence  presence)
{
  g_return_if_fail (MIEN_IS_FACE_VIEW (self));

  if (self->shows_presence == shown && self->presence == presence)
    return;
  self->shows_presence = shown;
  self->presence = presence;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
mien_face_view_has_portrait (MienFaceView *self)
{
  return self->portrait != NULL;
}

gboolean
mien_face_view_is_current (MienFaceView *self)
{
  return self->is_current;
}
