/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-editor"

#include "mien-editor-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

GtkWidget *
mien_editor_window_new (GtkApplication *app,
                        MienSession    *session,
                        MienDraft      *draft,
                        MienWardrobe   *wardrobe,
                        MienGallery    *gallery,
                        MienPublisher  *publisher)
{
  return g_object_new (ADW_TYPE_APPLICATION_WINDOW,
                       "application", app,
                       "title", _("Portrait"),
                       "default-width", 960,
                       "default-height", 720,
                       NULL);
}
