/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>

#include "mien-editor-layout.h"
#include "mien-spinner.h"

#define DEFAULT_WIDTH 1180
#define DEFAULT_HEIGHT 780
#define SIDE_WIDTH 184
#define BESIDE_WIDTH 304
#define FOOT_HEIGHT 46                   /* of a toast */

G_DEFINE_FINAL_TYPE (MienEditorWindow, mien_editor_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Closing ---- */

static void
on_close_response (AdwMessageDialog *dialog, const char *response, MienEditorWindow *self)
{
  if (g_str_equal (response, "cancel"))
    return;
  if (g_str_equal (response, "discard"))
    mien_draft_set_look (self->draft, self->opened, _("Discard Changes"), NULL);
  self->close_allowed = TRUE;
  /* The dialog may live a little longer than this window. */
  gtk_window_set_transient_for (GTK_WINDOW (dialog), NULL);
  gtk_window_close (GTK_WINDOW (self));
}

/* Closing with unpublished work asks; whatever the answer, the draft is on disk. */
static gboolean
mien_editor_window_close_request (GtkWindow *window)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (window);
  gboolean changed
      = mien_draft_is_dirty (self->draft) && !portrait_look_equal (self->opened, mien_draft_get_look (self->draft));

  if (!changed || self->close_allowed)
    {
      mien_draft_flush (self->draft);
      return GTK_WINDOW_CLASS (mien_editor_window_parent_class)->close_request (window);
    }

  GtkWidget *dialog = adw_message_dialog_new (
      window, _ ("Keep Your Changes?"),
      _ ("Your friends do not see them yet. Kept changes are here when you open the portrait again."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("_Discard Changes"), "keep", _ ("_Keep Draft"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "keep", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return TRUE;
}

/* ---- Building ---- */

static GtkWidget *
new_icon_button (const char *icon, const char *name, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
build_header (MienEditorWindow *self)
{
  GtkWidget *bar = adw_header_bar_new (), *close = gtk_button_new_with_mnemonic (_("_Close"));
  g_autoptr (GMenu) menu = g_menu_new ();

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), adw_window_title_new (_("Portrait"), ""));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (close), "win.close");
  self->undo = new_icon_button ("edit-undo-symbolic", _("Undo"), "win.undo");
  self->redo = new_icon_button ("edit-redo-symbolic", _("Redo"), "win.redo");

  g_menu_append (menu, _("Save _Picture As…"), "win.save-picture");
  g_menu_append (menu, _("Save _Look As…"), "win.save-look");
  g_menu_append (menu, _("_Open a Look…"), "win.open-look");
  self->save = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->save), _("_Save"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (self->save), TRUE);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->save), G_MENU_MODEL (menu));
  self->publish = gtk_button_new_with_mnemonic (_("_Publish"));
  gtk_widget_add_css_class (self->publish, "suggested-action");
  gtk_widget_set_tooltip_text (self->publish, _("Show this portrait to your friends"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->publish), "win.publish");

  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), close);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), self->undo);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), self->redo);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->publish);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->save);
  return bar;
}

static GtkWidget *
new_side_button (const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

/* What to choose from: the types, the search, and the headshot. */
static GtkWidget *
build_side (MienEditorWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *pair = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->search_entry = gtk_search_entry_new ();
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->search_entry), 8);
  g_object_set (self->search_entry, "placeholder-text", _("Search avatars"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search_entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search avatars"), -1);
  g_signal_connect (self->search_entry, "search-changed", G_CALLBACK (mien_editor_window_on_search), self);
  g_signal_connect_swapped (self->search_entry, "stop-search", G_CALLBACK (gtk_widget_grab_focus), self->ring);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->search_entry), 8);

  self->types = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->types), GTK_SELECTION_SINGLE);
  gtk_widget_add_css_class (self->types, "navigation-sidebar");
  gtk_widget_add_css_class (self->types, "mien-types");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->types), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Kinds of avatars"),
                                  -1);
  g_signal_connect (self->types, "row-selected", G_CALLBACK (mien_editor_window_on_type), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->types);
  gtk_widget_set_vexpand (scrolled, TRUE);

  self->crop_button = new_side_button (_("C_rop…"), "win.crop");
  self->eyes_button = new_side_button (_("_Eyes"), "win.mark-eyes");
  gtk_widget_set_tooltip_text (self->eyes_button,
                               _ ("Mark the eyes by two clicks, so that avatars go to the right place"));
  gtk_box_set_homogeneous (GTK_BOX (pair), TRUE);
  gtk_box_append (GTK_BOX (pair), self->crop_button);
  gtk_box_append (GTK_BOX (pair), self->eyes_button);
  gtk_box_append (GTK_BOX (buttons), new_side_button (_("Change _Headshot…"), "win.change-headshot"));
  gtk_box_append (GTK_BOX (buttons), pair);
  gtk_widget_add_css_class (buttons, "mien-editor-pad");

  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (top, "mien-editor-pad");
  gtk_box_append (GTK_BOX (top), self->search_entry);
  gtk_box_append (GTK_BOX (box), top);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_widget_set_size_request (box, SIDE_WIDTH, -1);
  gtk_widget_add_css_class (box, "mien-editor-side");
  return box;
}

