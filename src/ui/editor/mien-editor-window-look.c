/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-editor-window-private.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-ring-item.h"

/* S310-S314: picking, placing and adjusting, and how the look gets onto the screen. */

/* What the compositor has been given for a type. */
typedef struct
{
  char         *avatar, *variant;
  int           size;                    /* pixels of its side; 0: none yet */
  int           asked;                   /* the size being drawn, or 0 */
  GCancellable *cancellable;
} Art;

static void
art_free (gpointer data)
{
  Art *art = data;

  g_cancellable_cancel (art->cancellable);
  g_clear_object (&art->cancellable);
  g_free (art->avatar);
  g_free (art->variant);
  g_free (art);
}

static MienAvatar *
find_avatar (MienEditorWindow *self, const PortraitLayer *layer)
{
  MienCatalogue *catalogue = mien_wardrobe_get_catalogue (self->wardrobe);

  return catalogue != NULL ? mien_catalogue_lookup (catalogue, layer->avatar) : NULL;
}

const char *
mien_editor_window_get_layer_name (MienEditorWindow *self, const PortraitLayer *layer)
{
  MienAvatar *avatar = find_avatar (self, layer);

  return avatar != NULL ? mien_avatar_get_name (avatar) : layer->avatar;
}

/* ---- The pictures of the layers ---- */

typedef struct
{
  MienEditorWindow *self;                /* owned */
  char             *type, *avatar, *variant;
  int               size;
} ArtRequest;

static void
art_request_free (ArtRequest *request)
{
  g_object_unref (request->self);
  g_free (request->type);
  g_free (request->avatar);
  g_free (request->variant);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArtRequest, art_request_free)

static void
on_art (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (ArtRequest) request = data;
  g_autoptr (GError) error = NULL;
  MienEditorWindow *self = request->self;
  cairo_surface_t *behind = NULL;
  cairo_surface_t *front = mien_wardrobe_render_art_finish (MIEN_WARDROBE (source), result, &behind, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || g_cancellable_is_cancelled (self->cancellable))
    goto out;
  Art *art = g_hash_table_lookup (self->art, request->type);
  if (art == NULL || art->asked != request->size || g_strcmp0 (art->avatar, request->avatar) != 0
      || g_strcmp0 (art->variant, request->variant) != 0)
    goto out;
  art->asked = 0;
  /* A drawing that fails is not asked for again and again. */
  art->size = request->size;
  if (front == NULL)
    mien_editor_window_tell_error (self, _("An avatar cannot be drawn"), error);
  else
    {
      portrait_compositor_set_art (self->compositor, request->type, front, behind);
      mien_display_all_changed (MIEN_DISPLAY (self->display));
    }
  mien_editor_window_art_arrived (self);

out:
  g_clear_pointer (&front, cairo_surface_destroy);
  g_clear_pointer (&behind, cairo_surface_destroy);
}

/* The picture that the ring shows of it is in memory: it stands in until the sharp one is drawn. */
static void
show_stand_in (MienEditorWindow *self, MienAvatar *avatar, const PortraitLayer *layer)
{
  cairo_surface_t *front = mien_wardrobe_lookup_art (self->wardrobe, avatar, layer->variant, MIEN_RING_ITEM_ART);
  cairo_surface_t *behind
      = front != NULL ? mien_wardrobe_lookup_art_behind (self->wardrobe, avatar, layer->variant, MIEN_RING_ITEM_ART)
                      : NULL;

  portrait_compositor_set_art (self->compositor, layer->type->name, front, behind);
}

