/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** MienPreferencesWindow: the settings of im.mien.Mien; every change counts at once. */
#define MIEN_TYPE_PREFERENCES_WINDOW (mien_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (MienPreferencesWindow, mien_preferences_window, MIEN, PREFERENCES_WINDOW, AdwPreferencesWindow)

GtkWidget *mien_preferences_window_new (GtkWindow *parent, GSettings *settings);

/* An address that a catalogue can be fetched from: http or https with a host, or "" for none. */
gboolean   mien_preferences_is_catalogue_address (const char *text);

G_END_DECLS