static GtkWidget *
build_pager (MienEditorWindow *self)
{
  GtkWidget *pages = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *empty = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *loading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *spinner = mien_spinner_new ();

  self->page_back = new_icon_button ("go-previous-symbolic", _("Previous avatars"), "win.previous-page");
  self->page_next = new_icon_button ("go-next-symbolic", _("More avatars"), "win.next-page");
  gtk_widget_add_css_class (self->page_back, "flat");
  gtk_widget_add_css_class (self->page_next, "flat");
  self->page_label = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->page_label, "numeric");
  gtk_box_append (GTK_BOX (pages), self->page_back);
  gtk_box_append (GTK_BOX (pages), self->page_label);
  gtk_box_append (GTK_BOX (pages), self->page_next);
  gtk_widget_set_halign (pages, GTK_ALIGN_CENTER);

  self->empty_label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->empty_label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->empty_label, "dim-label");
  gtk_box_append (GTK_BOX (empty), self->empty_label);
  gtk_box_append (GTK_BOX (empty), new_side_button (_("Clear Search"), "win.clear-search"));
  gtk_widget_set_halign (empty, GTK_ALIGN_CENTER);

  gtk_box_append (GTK_BOX (loading), spinner);
  gtk_box_append (GTK_BOX (loading), gtk_label_new (_("Getting the avatars…")));
  gtk_widget_set_halign (loading, GTK_ALIGN_CENTER);

  self->pager = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->pager), pages, "pages");
  gtk_stack_add_named (GTK_STACK (self->pager), empty, "empty");
  gtk_stack_add_named (GTK_STACK (self->pager), loading, "loading");
  gtk_stack_set_hhomogeneous (GTK_STACK (self->pager), FALSE);
  gtk_widget_set_valign (self->pager, GTK_ALIGN_CENTER);
  return self->pager;
}

/* What is said has a place of its own beside the pages: it covers no avatar. Nothing else is inside, because the
 * overlay takes Escape from what has the focus in it while a toast is there. */
static GtkWidget *
build_foot (MienEditorWindow *self)
{
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->toasts = adw_toast_overlay_new ();
  gtk_widget_add_css_class (self->toasts, "mien-editor-toasts");
  gtk_widget_set_size_request (self->toasts, -1, FOOT_HEIGHT);
  gtk_widget_set_hexpand (self->toasts, TRUE);
  gtk_box_append (GTK_BOX (foot), self->toasts);
  gtk_box_append (GTK_BOX (foot), build_pager (self));
  return foot;
}

/* The ring with the display window in its middle. */
static GtkWidget *
build_stage (MienEditorWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->display = mien_display_new ();
  mien_editor_window_accept_drops (self);
  mien_ring_set_centre (MIEN_RING (self->ring), self->display);
  gtk_widget_set_vexpand (self->ring, TRUE);
  gtk_widget_set_hexpand (self->ring, TRUE);
  g_signal_connect_swapped (self->ring, "notify::page", G_CALLBACK (mien_editor_window_show_page), self);
  gtk_box_append (GTK_BOX (box), self->ring);
  gtk_box_append (GTK_BOX (box), build_foot (self));
  gtk_widget_add_css_class (box, "mien-editor-stage");
  return box;
}

