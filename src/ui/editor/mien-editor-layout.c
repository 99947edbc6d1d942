/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-layout.h"

/* Narrower than this, the ring would be smaller beside the third part than above it. */
#define WIDE 900
#define BELOW_SHARE 0.4                  /* of the height, at most, for the third part when it is below */

struct _MienEditorLayout
{
  GtkWidget  parent_instance;

  /* Owned, as children */
  GtkWidget *side, *stage, *beside;
  gboolean   narrow;
};

G_DEFINE_FINAL_TYPE (MienEditorLayout, mien_editor_layout, GTK_TYPE_WIDGET)

static void
mien_editor_layout_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  MienEditorLayout *self = MIEN_EDITOR_LAYOUT (widget);
  int min[3], nat[3];

  gtk_widget_measure (self->side, orientation, -1, &min[0], &nat[0], NULL, NULL);
  gtk_widget_measure (self->stage, orientation, -1, &min[1], &nat[1], NULL, NULL);
  gtk_widget_measure (self->beside, orientation, -1, &min[2], &nat[2], NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = min[0] + MAX (min[1], min[2]);
      *natural = nat[0] + nat[1] + nat[2];
    }
  else
    {
      *minimum = MAX (min[0], min[1] + min[2]);
      *natural = MAX (nat[0], MAX (nat[1], nat[2]));
    }
}

static GtkSizeRequestMode
mien_editor_layout_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
place (GtkWidget *child, int x, int y, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation) { x, y, width, height }, -1);
}

static void
mien_editor_layout_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MienEditorLayout *self = MIEN_EDITOR_LAYOUT (widget);
  int side, beside, below;

  /* What is left over belongs to the ring. */
  gtk_widget_measure (self->side, GTK_ORIENTATION_HORIZONTAL, -1, &side, NULL, NULL, NULL);
  gtk_widget_measure (self->beside, GTK_ORIENTATION_HORIZONTAL, -1, &beside, NULL, NULL, NULL);
  self->narrow = width < WIDE;
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  if (!self->narrow)
    {
      int stage = width - side - beside;
      place (self->side, mirrored ? width - side : 0, 0, side, height);
      place (self->stage, mirrored ? beside : side, 0, stage, height);
      place (self->beside, mirrored ? 0 : side + stage, 0, beside, height);
      return;
    }

  int minimum, natural;
  gtk_widget_measure (self->beside, GTK_ORIENTATION_VERTICAL, width - side, &minimum, &natural, NULL, NULL);
  int stage;
  gtk_widget_measure (self->stage, GTK_ORIENTATION_VERTICAL, width - side, &stage, NULL, NULL, NULL);
  below = MAX (minimum, MIN (MIN (natural, (int) (BELOW_SHARE * height)), height - stage));
  place (self->side, mirrored ? width - side : 0, 0, side, height);
  place (self->stage, mirrored ? 0 : side, 0, width - side, height - below);
  place (self->beside, mirrored ? 0 : side, height - below, width - side, below);
}

static void
mien_editor_layout_dispose (GObject *object)
{
  MienEditorLayout *self = MIEN_EDITOR_LAYOUT (object);

  g_clear_pointer (&self->side, gtk_widget_unparent);
  g_clear_pointer (&self->stage, gtk_widget_unparent);
  g_clear_pointer (&self->beside, gtk_widget_unparent);

  G_OBJECT_CLASS (mien_editor_layout_parent_class)->dispose (object);
}

static void
mien_editor_layout_class_init (MienEditorLayoutClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_editor_layout_dispose;
  widget_class->measure = mien_editor_layout_measure;
  widget_class->size_allocate = mien_editor_layout_size_allocate;
  widget_class->get_request_mode = mien_editor_layout_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "mien-editor-layout");
}

static void
mien_editor_layout_init (MienEditorLayout *self)
{
}

GtkWidget *
mien_editor_layout_new (GtkWidget *side, GtkWidget *stage, GtkWidget *beside)
{
  MienEditorLayout *self = g_object_new (MIEN_TYPE_EDITOR_LAYOUT, NULL);

  self->side = side;
  self->stage = stage;
  self->beside = beside;
  gtk_widget_set_parent (side, GTK_WIDGET (self));
  gtk_widget_set_parent (stage, GTK_WIDGET (self));
  gtk_widget_set_parent (beside, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

gboolean
mien_editor_layout_is_narrow (MienEditorLayout *self)
{
  g_return_val_if_fail (MIEN_IS_EDITOR_LAYOUT (self), FALSE);

  return self->narrow;
}
