/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-adjust-panel.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* How each control is shown: a value of the placement times @factor, with @digits behind the point. */
enum { X, Y, TILT, SCALE, OPACITY, N_CONTROLS };

static const struct
{
  const char            *label;
  const PortraitControl *control;
  double                 factor;
  int                    digits;
  const char            *unit;
  double                 slider_limit;   /* the slider's reach where the number's is far larger; 0: the same */
} controls[N_CONTROLS] = {
  [X] = { N_("X"), &portrait_control_x, 100, 0, "", 250 },
  [Y] = { N_("Y"), &portrait_control_y, 100, 0, "", 250 },
  [TILT] = { N_("Tilt"), &portrait_control_tilt, 1, 1, "°", 0 },
  [SCALE] = { N_("Size"), &portrait_control_scale, 100, 0, " %", 0 },
  [OPACITY] = { N_("Opacity"), &portrait_control_opacity, 100, 0, " %", 0 },
};

#define SWATCH_SIZE 26

struct _MienAdjustPanel
{
  GtkWidget      parent_instance;

  GtkWidget     *box, *title, *flip, *forward, *back, *colours, *colours_row;
  GtkAdjustment *numbers[N_CONTROLS];    /* owned by their spin buttons */
  GtkAdjustment *sliders[N_CONTROLS];
  gboolean       setting;                /* the model writes the controls, not the user */
  MienAvatar    *avatar;                 /* owned: whose colours are shown; or NULL */
  char          *variant;
};

enum { CHANGED, PUT_BACK, REMOVE, CLOSE, REORDER, VARIANT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienAdjustPanel, mien_adjust_panel, GTK_TYPE_WIDGET)

static void
emit_changed (MienAdjustPanel *self)
{
  if (!self->setting)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* The slider and the number show one value; the number reaches further. */
static void
on_number (GtkAdjustment *number, MienAdjustPanel *self)
{
  for (int i = 0; i < N_CONTROLS; i++)
    if (self->numbers[i] == number)
      {
        gboolean was = self->setting;
        self->setting = TRUE;
        gtk_adjustment_set_value (self->sliders[i], gtk_adjustment_get_value (number));
        self->setting = was;
      }
  emit_changed (self);
}

static void
on_slider (GtkAdjustment *slider, MienAdjustPanel *self)
{
  if (self->setting)
    return;
  for (int i = 0; i < N_CONTROLS; i++)
    if (self->sliders[i] == slider)
      gtk_adjustment_set_value (self->numbers[i], gtk_adjustment_get_value (slider));
}

static gboolean
on_output (GtkSpinButton *spin, gpointer index)
{
  int i = GPOINTER_TO_INT (index);
  double value = gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin));
  /* A real minus sign, and no "-0". */
  g_autofree char *number = g_strdup_printf ("%.*f", controls[i].digits, fabs (value));
  gboolean negative = value < 0 && strtod (number, NULL) != 0;
  g_autofree char *text = g_strdup_printf ("%s%s%s", negative ? "−" : "", number, controls[i].unit);

  if (g_strcmp0 (text, gtk_editable_get_text (GTK_EDITABLE (spin))) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
on_input (GtkSpinButton *spin, double *value, gpointer index)
{
  g_auto (GStrv) parts = g_strsplit (gtk_editable_get_text (GTK_EDITABLE (spin)), "−", -1);
  g_autofree char *text = g_strjoinv ("-", parts);
  char *end;

  *value = g_strtod (g_strstrip (text), &end);
  return end == text ? GTK_INPUT_ERROR : TRUE;
}

/* The slider beside it does what its two buttons do; the arrow keys and the wheel work in the number too. */
static void
hide_buttons (GtkWidget *spin)
{
  for (GtkWidget *child = gtk_widget_get_first_child (spin); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_BUTTON (child))
      gtk_widget_set_visible (child, FALSE);
}

static GtkWidget *
add_control (MienAdjustPanel *self, GtkGrid *grid, int row, int i)
{
  const PortraitControl *control = controls[i].control;
  double factor = controls[i].factor, reach = controls[i].slider_limit;
  GtkWidget *label = gtk_label_new_with_mnemonic (_(controls[i].label));
  GtkAdjustment *number
      = gtk_adjustment_new (control->neutral * factor, control->minimum * factor, control->maximum * factor,
                            control->step * factor, control->page * factor, 0);
  GtkAdjustment *slider = gtk_adjustment_new (control->neutral * factor, reach > 0 ? -reach : control->minimum * factor,
                                              reach > 0 ? reach : control->maximum * factor, control->step * factor,
                                              control->page * factor, 0);
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, slider);
  GtkWidget *spin = gtk_spin_button_new (number, control->step * factor, (guint) controls[i].digits);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), spin);
  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_scale_set_has_origin (GTK_SCALE (scale), control->minimum == 0 || i == SCALE);
  gtk_scale_add_mark (GTK_SCALE (scale), control->neutral * factor, GTK_POS_BOTTOM, NULL);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_size_request (scale, 120, -1);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 6);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 6);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, _(controls[i].label), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, _(controls[i].label), -1);
  g_signal_connect (spin, "output", G_CALLBACK (on_output), GINT_TO_POINTER (i));
  g_signal_connect (spin, "input", G_CALLBACK (on_input), GINT_TO_POINTER (i));
  g_signal_connect (number, "value-changed", G_CALLBACK (on_number), self);
  g_signal_connect (slider, "value-changed", G_CALLBACK (on_slider), self);

  hide_buttons (spin);
  self->numbers[i] = number;
  self->sliders[i] = slider;
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, scale, 1, row, 1, 1);
  gtk_grid_attach (grid, spin, 2, row, 1, 1);
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  return scale;
}