/* Beside the picture: what is worn, or the adjustment window (S3122); and the previews. */
static GtkWidget *
build_beside (MienEditorWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *scrolled = gtk_scrolled_window_new (),
            *title = gtk_label_new (_ ("What you wear"));

  self->wearing = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "heading");
  self->hint = gtk_label_new (
      _ ("Pick something from the ring to put it on. Drag it on the picture, or use the controls that appear here."));
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 30);
  gtk_widget_add_css_class (self->hint, "dim-label");
  self->wearing_list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->wearing_list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->wearing_list, "boxed-list");
  gtk_widget_add_css_class (self->wearing_list, "mien-wearing");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->wearing_list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What you wear"), -1);
  gtk_box_append (GTK_BOX (self->wearing), title);
  gtk_box_append (GTK_BOX (self->wearing), self->hint);
  gtk_box_append (GTK_BOX (self->wearing), self->wearing_list);

  self->panel = mien_adjust_panel_new ();
  gtk_widget_set_valign (self->panel, GTK_ALIGN_START);
  self->beside_stack = gtk_stack_new ();
  gtk_stack_set_transition_type (GTK_STACK (self->beside_stack), GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->beside_stack), FALSE);
  gtk_stack_add_child (GTK_STACK (self->beside_stack), self->wearing);
  gtk_stack_add_child (GTK_STACK (self->beside_stack), self->panel);
  gtk_widget_set_vexpand (self->beside_stack, TRUE);

  self->previews = mien_previews_new ();
  gtk_box_append (GTK_BOX (box), self->beside_stack);
  gtk_box_append (GTK_BOX (box), self->previews);
  gtk_widget_set_size_request (box, BESIDE_WIDTH, -1);
  gtk_widget_add_css_class (box, "mien-editor-beside");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  return scrolled;
}

static void
on_publish_cancel (GtkButton *button, MienEditorWindow *self)
{
  g_cancellable_cancel (self->publish_cancellable);
}

/* S324 as the user sees it. */
static GtkWidget *
build_publish_bar (MienEditorWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12),
            *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->publish_text = gtk_label_new (NULL);
  self->publish_detail = gtk_label_new (NULL);
  GtkWidget *labels[] = { self->publish_text, self->publish_detail };
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_label_set_ellipsize (GTK_LABEL (labels[i]), PANGO_ELLIPSIZE_END);
      gtk_box_append (GTK_BOX (texts), labels[i]);
    }
  gtk_widget_add_css_class (self->publish_detail, "caption");
  gtk_widget_set_hexpand (texts, TRUE);
  self->publish_progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->publish_progress, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->publish_progress, 200, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->publish_progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Sent"),
                                  -1);
  self->publish_cancel = gtk_button_new_with_label (_("Cancel"));
  g_signal_connect (self->publish_cancel, "clicked", G_CALLBACK (on_publish_cancel), self);
  self->publish_retry = new_side_button (_("_Retry"), "win.publish");
  self->publish_undo = new_side_button (_("_Undo"), "win.undo-publish");
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_set_tooltip_text (close, _("Hide"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Hide"), -1);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (mien_editor_window_hide_publish), self);
  GtkWidget *parts[]
      = { texts, self->publish_progress, self->publish_cancel, self->publish_retry, self->publish_undo, close };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      gtk_widget_set_valign (parts[i], GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), parts[i]);
    }
  gtk_widget_add_css_class (box, "mien-bar");

  gtk_widget_set_visible (box, FALSE);
  self->publish_bar = box;
  return self->publish_bar;
}

static GtkWidget *
build_sync_bar (MienEditorWindow *self)
{
  self->sync_bar = gtk_progress_bar_new ();
  gtk_widget_add_css_class (self->sync_bar, "osd");
  gtk_widget_set_tooltip_text (self->sync_bar, _("Getting new avatars"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sync_bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Getting new avatars"), -1);
  self->sync_revealer = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->sync_revealer), GTK_REVEALER_TRANSITION_TYPE_CROSSFADE);
  gtk_revealer_set_child (GTK_REVEALER (self->sync_revealer), self->sync_bar);
  gtk_widget_set_valign (self->sync_revealer, GTK_ALIGN_START);
  gtk_widget_set_can_target (self->sync_revealer, FALSE);
  return self->sync_revealer;
}

