/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-session.h"

G_BEGIN_DECLS

/**
 * MienNotifier: desktop notifications of messages and of requests to be friends; one a conversation, replaced by the
 * next, withdrawn once read. Choosing one activates "app.open-conversation" with the address.
 */
#define MIEN_TYPE_NOTIFIER (mien_notifier_get_type ())
G_DECLARE_FINAL_TYPE (MienNotifier, mien_notifier, MIEN, NOTIFIER, GObject)

/* Whose conversation the user is looking at, or NULL. */
typedef const char *(*MienNotifierShown) (gpointer user_data);

MienNotifier *mien_notifier_new (GApplication *app, MienSession *session, GSettings *settings,
                                 MienNotifierShown shown, gpointer user_data);
void          mien_notifier_withdraw (MienNotifier *self, const char *bare_jid);

G_END_DECLS