static GtkWidget *
new_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  return grid;
}

/* ---- What the buttons say ---- */

static void on_flip (GtkCheckButton *button, MienAdjustPanel *self) { emit_changed (self); }
static void on_put_back (GtkButton *button, MienAdjustPanel *self) { g_signal_emit (self, signals[PUT_BACK], 0); }
static void on_remove (GtkButton *button, MienAdjustPanel *self) { g_signal_emit (self, signals[REMOVE], 0); }
static void on_close (GtkButton *button, MienAdjustPanel *self) { g_signal_emit (self, signals[CLOSE], 0); }
static void on_forward (GtkButton *button, MienAdjustPanel *self) { g_signal_emit (self, signals[REORDER], 0, 1); }
static void on_back (GtkButton *button, MienAdjustPanel *self) { g_signal_emit (self, signals[REORDER], 0, -1); }

static void
on_swatch (GtkToggleButton *swatch, MienAdjustPanel *self)
{
  if (gtk_toggle_button_get_active (swatch) && !self->setting)
    {
      const char *name = gtk_widget_get_name (GTK_WIDGET (swatch));
      g_signal_emit (self, signals[VARIANT], 0, *name != '\0' ? name : NULL);
    }
}

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  guint rgb = GPOINTER_TO_UINT (data);
  GdkRGBA ink;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (area)), &ink);
  cairo_arc (cr, width / 2.0, height / 2.0, MIN (width, height) / 2.0 - 1, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
  cairo_fill_preserve (cr);
  /* A rim against the ground: black on dark and white on light are seen too. */
  cairo_set_source_rgba (cr, ink.red, ink.green, ink.blue, 0.35);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

/* "#from=#to" */
static guint
get_from (const char *pair)
{
  return (guint) g_ascii_strtoull (pair + 1, NULL, 16);
}

static guint
get_to (const char *pair)
{
  const char *hash = strrchr (pair, '#');

  return hash != NULL ? (guint) g_ascii_strtoull (hash + 1, NULL, 16) : 0;
}

static guint
get_chroma (guint rgb)
{
  guint red = rgb >> 16 & 255, green = rgb >> 8 & 255, blue = rgb & 255;

  return MAX (red, MAX (green, blue)) - MIN (red, MIN (green, blue));
}

/* Of the colours that a variant exchanges, shades and outlines among them, the one by which people would call it: the
 * most colourful of the drawing. */
static guint
get_main_colour (const MienAvatarVariant *variant)
{
  guint best = 0x888888, most = 0;

  for (gsize i = 0; variant->colours != NULL && variant->colours[i] != NULL; i++)
    if (get_chroma (get_from (variant->colours[i])) >= most)
      {
        best = get_from (variant->colours[i]);
        most = get_chroma (best);
      }
  return best;
}

static guint
get_replacement (const MienAvatarVariant *variant, guint from)
{
  for (gsize i = 0; variant->colours != NULL && variant->colours[i] != NULL; i++)
    if (get_from (variant->colours[i]) == from)
      return get_to (variant->colours[i]);
  return from;
}

static GtkWidget *
add_swatch (MienAdjustPanel *self, GtkWidget *group, const char *id, const char *name, guint rgb, gboolean active)
{
  GtkWidget *button = gtk_toggle_button_new (), *area = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), SWATCH_SIZE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), SWATCH_SIZE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_swatch, GUINT_TO_POINTER (rgb), NULL);
  gtk_button_set_child (GTK_BUTTON (button), area);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_name (button, id);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (group != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (group));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), active);
  g_signal_connect (button, "toggled", G_CALLBACK (on_swatch), self);
  gtk_flow_box_append (GTK_FLOW_BOX (self->colours), button);
  gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  return button;
}

