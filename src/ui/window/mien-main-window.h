/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-account.h"

G_BEGIN_DECLS

/**
 * MienMainWindow: the user's own portrait and status, the friend list, and the conversation; one pane when narrow.
 * Signals: "sign-in-again" (): the connection ended for good, and the user wants to sign in.
 */
#define MIEN_TYPE_MAIN_WINDOW (mien_main_window_get_type ())
G_DECLARE_FINAL_TYPE (MienMainWindow, mien_main_window, MIEN, MAIN_WINDOW, AdwApplicationWindow)

GtkWidget  *mien_main_window_new (GtkApplication *app, MienAccount *account, GSettings *settings);

void        mien_main_window_open_conversation (MienMainWindow *self, const char *bare_jid);
const char *mien_main_window_get_shown (MienMainWindow *self);       /* whose conversation is seen just now, or NULL */
/* Signing in has begun, though the client has not been asked to yet: the password is being looked for. */
void        mien_main_window_set_starting (MienMainWindow *self, gboolean starting);
void        mien_main_window_add_toast (MienMainWindow *self, const char *text);

G_END_DECLS
