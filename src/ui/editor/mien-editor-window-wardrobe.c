/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>

#include "mien-ring-item.h"

/* S308: what can be chosen: the types, the search, the ring's pages, and bringing the catalogue up to date. */

#define TYPE_PICTURE 32

/* ---- The ring's content ---- */

/* S3084: the avatars of the type, or what the search found in all of them, arranged as the ring. */
void
mien_editor_window_fill_ring (MienEditorWindow *self)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  if (catalogue == NULL)
    return;
  g_autoptr (GPtrArray) avatars = mien_catalogue_query (catalogue, self->search != NULL ? NULL : self->type,
                                                        self->search != NULL ? self->search : "");
  mien_ring_set_avatars (MIEN_RING (self->ring), avatars);
  gtk_stack_set_visible_child_name (GTK_STACK (self->pager), avatars->len > 0 ? "pages" : "empty");
  mien_editor_window_show_page (self);
}

void
mien_editor_window_show_page (MienEditorWindow *self)
{
  int page = mien_ring_get_page (MIEN_RING (self->ring)), n = mien_ring_get_n_pages (MIEN_RING (self->ring));
  /* Translators: the page of the ring: 1 of 3 */
  g_autofree char *text = g_strdup_printf (_("%d / %d"), page + 1, n);

  gtk_label_set_text (GTK_LABEL (self->page_label), text);
  gtk_widget_set_visible (self->page_back, n > 1);
  gtk_widget_set_visible (self->page_next, n > 1);
  gtk_widget_set_visible (self->page_label, n > 1);
  gtk_widget_set_sensitive (self->page_back, page > 0);
  gtk_widget_set_sensitive (self->page_next, page + 1 < n);
}

void
mien_editor_window_on_search (GtkSearchEntry *entry, MienEditorWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  g_clear_pointer (&self->search, g_free);
  if (*trimmed != '\0')
    {
      g_autofree char *words = g_strdup_printf (_("No avatar matches “%s”"), trimmed);
      self->search = mien_avatar_fold (trimmed);
      gtk_label_set_text (GTK_LABEL (self->empty_label), words);
      gtk_list_box_unselect_all (GTK_LIST_BOX (self->types));
    }
  else
    {
      GtkWidget *row = gtk_widget_get_first_child (self->types);
      while (row != NULL && g_strcmp0 (gtk_widget_get_name (row), self->type != NULL ? self->type->name : NULL) != 0)
        row = gtk_widget_get_next_sibling (row);
      gtk_list_box_select_row (GTK_LIST_BOX (self->types), row != NULL ? GTK_LIST_BOX_ROW (row) : NULL);
    }
  mien_editor_window_fill_ring (self);
}

void
mien_editor_window_on_type (GtkListBox *list, GtkListBoxRow *row, MienEditorWindow *self)
{
  if (row == NULL)
    return;
  const PortraitType *type = portrait_type_lookup (gtk_widget_get_name (GTK_WIDGET (row)));
  if (type == self->type && self->search == NULL)
    return;
  self->type = type;
  if (self->search != NULL)
    {
      /* "search-changed" comes later; the ring follows at once. */
      g_clear_pointer (&self->search, g_free);
      gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
    }
  mien_editor_window_fill_ring (self);
}

static GtkWidget *
new_type_row (MienEditorWindow *self, MienCatalogue *catalogue, const PortraitType *type)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *row = gtk_list_box_row_new ();
  GtkWidget *name = gtk_label_new (mien_catalogue_get_type_name (catalogue, type));
  g_autoptr (GPtrArray) avatars = mien_catalogue_query (catalogue, type, "");

  if (avatars->len > 0)
    {
      GtkWidget *picture = mien_ring_item_new (self->wardrobe, g_ptr_array_index (avatars, 0), NULL);
      mien_ring_item_set_size (MIEN_RING_ITEM (picture), TYPE_PICTURE);
      gtk_widget_set_can_target (picture, FALSE);
      gtk_widget_set_focusable (picture, FALSE);
      gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), picture);
    }
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), name);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_name (row, type->name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mien_catalogue_get_type_name (catalogue, type), -1);
  return row;
}

/* What is worn decides which type is shown first: a hat, where the catalogue has hats. */
static const PortraitType *
get_first_type (MienCatalogue *catalogue)
{
  const PortraitType *hat = portrait_type_lookup ("hat");

  for (guint i = 0; i < mien_catalogue_get_n_types (catalogue); i++)
    if (mien_catalogue_get_type_at (catalogue, i) == hat)
      return hat;
  return mien_catalogue_get_n_types (catalogue) > 0 ? mien_catalogue_get_type_at (catalogue, 0) : NULL;
}

static gboolean
has_type (MienCatalogue *catalogue, const PortraitType *type)
{
  for (guint i = 0; i < mien_catalogue_get_n_types (catalogue); i++)
    if (mien_catalogue_get_type_at (catalogue, i) == type)
      return TRUE;
  return FALSE;
}

static void
on_catalogue (MienEditorWindow *self)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);
  GtkWidget *row;

  if (catalogue == NULL)
    {
      gtk_stack_set_visible_child_name (GTK_STACK (self->pager), "loading");
      return;
    }
  if (self->type == NULL || !has_type (catalogue, self->type))
    self->type = get_first_type (catalogue);
  while ((row = gtk_widget_get_first_child (self->types)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->types), row);
  for (guint i = 0; i < mien_catalogue_get_n_types (catalogue); i++)
    {
      row = new_type_row (self, catalogue, mien_catalogue_get_type_at (catalogue, i));
      gtk_list_box_append (GTK_LIST_BOX (self->types), row);
      if (self->search == NULL && mien_catalogue_get_type_at (catalogue, i) == self->type)
        gtk_list_box_select_row (GTK_LIST_BOX (self->types), GTK_LIST_BOX_ROW (row));
    }
  mien_editor_window_fill_ring (self);
  mien_editor_window_init_headshot (self);
  mien_editor_window_show_look (self);
}

/* ---- S3081-S3083: the newest catalogue ---- */

/* The application brings the catalogue up to date as soon as it knows where from; here it is seen. */
static void
on_sync_progress (MienWardrobe *wardrobe, guint64 done, guint64 total, MienEditorWindow *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->sync_revealer), done < total);
  if (total > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->sync_bar), CLAMP ((double) done / (double) total, 0, 1));
}

void
mien_editor_window_init_wardrobe (MienEditorWindow *self)
{
  mien_ring_set_wardrobe (MIEN_RING (self->ring), self->wardrobe);
  g_signal_connect_object (self->wardrobe, "notify::catalogue", G_CALLBACK (on_catalogue), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->wardrobe, "sync-progress", G_CALLBACK (on_sync_progress), self, 0);
  on_catalogue (self);
}
