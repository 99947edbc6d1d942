/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-friend-row.h"

#include <glib/gi18n.h>

#define ROW_HEIGHT    56
#define ROW_MIN_WIDTH 160
#define MARGIN        8
#define GAP           12
#define BADGE_HEIGHT  20
#define BADGE_PADDING 6

struct _MienFriendRow
{
  GtkWidget parent_instance;

  /* Owned */
  char *jid;
  char *name;
  char *line;
  cairo_surface_t *portrait;
  PangoLayout *name_layout;                /* made when first drawn */
  PangoLayout *line_layout;
  PangoLayout *badge_layout;

  MienPresence presence;
  guint unread;
  gboolean line_is_news;
};

G_DEFINE_FINAL_TYPE (MienFriendRow, mien_friend_row, GTK_TYPE_WIDGET)

static void
clear_layouts (MienFriendRow *self)
{
  g_clear_object (&self->name_layout);
  g_clear_object (&self->line_layout);
  g_clear_object (&self->badge_layout);
}

static PangoLayout *
create_layout (MienFriendRow *self,
               const char    *text,
               PangoWeight    weight,
               double         scale)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_weight_new (weight));
  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);

  return layout;
}

static void
ensure_layouts (MienFriendRow *self)
{
  if (self->name_layout == NULL)
    self->name_layout = create_layout (self, self->name, self->unread > 0 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_MEDIUM,
                                       1.0);
  if (self->line_layout == NULL && self->line != NULL)
    self->line_layout = create_layout (self, self->line, PANGO_WEIGHT_NORMAL, PANGO_SCALE_SMALL);
  if (self->badge_layout == NULL && self->unread > 0)
    {
      g_autofree char *count = self->unread > 99 ? g_strdup ("99+") : g_strdup_printf ("%u", self->unread);

      self->badge_layout = create_layout (self, count, PANGO_WEIGHT_BOLD, PANGO_SCALE_SMALL);
    }
}

static void
get_named_colour (GtkWidget  *widget,
                  const char *name,
                  GdkRGBA    *out)
{
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, out))
    gtk_style_context_get_color (gtk_widget_get_style_context (widget), out);
}

static int
snapshot_badge (MienFriendRow *self,
                GtkSnapshot   *snapshot,
                gboolean       rtl)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int text_width, text_height, width, x, y;
  GskRoundedRect outline;
  GdkRGBA background, foreground;

  pango_layout_get_pixel_size (self->badge_layout, &text_width, &text_height);
  width = MAX (BADGE_HEIGHT, text_width + 2 * BADGE_PADDING);
  x = rtl ? MARGIN : gtk_widget_get_width (widget) - MARGIN - width;
  y = (gtk_widget_get_height (widget) - BADGE_HEIGHT) / 2;

  get_named_colour (widget, "accent_bg_color", &background);
  get_named_colour (widget, "accent_fg_color", &foreground);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (x, y, width, BADGE_HEIGHT), BADGE_HEIGHT / 2.0);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &background, &outline.bounds);
  gtk_snapshot_pop (snapshot);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x + (width - text_width) / 2,
                                                          y + (BADGE_HEIGHT - text_height) / 2));
  gtk_snapshot_append_layout (snapshot, self->badge_layout, &foreground);
  gtk_snapshot_restore (snapshot);

  return width + GAP;
}

static void
snapshot_text (GtkSnapshot   *snapshot,
               PangoLayout   *layout,
               int            x,
               int            y,
               int            width,
               gboolean       rtl,
               const GdkRGBA *colour)
{
  gboolean text_rtl = pango_layout_get_line_readonly (layout, 0)->resolved_dir == PANGO_DIRECTION_RTL;

  /* Names of either direction begin at the portrait: Pango's left is the side where a line begins. */
  pango_layout_set_alignment (layout, text_rtl != rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_width (layout, MAX (0, width) * PANGO_SCALE);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
mien_friend_row_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  MienFriendRow *self = MIEN_FRIEND_ROW (widget);
  MienFace face = { self->jid, self->name, self->portrait, TRUE, self->presence };
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int text_x = rtl ? MARGIN : MARGIN + MIEN_FRIEND_ROW_FACE + GAP;
  int text_width = width - 2 * MARGIN - MIEN_FRIEND_ROW_FACE - GAP;
  int name_height, line_height = 0;
  GdkRGBA colour, dim;

  if (self->name == NULL)
    return;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (rtl ? width - MARGIN - MIEN_FRIEND_ROW_FACE : MARGIN,
                                                          (height - MIEN_FRIEND_ROW_FACE) / 2));
  mien_paint_face (snapshot, gtk_widget_get_pango_context (widget), &face, MIEN_FACE_CIRCLE, MIEN_FRIEND_ROW_FACE);
  gtk_snapshot_restore (snapshot);

  ensure_layouts (self);
  if (self->badge_layout != NULL)
    {
      int taken = snapshot_badge (self, snapshot, rtl);

      text_width -= taken;
      text_x += rtl ? taken : 0;
    }

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  dim = colour;
  dim.alpha *= 0.65;
  if (self->line_is_news)
    get_named_colour (widget, "accent_color", &dim);

  pango_layout_get_pixel_size (self->name_layout, NULL, &name_height);
  if (self->line_layout != NULL)
    pango_layout_get_pixel_size (self->line_layout, NULL, &line_height);
  snapshot_text (snapshot, self->name_layout, text_x, (height - name_height - line_height) / 2, text_width, rtl,
                 &colour);
  if (self->line_layout != NULL)
    snapshot_text (snapshot, self->line_layout, text_x, (height + name_height - line_height) / 2, text_width, rtl,
                   &dim);
}