/* S3121: the layer's picture at the size at which it is sharp in a portrait of the standard size. */
static void
ensure_layer_art (MienEditorWindow *self, const PortraitLayer *layer)
{
  MienAvatar *avatar = find_avatar (self, layer);
  Art *art = g_hash_table_lookup (self->art, layer->type->name);
  int size = portrait_compositor_get_art_size (self->compositor, layer->type->name, PORTRAIT_STANDARD_SIZE);

  if (art != NULL && (g_strcmp0 (art->avatar, layer->avatar) != 0 || g_strcmp0 (art->variant, layer->variant) != 0))
    {
      g_hash_table_remove (self->art, layer->type->name);
      art = NULL;
    }
  if (avatar == NULL)
    {
      /* It stays in the look, and the list of what is worn says that it is missing. */
      portrait_compositor_set_art (self->compositor, layer->type->name, NULL, NULL);
      g_hash_table_remove (self->art, layer->type->name);
      return;
    }
  if (art == NULL)
    {
      art = g_new0 (Art, 1);
      art->avatar = g_strdup (layer->avatar);
      art->variant = g_strdup (layer->variant);
      g_hash_table_insert (self->art, g_strdup (layer->type->name), art);
      show_stand_in (self, avatar, layer);
    }
  if (art->size >= size || art->asked >= size)
    return;

  g_cancellable_cancel (art->cancellable);
  g_clear_object (&art->cancellable);
  art->cancellable = g_cancellable_new ();
  art->asked = size;
  ArtRequest *request = g_new0 (ArtRequest, 1);
  request->self = g_object_ref (self);
  request->type = g_strdup (layer->type->name);
  request->avatar = g_strdup (layer->avatar);
  request->variant = g_strdup (layer->variant);
  request->size = size;
  mien_wardrobe_render_art_async (self->wardrobe, avatar, layer->variant, size, art->cancellable, on_art, request);
}

static void
ensure_art (MienEditorWindow *self, const PortraitLook *look)
{
  GHashTableIter iter;
  gpointer type;

  for (guint i = 0; i < portrait_look_get_n_layers (look); i++)
    ensure_layer_art (self, portrait_look_get_layer (look, i));
  g_hash_table_iter_init (&iter, self->art);
  while (g_hash_table_iter_next (&iter, &type, NULL))
    if (portrait_look_find_layer (look, type) == NULL)
      {
        portrait_compositor_set_art (self->compositor, type, NULL, NULL);
        g_hash_table_iter_remove (&iter);
      }
}

gboolean
mien_editor_window_has_all_art (MienEditorWindow *self)
{
  GHashTableIter iter;
  gpointer art;

  g_hash_table_iter_init (&iter, self->art);
  while (g_hash_table_iter_next (&iter, NULL, &art))
    if (((Art *) art)->asked != 0)
      return FALSE;
  return TRUE;
}

/* ---- From the draft to the screen ---- */

/* Whether only the place of the active layer differs: then two of the display's three parts stay. */
static gboolean
only_active_moved (MienEditorWindow *self, const PortraitLook *look)
{
  const PortraitLayer *layer = self->active != NULL ? portrait_look_find_layer (look, self->active) : NULL;

  if (layer == NULL)
    return FALSE;
  g_autoptr (PortraitLook) before = portrait_look_copy (portrait_compositor_get_look (self->compositor));
  g_autoptr (PortraitLook) after = portrait_look_copy (look);
  return portrait_look_set_placement (before, self->active, &layer->placement)
         && portrait_look_set_placement (after, self->active, &layer->placement) && portrait_look_equal (before, after);
}

static void
show_headshot (MienEditorWindow *self)
{
  cairo_surface_t *headshot = mien_draft_get_headshot (self->draft);

  if (headshot == self->shown_headshot)
    return;
  g_clear_pointer (&self->shown_headshot, cairo_surface_destroy);
  self->shown_headshot = headshot != NULL ? cairo_surface_reference (headshot) : NULL;
  portrait_compositor_set_headshot (self->compositor, headshot);
  mien_display_all_changed (MIEN_DISPLAY (self->display));
}

static void
show_panel (MienEditorWindow *self)
{
  const PortraitLook *look = mien_draft_get_look (self->draft);
  const PortraitLayer *layer = self->active != NULL ? portrait_look_find_layer (look, self->active) : NULL;

  if (layer == NULL)
    return;
  MienAdjustPanel *panel = MIEN_ADJUST_PANEL (self->panel);
  guint index = 0, n = portrait_look_get_n_layers (look);
  while (index < n && portrait_look_get_layer (look, index) != layer)
    index++;
  mien_adjust_panel_set_avatar (panel, find_avatar (self, layer), mien_editor_window_get_layer_name (self, layer),
                                layer->variant);
  mien_adjust_panel_set_placement (panel, &layer->placement);
  mien_adjust_panel_set_order (panel, index + 1 < n, index > 0);
}