static void
fill_colours (MienAdjustPanel *self, MienAvatar *avatar, const char *current)
{
  GtkWidget *child;
  guint n = avatar != NULL ? mien_avatar_get_n_variants (avatar) : 0;

  while ((child = gtk_widget_get_first_child (self->colours)) != NULL)
    gtk_flow_box_remove (GTK_FLOW_BOX (self->colours), child);
  gtk_widget_set_visible (self->colours_row, n > 0);
  if (n == 0)
    return;

  const MienAvatarVariant *first = mien_avatar_get_variant (avatar, 0);
  guint original = get_main_colour (first);
  GtkWidget *group = add_swatch (self, NULL, "", _("As drawn"), original, current == NULL);
  for (guint i = 0; i < n; i++)
    {
      const MienAvatarVariant *variant = mien_avatar_get_variant (avatar, i);

      add_swatch (self, group, variant->id, variant->name, get_replacement (variant, original),
                  g_strcmp0 (variant->id, current) == 0);
    }
}

/* ---- Building ---- */

static GtkWidget *
new_icon_button (MienAdjustPanel *self, const char *icon, const char *tooltip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  g_signal_connect (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
build_header (MienAdjustPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->title = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box),
                  new_icon_button (self, "window-close-symbolic", _ ("Close the adjustment"), G_CALLBACK (on_close)));
  return box;
}

static GtkWidget *
build_more (MienAdjustPanel *self)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ ("_More")), *grid = new_grid (),
            *order = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  add_control (self, GTK_GRID (grid), 0, SCALE);
  add_control (self, GTK_GRID (grid), 1, OPACITY);
  self->flip = gtk_check_button_new_with_mnemonic (_("_Mirror"));
  g_signal_connect (self->flip, "toggled", G_CALLBACK (on_flip), self);
  gtk_grid_attach (GTK_GRID (grid), self->flip, 0, 2, 2, 1);

  self->forward = new_icon_button (self, "go-up-symbolic", _("Bring forward"), G_CALLBACK (on_forward));
  self->back = new_icon_button (self, "go-down-symbolic", _("Send back"), G_CALLBACK (on_back));
  gtk_widget_set_halign (order, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (order), self->forward);
  gtk_box_append (GTK_BOX (order), self->back);
  gtk_grid_attach (GTK_GRID (grid), order, 2, 2, 1, 1);
  gtk_widget_set_margin_top (grid, 6);
  gtk_expander_set_child (GTK_EXPANDER (expander), grid);
  return expander;
}

static GtkWidget *
build_colours (MienAdjustPanel *self)
{
  self->colours_row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *label = gtk_label_new (_("Colour"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dim-label");
  self->colours = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->colours), GTK_SELECTION_NONE);
  gtk_widget_set_halign (self->colours, GTK_ALIGN_START);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->colours), 6);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->colours), 8);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->colours), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Colour"), -1);
  gtk_box_append (GTK_BOX (self->colours_row), label);
  gtk_box_append (GTK_BOX (self->colours_row), self->colours);
  return self->colours_row;
}

static GtkWidget *
build_buttons (MienAdjustPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *put_back = gtk_button_new_with_mnemonic (_ ("_Put Back")),
            *take_off = gtk_button_new_with_mnemonic (_ ("_Remove"));

  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  gtk_widget_set_tooltip_text (put_back, _("To where it was put first"));
  g_signal_connect (put_back, "clicked", G_CALLBACK (on_put_back), self);
  g_signal_connect (take_off, "clicked", G_CALLBACK (on_remove), self);
  gtk_box_append (GTK_BOX (box), put_back);
  gtk_box_append (GTK_BOX (box), take_off);
  return box;
}