static void
mien_friend_row_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  MienFriendRow *self = MIEN_FRIEND_ROW (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = *natural = ROW_MIN_WIDTH;
      return;
    }

  /* Large text makes taller rows; the text itself does not, so that all rows are alike. */
  if (self->name_layout == NULL && self->name != NULL)
    ensure_layouts (self);
  *minimum = *natural = ROW_HEIGHT;
  if (self->name_layout != NULL)
    {
      int text;

      pango_layout_get_pixel_size (self->name_layout, NULL, &text);
      *minimum = *natural = MAX (ROW_HEIGHT, text * 19 / 10 + MARGIN);
    }
}

static void
mien_friend_row_css_changed (GtkWidget         *widget,
                             GtkCssStyleChange *change)
{
  clear_layouts (MIEN_FRIEND_ROW (widget));
  GTK_WIDGET_CLASS (mien_friend_row_parent_class)->css_changed (widget, change);
  gtk_widget_queue_draw (widget);
}

static void
mien_friend_row_system_setting_changed (GtkWidget        *widget,
                                        GtkSystemSetting  setting)
{
  clear_layouts (MIEN_FRIEND_ROW (widget));
  GTK_WIDGET_CLASS (mien_friend_row_parent_class)->system_setting_changed (widget, setting);
  gtk_widget_queue_resize (widget);
}

static void
mien_friend_row_finalize (GObject *object)
{
  MienFriendRow *self = MIEN_FRIEND_ROW (object);

  clear_layouts (self);
  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  g_free (self->jid);
  g_free (self->name);
  g_free (self->line);

  G_OBJECT_CLASS (mien_friend_row_parent_class)->finalize (object);
}

static void
mien_friend_row_class_init (MienFriendRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = mien_friend_row_finalize;
  widget_class->snapshot = mien_friend_row_snapshot;
  widget_class->measure = mien_friend_row_measure;
  widget_class->css_changed = mien_friend_row_css_changed;
  widget_class->system_setting_changed = mien_friend_row_system_setting_changed;

  gtk_widget_class_set_css_name (widget_class, "mien-friend-row");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
mien_friend_row_init (MienFriendRow *self)
{
}

GtkWidget *
mien_friend_row_new (void)
{
  return g_object_new (MIEN_TYPE_FRIEND_ROW, NULL);
}

static gboolean
replace_string (char       **field,
                const char  *value)
{
  if (g_strcmp0 (*field, value) == 0)
    return FALSE;
  g_free (*field);
  *field = g_strdup (value);

  return TRUE;
}

/* "Bob Chen, Away, at lunch, 2 unread messages" */
static void
update_accessible_label (MienFriendRow *self)
{
  g_autoptr (GString) label = g_string_new (self->name);
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));

  g_string_append_printf (label, ", %s", mien_presence_get_label (self->presence));
  if (self->line != NULL)
    g_string_append_printf (label, ", %s", self->line);
  if (self->unread > 0)
    {
      g_string_append (label, ", ");
      g_string_append_printf (label, ngettext ("%u unread message", "%u unread messages", self->unread), self->unread);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, -1);
  /* In a list it is the item around the row that has the focus. */
  if (item != NULL && gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (item)) == GTK_ACCESSIBLE_ROLE_LIST_ITEM)
    gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, -1);
}

void
mien_friend_row_set_content (MienFriendRow              *self,
                             const MienFriendRowContent *content)
{
  gboolean name_changed, line_changed, unread_changed, jid_changed;

  g_return_if_fail (MIEN_IS_FRIEND_ROW (self));
  g_return_if_fail (content->jid != NULL && content->name != NULL);

  jid_changed = replace_string (&self->jid, content->jid);
  name_changed = replace_string (&self->name, content->name);
  line_changed = replace_string (&self->line, content->line);
  unread_changed = self->unread != content->unread;
  if (!jid_changed && !name_changed && !line_changed && !unread_changed &&
      self->presence == content->presence && self->line_is_news == content->line_is_news)
    return;

  if (unread_changed || name_changed)
    g_clear_object (&self->name_layout);
  if (unread_changed)
    g_clear_object (&self->badge_layout);
  if (line_changed)
    g_clear_object (&self->line_layout);
  self->unread = content->unread;
  self->presence = content->presence;
  self->line_is_news = content->line_is_news;

  update_accessible_label (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mien_friend_row_set_portrait (MienFriendRow   *self,
                              cairo_surface_t *portrait)
{
  g_return_if_fail (MIEN_IS_FRIEND_ROW (self));

  if (self->portrait == portrait)
    return;
  g_clear_pointer (&self->portrait, cairo_surface_destroy);
  if (portrait != NULL)
    self->portrait = cairo_surface_reference (portrait);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const char *
mien_friend_row_get_jid (MienFriendRow *self)
{
  return self->jid;
}
