/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-preferences-window.h"

#include <glib/gi18n.h>

#include "mien-settings.h"

struct _MienPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  /* Template */
  GtkWidget *notifications;
  GtkWidget *preview;
  GtkWidget *remember;
  GtkWidget *avatar_server;

  /* Owned */
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (MienPreferencesWindow, mien_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

gboolean
mien_preferences_is_catalogue_address (const char *text)
{
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (*text == '\0')
    return TRUE;
  uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return FALSE;
  scheme = g_uri_get_scheme (uri);

  return g_str_equal (scheme, "https") || g_str_equal (scheme, "http");
}

static char *
get_address (MienPreferencesWindow *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->avatar_server))));
}

static void
on_avatar_server_changed (MienPreferencesWindow *self)
{
  g_autofree char *address = get_address (self);

  if (mien_preferences_is_catalogue_address (address))
    gtk_widget_remove_css_class (self->avatar_server, "error");
}

static void
on_avatar_server_applied (MienPreferencesWindow *self)
{
  g_autofree char *address = get_address (self);

  if (mien_preferences_is_catalogue_address (address))
    {
      g_settings_set_string (self->settings, MIEN_SETTING_AVATAR_SERVER, address);
      return;
    }

  gtk_widget_add_css_class (self->avatar_server, "error");
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                    adw_toast_new (_("That is not an address of the web. It looks like "
                                                     "https://example.org/avatars/catalogue.json.")));
}

static void
mien_preferences_window_dispose (GObject *object)
{
  g_clear_object (&MIEN_PREFERENCES_WINDOW (object)->settings);

  G_OBJECT_CLASS (mien_preferences_window_parent_class)->dispose (object);
}

static void
mien_preferences_window_class_init (MienPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_preferences_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/im/mien/Mien/preferences/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, notifications);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, preview);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, remember);
  gtk_widget_class_bind_template_child (widget_class, MienPreferencesWindow, avatar_server);
  gtk_widget_class_bind_template_callback (widget_class, on_avatar_server_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_avatar_server_changed);
}

static void
mien_preferences_window_init (MienPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_preferences_window_new (GtkWindow *parent,
                             GSettings *settings)
{
  MienPreferencesWindow *self = g_object_new (MIEN_TYPE_PREFERENCES_WINDOW, "transient-for", parent, "modal", TRUE,
                                              NULL);
  g_autofree char *address = g_settings_get_string (settings, MIEN_SETTING_AVATAR_SERVER);

  self->settings = g_object_ref (settings);
  g_settings_bind (settings, MIEN_SETTING_NOTIFICATIONS, self->notifications, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTING_PREVIEW, self->preview, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, MIEN_SETTING_REMEMBER, self->remember, "active", G_SETTINGS_BIND_DEFAULT);
  gtk_editable_set_text (GTK_EDITABLE (self->avatar_server), address);

  return GTK_WIDGET (self);
}
