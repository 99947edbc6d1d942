/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-message-row.h"

#include <glib/gi18n.h>

#include "mien-text.h"
#include "mien-time.h"

#define FACE_SIZE       32
#define MAX_WIDTH_CHARS 56

struct _MienMessageRow
{
  GtkListBoxRow parent_instance;

  /* Children */
  GtkWidget *line;
  MienFaceView *face;
  GtkWidget *bubble;
  GtkLabel *body;
  GtkWidget *more;
  GtkLabel *time_label;
  GtkWidget *mark;
  GtkWidget *failure;
  GtkLabel *failure_label;

  /* Owned */
  char *text;

  gint64 time;
  gboolean is_own;
  gboolean shows_all;
};

enum { RETRY, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienMessageRow, mien_message_row, GTK_TYPE_LIST_BOX_ROW)

static const struct { const char *icon; const char *label; } deliveries[] = {
  [MIEN_DELIVERY_SENDING] = { "mien-sending-symbolic", N_("Sending") },
  [MIEN_DELIVERY_SENT] = { "mien-sent-symbolic", N_("Sent") },
  [MIEN_DELIVERY_DELIVERED] = { "mien-delivered-symbolic", N_("Delivered") },
  [MIEN_DELIVERY_FAILED] = { "dialog-warning-symbolic", N_("Not sent") },
};

static void
on_retry (MienMessageRow *self)
{
  g_signal_emit (self, signals[RETRY], 0);
}

/* Shortened at first: a friend's 64 KB shall not push everything else out of sight. */
static void
update_text (MienMessageRow *self)
{
  g_autofree char *shortened = self->shows_all ? NULL : mien_text_shorten (self->text, MIEN_MESSAGE_ROW_MAX_CHARS);
  g_autofree char *with_end = shortened != NULL ? g_strconcat (shortened, "…", NULL) : NULL;
  const char *shown = with_end != NULL ? with_end : self->text;
  g_autofree char *markup = mien_text_to_markup (shown);

  gtk_label_set_wrap_mode (self->body, mien_text_has_long_run (shown) ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
  if (markup != NULL)
    gtk_label_set_markup (self->body, markup);
  else
    gtk_label_set_text (self->body, shown);
  /* Only a link is worth a stop on the way of the keyboard. */
  gtk_widget_set_focusable (GTK_WIDGET (self->body), markup != NULL);
  gtk_widget_set_visible (self->more, with_end != NULL);
}

static void
on_more (MienMessageRow *self)
{
  self->shows_all = TRUE;
  update_text (self);
}

static void
mien_message_row_finalize (GObject *object)
{
  g_free (MIEN_MESSAGE_ROW (object)->text);

  G_OBJECT_CLASS (mien_message_row_parent_class)->finalize (object);
}

static void
mien_message_row_class_init (MienMessageRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_message_row_finalize;
  signals[RETRY] = g_signal_new ("retry", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static GtkWidget *
create_failure (MienMessageRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_with_label (_("Try Again"));

  self->failure_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->failure_label, TRUE);
  gtk_label_set_xalign (self->failure_label, 1);
  gtk_widget_add_css_class (GTK_WIDGET (self->failure_label), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->failure_label), "error");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "mien-small-button");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_retry), self);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->failure_label));
  gtk_box_append (GTK_BOX (box), button);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_set_visible (box, FALSE);

  return box;
}

