/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-conversation.h"
#include "mien-face-view.h"

G_BEGIN_DECLS

/**
 * MienMessageRow: one message as a bubble with its time and delivery mark; a list box row.
 * Signals: "retry" (): the user wants a failed message sent again.
 */
#define MIEN_TYPE_MESSAGE_ROW (mien_message_row_get_type ())
G_DECLARE_FINAL_TYPE (MienMessageRow, mien_message_row, MIEN, MESSAGE_ROW, GtkListBoxRow)

#define MIEN_MESSAGE_ROW_MAX_CHARS 4000    /* shown at first; the rest on demand */

typedef struct
{
  const char  *body;
  gint64       time;                       /* Unix seconds */
  gboolean     is_own;
  MienDelivery delivery;
  const char  *error;                      /* or NULL */
} MienMessageContent;

GtkWidget  *mien_message_row_new (void);
void        mien_message_row_set_content (MienMessageRow *self, const MienMessageContent *content);   /* copied */
gint64      mien_message_row_get_time (MienMessageRow *self);
gboolean    mien_message_row_is_own (MienMessageRow *self);
/* The friend's face beside their bubble; not on the own ones. */
MienFaceView *mien_message_row_get_face (MienMessageRow *self);
/* First of a group of messages by one person in a few minutes: the face and some space above. */
void        mien_message_row_set_first (MienMessageRow *self, gboolean first);

G_END_DECLS
