/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-status-popover.h"

#include <glib/gi18n.h>

#include "mien-paint.h"

static const MienPresence offered[] = {
  MIEN_PRESENCE_ONLINE, MIEN_PRESENCE_CHAT, MIEN_PRESENCE_AWAY, MIEN_PRESENCE_XA, MIEN_PRESENCE_DND,
};

struct _MienStatusPopover
{
  GtkPopover parent_instance;

  GtkWidget *checks[G_N_ELEMENTS (offered)];
  GtkWidget *text;
  gboolean is_silent;
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienStatusPopover, mien_status_popover, GTK_TYPE_POPOVER)

static void
emit_chosen (MienStatusPopover *self)
{
  const char *text;

  if (self->is_silent)
    return;
  text = gtk_editable_get_text (GTK_EDITABLE (self->text));
  for (guint i = 0; i < G_N_ELEMENTS (offered); i++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->checks[i])))
      g_signal_emit (self, signals[CHOSEN], 0, (int) offered[i], *text != '\0' ? text : NULL);
}

static void
on_toggled (GtkCheckButton    *check,
            MienStatusPopover *self)
{
  /* Each change of a group is told twice; what counts is the one that is chosen. */
  if (gtk_check_button_get_active (check))
    emit_chosen (self);
}

static void
on_text_done (MienStatusPopover *self)
{
  emit_chosen (self);
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
draw_mark (GtkDrawingArea *area,
           cairo_t        *cr,
           int             width,
           int             height,
           gpointer        data)
{
  mien_paint_presence (cr, (MienPresence) GPOINTER_TO_INT (data), MIN (width, height));
}

static void
mien_status_popover_class_init (MienStatusPopoverClass *klass)
{
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static GtkWidget *
create_choice (MienStatusPopover *self,
               guint              index)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *mark = gtk_drawing_area_new ();
  const char *label = mien_presence_get_label (offered[index]);

  gtk_widget_set_size_request (mark, 12, 12);
  gtk_widget_set_valign (mark, GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (mark), draw_mark, GINT_TO_POINTER (offered[index]), NULL);
  gtk_box_append (GTK_BOX (line), mark);
  gtk_box_append (GTK_BOX (line), gtk_label_new (label));
  gtk_widget_set_margin_start (line, 4);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), line);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (index > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), GTK_CHECK_BUTTON (self->checks[0]));
  g_signal_connect (check, "toggled", G_CALLBACK (on_toggled), self);

  return check;
}

static void
mien_status_popover_init (MienStatusPopover *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->is_silent = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (offered); i++)
    {
      self->checks[i] = create_choice (self, i);
      gtk_box_append (GTK_BOX (box), self->checks[i]);
    }
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->checks[0]), TRUE);

  self->text = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->text), _("What are you doing?"));
  gtk_entry_set_max_length (GTK_ENTRY (self->text), MIEN_STATUS_MAX_CHARS);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->text), 24);
  gtk_widget_set_margin_top (self->text, 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("What are you doing?"), -1);
  g_signal_connect_swapped (self->text, "activate", G_CALLBACK (on_text_done), self);
  gtk_box_append (GTK_BOX (box), self->text);

  gtk_widget_set_margin_start (box, 8);
  gtk_widget_set_margin_end (box, 8);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 8);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  self->is_silent = FALSE;
}

GtkWidget *
mien_status_popover_new (void)
{
  return g_object_new (MIEN_TYPE_STATUS_POPOVER, NULL);
}

void
mien_status_popover_set (MienStatusPopover *self,
                         MienPresence       presence,
                         const char        *status)
{
  g_return_if_fail (MIEN_IS_STATUS_POPOVER (self));

  self->is_silent = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (offered); i++)
    if (offered[i] == presence)
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->checks[i]), TRUE);
  if (!gtk_widget_has_focus (self->text) &&
      g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->text)), status != NULL ? status : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->text), status != NULL ? status : "");
  self->is_silent = FALSE;
}