static void
mien_message_row_init (MienMessageRow *self)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  self->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->face = MIEN_FACE_VIEW (mien_face_view_new (MIEN_FACE_CIRCLE, FACE_SIZE));
  gtk_widget_set_valign (GTK_WIDGET (self->face), GTK_ALIGN_START);

  self->body = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->body, TRUE);
  gtk_label_set_wrap_mode (self->body, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (self->body, GTK_NATURAL_WRAP_NONE);
  gtk_label_set_max_width_chars (self->body, MAX_WIDTH_CHARS);
  gtk_label_set_selectable (self->body, TRUE);
  gtk_label_set_xalign (self->body, 0);
  /* Nobody wrote the hyphens that Pango would put where it breaks a long word or an address. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (self->body, attributes);
  gtk_widget_set_focusable (GTK_WIDGET (self->body), FALSE);

  self->time_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->time_label), "mien-time");
  self->mark = gtk_image_new ();
  gtk_widget_add_css_class (self->mark, "mien-mark");
  gtk_image_set_pixel_size (GTK_IMAGE (self->mark), 12);
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->time_label));
  gtk_box_append (GTK_BOX (foot), self->mark);
  gtk_widget_set_halign (foot, GTK_ALIGN_END);
  gtk_widget_set_valign (foot, GTK_ALIGN_END);

  self->bubble = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  gtk_widget_add_css_class (self->bubble, "mien-bubble");
  gtk_box_append (GTK_BOX (self->bubble), GTK_WIDGET (self->body));
  gtk_box_append (GTK_BOX (self->bubble), foot);

  self->failure = create_failure (self);
  gtk_box_append (GTK_BOX (column), self->bubble);
  self->more = gtk_button_new_with_label (_("Show the Whole Message"));
  gtk_widget_add_css_class (self->more, "flat");
  gtk_widget_add_css_class (self->more, "mien-small-button");
  gtk_widget_set_halign (self->more, GTK_ALIGN_START);
  gtk_widget_set_visible (self->more, FALSE);
  g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (on_more), self);
  gtk_box_append (GTK_BOX (column), self->more);
  gtk_box_append (GTK_BOX (column), self->failure);
  gtk_box_append (GTK_BOX (self->line), GTK_WIDGET (self->face));
  gtk_box_append (GTK_BOX (self->line), column);

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), self->line);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "mien-message");
}

GtkWidget *
mien_message_row_new (void)
{
  return g_object_new (MIEN_TYPE_MESSAGE_ROW, NULL);
}

static void
update_side (MienMessageRow *self)
{
  gtk_widget_set_halign (self->line, self->is_own ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_widget_set_halign (self->bubble, self->is_own ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_widget_set_visible (GTK_WIDGET (self->face), !self->is_own);
  gtk_widget_set_visible (self->mark, self->is_own);
  if (self->is_own)
    gtk_widget_add_css_class (self->bubble, "own");
  else
    gtk_widget_remove_css_class (self->bubble, "own");
}

void
mien_message_row_set_content (MienMessageRow           *self,
                              const MienMessageContent *content)
{
  g_autofree char *clock = NULL;
  g_autofree char *full = NULL;
  g_autofree char *label = NULL;
  const char *state;

  g_return_if_fail (MIEN_IS_MESSAGE_ROW (self));
  g_return_if_fail (content->body != NULL && content->delivery < G_N_ELEMENTS (deliveries));

  self->time = content->time;
  self->is_own = content->is_own;
  clock = mien_time_format_clock (content->time);
  full = mien_time_format_full (content->time);
  state = _(deliveries[content->delivery].label);

  if (g_strcmp0 (self->text, content->body) != 0)
    {
      g_free (self->text);
      self->text = g_strdup (content->body);
      update_text (self);
    }
  gtk_label_set_text (self->time_label, clock);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->time_label), full);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mark), deliveries[content->delivery].icon);
  gtk_widget_set_tooltip_text (self->mark, state);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mark), GTK_ACCESSIBLE_PROPERTY_LABEL, state, -1);

  gtk_widget_set_visible (self->failure, content->is_own && content->delivery == MIEN_DELIVERY_FAILED);
  gtk_label_set_text (self->failure_label, content->error != NULL ? content->error : _("This message was not sent."));
  update_side (self);

  label = content->is_own ? g_strdup_printf (_("You, %s, %s: %s"), clock, state, content->body)
                          : g_strdup_printf (_("%s: %s"), clock, content->body);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

gint64
mien_message_row_get_time (MienMessageRow *self)
{
  return self->time;
}

gboolean
mien_message_row_is_own (MienMessageRow *self)
{
  return self->is_own;
}

MienFaceView *
mien_message_row_get_face (MienMessageRow *self)
{
  return self->face;
}

void
mien_message_row_set_first (MienMessageRow *self,
                            gboolean        first)
{
  gtk_widget_set_opacity (GTK_WIDGET (self->face), first ? 1 : 0);
  if (first)
    gtk_widget_add_css_class (GTK_WIDGET (self), "first");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "first");
}