static void
on_wearing_remove (GtkButton *button, MienEditorWindow *self)
{
  mien_editor_window_remove (self, gtk_widget_get_name (GTK_WIDGET (button)));
}

static GtkWidget *
new_wearing_row (MienEditorWindow *self, const PortraitLayer *layer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *row = gtk_list_box_row_new ();
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *name = gtk_label_new (mien_editor_window_get_layer_name (self, layer));
  GtkWidget *take_off = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *remove_name = g_strdup_printf (_("Remove %s"), mien_editor_window_get_layer_name (self, layer));
  MienAvatar *avatar = find_avatar (self, layer);

  if (avatar != NULL)
    {
      GtkWidget *picture = mien_ring_item_new (self->wardrobe, avatar, layer->variant);
      gtk_widget_set_can_target (picture, FALSE);
      gtk_widget_set_focusable (picture, FALSE);
      gtk_widget_set_size_request (picture, 36, 36);
      gtk_widget_set_halign (picture, GTK_ALIGN_CENTER);
      gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
      mien_ring_item_set_size (MIEN_RING_ITEM (picture), 36);
      gtk_box_append (GTK_BOX (box), picture);
    }
  else
    {
      GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
      gtk_widget_set_size_request (icon, 36, 36);
      gtk_box_append (GTK_BOX (box), icon);
    }
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (texts), name);
  if (avatar == NULL)
    {
      GtkWidget *missing = gtk_label_new (_("Not among your avatars"));
      gtk_label_set_xalign (GTK_LABEL (missing), 0);
      gtk_label_set_ellipsize (GTK_LABEL (missing), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (missing, "dim-label");
      gtk_widget_add_css_class (missing, "caption");
      gtk_box_append (GTK_BOX (texts), missing);
    }
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_widget_add_css_class (take_off, "flat");
  gtk_widget_add_css_class (take_off, "circular");
  gtk_widget_set_valign (take_off, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (take_off, remove_name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (take_off), GTK_ACCESSIBLE_PROPERTY_LABEL, remove_name, -1);
  gtk_widget_set_name (take_off, layer->type->name);
  g_signal_connect (take_off, "clicked", G_CALLBACK (on_wearing_remove), self);
  gtk_box_append (GTK_BOX (box), take_off);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_name (row, layer->type->name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mien_editor_window_get_layer_name (self, layer), -1);
  return row;
}

/* What is worn, the topmost first. Made anew only when avatars come, go or change places. */
static void
show_wearing (MienEditorWindow *self, const PortraitLook *look)
{
  GtkWidget *row;
  guint n = portrait_look_get_n_layers (look);

  while ((row = gtk_widget_get_first_child (self->wearing_list)) != NULL && GTK_IS_LIST_BOX_ROW (row))
    gtk_list_box_remove (GTK_LIST_BOX (self->wearing_list), row);
  for (guint i = n; i-- > 0;)
    gtk_list_box_append (GTK_LIST_BOX (self->wearing_list), new_wearing_row (self, portrait_look_get_layer (look, i)));
  gtk_widget_set_visible (self->wearing_list, n > 0);
  gtk_widget_set_visible (self->hint, n == 0);
}

static gboolean
on_settled (gpointer data)
{
  MienEditorWindow *self = MIEN_EDITOR_WINDOW (data);

  self->settle_source = 0;
  mien_draft_end_merge (self->draft);
  mien_editor_window_snapshot_now (self);
  return G_SOURCE_REMOVE;
}

static void
settle_later (MienEditorWindow *self)
{
  g_clear_handle_id (&self->settle_source, g_source_remove);
  self->settle_source = g_timeout_add (MIEN_EDITOR_SETTLE_MS, on_settled, self);
}

/* S3143: headshot and avatars are redrawn from the draft, whoever changed it. */
void
mien_editor_window_show_look (MienEditorWindow *self)
{
  const PortraitLook *look = mien_draft_get_look (self->draft);
  gboolean moved = only_active_moved (self, look);

  mien_editor_window_forget_undo_offer (self);
  if (self->active != NULL && portrait_look_find_layer (look, self->active) == NULL)
    mien_editor_window_set_active (self, NULL);
  portrait_compositor_set_look (self->compositor, look);
  ensure_art (self, look);
  show_headshot (self);
  if (moved)
    mien_display_active_changed (MIEN_DISPLAY (self->display));
  else
    {
      mien_display_all_changed (MIEN_DISPLAY (self->display));
      mien_ring_set_look (MIEN_RING (self->ring), look);
      show_wearing (self, look);
    }
  show_panel (self);
  mien_editor_window_update_actions (self);
  mien_editor_window_snapshot_soon (self);
  if (self->portrait == NULL)
    mien_editor_window_snapshot_now (self);
  settle_later (self);
}

/* ---- S310: the pick ---- */

/* Opens the adjustment window of a layer (S3122), or closes it with NULL. */
void
mien_editor_window_set_active (MienEditorWindow *self, const char *type)
{
  if (g_strcmp0 (type, self->active) == 0)
    return;

  gboolean closing = type == NULL;
  g_free (self->active);
  self->active = g_strdup (type);
  mien_draft_end_merge (self->draft);
  mien_display_set_active (MIEN_DISPLAY (self->display), type);
  show_panel (self);
  gtk_stack_set_visible_child (GTK_STACK (self->beside_stack), closing ? self->wearing : self->panel);
  mien_editor_window_update_actions (self);
  /* S3161: the adjustment is closed. */
  if (closing)
    mien_editor_window_snapshot_now (self);
}

/* S3101-S3103: the ring's item under the pointer was picked: its type decides what it replaces and where it goes
 * first. */
void
mien_editor_window_pick (MienEditorWindow *self, MienAvatar *avatar)
{
  const PortraitType *type = mien_avatar_get_avatar_type (avatar);
  const PortraitLook *look = mien_draft_get_look (self->draft);
  const PortraitLayer *before = portrait_look_find_layer (look, type->name);

  if (before != NULL && g_str_equal (before->avatar, mien_avatar_get_id (avatar)))
    {
      mien_editor_window_set_active (self, type->name);
      return;
    }

  g_autofree char *replaced = before != NULL ? g_strdup (mien_editor_window_get_layer_name (self, before)) : NULL;
  g_autofree char *label = g_strdup_printf (_("Put On %s"), mien_avatar_get_name (avatar));
  g_autoptr (PortraitLook) dressed = portrait_look_copy (look);
  portrait_look_put (dressed, type, mien_avatar_get_id (avatar), NULL, mien_avatar_get_sha256 (avatar), FALSE);
  mien_editor_window_set_active (self, NULL);
  mien_draft_set_look (self->draft, dressed, label, NULL);
  mien_editor_window_set_active (self, type->name);
  if (replaced != NULL)
    {
      g_autofree char *text = g_strdup_printf (_("%s replaced"), replaced);
      mien_editor_window_tell (self, text, _("Undo"), "win.undo");
    }
}

static void
on_picked (MienRing *ring, MienAvatar *avatar, MienEditorWindow *self)
{
  mien_editor_window_pick (self, avatar);
}

/* S3102 on the picture itself: the layer under the pointer, or the empty ground, which closes the adjustment. */
static void
on_display_pick (MienDisplay *display, const char *type, MienEditorWindow *self)
{
  mien_editor_window_set_active (self, type);
}

static void
on_wearing_activated (GtkListBox *list, GtkListBoxRow *row, MienEditorWindow *self)
{
  mien_editor_window_set_active (self, gtk_widget_get_name (GTK_WIDGET (row)));
}

void
mien_editor_window_remove (MienEditorWindow *self, const char *type)
{
  const PortraitLayer *layer = portrait_look_find_layer (mien_draft_get_look (self->draft), type);

  if (layer == NULL)
    return;
  g_autofree char *label = g_strdup_printf (_("Remove %s"), mien_editor_window_get_layer_name (self, layer));
  g_autofree char *text = g_strdup_printf (_("%s removed"), mien_editor_window_get_layer_name (self, layer));
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (self->draft));
  portrait_look_remove (look, type);
  mien_draft_set_look (self->draft, look, label, NULL);
  mien_editor_window_tell (self, text, _("Undo"), "win.undo");
}

