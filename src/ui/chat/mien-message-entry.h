/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * MienMessageEntry: several lines of text with an emoji chooser and a send button. Enter sends, Shift+Enter breaks the
 * line. What is longer than MIEN_MESSAGE_MAX_BYTES is not sent, and it says by how much.
 * Signals: "send" (const char *text); "edited" (gboolean has_text).
 */
#define MIEN_TYPE_MESSAGE_ENTRY (mien_message_entry_get_type ())
G_DECLARE_FINAL_TYPE (MienMessageEntry, mien_message_entry, MIEN, MESSAGE_ENTRY, GtkWidget)

GtkWidget *mien_message_entry_new (void);
char      *mien_message_entry_get_text (MienMessageEntry *self);     /* (transfer full) */
void       mien_message_entry_set_text (MienMessageEntry *self, const char *text);   /* no "edited" */
void       mien_message_entry_set_hint (MienMessageEntry *self, const char *hint);   /* shown while empty */

G_END_DECLS
