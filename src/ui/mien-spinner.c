/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-spinner.h"

struct _MienSpinner
{
  GtkWidget parent_instance;

  GtkWidget *spinner;
};

G_DEFINE_FINAL_TYPE (MienSpinner, mien_spinner, GTK_TYPE_WIDGET)

static void
mien_spinner_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mien_spinner_parent_class)->map (widget);
  gtk_spinner_start (GTK_SPINNER (MIEN_SPINNER (widget)->spinner));
}

static void
mien_spinner_unmap (GtkWidget *widget)
{
  gtk_spinner_stop (GTK_SPINNER (MIEN_SPINNER (widget)->spinner));
  GTK_WIDGET_CLASS (mien_spinner_parent_class)->unmap (widget);
}

static void
mien_spinner_dispose (GObject *object)
{
  MienSpinner *self = MIEN_SPINNER (object);

  g_clear_pointer (&self->spinner, gtk_widget_unparent);

  G_OBJECT_CLASS (mien_spinner_parent_class)->dispose (object);
}

static void
mien_spinner_class_init (MienSpinnerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_spinner_dispose;
  widget_class->map = mien_spinner_map;
  widget_class->unmap = mien_spinner_unmap;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PROGRESS_BAR);
}

static void
mien_spinner_init (MienSpinner *self)
{
  self->spinner = g_object_new (GTK_TYPE_SPINNER, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_parent (self->spinner, GTK_WIDGET (self));
}

GtkWidget *
mien_spinner_new (void)
{
  return g_object_new (MIEN_TYPE_SPINNER, NULL);
}