/* ---- S314: adjusting ---- */

/* S3142: the change becomes part of the layer; one drag is one step of undo. */
static void
set_placement (MienEditorWindow *self, const PortraitPlacement *placement)
{
  const PortraitLayer *layer
      = self->active != NULL ? portrait_look_find_layer (mien_draft_get_look (self->draft), self->active) : NULL;

  if (layer == NULL)
    return;
  g_autofree char *label = g_strdup_printf (_("Adjust %s"), mien_editor_window_get_layer_name (self, layer));
  g_autofree char *key = g_strdup_printf ("adjust-%s", self->active);
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (self->draft));
  portrait_look_set_placement (look, self->active, placement);
  mien_draft_set_look (self->draft, look, label, key);
}

static gboolean
get_placement (MienEditorWindow *self, PortraitPlacement *out)
{
  const PortraitLayer *layer
      = self->active != NULL ? portrait_look_find_layer (mien_draft_get_look (self->draft), self->active) : NULL;

  if (layer != NULL)
    *out = layer->placement;
  return layer != NULL;
}

/* S3141: a slider or a number. */
static void
on_panel_changed (MienAdjustPanel *panel, MienEditorWindow *self)
{
  PortraitPlacement placement;

  mien_adjust_panel_get_placement (panel, &placement);
  set_placement (self, &placement);
}