static void
mien_adjust_panel_dispose (GObject *object)
{
  MienAdjustPanel *self = MIEN_ADJUST_PANEL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (mien_adjust_panel_parent_class)->dispose (object);
}

static void
mien_adjust_panel_finalize (GObject *object)
{
  MienAdjustPanel *self = MIEN_ADJUST_PANEL (object);

  g_clear_object (&self->avatar);
  g_free (self->variant);

  G_OBJECT_CLASS (mien_adjust_panel_parent_class)->finalize (object);
}

static void
mien_adjust_panel_class_init (MienAdjustPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_adjust_panel_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_adjust_panel_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "mien-adjust-panel");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);

  static const struct
  {
    int id;
    const char *name;
  } plain[] = { { CHANGED, "changed" }, { PUT_BACK, "put-back" }, { REMOVE, "remove" }, { CLOSE, "close" } };
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    signals[plain[i].id]
        = g_signal_new (plain[i].name, MIEN_TYPE_ADJUST_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REORDER] = g_signal_new ("reorder", MIEN_TYPE_ADJUST_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_INT);
  signals[VARIANT] = g_signal_new ("variant", MIEN_TYPE_ADJUST_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
mien_adjust_panel_init (MienAdjustPanel *self)
{
  GtkWidget *grid = new_grid ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "mien-adjust");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  for (int i = X; i <= TILT; i++)
    add_control (self, GTK_GRID (grid), i, i);
  gtk_box_append (GTK_BOX (self->box), build_header (self));
  gtk_box_append (GTK_BOX (self->box), grid);
  gtk_box_append (GTK_BOX (self->box), build_colours (self));
  gtk_box_append (GTK_BOX (self->box), build_more (self));
  gtk_box_append (GTK_BOX (self->box), build_buttons (self));
}

GtkWidget *
mien_adjust_panel_new (void)
{
  return g_object_new (MIEN_TYPE_ADJUST_PANEL, NULL);
}

void
mien_adjust_panel_set_avatar (MienAdjustPanel *self, MienAvatar *avatar, const char *name, const char *variant)
{
  g_return_if_fail (MIEN_IS_ADJUST_PANEL (self));

  if (avatar != NULL && avatar == self->avatar && g_strcmp0 (variant, self->variant) == 0)
    return;
  g_set_object (&self->avatar, avatar);
  g_free (self->variant);
  self->variant = g_strdup (variant);
  g_autofree char *title = g_strdup_printf (_("Adjust: %s"), avatar != NULL ? mien_avatar_get_name (avatar) : name);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  self->setting = TRUE;
  fill_colours (self, avatar, variant);
  self->setting = FALSE;
}

void
mien_adjust_panel_set_placement (MienAdjustPanel *self, const PortraitPlacement *placement)
{
  g_return_if_fail (MIEN_IS_ADJUST_PANEL (self));

  const double values[N_CONTROLS]
      = { placement->x, placement->y, placement->tilt, placement->scale, placement->opacity };
  self->setting = TRUE;
  for (int i = 0; i < N_CONTROLS; i++)
    gtk_adjustment_set_value (self->numbers[i], values[i] * controls[i].factor);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->flip), placement->flip);
  self->setting = FALSE;
}

void
mien_adjust_panel_get_placement (MienAdjustPanel *self, PortraitPlacement *out)
{
  g_return_if_fail (MIEN_IS_ADJUST_PANEL (self));

  double values[N_CONTROLS];
  for (int i = 0; i < N_CONTROLS; i++)
    values[i] = gtk_adjustment_get_value (self->numbers[i]) / controls[i].factor;
  *out = (PortraitPlacement){ .x = values[X],
                              .y = values[Y],
                              .tilt = values[TILT],
                              .scale = values[SCALE],
                              .opacity = values[OPACITY],
                              .flip = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->flip)) };
  portrait_placement_clamp (out);
}

void
mien_adjust_panel_set_order (MienAdjustPanel *self, gboolean can_forward, gboolean can_back)
{
  g_return_if_fail (MIEN_IS_ADJUST_PANEL (self));

  gtk_widget_set_sensitive (self->forward, can_forward);
  gtk_widget_set_sensitive (self->back, can_back);
}
