/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-accessible.h"

#include <adwaita.h>
#include <glib/gi18n.h>

char *
mien_accessible_strip_mnemonic (const char *label)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (label != NULL, g_string_free (text, FALSE));

  for (const char *p = label; *p != '\0'; p++)
    {
      if (*p == '_' && *++p == '\0')
        break;
      g_string_append_c (text, *p);
    }

  return g_string_free (text, FALSE);
}

static void
set_name (GtkWidget  *widget,
          const char *name)
{
  if (name != NULL && *name != '\0')
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
set_stripped_name (GtkWidget  *widget,
                   const char *label)
{
  g_autofree char *name = label != NULL ? mien_accessible_strip_mnemonic (label) : NULL;

  set_name (widget, name);
}

static void
mend_button (GtkButton *button)
{
  const char *icon = gtk_button_get_icon_name (button);
  const char *tooltip = gtk_widget_get_tooltip_text (GTK_WIDGET (button));

  /* Its label names it; the label with the underscore, which GTK adds, would be read before it. */
  if (gtk_button_get_label (button) != NULL && gtk_button_get_use_underline (button))
    gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL);
  /* libadwaita's toasts have a button without either. */
  else if (icon != NULL && tooltip == NULL && g_str_equal (icon, "window-close-symbolic"))
    set_name (GTK_WIDGET (button), _("Close"));
  else if (gtk_button_get_label (button) == NULL)
    set_name (GTK_WIDGET (button), tooltip);
}

/* It labels the button inside, which has the focus. */
static void
mend_menu_button (GtkMenuButton *button)
{
  const char *label = gtk_menu_button_get_label (button);

  if (label != NULL)
    set_stripped_name (GTK_WIDGET (button), label);
  else
    set_name (GTK_WIDGET (button), gtk_widget_get_tooltip_text (GTK_WIDGET (button)));
}

static gboolean
on_map (GSignalInvocationHint *hint,
        guint                  n_values,
        const GValue          *values,
        gpointer               data)
{
  GtkWidget *widget = g_value_get_object (&values[0]);

  if (GTK_IS_BUTTON (widget))
    mend_button (GTK_BUTTON (widget));
  else if (GTK_IS_MENU_BUTTON (widget))
    mend_menu_button (GTK_MENU_BUTTON (widget));
  else if (GTK_IS_CHECK_BUTTON (widget) && gtk_check_button_get_use_underline (GTK_CHECK_BUTTON (widget)))
    set_stripped_name (widget, gtk_check_button_get_label (GTK_CHECK_BUTTON (widget)));
  else if (GTK_IS_EXPANDER (widget))
    set_stripped_name (widget, gtk_expander_get_label (GTK_EXPANDER (widget)));
  else if (ADW_IS_EXPANDER_ROW (widget))
    set_name (widget, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));

  return TRUE;
}

void
mien_accessible_mend_names (void)
{
  static gboolean mended;

  if (mended)
    return;
  mended = TRUE;
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET));
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, on_map, NULL, NULL);
}