/* S3141: the avatar itself was dragged. */
static void
on_display_move (MienDisplay *display, double dx, double dy, MienEditorWindow *self)
{
  PortraitPlacement placement;
  double side = MIN (gtk_widget_get_width (self->display), gtk_widget_get_height (self->display));

  if (!get_placement (self, &placement))
    return;
  portrait_placement_drag (portrait_type_lookup (self->active),
                           portrait_look_get_face (mien_draft_get_look (self->draft)), side, dx, dy, &placement);
  set_placement (self, &placement);
}

static void
on_display_move_end (MienDisplay *display, MienEditorWindow *self)
{
  mien_draft_end_merge (self->draft);
}

static void
on_display_nudge (MienDisplay *display, int dx, int dy, MienEditorWindow *self)
{
  PortraitPlacement placement;

  if (!get_placement (self, &placement))
    return;
  placement.x += dx * portrait_control_x.step;
  placement.y += dy * portrait_control_y.step;
  set_placement (self, &placement);
}

static void
on_display_zoom (MienDisplay *display, double factor, MienEditorWindow *self)
{
  PortraitPlacement placement;

  if (!get_placement (self, &placement))
    return;
  placement.scale *= factor;
  set_placement (self, &placement);
}

static void
on_panel_put_back (MienAdjustPanel *panel, MienEditorWindow *self)
{
  const PortraitLayer *layer
      = self->active != NULL ? portrait_look_find_layer (mien_draft_get_look (self->draft), self->active) : NULL;

  if (layer == NULL)
    return;
  g_autofree char *label = g_strdup_printf (_("Put Back %s"), mien_editor_window_get_layer_name (self, layer));
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (self->draft));
  portrait_look_reset_placement (look, self->active);
  mien_draft_set_look (self->draft, look, label, NULL);
}

static void
on_panel_remove (MienAdjustPanel *panel, MienEditorWindow *self)
{
  g_autofree char *type = g_strdup (self->active);

  if (type != NULL)
    mien_editor_window_remove (self, type);
}

/* S3161 */
static void
on_panel_close (MienAdjustPanel *panel, MienEditorWindow *self)
{
  mien_editor_window_set_active (self, NULL);
  gtk_widget_grab_focus (self->display);
}

static void
on_panel_reorder (MienAdjustPanel *panel, int by, MienEditorWindow *self)
{
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (self->draft));
  guint n = portrait_look_get_n_layers (look), index = 0;

  while (index < n && g_strcmp0 (portrait_look_get_layer (look, index)->type->name, self->active) != 0)
    index++;
  if (index == n || (by < 0 && index == 0) || (by > 0 && index + 1 == n))
    return;
  portrait_look_reorder (look, self->active, by > 0 ? index + 1 : index - 1);
  mien_draft_set_look (self->draft, look, by > 0 ? _("Bring Forward") : _("Send Back"), NULL);
}

