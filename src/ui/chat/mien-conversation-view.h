/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-gallery.h"
#include "mien-session.h"

G_BEGIN_DECLS

/**
 * MienConversationView: the messages with one friend and the place to write. One view shows one conversation after the
 * other; what was begun and not sent is kept for each.
 */
#define MIEN_TYPE_CONVERSATION_VIEW (mien_conversation_view_get_type ())
G_DECLARE_FINAL_TYPE (MienConversationView, mien_conversation_view, MIEN, CONVERSATION_VIEW, GtkWidget)

#define MIEN_CONVERSATION_PAGE 100         /* messages shown at first, and added by "Show Earlier Messages" */

GtkWidget        *mien_conversation_view_new (void);
void              mien_conversation_view_set_models (MienConversationView *self, MienSession *session,
                                                     MienGallery *gallery);
/* NULL: none */
void              mien_conversation_view_show (MienConversationView *self, MienConversation *conversation);
MienConversation *mien_conversation_view_get_conversation (MienConversationView *self);
/* seen by somebody: what comes is read */
void              mien_conversation_view_set_active (MienConversationView *self, gboolean active);
/* signal "failed" (const char *message): for a toast */

G_END_DECLS