static void
build (MienEditorWindow *self)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *overlay = gtk_overlay_new ();

  self->ring = mien_ring_new ();
  self->header = build_header (self);
  GtkWidget *side = build_side (self), *stage = build_stage (self), *beside = build_beside (self);
  gtk_widget_set_vexpand (overlay, TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), mien_editor_layout_new (side, stage, beside));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), build_sync_bar (self));
  gtk_box_append (GTK_BOX (content), self->header);
  gtk_box_append (GTK_BOX (content), overlay);
  gtk_box_append (GTK_BOX (content), build_publish_bar (self));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), content);
}

/* ---- The type ---- */

static void
mien_editor_window_dispose (GObject *object)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_weak_pointer (&self->toast);
  if (self->draft != NULL)
    g_signal_handlers_disconnect_by_data (self->draft, self);
  if (self->wardrobe != NULL)
    g_signal_handlers_disconnect_by_data (self->wardrobe, self);
  if (self->display != NULL)
    mien_display_set_compositor (MIEN_DISPLAY (self->display), NULL);
  self->display = NULL;
  self->previews = NULL;
  g_clear_pointer (&self->art, g_hash_table_unref);

  G_OBJECT_CLASS (mien_editor_window_parent_class)->dispose (object);
}

static void
mien_editor_window_finalize (GObject *object)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (object);

  g_clear_pointer (&self->compositor, portrait_compositor_free);
  g_clear_pointer (&self->opened, portrait_look_free);
  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  g_clear_pointer (&self->photo, cairo_surface_destroy);
  g_clear_pointer (&self->publishing, cairo_surface_destroy);
  g_clear_pointer (&self->publishing_look, portrait_look_free);
  g_clear_pointer (&self->published, cairo_surface_destroy);
  g_clear_pointer (&self->seen, cairo_surface_destroy);
  g_clear_pointer (&self->shown_headshot, cairo_surface_destroy);
  g_clear_pointer (&self->snapshot_tasks, g_ptr_array_unref);
  g_clear_object (&self->publish_cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_clear_object (&self->draft);
  g_clear_object (&self->wardrobe);
  g_clear_object (&self->gallery);
  g_clear_object (&self->publisher);
  g_free (self->active);
  g_free (self->search);

  G_OBJECT_CLASS (mien_editor_window_parent_class)->finalize (object);
}

static void
mien_editor_window_class_init (MienEditorWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mien_editor_window_dispose;
  object_class->finalize = mien_editor_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = mien_editor_window_close_request;
  mien_editor_window_bind_keys (GTK_WIDGET_CLASS (klass));
}

static void
mien_editor_window_init (MienEditorWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->snapshot_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  mien_editor_window_add_actions (self);
  build (self);
}

/* A full disk: the work is safe as long as the window is open. */
static void
on_save_error (MienEditorWindow *self)
{
  const char *text = mien_draft_get_save_error (self->draft);

  if (text != NULL)
    mien_editor_window_tell (self, text, NULL, NULL);
}

GtkWidget *
mien_editor_window_new (GtkApplication *app, MienSession *session, MienDraft *draft, MienWardrobe *wardrobe,
                        MienGallery *gallery, MienPublisher *publisher)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (draft), NULL);
  g_return_val_if_fail (MIEN_IS_WARDROBE (wardrobe), NULL);

  MienEditorWindow *self = g_object_new (MIEN_TYPE_EDITOR_WINDOW, "application", app, "title", _("Portrait"),
                                         "default-width", DEFAULT_WIDTH, "default-height", DEFAULT_HEIGHT, NULL);
  self->session = g_object_ref (session);
  self->draft = g_object_ref (draft);
  g_signal_connect_swapped (draft, "notify::save-error", G_CALLBACK (on_save_error), self);
  self->wardrobe = g_object_ref (wardrobe);
  self->gallery = g_object_ref (gallery);
  self->publisher = g_object_ref (publisher);
  self->opened = portrait_look_copy (mien_draft_get_look (draft));
  /* The former portrait, for taking a new one back. */
  mien_gallery_want (gallery, mien_session_get_jid (session), PORTRAIT_STANDARD_SIZE, MIEN_GALLERY_PREFETCH);
  mien_editor_window_init_look (self);
  mien_editor_window_init_wardrobe (self);
  mien_editor_window_show_look (self);
  gtk_widget_grab_focus (self->display);
  return GTK_WIDGET (self);
}