static void
on_panel_variant (MienAdjustPanel *panel, const char *id, MienEditorWindow *self)
{
  const PortraitLayer *layer
      = self->active != NULL ? portrait_look_find_layer (mien_draft_get_look (self->draft), self->active) : NULL;

  if (layer == NULL)
    return;
  g_autoptr (PortraitLook) look = portrait_look_copy (mien_draft_get_look (self->draft));
  gboolean by_hand = layer->placed_by_hand;
  guint index = 0;
  while (portrait_look_get_layer (mien_draft_get_look (self->draft), index) != layer)
    index++;
  portrait_look_put (look, layer->type, layer->avatar, id, layer->sha256, TRUE);
  if (by_hand)
    portrait_look_set_placement (look, self->active, &layer->placement);
  portrait_look_reorder (look, self->active, index);
  mien_draft_set_look (self->draft, look, _("Change Colour"), NULL);
}

/* ---- "Mark the eyes" ---- */

/* The placement by which a layer lies over another face where it lay over the first. */
static void
keep_in_place (const PortraitLayer *layer, const PortraitFace *before, const PortraitFace *after,
               PortraitPlacement *out)
{
  PortraitAffine old_map, base_before, base_after, new_map;
  PortraitPoint pivot = { layer->type->pivot_x, layer->type->pivot_y }, from, to;

  *out = layer->placement;
  portrait_placement_base (layer->type, before, 1, &base_before);
  portrait_placement_base (layer->type, after, 1, &base_after);
  out->scale *= portrait_affine_get_scale (&base_before) / portrait_affine_get_scale (&base_after);
  out->tilt += PORTRAIT_DEGREES (atan2 (base_before.yx, base_before.xx) - atan2 (base_after.yx, base_after.xx));
  portrait_placement_map (layer->type, before, &layer->placement, 1, &old_map);
  portrait_placement_map (layer->type, after, out, 1, &new_map);
  portrait_affine_map_point (&old_map, &pivot, &from);
  portrait_affine_map_point (&new_map, &pivot, &to);
  portrait_placement_drag (layer->type, after, 1, from.x - to.x, from.y - to.y, out);
}

void
mien_editor_window_set_face (MienEditorWindow *self, const PortraitFace *face, const char *label)
{
  const PortraitLook *look = mien_draft_get_look (self->draft);
  g_autoptr (PortraitLook) marked = portrait_look_copy (look);

  portrait_look_set_face (marked, face);
  for (guint i = 0; i < portrait_look_get_n_layers (look); i++)
    {
      const PortraitLayer *layer = portrait_look_get_layer (look, i);
      PortraitPlacement placement;

      if (layer->placed_by_hand)
        {
          keep_in_place (layer, portrait_look_get_face (look), face, &placement);
          portrait_look_set_placement (marked, layer->type->name, &placement);
        }
      else
        portrait_look_reset_placement (marked, layer->type->name);
    }
  mien_draft_set_look (self->draft, marked, label, NULL);
}

void
mien_editor_window_init_look (MienEditorWindow *self)
{
  self->art = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, art_free);
  self->compositor = portrait_compositor_new ();
  mien_display_set_compositor (MIEN_DISPLAY (self->display), self->compositor);

  g_signal_connect (self->ring, "picked", G_CALLBACK (on_picked), self);
  g_signal_connect (self->display, "pick", G_CALLBACK (on_display_pick), self);
  g_signal_connect (self->display, "move", G_CALLBACK (on_display_move), self);
  g_signal_connect (self->display, "move-end", G_CALLBACK (on_display_move_end), self);
  g_signal_connect (self->display, "nudge", G_CALLBACK (on_display_nudge), self);
  g_signal_connect (self->display, "zoom", G_CALLBACK (on_display_zoom), self);
  g_signal_connect (self->panel, "changed", G_CALLBACK (on_panel_changed), self);
  g_signal_connect (self->panel, "put-back", G_CALLBACK (on_panel_put_back), self);
  g_signal_connect (self->panel, "remove", G_CALLBACK (on_panel_remove), self);
  g_signal_connect (self->panel, "close", G_CALLBACK (on_panel_close), self);
  g_signal_connect (self->panel, "reorder", G_CALLBACK (on_panel_reorder), self);
  g_signal_connect (self->panel, "variant", G_CALLBACK (on_panel_variant), self);
  g_signal_connect (self->wearing_list, "row-activated", G_CALLBACK (on_wearing_activated), self);
  g_signal_connect_object (self->draft, "changed", G_CALLBACK (mien_editor_window_show_look), self, G_CONNECT_SWAPPED);
}
