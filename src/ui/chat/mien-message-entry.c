/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-message-entry.h"

#include <glib/gi18n.h>

#include "mien-conversation.h"
#include "mien-text.h"

#define MAX_HEIGHT 140

struct _MienMessageEntry
{
  GtkWidget parent_instance;

  /* Children */
  GtkWidget *box;
  GtkWidget *text;
  GtkWidget *hint;
  GtkWidget *send;
  GtkWidget *warning;

  gboolean is_silent;
};

enum { SEND, EDITED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienMessageEntry, mien_message_entry, GTK_TYPE_WIDGET)

static GtkTextBuffer *
get_buffer (MienMessageEntry *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));
}

static gboolean
is_blank (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      return FALSE;

  return TRUE;
}

static void
on_changed (MienMessageEntry *self)
{
  g_autofree char *text = mien_message_entry_get_text (self);
  gsize length = strlen (text);
  gboolean too_long = length > MIEN_MESSAGE_MAX_BYTES;

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->text),
                               mien_text_has_long_run (text) ? GTK_WRAP_CHAR : GTK_WRAP_WORD_CHAR);
  gtk_widget_set_visible (self->hint, length == 0);
  gtk_widget_set_sensitive (self->send, !too_long && !is_blank (text));
  gtk_widget_set_visible (self->warning, too_long);
  if (too_long)
    {
      /* Translators: both are numbers of kilobytes */
      g_autofree char *warning = g_strdup_printf (_("This message is too long to send: "
                                                    "%.1f KB, and %d KB fit into one."),
                                                  length / 1024.0, MIEN_MESSAGE_MAX_BYTES / 1024);

      gtk_label_set_text (GTK_LABEL (self->warning), warning);
    }

  if (!self->is_silent)
    g_signal_emit (self, signals[EDITED], 0, length > 0);
}

static void
send_text (MienMessageEntry *self)
{
  g_autofree char *text = mien_message_entry_get_text (self);

  if (gtk_widget_get_sensitive (self->send))
    g_signal_emit (self, signals[SEND], 0, g_strchomp (text));
  gtk_widget_grab_focus (self->text);
}

static gboolean
on_key (GtkEventControllerKey *controller,
        guint                  keyval,
        guint                  keycode,
        GdkModifierType        state,
        MienMessageEntry      *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  if ((keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter) ||
      (state & (GDK_SHIFT_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  /* While Chinese or Japanese is being composed, Enter belongs to the input method. */
  if (!gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (self->text), event))
    send_text (self);

  return GDK_EVENT_STOP;
}

static void
on_emoji (MienMessageEntry *self,
          const char       *emoji)
{
  gtk_text_buffer_insert_at_cursor (get_buffer (self), emoji, -1);
  gtk_widget_grab_focus (self->text);
}

/* Only when it is wanted: it draws each of some thousand emoji once to measure them. */
static void
create_emoji_chooser (GtkMenuButton *button,
                      gpointer       data)
{
  GtkWidget *chooser;

  if (gtk_menu_button_get_popover (button) != NULL)
    return;

  chooser = gtk_emoji_chooser_new ();
  g_signal_connect_swapped (chooser, "emoji-picked", G_CALLBACK (on_emoji), data);
  gtk_menu_button_set_popover (button, chooser);
}

static gboolean
mien_message_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (MIEN_MESSAGE_ENTRY (widget)->text);
}

static void
mien_message_entry_dispose (GObject *object)
{
  g_clear_pointer (&MIEN_MESSAGE_ENTRY (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (mien_message_entry_parent_class)->dispose (object);
}

static void
mien_message_entry_class_init (MienMessageEntryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_message_entry_dispose;
  widget_class->grab_focus = mien_message_entry_grab_focus;
  signals[SEND] = g_signal_new ("send", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[EDITED] = g_signal_new ("edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
create_text (MienMessageEntry *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->text = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->text), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->text), FALSE);
  gtk_text_view_set_input_hints (GTK_TEXT_VIEW (self->text), GTK_INPUT_HINT_SPELLCHECK | GTK_INPUT_HINT_EMOJI);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->text), 8);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (self->text), 8);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->text), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self->text), 4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Message"), -1);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (self->text, key);
  g_signal_connect_object (get_buffer (self), "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), MAX_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->text);

  self->hint = gtk_label_new (_("Message"));
  gtk_label_set_ellipsize (GTK_LABEL (self->hint), PANGO_ELLIPSIZE_END);
  gtk_widget_set_halign (self->hint, GTK_ALIGN_START);
  gtk_widget_set_valign (self->hint, GTK_ALIGN_START);
  gtk_widget_set_margin_top (self->hint, 8);
  gtk_widget_set_margin_start (self->hint, 13);
  gtk_widget_set_can_target (self->hint, FALSE);
  gtk_widget_add_css_class (self->hint, "dim-label");

  gtk_overlay_set_child (GTK_OVERLAY (overlay), scrolled);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->hint);
  gtk_widget_set_hexpand (overlay, TRUE);

  return overlay;
}

static void
mien_message_entry_init (MienMessageEntry *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *emoji = gtk_menu_button_new ();

  self->send = gtk_button_new_from_icon_name ("mien-send-symbolic");
  self->warning = gtk_label_new (NULL);

  gtk_box_append (GTK_BOX (line), create_text (self));
  gtk_widget_add_css_class (line, "mien-entry");

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (emoji), "face-smile-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (emoji), create_emoji_chooser, self, NULL);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (emoji), GTK_ARROW_UP);
  gtk_widget_set_tooltip_text (emoji, _("Insert an emoji"));
  gtk_widget_add_css_class (emoji, "flat");
  gtk_widget_add_css_class (emoji, "circular");
  gtk_widget_set_valign (emoji, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (line), emoji);

  gtk_widget_set_tooltip_text (self->send, _("Send"));
  gtk_widget_add_css_class (self->send, "suggested-action");
  gtk_widget_add_css_class (self->send, "circular");
  gtk_widget_set_valign (self->send, GTK_ALIGN_END);
  gtk_widget_set_sensitive (self->send, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->send), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Send"), -1);
  g_signal_connect_swapped (self->send, "clicked", G_CALLBACK (send_text), self);
  gtk_box_append (GTK_BOX (line), self->send);

  gtk_label_set_wrap (GTK_LABEL (self->warning), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->warning), 0);
  gtk_widget_add_css_class (self->warning, "error");
  gtk_widget_add_css_class (self->warning, "caption");
  gtk_widget_set_visible (self->warning, FALSE);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_box_append (GTK_BOX (self->box), self->warning);
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
mien_message_entry_new (void)
{
  return g_object_new (MIEN_TYPE_MESSAGE_ENTRY, NULL);
}

char *
mien_message_entry_get_text (MienMessageEntry *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);

  return gtk_text_buffer_get_text (get_buffer (self), &start, &end, FALSE);
}

void
mien_message_entry_set_text (MienMessageEntry *self,
                             const char       *text)
{
  g_return_if_fail (MIEN_IS_MESSAGE_ENTRY (self));

  self->is_silent = TRUE;
  gtk_text_buffer_set_text (get_buffer (self), text != NULL ? text : "", -1);
  self->is_silent = FALSE;
}

void
mien_message_entry_set_hint (MienMessageEntry *self,
                             const char       *hint)
{
  gtk_label_set_text (GTK_LABEL (self->hint), hint);
}
